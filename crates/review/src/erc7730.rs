//! Descriptors by which a device shows words (ERC-7730, version 1): of dispatcher, router and facets, or of a diamond.

use alloy_json_abi::{Function, JsonAbi, Param, StateMutability};
use alloy_primitives::Address;
use alloy_sol_types::SolStruct as _;
use payrox_artifacts::{ArtifactSet, release};
use payrox_model::{abi, text::escape};
use payrox_plan::Plan;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const SCHEMA: &str = "https://eips.ethereum.org/assets/eip-7730/erc7730-v1.schema.json";

/// Each descriptor by the name of its file. Facets are called at the router's address: that is what their descriptors are bound to.
pub fn descriptors(plan: &Plan, artifacts: &ArtifactSet) -> BTreeMap<String, Value> {
    let release = release();
    let a = &plan.addresses;
    let mut all = BTreeMap::new();
    if plan.diamond.is_some() {
        let abi = crate::calls::diamond_abi();
        all.insert("calldata-Diamond.json".into(), contract(plan, "Diamond", a.router, &abi, &|_| true));
    } else {
        all.insert(
            "calldata-ManifestDispatcher.json".into(),
            contract(plan, "ManifestDispatcher", a.dispatcher, &release.dispatcher.abi, &|_| true),
        );
        all.insert(
            "calldata-PayRoxProxyRouter.json".into(),
            contract(plan, "PayRoxProxyRouter", a.router, &router_abi(), &|_| true),
        );
        all.insert("eip712-Plan.json".into(), typed(plan));
    }
    for facet in &plan.facets {
        let Ok(found) = artifacts.get(&facet.contract) else { continue };
        let routed = |f: &Function| {
            plan.routes.iter().any(|r| r.selector.0 == f.selector().0 && r.facet == facet.name)
        };
        let name = facet.name.as_str();
        // Whatever a facet is called, it takes no other's place, on no disk.
        let mut file = format!("calldata-facet-{name}.json");
        while all.keys().any(|other: &String| other.eq_ignore_ascii_case(&file)) {
            file = file.replace(".json", "-.json");
        }
        let title = format!("facet {name}");
        all.insert(file, contract(plan, &title, a.router, &found.abi, &routed));
    }
    all
}

/// What the router and its extension answer themselves.
fn router_abi() -> JsonAbi {
    let release = release();
    let mut all = release.router.abi.clone();
    for (name, overloads) in &release.extension.abi.functions {
        let known = all.functions.entry(name.clone()).or_default();
        for function in overloads {
            if !known.iter().any(|k| k.selector() == function.selector()) {
                known.push(function.clone());
            }
        }
    }
    all
}

fn contract(
    plan: &Plan,
    name: &str,
    at: Address,
    abi: &JsonAbi,
    routed: &dyn Fn(&Function) -> bool,
) -> Value {
    let functions: Vec<_> = abi.functions().filter(|f| routed(f)).collect();
    let writes =
        |f: &&&Function| !matches!(f.state_mutability, StateMutability::Pure | StateMutability::View);
    let formats: Map<_, _> = functions.iter().filter(writes).map(|f| (f.signature(), format(f))).collect();
    let abi: Vec<_> = functions.iter().map(|f| json!(f)).map(typed_function).collect();
    json!({
        "$schema": SCHEMA,
        "context": {
            "$id": format!("{} {name}", plan.system.name),
            "contract": { "abi": abi, "deployments": deployments(plan, at) },
        },
        "metadata": metadata(plan),
        "display": { "formats": formats },
    })
}

/// A function's JSON says its type.
fn typed_function(mut function: Value) -> Value {
    if let Some(object) = function.as_object_mut() {
        object.entry("type").or_insert_with(|| "function".into());
    }
    function
}

fn metadata(plan: &Plan) -> Value {
    json!({ "owner": plan.system.name })
}

fn deployments(plan: &Plan, at: Address) -> Value {
    json!([{ "chainId": plan.chain_id, "address": at.to_checksum(None) }])
}

fn format(function: &Function) -> Value {
    let mut fields = Vec::new();
    for (index, parameter) in function.inputs.iter().enumerate() {
        add(&mut fields, "", "", index, parameter, 0);
    }
    json!({ "intent": words(&function.name), "fields": fields })
}

/// Deepest member that has a line of its own.
const DEPTH: usize = 4;

fn add(fields: &mut Vec<Value>, path: &str, label: &str, index: usize, parameter: &Param, depth: usize) {
    // Where an ABI has no name, the position is one.
    let own = if parameter.name.is_empty() { format!("[{index}]") } else { parameter.name.clone() };
    let lists: String = parameter.ty.match_indices('[').map(|_| ".[]").collect();
    let full = format!("{}{own}{lists}", if path.is_empty() { String::new() } else { format!("{path}.") });
    let named = format!(
        "{label} {}",
        if parameter.name.is_empty() {
            format!("argument {}", index + 1)
        } else {
            words(&parameter.name).to_lowercase()
        }
    );
    let named = named.trim();
    if !parameter.components.is_empty() && depth < DEPTH {
        for (index, member) in parameter.components.iter().enumerate() {
            add(fields, &full, named, index, member, depth + 1);
        }
        return;
    }
    let mut field = json!({ "path": escape(&full), "label": capital(&escape(named)) });
    let (kind, params) = kind(parameter);
    field["format"] = json!(kind);
    if let Some(params) = params {
        field["params"] = params;
    }
    fields.push(field);
}

/// How a value is shown. Amounts stay plain: which token they are of, only the contract knows.
fn kind(parameter: &Param) -> (&'static str, Option<Value>) {
    let base = parameter.ty.split('[').next().unwrap_or_default();
    let name = parameter.name.to_ascii_lowercase();
    let seconds = base.starts_with("uint");
    match base {
        "address" => ("addressName", Some(json!({ "types": ["eoa", "contract", "wallet", "token"] }))),
        _ if seconds && ["notbefore", "deadline", "eta", "expiry"].contains(&name.as_str()) => {
            ("date", Some(json!({ "encoding": "timestamp" })))
        }
        _ if seconds && ["delay", "window", "undofor"].contains(&name.as_str()) => ("duration", None),
        _ => ("raw", None),
    }
}

/// `Set guardian` of `setGuardian`.
fn words(name: &str) -> String {
    let mut out = String::new();
    for c in escape(name).chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
            out.push(c.to_ascii_lowercase());
        } else if c == '_' {
            out.push(' ');
        } else {
            out.push(c);
        }
    }
    capital(out.trim())
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The plan as typed data.
fn typed(plan: &Plan) -> Value {
    let ty = abi::Plan::eip712_root_type();
    let inner = ty.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let members: Vec<(&str, &str)> = inner.split(',').filter_map(|m| m.split_once(' ')).collect();
    let entry = |(ty, name): &(&str, &str)| json!({ "name": name, "type": ty });
    let domain =
        [("string", "name"), ("string", "version"), ("uint256", "chainId"), ("address", "verifyingContract")];
    let fields = members.iter().map(|(ty, name)| {
        let parameter =
            Param { ty: (*ty).into(), name: (*name).into(), components: Vec::new(), internal_type: None };
        let mut fields = Vec::new();
        add(&mut fields, "", "", 0, &parameter, 0);
        fields.pop().unwrap_or_default()
    });
    json!({
        "$schema": SCHEMA,
        "context": {
            "$id": format!("{} plan", plan.system.name),
            "eip712": {
                "schemas": [{
                    "primaryType": "Plan",
                    "types": {
                        "EIP712Domain": domain.iter().map(entry).collect::<Vec<_>>(),
                        "Plan": members.iter().map(entry).collect::<Vec<_>>(),
                    },
                }],
                "domain": {
                    "name": "PayRox",
                    "version": "1",
                    "chainId": plan.chain_id,
                    "verifyingContract": plan.addresses.dispatcher.to_checksum(None),
                },
                "deployments": deployments(plan, plan.addresses.dispatcher),
            },
        },
        "metadata": metadata(plan),
        "display": { "formats": { "Plan": { "intent": "Approve a release", "fields": fields.collect::<Vec<_>>() } } },
    })
}
