//! Filters that clients poll.

use crate::core::Core;
use crate::rpc::{RpcError, logs};
use alloy_primitives::{B256, U256};
use alloy_rpc_types_eth::{Filter, Log};
use std::collections::BTreeMap;

/// How many filters may be installed at once.
const FILTERS: usize = 1024;

#[derive(Debug, Default)]
pub(crate) struct Filters {
    installed: BTreeMap<U256, Installed>,
    last: u64,
}

#[derive(Debug)]
struct Installed {
    kind: Kind,
    /// The first block not told of yet.
    from: u64,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Logs(Box<Filter>),
    Blocks,
    /// Every transaction is mined at once; the ones told of are those mined since.
    Transactions,
}

/// What is new for a filter.
#[derive(Debug, serde::Serialize)]
#[serde(untagged)]
pub(crate) enum Changes {
    Logs(Vec<Log>),
    Hashes(Vec<B256>),
}

impl Filters {
    pub(crate) fn install(&mut self, kind: Kind, core: &Core) -> Result<U256, RpcError> {
        if self.installed.len() >= FILTERS {
            return Err(RpcError::server(format!("more than {FILTERS} filters")));
        }
        self.last += 1;
        let id = U256::from(self.last);
        self.installed.insert(id, Installed { kind, from: core.number() + 1 });
        Ok(id)
    }

    pub(crate) fn uninstall(&mut self, id: U256) -> bool {
        self.installed.remove(&id).is_some()
    }

    pub(crate) fn rewind(&mut self, number: u64) {
        self.installed.values_mut().for_each(|filter| filter.from = filter.from.min(number + 1));
    }

    pub(crate) fn log_filter(&self, id: U256) -> Result<&Filter, RpcError> {
        match self.installed.get(&id) {
            Some(Installed { kind: Kind::Logs(filter), .. }) => Ok(filter),
            _ => Err(RpcError::server("filter not found")),
        }
    }

    pub(crate) fn changes(&mut self, id: U256, core: &Core) -> Result<Changes, RpcError> {
        let installed = self.installed.get_mut(&id).ok_or_else(|| RpcError::server("filter not found"))?;
        let from = std::mem::replace(&mut installed.from, core.number() + 1);
        let blocks = core.blocks_from(from);
        Ok(match &installed.kind {
            Kind::Blocks => Changes::Hashes(blocks.iter().map(|block| block.hash).collect()),
            Kind::Transactions => {
                let mined = blocks.iter().flat_map(|block| &block.mined);
                Changes::Hashes(mined.map(|mined| *mined.tx.tx_hash()).collect())
            }
            Kind::Logs(filter) => {
                // Without bounds a filter tells of every later block.
                let (first, last) = filter.extract_block_range();
                let asked = first.unwrap_or(0)..=last.unwrap_or(u64::MAX);
                let wanted = blocks.iter().filter(|block| asked.contains(&block.header.number));
                Changes::Logs(wanted.flat_map(|block| logs::of_block(block, filter)).collect())
            }
        })
    }
}
