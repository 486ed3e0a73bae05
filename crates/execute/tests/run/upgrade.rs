//! From one release to the next: the delay, what is refused, and the way back.

use crate::fixture::{How, Recorder, World, code, done};
use payrox_chain::{At, CallRequest};
use payrox_execute::{Event, Outcome, Selection};
use payrox_model::{Epoch, ExitCode};
use payrox_plan::{Inverse, Plan, PlanOutcome};

pub(crate) async fn live() -> (World, Plan, Plan) {
    let world = World::local();
    let first = world.plan("payrox.toml", None).await;
    assert_eq!(world.run(&first, Selection::All).await.outcome, Outcome::Complete);
    let second = world.plan("upgrade.toml", Some(&first)).await;
    assert_eq!((second.epoch, second.parent), (Epoch(2), first.plan_id));
    (world, first, second)
}

pub(crate) fn waiting<'a>() -> How<'a> {
    How { skip_time: false, ..How::default() }
}

#[tokio::test]
async fn prx_d08_an_upgrade_skips_the_delay_aloud_on_a_development_chain() {
    let (world, _, second) = live().await;
    let recorder = Recorder::default();
    let sent = world.transactions();
    let result = world.run_as(&second, Selection::All, How { observer: &recorder, ..How::default() }).await;
    assert_eq!((result.outcome, result.epoch), (Outcome::Complete, Epoch(2)), "{:?}", result.stopped);
    assert!(recorder.saw(|e| matches!(e, Event::TimeSkipped { seconds, .. } if *seconds > 3_500)));
    assert_eq!(done(&result), ["facet Payments", "manifest", "stage", "activate"]);
    assert_eq!(world.transactions(), sent + 4);
    let json = world.json("deployments/31338/Payments.json");
    let payments = second.facets.iter().find(|f| f.name.as_str() == "Payments").unwrap();
    assert_eq!(json["address"], payments.address.to_string());
}

#[tokio::test]
async fn prx_d07_apply_is_refused_before_eta() {
    let (world, _, second) = live().await;
    world.run_as(&second, Selection::Facets(vec![]), waiting()).await;
    let staged = world.run_as(&second, Selection::Stage, waiting()).await;
    assert_eq!((staged.outcome, done(&staged)), (Outcome::Complete, vec!["stage"]));
    let sent = world.transactions();
    let early = world.run_as(&second, Selection::Apply, waiting()).await;
    assert_eq!(
        (early.outcome, early.exit(), code(&early)),
        (Outcome::Refused, ExitCode::Refused, "PRX-EXE-009")
    );
    assert_eq!((world.transactions(), early.epoch), (sent, Epoch(1)));
    // The whole run is not refused: it waits, and says until when.
    let whole = world.run_as(&second, Selection::All, waiting()).await;
    assert_eq!((whole.outcome, whole.exit()), (Outcome::Waiting, ExitCode::Waiting));
    let eta = whole.stopped.unwrap().until.unwrap();
    world.endpoint.skip_to(eta).await.unwrap();
    let due = world.run_as(&second, Selection::Apply, waiting()).await;
    assert_eq!((due.outcome, due.epoch), (Outcome::Complete, Epoch(2)), "{:?}", due.stopped);
}

#[tokio::test]
async fn prx_d07_apply_after_its_window_is_refused_and_staged_anew_it_works() {
    let (world, _, second) = live().await;
    world.run_as(&second, Selection::Facets(vec![]), waiting()).await;
    world.run_as(&second, Selection::Stage, waiting()).await;
    let now = world.endpoint.time().await.unwrap();
    world.endpoint.skip_to(now + 3_600 + u64::from(second.onchain.window) + 60).await.unwrap();
    let late = world.run_as(&second, Selection::Apply, waiting()).await;
    assert_eq!((late.outcome, code(&late)), (Outcome::Refused, "PRX-EXE-010"));
    let again = world.run_as(&second, Selection::Stage, waiting()).await;
    assert_eq!(again.outcome, Outcome::Complete, "{:?}", again.stopped);
    assert_eq!(world.run(&second, Selection::Apply).await.epoch, Epoch(2));
}

#[tokio::test]
async fn prx_d06_what_is_staged_can_be_cancelled_and_staged_again() {
    let (world, first, second) = live().await;
    world.run_as(&second, Selection::Facets(vec![]), waiting()).await;
    world.run_as(&second, Selection::Stage, waiting()).await;
    let how = || How { broadcast: false, ..waiting() };
    let planned = world.cancel(&second, None, how()).await;
    assert_eq!((planned.outcome, planned.steps[0].call.is_some()), (Outcome::Planned, true));
    // By whatever plan the system is known, it says which one goes.
    let known_by_another = world.cancel(&first, None, how()).await;
    assert_eq!((planned.cancels, known_by_another.cancels), (Some(second.plan_id), Some(second.plan_id)));
    let other = world.cancel(&second, Some(payrox_model::PlanId::ZERO), waiting()).await;
    assert_eq!((other.outcome, code(&other)), (Outcome::Refused, "PRX-EXE-003"));
    let cancelled = world.cancel(&second, Some(second.plan_id), waiting()).await;
    assert_eq!(
        (cancelled.outcome, done(&cancelled)),
        (Outcome::Complete, vec!["cancel"]),
        "{:?}",
        cancelled.stopped
    );
    let nothing = world.cancel(&second, None, waiting()).await;
    assert_eq!((nothing.outcome, nothing.cancels), (Outcome::NothingToDo, None));
    let apply = world.run_as(&second, Selection::Apply, waiting()).await;
    assert_eq!(code(&apply), "PRX-EXE-011");
    assert_eq!(world.run(&second, Selection::All).await.epoch, Epoch(2));
}

/// Mines what waits, once a run says that it waits for it.
struct MinedWhenWaitedFor(payrox_devnet::Devnet);

impl MinedWhenWaitedFor {
    fn ask(&self, method: &str, params: &serde_json::Value) {
        let params = serde_json::value::to_raw_value(params).unwrap();
        self.0.request(method, Some(&params)).unwrap();
    }
}

impl payrox_execute::Observer for MinedWhenWaitedFor {
    fn event(&self, event: &Event) {
        if matches!(event, Event::Recovered { .. }) {
            self.ask("evm_setAutomine", &serde_json::json!([true]));
            self.0.mine().unwrap();
        }
    }
}

#[tokio::test]
async fn prx_d06_b20_a_cancellation_behind_an_earlier_transaction_is_sent_and_not_only_said() {
    let (world, _, second) = live().await;
    world.run_as(&second, Selection::Facets(vec![]), waiting()).await;
    world.run_as(&second, Selection::Stage, waiting()).await;
    let observer = MinedWhenWaitedFor(world.devnet().clone());
    observer.ask("evm_setAutomine", &serde_json::json!([false]));
    let guardian = second.system.roles.guardians[0];
    observer.ask("eth_sendTransaction", &serde_json::json!([{ "from": guardian, "to": guardian }]));
    let cancelled = world.cancel(&second, None, How { observer: &observer, ..waiting() }).await;
    assert_eq!((cancelled.outcome, done(&cancelled)), (Outcome::Complete, vec!["cancel"]));
    assert_eq!(world.cancel(&second, None, waiting()).await.outcome, Outcome::NothingToDo);
}

#[tokio::test]
async fn prx_b32_another_pending_plan_and_a_stale_plan_are_refused_with_the_next_command() {
    let (world, first, second) = live().await;
    world.run_as(&second, Selection::Facets(vec![]), waiting()).await;
    world.run_as(&second, Selection::Stage, waiting()).await;
    // The same change with another window is another plan.
    let mut rival = second.clone();
    rival.onchain.window += 3_600;
    rival.plan_id = payrox_plan::plan_id(rival.chain_id, rival.addresses.dispatcher, &rival.onchain);
    rival.content_hash = rival.compute_content_hash().unwrap();
    let result = world.run_as(&rival, Selection::All, waiting()).await;
    assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-EXE-003"));
    let hint = result.stopped.unwrap().hint.unwrap();
    assert!(hint.ends_with(": payrox cancel"), "`payrox cancel` takes no argument: {hint}");

    world.run(&second, Selection::All).await;
    for stale in [&first, &rival] {
        let result = world.run(stale, Selection::All).await;
        assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-EXE-004"));
        assert!(result.stopped.unwrap().hint.unwrap().contains("payrox plan"));
    }
}

#[tokio::test]
async fn the_inverse_of_an_upgrade_restores_the_routes_before_it() {
    let (world, first, second) = live().await;
    let router = first.addresses.router;
    let slots = world.devnet().storage_of(router);
    world.run(&second, Selection::All).await;
    assert_ne!(world.devnet().storage_of(router), slots);
    let Inverse::Rollback { calls, root, .. } = &second.inverse else { panic!("{:?}", second.inverse) };
    assert_eq!(*root, first.root);
    for call in calls {
        let owner = second.system.roles.owner;
        let request =
            CallRequest { from: Some(owner), to: call.to, value: call.value, data: call.data.clone() };
        world.endpoint.call(request, At::Pending).await.unwrap();
        let sent = serde_json::json!([{ "from": owner, "to": call.to, "data": call.data }]);
        let _: serde_json::Value = world.endpoint.request("eth_sendTransaction", sent).await.unwrap();
    }
    assert_eq!(world.devnet().storage_of(router), slots);
    assert!(matches!(
        world.outcome("payrox.toml", Some(&second)).await,
        PlanOutcome::NoChanges { epoch: Epoch(3), .. }
    ));
}
