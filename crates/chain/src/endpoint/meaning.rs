//! What an answer means, written in one way: whatever of it is used is part of that.

use super::wire::{Answer, Ask};
use alloy_json_rpc::ErrorPayload;
use alloy_primitives::{Bytes, U256, keccak256};
use serde_json::{Value, value::to_raw_value};
use std::collections::BTreeMap;

/// Texts that are longer are compared and shown by their hash.
const LONG: usize = 128;

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// There is nothing.
    Absent,
    /// The transaction is in no block yet, as far as this endpoint knows.
    Waits(String),
    /// This.
    Is(String),
}

impl Says {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Absent => "nothing".into(),
            Self::Waits(what) => format!("that it waits: {what}"),
            Self::Is(what) => what.clone(),
        }
    }
}

/// The data of a revert; `None` for another error.
pub(crate) fn revert(error: &ErrorPayload) -> Option<Bytes> {
    let data = error.as_revert_data();
    let reverts = data.is_some() || error.code == 3 || error.message.contains("revert");
    reverts.then(|| data.unwrap_or_default())
}

/// The number that an answer is; of a block its time.
pub(crate) fn number(answer: &Answer) -> Option<U256> {
    let value: Value = serde_json::from_str(answer.as_ref().ok()?.get()).ok()?;
    value.as_str().or_else(|| value.get("timestamp")?.as_str())?.parse().ok()
}

/// What an answer says; `None` when it says nothing.
pub(crate) fn says((method, params): &Ask, answer: &Answer) -> Option<Says> {
    let raw = match answer {
        Ok(raw) => raw,
        Err(error) if *method == "eth_call" => {
            return revert(error).map(|data| Says::Is(format!("a revert with {data}")));
        }
        Err(_) => return None,
    };
    let value: Value = serde_json::from_str(raw.get()).ok()?;
    if value.is_null() {
        return Some(Says::Absent);
    }
    Some(Says::Is(match *method {
        "eth_getCode" | "eth_call" => {
            let bytes: Bytes = value.as_str()?.parse().ok()?;
            match bytes.len() {
                0..=32 => bytes.to_string(),
                length => format!("{length} bytes of hash {}", keccak256(&bytes)),
            }
        }
        "eth_getBalance" | "eth_getStorageAt" | "eth_getTransactionCount" | "eth_chainId" => {
            value.as_str()?.parse::<U256>().ok()?.to_string()
        }
        "eth_getBlockByNumber" | "eth_getBlockByHash" => block(params, &value),
        "eth_getTransactionByHash" if value["blockHash"].is_null() => {
            return Some(Says::Waits(transaction(&value)));
        }
        "eth_getTransactionByHash" => {
            format!("{}, {}", transaction(&value), fields(&value, &["blockHash", "blockNumber"]))
        }
        "eth_getTransactionReceipt" => fields(&value, &RECEIPT),
        "eth_getLogs" => {
            // What was taken back is not counted by who reads it.
            let stands = |log: &&Value| log["removed"] != Value::Bool(true);
            let logs: Vec<String> =
                value.as_array()?.iter().filter(stands).map(|log| fields(log, &LOG)).collect();
            format!("{} logs of hash {}", logs.len(), keccak256(logs.join("; ")))
        }
        "eth_getProof" => proof(&value)?,
        "payrox_dumpStorage" => {
            let slots: BTreeMap<U256, U256> = serde_json::from_value(value).ok()?;
            format!("{} slots of hash {}", slots.len(), keccak256(format!("{slots:?}")))
        }
        _ => raw.get().to_owned(),
    }))
}

/// An answer without what was not compared, and is used where it is there: a log's time, which not every node says.
pub(crate) fn as_compared(ask: &Ask, answer: Answer) -> Answer {
    let Ok(raw) = &answer else { return answer };
    if ask.0 != "eth_getLogs" || !raw.get().contains("blockTimestamp") {
        return answer;
    }
    let Ok(mut logs) = serde_json::from_str::<Vec<Value>>(raw.get()) else { return answer };
    for log in logs.iter_mut().filter_map(Value::as_object_mut) {
        log.remove("blockTimestamp");
    }
    to_raw_value(&logs).map_or(answer, Ok)
}

const RECEIPT: [&str; 9] = [
    "transactionHash",
    "status",
    "blockNumber",
    "blockHash",
    "transactionIndex",
    "from",
    "to",
    "contractAddress",
    "gasUsed",
];
const LOG: [&str; 7] =
    ["blockNumber", "blockHash", "transactionHash", "logIndex", "address", "topics", "data"];

fn block(params: &Value, value: &Value) -> String {
    let head = fields(value, &["number", "hash", "timestamp", "baseFeePerGas", "gasLimit"]);
    let whole = params.get(1) == Some(&Value::Bool(true));
    let Some(all) = value["transactions"].as_array().filter(|_| whole) else { return head };
    let all: Vec<String> = all.iter().map(transaction).collect();
    format!("{head}, {} transactions of hash {}", all.len(), keccak256(all.join("; ")))
}

/// What it offers is shown in two ways while it waits: what it may cost at most counts.
fn transaction(value: &Value) -> String {
    let offer: &[&str] = match value["maxFeePerGas"].is_null() {
        true => &["gasPrice"],
        false => &["maxFeePerGas", "maxPriorityFeePerGas"],
    };
    let what = fields(value, &["hash", "from", "nonce", "to", "value", "input", "gas"]);
    format!("{what}, {}", fields(value, offer))
}

fn proof(value: &Value) -> Option<String> {
    let mut slots = BTreeMap::new();
    for slot in value["storageProof"].as_array().into_iter().flatten() {
        let word = |name: &str| slot[name].as_str()?.parse::<U256>().ok();
        slots.insert(word("key")?, word("value")?);
    }
    let slots: Vec<String> = slots.iter().map(|(slot, value)| format!("slot {slot:#x} {value:#x}")).collect();
    let head = fields(value, &["address", "nonce", "balance", "codeHash", "storageHash"]);
    Some(format!("{head}, {}", shortened(slots.join(", "))))
}

fn fields(of: &Value, names: &[&str]) -> String {
    let each = names.iter().map(|name| match *name {
        // Bytes are no numbers: leading zeros count.
        "input" | "data" | "topics" => {
            format!("{name} {}", shortened(of[*name].to_string().to_ascii_lowercase()))
        }
        name => format!("{name} {}", plain(&of[name])),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn shortened(text: String) -> String {
    match text.len() > LONG {
        true => format!("of hash {}", keccak256(text)),
        false => text,
    }
}

/// A value of JSON, numbers and hashes written in one way.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => match text.parse::<U256>() {
            Ok(number) if text.len() < 66 && text.len() != 42 => number.to_string(),
            _ => text.to_ascii_lowercase(),
        },
        Value::Null => "none".into(),
        other => shortened(other.to_string().to_ascii_lowercase()),
    }
}
