//! Which chain it is.

use super::{At, Head, ask::BlockJson};
use crate::{ChainError, Endpoint};
use alloy_primitives::{B256, U64};
use payrox_model::ChainId;
use serde_json::json;

impl Endpoint {
    /// The chain's id.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn chain_id(&self) -> Result<ChainId, ChainError> {
        let id: U64 = self.request("eth_chainId", ()).await?;
        Ok(ChainId(id.to()))
    }

    /// That the chain is the expected one.
    ///
    /// # Errors
    /// When it is another, or the endpoint fails.
    pub async fn expect_chain(&self, expected: ChainId) -> Result<(), ChainError> {
        let found = self.chain_id().await?;
        if found == expected {
            return Ok(());
        }
        Err(ChainError::WrongChain { endpoint: self.shown.clone(), expected, found })
    }

    /// That the chain has this block, by the word of each endpoint that answers.
    ///
    /// # Errors
    /// When it has another at this height or none, or the endpoint fails.
    pub async fn expect_block(&self, number: u64, expected: B256) -> Result<(), ChainError> {
        for endpoint in self.each() {
            let params = (At::Block(number).tag(), false);
            let block = endpoint.request::<_, Option<BlockJson>>("eth_getBlockByNumber", params).await;
            let found = match block {
                Ok(block) => block.map(|block| block.hash()),
                Err(error @ (ChainError::WrongChain { .. } | ChainError::WrongBlock { .. })) => {
                    return Err(error);
                }
                // Whether enough others answer is for those to say who ask something that decides.
                Err(_) if self.quorum() > 1 => continue,
                Err(error) => return Err(error),
            };
            if found != Some(expected) {
                let endpoint = endpoint.shown().to_owned();
                return Err(ChainError::WrongBlock { endpoint, number, expected, found });
            }
        }
        Ok(())
    }

    /// The chain's id and its newest block, in one round trip. The id is asked for once: what is signed names its chain anyway.
    ///
    /// # Errors
    /// As [`Endpoint::request`].
    pub async fn newest(&self) -> Result<(ChainId, Head), ChainError> {
        const BLOCK: &str = "eth_getBlockByNumber";
        let mut requests = vec![(BLOCK, json!(["latest", false]))];
        if self.chain.get().is_none() {
            requests.push(("eth_chainId", json!([])));
        }
        let mut answers = self.batch(&requests).await?.into_iter();
        let mut next = |method| {
            let answer = answers.next().ok_or_else(|| self.odd(method, "an answer is missing"))?;
            answer.map_err(|e| ChainError::of(&self.shown, method, &e))
        };
        let head = self.parse::<BlockJson>(BLOCK, &next(BLOCK)?)?.into();
        let id = match self.chain.get() {
            Some(id) => *id,
            None => ChainId(self.parse::<U64>("eth_chainId", &next("eth_chainId")?)?.to()),
        };
        Ok((*self.chain.get_or_init(|| id), head))
    }
}
