//! A system at one block, in at most four round trips.

use crate::{At, CallRequest, ChainError, Endpoint, Head, Read};
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolCall;
use payrox_model::{
    ActiveState, ChainId, ChainSnapshot, CodeHash, DispatcherState, Epoch, PendingState, PlanId, Root,
    RouterState, abi::IManifestDispatcher as D,
};
use std::collections::BTreeMap;

/// What to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotQuery {
    /// Addresses whose code hash is wanted.
    pub addresses: Vec<Address>,
    /// The control plane.
    pub dispatcher: Address,
    /// The data plane.
    pub router: Address,
}

/// The system at the newest block.
///
/// # Errors
/// When the endpoint fails, or a contract at a known address does not answer as the dispatcher does.
pub async fn snapshot(endpoint: &Endpoint, query: &SnapshotQuery) -> Result<ChainSnapshot, ChainError> {
    let (chain_id, head) = endpoint.newest().await?;
    at(endpoint, query, chain_id, &head).await
}

/// The system at an earlier block, as far as the endpoint's memory reaches.
///
/// # Errors
/// As [`snapshot`], and when the endpoint has forgotten the block.
pub async fn snapshot_at(
    endpoint: &Endpoint,
    query: &SnapshotQuery,
    block: u64,
) -> Result<ChainSnapshot, ChainError> {
    let (chain_id, _) = endpoint.newest().await?;
    at(endpoint, query, chain_id, &endpoint.block(At::Block(block)).await?).await
}

/// What a dispatcher is asked for a snapshot.
pub fn questions(dispatcher: Address) -> [CallRequest; 6] {
    [
        D::ownerCall {}.abi_encode(),
        D::pendingOwnerCall {}.abi_encode(),
        D::routerCall {}.abi_encode(),
        D::activeCall {}.abi_encode(),
        D::pendingCall {}.abi_encode(),
        D::statusCall {}.abi_encode(),
    ]
    .map(|data| CallRequest::view(dispatcher, data))
}

async fn at(
    endpoint: &Endpoint,
    query: &SnapshotQuery,
    chain_id: ChainId,
    head: &Head,
) -> Result<ChainSnapshot, ChainError> {
    let mut addresses = query.addresses.clone();
    addresses.extend([query.dispatcher, query.router]);
    addresses.sort_unstable();
    addresses.dedup();
    let mut reads: Vec<_> = addresses.iter().copied().map(Read::Code).collect();
    // Asked along with the code: where there is no dispatcher the outputs are empty and are not looked at.
    reads.extend(questions(query.dispatcher).map(Read::Call));
    let mut answers = endpoint.read(At::Block(head.number), &reads).await?;
    let views = answers.split_off(addresses.len());
    let mut code = BTreeMap::new();
    for (address, bytes) in addresses.iter().zip(answers) {
        let bytes = bytes?;
        if !bytes.is_empty() {
            code.insert(*address, CodeHash::of(&bytes));
        }
    }
    let dispatcher = match code.contains_key(&query.dispatcher) {
        true => Some(decode(endpoint, views)?),
        false => None,
    };
    let router = match (&dispatcher, code.contains_key(&query.router)) {
        (Some(dispatcher), true) => Some(router(endpoint, dispatcher, head).await?),
        _ => None,
    };
    Ok(ChainSnapshot {
        chain_id,
        block: head.number,
        block_hash: head.hash,
        timestamp: head.timestamp,
        code,
        dispatcher,
        router,
        diamond: None,
    })
}

async fn router(
    endpoint: &Endpoint,
    dispatcher: &DispatcherState,
    head: &Head,
) -> Result<RouterState, ChainError> {
    let manifest = match dispatcher.active.manifest {
        Address::ZERO => Vec::new(),
        // A chunk's code is 0x00 and the data.
        chunk => endpoint.code(chunk, At::Block(head.number)).await?.get(1..).unwrap_or_default().to_vec(),
    };
    Ok(RouterState { manifest })
}

fn decode(endpoint: &Endpoint, views: Vec<Result<Bytes, ChainError>>) -> Result<DispatcherState, ChainError> {
    let mut views = views.into_iter();
    let owner = next::<D::ownerCall>(endpoint, &mut views)?;
    let pending_owner = next::<D::pendingOwnerCall>(endpoint, &mut views)?;
    let router = next::<D::routerCall>(endpoint, &mut views)?;
    let active = next::<D::activeCall>(endpoint, &mut views)?;
    let pending = next::<D::pendingCall>(endpoint, &mut views)?;
    let status = next::<D::statusCall>(endpoint, &mut views)?;
    let pending_plan = PlanId(pending.planId);
    Ok(DispatcherState {
        owner,
        pending_owner,
        router,
        active: ActiveState {
            epoch: Epoch(active.epoch),
            plan_id: PlanId(active.planId),
            manifest: active.manifest,
            root: Root(active.root),
            activated_at: active.activatedAt,
        },
        pending: (!pending_plan.is_zero())
            .then_some(PendingState { plan_id: pending_plan, eta: pending.eta }),
        paused: status.paused,
        halted: status.halted,
        frozen: status.frozen,
        is_sealed: status.isSealed,
        floor: Epoch(status.floor),
        delay: status.delay,
    })
}

fn next<C: SolCall>(
    endpoint: &Endpoint,
    views: &mut impl Iterator<Item = Result<Bytes, ChainError>>,
) -> Result<C::Return, ChainError> {
    let output = views.next().unwrap_or_else(|| Err(endpoint.odd("eth_call", "an answer is missing")))?;
    C::abi_decode_returns_validate(&output)
        .map_err(|e| endpoint.odd("eth_call", &format!("{} of the dispatcher: {e}", C::SIGNATURE)))
}
