//! What a plan takes when nothing is there yet, as far as no execution can avoid it.

use crate::{Costs, Effect, PlannedStep};
use payrox_model::Gas;

/// Gas of a transaction before it does anything.
const TRANSACTION: u64 = 21_000;
/// Gas of a byte of calldata (EIP-2028).
const ZERO: u64 = 4;
const NONZERO: u64 = 16;
/// Gas of a contract's creation, and of a byte of its code.
const CREATE: u64 = 32_000;
const DEPOSIT: u64 = 200;

/// `code_bytes` of all contracts that the steps create.
pub(crate) fn costs(steps: &[PlannedStep], code_bytes: u64) -> Costs {
    let calls: Vec<_> = steps.iter().filter_map(|s| s.call.as_ref()).collect();
    let creations: u64 = steps
        .iter()
        .filter(|s| s.call.is_some())
        .map(|s| match s.effect {
            Effect::Code { .. } => 1,
            Effect::System { .. } => 2,
            Effect::Staged | Effect::Active | Effect::Cut { .. } => 0,
        })
        .sum();
    let calldata: u64 =
        calls.iter().flat_map(|c| c.data.iter()).map(|byte| if *byte == 0 { ZERO } else { NONZERO }).sum();
    let gas = TRANSACTION * calls.len() as u64 + calldata + CREATE * creations + DEPOSIT * code_bytes;
    Costs {
        calls: calls.len() as u64,
        calldata_bytes: calls.iter().map(|c| c.data.len() as u64).sum(),
        code_bytes,
        gas_floor: Gas(gas),
    }
}
