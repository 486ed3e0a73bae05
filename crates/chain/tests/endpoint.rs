//! Endpoints, keys and reasons, against the embedded chain and against nobody.
#![cfg(test)]

use alloy_primitives::{Address, B256, Bytes, U256, address, hex};
use alloy_sol_types::{SolError, SolValue};
use payrox_chain::{
    At, CallRequest, ChainError, Endpoint, FeePolicy, Fees, Keyring, LogQuery, Read, Reasons, SnapshotQuery,
    Transaction, snapshot,
};
use payrox_devnet::{Devnet, DevnetConfig};
use payrox_model::{ChainId, ExitCode, Fault, Gas};

const OWNER: Address = address!("70997970C51812dc3A010C7d01b50e0d17dc79C8");

fn devnet() -> (Devnet, Endpoint) {
    let devnet = Devnet::new(&DevnetConfig::default());
    let endpoint = Endpoint::in_process(devnet.client());
    (devnet, endpoint)
}

/// Runtime code that reverts with what it is called with.
const ECHO_REVERT: Bytes = Bytes::from_static(&hex!("365f5f37365ffd"));

#[tokio::test]
async fn a_transaction_is_signed_sent_and_found_again() {
    let (devnet, endpoint) = devnet();
    let keyring = Keyring::dev();
    let position = endpoint.position(OWNER).await.unwrap();
    assert_eq!((position.nonce, position.pending), (0, 0));
    let to = Address::repeat_byte(7);
    let transaction = |nonce| Transaction {
        chain_id: endpoint_chain(),
        from: OWNER,
        nonce,
        to,
        value: U256::from(5),
        data: Bytes::new(),
        gas: Gas(21_000),
        fees: Fees::choose(&position.head, position.tip, FeePolicy::default()).unwrap(),
    };
    let signed = [
        keyring.sign(&transaction(0), &endpoint).await.unwrap(),
        keyring.sign(&transaction(1), &endpoint).await.unwrap(),
    ];
    for answer in endpoint.send(&signed).await.unwrap() {
        answer.unwrap();
    }
    for answer in endpoint.send(&signed).await.unwrap() {
        answer.unwrap_or_else(|e| panic!("prx_b11: a transaction that is known is no error: {e}"));
    }
    let receipts = endpoint.receipts(&[signed[0].hash, signed[1].hash, B256::ZERO]).await.unwrap();
    assert!(receipts[0].as_ref().unwrap().success && receipts[1].as_ref().unwrap().block == 2);
    assert_eq!(receipts[2], None);
    assert_eq!(endpoint.balance(to, At::Latest).await.unwrap(), U256::from(10));
    assert_eq!(endpoint.balance(to, At::Block(1)).await.unwrap(), U256::from(5));
    assert_eq!(endpoint.nonce(OWNER, At::Latest).await.unwrap(), devnet.nonce(OWNER));
    assert!(endpoint.logs(&LogQuery::default()).await.unwrap().is_empty());
}

fn endpoint_chain() -> ChainId {
    DevnetConfig::default().chain_id
}

#[tokio::test]
async fn a_batch_answers_each_question_by_itself() {
    let (devnet, endpoint) = devnet();
    let reverting = Address::repeat_byte(0xee);
    devnet.set_code(reverting, ECHO_REVERT).unwrap();
    devnet.set_storage(reverting, U256::from(3), B256::with_last_byte(9)).unwrap();
    let data = Bytes::from_static(&[1, 2, 3, 4]);
    let reads = [
        Read::Code(reverting),
        Read::Call(CallRequest::view(reverting, data.clone())),
        Read::Storage(reverting, U256::from(3)),
        Read::Code(Address::repeat_byte(1)),
    ];
    let answers = endpoint.read(At::Latest, &reads).await.unwrap();
    assert_eq!(answers[0].as_ref().unwrap(), &ECHO_REVERT);
    assert_eq!(answers[1].as_ref().unwrap_err().revert_data(), Some(&data));
    assert_eq!(answers[1].as_ref().unwrap_err().exit(), ExitCode::Reverted);
    assert_eq!(B256::from_slice(answers[2].as_ref().unwrap()), B256::with_last_byte(9));
    assert!(answers[3].as_ref().unwrap().is_empty());
}

#[tokio::test]
async fn a_snapshot_of_an_empty_chain_has_no_system() {
    let (_, endpoint) = devnet();
    let query = SnapshotQuery {
        addresses: vec![OWNER],
        dispatcher: Address::repeat_byte(1),
        router: Address::repeat_byte(2),
    };
    let snapshot = snapshot(&endpoint, &query).await.unwrap();
    assert_eq!((snapshot.chain_id, snapshot.block), (ChainId(31338), 0));
    assert!(snapshot.code.is_empty() && snapshot.dispatcher.is_none() && snapshot.router.is_none());
}

#[tokio::test]
async fn a_contract_in_the_dispatchers_place_that_answers_otherwise_is_an_error_not_a_state() {
    let (devnet, endpoint) = devnet();
    let dispatcher = Address::repeat_byte(1);
    // STOP: every call succeeds with nothing.
    devnet.set_code(dispatcher, Bytes::from_static(&[0])).unwrap();
    let query = SnapshotQuery { addresses: vec![], dispatcher, router: Address::repeat_byte(2) };
    let error = snapshot(&endpoint, &query).await.unwrap_err();
    assert_eq!(error.code().0, "PRX-CHN-004");
}

#[tokio::test]
async fn prx_b23_a_wrong_chain_is_refused_with_both_ids() {
    let (_, endpoint) = devnet();
    endpoint.expect_chain(ChainId(31338)).await.unwrap();
    let error = endpoint.expect_chain(ChainId(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "the embedded chain is chain 31338, not 1");
    assert_eq!((error.code().0, error.exit()), ("PRX-CHN-007", ExitCode::BadInput));
}

#[tokio::test]
async fn a_dead_endpoint_is_named_without_what_may_be_a_key() {
    // Port 9 of this machine: nobody listens there.
    let endpoint = Endpoint::http("http://user:secret@127.0.0.1:9/v2/secret?key=secret").unwrap();
    let error = endpoint.chain_id().await.unwrap_err();
    let text = format!("{error} {error:?} {:?} {}", error.hint(), endpoint.shown());
    assert_eq!((error.code().0, error.exit()), ("PRX-CHN-003", ExitCode::Endpoint));
    assert!(!text.contains("secret"), "{text}");
    assert!(text.contains("http://127.0.0.1:9 does not answer eth_chainId"), "{text}");
}

#[tokio::test]
async fn an_endpoint_that_accepts_and_stays_silent_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let endpoint = Endpoint::http_within(&url, std::time::Duration::from_millis(200)).unwrap();
    let asked = tokio::time::timeout(std::time::Duration::from_secs(20), endpoint.chain_id()).await;
    let error = asked.expect("it is given up").unwrap_err();
    assert_eq!((error.code().0, error.exit()), ("PRX-CHN-003", ExitCode::Endpoint));
    assert!(error.to_string().contains("does not answer eth_chainId"), "{error}");
}

#[tokio::test]
async fn prx_b23_a_chain_with_another_known_block_or_without_it_is_the_wrong_one() {
    let (_, endpoint) = devnet();
    let genesis = endpoint.block(At::Block(0)).await.unwrap().hash;
    endpoint.expect_block(0, genesis).await.unwrap();
    for number in [0, 7] {
        let error = endpoint.expect_block(number, B256::repeat_byte(1)).await.unwrap_err();
        assert_eq!((error.code().0, error.exit()), ("PRX-CHN-007", ExitCode::BadInput), "{error}");
    }
}

#[test]
fn an_url_that_cannot_be_used_says_why_and_hides_its_secrets() {
    for (url, code) in [
        ("ws://eth.example/secret", "PRX-CHN-001"),
        ("ftp://user:secret@eth.example/secret", "PRX-CHN-001"),
        ("127.0.0.1:8545", "PRX-CHN-001"),
        ("", "PRX-CHN-001"),
    ] {
        let error = Endpoint::http(url).unwrap_err();
        assert_eq!(error.code().0, code, "{url}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn prx_b47_what_a_server_says_is_escaped_and_cut() {
    let (_, endpoint) = devnet();
    let error = endpoint.request::<_, U256>("eth_\u{1b}[31mevil\u{202e}", ()).await.unwrap_err();
    let ChainError::Server { text, .. } = &error else { panic!("{error:?}") };
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    assert!(text.chars().count() <= 401);
}

#[tokio::test]
async fn a_gas_price_above_the_limit_is_refused_and_one_below_is_capped_by_it() {
    let (_, endpoint) = devnet();
    let head = endpoint.block(At::Latest).await.unwrap();
    assert_eq!(head.base_fee, Some(1_000_000_000));
    let limit = |max_fee| FeePolicy { max_fee: Some(max_fee), max_tip: None };
    assert_eq!(Fees::choose(&head, 5, FeePolicy::default()).unwrap().max_fee, 2_000_000_005);
    assert_eq!(Fees::choose(&head, 5, limit(1_500_000_000)).unwrap().max_fee, 1_500_000_000);
    assert_eq!(Fees::choose(&head, 5, limit(1_000_000_004)).unwrap_err().code().0, "PRX-CHN-010");
}

alloy_sol_types::sol! {
    error TooEarly(uint256 eta, uint256 time);
    error Named(string name, bytes4 selector, address[] who);
}

#[test]
fn revert_data_becomes_words_and_unknown_data_stays_hexadecimal() {
    let abi = alloy_json_abi::JsonAbi::parse([
        "error TooEarly(uint256 eta, uint256 time)",
        "error Named(string name, bytes4 selector, address[] who)",
    ])
    .unwrap();
    let reasons = Reasons::new([&abi]);
    let early = TooEarly { eta: U256::from(20), time: U256::from(10) }.abi_encode();
    assert_eq!(reasons.decode(&early), "TooEarly(20, 10)");
    assert_eq!(
        Reasons::default().decode(&early[..4]),
        format!("an unknown error {}", hex::encode_prefixed(&early[..4]))
    );
    assert_eq!(reasons.decode(&[]), "it gave no reason");
    assert_eq!(
        reasons.decode(&early[..20]),
        format!("an unknown error {}", hex::encode_prefixed(&early[..20]))
    );
    let text = [&hex!("08c379a0")[..], &("no\u{1b}[2J",).abi_encode_params()].concat();
    assert_eq!(reasons.decode(&text), "\"no\\u{1b}[2J\"");
    let named = Named { name: "x\n".into(), selector: [1, 2, 3, 4].into(), who: vec![OWNER] }.abi_encode();
    assert!(
        reasons.decode(&named).starts_with("Named(\"x\\u{a}\", 0x01020304, "),
        "{}",
        reasons.decode(&named)
    );
}

#[tokio::test]
async fn time_of_a_development_chain_can_be_skipped() {
    let (_, endpoint) = devnet();
    let before = endpoint.time().await.unwrap();
    endpoint.skip_to(before + 86_400).await.unwrap();
    assert_eq!(endpoint.block(At::Latest).await.unwrap().timestamp, before + 86_400);
    assert!(endpoint.time().await.unwrap() > before + 86_400, "the clock goes on from there");
    assert!(endpoint.skip_to(before).await.is_err());
}
