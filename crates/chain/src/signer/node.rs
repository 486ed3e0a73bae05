//! An account that the node holds unlocked.

use super::{KeyError, Signed, Transaction, expected};
use crate::{ChainError, Endpoint};
use alloy_primitives::{Bytes, keccak256};
use serde_json::{Value, json};

const SIGN: &str = "eth_signTransaction";

/// Asks the node to sign, so that the bytes are in the journal before they are sent. `eth_sendTransaction` would sign and send
/// at once: what a crash in between leaves behind could not be told from nothing.
pub(super) async fn sign(tx: &Transaction, node: &Endpoint) -> Result<Signed, ChainError> {
    let mut request = json!({
        "chainId": format!("{:#x}", tx.chain_id.0),
        "from": tx.from,
        "to": tx.to,
        "nonce": format!("{:#x}", tx.nonce),
        "value": tx.value,
        "data": tx.data,
        "gas": format!("{:#x}", tx.gas.0),
    });
    let price = format!("{:#x}", tx.fees.max_fee);
    match tx.fees.tip {
        Some(tip) => {
            request["type"] = json!("0x2");
            request["maxFeePerGas"] = json!(price);
            request["maxPriorityFeePerGas"] = json!(format!("{tip:#x}"));
        }
        None => request["gasPrice"] = json!(price),
    }
    let answer = match node.request::<_, Value>(SIGN, [request]).await {
        Ok(answer) => answer,
        Err(ChainError::Server { endpoint, text, .. }) => {
            return Err(KeyError::NodeRefuses { endpoint, from: tx.from, text }.into());
        }
        Err(other) => return Err(other),
    };
    // geth and its kin answer `{raw, tx}`, others the bytes alone.
    let raw = answer.get("raw").unwrap_or(&answer).as_str().and_then(|text| text.parse::<Bytes>().ok());
    let origin = format!("{} ({SIGN})", node.shown());
    let raw = raw.ok_or_else(|| KeyError::NotAsked {
        origin: origin.clone(),
        field: "answer",
        expected: "a signed transaction".into(),
        found: "something else".into(),
    })?;
    expected::same(tx, &raw, &origin)?;
    Ok(Signed { hash: keccak256(&raw), raw })
}
