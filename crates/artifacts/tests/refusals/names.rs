//! Names and paths.

use crate::fixture::{Out, artifact, changed, metadata, refusal};
use payrox_artifacts::{ArtifactSet, Source};
use payrox_model::Fault as _;

#[test]
fn prx_b49_paths_that_leave_the_project_are_refused() {
    for path in ["../Fees.sol", "/etc/Fees.sol", "src/../../Fees.sol", "src\\Fees.sol", "src/\u{202e}.sol"] {
        assert_eq!(refusal(changed(|a| a["metadata"] = metadata(path, "Fees"))), "PRX-ART-005", "{path}");
        let out = Out::new().with("Fees.sol/Fees.json", artifact().to_string());
        assert_eq!(refusal(out.read(&format!("{path}:Fees"))), "PRX-ART-005", "{path}");
    }
    let out = Out::new().with("Fees.sol/Fees.json", artifact().to_string());
    assert_eq!(out.read("src/Fees.sol:../Fees").unwrap_err().code().0, "PRX-ART-006");
    assert_eq!(refusal(out.read("../../Fees")), "PRX-ART-006");
}

#[cfg(unix)]
#[test]
fn prx_b49_a_link_in_the_folder_is_not_followed() {
    let elsewhere = Out::new().with("Fees.json", artifact().to_string());
    let out = Out::new().with("Fees.sol/Other.json", "{}");
    std::os::unix::fs::symlink(elsewhere.path("Fees.json"), out.path("Fees.sol/Fees.json")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(""), out.path("Linked.sol")).unwrap();
    assert_eq!(refusal(out.read("Fees")), "PRX-ART-020");
}

#[test]
fn a_contract_that_is_not_there_or_there_twice_is_refused() {
    let mut other = artifact();
    other["metadata"] = metadata("src/old/Fees.sol", "Fees");
    let out = Out::new()
        .with("Fees.sol/Fees.json", artifact().to_string())
        .with("old/Fees.sol/Fees.json", other.to_string());
    let error = out.read("Fees").unwrap_err();
    assert_eq!(error.code().0, "PRX-ART-021");
    assert!(error.to_string().contains("src/Fees.sol:Fees, src/old/Fees.sol:Fees"), "{error}");
    assert_eq!(out.read("src/old/Fees.sol:Fees").unwrap().id.path(), "src/old/Fees.sol");
    assert_eq!(refusal(out.read("src/new/Fees.sol:Fees")), "PRX-ART-020");
    assert_eq!(refusal(out.read("fees")), "PRX-ART-020");

    let twice = out.with("Fees.sol/Fees.0.8.30.json", artifact().to_string());
    let error = twice.read("src/Fees.sol:Fees").unwrap_err();
    assert_eq!(error.code().0, "PRX-ART-022");
    assert!(error.to_string().contains("Fees.0.8.30.json"), "{error}");

    let nowhere = Source::Folder(twice.path("none-Fees"));
    assert_eq!(refusal(ArtifactSet::read(&nowhere, &["Fees"])), "PRX-ART-023");
}
