//! The functions of an ABI, by canonical signature.

use crate::{flaw::Flaw, reference::shorten};
use alloy_dyn_abi::{DynSolType, Specifier as _};
use alloy_json_abi::{JsonAbi, Param, StateMutability};
use payrox_model::Selector;
use std::collections::BTreeMap;

/// A function that a contract answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// First four bytes of its calldata.
    pub selector: Selector,
    /// Canonical: structs as tuples of their members, such as `pay((address,uint256),bytes32)`.
    pub signature: String,
    /// Whether it reads, writes, takes ether.
    pub mutability: StateMutability,
}

/// Longest type of a parameter; it bounds how deep arrays nest.
const TYPE_LIMIT: usize = 256;

pub(crate) fn parse_abi(json: &str) -> Result<JsonAbi, Flaw> {
    serde_json::from_str(json).map_err(|e| Flaw::Abi { why: shorten(&e.to_string()) })
}

/// All functions, ascending by selector.
pub(crate) fn functions(abi: &JsonAbi) -> Result<Vec<Function>, Flaw> {
    let mut by_selector = BTreeMap::new();
    for function in abi.functions() {
        let types = function.inputs.iter().map(|p| resolve(p, &function.name));
        let types = types.collect::<Result<Vec<_>, _>>()?;
        let names = types.iter().map(|ty| ty.sol_type_name()).collect::<Vec<_>>();
        let signature = format!("{}({})", function.name, names.join(","));
        let selector = Selector::of(&signature);
        let found = Function { selector, signature, mutability: function.state_mutability };
        if let Some(other) = by_selector.insert(selector, found.clone()) {
            let (first, second) = (other.signature, found.signature);
            return Err(Flaw::Collision { selector, first, second });
        }
    }
    Ok(by_selector.into_values().collect())
}

/// The type of a parameter, which stands in an ABI as text and components.
pub(crate) fn resolve(param: &Param, of: &str) -> Result<DynSolType, Flaw> {
    let fail = |why: &str| Flaw::Abi { why: format!("`{}` in `{}` {why}", shorten(&param.ty), shorten(of)) };
    if long(param) {
        return Err(fail("is longer than 256 characters"));
    }
    let tuple = param.ty.starts_with("tuple");
    if tuple == param.components.is_empty() {
        return Err(fail("and its components do not go together"));
    }
    param.resolve().map_err(|e| fail(&shorten(&e.to_string())))
}

fn long(param: &Param) -> bool {
    param.ty.len() > TYPE_LIMIT || param.components.iter().any(long)
}

/// Demands that the compiler's own table of selectors says what the ABI says.
pub(crate) fn check_identifiers(
    functions: &[Function],
    identifiers: &BTreeMap<std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>>,
) -> Result<(), Flaw> {
    for function in functions {
        let says = identifiers.get(function.signature.as_str());
        if says.map(|hex| format!("0x{hex}")) != Some(function.selector.to_string()) {
            return Err(Flaw::Identifiers { function: function.signature.clone() });
        }
    }
    if identifiers.len() == functions.len() {
        return Ok(());
    }
    let stray = identifiers.keys().find(|s| !functions.iter().any(|f| f.signature == **s));
    Err(Flaw::Identifiers { function: stray.map(|s| shorten(s)).unwrap_or_default() })
}
