//! The floor: the oldest epoch that can still be gone back to. Planning takes it as it is, and raises it never.

use crate::{Inverse, OnchainPlan, Plan};
use alloy_sol_types::SolCall as _;
use payrox_model::abi::IManifestDispatcher as D;

impl Plan {
    /// The plan before this one, as the chain has it: the way back carries it. That it hashes to [`Plan::parent`] is demanded
    /// of every plan that is read.
    pub fn parent_onchain(&self) -> Option<OnchainPlan> {
        let Inverse::Rollback { calls, .. } = &self.inverse else { return None };
        let call = D::rollbackCall::abi_decode(&calls.first()?.data).ok()?;
        Some(OnchainPlan::from(&call.target))
    }

    /// The floor of the plan before, where this one raises it.
    pub fn floor_raised_from(&self) -> Option<u64> {
        let before = self.parent_onchain().map_or(0, |parent| parent.floor);
        (self.onchain.floor > before).then_some(before)
    }
}
