//! Tasks of this repository: `cargo xtask <task>`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a task runner talks to the terminal")]

mod failure;
mod process;
mod release;
mod repo;

use clap::{Parser, Subcommand};
use failure::{Done, Failure};
use repo::Repo;
use std::process::ExitCode;

#[derive(Parser)]
#[command(about = "Tasks of this repository")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
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
        Task::Release { check: false } => {
            for path in release::write(repo)? {
                println!("wrote {}", path.display());
            }
            Ok(())
        }
        Task::Release { check: true } => {
            let different = release::differences(repo)?;
            if different.is_empty() { Ok(()) } else { Err(Failure::new(different.join("\n"))) }
        }
    }
}
