//! Runs under any weather: a schedule of kills, lost journals, reorganisations, foreign transactions and a second operator, drawn at
//! random, against the model of a run: each step is done once, and what was done stays done unless the chain went back.

use crate::fixture::{How, World};
use payrox_chain::Keyring;
use payrox_execute::{Outcome, Selection};
use payrox_plan::Plan;
use proptest::{prelude::*, test_runner::TestCaseError};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
enum Weather {
    /// The run is killed at an operation on its files.
    Killed(u64),
    /// It has room for so many records.
    Full(u64),
    /// Its folder is lost.
    Lost,
    /// The chain goes back to where it was at the last of these.
    Reorganised,
    /// A point to go back to.
    Remembered,
    /// Somebody with the same key sends something else, and it is mined.
    Foreign,
    /// Another operator, with the owner's key, does a part.
    Other(usize),
    /// Transactions wait until the next of these.
    Still(bool),
}

fn weather() -> impl Strategy<Value = Weather> {
    prop_oneof![
        4 => (0u64..40).prop_map(Weather::Killed),
        2 => (0u64..30).prop_map(Weather::Full),
        2 => Just(Weather::Lost),
        2 => Just(Weather::Reorganised),
        2 => Just(Weather::Remembered),
        1 => Just(Weather::Foreign),
        2 => (0usize..3).prop_map(Weather::Other),
        2 => any::<bool>().prop_map(Weather::Still),
    ]
}

fn ask(world: &World, method: &str, params: &Value) -> Value {
    let params = serde_json::value::to_raw_value(params).unwrap();
    let answer = world.devnet().request(method, Some(&params)).unwrap();
    serde_json::from_str(answer.get()).unwrap()
}

/// The steps that the chain itself shows as done: code at their addresses, and the active plan.
fn done(world: &World, plan: &Plan) -> BTreeSet<String> {
    let has = |address| !world.devnet().code(address).is_empty();
    let mut done: BTreeSet<String> =
        plan.facets.iter().filter(|f| has(f.address)).map(|f| f.name.to_string()).collect();
    for (name, address) in [
        ("factory", plan.addresses.factory),
        ("dispatcher", plan.addresses.dispatcher),
        ("router", plan.addresses.router),
    ] {
        if has(address) {
            done.insert(name.into());
        }
    }
    done
}

async fn through(schedule: &[Weather], plan: &Plan, expected: &World) -> Result<(), TestCaseError> {
    let world = World::local();
    let mut remembered: Vec<Value> = Vec::new();
    let mut foreign = 0;
    let mut model = BTreeSet::new();
    let from = plan.system.roles.bootstrapper;
    let mut still = false;
    for weather in schedule {
        match weather {
            Weather::Killed(at) if !still => {
                let how = How { breaks: Some(*at), ..How::default() };
                world.run_as(plan, Selection::All, how).await;
            }
            Weather::Full(room) if !still => {
                let how = How { room: Some(*room), ..How::default() };
                world.run_as(plan, Selection::All, how).await;
            }
            // While nothing is mined a run would wait: it is killed when it has sent.
            Weather::Killed(_) | Weather::Full(_) => {
                let run = world.run(plan, Selection::All);
                let _ = tokio::time::timeout(std::time::Duration::from_millis(60), run).await;
            }
            Weather::Lost => world.lose_the_journal(),
            Weather::Remembered => remembered.push(ask(&world, "evm_snapshot", &json!([]))),
            Weather::Reorganised => {
                if let Some(point) = remembered.pop() {
                    ask(&world, "evm_revert", &json!([point]));
                    foreign = 0;
                    model.clear();
                }
            }
            Weather::Foreign if !still => {
                ask(&world, "eth_sendTransaction", &json!([{ "from": from, "to": from, "value": "0x1" }]));
                foreign += 1;
            }
            Weather::Foreign => {}
            Weather::Other(part) if !still => {
                let mut keyring = Keyring::empty();
                let owner = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
                keyring.add_private_key(owner, "a test").unwrap();
                let other = World::on(world.devnet().clone());
                let part = [Selection::Factory, Selection::Dispatcher, Selection::All][*part].clone();
                other.run_as(plan, part, How { keyring, ..How::default() }).await;
            }
            Weather::Other(_) => {}
            Weather::Still(on) => {
                still = *on;
                ask(&world, "evm_setAutomine", &json!([!still]));
                if !still {
                    ask(&world, "evm_mine", &json!([]));
                }
            }
        }
        let now = done(&world, plan);
        prop_assert!(now.is_superset(&model), "what was done is undone: {model:?} {now:?}");
        model = now;
    }
    ask(&world, "evm_setAutomine", &json!([true]));
    ask(&world, "evm_mine", &json!([]));
    // Whatever happened, it goes on from there; what failed was looked at.
    let how = How { retry_failed: true, ..How::default() };
    let result = world.run_as(plan, Selection::All, how).await;
    let ended = matches!(result.outcome, Outcome::Complete | Outcome::NothingToDo);
    prop_assert!(ended, "{:?}", result.stopped);
    let router = plan.addresses.router;
    prop_assert!(world.devnet().storage_of(router) == expected.devnet().storage_of(router));
    prop_assert_eq!(done(&world, plan), done(expected, plan));
    // Somebody who sends besides takes a nonce, and so does an operator who comes second; nothing else does.
    let others =
        schedule.iter().any(|w| matches!(w, Weather::Other(_) | Weather::Reorganised | Weather::Still(_)));
    if !others {
        prop_assert_eq!(world.transactions(), expected.transactions() + foreign);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn prx_q07_d11_d13_under_any_weather_each_step_is_done_once_and_the_run_ends_where_an_undisturbed_one_does(
        schedule in prop::collection::vec(weather(), 0..8)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let expected = World::local();
            let plan = expected.plan("small.toml", None).await;
            expected.run(&plan, Selection::All).await;
            through(&schedule, &plan, &expected).await
        })?;
    }
}
