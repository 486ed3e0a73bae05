//! The JSON Schema of a run's document.

use payrox_files::schema::{
    amount, bytes, checks, code, document, exit, failure, hex, list, name, nullable, object, object_with,
    reference, text, uint,
};
use payrox_model::version;
use serde_json::{Value, json};

/// `schemas/run.v1.schema.json`, of what `run`, `stage`, `deploy`, `apply` and `cancel` print with `--json`: JSON Schema,
/// draft 2020-12.
pub fn schema() -> Value {
    let root = json!({ "oneOf": [reference("result"), reference("failure")] });
    let definitions = json!({
        "address": hex(20),
        "word": hex(32),
        "amount": amount(),
        "checks": object(&[("checks", checks())]),
        "addresses": addresses(),
        "step": step(),
        "cost": cost(),
        "result": result(),
        "failure": failure(),
    });
    document("What a run of PayRox prints with --json, version 1", root, definitions)
}

fn result() -> Value {
    let error = object(&[
        ("code", code()),
        ("message", text()),
        ("subject", json!({ "type": "null" })),
        ("hint", nullable(text())),
        ("until", nullable(uint())),
    ]);
    let outcomes = ["complete", "nothing_to_do", "planned", "waiting", "refused", "failed"];
    object_with(
        &[
            ("version", json!({ "const": version::OUTPUT })),
            ("outcome", json!({ "enum": outcomes })),
            ("network", name()),
            ("chainId", uint()),
            ("facets", uint()),
            ("routes", uint()),
            ("addresses", reference("addresses")),
            ("epoch", uint()),
            ("root", reference("word")),
            ("planId", reference("word")),
            ("steps", list(reference("step"))),
            ("gas", uint()),
            ("cost", list(reference("cost"))),
            ("durationMs", uint()),
            ("exit", exit()),
        ],
        // Of a cancellation; after a deployment; of a run that ended before its end; of one that was verified.
        &[
            ("cancels", reference("word")),
            ("after", reference("checks")),
            ("error", error),
            ("checks", reference("checks")),
        ],
    )
}

fn addresses() -> Value {
    let names = ["factory", "extension", "implementation", "launcher", "dispatcher", "router"];
    object(&names.map(|name| (name, reference("address"))))
}

fn step() -> Value {
    let call = object(&[
        ("from", list(reference("address"))),
        ("to", reference("address")),
        ("value", reference("amount")),
        ("data", bytes()),
    ]);
    object_with(
        &[
            ("name", text()),
            ("outcome", json!({ "enum": ["done", "skipped", "planned", "sent", "pending", "failed"] })),
            ("tx", nullable(reference("word"))),
            ("gasUsed", nullable(uint())),
            ("reason", nullable(text())),
        ],
        // Where it was not sent.
        &[("call", call)],
    )
}

fn cost() -> Value {
    object(&[
        ("from", reference("address")),
        ("transactions", uint()),
        ("gas", uint()),
        ("wei", reference("amount")),
        ("dataWei", reference("amount")),
        ("balance", reference("amount")),
    ])
}
