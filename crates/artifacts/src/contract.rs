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
use sha2::{Digest as _, Sha256};
use std::{borrow::Cow, collections::BTreeMap, path::PathBuf};

/// A compiled contract.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its full name: where the project keeps its source.
    pub id: ContractId,
    /// The compiler's name of that source, where a tool gave it another than its path.
    pub(crate) unit: Option<String>,
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
            unit: None,
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

    /// Takes what is known of its compilation from elsewhere than its metadata.
    pub(crate) fn compile_as(&mut self, compilation: Compilation) -> Result<(), Flaw> {
        metadata::check_trailer(&compilation, self.runtime.trailer_version())?;
        self.compilation = Some(compilation);
        Ok(())
    }

    /// The compiler's name of the source: the path of [`id`](Self::id), but for Hardhat 3, which puts `project/` before it.
    pub fn unit(&self) -> &str {
        self.unit.as_deref().unwrap_or(self.id.path())
    }

    /// SHA-256 over ABI, code and compilation: the same whichever tool wrote them down.
    pub(crate) fn digest(&self) -> B256 {
        let mut hasher = Sha256::new_with_prefix(b"payrox contract 1\n");
        let mut part = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        let mut abi = self.abi.clone();
        // Tools list overloads in an order of their own.
        abi.functions.values_mut().for_each(|all| all.sort_by_key(|f| f.signature()));
        abi.events.values_mut().for_each(|all| all.sort_by_key(|e| e.signature()));
        abi.errors.values_mut().for_each(|all| all.sort_by_key(|e| e.signature()));
        // An ABI that was read has a JSON form.
        part(serde_json::to_string(&abi).unwrap_or_default().as_bytes());
        for code in [&self.creation, &self.runtime] {
            part(code.template());
            part(code.gaps().as_bytes());
        }
        part(self.compilation.as_ref().map_or_else(String::new, Compilation::line).as_bytes());
        B256::from_slice(&hasher.finalize())
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
