//! `docs/benchmarks.md`.

use super::{Row, Unit, figures::Samples};
use crate::{
    failure::{Done, Failure},
    process::run,
    repo::{self, Repo},
};
use std::{fmt::Write as _, process::Command, thread};

/// The whole page.
pub(super) fn render(repo: &Repo, runs: usize, rows: &[Row]) -> Done<String> {
    let mut out = format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench` on {}, {runs} runs of each, ours and the peer's in turn: median (fastest to \
         slowest).\nTimes are of whole processes of the release build, from before the process is made until it has ended, each over a \
         fresh\ncopy of `examples/payments` (13 facets, 71 routes) where it deploys; rows in process are medians of divan. The peers\nare \
         in `bench/` and `tests/hardhat/`: `forge script` and Hardhat Ignition send the very calls of the plan, compiled and planned\n\
         beforehand, and verify nothing; `verify.sh` asks cast what `verify` asks.\n\n\
         | work | ours | peer | peer ÷ ours | goal | |\n|---|--:|--:|--:|--:|---|\n",
        today()?
    );
    for row in rows {
        let _ = writeln!(out, "{}", line(row));
    }
    let unmeasured = rows.iter().filter_map(|row| Some((row.what, row.ours.as_ref().err()?)));
    for (what, failure) in unmeasured.chain(rows.iter().flat_map(failed_peers)) {
        let _ = write!(out, "\nNot measured, {what}: {}\n", first_line(failure));
    }
    let _ = writeln!(out, "\n{}", versions(repo)?);
    Ok(out)
}

fn failed_peers(row: &Row) -> impl Iterator<Item = (&'static str, &Failure)> {
    row.peers.iter().filter_map(|(name, peer)| Some((*name, peer.as_ref().err()?)))
}

/// One row of the table.
pub(super) fn line(row: &Row) -> String {
    let ours = figure(&row.ours, row.unit);
    let peers = row.peers.iter().map(|(name, peer)| format!("{name} {}", figure(peer, row.unit)));
    let peers = peers.collect::<Vec<_>>().join("<br>");
    let ratio = |peer: &Done<Samples>| match (&row.ours, peer) {
        (Ok(ours), Ok(peer)) if ours.median() > 0.0 => format!("{:.1}", peer.median() / ours.median()),
        _ => "–".into(),
    };
    let ratios = row.peers.iter().map(|(_, peer)| ratio(peer)).collect::<Vec<_>>().join("<br>");
    let goal = row.goal.map(|goal| format!("≤ {}", shown(goal, row.unit))).unwrap_or_default();
    let met = match (&row.ours, row.goal) {
        (Ok(ours), Some(goal)) if ours.median() > goal => "missed",
        (Ok(_), Some(_)) => "met",
        _ => "",
    };
    format!("| {} | {ours} | {peers} | {ratios} | {goal} | {met} |", row.what)
}

fn figure(samples: &Done<Samples>, unit: Unit) -> String {
    match samples {
        Err(_) => "not measured".into(),
        Ok(samples) => {
            let (low, high) = samples.range();
            let range = match samples.0.len() {
                0 | 1 => String::new(),
                _ => format!(" ({} to {})", number(low, unit), number(high, unit)),
            };
            format!("{}{range}", shown(samples.median(), unit))
        }
    }
}

fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Milliseconds if value < 10.0 => format!("{value:.1}"),
        Unit::Milliseconds | Unit::Seconds | Unit::Count => format!("{value:.0}"),
        Unit::Mebibytes => format!("{value:.1}"),
        Unit::Times => format!("{value:.2}"),
    }
}

fn shown(value: f64, unit: Unit) -> String {
    let name = match unit {
        Unit::Milliseconds => " ms",
        Unit::Seconds => " s",
        Unit::Mebibytes => " MiB",
        Unit::Count => "",
        Unit::Times => " times",
    };
    number(value, unit) + name
}

fn first_line(failure: &Failure) -> String {
    failure.to_string().lines().next().unwrap_or_default().to_owned()
}

fn today() -> Done<String> {
    Ok(run(Command::new("date").args(["-u", "+%Y-%m-%d"]))?.demand("date")?.trim().to_owned())
}

fn versions(repo: &Repo) -> Done<String> {
    let first = |command: &mut Command| -> String {
        let text = run(command).map(|ran| ran.stdout).unwrap_or_default();
        text.lines().next().unwrap_or("unknown").to_owned()
    };
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = thread::available_parallelism().map(|n| n.get()).unwrap_or_default();
    let payrox = repo.path("target/release/payrox");
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    Ok(format!(
        "{cores} cores, {}, load average {}; {}; {}; {}; {}; {}; {}; {}.",
        model.unwrap_or("unknown processor"),
        load.split(' ').next().unwrap_or("unknown"),
        first(Command::new(payrox).arg("--version")),
        first(Command::new("rustc").arg("--version")),
        first(Command::new(repo.foundry("forge")).arg("--version")),
        first(Command::new(repo.foundry("anvil")).arg("--version")),
        first(Command::new(repo.foundry("cast")).arg("--version")),
        package(repo, "hardhat"),
        package(repo, "@nomicfoundation/hardhat-ignition"),
    ))
}

/// Name and version of one of Hardhat's packages.
fn package(repo: &Repo, name: &str) -> String {
    let file = repo.hardhat().join("node_modules").join(name).join("package.json");
    let version =
        repo::read_json(&file).ok().and_then(|json| Some(json.get("version")?.as_str()?.to_owned()));
    format!("{name} {}", version.as_deref().unwrap_or("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: &[f64], peers: Vec<Done<Samples>>) -> Row {
        let ours = Ok(Samples(ours.to_vec()));
        let peers = peers.into_iter().map(|samples| ("peer", samples)).collect();
        Row { what: "work", unit: Unit::Milliseconds, goal: Some(30.0), ours, peers }
    }

    #[test]
    fn a_row_shows_the_median_the_range_the_ratio_and_whether_the_goal_is_met() {
        let met = row(&[12.0, 10.0, 20.0], vec![Ok(Samples(vec![120.0])), Ok(Samples(vec![6.0]))]);
        let expected =
            "| work | 12 ms (10 to 20) | peer 120 ms<br>peer 6.0 ms | 10.0<br>0.5 | ≤ 30 ms | met |";
        assert_eq!(line(&met), expected);
        let missed = row(&[31.0], vec![]);
        assert_eq!(line(&missed), "| work | 31 ms |  |  | ≤ 30 ms | missed |");
    }

    #[test]
    fn a_peer_that_failed_has_no_ratio() {
        let failed = row(&[10.0], vec![Err(Failure::new("it is not here"))]);
        assert_eq!(line(&failed), "| work | 10 ms | peer not measured | – | ≤ 30 ms | met |");
    }
}
