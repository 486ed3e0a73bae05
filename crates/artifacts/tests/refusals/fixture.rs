//! A small artifact that is right, to be made wrong in one place.

use payrox_artifacts::{ArtifactSet, Contract, SetError, Source};
use payrox_model::Fault as _;
use serde_json::{Value, json};
use std::path::PathBuf;
use tempfile::TempDir;

/// Any address, with its checksum.
pub(crate) const OWNER: &str = "0x5B38Da6a701c568545dCfcB03FcB875f56beddC4";

/// The compiler's trailer of 0.8.30 without a metadata hash.
pub(crate) const TRAILER: &str = "a164736f6c634300081e000a";

/// An artifact of `src/Fees.sol:Fees`: a constructor, a function with a struct, a getter.
pub(crate) fn artifact() -> Value {
    let order = json!([
        { "name": "payee", "type": "address" },
        { "name": "amount", "type": "uint256" },
    ]);
    json!({
        "abi": [
            { "type": "constructor", "stateMutability": "nonpayable", "inputs": [
                { "name": "limit", "type": "uint16" },
                { "name": "treasurer", "type": "address" },
            ] },
            { "type": "function", "name": "charge", "stateMutability": "payable", "outputs": [], "inputs": [
                { "name": "order", "type": "tuple[]", "components": order },
            ] },
            { "type": "function", "name": "limit", "stateMutability": "view", "inputs": [], "outputs": [
                { "name": "", "type": "uint16" },
            ] },
        ],
        "bytecode": { "object": format!("0x6001600255{TRAILER}"), "linkReferences": {} },
        "deployedBytecode": {
            "object": format!("0x60016002{}55{TRAILER}", "00".repeat(32)),
            "linkReferences": {},
            "immutableReferences": { "7": [{ "start": 4, "length": 32 }] },
        },
        "methodIdentifiers": { "charge((address,uint256)[])": "64d7e5bc", "limit()": "a4d66daf" },
        "metadata": metadata("src/Fees.sol", "Fees"),
        "id": 3,
    })
}

pub(crate) fn metadata(path: &str, name: &str) -> Value {
    json!({
        "compiler": { "version": "0.8.30+commit.73712a01" },
        "settings": {
            "compilationTarget": { path: name },
            "evmVersion": "cancun",
            "metadata": { "bytecodeHash": "none" },
            "optimizer": { "enabled": true, "runs": 200 },
            "viaIR": true,
        },
    })
}

/// A folder as Foundry leaves it.
pub(crate) struct Out(TempDir);

impl Out {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    #[expect(clippy::disallowed_methods, reason = "a folder of a test need not survive a crash")]
    pub(crate) fn with(self, file: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    pub(crate) fn read(&self, wanted: &str) -> Result<Contract, SetError> {
        let set = ArtifactSet::read(&Source::Folder(self.0.path().to_owned()), &[wanted])?;
        Ok(set.get(wanted)?.clone())
    }
}

/// The artifact after a change, read back.
pub(crate) fn changed(change: impl FnOnce(&mut Value)) -> Result<Contract, SetError> {
    let mut artifact = artifact();
    change(&mut artifact);
    Out::new().with("Fees.sol/Fees.json", artifact.to_string()).read("Fees")
}

/// The code of a refusal, which must name the file or the contract.
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, SetError>) -> &'static str {
    let error = result.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("Fees"), "names its subject: {text}");
    assert_eq!(payrox_model::text::escape(&text), text, "is escaped");
    error.code().0
}
