//! Endpoints that agree, lag, disagree.

use crate::{ALICE, BOB, anvil, code, policy, pool, proxy, transfer};
use alloy_primitives::{Address, Bytes, U256};
use payrox_chain::{At, CallRequest, Endpoint, PoolPolicy, Read};
use payrox_faults::{Anvil, Fault, FaultProxy, Lie, Schedule, When};
use payrox_model::{ExitCode, Fault as _};
use std::sync::{Arc, Mutex};

struct World {
    anvil: Anvil,
    proxies: Vec<FaultProxy>,
}

impl World {
    fn new(many: usize) -> Option<Self> {
        let anvil = anvil(&[])?;
        let proxies = (0..many).map(|_| proxy(&anvil, Schedule::default())).collect();
        Some(Self { anvil, proxies })
    }

    fn urls(&self) -> Vec<String> {
        self.proxies.iter().map(FaultProxy::url).collect()
    }

    fn endpoint(&self) -> Endpoint {
        pool(&self.urls(), policy())
    }

    /// Blocks with something in them.
    async fn grow(&self, from: u64, many: u64) {
        let direct = pool(&[self.anvil.url().to_owned()], policy());
        for nonce in from..from + many {
            direct.send(&[transfer(nonce).await]).await.unwrap()[0].as_ref().unwrap();
            // Each in a block of its own.
            crate::mined(&self.anvil, nonce + 1).await;
        }
    }
}

fn lie(method: &str, lie: Lie) -> Schedule {
    Schedule::default().on(method, When::Always, Fault::Lie(lie))
}

#[tokio::test]
async fn prx_b13_two_that_disagree_stop_with_who_says_what() {
    let Some(world) = World::new(2) else { return };
    world.grow(0, 1).await;
    let endpoint = world.endpoint();
    assert_eq!(endpoint.quorum(), 2);
    let fake = Bytes::from_static(&[0x60, 0x01]);
    for (schedule, read) in [
        (lie("eth_getCode", Lie::Code(fake)), Read::Code(BOB)),
        (lie("eth_getStorageAt", Lie::Word(7)), Read::Storage(BOB, U256::ZERO)),
        (lie("eth_getTransactionCount", Lie::Word(9)), Read::Nonce(ALICE)),
        (lie("eth_getBalance", Lie::Word(1)), Read::Balance(BOB)),
        (lie("eth_call", Lie::Word(1)), Read::Call(CallRequest::view(BOB, Bytes::new()))),
        (lie("eth_getBlockByNumber", Lie::BlockHash), Read::Balance(BOB)),
    ] {
        world.proxies[1].set(schedule);
        let error = endpoint.read(At::Latest, std::slice::from_ref(&read)).await.unwrap_err();
        assert_eq!((code(&error), error.exit()), ("PRX-CHN-043", ExitCode::Endpoint), "{read:?}: {error}");
        for url in world.urls() {
            assert!(error.to_string().contains(&format!("{url} says ")), "{error}");
        }
    }
}

#[tokio::test]
async fn prx_b13_two_chains_of_one_id_disagree_about_receipts_and_heads() {
    let Some(world) = World::new(1) else { return };
    let Some(other) = anvil(&["--timestamp", "1900000000"]) else { return };
    world.grow(0, 1).await;
    let signed = transfer(0).await;
    let there = pool(&[other.url().to_owned()], policy());
    there.send(std::slice::from_ref(&signed)).await.unwrap()[0].as_ref().unwrap();
    crate::mined(&other, 1).await;
    let both = pool(&[world.proxies[0].url(), other.url().to_owned()], policy());
    assert_eq!(code(&both.receipt(signed.hash).await.unwrap_err()), "PRX-CHN-043");
    assert_eq!(code(&both.newest().await.unwrap_err()), "PRX-CHN-043");
}

#[tokio::test]
async fn prx_b13_a_minority_is_overruled_and_named() {
    let Some(world) = World::new(3) else { return };
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = told.clone();
    let mut policy = policy();
    policy.notice = Some(Arc::new(move |text: &str| hears.lock().unwrap().push(text.to_owned())));
    let endpoint = pool(&world.urls(), policy);
    world.proxies[0].set(lie("eth_getCode", Lie::Code(Bytes::from_static(&[1]))));
    assert!(endpoint.code(BOB, At::Latest).await.unwrap().is_empty());
    let told = told.lock().unwrap().join("\n");
    assert!(
        told.contains(&format!("{} answers eth_getCode unlike the others", world.proxies[0].url())),
        "{told}"
    );
}

#[tokio::test]
async fn prx_b13_fewer_answers_than_must_agree_are_an_error_that_says_why() {
    let Some(world) = World::new(2) else { return };
    let endpoint = world.endpoint();
    endpoint.newest().await.unwrap();
    world.proxies[1].set(Schedule::default().on("*", When::Always, Fault::Status(403)));
    let error = endpoint.nonce(ALICE, At::Latest).await.unwrap_err();
    assert_eq!(code(&error), "PRX-CHN-044");
    assert!(
        error.to_string().contains("1 of the 2") && error.to_string().contains("HTTP status 403"),
        "{error}"
    );
    // Three go on without one.
    let Some(three) = World::new(3) else { return };
    three.proxies[0].set(Schedule::default().on("*", When::Always, Fault::Silence { forwarded: false }));
    assert_eq!(three.endpoint().nonce(ALICE, At::Latest).await.unwrap(), 0);
}

#[tokio::test]
async fn prx_b14_one_that_lags_is_waited_for_and_does_not_disagree() {
    let Some(world) = World::new(2) else { return };
    world.grow(0, 3).await;
    let endpoint = world.endpoint();
    let lagging = Schedule::default().on("eth_getBlockByNumber", When::Always, Fault::Lag(1)).on(
        "eth_getTransactionReceipt",
        When::First(1),
        Fault::Null,
    );
    world.proxies[1].set(lagging);
    let (_, head) = endpoint.newest().await.unwrap();
    assert_eq!(head.number, 2, "the newest that both have");
    assert_eq!(endpoint.nonce(ALICE, At::Latest).await.unwrap(), 2, "as of that block");
    let position = endpoint.position(ALICE).await.unwrap();
    assert_eq!((position.nonce, position.pending, position.head.number), (2, 3, 2));
    let hash = transfer(2).await.hash;
    assert_eq!(endpoint.receipt(hash).await.unwrap(), None, "one has not seen it yet");
    assert!(endpoint.receipt(hash).await.unwrap().is_some(), "now both have");
    // Of three, one that lags is left out.
    let Some(three) = World::new(3) else { return };
    three.grow(0, 3).await;
    three.proxies[0].set(Schedule::default().on("eth_getBlockByNumber", When::Always, Fault::Lag(2)));
    assert_eq!(three.endpoint().newest().await.unwrap().1.number, 3);
}

#[tokio::test]
async fn prx_b14_a_nonce_behind_is_a_disagreement_only_where_the_block_is_the_same() {
    let Some(world) = World::new(2) else { return };
    world.grow(0, 2).await;
    let endpoint = world.endpoint();
    world.proxies[1].set(Schedule::default().on("eth_getTransactionCount", When::First(1), Fault::Lag(1)));
    assert_eq!(endpoint.nonce(ALICE, At::Latest).await.unwrap(), 2, "asked again, it had caught up");
}

#[tokio::test]
async fn prx_b14_endpoints_that_are_far_apart_are_an_error_with_their_heads() {
    let Some(world) = World::new(2) else { return };
    world.grow(0, 5).await;
    let endpoint = pool(&world.urls(), PoolPolicy { lag: 3, ..policy() });
    world.proxies[1].set(Schedule::default().on("eth_getBlockByNumber", When::Always, Fault::Lag(4)));
    let error = endpoint.newest().await.unwrap_err();
    assert_eq!(code(&error), "PRX-CHN-045");
    assert!(
        error.to_string().contains("is at block 5") && error.to_string().contains("is at block 1"),
        "{error}"
    );
}

#[tokio::test]
async fn prx_b13_what_was_gathered_into_one_call_is_compared_too() {
    let Some(world) = World::new(2) else { return };
    let endpoint = world.endpoint();
    let reads = vec![Read::Code(Address::repeat_byte(9)); 10];
    assert!(endpoint.read(At::Latest, &reads).await.unwrap().iter().all(Result::is_ok));
    assert!(world.proxies.iter().all(|proxy| proxy.asked("eth_getCode").is_empty()), "they were gathered");
    world.proxies[1].set(Schedule::default().on(
        "eth_call",
        When::Always,
        Fault::edit(|_, truth| {
            serde_json::json!(format!("0x{}", truth.as_str().unwrap()[2..].replacen('0', "1", 20)))
        }),
    ));
    assert_eq!(code(&endpoint.read(At::Latest, &reads).await.unwrap_err()), "PRX-CHN-043");
}

type Notices = Arc<Mutex<Vec<String>>>;

/// Three, the first of which lies about one method, and what is said of it.
fn liar(method: &str, fault: Fault) -> Option<(World, Endpoint, Notices)> {
    let world = World::new(3)?;
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = told.clone();
    let mut policy = policy();
    policy.notice = Some(Arc::new(move |text: &str| hears.lock().unwrap().push(text.to_owned())));
    let endpoint = pool(&world.urls(), policy);
    world.proxies[0].set(Schedule::default().on(method, When::Always, fault));
    Some((world, endpoint, told))
}

fn is_named(world: &World, method: &str, told: &Mutex<Vec<String>>) {
    let told = told.lock().unwrap().join("\n");
    assert!(told.contains(&format!("{} answers {method} unlike", world.proxies[0].url())), "{told}");
}

#[tokio::test]
async fn prx_b41_b13_a_slot_is_not_hidden_by_one_of_three_that_gives_the_proof_from_before() {
    let before = Arc::new(Mutex::new(None));
    let kept = before.clone();
    let play = Fault::edit(move |_, truth| kept.lock().unwrap().get_or_insert(truth).clone());
    let Some((world, endpoint, told)) = liar("eth_getProof", play) else { return };
    let wanted = [(BOB, vec![U256::ZERO])];
    let direct = pool(&[world.anvil.url().to_owned()], policy());
    let set = |endpoint: Endpoint, value: u64| async move {
        let word = format!("{value:#066x}");
        let params = (BOB, format!("{:#066x}", 0xabu64), word);
        endpoint.request::<_, serde_json::Value>("anvil_setStorageAt", params).await.unwrap();
    };
    set(direct.clone(), 1).await;
    pool(&world.urls()[..1], policy()).evidence(At::Latest, &wanted, None).await.unwrap();
    set(direct.clone(), 7).await;
    let truth = direct.evidence(At::Latest, &wanted, None).await.unwrap();
    let found = endpoint.evidence(At::Latest, &wanted, None).await.unwrap();
    assert_eq!(found.accounts.unwrap(), truth.accounts.unwrap());
    is_named(&world, "eth_getProof", &told);
}

#[tokio::test]
async fn prx_b13_a_block_ten_days_ahead_with_another_base_fee_is_overruled_and_its_teller_named() {
    let later = Fault::edit(|_, mut truth| {
        if truth.is_object() {
            let time = u64::from_str_radix(&truth["timestamp"].as_str().unwrap()[2..], 16).unwrap();
            truth["timestamp"] = serde_json::json!(format!("{:#x}", time + 864_000));
            truth["baseFeePerGas"] = serde_json::json!("0x38d7ea4c68000");
            truth["gasLimit"] = serde_json::json!("0x1");
        }
        truth
    });
    let Some((world, endpoint, told)) = liar("eth_getBlockByNumber", later) else { return };
    world.grow(0, 1).await;
    let direct = pool(&[world.anvil.url().to_owned()], policy());
    let truth = direct.block(At::Latest).await.unwrap();
    assert_eq!(endpoint.block(At::Latest).await.unwrap(), truth);
    is_named(&world, "eth_getBlockByNumber", &told);
    assert_eq!(endpoint.position(ALICE).await.unwrap().head, truth);
    // Also of the block that is made next, which each makes up for itself.
    let time = endpoint.time().await.unwrap();
    assert!(time < truth.timestamp + 864_000, "{time} after {}", truth.timestamp);
}

#[tokio::test]
async fn prx_b13_a_transaction_of_other_calldata_is_overruled_and_its_teller_named() {
    let other = Fault::edit(|_, mut truth| {
        truth["input"] = serde_json::json!("0xdeadbeef");
        truth
    });
    let Some((world, endpoint, told)) = liar("eth_getTransactionByHash", other) else { return };
    world.grow(0, 1).await;
    let calls = endpoint.sent_calls(&[transfer(0).await.hash]).await.unwrap();
    assert!(calls[0].as_ref().unwrap().data.is_empty());
    is_named(&world, "eth_getTransactionByHash", &told);
}

#[tokio::test]
async fn prx_b13_b21_a_waiting_transaction_that_one_endpoint_shows_with_other_contents_is_not_taken_for_ours()
{
    let Some(anvil) = anvil(&["--no-mining"]) else { return };
    let signed = transfer(0).await;
    let direct = pool(&[anvil.url().to_owned()], policy());
    direct.send(std::slice::from_ref(&signed)).await.unwrap()[0].as_ref().unwrap();
    let shown = direct.seen(&[signed.hash]).await.unwrap();
    assert_eq!(shown[0].as_ref().unwrap().to, Some(BOB));
    let waiting = direct.waiting(ALICE, 0..1).await.unwrap();
    assert_eq!(waiting[0].as_ref().unwrap().hash, signed.hash);
    // All else as it is, to somebody else: a replacement would be made from it.
    let thief = Address::repeat_byte(0xee);
    let lie = Fault::edit(move |_, truth| {
        let bob = BOB.to_string().to_lowercase();
        serde_json::from_str(&truth.to_string().replace(&bob, &format!("{thief:?}"))).unwrap()
    });
    let liar = proxy(&anvil, Schedule::default().on("*", When::Always, lie));
    let endpoint = pool(&[liar.url()], policy());
    assert_eq!(code(&endpoint.seen(&[signed.hash]).await.unwrap_err()), "PRX-CHN-004");
    let waiting = endpoint.waiting(ALICE, 0..1).await.unwrap();
    let seen = waiting[0].as_ref().unwrap();
    assert_eq!(seen.to, Some(thief), "the lie was told");
    assert_ne!(seen.hash, signed.hash);
}

#[tokio::test]
async fn prx_d12_b13_a_tip_that_one_of_three_exaggerates_is_not_offered() {
    let dear = Fault::edit(|_, _| serde_json::json!("0x9184e72a000"));
    let Some((world, endpoint, _)) = liar("eth_maxPriorityFeePerGas", dear.clone()) else { return };
    let direct = pool(&[world.anvil.url().to_owned()], policy());
    let honest = direct.position(ALICE).await.unwrap().tip;
    assert_eq!(endpoint.position(ALICE).await.unwrap().tip, honest);
    world.proxies[0].set(Schedule::default().on("eth_gasPrice", When::Always, dear));
    let price =
        |endpoint: Endpoint| async move { endpoint.request::<_, U256>("eth_gasPrice", ()).await.unwrap() };
    assert_eq!(price(endpoint).await, price(direct).await);
}

#[tokio::test]
async fn prx_b13_an_estimate_is_not_one_endpoints_own() {
    let fault = Fault::Error { code: -32_000, message: "header not found".into() };
    let Some((_world, endpoint, _)) = liar("eth_estimateGas", fault) else { return };
    let call = CallRequest { from: Some(ALICE), ..CallRequest::view(BOB, Bytes::new()) };
    assert_eq!(endpoint.estimate(&call).await.unwrap().0, 21_000);
}

#[test]
fn a_quorum_of_more_than_there_are_is_refused() {
    let urls = ["http://127.0.0.1:1", "http://127.0.0.1:2"];
    for quorum in [0, 3] {
        let error = Endpoint::pool(&urls, PoolPolicy { quorum: Some(quorum), ..policy() }).unwrap_err();
        assert_eq!((code(&error), error.exit()), ("PRX-CHN-046", ExitCode::BadInput), "{error}");
    }
    let nothing: [&str; 0] = [];
    assert_eq!(code(&Endpoint::pool(&nothing, policy()).unwrap_err()), "PRX-CHN-046");
    let quorum = |many: usize| pool(&vec!["http://127.0.0.1:1".to_owned(); many], policy()).quorum();
    assert_eq!([1, 2, 3, 4, 5].map(quorum), [1, 2, 2, 3, 3]);
}
