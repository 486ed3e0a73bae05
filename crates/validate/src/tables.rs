//! What reports show beside the checks.

use crate::Subject;
use payrox_model::{Gas, Name, limits};
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

/// What a call of a route takes, and took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GasRow {
    /// The facet.
    pub facet: Name,
    /// The function's canonical signature.
    pub function: String,
    /// What it takes now, beyond what any transaction costs.
    pub gas: Gas,
    /// Whether the call that was measured returned.
    pub returns: bool,
    /// What the committed snapshot says.
    pub snapshot: Option<Gas>,
    /// What it takes in the deployed release.
    pub deployed: Option<Gas>,
}

/// In the order of facets and functions.
pub(crate) fn gas_rows(subject: &Subject<'_>) -> Vec<GasRow> {
    let Some(seen) = &subject.seen.rehearsed else { return Vec::new() };
    let mut rows: Vec<_> = subject
        .plan
        .routes
        .iter()
        .filter_map(|route| {
            let measured = seen.routes.get(&route.selector)?;
            Some(GasRow {
                facet: route.facet.clone(),
                function: route.signature.clone(),
                gas: measured.gas,
                returns: measured.returns,
                snapshot: subject.seen.gas_snapshot.as_ref().and_then(|s| s.gas(&route.signature, measured)),
                deployed: subject.baseline.and_then(|b| b.gas.get(&route.selector).copied()),
            })
        })
        .collect();
    rows.sort_by(|a, b| (&a.facet, &a.function).cmp(&(&b.facet, &b.function)));
    rows
}
