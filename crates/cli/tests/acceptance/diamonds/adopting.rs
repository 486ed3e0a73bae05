//! From an address to a project.

use super::{OWNER, World, finding};
use crate::{
    endpoint::Endpoint,
    project::{Project, list, text},
};
use alloy_primitives::{Address, FixedBytes, keccak256};
use alloy_sol_types::SolValue;
use payrox_model::{
    Manifest,
    diamond::IDiamond::{FacetCut, FacetCutAction},
};
use serde_json::{Value, json};
use std::fs;

#[test]
fn prx_o01_a_diamond_becomes_a_project_whose_plan_has_nothing_to_do_and_no_file_is_replaced() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let (block, sent) = (world.chain.block(), world.chain.transactions());
    let adopted = world.adopt(&diamond);
    assert_eq!((adopted["origin"].as_str(), list(&adopted["routes"]).len()), (Some("loupe"), 13));
    let facets: Vec<_> = list(&adopted["facets"]).iter().map(|facet| text(facet, "contract")).collect();
    assert!(facets.contains(&"src/appstorage/VaultFacet.sol:VaultFacet"), "{facets:?}");
    // Its constructor fills an immutable: the code on chain is not the compiler's.
    assert!(facets.contains(&"src/appstorage/FeeFacet.sol:FeeFacet"), "{facets:?}");
    let bytes = alloy_primitives::hex::decode(text(&adopted, "manifest")).unwrap();
    let manifest = Manifest::decode(&bytes).unwrap();
    assert_eq!(manifest.root().to_string(), text(&adopted, "root"));
    assert_eq!(finding(&adopted, "PRX-ADP-004").unwrap()["severity"], "warning", "the owner is a key");
    assert!(finding(&adopted, "PRX-ADP-001").is_none(), "loupe, events and storage agree: {adopted:#}");
    assert!(finding(&adopted, "PRX-ADP-015").is_none(), "{adopted:#}");

    let plan = world.json(&["plan"]);
    assert_eq!(plan["outcome"], "nothing_to_do", "{plan:#}");
    assert_eq!(world.json(&["verify"])["outcome"], "pass");
    assert_eq!((world.chain.block(), world.chain.transactions()), (block, sent), "nothing was sent");

    let again = world.run(&["adopt", &diamond]);
    assert_eq!(again.status, 2, "{again:?}");
    assert!(again.stderr.contains("PRX-CLI-005"), "{}", again.stderr);
}

#[test]
fn prx_o01_without_artifacts_facets_are_kept_by_address_and_functions_by_selector() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let adopted = world.json(&["adopt", &diamond]);
    let project = fs::read_to_string(world.project.path().join("payrox.toml")).unwrap();
    assert!(!project.contains("[[facets]]") && project.matches("[[kept]]").count() == 4, "{project}");
    assert!(project.contains("\"0xd0e30db0\""), "deposit() has no known name: {project}");
    assert!(finding(&adopted, "PRX-ADP-008").is_some() && finding(&adopted, "PRX-ADP-012").is_some());
    assert_eq!(world.json(&["plan"])["outcome"], "nothing_to_do");
}

#[test]
fn prx_o01_what_has_no_loupe_is_read_from_its_events_and_what_hides_those_from_its_storage() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), false);
    // What came first goes, and the last takes its place; something else is answered by another.
    let selector = |signature: &str| FixedBytes::from_slice(&keccak256(signature)[..4]);
    let cut = |facet, action, signature: &str| FacetCut {
        facetAddress: facet,
        action,
        functionSelectors: vec![selector(signature)],
    };
    world.cut(OWNER, &diamond, cut(Address::ZERO, FacetCutAction::Remove, "legacy()"));
    let next = world.deploy("upgrade/VaultFacet.sol/VaultFacet.json", &[]);
    world.cut(OWNER, &diamond, cut(next, FacetCutAction::Replace, "total()"));
    let unproved = |args: &[&str]| {
        let ran = world.run(&[&["adopt", &diamond, "--artifacts", "out", "--json"], args].concat());
        assert_eq!(ran.status, 1, "without a loupe nothing can be compared: {ran:?}");
        assert_eq!(list(&ran.json()["checks"])[0]["verdict"], "unknown");
        ran.json()
    };
    let adopted = unproved(&["--name", "vault"]);
    assert_eq!((text(&adopted, "origin"), list(&adopted["routes"]).len()), ("events", 5), "{adopted:#}");
    let at = |facet: &str| {
        list(&adopted["facets"]).iter().find(|f| f["name"] == facet).unwrap()["address"].clone()
    };
    let total = list(&adopted["routes"]).iter().find(|route| route["signature"] == "total()").unwrap();
    assert_eq!(at(text(total, "facet")), next.to_string().to_lowercase());
    assert!(finding(&adopted, "PRX-ADP-010").is_some(), "that it has no loupe is said");
    assert_eq!(text(&adopted, "owner"), OWNER.to_lowercase(), "by its storage");

    for file in ["payrox.toml", "networks/anvil.toml", "artifacts/adopted.json"] {
        fs::remove_file(world.project.path().join(file)).unwrap();
    }
    // After the last event nobody would know of it but by its storage.
    world.send(OWNER, Some(OWNER), &Default::default());
    let late = world.chain.block().to_string();
    let stored = unproved(&["--from-block", &late]);
    assert_eq!(text(&stored, "origin"), "storage of diamond-2");
    assert_eq!(stored["root"], adopted["root"], "the three ways lead to the same");

    // A cut could not be proved.
    let plan = world.run(&["plan"]);
    assert_eq!(plan.status, 3, "{plan:?}");
    assert!(plan.stderr.contains("PRX-ADP-021"), "{}", plan.stderr);
}

#[test]
fn prx_o01_an_endpoint_that_refuses_logs_leaves_the_routes_unknown() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let refuses = |method: &str, _: &Value| (method == "eth_getLogs").then(|| json!("not with this key"));
    let endpoint = Endpoint::before(world.anvil.chain(), refuses);
    let args = ["adopt", &diamond, "--network", "anvil", "--json", "--rpc-url", endpoint.url()];
    let ran = world.project.run(&args);
    assert_eq!(ran.status, 1, "{ran:?}");
    let adopted = ran.json();
    assert_eq!(finding(&adopted, "PRX-ADP-011").unwrap()["severity"], "warning", "{adopted:#}");
    assert_eq!(list(&adopted["checks"])[0]["verdict"], "unknown", "{adopted:#}");
}

#[test]
fn prx_o01_a_router_of_payrox_is_no_diamond_to_adopt() {
    let (project, ran) = Project::live();
    let router = text(&ran["addresses"], "router").to_owned();
    fs::remove_file(project.path().join("payrox.toml")).unwrap();
    let ran = project.run(&["adopt", &router, "--network", "local"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("PRX-ADP-026") && ran.stderr.contains("router of PayRox"), "{}", ran.stderr);
}

#[test]
fn prx_o01_an_address_without_code_or_without_a_diamond_is_refused_and_leaves_nothing() {
    let Some(world) = World::new(&[]) else { return };
    let plain = world.deploy("VaultFacet.sol/VaultFacet.json", &[]).to_string();
    for (address, code) in [(OWNER, "PRX-ADP-020"), (plain.as_str(), "PRX-ADP-023"), ("0x12", "PRX-CLI-001")]
    {
        let ran = world.run(&["adopt", address]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains(code), "{}", ran.stderr);
        assert!(!world.project.path().join("payrox.toml").exists());
    }
}

#[test]
fn prx_o01_the_storage_of_the_other_reference_kinds_is_read_as_the_compiler_lays_it_out() {
    let Some(world) = World::new(&[]) else { return };
    let facet = world.deploy("VaultFacet.sol/VaultFacet.json", &[]);
    // More than fill one slot of eight.
    let selectors: Vec<FixedBytes<4>> =
        (1u32..=11).map(|i| FixedBytes((i * 0x0101_0101).to_be_bytes())).collect();
    let owner: Address = OWNER.parse().unwrap();
    for (kind, own, origin) in
        [("FirstKind", 0, "storage of diamond-1"), ("ThirdKind", 1, "storage of diamond-3")]
    {
        let arguments = (owner, facet, selectors.clone()).abi_encode_params();
        let diamond = world.deploy(&format!("Layouts.sol/{kind}.json"), &arguments);
        for file in ["payrox.toml", "networks/anvil.toml", "artifacts/adopted.json"] {
            let _ = fs::remove_file(world.project.path().join(file));
        }
        let adopted = world.run(&["adopt", &diamond.to_string(), "--json"]);
        assert_eq!(adopted.status, 1, "without a loupe nothing can be compared: {adopted:?}");
        let adopted = adopted.json();
        assert_eq!(text(&adopted, "origin"), origin, "{adopted:#}");
        assert_eq!(text(&adopted, "owner"), OWNER.to_lowercase());
        let routes = list(&adopted["routes"]);
        let found: Vec<_> = routes.iter().map(|route| text(route, "selector").to_owned()).collect();
        assert_eq!(found, selectors.iter().map(ToString::to_string).collect::<Vec<_>>());
        let of_own = routes.iter().filter(|route| route["facet"] == "Diamond").count();
        assert_eq!(of_own, own, "{routes:?}");
    }
}
