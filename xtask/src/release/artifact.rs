//! One released contract, in the shape of a Foundry artifact.

use crate::failure::{Doing, Done, Failure};
use serde_json::{Value, json};

/// The pinned compiler: `tools/solc` checks its digest, this checks what it says about itself.
const COMPILER: &str = "0.8.30+commit.73712a01";

/// `Contract` of `file:Contract`.
pub(super) fn name(contract: &str) -> &str {
    contract.rsplit(':').next().unwrap_or(contract)
}

/// The artifact of `contract` in the compiler's output.
pub(super) fn shape(output: &Value, contract: &str, input: &str, input_sha256: &str) -> Done<Value> {
    let (file, name) = contract.split_once(':').doing(|| format!("{contract} is not file:Contract"))?;
    let made = &output["contracts"][file][name];
    if made.is_null() {
        return Err(Failure::new(format!("{contract} was not compiled")));
    }
    let raw = made["metadata"].as_str().doing(|| format!("{contract} has no metadata"))?;
    let metadata: Value = serde_json::from_str(raw).doing(|| format!("{contract}: metadata"))?;
    let compiler = metadata["compiler"]["version"].as_str().unwrap_or_default();
    if compiler != COMPILER {
        return Err(Failure::new(format!("{contract} was compiled by {compiler}, not by {COMPILER}")));
    }
    let code = |part: &Value| -> Done<String> {
        let object = part["object"].as_str().doing(|| format!("{contract} has no code"))?;
        if part["linkReferences"].as_object().is_some_and(|links| !links.is_empty()) {
            return Err(Failure::new(format!("{contract} needs a library to be linked")));
        }
        Ok(format!("0x{object}"))
    };
    Ok(json!({
        "abi": made["abi"],
        "bytecode": { "object": code(&made["evm"]["bytecode"])?, "linkReferences": {} },
        "deployedBytecode": {
            "object": code(&made["evm"]["deployedBytecode"])?,
            "linkReferences": {},
            "immutableReferences": made["evm"]["deployedBytecode"]["immutableReferences"],
        },
        "methodIdentifiers": made["evm"]["methodIdentifiers"],
        "rawMetadata": raw,
        "storageLayout": made["storageLayout"],
        "compiler": compiler,
        "contractName": name,
        "sourceName": file,
        "input": input,
        "inputSha256": input_sha256,
    }))
}
