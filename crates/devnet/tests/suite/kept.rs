use super::{ask, config, deploy, dev, request, send, word};
use alloy_primitives::U256;
use payrox_devnet::{Devnet, DevnetConfig, Hardfork, StoreError};
use payrox_model::{ChainId, Fault};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    path::Path,
};

/// Everything of a chain that clients see.
fn seen(chain: &Devnet) -> Vec<Value> {
    let mut seen: Vec<_> = (0..=chain.block_number())
        .flat_map(|number| {
            let number = format!("{number:#x}");
            [
                ask(chain, "eth_getBlockByNumber", json!([number, true])),
                ask(chain, "eth_getBlockReceipts", json!([number])),
                ask(chain, "eth_getBalance", json!([dev(0), number])),
            ]
        })
        .collect();
    seen.push(ask(chain, "eth_getLogs", json!([{"fromBlock": "0x0"}])));
    seen.push(json!(chain.now()));
    seen
}

/// Does some of everything that is kept, calling back after each.
fn live(chain: &Devnet, mut after: impl FnMut(&Devnet)) {
    let contract = deploy(chain);
    after(chain);
    for value in 1..4 {
        send(chain, json!({"from": dev(0), "to": contract, "data": word(value)}));
        after(chain);
    }
    chain.set_storage(contract, U256::from(9), word(9)).unwrap();
    after(chain);
    chain.increase_time(500).unwrap();
    after(chain);
    send(chain, json!({"from": dev(0), "to": dev(8), "value": "0x1", "nonce": "0x6"}));
    after(chain);
    ask(chain, "evm_setNextBlockTimestamp", json!([5000]));
    after(chain);
}

#[test]
fn a_reopened_chain_is_the_one_that_was_left() {
    let dir = tempfile::tempdir().unwrap();
    let chain = Devnet::open(dir.path(), &config()).unwrap();
    live(&chain, |_| {});
    let before = seen(&chain);
    chain.save().unwrap();
    drop(chain);
    let chain = Devnet::open(dir.path(), &config()).unwrap();
    assert_eq!(seen(&chain), before);
    // The one that waited is mined when the gap closes, at the time that was fixed.
    send(&chain, json!({"from": dev(0), "to": dev(8), "value": "0x1", "nonce": "0x5"}));
    let number = chain.block_number();
    send(&chain, json!({"from": dev(0), "to": dev(8), "value": "0x1", "nonce": "0x4"}));
    assert_eq!(chain.block_number(), number + 3);
    assert_eq!(
        ask(&chain, "eth_getBlockByNumber", json!([format!("{:#x}", number + 1), false]))["timestamp"],
        "0x1388"
    );
}

#[test]
fn prx_b01_whatever_was_answered_is_in_the_file_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let chain = Devnet::open(dir.path(), &config()).unwrap();
    live(&chain, |chain| {
        // A kill loses what is in the process; the file as it is now has to do.
        fs::copy(dir.path().join("chain.bin"), copy.path().join("chain.bin")).unwrap();
        assert_eq!(seen(&Devnet::open(copy.path(), &config()).unwrap()), seen(chain));
    });
}

#[test]
fn prx_b02_what_a_killed_process_had_not_counted_is_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("chain.bin");
    let chain = Devnet::open(dir.path(), &config()).unwrap();
    let contract = deploy(&chain);
    let header = fs::read(&file).unwrap()[..64].to_vec();
    let before = seen(&chain);
    send(&chain, json!({"from": dev(0), "to": contract, "data": word(1)}));
    drop(chain);
    let whole = fs::read(&file).unwrap();
    for cut in [0, 1, 100] {
        let mut bytes = whole[..whole.len() - cut].to_vec();
        bytes[..64].copy_from_slice(&header);
        overwrite(&file, &bytes);
        let chain = Devnet::open(dir.path(), &config()).unwrap();
        assert_eq!(seen(&chain), before);
        send(&chain, json!({"from": dev(0), "to": contract, "data": word(2)}));
        let after = seen(&chain);
        drop(chain);
        assert_eq!(seen(&Devnet::open(dir.path(), &config()).unwrap()), after);
    }
}

#[test]
fn prx_b02_a_file_cut_or_changed_anywhere_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("chain.bin");
    let chain = Devnet::open(dir.path(), &config()).unwrap();
    deploy(&chain);
    drop(chain);
    let whole = fs::read(&file).unwrap();
    for length in (0..whole.len()).step_by(7) {
        overwrite(&file, &whole[..length]);
        let error = Devnet::open(dir.path(), &config()).unwrap_err();
        assert!(
            matches!(error, StoreError::Truncated { .. } | StoreError::Malformed { .. }),
            "{length}: {error}"
        );
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        overwrite(&file, &bytes);
        let error = Devnet::open(dir.path(), &config()).expect_err(&format!("byte {at}"));
        assert!(error.code().0.starts_with("PRX-DEV-00"), "{at}: {error}");
        assert_eq!(fs::read(&file).unwrap(), bytes, "a refused file is left as it is");
    }
    overwrite(&file, &whole);
    Devnet::open(dir.path(), &config()).unwrap();
}

#[test]
fn prx_b07_a_file_of_another_version_chain_or_size_is_refused_by_its_code() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("chain.bin");
    drop(Devnet::open(dir.path(), &config()).unwrap());
    let code = |config: &DevnetConfig| Devnet::open(dir.path(), config).unwrap_err().code().0;
    assert_eq!(code(&DevnetConfig { chain_id: ChainId(1), ..config() }), "PRX-DEV-006");
    assert_eq!(code(&DevnetConfig { hardfork: Hardfork::Cancun, ..config() }), "PRX-DEV-006");
    let mut bytes = fs::read(&file).unwrap();
    bytes[8] = 2;
    overwrite(&file, &bytes);
    assert_eq!(code(&config()), "PRX-DEV-005");
    File::options().write(true).open(&file).unwrap().set_len((128 << 20) + 1).unwrap();
    assert_eq!(code(&config()), "PRX-DEV-007");
    overwrite(&file, b"#!/bin/sh\n");
    assert_eq!(code(&config()), "PRX-DEV-003");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert_eq!(code(&config()), "PRX-FILE-002");
}

#[test]
fn prx_b04_a_chain_in_use_is_refused_until_its_last_handle_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let chain = Devnet::open(dir.path(), &config()).unwrap();
    let handle = chain.clone();
    let error = Devnet::open(dir.path(), &config()).unwrap_err();
    assert!(matches!(error, StoreError::Locked(_)), "{error}");
    drop(chain);
    assert!(Devnet::open(dir.path(), &config()).is_err());
    drop(handle);
    Devnet::open(dir.path(), &config()).unwrap();
}

#[test]
fn going_back_to_a_snapshot_takes_the_file_back_too() {
    let dir = tempfile::tempdir().unwrap();
    let chain = Devnet::open(dir.path(), &config()).unwrap();
    let contract = deploy(&chain);
    let before = seen(&chain);
    let snapshot = ask(&chain, "evm_snapshot", json!([]));
    send(&chain, json!({"from": dev(0), "to": contract, "data": word(1)}));
    ask(&chain, "evm_revert", json!([snapshot]));
    drop(chain);
    assert_eq!(seen(&Devnet::open(dir.path(), &config()).unwrap()), before);
}

#[test]
fn a_fork_of_a_kept_chain_leaves_the_file_alone() {
    let dir = tempfile::tempdir().unwrap();
    let chain = Devnet::open(dir.path(), &config()).unwrap();
    let bytes = fs::read(dir.path().join("chain.bin")).unwrap();
    deploy(&chain.fork());
    assert_eq!(fs::read(dir.path().join("chain.bin")).unwrap(), bytes);
}

#[test]
fn a_refused_transaction_leaves_no_record() {
    let dir = tempfile::tempdir().unwrap();
    let chain = Devnet::open(dir.path(), &config()).unwrap();
    let bytes = fs::read(dir.path().join("chain.bin")).unwrap();
    request(&chain, "eth_sendTransaction", json!([{"from": dev(0), "gas": "0x1", "to": dev(1)}]))
        .unwrap_err();
    assert_eq!(fs::read(dir.path().join("chain.bin")).unwrap(), bytes);
}

#[expect(clippy::disallowed_methods, reason = "the tests make files no crash would")]
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}
