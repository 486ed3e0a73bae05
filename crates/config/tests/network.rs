//! What a network file may say, and how what is wrong in it is named.
#![cfg(test)]

use payrox_config::{ConfigError, Network, Source};
use payrox_model::{ChainId, Family, Fault};
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
max_priority_fee = "2 gwei"
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
    let roles = network.roles.as_ref().unwrap();
    assert!(roles.guardians.is_sorted());
    assert!(roles.bootstrapper.is_zero());
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
        (refusal(owner, &owner.to_lowercase()), "PRX-CFG-005 test.toml:15:9: roles.owner: `0x709979"),
        (refusal(owner, "0x70997970c51812dc3A010C7d01b50e0d17dc79C8"), "PRX-CFG-005"),
        (refusal(owner, "0x709979"), "PRX-CFG-005 test.toml:15:9: roles.owner: `0x709979` is no address"),
        (
            refusal(owner, "0x0000000000000000000000000000000000000000"),
            "PRX-CFG-007 test.toml:15:9: roles.owner",
        ),
        (
            refusal(
                "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
                "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
            ),
            "PRX-CFG-006 test.toml:16:60: roles.guardians[1]",
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
        (
            refusal("max_priority_fee = \"2 gwei\"\n", ""),
            "PRX-CFG-007 test.toml:7:14: production: a production network has fees.max_fee",
        ),
        (refusal("Payments = ", "\"a b\" = "), "PRX-CFG-004 test.toml:18:1: args"),
        (refusal("delay = 7200", "delay = 7776001"), "PRX-CFG-007 test.toml:6:9: delay"),
        (
            refusal("chain_id = 5", "chain_id = 324"),
            "PRX-CFG-007 test.toml:3:12: chain_id: chains of the family zksync are refused: it",
        ),
        (
            refusal("chain_id = 5", "chain_id = 5\nfamily = \"zksync\""),
            "PRX-CFG-007 test.toml:4:10: family: chains of",
        ),
        (
            refusal("chain_id = 5", "chain_id = 5\nfamily = \"evm\""),
            "PRX-CFG-007 test.toml:4:10: family: `evm` is none of",
        ),
        (
            refusal("chain_id = 5", "chain_id = 5\nquorum = 2"),
            "PRX-CFG-007 test.toml:4:10: quorum: 2 is not between 1 and 1 endpoints",
        ),
        (
            refusal("chain_id = 5", "chain_id = 5\nbatch = 0"),
            "PRX-CFG-007 test.toml:4:9: batch: 0 is not between 1 and 1000",
        ),
        (refusal("chain_id = 5", "chain_id = 5\ntimeout = 601"), "PRX-CFG-007 test.toml:4:11: timeout"),
        (
            refusal("chain_id = 5", "chain_id = 5\nrequests_per_second = 0"),
            "PRX-CFG-007 test.toml:4:23: requests_per_second",
        ),
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

/// Name, chain id, hash of block 0, whether something there has value.
const PUBLIC: [(&str, u64, &str, bool); 8] = [
    ("mainnet", 1, "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3", true),
    ("sepolia", 11_155_111, "0x25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9", false),
    ("hoodi", 560_048, "0xbbe312868b376a3001692a646dd2d7d1e4406380dfd86b98aa8a34d1557c971b", false),
    ("base", 8_453, "0xf712aa9241cc24369b143cf6dce85f0902a9731e70d66818a3a5845b296c73dd", true),
    ("arbitrum", 42_161, "0x7ee576b35482195fc49205cec9af72ce14f003b9ae69f6ba0faef4514be8b442", true),
    ("optimism", 10, "0x7ca38a1916c42007829c55e69d3e9a73265554b586a499015373241b8a3fa48b", true),
    ("polygon", 137, "0xa9c28ce2141b56c474f1dc504bee9b01eb1bd7d1a507580d5519d4437a97de1b", true),
    ("gnosis", 100, "0x4f1dd23188aab3a76b463e4af801b52b1248ef073c648cbdc4c9333d3da79756", true),
];

#[test]
fn prx_b23_public_networks_come_with_their_genesis_and_caps_and_without_endpoint_and_roles() {
    let dir = tempfile::tempdir().unwrap();
    for (name, id, genesis, production) in PUBLIC {
        let network = Network::find_with(dir.path(), name, &|_| None).unwrap();
        let known = network.known_block.unwrap();
        assert_eq!((network.chain_id, known.number), (ChainId(id), 0), "{name}");
        assert_eq!(known.hash.to_string(), genesis, "{name}");
        assert_eq!(network.production, production, "{name}");
        assert!(network.rpc_url.is_empty() && network.roles.is_none() && !network.skip_time, "{name}");
        assert_eq!(network.unset, [format!("{}_RPC_URL", name.to_uppercase())]);
        let (fee, tip) = (network.fees.max_fee.unwrap(), network.fees.max_priority_fee.unwrap());
        assert!(fee > tip && network.confirmations.value > 1, "{name}");
    }
    let mut names: Vec<_> = PUBLIC.iter().map(|(name, ..)| *name).chain(["anvil", "local"]).collect();
    let mut built_in: Vec<_> = Network::built_in().collect();
    names.sort_unstable();
    built_in.sort_unstable();
    assert_eq!(names, built_in);
}

#[test]
fn prx_b23_a_project_says_its_roles_over_what_is_known_of_a_chain_and_never_another_chain() {
    let owner = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    let write = |more: &str| {
        let text = format!(
            "version = 1\nname = \"mainnet\"\nextends = \"mainnet\"\n{more}[roles]\nowner = \"{owner}\"\n"
        );
        let dir = tempfile::tempdir().unwrap();
        payrox_files::write_atomic(&dir.path().join("networks/mainnet.toml"), text.as_bytes()).unwrap();
        Network::find_with(dir.path(), "mainnet", &|name| (name == "KEY").then(|| "s3cret".to_owned()))
            .map_err(|e| format!("{} {e}", e.code()))
    };
    let network =
        write("rpc_url = [\"https://eth.payrox.dev/${KEY}\", \"${OTHER}\"]\nconfirmations = 9\n").unwrap();
    assert_eq!(network.roles.as_ref().unwrap().owner.to_checksum(None), owner);
    assert!(network.production && network.known_block.is_some() && !network.built_in);
    assert_eq!((network.chain_id, network.confirmations.value), (ChainId(1), 9));
    assert_eq!(network.rpc_url.value, ["https://eth.payrox.dev/s3cret"]);
    assert_eq!(network.unset, ["OTHER"]);
    assert!(network.settings().iter().all(|s| !s.shown().contains("s3cret")));
    let refused = |more: &str, expected: &str| {
        let told = write(more).unwrap_err();
        assert!(told.contains(expected), "{more}: {told}");
    };
    refused("chain_id = 5\n", "chain_id: 5 is not 1, the chain of what it extends");
    refused("skip_time = true\n", "time cannot be skipped in production");
    refused("rpc_url = [\"https://${A B}\"]\n", "rpc_url[0]: a variable is written");
    refused("rpc_url = [\"https://${A\"]\n", "rpc_url[0]: a variable is written");
    refused("rpc_url = [\"${KEY}\"]\n", "rpc_url[0]: an endpoint begins with http");
    let dir = folder(&FILE.replacen("chain_id = 5", "extends = \"nowhere\"", 1));
    let told = Network::find(dir.path(), "test").unwrap_err().to_string();
    assert!(
        told.contains("extends: none of the networks that come with payrox: anvil, local, mainnet"),
        "{told}"
    );
    let dir = folder(&FILE.replacen("chain_id = 5\n", "", 1));
    assert_eq!(Network::find(dir.path(), "test").unwrap_err().code().0, "PRX-CFG-010");
}

#[test]
fn prx_p01_prx_p02_how_endpoints_are_asked_is_read_and_shown_with_its_line() {
    let more =
        "chain_id = 5\nfamily = \"op-stack\"\nquorum = 1\nrequests_per_second = 25\nbatch = 50\ntimeout = 10";
    let dir = folder(&FILE.replacen("chain_id = 5", more, 1));
    let network = Network::find(dir.path(), "test").unwrap();
    let found = &network.endpoints;
    assert_eq!((found.family.value, found.quorum.as_deref()), (Family::OpStack, Some(&1)));
    assert_eq!((found.requests_per_second.as_deref(), found.batch.as_deref()), (Some(&25), Some(&50)));
    assert_eq!(found.timeout.as_deref(), Some(&10));
    let settings = network.settings().into_iter();
    let shown: Vec<_> = settings.map(|s| format!("{} {} {}", s.name, s.value, s.source)).collect();
    let wanted = ["family op-stack", "quorum 1", "requests_per_second 25", "batch 50", "timeout 10"];
    for (name, line) in wanted.into_iter().zip(4..) {
        let found = shown.iter().find(|s| s.starts_with(name)).unwrap_or_else(|| panic!("{name}: {shown:?}"));
        assert!(found.ends_with(&format!("test.toml:{line}")), "{found}");
    }
    for (name, family) in [("anvil", Family::Anvil), ("local", Family::Embedded), ("base", Family::OpStack)] {
        assert_eq!(Network::find(dir.path(), name).unwrap().endpoints.family.value, family, "{name}");
    }
}

#[test]
fn prx_d12_a_production_network_without_limits_of_fees_is_refused() {
    for limit in ["max_fee = \"30 gwei\"\n", "max_priority_fee = \"2 gwei\"\n"] {
        let told = refusal(limit, "");
        assert!(
            told.contains("production: a production network has fees.max_fee and fees.max_priority_fee"),
            "{told}"
        );
        let dir = folder(&FILE.replacen(limit, "", 1).replace("production = true\n", ""));
        assert!(Network::find(dir.path(), "test").is_ok(), "elsewhere they are a choice");
    }
    let dir = tempfile::tempdir().unwrap();
    for name in Network::built_in() {
        let network = Network::find_with(dir.path(), name, &|_| None).unwrap();
        let limited = network.fees.max_fee.is_some() && network.fees.max_priority_fee.is_some();
        assert!(limited || !network.production, "{name}");
    }
}

#[test]
fn prx_v09_addresses_that_code_may_hold_are_listed_once_and_with_their_checksum() {
    let listed = "skip_time = false\nallowed_addresses = [\"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"]\n[known_block]";
    let dir = folder(&FILE.replacen("[known_block]", listed, 1));
    let network = Network::find(dir.path(), "test").unwrap();
    assert_eq!(network.allowed_addresses.len(), 1);
    let wrong = listed.replace("dc79C8", "dc79c8");
    assert!(refusal("[known_block]", &wrong).contains("allowed_addresses[0]"));
    let twice = listed.replace("]\n", ", \"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"]\n");
    assert!(refusal("[known_block]", &twice).contains("allowed_addresses[1]"));
}

#[test]
fn prx_o02_a_network_says_where_a_diamond_and_its_facets_stand() {
    let at = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    let more = format!("diamond = \"{at}\"\n[live]\nVault = \"{at}\"\n[known_block]");
    let dir = folder(&FILE.replacen("[known_block]", &more, 1));
    let network = Network::find(dir.path(), "test").unwrap();
    assert_eq!(network.diamond.unwrap().to_checksum(None), at);
    assert_eq!(network.live.keys().map(|name| name.as_str()).collect::<Vec<_>>(), ["Vault"]);
    assert!(network.settings().iter().any(|setting| setting.name == "diamond" && setting.value == at));
    let wrong = at.replace('C', "c");
    assert!(refusal("[known_block]", &format!("diamond = \"{wrong}\"\n[known_block]")).contains("diamond"));
    assert!(refusal("[known_block]", &format!("[live]\n\"a b\" = \"{at}\"\n[known_block]")).contains("live"));
}

#[test]
fn prx_b45_a_url_where_a_list_must_be_is_named_by_its_place_and_not_repeated() {
    let list = "rpc_url = [\"https://eth.example/v3/KEY\"]";
    let said = refusal(list, "rpc_url = \"https://h/v2/abcdEFGH\\\", expected 1\"");
    assert_eq!(
        said.split(", expected").next(),
        Some("PRX-CFG-002 test.toml:4:11: rpc_url: invalid type: string")
    );
    assert!(said.contains("a sequence") && !said.contains("abcd"), "{said}");
    let said = refusal(list, &format!("{list}\n\"https://h/v2/abcdEFGH\" = 1"));
    assert!(said.contains("unknown field `a URL`") && !said.contains("field `https"), "{said}");
}
