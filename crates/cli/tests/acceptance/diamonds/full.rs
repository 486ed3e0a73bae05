//! Every phase of a validation, of a diamond's next release.

use super::sourced::Team;
use crate::{
    project::{list, text},
    tools::foundry,
};
use serde_json::{Value, json};
use std::fs;

/// A test of the counter, for forge.
const TEST: &str = r#"// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { CounterFacet } from "../src/solidstate/CounterFacet.sol";

contract CounterFacetTest {
    function test_it_counts() external {
        CounterFacet counter = new CounterFacet();
        counter.increment();
        require(counter.count() == 1, "one");
    }
}
"#;

/// Findings that are not waived, by code and subject; then checks without one that are no pass.
fn wrong(document: &Value) -> Vec<String> {
    let phases = list(&document["validation"]["phases"]).iter();
    let checks = phases.flat_map(|phase| list(&phase["checks"]));
    let mut wrong = Vec::new();
    for check in checks.filter(|check| check["verdict"] != "pass") {
        wrong.push(format!("{}: {}", text(check, "name"), text(check, "summary")));
        for finding in list(&check["findings"]).iter().filter(|finding| finding["waived"] != true) {
            wrong.push(format!(
                "  {} {}: {}",
                text(finding, "code"),
                text(finding, "subject"),
                text(finding, "evidence")
            ));
        }
    }
    wrong
}

#[test]
fn prx_o02_prx_v04_every_phase_passes_for_a_good_release_of_a_solidstate_diamond_and_not_for_a_broken_one() {
    let (Some(_), Some(team)) = (foundry("forge"), Team::new()) else { return };
    team.write("test/CounterFacet.t.sol", TEST);
    team.next("grown");
    // Until somebody says that he looked, what nobody can look at is no pass.
    let open = team.run(&["validate", "--phase", "storage", "--phase", "abi", "--json"]);
    let missing = wrong(&open.json());
    assert!(
        open.status == 1 && missing.iter().any(|line| line.contains("PRX-VAL-116 Diamond")),
        "{missing:#?}"
    );
    assert!(!missing.iter().any(|line| line.starts_with("abi")), "{missing:#?}");
    // The diamond's own functions are of a contract that the project has no source of.
    team.waive("PRX-VAL-116", "Diamond");
    team.waive("PRX-VAL-210", "Diamond");
    team.run(&["validate", "--phase", "gas", "--update-gas-snapshot"]).good();
    let full = ["validate", "--phase", "full", "--json"];
    let ran = team.run(&full);
    let document = ran.json();
    assert_eq!((ran.status, wrong(&document)), (0, Vec::new()));
    assert_eq!(document["validation"]["verdict"], "pass");
    assert_eq!(document["validation"]["phasesNotRun"], json!([]));
    let report = fs::read_to_string(team.project().path().join("validation-report.md")).unwrap();
    assert!(report.contains("parity: old and new"), "{report}");

    // The other one counts by two.
    team.next("upgrade");
    let ran = team.run(&full);
    assert_eq!(ran.status, 1, "{ran:?}");
    let wrong = wrong(&ran.json());
    assert!(wrong.iter().any(|line| line.contains("PRX-PAR-002 CounterFacet.increment()")), "{wrong:#?}");
}
