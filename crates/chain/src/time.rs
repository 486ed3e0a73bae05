//! Time of chains that let themselves be told it.

use crate::{ChainError, Endpoint};
use alloy_primitives::U64;
use serde_json::Value;

impl Endpoint {
    /// Moves a development chain's clock forward and makes a block.
    ///
    /// # Errors
    /// When the endpoint has no such method: it is a real chain.
    pub async fn skip_time(&self, seconds: u64) -> Result<(), ChainError> {
        let _: Value = self.request("evm_increaseTime", (U64::from(seconds),)).await?;
        let _: Value = self.request("evm_mine", ()).await?;
        Ok(())
    }
}
