//! A run before a network that misbehaves.

use crate::{project::Project, served::Served};
use payrox_faults::{Fault, FaultProxy, Schedule, When};
use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

const USER: &str = "us3r-4f7a9c:pa55word-4f7a9c";
const REST: &str = "/v2/t0ken4f7a9c2e/x?apikey=k3y-4f7a9c";
/// The secrets, in hexadecimal and base64 as well.
const PLANTED: [&str; 8] = [
    "us3r-4f7a9c",
    "pa55word-4f7a9c",
    "t0ken4f7a9c2e",
    "k3y-4f7a9c",
    "74306b656e34663761396332",
    "dDBrZW40ZjdhOWMy",
    "706135357",
    "cGE1NXdvcmQtNGY3YTlj",
];

/// A proxy before anvil.
fn world(schedule: Schedule) -> Option<(Project, Served, FaultProxy)> {
    let anvil = Served::anvil()?;
    let proxy = FaultProxy::start(anvil.url(), schedule).unwrap();
    Some((Project::example(), anvil, proxy))
}

/// Everything a command could have written below a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path())),
            false => found.push((entry.path().display().to_string(), fs::read(entry.path()).unwrap())),
        }
    }
    found
}

#[test]
fn prx_b45_secrets_of_an_endpoint_are_in_no_output_no_journal_and_no_file() {
    let says = format!("no route to {REST} for {USER}");
    let Some((project, _anvil, proxy)) = world(Schedule::default()) else { return };
    let url = proxy.url_with(USER, REST);
    let rpc = ["--network", "anvil", "--rpc-url", url.as_str()];
    let with = |args: &[&str]| project.run(&[args, &rpc].concat());
    let mut said = Vec::new();
    let error = Fault::Error { code: -32_000, message: says };
    for (verb, schedule) in [
        (&["run", "--broadcast", "--verbose"][..], Schedule::default()),
        (&["run", "--broadcast", "--json"], Schedule::default().on("*", When::Always, error.clone())),
        (&["status"], Schedule::default().on("eth_call", When::Always, error)),
        (&["verify"], Schedule::default().on("*", When::Always, Fault::Status(401))),
        (&["verify", "--json"], Schedule::default().on("*", When::Always, Fault::Html)),
        (&["config", "show"], Schedule::default()),
        (&["config", "show", "--json"], Schedule::default()),
    ] {
        proxy.set(schedule);
        let ran = with(verb);
        said.push((verb.join(" "), format!("{}{}", ran.stdout, ran.stderr).into_bytes()));
    }
    assert!(!proxy.asked("eth_sendRawTransaction").is_empty(), "the run was one");
    for (what, bytes) in said.into_iter().chain(files(project.around())) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for secret in PLANTED {
            assert!(!text.contains(&secret.to_lowercase()), "{secret} in {what}: {text}");
        }
    }
}

#[test]
fn prx_b06_ctrl_c_ends_a_run_whose_endpoint_is_silent() {
    let Some((project, _anvil, proxy)) = world(Schedule::default()) else { return };
    let silent =
        Schedule::default().on("eth_sendRawTransaction", When::Always, Fault::Silence { forwarded: true });
    proxy.set(silent);
    let url = proxy.url();
    let child = project.start(&["run", "--json", "--broadcast", "--network", "anvil", "--rpc-url", &url]);
    while proxy.asked("eth_sendRawTransaction").is_empty() {
        std::thread::yield_now();
    }
    let asked = Instant::now();
    assert!(
        Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap().success()
    );
    let output = child.wait_with_output().unwrap();
    println!("stopped after {} ms", asked.elapsed().as_millis());
    // The answer would have been waited for half a minute.
    assert!(asked.elapsed() < Duration::from_secs(20));
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    // It goes on from there, and does nothing twice.
    proxy.set(Schedule::default());
    let ran = project.json(&["run", "--broadcast", "--network", "anvil", "--rpc-url", &url]);
    assert_eq!(ran["outcome"], "complete", "{ran:#}");
}

#[test]
fn prx_b11_prx_b12_a_run_through_a_network_of_faults_ends_as_one_without() {
    let Some((project, anvil, proxy)) = world(Schedule::default()) else { return };
    let url = proxy.url();
    // The connection must be known to be right before its faults are waited out.
    let schedule = Schedule::default()
        .on("*", When::Every(5), Fault::Reset { forwarded: true })
        .on("*", When::Every(7), Fault::TooMany { retry_after: Some("0".into()) })
        .on("*", When::Every(3), Fault::OutOfOrder)
        .on("eth_sendRawTransaction", When::First(1), Fault::Truncated)
        .on("eth_getTransactionReceipt", When::First(9), Fault::Null);
    proxy.set(schedule);
    let ran = project.json(&["run", "--broadcast", "--network", "anvil", "--rpc-url", &url]);
    assert_eq!(ran["outcome"], "complete", "{ran:#}");
    let Some((straight, calm)) = Served::anvil().map(|anvil| (Project::example(), anvil)) else { return };
    straight.json(&["run", "--broadcast", "--network", "anvil", "--rpc-url", calm.url()]);
    let met = proxy.all_injected();
    assert_eq!(anvil.chain().transactions(), calm.chain().transactions(), "each once; met: {met:?}");
    assert!(met.len() > 3, "{met:?}");
}

#[test]
fn a_run_before_one_endpoint_takes_as_few_round_trips_as_its_questions() {
    let Some((project, _anvil, proxy)) = world(Schedule::default()) else { return };
    let url = proxy.url();
    let args = ["run", "--broadcast", "--network", "anvil", "--rpc-url", &url];
    assert_eq!(project.json(&args)["outcome"], "complete");
    let first = proxy.round_trips();
    assert_eq!(project.json(&args)["outcome"], "nothing_to_do");
    let again = proxy.round_trips() - first;
    println!("round trips: {first}, then {again}");
    for seen in proxy.log() {
        let methods: Vec<_> = seen.asked.iter().map(|asked| asked.method.as_str()).collect();
        assert!(methods.iter().any(|method| *method != "eth_chainId"), "none is for the chain's id alone");
    }
}
