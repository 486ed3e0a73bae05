//! Methods that send.

use super::{Answer, Params, RpcError, calls, fees::TIP, ok};
use crate::{
    Devnet,
    accounts::DEV_ACCOUNTS,
    chain::Chain,
    pool::{Pending, placeholder},
};
use alloy_consensus::{SignableTransaction, TxEnvelope, TypedTransaction, transaction::SignerRecoverable};
use alloy_eips::eip2718::Decodable2718;
use alloy_network::TxSignerSync;
use alloy_primitives::{Address, Bytes};
use alloy_rpc_types_eth::TransactionRequest;
use alloy_signer_local::PrivateKeySigner;

pub(super) fn send_raw(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let raw: Bytes = params.get(0)?;
    let mut rest = raw.as_ref();
    let tx = TxEnvelope::decode_2718(&mut rest)
        .map_err(|error| RpcError::server(format!("rlp: cannot decode the transaction: {error}")))?;
    if !rest.is_empty() {
        return Err(RpcError::server("rlp: the transaction has something after its end"));
    }
    // Outside of the lock: recovery is what costs most.
    let sender =
        tx.recover_signer().map_err(|_| RpcError::server("invalid sender: the signature is wrong"))?;
    ok(&devnet.write().submit(Pending::new(tx, sender))?)
}

pub(super) fn send(devnet: &Devnet, params: &Params<'_>) -> Answer {
    let request: TransactionRequest = params.get(0)?;
    let from = request.from.ok_or_else(|| RpcError::invalid_params("`from` is missing"))?;
    let chain = &mut *devnet.write();
    let tx = fill(chain, request, from)?;
    let impersonated = chain.impersonated.contains(&from);
    let tx = sign(tx, from, impersonated)?;
    ok(&chain.submit(Pending::new(tx, from))?)
}

/// Fills in what the request leaves open.
fn fill(chain: &Chain, mut request: TransactionRequest, from: Address) -> Result<TypedTransaction, RpcError> {
    let core = &chain.core;
    request.normalize_input();
    if request.to.is_none() {
        request = request.create();
    }
    request.chain_id = Some(request.chain_id.unwrap_or(core.rules.chain_id));
    request.nonce = Some(match request.nonce {
        Some(nonce) => nonce,
        None => core.pending_nonce(from)?,
    });
    if request.gas_price.is_none() {
        let tip = *request.max_priority_fee_per_gas.get_or_insert(TIP.into());
        let twice = u128::from(core.next_base_fee()).saturating_mul(2);
        request.max_fee_per_gas.get_or_insert(twice.saturating_add(tip));
    }
    if request.gas.is_none() {
        request.gas = Some(calls::estimate_next(core, &request)?);
    }
    request.build_typed_tx().map_err(|request| {
        RpcError::invalid_params(format!("not a whole transaction: {:?}", request.missing_keys()))
    })
}

fn sign(mut tx: TypedTransaction, from: Address, impersonated: bool) -> Result<TxEnvelope, RpcError> {
    let signature = if let Some(account) = DEV_ACCOUNTS.iter().find(|account| account.address == from) {
        let signer =
            PrivateKeySigner::from_bytes(&account.key).map_err(|e| RpcError::internal(e.to_string()))?;
        signer.sign_transaction_sync(&mut tx).map_err(|e| RpcError::internal(e.to_string()))?
    } else if impersonated {
        placeholder(from)
    } else {
        return Err(RpcError::server(format!(
            "unknown account: {from} is neither a development account nor impersonated"
        )));
    };
    Ok(tx.into_signed(signature).into())
}
