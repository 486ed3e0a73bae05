//! The transactions of a system, by their callee and by its logs.

use super::{MOST, Range};
use alloy_primitives::{Address, B256};
use payrox_chain::{Body, ChainError, Endpoint, LogQuery};
use payrox_devnet::ForkPoint;
use payrox_model::ChainId;
use std::{collections::BTreeSet, sync::Arc};

/// Blocks in one round trip.
const CHUNK: u64 = 20;

/// A transaction that was found.
pub(super) struct Found {
    /// Its block.
    pub(super) body: Arc<Body>,
    /// Its place there.
    pub(super) at: usize,
    /// The block before.
    pub(super) parent: ForkPoint,
}

pub(super) struct All {
    pub(super) transactions: Vec<Found>,
    pub(super) blocks: (u64, u64),
    pub(super) blind: Vec<String>,
}

/// The newest transactions of a contract in a range of blocks, oldest first.
pub(super) async fn find(endpoint: &Endpoint, router: Address, range: &Range) -> Result<All, ChainError> {
    let chain_id: ChainId = endpoint.newest().await?.0;
    let last = range.last.min(MOST);
    let (first, newest) = (*range.blocks.start(), *range.blocks.end());
    let mut found = Vec::new();
    let mut blind = vec![
        "calls of the system by other contracts that log nothing are not found: that needs a trace of every block"
            .to_owned(),
    ];
    let mut to = newest;
    // A block needs the one before it; genesis has no transactions.
    let first = first.max(1);
    while to >= first && found.len() < last {
        let from = to.saturating_sub(CHUNK - 1).max(first);
        let numbers: Vec<u64> = (from - 1..=to).collect();
        let bodies: Vec<Arc<Body>> = endpoint.bodies(&numbers).await?.into_iter().map(Arc::new).collect();
        let logged = logged(endpoint, router, from, to).await;
        let logged = logged.unwrap_or_else(|why| {
            blind
                .push(format!("blocks {from} to {to}: calls by other contracts, as it gives no logs: {why}"));
            BTreeSet::new()
        });
        for pair in bodies.windows(2).rev() {
            let [before, body] = pair else { continue };
            let parent = before.point(chain_id);
            for (at, mined) in body.transactions.iter().enumerate().rev() {
                let ours = mined.to == Some(router) || logged.contains(&mined.hash);
                if ours && found.len() < last {
                    found.push(Found { body: body.clone(), at, parent: parent.clone() });
                }
            }
        }
        if from == first {
            to = first.saturating_sub(1);
            break;
        }
        to = from - 1;
    }
    found.reverse();
    Ok(All { transactions: found, blocks: (to + 1, newest), blind })
}

async fn logged(
    endpoint: &Endpoint,
    router: Address,
    from: u64,
    to: u64,
) -> Result<BTreeSet<B256>, ChainError> {
    let query =
        LogQuery { from_block: from, to_block: Some(to), addresses: vec![router], ..LogQuery::default() };
    Ok(endpoint.logs(&query).await?.into_iter().map(|log| log.tx).collect())
}
