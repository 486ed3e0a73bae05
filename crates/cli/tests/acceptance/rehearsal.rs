//! Rehearsals, forks and replays before a real chain with people on it.

use crate::{
    chain::{BOOTSTRAPPER, Chain, OWNER, address, calldata, uint},
    project::{Project, list, text},
    served::Served,
};
use alloy_primitives::{B256, Bytes};
use payrox_conforms::{conforms, mutations};
use serde_json::{Value, json};
use std::fs;

/// A development account without a role.
const PAYER: &str = "0x90f79bf6eb2c4f870365e785982e1f101e93b906";
const ALL: [&str; 6] = ["pause", "unpause", "forbid", "allow", "freeze", "unfreeze"];

fn names(document: &Value, part: &str) -> Vec<String> {
    let steps = list(&document["rehearsal"]["steps"]).iter().filter(|step| step["part"] == part);
    steps.map(|step| text(step, "name").to_owned()).collect()
}

fn send(chain: &Chain, from: &str, to: &str, value: u64, data: &Bytes) -> String {
    let value = format!("{value:#x}");
    let call = json!([{ "from": from, "to": to, "value": value, "data": data, "gas": "0x100000" }]);
    chain.ask("eth_sendTransaction", call).unwrap().as_str().unwrap().to_owned()
}

/// A node answers a moment before it mines.
pub(crate) fn receipt(chain: &Chain, tx: &str) -> Value {
    for _ in 0..600 {
        let receipt = chain.ask("eth_getTransactionReceipt", json!([tx])).unwrap();
        if !receipt.is_null() {
            return receipt;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{tx} is in no block");
}

pub(crate) fn succeeded(chain: &Chain, tx: &str) -> bool {
    receipt(chain, tx)["status"] == "0x1"
}

pub(crate) fn pay(chain: &Chain, router: &str, wei: u64) -> String {
    send(
        chain,
        PAYER,
        router,
        wei,
        &calldata("payEther(address,bytes32)", &[address(BOOTSTRAPPER), B256::ZERO]),
    )
}

pub(crate) fn set_fee(chain: &Chain, router: &str, fee: u64) -> String {
    send(chain, OWNER, router, 0, &calldata("setFee(uint16)", &[uint(fee)]))
}

/// The example, live on anvil.
pub(crate) fn live(anvil: &Served) -> (Project, String) {
    let project = Project::example();
    let run = ["run", "--network", "anvil", "--rpc-url", anvil.url(), "--broadcast"];
    let ran = project.json(&run);
    assert_eq!(ran["outcome"], "complete", "{ran:#}");
    let router = text(&ran["addresses"], "router").to_owned();
    (project, router)
}

#[test]
fn prx_v08_the_first_release_is_rehearsed_recorded_and_the_run_compared_with_it() {
    let project = Project::example();
    let document = project.json(&["rehearse", "--network", "local"]);
    assert_eq!((&document["outcome"], &document["exit"]), (&json!("passed"), &json!(0)));
    assert_eq!(names(&document, "exercise"), ALL);
    assert_eq!(names(&document, "wayBack"), ["pause (way back)", "freeze (way back)"]);
    let record = &document["rehearsal"];
    assert!(record["inverseGas"].as_u64().is_some_and(|gas| gas > 20_000 && gas < 16_777_216), "{record}");
    let launch = list(&record["steps"]).iter().find(|step| step["name"] == "launch").unwrap();
    let router = list(&launch["changes"]).iter().find(|change| change["what"] == "router").unwrap();
    assert!(router["code"].is_string(), "{router}");
    let kept: Value = serde_json::from_str(
        &fs::read_to_string(project.path().join(text(&document, "record")))
            .unwrap_or_else(|_| fs::read_to_string(text(&document, "record")).unwrap()),
    )
    .unwrap();
    assert_eq!((&kept["version"], &kept["plan"]), (&json!(2), &record["plan"]));
    assert_eq!(
        (&record["notCompared"], &record["offline"]),
        (&json!("nothing to compare: paused and frozen"), &json!(false))
    );
    let schema = payrox_execute::rehearsal_schema();
    for document in [&kept, &document] {
        assert_eq!(conforms(&schema, document), Ok(()));
        for (what, spoiled) in mutations(document) {
            assert!(conforms(&schema, &spoiled).is_err(), "{what}");
        }
    }

    let ran = project.run(&["run", "--network", "local"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains("is that of the rehearsal"), "{}", ran.stderr);
    let nothing = project.json(&["rehearse", "--network", "local"]);
    assert_eq!(conforms(&schema, &nothing), Ok(()));
    let again = project.run(&["rehearse", "--network", "local"]);
    assert!(again.stdout.contains("nothing to rehearse"), "{again:?}");
}

#[test]
fn prx_v08_prx_p05_an_upgrade_is_rehearsed_on_a_fork_and_once_more_without_the_chain() {
    let Some(anvil) = Served::anvil() else { return };
    let (project, router) = live(&anvil);
    let chain = anvil.chain();
    assert!(succeeded(&chain, &pay(&chain, &router, 1000)));
    let (block, sent) = (chain.block(), chain.transactions());
    let number = block.to_string();
    let url = anvil.url().to_owned();
    let rehearse = [
        "rehearse",
        "--network",
        "anvil",
        "--rpc-url",
        &url,
        "--config",
        "upgrade.toml",
        "--fork-block",
        &number,
    ];
    let first = project.json(&rehearse);
    assert_eq!(first["outcome"], "passed", "{first:#}");
    assert_eq!(conforms(&payrox_execute::rehearsal_schema(), &first), Ok(()));
    assert_eq!(names(&first, "exercise"), ALL);
    assert_eq!(names(&first, "wayBack"), ["rollback"]);
    let ground = &first["rehearsal"]["ground"];
    assert_eq!((&ground["kind"], &ground["block"]), (&json!("fork"), &json!(block)));
    assert_eq!(
        (&first["rehearsal"]["differences"], &first["rehearsal"]["notCompared"]),
        (&json!([]), &Value::Null)
    );
    let apply = list(&first["rehearsal"]["steps"]).iter().find(|step| step["name"] == "activate").unwrap();
    let changed = list(&apply["changes"]).iter().find(|change| change["what"] == "router").unwrap();
    assert!(changed["slots"].as_object().unwrap().len() > 5, "{changed}");
    assert_eq!((chain.block(), chain.transactions()), (block, sent), "nothing was sent");

    drop(anvil);
    // That it once answered is not asked for: it may be gone for good, or never have been this chain.
    let silent = project.run(&rehearse);
    assert_eq!(silent.status, 5, "{silent:?}");
    assert!(
        silent.stderr.contains("PRX-CLI-015") && silent.stderr.contains("--offline"),
        "{}",
        silent.stderr
    );
    let junk = project.path().join(".payrox/fork/old.bin");
    payrox_files::write_atomic(&junk, b"junk").unwrap();
    let ran = project.run(&[&rehearse[..], &["--offline"]].concat());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains("old.bin") && ran.stderr.contains("left out"), "{}", ran.stderr);
    for said in ["offline: no endpoint was asked", "the rehearsal passed", "each step takes what it took"] {
        assert!(ran.stdout.contains(said), "{said} in {}", ran.stdout);
    }
    let quiet = project.json(&[&rehearse[..], &["--offline", "--quiet"]].concat());
    let record = &quiet["rehearsal"];
    assert_eq!((&quiet["offline"], &record["offline"]), (&json!(true), &json!(true)), "{quiet:#}");
    assert_eq!(record["ground"]["block"], json!(block));
    // Of another block nothing is known.
    let other = ["rehearse", "--network", "anvil", "--rpc-url", &url, "--fork-block", "1"];
    for (args, code) in [(&other[..], "PRX-CHN"), (&[&other[..], &["--offline"]].concat(), "PRX-CLI-016")] {
        let other = project.run(args);
        assert_eq!(other.status, 5, "{other:?}");
        assert!(other.stderr.contains(code), "{}", other.stderr);
    }
    let sent = project.run(&["run", "--network", "anvil", "--rpc-url", &url, "--offline"]);
    assert_eq!(sent.status, 2, "{sent:?}");
}

#[test]
fn prx_v08_devnet_serves_a_fork_and_serves_it_again_when_the_chain_is_gone() {
    let Some(anvil) = Served::anvil() else { return };
    let (project, router) = live(&anvil);
    let there = anvil.chain();
    let (block, url) = (there.block(), anvil.url().to_owned());
    let number = block.to_string();
    let fork = ["--fork-url", &url, "--fork-block", &number];
    let paid = |chain: &Chain| {
        assert_eq!((chain.block(), chain.code(&router)), (block, there.code(&router)));
        let tx = pay(chain, &router, 5000);
        assert!(succeeded(chain, &tx));
        assert_eq!(chain.block(), block + 1);
    };
    let served = Served::devnet(&project, &fork);
    paid(&served.chain());
    assert_eq!(there.block(), block, "the chain itself saw nothing of it");
    served.end();
    let code = there.code(&router);
    drop(anvil);
    let silent = project.run(&[&["devnet", "--port", "0"], &fork[..]].concat());
    assert_eq!(silent.status, 5, "{silent:?}");
    assert!(silent.stderr.contains("PRX-CLI-015"), "{}", silent.stderr);
    let served = Served::devnet(&project, &[&fork[..], &["--offline"]].concat());
    let chain = served.chain();
    assert_eq!((chain.block(), chain.code(&router)), (block, code));
    assert!(succeeded(&chain, &pay(&chain, &router, 5000)));
    let unknown =
        chain.ask("eth_getBalance", json!([address("0x00000000000000000000000000000000000000aa"), "latest"]));
    drop(unknown);
}

/// A second version whose fee is twice what the first one's is: of the same source, with half the basis.
pub(crate) fn dearer(project: &Project) {
    let file = project.path().join("out/PaymentsWithTips.sol/PaymentsWithTips.json");
    let mut artifact: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    for part in ["bytecode", "deployedBytecode"] {
        let code = text(&artifact[part], "object").to_owned();
        // PUSH2 10,000 and PUSH2 5,000.
        let other = code.replace("612710", "611388");
        assert_ne!(other, code);
        artifact[part]["object"] = other.into();
    }
    payrox_files::write_atomic(&file, artifact.to_string().as_bytes()).unwrap();
}

#[test]
fn prx_v08_prx_t05_replay_shows_exactly_the_payments_that_another_fee_changes() {
    let Some(anvil) = Served::anvil() else { return };
    let (project, router) = live(&anvil);
    let chain = anvil.chain();
    let free = pay(&chain, &router, 10_000);
    let set = set_fee(&chain, &router, 50);
    assert!(succeeded(&chain, &free) && succeeded(&chain, &set));
    // Two in one block, of which the second stands on the first.
    chain.ask("evm_setAutomine", json!([false])).unwrap();
    let (one, two) = (pay(&chain, &router, 20_000), pay(&chain, &router, 30_000));
    chain.ask("evm_mine", json!([])).unwrap();
    chain.ask("evm_setAutomine", json!([true])).unwrap();
    let fails = send(&chain, PAYER, &router, 0, &calldata("setFee(uint16)", &[uint(70)]));
    assert!([&free, &one, &two].iter().all(|tx| succeeded(&chain, tx)) && !succeeded(&chain, &fails));
    let withdraw = calldata("withdraw(address,uint256)", &[B256::ZERO, uint(100)]);
    let taken = send(&chain, BOOTSTRAPPER, &router, 0, &withdraw);
    assert!(succeeded(&chain, &taken));

    dearer(&project);
    let replay = ["probe", "replay", "--last", "6", "--network", "anvil", "--rpc-url", anvil.url()];
    let upgrade = [&replay[..], &["--config", "upgrade.toml"]].concat();
    let document = project.json(&upgrade);
    assert_eq!((&document["outcome"], &document["exit"]), (&json!("passed"), &json!(0)), "{document:#}");
    let all = list(&document["replay"]["transactions"]);
    assert_eq!(all.len(), 6);
    let differ: Vec<_> =
        all.iter().filter(|one| one["fate"] == "changed").map(|one| text(one, "tx")).collect();
    assert_eq!(differ, [one.as_str(), two.as_str()], "{document:#}");
    assert!(all.iter().all(|one| one["fate"] == "changed" || one["fate"] == "same"), "{document:#}");
    let first = all.iter().find(|found| found["tx"] == one).unwrap();
    assert_eq!(first["functions"], json!(["payEther(address,bytes32)"]));
    let words = first["differences"].to_string();
    assert!(words.contains("log ") && words.contains("slot "), "{words}");

    // Where the payer said what fee is accepted, twice of it is refused: that is no change, it breaks.
    let order =
        [B256::ZERO, address(BOOTSTRAPPER), uint(40_000), uint(200), uint(u64::from(u32::MAX)), B256::ZERO];
    let data = calldata("pay((address,address,uint256,uint256,uint64,bytes32))", &order);
    let bounded = send(&chain, PAYER, &router, 40_000, &data);
    assert!(succeeded(&chain, &bounded));
    let ran = project.run(&[&replay[..], &["--config", "upgrade.toml"]].concat());
    assert_eq!(ran.status, 1, "{ran:?}");
    let line = ran.stdout.lines().find(|line| line.contains(&bounded)).unwrap();
    assert!(line.contains("must not differ") && line.contains("FeeTooHigh"), "{line}");
    assert!(ran.stdout.contains("not seen: "), "{}", ran.stdout);
    let before = ["--blocks", "0..1"];
    // What was held against nothing did not pass: neither before the system was there, nor after the newest block.
    for blocks in [before, ["--blocks", "99999"]] {
        let none = project.run(&[&upgrade[..], &blocks, &["--json"]].concat());
        assert_eq!(none.status, 1, "{none:?}");
        let none = none.json();
        assert_eq!(
            (&none["outcome"], list(&none["replay"]["transactions"]).len()),
            (&json!("unknown"), 0),
            "{none:#}"
        );
    }
    // The plan's file still has the one that is live: nothing follows it.
    let live = project.run(&[&replay[..], &["--plan", "artifacts/dispatcher.plan.json"]].concat());
    assert!([2, 3].contains(&live.status), "{live:?}");
    project.json(&[
        "run",
        "--network",
        "anvil",
        "--rpc-url",
        anvil.url(),
        "--config",
        "upgrade.toml",
        "--broadcast",
    ]);
    let live = project.run(&[&upgrade[..], &["--plan", "artifacts/dispatcher.plan.json"]].concat());
    assert_eq!(live.status, 3, "{live:?}");
    assert!(live.stderr.contains("PRX-FORK-010"), "{}", live.stderr);
    let first = project.run(&["probe", "replay", "--network", "local"]);
    assert_eq!(first.status, 2, "{first:?}");
}

/// Passes every call on to an address, with its ether, and reverts where that does.
fn relay(to: &str) -> String {
    format!("0x365f5f375f5f365f3473{}5af1602657{}", to.trim_start_matches("0x"), "5f5ffd5b00")
}

#[test]
fn prx_v08_a_call_through_another_contract_is_replayed_whole_where_the_system_logs_and_only_there() {
    let Some(anvil) = Served::anvil() else { return };
    let (project, router) = live(&anvil);
    let chain = anvil.chain();
    let through = "0x00000000000000000000000000000000000a11ce";
    chain.ask("anvil_setCode", json!([through, relay(&router)])).unwrap();
    assert!(succeeded(&chain, &set_fee(&chain, &router, 50)));
    let free = pay(&chain, through, 20_000);
    let order =
        [B256::ZERO, address(BOOTSTRAPPER), uint(40_000), uint(200), uint(u64::from(u32::MAX)), B256::ZERO];
    let data = calldata("pay((address,address,uint256,uint256,uint64,bytes32))", &order);
    let bounded = send(&chain, PAYER, through, 40_000, &data);
    // It reads, and logs nothing.
    let silent = send(&chain, PAYER, through, 0, &calldata("quote(uint256)", &[uint(7)]));
    assert!([&free, &bounded, &silent].iter().all(|tx| succeeded(&chain, tx)));

    dearer(&project);
    let replay = ["probe", "replay", "--last", "9", "--network", "anvil", "--rpc-url", anvil.url(), "--json"];
    let ran = project.run(&[&replay[..], &["--config", "upgrade.toml"]].concat());
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    let document = ran.json();
    let fate = |tx: &str| {
        let found = list(&document["replay"]["transactions"]).iter().find(|one| one["tx"] == tx);
        found.map(|one| (text(one, "fate").to_owned(), one["functions"].clone()))
    };
    assert_eq!(fate(&free), Some(("changed".into(), json!([]))), "{document:#}");
    assert_eq!(fate(&bounded), Some(("broken".into(), json!([]))), "{document:#}");
    assert_eq!(fate(&silent), None);
    assert!(document["replay"]["blind"].to_string().contains("log nothing"), "{document:#}");
}
