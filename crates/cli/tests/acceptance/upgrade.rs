//! The second version of one facet, and the way back with a tool that is not ours.

use crate::{
    chain::{calldata, selector},
    project::{Project, Ran, facet_of, list, text},
    served::Served,
    tools::foundry,
};
use alloy_primitives::{Address, Bytes};
use std::process::Command;

/// Of the owner, development account 1.
const OWNERS_KEY: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const UPGRADE: [&str; 2] = ["--config", "upgrade.toml"];
const TIP: &str = "payWithTip(address,address,uint256,uint256,bytes32)";

#[test]
fn prx_d07_prx_d08_an_upgrade_says_what_changes_by_name_skips_the_delay_aloud_and_is_epoch_2() {
    let (project, first) = Project::live();
    let plan = project.plan();
    let before: Vec<_> = list(&plan["routes"])
        .iter()
        .filter(|r| r["facet"] == "Payments")
        .map(|r| text(r, "signature"))
        .collect();
    assert!(before.len() > 5);

    let difference = project.json(&[&["plan", "diff"][..], &UPGRADE].concat());
    let changes = list(&difference["changes"]);
    let named = |kind: &str| -> Vec<&str> {
        let mut names: Vec<_> =
            changes.iter().filter(|c| c["kind"] == kind).map(|c| text(c, "function")).collect();
        names.sort_unstable();
        names
    };
    let mut replaced = before.clone();
    replaced.sort_unstable();
    assert_eq!(named("replaced"), replaced);
    assert_eq!(named("added"), [TIP]);
    assert_eq!(changes.len(), before.len() + 1, "and nothing else: {changes:?}");

    let ran = project.run(&[&["run", "--network", "local"][..], &UPGRADE].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains("skipped the delay"), "{}", ran.stderr);
    assert!(ran.stdout.contains(TIP), "{}", ran.stdout);
    let again = project.json(&[&["run", "--network", "local"][..], &UPGRADE].concat());
    assert_eq!(again["outcome"], "nothing_to_do");
    assert_eq!((&again["epoch"], &again["facets"], &again["routes"]), (&2.into(), &13.into(), &72.into()));
    for same in ["dispatcher", "router"] {
        assert_eq!(again["addresses"][same], first["addresses"][same]);
    }
}

#[test]
fn prx_p05_prx_d07_the_inverse_sent_by_cast_with_the_owners_key_restores_every_route_of_epoch_1() {
    let Some(cast) = foundry("cast") else { return };
    let (project, first) = Project::live();
    let old = project.plan();
    let second = project.json(&[&["run", "--network", "local"][..], &UPGRADE].concat());
    assert_eq!((&second["outcome"], &second["epoch"]), (&"complete".into(), &2.into()));
    let inverse = project.json(&["plan", "show", "--inverse"]);
    let [call] = list(&inverse["inverse"]["calls"]) else { panic!("one call: {inverse}") };

    let served = Served::devnet(&project, &[]);
    let cast = |args: &[&str]| {
        let ran =
            Ran::of(Command::new(&cast).args(args).env("ETH_RPC_URL", served.url()).env("NO_COLOR", "1"));
        ran.good().trim().to_owned()
    };
    let router = text(&first["addresses"], "router");
    let tip = text(list(&second_change(&project)).first().unwrap(), "selector").to_owned();
    let facet = |hex: &str| cast(&["call", router, "facetAddress(bytes4)(address)", hex]);
    assert_ne!(facet(&tip), Address::ZERO.to_string());

    let receipt =
        cast(&["send", text(call, "to"), text(call, "data"), "--private-key", OWNERS_KEY, "--json"]);
    assert!(receipt.contains("\"status\":\"0x1\""), "{receipt}");

    for route in list(&old["routes"]) {
        let (_, planned) = facet_of(&old, route);
        let seen = facet(text(route, "selector")).to_ascii_lowercase();
        assert_eq!(seen, text(planned, "address"), "{}", text(route, "signature"));
    }
    assert_eq!(facet(&tip), Address::ZERO.to_string());
    let refused = served.chain().call(router, &tip.parse::<Bytes>().unwrap()).unwrap_err();
    assert_eq!(refused, calldata("NoRoute(bytes4)", &[selector(&tip)]));
    drop(served);

    let stale = project.run(&["verify", "--network", "local"]);
    assert_eq!(stale.status, 1, "the plan at hand is the second version's: {stale:?}");
    let ran = project.json(&["run", "--network", "local"]);
    assert_eq!((&ran["outcome"], &ran["epoch"]), (&"nothing_to_do".into(), &3.into()));
    let verified = project.json(&["verify", "--network", "local"]);
    assert_eq!((&verified["outcome"], &verified["epoch"]), (&"pass".into(), &3.into()), "{verified}");
    assert_eq!(verified["planId"], first["planId"], "epoch 3 is epoch 1's plan");
}

#[test]
fn prx_d11_after_a_rollback_a_run_without_journal_and_plan_still_verifies_what_is_live() {
    let (project, first) = Project::live();
    project.json(&[&["run", "--network", "local"][..], &UPGRADE].concat());
    let inverse = project.json(&["plan", "show", "--inverse"]);
    let [call] = list(&inverse["inverse"]["calls"]) else { panic!("one call: {inverse}") };
    let served = Served::devnet(&project, &[]);
    let (from, to, data) = (&inverse["from"][0][0], &call["to"], &call["data"]);
    let rollback = serde_json::json!([{ "from": from, "to": to, "data": data }]);
    served.chain().ask("eth_sendTransaction", rollback).unwrap();
    drop(served);
    for lost in ["journal", "artifacts"] {
        project.forget(lost);
    }
    let ran = project.json(&["run", "--network", "local"]);
    assert_eq!((&ran["outcome"], &ran["epoch"]), (&"nothing_to_do".into(), &3.into()));
    assert!(list(&ran["checks"]["checks"]).len() > 5, "nothing was looked at: {ran}");
    let verified = project.json(&["verify", "--network", "local"]);
    assert_eq!((&verified["outcome"], &verified["planId"]), (&"pass".into(), &first["planId"]));
}

/// What the upgrade added.
fn second_change(project: &Project) -> serde_json::Value {
    list(&project.plan()["changes"]).iter().filter(|c| c["kind"] == "added").cloned().collect()
}

/// Whoever has stolen a key that may stage has the whole delay for himself if nobody is told.
#[test]
fn prx_d06_prx_d07_a_plan_that_somebody_staged_behind_the_live_one_is_told_by_status_verify_and_run() {
    let (project, first) = Project::live();
    let other = [&UPGRADE[..], &["--network", "local", "--plan", "artifacts/other.json"]].concat();
    project.run(&[&["plan"], &other[..]].concat()).good();
    project.run(&[&["deploy", "facets"], &other[..]].concat()).good();
    project.run(&[&["stage"], &other[..]].concat()).good();

    let status = project.json(&["status", "--network", "local"]);
    let staged = text(&status, "pendingPlan");
    assert_eq!(status["activePlan"], first["planId"]);
    let reason = text(&status, "reason");
    assert!(reason.contains(&format!("another plan is staged: {staged}, live from ")), "{reason}");
    assert!(text(&status, "next").starts_with("payrox cancel"), "{status:#}");

    for verb in [&["verify"][..], &["verify", "diamond"], &["run"]] {
        let ran = project.run(&[verb, &["--network", "local", "--json"]].concat());
        assert_eq!(ran.status, 1, "{verb:?}: {ran:?}");
        assert!(ran.stdout.contains("PRX-PRB-019") && ran.stdout.contains(staged), "{verb:?}: {ran:?}");
    }
    let staging = project.run(&["verify", "staging", "--network", "local"]);
    assert!(staging.stdout.contains("payrox cancel"), "{staging:?}");
    assert!(!staging.stdout.contains("payrox stage"), "it would have nothing to do: {staging:?}");

    project.run(&["cancel", "--network", "local"]).good();
    assert_eq!(text(&project.json(&["status", "--network", "local"]), "reason"), "the plan is live");
    assert_eq!(project.json(&["verify", "--network", "local"])["outcome"], "pass");
}

#[test]
fn status_says_when_the_plan_that_lies_there_was_made_from_another_config() {
    let (project, _) = Project::live();
    let own = project.json(&["status", "--network", "local"]);
    assert_eq!((&own["madeFromThis"], text(&own, "reason")), (&true.into(), "the plan is live"));
    let other = project.json(&[&["status", "--network", "local"][..], &UPGRADE].concat());
    assert_eq!(other["madeFromThis"], false);
    let reason = text(&other, "reason");
    assert!(
        reason.contains("was made from other contracts than") && reason.contains("upgrade.toml"),
        "{reason}"
    );
    assert!(text(&other, "next").starts_with("payrox plan "), "{other:#}");
}
