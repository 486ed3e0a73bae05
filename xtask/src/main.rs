//! Tasks of this repository: `cargo xtask <task>`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a task runner talks to the terminal")]

mod bench;
mod failure;
mod gas;
mod mutants;
mod process;
mod release;
mod repo;
mod suite;

use clap::{Parser, Subcommand};
use failure::{Done, Failure};
use repo::Repo;
use std::{path::PathBuf, process::ExitCode};

#[derive(Parser)]
#[command(about = "Tasks of this repository")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run everything: format, lint, licences, Rust, contracts, example, snapshots, recompilation, halmos, requirements
    Test {
        /// Only these stages
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
        /// How many schedules of faults, kills and second operators are tried [default: 20]
        #[arg(long, value_name = "SCHEDULES")]
        chaos: Option<u64>,
    },
    /// Check that crates depend one way
    CheckDeps,
    /// List identifiers of the requirements that no test of the last run cites
    CheckRequirements,
    /// Write the JSON Schemas of payrox's documents
    Schemas,
    /// Write the snapshots of gas, code size and storage layout
    Snapshots,
    /// Print the table of what the gas must be, with what it is
    Gas,
    /// Apply one-line faults and check that the tests that cite them notice
    Mutants {
        /// Only faults of these identifiers
        #[arg(long, value_delimiter = ',')]
        only: Vec<String>,
    },
    /// Measure how long things take and write docs/benchmarks.md
    Bench(bench::Options),
    /// Install what the checks need: npm's packages and Python's
    Setup,
    /// Compile the contracts that are deployed into contracts/release
    Release {
        /// Write nothing: fail if a recompilation would change a byte
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match perform(Args::parse().task, &Repo::find()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task, repo: &Repo) -> Done {
    match task {
        Task::Test { only, chaos } => suite::run(&repo.with_chaos(chaos), &only),
        Task::CheckDeps => suite::judge(suite::check_deps(repo)?),
        Task::CheckRequirements => suite::judge(suite::check_requirements(repo)?),
        Task::Setup => suite::judge(suite::prepare(repo)?),
        Task::Gas => gas::print(repo),
        Task::Mutants { only } => mutants::run(repo, &only),
        Task::Bench(options) => {
            // Peers come from npm; a row whose peer is not there says so.
            suite::prepare(repo)?;
            bench::measure(repo, &options)
        }
        Task::Schemas => wrote(suite::write_schemas(repo)?),
        Task::Snapshots => wrote(suite::write_snapshots(repo)?),
        Task::Release { check: false } => wrote(release::write(repo)?),
        Task::Release { check: true } => {
            let different = release::differences(repo)?;
            if different.is_empty() { Ok(()) } else { Err(Failure::new(different.join("\n"))) }
        }
    }
}

fn wrote(paths: Vec<PathBuf>) -> Done {
    for path in paths {
        println!("wrote {}", path.display());
    }
    Ok(())
}
