//! A node of our own for each measurement, and a proxy in front of it that counts.

use crate::{
    failure::{Doing, Done, Failure},
    repo::Repo,
};
use serde_json::{Value, json};
use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Ended when it is dropped.
pub(super) struct Anvil {
    child: Child,
    address: SocketAddr,
}

impl Anvil {
    pub(super) fn start(repo: &Repo, more: &[&str]) -> Done<Self> {
        Self::on(repo, 31_337, more)
    }

    /// With a chain id of its own.
    pub(super) fn on(repo: &Repo, chain_id: u64, more: &[&str]) -> Done<Self> {
        let mut child = Command::new(repo.foundry("anvil"))
            .args(["--port", "0", "--chain-id", &chain_id.to_string()])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .doing(|| "cannot start anvil".into())?;
        let stdout = child.stdout.take().doing(|| "anvil has no output".into())?;
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let said = lines.find_map(|line| line.strip_prefix("Listening on ").map(str::to_owned));
        // What anvil goes on to print must be read, or it blocks.
        thread::spawn(move || lines.for_each(drop));
        let address = said.and_then(|said| said.trim().parse().ok());
        Ok(Self { child, address: address.doing(|| "anvil does not say where it listens".into())? })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The newest block.
    pub(super) fn newest(&self) -> Done<u64> {
        let newest = self.ask("eth_blockNumber", &json!([]))?;
        number(&newest).doing(|| format!("{newest} is no number"))
    }

    /// How many blocks have transactions in them.
    pub(super) fn filled_blocks(&self) -> Done<usize> {
        let newest = self.newest()?;
        let mut filled = 0;
        for block in 0..=newest {
            let count = self.ask("eth_getBlockTransactionCountByNumber", &json!([format!("{block:#x}")]))?;
            filled += usize::from(number(&count).unwrap_or_default() > 0);
        }
        Ok(filled)
    }

    fn ask(&self, method: &str, params: &Value) -> Done<Value> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let head = format!(
            "POST / HTTP/1.1\r\nhost: anvil\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).doing(|| "anvil does not answer".into())?;
        let asked = stream.write_all(format!("{head}{body}").as_bytes());
        asked.doing(|| "anvil does not listen".into())?;
        let answer = message(&mut BufReader::new(stream)).doing(|| "anvil breaks off".into())?;
        let answer = answer.doing(|| "anvil says nothing".into())?;
        let answer: Value = serde_json::from_slice(&answer.body).doing(|| "anvil's answer".into())?;
        answer.get("result").cloned().ok_or_else(|| Failure::new(format!("anvil: {answer}")))
    }
}

fn number(value: &Value) -> Option<u64> {
    let hex = value.as_str().and_then(|text| text.strip_prefix("0x"));
    hex.and_then(|hex| u64::from_str_radix(hex, 16).ok())
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What went through the proxy.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Traffic {
    /// HTTP requests, each with its response.
    pub(super) round_trips: usize,
    /// JSON-RPC calls, those of a batch one by one.
    pub(super) calls: usize,
}

/// A proxy that lives until this process ends.
pub(super) struct Proxy {
    address: SocketAddr,
    round_trips: Arc<AtomicUsize>,
    calls: Arc<AtomicUsize>,
}

impl Proxy {
    pub(super) fn before(node: SocketAddr) -> Done<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").doing(|| "cannot listen".into())?;
        let address = listener.local_addr().doing(|| "cannot listen".into())?;
        let (round_trips, calls) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let counters = (round_trips.clone(), calls.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let counters = counters.clone();
                // A connection that breaks ends with the client's complaint, not with ours.
                thread::spawn(move || relay(client, node, &counters.0, &counters.1));
            }
        });
        Ok(Self { address, round_trips, calls })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn traffic(&self) -> Traffic {
        Traffic {
            round_trips: self.round_trips.load(Ordering::SeqCst),
            calls: self.calls.load(Ordering::SeqCst),
        }
    }
}

fn relay(client: TcpStream, node: SocketAddr, trips: &AtomicUsize, calls: &AtomicUsize) -> io::Result<()> {
    let node = TcpStream::connect(node)?;
    node.set_nodelay(true)?;
    client.set_nodelay(true)?;
    let (mut to_client, mut to_node) = (client.try_clone()?, node.try_clone()?);
    let (mut client, mut node) = (BufReader::new(client), BufReader::new(node));
    while let Some(request) = message(&mut client)? {
        trips.fetch_add(1, Ordering::SeqCst);
        let methods = request.body.windows(8).filter(|window| window == b"\"method\"").count();
        calls.fetch_add(methods, Ordering::SeqCst);
        to_node.write_all(&[request.head.as_bytes(), &request.body].concat())?;
        let Some(response) = message(&mut node)? else { break };
        to_client.write_all(&[response.head.as_bytes(), &response.body].concat())?;
    }
    Ok(())
}

struct Message {
    head: String,
    body: Vec<u8>,
}

/// One HTTP/1.1 message whose length its head says; `None` at the connection's end.
fn message(stream: &mut impl BufRead) -> io::Result<Option<Message>> {
    let mut head = String::new();
    let mut length = 0;
    loop {
        let start = head.len();
        if stream.read_line(&mut head)? == 0 {
            return Ok(None);
        }
        let line = head[start..].trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some(Message { head, body }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_ends_where_its_head_says() {
        let mut stream: &[u8] = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n";
        let first = message(&mut stream).unwrap().unwrap();
        assert_eq!(first.body, b"abc");
        assert!(first.head.ends_with("\r\n\r\n"));
        assert!(message(&mut stream).unwrap().unwrap().body.is_empty());
        assert!(message(&mut stream).unwrap().is_none());
    }
}
