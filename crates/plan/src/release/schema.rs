//! The JSON Schema of a release. Written by hand, as that of a plan.

use crate::schema::{hex, list, object, reference, text};
use payrox_model::version;
use serde_json::{Value, json};

/// `schemas/release.v1.schema.json`: JSON Schema, draft 2020-12.
pub fn release_schema() -> Value {
    let network = object(&[
        ("network", reference("name")),
        ("chainId", reference("uint")),
        ("epoch", json!({ "type": "integer", "minimum": 1 })),
        ("planId", reference("word")),
        ("contentHash", reference("word")),
        ("root", reference("word")),
        ("substance", reference("word")),
    ]);
    let names = || json!({ "type": "array", "items": reference("name"), "uniqueItems": true });
    let value = object(&[("value", text()), ("networks", names())]);
    let difference =
        object(&[("network", reference("name")), ("against", reference("name")), ("why", list(text()))]);
    let row = object(&[("what", text()), ("values", list(value)), ("differences", list(difference))]);
    let mut root = object(&[
        ("version", json!({ "const": version::RELEASE })),
        ("system", reference("name")),
        ("networks", json!({ "type": "array", "items": network, "minItems": 1 })),
        ("canary", names()),
        ("soak", reference("uint")),
        (
            "requiresPassedOn",
            json!({ "type": "object", "propertyNames": reference("name"), "additionalProperties": names() }),
        ),
        ("parity", list(row)),
        ("digest", reference("word")),
    ]);
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("A PayRox release, version 1");
    root["$defs"] = json!({
        "word": hex(32),
        "name": { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 64 },
        "uint": { "type": "integer", "minimum": 0 },
    });
    root
}
