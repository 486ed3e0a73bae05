//! A proxy that takes the router as its implementation: where it points, and who points it elsewhere how.
//!
//! Whoever holds that power is outside of the system, and so is his transaction: it is shown, never sent.

use crate::{Sandbox, gates::GateError};
use alloy_primitives::{Address, B256, Bytes, U256, b256};
use alloy_sol_types::{SolCall, sol};
use payrox_chain::{At, CallRequest, ChainError, Endpoint, Read};
use payrox_plan::{Call, Effect, Phase, Plan, Sender};

/// `eip1967.proxy.implementation` and `eip1967.proxy.admin` (EIP-1967).
const IMPLEMENTATION: B256 = b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");
const ADMIN: B256 = b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");

sol! {
    function owner() external view returns (address);
    function upgradeToAndCall(address implementation, bytes data) external payable;
    function upgradeAndCall(address proxy, address implementation, bytes data) external payable;
}

/// A transaction that points a proxy somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Who can send it.
    pub from: Address,
    /// The proxy, or its admin's contract.
    pub to: Address,
    /// Calldata.
    pub data: Bytes,
}

impl Move {
    pub(crate) fn call(&self) -> Call {
        // Who sends it is no role of the system.
        Call { sender: Sender::Anyone, to: self.to, value: U256::ZERO, data: self.data.clone() }
    }
}

/// Where the router's code lives, behind the proxy.
pub(crate) fn router(plan: &Plan) -> Option<Address> {
    plan.steps.iter().find(|step| step.phase == Phase::Router).and_then(|step| match step.effect {
        Effect::Code { address, .. } => Some(address),
        _ => None,
    })
}

/// Where the proxy points now.
pub(crate) async fn implementation(endpoint: &Endpoint, proxy: Address) -> Result<Address, ChainError> {
    let word = endpoint.storage(proxy, U256::from_be_bytes(IMPLEMENTATION.0), At::Latest).await?;
    Ok(Address::from_word(word))
}

/// How it is pointed to an implementation: by the owner of its admin contract (TransparentUpgradeableProxy of OpenZeppelin 5), by its
/// admin itself (earlier ones), or by its own owner (UUPS).
pub(crate) async fn way(endpoint: &Endpoint, proxy: Address, to: Address) -> Result<Move, ChainError> {
    let admin = endpoint.storage(proxy, U256::from_be_bytes(ADMIN.0), At::Latest).await?;
    let admin = Address::from_word(admin);
    let code = endpoint.read(At::Latest, &[Read::Code(admin)]).await?.pop();
    let is_contract = matches!(code, Some(Ok(code)) if !code.is_empty());
    let own = upgradeToAndCallCall { implementation: to, data: Bytes::new() }.abi_encode();
    Ok(if admin.is_zero() {
        Move { from: owner(endpoint, proxy).await?, to: proxy, data: own.into() }
    } else if is_contract {
        let call = upgradeAndCallCall { proxy, implementation: to, data: Bytes::new() };
        Move { from: owner(endpoint, admin).await?, to: admin, data: call.abi_encode().into() }
    } else {
        Move { from: admin, to: proxy, data: own.into() }
    })
}

/// Zero where it does not say.
async fn owner(endpoint: &Endpoint, of: Address) -> Result<Address, ChainError> {
    match endpoint.call(CallRequest::view(of, ownerCall {}.abi_encode()), At::Latest).await {
        Ok(output) => Ok(ownerCall::abi_decode_returns(&output).unwrap_or_default()),
        Err(error) if error.revert_data().is_some() => Ok(Address::ZERO),
        Err(ChainError::Reverted { .. }) => Ok(Address::ZERO),
        Err(error) => Err(error),
    }
}

/// What the plan's proxy needs in a sandbox before the plan can be activated; `None` where it needs nothing.
pub(crate) async fn needed(sandbox: &Sandbox, plan: &Plan) -> Result<Option<(Move, Address)>, GateError> {
    let proxy = plan.system.proxy;
    let Some(router) = router(plan).filter(|_| !proxy.is_zero()) else { return Ok(None) };
    let endpoint = sandbox.endpoint();
    let failed = |e: ChainError| GateError::Sandbox { why: e.to_string() };
    let now = implementation(&endpoint, proxy).await.map_err(failed)?;
    if now == router {
        return Ok(None);
    }
    Ok(Some((way(&endpoint, proxy, router).await.map_err(failed)?, now)))
}
