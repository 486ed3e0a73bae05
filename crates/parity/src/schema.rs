//! JSON Schemas of what is kept in a project.

use payrox_files::schema::{amount, bytes, document, hex, list, object, object_with, reference, text, uint};
use payrox_model::version;
use serde_json::{Value, json};

/// `schemas/parity-case.v2.schema.json`, of a counter-example under `parity/`: JSON Schema, draft 2020-12.
pub fn case_schema() -> Value {
    let aspects = [
        "outcome",
        "return_data",
        "revert_data",
        "logs",
        "storage",
        "transient",
        "balance",
        "accounts",
        "lock",
    ];
    let words = object_with(&[("from", text()), ("call", text())], &[("callback", text())]);
    let root = object_with(
        &[
            ("version", json!({ "const": version::PARITY_CASE })),
            ("comparison", json!({ "enum": ["direct_and_routed", "old_and_new"] })),
            ("plan", hex(32)),
            ("function", text()),
            ("differs", list(json!({ "enum": aspects }))),
            ("calls", list(reference("call"))),
            ("words", list(words)),
        ],
        &[("block", uint())],
    );
    document("A counter-example of payrox parity, version 2", root, json!({ "call": call() }))
}

/// `schemas/parity-corpus.v1.schema.json`, of `parity/corpus.json` and `.payrox/parity/corpus.json`: JSON Schema, draft
/// 2020-12.
pub fn corpus_schema() -> Value {
    let inputs = json!({
        "type": "object",
        "propertyNames": hex(4),
        "additionalProperties": list(list(reference("call"))),
    });
    let root = object(&[("version", json!({ "const": version::PARITY_CORPUS })), ("inputs", inputs)]);
    document("Inputs of payrox parity, version 1", root, json!({ "call": call() }))
}

fn call() -> Value {
    object_with(
        &[
            ("route", hex(4)),
            ("from", hex(20)),
            ("value", amount()),
            ("data", bytes()),
            ("after", uint()),
            ("static", json!({ "type": "boolean" })),
        ],
        &[("callback", bytes())],
    )
}
