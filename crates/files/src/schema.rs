//! The words that JSON Schemas of the tool's documents are written in.
//!
//! They are written by hand: they say more than types do, such as that hexadecimal is lower case, and nothing of them is in the binary.

use serde_json::{Map, Value, json};

/// A whole schema: JSON Schema, draft 2020-12. [`reference`] finds what is in `definitions`.
pub fn document(title: &str, mut root: Value, definitions: Value) -> Value {
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!(title);
    root["$defs"] = definitions;
    root
}

/// Exactly these properties.
pub fn object(properties: &[(&str, Value)]) -> Value {
    object_with(properties, &[])
}

/// Exactly these properties; those of `optional` may be absent.
pub fn object_with(properties: &[(&str, Value)], optional: &[(&str, Value)]) -> Value {
    let required: Vec<_> = properties.iter().map(|(name, _)| *name).collect();
    let all = properties.iter().chain(optional);
    let map: Map<_, _> = all.map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    json!({ "type": "object", "properties": map, "required": required, "additionalProperties": false })
}

/// What is defined under this name.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// Any number of these.
pub fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// Any text.
pub fn text() -> Value {
    json!({ "type": "string" })
}

/// A count: 0, 1, 2, …
pub fn uint() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// This, or null.
pub fn nullable(value: Value) -> Value {
    json!({ "oneOf": [{ "type": "null" }, value] })
}

/// So many bytes in lower-case hexadecimal.
pub fn hex(bytes: usize) -> Value {
    json!({ "type": "string", "pattern": format!("^0x[0-9a-f]{{{}}}$", 2 * bytes) })
}

/// Any number of bytes in lower-case hexadecimal.
pub fn bytes() -> Value {
    json!({ "type": "string", "pattern": "^0x([0-9a-f]{2})*$" })
}

/// An amount of wei in lower-case hexadecimal, without zeros before it.
pub fn amount() -> Value {
    json!({ "type": "string", "pattern": "^0x(0|[1-9a-f][0-9a-f]*)$" })
}

/// A name of the domain: of a facet, a network, a system.
pub fn name() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 64 })
}

/// A stable code: `PRX-<AREA>-<nnn>`.
pub fn code() -> Value {
    json!({ "type": "string", "pattern": "^PRX-[A-Z]+-[0-9]{3}$" })
}

/// The exit statuses of the process.
pub fn exit() -> Value {
    json!({ "enum": [0, 1, 2, 3, 4, 5, 6, 70] })
}

/// A verdict: three values, never two.
pub fn verdict() -> Value {
    json!({ "enum": ["pass", "unknown", "fail"] })
}

/// Checks with their findings, as a list.
pub fn checks() -> Value {
    let finding = object(&[
        ("code", code()),
        ("severity", json!({ "enum": ["info", "warning", "error"] })),
        ("subject", text()),
        ("evidence", text()),
        ("hint", nullable(text())),
    ]);
    list(object(&[
        ("name", text()),
        ("verdict", verdict()),
        ("summary", text()),
        ("findings", list(finding)),
    ]))
}

/// What `--json` prints where a command could not begin: the error, and the exit status.
pub fn failure() -> Value {
    let error = object(&[
        ("code", code()),
        ("message", text()),
        ("subject", nullable(text())),
        ("hint", nullable(text())),
    ]);
    object(&[("error", error), ("exit", exit())])
}
