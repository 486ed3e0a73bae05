//! npm's anvil, and questions to it from where nothing can be awaited: an observer acts between two steps of a run.

use crate::fixture::World;
use payrox_chain::Endpoint;
use payrox_execute::{Event, Observer};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Mutex,
};

pub(crate) const BOOTSTRAPPER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
pub(crate) const OWNER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

pub(crate) const GUARDIAN: &str = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

pub(crate) struct Anvil {
    child: Child,
    pub(crate) node: Node,
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Anvil {
    /// `None`, said aloud, where it is not installed.
    pub(crate) fn start(args: &[&str]) -> Option<Self> {
        let binary = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
        if !binary.exists() {
            println!("unknown: anvil is not installed, skipped");
            return None;
        }
        let mut child = Command::new(binary)
            .args(["--port", "0", "--chain-id", "31337"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line =
            lines.find(|line| line.as_ref().is_ok_and(|l| l.starts_with("Listening on "))).unwrap().unwrap();
        // What anvil goes on to print must be read, or it blocks.
        std::thread::spawn(move || lines.for_each(drop));
        let host = line.trim_start_matches("Listening on ").trim().to_owned();
        Some(Self { child, node: Node(host) })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.node.0)
    }

    pub(crate) fn world(&self) -> World {
        World::new("anvil", Endpoint::http(&self.url()).unwrap(), None)
    }
}

/// A node, by its host and port.
#[derive(Clone)]
pub(crate) struct Node(String);

impl Node {
    pub(crate) fn ask(&self, method: &str, params: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let mut stream = TcpStream::connect(&self.0).unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.0,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let answer: Value = serde_json::from_str(body).unwrap_or_else(|e| panic!("{method}: {e}: {body}"));
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    pub(crate) fn automine(&self, on: bool) {
        self.ask("evm_setAutomine", json!([on]));
    }

    pub(crate) fn mine(&self, blocks: u64) {
        self.ask("anvil_mine", json!([blocks]));
    }

    /// Puts what waits of an account into blocks. Before the node mines by itself, not while it begins to: between the two it can
    /// lose a transaction.
    pub(crate) fn mine_all(&self, account: &str) {
        let waiting = self.pending(account);
        let mut blocks = 0;
        while self.nonce(account) < waiting {
            assert!(blocks < 10, "the node lost a transaction of {account}");
            self.mine(1);
            blocks += 1;
        }
    }

    fn number(&self, method: &str, params: Value) -> u64 {
        let answer = self.ask(method, params);
        u64::from_str_radix(answer.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    }

    /// Transactions of an account that are in blocks.
    pub(crate) fn nonce(&self, account: &str) -> u64 {
        self.number("eth_getTransactionCount", json!([account, "latest"]))
    }

    /// The same and those that wait.
    pub(crate) fn pending(&self, account: &str) -> u64 {
        self.number("eth_getTransactionCount", json!([account, "pending"]))
    }

    pub(crate) fn block(&self) -> u64 {
        self.number("eth_blockNumber", json!([]))
    }

    /// Transactions in the newest blocks, and whether there are as many blocks.
    pub(crate) fn mined_in_last(&self, blocks: u64) -> Option<u64> {
        let newest = self.block();
        let count = |at: u64| {
            let block = self.ask("eth_getBlockByNumber", json!([format!("{at:#x}"), false]));
            block["transactions"].as_array().unwrap().len() as u64
        };
        (newest > blocks).then(|| (newest - blocks + 1..=newest).map(count).sum())
    }

    /// Another transaction of an account, of somebody who has its key as well.
    pub(crate) fn foreign(&self, account: &str, nonce: u64) -> String {
        let price = format!("{:#x}", 90_000_000_000u64);
        let tx = json!({ "from": account, "to": account, "value": "0x1", "nonce": format!("{nonce:#x}"), "gas": "0x5208",
            "maxFeePerGas": price, "maxPriorityFeePerGas": price });
        self.ask("eth_sendTransaction", json!([tx])).as_str().unwrap().to_owned()
    }
}

/// Transactions were sent, and are in no block since more than a moment.
pub(crate) fn is_waiting(event: &Event) -> bool {
    matches!(event, Event::Waiting { what, .. } if what.contains("to be mined"))
}

/// Does something to the world when a run says something, and remembers all that was said.
pub(crate) struct Meanwhile<F> {
    act: F,
    pub(crate) events: Mutex<Vec<Event>>,
}

impl<F: Fn(&Event, usize) + Send + Sync> Meanwhile<F> {
    /// The number is how often an event of this kind has come before.
    pub(crate) fn new(act: F) -> Self {
        Self { act, events: Mutex::default() }
    }
}

impl<F> Meanwhile<F> {
    pub(crate) fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.events.lock().unwrap().iter().filter(|event| wanted(event)).count()
    }
}

impl<F: Fn(&Event, usize) + Send + Sync> Observer for Meanwhile<F> {
    fn event(&self, event: &Event) {
        let kind = std::mem::discriminant(event);
        let before = self.count(|known| std::mem::discriminant(known) == kind);
        self.events.lock().unwrap().push(event.clone());
        (self.act)(event, before);
    }
}
