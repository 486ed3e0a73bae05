//! The JSON Schemas of a line of the journal and of a contract's record.

use payrox_files::schema::{
    bytes, document, hex, list, name, nullable, object, object_with, reference, text, uint,
};
use payrox_model::version;
use serde_json::{Value, json};

/// `schemas/journal.v2.schema.json`, of a line: JSON Schema, draft 2020-12.
pub fn line_schema() -> Value {
    let word = || reference("word");
    let step = || ("step", text());
    let tx = || ("tx", word());
    let block = || [("block", uint()), ("blockHash", word())];
    let placed = || ("placed", list(reference("placed")));
    let plan = || ("plan", word());
    let records = [
        record(
            "opened",
            &[
                ("version", json!({ "const": version::JOURNAL })),
                ("chainId", uint()),
                ("system", reference("address")),
                ("writer", json!({ "type": "string", "pattern": "^[0-9a-f]{12}$" })),
            ],
        ),
        record(
            "run",
            &[("command", text()), ("network", name()), plan(), ("planId", word()), ("epoch", uint())],
        ),
        record(
            "cleared",
            &[plan(), ("artifacts", word()), ("chainId", uint()), ("steps", uint()), ("gas", uint())],
        ),
        record("found", &[step(), ("reason", text()), placed()]),
        record_with(
            "intent",
            &[
                step(),
                plan(),
                ("from", reference("address")),
                ("nonce", uint()),
                ("to", reference("address")),
                ("gas", uint()),
                tx(),
            ],
            &[("replaces", word())],
        ),
        record("sent", &[("txs", list(word()))]),
        record("done", &[&[step(), tx(), ("gasUsed", uint()), placed()][..], &block()].concat()),
        record("failed", &[step(), tx(), ("reason", text())]),
        record("dropped", &[tx(), ("reason", text())]),
        record("replaced", &[tx(), ("by", nullable(word()))]),
        record("unwound", &[&[step(), tx()][..], &block()].concat()),
        record("final", &[&[plan()][..], &block()].concat()),
        record("timeSkipped", &[("seconds", uint())]),
        record("finished", &[("ending", json!({ "enum": ["complete", "waiting", "refused", "failed"] }))]),
    ];
    let placed = object(&[
        ("name", name()),
        ("address", reference("address")),
        ("codeHash", word()),
        ("constructorArgs", bytes()),
    ]);
    document(
        "A line of a PayRox journal, version 2",
        json!({ "oneOf": records }),
        json!({ "address": hex(20), "word": hex(32), "placed": placed }),
    )
}

/// `schemas/deployment.v1.schema.json`: JSON Schema, draft 2020-12.
pub fn deployment_schema() -> Value {
    let root = object(&[
        ("version", json!({ "const": version::DEPLOYMENT })),
        ("name", name()),
        ("chainId", uint()),
        // With the checksum of EIP-55: for people and their tools.
        ("address", json!({ "type": "string", "pattern": "^0x[0-9a-fA-F]{40}$" })),
        ("abi", nullable(list(json!({ "type": "object" })))),
        ("transaction", nullable(reference("word"))),
        ("block", nullable(uint())),
        ("constructorArguments", bytes()),
        ("codeHash", reference("word")),
        ("inputHash", nullable(reference("word"))),
    ]);
    document("A contract's record of PayRox, version 1", root, json!({ "word": hex(32) }))
}

fn record(kind: &str, fields: &[(&str, Value)]) -> Value {
    record_with(kind, fields, &[])
}

/// A line with this record.
fn record_with(kind: &str, fields: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    let head =
        [("seq", uint()), ("prev", reference("word")), ("time", uint()), ("kind", json!({ "const": kind }))];
    object_with(&[&head, fields].concat(), optional)
}
