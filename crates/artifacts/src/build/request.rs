//! What to compile, and how.

use super::Search;
use std::path::PathBuf;

/// One build of one project.
#[derive(Clone, Debug, Default)]
pub struct BuildRequest {
    /// The project's folder.
    pub root: PathBuf,
    /// The folder of the sources below it, for a build that names no contracts.
    pub sources: PathBuf,
    /// The contracts that must come out, as `path:Name`; none: all of `sources`.
    pub contracts: Vec<String>,
    /// Where the artifacts go.
    pub out: PathBuf,
    /// How to compile.
    pub settings: CompilerSettings,
    /// `prefix=target`, before those of `foundry.toml` and `remappings.txt`.
    pub remappings: Vec<String>,
    /// Where compilers are looked for.
    pub search: Search,
    /// Compile even if nothing changed.
    pub force: bool,
    /// No folder of packages outside of this one is looked into; none: those of all folders around the project.
    pub within: Option<PathBuf>,
}

/// How to compile. What is not said is taken from `foundry.toml`, and then from the defaults that are named here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompilerSettings {
    /// Exact version, such as `0.8.30`.
    pub version: String,
    /// Whether to go through Yul; else not.
    pub via_ir: Option<bool>,
    /// Runs to tune for; else 200. A `foundry.toml` can switch the optimizer off.
    pub optimizer_runs: Option<u64>,
    /// Else `cancun`.
    pub evm_version: Option<String>,
    /// `none`, `ipfs` or `bzzr1`; else `none`, so that a comment changes no code.
    pub bytecode_hash: Option<String>,
}
