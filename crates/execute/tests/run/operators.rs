//! Two at once, on two machines.

use crate::{
    fixture::{How, World, code},
    node::{Anvil, BOOTSTRAPPER, OWNER},
};
use payrox_chain::Keyring;
use payrox_execute::{Outcome, RunResult, Selection};
use payrox_model::Epoch;
use payrox_plan::Plan;

/// The keys of bootstrapper and owner: both may stage and activate.
pub(crate) const KEYS: [&str; 2] = [
    "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
];

pub(crate) fn with_key<'a>(key: &str) -> How<'a> {
    let mut keyring = Keyring::empty();
    keyring.add_private_key(key, "a test").unwrap();
    How { keyring, ..How::default() }
}

fn calls(plan: &Plan) -> u64 {
    plan.steps.iter().filter(|step| step.call.is_some()).count() as u64
}

/// Both at once, each again until it has ended well, as an operator does who is told to run again.
async fn both(one: (&World, &str), two: (&World, &str), plan: &Plan) -> (Vec<RunResult>, Vec<RunResult>) {
    async fn until_done(world: &World, key: &str, plan: &Plan) -> Vec<RunResult> {
        let mut all = Vec::new();
        loop {
            let result = world.run_as(plan, Selection::All, with_key(key)).await;
            let ended = matches!(result.outcome, Outcome::Complete | Outcome::NothingToDo);
            all.push(result);
            if ended || all.len() == 10 {
                return all;
            }
        }
    }
    tokio::join!(until_done(one.0, one.1, plan), until_done(two.0, two.1, plan))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prx_d11_two_operators_with_two_keys_started_at_once_converge_and_nothing_happens_twice() {
    for args in [&["--block-time", "1"][..], &[]] {
        let Some(anvil) = Anvil::start(args) else { return };
        let (one, two) = (anvil.world(), anvil.world());
        let plan = one.plan("payrox.toml", None).await;
        let (a, b) = both((&one, KEYS[0]), (&two, KEYS[1]), &plan).await;
        for all in [&a, &b] {
            let last = all.last().unwrap();
            assert!(matches!(last.outcome, Outcome::Complete | Outcome::NothingToDo), "{:?}", last.stopped);
            assert_eq!(last.epoch, Epoch(1));
            assert_eq!(all.len(), 1, "{:?}", all.iter().map(|r| &r.stopped).collect::<Vec<_>>());
        }
        // Staged once and activated once: a second epoch or a second plan would show.
        let again = one.run(&plan, Selection::All).await;
        assert_eq!((again.outcome, again.epoch), (Outcome::NothingToDo, Epoch(1)));
        let sent = anvil.node.nonce(BOOTSTRAPPER) + anvil.node.nonce(OWNER);
        // What is sent although the other was first reverts or finds everything there. One transaction more than twice all of them:
        // where the owner's staging is in front of the bootstrapper's in a block, the activation that was sent along reverts as too
        // early, and is sent once more.
        assert!(sent >= calls(&plan) && sent <= 2 * calls(&plan) + 1, "{sent}");
        for step in ["stage", "activate"] {
            let done = |line: &&serde_json::Value| line["kind"] == "done" && line["step"] == step;
            let all: Vec<_> = one.lines().into_iter().chain(two.lines()).collect();
            assert_eq!(all.iter().filter(done).count(), 1, "{step}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prx_b05_the_same_key_on_two_machines_is_noticed_and_neither_outbids_the_other_blindly() {
    let Some(anvil) = Anvil::start(&["--block-time", "1"]) else { return };
    let (one, two) = (anvil.world(), anvil.world());
    let plan = one.plan("payrox.toml", None).await;
    let (a, b) = both((&one, KEYS[0]), (&two, KEYS[0]), &plan).await;
    for all in [&a, &b] {
        let last = all.last().unwrap();
        assert!(matches!(last.outcome, Outcome::Complete | Outcome::NothingToDo), "{:?}", last.stopped);
        // On the way either may have been told of the other, and of nothing else.
        for stopped in &all[..all.len() - 1] {
            assert!(["PRX-EXE-019", "PRX-EXE-020"].contains(&code(stopped)), "{:?}", stopped.stopped);
        }
    }
    let raised = |world: &World| world.lines().iter().filter(|line| !line["replaces"].is_null()).count();
    assert_eq!((raised(&one), raised(&two)), (0, 0), "nobody offered more to win");
    let sent = anvil.node.nonce(BOOTSTRAPPER);
    assert!(sent >= calls(&plan) && sent <= 2 * calls(&plan), "{sent}");
}

#[tokio::test]
async fn prx_d11_killed_at_any_time_and_continued_with_an_empty_folder_the_run_makes_no_second_effect() {
    let Some(anvil) = Anvil::start(&["--block-time", "1"]) else { return };
    let world = anvil.world();
    let plan = world.plan("payrox.toml", None).await;
    let mut killed = 0;
    for millis in [5u64, 30, 60, 120, 250, 400, 700, 900, 1_100, 1_300] {
        let run = world.run(&plan, Selection::All);
        // A future that is dropped goes no further than a process that is killed.
        match tokio::time::timeout(std::time::Duration::from_millis(millis), run).await {
            Ok(result) => {
                let ended = matches!(result.outcome, Outcome::Complete | Outcome::NothingToDo);
                assert!(ended, "{:?}", result.stopped);
            }
            Err(_) => killed += 1,
        }
        world.lose_the_journal();
    }
    assert!(killed > 2, "{killed}");
    let result = world.run(&plan, Selection::All).await;
    assert!(matches!(result.outcome, Outcome::Complete | Outcome::NothingToDo), "{:?}", result.stopped);
    assert_eq!((result.epoch, anvil.node.nonce(BOOTSTRAPPER)), (Epoch(1), calls(&plan)));
}
