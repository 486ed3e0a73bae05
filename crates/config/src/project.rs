//! `payrox.toml`, resolved.

use crate::{
    Alert, Arg, ConfigError, Contacts, KeptFacet, Policy, Setting, Sourced, TargetKind, layer::Layer,
};
use alloy_primitives::{Address, B256};
use payrox_model::Name;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

/// What is to be live: the facets of a system and how it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The files it was read from, the base of `extends` first.
    pub files: Vec<PathBuf>,
    /// The system's name.
    pub name: Sourced<Name>,
    /// What the artifacts must have been compiled with.
    pub compiler: Compiler,
    /// Where the artifacts are, below the project's folder.
    pub artifacts: Sourced<PathBuf>,
    /// How the system changes.
    pub system: SystemSettings,
    /// Ascending by name.
    pub facets: Vec<FacetSettings>,
    /// Facets of a diamond whose sources the project has not, ascending by name.
    pub kept: Vec<KeptFacet>,
    /// Where the libraries that facets call are, by `path:Name` or `Name`.
    pub libraries: BTreeMap<String, Address>,
    /// What runs once at activation.
    pub init: Option<InitSettings>,
    /// Whom to reach when something goes wrong.
    pub contacts: Contacts,
    /// Who is told how a run ended.
    pub alerts: Vec<Alert>,
    /// What it must fulfil before anything is sent.
    pub policy: Policy,
}

/// What the artifacts must have been compiled with, and how `payrox build` compiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiler {
    /// Without the commit, such as `0.8.30`.
    pub version: Sourced<String>,
    /// Whether through the intermediate representation; `None`: either.
    pub via_ir: Option<Sourced<bool>>,
    /// Optimizer runs; `None`: any.
    pub optimizer_runs: Option<Sourced<u32>>,
    /// Such as `cancun`; `None`: any.
    pub evm_version: Option<Sourced<String>>,
    /// Folder of the sources, below the project's.
    pub sources: Sourced<PathBuf>,
    /// `prefix=target`, as solc takes them.
    pub remappings: Vec<String>,
}

/// How the system changes, in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemSettings {
    /// Which kind of system it is.
    pub target: Sourced<TargetKind>,
    /// Between staging and activation: 1 s to 90 days.
    pub delay: Sourced<u32>,
    /// In which an activation may happen: 1 hour to 30 days.
    pub window: Sourced<u32>,
    /// In which a guardian may undo it.
    pub undo_for: Sourced<u32>,
}

/// `path/to/File.sol:Contract`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContractRef {
    /// The source unit.
    pub source: String,
    /// The contract in it.
    pub name: String,
}

impl fmt::Display for ContractRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.name)
    }
}

/// Some functions of a facet: `true` for all, or a list of signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Functions {
    /// Every one that it can apply to.
    All,
    /// These, by canonical signature.
    Only(Vec<String>),
}

impl Default for Functions {
    fn default() -> Self {
        Self::Only(Vec::new())
    }
}

/// A mutating function that does not take the lock.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoLock {
    /// Its canonical signature.
    pub function: String,
    /// Why it is safe: for the people who approve.
    pub reason: String,
}

/// One facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetSettings {
    /// Its name in the project.
    pub name: Name,
    /// Its contract.
    pub contract: ContractRef,
    /// Constructor arguments; a network may say otherwise.
    pub args: Vec<Arg>,
    /// Functions that get no route.
    pub exclude: Vec<String>,
    /// Without a storage slot.
    pub cold: Functions,
    /// Answer while paused.
    pub pause_exempt: Functions,
    /// Code looked at on every call.
    pub pin: Functions,
    /// Views that refuse while the lock is held.
    pub view_lock: Functions,
    /// Writers without the lock.
    pub no_lock: Vec<NoLock>,
    /// Whether the system takes plain ether.
    pub receive: bool,
}

/// What runs by delegatecall in the router, once, at the end of an activation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitSettings {
    /// The contract.
    pub contract: ContractRef,
    /// Its constructor's arguments.
    pub constructor_args: Vec<Arg>,
    /// The function, by canonical signature.
    pub call: String,
    /// Its arguments.
    pub args: Vec<Arg>,
    /// The epoch it belongs to; `None` is the first.
    pub epoch: Option<u64>,
    /// The routes that it belongs to, by their root: a diamond has no epochs.
    pub parent: Option<B256>,
}

impl Project {
    /// Reads a project file and what it extends.
    ///
    /// # Errors
    /// When a file cannot be read, is no TOML, has an unknown or missing field, or a value out of its bounds.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Layer::load(path)?.finish()
    }

    /// The facet of a name.
    pub fn facet(&self, name: &Name) -> Option<&FacetSettings> {
        self.facets.iter().find(|f| f.name == *name)
    }

    /// For `config show`.
    pub fn settings(&self) -> Vec<Setting> {
        fn one<T>(out: &mut Vec<Setting>, name: &str, value: &Sourced<T>, shown: impl fmt::Display) {
            out.push(Setting::new(name, shown, value.source.clone()));
        }
        let mut out = Vec::new();
        one(&mut out, "name", &self.name, &*self.name);
        one(&mut out, "compiler.version", &self.compiler.version, &*self.compiler.version);
        if let Some(via_ir) = &self.compiler.via_ir {
            one(&mut out, "compiler.via_ir", via_ir, via_ir.value);
        }
        if let Some(runs) = &self.compiler.optimizer_runs {
            one(&mut out, "compiler.optimizer_runs", runs, runs.value);
        }
        if let Some(evm) = &self.compiler.evm_version {
            one(&mut out, "compiler.evm_version", evm, &evm.value);
        }
        one(&mut out, "compiler.sources", &self.compiler.sources, self.compiler.sources.display());
        one(&mut out, "artifacts.path", &self.artifacts, self.artifacts.display());
        let target = &self.system.target;
        if target.value == TargetKind::Eip2535 {
            // What a diamond has not is not shown either.
            one(&mut out, "system.target", target, target.value);
            return out;
        }
        one(&mut out, "system.delay", &self.system.delay, self.system.delay.value);
        one(&mut out, "system.window", &self.system.window, self.system.window.value);
        one(&mut out, "system.undo_for", &self.system.undo_for, self.system.undo_for.value);
        let policy = &self.policy;
        one(&mut out, "policy.gas_threshold", &policy.gas_threshold, policy.gas_threshold.value);
        one(&mut out, "policy.gas_snapshot", &policy.gas_snapshot, policy.gas_snapshot.display());
        one(&mut out, "policy.headroom", &policy.headroom, policy.headroom.value);
        one(&mut out, "policy.storage", &policy.storage, policy.storage.value);
        out
    }
}
