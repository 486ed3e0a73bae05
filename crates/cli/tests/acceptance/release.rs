//! Releases over several real chains: parity, canary and soak, a chain that dies, and what must have passed first.

mod policy;
mod refused;
mod soak;

use crate::{
    chain::Chain,
    endpoint::Endpoint,
    project::{Project, Ran, list},
    redact::Redactor,
    served::Served,
    tools::repository,
};
use payrox_files::write_atomic;
use serde_json::{Value, json};
use std::{
    fs,
    process::Command,
    rc::Rc,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// The bootstrapper, who activates a first release without a delay.
const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const OWNER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const OTHER: &str = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
const HOUR: u64 = 3_600;

/// A network's file: nothing may be skipped there, and no development account signs by itself.
fn network(project: &Project, name: &str, chain_id: u64, url: &str, owner: &str, rest: &str) {
    let text = format!(
        "version = 1\nname = \"{name}\"\nchain_id = {chain_id}\nrpc_url = [\"{url}\"]\n{rest}\n[roles]\nowner = \"{owner}\"\nbootstrapper = \"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\"\n"
    );
    write_atomic(&project.path().join(format!("networks/{name}.toml")), text.as_bytes()).unwrap();
}

fn keyed(project: &Project, args: &[&str]) -> Ran {
    let mut command: Command = project.bare();
    Ran::of(command.env("PRIVATE_KEY", KEY).env("TZ", "UTC").args(args).arg("--project").arg(project.path()))
}

fn document(project: &Project, args: &[&str], status: i32) -> Value {
    let ran = keyed(project, &[args, &["--json"]].concat());
    assert_eq!(ran.status, status, "{args:?}: {ran:?}");
    ran.json()
}

/// One result of a document, by its network.
fn of<'a>(document: &'a Value, network: &str) -> &'a Value {
    list(&document["networks"]).iter().find(|n| n["network"] == network).unwrap()
}

fn outcomes(document: &Value) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    list(&document["networks"]).iter().map(|n| (text(&n["network"]), text(&n["outcome"]))).collect()
}

/// What was printed on stdout, against the text that was accepted; with `PAYROX_BLESS=1` it is accepted.
struct Golden {
    redactor: Redactor,
    urls: Vec<(String, &'static str)>,
    /// How many transactions of the dead chain are left, as the table shows them.
    left: String,
}

impl Golden {
    fn compare(&self, name: &str, project: &Project, ran: &Ran, status: i32) {
        assert_eq!(ran.status, status, "{name}: {ran:?}");
        let mut text = ran.stdout.clone();
        for (url, network) in &self.urls {
            text = text.replace(url, &format!("[URL OF {network}]"));
        }
        if !self.left.is_empty() {
            text = text.replace(&self.left, "   left");
        }
        let text = self.redactor.redact(&text, project.around(), &repository());
        // Why an endpoint is silent is the system's word.
        let short = |line: &str| {
            line.split_once(" does not answer ").map(|(head, _)| format!("{head} does not answer […]"))
        };
        let text: String = text.lines().map(|l| short(l).unwrap_or_else(|| l.to_owned()) + "\n").collect();
        let path = repository().join(format!("crates/cli/tests/acceptance/release/{name}.txt"));
        if std::env::var_os("PAYROX_BLESS").is_some_and(|v| v == "1") {
            write_atomic(&path, text.as_bytes()).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(text == expected, "{name} (PAYROX_BLESS=1 accepts it)\nexpected\n{expected}\nseen\n{text}");
    }
}

/// Five anvils; the third has a switch before it that ends its process at the eighth transaction.
struct Five {
    project: Rc<Project>,
    nodes: [Option<Served>; 5],
    chains: [Chain; 5],
    third: Arc<Mutex<Option<Served>>>,
    sends: Arc<AtomicU64>,
    state: String,
    golden: Golden,
}

const NAMES: [&str; 5] = ["alpha", "beta", "gamma", "delta", "epsilon"];
const DIES_AT: u64 = 8;

impl Five {
    fn new() -> Option<Self> {
        let project = Project::example();
        let state = project.around().join("gamma.state.json").display().to_string();
        let mut nodes: [Option<Served>; 5] = [const { None }; 5];
        for (i, node) in nodes.iter_mut().enumerate() {
            let id = (41_001 + i).to_string();
            let mut args = vec!["--port", "0", "--chain-id", &id];
            if i == 2 {
                args.extend(["--state", &state]);
            }
            *node = Some(Served::anvil_at(&args)?);
        }
        let chains = [0, 1, 2, 3, 4].map(|i: usize| nodes[i].as_ref().unwrap().chain());
        let mut urls: Vec<String> = nodes.iter().flatten().map(|n| n.url().to_owned()).collect();
        let third = Arc::new(Mutex::new(nodes[2].take()));
        let sends = Arc::new(AtomicU64::new(0));
        let switch = Endpoint::before(chains[2].clone(), {
            let (third, sends) = (third.clone(), sends.clone());
            move |method, _| {
                if method == "eth_sendRawTransaction" && sends.fetch_add(1, Ordering::SeqCst) + 1 == DIES_AT {
                    third.lock().unwrap().take().unwrap().end();
                }
                None
            }
        });
        urls[2] = switch.url().to_owned();
        for (i, (name, url)) in NAMES.iter().zip(&urls).enumerate() {
            let rest = match *name {
                "beta" => "[args]\nPayments = [\"500\"]",
                "epsilon" => "delay = 7200",
                _ => "",
            };
            let owner = if *name == "delta" { OTHER } else { OWNER };
            network(&project, name, 41_001 + i as u64, url, owner, rest);
        }
        let release = "version = 1\nnetworks = [\"epsilon\", \"gamma\", \"alpha\", \"delta\", \"beta\"]\ncanary = [\"alpha\"]\nsoak = \"1h\"\n";
        write_atomic(&project.path().join("release.toml"), release.as_bytes()).unwrap();
        let golden = Golden {
            redactor: Redactor::default(),
            urls: urls.into_iter().zip(NAMES).collect(),
            left: String::new(),
        };
        Some(Self { project: project.into(), nodes, chains, third, sends, state, golden })
    }

    fn golden(&self, name: &str, args: &[&str], status: i32) {
        let ran = keyed(&self.project, args);
        self.golden.compare(name, &self.project, &ran, status);
    }

    fn sent(&self) -> Vec<u64> {
        self.chains.iter().map(Chain::transactions).collect()
    }

    /// The third comes back where it was, with what it had.
    fn revive(&self) {
        let port = self.golden.urls[2].0.clone();
        assert!(self.third.lock().unwrap().is_none(), "it lives: {port}");
        let port = self.chains[2].port().to_string();
        let args = ["--port", &port, "--chain-id", "41003", "--state", &self.state];
        *self.third.lock().unwrap() = Served::anvil_at(&args);
    }
}

#[test]
fn prx_r01_prx_r02_prx_d11_five_chains_one_of_which_dies_and_one_of_which_has_other_arguments() {
    let Some(mut five) = Five::new() else { return };
    let project = five.project.clone();
    let project = &*project;
    let apply = ["release", "apply", "--broadcast"];

    five.golden("plan", &["release", "plan"], 0);
    let file = project.path().join("artifacts/release.json");
    let bytes = fs::read(&file).unwrap();
    keyed(project, &["release", "plan", "--networks", "delta,alpha,gamma,epsilon,beta"]).good();
    assert_eq!(fs::read(&file).unwrap(), bytes, "the order in which networks are named does not matter");
    let release: Value = serde_json::from_slice(&bytes).unwrap();
    let row = |what: &str| list(&release["parity"]).iter().find(|r| r["what"] == what).unwrap().clone();
    assert_eq!(list(&row("factory")["values"]).len(), 1);
    assert_eq!(
        row("facet Payments")["differences"],
        json!([{ "network": "beta", "against": "alpha", "why": ["other constructor argument feeLimit: 500, on alpha 1000"] }])
    );

    five.golden("dry", &["release", "apply"], 0);
    assert_eq!(five.sent(), [0; 5], "nothing is sent without --broadcast");

    // The canary alone. It has not been live for an hour by its own chain's time.
    five.golden("canary", &apply, 6);
    let whole = five.chains[0].transactions();
    assert_eq!(five.sent(), [whole, 0, 0, 0, 0]);
    assert!(whole > 15, "{whole}");
    five.golden("soaking", &apply, 6);
    assert_eq!(five.sent(), [whole, 0, 0, 0, 0]);

    // An hour later the others go at once. One dies in the middle; the others do not care.
    five.chains[0].ask("evm_increaseTime", json!([HOUR])).unwrap();
    five.chains[0].ask("evm_mine", json!([])).unwrap();
    let broken = document(project, &apply, 5);
    assert_eq!(broken["outcome"], "failed");
    assert_eq!(broken["exit"], 5);
    let expected =
        ["alpha nothing_to_do", "beta complete", "delta complete", "epsilon complete", "gamma failed"];
    let seen: Vec<_> = outcomes(&broken).iter().map(|(n, o)| format!("{n} {o}")).collect();
    assert_eq!(seen, expected);
    assert_eq!(of(&broken, "gamma")["error"]["code"], "PRX-CHN-003");
    assert!(five.sends.load(Ordering::SeqCst) >= DIES_AT, "it died while it was sent to");
    for i in [1, 3, 4] {
        assert_eq!(five.chains[i].transactions(), whole, "{}", NAMES[i]);
    }

    five.golden("status_unknown", &["release", "status"], 5);
    five.golden("verify_unknown", &["release", "verify"], 5);
    five.golden("still_dead", &apply, 5);

    // It comes back as it was, and the same command does what is left: nothing twice.
    five.revive();
    let left = five.chains[2].transactions();
    assert!(left < whole, "{left} of {whole} were there before");
    // How many got through before it died is its own affair.
    five.golden.left = format!("{:>7}", whole - left);
    five.golden("recovered", &apply, 0);
    five.golden.left.clear();
    assert_eq!(five.sent(), [whole; 5]);
    five.golden("status", &["release", "status"], 0);
    five.golden("verify", &["release", "verify"], 0);

    let again = document(project, &apply, 0);
    assert_eq!(again["outcome"], "nothing_to_do");
    assert_eq!(five.sent(), [whole; 5]);
    // What is live everywhere is still this release, and a plan made now is the same.
    keyed(project, &["release", "plan"]).good();
    assert_eq!(fs::read(&file).unwrap(), bytes);
    // A single network's command works on its part.
    let plan = ["verify", "--network", "beta", "--plan", "artifacts/release/beta.plan.json"];
    assert_eq!(document(project, &plan, 0)["outcome"], "pass");
    drop(five.nodes);
}
