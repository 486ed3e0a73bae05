//! Blocks that go away after a transaction was in them, and waits until they cannot any more.

use crate::{
    fixture::{How, World, code, done},
    node::{Anvil, BOOTSTRAPPER, Meanwhile},
};
use payrox_chain::{Endpoint, Tag};
use payrox_execute::{Event, FinalityPolicy, Outcome, Selection, Stop};
use payrox_faults::{Fault, FaultProxy, Schedule, When};
use payrox_model::Epoch;
use payrox_plan::Plan;
use serde_json::{Value, json};

fn calls(plan: &Plan) -> u64 {
    plan.steps.iter().filter(|step| step.call.is_some()).count() as u64
}

fn of_kind(world: &World, kind: &str) -> Vec<Value> {
    world.lines().into_iter().filter(|line| line["kind"] == kind).collect()
}

fn blocks(blocks: u64) -> FinalityPolicy {
    FinalityPolicy { tag: None, blocks }
}

const FINALIZED: FinalityPolicy = FinalityPolicy { tag: Some(Tag::Finalized), blocks: 2 };

#[tokio::test]
async fn prx_b16_d13_a_step_whose_block_is_gone_after_the_run_waits_again_and_is_done_once_by_the_same_bytes()
{
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let mut undone = 0;
    assert_eq!(world.run(&plan, Selection::All).await.epoch, Epoch(1));
    for depth in 1..=5 {
        let Some(lost) = anvil.node.mined_in_last(depth) else { break };
        let meant = of_kind(&world, "intent").len();
        anvil.node.ask("anvil_reorg", json!([depth, []]));
        let again = world.run(&plan, Selection::All).await;
        assert_eq!(again.outcome, Outcome::Complete, "depth {depth}: {:?}", again.stopped);
        undone += lost as usize;
        assert_eq!(done(&again).len() as u64, lost, "depth {depth}");
        assert_eq!(of_kind(&world, "unwound").len(), undone);
        assert_eq!(of_kind(&world, "intent").len(), meant, "nothing is signed anew");
        assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan), "done once");
    }
    assert!(undone > 2, "{undone}");
    // The journal agrees with the chain about every block.
    let last: std::collections::BTreeMap<String, Value> =
        of_kind(&world, "done").into_iter().map(|line| (line["step"].to_string(), line)).collect();
    assert_eq!(last.len() as u64, calls(&plan));
    for line in last.values() {
        let block = anvil
            .node
            .ask("eth_getBlockByNumber", json!([format!("{:#x}", line["block"].as_u64().unwrap()), false]));
        assert_eq!(block["hash"], line["blockHash"]);
    }
}

#[tokio::test]
async fn prx_b16_d13_a_reorganisation_while_confirmations_are_waited_for_is_seen_and_repaired_in_the_same_run()
 {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let observer = Meanwhile::new(|event, before| {
        if let Event::Settling { .. } = event {
            match before {
                // Before activation: all that it stands on is gone.
                0 => drop(anvil.node.ask("anvil_reorg", json!([anvil.node.block(), []]))),
                _ => anvil.node.mine(1),
            }
        }
    });
    let how = How { observer: &observer, finality: blocks(4), ..How::default() };
    let result = world.run_as(&plan, Selection::All, how).await;
    assert_eq!((result.outcome, result.epoch), (Outcome::Complete, Epoch(1)), "{:?}", result.stopped);
    let unwound = observer.count(|event| matches!(event, Event::Unwound { .. })) as u64;
    assert_eq!(unwound, calls(&plan) - 2, "all but stage and activate");
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan));
    assert_eq!(done(&result).len() as u64, calls(&plan), "each is told once");
    let last = of_kind(&world, "final").pop().unwrap();
    assert!(anvil.node.block() >= last["block"].as_u64().unwrap() + 3);
    let meant: std::collections::BTreeSet<_> =
        of_kind(&world, "intent").iter().map(|line| line["nonce"].as_u64().unwrap()).collect();
    assert_eq!(meant.len(), of_kind(&world, "intent").len(), "one signature a nonce");
}

#[tokio::test]
async fn prx_b16_d13_a_chain_that_goes_back_to_an_earlier_block_is_followed() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let snapshot = anvil.node.ask("evm_snapshot", json!([]));
    let observer = Meanwhile::new(|event, before| {
        if matches!(event, Event::Settling { .. }) {
            if before == 0 {
                anvil.node.ask("evm_revert", json!([snapshot]));
            }
            anvil.node.mine(1);
        }
    });
    let how = How { observer: &observer, finality: blocks(3), ..How::default() };
    let result = world.run_as(&plan, Selection::All, how).await;
    assert_eq!((result.outcome, result.epoch), (Outcome::Complete, Epoch(1)), "{:?}", result.stopped);
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan));
}

#[tokio::test]
async fn prx_b29_d13_by_policy_nothing_is_complete_before_it_is_finalized_and_a_killed_wait_goes_on() {
    let Some(anvil) = Anvil::start(&["--slots-in-an-epoch", "1"]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let stop = Stop::default();
    let observer = Meanwhile::new(|event, _| {
        if let Event::Settling { .. } = event {
            // Before activation blocks come; afterwards the run is ended while it waits.
            match anvil.node.nonce(BOOTSTRAPPER) < calls(&plan) {
                true => anvil.node.mine(1),
                false => stop.request(),
            }
        }
    });
    let how = How { observer: &observer, finality: FINALIZED, stop: stop.clone(), ..How::default() };
    let waiting = world.run_as(&plan, Selection::All, how).await;
    assert_eq!((waiting.outcome, code(&waiting)), (Outcome::Waiting, "PRX-EXE-017"), "{:?}", waiting.stopped);
    assert_eq!(anvil.node.nonce(BOOTSTRAPPER), calls(&plan));
    assert!(of_kind(&world, "final").len() == 1, "what activation stands on was final before it was sent");

    let observer = Meanwhile::new(|event, _| {
        if matches!(event, Event::Settling { .. }) {
            anvil.node.mine(1);
        }
    });
    let resume = || How { observer: &observer, finality: FINALIZED, ..How::default() };
    let resumed = world.run_as(&plan, Selection::All, resume()).await;
    assert_eq!(resumed.outcome, Outcome::NothingToDo, "{:?}", resumed.stopped);
    let waited = observer.count(|event| matches!(event, Event::Settling { .. }));
    assert!(waited > 0 && of_kind(&world, "final").len() == 2, "it went on waiting");
    // Long final, also for who has no journal: nothing is waited for.
    world.lose_the_journal();
    assert_eq!(world.run_as(&plan, Selection::All, resume()).await.outcome, Outcome::NothingToDo);
    assert_eq!(observer.count(|event| matches!(event, Event::Settling { .. })), waited);
}

#[tokio::test]
async fn prx_b28_a_chain_without_the_tag_is_waited_for_by_blocks_and_that_is_said() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    // The one kind of node knows the word not, the other has nothing under it.
    let nothing = Fault::edit(|params, result| match params[0] == "finalized" {
        true => Value::Null,
        false => result,
    });
    for fault in [nothing] {
        let schedule = Schedule::default().on("eth_getBlockByNumber", When::Always, fault);
        let proxy = FaultProxy::start(&anvil.url(), schedule).unwrap();
        let world = anvil.world().through(Endpoint::http(&proxy.url()).unwrap());
        let plan = world.plan("small.toml", None).await;
        let observer = Meanwhile::new(|event, _| {
            if matches!(event, Event::Settling { .. }) {
                anvil.node.mine(1);
            }
        });
        let how = How { observer: &observer, finality: FINALIZED, ..How::default() };
        let result = world.run_as(&plan, Selection::All, how).await;
        assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
        let said = |event: &Event| matches!(event, Event::Warned { what } if what.contains("finalized") && what.contains("2 blocks"));
        assert!(observer.count(said) > 0);
    }
}

#[tokio::test]
async fn prx_b17_a_reorganisation_that_moves_the_staging_moves_the_time_of_activation() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let first = world.plan("payrox.toml", None).await;
    world.run(&first, Selection::All).await;
    let second = world.plan("upgrade.toml", Some(&first)).await;
    let etas = std::sync::Mutex::new(Vec::new());
    let observer = Meanwhile::new(|event, before| {
        let Event::Waiting { until: Some(eta), .. } = event else { return };
        etas.lock().unwrap().push(*eta);
        // The block of the staging goes away, and when its time has come it is staged anew: later.
        if before == 0 {
            anvil.node.ask("anvil_reorg", json!([1, []]));
        }
        anvil.node.ask("evm_setNextBlockTimestamp", json!([eta]));
        anvil.node.mine(1);
    });
    let how = How { observer: &observer, skip_time: false, wait: true, ..How::default() };
    let result = world.run_as(&second, Selection::All, how).await;
    assert_eq!((result.outcome, result.epoch), (Outcome::Complete, Epoch(2)), "{:?}", result.stopped);
    let etas = etas.into_inner().unwrap();
    assert!(etas.len() == 2 && etas[1] >= etas[0] + 3_600, "{etas:?}");
    let activated = anvil.node.ask("eth_getBlockByNumber", json!(["latest", false]));
    let time = u64::from_str_radix(activated["timestamp"].as_str().unwrap().trim_start_matches("0x"), 16);
    assert!(time.unwrap() >= etas[1]);
}
