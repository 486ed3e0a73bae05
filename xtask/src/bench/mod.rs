//! `bench`: how long things take, ours and the peers' in one run, written to `docs/benchmarks.md` with date and versions.

mod figures;
mod node;
mod page;
mod peer;
mod release;
mod signer;
mod work;

use crate::{
    failure::{Done, Failure},
    process::run,
    repo::{self, Repo},
};
use figures::Samples;
use work::Bench;

/// What to measure, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How often each is measured
    #[arg(long, default_value_t = 7)]
    runs: usize,
    /// Only these rows; nothing is written then
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Measure a build of the workspace from nothing as well
    #[arg(long)]
    cold: bool,
    /// Measure the release build that is there, without building it again
    #[arg(long)]
    built: bool,
}

type Measure = fn(&Bench) -> Done<f64>;

/// A row of the table before it is measured.
struct Work {
    /// Its name for `--only`.
    key: &'static str,
    what: &'static str,
    unit: Unit,
    /// What it may be at most; `None` where nothing is promised.
    goal: Option<f64>,
    ours: Measure,
    peers: &'static [(&'static str, Measure)],
    /// The same every time: measured once.
    exact: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Unit {
    Milliseconds,
    Seconds,
    Mebibytes,
    Count,
    /// How many times as much.
    Times,
}

/// A row of the table.
struct Row {
    what: &'static str,
    unit: Unit,
    goal: Option<f64>,
    ours: Done<Samples>,
    peers: Vec<(&'static str, Done<Samples>)>,
}

const FORGE: &str = "forge script";
const IGNITION: &str = "Ignition";

/// Everything, in the order of the table.
const WORK: &[Work] = &[
    Work::time("local", "`run` on the embedded chain, from nothing", None, Bench::run_locally),
    Work::time(
        "readme",
        "the README's commands on the embedded chain, one after the other",
        Some(1000.0),
        Bench::readme,
    ),
    Work::time("deploy", "`run` against anvil: deploy, stage, activate, verify", Some(120.0), Bench::deploy)
        .beside(&[(FORGE, Bench::deploy_by_forge), (IGNITION, Bench::deploy_by_ignition)]),
    Work::time(
        "again",
        "`run` against anvil with nothing to do, verification included",
        Some(30.0),
        Bench::run_again,
    )
    .beside(&[(IGNITION, Bench::run_again_by_ignition)]),
    Work::time("again-local", "the same on the embedded chain", Some(30.0), Bench::run_again_locally),
    Work::time("plan", "`plan` alone", None, Bench::plan),
    Work::time("rehearse", "plan and rehearse, in process", Some(25.0), Bench::rehearse).once(),
    Work::time("verify", "`verify` against anvil", Some(30.0), Bench::verify)
        .beside(&[("bench/verify.sh (cast)", Bench::verify_by_cast)]),
    Work::count("verify-trips", "round trips of `verify`", Some(4.0), Bench::verify_round_trips),
    Work::time("verify-local", "`verify` on the embedded chain", Some(30.0), Bench::verify_locally),
    Work::count(
        "slow-blocks",
        "`run` where a block takes 1 s: blocks with transactions",
        Some(2.0),
        Bench::slow_blocks,
    )
    .beside(&[(FORGE, Bench::slow_blocks_of_forge), (IGNITION, Bench::slow_blocks_of_ignition)]),
    Work::count("slow-trips", "the same: round trips", None, Bench::slow_round_trips).beside(&[
        (FORGE, Bench::slow_round_trips_of_forge),
        (IGNITION, Bench::slow_round_trips_of_ignition),
    ]),
    Work::count("slow-calls", "the same: calls in them", Some(60.0), Bench::slow_calls)
        .beside(&[(FORGE, Bench::slow_calls_of_forge), (IGNITION, Bench::slow_calls_of_ignition)]),
    Work::time("slow", "the same: time", None, Bench::slow_milliseconds)
        .beside(&[
            (FORGE, Bench::slow_milliseconds_of_forge),
            (IGNITION, Bench::slow_milliseconds_of_ignition),
        ])
        .once(),
    Work::time(
        "ten-chains",
        "`release apply` to ten chains at once where a block takes 1 s, against one chain",
        Some(1.5),
        Bench::ten_chains,
    )
    .of(Unit::Times),
    Work::time(
        "parity",
        "`parity`: two functions, 100,000 runs of two calls each (120,000 runs a second)",
        Some(1667.0),
        Bench::parity,
    )
    .beside(&[("forge test --fuzz-runs", Bench::parity_by_forge)]),
    Work::time(
        "parity-all",
        "`parity` of all 71 routes, 1,000 runs each",
        Some(3000.0),
        Bench::parity_of_all,
    ),
    Work::time(
        "validate",
        "`validate --phase full --fuzz-runs 1000`; compilation and the project's own tests as kept",
        Some(5000.0),
        Bench::validate,
    ),
    Work::time(
        "review",
        "`review` of a commit in a bundle; compilation as kept",
        Some(2000.0),
        Bench::review,
    ),
    Work::time(
        "storage",
        "the storage of 100 facets against the release before, in process",
        Some(1000.0),
        Bench::storage_of_many,
    )
    .once(),
    Work::time(
        "merkle",
        "Merkle tree and all proofs of 3,900 routes, in process",
        Some(5.0),
        Bench::largest_manifest,
    )
    .once(),
    Work::time("merkle-100k", "the same of 100,000 leaves", Some(120.0), Bench::many_leaves).once(),
    Work::time("memory", "`run` against anvil: resident memory at most", Some(40.0), Bench::memory)
        .beside(&[(FORGE, Bench::memory_of_forge), (IGNITION, Bench::memory_of_ignition)])
        .of(Unit::Mebibytes),
];

const COLD: Work =
    Work::time("cold", "development build of the workspace from nothing", Some(180.0), Bench::cold_build)
        .of(Unit::Seconds)
        .once();

impl Work {
    const fn time(key: &'static str, what: &'static str, goal: Option<f64>, ours: Measure) -> Self {
        Self { key, what, unit: Unit::Milliseconds, goal, ours, peers: &[], exact: false }
    }

    const fn count(key: &'static str, what: &'static str, goal: Option<f64>, ours: Measure) -> Self {
        Self::time(key, what, goal, ours).of(Unit::Count).once()
    }

    const fn of(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    const fn beside(mut self, peers: &'static [(&'static str, Measure)]) -> Self {
        self.peers = peers;
        self
    }

    const fn once(mut self) -> Self {
        self.exact = true;
        self
    }

    /// Ours and the peers' in turn, so that what else the machine does falls on all.
    fn measure(&self, bench: &Bench, runs: usize) -> Row {
        let mut ours = Ok(Samples::default());
        let mut peers: Vec<_> = self.peers.iter().map(|(name, _)| (*name, Ok(Samples::default()))).collect();
        for _ in 0..if self.exact { 1 } else { runs } {
            sample(&mut ours, || (self.ours)(bench));
            for ((_, measure), (_, samples)) in self.peers.iter().zip(&mut peers) {
                // A peer that takes long is not measured over and over.
                if !samples.as_ref().is_ok_and(|s| s.0.last().is_some_and(|last| *last > 2_000.0)) {
                    sample(samples, || measure(bench));
                }
            }
        }
        Row { what: self.what, unit: self.unit, goal: self.goal, ours, peers }
    }
}

fn sample(samples: &mut Done<Samples>, measure: impl FnOnce() -> Done<f64>) {
    if let Ok(taken) = samples {
        match measure() {
            Ok(sample) => taken.0.push(sample),
            Err(failure) => *samples = Err(failure),
        }
    }
}

/// Measures and writes. A row that cannot be measured says why in its place.
pub(crate) fn measure(repo: &Repo, options: &Options) -> Done {
    let known = || WORK.iter().chain([&COLD]);
    if let Some(odd) = options.only.iter().find(|only| known().all(|work| work.key != **only)) {
        let keys: Vec<_> = known().map(|work| work.key).collect();
        return Err(Failure::new(format!("there is no row {odd}; there are {}", keys.join(", "))));
    }
    if !options.built {
        run(repo.cargo().args(["build", "--release", "--package", "payrox-cli"]))?.demand("cargo build")?;
    }
    // What the peers are given is made anew from the plan of this build.
    let _ = std::fs::remove_file(repo.path("target/bench/calls.json"));
    let bench = Bench::new(repo);
    let mut rows = Vec::new();
    for work in known() {
        let wanted = match options.only.as_slice() {
            [] => work.key != COLD.key || options.cold,
            only => only.iter().any(|key| key == work.key),
        };
        if wanted {
            let row = work.measure(&bench, options.runs.max(1));
            println!("{}", page::line(&row));
            rows.push(row);
        }
    }
    if options.only.is_empty() {
        repo::write(&repo.path("docs/benchmarks.md"), &page::render(repo, options.runs, &rows)?)?;
    }
    Ok(())
}
