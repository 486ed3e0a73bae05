//! Comparing what endpoints answer: by what it means, not by how it is written.

use super::{
    meaning::{Says, number, revert, says},
    wire::{Answer, Ask},
};
use crate::error::foreign;
use alloy_primitives::U256;
use serde_json::Value;

/// How a request is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All must say the same.
    Same,
    /// The same, of what not every node tells: where too few tell it, it is not told.
    Told,
    /// What is not there yet for some may be there for others: enough must say that it is there, and all of those the same.
    There,
    /// The largest: what one has heard of, there is.
    Largest,
    /// Honest ones differ a little: the middle one of the numbers, the lower of two.
    Middle,
    /// The middle one of the numbers, the higher of two; a revert where not enough give a number.
    Estimate,
    /// One is asked.
    Own,
}

/// How a request is decided, by its method and block. Whatever is not named here is a matter of one node: what waits there, who
/// it is, what it can do, what it signs.
pub(crate) fn kind((method, params): &Ask) -> Kind {
    let of_what_waits = |at: usize| params.get(at).is_some_and(|at| at == "pending");
    match *method {
        "eth_getTransactionReceipt" | "eth_getTransactionByHash" | "eth_getBlockByHash" => Kind::There,
        "eth_getTransactionCount" if of_what_waits(1) => Kind::Largest,
        "eth_getBlockByNumber" if of_what_waits(0) && params.get(1) == Some(&Value::Bool(true)) => Kind::Own,
        // Of the block that is made next the time is asked for.
        "eth_getBlockByNumber" if of_what_waits(0) => Kind::Middle,
        "eth_getBlockByNumber" => Kind::There,
        "eth_maxPriorityFeePerGas" | "eth_gasPrice" => Kind::Middle,
        "eth_estimateGas" => Kind::Estimate,
        "eth_getProof" | "payrox_dumpStorage" => Kind::Told,
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
    let Some((_, first)) = votes.first() else { return Verdict::TooFew { have: 0 } };
    let kind = kind(ask);
    match kind {
        Kind::Own => return alone(votes.iter().find(|(_, answer)| answer.is_ok()).map_or(first, |(_, a)| a)),
        Kind::Largest | Kind::Middle | Kind::Estimate => return among_numbers(kind, votes, quorum),
        Kind::Same | Kind::Told | Kind::There => {}
    }
    // Whoever cannot say abstains: a block it has not, a state it keeps no more.
    let said: Vec<Vote<'_>> =
        votes.iter().filter_map(|(node, answer)| Some((*node, says(ask, answer)?, *answer))).collect();
    if said.is_empty() {
        return alone(first);
    }
    let refused = votes.iter().find(|(_, answer)| answer.is_err());
    if kind == Kind::Told
        && said.len() < quorum
        && let Some((_, refused)) = refused
    {
        return alone(refused);
    }
    let (there, absent): (Vec<Vote<'_>>, Vec<Vote<'_>>) =
        said.iter().cloned().partition(|(_, says, _)| kind != Kind::There || matches!(says, Says::Is(_)));
    match most(&there) {
        Some((many, verdict)) if many >= quorum => verdict,
        // All who have it say the same, and they are not enough yet: it counts as not there.
        Some((many, _)) if many < there.len() => split(&said, quorum),
        _ if absent.is_empty() => split(&said, quorum),
        _ => {
            let waiting: Vec<Vote<'_>> =
                absent.iter().filter(|(_, says, _)| matches!(says, Says::Waits(_))).cloned().collect();
            match most(&waiting) {
                None => alone(absent[0].2),
                Some((many, verdict)) if many == waiting.len() || many >= quorum => verdict,
                Some(_) => split(&said, quorum),
            }
        }
    }
}

/// Who, what it means, and its own words.
type Vote<'a> = (usize, Says, &'a Answer);

fn alone(answer: &Answer) -> Verdict {
    Verdict::Agreed { answer: answer.clone(), dissent: Vec::new() }
}

fn split(said: &[Vote<'_>], quorum: usize) -> Verdict {
    match said.len() < quorum {
        true => Verdict::TooFew { have: said.len() },
        false => Verdict::Disagree(said.iter().map(|(node, says, _)| (*node, short(&says.text()))).collect()),
    }
}

/// What most say, and how many they are; the others dissent.
fn most(votes: &[Vote<'_>]) -> Option<(usize, Verdict)> {
    let many = |says: &Says| votes.iter().filter(|(_, other, _)| other == says).count();
    let largest = votes.iter().map(|(_, says, _)| many(says)).max()?;
    let (_, winner, answer) = votes.iter().find(|(_, says, _)| many(says) == largest)?;
    let dissent = votes.iter().filter(|(_, says, _)| says != winner).map(|(node, ..)| *node).collect();
    Some((largest, Verdict::Agreed { answer: (*answer).clone(), dissent }))
}

/// One of the numbers that were given. Of those that are made up from what waits no two need be equal.
fn among_numbers(kind: Kind, votes: &[(usize, &Answer)], quorum: usize) -> Verdict {
    let mut numbers: Vec<(U256, &Answer)> =
        votes.iter().filter_map(|(_, answer)| Some((number(answer)?, *answer))).collect();
    numbers.sort_by_key(|(number, _)| *number);
    let least = if kind == Kind::Largest { 1 } else { quorum };
    if numbers.len() < least {
        let reverts = |answer: &Answer| answer.as_ref().is_err_and(|error| revert(error).is_some());
        let rest = || votes.iter().map(|(_, answer)| *answer).filter(|answer| number(answer).is_none());
        let reason = rest().find(|answer| reverts(answer)).or_else(|| rest().next());
        return reason.map_or(Verdict::TooFew { have: numbers.len() }, alone);
    }
    let at = match kind {
        Kind::Largest => numbers.len() - 1,
        Kind::Estimate => numbers.len() / 2,
        _ => (numbers.len() - 1) / 2,
    };
    numbers.get(at).map_or(Verdict::TooFew { have: 0 }, |(_, answer)| alone(answer))
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
    fn a_pending_nonce_is_the_largest_and_a_suggested_fee_the_middle_one() {
        let pending = [ok(json!("0x9")), ok(json!("0xa"))];
        assert_eq!(said("eth_getTransactionCount", json!([0, "pending"]), &pending, 2), Ok(json!("0xa")));
        let tips = |answers: &[Answer]| said("eth_maxPriorityFeePerGas", json!([]), answers, 2);
        let none = || Err(ErrorPayload::method_not_found());
        assert_eq!(tips(&[ok(json!("0xffffffffff")), ok(json!("0x3")), ok(json!("0x2"))]), Ok(json!("0x3")));
        assert_eq!(tips(&[ok(json!("0xffffffffff")), ok(json!("0x2"))]), Ok(json!("0x2")));
        assert_eq!(tips(&[none(), ok(json!("0x3")), ok(json!("0x2"))]), Ok(json!("0x2")));
        assert!(tips(&[none(), ok(json!("0x2"))]).is_err(), "one alone suggests nothing");
    }

    #[test]
    fn prx_b13_an_estimate_that_one_of_three_refuses_or_makes_up_is_that_of_the_others() {
        let estimate = |answers: &[Answer]| said("eth_estimateGas", json!([{}]), answers, 2);
        let error = |text: &'static str| Err(ErrorPayload::internal_error_message(text.into()));
        let (near, far) = (|| ok(json!("0x5208")), || ok(json!("0x5300")));
        assert_eq!(estimate(&[error("header not found"), near(), far()]), Ok(json!("0x5300")));
        assert_eq!(estimate(&[error("execution reverted"), near(), far()]), Ok(json!("0x5300")));
        assert_eq!(estimate(&[ok(json!("0xffffffff")), near(), far()]), Ok(json!("0x5300")));
        let reverts = estimate(&[error("header not found"), near(), error("execution reverted")]);
        assert_eq!(reverts.unwrap_err(), "execution reverted");
    }

    #[test]
    fn prx_b13_each_field_that_is_used_is_compared() {
        let (hash, who) = (B256::ZERO, "0x00000000000000000000000000000000000000aa");
        let tx = json!({ "hash": hash, "blockHash": hash, "blockNumber": "0x1", "from": who, "to": who, "nonce": "0x1",
            "value": "0x0", "input": "0x0001", "gas": "0x5208", "gasPrice": "0x1", "maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x1" });
        let mut waits = tx.clone();
        waits["blockHash"] = Value::Null;
        waits["blockNumber"] = Value::Null;
        let log = json!({ "blockHash": hash, "blockNumber": "0x1", "transactionHash": hash, "logIndex": "0x0", "address": who,
            "topics": [hash], "data": "0x00" });
        let proof = json!({ "address": who, "nonce": "0x1", "balance": "0x0", "codeHash": hash, "storageHash": hash,
            "storageProof": [{ "key": "0x0", "value": "0x0", "proof": [] }] });
        let block = json!({ "number": "0x1", "hash": hash, "timestamp": "0x5", "baseFeePerGas": "0x7", "gasLimit": "0x8" });
        let mut whole = block.clone();
        whole["transactions"] = json!([tx]);
        let receipt = json!({ "transactionHash": hash, "status": "0x1", "blockNumber": "0x1", "blockHash": hash,
            "transactionIndex": "0x0", "from": who, "to": who, "contractAddress": null, "gasUsed": "0x5208" });
        let used = |of: &Value, at: &str| -> Vec<String> {
            of.as_object().unwrap().keys().map(|name| format!("{at}/{name}")).collect()
        };
        for (method, params, truth, fields) in [
            ("eth_getTransactionByHash", json!([hash]), tx.clone(), {
                // In a block it may show what it paid.
                used(&tx, "").into_iter().filter(|name| name != "/gasPrice" && name != "/blockHash").collect()
            }),
            (
                "eth_getTransactionByHash",
                json!([hash]),
                waits,
                vec!["/to".to_owned(), "/input".to_owned(), "/value".to_owned()],
            ),
            ("eth_getLogs", json!([{}]), json!([log]), used(&log, "/0")),
            ("eth_getProof", json!([who, [], "0x1"]), proof.clone(), {
                let mut fields = used(&proof, "");
                fields.retain(|field| field != "/storageProof");
                fields.extend(["/storageProof/0/key".into(), "/storageProof/0/value".into()]);
                fields
            }),
            ("eth_getBlockByNumber", json!(["0x1", false]), block.clone(), used(&block, "")),
            (
                "eth_getBlockByNumber",
                json!(["0x1", true]),
                whole,
                vec!["/transactions/0/from".to_owned(), "/transactions/0/input".to_owned()],
            ),
            ("eth_getTransactionReceipt", json!([hash]), receipt.clone(), used(&receipt, "")),
        ] {
            for field in fields {
                let mut lie = truth.clone();
                let value = lie.pointer_mut(&field).unwrap();
                *value = match value.as_str() {
                    // The same as a number, and other bytes.
                    Some("0x0001") => json!("0x01"),
                    Some("0x00") => json!("0x0000"),
                    _ => json!("0x99"),
                };
                let answers = [ok(lie), ok(truth.clone()), ok(truth.clone())];
                let decided = said(method, params.clone(), &answers, 2);
                assert_eq!(decided, Ok(json!([truth, [0]])), "{method} {field}");
            }
        }
    }

    #[test]
    fn prx_b41_b13_a_proof_that_too_few_give_is_refused_and_not_believed() {
        let proofs = |answers: &[Answer]| said("eth_getProof", json!([0, [], "0x1"]), answers, 2);
        let proof = || ok(json!({ "address": "0xaa", "storageHash": "0xbb" }));
        let refused = || Err(ErrorPayload::method_not_found());
        assert_eq!(proofs(&[proof(), refused(), refused()]).unwrap_err(), "Method not found");
        assert!(proofs(&[proof(), refused(), proof()]).is_ok());
        let dump = |answers: &[Answer]| said("payrox_dumpStorage", json!([0]), answers, 2);
        assert!(dump(&[ok(json!({})), refused(), refused()]).is_err());
    }
}
