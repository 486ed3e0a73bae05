//! `contracts/release.toml`: which contracts are released, and how each is compiled.

use crate::{
    failure::{Doing, Done, Failure},
    repo::Repo,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) evm_version: String,
    pub(crate) via_ir: bool,
    pub(crate) bytecode_hash: String,
    /// Contracts whose functions the router keeps for itself, as `file:Contract`.
    pub(crate) reserve: Vec<String>,
    /// Contracts whose creation code another one carries.
    #[serde(default)]
    pub(crate) embeds: BTreeMap<String, String>,
    #[serde(rename = "input")]
    pub(crate) inputs: Vec<Input>,
}

/// One run of the compiler.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) optimizer_runs: u32,
    /// As `file:Contract`, files below `contracts/`.
    pub(crate) contracts: Vec<String>,
}

impl Settings {
    pub(crate) fn read(repo: &Repo) -> Done<Self> {
        toml::from_str(&repo.read("contracts/release.toml")?).doing(|| "contracts/release.toml".into())
    }

    /// The names of all released contracts.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.inputs.iter().flat_map(|input| &input.contracts).map(|c| super::artifact::name(c)).collect()
    }

    /// A contract that creates another must carry the bytes that are released under that name.
    pub(super) fn check_embedded(&self, creation: &BTreeMap<String, String>) -> Done {
        for (outer, inner) in &self.embeds {
            let code = |name: &String| creation.get(name).doing(|| format!("{name} is not released"));
            let (whole, part) = (code(outer)?, code(inner)?.trim_start_matches("0x"));
            if !whole.contains(part) {
                return Err(Failure::new(format!(
                    "{outer} carries other creation code than the {inner} that is released: give both the \
                     same optimizer_runs in contracts/release.toml"
                )));
            }
        }
        Ok(())
    }
}
