//! Settings as they are used: the request's, then Foundry's, then the defaults.

use super::{BuildError, BuildRequest, remapping::Remapping};
use crate::reference::shorten;
use payrox_model::text::escape;
use serde::Deserialize;
use std::path::Path;

/// Largest file of settings.
const LIMIT: u64 = 1 << 20;

#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) version: String,
    pub(super) via_ir: bool,
    pub(super) optimizer_runs: Option<u64>,
    pub(super) evm_version: String,
    pub(super) bytecode_hash: String,
    pub(super) remappings: Vec<Remapping>,
}

#[derive(Default, Deserialize)]
struct Foundry {
    #[serde(default)]
    profile: Profiles,
}

#[derive(Default, Deserialize)]
struct Profiles {
    #[serde(default)]
    default: Profile,
}

#[derive(Default, Deserialize)]
struct Profile {
    via_ir: Option<bool>,
    optimizer: Option<bool>,
    optimizer_runs: Option<u64>,
    evm_version: Option<String>,
    bytecode_hash: Option<String>,
    #[serde(default)]
    remappings: Vec<String>,
}

pub(super) fn resolve(request: &BuildRequest) -> Result<Resolved, BuildError> {
    let foundry = foundry(&request.root.join("foundry.toml"))?;
    let asked = &request.settings;
    let version = asked.version.clone();
    // It becomes part of a path.
    if version.split('.').count() != 3 || !version.split('.').all(|n| n.parse::<u16>().is_ok()) {
        return Err(BuildError::Version { version: shorten(&version) });
    }
    let foundry_runs = match foundry.optimizer {
        Some(false) => None,
        Some(true) | None => Some(foundry.optimizer_runs.unwrap_or(200)),
    };
    let mut remappings = Vec::new();
    let lines = optional(&request.root.join("remappings.txt"))?.unwrap_or_default();
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
    for text in request.remappings.iter().cloned().chain(foundry.remappings).chain(lines) {
        let new = text.parse::<Remapping>()?;
        if !remappings.iter().any(|known: &Remapping| known.from() == new.from()) {
            remappings.push(new);
        }
    }
    Ok(Resolved {
        version,
        via_ir: asked.via_ir.or(foundry.via_ir).unwrap_or(false),
        optimizer_runs: asked.optimizer_runs.map_or(foundry_runs, Some),
        evm_version: asked.evm_version.clone().or(foundry.evm_version).unwrap_or_else(|| "cancun".into()),
        bytecode_hash: asked.bytecode_hash.clone().or(foundry.bytecode_hash).unwrap_or_else(|| "none".into()),
        remappings,
    })
}

fn foundry(file: &Path) -> Result<Profile, BuildError> {
    let Some(text) = optional(file)? else { return Ok(Profile::default()) };
    let read = toml::from_str::<Foundry>(&text).map_err(|error| BuildError::Foundry {
        file: escape(&file.display().to_string()),
        line: error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count()),
        why: shorten(error.message()),
    });
    Ok(read?.profile.default)
}

fn optional(file: &Path) -> Result<Option<String>, BuildError> {
    if file.is_file() { Ok(Some(payrox_files::read_text(file, LIMIT)?)) } else { Ok(None) }
}
