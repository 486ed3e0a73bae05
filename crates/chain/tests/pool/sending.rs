//! Transactions that arrive although nobody says so, or do not although somebody does.

use crate::{ALICE, anvil, code, one, policy, pool, proxy, transfer};
use alloy_primitives::{Bytes, U256};
use payrox_chain::{At, Fees, PoolPolicy, Transaction};
use payrox_faults::{Fault, Lie, Schedule, When};
use payrox_model::{ChainId, Gas};

const SEND: &str = "eth_sendRawTransaction";

fn on_send(when: When, fault: Fault) -> Schedule {
    Schedule::default().on(SEND, when, fault)
}

#[tokio::test]
async fn prx_b11_a_transaction_whose_answer_is_lost_is_found_by_its_hash_and_never_signed_again() {
    let Some(anvil) = anvil(&[]) else { return };
    for (nonce, fault) in [
        Fault::Silence { forwarded: true },
        Fault::Reset { forwarded: true },
        Fault::Truncated,
        Fault::WrongId,
        Fault::Missing,
        Fault::SlowBody(std::time::Duration::from_millis(300)),
    ]
    .into_iter()
    .enumerate()
    {
        let proxy = proxy(&anvil, Schedule::default());
        let endpoint = one(&proxy);
        endpoint.newest().await.unwrap();
        let signed = transfer(nonce as u64).await;
        proxy.set(on_send(When::First(1), fault.clone()));
        let sent = endpoint.send(std::slice::from_ref(&signed)).await.unwrap();
        assert!(sent[0].is_ok(), "{fault:?}: {:?}", sent[0]);
        // The node mines at once: the second time its nonce is used, by itself.
        crate::mined(&anvil, nonce as u64 + 1).await;
        assert_eq!(endpoint.nonce(ALICE, At::Latest).await.unwrap(), nonce as u64 + 1, "{fault:?}");
        let bytes: Vec<_> = proxy.asked(SEND).into_iter().map(|asked| asked.params).collect();
        assert!(bytes.len() > 1 && bytes.windows(2).all(|w| w[0] == w[1]), "{fault:?}: the same bytes");
    }
}

#[tokio::test]
async fn prx_b11_a_foreign_transaction_with_the_nonce_is_no_success() {
    let Some(anvil) = anvil(&[]) else { return };
    let proxy = proxy(&anvil, Schedule::default());
    let endpoint = one(&proxy);
    endpoint.newest().await.unwrap();
    assert!(endpoint.send(&[transfer(0).await]).await.unwrap()[0].is_ok());
    crate::mined(&anvil, 1).await;
    // Another one of the same nonce, whose first sending is not answered.
    proxy.set(on_send(When::First(1), Fault::Reset { forwarded: false }));
    let other = Transaction {
        chain_id: ChainId(31_337),
        from: ALICE,
        nonce: 0,
        to: ALICE,
        value: U256::ONE,
        data: Bytes::new(),
        gas: Gas(30_000),
        fees: Fees { max_fee: 20_000_000_000, tip: Some(2_000_000_000) },
    };
    let sent = endpoint.send(&[crate::sign(&other).await]).await.unwrap();
    assert_eq!(code(sent[0].as_ref().unwrap_err()), "PRX-CHN-005");
}

#[tokio::test]
async fn prx_b12_what_acts_is_not_repeated_once_it_may_have_arrived() {
    let Some(anvil) = anvil(&[]) else { return };
    let proxy = proxy(&anvil, Schedule::default());
    let endpoint = one(&proxy);
    endpoint.newest().await.unwrap();
    proxy.set(Schedule::default().on("evm_mine", When::Always, Fault::Reset { forwarded: true }));
    let mined = endpoint.request::<_, serde_json::Value>("evm_mine", ()).await;
    assert_eq!(code(&mined.unwrap_err()), "PRX-CHN-003");
    assert_eq!(proxy.asked("evm_mine").len(), 1);
    assert_eq!(endpoint.block(At::Latest).await.unwrap().number, 1, "it had arrived");
    // What was refused did not.
    proxy.set(Schedule::default().on("evm_mine", When::First(1), Fault::Status(503)));
    endpoint.request::<_, serde_json::Value>("evm_mine", ()).await.unwrap();
    assert_eq!(endpoint.block(At::Latest).await.unwrap().number, 2);
}

#[tokio::test]
async fn a_transaction_is_given_to_all_and_one_that_takes_it_is_enough() {
    let Some(anvil) = anvil(&[]) else { return };
    let schedules =
        [on_send(When::Always, Fault::Drop), on_send(When::Always, Fault::Status(403)), Schedule::default()];
    let proxies = schedules.map(|schedule| proxy(&anvil, schedule));
    let urls = proxies.each_ref().map(|proxy| proxy.url());
    let endpoint = pool(&urls, policy());
    let signed = transfer(0).await;
    assert!(endpoint.send(std::slice::from_ref(&signed)).await.unwrap()[0].is_ok());
    crate::mined(&anvil, 1).await;
    assert!(endpoint.receipt(signed.hash).await.unwrap().unwrap().success);
}

#[tokio::test]
async fn a_transaction_is_given_to_all_also_where_one_endpoints_word_is_enough() {
    let Some(anvil) = anvil(&[]) else { return };
    let schedules = [on_send(When::Always, Fault::Drop), Schedule::default()];
    let proxies = schedules.map(|schedule| proxy(&anvil, schedule));
    let urls = proxies.each_ref().map(|proxy| proxy.url());
    let endpoint = pool(&urls, PoolPolicy { quorum: Some(1), ..policy() });
    let signed = transfer(0).await;
    assert!(endpoint.send(std::slice::from_ref(&signed)).await.unwrap()[0].is_ok());
    assert_eq!(proxies.each_ref().map(|proxy| proxy.asked(SEND).len()), [1, 1]);
    crate::mined(&anvil, 1).await;
}

#[tokio::test]
async fn prx_b15_a_receipt_that_one_of_three_made_up_counts_as_none() {
    let Some(anvil) = anvil(&[]) else { return };
    let honest = [proxy(&anvil, Schedule::default()), proxy(&anvil, Schedule::default())];
    let schedule = Schedule::default().on("eth_getTransactionReceipt", When::Always, Fault::Lie(Lie::Made));
    let liar = proxy(&anvil, schedule);
    let urls = [liar.url(), honest[0].url(), honest[1].url()];
    let endpoint = pool(&urls, PoolPolicy { quorum: Some(2), ..policy() });
    let nowhere = transfer(0).await;
    assert_eq!(endpoint.receipt(nowhere.hash).await.unwrap(), None);
    assert!(
        pool(&urls[..1], policy()).receipt(nowhere.hash).await.unwrap().is_some(),
        "alone it is believed"
    );
}
