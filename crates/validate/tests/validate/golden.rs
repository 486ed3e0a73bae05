//! Whole reports, as they are committed in `golden/`: `PAYROX_BLESS=1` writes them.

use crate::world::TODAY;
use alloy_primitives::B256;
use payrox_config::Day;
use payrox_model::{ChainId, Code, CodeHash, Epoch, Finding, Gas, PlanId, Root, Severity, Verdict};
use payrox_validate::{
    About, AboutPlan, CheckReport, FindingReport, GasRow, Part, Phase, PhaseReport, RehearsedStep, Size,
    Validation, WaiverReport, WaiverState, render,
};
use std::{collections::BTreeMap, path::Path};

pub(crate) fn same(file: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validate/golden").join(file);
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    if known != found && std::env::var_os("PAYROX_BLESS").is_some() {
        return payrox_files::write_atomic(&path, found.as_bytes()).unwrap();
    }
    assert_eq!(known, found, "{}: PAYROX_BLESS=1 writes it", path.display());
}

fn finding(code: &'static str, severity: Severity, subject: &str, waived: bool) -> FindingReport {
    let evidence = format!("what was seen of {subject}");
    let hint = (severity != Severity::Info).then(|| "what to do".to_owned());
    FindingReport {
        finding: Finding { code: Code(code), severity, subject: subject.into(), evidence, hint },
        waived,
    }
}

fn check(name: &str, verdict: Verdict, findings: Vec<FindingReport>) -> CheckReport {
    CheckReport { name: name.into(), verdict, summary: format!("what {name} looked at"), findings }
}

fn size(contract: &str, runtime: Option<u64>, init_code: u64) -> Size {
    Size { contract: contract.into(), runtime, init_code }
}

fn call(facet: &str, function: &str, gas: u64, snapshot: Option<u64>) -> GasRow {
    let snapshot = snapshot.map(Gas);
    GasRow {
        facet: facet.parse().unwrap(),
        function: function.into(),
        gas: Gas(gas),
        returns: gas > 300,
        snapshot,
        deployed: None,
    }
}

fn waiver(code: &str, subject: &str, state: WaiverState) -> WaiverReport {
    WaiverReport {
        code: code.into(),
        subject: subject.into(),
        owner: "ops@example.org".into(),
        reason: "the table is worth it".into(),
        expires: Day { year: 2027, month: 1, day: 2 },
        state,
    }
}

fn step(name: &str, part: Part, gas: Option<u64>, failure: Option<&str>) -> RehearsedStep {
    RehearsedStep { name: name.into(), part, gas: gas.map(Gas), failure: failure.map(Into::into) }
}

fn about() -> About {
    let hash = B256::repeat_byte;
    About {
        system: "payments".parse().unwrap(),
        network: "local".parse().unwrap(),
        chain_id: ChainId(31_338),
        plan: Some(AboutPlan {
            plan_id: PlanId(hash(1)),
            root: Root(hash(2)),
            content_hash: hash(3),
            epoch: Epoch(4),
            facets: 2,
            routes: 5,
        }),
        against: "the chain at block 7".into(),
        artifacts_hash: Some(CodeHash(hash(5)).0),
        judge: "payrox 0.1.0".into(),
        date: Some(TODAY),
        command: "payrox validate --phase full".into(),
        project_file: "config/pay rox.toml".into(),
        sources: BTreeMap::from([("Pay".parse().unwrap(), "src/Pay.sol".into())]),
    }
}

/// Something of everything.
fn validation() -> Validation {
    let phase = |phase, verdict, cached, took_ms, checks| {
        let part = (phase == Phase::Size).then(|| "half of it".to_owned());
        PhaseReport { phase, verdict, part, cached, took_ms, checks }
    };
    let calls = (0..19).map(|n| call("Pay", &format!("f{n:02}()"), 1_000 + n, Some(1_000 + n)));
    Validation {
        version: 1,
        verdict: Verdict::Fail,
        about: about(),
        phases: vec![
            phase(
                Phase::Size,
                Verdict::Pass,
                true,
                12_345,
                vec![
                    check(
                        "size: code",
                        Verdict::Pass,
                        vec![finding("PRX-VAL-043", Severity::Warning, "Pay.pay()", false)],
                    ),
                    check("size: transactions", Verdict::Pass, vec![]),
                ],
            ),
            phase(
                Phase::Gas,
                Verdict::Fail,
                false,
                7,
                vec![check(
                    "gas",
                    Verdict::Fail,
                    vec![
                        finding("PRX-VAL-060", Severity::Error, "Pay.pay()", false),
                        finding("PRX-VAL-060", Severity::Error, "Pay.fee()", true),
                        finding("PRX-VAL-062", Severity::Error, "Pay.fee()", true),
                        finding("PRX-VAL-061", Severity::Info, "Other", false),
                    ],
                )],
            ),
            phase(Phase::Deploy, Verdict::Unknown, false, 0, vec![check("deploy", Verdict::Unknown, vec![])]),
        ],
        phases_not_run: vec![Phase::Compile, Phase::Test],
        exceptions: check(
            "waivers",
            Verdict::Fail,
            vec![finding("PRX-VAL-001", Severity::Error, "PRX-VAL-013 x", false)],
        ),
        waivers: vec![
            waiver("PRX-VAL-060", "Pay.fee()", WaiverState::Counts),
            waiver("PRX-VAL-062", "Pay.fee()", WaiverState::Counts),
            waiver("PRX-VAL-013", "x", WaiverState::Expired),
            waiver("PRX-VAL-014", "y", WaiverState::Unused),
            waiver("PRX-VAL-050", "z", WaiverState::Refused),
        ],
        sizes: vec![
            size("Pay", Some(12_288), 12_800),
            size("Other", Some(6_144), 36_864),
            size("Small", Some(1_024), 1_200),
            size("Router", None, 4_915),
            size("Large", Some(24_577), 24_600),
            size("None", Some(0), 0),
        ],
        gas: calls
            .chain([
                call("Pay", "more()", 1_125, Some(1_000)),
                call("Pay", "less()", 875, Some(1_000)),
                call("Pay", "new()", 400, None),
                call("Pay", "free()", 300, Some(0)),
            ])
            .collect(),
        rehearsal: vec![
            step("stage", Part::Plan, Some(8_388_608), None),
            step("pause", Part::Exercise, Some(21_000), Some("closed routes answer")),
            step("freeze (way back)", Part::WayBack, None, Some("it reverts: no")),
        ],
    }
}

#[test]
fn prx_v01_every_report_of_one_outcome_is_as_it_is_committed() {
    let reports = render(&validation());
    same("report.md", &reports.markdown);
    same("report.svg", &reports.chart);
    same("report.junit.xml", &reports.junit);
    same("report.sarif.json", &format!("{:#}\n", reports.sarif));
}

#[test]
fn prx_v01_what_there_is_nothing_of_has_no_table() {
    let none = Validation {
        verdict: Verdict::Pass,
        phases: vec![],
        waivers: vec![],
        exceptions: check("waivers", Verdict::Pass, vec![]),
        sizes: vec![],
        gas: vec![],
        rehearsal: vec![],
        about: About { plan: None, artifacts_hash: None, date: None, ..about() },
        ..validation()
    };
    let reports = render(&none);
    same("empty.md", &reports.markdown);
    same("empty.svg", &reports.chart);
    same("empty.junit.xml", &reports.junit);
}

#[test]
fn prx_v01_areas_are_as_what_they_stand_for_and_named_where_there_is_room() {
    let chart = |sizes: &[u64]| {
        let sizes = sizes.iter().enumerate().map(|(n, bytes)| size(&format!("Contract{n}"), Some(*bytes), 1));
        let validation = Validation { sizes: sizes.collect(), gas: vec![], ..validation() };
        let text = render(&validation).chart;
        text.lines()
            .filter(|line| line.contains("<g>") || line.contains("<text"))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    // A share of a half; sixteenths, just too narrow for a name; three thirty-seconds, just too low for one; a square; a row of equals.
    let all = [&[1, 1][..], &[15, 1], &[68, 29, 3], &[4, 1, 1], &[1, 1, 1, 1], &[900, 90, 9, 1], &[7]];
    same("charts.txt", &all.map(|sizes| format!("{sizes:?}\n{}\n", chart(sizes))).concat());
}
