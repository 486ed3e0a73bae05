//! What the verbs take that look at a plan before anything is sent.

use clap::{Args, Subcommand, ValueEnum, builder::PossibleValue};
use payrox_validate::Phase;
use std::{path::PathBuf, sync::LazyLock};

/// `payrox validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// A phase; may be repeated
    #[arg(long, value_enum, value_name = "PHASE", default_value = "full", hide_possible_values = true, long_help = PHASES)]
    pub(crate) phase: Vec<Phases>,
    /// A unit group alone, without the project's own tests; may be repeated
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) group: Vec<Group>,
    /// Calls of each route in the phase `parity`
    #[arg(long, value_name = "RUNS", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub(crate) fuzz_runs: u32,
    /// Do everything anew, whatever an earlier run left
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Write what calls take into the project's snapshot, for committing
    #[arg(long)]
    pub(crate) update_gas_snapshot: bool,
    /// The compiler: a native solc, or the folder of npm's solc
    #[arg(long, value_name = "PATH", env = "PAYROX_SOLC")]
    pub(crate) solc: Option<PathBuf>,
}

const PHASES: &str = "\
A phase; may be repeated: compile, test, parity, selectors, abi, size, merkle, storage, code, source, gas, roles, rollback, \
deploy, or full for all of them";

/// `payrox parity`.
#[derive(Debug, Args)]
pub(crate) struct ParityArgs {
    #[command(subcommand)]
    pub(crate) verb: Option<ParityVerb>,
    /// Runs of each route; a run is a call made in both ways
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub(crate) fuzz_runs: u64,
    /// Where all numbers come from: the same seed, state and corpus give the same run
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// A route alone, by signature, name, selector or facet; may be repeated
    #[arg(long, value_name = "ROUTE")]
    pub(crate) route: Vec<String>,
    /// Leave out what earlier runs kept in .payrox/parity/
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Fork the live system's chain at this block [default: the newest]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) fork_block: Option<u64>,
}

/// Below `payrox parity`.
#[derive(Debug, Subcommand)]
pub(crate) enum ParityVerb {
    /// Make the calls of a case again, and show what both sides do
    #[command(
        after_help = "Examples:\n  payrox parity replay parity/Payments.pay-1f0c2d3e.json\n  payrox parity replay parity/Payments.pay-1f0c2d3e.json --json"
    )]
    Replay(CaseArgs),
}

/// `payrox parity replay`.
#[derive(Debug, Args)]
pub(crate) struct CaseArgs {
    /// The case
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Fork the live system's chain at this block [default: the one that the case was found at]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) fork_block: Option<u64>,
}

/// A phase of a validation, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phases {
    Full,
    One(Phase),
}

impl ValueEnum for Phases {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Phases>> =
            LazyLock::new(|| [Phases::Full].into_iter().chain(Phase::ALL.map(Phases::One)).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Full => "full",
            Self::One(phase) => phase.name(),
        }))
    }
}

/// The runbook's unit groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// Dispatcher life cycle
    #[value(name = "A")]
    A,
    /// Factory idempotency
    #[value(name = "B")]
    B,
    /// Router re-entrancy
    #[value(name = "C")]
    C,
    /// Plan generation
    #[value(name = "D")]
    D,
}

/// `payrox rehearse`.
#[derive(Debug, Args)]
pub(crate) struct RehearseArgs {
    /// Fork the chain at this block [default: the newest]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) fork_block: Option<u64>,
}

/// `payrox probe`.
#[derive(Debug, Subcommand)]
pub(crate) enum ProbeVerb {
    /// The system's last transactions, on a fork of the state before each: as they were, and with the plan live
    #[command(
        after_help = "Examples:\n  payrox probe replay --network mainnet --rpc-url $ARCHIVE --last 100\n  payrox probe replay --network mainnet --blocks 21000000..21000500\n  payrox probe replay --network mainnet --plan artifacts/dispatcher.plan.json --json"
    )]
    Replay(ReplayArgs),
}

/// `payrox probe replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The newest so many; at most 1000
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) last: u64,
    /// Of these blocks, first and last included [default: the newest 10,000]
    #[arg(long, value_name = "FIRST..LAST")]
    pub(crate) blocks: Option<String>,
}
