//! A live proxy of OpenZeppelin that takes the router as its implementation.

use crate::{
    chain::{Chain, OWNER, address, calldata, uint},
    project::{Project, list, text},
    rehearsal::receipt,
    served::Served,
    tools::repository,
};
use alloy_primitives::{B256, Bytes, U256, bytes, keccak256};
use serde_json::{Value, json};
use std::fs;

/// Called with a word, it stores it in slot 0; called without, it answers with that. As init code.
const OLD: Bytes = bytes!("601880600a5f395ff3fe36600c575f545f5260205ff35b5f355f5500");

fn create(chain: &Chain, code: &Bytes) -> String {
    let call = json!([{ "from": OWNER, "data": code, "gas": "0x400000" }]);
    let receipt = receipt(chain, text_of(&chain.ask("eth_sendTransaction", call).unwrap()));
    assert_eq!(receipt["status"], "0x1", "{receipt}");
    text(&receipt, "contractAddress").to_owned()
}

fn send(chain: &Chain, from: &str, to: &str, data: &str) {
    let call = json!([{ "from": from, "to": to, "data": data, "gas": "0x400000" }]);
    let receipt = receipt(chain, text_of(&chain.ask("eth_sendTransaction", call).unwrap()));
    assert_eq!(receipt["status"], "0x1", "{receipt}");
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn slot_zero(chain: &Chain, proxy: &str) -> U256 {
    chain.slot(proxy, B256::ZERO).into()
}

/// OpenZeppelin's transparent proxy in front of the old contract; both addresses. The owner of its admin is the system's owner.
fn proxied(chain: &Chain) -> (String, String) {
    let file = "node_modules/@openzeppelin/contracts/build/contracts/TransparentUpgradeableProxy.json";
    let artifact = fs::read_to_string(repository().join(file)).unwrap();
    let artifact: Value = serde_json::from_str(&artifact).unwrap();
    let code: Bytes = text(&artifact, "bytecode").parse().unwrap();
    let old = create(chain, &OLD);
    // It is initialised as it is created: with four.
    let arguments =
        [address(&old), address(OWNER), uint(96), uint(32), uint(4)].map(|word| word.to_vec()).concat();
    let init = [code.to_vec(), arguments].concat().into();
    let proxy = create(chain, &init);
    assert_eq!(slot_zero(chain, &proxy), U256::from(4));
    (proxy, old)
}

fn project(proxy: &str) -> Project {
    let project = Project::example();
    let folder = project.path().join("networks");
    fs::create_dir_all(&folder).unwrap();
    let file = format!("version = 1\nname = \"moved\"\nextends = \"anvil\"\nproxy = \"{proxy}\"\n");
    payrox_files::write_atomic(&folder.join("moved.toml"), file.as_bytes()).unwrap();
    project
}

/// Whether a slot is what the router keeps of itself: its status, or a route of this plan.
fn is_the_routers(slot: &str, plan: &Value) -> bool {
    let erc7201 = |name: &str| {
        let id = U256::from_be_bytes(keccak256(name).0) - U256::from(1);
        U256::from_be_bytes(keccak256(id.to_be_bytes::<32>()).0) & !U256::from(0xff)
    };
    let slot: U256 = slot.parse().unwrap();
    let route = |route: &Value| {
        let selector: U256 = text(route, "selector").parse().unwrap();
        slot == erc7201("payrox.router.routes") + selector
    };
    slot == erc7201("payrox.router.state") || list(&plan["routes"]).iter().any(route)
}

#[test]
fn prx_o03_a_proxy_moves_to_the_router_with_its_storage_and_back_and_what_an_init_leaves_is_told() {
    let Some(anvil) = Served::anvil() else { return };
    let chain = anvil.chain();
    let (proxy, old) = proxied(&chain);
    let proxy = proxy.parse::<alloy_primitives::Address>().unwrap().to_checksum(None);
    let project = project(&proxy);
    let at = ["--network", "moved", "--rpc-url", anvil.url()];

    let rehearsed = project.json(&[&["rehearse"][..], &at].concat());
    assert_eq!(rehearsed["outcome"], "passed", "{rehearsed:#}");
    let names: Vec<_> =
        list(&rehearsed["rehearsal"]["steps"]).iter().map(|step| text(step, "name")).collect();
    assert!(names.windows(2).any(|pair| pair == ["adopt", "activate"]), "{names:?}");
    assert_eq!(names.last(), Some(&"give back"));
    assert_eq!(rehearsed["rehearsal"]["differences"], json!([]));
    project.json(&[&["plan"][..], &at].concat());
    let left = list(&rehearsed["rehearsal"]["left"]);
    let left = left.iter().find(|change| change["address"].as_str() == Some(&proxy.to_lowercase())).unwrap();
    let left = left["slots"].as_object().unwrap();
    assert!(!left.is_empty() && left.keys().all(|slot| is_the_routers(slot, &project.plan())), "{left:?}");

    // An init contract that writes where the router does not: what it leaves in the proxy is no book-keeping of the router's.
    let init = "version = 1\nextends = \"payrox.toml\"\n\n[init]\ncontract = \"src/facets/Version.sol:Version\"\ncall = \"heartbeat()\"\n";
    payrox_files::write_atomic(&project.path().join("init.toml"), init.as_bytes()).unwrap();
    let fails = project.run(&[&["rehearse", "--json", "--config", "init.toml"][..], &at].concat());
    assert_eq!(fails.status, 1, "{fails:?}");
    let fails = fails.json();
    let differences = list(&fails["rehearsal"]["differences"]);
    assert_eq!((&fails["outcome"], differences.len()), (&json!("failed"), 1), "{fails:#}");
    assert!(differences[0].as_str().unwrap().starts_with("slot 0x"), "{differences:?}");

    // Everything but the move is ours to send; the move is shown.
    let run = [&["run", "--broadcast"][..], &at].concat();
    let waits = project.run(&[&run[..], &["--json"]].concat()).json();
    assert_eq!((&waits["exit"], &waits["error"]["code"]), (&json!(6), &json!("PRX-FORK-009")), "{waits:#}");
    assert_eq!(slot_zero(&chain, &proxy), U256::from(4));
    let message = text(&waits["error"], "message");
    let (_, rest) = message.split_once("the router ").unwrap();
    let (_, rest) = rest.split_once(": ").unwrap();
    let words: Vec<_> = rest.split(' ').collect();
    let [from, "sends", data, "to", admin] = words[..] else { panic!("{message}") };
    assert_eq!(from.to_lowercase(), OWNER);
    send(&chain, from, admin, data);

    let ran = project.json(&run);
    assert_eq!(
        (&ran["outcome"], &ran["addresses"]["router"]),
        (&json!("complete"), &json!(proxy.to_lowercase())),
        "{ran:#}"
    );
    assert_eq!(slot_zero(&chain, &proxy), U256::from(4), "its storage is where it was");
    let fee = chain.call(&proxy, &calldata("fee()", &[])).unwrap();
    assert_eq!(fee, Bytes::from(B256::ZERO));
    let verified = project.json(&[&["verify"][..], &at].concat());
    assert_eq!(verified["outcome"], "pass", "{verified:#}");
    assert_eq!(project.json(&run)["outcome"], "nothing_to_do");

    // The admin is outside of the system, and can take it back.
    let back = calldata(
        "upgradeAndCall(address,address,bytes)",
        &[address(&proxy), address(&old), uint(96), B256::ZERO],
    );
    send(&chain, from, admin, &back.to_string());
    assert_eq!(chain.call(&proxy, &Bytes::new()).unwrap(), Bytes::from(uint(4)));
}

#[test]
fn prx_o03_a_proxy_that_is_not_there_is_no_plan() {
    let Some(anvil) = Served::anvil() else { return };
    let project = project("0x00000000000000000000000000000000000000AA");
    let ran = project.run(&["plan", "--network", "moved", "--rpc-url", anvil.url()]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.stderr.contains("PRX-FORK-008"), "{}", ran.stderr);
}
