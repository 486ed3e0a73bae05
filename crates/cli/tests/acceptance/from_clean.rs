//! One command, from a clone to a live system.

use crate::{
    chain::{Chain, address, as_address, calldata, route_slot, selector, uint},
    project::{Project, Ran, facet_of, list, text},
    served::Served,
    tools::{program, repository},
};
use alloy_primitives::{B256, Bytes, keccak256};
use serde_json::Value;
use std::process::Command;

/// The binary where there is no network at all; just without path, home and variables where that may not be asked for.
fn cut_off(project: &Project) -> Command {
    if let Some(unshare) = program("unshare") {
        let allowed = Command::new(&unshare).args(["-rn", "true"]).output().is_ok_and(|o| o.status.success());
        if allowed {
            let mut command = Command::new(unshare);
            command.args(["-rn", env!("CARGO_BIN_EXE_payrox")]);
            command.env_clear().env("PATH", "").current_dir(project.around());
            return command;
        }
    }
    println!(
        "namespaces may not be made here: the network is reachable, and nobody looks whether it is reached"
    );
    project.bare()
}

#[test]
fn prx_d08_from_clean_one_command_without_node_compiler_key_or_network_makes_13_facets_and_71_routes_live() {
    let project = Project::example();
    let run = || {
        let mut command = cut_off(&project);
        command.args(["run", "--network", "local", "--json", "--project"]).arg(project.path());
        Ran::of(&mut command)
    };
    let first = run();
    assert_eq!(first.status, 0, "{first:?}");
    let first = first.json();
    assert_eq!(first["outcome"], "complete");
    assert_eq!((&first["facets"], &first["routes"]), (&13.into(), &71.into()));
    assert_eq!((&first["network"], &first["chainId"]), (&"local".into(), &31_338.into()));
    assert_eq!(first["epoch"], 1);
    assert!(list(&first["steps"]).iter().all(|step| step["outcome"] == "done" || step["tx"].is_null()));
    assert!(first["gas"].as_u64().is_some_and(|gas| gas > 0));
    let kept = std::fs::read(project.path().join(".payrox/local/chain.bin")).unwrap();

    let second = run();
    assert_eq!(second.status, 0, "{second:?}");
    let second = second.json();
    assert_eq!(second["outcome"], "nothing_to_do");
    assert!(list(&second["steps"]).iter().all(|step| step["tx"].is_null() && step["outcome"] == "skipped"));
    assert_eq!(second["gas"], 0);
    for same in ["addresses", "root", "planId", "epoch", "facets", "routes"] {
        assert_eq!(first[same], second[same], "{same}");
    }
    assert_eq!(
        kept,
        std::fs::read(project.path().join(".payrox/local/chain.bin")).unwrap(),
        "nothing was sent"
    );
}

#[test]
fn prx_d07_prx_v07_every_route_has_the_planned_slot_loupe_entry_code_hash_and_proof_on_chain() {
    let (project, _) = Project::live();
    let plan = project.plan();
    let served = Served::devnet(&project, &[]);
    let chain = served.chain();
    let router = text(&plan["addresses"], "router");
    let dispatcher = text(&plan["addresses"], "dispatcher");

    let manifest: Bytes = text(&plan["manifest"], "bytes").parse().unwrap();
    let stored = chain.code(text(&plan["manifest"], "address"));
    assert_eq!(
        stored,
        Bytes::from([&[0], &manifest[..]].concat()),
        "the manifest is on chain, byte for byte"
    );

    let (facets, routes) = (list(&plan["facets"]), list(&plan["routes"]));
    assert_eq!(routes.len(), 71);
    let (mut hot, mut cold) = (0, 0);
    for (index, route) in routes.iter().enumerate() {
        let (name, hex) = (text(route, "signature"), text(route, "selector"));
        let (at, facet) = facet_of(&plan, route);
        let code_hash: B256 = text(facet, "codeHash").parse().unwrap();
        let flags = route["flags"].as_u64().unwrap() as u8;

        let code = chain.code(text(facet, "address"));
        assert_eq!(keccak256(&code), code_hash, "{name}: code");

        let loupe = chain.call(router, &calldata("facetAddress(bytes4)", &[selector(hex)])).unwrap();
        assert_eq!(as_address(&loupe), text(facet, "address"), "{name}: loupe");

        let word = chain.slot(router, route_slot(hex));
        if flags & 0x10 != 0 {
            cold += 1;
            assert_eq!(word, B256::ZERO, "{name}: a COLD route has no slot");
        } else {
            hot += 1;
            assert_eq!(word[..11], code_hash[..11], "{name}: code hash in the slot");
            assert_eq!(word[11] & 0x3f, flags, "{name}: flags in the slot");
            assert_eq!(word[11] & 0x80, 0, "{name}: not blocked");
            assert_eq!(as_address(&[&[0; 12], &word[12..]].concat()), text(facet, "address"), "{name}: slot");
        }
        let entry = 4 + 52 * facets.len() + 6 * index;
        let expected = [&selector(hex)[..4], &[at as u8, flags]].concat();
        assert_eq!(manifest[entry..entry + 6], expected, "{name}: manifest");

        let proved = |code_hash| prove(&chain, dispatcher, &plan, route, facet, code_hash, index);
        assert!(proved(code_hash), "{name}: proof");
        assert!(!proved(!code_hash), "{name}: no proof of another code hash");
    }
    assert!(hot > 0 && cold > 0);
    let whole = chain.call(dispatcher, &calldata("verifySystemIntegrity()", &[])).unwrap();
    assert_eq!(whole[..], uint(1)[..]);
}

/// What the dispatcher says to a route's proof.
fn prove(
    chain: &Chain,
    dispatcher: &str,
    plan: &Value,
    route: &Value,
    facet: &Value,
    code_hash: B256,
    index: usize,
) -> bool {
    let hex = text(route, "selector");
    let proof: Vec<B256> =
        list(&plan["proofs"][hex]).iter().map(|node| node.as_str().unwrap().parse().unwrap()).collect();
    let mut words = vec![
        selector(hex),
        address(text(facet, "address")),
        code_hash,
        uint(route["flags"].as_u64().unwrap()),
        uint(index as u64),
        uint(6 * 32),
        uint(proof.len() as u64),
    ];
    words.extend(proof);
    let data = calldata("verifyRoute(bytes4,address,bytes32,uint8,uint256,bytes32[])", &words);
    chain.call(dispatcher, &data).unwrap()[..] == uint(1)[..]
}

#[test]
fn prx_d08_in_a_clone_git_sees_nothing_of_what_run_and_upgrade_write() {
    let Some(git) = program("git") else { return };
    if !repository().join(".git").exists() {
        println!("unknown: this is no clone");
        return;
    }
    let project = Project::empty();
    let git = |args: &[&str]| {
        Ran::of(Command::new(&git).args(args).current_dir(project.around()).env("HOME", project.around()))
            .good()
    };
    git(&["clone", "--quiet", "--shared", repository().to_str().unwrap(), "clone"]);
    for args in [&["run", "--json"][..], &["run", "--json"], &["run", "--json", "--config", "upgrade.toml"]] {
        let mut command = project.bare();
        Ran::of(command.args(args).args(["--network", "local", "--project", "clone/examples/payments"]))
            .good();
    }
    assert_eq!(git(&["-C", "clone", "status", "--porcelain"]), "");
}
