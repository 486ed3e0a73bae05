//! The verbs and what each takes.

use super::{
    AdoptArgs, BackupVerb, BuildArgs, CiArgs, CompletionsArgs, ConfigVerb, DeployTarget, DevnetArgs,
    ExplainArgs, InitArgs, ManArgs, NonceArgs, NotifyVerb, ParityArgs, PlanArgs, ProbeVerb, RehearseArgs,
    ReleaseVerb, ReviewArgs, RunArgs, ValidateArgs, VerifyArgs,
};
use crate::fault::Left;
use clap::Subcommand;

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
        self.leaves() != Left::Nothing
    }

    /// What it leaves behind where it is cut off.
    pub(crate) fn leaves(&self) -> Left {
        match self {
            Self::Devnet(_) => Left::Chain,
            Self::Deploy(_)
            | Self::Stage
            | Self::Apply
            | Self::Cancel
            | Self::Run(_)
            | Self::Nonce(_)
            | Self::Release(ReleaseVerb::Apply(_)) => Left::Sent,
            _ => Left::Nothing,
        }
    }
}
