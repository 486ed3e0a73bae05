//! What a release must fulfil before anything of it is sent: limits, functions that callers rely on, exceptions.

use crate::{ConfigError, Sourced, Waiver, parse::Document, waiver::WaiverFile};
use alloy_json_abi::Function;
use serde::Deserialize;
use std::path::PathBuf;
use toml::Spanned;

/// Functions that a project may demand, and exceptions it may make, at most.
const LIMIT: usize = 1_000;
/// Characters of one.
const LENGTH: usize = 512;

/// The rules of a project that differ from project to project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Functions that must be there, as people write them.
    pub required: Vec<Required>,
    /// By how many hundredths a route may take more gas than the snapshot says.
    pub gas_threshold: Sourced<u32>,
    /// The committed snapshot, below the project's folder.
    pub gas_snapshot: Sourced<PathBuf>,
    /// How many hundredths of the limit of code must be left free.
    pub headroom: Sourced<u32>,
    /// How facets keep what they keep.
    pub storage: Sourced<StorageMode>,
    /// What was found and is accepted for a time.
    pub waivers: Vec<Waiver>,
}

/// How the facets of a system keep what they keep in the storage of one router.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageMode {
    /// In structs at slots that follow from their names (ERC-7201); no two facets share a plain slot.
    #[default]
    Namespaced,
    /// In one struct at slot 0, which all of them declare.
    AppStorage,
}

impl std::fmt::Display for StorageMode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Namespaced => "namespaced",
            Self::AppStorage => "app_storage",
        })
    }
}

/// A function that callers rely on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    /// As it was written.
    pub text: String,
    /// Its parts.
    pub function: Function,
}

/// `[policy]` of a project file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyFile {
    required: Option<Vec<Spanned<String>>>,
    gas_threshold: Option<Spanned<u32>>,
    gas_snapshot: Option<Spanned<String>>,
    headroom: Option<Spanned<u32>>,
    storage: Option<Spanned<StorageMode>>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            required: Vec::new(),
            gas_threshold: Sourced::default_of(10),
            gas_snapshot: Sourced::default_of("gas-snapshot.json".into()),
            headroom: Sourced::default_of(0),
            storage: Sourced::default_of(StorageMode::Namespaced),
            waivers: Vec::new(),
        }
    }
}

impl Policy {
    /// Lays what a file says over what is there. Exceptions add up, all else replaces.
    pub(crate) fn lay(
        &mut self,
        doc: &Document,
        file: PolicyFile,
        waivers: Vec<Spanned<WaiverFile>>,
    ) -> Result<(), ConfigError> {
        if let Some(list) = file.required {
            if let Some(extra) = list.get(LIMIT) {
                let why = format!("a project demands at most {LIMIT} functions");
                return Err(ConfigError::Value { place: doc.at(extra, "policy.required"), why });
            }
            self.required =
                list.iter().enumerate().map(|(i, text)| required(doc, text, i)).collect::<Result<_, _>>()?;
        }
        if let Some(value) = &file.gas_threshold {
            self.gas_threshold =
                doc.sourced(value, doc.within(value, "policy.gas_threshold", 0..1_001, "hundredths")?);
        }
        if let Some(path) = &file.gas_snapshot {
            self.gas_snapshot = doc.sourced(path, doc.inside(path, "policy.gas_snapshot")?);
        }
        if let Some(value) = &file.headroom {
            self.headroom = doc.sourced(value, doc.within(value, "policy.headroom", 0..100, "hundredths")?);
        }
        if let Some(mode) = &file.storage {
            self.storage = doc.sourced(mode, *mode.get_ref());
        }
        for (i, waiver) in waivers.into_iter().enumerate() {
            if self.waivers.len() == LIMIT {
                let why = format!("a project makes at most {LIMIT} exceptions");
                return Err(ConfigError::Value { place: doc.at(&waiver, &format!("waivers[{i}]")), why });
            }
            let waiver = Waiver::read(doc, &waiver, i)?;
            let twice = |known: &&Waiver| known.code == waiver.code && known.subject == waiver.subject;
            if let Some(known) = self.waivers.iter().find(twice) {
                let subject = format!("{} {}", known.code, known.subject);
                let place = waiver.place.clone();
                return Err(ConfigError::Duplicate { place, what: "waiver", subject });
            }
            self.waivers.push(waiver);
        }
        Ok(())
    }
}

fn required(doc: &Document, text: &Spanned<String>, i: usize) -> Result<Required, ConfigError> {
    let refuse = |why: &str| {
        let place = doc.at(text, &format!("policy.required[{i}]"));
        ConfigError::Value { place, why: why.to_owned() }
    };
    let written = text.get_ref().trim();
    if written.len() > LENGTH {
        return Err(refuse("a function has at most 512 characters"));
    }
    let function = Function::parse(written)
        .map_err(|_| refuse("write it as in Solidity: `function fee() view returns (uint16)`"))?;
    Ok(Required { text: written.to_owned(), function })
}
