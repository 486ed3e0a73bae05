//! The soak is counted by the canary's own time: waited for on request, moved where nothing has value.

use super::{HOUR, KEY, OWNER, document, keyed, network, outcomes};
use crate::{project::Project, served::Served};
use payrox_files::write_atomic;
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

/// Two networks, the first of which is a canary for an hour.
fn two(ids: [u64; 2], rest: &str) -> Option<(Project, [Served; 2])> {
    let project = Project::example();
    let node = |id: u64| Served::anvil_at(&["--port", "0", "--chain-id", &id.to_string()]);
    let nodes = [node(ids[0])?, node(ids[1])?];
    for (i, name) in ["bird", "mine"].iter().enumerate() {
        network(&project, name, ids[i], nodes[i].url(), OWNER, rest);
    }
    let release = "version = 1\nnetworks = [\"mine\", \"bird\"]\ncanary = [\"bird\"]\nsoak = \"1h\"\n";
    write_atomic(&project.path().join("release.toml"), release.as_bytes()).unwrap();
    keyed(&project, &["release", "plan"]).good();
    Some((project, nodes))
}

fn both(outcome: &str) -> [(String, String); 2] {
    ["bird", "mine"].map(|name| (name.to_owned(), outcome.to_owned()))
}

#[test]
fn prx_r02_with_wait_the_others_begin_when_the_canarys_own_time_has_come() {
    let Some((project, [bird, mine])) = two([44_001, 44_002], "") else { return };
    let mut command = project.bare();
    command.env("PRIVATE_KEY", KEY).args([
        "release",
        "apply",
        "--broadcast",
        "--wait",
        "--json",
        "--project",
    ]);
    let mut child =
        command.arg(project.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let waits = said.find(|line| line.starts_with("bird: waiting for the canary to soak until"));
    assert!(waits.is_some(), "it says what it waits for");
    assert_eq!(mine.chain().transactions(), 0, "nothing is sent while it waits");
    bird.chain().ask("evm_increaseTime", json!([HOUR])).unwrap();
    bird.chain().ask("evm_mine", json!([])).unwrap();
    said.for_each(drop);
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success());
    let seen: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(outcomes(&seen), both("complete"));
}

#[test]
fn prx_r02_where_nothing_has_value_the_soak_is_skipped_and_said() {
    let Some((project, [bird, mine])) = two([44_003, 44_004], "skip_time = true") else { return };
    let ran = keyed(&project, &["release", "apply", "--broadcast"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains("bird: skipped the delay of "), "{ran:?}");
    assert_eq!(bird.chain().transactions(), mine.chain().transactions());
    assert_eq!(outcomes(&document(&project, &["release", "apply", "--broadcast"], 0)), both("nothing_to_do"));
}
