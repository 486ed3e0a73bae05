//! C: nobody comes back into the router while it is at work.

use super::{
    Run, fixture,
    world::{Refusal, World, holds, refused},
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue as _, sol};
use payrox_model::{Selector, abi::IPayRoxRouter as Router};

pub(crate) const CHECKS: [(&str, Run); 9] = [
    ("a withdrawal cannot be repeated from inside itself", same_route),
    ("no other locked route opens from inside one", other_route),
    ("nor a cold one", cold_route),
    ("nor through a batch", through_batch),
    ("a view that reads the books refuses while they are open", read_only),
    ("a route exempted from the lock answers", exempted),
    ("a system that calls itself goes on, and its lock holds", self_call),
    ("the lock is free after a call", free_after),
    ("the lock is free after a revert", free_after_revert),
];

sol! {
    interface Vault {
        function deposit() external payable;
        function withdraw() external;
        function ping() external;
        function coldPing() external;
        function openPing() external;
        function fail() external;
        function pingSelfThen(address stranger, bytes data) external;
        function pings() external view returns (uint256);
        function balanceOf(address account) external view returns (uint256);
        function total() external view returns (uint256);
    }
    interface Attacker {
        function attack(bytes first, bytes second) external payable;
        function cameBack() external view returns (bool);
        function succeeded() external view returns (bool);
        function answer() external view returns (bytes);
    }
}

/// What the attacker saw when it came back.
struct Attack {
    succeeded: bool,
    answer: Bytes,
}

/// An attacker with a deposit, in a live system where another has a deposit too.
fn attacker(world: &World) -> Result<Address, String> {
    world.live()?;
    let at = world.create(fixture::artifact(fixture::ATTACKER)?, world.router().abi_encode().into())?;
    let deposit = Vault::depositCall {}.abi_encode();
    world.send_value(world.owner(), world.router(), U256::from(1_000), deposit.clone().into())?;
    let call = Attacker::attackCall { first: deposit.into(), second: Bytes::new() };
    world.send_value(world.stranger(), at, U256::from(10), call.abi_encode().into())?;
    Ok(at)
}

fn attack(world: &World, at: Address, first: Vec<u8>, second: Vec<u8>) -> Result<Attack, String> {
    let call = Attacker::attackCall { first: first.into(), second: second.into() };
    world.send(world.stranger(), at, &call)?;
    holds("the attacker was never called", world.view(at, &Attacker::cameBackCall {})?)?;
    Ok(Attack {
        succeeded: world.view(at, &Attacker::succeededCall {})?,
        answer: world.view(at, &Attacker::answerCall {})?,
    })
}

/// Withdraws, and comes back with a call that must be refused as a re-entrance.
fn kept_out(world: &World, second: Vec<u8>) -> Result<(), String> {
    let at = attacker(world)?;
    let seen = attack(world, at, Vault::withdrawCall {}.abi_encode(), second)?;
    holds("the attacker came in", !seen.succeeded)?;
    let reentered = seen.answer.get(..4) == Some(&Selector::of("Reentered(bytes4)").0);
    holds(&format!("the attacker was refused with {}", seen.answer), reentered)?;
    let left = world.chain.balance(world.router());
    holds(&format!("the router has {left} wei where 1,000 belong to another"), left == U256::from(1_000))
}

fn same_route(world: &World) -> Result<(), String> {
    kept_out(world, Vault::withdrawCall {}.abi_encode())
}

fn other_route(world: &World) -> Result<(), String> {
    kept_out(world, Vault::pingCall {}.abi_encode())
}

fn cold_route(world: &World) -> Result<(), String> {
    kept_out(world, Vault::coldPingCall {}.abi_encode())
}

fn through_batch(world: &World) -> Result<(), String> {
    kept_out(
        world,
        Router::batchCall { calls: vec![Vault::withdrawCall {}.abi_encode().into()] }.abi_encode(),
    )
}

fn read_only(world: &World) -> Result<(), String> {
    kept_out(world, Vault::totalCall {}.abi_encode())?;
    let total = world.view(world.router(), &Vault::totalCall {})?;
    holds(&format!("the view answers {total} afterwards"), total == U256::from(1_000))
}

fn exempted(world: &World) -> Result<(), String> {
    let at = attacker(world)?;
    let seen = attack(world, at, Vault::withdrawCall {}.abi_encode(), Vault::openPingCall {}.abi_encode())?;
    holds("a route without the lock was refused", seen.succeeded)?;
    holds("it did nothing", pings(world)? == U256::from(1))
}

fn self_call(world: &World) -> Result<(), String> {
    let at = attacker(world)?;
    let first = Vault::pingSelfThenCall { stranger: at, data: Bytes::new() }.abi_encode();
    let seen = attack(world, at, first, Vault::pingCall {}.abi_encode())?;
    holds("the inner call released the lock", !seen.succeeded)?;
    holds("the system could not call itself", pings(world)? == U256::from(1))
}

fn free_after(world: &World) -> Result<(), String> {
    world.live()?;
    for _ in 0..2 {
        world.send(world.stranger(), world.router(), &Vault::pingCall {})?;
    }
    let calls = vec![Vault::pingCall {}.abi_encode().into(); 2];
    world.send(world.stranger(), world.router(), &Router::batchCall { calls })?;
    holds("a call was lost", pings(world)? == U256::from(4))
}

fn free_after_revert(world: &World) -> Result<(), String> {
    let at = attacker(world)?;
    refused(
        "a call that fails",
        world.send(world.stranger(), world.router(), &Vault::failCall {}),
        "NotPaid()",
    )?;
    // The locked call succeeds after an attack that was refused inside it.
    attack(world, at, Vault::withdrawCall {}.abi_encode(), Vault::withdrawCall {}.abi_encode())?;
    world.send(world.stranger(), world.router(), &Vault::pingCall {})?;
    holds("the books are wrong", world.view(world.router(), &Vault::balanceOfCall { account: at })?.is_zero())
}

fn pings(world: &World) -> Result<U256, Refusal> {
    world.view(world.router(), &Vault::pingsCall {})
}
