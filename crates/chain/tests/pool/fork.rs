//! Forks of anvil.

use crate::{ALICE, BOB, anvil, one, policy, pool, proxy, transfer};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, bytes};
use payrox_chain::{At, CallRequest, Endpoint, Remote, fork_point};
use payrox_devnet::{Clock, Devnet, Execution, Fork, ForkCache, RpcError};
use payrox_faults::{Anvil, Fault, Lie, Schedule, When};
use payrox_model::{ChainId, Fault as _, Gas};
use serde_json::{Value, json, value::to_raw_value};

const COUNTER: Address = Address::repeat_byte(0xc0);
const FAR: Address = Address::repeat_byte(0xfa);
/// Adds the word it is called with to slot 7, and stores in slot 8 what slot 0 of [`FAR`] answers, in slot 9 the hash of the block
/// three before the newest.
const COUNTING: Bytes = bytes!(
    "5f356007540160075560205f5f5f73fafafafafafafafafafafafafafafafafafafafa5afa505f5160085560034303406009556007545f5260205ff3"
);
/// Answers with its slot 0.
const ANSWERING: Bytes = bytes!("5f545f5260205ff3");

async fn direct(anvil: &Anvil) -> Endpoint {
    pool(&[anvil.url().to_owned()], policy())
}

async fn set(endpoint: &Endpoint, method: &'static str, params: Value) {
    let _: Value = endpoint.request(method, params).await.unwrap();
}

/// A chain with something on it, five blocks high.
async fn lived_in(anvil: &Anvil) -> Endpoint {
    let endpoint = direct(anvil).await;
    for (address, code) in [(COUNTER, COUNTING), (FAR, ANSWERING)] {
        set(&endpoint, "anvil_setCode", json!([address, code])).await;
    }
    set(&endpoint, "anvil_setStorageAt", json!([COUNTER, "0x7", B256::from(U256::from(40))])).await;
    set(&endpoint, "anvil_setStorageAt", json!([FAR, "0x0", B256::repeat_byte(0x11)])).await;
    set(&endpoint, "anvil_setBalance", json!([COUNTER, "0x1234"])).await;
    let sent = endpoint.send(&[transfer(0).await]).await.unwrap();
    assert!(sent.iter().all(Result::is_ok));
    crate::mined(anvil, 1).await;
    set(&endpoint, "anvil_mine", json!(["0x4"])).await;
    endpoint
}

async fn forked(endpoint: &Endpoint, cache: Option<&ForkCache>) -> Fork {
    let point = fork_point(endpoint, ChainId(31_337), None).await.unwrap();
    let remote = Box::new(Remote::at(endpoint, point.hash).unwrap());
    match cache {
        Some(cache) => Fork::cached(point, remote, cache).unwrap(),
        None => Fork::new(point, remote),
    }
}

fn ask(chain: &Devnet, method: &str, params: Value) -> Result<Value, RpcError> {
    let answer = chain.request(method, Some(&to_raw_value(&params).unwrap()))?;
    Ok(serde_json::from_str(answer.get()).unwrap())
}

fn add(amount: u64) -> Execution {
    let data = B256::from(U256::from(amount)).to_vec().into();
    Execution { to: TxKind::Call(COUNTER), value: U256::ZERO, data, gas: Gas(1_000_000) }
}

fn slot(chain: &Devnet, key: u64) -> U256 {
    chain.storage(COUNTER, U256::from(key)).into()
}

#[tokio::test]
async fn prx_v08_a_fork_answers_what_anvil_does_and_goes_its_own_way() {
    let Some(anvil) = anvil(&[]) else { return };
    let endpoint = lived_in(&anvil).await;
    let fork = forked(&endpoint, None).await;
    let chain = Devnet::forked(&fork, Clock::Steps);
    let call = json!([{ "to": COUNTER, "from": BOB, "data": B256::ZERO }, "latest"]);
    for (method, params) in [
        ("eth_chainId", json!([])),
        ("eth_blockNumber", json!([])),
        ("eth_getBalance", json!([ALICE, "latest"])),
        ("eth_getBalance", json!([COUNTER, "latest"])),
        ("eth_getTransactionCount", json!([ALICE, "latest"])),
        ("eth_getCode", json!([COUNTER, "latest"])),
        ("eth_getCode", json!([Address::repeat_byte(0x99), "latest"])),
        ("eth_getStorageAt", json!([COUNTER, "0x7", "latest"])),
        ("eth_getStorageAt", json!([COUNTER, "0x700", "latest"])),
        ("eth_call", call.clone()),
    ] {
        let expected: Value = endpoint.request(method, params.clone()).await.unwrap();
        assert_eq!(ask(&chain, method, params.clone()).unwrap(), expected, "{method} {params}");
    }
    let head = endpoint.block(At::Latest).await.unwrap();
    let block = ask(&chain, "eth_getBlockByNumber", json!(["latest", false])).unwrap();
    let expected: Value = endpoint.request("eth_getBlockByNumber", json!(["latest", false])).await.unwrap();
    for field in ["number", "hash", "timestamp", "baseFeePerGas", "gasLimit", "parentHash"] {
        assert_eq!(block[field], expected[field], "{field}");
    }
    // The same transaction leaves the same behind on both, and neither sees the other's.
    chain.execute(BOB, add(2)).unwrap();
    let hash: B256 = slot(&chain, 9).into();
    assert_eq!(hash, endpoint.block(At::Block(head.number + 1 - 3)).await.unwrap().hash);
    assert_eq!(slot(&chain, 7), U256::from(42));
    let expected = endpoint.storage(COUNTER, U256::from(7), At::Latest).await.unwrap();
    assert_eq!(U256::from_be_bytes(expected.0), U256::from(40));
    let data = B256::from(U256::from(2));
    set(
        &endpoint,
        "eth_sendTransaction",
        json!([{ "from": BOB, "to": COUNTER, "data": data, "gas": "0xf4240" }]),
    )
    .await;
    while endpoint.block(At::Latest).await.unwrap().number == head.number {
        tokio::task::yield_now().await;
    }
    for key in [7, 8, 9] {
        let there = endpoint.storage(COUNTER, U256::from(key), At::Latest).await.unwrap();
        assert_eq!(B256::from(slot(&chain, key)), there, "slot {key}");
    }
    // A snapshot goes back to what the forked chain had, not to zero.
    let other = Devnet::forked(&fork, Clock::Steps);
    let id = ask(&other, "evm_snapshot", json!([])).unwrap();
    other.execute(BOB, add(2)).unwrap();
    other.set_storage(COUNTER, U256::from(7), B256::ZERO).unwrap();
    assert_eq!(slot(&other, 7), U256::ZERO, "a zero that was written is one");
    assert_eq!(ask(&other, "evm_revert", json!([id])).unwrap(), json!(true));
    assert_eq!(slot(&other, 7), U256::from(40));
    let earlier = json!([COUNTER, "0x7", format!("{:#x}", head.number)]);
    let before = ask(&chain, "eth_getStorageAt", earlier).unwrap();
    assert_eq!(before, json!(B256::from(U256::from(40))), "the state of the forked block, asked for later");
    // What it does not have is said, not made up.
    let logs = ask(&chain, "eth_getLogs", json!([{ "fromBlock": "0x0" }])).unwrap_err();
    assert!(logs.message.contains("no logs before its block"), "{logs}");
}

#[tokio::test]
async fn prx_v08_a_fork_needs_nobody_the_second_time_whatever_else_lies_beside_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let cache = ForkCache::new(folder.path().join("fork"));
    let Some(anvil) = anvil(&[]) else { return };
    let endpoint = lived_in(&anvil).await;
    let fork = forked(&endpoint, Some(&cache)).await;
    let point = fork.point().clone();
    let chain = Devnet::forked(&fork, Clock::Steps);
    let first = chain.execute(BOB, add(2)).unwrap();
    drop((anvil, chain, fork));

    let points =
        cache.points(Some(point.chain_id), Some(point.header.number), &mut |e| panic!("{e}")).unwrap();
    assert_eq!(points, std::slice::from_ref(&point));
    assert!(cache.points(None, Some(point.header.number + 1), &mut |e| panic!("{e}")).unwrap().is_empty());
    // A file that is none keeps no other from being used.
    let junk = folder.path().join("fork/old.bin");
    payrox_files::write_atomic(&junk, b"junk").unwrap();
    let mut skipped = Vec::new();
    let points = cache.points(None, None, &mut |e| skipped.push(e.to_string())).unwrap();
    assert_eq!(points, std::slice::from_ref(&point));
    assert!(skipped.len() == 1 && skipped[0].contains("old.bin"), "{skipped:?}");
    std::fs::remove_file(junk).unwrap();
    let remote = || Box::new(Remote::at(&endpoint, point.hash).unwrap());
    let again = Fork::cached(point.clone(), remote(), &cache).unwrap();
    let chain = Devnet::forked(&again, Clock::Steps);
    let second = chain.execute(BOB, add(2)).unwrap();
    assert_eq!((second.hash, second.gas, slot(&chain, 7)), (first.hash, first.gas, U256::from(42)));
    // What nobody had asked for then is not known now, and not zero.
    let unknown = ask(&chain, "eth_getStorageAt", json!([COUNTER, "0x123", "latest"])).unwrap_err();
    assert!(unknown.is_of_a_fork() && unknown.message.starts_with("PRX-FORK-001"), "{unknown}");

    // A torn end is cut off; what was whole counts.
    let file = std::fs::read_dir(folder.path().join("fork")).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(&file).unwrap();
    payrox_files::write_atomic(&file, &bytes[..bytes.len() - 3]).unwrap();
    let torn = Fork::cached(point.clone(), remote(), &cache).unwrap();
    assert!(torn.size() < again.size() && torn.size().0 > 1, "{:?}", torn.size());
    // Another version is not guessed at.
    let mut newer = bytes.clone();
    newer[8] = 2;
    payrox_files::write_atomic(&file, newer.as_ref()).unwrap();
    assert_eq!(Fork::cached(point.clone(), remote(), &cache).unwrap_err().code().0, "PRX-FORK-005");
}

#[tokio::test]
async fn prx_v08_an_endpoint_that_fails_or_lies_ends_the_execution() {
    let Some(anvil) = anvil(&[]) else { return };
    let endpoint = lived_in(&anvil).await;
    let point = fork_point(&endpoint, ChainId(31_337), None).await.unwrap();
    let before = endpoint.block(At::Latest).await.unwrap();
    for (method, fault) in [
        ("eth_getStorageAt", Fault::Null),
        ("eth_getBalance", Fault::Status(500)),
        ("eth_getTransactionCount", Fault::Null),
        ("*", Fault::Truncated),
    ] {
        let proxy = proxy(&anvil, Schedule::default().on(method, When::Always, fault.clone()));
        let fork = Fork::new(point.clone(), Box::new(Remote::at(&one(&proxy), point.hash).unwrap()));
        let chain = Devnet::forked(&fork, Clock::Steps);
        let error = chain.execute(BOB, add(2)).unwrap_err();
        assert!(error.is_of_a_fork(), "{method} {fault:?}: {error}");
        assert_eq!(chain.block_number(), before.number, "there is no block");
        // Where a question has no room for an error, the next execution ends with it.
        let other = Devnet::forked(&fork, Clock::Steps);
        if method == "*" {
            assert_eq!(other.balance(Address::repeat_byte(0x98)), U256::ZERO);
            let free = Execution { to: TxKind::Call(BOB), ..add(0) };
            assert!(other.execute(BOB, free).unwrap_err().is_of_a_fork());
        }
    }
    // One of three lies: the others are believed. Two of two differ: nobody is.
    let lie = || {
        let lies = Schedule::default().on("eth_getBalance", When::Always, Fault::Lie(Lie::Word(5)));
        proxy(&anvil, lies)
    };
    let (honest, other, liar) =
        (proxy(&anvil, Schedule::default()), proxy(&anvil, Schedule::default()), lie());
    for (urls, agree) in
        [(vec![liar.url(), honest.url(), other.url()], true), (vec![liar.url(), honest.url()], false)]
    {
        let endpoint = pool(&urls, policy());
        let fork = Fork::new(point.clone(), Box::new(Remote::at(&endpoint, point.hash).unwrap()));
        let balance = ask(&Devnet::forked(&fork, Clock::Steps), "eth_getBalance", json!([COUNTER, "latest"]));
        match balance {
            Ok(balance) => assert!(agree && balance == json!("0x1234"), "{balance}"),
            Err(error) => assert!(!agree && error.is_of_a_fork(), "{error}"),
        }
    }
    // After a reorganisation the block is no more, and its state is not confused with the next one's.
    set(&endpoint, "anvil_reorg", json!([2, []])).await;
    let fork = Fork::new(point.clone(), Box::new(Remote::at(&endpoint, point.hash).unwrap()));
    let gone = Devnet::forked(&fork, Clock::Steps).execute(BOB, add(2)).unwrap_err();
    assert!(gone.is_of_a_fork(), "{gone}");
}

#[tokio::test]
async fn prx_v08_a_fork_asks_in_few_round_trips_and_from_any_thread() {
    let Some(anvil) = anvil(&[]) else { return };
    let endpoint = lived_in(&anvil).await;
    let proxy = proxy(&anvil, Schedule::default());
    let through = one(&proxy);
    let point = fork_point(&through, ChainId(31_337), None).await.unwrap();
    let fork = Fork::new(point.clone(), Box::new(Remote::at(&through, point.hash).unwrap()));
    let asked = proxy.round_trips();
    // On this runtime's only thread: nothing here may need it while it waits.
    Devnet::forked(&fork, Clock::Steps).execute(BOB, add(2)).unwrap();
    let bodies = proxy.round_trips() - asked;
    assert!(bodies <= 6, "{bodies} bodies for three accounts, four slots and a block's hash");
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let fork = fork.clone();
            std::thread::spawn(move || {
                let chain = Devnet::forked(&fork, Clock::Steps);
                chain.execute(BOB, add(2)).unwrap();
                slot(&chain, 7)
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), U256::from(42));
    }
    // A fork is a chain that an endpoint can be: through alloy, and to be forked in turn.
    let chain = Devnet::forked(&fork, Clock::Steps);
    chain.execute(BOB, add(5)).unwrap();
    // Far enough from where it begins: it has no earlier blocks, and says so.
    ask(&chain, "anvil_mine", json!(["0x3"])).unwrap();
    let inner = Endpoint::in_process(chain.client());
    let twice = forked(&inner, None).await;
    let twice = Devnet::forked(&twice, Clock::Steps);
    twice.execute(BOB, add(5)).unwrap();
    assert_eq!(slot(&twice, 7), U256::from(50));
    let view = CallRequest::view(FAR, Bytes::new());
    assert_eq!(inner.call(view, At::Latest).await.unwrap(), Bytes::from(B256::repeat_byte(0x11)));
    drop(endpoint);
}
