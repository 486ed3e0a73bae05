//! What somebody without any right could set up.

use super::{Drill, routes::calls};
use crate::{gates::GateError, sandbox::NOBODY};
use alloy_primitives::{Address, Bytes, U256};
use payrox_artifacts::filled_calls;
use payrox_plan::{Mutability, PlannedRoute};
use payrox_validate::{Strangers, constants, is_initialiser};
use std::collections::BTreeSet;

/// Calls of one function that a stranger makes, at most.
const CALLS: usize = 256;
/// Of those that he is refused, so many are tried by everybody else.
const AGAIN: usize = 48;

impl Drill<'_> {
    /// Calls each function that is named like an initialiser, once the plan is active: with ones, zeros, the largest numbers, and
    /// with those that its code compares something with, or may.
    pub(super) async fn strangers(&mut self) -> Result<(), GateError> {
        let plan = self.stage.plan;
        for route in &plan.routes {
            if matches!(route.mutability, Mutability::Pure | Mutability::View)
                || !is_initialiser(&route.signature)
            {
                continue;
            }
            let seen = self.stranger(route).await?;
            self.seen.strangers.insert(route.signature.clone(), seen);
        }
        Ok(())
    }

    async fn stranger(&mut self, route: &PlannedRoute) -> Result<Strangers, GateError> {
        let router = self.stage.plan.addresses.router;
        let others = self.others().await?;
        let data = self.tries(route, &others).await?;
        let mut seen = Strangers { calls: data.len(), ..Strangers::default() };
        for data in &data {
            let took = self.ask(NOBODY, router, data.clone()).await?;
            seen.through |= took.returned && took.wrote;
        }
        if seen.through {
            return Ok(seen);
        }
        for data in data.iter().take(AGAIN) {
            for from in &others {
                let took = self.ask(*from, router, data.clone()).await?;
                if took.returned && took.wrote {
                    return Ok(Strangers { guarded: true, ..seen });
                }
            }
        }
        Ok(seen)
    }

    /// Everybody who has a name in the system, and the account that nobody has.
    async fn others(&mut self) -> Result<Vec<Address>, GateError> {
        let owner = self.owner().await?;
        let plan = self.stage.plan;
        let roles = &plan.system.roles;
        let mut others = vec![owner, roles.owner, roles.bootstrapper];
        others.extend(roles.guardians.iter().chain(&roles.operators));
        others.extend([plan.addresses.dispatcher, plan.addresses.router, plan.addresses.launcher]);
        others.push(Address::ZERO);
        let mut seen = BTreeSet::new();
        others.retain(|address| seen.insert(*address));
        Ok(others)
    }

    async fn tries(&self, route: &PlannedRoute, others: &[Address]) -> Result<Vec<Bytes>, GateError> {
        let facet = self.stage.plan.facets.iter().find(|facet| facet.name == route.facet);
        let facet = facet.map(|facet| facet.address).unwrap_or_default();
        let code = self.stage.sandbox.aside(move |sandbox| sandbox.code(facet)).await;
        let code = code.map_err(|why| GateError::Sandbox { why })?;
        let constants = constants(&code, route.selector.0);
        let mut numbers = vec![U256::MAX, U256::MAX >> 1];
        numbers.extend(constants.iter().flat_map(|number| [*number, number.wrapping_add(U256::from(1))]));
        let mut accounts = vec![NOBODY];
        accounts.extend(others);
        let mut tries = calls(route);
        tries.extend(filled_calls(&route.signature, &numbers, &accounts));
        let mut seen = BTreeSet::new();
        tries.retain(|data| seen.insert(data.clone()));
        tries.truncate(CALLS);
        Ok(tries)
    }
}
