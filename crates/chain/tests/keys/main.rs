//! Keys: what signs, what is refused, what is never shown.
#![cfg(test)]

mod cast;
mod elsewhere;
mod keystore;
mod local;
mod places;
mod published;

use alloy_primitives::{Address, Bytes, U256, address};
use payrox_chain::{ChainError, Endpoint, Fees, KeyRules, Keyring, Transaction};
use payrox_devnet::{Devnet, DevnetConfig};
use payrox_model::{ChainId, Fault, Gas};
use std::{fs, path::Path};

/// Of the phrase that every tool knows: accounts 0 and 1.
const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const ACCOUNT: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const OTHER: Address = address!("70997970C51812dc3A010C7d01b50e0d17dc79C8");
const PHRASE: &str = "test test test test test test test test test test test junk";

/// A transaction of `ACCOUNT` with nothing special in it.
fn transaction() -> Transaction {
    Transaction {
        chain_id: ChainId(31_338),
        from: ACCOUNT,
        nonce: 3,
        to: OTHER,
        value: U256::from(5),
        data: Bytes::from_static(&[1, 2, 3]),
        gas: Gas(50_000),
        fees: Fees { max_fee: 2_000_000_000, tip: Some(1_000_000_000) },
    }
}

fn production() -> Keyring {
    Keyring::bound(KeyRules { chain_id: Some(ChainId(1)), production: Some("mainnet".into()) })
}

/// A chain in memory. The first is kept as long as the second is used.
fn devnet() -> (Devnet, Endpoint) {
    let devnet = Devnet::new(&DevnetConfig::default());
    let endpoint = Endpoint::in_process(devnet.client());
    (devnet, endpoint)
}

/// A file of its owner's alone.
fn private(path: &Path, text: &[u8]) {
    payrox_files::write_atomic(path, text).unwrap();
    mode(path, 0o600);
}

fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The code of an error, after checking that its text, its hint and its inside show no part of a secret.
fn code<T: std::fmt::Debug>(result: Result<T, ChainError>, secrets: &[&str]) -> &'static str {
    let error = result.unwrap_err();
    let shown = format!("{error} {error:?} {:?} {:?}", error.hint(), error.subject());
    for secret in secrets {
        assert!(!shown.to_lowercase().contains(&secret.to_lowercase()), "{secret} in {shown}");
    }
    error.code().0
}
