use super::{ask, config, counter, deploy, dev, request, send, word};
use alloy_consensus::{SignableTransaction, Signed, TxEip1559, TxEip2930, TxEip7702, TxEnvelope, TxLegacy};
use alloy_eips::{eip2718::Encodable2718, eip7702::Authorization};
use alloy_network::TxSignerSync;
use alloy_primitives::{Bytes, TxKind, U256, address, hex};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use payrox_devnet::{Clock, DEV_ACCOUNTS, Devnet, DevnetConfig, Execution, Hardfork};
use payrox_model::Gas;
use serde_json::{Value, json};

fn signer(index: usize) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&DEV_ACCOUNTS[index].key).unwrap()
}

fn raw<T>(mut tx: T, index: usize) -> String
where
    T: SignableTransaction<alloy_primitives::Signature>,
    TxEnvelope: From<Signed<T>>,
{
    let signature = signer(index).sign_transaction_sync(&mut tx).unwrap();
    hex::encode_prefixed(TxEnvelope::from(tx.into_signed(signature)).encoded_2718())
}

fn transfer(nonce: u64) -> TxEip1559 {
    TxEip1559 {
        chain_id: 31338,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 3_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        to: TxKind::Call(dev(9)),
        value: U256::from(1),
        ..TxEip1559::default()
    }
}

fn refused(chain: &Devnet, tx: TxEip1559) -> String {
    let before = (chain.block_number(), chain.nonce(dev(0)));
    let error = request(chain, "eth_sendRawTransaction", json!([raw(tx, 0)])).unwrap_err();
    assert_eq!((chain.block_number(), chain.nonce(dev(0))), before, "a refused transaction changes nothing");
    assert_eq!(error.code, -32000);
    error.message
}

#[test]
fn transactions_of_every_type_are_mined() {
    let chain = Devnet::new(&config());
    let (gas_limit, gas_price, to) = (50_000, 3_000_000_000, TxKind::Call(dev(9)));
    let legacy =
        TxLegacy { chain_id: Some(31338), nonce: 0, gas_price, gas_limit, to, ..TxLegacy::default() };
    let unprotected = TxLegacy { chain_id: None, nonce: 1, ..legacy.clone() };
    let listed = TxEip2930 { chain_id: 31338, nonce: 2, gas_price, gas_limit, to, ..TxEip2930::default() };
    for (tx, kind) in [
        (raw(legacy, 0), "0x0"),
        (raw(unprotected, 0), "0x0"),
        (raw(listed, 0), "0x1"),
        (raw(transfer(3), 0), "0x2"),
    ] {
        let hash = ask(&chain, "eth_sendRawTransaction", json!([tx]));
        let receipt = ask(&chain, "eth_getTransactionReceipt", json!([hash]));
        assert_eq!((&receipt["type"], &receipt["status"]), (&json!(kind), &json!("0x1")));
        assert_eq!(ask(&chain, "eth_getTransactionByHash", json!([hash]))["hash"], hash);
    }
    assert_eq!(chain.nonce(dev(0)), 4);
}

#[test]
fn an_account_is_delegated_and_served_by_the_delegate() {
    let chain = Devnet::new(&config());
    let contract = deploy(&chain);
    let authorization = Authorization { chain_id: U256::from(31338), address: contract, nonce: 0 };
    let signature = signer(1).sign_hash_sync(&authorization.signature_hash()).unwrap();
    let tx = TxEip7702 {
        chain_id: 31338,
        nonce: 0,
        gas_limit: 200_000,
        max_fee_per_gas: 3_000_000_000,
        to: dev(1),
        input: word(6).to_vec().into(),
        authorization_list: vec![authorization.into_signed(signature)],
        ..TxEip7702::default()
    };
    let hash = ask(&chain, "eth_sendRawTransaction", json!([raw(tx.clone(), 2)]));
    assert_eq!(ask(&chain, "eth_getTransactionReceipt", json!([hash]))["type"], "0x4");
    assert_eq!(chain.code(dev(1)), [&[0xef, 0x01, 0x00], contract.as_slice()].concat());
    assert_eq!(chain.storage(dev(1), U256::ZERO), word(6));

    let cancun = Devnet::new(&DevnetConfig { hardfork: Hardfork::Cancun, ..config() });
    let error = request(&cancun, "eth_sendRawTransaction", json!([raw(tx, 2)])).unwrap_err();
    assert_eq!(error.message, "transaction type not supported");
}

#[test]
fn a_gap_of_nonces_waits_until_it_is_filled() {
    let chain = Devnet::new(&config());
    let later: Vec<_> =
        [2, 1].map(|nonce| ask(&chain, "eth_sendRawTransaction", json!([raw(transfer(nonce), 0)]))).into();
    assert_eq!(chain.block_number(), 0);
    assert_eq!(ask(&chain, "eth_getTransactionReceipt", json!([later[0]])), Value::Null);
    let waiting = ask(&chain, "eth_getTransactionByHash", json!([later[0]]));
    assert_eq!((&waiting["blockHash"], &waiting["nonce"]), (&Value::Null, &json!("0x2")));
    assert_eq!(ask(&chain, "eth_getTransactionCount", json!([dev(0), "pending"])), "0x0");
    let again = request(&chain, "eth_sendRawTransaction", json!([raw(transfer(1), 0)])).unwrap_err();
    assert_eq!(again.message, "already known");
    let cheap = TxEip1559 { value: U256::from(2), ..transfer(1) };
    assert_eq!(refused(&chain, cheap.clone()), "replacement transaction underpriced");
    let dear = TxEip1559 { max_fee_per_gas: 4_000_000_000, max_priority_fee_per_gas: 2_000_000_000, ..cheap };
    let replaced = ask(&chain, "eth_sendRawTransaction", json!([raw(dear, 0)]));

    ask(&chain, "eth_sendRawTransaction", json!([raw(transfer(0), 0)]));
    assert_eq!((chain.block_number(), chain.nonce(dev(0))), (3, 3));
    assert_eq!(ask(&chain, "eth_getTransactionReceipt", json!([replaced]))["blockNumber"], "0x2");
    assert_eq!(ask(&chain, "eth_getTransactionReceipt", json!([later[0]]))["blockNumber"], "0x3");
    assert_eq!(ask(&chain, "eth_getTransactionByHash", json!([later[1]])), Value::Null, "it was replaced");
}

#[test]
fn mining_by_hand_puts_waiting_transactions_into_one_block() {
    let chain = Devnet::new(&config());
    ask(&chain, "evm_setAutomine", json!([false]));
    let hashes: Vec<_> =
        [0, 1, 2].map(|nonce| ask(&chain, "eth_sendRawTransaction", json!([raw(transfer(nonce), 0)]))).into();
    assert_eq!(ask(&chain, "eth_getTransactionCount", json!([dev(0), "pending"])), "0x3");
    assert_eq!(chain.block_number(), 0);
    ask(&chain, "evm_mine", json!([]));
    let block = ask(&chain, "eth_getBlockByNumber", json!(["latest", false]));
    assert_eq!(block["transactions"], json!(hashes));
    let last = ask(&chain, "eth_getTransactionReceipt", json!([hashes[2]]));
    assert_eq!(
        (&last["cumulativeGasUsed"], &last["gasUsed"], &last["transactionIndex"]),
        (&json!("0xf618"), &json!("0x5208"), &json!("0x2"))
    );
    assert_eq!(block["gasUsed"], "0xf618");
}

#[test]
fn what_can_no_longer_be_paid_is_dropped_and_the_block_mined_without_it() {
    let chain = Devnet::new(&config());
    ask(&chain, "evm_setAutomine", json!([false]));
    let poor = ask(&chain, "eth_sendRawTransaction", json!([raw(transfer(0), 0)]));
    let rich = ask(&chain, "eth_sendRawTransaction", json!([raw(transfer(0), 1)]));
    chain.set_balance(dev(0), U256::from(1)).unwrap();
    ask(&chain, "evm_mine", json!([]));
    assert_eq!(ask(&chain, "eth_getTransactionByHash", json!([poor])), Value::Null);
    assert_eq!(ask(&chain, "eth_getTransactionReceipt", json!([rich]))["blockNumber"], "0x1");
    let waiting = ask(&chain, "eth_sendRawTransaction", json!([raw(transfer(1), 1)]));
    ask(&chain, "evm_setAutomine", json!([true]));
    assert_eq!(ask(&chain, "eth_getTransactionReceipt", json!([waiting]))["blockNumber"], "0x2");
}

#[test]
fn refusals_have_the_words_clients_look_for() {
    let chain = Devnet::new(&config());
    ask(&chain, "eth_sendRawTransaction", json!([raw(transfer(0), 0)]));
    let refused = |tx| refused(&chain, tx);
    assert_eq!(refused(transfer(0)), "already known");
    assert_eq!(
        refused(TxEip1559 { value: U256::ZERO, ..transfer(0) }),
        "nonce too low: next nonce 1, tx nonce 0"
    );
    assert_eq!(
        refused(TxEip1559 { chain_id: 1, ..transfer(1) }),
        "invalid chain id for signer: have 1 want 31338"
    );
    let rich = TxEip1559 { value: U256::from(10).pow(U256::from(23)), ..transfer(1) };
    assert!(refused(rich).starts_with("insufficient funds for gas * price + value: address"));
    let starved = refused(TxEip1559 { gas_limit: 20_999, ..transfer(1) });
    assert_eq!(starved, "intrinsic gas too low: gas 20999, minimum needed 21000");
    assert_eq!(refused(TxEip1559 { gas_limit: 30_000_001, ..transfer(1) }), "exceeds block gas limit");
    let cheap = TxEip1559 { max_fee_per_gas: 7, max_priority_fee_per_gas: 7, ..transfer(1) };
    assert!(refused(cheap).starts_with("max fee per gas less than block base fee: address"));
    let upside_down = TxEip1559 { max_priority_fee_per_gas: 4_000_000_000, ..transfer(1) };
    assert!(refused(upside_down).starts_with("max priority fee per gas higher than max fee per gas"));
    let large =
        TxEip1559 { to: TxKind::Create, input: vec![0; 49_153].into(), gas_limit: 10_000_000, ..transfer(1) };
    assert_eq!(refused(large), "max initcode size exceeded: code size 49153, limit 49152");
    for bad in ["0x", "0x00", "0x02", "0x03c0", "0xc0"] {
        assert!(
            request(&chain, "eth_sendRawTransaction", json!([bad])).unwrap_err().message.starts_with("rlp:"),
            "{bad}"
        );
    }
    let tail = raw(transfer(1), 0) + "00";
    assert!(
        request(&chain, "eth_sendRawTransaction", json!([tail])).unwrap_err().message.starts_with("rlp:")
    );
}

#[test]
fn osaka_caps_the_gas_of_a_transaction() {
    let chain = Devnet::new(&DevnetConfig { hardfork: Hardfork::Osaka, ..config() });
    let message = refused(&chain, TxEip1559 { gas_limit: 16_777_217, ..transfer(0) });
    assert_eq!(message, "transaction gas limit too high (cap: 16777216, tx: 16777217)");
    ask(
        &chain,
        "eth_sendRawTransaction",
        json!([raw(TxEip1559 { gas_limit: 16_777_216, ..transfer(0) }, 0)]),
    );
}

#[test]
fn a_reverted_transaction_is_mined_with_status_zero() {
    let chain = Devnet::new(&config());
    let contract = deploy(&chain);
    let receipt = send(&chain, json!({"from": dev(0), "to": contract, "data": word(0), "gas": "0x186a0"}));
    assert_eq!((&receipt["status"], &receipt["logs"]), (&json!("0x0"), &json!([])));
    let error =
        request(&chain, "eth_sendTransaction", json!([{"from": dev(0), "to": contract, "data": word(0)}]));
    let error = error.unwrap_err();
    assert_eq!((error.code, error.data), (3, Some(Bytes::from_static(&[0xde, 0xad, 0xbe, 0xef]))));
}

#[test]
fn only_development_and_impersonated_accounts_send_without_a_key() {
    let chain = Devnet::new(&config());
    let contract = deploy(&chain);
    chain.set_balance(contract, U256::from(10).pow(U256::from(18))).unwrap();
    let spend = json!([{"from": contract, "to": dev(9), "value": "0x1"}]);
    let spends = || request(&chain, "eth_sendTransaction", spend.clone());
    assert!(spends().unwrap_err().message.starts_with("unknown account"));
    for (start, stop) in [
        ("anvil_impersonateAccount", "anvil_stopImpersonatingAccount"),
        ("hardhat_impersonateAccount", "hardhat_stopImpersonatingAccount"),
    ] {
        ask(&chain, start, json!([contract]));
        let receipt = ask(&chain, "eth_getTransactionReceipt", json!([spends().unwrap()]));
        assert_eq!((&receipt["status"], &receipt["from"]), (&json!("0x1"), &json!(format!("{contract:#x}"))));
        ask(&chain, stop, json!([contract]));
        assert!(spends().is_err());
    }
    assert_eq!(chain.nonce(contract), 3);
}

#[test]
fn anyone_executes_without_a_key_or_a_fee() {
    let chain = Devnet::new(&config());
    let nobody = address!("00000000000000000000000000000000000000aa");
    let execution = |to, data| Execution { to, value: U256::ZERO, data, gas: Gas(1_000_000) };
    let created = chain.execute(nobody, execution(TxKind::Create, counter())).unwrap().created.unwrap();
    assert_eq!((created, chain.code(created)), (nobody.create(0), super::COUNTER));
    let set = |value: u64| execution(created.into(), word(value).to_vec().into());
    let done = chain.execute(nobody, set(4)).unwrap();
    assert_eq!((done.block, done.logs.len(), chain.storage(created, U256::ZERO)), (2, 1, word(4)));
    let receipt = ask(&chain, "eth_getTransactionReceipt", json!([done.hash]));
    assert_eq!(
        (&receipt["status"], &receipt["gasUsed"]),
        (&json!("0x1"), &json!(format!("{:#x}", done.gas.0)))
    );

    let error = chain.execute(nobody, set(0)).unwrap_err();
    assert_eq!(error.data, Some(Bytes::from_static(&[0xde, 0xad, 0xbe, 0xef])));
    let error = chain.execute(nobody, Execution { value: U256::from(1), ..set(1) }).unwrap_err();
    assert!(error.message.starts_with("insufficient funds"));
    let error = chain.execute(nobody, Execution { gas: Gas(21_500), ..set(1) }).unwrap_err();
    assert_eq!(error.message, "out of gas");
    assert_eq!((chain.block_number(), chain.nonce(nobody)), (2, 2), "what fails leaves nothing");
}

#[test]
fn blocks_of_wall_time_are_later_than_their_parents() {
    let chain = Devnet::new(&DevnetConfig { clock: Clock::Wall, ..DevnetConfig::default() });
    let time = |number: u64| {
        let block = ask(&chain, "eth_getBlockByNumber", json!([format!("{number:#x}"), false]));
        u64::from_str_radix(block["timestamp"].as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    };
    for number in 1..5 {
        send(&chain, json!({"from": dev(0), "data": counter()}));
        assert!(time(number) > time(number - 1));
    }
}
