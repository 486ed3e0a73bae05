//! The chain as its clients see it.

#![expect(clippy::unwrap_used, reason = "a test ends at what is not as expected")]

mod cast;
mod http;
mod kept;
mod methods;
mod provider;
mod sending;

use alloy_primitives::{Address, B256, Bytes, U256, bytes};
use payrox_devnet::{Clock, DEV_ACCOUNTS, Devnet, DevnetConfig, RpcError};
use serde_json::{Value, json, value::to_raw_value};

/// Runtime code of a contract that answers a call without data with its slot 0. Called with a word, it stores it
/// there and logs it under topic 7; called with the word zero, it reverts with `0xdeadbeef`.
const COUNTER: Bytes =
    bytes!("36600c575f545f5260205ff35b5f358015602057805f555f52600760205fa1005b63deadbeef60e01b5f5260045ffd");

/// Init code of [`COUNTER`].
fn counter() -> Bytes {
    let length = COUNTER.len() as u8;
    // Copies all but these eleven bytes and returns them.
    let mut init = vec![0x60, length, 0x60, 0x0b, 0x5f, 0x39, 0x60, length, 0x5f, 0xf3, 0x00];
    init.extend(COUNTER);
    init.into()
}

fn word(value: u64) -> B256 {
    U256::from(value).into()
}

fn dev(index: usize) -> Address {
    DEV_ACCOUNTS[index].address
}

/// A chain whose time depends on nothing.
fn config() -> DevnetConfig {
    DevnetConfig { clock: Clock::Steps, ..DevnetConfig::default() }
}

fn request(chain: &Devnet, method: &str, params: Value) -> Result<Value, RpcError> {
    let answer = chain.request(method, Some(&to_raw_value(&params).unwrap()))?;
    Ok(serde_json::from_str(answer.get()).unwrap())
}

fn ask(chain: &Devnet, method: &str, params: Value) -> Value {
    request(chain, method, params).unwrap()
}

/// Sends from a development account; the receipt.
fn send(chain: &Devnet, transaction: Value) -> Value {
    let hash = ask(chain, "eth_sendTransaction", json!([transaction]));
    ask(chain, "eth_getTransactionReceipt", json!([hash]))
}

/// Deploys [`COUNTER`] from the first development account.
fn deploy(chain: &Devnet) -> Address {
    let receipt = send(chain, json!({"from": dev(0), "data": counter()}));
    assert_eq!(receipt["status"], "0x1");
    serde_json::from_value(receipt["contractAddress"].clone()).unwrap()
}
