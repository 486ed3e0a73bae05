//! The plan's file.

use crate::{
    project::{Project, Ran, list, text},
    tools::program,
};
use alloy_primitives::Address;
use serde_json::Value;
use std::{collections::BTreeSet, process::Command};

/// The condition of the runbook, as it is written there.
const CONDITION: &str = r#"(.facets|length)==13 and (.selectors|length)==71 and (.codehashes|length)==13 and all(.facets[]; .name|test("^[A-Za-z_]"))"#;

fn holds(plan: &Value) -> bool {
    let begins_well =
        |facet: &Value| text(facet, "name").starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    list(&plan["facets"]).len() == 13
        && list(&plan["selectors"]).len() == 71
        && list(&plan["codehashes"]).len() == 13
        && list(&plan["facets"]).iter().all(begins_well)
}

#[test]
fn prx_d04_the_plan_has_13_facets_71_selectors_and_13_code_hashes_and_jq_agrees() {
    let project = Project::example();
    assert_eq!(project.json(&["plan", "--network", "local"])["outcome"], "planned");
    let plan = project.plan();
    assert!(holds(&plan));
    let distinct =
        |key: &str| list(&plan[key]).iter().map(ToString::to_string).collect::<BTreeSet<_>>().len();
    assert_eq!((distinct("selectors"), distinct("codehashes")), (71, 13));
    for (facet, code_hash) in list(&plan["facets"]).iter().zip(list(&plan["codehashes"])) {
        assert_eq!(facet["codeHash"], *code_hash);
        assert_ne!(text(facet, "address").parse::<Address>().unwrap(), Address::ZERO);
    }
    for (route, selector) in list(&plan["routes"]).iter().zip(list(&plan["selectors"])) {
        assert_eq!(route["selector"], *selector);
    }
    let mut without = plan.clone();
    without["selectors"].as_array_mut().unwrap().pop();
    assert!(!holds(&without), "the condition can fail");
    if let Some(jq) = program("jq") {
        let file = project.path().join("artifacts/dispatcher.plan.json");
        assert_eq!(Ran::of(Command::new(jq).args(["-e", CONDITION]).arg(file)).good(), "true\n");
    }
}

#[test]
fn prx_d04_planning_twice_and_in_another_folder_gives_equal_bytes_and_after_apply_no_changes() {
    let (one, other) = (Project::example(), Project::example());
    one.json(&["plan", "--network", "local"]);
    let bytes = one.plan_bytes();
    one.json(&["plan", "--network", "local"]);
    assert_eq!(bytes, one.plan_bytes());
    other.json(&["plan", "--network", "local"]);
    assert_eq!(bytes, other.plan_bytes());

    one.json(&["run", "--network", "local"]);
    assert_eq!(bytes, one.plan_bytes(), "the run carried out this very plan");
    let again = one.run(&["plan", "--network", "local"]);
    assert_eq!(again.status, 0, "{again:?}");
    assert!(again.stdout.contains("no changes"), "{again:?}");
    assert_eq!(one.json(&["plan", "--network", "local"])["outcome"], "nothing_to_do");
    assert_eq!(list(&one.json(&["plan", "diff", "--network", "local"])["changes"]).len(), 0);
}

/// Who names a plan has looked at it.
#[test]
fn a_run_of_a_named_plan_neither_replaces_it_nor_sends_another() {
    let project = Project::example();
    let named = ["--plan", "reviewed.json", "--network", "local"];
    let with = |verb: &[&str], more: &[&str]| project.run(&[verb, &named[..], more].concat());
    with(&["plan"], &["--config", "upgrade.toml"]).good();
    let reviewed = project.path().join("reviewed.json");
    let bytes = std::fs::read(&reviewed).unwrap();
    let ran = with(&["run"], &["--json"]);
    assert_eq!((ran.status, &ran.json()["error"]["code"]), (3, &"PRX-CLI-012".into()), "{ran:?}");
    assert_eq!(std::fs::read(&reviewed).unwrap(), bytes, "what was reviewed is still there");
    assert_eq!(project.json(&["status", "--network", "local"])["epoch"], Value::Null, "nothing ran");

    with(&["plan"], &[]).good();
    let bytes = std::fs::read(&reviewed).unwrap();
    for _ in 0..2 {
        with(&["run"], &[]).good();
        assert_eq!(std::fs::read(&reviewed).unwrap(), bytes, "it ran, and is there");
    }
    with(&["plan"], &["--config", "upgrade.toml"]).good();
    let ran = with(&["run"], &[]);
    assert_eq!(ran.status, 3, "what is live is not what was named: {ran:?}");
}

#[test]
fn a_run_of_a_named_plan_that_is_not_there_makes_none_and_sends_nothing() {
    let project = Project::example();
    let at = ["--network", "local", "--json"];
    for verb in [&["run"][..], &["stage"], &["apply"], &["deploy", "facets"]] {
        let by_flag = project.run(&[verb, &["--plan", "reviewed.json"], &at].concat());
        let mut by_variable = project.bare();
        by_variable
            .env("PAYROX_PLAN", "reviewed.json")
            .args(verb)
            .args(at)
            .arg("--project")
            .arg(project.path());
        for ran in [by_flag, Ran::of(&mut by_variable)] {
            assert_eq!((ran.status, &ran.json()["error"]["code"]), (2, &"PRX-CLI-011".into()), "{ran:?}");
            let inside = project.path().join("reviewed.json").display().to_string();
            assert!(ran.stdout.contains(&inside), "where it was looked for: {ran:?}");
        }
    }
    assert!(!project.path().join("reviewed.json").exists(), "only `payrox plan` writes it");
    assert_eq!(project.json(&["status", "--network", "local"])["epoch"], Value::Null, "nothing ran");
}
