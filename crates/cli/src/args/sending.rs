//! What the verbs take that send, and that look at what was sent.

use super::ReleaseReviewArgs;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `payrox run`.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Take the last plan back: cut a diamond to what it served before. Only for a project with target = "eip2535"
    #[arg(long)]
    pub(crate) inverse: bool,
}

/// `payrox deploy`.
#[derive(Debug, Subcommand)]
pub(crate) enum DeployTarget {
    /// The singletons where they are missing, then the system by one launch
    #[command(after_help = "Examples:\n  payrox deploy dispatcher --network anvil --broadcast")]
    Dispatcher,
    /// The chunk factory
    #[command(after_help = "Examples:\n  payrox deploy factory --network anvil --broadcast")]
    Factory,
    /// Prove the router that the launch created, and send what is missing
    #[command(after_help = "Examples:\n  payrox deploy router --network anvil --broadcast")]
    Router,
    /// Facets, all or by name
    #[command(
        after_help = "Examples:\n  payrox deploy facets --network anvil --broadcast\n  payrox deploy facets Payments Escrow --network anvil --broadcast"
    )]
    Facets(FacetNames),
}

/// `payrox deploy facets`.
#[derive(Debug, Args)]
pub(crate) struct FacetNames {
    /// Names of facets [default: all, and the manifest]
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
}

/// `payrox nonce`.
#[derive(Debug, Args)]
pub(crate) struct NonceArgs {
    /// The account [default: those of the journal, and of the roles whose keys are here]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) address: Option<String>,
    /// Send the same bytes again where the node has forgotten a transaction of ours
    #[arg(long, group = "remedy")]
    pub(crate) rebroadcast: bool,
    /// Offer more for those of ours that wait, within the network's limits
    #[arg(long, group = "remedy")]
    pub(crate) bump: bool,
    /// Put a transaction that does nothing in the place of those of ours that wait
    #[arg(long, group = "remedy")]
    pub(crate) cancel_stuck: bool,
}

/// `payrox verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// A part alone
    #[command(subcommand)]
    pub(crate) what: Option<VerifyWhat>,
}

/// Parts of `payrox verify`.
#[derive(Debug, Subcommand)]
pub(crate) enum VerifyWhat {
    /// Code and code hash of each facet
    #[command(after_help = "Examples:\n  payrox verify facets --network anvil")]
    Facets,
    /// What is staged is what was planned
    #[command(after_help = "Examples:\n  payrox verify staging --network anvil")]
    Staging,
    /// What is served is exactly the plan
    #[command(after_help = "Examples:\n  payrox verify diamond --network anvil")]
    Diamond,
    /// The sources are public at explorers, and are the project's
    #[command(
        after_help = "Examples:\n  payrox verify sources --network base               is it verified? and what would be sent\n  payrox verify sources --network base --broadcast   send what is not verified\n  payrox verify sources Payments --network base --verifier sourcify"
    )]
    Sources(SourcesArgs),
}

/// `payrox verify sources`.
#[derive(Debug, Args)]
pub(crate) struct SourcesArgs {
    /// Names of contracts, as `deployments/` has them [default: all]
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
    /// Which explorer to ask
    #[arg(long, value_enum, default_value = "all")]
    pub(crate) verifier: WhichVerifier,
    /// Where it is, in place of the network's file and of what is known of the chain
    #[arg(long, value_name = "URL")]
    pub(crate) verifier_url: Option<String>,
    /// One key for all chains. Other users of the machine can see arguments: prefer the variable
    #[arg(long, value_name = "KEY", env = "ETHERSCAN_API_KEY", hide_env_values = true)]
    pub(crate) etherscan_api_key: Option<String>,
    /// How long an explorer's decisions are waited for
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(crate) patience: u32,
}

/// Which explorer to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhichVerifier {
    /// Sourcify
    Sourcify,
    /// Etherscan; needs a key
    Etherscan,
    /// The chain's Blockscout
    Blockscout,
    /// All that the network has
    All,
}

/// `payrox release`.
#[derive(Debug, Subcommand)]
pub(crate) enum ReleaseVerb {
    /// Make a plan for each network, and the release: artifacts/release.json
    #[command(
        after_help = "Examples:\n  payrox release plan                            for the networks of release.toml\n  payrox release plan --networks sepolia,base    for these"
    )]
    Plan(ReleasePlanArgs),
    /// Make every plan of the release again from a commit, and its digest
    #[command(
        after_help = "Examples:\n  payrox release review --plans . --bundle repo.bundle --commit HASH   in a folder with release.json and release/\n  payrox release review --repo . --commit HASH --json"
    )]
    Review(Box<ReleaseReviewArgs>),
    /// What is live, what waits and what is next, on each network
    #[command(after_help = "Examples:\n  payrox release status\n  payrox release status --json")]
    Status(ReleaseArgs),
    /// Make the release live on all networks, canaries first; run it again to go on
    #[command(
        after_help = "Examples:\n  payrox release apply               what would be sent\n  payrox release apply --broadcast\n  payrox release apply --broadcast --wait   wait for delays and for the soak"
    )]
    Apply(ReleaseArgs),
    /// Read only: is every chain as planned?
    #[command(after_help = "Examples:\n  payrox release verify")]
    Verify(ReleaseArgs),
}

/// What every verb of a release takes.
#[derive(Debug, Args)]
pub(crate) struct ReleaseArgs {
    /// Canaries, soak and requirements, relative to the project's folder [default: release.toml, where there is one]
    #[arg(long = "release", value_name = "FILE", env = "PAYROX_RELEASE")]
    pub(crate) file: Option<PathBuf>,
}

/// `payrox release plan`.
#[derive(Debug, Args)]
pub(crate) struct ReleasePlanArgs {
    #[command(flatten)]
    pub(crate) release: ReleaseArgs,
    /// Networks instead of those of release.toml
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) networks: Vec<String>,
}
