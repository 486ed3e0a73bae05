//! `payrox nonce`: what it says of an account, and what it does about it, on a real node.

use crate::{
    fixture::{How, World},
    node::{Anvil, BOOTSTRAPPER, Meanwhile, is_waiting},
};
use alloy_primitives::Address;
use payrox_chain::{Endpoint, FeePolicy};
use payrox_execute::{Accounts, NonceReport, NonceState, Outcome, Remedy, Selection, StepOutcome, Stop};
use payrox_faults::{Fault, FaultProxy, Schedule, When};
use payrox_plan::Plan;
use serde_json::json;

fn account() -> Address {
    BOOTSTRAPPER.parse().unwrap()
}

async fn report(world: &World, plan: &Plan) -> NonceReport {
    world.accounts(plan, FeePolicy::default()).report(account()).await.unwrap()
}

async fn apply(world: &World, plan: &Plan, remedy: Remedy) -> usize {
    world.accounts(plan, FeePolicy::default()).apply(account(), remedy).await.unwrap().sent.len()
}

fn states(report: &NonceReport) -> Vec<(u64, NonceState)> {
    report.entries.iter().map(|entry| (entry.nonce, entry.state)).collect()
}

/// A run that is ended while its first wave waits; so many transactions wait then.
pub(crate) async fn interrupted(anvil: &Anvil, world: &World, plan: &Plan) -> u64 {
    anvil.node.automine(false);
    let stop = Stop::default();
    let observer = Meanwhile::new(|event, _| {
        if is_waiting(event) {
            stop.request();
        }
    });
    let how = How { observer: &observer, stop: stop.clone(), ..How::default() };
    let result = world.run_as(plan, Selection::All, how).await;
    assert_eq!(result.outcome, Outcome::Waiting, "{:?}", result.stopped);
    let waiting = anvil.node.pending(BOOTSTRAPPER);
    let left: Vec<_> = result.steps.iter().filter(|step| step.outcome == StepOutcome::Sent).collect();
    assert_eq!(left.len() as u64, waiting, "what was sent and waits is told: {:#?}", result.steps);
    for step in left {
        let seen = anvil.node.ask("eth_getTransactionByHash", json!([step.tx.unwrap()]));
        assert!(seen["blockNumber"].is_null() && !seen["hash"].is_null(), "{step:?}: {seen}");
    }
    waiting
}

async fn complete(anvil: &Anvil, world: &World, plan: &Plan) -> u64 {
    anvil.node.mine_all(BOOTSTRAPPER);
    anvil.node.automine(true);
    let result = world.run(plan, Selection::All).await;
    assert!(matches!(result.outcome, Outcome::Complete | Outcome::NothingToDo), "{:?}", result.stopped);
    anvil.node.nonce(BOOTSTRAPPER)
}

#[tokio::test]
async fn prx_d12_b18_what_waits_is_named_by_its_step_and_what_was_dropped_is_sent_again() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let waiting = interrupted(&anvil, &world, &plan).await;
    let said = report(&world, &plan).await;
    assert_eq!((said.latest, said.pending), (0, waiting));
    assert!(said.entries.iter().all(|entry| entry.state == NonceState::Waiting && entry.step.is_some()));

    anvil.node.ask("anvil_dropAllTransactions", json!([]));
    let said = report(&world, &plan).await;
    assert_eq!(said.entries.len() as u64, waiting);
    assert!(said.entries.iter().all(|e| e.state == NonceState::Dropped && e.safe == [Remedy::Rebroadcast]));
    assert_eq!(apply(&world, &plan, Remedy::Bump).await, 0, "nothing is there to be outbid");
    assert_eq!(apply(&world, &plan, Remedy::Rebroadcast).await as u64, waiting);
    assert!(report(&world, &plan).await.entries.iter().all(|entry| entry.state == NonceState::Waiting));
    let calls = plan.steps.iter().filter(|step| step.call.is_some()).count() as u64;
    assert_eq!(complete(&anvil, &world, &plan).await, calls);
    assert!(report(&world, &plan).await.entries.is_empty(), "nothing is left to say");
}

#[tokio::test]
async fn prx_d12_b21_what_is_stuck_is_said_with_both_prices_and_offers_more_or_makes_way() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let waiting = interrupted(&anvil, &world, &plan).await;
    // Where a block is said to cost ten times as much: anvil itself drops what is too cheap.
    let dear = Fault::edit(|_, mut block| {
        block["baseFeePerGas"] = "0x2540be400".into();
        block
    });
    let schedule = Schedule::default().on("eth_getBlockByNumber", When::Always, dear);
    let proxy = FaultProxy::start(&anvil.url(), schedule).unwrap();
    let endpoint = Endpoint::http(&proxy.url()).unwrap();
    let dear = Accounts { endpoint: &endpoint, ..world.accounts(&plan, FeePolicy::default()) };
    let said = dear.report(account()).await.unwrap();
    assert_eq!(said.entries.len() as u64, waiting);
    for entry in &said.entries {
        assert_eq!(entry.state, NonceState::Stuck, "{entry:?}");
        assert!(entry.why.contains("a block costs"), "{}", entry.why);
        assert_eq!(entry.safe, [Remedy::Bump, Remedy::CancelStuck]);
    }
    let capped = world.accounts(&plan, FeePolicy { max_fee: Some(3_000_000_000), max_tip: None });
    let refused = capped.apply(account(), Remedy::Bump).await.unwrap_err();
    assert_eq!(refused.code().0, "PRX-CHN-010");
    assert_eq!(apply(&world, &plan, Remedy::Bump).await as u64, waiting);
    assert!(report(&world, &plan).await.entries.iter().all(|entry| entry.state == NonceState::Waiting));
    // Changed our mind: nothing of it shall happen.
    assert_eq!(apply(&world, &plan, Remedy::CancelStuck).await as u64, waiting);
    anvil.node.mine(3);
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), waiting);
    let code = world.endpoint.code(plan.addresses.factory, payrox_chain::At::Latest).await.unwrap();
    assert!(code.is_empty(), "what was cancelled did nothing");
    let calls = plan.steps.iter().filter(|step| step.call.is_some()).count() as u64;
    assert_eq!(complete(&anvil, &world, &plan).await, waiting + calls);
}

#[tokio::test]
async fn prx_d12_b19_b20_foreign_replaced_and_missing_nonces_are_told_apart_and_nothing_foreign_is_touched() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let waiting = interrupted(&anvil, &world, &plan).await;
    anvil.node.ask("anvil_dropAllTransactions", json!([]));
    let other = anvil.node.foreign(BOOTSTRAPPER, 0);
    let said = report(&world, &plan).await;
    assert_eq!((states(&said)[0], states(&said)[1]), ((0, NonceState::Foreign), (1, NonceState::Dropped)));
    assert!(said.entries[0].why.contains("claims the nonce of") && said.entries[0].safe.is_empty());
    for remedy in [Remedy::Bump, Remedy::CancelStuck] {
        assert_eq!(apply(&world, &plan, remedy).await, 0, "{remedy:?}");
    }
    anvil.node.mine(1);
    let said = report(&world, &plan).await;
    assert_eq!(states(&said)[0], (0, NonceState::Replaced));
    assert!(said.entries[0].why.contains(&other), "{}", said.entries[0].why);
    // A nonce further on leaves a gap, which is named.
    anvil.node.foreign(BOOTSTRAPPER, waiting + 2);
    let said = report(&world, &plan).await;
    assert!(states(&said).iter().filter(|(_, state)| *state == NonceState::Dropped).count() > 1);
    anvil.node.ask("anvil_dropAllTransactions", json!([]));
    let calls = plan.steps.iter().filter(|step| step.call.is_some()).count() as u64;
    assert_eq!(complete(&anvil, &world, &plan).await, calls + 1);
}

#[tokio::test]
async fn prx_d12_what_was_sent_before_the_node_refused_the_rest_is_given_back_with_the_refusal() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let waiting = interrupted(&anvil, &world, &plan).await;
    assert!(waiting > 2, "{waiting}");
    anvil.node.ask("anvil_dropAllTransactions", json!([]));
    let broken = Fault::Error { code: -32_000, message: "the pool is full".into() };
    let schedule = Schedule::default().on("eth_sendRawTransaction", When::After(2), broken);
    let proxy = FaultProxy::start(&anvil.url(), schedule).unwrap();
    let endpoint = Endpoint::http(&proxy.url()).unwrap();
    let accounts = Accounts { endpoint: &endpoint, ..world.accounts(&plan, FeePolicy::default()) };
    let applied = accounts.apply(account(), Remedy::Rebroadcast).await.unwrap();
    let nonces: Vec<u64> = applied.sent.iter().map(|(nonce, _)| *nonce).collect();
    assert_eq!(nonces, [0, 1]);
    assert!(applied.trouble.unwrap().to_string().contains("the pool is full"));
    assert_eq!(anvil.node.pending(BOOTSTRAPPER), 2);
}
