//! Keys: what signs, what is refused, what is never shown.
#![cfg(test)]

use alloy_primitives::{Address, Bytes, U256, address};
use alloy_signer_local::{MnemonicBuilder, coins_bip39::English};
use payrox_chain::{Endpoint, Fees, Keyring, Transaction};
use payrox_devnet::{Devnet, DevnetConfig};
use payrox_model::{ChainId, Fault, Gas};

const OWNER: Address = address!("70997970C51812dc3A010C7d01b50e0d17dc79C8");

#[test]
fn the_development_keys_are_those_of_the_mnemonic() {
    let phrase = "test test test test test test test test test test test junk";
    let keyring = Keyring::dev();
    for index in 0..10u32 {
        let derived =
            MnemonicBuilder::<English>::default().phrase(phrase).index(index).unwrap().build().unwrap();
        assert_eq!(keyring.origin(derived.address()), Some(format!("development account {index}").as_str()));
    }
    assert_eq!(keyring.addresses().count(), 10);
}

#[tokio::test]
async fn prx_b45_a_key_is_never_shown() {
    let key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    let mut keyring = Keyring::empty();
    let address = keyring.add_private_key(&format!("0x{key}\n"), "PRIVATE_KEY").unwrap();
    assert_eq!(address, address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
    assert_eq!(keyring.origin(address), Some("PRIVATE_KEY"));
    assert!(!format!("{keyring:?}").to_lowercase().contains(&key[..8]));
    for bad in [&key[1..], "0x", "nonsense", &"0".repeat(64), &"f".repeat(64)] {
        let error = Keyring::empty().add_private_key(bad, "--private-key").unwrap_err();
        assert_eq!(error.code().0, "PRX-CHN-009");
        assert!(bad.len() < 8 || !format!("{error} {error:?}").contains(bad));
    }
    let transaction = Transaction {
        chain_id: ChainId(1),
        from: OWNER,
        nonce: 0,
        to: OWNER,
        value: U256::ZERO,
        data: Bytes::new(),
        gas: Gas(21_000),
        fees: Fees::default(),
    };
    let devnet = Devnet::new(&DevnetConfig::default());
    let unknown = Keyring::empty().sign(&transaction, &Endpoint::in_process(devnet.client())).await;
    assert_eq!(unknown.unwrap_err().code().0, "PRX-CHN-008");
}
