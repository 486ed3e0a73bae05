//! A transaction before and after it is signed.

use crate::Fees;
use alloy_consensus::{SignableTransaction as _, TxEnvelope};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, Bytes, Signature, U256};
use payrox_model::{ChainId, Gas};
use std::fmt;

/// A transaction before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The chain it is for.
    pub chain_id: ChainId,
    /// Sender.
    pub from: Address,
    /// Sender's count of transactions so far.
    pub nonce: u64,
    /// Callee.
    pub to: Address,
    /// Ether sent.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
    /// Units of gas, at most.
    pub gas: Gas,
    /// What a unit may cost.
    pub fees: Fees,
}

/// A signed transaction: a bearer instrument, so it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// Its hash.
    pub hash: B256,
    /// EIP-2718 bytes.
    pub raw: Bytes,
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("hash", &self.hash).finish_non_exhaustive()
    }
}

impl Transaction {
    /// What is signed: keccak-256 of all fields in RLP, behind the EIP-2718 type where there is one.
    pub fn signing_hash(&self) -> B256 {
        self.unsigned().signature_hash()
    }

    pub(crate) fn with(&self, signature: Signature) -> Signed {
        let envelope = TxEnvelope::from(self.unsigned().into_signed(signature));
        Signed { hash: *envelope.tx_hash(), raw: envelope.encoded_2718().into() }
    }
}
