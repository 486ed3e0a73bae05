//! Methods about prices.

use super::{Answer, Number, Params, RpcError, ok, reads};
use crate::{Devnet, block::Block};
use alloy_consensus::Transaction;
use alloy_eips::BlockNumberOrTag;
use alloy_primitives::U64;
use alloy_rpc_types_eth::FeeHistory;

/// The tip suggested: there is no competition for blocks here.
pub(super) const TIP: u64 = 1_000_000_000;
/// How many blocks one answer covers; geth's limit.
const BLOCKS: u64 = 1024;

pub(super) fn gas_price(devnet: &Devnet, _: &Params<'_>) -> Answer {
    ok(&U64::from(devnet.read().core.next_base_fee().saturating_add(TIP)))
}

pub(super) fn max_priority_fee(_: &Devnet, _: &Params<'_>) -> Answer {
    ok(&U64::from(TIP))
}

pub(super) fn fee_history(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let Number(count) = params.get(0)?;
    let newest = params.get::<BlockNumberOrTag>(1)?;
    let percentiles: Option<Vec<f64>> = params.opt(2)?;
    if percentiles.iter().flatten().any(|percentile| !(0.0..=100.0).contains(percentile)) {
        return Err(RpcError::invalid_params("percentiles are between 0 and 100"));
    }
    let core = &devnet.read().core;
    let newest = reads::number(core, newest.into()).ok_or_else(reads::no_block)?;
    let count = count.min(newest + 1 - core.first()).min(BLOCKS);
    let oldest_block = newest + 1 - count;
    let blocks = &core.blocks_from(oldest_block)[..count as usize];
    let base_fee = |block: &Block| u128::from(block.header.base_fee_per_gas.unwrap_or_default());
    let after = core.block(newest + 1).map_or_else(|| core.next_base_fee().into(), |block| base_fee(block));
    let ratio = |block: &Block| block.header.gas_used as f64 / block.header.gas_limit as f64;
    ok(&FeeHistory {
        base_fee_per_gas: blocks.iter().map(|block| base_fee(block)).chain([after]).collect(),
        gas_used_ratio: blocks.iter().map(|block| ratio(block)).collect(),
        base_fee_per_blob_gas: vec![1; blocks.len() + 1],
        blob_gas_used_ratio: vec![0.0; blocks.len()],
        oldest_block,
        reward: percentiles
            .map(|percentiles| blocks.iter().map(|block| rewards(block, &percentiles)).collect()),
    })
}

/// The tips at these percentiles of a block's gas.
fn rewards(block: &Block, percentiles: &[f64]) -> Vec<u128> {
    let base_fee = block.header.base_fee_per_gas.unwrap_or_default();
    let mut tips: Vec<_> = block
        .mined
        .iter()
        .map(|mined| (mined.tx.effective_tip_per_gas(base_fee).unwrap_or_default(), mined.gas_used))
        .collect();
    tips.sort_unstable();
    let at = |percentile: &f64| {
        let wanted = block.header.gas_used as f64 * percentile / 100.0;
        let mut sum = 0;
        let found = tips.iter().find(|(_, gas)| {
            sum += gas;
            sum as f64 >= wanted
        });
        found.or(tips.last()).map_or(0, |(tip, _)| *tip)
    };
    percentiles.iter().map(at).collect()
}
