//! What a second layer asks for a transaction's data, which its first layer has to keep.

use crate::{At, CallRequest, ChainError, Endpoint, Transaction};
use alloy_consensus::SignableTransaction as _;
use alloy_primitives::U256;
use alloy_sol_types::{SolCall, sol};
use payrox_model::{DataFee, Gas};

sol! {
    /// Of the OP stack's `GasPriceOracle`.
    function getL1Fee(bytes unsigned) external view returns (uint256);
    /// Of Arbitrum's `NodeInterface`.
    function gasEstimateL1Component(address to, bool contractCreation, bytes data)
        external payable returns (uint64 gas, uint256 baseFee, uint256 l1BaseFeeEstimate);
}

/// What is paid besides the gas that the code uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DataCost {
    /// Wei, taken on top.
    pub wei: U256,
    /// Units of gas, which the transaction's limit must have room for.
    pub gas: Gas,
}

/// What each transaction's data costs now, in one round trip.
///
/// # Errors
/// When the endpoint fails, or the chain's contract does not answer as it should.
pub async fn data_costs(
    endpoint: &Endpoint,
    fee: DataFee,
    transactions: &[Transaction],
) -> Result<Vec<DataCost>, ChainError> {
    let question = |tx: &Transaction| match fee {
        DataFee::OpStack { oracle } => {
            let call = getL1FeeCall { unsigned: tx.unsigned().encoded_for_signing().into() };
            CallRequest::view(oracle, call.abi_encode())
        }
        DataFee::InGas { oracle } => {
            let (to, data) = (tx.to, tx.data.clone());
            let call = gasEstimateL1ComponentCall { to, contractCreation: false, data };
            CallRequest::view(oracle, call.abi_encode())
        }
    };
    let odd = |e: alloy_sol_types::Error| endpoint.odd("eth_call", &format!("the fee of data: {e}"));
    let answers = endpoint.call_batch(transactions.iter().map(question).collect(), At::Latest).await?;
    let judge = |answer: Result<alloy_primitives::Bytes, ChainError>| {
        let output = answer?;
        Ok(match fee {
            DataFee::OpStack { .. } => {
                let wei = getL1FeeCall::abi_decode_returns_validate(&output).map_err(odd)?;
                DataCost { wei, gas: Gas(0) }
            }
            DataFee::InGas { .. } => {
                let parts = gasEstimateL1ComponentCall::abi_decode_returns_validate(&output).map_err(odd)?;
                DataCost { wei: U256::ZERO, gas: Gas(parts.gas) }
            }
        })
    };
    answers.into_iter().map(judge).collect()
}
