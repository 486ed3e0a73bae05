//! Calls through a Safe: which of them it may make, and what its owners sign.

use crate::{ReviewError, calls::ShownCall};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct as _, sol};
use payrox_plan::{Plan, Sender};
use serde::Serialize;
use std::{fmt, str::FromStr};

sol! {
    /// What the owners of a Safe sign, the same for 1.3.0 and 1.4.1.
    struct SafeTx {
        address to;
        uint256 value;
        bytes data;
        uint8 operation;
        uint256 safeTxGas;
        uint256 baseGas;
        uint256 gasPrice;
        address gasToken;
        address refundReceiver;
        uint256 nonce;
    }
}

/// A version of the Safe whose hashes are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum SafeVersion {
    /// Domain of chain and address.
    #[serde(rename = "1.3.0")]
    V1_3_0,
    /// The same.
    #[serde(rename = "1.4.1")]
    V1_4_1,
}

impl FromStr for SafeVersion {
    type Err = ReviewError;
    fn from_str(text: &str) -> Result<Self, ReviewError> {
        match text {
            "1.3.0" => Ok(Self::V1_3_0),
            "1.4.1" => Ok(Self::V1_4_1),
            // Before 1.3.0 the domain had no chain.
            _ => Err(ReviewError::Safe {
                what: format!("version `{}` is not known", payrox_model::text::escape(text)),
            }),
        }
    }
}

impl fmt::Display for SafeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_3_0 => "1.3.0",
            Self::V1_4_1 => "1.4.1",
        })
    }
}

/// The Safe that is to make a plan's calls.
#[derive(Clone, Copy, Debug)]
pub struct Safe {
    /// Where it is.
    pub address: Address,
    /// The nonce of the first call that it makes.
    pub nonce: u64,
    /// Its version.
    pub version: SafeVersion,
}

/// What the owners of the Safe sign for one call.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SafeTransaction {
    /// The step.
    pub step: String,
    /// The Safe.
    pub safe: Address,
    /// Its version.
    pub version: SafeVersion,
    /// Its nonce for this call.
    pub nonce: u64,
    /// Hash of domain: chain and Safe.
    pub domain_hash: B256,
    /// Hash of the message.
    pub message_hash: B256,
    /// What is signed.
    pub safe_tx_hash: B256,
}

/// Whether this account may make a call, by the roles that the plan names.
pub(crate) fn may(plan: &Plan, account: Address, role: Sender) -> bool {
    let roles = &plan.system.roles;
    let owner = account == roles.owner;
    let bootstrapper = plan.epoch.0 == 1 && account == roles.bootstrapper;
    match role {
        Sender::Anyone => true,
        Sender::Stager => owner || bootstrapper,
        Sender::Activator => owner || bootstrapper || roles.operators.contains(&account),
        Sender::Owner => owner,
        Sender::Guardian => owner || roles.guardians.contains(&account),
    }
}

/// A call as the Safe's owners sign it.
pub(crate) fn through(plan: &Plan, call: &ShownCall, safe: Safe, nonce: u64) -> SafeTransaction {
    let domain = Eip712Domain {
        chain_id: Some(U256::from(plan.chain_id.0)),
        verifying_contract: Some(safe.address),
        ..Eip712Domain::default()
    };
    let message = SafeTx {
        to: call.to,
        value: call.value,
        data: call.data.clone(),
        operation: 0,
        safeTxGas: U256::ZERO,
        baseGas: U256::ZERO,
        gasPrice: U256::ZERO,
        gasToken: Address::ZERO,
        refundReceiver: Address::ZERO,
        nonce: U256::from(nonce),
    };
    SafeTransaction {
        step: call.step.clone(),
        safe: safe.address,
        version: safe.version,
        nonce,
        domain_hash: domain.hash_struct(),
        message_hash: message.eip712_hash_struct(),
        safe_tx_hash: message.eip712_signing_hash(&domain),
    }
}
