//! A remote chain to try a plan on: a fork, with what every dry run touches read at once.

use crate::{Sandbox, gates::GateError, truth};
use alloy_primitives::Address;
use payrox_chain::{Endpoint, Remote, fork_point};
use payrox_devnet::{Fork, Wanted};
use payrox_model::{ChainSnapshot, Manifest};
use payrox_plan::Plan;

/// A fork of the chain at the block of the snapshot, which remembers no longer than it lives.
pub(crate) async fn fork(endpoint: &Endpoint, chain: &ChainSnapshot) -> Result<Fork, GateError> {
    let failed = |e: payrox_chain::ChainError| GateError::Fork { why: e.to_string() };
    let point = fork_point(endpoint, chain.chain_id, Some(chain.block)).await.map_err(failed)?;
    if point.hash != chain.block_hash {
        let why = format!("block {} is another one now", chain.block);
        return Err(GateError::Fork { why });
    }
    let remote = Remote::at(endpoint, point.hash).map_err(failed)?;
    Ok(Fork::new(point, Box::new(remote)))
}

/// A sandbox on a fork.
pub(crate) async fn sandbox(fork: &Fork, plan: &Plan, chain: &ChainSnapshot) -> Result<Sandbox, GateError> {
    let mut accounts = truth::addresses(plan);
    let core = plan.addresses;
    accounts.extend([core.factory, core.extension, core.implementation, core.launcher]);
    let active = chain.router.as_ref().and_then(|router| Manifest::decode(&router.manifest).ok());
    accounts.extend(active.iter().flat_map(Manifest::facets).map(|facet| facet.address));
    accounts.extend(chain.dispatcher.as_ref().map(|dispatcher| dispatcher.active.manifest));
    accounts.retain(|account: &Address| !account.is_zero());
    let wanted: Vec<Wanted> = accounts.into_iter().map(Wanted::Account).collect();
    let reads = fork.clone();
    let read = tokio::task::spawn_blocking(move || reads.fetch(&wanted)).await;
    match read {
        Ok(Ok(())) => Ok(Sandbox::of(fork)),
        Ok(Err(error)) => Err(GateError::Fork { why: error.to_string() }),
        Err(error) => Err(GateError::Sandbox { why: error.to_string() }),
    }
}
