//! Who holds which power.

use crate::world::World;
use alloy_primitives::Address;
use payrox_model::Verdict;
use payrox_validate::{OwnerSeen, PowersSeen};

/// A network of production whose owner is a Safe that two must sign for.
fn production() -> World {
    let mut world = World::clean();
    world.network.production = true;
    let address = world.plan.system.roles.owner;
    world.seen.owner = Some(OwnerSeen { address, is_contract: true, is_safe: true, threshold: Some(2) });
    world
}

fn owner(world: &World) -> String {
    format!("{}", world.plan.system.roles.owner)
}

#[test]
fn prx_v09_roles_as_production_wants_them_give_no_finding() {
    assert!(production().found().is_empty());
    assert_eq!(production().run().verdict(), Verdict::Pass);
}

#[test]
fn prx_v09_an_owner_of_one_key() {
    let mut world = production();
    let seen = world.seen.owner.as_mut().unwrap();
    (seen.is_contract, seen.is_safe, seen.threshold) = (false, false, None);
    assert_eq!(world.found(), [format!("PRX-VAL-070 {}", owner(&world))]);
    // A network may allow it, and then it must not want two signatures.
    world.network.policy.owner_is_contract = Some(false);
    assert_eq!(world.found(), [format!("PRX-VAL-071 {}", owner(&world))]);
    world.network.policy.min_threshold = Some(1);
    assert!(world.found().is_empty());
}

#[test]
fn prx_v09_a_safe_that_too_few_must_sign_for() {
    let mut world = production();
    world.seen.owner.as_mut().unwrap().threshold = Some(1);
    assert_eq!(world.found(), [format!("PRX-VAL-071 {}", owner(&world))]);
}

#[test]
fn prx_v09_an_owner_that_nobody_looked_at_or_that_is_no_safe_is_unknown() {
    let mut world = production();
    for threshold in [None, Some(2), Some(200)] {
        // Any contract can answer: only known code is a Safe.
        let seen = world.seen.owner.as_mut().unwrap();
        (seen.is_safe, seen.threshold) = (false, threshold);
        assert_eq!(world.found(), [format!("PRX-VAL-075 {}", owner(&world))]);
        assert_eq!(world.run().verdict(), Verdict::Unknown);
    }
    world.seen.owner = None;
    assert_eq!(world.run().verdict(), Verdict::Unknown);
    let mut world = production();
    world.seen.owner.as_mut().unwrap().address = alloy_primitives::Address::ZERO;
    assert_eq!(world.run().verdict(), Verdict::Unknown, "another account than the plan's owner");
}

#[test]
fn prx_v09_too_few_guardians() {
    let mut world = production();
    world.plan.system.roles.guardians.clear();
    assert_eq!(world.found(), ["PRX-VAL-072 guardians"]);
}

#[test]
fn prx_v09_a_guardian_in_another_role() {
    for role in 0..3 {
        let mut world = World::clean();
        let roles = &mut world.plan.system.roles;
        let other = [roles.owner, roles.bootstrapper, roles.operators[0]][role];
        roles.guardians = vec![other];
        assert_eq!(world.found(), [format!("PRX-VAL-073 {other}")]);
    }
}

#[test]
fn prx_v09_a_delay_out_of_bounds() {
    let mut world = production();
    world.plan.system.delay = 3_600;
    assert!(world.found().is_empty(), "an hour is enough where nothing else is said");
    world.plan.system.delay = 3_599;
    assert_eq!(world.found(), ["PRX-VAL-074 delay"]);
    world.plan.system.delay = 7_200;
    world.network.policy.max_delay = Some(7_199);
    assert_eq!(world.found(), ["PRX-VAL-074 delay"]);
}

/// The same, live: the chain has who the files name.
fn live() -> World {
    let mut world = production();
    let system = &world.plan.system;
    world.seen.powers = Some(PowersSeen {
        owner: system.roles.owner,
        offered: None,
        delay: system.delay,
        guardians: system.roles.guardians.iter().copied().collect(),
        operators: system.roles.operators.iter().copied().collect(),
        deaf: None,
    });
    world
}

#[test]
fn prx_v09_of_a_live_system_those_are_judged_who_hold_power_now() {
    assert!(live().found().is_empty());
    let stranger = Address::repeat_byte(0x66);
    let guardian = live().plan.system.roles.guardians[0];
    let with = |change: &dyn Fn(&mut PowersSeen)| {
        let mut world = live();
        change(world.seen.powers.as_mut().unwrap());
        world.seen.owner.as_mut().unwrap().address = world.seen.powers.as_ref().unwrap().owner;
        assert_eq!(world.run().verdict(), Verdict::Fail);
        world.found()
    };
    assert_eq!(with(&|seen| seen.owner = stranger), [format!("PRX-VAL-076 owner {stranger}")]);
    assert_eq!(
        with(&|seen| seen.offered = Some(stranger)),
        [format!("PRX-VAL-076 pending owner {stranger}")]
    );
    let removed = with(&|seen| seen.guardians.clear());
    assert_eq!(removed, [format!("PRX-VAL-076 guardian {guardian}"), "PRX-VAL-072 guardians".to_owned()]);
    let added = with(&|seen| {
        seen.operators.insert(stranger);
    });
    assert_eq!(added, [format!("PRX-VAL-076 operator {stranger}")]);
    let both = with(&|seen| {
        seen.operators.insert(guardian);
    });
    assert_eq!(both, [format!("PRX-VAL-076 operator {guardian}"), format!("PRX-VAL-073 {guardian}")]);
    assert_eq!(with(&|seen| seen.delay = 3_599), ["PRX-VAL-076 delay", "PRX-VAL-074 delay"]);
}

#[test]
fn prx_v09_the_policy_is_about_the_owner_of_now() {
    let mut world = live();
    let stranger = Address::repeat_byte(0x66);
    world.seen.powers.as_mut().unwrap().owner = stranger;
    assert_eq!(world.run().verdict(), Verdict::Fail, "nobody looked at what that one is");
    world.seen.owner.as_mut().unwrap().address = stranger;
    world.seen.owner.as_mut().unwrap().threshold = Some(1);
    let owner = [format!("PRX-VAL-071 {stranger}"), format!("PRX-VAL-076 owner {stranger}")];
    assert_eq!(world.found(), owner);
}

#[test]
fn prx_v09_where_the_logs_cannot_be_read_it_is_unknown_who_else_holds_power() {
    let mut world = live();
    world.seen.powers.as_mut().unwrap().deaf = Some("the range is too large".into());
    assert_eq!(world.found(), ["PRX-VAL-077 guardians and operators"]);
    assert_eq!(world.run().verdict(), Verdict::Unknown);
}
