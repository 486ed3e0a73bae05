//! The proxy before a node of a few lines, and before anvil.
#![cfg(test)]

use alloy_primitives::{Address, B256, keccak256};
use payrox_faults::{Anvil, Fault, FaultProxy, Lie, Schedule, When};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::Duration,
};

/// A node that answers every request with the method's name, and counts.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                while let Some((_, body)) = message(&mut stream) {
                    let call: Value = serde_json::from_slice(&body).unwrap();
                    let answer =
                        json!({ "jsonrpc": "2.0", "id": call["id"], "result": call["method"] }).to_string();
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", answer.len());
                    stream.write_all((head + &answer).as_bytes()).unwrap();
                }
            });
        }
    });
    url
}

/// Head and body of a message with a length.
fn message(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    let mut body = Vec::new();
    match length {
        Some(length) => {
            body.resize(length, 0);
            stream.read_exact(&mut body).ok()?;
        }
        None => {
            stream.read_to_end(&mut body).ok()?;
        }
    }
    Some((head, body))
}

fn connect(proxy: &FaultProxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

fn send(stream: &mut TcpStream, body: &Value) {
    let body = body.to_string();
    let head = format!("POST /v2?k=1 HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all((head + &body).as_bytes()).unwrap();
}

/// One exchange on a connection of its own: head and body, or `None` when the proxy hung up.
fn post(proxy: &FaultProxy, body: &Value) -> Option<(String, Vec<u8>)> {
    let mut stream = connect(proxy);
    send(&mut stream, body);
    message(&mut stream)
}

fn call(id: u64, method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

fn ask(proxy: &FaultProxy, method: &str, params: Value) -> Value {
    let (_, body) = post(proxy, &call(7, method, params)).unwrap();
    serde_json::from_slice(&body).unwrap()
}

/// A proxy with one fault for everything.
fn before(node: &str, fault: Fault) -> FaultProxy {
    FaultProxy::start(node, Schedule::default().on("*", When::Always, fault)).unwrap()
}

#[test]
fn without_rules_it_is_a_proxy_that_keeps_connections_and_logs() {
    let proxy = FaultProxy::start(&echo(), Schedule::default()).unwrap();
    let mut stream = connect(&proxy);
    for id in 0..3 {
        send(&mut stream, &json!([call(id, "eth_a", json!([1])), call(9, "eth_b", json!([]))]));
        let answers: Value = serde_json::from_slice(&message(&mut stream).unwrap().1).unwrap();
        assert_eq!((&answers[0]["id"], &answers[1]["result"]), (&json!(id), &json!("eth_b")));
    }
    let log = proxy.log();
    assert_eq!((log.len(), log[0].path.as_str(), log[0].header("host")), (3, "/v2?k=1", Some("x")));
    assert!(log[0].batch && log[0].met.is_empty() && proxy.all_injected().is_empty());
    assert_eq!((proxy.asked("eth_a").len(), proxy.round_trips()), (3, 3));
    assert_eq!(proxy.asked("eth_a")[0].params, json!([1]));
}

#[test]
fn each_fault_of_the_answer_is_what_it_says() {
    let node = echo();
    let one = call(7, "eth_a", json!([]));
    let (head, _) = post(&before(&node, Fault::TooMany { retry_after: Some("3".into()) }), &one).unwrap();
    assert!(head.starts_with("HTTP/1.1 429") && head.contains("retry-after: 3"), "{head}");
    let (head, _) = post(&before(&node, Fault::Status(502)), &one).unwrap();
    assert!(head.starts_with("HTTP/1.1 502"), "{head}");
    for forwarded in [false, true] {
        let proxy = before(&node, Fault::Reset { forwarded });
        assert!(post(&proxy, &one).is_none());
        assert_eq!(proxy.injected("reset"), 1);
    }
    assert!(post(&before(&node, Fault::Truncated), &one).is_none());
    assert_eq!(post(&before(&node, Fault::Flood(1 << 20)), &one).unwrap().1.len(), 1 << 20);
    let (head, body) = post(&before(&node, Fault::GzipBomb), &one).unwrap();
    assert!(head.contains("content-encoding: gzip") && body.len() < 100_000, "{}", body.len());
    let (_, body) = post(&before(&node, Fault::Deep(10_000)), &one).unwrap();
    assert_eq!(body.iter().filter(|byte| **byte == b'[').count(), 10_000);
    assert!(String::from_utf8(post(&before(&node, Fault::NotUtf8), &one).unwrap().1).is_err());
    assert!(post(&before(&node, Fault::Html), &one).unwrap().1.starts_with(b"<!DOCTYPE"));
    assert!(post(&before(&node, Fault::Empty), &one).unwrap().1.is_empty());
    let (head, _) = post(&before(&node, Fault::Redirect("http://evil.example".into())), &one).unwrap();
    assert!(head.contains("location: http://evil.example"), "{head}");
    let (_, body) = post(&before(&node, Fault::SlowBody(Duration::from_micros(1))), &one).unwrap();
    assert!(String::from_utf8(body).unwrap().contains("eth_a"));
    let (_, body) = post(&before(&node, Fault::Late(Duration::from_millis(1))), &one).unwrap();
    assert!(String::from_utf8(body).unwrap().contains("eth_a"));
}

#[test]
fn a_silent_proxy_hangs_up_only_when_the_client_does() {
    let proxy = before(&echo(), Fault::Silence { forwarded: true });
    let mut stream = connect(&proxy);
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    send(&mut stream, &call(1, "eth_a", json!([])));
    let error = stream.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn each_fault_of_a_batch_is_what_it_says() {
    let node = echo();
    let batch = json!([call(1, "eth_a", json!([])), call(2, "eth_b", json!([]))]);
    let ids = |proxy: &FaultProxy| {
        let answers: Value = serde_json::from_slice(&post(proxy, &batch).unwrap().1).unwrap();
        answers.as_array().map(|list| list.iter().map(|a| a["id"].as_u64().unwrap()).collect::<Vec<_>>())
    };
    assert_eq!(ids(&before(&node, Fault::OutOfOrder)).unwrap(), [2, 1]);
    assert_eq!(ids(&before(&node, Fault::WrongId)).unwrap(), [987_654_321; 2]);
    let one = |fault| FaultProxy::start(&node, Schedule::default().on("eth_a", When::Always, fault)).unwrap();
    assert_eq!(ids(&one(Fault::Missing)).unwrap(), [2]);
    assert_eq!(ids(&one(Fault::Twice)).unwrap(), [1, 1, 2]);
    assert_eq!(ids(&before(&node, Fault::RefuseBatch { above: 1 })), None);
    let passes = before(&node, Fault::RefuseBatch { above: 2 });
    assert_eq!((ids(&passes).unwrap(), passes.injected("refuse batch")), (vec![1, 2], 0));
}

#[test]
fn each_fault_of_a_request_is_what_it_says() {
    let node = echo();
    let error = Fault::Error { code: -32_005, message: "limit".into() };
    assert_eq!(ask(&before(&node, error), "eth_a", json!([]))["error"]["code"], -32_005);
    assert_eq!(ask(&before(&node, Fault::Null), "eth_a", json!([]))["result"], Value::Null);
    let proxy = before(&node, Fault::Drop);
    assert_eq!(
        ask(&proxy, "eth_sendRawTransaction", json!(["0x02aa"]))["result"],
        json!(keccak256([2, 0xaa]))
    );
    let edit = Fault::edit(|params, truth| json!([params, truth]));
    assert_eq!(ask(&before(&node, edit), "eth_a", json!([1]))["result"], json!([[1], "eth_a"]));
    assert_eq!(ask(&before(&node, Fault::Lie(Lie::Chain(5))), "eth_chainId", json!([]))["result"], "0x5");
    let proxy = before(&node, Fault::Null);
    proxy.set(Schedule::default());
    assert_eq!(ask(&proxy, "eth_a", json!([]))["result"], "eth_a", "another schedule");
}

/// The receipt of a transaction. Anvil mines it beside what it answers, not before.
fn mined(proxy: &FaultProxy, tx: &Value) -> Value {
    for _ in 0..500 {
        let receipt = ask(proxy, "eth_getTransactionReceipt", json!([tx]))["result"].clone();
        if !receipt.is_null() {
            return receipt;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{tx} is in no block");
}

#[test]
fn before_anvil_it_lags_and_lies() {
    let Some(anvil) = Anvil::start(&[]).unwrap() else { return };
    let proxy = FaultProxy::start(anvil.url(), Schedule::default()).unwrap();
    let accounts = ask(&proxy, "eth_accounts", json!([]))["result"].clone();
    let transfer = json!([{ "from": accounts[0], "to": accounts[1], "value": "0x1" }]);
    let tx = ask(&proxy, "eth_sendTransaction", transfer)["result"].clone();
    let receipt = mined(&proxy, &tx);
    assert_eq!((&receipt["status"], &receipt["blockNumber"]), (&json!("0x1"), &json!("0x1")));

    proxy.set(Schedule::default().on("*", When::Always, Fault::Lag(1)));
    let nonce = ask(&proxy, "eth_getTransactionCount", json!([accounts[0], "latest"]));
    assert_eq!(nonce["result"], "0x0");
    assert_eq!(ask(&proxy, "eth_getBlockByNumber", json!(["latest", false]))["result"]["number"], "0x0");
    assert_eq!(ask(&proxy, "eth_getBlockByNumber", json!(["0x1", false]))["result"], Value::Null);

    let lie = |lie| {
        proxy.set(Schedule::default().on("*", When::Always, Fault::Lie(lie)));
        ask(&proxy, "eth_getTransactionReceipt", json!([tx]))["result"].clone()
    };
    assert_ne!(lie(Lie::OtherHash)["transactionHash"], tx);
    assert_eq!(lie(Lie::OtherTo(Address::ZERO))["to"], json!(Address::ZERO));
    assert_ne!(lie(Lie::OtherBlock)["blockHash"], receipt["blockHash"]);
    assert_eq!(lie(Lie::OtherStatus)["status"], "0x0");
    assert_eq!(lie(Lie::Made), receipt, "there is one");
    let made = ask(&proxy, "eth_getTransactionReceipt", json!([B256::repeat_byte(1)]))["result"].clone();
    assert_eq!((&made["status"], &made["blockHash"]), (&json!("0x1"), &receipt["blockHash"]));
}
