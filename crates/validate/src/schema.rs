//! JSON Schemas of what is written. By hand: they say more than the types do. Tests hold real documents against them.

use crate::Phase;
use payrox_model::version;
use serde_json::{Map, Value, json};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// `schemas/validation-report.v1.schema.json`.
pub fn validation_schema() -> Value {
    let verdict = || json!({ "enum": ["pass", "unknown", "fail"] });
    let finding = object(&[
        ("code", json!({ "type": "string", "pattern": "^PRX-[A-Z]{1,8}-[0-9]{3}$" })),
        ("severity", json!({ "enum": ["info", "warning", "error"] })),
        ("subject", text()),
        ("evidence", text()),
        ("hint", or_null(text())),
        ("waived", json!({ "type": "boolean" })),
    ]);
    let phase = object(&[
        ("phase", json!({ "enum": Phase::ALL.map(Phase::name) })),
        ("verdict", verdict()),
        ("part", or_null(text())),
        ("cached", json!({ "type": "boolean" })),
        ("tookMs", uint()),
        ("checks", list(reference("check"))),
    ]);
    let waiver = object(&[
        ("code", text()),
        ("subject", text()),
        ("owner", text()),
        ("reason", text()),
        ("expires", reference("day")),
        ("state", json!({ "enum": ["counts", "expired", "unused", "refused"] })),
    ]);
    let size = object(&[("contract", text()), ("runtime", or_null(uint())), ("initCode", uint())]);
    let gas = object(&[
        ("facet", text()),
        ("function", text()),
        ("gas", uint()),
        ("returns", json!({ "type": "boolean" })),
        ("snapshot", or_null(uint())),
        ("deployed", or_null(uint())),
    ]);
    let step = object(&[
        ("name", text()),
        ("part", json!({ "enum": ["plan", "exercise", "wayBack"] })),
        ("gas", or_null(uint())),
        ("failure", or_null(text())),
    ]);
    let mut root = object(&[
        ("version", json!({ "const": version::VALIDATION })),
        ("verdict", verdict()),
        ("about", about()),
        ("phases", list(phase)),
        ("phasesNotRun", list(json!({ "enum": Phase::ALL.map(Phase::name) }))),
        ("exceptions", reference("check")),
        ("waivers", list(waiver)),
        ("sizes", list(size)),
        ("gas", list(gas)),
        ("rehearsal", list(step)),
    ]);
    root["$schema"] = json!(DRAFT);
    root["title"] = json!("The outcome of payrox validate, version 1");
    root["$defs"] = json!({
        "word": { "type": "string", "pattern": "^0x[0-9a-f]{64}$" },
        "day": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
        "check": object(&[
            ("name", text()),
            ("verdict", verdict()),
            ("summary", text()),
            ("findings", list(finding)),
        ]),
    });
    root
}

fn about() -> Value {
    let plan = object(&[
        ("planId", reference("word")),
        ("root", reference("word")),
        ("contentHash", reference("word")),
        ("epoch", uint()),
        ("facets", uint()),
        ("routes", uint()),
    ]);
    object(&[
        ("system", text()),
        ("network", text()),
        ("chainId", uint()),
        ("plan", or_null(plan)),
        ("against", text()),
        ("artifactsHash", or_null(reference("word"))),
        ("judge", text()),
        ("date", or_null(reference("day"))),
        ("command", text()),
        ("projectFile", text()),
        ("sources", json!({ "type": "object", "additionalProperties": text() })),
    ])
}

/// `schemas/gas-snapshot.v1.schema.json`.
pub fn gas_snapshot_schema() -> Value {
    let route = object(&[("gas", uint()), ("returns", json!({ "type": "boolean" }))]);
    let mut root = object(&[
        ("version", json!({ "const": version::GAS_SNAPSHOT })),
        ("routes", json!({ "type": "object", "additionalProperties": route })),
    ]);
    root["$schema"] = json!(DRAFT);
    root["title"] = json!("What calls of a system take, version 1");
    root
}

/// Exactly these properties.
fn object(properties: &[(&str, Value)]) -> Value {
    let required: Vec<_> = properties.iter().map(|(name, _)| *name).collect();
    let map: Map<_, _> = properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    json!({ "type": "object", "required": required, "properties": map, "additionalProperties": false })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn or_null(one: Value) -> Value {
    json!({ "oneOf": [{ "type": "null" }, one] })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn uint() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}
