//! The peers: what takes how long for the same work.

use super::{
    figures::{output, peak_memory, time},
    node::Anvil,
    work::{Bench, PARITY_RUNS, Slowly, copy, once, plan_file},
};
use crate::{
    failure::{Doing, Done},
    repo,
};
use serde_json::{Value, json};
use std::{path::Path, process::Command};
use tempfile::TempDir;

/// The first development account: the bootstrapper of `networks/anvil.toml`. Public knowledge.
const DEVELOPMENT_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// Hardhat Ignition with the calls of a plan as its module.
struct Ignition {
    command: Command,
    folder: TempDir,
}

impl Bench {
    pub(super) fn deploy_by_forge(&self) -> Done<f64> {
        let anvil = Anvil::start(&self.repo, &[])?;
        time(&mut self.forge_script(&anvil.url())?)
    }

    /// The same two functions of the same system, by forge's fuzzer; compiled beforehand.
    pub(super) fn parity_by_forge(&self) -> Done<f64> {
        let forge = |runs: u32| {
            let mut command = self.repo.forge(&self.repo.path("examples/payments"));
            command.args(["test", "--match-contract", "ParityTest", "--fuzz-runs", &runs.to_string()]);
            command
        };
        output(&mut forge(1))?;
        time(&mut forge(PARITY_RUNS))
    }

    pub(super) fn memory_of_forge(&self) -> Done<f64> {
        let anvil = Anvil::start(&self.repo, &[])?;
        peak_memory(&mut self.forge_script(&anvil.url())?)
    }

    pub(super) fn verify_by_cast(&self) -> Done<f64> {
        let live = self.live()?;
        let mut script = Command::new("bash");
        script.arg(self.repo.path("bench/verify.sh")).env("CAST", self.repo.foundry("cast"));
        time(script.arg(plan_file(live.project.path())).arg(live.anvil.url()))
    }

    pub(super) fn slow_milliseconds_of_forge(&self) -> Done<f64> {
        Ok(self.forge_slowly()?.milliseconds)
    }

    pub(super) fn slow_blocks_of_forge(&self) -> Done<f64> {
        Ok(self.forge_slowly()?.blocks as f64)
    }

    pub(super) fn slow_round_trips_of_forge(&self) -> Done<f64> {
        Ok(self.forge_slowly()?.traffic.round_trips as f64)
    }

    pub(super) fn slow_calls_of_forge(&self) -> Done<f64> {
        Ok(self.forge_slowly()?.traffic.calls as f64)
    }

    fn forge_slowly(&self) -> Done<Slowly> {
        once(&self.forge_slowly, || self.slowly(|url| self.forge_script(url))).copied()
    }

    pub(super) fn deploy_by_ignition(&self) -> Done<f64> {
        let anvil = Anvil::start(&self.repo, &[])?;
        time(&mut self.ignition(&anvil.url())?.command)
    }

    pub(super) fn memory_of_ignition(&self) -> Done<f64> {
        let anvil = Anvil::start(&self.repo, &[])?;
        peak_memory(&mut self.ignition(&anvil.url())?.command)
    }

    /// What it takes to say that everything is there.
    pub(super) fn run_again_by_ignition(&self) -> Done<f64> {
        let anvil = Anvil::start(&self.repo, &[])?;
        let mut ignition = self.ignition(&anvil.url())?;
        output(&mut ignition.command)?;
        time(&mut ignition.command)
    }

    pub(super) fn slow_milliseconds_of_ignition(&self) -> Done<f64> {
        Ok(self.ignition_slowly()?.milliseconds)
    }

    pub(super) fn slow_blocks_of_ignition(&self) -> Done<f64> {
        Ok(self.ignition_slowly()?.blocks as f64)
    }

    pub(super) fn slow_calls_of_ignition(&self) -> Done<f64> {
        Ok(self.ignition_slowly()?.traffic.calls as f64)
    }

    pub(super) fn slow_round_trips_of_ignition(&self) -> Done<f64> {
        Ok(self.ignition_slowly()?.traffic.round_trips as f64)
    }

    fn ignition_slowly(&self) -> Done<Slowly> {
        let measured = once(&self.ignition_slowly, || {
            let project = self.ignition("")?;
            self.slowly(|url| {
                let mut command = self.hardhat(project.folder.path());
                command.env("PAYROX_RPC_URL", url);
                Ok(command)
            })
        });
        measured.copied()
    }

    /// The script, compiled, and the calls of our plan for it: what it sends is what we send.
    fn forge_script(&self, url: &str) -> Done<Command> {
        let calls = self.repo.path("target/bench/calls.json");
        if !calls.exists() {
            self.write_calls(&calls)?;
        }
        let mut forge = self.repo.forge(&self.repo.path("bench"));
        forge.args(["script", "Deploy.s.sol", "--sig", "run(string)"]).arg(&calls);
        forge.args(["--rpc-url", url, "--broadcast", "--private-key", DEVELOPMENT_KEY]);
        Ok(forge)
    }

    /// Ignition over a project of its own, so that nothing is left of an earlier run.
    fn ignition(&self, url: &str) -> Done<Ignition> {
        let folder = tempfile::tempdir().doing(|| "a temporary folder".into())?;
        let from = self.repo.hardhat();
        for name in ["hardhat.config.js", "package.json", "ignition"] {
            copy(&from.join(name), &folder.path().join(name))?;
        }
        let packages = folder.path().join("node_modules");
        std::os::unix::fs::symlink(from.join("node_modules"), packages).doing(|| "node_modules".into())?;
        self.write_calls(&folder.path().join("calls.json"))?;
        let mut command = self.hardhat(folder.path());
        command.env("PAYROX_RPC_URL", url);
        Ok(Ignition { command, folder })
    }

    fn hardhat(&self, folder: &Path) -> Command {
        let mut command = Command::new(self.repo.node().join("node"));
        command.arg("node_modules/hardhat/dist/src/cli.js").current_dir(folder);
        command.args(["ignition", "deploy", "ignition/modules/calls.js", "--network", "anvil"]);
        command
            .env("PAYROX_CALLS", folder.join("calls.json"))
            .env("HARDHAT_DISABLE_TELEMETRY_PROMPT", "true");
        command
    }

    fn write_calls(&self, to: &Path) -> Done {
        let plan = repo::read_json(&plan_file(self.live()?.project.path()))?;
        let steps = plan.get("steps").and_then(Value::as_array).doing(|| "the plan has no steps".into())?;
        let calls: Vec<&Value> =
            steps.iter().map(|step| &step["call"]).filter(|call| !call.is_null()).collect();
        let column = |name| calls.iter().map(|call| &call[name]).collect::<Vec<_>>();
        let sent = steps.iter().filter(|step| !step["call"].is_null());
        let (names, after): (Vec<_>, Vec<_>) = sent.map(|step| (&step["name"], &step["after"])).unzip();
        let columns = json!({ "names": names, "after": after, "to": column("to"), "data": column("data") });
        repo::write(to, &columns.to_string())
    }
}
