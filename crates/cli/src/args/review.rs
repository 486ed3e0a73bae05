//! What a review is made from, and what it leaves.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `payrox review`.
#[derive(Debug, Args)]
pub(crate) struct ReviewArgs {
    /// The plan that is to be approved [default: artifacts/dispatcher.plan.json]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) from: CommitArgs,
    /// The plan that is active, for what changes: code and routes before
    #[arg(long, value_name = "PLAN")]
    pub(crate) parent: Option<PathBuf>,
    /// The commit that is live: its sources are compared line by line with these, and its storage
    #[arg(long, value_name = "HASH", requires = "commit")]
    pub(crate) since: Option<String>,
    /// The Safe that is to make the calls
    #[arg(long, value_name = "ADDRESS", requires = "safe_nonce")]
    pub(crate) safe: Option<String>,
    /// Its nonce for the first of them
    #[arg(long, value_name = "N", requires = "safe")]
    pub(crate) safe_nonce: Option<u64>,
    /// Its version: 1.3.0 or 1.4.1
    #[arg(long, value_name = "VERSION", default_value = "1.4.1")]
    pub(crate) safe_version: String,
    /// Write it as Markdown
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Write it as one HTML file
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write ERC-7730 descriptors, by which devices show words
    #[arg(long, value_name = "DIR")]
    pub(crate) erc7730: Option<PathBuf>,
}

/// `payrox release review`.
#[derive(Debug, Args)]
pub(crate) struct ReleaseReviewArgs {
    #[command(flatten)]
    pub(crate) from: CommitArgs,
    /// The folder with release.json and the plans in release/ [default: artifacts/ of the project]
    #[arg(long, value_name = "DIR")]
    pub(crate) plans: Option<PathBuf>,
    /// The folder of the plans that are active, one a network and named alike
    #[arg(long, value_name = "DIR")]
    pub(crate) parents: Option<PathBuf>,
    /// The commit that is live: its storage is compared with that of these sources
    #[arg(long, value_name = "HASH", requires = "commit")]
    pub(crate) since: Option<String>,
    /// The release's settings inside the project [default: release.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// Where the sources are, and who compiles them.
#[derive(Debug, Args)]
pub(crate) struct CommitArgs {
    /// A file that `git bundle create` wrote
    #[arg(long, value_name = "FILE", requires = "commit", conflicts_with = "repo")]
    pub(crate) bundle: Option<PathBuf>,
    /// A repository: a folder or an https address
    #[arg(long, value_name = "REPOSITORY", requires = "commit")]
    pub(crate) repo: Option<String>,
    /// The whole hash of the commit; without it the project's folder is reviewed as it is
    #[arg(long, value_name = "HASH")]
    pub(crate) commit: Option<String>,
    /// Where in the commit the project is
    #[arg(long, value_name = "DIR", requires = "commit")]
    pub(crate) path: Option<PathBuf>,
    /// node_modules with packages that the commit does not contain; what is taken is listed
    #[arg(long, value_name = "DIR", requires = "commit")]
    pub(crate) modules: Option<PathBuf>,
    /// The compiler: solc, or soljson.js
    #[arg(long, value_name = "FILE")]
    pub(crate) solc: Option<PathBuf>,
    /// SHA-256 that the compiler's file must have
    #[arg(long, value_name = "HASH")]
    pub(crate) solc_sha256: Option<String>,
    /// Compile also what an earlier review compiled
    #[arg(long)]
    pub(crate) fresh: bool,
}

/// `payrox ci`.
#[derive(Debug, Args)]
pub(crate) struct CiArgs {
    /// Whose file
    pub(crate) service: CiService,
}

/// A service that runs a file of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CiService {
    /// .github/workflows/payrox.yml
    Github,
    /// .gitlab-ci.yml
    Gitlab,
}
