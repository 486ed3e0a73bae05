//! A run, and what is known of it afterwards.

use crate::{
    chain::{calldata, route_slot},
    endpoint::Endpoint,
    project::{Project, list, text},
    served::Served,
};
use payrox_files::write_atomic;
use serde_json::{Value, json};
use std::fs;

const RUN: [&str; 6] = ["run", "--json", "--broadcast", "--network", "anvil", "--rpc-url"];

/// A live system that is reached over HTTP.
fn live() -> (Project, Served) {
    let project = Project::example();
    project.reach_devnet_as_anvil();
    let served = Served::devnet(&project, &["--fresh"]);
    let ran = project.run(&[&RUN[..], &[served.url()]].concat());
    assert_eq!((ran.status, &ran.json()["outcome"]), (0, &"complete".into()), "{ran:?}");
    (project, served)
}

#[test]
fn prx_d07_a_run_whose_active_plan_cannot_be_had_is_unknown_and_not_nothing_to_do() {
    let (project, served) = live();
    for lost in ["journal", "artifacts"] {
        project.forget(lost);
    }
    // A node that does not keep its logs.
    let silent = |method: &str, _: &Value| (method == "eth_getLogs").then(|| json!([]));
    let endpoint = Endpoint::before(served.chain(), silent);
    let ran = project.run(&[&RUN[..], &[endpoint.url()]].concat());
    assert_eq!(ran.status, 1, "{ran:?}");
    let document = ran.json();
    assert_eq!((&document["outcome"], &document["exit"]), (&"failed".into(), &1.into()));
    assert_eq!(document["error"]["code"], "PRX-PRB-001");
    assert_eq!(document["checks"]["checks"][0]["verdict"], "unknown");
    let whole =
        ["facets", "routes", "addresses", "epoch", "root", "planId", "steps", "gas", "durationMs", "network"];
    for key in whole {
        assert!(!document[key].is_null(), "{key}: {document:#}");
    }
    assert_eq!((&document["facets"], &document["routes"]), (&13.into(), &71.into()));
}

#[test]
fn prx_d07_a_run_whose_verification_fails_says_why_in_its_document() {
    let (project, served) = live();
    let plan = project.plan();
    let route = list(&plan["routes"]).iter().find(|route| route["signature"] == "quote(uint256)").unwrap();
    let (router, slot) = (text(&plan["addresses"], "router"), route_slot(text(route, "selector")));
    let mut word = served.chain().slot(router, slot);
    word[31] ^= 1;
    served.chain().ask("hardhat_setStorageAt", json!([router, slot, word])).unwrap();
    let ran = project.run(&[&RUN[..], &[served.url()]].concat());
    assert_eq!((ran.status, &ran.json()["outcome"]), (1, &"failed".into()), "{ran:?}");
    assert_eq!(ran.json()["error"]["code"], "PRX-PRB-009", "{ran:?}");
}

#[test]
fn prx_d07_an_endpoint_that_fails_during_the_verification_of_a_run_ends_it_with_5_as_verify_does() {
    let (project, served) = live();
    let only_verify_asks = calldata("verifySystemIntegrity()", &[]).to_string();
    let endpoint = Endpoint::before(served.chain(), move |_, params| {
        params.to_string().contains(only_verify_asks.trim_start_matches("0x")).then(|| json!("nonsense"))
    });
    let ran = project.run(&[&RUN[..], &[endpoint.url()]].concat());
    assert_eq!((ran.status, &ran.json()["outcome"]), (5, &"failed".into()), "{ran:?}");
    assert!(text(&ran.json()["error"], "code").starts_with("PRX-CHN-"), "{ran:?}");
    let verified = project.run(&["verify", "--json", "--network", "anvil", "--rpc-url", endpoint.url()]);
    assert_eq!(verified.status, 5, "{verified:?}");
}

#[test]
fn prx_d05_verify_facets_without_a_dispatcher_on_chain_tells_no_epoch() {
    let project = Project::example();
    project.json(&["plan"]);
    let ran = project.run(&["verify", "facets", "--json"]);
    assert_eq!((ran.status, &ran.json()["epoch"]), (1, &Value::Null), "{ran:?}");
    let ran = project.run(&["verify", "facets"]);
    assert!(!ran.stdout.contains("epoch"), "{ran:?}");
}

#[test]
fn prx_b23_a_chain_without_the_networks_known_block_is_refused_before_anything_is_sent() {
    let (project, served) = live();
    let file = project.path().join("networks/anvil.toml");
    let own = fs::read_to_string(&file).unwrap();
    let hash = "0x0101010101010101010101010101010101010101010101010101010101010101";
    let production = own
        .replace("skip_time = true", "")
        .replace("confirmations = 1", &format!("confirmations = 1\n{}", crate::production::PRODUCTION));
    let cases = [
        (production, 3, "PRX-CLI-031"),
        (format!("{own}\n[known_block]\nnumber = 0\nhash = \"{hash}\"\n"), 2, "PRX-CHN-007"),
    ];
    for (text, status, code) in cases {
        assert_ne!(text, own);
        write_atomic(&file, text.as_bytes()).unwrap();
        let ran = project.run(&[&RUN[..], &[served.url()]].concat());
        assert_eq!((ran.status, &ran.json()["error"]["code"]), (status, &code.into()), "{ran:?}");
    }
}
