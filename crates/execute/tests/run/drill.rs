//! The whole rehearsal: the plan, what stops a system, and the way back.

use crate::fixture::World;
use alloy_primitives::{TxKind, U256};
use payrox_artifacts::{ArtifactSet, Source};
use payrox_chain::Reasons;
use payrox_config::{Network, Project};
use payrox_devnet::Execution;
use payrox_execute::{Outcome, Place, Sandbox, Selection, drill};
use payrox_model::{ChainSnapshot, Gas, Root, Selector, limits};
use payrox_plan::{Call, Inputs, Inverse, Plan, PlanOutcome, ReleaseCode, Sender};
use payrox_validate::{Part, Phase, Rehearsed, Seen, Subject, run};
use std::path::Path;

fn names(seen: &Rehearsed, part: Part) -> Vec<&str> {
    seen.of(part).map(|step| step.name.as_str()).collect()
}

fn word(number: u64) -> [u8; 32] {
    U256::from(number).to_be_bytes()
}

async fn rehearsed(plan: &Plan, place: Place<'_>) -> Rehearsed {
    drill(plan, place, &Reasons::default()).await.unwrap()
}

const STOPS: [&str; 6] = ["pause", "unpause", "forbid", "allow", "freeze", "unfreeze"];

#[tokio::test]
async fn prx_v08_the_first_release_is_rehearsed_with_pause_forbid_freeze_and_the_way_back() {
    let world = World::local();
    let plan = world.plan("payrox.toml", None).await;
    let seen = rehearsed(&plan, Place::Empty).await;
    assert!(seen.steps.iter().all(|s| s.failure.is_none() && s.gas.is_some()), "{:?}", seen.steps);
    let sent: Vec<_> = plan.steps.iter().filter(|s| s.call.is_some()).map(|s| s.name.as_str()).collect();
    assert_eq!(names(&seen, Part::Plan), sent);
    assert_eq!(names(&seen, Part::Exercise), STOPS);
    assert_eq!(names(&seen, Part::WayBack), ["pause (way back)", "freeze (way back)"]);
    assert_eq!(seen.root, Some(plan.root));
    assert_eq!(seen.proofs.len(), plan.routes.len());
    assert!(seen.proofs.values().all(|accepted| *accepted));
    assert_eq!(seen.routes.len(), plan.routes.len());
    assert!(seen.routes.values().all(|route| route.gas.0 > 0));
    assert!(seen.steps.iter().all(|step| step.gas.unwrap().0 < limits::TX_GAS));
    let again = rehearsed(&plan, Place::Empty).await;
    assert_eq!(again, seen, "the same plan is measured the same");
    assert_eq!(
        (seen.not_compared.as_deref(), seen.differences.len()),
        (Some("nothing to compare: paused and frozen"), 0),
        "what was not compared is not as before"
    );
}

#[tokio::test]
async fn prx_v08_prx_p05_an_upgrade_is_rehearsed_on_a_copy_and_leaves_every_slot_as_it_was() {
    let world = World::local();
    let first = world.plan("payrox.toml", None).await;
    assert_eq!(world.run(&first, Selection::All).await.outcome, Outcome::Complete);
    let second = world.plan("upgrade.toml", Some(&first)).await;
    let devnet = world.devnet.as_ref().unwrap();
    let sent = world.transactions();
    let seen = rehearsed(&second, Place::Fork(devnet)).await;
    assert!(seen.steps.iter().all(|s| s.failure.is_none()), "{:?}", seen.steps);
    assert_eq!(names(&seen, Part::WayBack), ["rollback"]);
    assert_eq!((seen.differences, seen.not_compared), (Vec::<String>::new(), None));
    // Nothing of it happened on the chain itself.
    assert_eq!(world.transactions(), sent);

    // Once it is live, the way back leads to what was before it: what is there now is not what that is compared with.
    assert_eq!(world.run(&second, Selection::All).await.outcome, Outcome::Complete);
    let seen = rehearsed(&second, Place::Fork(devnet)).await;
    assert!(seen.steps.iter().all(|s| s.failure.is_none()), "{:?}", seen.steps);
    let said = seen.not_compared.as_deref();
    assert_eq!((seen.differences.len(), said), (0, Some("nothing to compare: the plan was live already")));
}

#[tokio::test]
async fn prx_v08_a_way_back_that_leaves_a_slot_other_than_before_shows_the_slot() {
    let world = World::local();
    let first = world.plan("payrox.toml", None).await;
    assert_eq!(world.run(&first, Selection::All).await.outcome, Outcome::Complete);
    let mut second = world.plan("upgrade.toml", Some(&first)).await;
    let (to, data) = (second.addresses.router, [&Selector::of("setFee(uint16)").0[..], &word(7)].concat());
    let Inverse::Rollback { calls, .. } = &mut second.inverse else { panic!("no rollback") };
    calls.push(Call { sender: Sender::Owner, to, value: U256::ZERO, data: data.into() });
    let seen = rehearsed(&second, Place::Fork(world.devnet())).await;
    assert!(seen.steps.iter().all(|s| s.failure.is_none()), "{:?}", seen.steps);
    let [slot] = &seen.differences[..] else { panic!("{:?}", seen.differences) };
    assert!(slot.starts_with("slot 0x") && slot.ends_with(" of the router"), "{slot}");
    assert_eq!(seen.not_compared, None);
}

#[tokio::test]
async fn prx_v08_a_hotfix_of_a_paused_system_comes_back_to_the_pause_and_is_measured_without_it() {
    let world = World::local();
    let first = world.plan("payrox.toml", None).await;
    assert_eq!(world.run(&first, Selection::All).await.outcome, Outcome::Complete);
    let second = world.plan("upgrade.toml", Some(&first)).await;
    let devnet = world.devnet();
    let open = rehearsed(&second, Place::Fork(devnet)).await;
    let pause = Execution {
        to: TxKind::Call(second.addresses.dispatcher),
        value: U256::ZERO,
        data: Selector::of("pause()").0.to_vec().into(),
        gas: Gas(limits::TX_GAS),
    };
    devnet.execute(second.system.roles.guardians[0], pause).unwrap();
    let seen = rehearsed(&second, Place::Fork(devnet)).await;
    assert!(seen.steps.iter().all(|s| s.failure.is_none()), "{:?}", seen.steps);
    assert_eq!(names(&seen, Part::Exercise), STOPS);
    assert_eq!((seen.differences, seen.not_compared), (Vec::<String>::new(), None));
    assert!(seen.unpaused && !open.unpaused);
    assert_eq!(seen.routes, open.routes, "a closed route would take the gas of a refusal");
}

#[tokio::test]
async fn prx_v08_a_proof_that_the_contract_refuses_shows() {
    let world = World::local();
    let mut plan = world.plan("payrox.toml", None).await;
    let selector = plan.routes[7].selector;
    plan.proofs.get_mut(&selector).unwrap()[0].0[0] ^= 1;
    let seen = rehearsed(&plan, Place::Empty).await;
    assert_eq!(
        seen.proofs.iter().filter(|(_, accepted)| !**accepted).map(|(s, _)| *s).collect::<Vec<_>>(),
        [selector]
    );
}

#[tokio::test]
async fn prx_v08_a_step_that_reverts_is_told_with_its_reason_and_nothing_after_it_is_tried() {
    let world = World::local();
    let mut plan = world.plan("payrox.toml", None).await;
    let stage = plan.steps.iter_mut().find(|step| step.name == "stage").unwrap();
    // Another selector than stage's.
    let mut data = stage.call.as_ref().unwrap().data.to_vec();
    data[0] ^= 1;
    stage.call.as_mut().unwrap().data = data.into();
    let seen = rehearsed(&plan, Place::Empty).await;
    let failed: Vec<_> = seen.steps.iter().filter(|step| step.failure.is_some()).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!((failed[0].name.as_str(), failed[0].gas), ("stage", None));
    assert!(names(&seen, Part::Exercise).is_empty() && names(&seen, Part::WayBack).is_empty());
    assert_eq!(seen.root, None::<Root>);
}

#[tokio::test]
async fn prx_v08_a_guardian_who_has_no_power_is_found_before_he_is_needed() {
    let world = World::local();
    let mut plan = world.plan("payrox.toml", None).await;
    // The system is launched with one guardian; the plan's word about who it is, is another's.
    plan.system.roles.guardians = vec![alloy_primitives::Address::repeat_byte(7)];
    let seen = rehearsed(&plan, Place::Empty).await;
    let failed: Vec<_> =
        seen.of(Part::Exercise).filter(|s| s.failure.is_some()).map(|s| s.name.as_str()).collect();
    assert_eq!(failed, ["pause", "forbid", "freeze"]);
    // The way back needs the same people.
    assert!(seen.of(Part::WayBack).any(|step| step.failure.is_some()));
}

/// A seeded defect that only shows where something runs: `tests/defects/`.
#[tokio::test]
async fn prx_v11_an_initialiser_that_a_stranger_can_call_is_found_and_a_guarded_one_is_not() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/defects/rehearsed_initialiser_behind_an_empty_modifier");
    let project = Project::load(&folder.join("payrox.toml")).unwrap();
    let network = Network::find(&folder, "local").unwrap();
    let wanted: Vec<_> = project.facets.iter().map(|facet| facet.contract.to_string()).collect();
    let artifacts = ArtifactSet::read(&Source::at(&folder.join("out")), &wanted).unwrap();
    let release = ReleaseCode::from(payrox_artifacts::release());
    let chain = ChainSnapshot { chain_id: network.chain_id, ..ChainSnapshot::default() };
    let inputs = Inputs {
        project: &project,
        network: &network,
        artifacts: &artifacts,
        release: &release,
        chain: &chain,
        parent: None,
    };
    let sandbox = Sandbox::empty(network.chain_id);
    let PlanOutcome::Planned(plan) = payrox_plan::plan(inputs, &sandbox).unwrap() else { panic!("no plan") };
    let seen = rehearsed(&plan, Place::Empty).await;
    let strangers: Vec<_> =
        seen.strangers.iter().map(|(name, seen)| (name.as_str(), seen.through, seen.guarded)).collect();
    assert_eq!(strangers, [("initFee(uint256)", false, true), ("initialize(address)", true, false)]);
    let subject = Subject {
        project: &project,
        network: &network,
        artifacts: &artifacts,
        plan: &plan,
        release: &release,
        code: &plan.facets.iter().map(|f| (f.name.clone(), sandbox.code(f.address))).collect(),
        init: None,
        layouts: None,
        baseline: None,
        seen: &Seen { rehearsed: Some(seen), ..Seen::default() },
    };
    let report = run(&[Phase::Code], &subject);
    let found: Vec<_> = report.findings().map(|f| (f.code.0, f.subject.as_str())).collect();
    assert_eq!(found, [("PRX-VAL-209", "Facet.initialize(address)")]);
}
