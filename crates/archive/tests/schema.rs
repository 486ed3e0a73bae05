//! An archive's list of files and a drill against their schemas.
#![cfg(test)]

use payrox_archive::{Drill, Drilled, Wanted, create, drill_schema, schema, select};
use payrox_conforms::{conforms, mutations};
use payrox_files::write_atomic;
use payrox_model::{ChainId, Code, Name, PlanId, Verdict, version};
use std::path::PathBuf;

#[test]
fn the_schema_accepts_an_archives_list_and_nothing_with_a_field_more_or_less() {
    let dir = tempfile::tempdir().unwrap();
    let paths = [
        "payrox.toml",
        "networks/mainnet.toml",
        "artifacts/dispatcher.plan.json",
        "out/A.sol/A.json",
        "deployments/1/Router.json",
        "journal/1/ab.jsonl",
        ".payrox/journal/1/ab.signed.jsonl",
    ];
    for path in paths {
        write_atomic(&dir.path().join(path), b"{\"abi\":[]}").unwrap();
    }
    let (files, artifacts) = ([PathBuf::from("payrox.toml")], PathBuf::from("out"));
    let wanted = Wanted { folder: dir.path(), files: &files, artifacts: &artifacts, private: true };
    let made =
        create(&select(&wanted).unwrap(), "payments", 1_790_000_000, &dir.path().join("a.tar")).unwrap();
    let list = serde_json::to_value(&made.manifest).unwrap();
    assert_eq!(list["files"].as_array().unwrap().len(), paths.len(), "one of each kind");
    let schema = schema();
    assert_eq!(conforms(&schema, &list), Ok(()));
    for (what, spoiled) in mutations(&list) {
        assert!(conforms(&schema, &spoiled).is_err(), "{what}");
    }
}

#[test]
fn the_schema_accepts_a_drill_and_nothing_with_a_field_more_or_less() {
    let schema = drill_schema();
    let cases = [
        ("planned", None, None),
        ("nothing_to_do", Some(Verdict::Pass), None),
        ("failed", Some(Verdict::Unknown), Some(Code("PRX-PRB-001"))),
    ];
    for (outcome, verified, error) in cases {
        let sha256 = "ab".repeat(32);
        let drill = Drill {
            version: version::DRILL,
            time: 1_790_000_001,
            archive: Drilled { name: "kept.tar".into(), sha256, created: 1_790_000_000, files: 7 },
            network: Some("local".parse::<Name>().unwrap()),
            chain_id: Some(ChainId(31338)),
            block: Some(21),
            outcome,
            verified,
            plan_id: Some(PlanId::ZERO),
            would_send: 23,
            error,
            exit: 0,
            duration_ms: 40,
        };
        let drill = serde_json::to_value(&drill).unwrap();
        assert_eq!(conforms(&schema, &drill), Ok(()));
        for (what, spoiled) in mutations(&drill) {
            assert!(conforms(&schema, &spoiled).is_err(), "{what}");
        }
    }
}
