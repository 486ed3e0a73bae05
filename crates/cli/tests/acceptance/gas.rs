//! What calls take, against the committed snapshot and the release that is live.

use crate::{
    project::{Project, Ran, list, text},
    tools::{installed, program},
};
use payrox_files::write_atomic;
use serde_json::Value;
use std::fs;

/// A small project, built by npm's compiler.
struct Small {
    project: Project,
    solc: String,
}

impl Small {
    fn new() -> Option<Self> {
        program("node")?;
        let solc = installed("node_modules/solc/soljson.js")?.display().to_string();
        let new = Self { project: Project::empty(), solc };
        let folder = new.project.path().display().to_string();
        Ran::of(new.project.bare().args(["init", &folder])).good();
        new.build();
        Some(new)
    }

    fn build(&self) {
        let mut command = self.project.bare();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.args(["build", "--solc", &self.solc, "--project"]).arg(self.project.path());
        Ran::of(&mut command).good();
    }

    fn edit(&self, from: &str, to: &str) {
        let file = self.project.path().join("src/Counter.sol");
        let source = fs::read_to_string(&file).unwrap();
        assert!(source.contains(from), "{source}");
        write_atomic(&file, source.replace(from, to).as_bytes()).unwrap();
        self.build();
    }

    fn gas(&self, more: &[&str]) -> (i32, Value) {
        let args = ["validate", "--phase", "gas", "--network", "local", "--json"];
        let ran = self.project.run(&[&args[..], more].concat());
        (ran.status, ran.json())
    }
}

/// Code and subject of each finding, and what was said.
fn found(document: &Value) -> Vec<(String, String, String)> {
    let checks = list(&document["validation"]["phases"]).iter().flat_map(|phase| list(&phase["checks"]));
    let findings = checks.flat_map(|check| list(&check["findings"]));
    let part = |finding: &Value, part: &str| text(finding, part).to_owned();
    findings.map(|f| (part(f, "code"), part(f, "subject"), part(f, "evidence"))).collect()
}

#[test]
fn prx_v08_a_regression_of_12_percent_is_found_against_the_snapshot_and_against_what_is_live() {
    let Some(small) = Small::new() else { return };
    let (status, first) = small.gas(&["--update-gas-snapshot"]);
    assert_eq!((status, found(&first)), (0, vec![]), "{first:#}");
    small.project.json(&["run", "--network", "local"]);
    // The same release again: nothing takes more than where it is live.
    let (status, same) = small.gas(&[]);
    assert_eq!((status, found(&same)), (0, vec![]), "{same:#}");

    small.edit(
        "        emit Counted(msg.sender, count);",
        "        for (uint256 i; i < 57; ++i) {\n            if (gasleft() == i) revert();\n        }\n        emit Counted(msg.sender, count);",
    );
    let (status, document) = small.gas(&[]);
    assert_eq!(status, 1, "{document:#}");
    let found = found(&document);
    let of: Vec<_> = found.iter().map(|(code, subject, _)| (code.as_str(), subject.as_str())).collect();
    let route = "Counter.increment()";
    assert_eq!(of, [("PRX-VAL-060", route), ("PRX-VAL-062", route)], "{found:?}");
    assert!(found.iter().all(|(_, _, said)| said.contains(": 12.")), "{found:?}");
    let row =
        list(&document["validation"]["gas"]).iter().find(|row| row["function"] == "increment()").unwrap();
    assert!(row["deployed"].is_u64() && row["deployed"] == row["snapshot"], "{row}");

    // Whoever commits the new figure still hears of those who pay.
    let (status, document) = small.gas(&["--update-gas-snapshot"]);
    assert_eq!(status, 1);
    let codes: Vec<_> = self::found(&document).into_iter().map(|(code, ..)| code).collect();
    assert_eq!(codes, ["PRX-VAL-062"]);
}
