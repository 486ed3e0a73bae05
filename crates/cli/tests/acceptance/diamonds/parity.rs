//! Facets of a diamond alone and behind it, and a diamond before and after its cut, on a fork of its chain.

use super::{DEPLOYER, OWNER, World};
use crate::project::{list, text};
use alloy_primitives::{Bytes, keccak256};
use serde_json::{Value, json};

const RUNS: [&str; 2] = ["--fuzz-runs", "200"];

fn rows<'a>(document: &'a Value, comparison: &str) -> &'a [Value] {
    let mut all = list(&document["comparisons"]).iter();
    let found = all.find(|one| one["comparison"] == comparison);
    list(&found.unwrap_or_else(|| panic!("{comparison}: {document:#}"))["routes"])
}

/// The functions whose row has this verdict.
fn of<'a>(document: &'a Value, comparison: &str, verdict: &str) -> Vec<&'a str> {
    let rows = rows(document, comparison).iter().filter(|row| row["verdict"] == verdict);
    rows.map(|row| text(row, "function")).collect()
}

/// A diamond of `@solidstate/contracts` with a counter in it that was used, adopted; the project says the other counter.
fn counting(world: &World, upgrade: &str) -> String {
    let diamond = world.deploy("SolidDiamond.sol/SolidDiamond.json", &[]).to_string();
    let facet = world.deploy("CounterFacet.sol/CounterFacet.json", &[]);
    world.cut(DEPLOYER, &diamond, world.add("CounterFacet.sol/CounterFacet.json", facet));
    world.send(DEPLOYER, Some(&diamond), &Bytes::copy_from_slice(&keccak256("increment()")[..4]));
    world.adopt(&diamond);
    world.edit("payrox.toml", "src/solidstate/CounterFacet.sol", upgrade);
    diamond
}

#[test]
fn prx_o02_prx_v03_a_cut_of_a_solidstate_diamond_that_changes_nothing_that_stays_passes_on_a_fork() {
    let Some(world) = World::new(&[]) else { return };
    counting(&world, "src/solidstate/grown/CounterFacet.sol");
    let (block, sent) = (world.chain.block(), world.chain.transactions());
    let ran = world.run(&["parity", "--json", "--fuzz-runs", "1000"]);
    let document = ran.json();
    assert_eq!((ran.status, &document["outcome"]), (0, &json!("pass")), "{document:#}");
    assert_eq!((&document["ground"]["kind"], &document["ground"]["block"]), (&json!("fork"), &json!(block)));
    // What the diamond answers itself has no facet that could be asked alone; what is new was not there before.
    let alone = of(&document, "direct_and_routed", "pass");
    assert_eq!(alone, ["count()", "increment()", "twice()"], "{document:#}");
    let both = of(&document, "old_and_new", "pass");
    assert_eq!(both.len(), 14, "{both:?}");
    for function in ["count()", "increment()", "facets()", "facetAddress(bytes4)", "acceptOwnership()"] {
        assert!(both.contains(&function), "{function} in {both:?}");
    }
    let cut =
        rows(&document, "old_and_new").iter().find(|row| text(row, "function").starts_with("diamondCut"));
    assert!(cut.unwrap()["returned"].as_u64().is_some_and(|n| n > 0), "{cut:?}");
    assert_eq!((world.chain.block(), world.chain.transactions()), (block, sent), "nothing was sent");

    let offline = world.run(&["parity", "--json", "--fuzz-runs", "1000", "--offline"]);
    assert_eq!(offline.status, 0, "{offline:?}");
    assert!(text(&offline.json()["ground"], "endpoint").contains("offline"), "{offline:?}");
}

#[test]
fn prx_o02_prx_v03_a_function_that_counts_otherwise_after_the_cut_is_found_and_replayed() {
    let Some(world) = World::new(&[]) else { return };
    counting(&world, "src/solidstate/upgrade/CounterFacet.sol");
    let ran = world.run(&[&["parity", "--json"][..], &RUNS].concat());
    let document = ran.json();
    assert_eq!((ran.status, &document["outcome"]), (1, &json!("fail")), "{document:#}");
    assert_eq!(of(&document, "old_and_new", "fail"), ["increment()"], "{document:#}");
    assert!(of(&document, "direct_and_routed", "fail").is_empty(), "{document:#}");
    let case = list(&document["cases"])[0].as_str().unwrap();
    let replayed = world.run(&["parity", "replay", case]);
    assert_eq!(replayed.status, 1, "{replayed:?}");
    for part in ["the diamond", "CounterFacet", "the difference", "it differs still"] {
        assert!(replayed.stdout.contains(part), "{part}: {}", replayed.stdout);
    }
}

#[test]
fn prx_o02_prx_v03_a_diamond_with_its_routes_in_a_facet_is_compared_and_what_nobody_can_call_is_unknown() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let deposit = json!({ "from": OWNER, "to": diamond, "value": "0x7", "data": "0xd0e30db0" });
    world.chain.ask("eth_sendTransaction", json!([deposit])).unwrap();
    world.adopt(&diamond);
    world.edit("payrox.toml", "src/appstorage/VaultFacet.sol", "src/appstorage/upgrade/VaultFacet.sol");
    let parity = [&["parity", "--json"][..], &RUNS].concat();
    let ran = world.run(&parity);
    let document = ran.json();
    assert_eq!(ran.status, 1, "{document:#}");
    // In thousandths: nothing else is other than it was, the loupe least of all.
    assert_eq!(of(&document, "old_and_new", "fail"), ["total()"], "{document:#}");
    assert!(of(&document, "direct_and_routed", "fail").is_empty(), "{document:#}");
    assert!(of(&document, "direct_and_routed", "pass").contains(&"motto()"), "{document:#}");
    assert!(of(&document, "old_and_new", "pass").contains(&"facets()"), "{document:#}");

    // A facet of which only selectors are known.
    let kept = "[[kept]]\nname = \"Fees\"\nfunctions = [\"0xddca3f43\"]\n";
    let project = world.project.path().join("payrox.toml");
    let before = std::fs::read_to_string(&project).unwrap();
    let (head, rest) = before.split_once("\n[[facets]]\nname = \"FeeFacet\"").unwrap();
    let rest = rest.split_once("\n[[").map(|(_, rest)| format!("\n[[{rest}")).unwrap_or_default();
    payrox_files::write_atomic(&project, format!("{head}{rest}\n{kept}").as_bytes()).unwrap();
    world.edit("networks/anvil.toml", "FeeFacet = ", "Fees = ");
    let ran = world.run(&[&parity[..], &["--route", "0xddca3f43"]].concat());
    let document = ran.json();
    assert_eq!((ran.status, &document["outcome"]), (1, &json!("unknown")), "{document:#}");
    assert!(ran.stdout.contains("PRX-PAR-006"), "{document:#}");
}

#[test]
fn prx_o02_prx_v03_the_phase_parity_of_a_good_cut_passes() {
    let Some(world) = World::new(&[]) else { return };
    counting(&world, "src/solidstate/grown/CounterFacet.sol");
    let validated = world.run(&["validate", "--phase", "parity", "--json"]);
    let document = validated.json();
    assert_eq!(validated.status, 0, "{document:#}");
    let phase = &list(&document["validation"]["phases"])[0];
    let names: Vec<_> = list(&phase["checks"]).iter().map(|check| text(check, "name")).collect();
    assert_eq!(names, ["parity: direct and routed", "parity: old and new"], "{document:#}");
    let offline = world.run(&["validate", "--phase", "parity", "--offline"]);
    assert_eq!(offline.status, 0, "{offline:?}");
}

#[test]
fn prx_o02_prx_v03_a_diamond_that_does_something_of_its_own_before_its_facet_is_found() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = world.diamond("CrookedDiamond.sol/CrookedDiamond.json", OWNER.parse().unwrap(), true);
    world.adopt(&diamond);
    // Nothing is to be done: what is live is looked at alone.
    let ran = world.run(&[&["parity", "--json"][..], &RUNS].concat());
    let document = ran.json();
    assert_eq!(ran.status, 1, "{document:#}");
    assert_eq!(of(&document, "direct_and_routed", "fail"), ["deposit()"], "{document:#}");
    assert_eq!(list(&document["comparisons"]).len(), 1, "{document:#}");
    let found = list(&document["checks"][0]["findings"]);
    assert!(text(&found[0], "evidence").contains("differ in storage"), "{found:#?}");
}

#[test]
fn prx_o02_prx_v03_a_diamond_on_the_embedded_chain_is_compared_on_a_copy_of_it() {
    let Some(world) = World::local() else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let project = world.stop();
    let local = |args: &[&str]| project.run(&[args, &["--network", "local", "--json"]].concat());
    assert_eq!(local(&["adopt", &diamond, "--artifacts", "out", "--name", "vault"]).status, 0);
    super::edit(
        &project,
        "payrox.toml",
        "src/appstorage/VaultFacet.sol",
        "src/appstorage/upgrade/VaultFacet.sol",
    );
    let ran = local(&[&["parity"][..], &RUNS].concat());
    let document = ran.json();
    assert_eq!((ran.status, &document["ground"]["kind"]), (1, &json!("copy")), "{document:#}");
    assert_eq!(of(&document, "old_and_new", "fail"), ["total()"], "{document:#}");
}
