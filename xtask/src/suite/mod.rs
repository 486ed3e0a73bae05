//! `test`: everything, in a fresh clone. Two lanes for two cores: what cargo does, and all the rest.

mod contracts;
mod direction;
mod format;
mod halmos;
mod licences;
mod lint;
mod outcome;
mod reproducible;
mod requirements;
mod rust;
mod schemas;
mod setup;
mod signers;
mod snapshots;

use crate::{
    failure::{Done, Failure},
    repo::{Repo, in_ci},
};
use outcome::Report;
use std::{
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

pub(crate) use contracts::forge_results;
pub(crate) use direction::check as check_deps;
pub(crate) use requirements::{check as check_requirements, citations, scope};
pub(crate) use schemas::write as write_schemas;
pub(crate) use setup::prepare;
pub(crate) use snapshots::write as write_snapshots;

/// One part of the suite.
struct Stage {
    name: &'static str,
    check: fn(&Repo) -> Done<Report>,
}

const CARGO_LANE: [Stage; 5] = [
    Stage { name: "format", check: format::check },
    Stage { name: "lint", check: lint::check },
    Stage { name: "rust", check: rust::check },
    Stage { name: "schemas", check: schemas::check },
    Stage { name: "signers", check: signers::check },
];

const CONTRACT_LANE: [Stage; 7] = [
    Stage { name: "direction", check: direction::check },
    Stage { name: "licences", check: licences::check },
    Stage { name: "contracts", check: contracts::check },
    Stage { name: "example", check: contracts::check_example },
    Stage { name: "snapshots", check: snapshots::check },
    Stage { name: "reproducible", check: reproducible::check },
    Stage { name: "halmos", check: halmos::check },
];

/// Needs what all others left behind.
const LAST: Stage = Stage { name: "requirements", check: requirements::check };

/// Runs the stages named in `only`, or all of them.
pub(crate) fn run(repo: &Repo, only: &[String]) -> Done {
    let known = || CARGO_LANE.iter().chain(&CONTRACT_LANE).chain([&LAST]).map(|stage| stage.name);
    if let Some(unknown) = only.iter().find(|name| !known().any(|k| k == name.as_str())) {
        let all: Vec<&str> = known().collect();
        return Err(Failure::new(format!("there is no stage {unknown}; there are {}", all.join(", "))));
    }
    let chosen = |stage: &&Stage| only.is_empty() || only.iter().any(|name| name == stage.name);

    let start = Instant::now();
    let screen = Mutex::new(Vec::new());
    let perform = |stage: &Stage| {
        say(&screen, &format!("{} {:<13} …", clock(start.elapsed()), stage.name));
        let began = Instant::now();
        let report = (stage.check)(repo).unwrap_or_else(|failure| Report::broken(stage.name, failure));
        report.remember(repo, stage.name);
        show(&screen, stage.name, report, start.elapsed(), began.elapsed());
    };

    let began = Instant::now();
    let report = setup::prepare(repo).unwrap_or_else(|failure| Report::broken("setup", failure));
    show(&screen, "setup", report, start.elapsed(), began.elapsed());
    thread::scope(|scope| {
        scope.spawn(|| CARGO_LANE.iter().filter(chosen).for_each(perform));
        scope.spawn(|| CONTRACT_LANE.iter().filter(chosen).for_each(perform));
    });
    if chosen(&&LAST) {
        perform(&LAST);
    }

    let results = screen.into_inner().unwrap_or_default();
    conclude(&results, start.elapsed())
}

/// A stage by itself, outside of a run.
pub(crate) fn judge(report: Report) -> Done {
    println!("{}", report.counts());
    for unknown in &report.unknown {
        println!("unknown: {unknown}");
    }
    if report.failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("{}\n{}", report.failed.join("\n"), report.detail)))
    }
}

/// One line a stage, and what a person needs where it failed.
fn show(
    screen: &Mutex<Vec<(&'static str, Report)>>,
    name: &'static str,
    report: Report,
    elapsed: Duration,
    took: Duration,
) {
    let mut line = format!("{} {name:<13} {} ({:.1} s)", clock(elapsed), report.counts(), took.as_secs_f32());
    for failed in &report.failed {
        line.push_str(&format!("\n           failed: {failed}"));
    }
    for unknown in &report.unknown {
        line.push_str(&format!("\n           unknown: {unknown}"));
    }
    if !report.failed.is_empty() && !report.detail.is_empty() {
        line.push_str(&format!("\n{}", report.detail.trim_end()));
    }
    say(screen, &line);
    if let Ok(mut results) = screen.lock() {
        results.push((name, report));
    }
}

/// Lanes share one screen: a block of lines is printed whole.
fn say(screen: &Mutex<Vec<(&'static str, Report)>>, line: &str) {
    let _held = screen.lock();
    println!("{line}");
}

fn clock(elapsed: Duration) -> String {
    format!("[{:>3}:{:02}]", elapsed.as_secs() / 60, elapsed.as_secs() % 60)
}

/// The summary, and whether all of it was good.
fn conclude(results: &[(&str, Report)], elapsed: Duration) -> Done {
    let passed: usize = results.iter().map(|(_, report)| report.passed).sum();
    let failed: usize = results.iter().map(|(_, report)| report.failed.len()).sum();
    let unknown: usize = results.iter().map(|(_, report)| report.unknown.len()).sum();
    println!();
    for (stage, report) in results {
        for name in &report.failed {
            println!("failed: {stage}: {name}");
        }
        for name in &report.unknown {
            println!("unknown: {stage}: {name}");
        }
    }
    // What nobody could find out is no success where nobody is there to look.
    let counted = if in_ci() { failed + unknown } else { failed };
    println!(
        "{:.0} s{}",
        elapsed.as_secs_f32(),
        if unknown > 0 { format!(", {unknown} unknown") } else { String::new() }
    );
    println!("{passed} passed, {counted} failed");
    match (counted, passed) {
        (0, 1..) => Ok(()),
        (0, 0) => Err(Failure::new("nothing was tested")),
        _ => Err(Failure::new(format!("{counted} checks did not pass"))),
    }
}
