//! The JSON Schema of a rehearsal: its record, and what is printed of it.

use payrox_files::schema::{
    amount, document, exit, failure, hex, list, name, nullable, object, reference, text, uint,
};
use payrox_model::version;
use serde_json::{Value, json};

/// Version of the record.
const RECORD: u32 = 2;

/// `schemas/rehearsal.v2.schema.json`, of `.payrox/rehearsals/<hash>.json` and of what `rehearse` prints with `--json`: JSON
/// Schema, draft 2020-12.
pub fn rehearsal_schema() -> Value {
    let forms = ["record", "printed", "nothing", "failure"].map(reference);
    let printed = object(&[
        ("version", json!({ "const": version::OUTPUT })),
        ("outcome", json!({ "enum": ["passed", "failed"] })),
        ("offline", json!({ "type": "boolean" })),
        ("rehearsal", reference("record")),
        ("record", text()),
        ("exit", exit()),
    ]);
    let nothing = object(&[
        ("version", json!({ "const": version::OUTPUT })),
        ("outcome", json!({ "const": "nothingToDo" })),
        ("planId", reference("word")),
        ("exit", exit()),
    ]);
    let definitions = json!({
        "address": hex(20),
        "word": hex(32),
        "amount": amount(),
        "changed": changed(),
        "record": record(),
        "printed": printed,
        "nothing": nothing,
        "failure": failure(),
    });
    document("A rehearsal of a plan, version 2", json!({ "oneOf": forms }), definitions)
}

fn record() -> Value {
    let step = object(&[
        ("name", text()),
        ("part", json!({ "enum": ["plan", "exercise", "wayBack"] })),
        ("gas", nullable(uint())),
        ("micros", uint()),
        ("failure", nullable(text())),
        ("changes", list(reference("changed"))),
    ]);
    object(&[
        ("version", json!({ "const": RECORD })),
        ("plan", reference("word")),
        ("planId", reference("word")),
        ("chainId", uint()),
        ("network", name()),
        ("ground", ground()),
        ("offline", json!({ "type": "boolean" })),
        ("steps", list(step)),
        ("root", nullable(reference("word"))),
        ("refusedProofs", list(hex(4))),
        ("inverseGas", uint()),
        ("differences", list(text())),
        ("notCompared", nullable(text())),
        ("passed", json!({ "type": "boolean" })),
        ("left", list(reference("changed"))),
    ])
}

fn ground() -> Value {
    let at = [("block", uint()), ("blockHash", reference("word"))];
    let kind =
        |kind: &str, rest: &[(&str, Value)]| object(&[&[("kind", json!({ "const": kind }))], rest].concat());
    json!({ "oneOf": [
        kind("empty", &[]),
        kind("copy", &at),
        kind("fork", &[&[("endpoint", text())][..], &at].concat()),
    ]})
}

/// What a transaction changed of an account: before and after.
fn changed() -> Value {
    let two = |item: Value| json!({ "type": "array", "items": item, "minItems": 2, "maxItems": 2 });
    let slots = json!({
        "type": "object",
        "propertyNames": reference("word"),
        "additionalProperties": two(reference("word")),
    });
    object(&[
        ("address", reference("address")),
        ("what", text()),
        ("balance", nullable(two(reference("amount")))),
        ("nonce", nullable(two(uint()))),
        ("code", nullable(reference("word"))),
        ("slots", slots),
    ])
}
