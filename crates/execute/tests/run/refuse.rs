//! What is refused, and what the refusal says.

use crate::fixture::{How, World, code, done};
use alloy_primitives::{B256, Bytes, U256};
use payrox_chain::{Endpoint, FeePolicy, Keyring};
use payrox_devnet::{Devnet, DevnetConfig};
use payrox_execute::{Outcome, Selection};
use payrox_model::{ChainId, ExitCode};

fn keys(keys: &[&str]) -> Keyring {
    let mut keyring = Keyring::empty();
    for key in keys {
        keyring.add_private_key(key, "a test").unwrap();
    }
    keyring
}

const ACCOUNT_9: &str = "2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6";

#[tokio::test]
async fn prx_b32_a_facet_with_other_code_on_chain_is_refused_by_name_and_nothing_is_sent() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let facet = &plan.facets[3];
    world.devnet().set_code(facet.address, Bytes::from_static(&[0x60, 0x00])).unwrap();
    for selection in [Selection::All, Selection::Facets(vec![])] {
        let result = world.run(&plan, selection).await;
        assert_eq!(
            (result.outcome, result.exit(), code(&result)),
            (Outcome::Refused, ExitCode::Refused, "PRX-EXE-002")
        );
        let message = &result.stopped.unwrap().message;
        assert!(
            message.contains(&format!("facet {}", facet.name))
                && message.contains(&facet.address.to_string())
        );
    }
    assert_eq!(world.transactions(), 0);
}

#[tokio::test]
async fn prx_b23_a_plan_for_another_chain_and_an_endpoint_of_another_chain_are_refused() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let other = World::new("anvil", world.endpoint.clone(), None);
    let result = other.run(&plan, Selection::All).await;
    assert_eq!((code(&result), result.exit()), ("PRX-EXE-001", ExitCode::BadInput));
    // A plan for anvil, made where anvil was; now something else answers there.
    let config = DevnetConfig { chain_id: ChainId(31337), ..DevnetConfig::default() };
    let there = World::new("anvil", Endpoint::in_process(Devnet::new(&config).client()), None);
    let result = other.run(&there.plan("payrox.toml", None).await, Selection::All).await;
    assert_eq!((code(&result), result.exit()), ("PRX-CHN-007", ExitCode::BadInput));
}

#[tokio::test]
async fn prx_b30_a_plan_that_was_edited_is_refused_before_anything_is_sent() {
    let world = World::local();
    let mut plan = world.plan("payrox.toml", None).await;
    let stage = plan.steps.iter_mut().find(|s| s.name == "stage").unwrap();
    let call = stage.call.as_mut().unwrap();
    call.value = U256::from(1);
    let result = world.run(&plan, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Refused);
    assert!(code(&result).starts_with("PRX-GATE-"), "{}", code(&result));
    assert_eq!(world.transactions(), 0);
}

#[tokio::test]
async fn prx_b08_other_artifacts_than_the_plans_are_refused() {
    let world = World::local();
    let mut plan = world.plan("payrox.toml", None).await;
    let hash = plan.artifacts_hash;
    plan.artifacts_hash = B256::repeat_byte(1);
    plan.content_hash = plan.compute_content_hash().unwrap();
    let edited = plan.clone();
    plan.artifacts_hash = hash;
    // The session says what the artifacts are now, which is what `plan` says here.
    let result = world.run_with_artifacts(&edited, plan.artifacts_hash).await;
    assert_eq!((code(&result), result.exit()), ("PRX-GATE-002", ExitCode::Refused));
}

#[tokio::test]
async fn prx_b24_a_certain_revert_is_found_in_the_dry_run_and_named() {
    let world = World::local();
    let mut plan = world.plan("payrox.toml", None).await;
    // Less than an hour: the dispatcher refuses it.
    plan.onchain.window = 1;
    let stage = payrox_model::abi::IManifestDispatcher::stageCall { plan: (&plan.onchain).into() };
    let step = plan.steps.iter_mut().find(|s| s.name == "stage").unwrap();
    step.call.as_mut().unwrap().data = alloy_sol_types::SolCall::abi_encode(&stage).into();
    plan.content_hash = plan.compute_content_hash().unwrap();
    let result = world.run(&plan, Selection::All).await;
    assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-GATE-005"));
    let message = result.stopped.unwrap().message;
    assert!(message.contains("WindowOutOfRange(1)"), "{message}");
    assert_eq!(world.transactions(), 0);
}

#[tokio::test]
async fn prx_d07_apply_without_stage_and_stage_without_facets_name_what_is_missing() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let result = world.run(&plan, Selection::Stage).await;
    assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-EXE-011"));
    world.run(&plan, Selection::Dispatcher).await;
    world.run(&plan, Selection::Facets(vec![])).await;
    let result = world.run(&plan, Selection::Apply).await;
    assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-EXE-011"));
    assert!(result.stopped.unwrap().message.contains("stage"));
}

#[tokio::test]
async fn prx_d11_without_a_key_of_the_role_everybodys_steps_are_done_and_the_call_is_handed_over() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let how = How { keyring: keys(&[ACCOUNT_9]), ..How::default() };
    let result = world.run_as(&plan, Selection::All, how).await;
    assert_eq!(
        (result.outcome, result.exit(), code(&result)),
        (Outcome::Waiting, ExitCode::Waiting, "PRX-EXE-008")
    );
    let message = &result.stopped.as_ref().unwrap().message;
    assert!(message.contains(&plan.system.roles.owner.to_string()), "{message}");
    assert_eq!(done(&result).len(), plan.steps.iter().filter(|s| s.call.is_some()).count() - 2);
    let stage = result.steps.iter().find(|s| s.name == "stage").unwrap();
    let planned = plan.steps.iter().find(|s| s.name == "stage").unwrap().call.as_ref().unwrap();
    assert_eq!(stage.call.as_ref().map(|c| (c.to, &c.data)), Some((planned.to, &planned.data)));
    assert!(stage.call.as_ref().unwrap().from.contains(&plan.system.roles.bootstrapper));
    // With the key it goes on.
    let result = world.run(&plan, Selection::All).await;
    assert_eq!((result.outcome, done(&result)), (Outcome::Complete, vec!["stage", "activate"]));
}

#[tokio::test]
async fn a_run_without_any_key_is_bad_input_and_says_that_none_was_given() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let how = How { keyring: keys(&[]), ..How::default() };
    let result = world.run_as(&plan, Selection::All, how).await;
    assert_eq!(
        (result.outcome, result.exit(), code(&result)),
        (Outcome::Refused, ExitCode::BadInput, "PRX-EXE-008")
    );
    let stopped = result.stopped.unwrap();
    assert!(stopped.message.ends_with("may be sent by anyone, and no key was given"), "{}", stopped.message);
    assert!(stopped.hint.unwrap().contains("--keystore"));
    assert_eq!(world.transactions(), 0);
}

#[tokio::test]
async fn a_dry_run_without_any_key_says_what_the_holders_of_the_roles_would_pay() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let how = How { keyring: keys(&[]), broadcast: false, ..How::default() };
    let without = world.run_as(&plan, Selection::All, how).await;
    let with = world.run_as(&plan, Selection::All, How { broadcast: false, ..How::default() }).await;
    assert_eq!(without.outcome, Outcome::Planned, "{:?}", without.stopped);
    assert_eq!(without.cost, with.cost);
    let calls = plan.steps.iter().filter(|step| step.call.is_some()).count();
    assert_eq!(without.cost.iter().map(|cost| cost.transactions).sum::<usize>(), calls);
    // Nobody is about to pay: that it would be too dear today is no reason to show nothing.
    let fees = FeePolicy { max_fee: Some(1), max_tip: None };
    let how = How { keyring: keys(&[]), broadcast: false, fees, ..How::default() };
    let dear = world.run_as(&plan, Selection::All, how).await;
    assert_eq!((dear.outcome, dear.cost.as_slice()), (Outcome::Planned, &[][..]), "{:?}", dear.stopped);
    // Whoever is there with a key of his own pays for his own part alone.
    let how = How { keyring: keys(&[ACCOUNT_9]), broadcast: false, ..How::default() };
    let other = world.run_as(&plan, Selection::All, how).await;
    assert_eq!(other.cost.iter().map(|cost| cost.transactions).sum::<usize>(), calls - 2);
}

#[tokio::test]
async fn prx_b22_too_little_ether_is_found_before_anything_is_sent() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    world.devnet().set_balance(plan.system.roles.bootstrapper, U256::from(1_000_000u64)).unwrap();
    let result = world.run(&plan, Selection::All).await;
    assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-EXE-015"));
    assert_eq!(world.transactions(), 0);
}

#[tokio::test]
async fn an_unknown_facet_is_bad_input() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let result = world.run(&plan, Selection::Facets(vec!["Nothing".parse().unwrap()])).await;
    assert_eq!((code(&result), result.exit()), ("PRX-EXE-018", ExitCode::BadInput));
}
