//! A plan for a diamond, made again from a commit, and what is believed about what the diamond serves.

use super::{DEPLOYER, finding, sourced::Team};
use crate::{
    project::{list, text},
    review::lines_hold,
};
use payrox_conforms::conforms;
use serde_json::{Value, json};
use std::path::Path;

fn verdict<'a>(review: &'a Value, name: &str) -> &'a str {
    let mut checks = list(&review["checks"]).iter();
    let found = checks.find(|check| check["name"] == name);
    text(found.unwrap_or_else(|| panic!("{name}: {review:#}")), "verdict")
}

#[test]
fn prx_o02_prx_r02_a_plan_for_a_diamond_follows_from_a_commit_and_from_what_an_endpoint_says_it_serves() {
    let Some(team) = Team::new() else { return };
    team.next("grown");
    team.waive("PRX-VAL-116", "Diamond");
    team.world.json(&["plan"]);
    let commit = team.commit();

    let (status, review) = team.review(&commit, true);
    assert_eq!(conforms(&payrox_review::schema(), &review), Ok(()));
    assert_eq!((status, &review["outcome"]), (0, &json!("pass")), "{review:#}");
    for name in [
        "init code",
        "address",
        "code hash",
        "manifest",
        "plan id",
        "calldata",
        "way back",
        "bytes",
        "storage",
    ] {
        assert_eq!(verdict(&review, name), "pass", "{name}: {review:#}");
    }
    let served = list(&review["checks"]).iter().find(|check| check["name"] == "served before").unwrap();
    let said = text(served, "summary");
    assert!(said.contains("http://127.0.0.1") && said.contains("which is believed"), "{said}");
    // The owner signs a cut, not typed data.
    assert!(review["signer"]["domainHash"].is_null() && review["signer"]["digest"].is_null());
    let cut = &list(&review["signer"]["transactions"])[0];
    assert_eq!((&cut["step"], &cut["to"]), (&json!("cut"), &json!(team.diamond.to_lowercase())), "{cut}");
    let call = list(&review["calls"]).iter().find(|call| call["step"] == "cut").unwrap();
    assert!(text(call, "function").starts_with("diamondCut("), "{call:#}");
    assert_eq!(list(&review["signer"]["wayBack"]["transactions"]).len(), 1);

    // Without an endpoint the plan's own word is all there is: everything else is made again.
    let (status, review) = team.review(&commit, false);
    assert_eq!((status, &review["outcome"]), (1, &json!("unknown")), "{review:#}");
    assert!(finding(&review, "PRX-REV-035").is_some(), "{review:#}");
    let others = list(&review["checks"]).iter().filter(|check| check["verdict"] != "pass");
    assert_eq!(others.count(), 1, "{review:#}");

    // Every line that another tool computes.
    let wanted = [
        "content hash",
        "plan id",
        "Merkle root",
        "init code CounterFacet",
        "calldata cut",
        "calldata back 1",
    ];
    lines_hold(&review, Path::new("."), &wanted);
}

#[test]
fn prx_o02_prx_r02_a_plan_of_other_sources_or_of_another_state_of_the_diamond_is_caught() {
    let Some(team) = Team::new() else { return };
    team.next("grown");
    team.waive("PRX-VAL-116", "Diamond");
    team.world.json(&["plan"]);
    // The commit says something else than what was planned.
    team.edit("src/solidstate/CounterFacet.sol", "add(sload(at), 1)", "add(sload(at), 3)");
    let commit = team.commit();
    for asked in [true, false] {
        let (status, review) = team.review(&commit, asked);
        assert_eq!((status, &review["outcome"]), (1, &json!("fail")), "{review:#}");
        for name in ["init code", "address", "code hash", "calldata", "plan id"] {
            assert_eq!(verdict(&review, name), "fail", "{name}: {review:#}");
        }
        assert_eq!(verdict(&review, "compiler"), "pass");
    }

    team.edit("src/solidstate/CounterFacet.sol", "add(sload(at), 3)", "add(sload(at), 1)");
    let commit = team.commit();
    assert_eq!(team.review(&commit, true).0, 0);
    // Somebody cuts before the owner signs.
    let fees = team.world.deploy("VaultFacet.sol/VaultFacet.json", &[]);
    team.world.cut(DEPLOYER, &team.diamond, team.world.add("VaultFacet.sol/VaultFacet.json", fees));
    let (status, review) = team.review(&commit, true);
    assert_eq!((status, &review["error"]["code"]), (3, &json!("PRX-REV-015")), "{review:#}");
}
