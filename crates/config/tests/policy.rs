//! What a plan must fulfil, and what is accepted for a time.
#![cfg(test)]

use payrox_config::{Day, Network, Project, RolePolicy};
use payrox_model::Fault as _;
use std::path::Path;

const PROJECT: &str = r#"version = 1
name = "payments"
[policy]
required = ["function fee() view returns (uint16)", "pay((address,uint256)[] orders) payable"]
gas_threshold = 5
headroom = 12
[[waivers]]
code = "PRX-VAL-060"
subject = "Payments.fee()"
owner = "ops@example.org"
reason = "the new table"
expires = 2026-12-31
[[facets]]
name = "Payments"
contract = "src/Payments.sol:Payments"
"#;

fn load(text: &str) -> Result<Project, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("payrox.toml");
    payrox_files::write_atomic(&path, text.as_bytes()).unwrap();
    Project::load(&path).map_err(|error| {
        format!("{} {error}", error.code()).replace(&format!("{}/", dir.path().display()), "")
    })
}

fn refusal(from: &str, to: &str) -> String {
    assert!(PROJECT.contains(from));
    load(&PROJECT.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn prx_v05_a_policy_is_read_whole() {
    let policy = load(PROJECT).unwrap().policy;
    let signatures: Vec<_> = policy.required.iter().map(|r| r.function.signature()).collect();
    assert_eq!(signatures, ["fee()", "pay((address,uint256)[])"]);
    assert_eq!((policy.gas_threshold.value, policy.headroom.value), (5, 12));
    assert_eq!(*policy.gas_snapshot, Path::new("gas-snapshot.json"));
    let [waiver] = &policy.waivers[..] else { panic!("{:?}", policy.waivers) };
    assert_eq!(waiver.expires, Day { year: 2026, month: 12, day: 31 });
    assert_eq!(waiver.expires.to_string(), "2026-12-31");
    assert!(Day { year: 2026, month: 9, day: 30 } < waiver.expires);
}

#[test]
fn prx_v01_what_is_wrong_in_a_policy_is_named_with_its_line() {
    for (from, to, wanted) in [
        (
            "fee() view",
            "fee( view",
            "PRX-CFG-007 payrox.toml:4:13: policy.required[0]: write it as in Solidity",
        ),
        (
            "gas_threshold = 5",
            "gas_threshold = 1001",
            "PRX-CFG-007 payrox.toml:5:17: policy.gas_threshold: 1001",
        ),
        (
            "headroom = 12",
            "gas_snapshot = \"../x.json\"",
            "PRX-CFG-008 payrox.toml:6:16: policy.gas_snapshot",
        ),
        ("PRX-VAL-060", "VAL-060", "PRX-CFG-007 payrox.toml:8:8: waivers[0].code"),
        ("the new table", " ", "PRX-CFG-007 payrox.toml:11:10: waivers[0].reason: 1 to 1024 characters"),
        ("2026-12-31", "2026-12-31T10:00:00Z", "PRX-CFG-007 payrox.toml:12:11: waivers[0].expires"),
        ("expires = 2026-12-31", "", "PRX-CFG-002 payrox.toml:7"),
        ("[policy]", "[policy]\nanything = 1", "PRX-CFG-002 payrox.toml:4"),
    ] {
        let found = refusal(from, to);
        assert!(found.starts_with(wanted), "{found}\n{wanted}");
    }
}

#[test]
fn prx_v01_two_waivers_for_one_thing_are_refused_and_those_of_the_base_are_inherited() {
    let twice = format!(
        "{PROJECT}[[waivers]]\ncode = \"PRX-VAL-060\"\nsubject = \"Payments.fee()\"\nowner = \"x\"\nreason = \"y\"\nexpires = 2027-01-01\n"
    );
    assert!(load(&twice).unwrap_err().starts_with("PRX-CFG-006"));
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        payrox_files::write_atomic(&dir.path().join(name), text.as_bytes()).unwrap();
    };
    write("payrox.toml", PROJECT);
    write("upgrade.toml", "extends = \"payrox.toml\"\n[policy]\nrequired = []\n");
    let policy = Project::load(&dir.path().join("upgrade.toml")).unwrap().policy;
    assert_eq!((policy.required.len(), policy.waivers.len(), policy.gas_threshold.value), (0, 1, 5));
}

#[test]
fn prx_v09_a_networks_policy_is_stricter_in_production_where_nothing_else_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let network = |policy: &str| {
        let text = format!("version = 1\nname = \"test\"\nchain_id = 5\n{policy}");
        payrox_files::write_atomic(&dir.path().join("networks/test.toml"), text.as_bytes()).unwrap();
        Network::find(dir.path(), "test").map_err(|error| format!("{} {error}", error.code()))
    };
    let plain = network("").unwrap();
    assert_eq!(
        plain.policy.resolved(false),
        RolePolicy { owner_is_contract: Some(false), ..RolePolicy::default() }
    );
    let strict = plain.policy.resolved(true);
    assert_eq!(
        (strict.owner_is_contract, strict.min_threshold, strict.min_guardians),
        (Some(true), Some(2), Some(1))
    );
    assert_eq!((strict.min_delay, strict.max_delay), (Some(3_600), None));
    let said = network(
        "[policy]\nmin_threshold = 3\nmin_delay = 86400\nmax_delay = 172800\nowner_is_contract = false\n",
    );
    let said = said.unwrap().policy.resolved(true);
    assert_eq!(
        (said.owner_is_contract, said.min_threshold, said.max_delay),
        (Some(false), Some(3), Some(172_800))
    );
    assert!(network("[policy]\nmin_threshold = 0\n").unwrap_err().starts_with("PRX-CFG-007"));
    assert!(network("[policy]\nanything = 1\n").unwrap_err().starts_with("PRX-CFG-002"));
}
