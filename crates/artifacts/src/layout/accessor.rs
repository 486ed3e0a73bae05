//! Structs that stand where assembly puts them: `$.slot := SLOT`, with no annotation that says so. Diamonds keep most of what
//! they keep in this way.

use super::constant::{self, Constants};
use alloy_primitives::U256;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How deep a name of assembly stands for another.
const DEPTH: usize = 8;

/// A pointer into storage whose slot a function sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    /// The struct as the function names it; `None` where that is no name, or the function cannot be read.
    pub(super) ty: Option<String>,
    /// The slot, where it is a constant that can be computed.
    pub(super) slot: Option<U256>,
    /// The function is given a place in storage: what it computes stands in something that is known by its own variable.
    pub(super) derived: bool,
}

/// A function as the compiler's syntax tree has it.
pub(super) struct Function<'a> {
    pub(super) parameters: Option<&'a str>,
    pub(super) returned: Option<&'a str>,
    pub(super) body: &'a str,
}

/// The pointers of a function.
pub(super) fn pointers(function: &Function<'_>, constants: &Constants) -> Vec<Pointer> {
    if !function.body.contains(".slot\"") {
        return Vec::new();
    }
    let tree = |text: &str| serde_json::from_str::<Value>(text).ok();
    // What nests deeper than any accessor does is not read, and not passed over.
    let Some(body) = tree(function.body) else {
        return vec![Pointer { ty: None, slot: None, derived: false }];
    };
    let given = function.parameters.and_then(tree).unwrap_or_default();
    let returned = function.returned.and_then(tree).unwrap_or_default();
    let is_stored = |node: &&Value| text(node, "storageLocation") == "storage";
    let variables = |tree| all(tree, "VariableDeclaration").into_iter().filter(is_stored).collect::<Vec<_>>();
    let stored = variables(&given);
    let derived = !stored.is_empty();
    let types: BTreeMap<_, _> = [stored, variables(&returned), variables(&body)]
        .into_iter()
        .flatten()
        .map(|variable| (text(variable, "name"), &variable["typeName"]))
        .collect();
    let values = Values::of(&body, constants);
    let mut found = Vec::new();
    for assignment in all(&body, "YulAssignment") {
        for name in assignment["variableNames"].as_array().into_iter().flatten() {
            let Some(ty) = text(name, "name").strip_suffix(".slot").and_then(|name| types.get(name)) else {
                continue;
            };
            // A mapping or an array of elementary types has no members that could change places.
            if all(ty, "UserDefinedTypeName").is_empty() {
                continue;
            }
            let slot = values.number(&assignment["value"], 0);
            found.push(Pointer { ty: named(ty), slot, derived });
        }
    }
    found
}

/// A struct's name, as it is written.
fn named(ty: &Value) -> Option<String> {
    if text(ty, "nodeType") != "UserDefinedTypeName" {
        return None;
    }
    [&ty["pathNode"]["name"], &ty["name"]].into_iter().find_map(|name| name.as_str().map(str::to_owned))
}

/// What the names in a function stand for.
struct Values<'a> {
    constants: Constants,
    assembly: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Values<'a> {
    fn of(body: &'a Value, constants: &Constants) -> Self {
        let mut constants = constants.clone();
        for statement in all(body, "VariableDeclarationStatement") {
            if let ([declared], Some(value)) =
                (list(&statement["declarations"]), statement.get("initialValue"))
            {
                constants.insert(text(declared, "name").to_owned(), value.clone());
            }
        }
        let mut assembly = BTreeMap::new();
        for statement in all(body, "YulVariableDeclaration") {
            if let [declared] = list(&statement["variables"]) {
                assembly.insert(text(declared, "name"), &statement["value"]);
            }
        }
        // What is set again is no constant.
        let solidity = all(body, "Assignment").into_iter().map(|set| text(&set["leftHandSide"], "name"));
        let yul = all(body, "YulAssignment").into_iter().flat_map(|set| list(&set["variableNames"]));
        let set: BTreeSet<_> = solidity.chain(yul.map(|name| text(name, "name"))).collect();
        constants.retain(|name, _| !set.contains(name.as_str()));
        assembly.retain(|name, _| !set.contains(name));
        Self { constants, assembly }
    }

    fn number(&self, value: &Value, depth: usize) -> Option<U256> {
        match text(value, "nodeType") {
            "YulLiteral" if text(value, "kind") == "number" => constant::literal(text(value, "value")),
            "YulIdentifier" => match self.assembly.get(text(value, "name")) {
                Some(other) if depth < DEPTH => self.number(other, depth + 1),
                Some(_) => None,
                None => constant::value(&self.constants, text(value, "name")),
            },
            _ => None,
        }
    }
}

fn text<'a>(node: &'a Value, key: &str) -> &'a str {
    node.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Every node of a kind, wherever it is.
fn all<'a>(tree: &'a Value, kind: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    let mut queue = vec![tree];
    while let Some(value) = queue.pop() {
        match value {
            Value::Array(values) => queue.extend(values),
            Value::Object(fields) => {
                if text(value, "nodeType") == kind {
                    found.push(value);
                }
                queue.extend(fields.values());
            }
            _ => {}
        }
    }
    found
}
