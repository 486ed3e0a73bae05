//! Methods that look.

use super::{Answer, Params, RpcError, ok, views};
use crate::{Devnet, accounts::DEV_ACCOUNTS, block::Block, core::Core, state::State};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, U64, U256};
use std::{collections::BTreeMap, sync::Arc};

/// The number a block id means; the newest one's for "pending". None when there is no such block.
pub(crate) fn number(core: &Core, id: BlockId) -> Option<u64> {
    let number = match id {
        BlockId::Hash(hash) => return core.block_by_hash(hash.block_hash).map(|block| block.header.number),
        BlockId::Number(BlockNumberOrTag::Number(number)) => number,
        BlockId::Number(BlockNumberOrTag::Earliest) => core.first(),
        BlockId::Number(_) => core.number(),
    };
    (core.first()..=core.number()).contains(&number).then_some(number)
}

pub(crate) fn no_block() -> RpcError {
    RpcError::server("header not found")
}

/// The state a block id means.
pub(crate) fn state(core: &Core, id: Option<BlockId>) -> Result<State, RpcError> {
    let number = number(core, id.unwrap_or_default()).ok_or_else(no_block)?;
    Ok(if number == core.number() { core.state.clone() } else { core.state_at(number) })
}

fn block_at(core: &Core, id: BlockId) -> Option<&Arc<Block>> {
    core.block(number(core, id)?)
}

pub(super) fn client_version(_: &Devnet, _: &Params<'_>) -> Answer {
    ok(concat!("payrox-devnet/v", env!("CARGO_PKG_VERSION")))
}

pub(super) fn net_version(devnet: &Devnet, _: &Params<'_>) -> Answer {
    ok(&devnet.read().core.rules.chain_id.to_string())
}

pub(super) fn net_listening(_: &Devnet, _: &Params<'_>) -> Answer {
    ok(&true)
}

pub(super) fn chain_id(devnet: &Devnet, _: &Params<'_>) -> Answer {
    ok(&U64::from(devnet.read().core.rules.chain_id))
}

pub(super) fn syncing(_: &Devnet, _: &Params<'_>) -> Answer {
    ok(&false)
}

pub(super) fn accounts(_: &Devnet, _: &Params<'_>) -> Answer {
    ok(&DEV_ACCOUNTS.map(|account| account.address))
}

pub(super) fn block_number(devnet: &Devnet, _: &Params<'_>) -> Answer {
    ok(&U64::from(devnet.read().core.number()))
}

pub(super) fn block_by_number(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let (tag, whole) = (params.get::<BlockNumberOrTag>(0)?, params.opt(1)?.unwrap_or(false));
    let core = &devnet.read().core;
    if tag.is_pending() {
        let next = Block::new(core.next_header(), Vec::new());
        return ok(&views::block(&next, whole));
    }
    ok(&block_at(core, tag.into()).map(|block| views::block(block, whole)))
}

pub(super) fn block_by_hash(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let (hash, whole) = (params.get::<B256>(0)?, params.opt(1)?.unwrap_or(false));
    ok(&devnet.read().core.block_by_hash(hash).map(|block| views::block(block, whole)))
}

pub(super) fn transaction_count_of_block(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let tag = params.get::<BlockNumberOrTag>(0)?;
    ok(&block_at(&devnet.read().core, tag.into()).map(|block| U64::from(block.mined.len())))
}

pub(super) fn balance(devnet: &Devnet, params: &Params<'_>) -> Answer {
    ok(&state(&devnet.read().core, params.opt(1)?)?.balance(params.get(0)?)?)
}

pub(super) fn code(devnet: &Devnet, params: &Params<'_>) -> Answer {
    ok(&state(&devnet.read().core, params.opt(1)?)?.code(params.get(0)?)?)
}

pub(super) fn storage_at(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let (address, slot) = (params.get(0)?, params.get(1)?);
    ok(&B256::from(state(&devnet.read().core, params.opt(2)?)?.slot(address, slot)?))
}

pub(super) fn transaction_count(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let (address, id) = (params.get(0)?, params.opt::<BlockId>(1)?);
    let core = &devnet.read().core;
    let nonce = match id {
        Some(id) if id.is_pending() => core.pending_nonce(address)?,
        id => state(core, id)?.nonce(address)?,
    };
    ok(&U64::from(nonce))
}

pub(super) fn transaction_by_hash(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let hash = params.get(0)?;
    let core = &devnet.read().core;
    let mined = core.transaction(hash).map(|(block, index)| views::transaction(block, index));
    ok(&mined.or_else(|| core.pool.find(hash).map(views::waiting)))
}

pub(super) fn receipt(devnet: &Devnet, params: &Params<'_>) -> Answer {
    ok(&devnet.read().core.transaction(params.get(0)?).map(|(block, index)| views::receipt(block, index)))
}

pub(super) fn block_receipts(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let core = &devnet.read().core;
    let receipts =
        |block: &Arc<Block>| (0..block.mined.len()).map(|at| views::receipt(block, at)).collect::<Vec<_>>();
    ok(&block_at(core, params.get(0)?).map(receipts))
}

pub(super) fn dump_storage(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let words: BTreeMap<B256, B256> = devnet
        .storage_of(params.get::<Address>(0)?)
        .into_iter()
        .map(|(key, value): (U256, U256)| (key.into(), value.into()))
        .collect();
    ok(&words)
}
