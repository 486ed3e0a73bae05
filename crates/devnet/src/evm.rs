//! One execution on revm: of a transaction for a block, or of a call that leaves no trace.

use crate::{
    core::Core,
    fork::ForkError,
    rpc::RpcError,
    state::State,
    view::{Misses, View},
};
use alloy_consensus::{Header, Transaction, TxEnvelope, Typed2718};
use alloy_eips::eip7840::BlobParams;
use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_rpc_types_eth::TransactionRequest;
use alloy_sol_types::{Panic, Revert, SolError};
use revm::{
    Context, ExecuteEvm, MainBuilder,
    context::{
        BlockEnv, CfgEnv, TxEnv,
        result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction, ResultAndState},
    },
    context_interface::{block::BlobExcessGasAndPrice, either::Either},
    database_interface::WrapDatabaseRef,
    handler::MainnetContext,
};

/// What a call may burn at most, so that a loop without end comes back; geth's default.
pub(crate) const CALL_GAS: u64 = 50_000_000;

/// Which checks of a transaction apply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    /// All of them: it goes into a block.
    Signed,
    /// It goes into a block, and a contract may be the sender.
    Impersonated,
    /// The same, and it costs nothing.
    Free,
    /// It was in a block already, of another world: it costs nothing, and whatever the sender's nonce is now will do.
    Again,
    /// Those that `eth_call` and `eth_estimateGas` keep: no nonce, no fee unless one is named.
    Call,
}

pub(crate) type Outcome = Result<ResultAndState, EVMError<ForkError>>;

/// How often an execution is tried on what a fork knows. After that, what it reads is read one by one.
const ROUNDS: usize = 64;

pub(crate) fn run(core: &Core, state: &State, header: &Header, tx: TxEnv, mode: Mode) -> Outcome {
    let spec = core.rules.hardfork.spec();
    let mut cfg = CfgEnv::new_with_spec(spec).with_chain_id(core.rules.chain_id);
    cfg.disable_eip3607 = mode != Mode::Signed;
    if matches!(mode, Mode::Free | Mode::Again) {
        cfg.disable_base_fee = true;
        cfg.disable_fee_charge = true;
    }
    if mode == Mode::Again {
        cfg.disable_nonce_check = true;
        cfg.disable_block_gas_limit = true;
    }
    if mode == Mode::Call {
        cfg.disable_nonce_check = true;
        cfg.disable_block_gas_limit = true;
        cfg.disable_base_fee = tx.gas_price == 0;
        cfg.tx_gas_limit_cap = Some(u64::MAX);
    }
    let fraction = match core.rules.hardfork {
        crate::Hardfork::Cancun => BlobParams::cancun(),
        _ => BlobParams::prague(),
    };
    let excess = header.excess_blob_gas.unwrap_or_default();
    let block = BlockEnv {
        number: U256::from(header.number),
        beneficiary: header.beneficiary,
        timestamp: U256::from(header.timestamp),
        gas_limit: header.gas_limit,
        basefee: header.base_fee_per_gas.unwrap_or_default(),
        prevrandao: Some(header.mix_hash),
        blob_excess_gas_and_price: Some(BlobExcessGasAndPrice {
            excess_blob_gas: excess,
            blob_gasprice: fraction.calc_blob_fee(excess),
        }),
        ..BlockEnv::default()
    };
    let execute = |misses: Option<&Misses>, tx: TxEnv| {
        let view = View { state, block_hash: |number| core.block_hash(number), misses };
        let context: MainnetContext<_> = Context::new(WrapDatabaseRef(view), spec);
        context.with_cfg(cfg.clone()).with_block(block.clone()).build_mainnet().transact(tx)
    };
    if let Some(fork) = state.fork() {
        fork.take_owed().map_err(EVMError::Database)?;
        // Executing is cheap, a round trip is not: what an execution reads is noted, read at once, and it is tried again,
        // until it reads nothing new.
        for _ in 0..ROUNDS {
            let misses = Misses::default();
            let outcome = execute(Some(&misses), tx.clone());
            let misses = misses.into_inner();
            if misses.is_empty() {
                return outcome;
            }
            fork.fetch(&misses).map_err(EVMError::Database)?;
        }
    }
    execute(None, tx)
}

/// The environment of a signed transaction.
pub(crate) fn signed(tx: &TxEnvelope, sender: Address) -> TxEnv {
    TxEnv {
        tx_type: tx.ty(),
        caller: sender,
        gas_limit: tx.gas_limit(),
        gas_price: tx.max_fee_per_gas(),
        kind: tx.kind(),
        value: tx.value(),
        data: tx.input().clone(),
        nonce: tx.nonce(),
        chain_id: tx.chain_id(),
        access_list: tx.access_list().cloned().unwrap_or_default(),
        gas_priority_fee: tx.max_priority_fee_per_gas(),
        blob_hashes: tx.blob_versioned_hashes().map(<[_]>::to_vec).unwrap_or_default(),
        max_fee_per_blob_gas: tx.max_fee_per_blob_gas().unwrap_or_default(),
        authorization_list: tx
            .authorization_list()
            .map(|list| list.iter().cloned().map(Either::Left).collect())
            .unwrap_or_default(),
    }
}

/// The environment of a call.
pub(crate) fn requested(core: &Core, state: &State, request: &TransactionRequest) -> Result<TxEnv, RpcError> {
    if request.gas_price.is_some() && request.max_fee_per_gas.is_some() {
        return Err(RpcError::server("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified"));
    }
    if request.blob_versioned_hashes.is_some() || request.sidecar.is_some() {
        return Err(RpcError::server("blob transactions are not supported"));
    }
    let data = request.input.unique_input().map_err(|e| RpcError::invalid_params(e.to_string()))?;
    let caller = request.from.unwrap_or_default();
    let authorizations = request.authorization_list.clone().unwrap_or_default();
    Ok(TxEnv {
        tx_type: if !authorizations.is_empty() {
            4
        } else if request.max_fee_per_gas.is_some() {
            2
        } else {
            u8::from(request.access_list.is_some())
        },
        caller,
        gas_limit: request.gas.unwrap_or(CALL_GAS).min(CALL_GAS),
        gas_price: request.gas_price.or(request.max_fee_per_gas).unwrap_or_default(),
        kind: request.to.unwrap_or(TxKind::Create),
        value: request.value.unwrap_or_default(),
        data: data.cloned().unwrap_or_default(),
        nonce: match request.nonce {
            Some(nonce) => nonce,
            None => state.nonce(caller)?,
        },
        chain_id: Some(request.chain_id.unwrap_or(core.rules.chain_id)),
        access_list: request.access_list.clone().unwrap_or_default(),
        gas_priority_fee: request.max_fee_per_gas.and(request.max_priority_fee_per_gas.or(Some(0))),
        blob_hashes: Vec::new(),
        max_fee_per_blob_gas: 0,
        authorization_list: authorizations.into_iter().map(Either::Left).collect(),
    })
}

/// The output of a successful execution, or the error geth answers with.
pub(crate) fn output(result: ExecutionResult) -> Result<Bytes, RpcError> {
    match result {
        ExecutionResult::Success { output, .. } => Ok(output.into_data()),
        ExecutionResult::Revert { output, .. } => Err(reverted(output)),
        ExecutionResult::Halt { reason, .. } => Err(RpcError::server(halted(&reason))),
    }
}

fn reverted(data: Bytes) -> RpcError {
    let reason = Revert::abi_decode(&data)
        .map(|revert| revert.reason)
        .or_else(|_| Panic::abi_decode(&data).map(|panic| panic.to_string()));
    let message = match reason {
        Ok(reason) => format!("execution reverted: {reason}"),
        Err(_) => "execution reverted".to_owned(),
    };
    RpcError::reverted(message, data)
}

fn halted(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(_) => "out of gas".into(),
        HaltReason::OpcodeNotFound | HaltReason::InvalidFEOpcode => "invalid opcode".into(),
        HaltReason::InvalidJump => "invalid jump destination".into(),
        HaltReason::OutOfFunds => "insufficient funds for transfer".into(),
        HaltReason::CreateContractSizeLimit => "max code size exceeded".into(),
        HaltReason::CreateCollision => "contract address collision".into(),
        HaltReason::CreateContractStartingWithEF => "invalid code: must not begin with 0xef".into(),
        other => format!("{other:?}"),
    }
}

/// Why a transaction cannot go into a block, in geth's words: clients look for them.
pub(crate) fn invalid(error: EVMError<ForkError>, tx: &TxEnv, header: &Header) -> RpcError {
    let error = match error {
        EVMError::Transaction(error) => error,
        EVMError::Database(error) => return error.into(),
        other => return RpcError::internal(other.to_string()),
    };
    let from = tx.caller;
    RpcError::server(match error {
        InvalidTransaction::NonceTooLow { tx, state } => nonce_too_low(state, tx),
        InvalidTransaction::NonceTooHigh { tx, state } => {
            format!("nonce too high: next nonce {state}, tx nonce {tx}")
        }
        InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
            format!("insufficient funds for gas * price + value: address {from} have {balance} want {fee}")
        }
        InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
            format!("intrinsic gas too low: gas {gas_limit}, minimum needed {initial_gas}")
        }
        InvalidTransaction::GasFloorMoreThanGasLimit { gas_floor, gas_limit } => {
            format!("insufficient gas for floor data gas cost: gas {gas_limit}, minimum needed {gas_floor}")
        }
        InvalidTransaction::CallerGasLimitMoreThanBlock => "exceeds block gas limit".into(),
        InvalidTransaction::TxGasLimitGreaterThanCap { gas_limit, cap } => {
            format!("transaction gas limit too high (cap: {cap}, tx: {gas_limit})")
        }
        InvalidTransaction::GasPriceLessThanBasefee => format!(
            "max fee per gas less than block base fee: address {from}, maxFeePerGas: {}, baseFee: {}",
            tx.gas_price,
            header.base_fee_per_gas.unwrap_or_default()
        ),
        InvalidTransaction::PriorityFeeGreaterThanMaxFee => format!(
            "max priority fee per gas higher than max fee per gas: address {from}, maxPriorityFeePerGas: {}, maxFeePerGas: {}",
            tx.gas_priority_fee.unwrap_or_default(),
            tx.gas_price
        ),
        InvalidTransaction::CreateInitCodeSizeLimit => {
            format!("max initcode size exceeded: code size {}, limit 49152", tx.data.len())
        }
        InvalidTransaction::RejectCallerWithCode => format!("sender not an eoa: address {from}"),
        InvalidTransaction::Eip7702NotSupported => "transaction type not supported".into(),
        other => other.to_string(),
    })
}

pub(crate) fn nonce_too_low(next: u64, nonce: u64) -> String {
    format!("nonce too low: next nonce {next}, tx nonce {nonce}")
}
