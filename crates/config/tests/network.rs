//! What a network file may say, and how what is wrong in it is named.
#![cfg(test)]

use payrox_config::{ConfigError, Network, Source};
use payrox_model::{ChainId, Fault};
use tempfile::TempDir;

const FILE: &str = r#"version = 1
name = "test"
chain_id = 5
rpc_url = ["https://eth.example/v3/KEY"]
confirmations = 3
delay = 7200
production = true
[known_block]
number = 7
hash = "0x0000000000000000000000000000000000000000000000000000000000000007"
[fees]
max_fee = "30 gwei"
[roles]
owner = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
guardians = ["0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"]
[args]
Payments = ["1", "2"]
"#;

fn folder(text: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    payrox_files::write_atomic(&dir.path().join("networks/test.toml"), text.as_bytes()).unwrap();
    dir
}

fn refusal(from: &str, to: &str) -> String {
    assert!(FILE.contains(from));
    let dir = folder(&FILE.replacen(from, to, 1));
    let error = Network::find(dir.path(), "test").unwrap_err();
    format!("{} {error}", error.code()).replace(&format!("{}/networks/", dir.path().display()), "")
}

#[test]
fn the_networks_that_come_along_are_complete() {
    let dir = tempfile::tempdir().unwrap();
    let local = Network::find(dir.path(), "local").unwrap();
    assert_eq!((local.chain_id, local.local, local.skip_time), (ChainId(31_338), true, true));
    let anvil = Network::find(dir.path(), "anvil").unwrap();
    assert_eq!((anvil.chain_id, anvil.local), (ChainId(31_337), false));
    assert_eq!(anvil.rpc_url.value, ["http://127.0.0.1:8545"]);
    assert_eq!(local.roles, anvil.roles);
    assert!(local.built_in && !local.production);
}

#[test]
fn a_network_file_of_the_project_wins_and_its_roles_are_sorted() {
    let dir = folder(FILE);
    let network = Network::find(dir.path(), "test").unwrap();
    assert!(!network.built_in && network.production);
    assert!(network.roles.guardians.is_sorted());
    assert!(network.roles.bootstrapper.is_zero());
    assert_eq!(network.known_block.unwrap().number, 7);
    assert_eq!(network.args.len(), 1);
    assert!(matches!(&network.confirmations.source, Source::File { line: 5, .. }));
    let shown = network.settings().iter().map(|s| s.shown().to_owned()).collect::<Vec<_>>();
    assert!(shown.contains(&"https://eth.example/\u{2026}".to_owned()), "{shown:?}");
    assert!(!shown.iter().any(|s| s.contains("KEY")));
}

#[test]
fn every_mistake_is_named_with_file_line_column_field_and_code() {
    let owner = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    for (told, expected) in [
        (refusal(owner, &owner.to_lowercase()), "PRX-CFG-005 test.toml:14:9: roles.owner: `0x709979"),
        (refusal(owner, "0x70997970c51812dc3A010C7d01b50e0d17dc79C8"), "PRX-CFG-005"),
        (refusal(owner, "0x709979"), "PRX-CFG-005 test.toml:14:9: roles.owner: `0x709979` is no address"),
        (
            refusal(owner, "0x0000000000000000000000000000000000000000"),
            "PRX-CFG-007 test.toml:14:9: roles.owner",
        ),
        (
            refusal(
                "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
                "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
            ),
            "PRX-CFG-006 test.toml:15:60: roles.guardians[1]",
        ),
        (
            refusal("name = \"test\"", "name = \"other\""),
            "PRX-CFG-007 test.toml:2:8: name: the file is for `test`",
        ),
        (refusal("chain_id = 5", "chain_id = 0"), "PRX-CFG-007 test.toml:3:12: chain_id"),
        (refusal("chain_id = 5", "chain_id = -5"), "PRX-CFG-002 test.toml:3:12: chain_id"),
        (refusal("chain_id = 5", "chain_id = 5\nchain_id = 6"), "PRX-CFG-001 test.toml:4:1: not TOML"),
        (refusal("version = 1", "version = 9"), "PRX-CFG-003 test.toml:1:11: version"),
        (refusal("https://eth", "ftp://eth"), "PRX-CFG-007 test.toml:4:12: rpc_url[0]"),
        (refusal("30 gwei", "1e9 gwei"), "PRX-CFG-007 test.toml:12:11: fees.max_fee"),
        (refusal("0000000000000007\"", "07\""), "PRX-CFG-007 test.toml:10:8: known_block.hash"),
        (
            refusal("production = true", "production = true\nskip_time = true"),
            "PRX-CFG-007 test.toml:8:13: skip_time",
        ),
        (refusal("Payments = ", "\"a b\" = "), "PRX-CFG-004 test.toml:17:1: args"),
        (refusal("delay = 7200", "delay = 7776001"), "PRX-CFG-007 test.toml:6:9: delay"),
    ] {
        assert!(told.starts_with(expected), "\n  told: {told}\nwanted: {expected}");
    }
}

#[test]
fn a_name_that_is_no_name_reaches_no_file() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Network::find(dir.path(), "../test"), Err(ConfigError::Name { .. })));
    assert!(matches!(Network::find(dir.path(), "nowhere"), Err(ConfigError::UnknownNetwork { .. })));
}
