//! When something goes wrong.

use crate::Fault;
use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Which meet a rule's fault, counted from the first: of HTTP bodies with such a request, where the fault concerns the whole answer; of
/// requests otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// All.
    Always,
    /// The first so many.
    First(u64),
    /// All but the first so many.
    After(u64),
    /// This one; 1 is the first.
    Nth(u64),
    /// Each so-manieth.
    Every(u64),
    /// From this one (1 is the first), so many.
    Window {
        /// The first of them.
        from: u64,
        /// How many.
        count: u64,
    },
    /// So many of a thousand, by the schedule's seed.
    PerMille(u64),
}

/// A fault, and which requests meet it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The method; `*` for all; a word ending in `*` for all that begin so.
    pub method: String,
    /// Which of them.
    pub when: When,
    /// What happens then.
    pub fault: Fault,
}

/// Rules in the order in which they are looked at: of those that concern the HTTP answer the first that applies happens, of
/// the others all.
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    seed: u64,
    rules: Vec<Rule>,
}

impl Schedule {
    /// Without rules: `seed` is what chance is drawn from.
    pub fn seeded(seed: u64) -> Self {
        Self { seed, rules: Vec::new() }
    }

    /// With one more rule.
    #[must_use]
    pub fn on(mut self, method: &str, when: When, fault: Fault) -> Self {
        self.rules.push(Rule { method: method.into(), when, fault });
        self
    }

    /// What honest nodes and networks do to a run, drawn from a seed: about one request in `rarity` meets something. Waits are short.
    /// Everything in it lets a patient client end where it would have ended without.
    pub fn chaos(seed: u64, rarity: u64) -> Self {
        let mut schedule = Self::seeded(seed);
        let kinds: [(&str, Fault); 18] = [
            ("*", Fault::TooMany { retry_after: None }),
            ("*", Fault::TooMany { retry_after: Some("0".into()) }),
            ("*", Fault::Status(502)),
            ("*", Fault::Status(503)),
            ("*", Fault::Reset { forwarded: false }),
            ("*", Fault::Reset { forwarded: true }),
            ("*", Fault::Late(Duration::from_millis(150))),
            ("*", Fault::Truncated),
            ("*", Fault::NotUtf8),
            ("*", Fault::Html),
            ("*", Fault::Empty),
            ("*", Fault::WrongId),
            ("*", Fault::OutOfOrder),
            ("*", Fault::Missing),
            ("eth_sendRawTransaction", Fault::Reset { forwarded: true }),
            ("eth_sendRawTransaction", Fault::Drop),
            ("eth_getTransactionReceipt", Fault::Null),
            ("eth_getTransactionCount", Fault::Lag(1)),
        ];
        let share = 1_000 / rarity.max(1) / kinds.len() as u64;
        for (index, (method, fault)) in kinds.into_iter().enumerate() {
            // Some kinds are left out of a schedule and some are frequent, so that schedules differ in character.
            let weight = mix(seed, index as u64, 0) % 4;
            // The rules for one method see fewer requests than those for all.
            let scarce = if method == "*" { 1 } else { 6 };
            if weight > 0 {
                schedule = schedule.on(method, When::PerMille((share * weight * scarce).max(1)), fault);
            }
        }
        schedule
    }

    /// The rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }
}

impl fmt::Display for Schedule {
    /// What to write down to have it again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}", self.seed)?;
        for rule in &self.rules {
            write!(f, "\n  {} {:?}: {:?}", rule.method, rule.when, rule.fault)?;
        }
        Ok(())
    }
}

impl Rule {
    fn is_about(&self, method: &str) -> bool {
        match self.method.strip_suffix('*') {
            Some(beginning) => method.starts_with(beginning),
            None => self.method == method,
        }
    }
}

/// A schedule at work: how often each rule was looked at.
#[derive(Debug)]
pub(crate) struct Running {
    schedule: Schedule,
    counts: Vec<AtomicU64>,
}

impl Running {
    pub(crate) fn new(schedule: Schedule) -> Self {
        let counts = schedule.rules.iter().map(|_| AtomicU64::new(0)).collect();
        Self { schedule, counts }
    }

    /// The fault that an HTTP answer meets, which has these methods in it. Each rule counts bodies, not requests.
    pub(crate) fn of_the_answer(&self, methods: &[&str]) -> Option<Fault> {
        let mut met = None;
        for (index, rule) in self.schedule.rules.iter().enumerate() {
            if rule.fault.is_of_the_answer()
                && methods.iter().any(|method| rule.is_about(method))
                && self.applies(index, rule.when)
            {
                met = met.or_else(|| Some(rule.fault.clone()));
            }
        }
        met
    }

    /// The faults that one request meets.
    pub(crate) fn of_the_request(&self, method: &str) -> Vec<Fault> {
        let rules = self.schedule.rules.iter().enumerate();
        rules
            .filter(|(index, rule)| {
                !rule.fault.is_of_the_answer() && rule.is_about(method) && self.applies(*index, rule.when)
            })
            .map(|(_, rule)| rule.fault.clone())
            .collect()
    }

    /// Counts, and says whether this one is it.
    fn applies(&self, index: usize, when: When) -> bool {
        let count = self.counts[index].fetch_add(1, Ordering::SeqCst) + 1;
        match when {
            When::Always => true,
            When::First(n) => count <= n,
            When::After(n) => count > n,
            When::Nth(n) => count == n,
            When::Every(n) => count.is_multiple_of(n.max(1)),
            When::Window { from, count: many } => (from..from.saturating_add(many)).contains(&count),
            When::PerMille(share) => mix(self.schedule.seed, index as u64, count) % 1_000 < share,
        }
    }
}

/// A number that looks like chance (SplitMix64's finalizer over the three).
fn mix(seed: u64, rule: u64, count: u64) -> u64 {
    let mut z = seed
        .wrapping_add(rule.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(count.wrapping_mul(0xd1b5_4a32_d192_ed03))
        .wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(when: When, requests: u64) -> Vec<u64> {
        let running = Running::new(Schedule::seeded(7).on("eth_*", when, Fault::Html));
        (1..=requests).filter(|_| running.of_the_answer(&["eth_chainId", "eth_call"]).is_some()).collect()
    }

    #[test]
    fn rules_count_what_they_are_about() {
        assert_eq!(hits(When::Always, 3), [1, 2, 3]);
        assert_eq!(hits(When::First(2), 5), [1, 2]);
        assert_eq!(hits(When::After(3), 5), [4, 5]);
        assert_eq!(hits(When::Nth(2), 5), [2]);
        assert_eq!(hits(When::Every(2), 5), [2, 4]);
        assert_eq!(hits(When::Window { from: 2, count: 2 }, 5), [2, 3]);
        let running = Running::new(Schedule::default().on("eth_call", When::First(1), Fault::Null));
        assert!(running.of_the_request("eth_chainId").is_empty(), "another method is not counted");
        assert!(running.of_the_answer(&["eth_call"]).is_none(), "it concerns requests");
        assert_eq!(running.of_the_request("eth_call").len(), 1);
        assert_eq!(running.of_the_request("eth_call").len(), 0);
    }

    #[test]
    fn chance_is_the_seeds() {
        assert_eq!(hits(When::PerMille(300), 200), hits(When::PerMille(300), 200));
        let share = hits(When::PerMille(300), 10_000).len();
        assert!((2_700..3_300).contains(&share), "{share}");
        assert_eq!(Schedule::chaos(1, 20).to_string(), Schedule::chaos(1, 20).to_string());
        assert_ne!(Schedule::chaos(1, 20).to_string(), Schedule::chaos(2, 20).to_string());
    }
}
