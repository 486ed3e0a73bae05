//! Transactions of another chain's block, executed once more.

use crate::{
    Devnet,
    evm::{self, Mode},
    rpc::RpcError,
};
use alloy_consensus::{Header, TxEnvelope};
use alloy_primitives::{Address, Bytes, Log};
use payrox_model::Gas;

/// What a transaction did that was executed once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// Whether it succeeded.
    pub success: bool,
    /// What it used.
    pub gas: Gas,
    /// What it returned, or reverted with.
    pub output: Bytes,
    /// What it logged.
    pub logs: Vec<Log>,
}

impl Devnet {
    /// Executes a transaction as in the block of this header: with that number, time, base fee and the rest of it. What it does stays;
    /// it is in no block here. With `pays` it pays its fee and its nonce must be next, as it was there; without, neither.
    ///
    /// # Errors
    /// When it could not be in that block.
    pub fn again(
        &self,
        header: &Header,
        tx: &TxEnvelope,
        from: Address,
        pays: bool,
    ) -> Result<Again, RpcError> {
        let mut chain = self.write();
        let env = evm::signed(tx, from);
        let mode = if pays { Mode::Impersonated } else { Mode::Again };
        let outcome = evm::run(&chain.core, &chain.core.state, header, env.clone(), mode)
            .map_err(|error| evm::invalid(error, &env, header))?;
        let changes = chain.core.state.diff(&outcome.state);
        chain.core.patch(&changes);
        let result = outcome.result;
        Ok(Again {
            success: result.is_success(),
            gas: Gas(result.tx_gas_used()),
            logs: result.logs().to_vec(),
            output: result.into_output().unwrap_or_default(),
        })
    }
}
