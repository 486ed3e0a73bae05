//! The runbook's unit groups: named checks that run the embedded release on the embedded chain.

mod factory;
mod fixture;
mod life_cycle;
mod planning;
mod reentrancy;
mod world;

use payrox_model::{Check, Code, Finding, Severity, Verdict};
#[cfg(not(test))]
use world::World;
#[cfg(test)]
pub(crate) use world::World;

/// A check that ran and failed.
const FAILED: Code = Code("PRX-PRB-020");
/// A group that could not run.
const NOT_RUN: Code = Code("PRX-PRB-021");

/// One of the runbook's groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnitGroup {
    /// Dispatcher life cycle.
    A,
    /// Factory idempotency.
    B,
    /// Router re-entrancy.
    C,
    /// Plan generation.
    D,
}

/// What a check does: the reason why it failed, or nothing.
type Run = fn(&World) -> Result<(), String>;

impl UnitGroup {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// What it is about.
    pub fn title(self) -> &'static str {
        match self {
            Self::A => "dispatcher life cycle",
            Self::B => "factory idempotency",
            Self::C => "router re-entrancy",
            Self::D => "plan generation",
        }
    }

    fn checks(self) -> &'static [(&'static str, Run)] {
        match self {
            Self::A => &life_cycle::CHECKS,
            Self::B => &factory::CHECKS,
            Self::C => &reentrancy::CHECKS,
            Self::D => &planning::CHECKS,
        }
    }
}

/// Runs groups; each check has a chain of its own.
pub fn run_units(groups: &[UnitGroup]) -> Vec<Check> {
    let world = World::deployed();
    let mut checks = Vec::new();
    for group in groups {
        for (name, run) in group.checks() {
            let name = format!("{group:?}: {name}");
            checks.push(match &world {
                Ok(world) => outcome(name, run(&world.fork())),
                Err(why) => not_run(name, why),
            });
        }
    }
    checks
}

fn outcome(name: String, result: Result<(), String>) -> Check {
    let finding = |why: String| Finding {
        code: FAILED,
        severity: Severity::Error,
        subject: name.clone(),
        evidence: why,
        hint: Some("do not deploy this build of payrox".into()),
    };
    let findings: Vec<_> = result.err().map(finding).into_iter().collect();
    let verdict = if findings.is_empty() { Verdict::Pass } else { Verdict::Fail };
    Check {
        name,
        verdict,
        summary: if findings.is_empty() { "as it should be" } else { "failed" }.into(),
        findings,
    }
}

fn not_run(name: String, why: &str) -> Check {
    let finding = Finding {
        code: NOT_RUN,
        severity: Severity::Error,
        subject: name.clone(),
        evidence: why.to_owned(),
        hint: Some("the embedded release or the embedded chain is broken: do not deploy this build".into()),
    };
    Check { name, verdict: Verdict::Unknown, summary: "could not run".into(), findings: vec![finding] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_pass(group: UnitGroup) {
        let checks = run_units(&[group]);
        let bad: Vec<_> = checks.iter().filter(|c| c.verdict != Verdict::Pass).collect();
        assert!(checks.len() >= 6 && bad.is_empty(), "{bad:#?}");
    }

    #[test]
    fn prx_v02_group_a_the_dispatcher_life_cycle_passes() {
        all_pass(UnitGroup::A);
    }

    #[test]
    fn prx_v02_group_b_the_factory_is_idempotent() {
        all_pass(UnitGroup::B);
    }

    #[test]
    fn prx_v02_group_c_the_router_keeps_strangers_from_coming_back() {
        all_pass(UnitGroup::C);
    }

    #[test]
    fn prx_v02_prx_v07_group_d_plans_are_deterministic_and_proved() {
        all_pass(UnitGroup::D);
    }

    #[test]
    fn a_group_that_cannot_run_is_unknown() {
        assert_eq!(not_run("A: x".into(), "no release").verdict, Verdict::Unknown);
        assert_eq!(outcome("A: x".into(), Err("wrong".into())).verdict, Verdict::Fail);
    }
}
