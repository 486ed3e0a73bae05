//! Endpoints that do not answer, lag, or lie, before a real node.

use crate::{
    fixture::{How, World, code},
    node::{Anvil, BOOTSTRAPPER, Meanwhile, OWNER},
};
use payrox_chain::Endpoint;
use payrox_execute::{Event, Outcome, Selection};
use payrox_faults::{Fault, FaultProxy, Lie, Schedule, When};
use payrox_model::ExitCode;
use payrox_plan::Plan;
use std::time::Duration;

fn calls(plan: &Plan) -> u64 {
    plan.steps.iter().filter(|step| step.call.is_some()).count() as u64
}

/// The world through an endpoint that misbehaves; what it answers is waited for two seconds.
fn through(anvil: &Anvil, schedule: Schedule) -> (World, FaultProxy) {
    let proxy = FaultProxy::start(&anvil.url(), schedule).unwrap();
    let endpoint = Endpoint::http_within(&proxy.url(), Duration::from_secs(2)).unwrap();
    (anvil.world().through(endpoint), proxy)
}

const SEND: &str = "eth_sendRawTransaction";
const RECEIPT: &str = "eth_getTransactionReceipt";
const RECEIPTS: &str = "eth_getBlockReceipts";

#[tokio::test]
async fn prx_b11_what_the_node_took_without_answering_is_found_by_its_hash_and_never_signed_again() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    for fault in [Fault::Silence { forwarded: true }, Fault::Reset { forwarded: true }, Fault::Truncated] {
        let snapshot = anvil.node.ask("evm_snapshot", serde_json::json!([]));
        let name = fault.name();
        let (world, proxy) = through(&anvil, Schedule::default().on(SEND, When::First(1), fault));
        let plan = world.plan("small.toml", None).await;
        let result = world.run(&plan, Selection::All).await;
        assert_eq!(result.outcome, Outcome::Complete, "{name}: {:?}", result.stopped);
        assert_eq!(proxy.injected(name), 1, "{name}");
        assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan), "{name}");
        let meant = world.lines().iter().filter(|line| line["kind"] == "intent").count() as u64;
        assert_eq!(meant, calls(&plan), "{name}: nothing was signed twice");
        anvil.node.ask("evm_revert", serde_json::json!([snapshot]));
    }
}

#[tokio::test]
async fn prx_b11_what_never_reached_the_node_is_sent_again() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let (world, _proxy) = through(&anvil, Schedule::default().on(SEND, When::First(2), Fault::Drop));
    let plan = world.plan("small.toml", None).await;
    let observer = Meanwhile::new(|_, _| {});
    let result = world.run_as(&plan, Selection::All, How { observer: &observer, ..How::default() }).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    assert!(observer.count(|event| matches!(event, Event::Resent { .. })) > 0);
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan));
}

#[tokio::test]
async fn prx_b14_an_endpoint_that_is_behind_is_waited_for() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let schedule = Schedule::default()
        .on(RECEIPT, When::Window { from: 2, count: 3 }, Fault::Null)
        .on(RECEIPTS, When::Always, Fault::Null)
        .on("eth_getTransactionCount", When::Window { from: 4, count: 4 }, Fault::Lag(1))
        .on("eth_getBlockByNumber", When::Window { from: 8, count: 3 }, Fault::Lag(2));
    let (world, proxy) = through(&anvil, schedule);
    let plan = world.plan("small.toml", None).await;
    let result = world.run(&plan, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    assert!(proxy.injected("null") > 0 && proxy.injected("lag") > 0, "{:?}", proxy.all_injected());
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan), "nothing was sent twice");
}

#[tokio::test]
async fn prx_b15_a_receipt_that_is_not_true_is_not_believed() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let owner = OWNER.parse().unwrap();
    let lies = [
        (Lie::OtherHash, "PRX-CHN-004", ExitCode::Endpoint),
        (Lie::OtherTo(owner), "PRX-EXE-027", ExitCode::Endpoint),
        (Lie::OtherFrom(owner), "PRX-EXE-027", ExitCode::Endpoint),
        (Lie::OtherBlock, "PRX-EXE-027", ExitCode::Endpoint),
        // Failed, though what it was for is true: that shows, and the step counts as done by somebody.
        (Lie::OtherStatus, "", ExitCode::Ok),
    ];
    for (lie, expected, exit) in lies {
        let snapshot = anvil.node.ask("evm_snapshot", serde_json::json!([]));
        let name = format!("{lie:?}");
        let schedule = Schedule::default().on(RECEIPTS, When::Always, Fault::Null).on(
            RECEIPT,
            When::Always,
            Fault::Lie(lie),
        );
        let (world, _proxy) = through(&anvil, schedule);
        let plan = world.plan("small.toml", None).await;
        let result = world.run(&plan, Selection::All).await;
        assert_eq!((code(&result), result.exit()), (expected, exit), "{name}: {:?}", result.stopped);
        // What is true is found out by another endpoint.
        let honest = anvil.world().run(&plan, Selection::All).await;
        assert!(
            matches!(honest.outcome, Outcome::Complete | Outcome::NothingToDo),
            "{name}: {:?}",
            honest.stopped
        );
        assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan), "{name}");
        anvil.node.ask("evm_revert", serde_json::json!([snapshot]));
    }
}

#[tokio::test]
async fn prx_b15_a_receipt_of_what_was_never_mined_is_refuted_by_the_code_that_is_not_there() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let schedule = Schedule::default()
        .on(SEND, When::Always, Fault::Drop)
        .on(RECEIPTS, When::Always, Fault::Null)
        .on(RECEIPT, When::Always, Fault::Lie(Lie::Made));
    let (world, _proxy) = through(&anvil, schedule);
    let plan = world.plan("small.toml", None).await;
    let result = world.run(&plan, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Failed, "{:?}", result.stopped);
    assert!(["PRX-EXE-014", "PRX-EXE-027"].contains(&code(&result)), "{:?}", result.stopped);
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), 0);
}

#[tokio::test]
async fn prx_b24_much_more_gas_than_in_the_dry_run_is_a_reason_to_stop_before_it_is_sent() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let double = Fault::edit(|_, result| match result.as_str().and_then(|text| text.strip_prefix("0x")) {
        Some(hex) => format!("{:#x}", u64::from_str_radix(hex, 16).unwrap() * 2).into(),
        None => result,
    });
    let (world, proxy) = through(&anvil, Schedule::default().on("eth_estimateGas", When::Always, double));
    let plan = world.plan("small.toml", None).await;
    let result = world.run(&plan, Selection::All).await;
    assert_eq!((code(&result), result.exit()), ("PRX-EXE-022", ExitCode::Refused), "{:?}", result.stopped);
    assert!(proxy.injected("edit") > 0);
    assert_eq!(anvil.node.pending(BOOTSTRAPPER), 0);
    let how = How { gas_jump: 200, ..How::default() };
    assert_eq!(
        world.run_as(&plan, Selection::All, how).await.outcome,
        Outcome::Complete,
        "by policy it may be"
    );
}

#[tokio::test]
async fn prx_b12_a_cancellation_that_an_endpoint_does_not_estimate_is_no_defect_of_payrox() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let fault = Fault::Error { code: -32_000, message: "header not found".into() };
    let (world, proxy) = through(&anvil, Schedule::default());
    let first = world.plan("small.toml", None).await;
    assert_eq!(world.run(&first, Selection::All).await.outcome, Outcome::Complete);
    let second = world.plan("small2.toml", Some(&first)).await;
    world.run(&second, Selection::Facets(vec![])).await;
    assert_eq!(world.run(&second, Selection::Stage).await.outcome, Outcome::Complete);
    proxy.set(Schedule::default().on("eth_estimateGas", When::Always, fault));
    let result = world.cancel(&second, None, How::default()).await;
    assert_eq!((code(&result), result.exit()), ("PRX-CHN-005", ExitCode::Endpoint));
    let message = result.stopped.unwrap().message;
    assert!(message.contains("refused eth_estimateGas: header not found"), "{message}");
}
