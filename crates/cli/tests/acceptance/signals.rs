//! Signals, and a terminal that goes away, in the middle of a run.

use crate::{
    kills::end,
    project::{Project, Ran},
    served::Served,
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command},
};

const RUN: [&str; 7] = ["run", "--json", "--verbose", "--broadcast", "--network", "anvil", "--rpc-url"];

/// Starts a run, and comes back when its first transaction is about to leave.
fn sending(project: &Project, url: &str) -> Child {
    let mut child = project.start(&[&RUN[..], &[url]].concat());
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains(": sending ")), "it sends");
    // Whoever read along has gone: what is written to stderr from now on finds no reader.
    drop(lines);
    child
}

fn complete(project: &Project, url: &str) -> Value {
    project.json(&["run", "--broadcast", "--network", "anvil", "--rpc-url", url])
}

#[test]
fn prx_b06_a_signal_among_the_sends_leaves_a_run_that_says_so_and_goes_on() {
    for signal in ["INT", "TERM", "HUP"] {
        let Some(anvil) = Served::anvil_with(&["--block-time", "1"]) else { return };
        let project = Project::example();
        let child = sending(&project, anvil.url());
        Ran::of(Command::new("/bin/sh").args(["-c", &format!("kill -{signal} {}", child.id())])).good();
        let ran = end(child);
        assert_eq!((ran.status, &ran.json()["outcome"]), (6, &"waiting".into()), "{signal}: {ran:?}");
        assert_eq!(ran.json()["error"]["code"], "PRX-EXE-017", "{signal}");
        assert_eq!(complete(&project, anvil.url())["epoch"], 1, "{signal}");
        let calls =
            project.plan()["steps"].as_array().unwrap().iter().filter(|s| !s["call"].is_null()).count();
        assert_eq!(anvil.chain().transactions(), calls as u64, "{signal}: none was sent twice");
    }
}

#[test]
fn prx_b06_a_terminal_that_is_gone_does_not_end_a_run_in_the_middle() {
    let Some(anvil) = Served::anvil_with(&["--block-time", "1"]) else { return };
    let project = Project::example();
    let mut child = sending(&project, anvil.url());
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    assert_eq!(complete(&project, anvil.url())["outcome"], "nothing_to_do");
}

#[test]
fn prx_d12_nonce_tells_what_waits_and_sends_only_with_broadcast() {
    let Some(anvil) = Served::anvil_with(&["--no-mining"]) else { return };
    let project = Project::example();
    let child = sending(&project, anvil.url());
    std::thread::sleep(std::time::Duration::from_millis(500));
    Ran::of(Command::new("/bin/sh").args(["-c", &format!("kill -INT {}", child.id())])).good();
    assert_eq!(end(child).status, 6);
    let chain = anvil.chain();
    let nonce = |more: &[&str]| {
        project.json(&[&["nonce", "--network", "anvil", "--rpc-url", anvil.url()][..], more].concat())
    };
    let states = |document: &Value| -> Vec<String> {
        let accounts = document["accounts"].as_array().unwrap();
        let entries = accounts.iter().flat_map(|account| account["entries"].as_array().unwrap());
        entries.map(|entry| entry["state"].as_str().unwrap().to_owned()).collect()
    };
    let said = nonce(&[]);
    assert!(states(&said).len() > 10 && states(&said).iter().all(|state| state == "waiting"), "{said:#}");
    chain.ask("anvil_dropAllTransactions", serde_json::json!([])).unwrap();
    assert!(states(&nonce(&[])).iter().all(|state| state == "dropped"));
    let planned = nonce(&["--rebroadcast"]);
    assert_eq!(planned["sent"], serde_json::json!([]));
    assert!(planned["next"].as_str().unwrap().contains("nonce --rebroadcast --broadcast"), "{planned:#}");
    let sent = nonce(&["--rebroadcast", "--broadcast"]);
    assert_eq!(sent["sent"].as_array().unwrap().len(), states(&said).len());
    assert!(states(&sent).iter().all(|state| state == "waiting"), "{sent:#}");
    let text = project.run(&["nonce", "--network", "anvil", "--rpc-url", anvil.url()]).good();
    for word in ["facet Payments", "waiting", "safe: --bump, --cancel-stuck"] {
        assert!(text.contains(word), "{text}");
    }
}
