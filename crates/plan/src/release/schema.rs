//! The JSON Schema of a release. Written by hand, as that of a plan.

use payrox_files::schema::{document, hex, list, name, object, reference, text, uint};
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
    let root = object(&[
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
    let definitions = json!({ "word": hex(32), "name": name(), "uint": uint() });
    document("A PayRox release, version 1", root, definitions)
}
