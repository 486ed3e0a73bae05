//! A release that is not what was made is refused before anything is sent.

use super::{document, keyed};
use crate::project::Project;
use payrox_files::write_atomic;
use std::{fs, path::PathBuf};

const APPLY: [&str; 2] = ["release", "apply"];

fn planned() -> Project {
    let project = Project::example();
    keyed(&project, &["release", "plan", "--networks", "local"]).good();
    project
}

fn code(project: &Project, args: &[&str], status: i32) -> String {
    let said = document(project, args, status);
    let error = if said["error"].is_null() { &said["networks"][0]["error"] } else { &said["error"] };
    error["code"].as_str().unwrap_or_else(|| panic!("{said}")).to_owned()
}

/// Nothing became live: there is no record of a contract.
fn untouched(project: &Project) {
    assert!(!project.path().join("deployments").exists(), "something was begun");
}

fn edit(path: &PathBuf, from: &str, to: &str) -> Vec<u8> {
    let old = fs::read_to_string(path).unwrap();
    assert!(old.contains(from), "{from}");
    write_atomic(path, old.replacen(from, to, 1).as_bytes()).unwrap();
    old.into_bytes()
}

#[test]
fn prx_r01_prx_b30_a_release_or_plan_that_was_edited_is_missing_or_is_another_is_refused_with_its_code() {
    let project = planned();
    let release = project.path().join("artifacts/release.json");
    let plan = project.path().join("artifacts/release/local.plan.json");

    let kept = edit(&release, "\"soak\": 0", "\"soak\": 1");
    for verb in ["apply", "status", "verify"] {
        assert_eq!(code(&project, &["release", verb], 2), "PRX-REL-005", "{verb}");
    }
    write_atomic(&release, &kept).unwrap();

    let kept_plan = edit(&plan, "\"epoch\": 1", "\"epoch\": 2");
    assert_eq!(code(&project, &APPLY, 2), "PRX-PLAN-033");
    fs::remove_file(&plan).unwrap();
    assert_eq!(code(&project, &APPLY, 2), "PRX-REL-006");

    // The plan of another release: good by itself.
    keyed(&project, &["plan", "--network", "local", "--config", "upgrade.toml"]).good();
    fs::copy(project.path().join("artifacts/dispatcher.plan.json"), &plan).unwrap();
    assert_eq!(code(&project, &APPLY, 3), "PRX-REL-007");
    write_atomic(&plan, &kept_plan).unwrap();

    // Other artifacts than it was made from.
    let with = [&APPLY[..], &["--config", "upgrade.toml"]].concat();
    assert_eq!(code(&project, &with, 3), "PRX-GATE-002");

    // What it says of the order is no longer what the settings say.
    write_atomic(&project.path().join("release.toml"), b"version = 1\ncanary = [\"local\"]\nsoak = \"1h\"\n")
        .unwrap();
    assert_eq!(code(&project, &APPLY, 3), "PRX-REL-008");
    fs::remove_file(project.path().join("release.toml")).unwrap();

    fs::remove_file(&release).unwrap();
    for verb in ["apply", "status", "verify"] {
        assert_eq!(code(&project, &["release", verb], 2), "PRX-REL-001", "{verb}");
    }
    untouched(&project);
    write_atomic(&release, &kept).unwrap();
    assert_eq!(document(&project, &APPLY, 0)["outcome"], "complete");
}

#[test]
fn prx_r01_prx_b30_a_release_that_was_edited_and_hashed_again_is_refused() {
    let project = planned();
    let path = project.path().join("artifacts/release.json");
    let mut forged = payrox_plan::Release::from_json("", &fs::read_to_string(&path).unwrap()).unwrap();
    forged.soak = 60;
    forged.digest = forged.compute_digest().unwrap();
    write_atomic(&path, forged.to_json().unwrap().as_bytes()).unwrap();
    assert_eq!(code(&project, &APPLY, 3), "PRX-REL-008");
    untouched(&project);
}

#[test]
fn prx_r02_networks_and_endpoints_of_a_release_are_named_or_refused() {
    let project = Project::example();
    assert_eq!(code(&project, &["release", "plan"], 2), "PRX-REL-009");
    assert_eq!(code(&project, &["release", "plan", "--networks", "../x"], 2), "PRX-CLI-001");
    assert_eq!(code(&project, &["release", "plan", "--networks", "nowhere"], 2), "PRX-CFG-012");
    let url = "http://127.0.0.1:1";
    let plan = |rpc: &str| code(&project, &["release", "plan", "--networks", "anvil", "--rpc-url", rpc], 2);
    assert_eq!(plan(url), "PRX-CLI-001");
    assert_eq!(plan(&format!("local={url}")), "PRX-REL-010");
    let network = ["release", "plan", "--networks", "anvil", "--network", "anvil"];
    assert_eq!(code(&project, &network, 2), "PRX-CLI-001");
    let named = format!("anvil={url}");
    assert_eq!(
        code(&project, &["release", "plan", "--networks", "anvil", "--rpc-url", &named], 5),
        "PRX-CHN-003"
    );
}
