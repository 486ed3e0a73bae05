//! What is measured: ours, and beside it what a peer takes for the same work.

use super::{
    figures::{output, peak_memory, time},
    node::{Anvil, Proxy, Traffic},
    signer::Asked,
};
use crate::{
    failure::{Doing, Done, Failure},
    repo::Repo,
};
use std::{
    cell::OnceCell,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};
use tempfile::TempDir;

/// Of each of two functions; a run is two calls.
pub(super) const PARITY_RUNS: u32 = 100_000;

/// What is set up once for all measurements.
pub(super) struct Bench {
    pub(super) repo: Repo,
    binary: PathBuf,
    live: OnceCell<Live>,
    local: OnceCell<TempDir>,
    pub(super) ours_slowly: OnceCell<Slowly>,
    pub(super) forge_slowly: OnceCell<Slowly>,
    pub(super) ignition_slowly: OnceCell<Slowly>,
    in_process: OnceCell<String>,
    validated: OnceCell<String>,
    asked: OnceCell<Asked>,
}

/// The example, live on a node that stays.
pub(super) struct Live {
    pub(super) project: TempDir,
    pub(super) anvil: Anvil,
}

/// A deployment where a block takes a second.
#[derive(Clone, Copy)]
pub(super) struct Slowly {
    pub(super) milliseconds: f64,
    pub(super) blocks: usize,
    pub(super) traffic: Traffic,
}

impl Bench {
    pub(super) fn new(repo: &Repo) -> Self {
        Self {
            repo: repo.clone(),
            binary: repo.path("target/release/payrox"),
            live: OnceCell::new(),
            local: OnceCell::new(),
            ours_slowly: OnceCell::new(),
            forge_slowly: OnceCell::new(),
            ignition_slowly: OnceCell::new(),
            in_process: OnceCell::new(),
            validated: OnceCell::new(),
            asked: OnceCell::new(),
        }
    }

    /// `run` on the embedded chain, from nothing.
    pub(super) fn run_locally(&self) -> Done<f64> {
        let project = self.project()?;
        time(self.payrox(project.path()).args(["run", "--network", "local"]))
    }

    /// What the README shows, one command after the other.
    pub(super) fn readme(&self) -> Done<f64> {
        let project = self.project()?;
        let mut total = 0.0;
        for line in README {
            total += time(self.payrox(project.path()).args(line.split(' ')))?;
        }
        Ok(total)
    }

    pub(super) fn plan(&self) -> Done<f64> {
        let project = self.project()?;
        time(self.payrox(project.path()).args(["plan", "--network", "local"]))
    }

    pub(super) fn run_again_locally(&self) -> Done<f64> {
        let project = self.local()?;
        time(self.payrox(project).args(["run", "--network", "local"]))
    }

    pub(super) fn verify_locally(&self) -> Done<f64> {
        let project = self.local()?;
        time(self.payrox(project).args(["verify", "--network", "local"]))
    }

    /// Two functions, directly and through the router.
    pub(super) fn parity(&self) -> Done<f64> {
        let project = self.project()?;
        let runs = PARITY_RUNS.to_string();
        let mut command = self.payrox(project.path());
        command.args(["parity", "--fuzz-runs", &runs]);
        time(command.args(["--route", "Payments.quote", "--route", "Payments.isTokenAllowed"]))
    }

    /// Every route of the example.
    pub(super) fn parity_of_all(&self) -> Done<f64> {
        let project = self.project()?;
        time(self.payrox(project.path()).args(["parity", "--fuzz-runs", "1000"]))
    }

    /// Every phase in the repository itself, as a change to nothing: what cannot have changed was kept by the run before.
    pub(super) fn validate(&self) -> Done<f64> {
        let validate = || {
            let mut command = self.payrox(&self.repo.path("examples/payments"));
            command.args(["validate", "--phase", "full", "--network", "local", "--fuzz-runs", "1000"]);
            command
        };
        once(&self.validated, || output(&mut validate()))?;
        time(&mut validate())
    }

    /// In an empty folder, of a bundle and a plan.
    pub(super) fn review(&self) -> Done<f64> {
        let asked = once(&self.asked, || Asked::of(self))?;
        time(&mut asked.review(self))
    }

    pub(super) fn storage_of_many(&self) -> Done<f64> {
        self.in_process("storage_of_a_hundred_facets")
    }

    pub(super) fn deploy(&self) -> Done<f64> {
        let (project, anvil) = (self.project()?, Anvil::start(&self.repo, &[])?);
        time(&mut self.broadcast(project.path(), &anvil.url()))
    }

    pub(super) fn memory(&self) -> Done<f64> {
        let (project, anvil) = (self.project()?, Anvil::start(&self.repo, &[])?);
        peak_memory(&mut self.broadcast(project.path(), &anvil.url()))
    }

    pub(super) fn run_again(&self) -> Done<f64> {
        let live = self.live()?;
        time(&mut self.broadcast(live.project.path(), &live.anvil.url()))
    }

    pub(super) fn verify(&self) -> Done<f64> {
        let live = self.live()?;
        time(&mut self.verify_at(live, &live.anvil.url()))
    }

    pub(super) fn verify_round_trips(&self) -> Done<f64> {
        let live = self.live()?;
        let proxy = Proxy::before(live.anvil.address())?;
        output(&mut self.verify_at(live, &proxy.url()))?;
        Ok(proxy.traffic().round_trips as f64)
    }

    pub(super) fn slow_milliseconds(&self) -> Done<f64> {
        Ok(self.ours_slowly()?.milliseconds)
    }

    pub(super) fn slow_blocks(&self) -> Done<f64> {
        Ok(self.ours_slowly()?.blocks as f64)
    }

    pub(super) fn slow_round_trips(&self) -> Done<f64> {
        Ok(self.ours_slowly()?.traffic.round_trips as f64)
    }

    pub(super) fn slow_calls(&self) -> Done<f64> {
        Ok(self.ours_slowly()?.traffic.calls as f64)
    }

    pub(super) fn rehearse(&self) -> Done<f64> {
        self.in_process("plan_and_rehearse")
    }

    pub(super) fn largest_manifest(&self) -> Done<f64> {
        self.in_process("tree_and_all_proofs")
    }

    pub(super) fn many_leaves(&self) -> Done<f64> {
        self.in_process("a_hundred_thousand_leaves")
    }

    /// The median that divan gives for one of the crates' own benches.
    fn in_process(&self, name: &str) -> Done<f64> {
        let benches =
            [("payrox-plan", "merkle"), ("payrox-execute", "rehearse"), ("payrox-validate", "storage")];
        let table = once(&self.in_process, || {
            benches.iter().try_fold(String::new(), |table, (package, bench)| {
                Ok(table
                    + &output(self.repo.cargo().args(["bench", "--quiet", "-p", package, "--bench", bench]))?)
            })
        })?;
        median(table, name).doing(|| format!("divan says nothing of {name}:\n{table}"))
    }

    fn ours_slowly(&self) -> Done<Slowly> {
        once(&self.ours_slowly, || {
            let project = self.project()?;
            self.slowly(|url| Ok(self.broadcast(project.path(), url)))
        })
        .copied()
    }

    pub(super) fn slowly(&self, command: impl Fn(&str) -> Done<Command>) -> Done<Slowly> {
        let anvil = Anvil::start(&self.repo, &["--block-time", "1"])?;
        let proxy = Proxy::before(anvil.address())?;
        let milliseconds = time(&mut command(&proxy.url())?)?;
        Ok(Slowly { milliseconds, blocks: anvil.filled_blocks()?, traffic: proxy.traffic() })
    }

    pub(super) fn live(&self) -> Done<&Live> {
        once(&self.live, || {
            let live = Live { project: self.project()?, anvil: Anvil::start(&self.repo, &[])? };
            output(&mut self.broadcast(live.project.path(), &live.anvil.url()))?;
            Ok(live)
        })
    }

    fn local(&self) -> Done<&Path> {
        let project = once(&self.local, || {
            let project = self.project()?;
            output(self.payrox(project.path()).args(["run", "--network", "local"]))?;
            Ok(project)
        });
        project.map(TempDir::path)
    }

    pub(super) fn payrox(&self, project: &Path) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(["--json", "--project"]).arg(project);
        command
    }

    fn broadcast(&self, project: &Path, url: &str) -> Command {
        let mut command = self.payrox(project);
        command.args(["run", "--network", "anvil", "--rpc-url", url, "--broadcast"]);
        command
    }

    fn verify_at(&self, live: &Live, url: &str) -> Command {
        let mut command = self.payrox(live.project.path());
        command.args(["verify", "--network", "anvil", "--rpc-url", url]);
        command
    }

    /// What a project needs, without what runs left in it.
    pub(super) fn project(&self) -> Done<TempDir> {
        let folder = tempfile::tempdir().doing(|| "a temporary folder".into())?;
        let example = self.repo.path("examples/payments");
        copy(&example.join("out"), &folder.path().join("out"))?;
        for name in ["payrox.toml", "upgrade.toml", "parity"] {
            copy(&example.join(name), &folder.path().join(name))?;
        }
        Ok(folder)
    }

    /// Seconds of a build of the workspace from nothing.
    pub(super) fn cold_build(&self) -> Done<f64> {
        let target = tempfile::tempdir().doing(|| "a temporary folder".into())?;
        let start = Instant::now();
        output(self.repo.cargo().args(["build", "--workspace"]).env("CARGO_TARGET_DIR", target.path()))?;
        Ok(start.elapsed().as_secs_f64())
    }
}

/// The commands of the README's transcript.
const README: [&str; 4] = [
    "run --network local",
    "run --network local",
    "plan diff --network local --config upgrade.toml",
    "run --network local --config upgrade.toml",
];

pub(super) fn plan_file(project: &Path) -> PathBuf {
    project.join("artifacts/dispatcher.plan.json")
}

/// What is in the cell, made first if nothing is.
pub(super) fn once<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Done<T>) -> Done<&T> {
    if cell.get().is_none() {
        let _ = cell.set(make()?);
    }
    cell.get().ok_or_else(|| Failure::new("a measurement needs itself"))
}

pub(super) fn copy(from: &Path, to: &Path) -> Done {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ()).doing(|| from.display().to_string());
    }
    fs::create_dir_all(to).doing(|| to.display().to_string())?;
    for entry in fs::read_dir(from).doing(|| from.display().to_string())? {
        let path = entry.doing(|| from.display().to_string())?.path();
        copy(&path, &to.join(path.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

/// The third column of divan's table, in milliseconds: fastest, slowest, median, mean.
fn median(table: &str, name: &str) -> Option<f64> {
    let row = table.lines().find(|line| line.contains(&format!(" {name} ")))?;
    let cell = row.split('│').nth(2)?.trim();
    let (number, unit) = cell.split_once(' ')?;
    let scale = match unit {
        "ns" => 1e-6,
        "µs" => 1e-3,
        "ms" => 1.0,
        "s" => 1e3,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
merkle                         fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ encode_and_decode           90 µs         │ 200.1 µs      │ 98.95 µs      │ 101 µs        │ 100     │ 100
╰─ tree_and_all_proofs         4.1 ms        │ 9 ms          │ 4.318 ms      │ 4.4 ms        │ 100     │ 100
";

    #[test]
    fn divans_median_is_read_in_milliseconds() {
        assert_eq!(median(TABLE, "tree_and_all_proofs"), Some(4.318));
        assert!((median(TABLE, "encode_and_decode").unwrap() - 0.09895).abs() < 1e-9);
        assert_eq!(median(TABLE, "encode"), None);
    }
}
