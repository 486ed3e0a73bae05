//! The JSON Schema of an adopted diamond.

use payrox_model::version;
use serde_json::{Value, json};

fn object(properties: Value) -> Value {
    let required: Vec<String> =
        properties.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// `schemas/adopted.v1.schema.json`: JSON Schema, draft 2020-12.
pub fn adopted_schema() -> Value {
    let hex = |bytes: usize| json!({ "type": "string", "pattern": format!("^0x[0-9a-f]{{{}}}$", 2 * bytes) });
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer", "minimum": 0 });
    let maybe = |schema: &Value| json!({ "oneOf": [{ "type": "null" }, schema] });
    let name = json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 64 });
    let finding = object(json!({
        "code": text,
        "severity": { "enum": ["info", "warning", "error"] },
        "subject": text,
        "evidence": text,
        "hint": maybe(&text),
    }));
    let mut root = object(json!({
        "version": { "const": version::ADOPTED },
        "chainId": number,
        "block": number,
        "blockHash": hex(32),
        "diamond": hex(20),
        "origin": {
            "enum": ["loupe", "events", "storage of diamond-1", "storage of diamond-2", "storage of diamond-3"]
        },
        "owner": maybe(&hex(20)),
        "ownerIsContract": { "type": "boolean" },
        "root": hex(32),
        "manifest": { "type": "string", "pattern": "^0x([0-9a-f]{2})+$" },
        "facets": { "type": "array", "items": object(json!({
            "name": name,
            "address": hex(20),
            "codeHash": hex(32),
            "size": number,
            "contract": maybe(&text),
        })) },
        "routes": { "type": "array", "items": object(json!({
            "selector": hex(4),
            "signature": maybe(&text),
            "facet": name,
        })) },
        "checks": { "type": "array", "items": object(json!({
            "name": text,
            "verdict": { "enum": ["pass", "unknown", "fail"] },
            "summary": text,
            "findings": { "type": "array", "items": finding },
        })) },
    }));
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("A diamond that payrox adopted, version 1");
    root
}
