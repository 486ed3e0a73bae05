//! Pools of endpoints, before anvil, with everything that networks and nodes do wrong.
#![cfg(test)]

mod faults;
mod fork;
mod identity;
mod quorum;
mod secrets;
mod sending;
mod tls;

use alloy_primitives::{Address, Bytes, U256, address};
use payrox_chain::{At, ChainError, Endpoint, Fees, Keyring, PoolPolicy, Signed, Transaction};
use payrox_faults::{Anvil, Fault, FaultProxy, Schedule, When};
use payrox_model::{ChainId, Gas};
use std::time::Duration;

/// The first two of the development accounts.
const ALICE: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const BOB: Address = address!("70997970C51812dc3A010C7d01b50e0d17dc79C8");

/// Impatient: these tests are about what happens when patience ends.
fn policy() -> PoolPolicy {
    PoolPolicy {
        answer: Duration::from_millis(400),
        whole: Duration::from_millis(1_500),
        patience: Duration::from_secs(3),
        tries: 4,
        chain: Some(ChainId(31_337)),
        ..PoolPolicy::default()
    }
}

fn anvil(args: &[&str]) -> Option<Anvil> {
    Anvil::start(args).unwrap()
}

fn proxy(anvil: &Anvil, schedule: Schedule) -> FaultProxy {
    FaultProxy::start(anvil.url(), schedule).unwrap()
}

fn pool(urls: &[String], policy: PoolPolicy) -> Endpoint {
    Endpoint::pool(urls, policy).unwrap()
}

fn one(proxy: &FaultProxy) -> Endpoint {
    pool(&[proxy.url()], policy())
}

fn always(fault: Fault) -> Schedule {
    Schedule::default().on("*", When::Always, fault)
}

/// Signed by Alice: one wei to Bob, or a creation-like call to somebody else.
async fn transfer(nonce: u64) -> Signed {
    let transaction = Transaction {
        chain_id: ChainId(31_337),
        from: ALICE,
        nonce,
        to: BOB,
        value: U256::ONE,
        data: Bytes::new(),
        gas: Gas(30_000),
        fees: Fees { max_fee: 10_000_000_000, tip: Some(1_000_000_000) },
    };
    sign(&transaction).await
}

async fn sign(transaction: &Transaction) -> Signed {
    // The key is here: no node is asked to sign.
    let nobody = Endpoint::http("http://127.0.0.1:9").unwrap();
    Keyring::dev().sign(transaction, &nobody).await.unwrap()
}

fn code(error: &ChainError) -> &'static str {
    use payrox_model::Fault as _;
    error.code().0
}

/// Waits until so many of Alice's transactions are in blocks: a node that mines at once answers a moment before it does.
async fn mined(anvil: &Anvil, many: u64) {
    let direct = pool(&[anvil.url().to_owned()], policy());
    let there = async {
        while direct.nonce(ALICE, At::Latest).await.unwrap() < many {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), there).await.expect("it is mined");
}
