//! What the project accepts, for a reason and for a time.

use crate::{
    reports::{judged, runs},
    world::{TODAY, World},
};
use payrox_config::{Day, Place, Waiver};
use payrox_model::{Check, Code, Finding, Gas, Selector, Severity, Verdict};
use payrox_validate::{Phase, PhaseRun, Validation, WaiverState, render};

pub(crate) fn waiver(code: &str, subject: &str, expires: Day) -> Waiver {
    Waiver {
        place: Place { path: "payrox.toml".into(), line: 1, column: 1, field: String::new() },
        code: code.into(),
        subject: subject.into(),
        owner: "ops@example.org".into(),
        reason: "the new fee table is worth it".into(),
        expires,
    }
}

/// One route takes too much gas; these waivers are there.
fn dearer(waivers: Vec<Waiver>) -> Validation {
    let mut world = World::clean();
    world.rehearsed().routes.get_mut(&Selector::of("fee()")).unwrap().gas = Gas(1_000_000);
    world.project.policy.waivers = waivers;
    judged(&world, &runs(&world))
}

fn codes(validation: &Validation) -> Vec<String> {
    validation.findings().map(|finding| finding.code.to_string()).collect()
}

const LATER: Day = Day { year: 2027, month: 1, day: 1 };
const PAST: Day = Day { year: 2026, month: 11, day: 28 };

#[test]
fn prx_v01_a_waiver_covers_one_code_on_one_subject_until_its_last_day_is_over() {
    for expires in [LATER, TODAY] {
        let validation = dearer(vec![waiver("PRX-VAL-060", "Payments.fee()", expires)]);
        assert_eq!((validation.verdict, codes(&validation)), (Verdict::Pass, vec![]));
        assert_eq!(validation.waivers[0].state, WaiverState::Counts);
        let waived: Vec<_> = validation.checks().flat_map(|c| &c.findings).filter(|f| f.waived).collect();
        assert_eq!(waived.len(), 1, "it is shown all the same");
        let reports = render(&validation);
        assert!(reports.markdown.contains("the new fee table is worth it"));
        let (found, by) = validation.accepted().next().unwrap();
        assert_eq!((found.code.0, by.owner.as_str()), ("PRX-VAL-060", "ops@example.org"));
        let exceptions = reports.markdown.split("## Exceptions").nth(1).unwrap().split("## ").next().unwrap();
        assert!(exceptions.contains("than the snapshot allows"), "what was seen: {exceptions}");
        assert_eq!(reports.sarif["runs"][0]["results"][0]["suppressions"][0]["kind"], "external");
    }
}

#[test]
fn prx_v01_an_expired_waiver_covers_nothing_and_is_itself_a_finding() {
    let validation = dearer(vec![waiver("PRX-VAL-060", "Payments.fee()", PAST)]);
    assert_eq!(codes(&validation), ["PRX-VAL-060", "PRX-VAL-001"]);
    assert_eq!((validation.verdict, validation.exceptions.verdict), (Verdict::Fail, Verdict::Fail));
    assert_eq!(validation.waivers[0].state, WaiverState::Expired);
    assert_eq!(validation.exceptions.summary, "0 of 1 waiver in force");
    let later = waiver("PRX-VAL-060", "Payments.fee()", LATER);
    let both = dearer(vec![later, waiver("PRX-VAL-060", "Payments.quote()", PAST)]);
    assert_eq!(both.exceptions.summary, "1 of 2 waivers in force");
}

#[test]
fn prx_v01_a_waiver_for_another_subject_or_code_covers_nothing() {
    for (code, subject) in [("PRX-VAL-060", "Payments.fee"), ("PRX-VAL-061", "Payments.fee()")] {
        let validation = dearer(vec![waiver(code, subject, LATER)]);
        assert_eq!(codes(&validation), ["PRX-VAL-060"]);
        assert_eq!(validation.waivers[0].state, WaiverState::Unused);
    }
}

#[test]
fn prx_v01_nobody_can_accept_that_proofs_are_wrong() {
    let mut world = World::clean();
    let route = world.plan.routes[9].clone();
    world.plan.proofs.remove(&route.selector);
    let subject = format!("{}.{}", route.facet, route.signature);
    world.project.policy.waivers = vec![waiver("PRX-VAL-050", &subject, LATER)];
    let validation = judged(&world, &runs(&world));
    assert_eq!(codes(&validation), ["PRX-VAL-050", "PRX-VAL-003"]);
    assert_eq!(validation.verdict, Verdict::Fail);
}

#[test]
fn prx_v01_where_nobody_says_the_day_no_waiver_counts() {
    let mut world = World::clean();
    world.rehearsed().routes.get_mut(&Selector::of("fee()")).unwrap().gas = Gas(1_000_000);
    world.project.policy.waivers = vec![waiver("PRX-VAL-060", "Payments.fee()", LATER)];
    let mut about = judged(&world, &[]).about;
    about.date = None;
    let validation = Validation::new(about, &runs(&world), &world.project.policy.waivers, None);
    assert_eq!(validation.verdict, Verdict::Fail);
}

#[test]
fn prx_v01_a_waiver_that_nothing_needs_is_told_once_everything_ran() {
    let mut world = World::clean();
    world.project.policy.waivers = vec![waiver("PRX-VAL-060", "Payments.nothing()", LATER)];
    let some = judged(&world, &runs(&world));
    assert_eq!(codes(&some), Vec::<String>::new());
    let all: Vec<_> = Phase::ALL
        .map(|phase| PhaseRun { phase, part: None, checks: vec![], cached: false, took_ms: 0 })
        .into();
    let all = judged(&world, &all);
    assert_eq!(codes(&all), ["PRX-VAL-002"]);
    assert_eq!((all.count(Severity::Warning), all.count(Severity::Error)), (1, 0));
}

#[test]
fn prx_v01_a_check_that_failed_for_something_else_is_not_lifted() {
    let finding = |severity, subject: &str| Finding {
        code: Code("PRX-VAL-060"),
        severity,
        subject: subject.into(),
        evidence: String::new(),
        hint: None,
    };
    let verdict = |verdict, findings: Vec<Finding>| {
        let mut world = World::clean();
        world.project.policy.waivers = vec![waiver("PRX-VAL-060", "waived", LATER)];
        let check = Check { name: "x".into(), verdict, summary: String::new(), findings };
        let run = PhaseRun { phase: Phase::Gas, part: None, checks: vec![check], cached: false, took_ms: 0 };
        judged(&world, &[run]).phases[0].verdict
    };
    let waived = || finding(Severity::Error, "waived");
    assert_eq!(verdict(Verdict::Fail, vec![waived()]), Verdict::Pass);
    assert_eq!(verdict(Verdict::Fail, vec![waived(), finding(Severity::Error, "other")]), Verdict::Fail);
    assert_eq!(verdict(Verdict::Fail, vec![waived(), finding(Severity::Warning, "other")]), Verdict::Pass);
    assert_eq!(verdict(Verdict::Fail, vec![]), Verdict::Fail, "it has no error that could be accepted");
    assert_eq!(verdict(Verdict::Fail, vec![finding(Severity::Warning, "waived")]), Verdict::Fail);
    assert_eq!(verdict(Verdict::Unknown, vec![waived()]), Verdict::Unknown);
}

/// A check of these findings, with waivers for some of them.
fn checked(verdict: Verdict, findings: &[(&'static str, Severity)], waived: &[&str]) -> Verdict {
    let mut world = World::clean();
    world.project.policy.waivers = waived.iter().map(|code| waiver(code, "A.f()", LATER)).collect();
    let finding = |(code, severity): &(&'static str, Severity)| Finding {
        code: Code(code),
        severity: *severity,
        subject: "A.f()".into(),
        evidence: "e".into(),
        hint: None,
    };
    let findings = findings.iter().map(finding).collect();
    let check = Check { name: "code".into(), verdict, summary: "s".into(), findings };
    let run = PhaseRun { phase: Phase::Code, part: None, checks: vec![check], cached: false, took_ms: 0 };
    judged(&world, &[run]).phases[0].verdict
}

#[test]
fn prx_v01_a_waiver_for_what_is_wrong_does_not_decide_what_is_unknown() {
    let wrong = ("PRX-VAL-200", Severity::Error);
    let open = ("PRX-VAL-210", Severity::Warning);
    assert_eq!(checked(Verdict::Fail, &[wrong, open], &["PRX-VAL-200"]), Verdict::Unknown);
    assert_eq!(checked(Verdict::Fail, &[wrong, open], &["PRX-VAL-210"]), Verdict::Fail);
    assert_eq!(checked(Verdict::Fail, &[wrong, open], &["PRX-VAL-200", "PRX-VAL-210"]), Verdict::Pass);
    // Who has read the function by hand says so, and then it is known.
    assert_eq!(checked(Verdict::Unknown, &[open], &[]), Verdict::Unknown);
    assert_eq!(checked(Verdict::Unknown, &[open], &["PRX-VAL-210"]), Verdict::Pass);
    // What is unknown for a reason that is no finding stays so.
    let other = ("PRX-VAL-043", Severity::Warning);
    assert_eq!(checked(Verdict::Unknown, &[other], &["PRX-VAL-043"]), Verdict::Unknown);
    assert_eq!(checked(Verdict::Unknown, &[], &[]), Verdict::Unknown);
}

#[test]
fn prx_v01_a_waiver_of_one_routes_mismatch_leaves_another_route_undecided() {
    let mismatch = ("PRX-PAR-002", Severity::Error);
    for code in ["PRX-PAR-003", "PRX-PAR-004", "PRX-PAR-005"] {
        let open = (code, Severity::Warning);
        let both = [mismatch, open];
        assert_eq!(checked(Verdict::Fail, &both, &["PRX-PAR-002"]), Verdict::Unknown, "{code}");
        assert_eq!(checked(Verdict::Fail, &both, &[code]), Verdict::Fail, "{code}");
        assert_eq!(checked(Verdict::Fail, &both, &["PRX-PAR-002", code]), Verdict::Pass, "{code}");
        assert_eq!(checked(Verdict::Unknown, &[open], &[]), Verdict::Unknown, "{code}");
        assert_eq!(checked(Verdict::Unknown, &[open], &[code]), Verdict::Pass, "{code}");
    }
}
