//! Whether a signed transaction is the one that was asked for.

use super::{KeyError, Signed, Transaction};
use crate::Fees;
use alloy_consensus::{Transaction as _, TxEnvelope, transaction::SignerRecoverable as _};
use alloy_eips::eip2718::Decodable2718 as _;
use alloy_primitives::{Address, Bytes, TxKind};
use payrox_model::text::escape;

/// Without a limit of the network, what was signed elsewhere may offer this many times what would be offered now.
const FEE_FACTOR: u128 = 10;
/// It may allow for this many times the gas that the dry run asks for.
const GAS_FACTOR: u64 = 2;

/// A signed transaction and what is in it.
#[derive(Clone)]
pub(super) struct SignedElsewhere {
    pub(super) from: Address,
    pub(super) envelope: TxEnvelope,
    pub(super) raw: Bytes,
}

impl SignedElsewhere {
    /// Reads EIP-2718 bytes, and who signed them. The text of an error repeats none of them.
    pub(super) fn decode(raw: Bytes) -> Result<Self, &'static str> {
        let envelope = TxEnvelope::decode_2718_exact(&raw).map_err(|_| "it is no signed transaction")?;
        // Only with a low `s` (EIP-2): the other form of the same signature is refused by every node.
        let from = envelope.recover_signer().map_err(|_| "its signature is of nobody")?;
        Ok(Self { from, envelope, raw })
    }

    pub(super) fn nonce(&self) -> u64 {
        self.envelope.nonce()
    }

    /// The first field that is not as expected: its name, what was expected, what is there. Gas and fees are the signer's to choose.
    fn differs(&self, tx: &Transaction) -> Option<(&'static str, String, String)> {
        let found = &self.envelope;
        let odd = |name, expected: &dyn ToString, found: &dyn ToString| {
            Some((name, expected.to_string(), found.to_string()))
        };
        let to = match found.kind() {
            TxKind::Call(to) => Some(to),
            TxKind::Create => None,
        };
        match found.chain_id() {
            Some(id) if id == tx.chain_id.0 => {}
            Some(id) => return odd("chain id", &tx.chain_id, &id),
            // It would be good on every chain (EIP-155).
            None => return odd("chain id", &tx.chain_id, &"none"),
        }
        if self.from != tx.from {
            return odd("sender", &tx.from, &self.from);
        }
        if found.nonce() != tx.nonce {
            return odd("nonce", &tx.nonce, &found.nonce());
        }
        if to != Some(tx.to) {
            return odd("to", &tx.to, &to.map_or_else(|| "a creation".into(), |to| to.to_string()));
        }
        if found.value() != tx.value {
            return odd("value", &tx.value, &found.value());
        }
        if *found.input() != tx.data {
            let hash =
                |data: &Bytes| format!("{} bytes, keccak {}", data.len(), alloy_primitives::keccak256(data));
            return odd("data", &hash(&tx.data), &hash(found.input()));
        }
        // Neither blobs nor access to other accounts were asked for: both cost, and a delegation is a power of attorney.
        if found.access_list().is_some_and(|list| !list.is_empty())
            || found.authorization_list().is_some_and(|list| !list.is_empty())
            || found.blob_versioned_hashes().is_some_and(|list| !list.is_empty())
        {
            return odd(
                "type",
                &"no access list, delegation or blob",
                &format!("type {}", found.tx_type() as u8),
            );
        }
        None
    }
}

/// Whether `raw` is `tx`, signed by its sender, unchanged in every field.
pub(super) fn same(tx: &Transaction, raw: &Bytes, origin: &str) -> Result<(), KeyError> {
    let wrong =
        |field, expected, found| KeyError::NotAsked { origin: origin.to_owned(), field, expected, found };
    let found = SignedElsewhere::decode(raw.clone())
        .map_err(|why| wrong("signature", "a signed transaction".into(), why.to_owned()))?;
    if let Some((field, expected, found)) = found.differs(tx) {
        return Err(wrong(field, expected, found));
    }
    let envelope = &found.envelope;
    if envelope.gas_limit() != tx.gas.0 {
        return Err(wrong("gas", tx.gas.to_string(), envelope.gas_limit().to_string()));
    }
    let fees = Fees { max_fee: envelope.max_fee_per_gas(), tip: envelope.max_priority_fee_per_gas() };
    if fees != tx.fees {
        let shown =
            |fees: Fees| format!("{} wei with a tip of {}", fees.max_fee, fees.tip.unwrap_or_default());
        return Err(wrong("fees", shown(tx.fees), shown(fees)));
    }
    Ok(())
}

/// Of what was signed elsewhere, the transaction that is expected now. `most` is the network's limit to a unit of gas.
pub(super) fn find(
    tx: &Transaction,
    signed: &[SignedElsewhere],
    most: Option<u128>,
    origin: &str,
) -> Result<Signed, KeyError> {
    let (from, nonce) = (tx.from, tx.nonce);
    let Some(found) = signed.iter().find(|s| s.from == from && s.envelope.nonce() == nonce) else {
        return Err(KeyError::NotSigned { from, nonce, origin: origin.to_owned() });
    };
    let wrong =
        |field, expected, found| KeyError::NotAsked { origin: origin.to_owned(), field, expected, found };
    if let Some((field, expected, found)) = found.differs(tx) {
        return Err(wrong(field, expected, found));
    }
    let envelope = &found.envelope;
    let gas = envelope.gas_limit();
    let range = tx.gas.0..=tx.gas.0.saturating_mul(GAS_FACTOR);
    if !range.contains(&gas) {
        return Err(wrong("gas", format!("{} to {}", range.start(), range.end()), gas.to_string()));
    }
    let limit = most.unwrap_or(tx.fees.max_fee.saturating_mul(FEE_FACTOR));
    let fee = envelope.max_fee_per_gas();
    if fee > limit {
        return Err(wrong("fees", format!("at most {limit} wei a unit of gas"), format!("{fee} wei")));
    }
    Ok(Signed { hash: *envelope.tx_hash(), raw: found.raw.clone() })
}

/// Text of a device or service, bounded.
pub(super) fn short(text: &str) -> String {
    escape(&text.chars().take(200).collect::<String>())
}
