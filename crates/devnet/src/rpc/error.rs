//! What a request is refused with.

use crate::{chain::ChangeError, fork::ForkError, store::StoreError};
use alloy_json_rpc::ErrorPayload;
use alloy_primitives::Bytes;
use payrox_model::Fault;
use std::{error::Error, fmt};

/// A JSON-RPC error as clients get it; codes and words are geth's where they look for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcError {
    /// -32700 not JSON, -32600 not a request, -32601 unknown method, -32602 wrong parameters, -32603 the
    /// chain's own trouble, -32000 refused, 3 reverted, -32040 a fork's trouble with the chain elsewhere.
    pub code: i64,
    /// Why.
    pub message: String,
    /// What the contract reverted with.
    pub data: Option<Bytes>,
}

impl RpcError {
    pub(crate) fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    pub(crate) fn server(message: impl Into<String>) -> Self {
        Self::new(-32000, message)
    }

    pub(crate) fn reverted(message: String, data: Bytes) -> Self {
        Self { code: 3, message, data: Some(data) }
    }

    pub(crate) fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(-32602, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(-32603, message)
    }

    pub(crate) fn payload(self) -> ErrorPayload {
        let data = self.data.and_then(|data| serde_json::value::to_raw_value(&data).ok());
        ErrorPayload { code: self.code, message: self.message.into(), data }
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {})", self.message, self.code)
    }
}

impl Error for RpcError {}

/// The code of a fork's trouble: the contract that was called had no part in it.
pub(crate) const FORK: i64 = -32_040;

impl RpcError {
    /// Whether it is a fork's trouble with the chain that it is a fork of.
    pub fn is_of_a_fork(&self) -> bool {
        self.code == FORK
    }
}

impl From<ForkError> for RpcError {
    fn from(error: ForkError) -> Self {
        Self::new(FORK, format!("{}: {error}", error.code()))
    }
}

impl From<ChangeError> for RpcError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Store(error) => error.into(),
            ChangeError::Fork(error) => error.into(),
        }
    }
}

impl From<StoreError> for RpcError {
    fn from(error: StoreError) -> Self {
        Self::internal(format!("{}: {error}", error.code()))
    }
}
