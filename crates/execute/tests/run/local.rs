//! The whole and its slices on the embedded chain.

use crate::fixture::{How, Recorder, World, code, done};
use payrox_execute::{Event, Outcome, Selection, StepOutcome};
use payrox_model::{Epoch, ExitCode};
use payrox_plan::PlanOutcome;

#[tokio::test]
async fn prx_d08_a_run_puts_the_whole_example_live() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let result = world.run(&plan, Selection::All).await;
    assert_eq!((result.outcome, &result.stopped), (Outcome::Complete, &None));
    assert_eq!((result.facets, result.routes, result.epoch), (13, 71, Epoch(1)));
    assert_eq!(result.steps.len(), plan.steps.len());
    assert_eq!(result.exit(), ExitCode::Ok);
    let sent = plan.steps.iter().filter(|s| s.call.is_some()).count() as u64;
    assert_eq!(world.transactions(), sent, "one transaction a call and none besides");
    assert_eq!(result.gas.0, result.steps.iter().filter_map(|s| s.gas_used).map(|g| g.0).sum::<u64>());
    for facet in &plan.facets {
        assert!(!world.devnet().code(facet.address).is_empty(), "{}", facet.name);
    }
}

#[tokio::test]
async fn prx_d08_the_same_again_sends_nothing_and_plans_nothing() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    world.run(&plan, Selection::All).await;
    let (sent, block) = (world.transactions(), world.devnet().block_number());
    let journal = journal_text(&world);
    let again = world.run(&plan, Selection::All).await;
    assert_eq!((again.outcome, again.epoch), (Outcome::NothingToDo, Epoch(1)));
    assert!(again.steps.iter().all(|s| s.outcome == StepOutcome::Skipped && s.reason.is_some()));
    assert_eq!((world.transactions(), world.devnet().block_number()), (sent, block));
    assert_eq!(journal_text(&world), journal, "nothing new is written down");
    assert!(matches!(
        world.outcome("payrox.toml", None).await,
        PlanOutcome::NoChanges { epoch: Epoch(1), .. }
    ));
}

fn journal_text(world: &World) -> String {
    let folder = world.dir.path().join("journal/31338");
    let file =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).find(|p| p.extension().is_some());
    std::fs::read_to_string(file.unwrap()).unwrap()
}

#[tokio::test]
async fn without_broadcast_it_says_exactly_what_it_would_send_and_touches_nothing() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let how = How { broadcast: false, ..How::default() };
    let result = world.run_as(&plan, Selection::All, how).await;
    assert_eq!((result.outcome, result.exit()), (Outcome::Planned, ExitCode::Ok));
    for (step, said) in plan.steps.iter().zip(&result.steps) {
        let call = step.call.as_ref().map(|call| (call.to, &call.data));
        assert_eq!(said.call.as_ref().map(|call| (call.to, &call.data)), call, "{}", step.name);
        assert_eq!(said.gas_used.is_some(), call.is_some(), "{}", step.name);
    }
    assert_eq!((world.transactions(), world.devnet().block_number()), (0, 0));
    assert_eq!(std::fs::read_dir(world.dir.path()).unwrap().count(), 0, "no file was written");
}

#[tokio::test]
async fn prx_d01_d02_d03_d05_d06_d07_the_slices_make_the_same_system_as_the_whole() {
    let whole = World::local();
    let plan = whole.plan("payrox.toml", None).await;
    whole.run(&plan, Selection::All).await;

    let world = World::local();
    let expected: [(Selection, &[&str]); 7] = [
        (Selection::Factory, &["factory"]),
        (Selection::Dispatcher, &["extension", "implementation", "launcher", "launch"]),
        (Selection::Router, &[]),
        (Selection::Facets(vec!["Payments".parse().unwrap()]), &["facet Payments"]),
        (Selection::Facets(vec![]), &[]),
        (Selection::Stage, &["stage"]),
        (Selection::Apply, &["activate"]),
    ];
    for (selection, steps) in expected {
        let result = world.run(&plan, selection.clone()).await;
        let outcome = if selection == Selection::Router { Outcome::NothingToDo } else { Outcome::Complete };
        assert_eq!((result.outcome, &result.stopped), (outcome, &None), "{selection:?}");
        if selection == Selection::Facets(vec![]) {
            assert_eq!(done(&result).len(), 13, "twelve facets and the manifest");
            let payments = result.steps.iter().find(|s| s.name == "facet Payments").unwrap();
            assert_eq!(payments.outcome, StepOutcome::Skipped, "what is there is skipped with proof");
        } else {
            assert_eq!(done(&result), steps, "{selection:?}");
        }
        let again = world.run(&plan, selection).await;
        assert_eq!(again.outcome, Outcome::NothingToDo);
    }
    assert_eq!(world.transactions(), whole.transactions());
    let codes =
        |world: &World| world.state(&plan).into_iter().map(|(a, (code, _))| (a, code)).collect::<Vec<_>>();
    assert_eq!(codes(&world), codes(&whole));
    let router = plan.addresses.router;
    assert_eq!(world.devnet().storage_of(router), whole.devnet().storage_of(router));
}

#[tokio::test]
async fn prx_d03_deploying_the_router_alone_brings_what_it_stands_on() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let result = world.run(&plan, Selection::Router).await;
    assert_eq!(result.outcome, Outcome::Complete);
    assert_eq!(done(&result), ["factory", "extension", "implementation", "launcher", "launch"]);
    let proved = result.steps.iter().find(|s| s.name == "router").unwrap();
    assert_eq!((proved.outcome, proved.tx), (StepOutcome::Skipped, None));
    assert!(proved.reason.as_ref().unwrap().contains(&plan.addresses.router.to_string()));
}

#[tokio::test]
async fn prx_d10_log_and_deployments_tell_where_everything_is() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let result = world.run(&plan, Selection::All).await;
    let log = world.text("deployment-log.txt");
    for (name, address) in [
        ("ManifestDispatcher", plan.addresses.dispatcher),
        ("DeterministicChunkFactory", plan.addresses.factory),
        ("PayRoxProxyRouter", plan.addresses.router),
    ] {
        assert!(log.contains(&format!("{name}: {address}\n")), "{log}");
    }
    assert_eq!(log.lines().count(), 6 + 13 + 1, "core, facets and the manifest");
    for facet in &plan.facets {
        let json = world.json(&format!("deployments/31338/{}.json", facet.name));
        let step = result.steps.iter().find(|s| s.name == format!("facet {}", facet.name)).unwrap();
        assert_eq!(json["address"], facet.address.to_string());
        assert_eq!(json["codeHash"], facet.code_hash.to_string());
        assert_eq!(json["constructorArguments"], facet.constructor_args.to_string());
        assert_eq!(json["transaction"], format!("{:#x}", step.tx.unwrap()));
        assert!(json["abi"].as_array().is_some_and(|abi| !abi.is_empty()), "{}", facet.name);
    }
    world.run(&plan, Selection::All).await;
    assert_eq!(world.text("deployment-log.txt"), log);

    // A lost journal and lost files: both come back from the chain, but for what only the journal knew.
    world.lose_the_journal();
    std::fs::remove_file(world.dir.path().join("deployment-log.txt")).unwrap();
    assert_eq!(world.run(&plan, Selection::All).await.outcome, Outcome::NothingToDo);
    assert_eq!(world.text("deployment-log.txt"), log);
}

#[tokio::test]
async fn every_visible_fact_is_an_event() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let recorder = Recorder::default();
    let how = How { observer: &recorder, ..How::default() };
    let result = world.run_as(&plan, Selection::All, how).await;
    assert_eq!(code(&result), "");
    assert!(recorder.saw(|e| matches!(e, Event::Started { steps, signers } if *steps == plan.steps.len() && signers.len() == 10)));
    assert!(recorder.saw(|e| matches!(e, Event::Rehearsed { gas, .. } if gas.0 > 1_000_000)));
    assert!(recorder.saw(|e| matches!(e, Event::Activated { epoch: Epoch(1) })));
    let count =
        |wanted: fn(&Event) -> bool| recorder.events.lock().unwrap().iter().filter(|e| wanted(e)).count();
    let calls = plan.steps.iter().filter(|s| s.call.is_some()).count();
    assert_eq!(count(|e| matches!(e, Event::Sending { .. })), calls);
    assert_eq!(count(|e| matches!(e, Event::Done { .. })), calls);
}
