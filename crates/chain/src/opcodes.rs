//! Instructions that the contracts need and older chains do not have.

use crate::{ChainError, Endpoint};
use alloy_json_rpc::RpcError;
use alloy_primitives::hex;
use serde_json::{Value, json};

/// Which of them a chain has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opcodes {
    /// PUSH0 (EIP-3855, Shanghai).
    pub push0: bool,
    /// TLOAD and TSTORE (EIP-1153, Cancun).
    pub transient: bool,
    /// MCOPY (EIP-5656, Cancun).
    pub mcopy: bool,
}

impl Opcodes {
    /// The names of those that are missing.
    pub fn missing(&self) -> Vec<&'static str> {
        let all = [(self.push0, "PUSH0"), (self.transient, "TLOAD and TSTORE"), (self.mcopy, "MCOPY")];
        all.into_iter().filter(|(has, _)| !has).map(|(_, name)| name).collect()
    }
}

const METHOD: &str = "eth_call";

/// Programs that give the number 1, run as the constructor of a contract that is never made: every node runs those, also where
/// it takes no state overrides.
const PLAIN: &[u8] = &hex!("600160005260206000f3");
const PUSH0: &[u8] = &hex!("60015f5260205ff3");
const TRANSIENT: &[u8] = &hex!("600160005d60005c60005260206000f3");
const MCOPY: &[u8] = &hex!("60016000526020600060205e60206020f3");
/// All of them in one.
const ALL: &[u8] = &hex!("60015f5d5f5c5f5260205f60205e60206020f3");

/// Asks a chain to run each. One call where it has them all.
///
/// # Errors
/// When the endpoint fails, or does not run a program that every chain runs.
pub async fn probe_opcodes(endpoint: &Endpoint) -> Result<Opcodes, ChainError> {
    if ran(endpoint, &[ALL]).await?[0].is_ok() {
        return Ok(Opcodes { push0: true, transient: true, mcopy: true });
    }
    let mut ran = ran(endpoint, &[PLAIN, PUSH0, TRANSIENT, MCOPY]).await?.into_iter();
    let mut next = || ran.next().unwrap_or_else(|| Err(endpoint.odd(METHOD, "an answer is missing")));
    next()?;
    Ok(Opcodes { push0: next().is_ok(), transient: next().is_ok(), mcopy: next().is_ok() })
}

async fn ran(endpoint: &Endpoint, programs: &[&[u8]]) -> Result<Vec<Result<(), ChainError>>, ChainError> {
    let request = |program: &&[u8]| -> (&'static str, Value) {
        (METHOD, json!([{ "data": hex::encode_prefixed(program) }, "latest"]))
    };
    let answers = endpoint.batch(&programs.iter().map(request).collect::<Vec<_>>()).await?;
    let judge = |answer: Result<Box<serde_json::value::RawValue>, _>| {
        let raw = answer.map_err(|e: RpcError<_>| ChainError::of(endpoint.shown(), METHOD, &e))?;
        let one = format!("{:#066x}", 1);
        match endpoint.parse::<String>(METHOD, &raw)? {
            output if output == one => Ok(()),
            _ => Err(endpoint.odd(METHOD, "a program that gives 1 gave something else")),
        }
    };
    Ok(answers.into_iter().map(judge).collect())
}
