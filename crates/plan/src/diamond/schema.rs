//! The JSON Schema of a plan for a diamond: that of every plan, narrowed to what such a one has, and one part more.

use super::Lack;
use payrox_files::schema::{list, object, reference};
use payrox_model::version;
use serde_json::{Value, json};

/// `schemas/plan.v2.schema.json`: JSON Schema, draft 2020-12.
pub fn diamond_schema() -> Value {
    let mut root = crate::schema();
    let facet = root["properties"]["facets"].clone();
    let route = root["properties"]["routes"].clone();
    let lacks: Vec<Value> =
        Lack::ALL.iter().map(|lack| serde_json::to_value(lack).unwrap_or_default()).collect();
    let diamond = object(&[
        ("address", reference("address")),
        ("before", object(&[("facets", facet), ("routes", route)])),
        ("lacks", list(json!({ "enum": lacks }))),
    ]);
    let call = json!({ "oneOf": [{ "type": "null" }, reference("call")] });
    let code = object(&[
        ("kind", json!({ "const": "code" })),
        ("address", reference("address")),
        ("codeHash", reference("word")),
    ]);
    let cut = object(&[
        ("kind", json!({ "const": "cut" })),
        ("before", reference("word")),
        ("after", reference("word")),
    ]);
    let step = object(&[
        ("name", json!({ "type": "string" })),
        ("phase", json!({ "enum": ["factory", "facets", "apply"] })),
        ("effect", json!({ "oneOf": [code, cut] })),
        ("call", call),
        ("after", list(json!({ "type": "string" }))),
    ]);
    let inverse = object(&[
        ("kind", json!({ "const": "cutBack" })),
        ("root", reference("word")),
        ("calls", list(reference("call"))),
        ("leavesStorage", json!({ "type": "boolean" })),
    ]);
    root["title"] = json!("A PayRox plan for a diamond of EIP-2535, version 2");
    let properties = &mut root["properties"];
    properties["version"] = json!({ "const": version::PLAN_OF_A_DIAMOND });
    properties["epoch"] = json!({ "const": 0 });
    properties["diamond"] = diamond;
    properties["steps"] = list(step);
    properties["inverse"] = inverse;
    if let Some(required) = root["required"].as_array_mut() {
        required.push(json!("diamond"));
    }
    root["$defs"]["flags"] = json!({ "const": 0 });
    root
}
