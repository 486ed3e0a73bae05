//! Methods that execute and leave no trace.

use super::{Answer, Params, RpcError, ok, reads};
use crate::{
    Devnet,
    core::Core,
    evm::{self, Mode},
    state::{AccountDiff, Slot, State},
};
use alloy_consensus::Header;
use alloy_eips::BlockId;
use alloy_primitives::{TxKind, U64, U256};
use alloy_rpc_types_eth::{
    AccessList, AccessListItem, AccessListResult, BlockOverrides, TransactionRequest, state::StateOverride,
};
use revm::context::{TxEnv, result::ResultAndState};

/// Where a call executes: a state, and the header of its block.
struct Place {
    state: State,
    header: Header,
}

impl Place {
    fn at(core: &Core, id: BlockId) -> Result<Self, RpcError> {
        let state = reads::state(core, Some(id))?;
        if id.is_pending() {
            return Ok(Self { state, header: core.next_header() });
        }
        let number = reads::number(core, id).ok_or_else(reads::no_block)?;
        let header = core.block(number).ok_or_else(reads::no_block)?.header.clone();
        Ok(Self { state, header })
    }

    fn run(&self, core: &Core, env: TxEnv) -> Result<ResultAndState, RpcError> {
        let again = env.clone();
        evm::run(core, &self.state, &self.header, env, Mode::Call)
            .map_err(|error| evm::invalid(error, &again, &self.header))
    }
}

pub(super) fn call(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let request: TransactionRequest = params.get(0)?;
    let chain = devnet.read();
    let mut place = Place::at(&chain.core, params.opt(1)?.unwrap_or_default())?;
    if let Some(overrides) = params.opt::<StateOverride>(2)? {
        override_state(&mut place.state, overrides)?;
    }
    if let Some(overrides) = params.opt::<BlockOverrides>(3)? {
        override_block(&mut place.header, &overrides);
    }
    let env = evm::requested(&chain.core, &place.state, &request)?;
    ok(&evm::output(place.run(&chain.core, env)?.result)?)
}

pub(super) fn estimate_gas(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let request: TransactionRequest = params.get(0)?;
    let chain = devnet.read();
    let id = params.opt(1)?.unwrap_or_else(BlockId::pending);
    let mut place = Place::at(&chain.core, id)?;
    if let Some(overrides) = params.opt::<StateOverride>(2)? {
        override_state(&mut place.state, overrides)?;
    }
    ok(&U64::from(estimate(&chain.core, &place, &request)?))
}

/// The least gas limit that succeeds for this request in the next block.
pub(super) fn estimate_next(core: &Core, request: &TransactionRequest) -> Result<u64, RpcError> {
    estimate(core, &Place::at(core, BlockId::pending())?, request)
}

fn estimate(core: &Core, place: &Place, request: &TransactionRequest) -> Result<u64, RpcError> {
    let mut env = evm::requested(core, &place.state, request)?;
    let mut most = request.gas.unwrap_or(u64::MAX).min(core.rules.gas_limit);
    if core.rules.hardfork == crate::Hardfork::Osaka {
        most = most.min(revm::primitives::eip7825::TX_GAS_LIMIT_CAP);
    }
    if env.gas_price > 0 {
        let funds = place.state.balance(env.caller)?.saturating_sub(env.value);
        most = most.min(u64::try_from(funds / U256::from(env.gas_price)).unwrap_or(u64::MAX));
    }
    env.gas_limit = most;
    let result = place.run(core, env.clone())?.result;
    let (least, spent) = (result.tx_gas_used(), result.gas().total_gas_spent());
    evm::output(result)?;
    let succeeds = |gas_limit| {
        let env = TxEnv { gas_limit, ..env.clone() };
        place.run(core, env).is_ok_and(|outcome| outcome.result.is_success())
    };
    // Enough unless some inner call keeps a 64th back and needs it, which the search below is for.
    let guess = spent.max(least);
    if succeeds(guess) {
        return Ok(guess);
    }
    let (mut fails, mut works) = (guess, most);
    while works - fails > (works / 64).max(1) {
        // Rarely is more than a few per cent missing, so look low first.
        let middle = (fails + (works - fails) / 2).min(fails.saturating_mul(2));
        if succeeds(middle) {
            works = middle;
        } else {
            fails = middle;
        }
    }
    Ok(works)
}

pub(super) fn create_access_list(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let request: TransactionRequest = params.get(0)?;
    let chain = devnet.read();
    let place = Place::at(&chain.core, params.opt(1)?.unwrap_or_default())?;
    let env = evm::requested(&chain.core, &place.state, &request)?;
    let to = match env.kind {
        TxKind::Call(to) => to,
        TxKind::Create => env.caller.create(env.nonce),
    };
    let outcome = place.run(&chain.core, env.clone())?;
    let free = |address| address == env.caller || address == place.header.beneficiary;
    let mut items: Vec<_> = outcome
        .state
        .iter()
        .map(|(address, account)| {
            let mut storage_keys: Vec<_> = account.storage.keys().map(|key| (*key).into()).collect();
            storage_keys.sort_unstable();
            AccessListItem { address: *address, storage_keys }
        })
        // Sender, receiver and precompiles are warm anyway: only their slots are worth listing.
        .filter(|item| {
            let precompile = U256::from_be_slice(item.address.as_slice()) <= U256::from(0x100);
            !item.storage_keys.is_empty() || !(free(item.address) || item.address == to || precompile)
        })
        .collect();
    items.sort_unstable_by_key(|item| item.address);
    let access_list = AccessList(items);
    let env = TxEnv { access_list: access_list.clone(), tx_type: env.tx_type.max(1), ..env };
    let result = place.run(&chain.core, env)?.result;
    let gas_used = U256::from(result.tx_gas_used());
    let error = evm::output(result).err().map(|error| error.message);
    ok(&AccessListResult { access_list, gas_used, error })
}

fn override_state(state: &mut State, overrides: StateOverride) -> Result<(), RpcError> {
    for (address, change) in overrides {
        if change.move_precompile_to.is_some() {
            return Err(RpcError::invalid_params("movePrecompileToAddress is not supported"));
        }
        if change.state.is_some() && change.state_diff.is_some() {
            return Err(RpcError::invalid_params(format!(
                "account {address} has both 'state' and 'stateDiff'"
            )));
        }
        let before = state.unchanged(address)?;
        let wiped = change.state.is_some();
        let slots = change.state.or(change.state_diff).unwrap_or_default();
        state.apply(&[AccountDiff {
            wiped,
            balance: change.balance.unwrap_or(before.balance),
            nonce: change.nonce.unwrap_or(before.nonce),
            code: change.code.into_iter().collect(),
            slots: slots
                .into_iter()
                .map(|(key, value)| Slot { key: key.into(), value: value.into() })
                .collect(),
            ..before
        }]);
    }
    Ok(())
}

fn override_block(header: &mut Header, overrides: &BlockOverrides) {
    if let Some(number) = overrides.number {
        header.number = number.saturating_to();
    }
    if let Some(time) = overrides.time {
        header.timestamp = time;
    }
    if let Some(gas_limit) = overrides.gas_limit {
        header.gas_limit = gas_limit;
    }
    if let Some(beneficiary) = overrides.coinbase {
        header.beneficiary = beneficiary;
    }
    if let Some(random) = overrides.random {
        header.mix_hash = random;
    }
    if let Some(base_fee) = overrides.base_fee {
        header.base_fee_per_gas = Some(base_fee.saturating_to());
    }
}
