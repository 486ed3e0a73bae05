//! What mocha says of tests, and Hardhat's reporter of node:test as it does.

use super::failed;
use payrox_model::Finding;
use std::collections::BTreeSet;

/// Lines of a test's name, at most: the suites that it is in, and its own.
const DEEPEST: usize = 16;

/// `12 passing (2s), 1 failing`, and the tests that are named as such.
#[derive(Default)]
pub(super) struct Told {
    pub(super) lines: String,
    pub(super) passed: u64,
    /// Those that failed, were skipped or are to be written.
    pub(super) left: u64,
    failing: u64,
    pending: u64,
    failures: Vec<(String, String)>,
    skipped: Vec<String>,
}

impl Told {
    pub(super) fn by(stdout: &str) -> Self {
        let mut told = Self::default();
        let mut lines = stdout.lines();
        while let Some(line) = lines.next() {
            if told.counts(line.trim()) {
                continue;
            }
            // A list of what failed follows the numbers; before them a test is named without its suites.
            if told.failing > 0 && told.begins(line) {
                let (name, why) = failure(&mut lines, line);
                told.failures.push((name, why));
            } else if told.lines.is_empty()
                && let Some(name) = line.trim_start().strip_prefix("- ")
            {
                told.skipped.push(name.trim().to_owned());
            }
        }
        told
    }

    /// Each test that did not pass; `None` where they are not all told, or two have one name.
    pub(super) fn failures(&self) -> Option<Vec<Finding>> {
        let names: BTreeSet<_> = self.failures.iter().map(|(name, _)| name).chain(&self.skipped).collect();
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let all = count(self.failures.len()) == self.failing && count(self.skipped.len()) == self.pending;
        let told =
            all && self.left > 0 && count(names.len()) == self.left && !names.iter().any(|n| n.is_empty());
        let failures = self.failures.iter().map(|(name, why)| failed(name, why));
        told.then(|| failures.chain(self.skipped.iter().map(|name| failed(name, "it did not run"))).collect())
    }

    /// Takes in a line such as `1 failing`; whether it is one.
    fn counts(&mut self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        let Some(number) = words.next().and_then(|number| number.parse::<u64>().ok()) else { return false };
        let of = match words.next() {
            Some("passing") => &mut self.passed,
            Some("failing") => &mut self.failing,
            Some("pending") => &mut self.pending,
            // These are in no list.
            Some("skipped" | "cancelled" | "todo") => &mut self.left,
            _ => return false,
        };
        let before = *of;
        *of = before.saturating_add(number);
        if matches!(line.split_whitespace().nth(1), Some("failing" | "pending")) {
            self.left = self.left.saturating_add(number);
        }
        self.lines = if self.lines.is_empty() { line.to_owned() } else { format!("{}, {line}", self.lines) };
        true
    }

    /// Whether a line begins the next in the list of what failed.
    fn begins(&self, line: &str) -> bool {
        line.trim_start().starts_with(&format!("{}) ", self.failures.len() + 1))
    }
}

/// A test's name, which ends with a colon and may be on several lines, and the first that is said of why.
fn failure<'a>(lines: &mut impl Iterator<Item = &'a str>, first: &'a str) -> (String, String) {
    let first = first.trim().split_once(") ").map_or("", |(_, name)| name);
    let mut name: Vec<&str> = Vec::new();
    let mut next = Some(first);
    while let Some(line) = next.filter(|line| !line.trim().is_empty() && name.len() < DEEPEST) {
        name.push(line.trim());
        if line.trim().ends_with(':') {
            let why = lines.find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
            return (name.join(" ").trim_end_matches(':').to_owned(), why.trim().to_owned());
        }
        next = lines.next();
    }
    (String::new(), String::new())
}
