//! Methods that a real chain does not have.

use super::{Answer, Number, Params, RpcError, ok};
use crate::{Devnet, state::Slot};
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use serde::Deserialize;

/// How many blocks one request may mine.
const BLOCKS: u64 = 10_000;

pub(super) fn snapshot(devnet: &Devnet, _: &Params<'_>) -> Answer {
    ok(&U64::from(devnet.write().snapshot()?))
}

pub(super) fn revert(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let Number(id) = params.get(0)?;
    ok(&devnet.write().revert(id)?)
}

/// `evm_mine` takes a timestamp, or an object with one.
#[derive(Deserialize)]
#[serde(untagged)]
enum At {
    Time(Number),
    Options { timestamp: Option<Number> },
}

pub(super) fn mine(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let mut chain = devnet.write();
    if let Some(At::Time(at) | At::Options { timestamp: Some(at) }) = params.opt(0)? {
        chain.set_next_timestamp(at.0)?;
    }
    chain.mine_waiting()?;
    ok("0x0")
}

pub(super) fn mine_many(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let count = params.opt::<Number>(0)?.map_or(1, |Number(count)| count);
    let interval = params.opt::<Number>(1)?.map(|Number(interval)| interval);
    if count > BLOCKS {
        return Err(RpcError::invalid_params(format!("more than {BLOCKS} blocks at once")));
    }
    let mut chain = devnet.write();
    for at in 0..count {
        if let Some(interval) = interval.filter(|_| at > 0) {
            let head = chain.core.head().map_or(0, |head| head.header.timestamp);
            chain.set_next_timestamp(head.saturating_add(interval.max(1)))?;
        }
        chain.mine_waiting()?;
    }
    ok(&())
}

pub(super) fn set_automine(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let automine = params.get(0)?;
    devnet.write().set_automine(automine);
    ok(&true)
}

pub(super) fn increase_time(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let Number(seconds) = params.get(0)?;
    ok(&devnet.write().increase_time(seconds)?)
}

pub(super) fn set_next_timestamp(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let Number(timestamp) = params.get(0)?;
    devnet.write().set_next_timestamp(timestamp)?;
    ok(&())
}

pub(super) fn set_time(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let Number(timestamp) = params.get(0)?;
    devnet.write().set_clock(timestamp)?;
    ok(&())
}

pub(super) fn set_balance(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let (address, balance) = (params.get(0)?, params.get(1)?);
    devnet.set_balance(address, balance)?;
    ok(&())
}

pub(super) fn set_code(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let (address, code) = (params.get(0)?, params.get::<Bytes>(1)?);
    devnet.set_code(address, code)?;
    ok(&())
}

pub(super) fn set_nonce(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let (address, Number(nonce)) = (params.get(0)?, params.get(1)?);
    devnet.write().patch(address, |diff| diff.nonce = nonce)?;
    ok(&())
}

pub(super) fn set_storage(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let (address, key, value) = (params.get(0)?, params.get::<U256>(1)?, params.get::<B256>(2)?);
    devnet.write().patch(address, |diff| diff.slots.push(Slot { key, value: value.into() }))?;
    ok(&true)
}

pub(super) fn impersonate(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let address: Address = params.get(0)?;
    devnet.write().impersonated.insert(address);
    ok(&())
}

pub(super) fn stop_impersonating(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let address: Address = params.get(0)?;
    devnet.write().impersonated.remove(&address);
    ok(&())
}
