use super::{ask, config, counter, deploy, dev, request, send, word};
use alloy_primitives::{Address, Bytes, U256, address, bytes};
use payrox_devnet::{CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE, Devnet, METHODS};
use serde_json::{Value, json};

#[test]
fn every_listed_method_is_answered_and_no_other() {
    let chain = Devnet::new(&config());
    for (method, about) in METHODS {
        let code = request(&chain, method, json!([])).map_or_else(|error| error.code, |_| 0);
        assert_ne!(code, -32601, "{method}");
        assert!(about.ends_with('.'), "{method}");
    }
    let mut names: Vec<_> = METHODS.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), METHODS.len());
    for unknown in ["eth_getProof", "eth_chainid", "", "debug_traceCall\n"] {
        assert_eq!(request(&chain, unknown, json!([])).unwrap_err().code, -32601, "{unknown}");
    }
}

#[test]
fn create2_through_the_canonical_deployer_gives_the_predicted_address() {
    let chain = Devnet::new(&config());
    assert_eq!(chain.code(CREATE2_DEPLOYER), CREATE2_DEPLOYER_CODE);
    let data: Bytes = [&word(9)[..], &counter()].concat().into();
    let receipt = send(&chain, json!({"from": dev(0), "to": CREATE2_DEPLOYER, "data": data}));
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(chain.code(CREATE2_DEPLOYER.create2_from_code(word(9), counter())), super::COUNTER);
}

#[test]
fn the_same_run_gives_the_same_hashes_when_time_goes_by_steps() {
    let run = || {
        let chain = Devnet::new(&config());
        let contract = deploy(&chain);
        send(&chain, json!({"from": dev(2), "to": contract, "data": word(3)}));
        ask(&chain, "eth_getBlockByNumber", json!(["latest", true]))
    };
    assert_eq!(run(), run());
}

#[test]
fn state_is_read_as_it_was_at_earlier_blocks() {
    let chain = Devnet::new(&config());
    let contract = deploy(&chain);
    for value in [5, 6, 7] {
        send(&chain, json!({"from": dev(0), "to": contract, "data": word(value)}));
    }
    for (block, value) in [("0x2", 5), ("0x3", 6), ("0x4", 7), ("latest", 7), ("pending", 7)] {
        assert_eq!(
            ask(&chain, "eth_getStorageAt", json!([contract, "0x0", block])),
            json!(word(value)),
            "{block}"
        );
        assert_eq!(ask(&chain, "eth_call", json!([{"to": contract}, block])), json!(word(value)), "{block}");
    }
    assert_eq!(ask(&chain, "eth_getCode", json!([contract, "0x0"])), "0x");
    assert_eq!(ask(&chain, "eth_getTransactionCount", json!([dev(0), "0x2"])), "0x2");
    let full = json!("0x21e19e0c9bab2400000");
    assert_eq!(ask(&chain, "eth_getBalance", json!([dev(0), "earliest"])), full);
    let hash = &ask(&chain, "eth_getBlockByNumber", json!(["0x2", false]))["hash"];
    assert_eq!(ask(&chain, "eth_call", json!([{"to": contract}, {"blockHash": hash}])), json!(word(5)));
    assert_eq!(
        request(&chain, "eth_call", json!([{"to": contract}, "0x5"])).unwrap_err().message,
        "header not found"
    );
}

#[test]
fn overrides_change_a_call_and_nothing_else() {
    let chain = Devnet::new(&config());
    let contract = deploy(&chain);
    let nobody = address!("00000000000000000000000000000000000000aa");
    let call = |overrides: Value| ask(&chain, "eth_call", json!([{"to": contract}, "latest", overrides]));
    assert_eq!(
        call(json!({contract.to_string(): {"stateDiff": {word(0).to_string(): word(8)}}})),
        json!(word(8))
    );
    assert_eq!(call(json!({contract.to_string(): {"state": {}}})), json!(word(0)));
    assert_eq!(call(json!({contract.to_string(): {"code": "0x465f5260205ff3"}})), json!(word(31338)));
    let rich = json!({nobody.to_string(): {"balance": "0x10"}});
    let spend = json!([{"from": nobody, "to": dev(0), "value": "0x10"}, "latest"]);
    assert!(request(&chain, "eth_call", spend.clone()).unwrap_err().message.contains("insufficient funds"));
    ask(&chain, "eth_call", json!([spend[0], "latest", rich]));
    assert_eq!(call(json!({})), json!(word(0)));
}

#[test]
fn the_estimate_is_enough_and_one_less_is_not() {
    let chain = Devnet::new(&config());
    let contract = deploy(&chain);
    let gas = ask(&chain, "eth_estimateGas", json!([{"from": dev(0), "to": contract, "data": word(1)}]));
    let gas = u64::from_str_radix(gas.as_str().unwrap().trim_start_matches("0x"), 16).unwrap();
    let with = |gas: u64| {
        let fork = chain.fork();
        send(&fork, json!({"from": dev(0), "to": contract, "data": word(1), "gas": format!("{gas:#x}")}))
    };
    assert_eq!(with(gas - 1)["status"], "0x0");
    assert_eq!(with(gas)["status"], "0x1");
    assert_eq!(ask(&chain, "eth_estimateGas", json!([{"to": dev(1), "value": "0x0"}])), "0x5208");
}

#[test]
fn an_estimate_finds_what_the_64th_kept_back_makes_necessary() {
    let chain = Devnet::new(&config());
    // Counts down from a thousand.
    let inner = address!("00000000000000000000000000000000000000bb");
    chain.set_code(inner, bytes!("6103e85b600190038060035700")).unwrap();
    // Calls it with all its gas, and reverts if that fails.
    let outer = address!("00000000000000000000000000000000000000cc");
    chain.set_code(outer, bytes!("5f5f5f5f5f60bb5af1600f575f5ffd5b00")).unwrap();
    let gas = ask(&chain, "eth_estimateGas", json!([{"from": dev(0), "to": outer}]));
    let receipt = send(&chain, json!({"from": dev(0), "to": outer, "gas": gas}));
    assert_eq!(receipt["status"], "0x1");
    assert_ne!(receipt["gasUsed"], gas, "the inner call needs more than it uses");
}

#[test]
fn snapshots_bring_everything_back_once() {
    let chain = Devnet::new(&config());
    let contract = deploy(&chain);
    let before = ask(&chain, "eth_getBlockByNumber", json!(["latest", false]));
    let first = ask(&chain, "evm_snapshot", json!([]));
    send(&chain, json!({"from": dev(0), "to": contract, "data": word(1)}));
    chain.set_balance(dev(5), U256::ZERO).unwrap();
    let second = ask(&chain, "evm_snapshot", json!([]));
    assert_eq!(ask(&chain, "evm_revert", json!([first])), true);
    assert_eq!(ask(&chain, "eth_getBlockByNumber", json!(["latest", false])), before);
    assert_ne!(chain.balance(dev(5)), U256::ZERO);
    assert_eq!(chain.storage(contract, U256::ZERO), word(0));
    assert_eq!(ask(&chain, "evm_revert", json!([first])), false);
    assert_eq!(ask(&chain, "evm_revert", json!([second])), false, "it was taken on what is gone");
    send(&chain, json!({"from": dev(0), "to": contract, "data": word(2)}));
    assert_eq!(chain.storage(contract, U256::ZERO), word(2));
}

#[test]
fn time_moves_as_told() {
    let chain = Devnet::new(&config());
    let time =
        |chain: &Devnet| ask(chain, "eth_getBlockByNumber", json!(["latest", false]))["timestamp"].clone();
    assert_eq!(time(&chain), "0x1");
    ask(&chain, "evm_mine", json!([]));
    assert_eq!(time(&chain), "0x2");
    ask(&chain, "evm_increaseTime", json!([100]));
    assert_eq!(chain.now(), 103);
    ask(&chain, "evm_mine", json!([]));
    assert_eq!(time(&chain), "0x67");
    ask(&chain, "evm_setNextBlockTimestamp", json!(["0x1000"]));
    assert_eq!(chain.now(), 0x1000);
    ask(&chain, "evm_mine", json!([]));
    assert_eq!(time(&chain), "0x1000");
    assert_eq!(chain.now(), 0x1001);
    assert!(request(&chain, "evm_setNextBlockTimestamp", json!([0x1000])).is_err());
    ask(&chain, "anvil_mine", json!(["0x3", "0x10"]));
    assert_eq!(time(&chain), "0x1021");
    assert!(request(&chain, "anvil_mine", json!([1_000_000])).is_err());
    ask(&chain, "evm_mine", json!([{"timestamp": 0x2000}]));
    assert_eq!(time(&chain), "0x2000");
}

#[test]
fn wall_time_keeps_what_was_added() {
    let chain = Devnet::new(&payrox_devnet::DevnetConfig::default());
    let before = chain.now();
    chain.increase_time(1_000_000).unwrap();
    chain.mine().unwrap();
    assert!((before + 1_000_000..before + 1_000_100).contains(&chain.now()));
    chain.set_next_timestamp(before + 2_000_000).unwrap();
    chain.mine().unwrap();
    assert!((before + 2_000_000..before + 2_000_100).contains(&chain.now()));
}

#[test]
fn state_set_by_hand_is_what_calls_see() {
    let chain = Devnet::new(&config());
    let account = Address::with_last_byte(0xcc);
    ask(&chain, "anvil_setCode", json!([account, super::COUNTER]));
    ask(&chain, "hardhat_setStorageAt", json!([account, "0x0", word(77)]));
    ask(&chain, "anvil_setBalance", json!([account, "0x5"]));
    ask(&chain, "anvil_setNonce", json!([account, "0x7"]));
    assert_eq!(ask(&chain, "eth_call", json!([{"to": account}])), json!(word(77)));
    assert_eq!(chain.call(dev(0), account, Bytes::new()).unwrap(), word(77).to_vec());
    assert_eq!((chain.balance(account), chain.nonce(account)), (U256::from(5), 7));
    assert_eq!(ask(&chain, "payrox_dumpStorage", json!([account])), json!({word(0).to_string(): word(77)}));
    chain.set_storage(account, U256::ZERO, word(0)).unwrap();
    assert_eq!(ask(&chain, "payrox_dumpStorage", json!([account])), json!({}));
}

#[test]
fn a_fork_and_its_origin_do_not_see_each_other() {
    let chain = Devnet::new(&config());
    let contract = deploy(&chain);
    let fork = chain.fork();
    send(&fork, json!({"from": dev(0), "to": contract, "data": word(4)}));
    assert_eq!((chain.storage(contract, U256::ZERO), chain.block_number()), (word(0), 1));
    assert_eq!((fork.storage(contract, U256::ZERO), fork.block_number()), (word(4), 2));
}

#[test]
fn filters_tell_of_each_thing_once() {
    let chain = Devnet::new(&config());
    let contract = deploy(&chain);
    let logs = ask(&chain, "eth_newFilter", json!([{"address": contract, "topics": [null]}]));
    let others = ask(&chain, "eth_newFilter", json!([{"address": dev(0)}]));
    let blocks = ask(&chain, "eth_newBlockFilter", json!([]));
    let receipt = send(&chain, json!({"from": dev(0), "to": contract, "data": word(4)}));
    let news = ask(&chain, "eth_getFilterChanges", json!([logs]));
    assert_eq!(news, receipt["logs"]);
    assert_eq!(news.as_array().unwrap().len(), 1);
    assert_eq!(ask(&chain, "eth_getFilterChanges", json!([logs])), json!([]));
    assert_eq!(ask(&chain, "eth_getFilterChanges", json!([others])), json!([]));
    assert_eq!(ask(&chain, "eth_getFilterChanges", json!([blocks])), json!([receipt["blockHash"]]));
    assert_eq!(ask(&chain, "eth_getFilterLogs", json!([logs])), news);
    assert_eq!(ask(&chain, "eth_uninstallFilter", json!([logs])), true);
    assert_eq!(ask(&chain, "eth_uninstallFilter", json!([logs])), false);
    assert_eq!(
        request(&chain, "eth_getFilterChanges", json!([logs])).unwrap_err().message,
        "filter not found"
    );
    let by_hash = json!([{"blockHash": receipt["blockHash"]}]);
    assert_eq!(ask(&chain, "eth_getLogs", by_hash), news);
    assert_eq!(ask(&chain, "eth_getLogs", json!([{"fromBlock": "0x1", "topics": [word(8)]}])), json!([]));
    assert!(request(&chain, "eth_getLogs", json!([{"fromBlock": "0x2", "toBlock": "0x1"}])).is_err());
}

#[test]
fn the_fee_history_ends_with_the_next_base_fee() {
    let chain = Devnet::new(&config());
    let contract = deploy(&chain);
    send(&chain, json!({"from": dev(0), "to": contract, "data": word(4)}));
    let history = ask(&chain, "eth_feeHistory", json!(["0xa", "latest", [20.0]]));
    assert_eq!(history["oldestBlock"], "0x0");
    assert_eq!(history["baseFeePerGas"].as_array().unwrap().len(), 4);
    assert_eq!(history["reward"], json!([["0x0"], ["0x3b9aca00"], ["0x3b9aca00"]]));
    let next = &ask(&chain, "eth_getBlockByNumber", json!(["pending", false]))["baseFeePerGas"];
    assert_eq!(&history["baseFeePerGas"][3], next);
    assert_ne!(history["baseFeePerGas"][0], *next, "nearly empty blocks lower it");
}

#[test]
fn an_access_list_names_what_a_call_touches() {
    let chain = Devnet::new(&config());
    let contract = deploy(&chain);
    let list =
        ask(&chain, "eth_createAccessList", json!([{"from": dev(0), "to": contract, "data": word(1)}]));
    let touched = format!("{contract:#x}");
    assert_eq!(list["accessList"], json!([{"address": touched, "storageKeys": [word(0)]}]));
    assert_eq!(list.get("error"), None);
}
