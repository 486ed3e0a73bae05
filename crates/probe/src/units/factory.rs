//! B: the factory gives the same answer twice.

use super::{
    Run, fixture,
    world::{World, holds, refused},
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use payrox_model::abi::IDeterministicChunkFactory as Factory;

pub(crate) const CHECKS: [(&str, Run); 9] = [
    ("data of every boundary length reads back", round_trip),
    ("the same data is one chunk, written once", staged_once),
    ("data beyond the limit is refused", too_large),
    ("a chunk cannot be called to any effect", inert),
    ("a deployment lands where it was predicted, for whoever sends it", predicted),
    ("the same deployment twice is one contract and one event", deployed_once),
    ("another code hash than expected is refused", wrong_hash),
    ("a constructor's reason is passed on", bubbled),
    ("value for what exists already is refused", value_for_existing),
];

fn stage(world: &World, who: Address, data: &Bytes) -> Result<usize, String> {
    let receipt = world.send(who, world.factory(), &Factory::stageCall { data: data.clone() })?;
    Ok(receipt.logs.len())
}

fn round_trip(world: &World) -> Result<(), String> {
    for (length, first) in [(0, 0), (1, 0xef), (32, 0xff), (24_575, 0x60)] {
        let data = Bytes::from(vec![first; length]);
        stage(world, world.stranger(), &data)?;
        let predicted = world.view(world.factory(), &Factory::predictCall { data: data.clone() })?;
        let read = world.view(world.factory(), &Factory::readCall { chunk: predicted.chunk })?;
        holds(&format!("{length} bytes do not read back"), read == data)?;
        let exists = world.view(world.factory(), &Factory::existsCall { hash: predicted.hash })?;
        holds(&format!("{length} bytes are said not to exist"), exists)?;
    }
    Ok(())
}

fn staged_once(world: &World) -> Result<(), String> {
    let data = Bytes::from_static(b"the same");
    let first = stage(world, world.stranger(), &data)?;
    let second = stage(world, world.owner(), &data)?;
    holds(&format!("{first} events, then {second}"), first == 1 && second == 0)
}

fn too_large(world: &World) -> Result<(), String> {
    let call = Factory::stageCall { data: vec![1; 24_576].into() };
    match world.send(world.stranger(), world.factory(), &call) {
        Ok(_) => Err("24,576 bytes were taken".into()),
        Err(_) => Ok(()),
    }
}

fn inert(world: &World) -> Result<(), String> {
    // SELFDESTRUCT, were it executed.
    let data = Bytes::from_static(&[0x33, 0xff]);
    stage(world, world.stranger(), &data)?;
    let chunk = world.view(world.factory(), &Factory::predictCall { data: data.clone() })?.chunk;
    let output = world.call(world.stranger(), chunk, Bytes::new())?;
    let read = world.view(world.factory(), &Factory::readCall { chunk })?;
    holds("a call of a chunk did something", output.is_empty() && read == data)
}

/// Some creation: the fixture's `Label` with another argument than the deployed one.
fn creation() -> Result<(Bytes, Bytes), String> {
    let label = fixture::artifact(fixture::LABEL)?;
    Ok((label, U256::from(8).to_be_bytes::<32>().into()))
}

fn predicted(world: &World) -> Result<(), String> {
    let (code, arguments) = creation()?;
    let hash = keccak256([code.as_ref(), &arguments].concat());
    let call = Factory::predictAddressCall { salt: B256::ZERO, initCodeHash: hash };
    let predicted = world.view(world.factory(), &call)?;
    let created = world.create(code, arguments)?;
    holds(&format!("predicted {predicted}, created {created}"), predicted == created)?;
    holds("there is no code", !world.chain.code(created).is_empty())
}

fn deployed_once(world: &World) -> Result<(), String> {
    let (code, arguments) = creation()?;
    let call =
        Factory::deployDeterministic_0Call { salt: B256::ZERO, initCode: code, constructorArgs: arguments };
    let first = world.send(world.stranger(), world.factory(), &call)?;
    let at = world.view(world.factory(), &call)?;
    let second = world.send(world.owner(), world.factory(), &call)?;
    holds("the second has another address", world.view(world.factory(), &call)? == at)?;
    holds("the events are not one, then none", first.logs.len() == 1 && second.logs.is_empty())
}

fn wrong_hash(world: &World) -> Result<(), String> {
    let (code, arguments) = creation()?;
    let call = Factory::deployDeterministic_1Call {
        salt: B256::ZERO,
        initCode: code,
        constructorArgs: arguments,
        expectedCodeHash: B256::repeat_byte(1),
    };
    match world.send(world.stranger(), world.factory(), &call) {
        Ok(_) => Err("another code hash was accepted".into()),
        Err(_) => Ok(()),
    }
}

fn bubbled(world: &World) -> Result<(), String> {
    let refusing = fixture::artifact(fixture::REFUSING)?;
    refused("a constructor that reverts", world.create(refusing, Bytes::new()), "NotToday(uint256)")?;
    match world.create(fixture::artifact(fixture::EMPTY)?, Bytes::new()) {
        Ok(_) => Err("a creation that leaves no code was accepted".into()),
        Err(_) => Ok(()),
    }
}

fn value_for_existing(world: &World) -> Result<(), String> {
    use alloy_sol_types::SolCall as _;
    let (code, arguments) = creation()?;
    world.create(code.clone(), arguments.clone())?;
    let call =
        Factory::deployDeterministic_0Call { salt: B256::ZERO, initCode: code, constructorArgs: arguments };
    match world.send_value(world.stranger(), world.factory(), U256::from(1), call.abi_encode().into()) {
        Ok(_) => Err("the factory kept the value".into()),
        Err(_) => Ok(()),
    }
}
