//! What an earlier run left, told as it is.

use crate::{
    crash::{activate, stage},
    fixture::{How, Recorder, World},
    node::{Anvil, BOOTSTRAPPER, Meanwhile, is_waiting},
    nonces::interrupted,
    operators::with_key,
    upgrade::{live, waiting},
};
use payrox_chain::{Endpoint, FeePolicy};
use payrox_execute::{Event, Outcome, Remedy, RunResult, Selection, Stop};
use payrox_faults::{Fault, FaultProxy, Schedule, When};
use payrox_model::Epoch;
use payrox_plan::Plan;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};

fn of_kind<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["kind"] == kind).collect()
}

/// The same change with another window: another plan.
fn rival(plan: &Plan) -> Plan {
    let mut rival = plan.clone();
    rival.onchain.window += 3_600;
    rival.plan_id = payrox_plan::plan_id(rival.chain_id, rival.addresses.dispatcher, &rival.onchain);
    for step in &mut rival.steps {
        let call = step.call.as_mut();
        match step.name.as_str() {
            "stage" => call.unwrap().data = stage(&rival.onchain),
            "activate" => call.unwrap().data = activate(&rival.onchain),
            _ => {}
        }
    }
    rival.content_hash = rival.compute_content_hash().unwrap();
    rival
}

/// A run that warns of this transaction of somebody who has the key as well.
async fn told_of(world: &World, plan: &Plan, stranger: &str) -> RunResult {
    let recorder = Recorder::default();
    let result = world.run_as(plan, Selection::All, How { observer: &recorder, ..How::default() }).await;
    let told = |event: &Event| matches!(event, Event::Warned { what } if what.contains(stranger));
    assert!(recorder.saw(told), "{:?}", recorder.events);
    result
}

#[tokio::test]
async fn prx_b15_b19_what_went_through_and_made_nothing_is_not_done_and_in_no_record() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let (world, elsewhere) = (anvil.world(), anvil.world());
    let plan = world.plan("small.toml", None).await;
    let waiting = interrupted(&anvil, &world, &plan).await;
    // The factory's transaction is outbid: all that follow call an address without code, and go through.
    let stranger = anvil.node.foreign(BOOTSTRAPPER, 0);
    anvil.node.mine_all(BOOTSTRAPPER);
    anvil.node.automine(true);
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), waiting);
    assert_eq!(elsewhere.run(&plan, Selection::All).await.outcome, Outcome::Complete);

    let result = told_of(&world, &plan, &stranger).await;
    assert_eq!(result.outcome, Outcome::NothingToDo, "{:?}", result.stopped);
    let lines = world.lines();
    assert_eq!(of_kind(&lines, "done"), Vec::<&Value>::new());
    assert_eq!(of_kind(&lines, "failed").len() as u64, waiting - 1);
    for facet in &plan.facets {
        assert_eq!(world.json(&format!("deployments/31337/{}.json", facet.name))["transaction"], Value::Null);
    }
}

#[tokio::test]
async fn prx_b18_what_is_mined_between_two_questions_is_not_taken_for_replaced() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let mut world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let waiting = interrupted(&anvil, &world, &plan).await;
    let (node, mined) = (anvil.node.clone(), AtomicBool::new(false));
    let mine = Fault::edit(move |_, receipt| {
        // What the node said is true no more when it arrives.
        if !mined.swap(true, Ordering::SeqCst) {
            node.mine(1);
            node.automine(true);
        }
        receipt
    });
    let schedule = Schedule::default().on("eth_getTransactionReceipt", When::First(1), mine);
    let proxy = FaultProxy::start(&anvil.url(), schedule).unwrap();
    world.endpoint = Endpoint::http(&proxy.url()).unwrap();
    let result = world.run(&plan, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    let calls = plan.steps.iter().filter(|step| step.call.is_some()).count() as u64;
    assert_eq!((anvil.node.nonce(BOOTSTRAPPER), waiting < calls), (calls, true));
    assert_eq!(of_kind(&world.lines(), "replaced"), Vec::<&Value>::new());
}

#[tokio::test]
async fn prx_b19_a_stranger_with_our_key_during_a_crash_is_named_and_none_of_ours_is_said_to_have_its_nonce()
{
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let waiting = interrupted(&anvil, &world, &plan).await;
    let bumped =
        world.accounts(&plan, FeePolicy::default()).apply(BOOTSTRAPPER.parse().unwrap(), Remedy::Bump).await;
    let bumped = bumped.unwrap().sent;
    assert_eq!(bumped.len() as u64, waiting);
    // The node forgets the last one, and the stranger is first. (Sent while others of the account wait before it, anvil may take it
    // for one that could go at once, and lose it.)
    let (last, hash) = *bumped.last().unwrap();
    assert_eq!(last, waiting - 1);
    anvil.node.ask("anvil_dropTransaction", json!([hash]));
    anvil.node.mine_all(BOOTSTRAPPER);
    let other = anvil.node.foreign(BOOTSTRAPPER, last);
    anvil.node.mine_all(BOOTSTRAPPER);
    anvil.node.automine(true);
    let result = told_of(&world, &plan, &other).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    let lines = world.lines();
    let replaced = of_kind(&lines, "replaced");
    assert_eq!(replaced.len(), 2, "both that were signed for the nonce: {replaced:?}");
    assert!(replaced.iter().all(|line| line["by"] == other.as_str()), "{replaced:?}");
    let mined: Vec<&Value> = of_kind(&lines, "done").iter().map(|line| &line["tx"]).collect();
    for line in of_kind(&lines, "dropped") {
        let reason = line["reason"].as_str().unwrap();
        assert!(mined.iter().any(|tx| reason.contains(tx.as_str().unwrap())), "{reason}");
    }
}

#[tokio::test]
async fn prx_d06_b18_a_cancellation_that_never_arrived_is_not_sent_again_for_another_plan() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let (mut world, other) = (anvil.world(), anvil.world());
    let first = world.plan("small.toml", None).await;
    assert_eq!(world.run(&first, Selection::All).await.outcome, Outcome::Complete);
    let second = world.plan("small2.toml", Some(&first)).await;
    world.run_as(&second, Selection::Facets(vec![]), waiting()).await;
    world.run_as(&second, Selection::Stage, waiting()).await;

    let lost = Schedule::default().on("eth_sendRawTransaction", When::Always, Fault::Drop);
    let proxy = FaultProxy::start(&anvil.url(), lost).unwrap();
    let direct = std::mem::replace(&mut world.endpoint, Endpoint::http(&proxy.url()).unwrap());
    let stop = Stop::default();
    let observer = Meanwhile::new(|event, _| {
        if is_waiting(event) {
            stop.request();
        }
    });
    let how = How { observer: &observer, stop: stop.clone(), ..waiting() };
    let interrupted = world.cancel(&second, None, how).await;
    assert_eq!(interrupted.outcome, Outcome::Waiting, "{:?}", interrupted.stopped);
    world.endpoint = direct;

    // Meanwhile the owner cancels that one, and another is staged.
    let owner = How { skip_time: false, ..with_key(crate::operators::KEYS[1]) };
    assert_eq!(other.cancel(&second, None, owner).await.outcome, Outcome::Complete);
    let third = rival(&second);
    other.run_as(&third, Selection::Facets(vec![]), waiting()).await;
    assert_eq!(other.run_as(&third, Selection::Stage, waiting()).await.outcome, Outcome::Complete);

    let cancelled = world.cancel(&second, None, waiting()).await;
    assert_eq!(cancelled.outcome, Outcome::Complete, "{:?}", cancelled.stopped);
    assert_eq!(other.cancel(&third, None, waiting()).await.outcome, Outcome::NothingToDo);
}

#[tokio::test]
async fn prx_d06_b07_a_cancellation_that_was_killed_is_over_and_holds_up_no_later_plan() {
    let (world, _, second) = live().await;
    world.run_as(&second, Selection::Facets(vec![]), waiting()).await;
    world.run_as(&second, Selection::Stage, waiting()).await;
    // The beginning, what is meant, that it left: there is no room for the end.
    let killed = world.cancel(&second, None, How { room: Some(3), ..waiting() }).await;
    assert_eq!(killed.outcome, Outcome::Failed, "{:?}", killed.stopped);
    assert_eq!(world.cancel(&second, None, waiting()).await.outcome, Outcome::NothingToDo);
    let lines = world.lines();
    assert_eq!(of_kind(&lines, "done").iter().filter(|line| line["step"] == "cancel").count(), 1);
    let staged = world.run_as(&rival(&second), Selection::Stage, waiting()).await;
    assert_eq!(staged.outcome, Outcome::Complete, "{:?}", staged.stopped);
    assert_eq!(staged.epoch, Epoch(1));
}

#[tokio::test]
async fn prx_d12_only_what_is_still_to_be_done_and_still_here_is_offered_to_be_sent_again() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    interrupted(&anvil, &world, &plan).await;
    anvil.node.ask("anvil_dropAllTransactions", serde_json::json!([]));
    let account = BOOTSTRAPPER.parse().unwrap();
    let accounts = || world.accounts(&plan, FeePolicy::default());
    let said = accounts().report(account).await.unwrap();
    assert!(said.entries.iter().all(|entry| entry.safe == [Remedy::Rebroadcast]), "{said:?}");
    let other = rival(&plan);
    for plan in [None, Some(&other)] {
        let said = payrox_execute::Accounts { plan, ..accounts() }.report(account).await.unwrap();
        assert!(said.entries.iter().all(|e| e.safe.is_empty() && e.why.contains("not to be done any more")));
    }
    // As in a clone of the repository: what was signed is on another machine.
    std::fs::remove_dir_all(world.dir.path().join(".payrox")).unwrap();
    let said = accounts().report(account).await.unwrap();
    assert!(said.entries.iter().all(|e| e.safe.is_empty() && e.why.contains("signs anew")), "{said:?}");
    assert_eq!(accounts().apply(account, Remedy::Rebroadcast).await.unwrap().sent, []);
}

/// One world is another's folder on another day: its journal is there, its plan has not changed.
#[tokio::test]
async fn prx_d12_what_was_signed_above_a_ceiling_that_was_lowered_since_is_signed_anew() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world: World = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let waiting = interrupted(&anvil, &world, &plan).await;
    anvil.node.ask("anvil_dropAllTransactions", serde_json::json!([]));
    anvil.node.ask("anvil_setNextBlockBaseFeePerGas", serde_json::json!(["0x3b9aca0"]));
    anvil.node.mine(1);
    anvil.node.automine(true);
    let lower = FeePolicy { max_fee: Some(1_200_000_000), max_tip: None };
    let result = world.run_as(&plan, Selection::All, How { fees: lower, ..How::default() }).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    let block = anvil.node.ask("eth_getBlockByNumber", serde_json::json!(["latest", true]));
    let offered = block["transactions"][0]["maxFeePerGas"].as_str().unwrap();
    assert!(
        u128::from_str_radix(offered.trim_start_matches("0x"), 16).unwrap() <= 1_200_000_000,
        "{offered}"
    );
    assert!(waiting > 0);
}
