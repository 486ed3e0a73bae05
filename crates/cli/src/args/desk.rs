//! What the verbs take that keep, tell and explain.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `payrox devnet`.
#[derive(Debug, Args)]
pub(crate) struct DevnetArgs {
    /// Port on the loopback interface; 0 takes a free one
    #[arg(long, default_value_t = 8545)]
    pub(crate) port: u16,
    /// Folder that keeps the chain [default: .payrox/local/ of the project; without a project the chain is forgotten]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// A new chain, forgotten at the end, whatever the project has
    #[arg(long, conflicts_with = "state")]
    pub(crate) fresh: bool,
    /// Go on from the chain of this endpoint, in memory; what is read of it is kept in .payrox/fork/
    #[arg(long, value_name = "URL", conflicts_with_all = ["state", "fresh"])]
    pub(crate) fork_url: Option<String>,
    /// From this block on [default: the newest]
    #[arg(long, value_name = "NUMBER", requires = "fork_url")]
    pub(crate) fork_block: Option<u64>,
}

/// `payrox explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A code such as PRX-PLAN-001, or words such as `nonce`
    #[arg(value_name = "WHAT")]
    pub(crate) what: Vec<String>,
}

/// `payrox man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// A verb, and one below it [default: the page of payrox]
    #[arg(value_name = "VERB")]
    pub(crate) verb: Vec<String>,
    /// Write every page into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "verb")]
    pub(crate) dir: Option<PathBuf>,
}

/// `payrox backup`.
#[derive(Debug, Subcommand)]
pub(crate) enum BackupVerb {
    /// Write an archive with a checksum of each file
    #[command(
        after_help = "Examples:\n  payrox backup create payments.tar\n  payrox backup create payments.tar --private"
    )]
    Create(CreateArgs),
    /// Prove that an archive is whole; writes nothing
    #[command(after_help = "Examples:\n  payrox backup verify payments.tar")]
    Verify(ArchiveArgs),
    /// Bring an archive back, into an empty folder
    #[command(after_help = "Examples:\n  payrox backup restore payments.tar payments")]
    Restore(RestoreArgs),
    /// Restore into an empty place, go on from there without sending, and write down how it went
    #[command(after_help = "Examples:\n  payrox backup drill payments.tar --network mainnet")]
    Drill(DrillArgs),
}

/// `payrox backup create`.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The archive to write; what is there is not replaced
    #[arg(value_name = "FILE")]
    pub(crate) archive: PathBuf,
    /// Keep signed transactions as well: whoever has the archive can send them
    #[arg(long)]
    pub(crate) private: bool,
}

/// `payrox backup verify`.
#[derive(Debug, Args)]
pub(crate) struct ArchiveArgs {
    /// The archive
    #[arg(value_name = "FILE")]
    pub(crate) archive: PathBuf,
}

/// `payrox backup drill`.
pub(crate) type DrillArgs = ArchiveArgs;

/// `payrox backup restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The archive
    #[arg(value_name = "FILE")]
    pub(crate) archive: PathBuf,
    /// A folder that does not exist or is empty
    #[arg(value_name = "DIR")]
    pub(crate) to: PathBuf,
}

/// `payrox completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// What about the webhooks.
#[derive(Clone, Copy, Debug, clap::Subcommand)]
pub(crate) enum NotifyVerb {
    /// What could not be delivered, and why
    Status,
    /// Try again what waits
    Deliver,
    /// Send a test notice to each webhook
    Test,
}
