//! A: the dispatcher's life cycle.

use super::{
    Run,
    world::{World, holds, refused},
};
use alloy_sol_types::sol;
use payrox_model::{Selector, abi::IManifestDispatcher as Dispatcher};

pub(crate) const CHECKS: [(&str, Run); 12] = [
    ("a system is initialised once, by its launch", initialised_once),
    ("only owner and bootstrapper stage", strangers_do_not_stage),
    ("the bootstrapper makes epoch 1 live at once, and nothing after", bootstrapper_once),
    ("nothing staged is served", staged_is_not_served),
    ("a plan is active from its eta, not a second before", not_before_eta),
    ("a plan expires with its window", expires),
    ("another plan than the staged one is refused", other_plan),
    ("a cancelled plan cannot be activated", cancelled),
    ("pause stops calls, unpause starts them, by the right roles", pausing),
    ("frozen, nothing is staged and rollback works", freezing),
    ("a forbidden function is closed and opens again", forbidding),
    ("rollback restores the earlier routes as a new epoch", rolling_back),
];

sol! {
    function initialize() external returns (address);
    function ping() external;
}

fn initialised_once(world: &World) -> Result<(), String> {
    for (what, at) in
        [("the system", world.dispatcher()), ("the implementation", world.plan.addresses.implementation)]
    {
        let again = world.send(world.stranger(), at, &initializeCall {});
        refused(&format!("initialize() of {what}"), again, "AlreadyInitialized()")?;
    }
    holds("the owner is another", world.view(world.dispatcher(), &Dispatcher::ownerCall {})? == world.owner())
}

fn strangers_do_not_stage(world: &World) -> Result<(), String> {
    for who in [world.stranger(), world.guardian()] {
        refused("stage", world.stage(who, &world.first()), "Unauthorized(address)")?;
    }
    Ok(())
}

fn bootstrapper_once(world: &World) -> Result<(), String> {
    world.live()?;
    holds("epoch 1 is not active", world.epoch()? == 1)?;
    let next = world.without("ping()")?;
    refused("the bootstrapper's second stage", world.stage(world.operator(), &next), "Unauthorized(address)")
}

fn staged_is_not_served(world: &World) -> Result<(), String> {
    world.stage(world.operator(), &world.first())?;
    holds("the loupe reports a staged route", !world.serves("ping()")?)?;
    refused("a staged route", world.send(world.stranger(), world.router(), &pingCall {}), "NoRoute(bytes4)")
}

fn not_before_eta(world: &World) -> Result<(), String> {
    world.live()?;
    let next = world.without("ping()")?;
    world.stage(world.owner(), &next)?;
    let eta = world.eta()?;
    world.at(eta - 1)?;
    refused(
        "activation a second before eta",
        world.activate(world.operator(), &next),
        "TooEarly(uint256,uint256)",
    )?;
    world.at(eta)?;
    world.activate(world.operator(), &next)?;
    holds("epoch 2 is not active", world.epoch()? == 2)?;
    holds("a removed route is still reported", !world.serves("ping()")?)?;
    refused("a removed route", world.send(world.stranger(), world.router(), &pingCall {}), "NoRoute(bytes4)")
}

fn expires(world: &World) -> Result<(), String> {
    world.live()?;
    let next = world.without("ping()")?;
    world.stage(world.owner(), &next)?;
    world.at(world.eta()? + u64::from(next.window) + 1)?;
    refused(
        "activation after the window",
        world.activate(world.operator(), &next),
        "Expired(uint256,uint256)",
    )
}

fn other_plan(world: &World) -> Result<(), String> {
    let mut other = world.first();
    world.stage(world.operator(), &other)?;
    other.undoFor += 1;
    refused("another plan", world.activate(world.operator(), &other), "WrongPlan(bytes32,bytes32)")
}

fn cancelled(world: &World) -> Result<(), String> {
    world.live()?;
    let next = world.without("ping()")?;
    world.stage(world.owner(), &next)?;
    let plan_id = world.view(world.dispatcher(), &Dispatcher::pendingCall {})?.planId;
    world.send(world.guardian(), world.dispatcher(), &Dispatcher::cancelCall { planId: plan_id })?;
    world.pass(u64::from(world.plan.system.delay) + 1)?;
    refused("a cancelled plan", world.activate(world.operator(), &next), "NothingPending()")
}

fn pausing(world: &World) -> Result<(), String> {
    world.live()?;
    let (at, router) = (world.dispatcher(), world.router());
    let stranger = world.send(world.stranger(), at, &Dispatcher::pauseCall {});
    refused("a stranger's pause", stranger, "Unauthorized(address)")?;
    world.send(world.guardian(), at, &Dispatcher::pauseCall {})?;
    refused(
        "a call while paused",
        world.send(world.stranger(), router, &pingCall {}),
        "RoutePaused(bytes4)",
    )?;
    let guardian = world.send(world.guardian(), at, &Dispatcher::unpauseCall {});
    refused("a guardian's unpause", guardian, "Unauthorized(address)")?;
    world.send(world.owner(), at, &Dispatcher::unpauseCall {})?;
    world.send(world.stranger(), router, &pingCall {})?;
    Ok(())
}

fn freezing(world: &World) -> Result<(), String> {
    world.live()?;
    let next = world.without("ping()")?;
    world.stage(world.owner(), &next)?;
    world.at(world.eta()?)?;
    world.activate(world.operator(), &next)?;
    world.send(world.guardian(), world.dispatcher(), &Dispatcher::freezeCall {})?;
    let another = world.without("openPing()")?;
    refused("stage while frozen", world.stage(world.owner(), &another), "SystemFrozen()")?;
    let back = Dispatcher::rollbackCall { expectedEpoch: 2, targetEpoch: 1, target: world.first() };
    world.send(world.owner(), world.dispatcher(), &back)?;
    holds("rollback while frozen brought nothing back", world.serves("ping()")?)
}

fn forbidding(world: &World) -> Result<(), String> {
    world.live()?;
    let (at, router) = (world.dispatcher(), world.router());
    let selectors = vec![Selector::of("ping()").0.into()];
    world.send(world.guardian(), at, &Dispatcher::forbidCall { selectors: selectors.clone() })?;
    refused(
        "a forbidden call",
        world.send(world.stranger(), router, &pingCall {}),
        "RouteForbidden(bytes4)",
    )?;
    let guardian = world.send(world.guardian(), at, &Dispatcher::allowCall { selectors: selectors.clone() });
    refused("a guardian's allow", guardian, "Unauthorized(address)")?;
    world.send(world.owner(), at, &Dispatcher::allowCall { selectors })?;
    world.send(world.stranger(), router, &pingCall {})?;
    Ok(())
}

fn rolling_back(world: &World) -> Result<(), String> {
    world.live()?;
    let next = world.without("ping()")?;
    world.stage(world.owner(), &next)?;
    world.at(world.eta()?)?;
    world.activate(world.operator(), &next)?;
    let back = Dispatcher::rollbackCall { expectedEpoch: 2, targetEpoch: 1, target: world.first() };
    let operator = world.send(world.operator(), world.dispatcher(), &back);
    refused("an operator's rollback", operator, "Unauthorized(address)")?;
    world.send(world.owner(), world.dispatcher(), &back)?;
    let active = world.view(world.dispatcher(), &Dispatcher::activeCall {})?;
    holds("rollback is no new epoch", active.epoch == 3)?;
    holds("rollback has another root", active.root == world.plan.root.0)?;
    world.send(world.stranger(), world.router(), &pingCall {})?;
    holds("integrity is denied", world.view(world.dispatcher(), &Dispatcher::verifySystemIntegrityCall {})?)
}
