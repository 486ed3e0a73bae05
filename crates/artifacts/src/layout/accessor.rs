//! Structs, mappings and arrays that stand where assembly puts them: `$.slot := SLOT`. Diamonds keep most of what they keep in
//! this way.

use super::constant::{self, Constants};
use alloy_primitives::U256;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How deep names and sums of assembly are followed, and types.
const DEPTH: usize = 8;

/// A pointer into storage whose slot a function sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    /// What stands there; `None` where it cannot be said, or the function cannot be read.
    pub(super) ty: Option<Pointee>,
    /// The slot, where it is a constant that can be computed.
    pub(super) slot: Option<U256>,
    /// The function is given a place in storage: what it computes stands in something that is known by its own variable.
    pub(super) derived: bool,
}

/// What a pointer leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pointee {
    /// A struct, as the function names it.
    Struct(String),
    /// A mapping, an array, `bytes` or `string`, made of types that no source names, as the language writes it.
    Elementary(String),
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
    let values = Values::of([&given, &returned, &body], constants);
    let mut found = Vec::new();
    for assignment in all(&body, "YulAssignment") {
        for name in assignment["variableNames"].as_array().into_iter().flatten() {
            let Some(ty) = text(name, "name").strip_suffix(".slot").and_then(|name| types.get(name)) else {
                continue;
            };
            let pointee = match named(ty) {
                Some(name) => Some(Pointee::Struct(name)),
                None => values.written(ty, 0).map(Pointee::Elementary),
            };
            found.push(Pointer { ty: pointee, slot: values.number(&assignment["value"], 0), derived });
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
    fn of([given, returned, body]: [&'a Value; 3], constants: &Constants) -> Self {
        let mut constants = constants.clone();
        // A name of the function's own hides one of outside, and one that is declared twice is two.
        let mut declared = BTreeMap::<_, usize>::new();
        let own = [given, returned, body].into_iter().flat_map(|tree| all(tree, "VariableDeclaration"));
        let yul = all(body, "YulVariableDeclaration").into_iter().flat_map(|v| list(&v["variables"]));
        own.chain(yul).for_each(|variable| *declared.entry(text(variable, "name")).or_default() += 1);
        constants.retain(|name, _| !declared.contains_key(name.as_str()));
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
        let solidity = all(body, "Assignment").into_iter().map(|set| &set["leftHandSide"]);
        let counted = all(body, "UnaryOperation").into_iter().filter(|set| text(set, "operator") != "~");
        let solidity = solidity.chain(counted.map(|set| &set["subExpression"]));
        let solidity = solidity.flat_map(|place| all(place, "Identifier"));
        let yul = all(body, "YulAssignment").into_iter().flat_map(|set| list(&set["variableNames"]));
        let twice = declared.iter().filter(|(_, times)| **times > 1).map(|(name, _)| *name);
        let set: BTreeSet<_> = solidity.chain(yul).map(|name| text(name, "name")).chain(twice).collect();
        constants.retain(|name, _| !set.contains(name.as_str()));
        assembly.retain(|name, _| !set.contains(name));
        Self { constants, assembly }
    }

    fn number(&self, value: &Value, depth: usize) -> Option<U256> {
        if depth > DEPTH {
            return None;
        }
        match text(value, "nodeType") {
            "YulLiteral" if text(value, "kind") == "number" => constant::literal(text(value, "value")),
            "YulIdentifier" => match self.assembly.get(text(value, "name")) {
                Some(other) => self.number(other, depth + 1),
                None => constant::value(&self.constants, text(value, "name")),
            },
            "YulFunctionCall" => {
                let arguments = list(&value["arguments"]).iter().map(|given| self.number(given, depth + 1));
                let arguments = arguments.collect::<Option<Vec<_>>>()?;
                match (text(&value["functionName"], "name"), arguments.as_slice()) {
                    ("add", [a, b]) => Some(a.wrapping_add(*b)),
                    ("sub", [a, b]) => Some(a.wrapping_sub(*b)),
                    ("and", [a, b]) => Some(a & b),
                    ("or", [a, b]) => Some(a | b),
                    ("xor", [a, b]) => Some(a ^ b),
                    ("not", [a]) => Some(!*a),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A type as the language writes it, where no source names a part of it.
    fn written(&self, ty: &Value, depth: usize) -> Option<String> {
        if depth > DEPTH {
            return None;
        }
        let part = |key: &str| self.written(&ty[key], depth + 1);
        match text(ty, "nodeType") {
            "ElementaryTypeName" if text(ty, "stateMutability") == "payable" => {
                Some("address payable".to_owned())
            }
            "ElementaryTypeName" => Some(text(ty, "name").to_owned()),
            "Mapping" => Some(format!("mapping({} => {})", part("keyType")?, part("valueType")?)),
            "ArrayTypeName" if ty["length"].is_null() => Some(format!("{}[]", part("baseType")?)),
            "ArrayTypeName" => {
                let length = constant::of(&self.constants, &ty["length"])?;
                Some(format!("{}[{length}]", part("baseType")?))
            }
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
