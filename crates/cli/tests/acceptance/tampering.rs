//! One bit on chain that is not as planned.

use crate::{
    chain::route_slot,
    project::{Project, Ran, list, text},
    served::Served,
};
use alloy_primitives::Bytes;
use payrox_files::write_atomic;
use serde_json::{Value, json};
use std::fs;

struct Live {
    project: Project,
    plan: Value,
}

impl Live {
    /// Does something to the kept chain.
    fn tamper(&self, method: &str, params: Value) {
        let served = Served::devnet(&self.project, &[]);
        served.chain().ask(method, params).unwrap();
    }

    fn route(&self, signature: &str) -> (usize, &Value) {
        let mut routes = list(&self.plan["routes"]).iter().enumerate();
        routes.find(|(_, route)| route["signature"] == signature).unwrap()
    }

    /// What `verify` finds: each failed check, and what it names.
    fn found(&self) -> Vec<(String, Vec<String>)> {
        let ran = self.project.run(&["verify", "--network", "local", "--json"]);
        assert_eq!(ran.status, 1, "{ran:?}");
        let document = ran.json();
        assert_eq!(document["outcome"], "fail");
        let failed = list(&document["checks"]).iter().filter(|check| check["verdict"] == "fail");
        let subjects = |check: &Value| list(&check["findings"]).iter().map(ToString::to_string).collect();
        failed.map(|check| (text(check, "name").to_owned(), subjects(check))).collect()
    }

    fn is_whole(&self) {
        assert_eq!(self.project.json(&["verify", "--network", "local"])["outcome"], "pass");
    }
}

fn named<'a>(found: &'a [(String, Vec<String>)], check: &str) -> &'a [String] {
    found.iter().find(|(name, _)| name == check).map_or(&[], |(_, subjects)| subjects)
}

fn flipped(bytes: &[u8], at: usize) -> Bytes {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes.into()
}

#[test]
fn prx_d07_one_bit_in_a_slot_in_a_facets_code_or_in_the_manifest_makes_verify_fail_and_name_the_function() {
    let (project, _) = Project::live();
    let plan = project.plan();
    let live = Live { project, plan };
    live.is_whole();
    let router = text(&live.plan["addresses"], "router");

    // One bit of the facet's address in a hot route's slot.
    const HOT: &str = "quote(uint256)";
    let (_, route) = live.route(HOT);
    let slot = route_slot(text(route, "selector"));
    let word = Served::devnet(&live.project, &[]).chain().slot(router, slot);
    live.tamper("hardhat_setStorageAt", json!([router, slot, flipped(&word[..], 31)]));
    let found = live.found();
    let [only] = named(&found, "slots") else { panic!("one slot: {found:?}") };
    assert!(only.contains(HOT), "{only}");
    live.tamper("hardhat_setStorageAt", json!([router, slot, word]));
    live.is_whole();

    // One byte of the code behind it.
    let facet = list(&live.plan["facets"]).iter().find(|f| f["name"] == "Payments").unwrap();
    let at = text(facet, "address");
    let code = Served::devnet(&live.project, &[]).chain().code(at);
    live.tamper("hardhat_setCode", json!([at, flipped(&code, code.len() / 2)]));
    let found = live.found();
    let routes = list(&live.plan["routes"]).iter().filter(|r| r["facet"] == "Payments");
    let functions: Vec<_> = routes.map(|r| text(r, "signature")).collect();
    let subjects = named(&found, "code");
    assert_eq!(subjects.len(), functions.len(), "{found:?}");
    assert!(functions.iter().all(|f| subjects.iter().any(|s| s.contains(f))), "{subjects:?}");
    live.tamper("hardhat_setCode", json!([at, code]));
    live.is_whole();

    // A COLD route's entry in the manifest, which serves it: another facet's index.
    const COLD: &str = "setFee(uint16)";
    let (index, route) = live.route(COLD);
    assert_eq!(route["flags"].as_u64().unwrap() & 0x10, 0x10);
    let at = text(&live.plan["manifest"], "address");
    let chunk = Served::devnet(&live.project, &[]).chain().code(at);
    let entry = 1 + 4 + 52 * list(&live.plan["facets"]).len() + 6 * index;
    live.tamper("hardhat_setCode", json!([at, flipped(&chunk, entry + 4)]));
    let found = live.found();
    assert!(found.iter().any(|(_, subjects)| subjects.iter().any(|s| s.contains(COLD))), "{found:?}");
    live.tamper("hardhat_setCode", json!([at, chunk]));
    live.is_whole();
}

/// Whoever can write the plan's file can also compute its content hash.
#[test]
fn prx_b30_a_plan_that_was_changed_and_sealed_again_is_refused_before_anything_is_sent() {
    let project = Project::example();
    project.json(&["plan"]);
    let own = project.plan();
    project.json(&["plan", "--config", "upgrade.toml"]);
    let file = project.path().join("artifacts/dispatcher.plan.json");
    let mut other = payrox_plan::Plan::read(&file).unwrap();
    other.artifacts_hash = own["artifactsHash"].as_str().unwrap().parse().unwrap();
    other.content_hash = other.compute_content_hash().unwrap();
    payrox_files::write_atomic(&file, other.to_json().unwrap().as_bytes()).unwrap();
    for slice in [&["deploy", "dispatcher"][..], &["deploy", "facets"], &["stage"], &["apply"]] {
        let ran = project.run(&[slice, &["--json"]].concat());
        assert_eq!(ran.status, 3, "{ran:?}");
        assert_eq!(ran.json()["error"]["code"], "PRX-CLI-012");
    }
    assert_eq!(project.json(&["status"])["block"], 0);
}

#[test]
fn prx_b51_a_webhook_is_not_told_that_a_run_ended_well_whose_proof_failed() {
    let (project, _) = Project::live();
    let plan = project.plan();
    let live = Live { project, plan };
    let own = live.project.path().join("payrox.toml");
    let file = fs::read_to_string(&own).unwrap()
        + "\n[[alerts]]\nname = \"down\"\nurl_env = \"DOWN\"\nallow = [\"127.0.0.1\"]\n";
    write_atomic(&own, file.as_bytes()).unwrap();
    let (_, route) = live.route("quote(uint256)");
    let slot = route_slot(text(route, "selector"));
    let router = text(&live.plan["addresses"], "router");
    let word = Served::devnet(&live.project, &[]).chain().slot(router, slot);
    live.tamper("hardhat_setStorageAt", json!([router, slot, flipped(&word[..], 31)]));
    // Port 1 answers nobody: what it would be told waits.
    let mut run = live.project.bare();
    run.env("DOWN", "http://127.0.0.1:1/").args(["run", "--json", "--project"]).arg(live.project.path());
    let ran = Ran::of(&mut run);
    assert_eq!((ran.status, ran.json()["outcome"].as_str()), (1, Some("failed")), "{ran:?}");
    let waits: String = fs::read_dir(live.project.path().join(".payrox/outbox"))
        .unwrap()
        .flatten()
        .filter_map(|entry| fs::read_to_string(entry.path()).ok())
        .collect();
    assert!(waits.contains("failed") && waits.contains("PRX-PRB-") && !waits.contains("complete"), "{waits}");
}
