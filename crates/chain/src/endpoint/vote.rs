//! Comparing what endpoints answer: by what it means, not by how it is written.

use super::wire::{Answer, Ask};
use crate::error::foreign;
use alloy_primitives::{Bytes, U256, keccak256};
use serde_json::Value;

/// How a request is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All must say the same.
    Same,
    /// What is not there yet for some may be there for others: enough must say that it is there, and all of those the same.
    There,
    /// The largest: what one has heard of, there is.
    Largest,
    /// One is asked.
    Own,
}

/// How a request is decided, by its method and block.
pub(crate) fn kind((method, params): &Ask) -> Kind {
    match *method {
        "eth_getTransactionReceipt" | "eth_getTransactionByHash" | "eth_getBlockByHash" => Kind::There,
        "eth_getTransactionCount" if params.get(1).is_some_and(|at| at == "pending") => Kind::Largest,
        "eth_getBlockByNumber" if params.get(0).is_some_and(|at| at == "pending") => Kind::Own,
        "eth_getBlockByNumber" => Kind::There,
        "eth_getCode"
        | "eth_getBalance"
        | "eth_getStorageAt"
        | "eth_getTransactionCount"
        | "eth_call"
        | "eth_chainId"
        | "eth_getLogs"
        | "eth_getBlockReceipts" => Kind::Same,
        _ => Kind::Own,
    }
}

/// What many said.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Enough said this, and these something else.
    Agreed { answer: Answer, dissent: Vec<usize> },
    /// Only so many said anything.
    TooFew { have: usize },
    /// Not enough said the same: who said what.
    Disagree(Vec<(usize, String)>),
}

/// Decides a request by what each endpoint said.
pub(crate) fn judge(ask: &Ask, votes: &[(usize, &Answer)], quorum: usize) -> Verdict {
    let agreed = |answer: &Answer, dissent| Verdict::Agreed { answer: answer.clone(), dissent };
    let Some((_, first)) = votes.first() else { return Verdict::TooFew { have: 0 } };
    let kind = kind(ask);
    if kind == Kind::Own {
        let given = votes.iter().find(|(_, answer)| answer.is_ok());
        return agreed(given.map_or(first, |(_, answer)| answer), Vec::new());
    }
    // Whoever cannot say abstains: a block it has not, a state it keeps no more.
    let said: Vec<(usize, String, &Answer)> =
        votes.iter().filter_map(|(node, answer)| Some((*node, meaning(ask.0, answer)?, *answer))).collect();
    if said.is_empty() {
        return agreed(first, Vec::new());
    }
    if kind == Kind::Largest {
        let largest = said.iter().max_by_key(|(_, number, _)| number.parse::<U256>().unwrap_or_default());
        return largest.map_or(Verdict::TooFew { have: 0 }, |(_, _, answer)| agreed(answer, Vec::new()));
    }
    let (there, absent): (Vec<_>, Vec<_>) = said
        .iter()
        .partition(|(_, meaning, _)| kind != Kind::There || ![ABSENT, WAITING].contains(&meaning.as_str()));
    let most = there
        .iter()
        .map(|(_, meaning, _)| there.iter().filter(|(_, other, _)| other == meaning).count())
        .max()
        .unwrap_or_default();
    let winner = there
        .iter()
        .find(|(_, meaning, _)| there.iter().filter(|(_, other, _)| other == meaning).count() == most);
    match winner {
        Some((_, meaning, answer)) if most >= quorum => {
            let others = there.iter().filter(|(_, other, _)| other != meaning);
            agreed(answer, others.map(|(node, ..)| *node).collect())
        }
        // All who have it say the same, and they are not enough yet: it counts as not there.
        Some(_) | None if most == there.len() && !absent.is_empty() => {
            let waiting = absent.iter().find(|(_, meaning, _)| meaning == WAITING);
            agreed(waiting.unwrap_or(&absent[0]).2, Vec::new())
        }
        _ if said.len() < quorum => Verdict::TooFew { have: said.len() },
        _ => Verdict::Disagree(said.iter().map(|(node, meaning, _)| (*node, short(meaning))).collect()),
    }
}

const ABSENT: &str = "nothing";
/// A transaction that is in no block yet, as far as this endpoint knows.
const WAITING: &str = "that it waits";

/// What an answer says, written in one way; `None` when it says nothing.
fn meaning(method: &str, answer: &Answer) -> Option<String> {
    let raw = match answer {
        Ok(raw) => raw,
        Err(error) => {
            let data = error.as_revert_data();
            let reverts = data.is_some() || error.code == 3 || error.message.contains("revert");
            return (method == "eth_call" && reverts)
                .then(|| format!("a revert with {}", data.unwrap_or_default()));
        }
    };
    let value: Value = serde_json::from_str(raw.get()).ok()?;
    if value.is_null() {
        return Some(ABSENT.into());
    }
    let fields = |of: &Value, names: &[&str]| -> String {
        let each = names.iter().map(|name| format!("{name} {}", plain(&of[*name])));
        each.collect::<Vec<_>>().join(", ")
    };
    Some(match method {
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
        "eth_getBlockByNumber" | "eth_getBlockByHash" => fields(&value, &["number", "hash"]),
        "eth_getTransactionByHash" if value["blockHash"].is_null() => WAITING.into(),
        "eth_getTransactionByHash" => fields(&value, &["hash", "blockHash"]),
        "eth_getTransactionReceipt" => fields(
            &value,
            &[
                "transactionHash",
                "status",
                "blockNumber",
                "blockHash",
                "from",
                "to",
                "contractAddress",
                "gasUsed",
            ],
        ),
        "eth_getLogs" => {
            let logs = value.as_array()?.iter();
            let names = ["blockHash", "transactionHash", "logIndex", "address", "topics", "data"];
            let logs: Vec<String> = logs.map(|log| fields(log, &names)).collect();
            format!("{} logs of hash {}", logs.len(), keccak256(logs.join("; ")))
        }
        _ => raw.get().to_owned(),
    })
}

/// A value of JSON, numbers and hashes written in one way.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => match text.parse::<U256>() {
            Ok(number) if text.len() < 66 && text.len() != 42 => number.to_string(),
            _ => text.to_ascii_lowercase(),
        },
        Value::Null => "none".into(),
        other => other.to_string().to_ascii_lowercase(),
    }
}

/// As much of a meaning as people want to see.
fn short(meaning: &str) -> String {
    foreign(&meaning.chars().take(300).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_json_rpc::ErrorPayload;
    use alloy_primitives::B256;
    use serde_json::{json, value::to_raw_value};

    fn ok(value: Value) -> Answer {
        Ok(to_raw_value(&value).unwrap())
    }

    fn said(method: &'static str, params: Value, answers: &[Answer], quorum: usize) -> Result<Value, String> {
        let votes: Vec<_> = answers.iter().enumerate().collect();
        match judge(&(method, params), &votes, quorum) {
            Verdict::Agreed { answer: Ok(raw), dissent } => {
                let value: Value = serde_json::from_str(raw.get()).unwrap();
                Ok(if dissent.is_empty() { value } else { json!([value, dissent]) })
            }
            Verdict::Agreed { answer: Err(error), .. } => Err(error.message.to_string()),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn prx_b13_the_same_written_in_two_ways_is_the_same_and_a_minority_is_named() {
        let storage = |answers: &[Answer]| said("eth_getStorageAt", json!([1, 2, "0x5"]), answers, 2);
        let (padded, short) = (ok(json!(format!("{:#066x}", 7))), ok(json!("0x7")));
        assert_eq!(storage(&[short.clone(), padded.clone()]), Ok(json!("0x7")));
        assert_eq!(storage(&[short.clone(), ok(json!("0x8")), padded]), Ok(json!(["0x7", [1]])));
        let error = storage(&[short.clone(), ok(json!("0x8"))]).unwrap_err();
        assert_eq!(error, "Disagree([(0, \"7\"), (1, \"8\")])");
        let pruned: Answer = Err(ErrorPayload::internal_error_message("missing trie node".into()));
        assert_eq!(storage(&[short.clone(), pruned.clone()]).unwrap_err(), "TooFew { have: 1 }");
        assert_eq!(storage(&[pruned.clone(), pruned]).unwrap_err(), "missing trie node");
    }

    #[test]
    fn prx_b14_what_some_have_not_seen_yet_is_not_there_yet_and_two_versions_of_it_disagree() {
        let receipt =
            |block: &str| ok(json!({ "transactionHash": B256::ZERO, "status": "0x1", "blockHash": block }));
        let null = || ok(Value::Null);
        let receipts =
            |answers: &[Answer]| said("eth_getTransactionReceipt", json!([B256::ZERO]), answers, 2);
        assert_eq!(receipts(&[receipt("0xa"), null()]), Ok(Value::Null));
        assert_eq!(receipts(&[null(), null()]), Ok(Value::Null));
        assert!(receipts(&[receipt("0xa"), null(), receipt("0xA")]).unwrap().is_object());
        assert!(receipts(&[receipt("0xa"), receipt("0xb"), null()]).unwrap_err().starts_with("Disagree"));
        assert_eq!(receipts(&[receipt("0xa"), receipt("0xb"), receipt("0xb")]).unwrap()[1], json!([0]));
    }

    #[test]
    fn prx_b14_a_transaction_that_waits_for_one_and_is_in_a_block_for_another_waits() {
        let tx = |block: Value| ok(json!({ "hash": B256::ZERO, "blockHash": block }));
        let seen = |answers: &[Answer]| said("eth_getTransactionByHash", json!([B256::ZERO]), answers, 2);
        let waits = json!({ "hash": B256::ZERO, "blockHash": null });
        for answers in [
            [tx(json!("0xa")), tx(Value::Null)],
            [ok(Value::Null), tx(Value::Null)],
            [tx(Value::Null), tx(Value::Null)],
        ] {
            assert_eq!(seen(&answers), Ok(waits.clone()));
        }
        assert!(seen(&[tx(json!("0xa")), tx(json!("0xb"))]).unwrap_err().starts_with("Disagree"));
        assert!(seen(&[tx(json!("0xa")), tx(json!("0xA"))]).unwrap()["blockHash"].is_string());
    }

    #[test]
    fn a_pending_nonce_is_the_largest_and_a_fee_is_one_endpoints_own() {
        let pending = [ok(json!("0x9")), ok(json!("0xa"))];
        assert_eq!(said("eth_getTransactionCount", json!([0, "pending"]), &pending, 2), Ok(json!("0xa")));
        let tips = [Err(ErrorPayload::method_not_found()), ok(json!("0x2"))];
        assert_eq!(said("eth_maxPriorityFeePerGas", json!([]), &tips, 2), Ok(json!("0x2")));
    }
}
