//! The same as Foundry's `cast`: bytes, hashes, addresses.

use super::{ACCOUNT, KEY, PHRASE, devnet, transaction};
use alloy_primitives::{Bytes, U256, hex, keccak256};
use alloy_sol_types::{SolStruct as _, SolValue as _, eip712_domain};
use payrox_chain::{DerivationPath, Fees, Keyring, Secret, Transaction};
use payrox_model::{ChainId, Gas};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

pub(super) struct Cast(PathBuf);

/// Foundry's cast from npm, or `None`, said aloud.
pub(super) fn tool() -> Option<Cast> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../node_modules/@foundry-rs/cast-linux-amd64/bin/cast");
    if path.exists() {
        return Some(Cast(path));
    }
    println!("unknown: {} is not there", path.display());
    assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "cast must be there when CI is set");
    None
}

impl Cast {
    pub(super) fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.0);
        let ran = command.env_clear().env("NO_COLOR", "1").args(arguments).output().unwrap();
        assert!(ran.status.success(), "{arguments:?}: {ran:?}");
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    }
}

fn arbitrary() -> impl Strategy<Value = Transaction> {
    let data = proptest::collection::vec(any::<u8>(), 0..300);
    // By the id alone cast takes some chains for old ones: these it does not know, or knows as new.
    let ids = prop_oneof![Just(1), Just(10), Just(31_337), Just(11_155_111), 1u64 << 40..1 << 52];
    (
        ids,
        any::<u32>(),
        any::<[u8; 20]>(),
        any::<u64>(),
        data,
        21_000u64..30_000_000,
        proptest::option::weighted(0.7, any::<u32>()),
        any::<u32>(),
    )
        .prop_map(|(chain_id, nonce, to, value, data, gas, tip, more)| Transaction {
            chain_id: ChainId(chain_id),
            from: ACCOUNT,
            nonce: nonce.into(),
            to: to.into(),
            value: U256::from(value),
            data: data.into(),
            gas: Gas(gas),
            fees: Fees {
                max_fee: u128::from(tip.unwrap_or_default()) + u128::from(more),
                tip: tip.map(Into::into),
            },
        })
}

#[test]
fn prx_q02_a_transaction_signed_here_is_byte_for_byte_that_of_cast() {
    let Some(cast) = tool() else { return };
    let mut ring = Keyring::empty();
    ring.add_private_key(KEY, "a test").unwrap();
    let (_devnet, endpoint) = devnet();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let edges = [
        Transaction {
            nonce: 0,
            value: U256::ZERO,
            data: Bytes::new(),
            fees: Fees { max_fee: 0, tip: Some(0) },
            ..transaction()
        },
        Transaction {
            nonce: 127,
            value: U256::from(128),
            data: Bytes::from_static(&[0x7f]),
            ..transaction()
        },
        Transaction { fees: Fees { tip: None, ..transaction().fees }, ..transaction() },
        Transaction { nonce: 128, data: Bytes::from(vec![0; 56]), ..transaction() },
    ];
    let check = |tx: Transaction| {
        let signed = runtime.block_on(ring.sign(&tx, &endpoint)).unwrap();
        // cast spells empty data by leaving it out.
        let (to, data) = (tx.to.to_string(), tx.data.to_string());
        let mut arguments = vec!["mktx", &to];
        if !tx.data.is_empty() {
            arguments.push(&data);
        }
        let values = [
            ("--private-key", KEY.to_owned()),
            ("--chain", tx.chain_id.to_string()),
            ("--nonce", tx.nonce.to_string()),
            ("--value", tx.value.to_string()),
            ("--gas-limit", tx.gas.to_string()),
            ("--gas-price", tx.fees.max_fee.to_string()),
            // Nothing is left to ask a node for.
            ("--rpc-url", "http://127.0.0.1:1".to_owned()),
        ];
        let tip = tx.fees.tip.map(|tip| tip.to_string());
        match &tip {
            Some(tip) => arguments.extend(["--priority-gas-price", tip]),
            None => arguments.push("--legacy"),
        }
        values.iter().for_each(|(flag, value)| arguments.extend([flag, value.as_str()]));
        assert_eq!(signed.raw.to_string(), cast.run(&arguments), "{tx:?}");
        assert_eq!(signed.hash, keccak256(&signed.raw));
        let read = cast.run(&["decode-transaction", &signed.raw.to_string(), "--json"]);
        assert!(read.to_lowercase().contains(&ACCOUNT.to_string().to_lowercase()), "{read}");
    };
    edges.into_iter().for_each(check);
    runner
        .run(&arbitrary(), |tx| {
            check(tx);
            Ok(())
        })
        .unwrap();
}

alloy_sol_types::sol! {
    struct Leaf { bytes4 selector; address facet; bytes32 codeHash; uint8 flags; }
    struct Approval { address dispatcher; uint64 epoch; bytes32 root; string note; Leaf[] routes; }
}

#[test]
fn prx_q02_typed_data_and_abi_are_hashed_as_cast_hashes_them() {
    let Some(cast) = tool() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("typed.json");
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let leaf = (any::<[u8; 4]>(), any::<[u8; 20]>(), any::<[u8; 32]>(), any::<u8>());
    let inputs = (
        any::<[u8; 20]>(),
        any::<u64>(),
        any::<[u8; 32]>(),
        "[a-zA-Z0-9 ]{0,40}",
        proptest::collection::vec(leaf, 0..4),
    );
    runner
        .run(&inputs, |(dispatcher, epoch, root, note, leaves)| {
            let routes: Vec<Leaf> = leaves
                .iter()
                .map(|(selector, facet, code_hash, flags)| Leaf { selector: (*selector).into(), facet: (*facet).into(), codeHash: (*code_hash).into(), flags: *flags })
                .collect();
            let approval = Approval { dispatcher: dispatcher.into(), epoch, root: root.into(), note: note.clone(), routes };
            let domain = eip712_domain! { name: "PayRox", version: "1", chain_id: 31_337, verifying_contract: ACCOUNT, };
            let shown: Vec<_> = approval.routes.iter().map(|l| serde_json::json!({ "selector": l.selector, "facet": l.facet, "codeHash": l.codeHash, "flags": l.flags })).collect();
            let field = |name: &str, kind: &str| serde_json::json!({ "name": name, "type": kind });
            let typed = serde_json::json!({
                "types": {
                    "EIP712Domain": [field("name", "string"), field("version", "string"), field("chainId", "uint256"), field("verifyingContract", "address")],
                    "Leaf": [field("selector", "bytes4"), field("facet", "address"), field("codeHash", "bytes32"), field("flags", "uint8")],
                    "Approval": [field("dispatcher", "address"), field("epoch", "uint64"), field("root", "bytes32"), field("note", "string"), field("routes", "Leaf[]")],
                },
                "primaryType": "Approval",
                "domain": { "name": "PayRox", "version": "1", "chainId": 31_337, "verifyingContract": ACCOUNT },
                "message": { "dispatcher": approval.dispatcher, "epoch": epoch.to_string(), "root": approval.root, "note": note, "routes": shown },
            });
            payrox_files::write_atomic(&file, typed.to_string().as_bytes()).unwrap();
            let hash = approval.eip712_signing_hash(&domain);
            // cast signs the data by its own hash of it; the signature recovers to the signer over ours.
            let signature = cast.run(&["wallet", "sign", "--private-key", KEY, "--data", "--from-file", &file.display().to_string()]);
            let signature = alloy_primitives::Signature::from_raw(&hex::decode(signature).unwrap()).unwrap();
            prop_assert_eq!(signature.recover_address_from_prehash(&hash).unwrap(), ACCOUNT);
            for l in &approval.routes {
                let encoded = l.abi_encode();
                let (selector, facet, code_hash, flags) = (l.selector.to_string(), l.facet.to_string(), l.codeHash.to_string(), l.flags.to_string());
                let theirs = cast.run(&["abi-encode", "f(bytes4,address,bytes32,uint8)", &selector, &facet, &code_hash, &flags]);
                prop_assert_eq!(hex::encode_prefixed(encoded), theirs);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn prx_q02_a_phrase_gives_the_address_that_cast_derives() {
    let Some(cast) = tool() else { return };
    for path in
        ["m/44'/60'/0'/0/0", "m/44'/60'/0'/0/25", "m/44'/60'/3'/0/0", "m/44'/60'/0'/7", "m/1/2147483647'/3"]
    {
        let parsed: DerivationPath = path.parse().unwrap();
        let ours =
            Keyring::empty().add_mnemonic(&Secret::new(PHRASE.into()), None, &parsed, "a test").unwrap();
        let theirs =
            cast.run(&["wallet", "address", "--mnemonic", PHRASE, "--mnemonic-derivation-path", path]);
        assert_eq!(ours.to_string(), theirs, "{path}");
    }
}
