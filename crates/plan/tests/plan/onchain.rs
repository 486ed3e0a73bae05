//! What the planner predicts is what the contracts compute and create.

use crate::{
    example::{Chain, Example, release_code},
    fixture::expect,
};
use alloy_primitives::Address;
use payrox_model::{
    ChainId, ChainSnapshot, CodeHash, Epoch, Manifest, RouteFlags,
    abi::{
        IDeterministicChunkFactory as F, IManifestDispatcher as D, IPayRoxLauncher as L, IPayRoxRouter as R,
    },
};
use payrox_plan::{
    Change, Effect, Inverse, OnchainPlan, Parent, Plan, PlanOutcome, Standing, address, plan_id,
};
use proptest::prelude::*;
use std::sync::LazyLock;

pub(crate) static FIRST: LazyLock<Plan> = LazyLock::new(|| {
    let empty = ChainSnapshot { chain_id: ChainId(31_338), ..ChainSnapshot::default() };
    expect(Example::open("payrox.toml").plan(&empty, None))
});

/// Sends every step of a plan that is not true yet, and demands that it is true afterwards.
fn run(chain: &Chain, plan: &Plan) {
    for step in &plan.steps {
        let code = |address, hash| CodeHash::of(&chain.0.code(address)) == hash;
        let holds = || match &step.effect {
            Effect::Code { address, code_hash } => code(*address, *code_hash),
            Effect::System { dispatcher_code_hash, router_code_hash } => {
                code(plan.addresses.dispatcher, *dispatcher_code_hash)
                    && code(plan.addresses.router, *router_code_hash)
            }
            Effect::Staged => {
                chain.view(plan.addresses.dispatcher, &D::pendingCall {}).planId == plan.plan_id.0
            }
            Effect::Active => {
                chain.view(plan.addresses.dispatcher, &D::activeCall {}).planId == plan.plan_id.0
            }
            Effect::Cut { .. } => unreachable!("it is no plan for a diamond"),
        };
        if holds() {
            continue;
        }
        if step.effect == Effect::Active && plan.epoch.0 > 1 {
            let eta = chain.view(plan.addresses.dispatcher, &D::pendingCall {}).eta;
            chain.0.set_next_timestamp(eta).unwrap();
        }
        assert!(chain.send(step.call.as_ref().unwrap()), "{}", step.name);
        assert!(holds(), "{}", step.name);
    }
}

pub(crate) fn live() -> Chain {
    let chain = Chain::new();
    run(&chain, &FIRST);
    chain
}

#[test]
fn prx_d04_the_example_has_13_facets_71_routes_and_names_for_all() {
    let plan = &*FIRST;
    assert_eq!((plan.facets.len(), plan.selectors.len(), plan.codehashes.len()), (13, 71, 13));
    let json: serde_json::Value = serde_json::from_str(&plan.to_json().unwrap()).unwrap();
    let names = json["facets"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap());
    assert!(names.clone().all(|n| n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')));
    assert_eq!(names.count(), 13);
    let empty = ChainSnapshot { chain_id: ChainId(31_338), ..ChainSnapshot::default() };
    assert_eq!(
        expect(Example::open("payrox.toml").plan(&empty, None)).to_json().unwrap(),
        plan.to_json().unwrap()
    );
    assert_eq!(plan.unlocked.len(), 1, "{:?}", plan.unlocked);
    plan.check().unwrap();
    plan.check_release(&release_code()).unwrap();
}

#[test]
fn prx_d01_prx_v07_prx_h23_a_run_creates_what_was_predicted_and_every_leaf_proves_on_chain() {
    let (chain, plan) = (live(), &*FIRST);
    let a = plan.addresses;
    let config = address::system_config(&plan.system);
    let predicted = chain.view(a.launcher, &L::predictCall { config });
    assert_eq!((predicted.dispatcher, predicted.router), (a.dispatcher, a.router));
    let chunk = chain.view(a.factory, &F::predictCall { data: plan.manifest.bytes.clone() });
    assert_eq!(chunk.chunk, plan.manifest.address);
    assert_eq!(chain.view(a.factory, &F::readCall { chunk: chunk.chunk }), plan.manifest.bytes);
    assert_eq!(chain.view(a.dispatcher, &D::activeCall {}).root, plan.root.0);
    assert_eq!(chain.view(a.router, &R::ownerCall {}), plan.system.roles.owner);

    let manifest = Manifest::decode(&plan.manifest.bytes).unwrap();
    for (i, leaf) in manifest.leaves().enumerate() {
        let verify = |code_hash: CodeHash| D::verifyRouteCall {
            selector: leaf.selector.0.into(),
            facet: leaf.facet,
            codeHash: code_hash.0,
            flags: leaf.flags.0,
            index: alloy_primitives::U256::from(i),
            proof: plan.proofs[&leaf.selector].clone(),
        };
        assert!(chain.view(a.dispatcher, &verify(leaf.code_hash)), "{}", leaf.selector);
        assert!(!chain.view(a.dispatcher, &verify(CodeHash::ZERO)), "{}", leaf.selector);
        if !leaf.flags.contains(RouteFlags::RECEIVE) {
            assert_eq!(CodeHash::of(&chain.0.code(leaf.facet)), leaf.code_hash);
        }
    }
    assert!(chain.view(a.dispatcher, &D::verifySystemIntegrityCall {}));
}

#[test]
fn prx_d04_prx_d08_after_apply_there_is_nothing_to_plan_and_an_upgrade_rolls_back() {
    let (chain, first) = (live(), &*FIRST);
    let dispatcher = first.addresses.dispatcher;
    let snapshot = || chain.snapshot(first.chain_id, dispatcher);
    assert_eq!(first.standing(&snapshot()), Ok(Standing::Active));
    let again = Example::open("payrox.toml").plan(&snapshot(), None).unwrap();
    assert!(
        matches!(again, PlanOutcome::NoChanges { epoch: Epoch(1), plan_id, .. } if plan_id == first.plan_id)
    );

    let parent = Parent::from(first);
    let upgrade = expect(Example::open("upgrade.toml").plan(&snapshot(), Some(&parent)));
    upgrade.check().unwrap();
    assert!(
        upgrade.changes.iter().any(
            |c| matches!(c, Change::Replaced { from, to, .. } if from == "Payments" && to == "Payments")
        )
    );
    assert_eq!(upgrade.standing(&snapshot()), Ok(Standing::Ready));
    run(&chain, &upgrade);
    assert_eq!(chain.view(dispatcher, &D::activeCall {}).epoch, 2);
    assert_eq!(upgrade.parent_onchain(), Some(first.onchain.clone()));
    assert_eq!((first.floor_raised_from(), upgrade.floor_raised_from()), (None, None));
    for (floor, kept) in [(1, true), (2, false)] {
        let mut raised = upgrade.clone();
        raised.onchain.floor = floor;
        assert_eq!(raised.floor_raised_from(), Some(0));
        let why = raised.check().unwrap_err().to_string();
        assert_eq!(why.contains("`onchain.floor`"), !kept, "epoch 1 is below the floor of epoch 2: {why}");
    }
    assert!(first.standing(&snapshot()).is_err());

    let Inverse::Rollback { calls, .. } = &upgrade.inverse else { panic!("{:?}", upgrade.inverse) };
    assert!(chain.send(&calls[0]));
    let active = chain.view(dispatcher, &D::activeCall {});
    assert_eq!((active.epoch, active.manifest, active.root), (3, first.manifest.address, first.root.0));
    // The first release is live again, under a new epoch: nothing to plan, and a new upgrade has it as its parent.
    let served = Example::open("payrox.toml").plan(&snapshot(), None).unwrap();
    assert!(matches!(served, PlanOutcome::NoChanges { epoch: Epoch(3), .. }));
    let next = expect(Example::open("upgrade.toml").plan(&snapshot(), Some(&parent)));
    assert_eq!((next.epoch, next.parent), (Epoch(4), first.plan_id));
    run(&chain, &next);
    let Inverse::Rollback { calls, .. } = &next.inverse else { panic!("{:?}", next.inverse) };
    assert!(chain.send(&calls[0]));
}

#[test]
fn prx_p05_the_first_inverse_pauses_and_freezes() {
    let (chain, plan) = (live(), &*FIRST);
    let Inverse::PauseAndFreeze { calls } = &plan.inverse else { panic!("{:?}", plan.inverse) };
    assert!(calls.iter().all(|call| chain.send(call)));
    let status = chain.view(plan.addresses.dispatcher, &D::statusCall {});
    assert!(status.paused && status.frozen);
}

static LIVE: LazyLock<std::sync::Mutex<Chain>> = LazyLock::new(|| std::sync::Mutex::new(live()));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn prx_h23_a_plan_id_is_the_one_that_the_dispatcher_computes(
        (router, manifest, target) in any::<([u8; 20], [u8; 20], [u8; 20])>(),
        (parent, root, code, data) in any::<([u8; 32], [u8; 32], [u8; 32], [u8; 32])>(),
        (epoch, not_before, floor, routes, window, undo_for) in any::<(u64, u64, u64, u16, u32, u32)>(),
    ) {
        let plan = OnchainPlan {
            router: router.into(),
            epoch,
            parent: payrox_model::PlanId(parent.into()),
            manifest: manifest.into(),
            root: payrox_model::Root(root.into()),
            routes,
            init_target: target.into(),
            init_code_hash: CodeHash(code.into()),
            init_data_hash: data.into(),
            not_before,
            window,
            undo_for,
            floor,
        };
        let dispatcher = FIRST.addresses.dispatcher;
        let id = LIVE.lock().unwrap().view(dispatcher, &D::planIdCall { plan: (&plan).into() });
        prop_assert_eq!(plan_id(FIRST.chain_id, dispatcher, &plan).0, id);
    }

    #[test]
    fn prx_c26_systems_and_chunks_are_where_the_contracts_predict_them(
        name in "[A-Za-z_][A-Za-z0-9_]{0,31}",
        (owner, bootstrapper, proxy) in any::<([u8; 20], [u8; 20], [u8; 20])>(),
        guardians in proptest::collection::vec(any::<[u8; 20]>(), 0..4),
        operators in proptest::collection::vec(any::<[u8; 20]>(), 0..4),
        delay in any::<u32>(),
        adopted in any::<bool>(),
        data in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut system = FIRST.system.clone();
        system.name = name.parse().unwrap();
        system.roles.owner = owner.into();
        system.roles.bootstrapper = bootstrapper.into();
        system.roles.guardians = guardians.into_iter().map(Address::from).collect();
        system.roles.operators = operators.into_iter().map(Address::from).collect();
        system.delay = delay;
        system.proxy = if adopted { proxy.into() } else { Address::ZERO };
        let config = address::system_config(&system);
        let chain = LIVE.lock().unwrap();
        let expected = chain.view(FIRST.addresses.launcher, &L::predictCall { config });
        let found = address::predict(&release_code(), &system);
        prop_assert_eq!((found.dispatcher, found.router), (expected.dispatcher, expected.router));
        let factory = FIRST.addresses.factory;
        let chunk = chain.view(factory, &F::predictCall { data: data.clone().into() }).chunk;
        prop_assert_eq!(address::chunk(factory, &data), chunk);
    }
}
