//! The JSON Schema of a review's document.

use payrox_files::schema::{
    amount, bytes, checks, document, failure, hex, list, name, nullable, object, reference, text, uint,
    verdict,
};
use payrox_model::version;
use serde_json::{Value, json};

/// `schemas/review.v1.schema.json`, of what `review` prints with `--json`: JSON Schema, draft 2020-12.
pub fn schema() -> Value {
    let root = json!({ "oneOf": [reference("review"), reference("failure")] });
    let definitions = json!({
        "address": hex(20),
        "word": hex(32),
        "selector": hex(4),
        "flags": { "type": "integer", "minimum": 0, "maximum": 63 },
        "amount": amount(),
        "checks": checks(),
        "source": source(),
        "call": call(),
        "change": payrox_plan::change_schema(),
        "facet": facet(),
        "variable": variable(),
        "storage": storage(),
        "signer": signer(),
        "review": review(),
        "failure": failure(),
    });
    document("A review of a plan, version 1", root, definitions)
}

fn review() -> Value {
    let compiler = object(&[
        ("kind", json!({ "enum": ["native", "soljson"] })),
        ("path", text()),
        ("version", text()),
        ("sha256", reference("word")),
    ]);
    let row = object(&[
        ("what", text()),
        ("subject", text()),
        ("planned", text()),
        ("made", nullable(text())),
        ("equal", boolean()),
    ]);
    let costs = object(&["calls", "calldataBytes", "codeBytes", "gasFloor"].map(|name| (name, uint())));
    object(&[
        ("version", json!({ "const": version::OUTPUT })),
        ("outcome", verdict()),
        ("system", name()),
        ("network", name()),
        ("chainId", uint()),
        ("epoch", uint()),
        ("planId", reference("word")),
        ("contentHash", reference("word")),
        ("source", reference("source")),
        ("compiler", compiler),
        ("compileMs", uint()),
        ("compiledEarlier", nullable(text())),
        ("checks", reference("checks")),
        ("rows", list(row)),
        ("calls", list(reference("call"))),
        ("changes", list(reference("change"))),
        ("facets", nullable(list(reference("facet")))),
        ("sources", nullable(list(object(&[("path", text()), ("diff", text())])))),
        ("storage", reference("storage")),
        ("costs", costs),
        ("signer", reference("signer")),
    ])
}

/// One variant of a tagged union.
fn variant(tag: &str, value: &str, properties: &[(&str, Value)]) -> Value {
    object(&[&[(tag, json!({ "const": value }))], properties].concat())
}

fn source() -> Value {
    let commit = json!({ "type": "string", "pattern": "^([0-9a-f]{40}|[0-9a-f]{64})$" });
    json!({ "oneOf": [
        variant("kind", "commit", &[
            ("commit", commit.clone()),
            ("tree", commit),
            ("origin", text()),
            ("files", uint()),
            ("leftOut", list(text())),
        ]),
        variant("kind", "folder", &[("path", text())]),
    ]})
}

fn call() -> Value {
    object(&[
        ("step", text()),
        ("sender", text()),
        ("callee", text()),
        ("to", reference("address")),
        ("value", reference("amount")),
        ("function", text()),
        ("arguments", list(two(text()))),
        ("data", bytes()),
        ("dataHash", reference("word")),
    ])
}

fn facet() -> Value {
    let opcode = object(&[("opcode", text()), ("before", uint()), ("after", uint())]);
    object(&[
        ("facet", text()),
        ("contracts", two(nullable(text()))),
        ("size", two(uint())),
        ("added", list(text())),
        ("removed", list(text())),
        ("opcodes", list(opcode)),
    ])
}

fn variable() -> Value {
    object(&[
        ("label", text()),
        ("slot", reference("amount")),
        ("offset", json!({ "type": "integer", "minimum": 0, "maximum": 31 })),
        ("type", text()),
    ])
}

fn storage() -> Value {
    let change = object(&[
        ("change", json!({ "enum": ["added", "moved", "renamed", "retyped", "removed", "gap"] })),
        ("facets", list(text())),
        ("within", text()),
        ("old", nullable(reference("variable"))),
        ("new", nullable(reference("variable"))),
    ]);
    let area = object(&[
        ("kind", json!({ "enum": ["plain", "transient", "namespace"] })),
        ("namespace", nullable(text())),
        ("slots", two(nullable(reference("amount")))),
        ("variables", two(uint())),
        ("changes", list(change)),
    ]);
    json!({ "oneOf": [
        variant("state", "first", &[]),
        variant("state", "unknown", &[("why", text())]),
        variant("state", "compared", &[("before", text()), ("areas", list(area))]),
    ]})
}

fn signer() -> Value {
    let transaction = object(&[
        ("step", text()),
        ("sender", text()),
        ("to", reference("address")),
        ("value", reference("amount")),
        ("data", bytes()),
        ("nonce", text()),
    ]);
    let safe = object(&[
        ("step", text()),
        ("safe", reference("address")),
        ("version", json!({ "enum": ["1.3.0", "1.4.1"] })),
        ("nonce", uint()),
        ("domainHash", reference("word")),
        ("messageHash", reference("word")),
        ("safeTxHash", reference("word")),
    ]);
    object(&[
        ("domainHash", nullable(reference("word"))),
        ("structHash", nullable(reference("word"))),
        ("digest", nullable(reference("word"))),
        ("transactions", list(transaction.clone())),
        ("safe", list(safe.clone())),
        ("wayBack", object(&[("transactions", list(transaction)), ("safe", list(safe))])),
        ("file", text()),
        ("lines", list(object(&[("name", text()), ("value", text()), ("command", text())]))),
    ])
}

fn boolean() -> Value {
    json!({ "type": "boolean" })
}

/// Before and after, or a name and a value.
fn two(item: Value) -> Value {
    json!({ "type": "array", "items": item, "minItems": 2, "maxItems": 2 })
}
