//! What a constant of the sources is, where it is made of literals, hashes and masks: the ways in which slots are written.

use alloy_primitives::{U256, hex, keccak256};
use serde_json::Value;
use std::collections::BTreeMap;

/// Constants by name, as the compiler's syntax trees; and functions that do nothing but return one.
pub(super) type Constants = BTreeMap<String, Value>;

/// How deep expressions are followed; slots take ten.
const DEPTH: usize = 24;

enum Known {
    Number(U256),
    Bytes(Vec<u8>),
}

/// The number that a constant stands for.
pub(super) fn value(constants: &Constants, name: &str) -> Option<U256> {
    number(constants, constants.get(name)?, 0)
}

/// The number that an expression stands for.
pub(super) fn of(constants: &Constants, expression: &Value) -> Option<U256> {
    number(constants, expression, 0)
}

/// What a call without arguments of the function with this name is called among constants.
pub(super) fn call_of(function: &str) -> String {
    format!("{function}()")
}

/// The number in the text of a literal.
pub(super) fn literal(text: &str) -> Option<U256> {
    let text = text.replace('_', "");
    match text.strip_prefix("0x") {
        Some(digits) => U256::from_str_radix(digits, 16).ok(),
        None => U256::from_str_radix(&text, 10).ok(),
    }
}

fn number(constants: &Constants, node: &Value, depth: usize) -> Option<U256> {
    match evaluate(constants, node, depth)? {
        Known::Number(number) => Some(number),
        Known::Bytes(_) => None,
    }
}

fn evaluate(constants: &Constants, node: &Value, depth: usize) -> Option<Known> {
    if depth > DEPTH {
        return None;
    }
    let number = |node: &Value| number(constants, node, depth + 1);
    let text = |key: &str| node.get(key).and_then(Value::as_str);
    match text("nodeType")? {
        "Literal" if text("kind") == Some("number") => literal(text("value")?).map(Known::Number),
        "Literal" => hex::decode(text("hexValue")?).ok().map(Known::Bytes),
        "Identifier" => evaluate(constants, constants.get(text("name")?)?, depth + 1),
        "TupleExpression" => evaluate(constants, only(node.get("components")?)?, depth + 1),
        "UnaryOperation" if text("operator") == Some("~") => {
            Some(Known::Number(!number(node.get("subExpression")?)?))
        }
        "BinaryOperation" => {
            let (left, right) = (number(node.get("leftExpression")?)?, number(node.get("rightExpression")?)?);
            Some(Known::Number(match text("operator")? {
                "+" => left.wrapping_add(right),
                "-" => left.wrapping_sub(right),
                "&" => left & right,
                "|" => left | right,
                "^" => left ^ right,
                _ => return None,
            }))
        }
        "FunctionCall" => call(constants, node, depth),
        _ => None,
    }
}

/// A conversion, `keccak256` or `abi.encode`.
fn call(constants: &Constants, node: &Value, depth: usize) -> Option<Known> {
    let (function, arguments) = (node.get("expression")?, node.get("arguments")?);
    let argument = || evaluate(constants, only(arguments)?, depth + 1);
    let named = |key: &str| function.get(key).and_then(Value::as_str);
    let bare = arguments.as_array().is_some_and(Vec::is_empty);
    match named("nodeType")? {
        "Identifier" if bare => evaluate(constants, constants.get(&call_of(named("name")?))?, depth + 1),
        "ElementaryTypeNameExpression" => argument(),
        "Identifier" if named("name") == Some("keccak256") => match argument()? {
            Known::Bytes(bytes) => Some(Known::Number(U256::from_be_bytes(keccak256(bytes).0))),
            Known::Number(_) => None,
        },
        "MemberAccess" => {
            let encode = matches!(named("memberName")?, "encode" | "encodePacked");
            match argument()? {
                Known::Number(number) if encode => Some(Known::Bytes(number.to_be_bytes_vec())),
                Known::Bytes(bytes) if named("memberName") == Some("encodePacked") => {
                    Some(Known::Bytes(bytes))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn only(list: &Value) -> Option<&Value> {
    match list.as_array()?.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}
