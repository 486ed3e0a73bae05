//! Endpoints of another chain, at once or later.

use crate::{ALICE, anvil, code, one, policy, pool, proxy, transfer};
use alloy_primitives::B256;
use payrox_chain::{At, ChainError, PoolPolicy};
use payrox_faults::{Fault, Lie, Schedule, When};
use payrox_model::{ChainId, ExitCode, Fault as _};
use std::time::Duration;

fn other_chain() -> Schedule {
    Schedule::default().on("eth_chainId", When::Always, Fault::Lie(Lie::Chain(1)))
}

#[tokio::test]
async fn prx_b23_each_endpoint_of_a_pool_must_be_the_chain() {
    let Some(anvil) = anvil(&[]) else { return };
    let (right, wrong) = (proxy(&anvil, Schedule::default()), proxy(&anvil, other_chain()));
    for urls in [[right.url(), wrong.url()], [wrong.url(), right.url()]] {
        let error = pool(&urls, policy()).balance(ALICE, At::Latest).await.unwrap_err();
        let ChainError::WrongChain { endpoint, expected, found } = &error else { panic!("{error:?}") };
        assert_eq!((endpoint, *expected, *found), (&wrong.url(), ChainId(31_337), ChainId(1)));
        assert_eq!(error.exit(), ExitCode::BadInput);
    }
}

#[tokio::test]
async fn prx_b23_a_known_block_is_looked_for_at_each_endpoint() {
    let Some(anvil) = anvil(&[]) else { return };
    let lie = Schedule::default().on("eth_getBlockByNumber", When::Always, Fault::Lie(Lie::BlockHash));
    let proxies = [Schedule::default(), Schedule::default(), lie].map(|schedule| proxy(&anvil, schedule));
    let genesis = one(&proxies[0]).block(At::Block(0)).await.unwrap().hash;
    let urls = proxies.each_ref().map(|proxy| proxy.url());
    pool(&urls[..2], policy()).expect_block(0, genesis).await.unwrap();
    let error = pool(&urls, policy()).expect_block(0, genesis).await.unwrap_err();
    assert!(matches!(&error, ChainError::WrongBlock { endpoint, .. } if *endpoint == urls[2]), "{error}");
    let error = one(&proxies[0]).expect_block(0, B256::ZERO).await.unwrap_err();
    assert_eq!(code(&error), "PRX-CHN-007");
}

#[tokio::test]
async fn prx_b15_a_chain_that_becomes_another_is_noticed_with_the_next_send() {
    let Some(anvil) = anvil(&[]) else { return };
    let proxy = proxy(&anvil, Schedule::default());
    let endpoint = one(&proxy);
    endpoint.newest().await.unwrap();
    proxy.set(other_chain());
    let error = endpoint.send(&[transfer(0).await]).await.unwrap_err();
    assert_eq!(code(&error), "PRX-CHN-007");
}

#[tokio::test]
async fn prx_b15_a_chain_that_becomes_another_is_noticed_by_what_decides() {
    let Some(anvil) = anvil(&[]) else { return };
    let proxy = proxy(&anvil, Schedule::default());
    let endpoint = pool(&[proxy.url()], PoolPolicy { recheck: Duration::ZERO, ..policy() });
    endpoint.newest().await.unwrap();
    proxy.set(other_chain());
    assert_eq!(code(&endpoint.receipt(B256::ZERO).await.unwrap_err()), "PRX-CHN-007");
    assert_eq!(code(&endpoint.nonce(ALICE, At::Latest).await.unwrap_err()), "PRX-CHN-007");
    assert_eq!(code(&endpoint.block(At::Latest).await.unwrap_err()), "PRX-CHN-007");
}

#[tokio::test]
async fn prx_b23_a_known_block_is_asked_for_before_anything_else_and_once() {
    let Some(anvil) = anvil(&[]) else { return };
    let lie = Schedule::default().on("eth_getBlockByNumber", When::Always, Fault::Lie(Lie::BlockHash));
    let proxies = [Schedule::default(), Schedule::default(), lie].map(|schedule| proxy(&anvil, schedule));
    let genesis = one(&proxies[0]).block(At::Block(0)).await.unwrap().hash;
    let urls = proxies.each_ref().map(|proxy| proxy.url());
    let known = |hash| PoolPolicy { known_block: Some((0, hash)), ..policy() };
    let endpoint = pool(&urls[..2], known(genesis));
    let asked = |method: &str| {
        let log = proxies[1].log();
        log.iter().flat_map(|seen| &seen.asked).filter(|asked| asked.method == method).count()
    };
    endpoint.balance(ALICE, At::Block(0)).await.unwrap();
    endpoint.balance(ALICE, At::Block(0)).await.unwrap();
    assert_eq!((asked("eth_getBlockByNumber"), asked("eth_getBalance")), (1, 2));

    // Whatever is asked, a send included, it is not asked of a chain that is another.
    let other = pool(&urls[1..2], known(B256::ZERO));
    for error in [
        other.balance(ALICE, At::Latest).await.unwrap_err(),
        other.send(&[transfer(0).await]).await.unwrap_err(),
        pool(&urls, known(genesis)).balance(ALICE, At::Block(0)).await.unwrap_err(),
    ] {
        assert_eq!((code(&error), error.exit()), ("PRX-CHN-007", ExitCode::BadInput), "{error}");
    }
    assert_eq!((asked("eth_sendRawTransaction"), asked("eth_getBalance")), (0, 3));
}
