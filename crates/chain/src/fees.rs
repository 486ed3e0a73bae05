//! What a unit of gas may cost (EIP-1559).

use crate::{ChainError, Head};

/// Limits a network sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeePolicy {
    /// Wei a unit of gas, at most; no limit if `None`.
    pub max_fee: Option<u128>,
}

/// What a transaction offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fees {
    /// Wei a unit of gas, at most, base fee included.
    pub max_fee: u128,
    /// Wei a unit of gas for whoever makes the block, at most.
    pub tip: u128,
}

impl Fees {
    /// Twice the base fee, so that six full blocks in a row do not price the transaction out, plus the tip.
    ///
    /// # Errors
    /// When even the present base fee is above the limit.
    pub fn choose(head: &Head, tip: u128, policy: FeePolicy) -> Result<Self, ChainError> {
        let wanted = head.base_fee.saturating_mul(2).saturating_add(tip);
        let limit = policy.max_fee.unwrap_or(u128::MAX);
        let least = head.base_fee.saturating_add(tip);
        if least > limit {
            return Err(ChainError::FeeCap { wanted: least, limit });
        }
        Ok(Self { max_fee: wanted.min(limit), tip })
    }
}
