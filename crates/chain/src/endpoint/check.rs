//! Holding receipts against what was sent and against the chain.

use super::{At, BlockJson};
use crate::{ChainError, Endpoint, Read, Receipt};
use alloy_primitives::{Address, B256};
use serde_json::json;
use std::collections::BTreeMap;

/// What is known of a transaction that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its hash, of the signed bytes.
    pub tx: B256,
    /// Who signed it.
    pub from: Address,
    /// Whom it calls; `None` for a creation.
    pub to: Option<Address>,
    /// Addresses that must have code after it, if it succeeded.
    pub creates: Vec<Address>,
}

impl Endpoint {
    /// That receipts are of these transactions and their blocks are the chain's, and that what they created is there: in two round
    /// trips, in one where nothing is created. A block that is no more the chain's is no lie: its receipt is given back as `None`.
    ///
    /// # Errors
    /// [`ChainError::Untrue`] for a receipt that cannot be true, and as [`Endpoint::request`].
    pub async fn check_receipts(
        &self,
        claims: &[Claim],
        receipts: Vec<Option<Receipt>>,
    ) -> Result<Vec<Option<Receipt>>, ChainError> {
        for (claim, receipt) in claims.iter().zip(&receipts) {
            let Some(receipt) = receipt else { continue };
            let wrong = match () {
                () if receipt.tx != claim.tx => "it is of another transaction",
                () if receipt.from != claim.from => "it names another sender",
                () if receipt.to != claim.to => "it names another callee",
                () => continue,
            };
            return Err(self.untrue(claim.tx, wrong));
        }
        let hashes = self.block_hashes(receipts.iter().flatten().map(|receipt| receipt.block)).await?;
        let canonical = |receipt: &Receipt| hashes.get(&receipt.block) == Some(&Some(receipt.block_hash));
        let receipts: Vec<Option<Receipt>> =
            receipts.into_iter().map(|receipt| receipt.filter(canonical)).collect();
        self.have_code(claims, &receipts).await?;
        Ok(receipts)
    }

    /// The hashes of blocks by their numbers; `None` for one that is not there.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn block_hashes(
        &self,
        numbers: impl IntoIterator<Item = u64>,
    ) -> Result<BTreeMap<u64, Option<B256>>, ChainError> {
        const BLOCK: &str = "eth_getBlockByNumber";
        let mut hashes: BTreeMap<u64, Option<B256>> = numbers.into_iter().map(|n| (n, None)).collect();
        let requests: Vec<_> =
            hashes.keys().map(|number| (BLOCK, json!([At::Block(*number).tag(), false]))).collect();
        let answers = self.batch(&requests).await?;
        for (hash, answer) in hashes.values_mut().zip(answers) {
            let raw = answer.map_err(|e| ChainError::of(self.shown(), BLOCK, &e))?;
            *hash = self.parse::<Option<BlockJson>>(BLOCK, &raw)?.map(|block| block.hash());
        }
        Ok(hashes)
    }

    async fn have_code(&self, claims: &[Claim], receipts: &[Option<Receipt>]) -> Result<(), ChainError> {
        let succeeded = claims.iter().zip(receipts).filter(|(_, r)| r.as_ref().is_some_and(|r| r.success));
        let created: Vec<(B256, Address)> =
            succeeded.flat_map(|(claim, _)| claim.creates.iter().map(|a| (claim.tx, *a))).collect();
        let Some(newest) = receipts.iter().flatten().map(|receipt| receipt.block).max() else {
            return Ok(());
        };
        if created.is_empty() {
            return Ok(());
        }
        let reads: Vec<Read> = created.iter().map(|(_, address)| Read::Code(*address)).collect();
        let codes = self.read(At::Block(newest), &reads).await?;
        for ((tx, _), code) in created.iter().zip(codes) {
            if code?.is_empty() {
                return Err(self.untrue(*tx, "it says success, and what it created has no code"));
            }
        }
        Ok(())
    }

    fn untrue(&self, tx: B256, why: &'static str) -> ChainError {
        ChainError::Untrue { endpoint: self.shown().to_owned(), tx, why }
    }
}
