//! `release.toml`, as it is read and refused.
#![cfg(test)]

use payrox_config::{ConfigError, Network, ReleaseSettings};
use payrox_model::{Fault, Name};
use std::path::PathBuf;
use tempfile::TempDir;

fn written(text: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("release.toml");
    payrox_files::write_atomic(&path, text.as_bytes()).unwrap();
    (dir, path)
}

fn refused(text: &str) -> ConfigError {
    let (_dir, path) = written(text);
    ReleaseSettings::load(&path).unwrap_err()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[test]
fn prx_r02_prx_r03_a_release_file_says_networks_canary_soak_and_what_must_have_passed() {
    let (_dir, path) = written(
        "version = 1\nnetworks = [\"mainnet\", \"sepolia\"]\ncanary = [\"sepolia\"]\nsoak = \"1h\"\n[requires_passed_on]\nmainnet = [\"sepolia\"]\n",
    );
    let settings = ReleaseSettings::load(&path).unwrap();
    assert_eq!(settings.networks.iter().map(Name::as_str).collect::<Vec<_>>(), ["mainnet", "sepolia"]);
    assert_eq!(settings.canary, [name("sepolia")].into());
    assert_eq!(settings.soak, 3_600);
    assert_eq!(settings.requires_passed_on[&name("mainnet")], [name("sepolia")].into());
    assert_eq!(settings.file, Some(path));
}

#[test]
fn prx_r02_what_is_wrong_in_a_release_file_is_named_with_its_place() {
    for (text, code, said) in [
        ("version = 2\n", "PRX-CFG-003", "version"),
        ("version = 1\nnetworks = [\"a\", \"a\"]\n", "PRX-CFG-006", "networks[1]"),
        ("version = 1\nnetworks = [\"../a\"]\n", "PRX-CFG-004", "networks[0]"),
        ("version = 1\nsoak = \"soon\"\n", "PRX-CFG-007", "soak"),
        ("version = 1\nsoak = \"31d\"\n", "PRX-CFG-007", "soak"),
        ("version = 1\nsoaks = \"1h\"\n", "PRX-CFG-002", "soaks"),
        ("version = 1\n[requires_passed_on]\na = [\"b\", \"b\"]\n", "PRX-CFG-006", "requires_passed_on.a[1]"),
        ("version = 1\nnetworks = [\n", "PRX-CFG-001", "release.toml:"),
    ] {
        let error = refused(text);
        assert_eq!(error.code().0, code, "{text}: {error}");
        assert!(error.to_string().contains(said), "{text}: {error}");
    }
}

#[test]
fn prx_r03_a_network_file_may_demand_that_the_release_passed_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("networks/main.toml");
    let text = |rest: &str| {
        format!(
            "version = 1\nname = \"main\"\nchain_id = 1\n{rest}\n[roles]\nowner = \"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"\n"
        )
    };
    payrox_files::write_atomic(&file, text("requires_passed_on = [\"sepolia\"]").as_bytes()).unwrap();
    assert_eq!(Network::find(dir.path(), "main").unwrap().requires_passed_on, [name("sepolia")].into());
    payrox_files::write_atomic(&file, text("").as_bytes()).unwrap();
    assert!(Network::find(dir.path(), "main").unwrap().requires_passed_on.is_empty());
    payrox_files::write_atomic(&file, text("requires_passed_on = [\"main\"]").as_bytes()).unwrap();
    let error = Network::find(dir.path(), "main").unwrap_err();
    assert!(error.code().0 == "PRX-CFG-007" && error.to_string().contains("requires_passed_on"), "{error}");
}
