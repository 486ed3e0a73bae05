//! A change that no single transaction holds: several cuts, one after the other.

use super::{OWNER, World};
use crate::project::{list, text};
use alloy_primitives::{U256, hex, keccak256};
use payrox_files::write_atomic;
use serde_json::{Map, Value, json};

/// Returns the first word of its calldata, whatever is called.
const CODE: &str = "5f355f5260205ff3";
const FUNCTIONS: usize = 230;

/// An artifact with more functions than one cut can add.
fn many() -> Value {
    let names: Vec<String> = (0..FUNCTIONS).map(|n| format!("f{n}()")).collect();
    let function = |name: &String| {
        let name = name.trim_end_matches("()");
        json!({
            "type": "function", "name": name, "inputs": [], "stateMutability": "pure",
            "outputs": [{ "name": "", "type": "uint256", "internalType": "uint256" }],
        })
    };
    let identifiers: Map<String, Value> =
        names.iter().map(|name| (name.clone(), json!(hex::encode(&keccak256(name)[..4])))).collect();
    let size = CODE.len() / 2;
    json!({
        "abi": names.iter().map(function).collect::<Vec<_>>(),
        "bytecode": { "object": format!("0x60{size:02x}600a5f3960{size:02x}5ff3{CODE}"), "linkReferences": {} },
        "deployedBytecode": { "object": format!("0x{CODE}"), "linkReferences": {}, "immutableReferences": {} },
        "methodIdentifiers": identifiers,
        "metadata": {
            "compiler": { "version": "0.8.30+commit.73712a01" }, "language": "Solidity", "version": 1,
            "output": { "abi": [], "devdoc": {}, "userdoc": {} },
            "settings": {
                "compilationTarget": { "src/Many.sol": "Many" }, "evmVersion": "cancun", "libraries": {},
                "metadata": { "bytecodeHash": "none" }, "optimizer": { "enabled": true, "runs": 200 },
                "remappings": [],
            },
            "sources": { "src/Many.sol": { "keccak256": keccak256("many"), "license": "MIT", "urls": [] } },
        },
    })
}

#[test]
fn prx_o02_a_change_of_two_cuts_is_rehearsed_made_in_their_order_finished_after_a_stop_and_taken_back() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let adopted = world.adopt(&diamond);
    let artifact = world.project.path().join("out/Many.sol/Many.json");
    write_atomic(&artifact, many().to_string().as_bytes()).unwrap();
    world.edit(
        "payrox.toml",
        "[system]\ntarget = \"eip2535\"\n",
        "[system]\ntarget = \"eip2535\"\n\n[[facets]]\nname = \"Many\"\ncontract = \"src/Many.sol:Many\"\n",
    );
    let planned = world.run(&["plan"]);
    assert_eq!(planned.status, 0, "{planned:?}");
    assert!(planned.stdout.contains("2 cuts, and between them"), "{}", planned.stdout);
    let (plan, first_plan) = (world.project.plan(), world.project.plan_bytes());
    let cuts: Vec<_> = list(&plan["steps"]).iter().filter(|step| step["effect"]["kind"] == "cut").collect();
    assert_eq!(cuts.len(), 2);
    assert_eq!(cuts[0]["effect"]["after"], cuts[1]["effect"]["before"]);
    let passed = world.json(&["rehearse"]);
    assert_eq!(passed["outcome"], "passed", "{passed:#}");

    // The first by the owner's own hand, as if the run had been stopped between them.
    let brought = world.run(&["deploy", "facets", "--broadcast", "--json"]);
    assert_eq!(brought.status, 0, "{brought:?}");
    let first = text(&cuts[0]["call"], "data").parse().unwrap();
    world.send(OWNER, Some(&diamond), &first);
    let selector = |n: usize| keccak256(format!("f{n}()"))[..4].to_vec();
    let answers = |n: usize| world.chain.call(&diamond, &selector(n).into()).ok();
    let served = (0..FUNCTIONS).filter(|n| answers(*n).is_some()).count();
    assert!(served > 0 && served < FUNCTIONS, "{served}");
    assert!(world.run(&["status"]).stdout.contains("finish it"));
    let sent = world.chain.transactions();
    let ran = world.json(&["run", "--broadcast"]);
    assert_eq!((&ran["outcome"], &ran["root"]), (&json!("complete"), &plan["root"]), "{ran:#}");
    assert_eq!(world.chain.transactions() - sent, 1, "what was made is not made again");
    assert_eq!((0..FUNCTIONS).filter(|n| answers(*n).is_some()).count(), FUNCTIONS);
    assert_eq!(U256::from_be_slice(&answers(7).unwrap()) >> 224, U256::from_be_slice(&selector(7)));
    assert_eq!(world.json(&["verify"])["outcome"], "pass");

    // The run made a plan of what was left; the whole way back is that of the plan which was made first.
    let kept = world.project.path().join("first.json");
    write_atomic(&kept, &first_plan).unwrap();
    let whole = ["run", "--inverse", "--plan", kept.to_str().unwrap(), "--broadcast"];
    let back = world.json(&whole);
    assert_eq!((&back["outcome"], &back["root"]), (&json!("complete"), &adopted["root"]), "{back:#}");
    assert!((0..FUNCTIONS).all(|n| answers(n).is_none()));

    // Once more, in one go; what the project's last plan did not lead to is looked at first.
    assert_eq!(world.run(&["run", "--broadcast"]).status, 3);
    world.json(&["plan"]);
    let ran = world.json(&["run", "--broadcast"]);
    assert_eq!((&ran["outcome"], &ran["root"]), (&json!("complete"), &plan["root"]), "{ran:#}");
    let done: Vec<_> = list(&ran["steps"]).iter().filter(|step| step["outcome"] == "done").collect();
    let names: Vec<_> = done.iter().map(|step| text(step, "name")).collect();
    assert_eq!(names, ["cut 1 of 2", "cut 2 of 2"], "{ran:#}");
    let back = world.json(&["run", "--inverse", "--broadcast"]);
    assert_eq!((&back["outcome"], &back["root"]), (&json!("complete"), &adopted["root"]), "{back:#}");
    assert!(world.ask(&diamond, "total()").is_some());
}
