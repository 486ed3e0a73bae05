//! Proofs, gas, the way back, the rehearsal.

use crate::{
    reports::{judged, runs},
    world::World,
};
use payrox_model::{Gas, Selector, Verdict, limits};
use payrox_validate::{Part, Phase, RouteGas, not_measured};

#[test]
fn prx_v07_a_proof_that_does_not_lead_to_the_root_or_is_not_there() {
    let mut world = World::clean();
    let route = world.plan.routes[9].clone();
    let name = format!("PRX-VAL-050 {}.{}", route.facet, route.signature);
    world.plan.proofs.get_mut(&route.selector).unwrap()[0].0[31] ^= 1;
    assert_eq!(world.found(), std::slice::from_ref(&name));
    world.plan.proofs.remove(&route.selector);
    assert_eq!(world.found(), [name]);
}

#[test]
fn prx_v07_a_root_that_its_manifest_does_not_give() {
    let mut world = World::clean();
    world.plan.onchain.root.0.0[0] ^= 1;
    assert_eq!(world.found(), ["PRX-VAL-051 onchain.root"]);
}

#[test]
fn prx_v07_a_proof_that_the_contract_refuses_and_a_root_that_it_does_not_compute() {
    let mut world = World::clean();
    let route = world.plan.routes[9].clone();
    world.rehearsed().proofs.insert(route.selector, false);
    assert_eq!(world.found(), [format!("PRX-VAL-052 {}.{}", route.facet, route.signature)]);
    let mut world = World::clean();
    world.rehearsed().root.as_mut().unwrap().0.0[0] ^= 1;
    assert_eq!(world.found(), ["PRX-VAL-052 root"]);
    let mut world = World::clean();
    world.rehearsed().proofs.remove(&route.selector);
    assert_eq!(world.found().len(), 1, "what the contract was not asked about it did not accept");
}

fn dearer(hundredths: u64) -> Vec<String> {
    let mut world = World::clean();
    let selector = Selector::of("fee()");
    let snapshot = world.seen.gas_snapshot.as_mut().unwrap();
    snapshot.routes.get_mut("fee()").unwrap().gas = Gas(10_000);
    world.rehearsed().routes.get_mut(&selector).unwrap().gas = Gas(100 * hundredths);
    world.found()
}

#[test]
fn prx_v09_a_route_that_takes_twelve_hundredths_more_gas_is_found_and_ten_are_allowed() {
    assert_eq!(dearer(112), ["PRX-VAL-060 Payments.fee()"]);
    assert!(dearer(110).is_empty());
    assert!(dearer(50).is_empty());
}

#[test]
fn prx_v09_a_route_that_was_not_measured_leaves_the_gas_unknown_and_is_named() {
    let gas = |world: &World| payrox_validate::run(&[Phase::Gas], &world.subject()).checks.remove(0);
    let mut world = World::clean();
    let all = world.rehearsed().clone();
    assert_eq!((gas(&world).verdict, not_measured(&world.plan, &all)), (Verdict::Pass, String::new()));
    world.rehearsed().routes.remove(&Selector::of("fee()"));
    let check = gas(&world);
    assert_eq!(check.verdict, Verdict::Unknown);
    assert!(check.summary.contains("1 route not measured, for the router refuses it: fee()"), "{check:?}");
    // A rehearsal that failed before says where.
    world.rehearsed().routes.clear();
    world.rehearsed().steps[1].failure = Some("it reverts".into());
    let name = world.rehearsed().steps[1].name.clone();
    let why = gas(&world).summary;
    assert_eq!(why, format!("nothing was measured: {name} fails, it reverts"));
}

#[test]
fn prx_v09_the_threshold_is_the_projects() {
    let mut world = World::clean();
    world.project.policy.gas_threshold.value = 0;
    assert!(world.found().is_empty());
    world.rehearsed().routes.get_mut(&Selector::of("fee()")).unwrap().gas.0 += 1;
    assert_eq!(world.found(), ["PRX-VAL-060 Payments.fee()"]);
}

#[test]
fn prx_v09_a_route_without_a_figure_is_a_warning_and_no_snapshot_is_unknown() {
    let mut world = World::clean();
    world.seen.gas_snapshot.as_mut().unwrap().routes.remove("fee()");
    assert_eq!(world.found(), ["PRX-VAL-061 Payments.fee()"]);
    assert_eq!(world.run().verdict(), Verdict::Pass);
    world.seen.gas_snapshot = None;
    assert_eq!(world.run().verdict(), Verdict::Unknown);
}

#[test]
fn prx_v09_a_route_that_takes_more_than_in_the_deployed_release() {
    let mut world = World::clean();
    let selector = Selector::of("fee()");
    let now = world.rehearsed().routes[&selector].gas;
    world.deploy().gas.insert(selector, Gas(now.0 * 100 / 112));
    assert_eq!(world.found(), ["PRX-VAL-062 Payments.fee()"]);
}

#[test]
fn prx_p05_a_way_back_that_takes_too_much_fails_or_leaves_something() {
    let change = |change: &dyn Fn(&mut payrox_validate::Rehearsed)| {
        let mut world = World::clean();
        change(world.rehearsed());
        world.found()
    };
    let last = |seen: &mut payrox_validate::Rehearsed| seen.steps.len() - 1;
    let found = change(&|seen| {
        let at = last(seen);
        seen.steps[at].gas = Some(Gas(limits::TX_GAS + 1));
    });
    assert_eq!(found, ["PRX-VAL-080 freeze (way back)"]);
    let found = change(&|seen| {
        let at = last(seen);
        (seen.steps[at].gas, seen.steps[at].failure) = (None, Some("it reverts: no".into()));
    });
    assert_eq!(found, ["PRX-VAL-081 freeze (way back)"]);
    let found = change(&|seen| seen.differences.push("slot 0x07 of the router".into()));
    assert_eq!(found, ["PRX-VAL-082 slot 0x07 of the router"]);
    let mut world = World::clean();
    world.plan.onchain.floor = 1;
    assert_eq!(world.found(), ["PRX-VAL-083 floor"], "a raised floor takes the way back away");
}

#[test]
fn prx_v08_a_step_that_fails_and_a_stop_that_does_not_stop() {
    let mut world = World::clean();
    let step = world.rehearsed().steps.iter_mut().find(|s| s.name == "stage").unwrap();
    (step.gas, step.failure) = (None, Some("it reverts: \u{1b}[2J".into()));
    assert_eq!(world.found(), ["PRX-VAL-090 stage"]);
    assert!(world.run().findings().all(|finding| !finding.evidence.contains('\u{1b}')));
    let mut world = World::clean();
    let step = world.rehearsed().steps.iter_mut().find(|s| s.part == Part::Exercise).unwrap();
    step.failure = Some("closed routes answer while it is paused".into());
    assert_eq!(world.found(), ["PRX-VAL-091 pause"]);
}

#[test]
fn prx_v09_a_route_that_refuses_what_it_took_or_that_nobody_measured_is_found() {
    let mut world = World::clean();
    let fee = Selector::of("fee()");
    let seen = world.rehearsed().routes.get_mut(&fee).unwrap();
    (seen.gas, seen.returns) = (Gas(5_370), false);
    assert_eq!(world.found(), ["PRX-VAL-063 Payments.fee()"]);
    // One that refused already is compared as before.
    world.seen.gas_snapshot.as_mut().unwrap().routes.get_mut("fee()").unwrap().returns = false;
    assert!(world.found().is_empty());
    // One that refused and returns now cannot be compared: to return takes more than to refuse.
    let seen = world.rehearsed().routes.get_mut(&fee).unwrap();
    (seen.gas, seen.returns) = (Gas(1_000_000), true);
    assert_eq!(world.found(), ["PRX-VAL-061 Payments.fee()"]);
    assert_eq!(world.run().verdict(), Verdict::Pass);
    let row = judged(&world, &runs(&world)).gas.into_iter().find(|row| row.function == "fee()").unwrap();
    assert_eq!((row.snapshot, row.returns), (None, true), "the table shows no change either");
    world.seen.update = "payrox validate --phase gas --update-gas-snapshot --config next.toml".into();
    let report = world.run();
    let hint = report.findings().next().unwrap().hint.as_deref();
    assert!(hint.is_some_and(|hint| hint.contains("--config next.toml")), "{hint:?}");
    world.rehearsed().routes.remove(&fee);
    assert_eq!(world.found(), ["PRX-VAL-064 Payments.fee()"]);
    assert_eq!(world.run().verdict(), Verdict::Unknown);
}

#[test]
fn prx_v09_gas_is_held_against_the_deployed_release_where_both_returned_or_both_refused() {
    let mut world = World::clean();
    let seen = world.rehearsed();
    let [one, other, third] = std::array::from_fn(|n| *seen.routes.keys().nth(n).unwrap());
    let gas = |gas, returns| RouteGas { gas: Gas(gas), returns };
    seen.routes.extend([(one, gas(9, true)), (other, gas(9, false)), (third, gas(9, true))]);
    seen.deployed = [(one, gas(1, true)), (other, gas(2, false)), (third, gas(3, false))].into();
    assert_eq!(seen.deployed_gas(), [(one, Gas(1)), (other, Gas(2))].into());
}
