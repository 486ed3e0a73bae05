//! The JSON Schema of a plan.
//!
//! Written by hand: it says more than the types do, such as that hexadecimal is lower case. A test holds every plan of the tests
//! against it.

use payrox_files::schema::{amount, bytes, document, hex, list, name, object, reference, text, uint};
use payrox_model::version;
use serde_json::{Value, json};

/// `schemas/plan.v1.schema.json`: JSON Schema, draft 2020-12.
pub fn schema() -> Value {
    let root = object(&[
        ("version", json!({ "const": version::PLAN })),
        ("network", reference("name")),
        ("chainId", reference("uint")),
        ("system", system()),
        ("addresses", addresses()),
        ("epoch", json!({ "type": "integer", "minimum": 1 })),
        ("parent", reference("word")),
        ("planId", reference("word")),
        ("root", reference("word")),
        ("manifest", object(&[("address", reference("address")), ("bytes", reference("bytes"))])),
        ("onchain", onchain()),
        ("init", json!({ "oneOf": [{ "type": "null" }, init()] })),
        ("facets", list(facet())),
        ("selectors", list(reference("selector"))),
        ("codehashes", list(reference("word"))),
        ("routes", list(route())),
        ("proofs", proofs()),
        ("unlocked", list(object(&[("function", text()), ("reason", text())]))),
        ("changes", list(change())),
        ("steps", list(step())),
        ("costs", costs()),
        ("inverse", inverse()),
        ("artifactsHash", reference("word")),
        ("contentHash", reference("word")),
    ]);
    let call = object(&[
        ("sender", json!({ "enum": ["anyone", "stager", "activator", "owner", "guardian"] })),
        ("to", reference("address")),
        ("value", amount()),
        ("data", reference("bytes")),
    ]);
    let definitions = json!({
        "address": hex(20),
        "word": hex(32),
        "selector": hex(4),
        "bytes": bytes(),
        "name": name(),
        "uint": uint(),
        "flags": { "type": "integer", "minimum": 0, "maximum": 63 },
        "call": call,
    });
    document("A PayRox plan, version 1", root, definitions)
}

/// One variant of a tagged union.
fn variant(kind: &str, properties: &[(&str, Value)]) -> Value {
    let mut all = vec![("kind", json!({ "const": kind }))];
    all.extend_from_slice(properties);
    object(&all)
}

fn system() -> Value {
    let accounts = list(reference("address"));
    let roles = object(&[
        ("owner", reference("address")),
        ("bootstrapper", reference("address")),
        ("guardians", accounts.clone()),
        ("operators", accounts),
    ]);
    object(&[
        ("name", reference("name")),
        ("roles", roles),
        ("delay", reference("uint")),
        ("proxy", reference("address")),
    ])
}

fn addresses() -> Value {
    let names = ["factory", "extension", "implementation", "launcher", "dispatcher", "router"];
    object(&names.map(|name| (name, reference("address"))))
}

fn onchain() -> Value {
    object(&[
        ("router", reference("address")),
        ("epoch", reference("uint")),
        ("parent", reference("word")),
        ("manifest", reference("address")),
        ("root", reference("word")),
        ("routes", reference("uint")),
        ("initTarget", reference("address")),
        ("initCodeHash", reference("word")),
        ("initDataHash", reference("word")),
        ("notBefore", reference("uint")),
        ("window", reference("uint")),
        ("undoFor", reference("uint")),
        ("floor", reference("uint")),
    ])
}

fn init() -> Value {
    object(&[
        ("contract", text()),
        ("target", reference("address")),
        ("codeHash", reference("word")),
        ("data", reference("bytes")),
    ])
}

fn facet() -> Value {
    object(&[
        ("name", reference("name")),
        ("contract", text()),
        ("address", reference("address")),
        ("codeHash", reference("word")),
        ("salt", reference("word")),
        ("initCodeHash", reference("word")),
        ("constructorArgs", reference("bytes")),
        ("size", reference("uint")),
    ])
}

fn route() -> Value {
    object(&[
        ("selector", reference("selector")),
        ("signature", text()),
        ("facet", reference("name")),
        ("flags", reference("flags")),
        ("mutability", json!({ "enum": ["pure", "view", "nonpayable", "payable"] })),
    ])
}

fn proofs() -> Value {
    json!({
        "type": "object",
        "propertyNames": reference("selector"),
        "additionalProperties": list(reference("word")),
    })
}

/// The schema of a [`Change`](crate::Change). It refers to `selector` and `flags` of the document that it stands in.
pub fn change() -> Value {
    let head = [("selector", reference("selector")), ("function", text())];
    let with = |kind: &str, rest: &[(&str, Value)]| variant(kind, &[&head, rest].concat());
    let (old, new) = (("old", reference("flags")), ("new", reference("flags")));
    let one = [("facet", text()), ("flags", reference("flags"))];
    json!({ "oneOf": [
        with("removed", &one),
        with("replaced", &[("from", text()), ("to", text()), old.clone(), new.clone()]),
        with("flags", &[("facet", text()), old, new]),
        with("added", &one),
    ]})
}

fn step() -> Value {
    let effect = json!({ "oneOf": [
        variant("code", &[("address", reference("address")), ("codeHash", reference("word"))]),
        variant("system", &[("dispatcherCodeHash", reference("word")), ("routerCodeHash", reference("word"))]),
        variant("staged", &[]),
        variant("active", &[]),
    ]});
    object(&[
        ("name", text()),
        ("phase", json!({ "enum": ["factory", "dispatcher", "router", "facets", "stage", "apply"] })),
        ("effect", effect),
        ("call", json!({ "oneOf": [{ "type": "null" }, reference("call")] })),
        ("after", list(text())),
    ])
}

fn costs() -> Value {
    object(&["calls", "calldataBytes", "codeBytes", "gasFloor"].map(|name| (name, reference("uint"))))
}

fn inverse() -> Value {
    let calls = list(reference("call"));
    let rollback =
        [("targetEpoch", reference("uint")), ("root", reference("word")), ("calls", calls.clone())];
    json!({ "oneOf": [variant("pauseAndFreeze", &[("calls", calls)]), variant("rollback", &rollback)] })
}
