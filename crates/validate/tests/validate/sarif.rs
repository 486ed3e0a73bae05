//! SARIF, as the committee's schema has it.

use crate::{
    reports::{judged, runs, validation},
    world::World,
};
use payrox_conforms::conforms;
use payrox_validate::render;
use serde_json::{Value, json};
use std::path::Path;

fn official() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sarif/sarif-schema-2.1.0.json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

#[test]
fn prx_v01_the_sarif_of_every_kind_of_finding_is_what_the_official_schema_says() {
    let schema = official();
    let world = World::clean();
    let sarif = render(&validation()).sarif;
    for log in [&sarif, &render(&judged(&world, &runs(&world))).sarif] {
        assert_eq!(conforms(&schema, log), Ok(()));
    }
    for (path, wrong) in [
        ("/version", json!("2.0.0")),
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/kind", json!("unknown")),
        ("/runs/0/results/0/ruleIndex", json!("0")),
        ("/runs/0/results/0/message", json!({})),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", json!("a b")),
        ("/runs/0/tool", json!({})),
        ("/runs/0/columnKind", json!("bytes")),
    ] {
        let mut spoiled = sarif.clone();
        *spoiled.pointer_mut(path).unwrap() = wrong;
        assert!(conforms(&schema, &spoiled).is_err(), "{path}");
    }
}
