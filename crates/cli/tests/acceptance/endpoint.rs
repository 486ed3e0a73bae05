//! An endpoint that misbehaves: it stands before a chain, and decides about each call.

use crate::chain::Chain;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
};

/// What it answers to a call: `None` asks the chain behind it.
type Judge = dyn Fn(&str, &Value) -> Option<Value> + Send + Sync;

pub(crate) struct Endpoint {
    url: String,
}

impl Endpoint {
    /// Serves until the test ends. The judge may block: then the caller waits.
    pub(crate) fn before(
        chain: Chain,
        judge: impl Fn(&str, &Value) -> Option<Value> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let judge: Arc<Judge> = Arc::new(judge);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (chain, judge) = (chain.clone(), judge.clone());
                std::thread::spawn(move || serve(stream, &chain, &*judge));
            }
        });
        Self { url }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

/// Requests of one connection, until it ends.
fn serve(stream: TcpStream, chain: &Chain, judge: &Judge) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if let Some((key, value)) = line.split_once(':')
                && key.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().ok()?;
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let answer = match serde_json::from_slice(&body).ok()? {
            Value::Array(calls) => calls.iter().map(|call| one(call, chain, judge)).collect(),
            call => one(&call, chain, judge),
        };
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            answer.len()
        );
        writer.write_all((head + &answer).as_bytes()).ok()?;
    }
}

fn one(call: &Value, chain: &Chain, judge: &Judge) -> Value {
    match judge(call["method"].as_str().unwrap_or_default(), &call["params"]) {
        Some(result) => json!({ "jsonrpc": "2.0", "id": call["id"], "result": result }),
        None => chain.post(call),
    }
}
