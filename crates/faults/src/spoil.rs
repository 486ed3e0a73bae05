//! What becomes of the answer to one request.

use crate::{Fault, Lie, node::Node};
use alloy_primitives::{B256, Bytes, keccak256};
use serde_json::{Value, json};
use std::io;

/// The answers to a request: one, or none, or two.
pub(crate) async fn answers(call: &Value, faults: &[Fault], node: &mut Node) -> io::Result<Vec<Value>> {
    let id = &call["id"];
    let result = |result: Value| json!({ "jsonrpc": "2.0", "id": id, "result": result });
    let mut answer = match faults.iter().find_map(|fault| unasked(call, fault)) {
        Some(Ok(made_up)) => result(made_up),
        Some(Err(error)) => json!({ "jsonrpc": "2.0", "id": id, "error": error }),
        None => node.ask(call).await?,
    };
    let (mut missing, mut twice) = (false, false);
    for fault in faults {
        match fault {
            Fault::Missing => missing = true,
            Fault::Twice => twice = true,
            Fault::Null => answer = result(Value::Null),
            Fault::Lag(by) => answer = lagging(call, answer, *by, node).await?,
            Fault::Lie(lie) => {
                if let Some(untrue) = untrue(call, &answer["result"], lie, node).await? {
                    answer = result(untrue);
                }
            }
            Fault::Edit(edit) => answer = result(edit(&call["params"], answer["result"].take())),
            _ => {}
        }
    }
    Ok(match (missing, twice) {
        (true, _) => Vec::new(),
        (false, true) => vec![answer, result(json!("0xdead"))],
        (false, false) => vec![answer],
    })
}

/// What is answered without asking the node.
fn unasked(call: &Value, fault: &Fault) -> Option<Result<Value, Value>> {
    match fault {
        Fault::Error { code, message } => Some(Err(json!({ "code": code, "message": message }))),
        Fault::Drop => {
            let raw: Bytes = call["params"][0].as_str()?.parse().ok()?;
            Some(Ok(json!(keccak256(raw))))
        }
        Fault::Lie(Lie::Chain(id)) => Some(Ok(quantity(*id))),
        Fault::Lie(Lie::Code(code)) => Some(Ok(json!(code))),
        Fault::Lie(Lie::Word(word)) => {
            let padded = call["method"] == "eth_getStorageAt" || call["method"] == "eth_call";
            Some(Ok(if padded { json!(format!("{word:#066x}")) } else { quantity(*word) }))
        }
        _ => None,
    }
}

fn quantity(number: u64) -> Value {
    json!(format!("{number:#x}"))
}

fn number(of: &Value) -> Option<u64> {
    u64::from_str_radix(of.as_str()?.trim_start_matches("0x"), 16).ok()
}

/// Asks the node for something else.
async fn ask(node: &mut Node, method: &str, params: Value) -> io::Result<Value> {
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    Ok(node.ask(&call).await?["result"].take())
}

/// What a node that has not heard of the last blocks says.
async fn lagging(call: &Value, answer: Value, by: u64, node: &mut Node) -> io::Result<Value> {
    let result = |result: Value| json!({ "jsonrpc": "2.0", "id": call["id"], "result": result });
    if call["method"] != "eth_getBlockByNumber" {
        return Ok(match number(&answer["result"]) {
            Some(number) => result(quantity(number.saturating_sub(by))),
            None => answer,
        });
    }
    let head = number(&ask(node, "eth_blockNumber", json!([])).await?).unwrap_or_default();
    let known = head.saturating_sub(by);
    match number(&call["params"][0]) {
        // By its number.
        Some(number) if number > known => Ok(result(Value::Null)),
        Some(_) => Ok(answer),
        None => {
            ask(node, "eth_getBlockByNumber", json!([quantity(known), call["params"][1]])).await.map(result)
        }
    }
}

/// An untrue result in place of the true one; `None` when the lie does not fit the request.
async fn untrue(call: &Value, truth: &Value, lie: &Lie, node: &mut Node) -> io::Result<Option<Value>> {
    const STRANGE: B256 = B256::repeat_byte(0x5a);
    let mut lies = truth.clone();
    let each: Vec<&mut Value> = match &mut lies {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    };
    match lie {
        Lie::Made if truth.is_null() => return made_up(call, node).await.map(Some),
        Lie::OtherHash => each.into_iter().for_each(|r| r["transactionHash"] = json!(STRANGE)),
        Lie::OtherTo(to) => each.into_iter().for_each(|r| r["to"] = json!(to)),
        Lie::OtherFrom(from) => each.into_iter().for_each(|r| r["from"] = json!(from)),
        Lie::OtherBlock => each.into_iter().for_each(|r| r["blockHash"] = json!(STRANGE)),
        Lie::BlockHash => each.into_iter().for_each(|r| r["hash"] = json!(STRANGE)),
        Lie::OtherStatus => each.into_iter().for_each(|r| {
            r["status"] = json!(if r["status"] == "0x1" { "0x0" } else { "0x1" });
        }),
        Lie::Made | Lie::Code(_) | Lie::Chain(_) | Lie::Word(_) => return Ok(None),
    }
    Ok(Some(lies))
}

/// A receipt of what never happened, in the newest block.
async fn made_up(call: &Value, node: &mut Node) -> io::Result<Value> {
    let block = ask(node, "eth_getBlockByNumber", json!(["latest", false])).await?;
    let nobody = alloy_primitives::Address::ZERO;
    Ok(json!({
        "transactionHash": call["params"][0], "transactionIndex": "0x0", "type": "0x2", "status": "0x1",
        "blockHash": block["hash"], "blockNumber": block["number"], "logs": [],
        "logsBloom": Bytes::from([0; 256]), "from": nobody, "to": nobody, "contractAddress": null,
        "gasUsed": "0x5208", "cumulativeGasUsed": "0x5208", "effectiveGasPrice": "0x3b9aca00",
    }))
}
