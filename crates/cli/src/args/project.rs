//! What the verbs take that look at a project and its plan.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `payrox adopt`.
#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    /// The diamond
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    /// Foundry's folder of what its facets were compiled to, relative to the project's folder: facets with that code get their names
    #[arg(long, value_name = "DIR")]
    pub(crate) artifacts: Option<PathBuf>,
    /// The system's name
    #[arg(long, default_value = "diamond")]
    pub(crate) name: String,
    /// First block whose events are read: the diamond's own first, where a node limits how many blocks it searches
    #[arg(long, value_name = "BLOCK", default_value_t = 0)]
    pub(crate) from_block: u64,
}

/// `payrox init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The new project's folder
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
    /// The system's name [default: the folder's]
    #[arg(long)]
    pub(crate) name: Option<String>,
}

/// `payrox config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Every setting, its value and where it came from; secrets are redacted
    #[command(after_help = "Examples:\n  payrox config show --network anvil")]
    Show,
}

/// `payrox build`.
#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The compiler: a native solc, or the folder of npm's solc
    #[arg(long, value_name = "PATH", env = "PAYROX_SOLC")]
    pub(crate) solc: Option<PathBuf>,
    /// Compile even where nothing changed
    #[arg(long)]
    pub(crate) force: bool,
}

/// `payrox plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(subcommand)]
    pub(crate) verb: Option<PlanVerb>,
}

/// What to do with a plan besides making it.
#[derive(Debug, Subcommand)]
pub(crate) enum PlanVerb {
    /// The plan by facet and function
    #[command(after_help = "Examples:\n  payrox plan show\n  payrox plan show --inverse")]
    Show(ShowArgs),
    /// What the project would change, by function name, removals first
    #[command(
        after_help = "Examples:\n  payrox plan diff                  against the chain\n  payrox plan diff old.plan.json    against another plan"
    )]
    Diff(DiffArgs),
}

/// `payrox plan show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The calls that go back, as calldata
    #[arg(long)]
    pub(crate) inverse: bool,
}

/// `payrox plan diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The plan to compare with [default: the chain]
    #[arg(value_name = "PLAN")]
    pub(crate) against: Option<PathBuf>,
}
