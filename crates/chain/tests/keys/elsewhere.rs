//! Keys that are not here: the node's, and those on another machine.

use super::{ACCOUNT, KEY, OTHER, code, devnet, private, production, transaction};
use alloy_consensus::{SignableTransaction as _, TxEip1559, TxEip2930, TxEnvelope, TxLegacy};
use alloy_eips::{eip2718::Encodable2718 as _, eip2930::AccessList};
use alloy_primitives::{B256, Bytes, Signature, TxKind, U256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use payrox_chain::{ChainError, Fees, Keyring, Signed, Transaction, UnsignedTransactions};
use payrox_model::{ChainId, Gas};
use std::path::PathBuf;

fn signer() -> PrivateKeySigner {
    KEY.parse().unwrap()
}

fn eip1559() -> TxEip1559 {
    let tx = transaction();
    TxEip1559 {
        chain_id: tx.chain_id.0,
        nonce: tx.nonce,
        gas_limit: tx.gas.0,
        max_fee_per_gas: tx.fees.max_fee,
        max_priority_fee_per_gas: tx.fees.tip.unwrap(),
        to: TxKind::Call(tx.to),
        value: tx.value,
        access_list: AccessList::default(),
        input: tx.data,
    }
}

fn sign(tx: TxEip1559) -> Bytes {
    let signature = signer().sign_hash_sync(&tx.signature_hash()).unwrap();
    TxEnvelope::Eip1559(tx.into_signed(signature)).encoded_2718().into()
}

/// Hands the bytes in as signed elsewhere, and asks for the transaction.
async fn bring(raw: &[Bytes], most: Option<u128>) -> Result<Signed, ChainError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed");
    let lines: Vec<String> = raw.iter().map(ToString::to_string).collect();
    payrox_files::write_atomic(&path, lines.join("\n").as_bytes()).unwrap();
    let mut ring = Keyring::empty();
    ring.add_signed_file(&path, most, "a file")?;
    for address in ring.addresses() {
        assert!(!ring.can_sign_again(address));
    }
    let (_devnet, endpoint) = devnet();
    ring.sign(&transaction(), &endpoint).await
}

#[tokio::test]
async fn what_was_signed_elsewhere_is_taken_where_it_is_what_the_plan_expects() {
    let raw = sign(eip1559());
    let signed = bring(std::slice::from_ref(&raw), None).await.unwrap();
    assert_eq!(signed.raw, raw);
    assert_eq!(signed.hash, alloy_primitives::keccak256(&raw));
    // The signer may offer another price, and allow for more gas, within bounds.
    let other = TxEip1559 {
        max_fee_per_gas: 5_000_000_000,
        max_priority_fee_per_gas: 3,
        gas_limit: 60_000,
        ..eip1559()
    };
    bring(&[sign(TxEip1559 { nonce: 9, ..eip1559() }), sign(other)], None).await.unwrap();
    // A legacy transaction for this chain is as good.
    let tx = transaction();
    let legacy = TxLegacy {
        chain_id: Some(tx.chain_id.0),
        nonce: tx.nonce,
        gas_price: 1_000_000_000,
        gas_limit: tx.gas.0,
        to: TxKind::Call(tx.to),
        value: tx.value,
        input: tx.data.clone(),
    };
    let signature = signer().sign_hash_sync(&legacy.signature_hash()).unwrap();
    bring(&[TxEnvelope::Legacy(legacy.into_signed(signature)).encoded_2718().into()], None).await.unwrap();
}

#[tokio::test]
async fn prx_b23_what_was_signed_elsewhere_is_refused_where_a_field_is_another() {
    let list = AccessList::from(vec![alloy_eips::eip2930::AccessListItem::default()]);
    let most = Some(4_000_000_000);
    for (what, tx) in [
        ("chain id", TxEip1559 { chain_id: 1, ..eip1559() }),
        ("to", TxEip1559 { to: TxKind::Call(ACCOUNT), ..eip1559() }),
        ("to", TxEip1559 { to: TxKind::Create, ..eip1559() }),
        ("value", TxEip1559 { value: U256::from(6), ..eip1559() }),
        ("data", TxEip1559 { input: Bytes::from_static(&[1, 2, 4]), ..eip1559() }),
        ("type", TxEip1559 { access_list: list.clone(), ..eip1559() }),
        ("gas", TxEip1559 { gas_limit: 49_999, ..eip1559() }),
        ("gas", TxEip1559 { gas_limit: 100_001, ..eip1559() }),
        ("fees", TxEip1559 { max_fee_per_gas: 4_000_000_001, ..eip1559() }),
    ] {
        let error = bring(&[sign(tx)], most).await.unwrap_err();
        assert!(error.to_string().contains(&format!(": {what} is ")), "{what}: {error}");
        assert_eq!(code::<()>(Err(error), &[KEY]), "PRX-KEY-016");
    }
    let dear = TxEip1559 { max_fee_per_gas: 20_000_000_001, ..eip1559() };
    assert_eq!(
        code(bring(&[sign(dear)], None).await, &[]),
        "PRX-KEY-016",
        "without a limit: ten times the offer"
    );
    // Another nonce: not yet signed. Another sender: nobody asked for it.
    assert_eq!(code(bring(&[sign(TxEip1559 { nonce: 4, ..eip1559() })], None).await, &[]), "PRX-KEY-018");
    let stranger: PrivateKeySigner =
        "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d".parse().unwrap();
    let signature = stranger.sign_hash_sync(&eip1559().signature_hash()).unwrap();
    let raw = TxEnvelope::Eip1559(eip1559().into_signed(signature)).encoded_2718().into();
    assert_eq!(code(bring(&[raw], None).await, &[]), "PRX-CHN-008");
    // Without a chain it would be good on every one (EIP-155).
    let tx = transaction();
    let everywhere = TxLegacy {
        chain_id: None,
        nonce: tx.nonce,
        gas_price: 1,
        gas_limit: tx.gas.0,
        to: TxKind::Call(tx.to),
        value: tx.value,
        input: tx.data,
    };
    let signature = signer().sign_hash_sync(&everywhere.signature_hash()).unwrap();
    let raw = TxEnvelope::Legacy(everywhere.into_signed(signature)).encoded_2718().into();
    assert_eq!(code(bring(&[raw], None).await, &[]), "PRX-KEY-016");
    let listed = TxEip2930 { access_list: list, ..TxEip2930::default() };
    let signature = signer().sign_hash_sync(&listed.signature_hash()).unwrap();
    assert!(
        bring(&[TxEnvelope::Eip2930(listed.into_signed(signature)).encoded_2718().into()], None)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn prx_q4_a_file_that_holds_no_signed_transactions_is_refused() {
    let good = sign(eip1559());
    // The other half of the same signature: every node refuses it (EIP-2).
    let signature = signer().sign_hash_sync(&eip1559().signature_hash()).unwrap();
    let order: U256 = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141".parse().unwrap();
    let high = Signature::new(signature.r(), order - signature.s(), !signature.v());
    let high: Bytes = TxEnvelope::Eip1559(eip1559().into_signed(high)).encoded_2718().into();
    let unsigned: Bytes = eip1559().encoded_for_signing().into();
    let longer: Bytes = [good.as_ref(), &[0]].concat().into();
    for bad in
        [high, unsigned, longer, good.slice(..good.len() - 1), Bytes::new(), Bytes::from_static(&[0xff; 40])]
    {
        assert_eq!(code(bring(std::slice::from_ref(&bad), None).await, &[]), "PRX-KEY-017", "{bad}");
    }
    assert_eq!(
        code(bring(&[good.clone(), good.clone()], None).await, &[]),
        "PRX-KEY-017",
        "the same nonce twice"
    );
    assert_eq!(code(bring(&[], None).await, &[]), "PRX-KEY-017");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.json");
    for (text, is_good) in [
        (format!("{{\"version\": 1, \"transactions\": [\"{good}\"]}}"), true),
        (format!("\n  {good}\r\n\n"), true),
        (format!("{{\"version\": 2, \"transactions\": [\"{good}\"]}}"), false),
        (format!("{{\"version\": 1, \"transactions\": [\"{good}\"], \"more\": 1}}"), false),
        ("{\"version\": 1}".into(), false),
        ("zz".into(), false),
        ("{".into(), false),
    ] {
        payrox_files::write_atomic(&path, text.as_bytes()).unwrap();
        let said = Keyring::empty().add_signed_file(&path, None, "a file");
        match is_good {
            true => assert_eq!(said.unwrap(), [ACCOUNT]),
            false => assert_eq!(code(said, &[]), "PRX-KEY-017", "{text}"),
        }
    }
    assert_eq!(
        code(Keyring::empty().add_signed_file(&PathBuf::from("/nowhere"), None, "a file"), &[]),
        "PRX-KEY-017"
    );
    private(&path, good.to_string().as_bytes());
    assert_eq!(code(production().add_signed_file(&path, None, "a file"), &[]), "PRX-KEY-011");
}

#[tokio::test]
async fn what_leaves_to_be_signed_says_everything_and_can_be_read_again() {
    let tx = transaction();
    let made = UnsignedTransactions::new(tx.chain_id, B256::repeat_byte(7), [("stage", &tx)]);
    let text = payrox_files::to_canonical_json(&made).unwrap();
    let read: UnsignedTransactions = serde_json::from_str(&text).unwrap();
    assert_eq!(read, made);
    assert_eq!(read.transactions[0].signing_hash, eip1559().signature_hash());
    let fee = |name: &str, tx: &Transaction| {
        let made = UnsignedTransactions::new(tx.chain_id, B256::ZERO, [("stage", tx)]);
        serde_json::to_value(&made).unwrap()["transactions"][0].get(name).is_some()
    };
    let old = Transaction { fees: Fees { tip: None, ..tx.fees }, ..tx.clone() };
    assert!(fee("maxFeePerGas", &tx) && !fee("gasPrice", &tx));
    assert!(fee("gasPrice", &old) && !fee("maxFeePerGas", &old) && !fee("maxPriorityFeePerGas", &old));
    let mut ring = Keyring::empty();
    ring.add_absent(ACCOUNT, "another machine").unwrap();
    let (_devnet, endpoint) = devnet();
    assert_eq!(code(ring.sign(&tx, &endpoint).await, &[]), "PRX-KEY-019");
    // Whoever is there already is not sent away.
    let mut dev = Keyring::dev();
    dev.add_absent(OTHER, "another machine").unwrap();
    assert!(dev.can_sign_again(OTHER));
}

#[tokio::test]
async fn a_node_that_does_not_sign_is_told_apart_from_one_that_is_silent() {
    let (_devnet, endpoint) = devnet();
    let mut ring = Keyring::empty();
    ring.add_node_account(ACCOUNT, "--unlocked").unwrap();
    let tx = Transaction { gas: Gas(21_000), chain_id: ChainId(31_338), ..transaction() };
    assert_eq!(code(ring.sign(&tx, &endpoint).await, &[]), "PRX-KEY-015");
}
