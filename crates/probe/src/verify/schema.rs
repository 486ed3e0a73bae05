//! The JSON Schema of a verification's document.

use payrox_files::schema::{
    checks, document, exit, failure, hex, name, nullable, object, reference, uint, verdict,
};
use payrox_model::version;
use serde_json::{Value, json};

/// `schemas/verify.v1.schema.json`, of what `verify`, `verify facets`, `verify staging` and `verify diamond` print with
/// `--json`: JSON Schema, draft 2020-12.
pub fn schema() -> Value {
    let result = object(&[
        ("version", json!({ "const": version::OUTPUT })),
        ("outcome", verdict()),
        ("network", name()),
        ("chainId", uint()),
        ("block", nullable(uint())),
        ("planId", hex(32)),
        ("epoch", nullable(uint())),
        ("checks", checks()),
        ("exit", exit()),
    ]);
    let root = json!({ "oneOf": [reference("result"), reference("failure")] });
    let definitions = json!({ "result": result, "failure": failure() });
    document("What PayRox verify prints with --json, version 1", root, definitions)
}
