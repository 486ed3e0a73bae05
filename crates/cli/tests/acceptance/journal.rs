//! A run that is killed, and its journal lost.

use crate::{endpoint::Endpoint, project::Project, served::Served};
use serde_json::Value;
use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const RUN: [&str; 5] = ["run", "--broadcast", "--network", "anvil", "--rpc-url"];

const UPGRADE: [&str; 2] = ["--config", "upgrade.toml"];

/// Runs until `sends` transactions have reached the chain, kills the process before it hears of the last one, and forgets
/// its journal.
fn kill_after(project: &Project, served: &Served, sends: u64, config: &[&str]) {
    let reached = Arc::new((Mutex::new(false), Condvar::new()));
    let (seen, tell, behind) = (AtomicU64::new(0), reached.clone(), served.chain());
    let endpoint = Endpoint::before(served.chain(), move |method, params| {
        if method != "eth_sendRawTransaction" {
            return None;
        }
        let before = seen.fetch_add(1, Ordering::SeqCst);
        let answer = (before < sends).then(|| behind.ask(method, params.clone()).unwrap());
        if before + 1 < sends {
            return answer;
        }
        *tell.0.lock().unwrap() = true;
        tell.1.notify_all();
        std::thread::sleep(Duration::from_secs(3_600));
        None
    });
    let mut child = project.start(&[&RUN[..], &[endpoint.url()], config].concat());
    let wait =
        reached.1.wait_timeout_while(reached.0.lock().unwrap(), Duration::from_secs(60), |there| !*there);
    assert!(*wait.unwrap().0, "{sends} transactions are sent");
    child.kill().unwrap();
    child.wait().unwrap();
    project.forget("journal");
    project.forget(".payrox/journal");
}

fn finish(project: &Project, served: &Served, config: &[&str]) -> Value {
    project.json(&[&RUN[..], &[served.url()], config].concat())
}

/// A served chain, and a project that reaches it over HTTP.
fn world() -> (Project, Served) {
    let project = Project::example();
    project.reach_devnet_as_anvil();
    let served = Served::devnet(&project, &["--fresh"]);
    (project, served)
}

#[test]
fn prx_d08_prx_d11_a_run_killed_among_its_sends_with_its_journal_lost_completes_with_no_transaction_more() {
    let (project, served) = world();
    let chain = served.chain();
    let mut empty = chain.snapshot();
    let whole = finish(&project, &served, &[]);
    assert_eq!(whole["outcome"], "complete");
    let needed = chain.transactions();
    for sends in [1, 7, needed - 1, needed] {
        chain.go_back(&empty);
        empty = chain.snapshot();
        project.forget("journal");
        project.forget(".payrox/journal");
        kill_after(&project, &served, sends, &[]);
        assert_eq!(chain.transactions(), sends);
        let resumed = finish(&project, &served, &[]);
        let expected = if sends == needed { "nothing_to_do" } else { "complete" };
        assert_eq!((&resumed["outcome"], &resumed["epoch"]), (&expected.into(), &1.into()), "after {sends}");
        assert_eq!((chain.transactions(), &resumed["root"]), (needed, &whole["root"]), "after {sends}");
    }
}

#[test]
fn prx_d08_prx_d11_an_upgrade_killed_between_any_two_sends_completes_without_its_journal() {
    let (project, served) = world();
    let chain = served.chain();
    finish(&project, &served, &[]);
    let (mut live, before) = (chain.snapshot(), chain.transactions());
    let whole = finish(&project, &served, &UPGRADE);
    assert_eq!((&whole["outcome"], &whole["epoch"]), (&"complete".into(), &2.into()));
    let needed = chain.transactions();
    for sends in 0..needed - before {
        chain.go_back(&live);
        live = chain.snapshot();
        kill_after(&project, &served, sends, &UPGRADE);
        let resumed = finish(&project, &served, &UPGRADE);
        assert_eq!(
            (&resumed["outcome"], &resumed["epoch"]),
            (&"complete".into(), &2.into()),
            "after {sends}"
        );
        assert_eq!((chain.transactions(), &resumed["root"]), (needed, &whole["root"]), "after {sends}");
    }
}

/// Texts of a journal that somebody else wrote, as a terminal must never see them.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\n\u{202e}complete";

#[test]
fn prx_b48_what_another_wrote_into_the_journal_reaches_no_terminal_as_it_is() {
    let (project, served) = world();
    assert_eq!(finish(&project, &served, &[])["outcome"], "complete");
    let folder = project.path().join("journal/31338");
    let file = std::fs::read_dir(folder).unwrap().flatten().map(|e| e.path()).find(|p| p.is_file()).unwrap();
    let mut lines: Vec<Value> = payrox_files::read_text(&file, 1 << 24)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // An intent that never ended, a failure and a reason, all with the hostile text; the chain of hashes is made anew.
    let mut intent = lines.iter().find(|line| line["kind"] == "intent").unwrap().clone();
    let nothing = format!("0x{}", "ab".repeat(32));
    intent["step"] = HOSTILE.into();
    intent["tx"] = nothing.clone().into();
    intent["nonce"] = 1_000.into();
    lines.push(intent);
    lines.push(
        serde_json::json!({ "kind": "failed", "step": HOSTILE, "tx": nothing, "reason": HOSTILE, "time": 1 }),
    );
    lines.push(
        serde_json::json!({ "kind": "found", "step": HOSTILE, "reason": HOSTILE, "placed": [], "time": 1 }),
    );
    let (mut text, mut prev) = (String::new(), alloy_primitives::B256::ZERO);
    for (seq, mut line) in lines.into_iter().enumerate() {
        line["seq"] = seq.into();
        line["prev"] = format!("{prev:#x}").into();
        let line = line.to_string();
        prev = alloy_primitives::keccak256(&line);
        text.push_str(&line);
        text.push('\n');
    }
    payrox_files::write_atomic(&file, text.as_bytes()).unwrap();
    let at = ["--network", "anvil", "--rpc-url", served.url()];
    for verb in [&["run", "--broadcast", "--verbose"][..], &["status"], &["nonce"], &["verify"]] {
        for json in [&[][..], &["--json"]] {
            let ran = project.run(&[verb, &at, json].concat());
            let shown = format!("{}{}", ran.stdout, ran.stderr);
            let odd = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!shown.contains(odd), "{verb:?}: {shown:?}");
        }
    }
}
