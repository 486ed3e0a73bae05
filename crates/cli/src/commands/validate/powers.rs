//! Who holds which power over a live system, by its dispatcher and by what it said since its creation.

use alloy_primitives::{Address, Bytes, U256, keccak256};
use payrox_chain::{At, CallRequest, Endpoint, LogQuery, Read};
use payrox_model::{BoxFault, ChainSnapshot, Selector, text::escape};
use payrox_plan::Plan;
use payrox_validate::PowersSeen;
use std::collections::BTreeSet;

/// What the dispatcher asks and says about a role.
const GUARDIANS: (&str, &str) = ("isGuardian(address)", "GuardianSet(address,bool)");
const OPERATORS: (&str, &str) = ("isOperator(address)", "OperatorSet(address,bool)");

/// Everybody whom the files name, and whom the dispatcher named since; `None` where there is no dispatcher yet.
pub(super) async fn powers(
    endpoint: &Endpoint,
    chain: &ChainSnapshot,
    plan: &Plan,
) -> Result<Option<PowersSeen>, BoxFault> {
    let Some(state) = &chain.dispatcher else { return Ok(None) };
    let roles = &plan.system.roles;
    let of = Role { endpoint, dispatcher: plan.addresses.dispatcher, block: chain.block };
    let (guardians, deaf) = of.holders(GUARDIANS, &roles.guardians).await?;
    let (operators, also) = of.holders(OPERATORS, &roles.operators).await?;
    Ok(Some(PowersSeen {
        owner: state.owner,
        offered: Some(state.pending_owner).filter(|account| !account.is_zero()),
        delay: state.delay,
        guardians,
        operators,
        deaf: deaf.or(also),
    }))
}

struct Role<'a> {
    endpoint: &'a Endpoint,
    dispatcher: Address,
    block: u64,
}

impl Role<'_> {
    /// Who has a role, and why nobody knows of others than those that are named.
    async fn holders(
        &self,
        (asked, said): (&str, &str),
        named: &[Address],
    ) -> Result<(BTreeSet<Address>, Option<String>), BoxFault> {
        let mut accounts: BTreeSet<Address> = named.iter().copied().collect();
        let query = LogQuery {
            from_block: 0,
            to_block: Some(self.block),
            addresses: vec![self.dispatcher],
            topics: vec![vec![keccak256(said)]],
        };
        let deaf = match self.endpoint.logs(&query).await {
            Ok(logs) => {
                let topics = logs.iter().filter_map(|log| log.topics.get(1));
                accounts.extend(topics.map(|topic| Address::from_word(*topic)));
                None
            }
            Err(error) => Some(escape(&error.to_string())),
        };
        let reads: Vec<_> = accounts.iter().map(|account| Read::Call(self.call(asked, *account))).collect();
        let answers = self.endpoint.read(At::Block(self.block), &reads).await?;
        let mut holders = BTreeSet::new();
        for (account, answer) in accounts.into_iter().zip(answers) {
            if answer?.iter().any(|byte| *byte > 0) {
                holders.insert(account);
            }
        }
        Ok((holders, deaf))
    }

    fn call(&self, function: &str, account: Address) -> CallRequest {
        let data = [&Selector::of(function).0[..], account.into_word().as_slice()].concat();
        CallRequest { from: None, to: self.dispatcher, value: U256::ZERO, data: Bytes::from(data) }
    }
}
