//! What a unit of gas may cost (EIP-1559, and before it).

use crate::{ChainError, Head};

/// Limits a network sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeePolicy {
    /// Wei a unit of gas, at most; no limit if `None`.
    pub max_fee: Option<u128>,
    /// Wei a unit of gas for whoever makes the block, at most; no limit if `None`.
    pub max_tip: Option<u128>,
}

/// What a transaction offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fees {
    /// Wei a unit of gas, at most, base fee included.
    pub max_fee: u128,
    /// Wei a unit of gas for whoever makes the block, at most. `None` on chains without a base fee: the transaction is of the
    /// old kind and pays `max_fee` exactly.
    pub tip: Option<u128>,
}

impl FeePolicy {
    /// Whether what a transaction offers is within the limits.
    pub fn allows(&self, fees: &Fees) -> bool {
        let within = |limit: Option<u128>, offered| limit.is_none_or(|limit| offered <= limit);
        within(self.max_fee, fees.max_fee) && within(self.max_tip, fees.tip.unwrap_or_default())
    }

    fn within(limit: Option<u128>, wanted: u128) -> Result<u128, ChainError> {
        match limit {
            Some(limit) if wanted > limit => Err(ChainError::FeeCap { wanted, limit }),
            _ => Ok(wanted),
        }
    }
}

impl Fees {
    /// Twice the base fee, so that six full blocks in a row do not price the transaction out, plus the tip; or the whole price
    /// where there is no base fee. `tip` is what the node suggests for either ([`crate::Position::tip`]).
    ///
    /// # Errors
    /// When even the present price is above the limit.
    pub fn choose(head: &Head, tip: u128, policy: FeePolicy) -> Result<Self, ChainError> {
        let Some(base_fee) = head.base_fee else {
            return Ok(Self { max_fee: FeePolicy::within(policy.max_fee, tip)?, tip: None });
        };
        let tip = tip.min(policy.max_tip.unwrap_or(u128::MAX));
        let least = FeePolicy::within(policy.max_fee, base_fee.saturating_add(tip))?;
        let wanted = base_fee.saturating_mul(2).saturating_add(tip);
        Ok(Self { max_fee: wanted.min(policy.max_fee.unwrap_or(u128::MAX)).max(least), tip: Some(tip) })
    }

    /// What replaces a transaction that waits with these fees: the present price, and an eighth more than before of each fee at
    /// least. Nodes want a tenth; less than an eighth is taken only where a limit leaves no more room.
    ///
    /// # Errors
    /// When a limit leaves less than a tenth.
    pub fn raised(self, head: &Head, tip: u128, policy: FeePolicy) -> Result<Self, ChainError> {
        // What the market asks for above the limits is not taken: perhaps a tenth more will do.
        let now = Self::choose(head, tip, policy).unwrap_or(self);
        let raise = |old: u128, now: u128, limit: Option<u128>| {
            let least = old.saturating_add((old / 10).saturating_add(1));
            let wanted = now.max(old.saturating_add((old / 8).saturating_add(1)));
            FeePolicy::within(limit, least).map(|least| wanted.min(limit.unwrap_or(u128::MAX)).max(least))
        };
        let tip = match self.tip {
            Some(old) => Some(raise(old, now.tip.unwrap_or(old), policy.max_tip)?),
            None => None,
        };
        let max_fee = raise(self.max_fee, now.max_fee, policy.max_fee)?;
        Ok(Self { max_fee: max_fee.max(tip.unwrap_or_default()), tip })
    }

    /// Whether a block with this base fee can take it.
    pub fn suffice(&self, head: &Head) -> bool {
        self.max_fee >= head.base_fee.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payrox_model::Fault as _;

    fn head(base_fee: Option<u128>) -> Head {
        Head { base_fee, ..Head::default() }
    }

    fn policy(max_fee: u128, max_tip: u128) -> FeePolicy {
        FeePolicy { max_fee: Some(max_fee), max_tip: Some(max_tip) }
    }

    #[test]
    fn prx_d12_fees_stay_below_the_ceilings_of_the_network() {
        let free = FeePolicy::default();
        assert_eq!(Fees::choose(&head(Some(100)), 7, free).unwrap(), Fees { max_fee: 207, tip: Some(7) });
        assert_eq!(
            Fees::choose(&head(Some(100)), 7, policy(150, 3)).unwrap(),
            Fees { max_fee: 150, tip: Some(3) }
        );
        let error = Fees::choose(&head(Some(100)), 7, policy(106, 7)).unwrap_err();
        assert_eq!(error.code().0, "PRX-CHN-010");
        // A tip of nothing is what some chains suggest.
        assert_eq!(Fees::choose(&head(Some(0)), 0, free).unwrap(), Fees { max_fee: 0, tip: Some(0) });
    }

    #[test]
    fn prx_d12_a_chain_without_a_base_fee_gets_a_transaction_of_the_old_kind() {
        let fees = Fees::choose(&head(None), 50, FeePolicy::default()).unwrap();
        assert_eq!(fees, Fees { max_fee: 50, tip: None });
        assert!(Fees::choose(&head(None), 50, policy(49, 99)).is_err());
        let raised = fees.raised(&head(None), 40, policy(60, 0)).unwrap();
        assert_eq!(raised, Fees { max_fee: 57, tip: None });
    }

    #[test]
    fn prx_d12_b21_a_replacement_offers_a_tenth_more_of_both_fees_or_is_not_made() {
        let old = Fees { max_fee: 1_000, tip: Some(0) };
        let raised = old.raised(&head(Some(100)), 0, FeePolicy::default()).unwrap();
        assert_eq!(raised, Fees { max_fee: 1_126, tip: Some(1) }, "also where the tip was nothing");
        // What the market asks for now is more than an eighth.
        let raised = old.raised(&head(Some(5_000)), 9, FeePolicy::default()).unwrap();
        assert_eq!(raised, Fees { max_fee: 10_009, tip: Some(9) });
        // Between a tenth and an eighth the limit is taken; below a tenth nothing is.
        assert_eq!(old.raised(&head(Some(5_000)), 9, policy(1_110, 5)).unwrap().max_fee, 1_110);
        assert!(old.raised(&head(Some(5_000)), 9, policy(1_100, 5)).is_err());
        assert!(Fees { tip: Some(100), ..old }.raised(&head(Some(1)), 9, policy(9_999, 100)).is_err());
    }
}
