//! A diamond's project as a team has it: its sources, its tests, what was built of them, and a history.

use super::{DEPLOYER, World, edit};
use crate::{
    project::{Project, Ran},
    tools::{installed, program, repository},
};
use alloy_primitives::{Bytes, keccak256};
use payrox_files::write_atomic;
use serde_json::Value;
use std::{fs, path::PathBuf, process::Command};

/// A diamond of `@solidstate/contracts` with a counter that was used, and the project that adopted it.
pub(super) struct Team {
    pub(super) world: World,
    pub(super) diamond: String,
    solc: PathBuf,
}

const WAIVER: &str = "\n[[waivers]]\ncode = \"CODE\"\nsubject = \"SUBJECT\"\nowner = \"team@example.org\"\nreason = \"read by hand\"\nexpires = 2099-12-31\n";

impl Team {
    /// Adopted, built, and planned once while nothing is to be done.
    pub(super) fn new() -> Option<Self> {
        let (_, _, solc) = (program("node")?, program("git")?, installed("node_modules/solc/soljson.js")?);
        let world = World::new(&[])?;
        let diamond = world.deploy("SolidDiamond.sol/SolidDiamond.json", &[]).to_string();
        let facet = world.deploy("CounterFacet.sol/CounterFacet.json", &[]);
        world.cut(DEPLOYER, &diamond, world.add("CounterFacet.sol/CounterFacet.json", facet));
        world.send(DEPLOYER, Some(&diamond), &Bytes::copy_from_slice(&keccak256("increment()")[..4]));
        let team = Self { world, diamond, solc };
        let from = repository().join("tests/diamonds");
        for file in ["foundry.toml", "src/solidstate/CounterFacet.sol"] {
            team.write(file, &fs::read_to_string(from.join(file)).unwrap());
        }
        // What `npm ci` leaves.
        std::os::unix::fs::symlink(
            repository().join("node_modules"),
            team.project().path().join("node_modules"),
        )
        .unwrap();
        team.world.adopt(&team.diamond);
        team.build();
        assert_eq!(team.world.json(&["plan"])["outcome"], "nothing_to_do");
        Some(team)
    }

    pub(super) fn project(&self) -> &Project {
        &self.world.project
    }

    pub(super) fn write(&self, file: &str, text: &str) {
        write_atomic(&self.project().path().join(file), text.as_bytes()).unwrap();
    }

    /// The next release of the counter: the source of a folder of `tests/diamonds/src/solidstate`.
    pub(super) fn next(&self, folder: &str) {
        let from = repository().join("tests/diamonds/src/solidstate").join(folder).join("CounterFacet.sol");
        self.write("src/solidstate/CounterFacet.sol", &fs::read_to_string(from).unwrap());
        self.build();
    }

    pub(super) fn waive(&self, code: &str, subject: &str) {
        let file = self.project().path().join("payrox.toml");
        let text = fs::read_to_string(&file).unwrap();
        let waiver = WAIVER.replace("CODE", code).replace("SUBJECT", subject);
        write_atomic(&file, format!("{text}{waiver}").as_bytes()).unwrap();
    }

    pub(super) fn edit(&self, file: &str, from: &str, to: &str) {
        edit(self.project(), file, from, to);
    }

    fn build(&self) {
        let solc = self.solc.to_str().unwrap();
        self.tool(&["build", "--solc", solc]).good();
    }

    /// The binary with the tools that there are, on the diamond's chain.
    pub(super) fn run(&self, args: &[&str]) -> Ran {
        let url = self.world.anvil.url();
        self.tool(&[args, &["--network", "anvil", "--rpc-url", url]].concat())
    }

    /// The same without an endpoint.
    pub(super) fn tool(&self, args: &[&str]) -> Ran {
        let mut command = self.project().bare();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("PAYROX_SOLC", repository().join("tools/solc"));
        command.env("HOME", self.project().around());
        Ran::of(command.args(args).arg("--project").arg(self.project().path()))
    }

    /// Commits the project's files and bundles them; the commit.
    pub(super) fn commit(&self) -> String {
        let git = |args: &[&str]| {
            let mut command = Command::new(program("git").unwrap());
            command.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(args);
            let ran =
                Ran::of(command.current_dir(self.project().path()).env("HOME", self.project().around()));
            ran.good().trim().to_owned()
        };
        git(&["init", "--quiet", "."]);
        git(&["add", "--force", "payrox.toml", "networks", "src", "foundry.toml"]);
        git(&["commit", "--quiet", "--allow-empty", "--message", "state"]);
        git(&["bundle", "create", "--quiet", self.bundle().to_str().unwrap(), "HEAD"]);
        git(&["rev-parse", "HEAD"])
    }

    fn bundle(&self) -> PathBuf {
        self.project().around().join("repo.bundle")
    }

    /// Reviews the plan from the bundle; with the endpoint or without.
    pub(super) fn review(&self, commit: &str, asked: bool) -> (i32, Value) {
        let (bundle, solc) = (self.bundle(), self.solc.to_str().unwrap());
        let args =
            ["review", "--commit", commit, "--bundle", bundle.to_str().unwrap(), "--solc", solc, "--json"];
        let endpoint = ["--rpc-url", self.world.anvil.url()];
        let ran = self.tool(&[&args[..], if asked { &endpoint } else { &[] }].concat());
        (ran.status, ran.json())
    }
}
