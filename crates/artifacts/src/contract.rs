//! One contract as the compiler left it.

use crate::{
    bytecode::{Bytecode, RawCode},
    flaw::Flaw,
    function::{self, Function},
    metadata::{self, Compilation},
    reference::ContractId,
};
use alloy_json_abi::JsonAbi;
use alloy_primitives::B256;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{borrow::Cow, collections::BTreeMap, path::PathBuf};

/// A compiled contract.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its full name.
    pub id: ContractId,
    /// The file it was read from.
    pub file: PathBuf,
    /// Its whole ABI.
    pub abi: JsonAbi,
    /// Its functions, ascending by selector.
    pub functions: Vec<Function>,
    /// Init code, without constructor arguments.
    pub creation: Bytecode,
    /// Runtime code, immutables zero.
    pub runtime: Bytecode,
    /// Who compiled it and how; `None` where nothing says so, which no policy accepts.
    pub compilation: Option<Compilation>,
    /// The compiler's JSON of its storage, where it was asked for.
    pub storage_layout: Option<Box<RawValue>>,
    /// SHA-256 of the compiler's input, where the artifact says it.
    pub(crate) input_hash: Option<B256>,
}

/// The parts of an artifact that are read, in the compiler's or Foundry's arrangement.
#[derive(Default)]
pub(crate) struct Parts<'a> {
    pub(crate) abi: Option<&'a RawValue>,
    pub(crate) creation: Option<RawCode<'a>>,
    pub(crate) runtime: Option<RawCode<'a>>,
    pub(crate) identifiers: Option<BTreeMap<Cow<'a, str>, Cow<'a, str>>>,
    pub(crate) layout: Option<&'a RawValue>,
    pub(crate) input_hash: Option<B256>,
}

impl Contract {
    pub(crate) fn assemble(
        id: ContractId,
        file: PathBuf,
        compilation: Option<Compilation>,
        parts: Parts<'_>,
    ) -> Result<Self, Flaw> {
        let missing = |what: &str| Flaw::Shape { why: format!("it has no {what}") };
        let abi = function::parse_abi(parts.abi.ok_or_else(|| missing("abi"))?.get())?;
        let functions = function::functions(&abi)?;
        if let Some(identifiers) = &parts.identifiers {
            function::check_identifiers(&functions, identifiers)?;
        }
        let creation = parts.creation.ok_or_else(|| missing("bytecode"))?;
        let runtime = parts.runtime.ok_or_else(|| missing("deployedBytecode"))?;
        let creation = Bytecode::read("bytecode", &creation)?;
        let runtime = Bytecode::read("deployedBytecode", &runtime)?;
        if let Some(compilation) = &compilation {
            metadata::check_trailer(compilation, runtime.trailer_version())?;
        }
        Ok(Self {
            id,
            file,
            abi,
            functions,
            creation,
            runtime,
            compilation,
            storage_layout: parts.layout.map(RawValue::to_owned),
            input_hash: parts.input_hash,
        })
    }

    /// SHA-256 of the compiler's input, where the artifact says it.
    pub fn input_sha256(&self) -> Option<B256> {
        self.input_hash
    }

    /// The function with this canonical signature.
    pub fn function(&self, signature: &str) -> Option<&Function> {
        self.functions.iter().find(|f| f.signature == signature)
    }
}

/// Foundry's file of one contract.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundryFile<'a> {
    #[serde(default, borrow)]
    abi: Option<&'a RawValue>,
    #[serde(default, borrow)]
    bytecode: Option<RawCode<'a>>,
    #[serde(default, borrow)]
    deployed_bytecode: Option<RawCode<'a>>,
    #[serde(default, borrow)]
    method_identifiers: Option<BTreeMap<Cow<'a, str>, Cow<'a, str>>>,
    #[serde(default, borrow)]
    raw_metadata: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    metadata: Option<&'a RawValue>,
    #[serde(default, borrow)]
    storage_layout: Option<&'a RawValue>,
    #[serde(default, rename = "inputSha256")]
    input_hash: Option<B256>,
}

impl<'a> FoundryFile<'a> {
    /// What the metadata says, the compiler's own text first.
    pub(crate) fn metadata(&self) -> Result<Option<(Compilation, Option<ContractId>)>, Flaw> {
        let json = match (&self.raw_metadata, self.metadata) {
            (Some(raw), _) if !raw.is_empty() => raw.as_ref(),
            (_, Some(metadata)) if metadata.get() != "null" => metadata.get(),
            _ => return Ok(None),
        };
        metadata::read(json).map(Some)
    }

    pub(crate) fn parts(self) -> Parts<'a> {
        Parts {
            abi: self.abi,
            creation: self.bytecode,
            runtime: self.deployed_bytecode,
            identifiers: self.method_identifiers,
            layout: self.storage_layout,
            input_hash: self.input_hash,
        }
    }
}

/// The compiler's JSON of one contract.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SolcContract<'a> {
    #[serde(default, borrow)]
    abi: Option<&'a RawValue>,
    #[serde(default, borrow)]
    pub(crate) metadata: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    evm: Option<SolcEvm<'a>>,
    #[serde(default, borrow)]
    storage_layout: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SolcEvm<'a> {
    #[serde(default, borrow)]
    bytecode: Option<RawCode<'a>>,
    #[serde(default, borrow)]
    deployed_bytecode: Option<RawCode<'a>>,
    #[serde(default, borrow)]
    method_identifiers: Option<BTreeMap<Cow<'a, str>, Cow<'a, str>>>,
}

impl<'a> SolcContract<'a> {
    pub(crate) fn parts(self, input_hash: Option<B256>) -> Parts<'a> {
        let evm =
            self.evm.unwrap_or(SolcEvm { bytecode: None, deployed_bytecode: None, method_identifiers: None });
        Parts {
            abi: self.abi,
            creation: evm.bytecode,
            runtime: evm.deployed_bytecode,
            identifiers: evm.method_identifiers,
            layout: self.storage_layout,
            input_hash,
        }
    }
}
