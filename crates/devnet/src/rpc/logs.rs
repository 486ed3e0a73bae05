//! Logs and filters.

use super::{Answer, Params, RpcError, ok, reads, views};
use crate::{Devnet, block::Block, core::Core, filters::Kind};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::U256;
use alloy_rpc_types_eth::{Filter, FilterBlockOption, Log};

/// How many logs one answer holds; geth and others refuse in this way, too.
const LOGS: usize = 20_000;

/// The logs of a block that a filter wants.
pub(crate) fn of_block(block: &Block, filter: &Filter) -> Vec<Log> {
    if !filter.matches_bloom(block.header.logs_bloom) {
        return Vec::new();
    }
    let all = (0..block.mined.len()).flat_map(|index| views::logs(block, index));
    all.filter(|log| filter.matches(&log.inner)).collect()
}

/// The blocks a filter is about, first and last.
fn range(core: &Core, filter: &Filter) -> Result<(u64, u64), RpcError> {
    let newest = core.number();
    let resolve = |tag: Option<BlockNumberOrTag>| match tag {
        None => newest,
        Some(BlockNumberOrTag::Number(number)) => number,
        Some(BlockNumberOrTag::Earliest) => core.first(),
        Some(_) => newest,
    };
    match filter.block_option {
        FilterBlockOption::AtBlockHash(hash) => {
            let number =
                reads::number(core, BlockId::from(hash)).ok_or_else(|| RpcError::server("unknown block"))?;
            Ok((number, number))
        }
        FilterBlockOption::Range { from_block, to_block } => {
            let (first, last) = (resolve(from_block), resolve(to_block));
            if first > last && to_block.is_some() {
                return Err(RpcError::invalid_params("invalid block range params"));
            }
            // Not knowing is not the same as there being none.
            if first < core.first() {
                let forked = core.first();
                return Err(RpcError::server(format!(
                    "this fork has no logs before its block {forked}: ask the chain that it is a fork of"
                )));
            }
            Ok((first, last.min(newest)))
        }
    }
}

fn matching(core: &Core, filter: &Filter) -> Result<Vec<Log>, RpcError> {
    let (first, last) = range(core, filter)?;
    let mut logs = Vec::new();
    for block in (first..=last).map_while(|number| core.block(number)) {
        logs.extend(of_block(block, filter));
        if logs.len() > LOGS {
            return Err(RpcError::new(-32005, format!("query returned more than {LOGS} results")));
        }
    }
    Ok(logs)
}

pub(super) fn get_logs(devnet: &Devnet, params: &Params<'_>) -> Answer {
    ok(&matching(&devnet.read().core, &params.get(0)?)?)
}

pub(super) fn new_filter(devnet: &Devnet, params: &Params<'_>) -> Answer {
    install(devnet, Kind::Logs(Box::new(params.get(0)?)))
}

pub(super) fn new_block_filter(devnet: &Devnet, _: &Params<'_>) -> Answer {
    install(devnet, Kind::Blocks)
}

pub(super) fn new_transaction_filter(devnet: &Devnet, _: &Params<'_>) -> Answer {
    install(devnet, Kind::Transactions)
}

fn install(devnet: &Devnet, kind: Kind) -> Answer {
    let chain = &mut *devnet.write();
    ok(&chain.filters.install(kind, &chain.core)?)
}

pub(super) fn filter_changes(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let chain = &mut *devnet.write();
    ok(&chain.filters.changes(params.get(0)?, &chain.core)?)
}

pub(super) fn filter_logs(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let chain = devnet.read();
    ok(&matching(&chain.core, chain.filters.log_filter(params.get(0)?)?)?)
}

pub(super) fn uninstall_filter(devnet: &Devnet, params: &Params<'_>) -> Answer {
    ok(&devnet.write().filters.uninstall(params.get::<U256>(0)?))
}
