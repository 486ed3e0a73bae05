//! The same over HTTP, against Hardhat's node.

use crate::{
    chain::{BOOTSTRAPPER, Chain},
    project::Project,
    served::Served,
    tools::repository,
};
use serde_json::json;
use std::fs;

/// The account that makes the canonical CREATE2 deployer.
const MAKER: &str = "0x3fab184622dc19b6109349b94811493bf2a45362";

/// Its one transaction, as docs/operating.md tells it to people.
fn making() -> String {
    let text = fs::read_to_string(repository().join("docs/operating.md")).unwrap();
    let found = text.split_whitespace().find(|word| word.starts_with("0xf8a5"));
    found.expect("the transaction is in docs/operating.md").to_owned()
}

pub(crate) fn make_deployer(chain: &Chain) {
    let fund = json!([{ "from": BOOTSTRAPPER, "to": MAKER, "value": "0x2386f26fc10000" }]);
    chain.ask("eth_sendTransaction", fund).unwrap();
    chain.ask("eth_sendRawTransaction", json!([making()])).unwrap();
}

#[test]
fn prx_d08_prx_d01_prx_b26_the_same_run_on_hardhats_node_completes_upgrades_and_verifies() {
    let Some(node) = Served::hardhat() else { return };
    let chain = node.chain();
    let without = Project::example().run(&[
        "run",
        "--network",
        "anvil",
        "--rpc-url",
        node.url(),
        "--broadcast",
        "--json",
    ]);
    assert_eq!((without.status, &without.json()["error"]["code"]), (3, &json!("PRX-EXE-025")), "{without:?}");
    assert_eq!(chain.transactions(), 0, "nothing was sent to an address without code");
    make_deployer(&chain);
    let (_, ran) = Project::live();
    let project = Project::example();
    let run = ["run", "--network", "anvil", "--rpc-url", node.url(), "--broadcast"];

    let first = project.json(&run);
    assert_eq!(first["outcome"], "complete", "{first}");
    for same in ["addresses", "root", "epoch", "facets", "routes"] {
        assert_eq!(first[same], ran[same], "{same}");
    }
    let sent = chain.transactions();
    assert_eq!(project.json(&run)["outcome"], "nothing_to_do");
    assert_eq!(chain.transactions(), sent);

    let upgrade = ["--config", "upgrade.toml"];
    let second = project.json(&[&run[..], &upgrade].concat());
    assert_eq!((&second["outcome"], &second["epoch"]), (&json!("complete"), &json!(2)), "{second}");
    let verify = ["verify", "--network", "anvil", "--rpc-url", node.url()];
    assert_eq!(project.json(&[&verify[..], &upgrade].concat())["outcome"], "pass");
}
