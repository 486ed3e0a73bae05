//! Holding what was told of blocks against the chain.

use super::{At, BlockJson};
use crate::{ChainError, Endpoint};
use alloy_primitives::B256;
use serde_json::json;
use std::collections::BTreeMap;

impl Endpoint {
    /// The hashes of blocks by their numbers, in one round trip; `None` for one that is not there.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn block_hashes(
        &self,
        numbers: impl IntoIterator<Item = u64>,
    ) -> Result<BTreeMap<u64, Option<B256>>, ChainError> {
        const BLOCK: &str = "eth_getBlockByNumber";
        let mut hashes: BTreeMap<u64, Option<B256>> = numbers.into_iter().map(|n| (n, None)).collect();
        if hashes.is_empty() {
            return Ok(hashes);
        }
        let requests: Vec<_> =
            hashes.keys().map(|number| (BLOCK, json!([At::Block(*number).tag(), false]))).collect();
        let answers = self.batch(&requests).await?;
        for (hash, answer) in hashes.values_mut().zip(answers) {
            let raw = answer.map_err(|e| ChainError::of(self.shown(), BLOCK, &e))?;
            *hash = self.parse::<Option<BlockJson>>(BLOCK, &raw)?.map(|block| block.hash());
        }
        Ok(hashes)
    }
}
