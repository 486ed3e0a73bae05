//! The whole list of ensures, from an empty chain to the active release.

use crate::{
    Call, Creation, Effect, Phase, PlannedStep, Sender,
    address::{self, CREATE2_DEPLOYER, Core},
    facet::{Deployment, Facet},
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall as _;
use payrox_model::{
    CodeHash,
    abi::{self, IDeterministicChunkFactory as F, IPayRoxLauncher},
};

/// EXTCODEHASH of everything that is there before the first facet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CoreHashes {
    pub(crate) factory: CodeHash,
    pub(crate) singletons: [CodeHash; 3],
    pub(crate) dispatcher: CodeHash,
    pub(crate) router: CodeHash,
    /// Of all of them.
    pub(crate) code_bytes: u64,
}

pub(crate) fn anyone(to: Address, data: Vec<u8>) -> Call {
    Call { sender: Sender::Anyone, to, value: U256::ZERO, data: data.into() }
}

/// Factory, the other singletons, the launch and the proof of the router.
pub(crate) fn core(
    core: &Core,
    hashes: &CoreHashes,
    served_by: CodeHash,
    config: abi::SystemConfig,
) -> Vec<PlannedStep> {
    let factory = &core.factory;
    let mut steps = vec![self::factory(factory, hashes.factory)];
    for (singleton, hash) in core.singletons.iter().zip(hashes.singletons) {
        let call = deploy(factory.address, &singleton.code, &singleton.arguments, hash);
        let at = (singleton.creation.address, hash);
        steps.push(code_step(singleton.name.into(), Phase::Dispatcher, at, Some(call), &["factory"]));
    }
    let launch = IPayRoxLauncher::launchCall { config }.abi_encode();
    steps.push(PlannedStep {
        name: "launch".into(),
        phase: Phase::Dispatcher,
        effect: Effect::System { dispatcher_code_hash: hashes.dispatcher, router_code_hash: served_by },
        call: Some(anyone(core.addresses.launcher, launch)),
        after: ["extension", "implementation", "launcher"].map(Into::into).into(),
    });
    let router = (core.router.address, hashes.router);
    steps.push(code_step("router".into(), Phase::Router, router, None, &["launch"]));
    steps
}

/// Facets, the init contract and the manifest's data contract: all they need is the factory.
pub(crate) fn release(
    factory: Address,
    facets: &[Facet],
    init: Option<&Deployment>,
    manifest: &[u8],
) -> Vec<PlannedStep> {
    let through = |d: &Deployment| through(factory, d);
    let mut steps: Vec<_> = facets.iter().map(|f| through(&f.deployment)).chain(init.map(through)).collect();
    let stage = F::stageCall { data: manifest.to_vec().into() }.abi_encode();
    let at = (address::chunk(factory, manifest), address::chunk_code_hash(manifest));
    steps.push(code_step("manifest".into(), Phase::Facets, at, Some(anyone(factory, stage)), &["factory"]));
    steps
}

/// The factory, through the canonical deployer.
pub(crate) fn factory(factory: &Creation, hash: CodeHash) -> PlannedStep {
    let data = [factory.salt.0.as_slice(), &factory.init_code].concat();
    let at = (factory.address, hash);
    code_step("factory".into(), Phase::Factory, at, Some(anyone(CREATE2_DEPLOYER, data)), &[])
}

/// A facet or init contract, through the factory.
pub(crate) fn through(factory: Address, d: &Deployment) -> PlannedStep {
    let call = deploy(factory, &d.code.code, &d.code.arguments, d.code_hash);
    let at = (d.creation.address, d.code_hash);
    code_step(d.creation.label.clone(), Phase::Facets, at, Some(call), &["factory"])
}

/// A facet that stands already: nothing to send, only to prove.
pub(crate) fn proof(name: String, at: (Address, CodeHash)) -> PlannedStep {
    code_step(name, Phase::Facets, at, None, &[])
}

fn code_step(
    name: String,
    phase: Phase,
    (address, code_hash): (Address, CodeHash),
    call: Option<Call>,
    after: &[&str],
) -> PlannedStep {
    let after = after.iter().map(|&s| s.to_owned()).collect();
    PlannedStep { name, phase, effect: Effect::Code { address, code_hash }, call, after }
}

/// A creation through the factory that reverts unless the expected code stands there afterwards.
fn deploy(factory: Address, code: &Bytes, arguments: &Bytes, expected: CodeHash) -> Call {
    let call = F::deployDeterministic_1Call {
        salt: address::SALT.0,
        initCode: code.clone(),
        constructorArgs: arguments.clone(),
        expectedCodeHash: expected.0,
    };
    anyone(factory, call.abi_encode())
}
