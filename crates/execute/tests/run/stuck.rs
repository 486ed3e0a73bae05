//! Transactions that are dropped, priced out or replaced while a run waits for them, on a real node.

use crate::{
    fixture::{How, World, code, done},
    node::{Anvil, BOOTSTRAPPER, Meanwhile, is_waiting},
};
use payrox_chain::FeePolicy;
use payrox_execute::{Event, Outcome, Selection};
use payrox_model::ExitCode;
use payrox_plan::Plan;
use serde_json::json;

/// What the journal was told was meant.
fn intents(world: &World) -> Vec<serde_json::Value> {
    world.lines().into_iter().filter(|line| line["kind"] == "intent").collect()
}

fn calls(plan: &Plan) -> u64 {
    plan.steps.iter().filter(|step| step.call.is_some()).count() as u64
}

#[tokio::test]
async fn prx_b18_d12_what_the_node_forgot_is_sent_again_byte_by_byte() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("payrox.toml", None).await;
    anvil.node.automine(false);
    let observer = Meanwhile::new(|event, before| {
        if is_waiting(event) && before == 0 {
            anvil.node.ask("anvil_dropAllTransactions", json!([]));
            anvil.node.automine(true);
        }
    });
    let result = world.run_as(&plan, Selection::All, How { observer: &observer, ..How::default() }).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    assert!(observer.count(|event| matches!(event, Event::Resent { .. })) > 10);
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan), "one transaction a call and none besides");
    assert_eq!(intents(&world).len() as u64, calls(&plan), "nothing was signed twice");
}

#[tokio::test]
async fn prx_b21_d12_when_the_base_fee_rises_tenfold_the_same_nonces_offer_more_and_each_step_happens_once() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("payrox.toml", None).await;
    anvil.node.automine(false);
    let observer = Meanwhile::new(|event, before| match event {
        event if is_waiting(event) && before == 0 => {
            anvil.node.ask("anvil_setNextBlockBaseFeePerGas", json!(["0x2540be400"]));
            anvil.node.mine(3);
        }
        Event::Raised { .. } if before == 0 => anvil.node.automine(true),
        _ => {}
    });
    let result = world.run_as(&plan, Selection::All, How { observer: &observer, ..How::default() }).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan), "one transaction a call and none besides");
    let intents = intents(&world);
    let raised: Vec<_> = intents.iter().filter(|line| !line["replaces"].is_null()).collect();
    assert!(!raised.is_empty(), "each was written down");
    for line in &raised {
        let old = intents.iter().find(|old| old["tx"] == line["replaces"]).unwrap();
        assert_eq!(
            (&old["nonce"], &old["step"], &old["from"]),
            (&line["nonce"], &line["step"], &line["from"])
        );
    }
    let ends = |kind: &str| world.lines().iter().filter(|line| line["kind"] == kind).count() as u64;
    assert_eq!(ends("done"), calls(&plan), "each step counts once");
    assert_eq!(ends("dropped"), raised.len() as u64, "and what it took the place of is closed");
}

#[tokio::test]
async fn prx_b21_d12_above_the_ceiling_the_run_stops_and_says_what_is_safe_and_goes_on_when_prices_fall() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("payrox.toml", None).await;
    anvil.node.automine(false);
    let observer = Meanwhile::new(|event, before| {
        if is_waiting(event) && before == 0 {
            anvil.node.ask("anvil_setNextBlockBaseFeePerGas", json!(["0x2540be400"]));
            anvil.node.mine(3);
        }
    });
    let fees = FeePolicy { max_fee: Some(4_000_000_000), max_tip: None };
    let how = How { observer: &observer, fees, ..How::default() };
    let stopped = world.run_as(&plan, Selection::All, how).await;
    assert_eq!((code(&stopped), stopped.exit()), ("PRX-EXE-021", ExitCode::Refused), "{:?}", stopped.stopped);
    let hint = stopped.stopped.unwrap().hint.unwrap();
    assert!(hint.contains("run again") && hint.contains("payrox nonce"), "{hint}");
    let meant = intents(&world).len();
    anvil.node.ask("anvil_setNextBlockBaseFeePerGas", json!(["0x3b9aca00"]));
    anvil.node.mine(3);
    anvil.node.automine(true);
    let result = world.run_as(&plan, Selection::All, How { fees, ..How::default() }).await;
    assert!(matches!(result.outcome, Outcome::Complete), "{:?}", result.stopped);
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan));
    assert_eq!(intents(&world).len(), meant + 2, "stage and activate; the first wave was signed once");
}

#[tokio::test]
async fn prx_b19_b05_a_nonce_that_another_waiting_transaction_claims_is_not_fought_for() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("payrox.toml", None).await;
    anvil.node.automine(false);
    let observer = Meanwhile::new(|event, before| {
        if is_waiting(event) && before == 0 {
            anvil.node.ask("anvil_dropAllTransactions", json!([]));
            anvil.node.foreign(BOOTSTRAPPER, 0);
        }
    });
    let how = How { observer: &observer, ..How::default() };
    let stopped = world.run_as(&plan, Selection::All, how).await;
    assert_eq!((code(&stopped), stopped.exit()), ("PRX-EXE-020", ExitCode::Refused), "{:?}", stopped.stopped);
    assert!(stopped.stopped.unwrap().message.contains("is claimed by another transaction"));
    assert_eq!(anvil.node.pending(BOOTSTRAPPER), 1, "nothing else was sent");
    // While it waits nothing is sent behind it either.
    let refused = world.run(&plan, Selection::All).await;
    assert_eq!((code(&refused), refused.exit()), ("PRX-EXE-019", ExitCode::Refused), "{:?}", refused.stopped);
    anvil.node.mine_all(BOOTSTRAPPER);
    anvil.node.automine(true);
    let result = world.run(&plan, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan) + 1);
}

#[tokio::test]
async fn prx_b19_a_nonce_that_another_transaction_used_ends_the_run_with_its_hash_and_is_never_taken_for_ours()
 {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("payrox.toml", None).await;
    anvil.node.automine(false);
    let other = std::sync::Mutex::new(String::new());
    let observer = Meanwhile::new(|event, before| {
        if is_waiting(event) && before == 0 {
            anvil.node.ask("anvil_dropAllTransactions", json!([]));
            *other.lock().unwrap() = anvil.node.foreign(BOOTSTRAPPER, 0);
            anvil.node.mine(1);
        }
    });
    let how = How { observer: &observer, ..How::default() };
    let stopped = world.run_as(&plan, Selection::All, how).await;
    assert_eq!(code(&stopped), "PRX-EXE-020", "{:?}", stopped.stopped);
    let message = stopped.stopped.as_ref().unwrap().message.clone();
    assert!(message.contains(&*other.lock().unwrap()), "{message}");
    assert!(done(&stopped).is_empty(), "{:?}", done(&stopped));
    let replaced = world.lines().into_iter().find(|line| line["kind"] == "replaced").unwrap();
    assert_eq!(replaced["by"], *other.lock().unwrap());
    anvil.node.automine(true);
    let result = world.run(&plan, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan) + 1);
}

#[tokio::test]
async fn prx_b20_somebody_elses_waiting_transaction_is_refused_before_anything_is_sent() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("payrox.toml", None).await;
    anvil.node.automine(false);
    let other = anvil.node.foreign(BOOTSTRAPPER, 0);
    let refused = world.run(&plan, Selection::All).await;
    assert_eq!((code(&refused), refused.exit()), ("PRX-EXE-019", ExitCode::Refused), "{:?}", refused.stopped);
    assert!(refused.stopped.unwrap().message.contains(&other));
    assert_eq!(anvil.node.pending(BOOTSTRAPPER), 1);
    assert!(intents(&world).is_empty(), "nothing was signed");
}
