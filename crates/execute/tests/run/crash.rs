//! Runs that end anywhere, and go on from there.

use crate::fixture::{How, Recorder, World, code, done};
use payrox_execute::{Outcome, Selection};
use payrox_plan::Plan;

/// The state and the number of transactions of a run that nothing disturbed.
async fn undisturbed(file: &str) -> (World, Plan) {
    let world = World::local();
    let plan = world.plan(file, None).await;
    assert_eq!(world.run(&plan, Selection::All).await.outcome, Outcome::Complete);
    (world, plan)
}

fn assert_same(world: &World, expected: &World, plan: &Plan, when: &str) {
    assert_eq!(world.transactions(), expected.transactions(), "{when}");
    assert!(world.state(plan) == expected.state(plan), "{when}: another state");
}

/// A crash after each record, or each some records, and then a run to the end.
async fn crash_after_records(file: &str, records: usize, each: usize, lose_the_journal: bool) {
    let (expected, plan) = undisturbed(file).await;
    for room in (0..).step_by(each) {
        let world = World::local();
        let crashed = world.run_as(&plan, Selection::All, How { room: Some(room), ..How::default() }).await;
        if crashed.outcome == Outcome::Complete {
            assert!(room as usize >= records, "a whole run has more than {room} records");
            break;
        }
        assert_eq!(crashed.outcome, Outcome::Failed, "{:?}", crashed.stopped);
        if lose_the_journal {
            world.lose_the_journal();
        }
        let resumed = world.run(&plan, Selection::All).await;
        let ended = matches!(resumed.outcome, Outcome::Complete | Outcome::NothingToDo);
        assert!(ended, "after {room} records: {:?}", resumed.stopped);
        assert_same(&world, &expected, &plan, &format!("after {room} records"));
    }
}

#[tokio::test]
async fn prx_d11_q03_with_the_journal_deleted_after_each_record_the_run_completes_with_the_same_transactions()
{
    crash_after_records("small.toml", 24, 1, true).await;
}

#[tokio::test]
async fn prx_d11_q03_the_same_for_the_whole_example_after_some_of_its_records() {
    crash_after_records("payrox.toml", 46, 9, true).await;
}

#[tokio::test]
async fn prx_q03_b01_resumed_after_each_record_the_run_equals_an_undisturbed_one() {
    crash_after_records("small.toml", 24, 1, false).await;
}

#[tokio::test]
async fn prx_b06_asked_to_stop_at_any_event_it_leaves_a_run_that_can_be_resumed() {
    let (expected, plan) = undisturbed("small.toml").await;
    let mut interrupted = 0;
    for at in 1.. {
        let world = World::local();
        let recorder = Recorder { stop_at: Some(at), ..Recorder::default() };
        let how = How { observer: &recorder, stop: recorder.stop.clone(), ..How::default() };
        let stopped = world.run_as(&plan, Selection::All, how).await;
        if !recorder.stop.is_requested() {
            break;
        }
        if stopped.outcome == Outcome::Waiting {
            interrupted += 1;
            assert_eq!(stopped.stopped.as_ref().unwrap().code.0, "PRX-EXE-017");
        }
        world.run(&plan, Selection::All).await;
        assert_same(&world, &expected, &plan, &format!("stopped at event {at}"));
    }
    assert!(interrupted > 10);
}

#[tokio::test]
async fn prx_b11_b18_what_was_signed_and_not_mined_is_sent_again_byte_by_byte() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    // Run, Cleared and ten of the intents: nothing has left.
    let crashed = world.run_as(&plan, Selection::All, How { room: Some(12), ..How::default() }).await;
    assert_eq!((crashed.outcome, world.transactions()), (Outcome::Failed, 0));
    let meant = intents(&world);
    assert_eq!(meant.len(), 10);
    let resumed = world.run(&plan, Selection::All).await;
    assert_eq!(resumed.outcome, Outcome::Complete);
    let sent: Vec<_> = resumed.steps.iter().filter_map(|s| s.tx).map(|tx| format!("{tx:#x}")).collect();
    assert!(meant.iter().all(|tx| sent.contains(tx)), "the same hashes");
}

fn intents(world: &World) -> Vec<String> {
    let lines = world.lines().into_iter();
    lines.filter(|l| l["kind"] == "intent").map(|l| l["tx"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn prx_d11_another_machine_with_another_key_of_the_role_goes_on() {
    let (expected, plan) = undisturbed("payrox.toml").await;
    let first = World::local();
    first.run(&plan, Selection::Facets(vec!["Payments".parse().unwrap()])).await;
    // Another folder, the same chain; the owner's key instead of the bootstrapper's.
    let second = World::on(first.devnet().clone());
    let mut keyring = payrox_chain::Keyring::empty();
    let owner = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    keyring.add_private_key(owner, "a test").unwrap();
    let result = second.run_as(&plan, Selection::All, How { keyring, ..How::default() }).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    assert!(!done(&result).contains(&"factory") && !done(&result).contains(&"facet Payments"));
    assert_eq!(second.transactions(), expected.transactions());
    let router = plan.addresses.router;
    assert_eq!(second.devnet().storage_of(router), expected.devnet().storage_of(router));
}

#[tokio::test]
async fn prx_b07_b08_a_killed_run_of_another_plan_is_finished_first_unless_the_chain_shows_that_it_is_over() {
    let world = World::local();
    let small = world.plan("small.toml", None).await;
    let killed = |room| How { room: Some(room), ..How::default() };
    world.run_as(&small, Selection::All, killed(8)).await;
    let mut other = small.clone();
    other.onchain.window += 1;
    other.plan_id = payrox_plan::plan_id(other.chain_id, other.addresses.dispatcher, &other.onchain);
    for step in &mut other.steps {
        let call = step.call.as_mut();
        match step.name.as_str() {
            "stage" => call.unwrap().data = stage(&other.onchain),
            "activate" => call.unwrap().data = activate(&other.onchain),
            _ => {}
        }
    }
    other.content_hash = other.compute_content_hash().unwrap();
    let refused = world.run(&other, Selection::All).await;
    assert_eq!((refused.outcome, code(&refused)), (Outcome::Refused, "PRX-JNL-005"));
    let stopped = refused.stopped.unwrap();
    assert!(stopped.message.contains(&format!("{:#x}", small.content_hash)), "{}", stopped.message);
    let hint = stopped.hint.unwrap();
    let folder = world.dir.path().join("journal").join(small.chain_id.to_string());
    let kept = folder.join("plans").join(format!("{:#x}.json", small.content_hash));
    assert!(kept.exists());
    for works in ["payrox status", "payrox run", "--config", kept.to_str().unwrap(), folder.to_str().unwrap()]
    {
        assert!(hint.contains(works), "{works}: {hint}");
    }

    // Killed after its last transaction: the chain shows that it is over.
    let world = World::local();
    let whole = {
        let world = World::local();
        world.run(&small, Selection::All).await;
        intents(&world).len() as u64
    };
    world.run_as(&small, Selection::All, killed(2 * whole + 4)).await;
    let upgrade = world.plan("small2.toml", Some(&small)).await;
    let result = world.run(&upgrade, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
}

#[tokio::test]
async fn prx_b07_a_killed_run_whose_epoch_another_machine_made_holds_up_no_later_release() {
    let (expected, small) = undisturbed("small.toml").await;
    // All but what follows the last intent, that of the activation.
    let records = expected.lines();
    let last = records.iter().rposition(|line| line["kind"] == "intent").unwrap();
    let killed = World::local();
    let how = How { room: Some(last as u64), ..How::default() };
    assert_eq!(killed.run_as(&small, Selection::All, how).await.outcome, Outcome::Failed);

    // Another machine, without that journal, completes it and goes one release on.
    let other = World::on(killed.devnet().clone());
    let ended = other.run(&small, Selection::All).await.outcome;
    assert!(matches!(ended, Outcome::Complete | Outcome::NothingToDo), "{ended:?}");
    let second = other.plan("small2.toml", Some(&small)).await;
    assert_eq!(other.run(&second, Selection::All).await.outcome, Outcome::Complete);

    let third = killed.plan("small.toml", Some(&second)).await;
    let result = killed.run(&third, Selection::All).await;
    assert_eq!((result.outcome, &result.stopped), (Outcome::Complete, &None));
    let ends = killed.lines().iter().filter(|line| line["kind"] == "finished").count();
    assert_eq!(ends, 2, "the killed run is over, and so is this one");
}

pub(crate) fn stage(plan: &payrox_plan::OnchainPlan) -> alloy_primitives::Bytes {
    use alloy_sol_types::SolCall as _;
    payrox_model::abi::IManifestDispatcher::stageCall { plan: plan.into() }.abi_encode().into()
}

pub(crate) fn activate(plan: &payrox_plan::OnchainPlan) -> alloy_primitives::Bytes {
    use alloy_sol_types::SolCall as _;
    let call = payrox_model::abi::IManifestDispatcher::activateCall {
        plan: plan.into(),
        initData: Default::default(),
    };
    call.abi_encode().into()
}

/// Mines what waits, at the moment when the dry run is over.
struct MinedMeanwhile(payrox_devnet::Devnet);

impl payrox_execute::Observer for MinedMeanwhile {
    fn event(&self, event: &payrox_execute::Event) {
        if matches!(event, payrox_execute::Event::Rehearsed { .. }) {
            automine(&self.0, true);
            self.0.mine().unwrap();
        }
    }
}

fn automine(devnet: &payrox_devnet::Devnet, on: bool) {
    let params = serde_json::value::to_raw_value(&[on]).unwrap();
    devnet.request("evm_setAutomine", Some(&params)).unwrap();
}

#[tokio::test]
async fn prx_d11_what_waits_without_a_journal_is_not_sent_twice_though_it_is_mined_between_look_and_send() {
    let (expected, plan) = undisturbed("small.toml").await;
    let world = World::local();
    automine(world.devnet(), false);
    let whole = intents(&expected).len() as u64;
    // All of the first wave left, and that was not written down any more.
    let crashed = world.run_as(&plan, Selection::All, How { room: Some(whole), ..How::default() }).await;
    assert_eq!((crashed.outcome, world.transactions()), (Outcome::Failed, 0));
    world.lose_the_journal();
    let observer = MinedMeanwhile(world.devnet().clone());
    let resumed = world.run_as(&plan, Selection::All, How { observer: &observer, ..How::default() }).await;
    assert_eq!(resumed.outcome, Outcome::Complete, "{:?}", resumed.stopped);
    assert_eq!(world.transactions(), expected.transactions());
    assert_eq!(done(&resumed), ["stage", "activate"]);
}

#[tokio::test]
async fn prx_d11_a_run_killed_before_its_last_record_is_finished_by_the_run_that_finds_nothing_to_do() {
    let (expected, plan) = undisturbed("small.toml").await;
    // All but the record that opens the journal, which needs no room, and the one that ends the run.
    let room = expected.lines().len() as u64 - 2;
    let world = World::local();
    let killed = world.run_as(&plan, Selection::All, How { room: Some(room), ..How::default() }).await;
    assert_eq!((killed.outcome, world.transactions()), (Outcome::Failed, expected.transactions()));
    assert_ne!(world.lines().last().unwrap()["kind"], "finished");
    assert_eq!(world.run(&plan, Selection::All).await.outcome, Outcome::NothingToDo);
    let ends = |world: &World| world.lines().iter().filter(|line| line["kind"] == "finished").count();
    assert_eq!(ends(&world), 1);
    world.run(&plan, Selection::All).await;
    assert_eq!(ends(&world), 1, "it is finished once");
}
