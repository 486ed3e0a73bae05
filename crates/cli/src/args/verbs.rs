//! The verbs and what each takes.

use super::{CiArgs, ParityArgs, ProbeVerb, RehearseArgs, ReleaseReviewArgs, ReviewArgs, ValidateArgs};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The verbs, in the order of a release.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Start a project: project file, an example facet, networks
    #[command(
        after_help = "Examples:\n  payrox init wallet            a project in ./wallet\n  payrox init . --name wallet   in this folder"
    )]
    Init(InitArgs),
    /// Start from a diamond of EIP-2535 that is live: project file, network file, manifest, findings. Sends nothing
    #[command(
        after_help = "Examples:\n  payrox adopt 0x1f98…c5A1 --network mainnet --rpc-url $URL\n  payrox adopt 0x1f98…c5A1 --network mainnet --artifacts out   facets named by their code\n  payrox adopt 0x1f98…c5A1 --network base --from-block 9000000 --json"
    )]
    Adopt(AdoptArgs),
    /// What is set, and by whom
    #[command(
        subcommand,
        arg_required_else_help = true,
        after_help = "Examples:\n  payrox config show --network anvil\n  payrox config show --json"
    )]
    Config(ConfigVerb),
    /// Compile the project's sources, or prove that its artifacts can be read
    #[command(
        after_help = "Examples:\n  payrox build\n  payrox build --solc node_modules/solc   with the compiler from npm"
    )]
    Build(BuildArgs),
    /// Make the plan: artifacts/dispatcher.plan.json
    #[command(
        args_conflicts_with_subcommands = true,
        after_help = "Examples:\n  payrox plan                            against the state of the network\n  payrox plan show                       the plan by facet and function\n  payrox plan show --inverse             the calldata that goes back\n  payrox plan diff                       what the project would change\n  payrox plan diff old.plan.json         the same against another plan"
    )]
    Plan(PlanArgs),
    /// Trust nobody: make the plan again from a commit, and show what is signed
    #[command(
        after_help = "Examples:\n  payrox review dispatcher.plan.json --bundle repo.bundle --commit HASH   in an empty folder\n  payrox review plan.json --repo https://example.com/payments.git --commit HASH --path contracts\n  payrox review plan.json --repo . --commit HASH --parent active.plan.json --since HASH --html review.html\n  payrox review plan.json --bundle repo.bundle --commit HASH --safe 0x41675C099F32341bf84BFc5382aF534df5C7461a --safe-nonce 7\n  payrox review --project examples/payments                               the folder as it is"
    )]
    Review(Box<ReviewArgs>),
    /// Deploy a slice of the plan
    #[command(
        subcommand,
        arg_required_else_help = true,
        after_help = "Examples:\n  payrox deploy factory --network anvil               what would be sent\n  payrox deploy dispatcher --network anvil --broadcast\n  payrox deploy facets Payments Escrow --network anvil --broadcast"
    )]
    Deploy(DeployTarget),
    /// Stage the plan: its delay begins
    #[command(
        after_help = "Examples:\n  payrox stage --network anvil               what would be sent\n  payrox stage --network anvil --broadcast"
    )]
    Stage,
    /// Activate the staged plan, once its delay has passed
    #[command(
        after_help = "Examples:\n  payrox apply --network anvil --broadcast\n  payrox apply --network anvil --broadcast --wait   wait for the delay"
    )]
    Apply,
    /// Take back what is staged
    #[command(after_help = "Examples:\n  payrox cancel --network anvil --broadcast")]
    Cancel,
    /// From artifacts to a live, proved system; run it again to go on
    #[command(
        after_help = "Examples:\n  payrox run --network local --project examples/payments\n  payrox run --network local --project examples/payments --config upgrade.toml\n  payrox run --network anvil                 what would be sent\n  payrox run --network anvil --broadcast\n  payrox run --network mainnet --inverse     a diamond: what would take the last plan back"
    )]
    Run(RunArgs),
    /// What is live, what waits and until when, and the next safe command
    #[command(after_help = "Examples:\n  payrox status\n  payrox status --network anvil --json")]
    Status,
    /// What waits of an account, whose it is, and what is safe to do about it
    #[command(
        after_help = "Examples:\n  payrox nonce --network anvil                          accounts of the journal and of the roles\n  payrox nonce --network anvil --address 0xf39F…2266\n  payrox nonce --network anvil --rebroadcast --broadcast   send again what the node forgot\n  payrox nonce --network anvil --cancel-stuck              what would be sent in place of what is stuck"
    )]
    Nonce(NonceArgs),
    /// Read only: is the chain as planned?
    #[command(
        after_help = "Examples:\n  payrox verify             everything below\n  payrox verify facets      code and code hash of each facet\n  payrox verify staging     what is staged is what was planned\n  payrox verify diamond     what is served is exactly the plan\n  payrox verify sources     are the sources public at Sourcify, Etherscan, Blockscout?"
    )]
    Verify(VerifyArgs),
    /// The same over many networks: one digest, canaries first
    #[command(
        subcommand,
        arg_required_else_help = true,
        after_help = "Examples:\n  payrox release plan --networks sepolia,base,optimism   a plan for each, and how they differ\n  payrox release apply                                   what would be sent\n  payrox release apply --broadcast                       canaries first; run it again to go on\n  payrox release status\n  payrox release verify"
    )]
    Release(ReleaseVerb),
    /// Is the plan good? Every check before anything is sent, and reports of them
    #[command(
        after_help = "Examples:\n  payrox validate --phase full --network mainnet\n  payrox validate --phase size --phase gas      some phases alone\n  payrox validate --phase test --group C        router re-entrancy alone\n  payrox validate --phase gas --update-gas-snapshot"
    )]
    Validate(ValidateArgs),
    /// The whole plan on a fork of its chain, then pause, forbid, freeze and the way back; sends nothing
    #[command(
        after_help = "Examples:\n  payrox rehearse                                        on the embedded chain\n  payrox rehearse --network mainnet --rpc-url $RPC       on a fork of mainnet, now\n  payrox rehearse --network mainnet --fork-block 21000000\n  payrox rehearse --verbose                              with every slot that changes"
    )]
    Rehearse(RehearseArgs),
    /// Observe what a plan would do to those who use the system
    #[command(
        subcommand,
        arg_required_else_help = true,
        after_help = "Examples:\n  payrox probe replay --network mainnet --last 100    real transactions, as they were and as they would be"
    )]
    Probe(ProbeVerb),
    /// Fuzz every route: is it the same through the router as directly, and in this release as in the one before?
    #[command(
        args_conflicts_with_subcommands = true,
        after_help = "Examples:\n  payrox parity                                     every route, 1,000 runs each\n  payrox parity --fuzz-runs 100000 --seed 7\n  payrox parity --route 'pay(address,address,uint256,bytes32)' --route Escrow\n  payrox parity replay parity/Payments.pay-1f0c2d3e.json   what both sides do, frame by frame"
    )]
    Parity(ParityArgs),
    /// Webhooks that are told how a run ended: what waits, try it, send a test
    #[command(
        subcommand,
        arg_required_else_help = true,
        after_help = "Examples:\n  payrox notify status    what could not be delivered, and why\n  payrox notify test      a notice to each webhook of the project file\n  payrox notify deliver   try again what waits"
    )]
    Notify(NotifyVerb),
    /// Serve the embedded chain over HTTP, for cast, viem and wallets
    #[command(
        after_help = "Examples:\n  payrox devnet --project examples/payments   the chain of `--network local`, on port 8545\n  payrox devnet --fresh --port 0              a new chain, forgotten at the end, on a free port\n  payrox devnet --fork-url $RPC --fork-block 21000000"
    )]
    Devnet(DevnetArgs),
    /// Am I ready? Endpoints, chain, accounts, contacts and project, each checked; sends nothing
    #[command(
        after_help = "Examples:\n  payrox doctor                      the embedded chain and this project\n  payrox doctor --network mainnet --rpc-url $ONE --rpc-url $OTHER\n  payrox doctor --network base --json"
    )]
    Doctor,
    /// An archive of the project: make it, prove it, bring it back, practise that
    #[command(
        subcommand,
        arg_required_else_help = true,
        after_help = "Examples:\n  payrox backup create payments.tar\n  payrox backup verify payments.tar\n  payrox backup restore payments.tar payments\n  payrox backup drill payments.tar --network mainnet"
    )]
    Backup(BackupVerb),
    /// A ready file for a service that builds: validate, plan, review
    #[command(
        after_help = "Examples:\n  payrox ci github > .github/workflows/payrox.yml\n  payrox ci gitlab > .gitlab-ci.yml"
    )]
    Ci(CiArgs),
    /// What an error code or a trouble means and what cures it; without one, all of them
    #[command(
        after_help = "Examples:\n  payrox explain                  every code, by area\n  payrox explain PRX-PLAN-001\n  payrox explain nonce            a trouble by its name\n  payrox explain access denied"
    )]
    Explain(ExplainArgs),
    /// Completions for a shell
    #[command(
        after_help = "Examples:\n  payrox completions bash > ~/.local/share/bash-completion/completions/payrox"
    )]
    Completions(CompletionsArgs),
    /// The manual page of payrox or of a verb
    #[command(
        after_help = "Examples:\n  payrox man > payrox.1\n  payrox man plan diff\n  payrox man --dir ~/.local/share/man/man1   all pages"
    )]
    Man(ManArgs),
}

impl Verb {
    /// Whether it opens forks, and may do so on what was read before alone.
    pub(crate) fn forks(&self) -> bool {
        matches!(self, Self::Rehearse(_) | Self::Parity(_) | Self::Validate(_))
            || matches!(self, Self::Devnet(args) if args.fork_url.is_some())
    }

    /// Whether it must end at a place of its own choice: it may have sent something, or holds a file.
    pub(crate) fn ends_itself(&self) -> bool {
        matches!(
            self,
            Self::Devnet(_)
                | Self::Deploy(_)
                | Self::Stage
                | Self::Apply
                | Self::Cancel
                | Self::Run(_)
                | Self::Nonce(_)
                | Self::Release(ReleaseVerb::Apply(_))
        )
    }
}

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

/// `payrox run`.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Take the last plan back: cut a diamond to what it served before. Only for a project with target = "eip2535"
    #[arg(long)]
    pub(crate) inverse: bool,
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
