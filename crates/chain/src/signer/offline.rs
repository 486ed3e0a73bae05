//! Transactions that are signed on another machine: what leaves for it, and what comes back.

use super::{Holder, KeyError, Keyring, Transaction, expected::SignedElsewhere};
use crate::ChainError;
use alloy_primitives::{Address, B256, Bytes, U256};
use payrox_files::schema::{amount, bytes, hex, uint};
use payrox_model::{ChainId, Gas, version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};

/// As many transactions as a release with 255 facets can need, with all their calldata.
const LIMIT: u64 = 64 << 20;

/// Transactions for somebody to sign: what `--unsigned` writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnsignedTransactions {
    /// Of the document.
    pub version: u32,
    /// EIP-155.
    pub chain_id: ChainId,
    /// Content hash of the plan that they belong to.
    pub plan: B256,
    /// In the order in which they are sent.
    pub transactions: Vec<UnsignedTransaction>,
}

/// One of them, without signature: EIP-1559, on chains without a base fee EIP-155.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnsignedTransaction {
    /// The plan's step that it is for.
    pub step: String,
    /// EIP-2718: 2, or 0 for the old kind.
    pub r#type: u8,
    /// EIP-155.
    pub chain_id: ChainId,
    /// Who must sign it.
    pub from: Address,
    /// Sender's count of transactions so far.
    pub nonce: u64,
    /// Callee.
    pub to: Address,
    /// Wei.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
    /// Units of gas, at most.
    pub gas: Gas,
    /// Of type 2: wei a unit of gas, at most. The signer may choose another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_fee_per_gas: Option<U256>,
    /// Of type 2: wei a unit of gas for whoever makes the block, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_priority_fee_per_gas: Option<U256>,
    /// Of type 0: wei a unit of gas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gas_price: Option<U256>,
    /// What is signed where no other field is changed.
    pub signing_hash: B256,
}

impl UnsignedTransactions {
    /// The document of transactions, each with the name of its step.
    pub fn new<'a>(
        chain_id: ChainId,
        plan: B256,
        transactions: impl IntoIterator<Item = (&'a str, &'a Transaction)>,
    ) -> Self {
        let one = |(step, tx): (&str, &Transaction)| UnsignedTransaction {
            step: step.to_owned(),
            r#type: if tx.fees.tip.is_some() { 2 } else { 0 },
            chain_id: tx.chain_id,
            from: tx.from,
            nonce: tx.nonce,
            to: tx.to,
            value: tx.value,
            data: tx.data.clone(),
            gas: tx.gas,
            max_fee_per_gas: tx.fees.tip.map(|_| U256::from(tx.fees.max_fee)),
            max_priority_fee_per_gas: tx.fees.tip.map(U256::from),
            gas_price: tx.fees.tip.is_none().then(|| U256::from(tx.fees.max_fee)),
            signing_hash: tx.signing_hash(),
        };
        let transactions = transactions.into_iter().map(one).collect();
        Self { version: version::UNSIGNED, chain_id, plan, transactions }
    }

    /// `schemas/unsigned.v1.schema.json`: JSON Schema, draft 2020-12.
    pub fn schema() -> Value {
        let (count, amount) = (uint(), amount());
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Transactions for somebody to sign, version 1",
            "type": "object",
            "additionalProperties": false,
            "required": ["version", "chainId", "plan", "transactions"],
            "properties": {
                "version": { "const": version::UNSIGNED },
                "chainId": count,
                "plan": hex(32),
                "transactions": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": false,
                        "required": ["step", "type", "chainId", "from", "nonce", "to", "value", "data", "gas", "signingHash"],
                        "oneOf": [
                            { "required": ["maxFeePerGas", "maxPriorityFeePerGas"], "properties": { "type": { "const": 2 } } },
                            { "required": ["gasPrice"], "properties": { "type": { "const": 0 } } },
                        ],
                        "properties": {
                            "step": { "type": "string" },
                            "type": { "enum": [0, 2] },
                            "chainId": count,
                            "from": hex(20),
                            "nonce": count,
                            "to": hex(20),
                            "value": amount,
                            "data": bytes(),
                            "gas": count,
                            "maxFeePerGas": amount,
                            "maxPriorityFeePerGas": amount,
                            "gasPrice": amount,
                            "signingHash": hex(32),
                        },
                    },
                },
            },
        })
    }
}

/// What comes back, where it is JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedFile {
    version: u32,
    transactions: Vec<Bytes>,
}

impl Keyring {
    /// Takes transactions that were signed on another machine: `{"version": 1, "transactions": ["0x…", …]}`, or one a line in
    /// hexadecimal, as `cast mktx` prints them. `most` is the network's limit to what a unit of gas may cost; without one, ten times what would be
    /// offered. Gives their senders.
    ///
    /// # Errors
    /// When the file is none of these, holds two transactions of one sender with one nonce, or none at all; and for a sender whose key
    /// everybody has, on a production network.
    pub fn add_signed_file(
        &mut self,
        path: &Path,
        most: Option<u128>,
        origin: &str,
    ) -> Result<Vec<Address>, ChainError> {
        let wrong = |why: String| KeyError::NoSignedFile { path: path.to_owned(), why };
        let text = payrox_files::read_text(path, LIMIT).map_err(|error| wrong(error.to_string()))?;
        let mut by_sender: BTreeMap<Address, Vec<SignedElsewhere>> = BTreeMap::new();
        for (index, raw) in read(&text).map_err(wrong)?.into_iter().enumerate() {
            let at = |why: &str| wrong(format!("transaction {}: {why}", index + 1));
            let signed = SignedElsewhere::decode(raw).map_err(at)?;
            let of_sender = by_sender.entry(signed.from).or_default();
            if of_sender.iter().any(|other| other.nonce() == signed.nonce()) {
                return Err(at("another of its sender has the same nonce").into());
            }
            of_sender.push(signed);
        }
        if by_sender.is_empty() {
            return Err(wrong("it holds no transaction".into()).into());
        }
        let senders = by_sender.keys().copied().collect();
        for (address, signed) in by_sender {
            self.add(address, Holder::Done(signed, most), origin)?;
        }
        Ok(senders)
    }
}

fn read(text: &str) -> Result<Vec<Bytes>, String> {
    if text.trim_start().starts_with('{') {
        let file: SignedFile = serde_json::from_str(text)
            .map_err(|error| format!("line {}, column {}", error.line(), error.column()))?;
        return match file.version {
            version::SIGNED => Ok(file.transactions),
            other => Err(format!("its version is {other}, not {}", version::SIGNED)),
        };
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| line.trim().parse().map_err(|_| format!("line {} is not hexadecimal", at + 1)))
        .collect()
}
