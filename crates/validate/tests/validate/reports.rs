//! What is written for people and for programs.

use crate::world::{PHASES, TODAY, World};
use payrox_model::{Check, Code, Finding, Gas, Selector, Severity, Verdict};
use payrox_validate::{About, AboutPlan, Phase, PhaseRun, Validation, render};

/// Text that is markup in Markdown, XML, a terminal or a table.
const HOSTILE: &str = "a|b<script>`x`</script>&\"'](https://evil.example) \u{1b}[2J\u{202e}\u{0}";

pub(crate) fn about(world: &World) -> About {
    let plan = &world.plan;
    About {
        system: world.project.name.value.clone(),
        network: world.network.name.clone(),
        chain_id: world.network.chain_id,
        plan: Some(AboutPlan {
            plan_id: plan.plan_id,
            root: plan.root,
            content_hash: plan.content_hash,
            epoch: plan.epoch,
            facets: plan.facets.len(),
            routes: plan.routes.len(),
        }),
        against: "an empty chain".into(),
        artifacts_hash: Some(world.artifacts.hash()),
        judge: "payrox 0.1.0".into(),
        date: Some(TODAY),
        command: "payrox validate --phase full".into(),
        project_file: "payrox.toml".into(),
        sources: world.project.facets.iter().map(|f| (f.name.clone(), f.contract.source.clone())).collect(),
    }
}

pub(crate) fn runs(world: &World) -> Vec<PhaseRun> {
    let run = |phase: Phase| PhaseRun {
        phase,
        part: None,
        checks: payrox_validate::run(&[phase], &world.subject()).checks,
        cached: phase == Phase::Gas,
        took_ms: 7,
    };
    PHASES.into_iter().map(run).collect()
}

pub(crate) fn judged(world: &World, runs: &[PhaseRun]) -> Validation {
    Validation::new(about(world), runs, &world.project.policy.waivers, Some(&world.subject()))
}

/// One with a finding of each kind, and a check that could not be decided.
pub(crate) fn validation() -> Validation {
    let mut world = World::clean();
    world.rehearsed().routes.get_mut(&Selector::of("fee()")).unwrap().gas = Gas(1_000_000);
    let mut runs = runs(&world);
    let finding = |severity| Finding {
        code: Code("PRX-VAL-013"),
        severity,
        subject: HOSTILE.into(),
        evidence: HOSTILE.into(),
        hint: Some(HOSTILE.into()),
    };
    let check =
        |verdict, findings| Check { name: HOSTILE.into(), verdict, summary: HOSTILE.into(), findings };
    let checks = vec![
        check(Verdict::Fail, vec![finding(Severity::Error), finding(Severity::Warning)]),
        check(Verdict::Unknown, vec![]),
        check(Verdict::Pass, vec![finding(Severity::Info)]),
    ];
    runs.push(PhaseRun { phase: Phase::Test, part: None, checks, cached: false, took_ms: 1 });
    judged(&world, &runs)
}

#[test]
fn prx_v01_the_report_says_what_was_judged_what_was_found_and_what_it_means() {
    let world = World::clean();
    let text = render(&judged(&world, &runs(&world))).markdown;
    for part in [
        "# Validation of payments for local: passed (8 of 14 phases)\n",
        "an empty chain",
        &world.plan.plan_id.to_string(),
        &world.plan.root.to_string(),
        "2026-11-29",
        "| gas | pass |",
        "7 ms, then",
        "## Findings\n\nNone.",
        "| Payments |",
        "Payments.fee()",
        "| unpause | stop and start |",
        "Unknown is never a pass",
        "`payrox validate --phase full`",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    // Every row of a table has as many cells as its head.
    let mut columns = None;
    for line in text.lines() {
        let cells = line.replace("\\|", "").matches('|').count();
        match (line.starts_with('|'), columns) {
            (false, _) => columns = None,
            (true, None) => columns = Some(cells),
            (true, Some(wanted)) => assert_eq!(cells, wanted, "{line}"),
        }
    }
}

#[test]
fn prx_v01_a_report_of_part_of_the_gates_does_not_look_like_the_whole() {
    let world = World::clean();
    let all: Vec<_> = runs(&world);
    let run = |phase| PhaseRun { phase, part: None, ..all[1].clone() };
    let one = judged(&world, &[run(Phase::Abi)]);
    assert_eq!((one.verdict, one.extent().as_deref()), (Verdict::Pass, Some("1 of 14 phases")));
    let text = render(&one).markdown;
    assert!(text.starts_with("# Validation of payments for local: passed (1 of 14 phases)\n"), "{text}");
    let missing = "Nothing is known of what these look at: compile, test, parity, selectors, size, merkle, storage, code, source, gas, roles, rollback, deploy.";
    assert!(text.contains(missing), "{text}");
    assert!(render(&one).junit.contains("(1 of 14 phases)"));
    let json = serde_json::to_value(&one).unwrap();
    assert_eq!(json["phasesNotRun"].as_array().unwrap().len(), 13);

    // A part of a phase is not the phase.
    let mut all: Vec<_> = Phase::ALL.map(run).to_vec();
    assert_eq!(judged(&world, &all).extent(), None);
    assert!(!render(&judged(&world, &all)).markdown.contains("Not all of the gates"));
    let test = all.iter_mut().find(|run| run.phase == Phase::Test).unwrap();
    test.part = Some("group A alone".into());
    let part = judged(&world, &all);
    assert_eq!(part.extent().as_deref(), Some("14 of 14 phases, test in part"));
    let text = render(&part).markdown;
    assert!(
        text.contains("| test | pass | group A alone |") && !text.contains("groups A, B, C and D"),
        "{text}"
    );
}

#[test]
fn prx_v01_a_report_with_what_an_earlier_run_gave_does_not_say_that_all_was_done_anew() {
    let world = World::clean();
    let mut runs = runs(&world);
    let text = render(&judged(&world, &runs)).markdown;
    assert!(text.contains("were not done anew") && !text.contains("made anew"), "{text}");
    runs.iter_mut().for_each(|run| run.cached = false);
    assert!(!render(&judged(&world, &runs)).markdown.contains("*then*"));
}

#[test]
fn prx_b47_what_comes_from_outside_is_text_in_every_report() {
    let reports = render(&validation());
    let sarif = serde_json::to_string(&reports.sarif).unwrap();
    for (name, text) in
        [("markdown", &reports.markdown), ("chart", &reports.chart), ("junit", &reports.junit)]
    {
        for part in ["<script>", "\u{1b}", "\u{0}"] {
            assert!(!text.contains(part), "{name} has {part:?}");
        }
    }
    assert!(!reports.markdown.contains('\u{202e}'));
    assert!(!reports.markdown.contains("://evil"), "a link");
    assert!(!sarif.contains('\u{1b}'), "JSON escapes control characters itself");
    // A cell that ends a table's row would be a row of its own.
    assert!(!reports.markdown.lines().any(|line| line.starts_with("b<") || line.starts_with("b&lt;")));
}

#[test]
fn prx_v01_junit_has_a_suite_a_phase_and_counts_what_is_unknown_as_no_pass() {
    let junit = render(&validation()).junit;
    let report = quick_junit::Report::deserialize_from_str(&junit).unwrap();
    assert_eq!(report.test_suites.len(), PHASES.len() + 1);
    let tests = report.test_suites.iter().find(|suite| suite.name.as_str() == "test").unwrap();
    assert_eq!((tests.tests, tests.failures, tests.errors), (3, 1, 1));
    let gas = report.test_suites.iter().find(|suite| suite.name.as_str() == "gas").unwrap();
    assert_eq!((gas.tests, gas.failures), (1, 1));
}

#[test]
fn prx_v01_sarif_has_a_result_a_finding_with_a_rule_a_place_and_its_waiver() {
    let sarif = render(&validation()).sarif;
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    let rules: Vec<_> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index], &result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert!(place.as_str().unwrap().bytes().all(|b| b.is_ascii_graphic()), "{place}");
    }
    let of = |code: &str| results.iter().filter(|r| r["ruleId"] == code).collect::<Vec<_>>();
    let levels: Vec<_> = of("PRX-VAL-013").iter().map(|r| r["level"].as_str().unwrap().to_owned()).collect();
    assert_eq!(levels, ["error", "warning", "note"]);
    let open = of("PRX-VAL-004");
    assert_eq!((open.len(), &open[0]["kind"], &open[0]["level"]), (1, &"open".into(), &"none".into()));
    let gas = of("PRX-VAL-060")[0];
    let uri = &gas["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "src/facets/Payments.sol");
    assert!(gas.get("suppressions").is_none());
}

#[test]
fn prx_v01_the_chart_has_an_area_for_each_facet_and_is_xml() {
    let world = World::clean();
    let chart = render(&judged(&world, &runs(&world))).chart;
    for facet in &world.plan.facets {
        assert!(chart.contains(&format!("<title>{}: ", facet.name)), "{}", facet.name);
    }
    assert_eq!(chart.matches("<g>").count(), chart.matches("</g>").count());
    assert!(chart.starts_with("<svg ") && chart.ends_with("</svg>\n"));
    assert!(!chart.contains("NaN") && !chart.contains("inf"));
}

#[test]
fn prx_v01_without_a_plan_there_is_a_report_all_the_same() {
    let world = World::clean();
    let about = About { plan: None, artifacts_hash: None, date: None, ..about(&world) };
    let none = Validation::new(about, &[], &[], None);
    assert_eq!(none.verdict, Verdict::Unknown);
    let reports = render(&none);
    assert!(reports.markdown.contains("none can be made"));
    assert!(reports.chart.ends_with("</svg>\n"));
}
