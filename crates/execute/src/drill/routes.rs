//! What the contracts say of each route, and what a call of it takes.

use super::Drill;
use crate::gates::GateError;
use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_sol_types::SolCall as _;
use payrox_artifacts::sample_calls;
use payrox_devnet::{Execution, Measured};
use payrox_model::{Gas, Manifest, Selector, abi::IManifestDispatcher as D, limits};
use payrox_plan::{PlannedRoute, Sender};
use payrox_validate::RouteGas;
use std::collections::BTreeSet;

/// Gas of a transaction before it does anything, and of a byte of its calldata (EIP-2028).
const TRANSACTION: u64 = 21_000;
const ZERO: u64 = 4;
const NONZERO: u64 = 16;

impl Drill<'_> {
    /// Each route: whether the dispatcher accepts its proof, and what a call takes.
    pub(super) async fn measure(&mut self) -> Result<(), GateError> {
        let plan = self.stage.plan;
        let Ok(manifest) = Manifest::decode(&plan.manifest.bytes) else { return Ok(()) };
        let owner = self.owner().await?;
        // A diamond is shown no proofs.
        let shown = plan.diamond.is_none();
        for (index, leaf) in manifest.leaves().enumerate().filter(|_| shown) {
            let proof = plan.proofs.get(&leaf.selector).cloned().unwrap_or_default();
            let call = D::verifyRouteCall {
                selector: leaf.selector.0.into(),
                facet: leaf.facet,
                codeHash: leaf.code_hash.0,
                flags: leaf.flags.0,
                index: U256::from(index),
                proof,
            };
            let answer = self.ask(owner, plan.addresses.dispatcher, call.abi_encode().into()).await?;
            let accepted =
                answer.returned && D::verifyRouteCall::abi_decode_returns(&answer.output) == Ok(true);
            self.seen.proofs.insert(leaf.selector, accepted);
        }
        for route in &plan.routes {
            let measured = self.took(owner, route).await?;
            self.seen.routes.extend(measured.map(|measured| (route.selector, measured)));
        }
        Ok(())
    }

    /// What the same calls take before the plan, of each route that is served then.
    pub(super) async fn measure_deployed(&mut self) -> Result<(), GateError> {
        let chain = self.stage.look().await?;
        let served = chain.router.and_then(|router| Manifest::decode(&router.manifest).ok());
        let Some(served) = served else { return Ok(()) };
        let served: BTreeSet<_> = served.routes().iter().map(|route| route.selector).collect();
        let owner = self.owner().await?;
        for route in self.stage.plan.routes.iter().filter(|route| served.contains(&route.selector)) {
            let measured = self.took(owner, route).await?;
            self.seen.deployed.extend(measured.map(|measured| (route.selector, measured)));
        }
        Ok(())
    }

    /// A call of a route: the first that returns, else the first.
    async fn took(&mut self, owner: Address, route: &PlannedRoute) -> Result<Option<RouteGas>, GateError> {
        // What the router refuses for being stopped says nothing of what the function takes.
        if self.is_shut(route.selector).await? {
            return Ok(None);
        }
        let mut first = None;
        for data in &calls(route) {
            let took = self.ask(owner, self.stage.plan.addresses.router, data.clone()).await?;
            let measured = RouteGas { gas: beyond(&took, data), returns: took.returned };
            if took.returned {
                return Ok(Some(measured));
            }
            first.get_or_insert(measured);
        }
        Ok(first)
    }

    pub(super) async fn owner(&mut self) -> Result<Address, GateError> {
        let chain = self.stage.look().await?;
        Ok(self.stage.sender(Sender::Owner, &chain))
    }

    /// A call that leaves no trace.
    pub(super) async fn ask(
        &mut self,
        from: Address,
        to: Address,
        data: Bytes,
    ) -> Result<Measured, GateError> {
        let call = Execution { to: TxKind::Call(to), value: U256::ZERO, data, gas: Gas(limits::TX_GAS) };
        let measured = self.stage.sandbox.aside(move |sandbox| sandbox.devnet().measure(from, &call)).await;
        measured.map_err(|why| GateError::Sandbox { why })?.map_err(|e| match e.is_of_a_fork() {
            true => GateError::Fork { why: e.to_string() },
            false => GateError::Sandbox { why: e.to_string() },
        })
    }
}

/// Calldata to measure a route with, best first.
pub(super) fn calls(route: &PlannedRoute) -> Vec<Bytes> {
    // The one that takes plain ether has no calldata.
    if route.selector == Selector::RECEIVE { vec![Bytes::new()] } else { sample_calls(&route.signature) }
}

fn beyond(took: &Measured, data: &[u8]) -> Gas {
    let calldata: u64 = data.iter().map(|byte| if *byte == 0 { ZERO } else { NONZERO }).sum();
    Gas(took.gas.0.saturating_sub(TRANSACTION + calldata))
}
