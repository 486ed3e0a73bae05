//! The same over HTTP, against npm's anvil.

use crate::{
    project::{Project, list, text},
    served::Served,
};
use payrox_faults::{FaultProxy, Schedule};
use serde_json::{Value, json};

/// What names the chain, and what is hashed together with that.
const BOUND: [&str; 4] = ["chainId", "network", "planId", "contentHash"];

fn unbound(mut plan: Value) -> Value {
    for key in BOUND {
        assert!(plan.as_object_mut().unwrap().remove(key).is_some(), "{key}");
    }
    // The dispatcher's code contains its EIP-712 domain, which contains the chain.
    let steps = plan["steps"].as_array_mut().unwrap();
    let step = steps.iter_mut().find(|step| step["name"] == "implementation").unwrap();
    let code_hash = step["effect"]["codeHash"].take();
    let data = step["call"]["data"].as_str().unwrap();
    step["call"]["data"] = data.replace(code_hash.as_str().unwrap().trim_start_matches("0x"), "").into();
    plan
}

#[test]
fn prx_d08_prx_d01_the_same_run_on_anvil_gives_the_plan_of_local_and_without_broadcast_sends_nothing() {
    let Some(anvil) = Served::anvil() else { return };
    let chain = anvil.chain();
    let (local, ran) = Project::live();
    let project = Project::example();
    let endpoint = ["run", "--network", "anvil", "--rpc-url", anvil.url()];

    let (block, sent) = (chain.block(), chain.transactions());
    let dry = project.run(&endpoint);
    assert_eq!(dry.status, 0, "{dry:?}");
    assert!(dry.stdout.contains("planned, nothing was sent"), "{}", dry.stdout);
    let calls = dry.stdout.lines().filter(|line| line.starts_with("  data  0x")).count();
    let document = project.json(&endpoint);
    assert_eq!(document["outcome"], "planned");
    let steps = list(&document["steps"]);
    assert!(steps.iter().all(|step| step["tx"].is_null() && step["outcome"] == "planned"), "{document}");
    let looked_at: Vec<_> =
        steps.iter().filter(|step| step["call"]["data"].is_null()).map(|s| &s["name"]).collect();
    assert_eq!(looked_at, ["router"], "every other step shows its calldata");
    assert_eq!((chain.block(), chain.transactions()), (block, sent), "nothing was sent");

    let broadcast = project.json(&[&endpoint[..], &["--broadcast"]].concat());
    assert_eq!(broadcast["outcome"], "complete");
    for same in ["addresses", "root", "epoch", "facets", "routes"] {
        assert_eq!(broadcast[same], ran[same], "{same}");
    }
    let (here, there) = (local.plan(), project.plan());
    assert_eq!(here["manifest"], there["manifest"]);
    assert_eq!(unbound(here), unbound(there));

    let sent = chain.transactions();
    assert_eq!((sent > 20, sent), (true, calls as u64), "what was sent is what the dry run showed");
    assert_eq!(project.json(&[&endpoint[..], &["--broadcast"]].concat())["outcome"], "nothing_to_do");
    assert_eq!(chain.transactions(), sent);
    let verified = project.json(&["verify", "--network", "anvil", "--rpc-url", anvil.url()]);
    assert_eq!(verified["outcome"], "pass");
}

#[test]
fn prx_b31_code_that_a_constructor_fills_is_on_chain_what_was_planned_and_not_what_the_artifact_has() {
    let Some(anvil) = Served::anvil() else { return };
    let project = Project::example();
    let run = ["run", "--network", "anvil", "--rpc-url", anvil.url(), "--broadcast"];
    assert_eq!(project.json(&run)["outcome"], "complete");
    let mut filled = 0;
    for facet in list(&project.plan()["facets"]) {
        let (name, address) = (text(facet, "name"), text(facet, "address"));
        let code = anvil.chain().code(address);
        assert_eq!(facet["codeHash"], format!("{:#x}", alloy_primitives::keccak256(&code)), "{name}");
        let file = project.path().join(format!("out/{name}.sol/{name}.json"));
        let artifact: Value =
            serde_json::from_str(&payrox_files::read_text(&file, 1 << 24).unwrap()).unwrap();
        let compiled = text(&artifact["deployedBytecode"], "object").trim_start_matches("0x").to_owned();
        let deployed = alloy_primitives::hex::encode(&code);
        assert_eq!(compiled.len(), deployed.len(), "{name}");
        filled += usize::from(compiled != deployed);
    }
    assert!(filled >= 2, "facets of the example have immutables: {filled}");
}

#[test]
fn where_a_block_takes_a_second_the_whole_run_and_its_verification_take_two_blocks_and_sixty_calls() {
    let Some(anvil) = Served::anvil_with(&["--block-time", "1"]) else { return };
    let proxy = FaultProxy::start(anvil.url(), Schedule::default()).unwrap();
    let project = Project::example();
    let ran = project.json(&["run", "--broadcast", "--network", "anvil", "--rpc-url", &proxy.url()]);
    assert_eq!(ran["outcome"], "complete");
    let chain = anvil.chain();
    let blocks: Vec<_> = (1..=chain.block())
        .map(|at| chain.ask("eth_getBlockByNumber", json!([format!("{at:#x}"), false])).unwrap())
        .filter(|block| !list(&block["transactions"]).is_empty())
        .collect();
    let log = proxy.log();
    let mut methods: std::collections::BTreeMap<&str, usize> = Default::default();
    for asked in log.iter().flat_map(|seen| &seen.asked) {
        *methods.entry(&asked.method).or_default() += 1;
    }
    let calls: usize = methods.values().sum();
    println!("{} blocks, {calls} calls in {} round trips: {methods:?}", blocks.len(), log.len());
    assert_eq!(blocks.len(), 2);
    assert!(calls <= 60, "{calls} calls: {methods:?}");
}
