//! Positional parameters.

use super::RpcError;
use alloy_primitives::U256;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::value::RawValue;

/// The parameters of a request, each read when asked for.
pub(crate) struct Params<'a>(Vec<&'a RawValue>);

impl<'a> Params<'a> {
    pub(crate) fn new(raw: Option<&'a RawValue>) -> Result<Self, RpcError> {
        match raw.map(RawValue::get) {
            None | Some("null") => Ok(Self(Vec::new())),
            Some(text) => serde_json::from_str(text)
                .map(Self)
                .map_err(|_| RpcError::invalid_params("parameters must be an array")),
        }
    }

    pub(crate) fn get<T: Deserialize<'a>>(&self, index: usize) -> Result<T, RpcError> {
        self.opt(index)?
            .ok_or_else(|| RpcError::invalid_params(format!("missing value for required argument {index}")))
    }

    pub(crate) fn opt<T: Deserialize<'a>>(&self, index: usize) -> Result<Option<T>, RpcError> {
        match self.0.get(index).map(|raw| raw.get()) {
            None | Some("null") => Ok(None),
            Some(text) => serde_json::from_str(text)
                .map(Some)
                .map_err(|error| RpcError::invalid_params(format!("invalid argument {index}: {error}"))),
        }
    }
}

/// A number as the clients of control methods send it: hexadecimal or decimal text, or a JSON number.
pub(crate) struct Number(pub(crate) u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = U256::deserialize(deserializer)?;
        u64::try_from(word).map(Self).map_err(|_| D::Error::custom("a number above 2^64 - 1"))
    }
}
