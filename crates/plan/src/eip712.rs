//! The plan id: what a human approves.

use crate::OnchainPlan;
use alloy_primitives::Address;
use alloy_sol_types::{Eip712Domain, SolStruct as _};
use payrox_model::{ChainId, PlanId, abi};
use std::borrow::Cow;

/// EIP-712 hash of a plan for a chain and a dispatcher, as `dispatcher.planId` gives it.
pub fn plan_id(chain: ChainId, dispatcher: Address, plan: &OnchainPlan) -> PlanId {
    let domain = Eip712Domain {
        name: Some(Cow::Borrowed("PayRox")),
        version: Some(Cow::Borrowed("1")),
        chain_id: Some(alloy_primitives::U256::from(chain.0)),
        verifying_contract: Some(dispatcher),
        salt: None,
    };
    PlanId(abi::Plan::from(plan).eip712_signing_hash(&domain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;

    #[test]
    fn the_type_is_the_one_of_the_design_in_its_order() {
        let expected = "Plan(address router,uint64 epoch,bytes32 parent,address manifest,bytes32 root,uint16 routes,\
            address initTarget,bytes32 initCodeHash,bytes32 initDataHash,uint64 notBefore,uint32 window,uint32 undoFor,\
            uint64 floor)";
        assert_eq!(abi::Plan::eip712_root_type(), expected);
        assert_eq!(abi::Plan::from(&OnchainPlan::default()).eip712_type_hash(), keccak256(expected));
    }

    #[test]
    fn prx_h06_a_plan_id_binds_chain_and_dispatcher() {
        let plan = OnchainPlan::default();
        let at = |chain, byte| plan_id(ChainId(chain), Address::repeat_byte(byte), &plan);
        assert_ne!(at(1, 1), at(2, 1));
        assert_ne!(at(1, 1), at(1, 2));
    }
}
