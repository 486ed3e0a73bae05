//! Every identifier of the requirements in scope is cited by a test that ran and passed.

use super::outcome::{Report, ran_file};
use crate::{
    failure::Done,
    repo::{Repo, files, read},
};
use std::collections::BTreeSet;

/// What this version promises: attacks, traps, invariants, properties, and what its commands must do.
pub(crate) fn scope() -> Vec<String> {
    let mut ids = Vec::new();
    let mut add = |letter: char, numbers: &[u32]| ids.extend(numbers.iter().map(|n| format!("{letter}{n}")));
    add('A', &(1..=55).collect::<Vec<_>>());
    add('C', &(1..=26).collect::<Vec<_>>());
    add('H', &[1, 2, 4, 5, 6, 8, 9, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25]);
    add('I', &(1..=16).collect::<Vec<_>>());
    add('B', &(1..=32).chain(41..=52).collect::<Vec<_>>());
    add('Q', &[1, 2, 3, 4, 5, 6, 7]);
    add('P', &[1, 2, 3, 4, 5]);
    add('V', &(1..=11).collect::<Vec<_>>());
    add('G', &[4]);
    add('O', &[1, 2, 3]);
    add('D', &(1..=13).collect::<Vec<_>>());
    add('R', &[1, 2, 3]);
    add('S', &[3]);
    ids
}

/// How tests that cite begin.
const PREFIXES: [&str; 5] = ["prx_", "test_", "testFuzz_", "invariant_", "check_"];

/// Reads what the stages of the last run remembered.
pub(crate) fn check(repo: &Repo) -> Done<Report> {
    let mut report = Report::default();
    let folder = ran_file(repo, "rust");
    let mut cited = BTreeSet::new();
    for path in files(folder.parent().unwrap_or(&folder), ".txt") {
        cited.extend(read(&path)?.lines().flat_map(citations));
    }
    if cited.is_empty() {
        report.unknown.push("no test has run: cargo xtask test".into());
        return Ok(report);
    }
    for id in scope() {
        if cited.contains(&id) {
            report.passed += 1;
        } else {
            report.failed.push(format!("{id} is cited by no test that ran"));
        }
    }
    Ok(report)
}

/// The identifiers at the beginning of a test's name: `test_A12_C7_x` cites A12 and C7, `prx_d07_x` cites D7.
pub(crate) fn citations(name: &str) -> Vec<String> {
    let function = name.rsplit(['.', ':', ' ']).next().unwrap_or(name);
    let Some(rest) = PREFIXES.iter().find_map(|prefix| function.strip_prefix(prefix)) else { return vec![] };
    rest.split('_').filter(|word| *word != "prx").map_while(identifier).collect()
}

fn identifier(word: &str) -> Option<String> {
    let letter = word.chars().next().filter(char::is_ascii_alphabetic)?;
    let digits = &word[1..];
    let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u32>().ok())??;
    Some(format!("{}{number}", letter.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cites_what_stands_before_its_words() {
        assert_eq!(citations("Stage.test_A12_C7_root_zero_reverts"), ["A12", "C7"]);
        assert_eq!(citations("payrox-execute apply::prx_d07_is_refused_before_eta"), ["D7"]);
        assert_eq!(citations("onchain::prx_d01_prx_v07_what_is_predicted"), ["D1", "V7"]);
        assert_eq!(citations("Dispatcher.invariant_I3_epochs_go_up_by_one"), ["I3"]);
        assert_eq!(citations("X.testFuzz_A47_c26_agree"), ["A47", "C26"]);
        assert!(citations("X.test_reverts_for_A12").is_empty(), "only the beginning cites");
        assert!(citations("some::test").is_empty());
    }

    #[test]
    fn the_scope_names_each_identifier_once() {
        let ids = scope();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert_eq!(ids.len(), 55 + 26 + 17 + 16 + 44 + 7 + 5 + 11 + 1 + 3 + 13 + 3 + 1);
    }
}
