//! Questions about one block, many at once.

use crate::{At, CallRequest, ChainError, Endpoint, error::foreign, gather};
use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_transport::{RpcError, TransportError};
use serde_json::{Value, json, value::RawValue};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
};

/// One question of a batch. Its answer is bytes: code, output, or a 32-byte word.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Read {
    Code(Address),
    Storage(Address, U256),
    Balance(Address),
    Nonce(Address),
    Call(CallRequest),
}

impl Read {
    pub(crate) fn method(&self) -> &'static str {
        match self {
            Self::Code(_) => "eth_getCode",
            Self::Storage(..) => "eth_getStorageAt",
            Self::Balance(_) => "eth_getBalance",
            Self::Nonce(_) => "eth_getTransactionCount",
            Self::Call(_) => "eth_call",
        }
    }

    fn params(&self, at: At) -> Value {
        match self {
            Self::Code(a) | Self::Balance(a) | Self::Nonce(a) => json!([a, at.tag()]),
            Self::Storage(a, slot) => json!([a, slot, at.tag()]),
            Self::Call(call) => json!([call.json(), at.tag()]),
        }
    }
}

impl Endpoint {
    /// Many reads of one block in one round trip; a revert or a refusal concerns its own question only.
    ///
    /// # Errors
    /// When the endpoint fails as a whole.
    pub async fn read(&self, at: At, reads: &[Read]) -> Result<Vec<Result<Bytes, ChainError>>, ChainError> {
        let groups = match self.gathers.load(Ordering::Relaxed) {
            true => gather::groups(reads),
            false => Vec::new(),
        };
        let grouped: BTreeSet<usize> = groups.iter().flat_map(|g| g.members.iter().copied()).collect();
        let alone: Vec<usize> = (0..reads.len()).filter(|index| !grouped.contains(index)).collect();
        let one = |index: &usize| (reads[*index].method(), reads[*index].params(at));
        let requests: Vec<_> = groups.iter().map(|g| g.request(at)).chain(alone.iter().map(one)).collect();
        let mut raw = self.batch(&requests).await?.into_iter();
        let mut found: BTreeMap<usize, Result<Bytes, ChainError>> = BTreeMap::new();
        for (group, raw) in groups.iter().zip(&mut raw) {
            match raw.ok().and_then(|raw| group.answers(&unquoted(&raw)?)) {
                Some(answers) => {
                    let answers = group.members.iter().zip(answers);
                    found.extend(answers.filter_map(|(index, answer)| Some((*index, Ok(answer?)))));
                }
                None => self.gathers.store(false, Ordering::Relaxed),
            }
        }
        found.extend(alone.iter().zip(raw).map(|(index, raw)| (*index, self.answer(&reads[*index], raw))));
        // What reverted is asked by itself, for the node's own words; and so is all that was not gathered after all.
        let missing: Vec<usize> = grouped.into_iter().filter(|index| !found.contains_key(index)).collect();
        if !missing.is_empty() {
            let raw = self.batch(&missing.iter().map(one).collect::<Vec<_>>()).await?;
            found.extend(
                missing.iter().zip(raw).map(|(index, raw)| (*index, self.answer(&reads[*index], raw))),
            );
        }
        Ok(found.into_values().collect())
    }

    fn answer(
        &self,
        read: &Read,
        answer: Result<Box<RawValue>, TransportError>,
    ) -> Result<Bytes, ChainError> {
        let method = read.method();
        let raw = answer.map_err(|e| match (read, &e) {
            (Read::Call(call), RpcError::ErrorResp(payload)) => self.reverted(method, call.to, payload),
            _ => ChainError::of(self.shown(), method, &e),
        })?;
        let text = self.parse::<&str>(method, &raw)?;
        let parsed = match read {
            Read::Code(_) | Read::Call(_) => hex::decode(text).ok().map(Bytes::from),
            // Nodes differ in whether they pad words.
            _ => text.parse::<U256>().ok().map(|word| Bytes::copy_from_slice(&word.to_be_bytes::<32>())),
        };
        parsed.ok_or_else(|| self.odd(method, &format!("`{text}` is not hexadecimal")))
    }

    pub(crate) fn reverted(
        &self,
        method: &'static str,
        to: Address,
        payload: &alloy_json_rpc::ErrorPayload,
    ) -> ChainError {
        let data = payload.as_revert_data();
        if data.is_none() && payload.code != 3 && !payload.message.contains("revert") {
            let (endpoint, text) = (self.shown().to_owned(), foreign(&payload.message));
            return ChainError::Server { endpoint, method, code: payload.code, text };
        }
        ChainError::Reverted { to, text: foreign(&payload.message), data: data.unwrap_or_default() }
    }
}

/// The bytes of a JSON text in hexadecimal.
fn unquoted(raw: &RawValue) -> Option<Vec<u8>> {
    hex::decode(serde_json::from_str::<&str>(raw.get()).ok()?).ok()
}
