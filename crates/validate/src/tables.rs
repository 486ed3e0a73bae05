//! What reports show beside the checks.

use payrox_model::limits;
use serde::Serialize;

/// What a contract takes, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Size {
    /// A facet's name, or that of a contract of PayRox.
    pub contract: String,
    /// Code on chain, at most 24,576 (EIP-170); `None` where it is only known once it is created.
    pub runtime: Option<u64>,
    /// Init code with its arguments, at most 49,152 (EIP-3860).
    pub init_code: u64,
}

impl Size {
    /// Hundredths of the nearer limit that are free; `None` where it is over one.
    pub fn headroom(&self) -> Option<u64> {
        let free = |size: u64, limit: usize| Some((limit as u64).checked_sub(size)? * 100 / limit as u64);
        let init = free(self.init_code, limits::INIT_CODE)?;
        match self.runtime {
            None => Some(init),
            Some(runtime) => Some(init.min(free(runtime, limits::RUNTIME_CODE)?)),
        }
    }
}
