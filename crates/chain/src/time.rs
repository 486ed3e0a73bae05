//! Time of chains that let themselves be told it.

use crate::{ChainError, Endpoint};
use serde_json::Value;

impl Endpoint {
    /// Makes a block with this time on a development chain, whose clock goes on from there.
    ///
    /// # Errors
    /// When the time is past, or the endpoint has no such method: it is a real chain.
    pub async fn skip_to(&self, timestamp: u64) -> Result<(), ChainError> {
        // Not `evm_increaseTime`: it counts from the machine's clock, which blocks made in quick succession are ahead of.
        let _: Value = self.request("evm_setNextBlockTimestamp", (timestamp,)).await?;
        let _: Value = self.request("evm_mine", ()).await?;
        Ok(())
    }
}
