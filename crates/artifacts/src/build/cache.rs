//! What builds were made from and left, so that the same again costs nothing.
//!
//! One record for each input: two configurations of a project share their folder of artifacts.

use super::{
    BuildError, BuildRequest, Compiler,
    output::{Files, Found},
};
use crate::{ContractId, input};
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

/// Version of the record's format.
const VERSION: u32 = 1;
/// Largest record.
const LIMIT: u64 = 16 << 20;

/// A build that was made.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Record {
    version: u32,
    solc: String,
    input_sha256: B256,
    compiler: Compiler,
    /// Sources and names.
    contracts: Vec<(String, String)>,
    /// Below the folder of artifacts.
    files: BTreeMap<PathBuf, B256>,
}

fn place(request: &BuildRequest, input_sha256: B256) -> PathBuf {
    request.root.join(".payrox/build").join(format!("{input_sha256:x}.json"))
}

impl Record {
    pub(super) fn new(
        solc: &str,
        input_sha256: B256,
        compiler: &Compiler,
        found: &Found,
        files: &Files,
    ) -> Self {
        let name = |id: &ContractId| (id.path().to_owned(), id.name().to_owned());
        Self {
            version: VERSION,
            solc: solc.to_owned(),
            input_sha256,
            compiler: compiler.clone(),
            contracts: found.ids().iter().map(name).collect(),
            files: files.all.clone(),
        }
    }

    /// The record of an input; one that cannot be read is none, since compiling again is always right.
    pub(super) fn read(request: &BuildRequest, input_sha256: B256) -> Option<Self> {
        let text = payrox_files::read_text(&place(request, input_sha256), LIMIT).ok()?;
        let record: Self = serde_json::from_str(&text).ok()?;
        (record.version == VERSION && record.files.keys().all(|path| inside(path))).then_some(record)
    }

    pub(super) fn write(&self, request: &BuildRequest) -> Result<(), BuildError> {
        let text = serde_json::to_string(self).unwrap_or_default();
        payrox_files::write_atomic(&place(request, self.input_sha256), text.as_bytes())?;
        Ok(())
    }

    /// What was built, if it was from this input and every file is still as it was left.
    pub(super) fn still_holds(
        &self,
        request: &BuildRequest,
        solc: &str,
        input_sha256: B256,
    ) -> Option<(Vec<ContractId>, Compiler)> {
        if self.solc != solc || self.input_sha256 != input_sha256 {
            return None;
        }
        let as_left = |(path, hash): (&PathBuf, &B256)| {
            payrox_files::read(&request.out.join(path), 1 << 28)
                .is_ok_and(|bytes| input::sha256(&bytes) == *hash)
        };
        if !self.files.iter().all(as_left) {
            return None;
        }
        let ids = self.contracts.iter().map(|(path, name)| ContractId::new(path, name).ok());
        Some((ids.collect::<Option<_>>()?, self.compiler.clone()))
    }
}

/// A record is a file that anybody can edit: what it names is read, so it must lie where artifacts are.
fn inside(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_)))
}
