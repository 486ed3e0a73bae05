//! One endpoint, and everything that can come back in place of an answer.

use crate::{ALICE, BOB, always, anvil, code, one, policy, pool, proxy};
use payrox_chain::{At, Interrupt, PoolPolicy, Read};
use payrox_faults::{Fault, FaultProxy, Schedule, When};
use payrox_model::{ExitCode, Fault as _};
use std::time::{Duration, Instant};

/// What passes, each kind twice in a row, and the question is answered all the same.
#[tokio::test]
async fn prx_b12_what_passes_is_waited_out() {
    let Some(anvil) = anvil(&[]) else { return };
    let passing = [
        Fault::TooMany { retry_after: None },
        Fault::TooMany { retry_after: Some("0".into()) },
        Fault::TooMany { retry_after: Some("soon".into()) },
        Fault::Status(500),
        Fault::Status(502),
        Fault::Status(503),
        Fault::Status(504),
        Fault::Reset { forwarded: false },
        Fault::Reset { forwarded: true },
        Fault::Silence { forwarded: true },
        Fault::Truncated,
        Fault::NotUtf8,
        Fault::Html,
        Fault::Empty,
        Fault::WrongId,
        Fault::GzipBomb,
        Fault::Missing,
        Fault::Twice,
        Fault::Deep(10_000),
        Fault::Error { code: -32_005, message: "daily request limit, too many requests".into() },
    ];
    for fault in passing {
        let proxy = proxy(&anvil, Schedule::default());
        let endpoint = one(&proxy);
        assert_eq!(endpoint.block(At::Latest).await.unwrap().number, 0, "it is well at first");
        proxy.set(Schedule::default().on("eth_getBalance", When::First(2), fault.clone()));
        let balance = endpoint.balance(ALICE, At::Latest).await;
        assert!(balance.as_ref().is_ok_and(|wei| !wei.is_zero()), "{fault:?}: {balance:?}");
        assert_eq!(proxy.injected(fault.name()), 2, "{fault:?}");
        assert_eq!(
            proxy.asked("eth_getBalance").len(),
            3,
            "{fault:?}: asked until it was answered, and no more"
        );
    }
}

/// What does not pass ends in an error of its own kind, after a bounded number of tries.
#[tokio::test]
async fn prx_b12_what_does_not_pass_is_a_typed_error_within_bounds() {
    let Some(anvil) = anvil(&[]) else { return };
    let lasting = [
        (Fault::TooMany { retry_after: None }, "PRX-CHN-040", 4),
        // Longer than anybody waits here: it is not even tried.
        (Fault::TooMany { retry_after: Some("3600".into()) }, "PRX-CHN-040", 1),
        (Fault::TooMany { retry_after: Some("Wed, 21 Oct 2099 07:28:00 GMT".into()) }, "PRX-CHN-040", 1),
        (Fault::Status(503), "PRX-CHN-040", 4),
        (Fault::Status(401), "PRX-CHN-041", 1),
        (Fault::Status(404), "PRX-CHN-041", 1),
        (Fault::Redirect("http://127.0.0.1:9/stolen".into()), "PRX-CHN-041", 1),
        (Fault::Reset { forwarded: true }, "PRX-CHN-003", 4),
        (Fault::Silence { forwarded: false }, "PRX-CHN-003", 4),
        (Fault::SlowBody(Duration::from_millis(300)), "PRX-CHN-003", 2),
        (Fault::Flood(100 << 20), "PRX-CHN-042", 1),
        (Fault::GzipBomb, "PRX-CHN-004", 4),
        (Fault::Deep(10_000), "PRX-CHN-004", 4),
        (Fault::NotUtf8, "PRX-CHN-004", 4),
        (Fault::Html, "PRX-CHN-004", 4),
        (Fault::Empty, "PRX-CHN-004", 4),
        (Fault::WrongId, "PRX-CHN-004", 4),
        (Fault::Missing, "PRX-CHN-004", 4),
        (Fault::Truncated, "PRX-CHN-003", 4),
        (Fault::Null, "PRX-CHN-004", 1),
    ];
    for (fault, expected, tries) in lasting {
        let proxy = proxy(&anvil, Schedule::default());
        let endpoint = one(&proxy);
        endpoint.block(At::Latest).await.unwrap();
        proxy.set(Schedule::default().on("eth_getBalance", When::Always, fault.clone()));
        let error = endpoint.balance(ALICE, At::Latest).await.unwrap_err();
        assert_eq!((code(&error), error.exit()), (expected, ExitCode::Endpoint), "{fault:?}: {error}");
        let asked = proxy.asked("eth_getBalance").len();
        assert_eq!(asked, tries, "{fault:?}: {error}");
        assert!(error.to_string().len() < 700 && !error.to_string().contains('\u{1b}'), "{error}");
        if !matches!(fault, Fault::TooMany { retry_after: Some(_) }) {
            proxy.set(Schedule::default());
            assert!(endpoint.balance(ALICE, At::Latest).await.is_ok(), "{fault:?}: it is well again");
        }
    }
}

#[tokio::test]
async fn prx_b12_a_hundred_megabytes_are_cut_off_where_they_pass_the_limit() {
    let Some(anvil) = anvil(&[]) else { return };
    let proxy = proxy(&anvil, always(Fault::Flood(100 << 20)));
    let endpoint = pool(&[proxy.url()], PoolPolicy { bytes: 1 << 20, ..policy() });
    let error = endpoint.chain_id().await.unwrap_err();
    assert_eq!(code(&error), "PRX-CHN-042", "{error}");
    assert!(error.to_string().contains("more than 1 MiB"), "{error}");
}

#[tokio::test]
async fn prx_b12_nothing_compressed_is_asked_for() {
    let Some(anvil) = anvil(&[]) else { return };
    let proxy = proxy(&anvil, Schedule::default());
    one(&proxy).chain_id().await.unwrap();
    let log = proxy.log();
    assert_eq!(log[0].header("accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn prx_b12_a_batch_in_another_order_is_the_same_batch_and_a_missing_member_is_asked_for_again() {
    let Some(anvil) = anvil(&[]) else { return };
    let schedule = always(Fault::OutOfOrder).on("eth_getBalance", When::Nth(2), Fault::Missing);
    let proxy = proxy(&anvil, schedule);
    let endpoint = one(&proxy);
    let reads = [Read::Balance(ALICE), Read::Balance(BOB), Read::Nonce(ALICE)];
    let answers = endpoint.read(At::Latest, &reads).await.unwrap();
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers[0], answers[1], "both are as rich");
    assert!(answers[2].iter().all(|byte| *byte == 0) && answers[0].iter().any(|byte| *byte != 0));
    assert_eq!(proxy.asked("eth_getBalance").len(), 3, "only what was missing");
}

#[tokio::test]
async fn prx_b12_a_batch_that_is_refused_is_halved_until_it_passes_and_stays_so() {
    let Some(anvil) = anvil(&[]) else { return };
    let proxy = proxy(&anvil, always(Fault::RefuseBatch { above: 5 }));
    let endpoint = one(&proxy);
    let reads = vec![Read::Balance(ALICE); 20];
    assert!(endpoint.read(At::Latest, &reads).await.unwrap().iter().all(Result::is_ok));
    let refused = proxy.injected("refuse batch");
    assert!((1..=3).contains(&refused), "{refused}");
    assert!(endpoint.read(At::Latest, &reads).await.unwrap().iter().all(Result::is_ok));
    assert_eq!(proxy.injected("refuse batch"), refused, "it has learnt");
    // One that takes none at all is asked one by one.
    let single = crate::proxy(&anvil, always(Fault::RefuseBatch { above: 1 }));
    assert!(one(&single).read(At::Latest, &reads[..3]).await.unwrap().iter().all(Result::is_ok));
}

#[tokio::test]
async fn an_endpoint_that_never_answered_is_not_waited_for() {
    let mut patient = policy();
    (patient.patience, patient.tries) = (Duration::from_secs(3_600), 1_000);
    let nobody = pool(&["http://127.0.0.1:9".into()], patient);
    let asked = tokio::time::timeout(Duration::from_secs(20), nobody.chain_id()).await;
    assert_eq!(code(&asked.unwrap().unwrap_err()), "PRX-CHN-003");
}

#[tokio::test]
async fn where_one_fails_the_next_is_asked_at_once() {
    let Some(anvil) = anvil(&[]) else { return };
    let (bad, good) = (proxy(&anvil, always(Fault::Status(503))), proxy(&anvil, Schedule::default()));
    let endpoint = pool(&[bad.url(), good.url()], PoolPolicy { quorum: Some(1), ..policy() });
    for _ in 0..3 {
        endpoint.balance(ALICE, At::Latest).await.unwrap();
    }
    assert!(bad.round_trips() < 3, "it is left alone");
    assert_eq!(good.round_trips(), 3);
}

#[tokio::test]
async fn one_url_costs_no_round_trip_more_than_the_questions() {
    let Some(anvil) = anvil(&[]) else { return };
    let proxy = proxy(&anvil, Schedule::default());
    let endpoint = one(&proxy);
    endpoint.newest().await.unwrap();
    endpoint.position(ALICE).await.unwrap();
    endpoint.read(At::Latest, &vec![Read::Code(BOB); 30]).await.unwrap();
    endpoint.receipts(&[Default::default(); 5]).await.unwrap();
    assert_eq!(proxy.round_trips(), 4);
    assert_eq!(
        proxy.asked("eth_chainId").len(),
        1,
        "its chain is asked for on the way, once in five seconds"
    );
}

#[tokio::test]
async fn requests_keep_to_their_rate() {
    let Some(anvil) = anvil(&[]) else { return };
    let proxy = proxy(&anvil, Schedule::default());
    let endpoint = pool(&[proxy.url()], PoolPolicy { rate: Some(20), ..policy() });
    let reads = vec![Read::Balance(ALICE); 60];
    let started = Instant::now();
    assert!(endpoint.read(At::Latest, &reads).await.unwrap().iter().all(Result::is_ok));
    // A second's worth is there at the beginning; the rest flows in.
    assert!(started.elapsed() >= Duration::from_millis(1_900), "{:?}", started.elapsed());
    assert!(proxy.log().iter().all(|seen| seen.asked.len() <= 20), "no body is more than a second's worth");
}

#[tokio::test]
async fn prx_b06_an_interrupt_ends_the_wait_for_a_silent_endpoint() {
    let Some(anvil) = anvil(&[]) else { return };
    let proxy: FaultProxy = proxy(&anvil, always(Fault::Silence { forwarded: true }));
    let interrupt = Interrupt::default();
    let hour = Duration::from_secs(3_600);
    let patient = PoolPolicy { answer: hour, whole: hour, interrupt: interrupt.clone(), ..policy() };
    let endpoint = pool(&[proxy.url()], patient);
    let asked = tokio::spawn(async move { endpoint.chain_id().await });
    while proxy.round_trips() == 0 {
        tokio::task::yield_now().await;
    }
    interrupt.request();
    let ended = tokio::time::timeout(Duration::from_secs(60), asked).await.expect("it ends");
    let error = ended.unwrap().unwrap_err();
    assert_eq!((code(&error), error.exit()), ("PRX-CHN-048", ExitCode::Waiting), "{error}");
}
