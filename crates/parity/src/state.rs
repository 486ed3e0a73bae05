//! A plan, tried out on a copy of an embedded chain: the state that a release will run in.

use crate::{
    case::Case,
    error::ParityError,
    fuzz::Options,
    replay::Step,
    report::Outcome,
    run::{self, Inputs, Progress},
    system::System,
    world::Moment,
};
use alloy_primitives::{Address, TxKind, address};
use alloy_sol_types::SolCall;
use payrox_devnet::{Clock, Devnet, DevnetConfig, Execution};
use payrox_model::{ChainId, Gas, abi::IManifestDispatcher as Dispatcher, limits, text::escape};
use payrox_plan::{Call, Effect, Plan, PlannedStep, Sender};

/// Sends what anyone may send.
const NOBODY: Address = address!("00000000000000000000000000000000000ffeed");

/// When time begins where there is no chain yet: the same run every time.
const BEGINNING: u64 = 1_800_000_000;

/// A chain with nothing on it, for the first release.
pub fn empty_chain(chain_id: ChainId) -> Devnet {
    let config = DevnetConfig {
        chain_id,
        clock: Clock::Steps,
        genesis_timestamp: Some(BEGINNING),
        accounts: Vec::new(),
        ..DevnetConfig::default()
    };
    Devnet::new(&config)
}

/// The block that calls run in, if they come next.
pub fn moment_of(chain: &Devnet) -> Moment {
    let newest = chain.newest();
    Moment {
        chain_id: chain.chain_id().0,
        number: newest.number + 1,
        timestamp: newest.timestamp + 12,
        base_fee: newest.base_fee,
        gas_limit: newest.gas_limit,
    }
}

/// Whether a plan is what a chain's dispatcher says is active.
pub fn is_active(chain: &Devnet, plan: &Plan) -> bool {
    let dispatcher = plan.addresses.dispatcher;
    let active = ask(chain, dispatcher, &Dispatcher::activeCall {});
    active.is_some_and(|active| active.planId == plan.plan_id.0)
}

/// The same chain after the plan. The chain itself stays as it is.
///
/// # Errors
/// When a step does not go through.
pub fn after(chain: &Devnet, plan: &Plan) -> Result<Devnet, ParityError> {
    let chain = chain.fork();
    for step in &plan.steps {
        let failed = |why: String| ParityError::Apply { step: step.name.clone(), why: escape(&why) };
        let Some(call) = step.call.as_ref().filter(|_| !is_true(&chain, plan, step)) else { continue };
        if matches!(step.effect, Effect::Active) {
            let pending = ask(&chain, plan.addresses.dispatcher, &Dispatcher::pendingCall {});
            if let Some(pending) = pending.filter(|pending| pending.eta > chain.now()) {
                chain.set_next_timestamp(pending.eta).map_err(|e| failed(e.to_string()))?;
            }
        }
        let Call { to, value, data, .. } = call.clone();
        let execution = Execution { to: TxKind::Call(to), value, data, gas: Gas(limits::TX_GAS) };
        chain.execute(sender(plan, &chain, call.sender), execution).map_err(|e| failed(e.to_string()))?;
    }
    Ok(chain)
}

/// [`compare_routes`](crate::compare_routes) on an embedded chain, whose next block the calls run in.
///
/// # Errors
/// As there.
pub fn compare_routes_on(
    system: &System,
    chain: &Devnet,
    kept: &Inputs,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Outcome, ParityError> {
    run::compare_routes(system, &chain.state(), moment_of(chain), kept, options, progress)
}

/// [`compare_releases`](crate::compare_releases) on two embedded chains; the calls run in the next block of the new one.
///
/// # Errors
/// As there.
pub fn compare_releases_on(
    system: &System,
    [old, new]: [&Devnet; 2],
    kept: &Inputs,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Outcome, ParityError> {
    run::compare_releases(system, &old.state(), &new.state(), moment_of(new), kept, options, progress)
}

/// [`replay`](crate::replay()) on embedded chains.
///
/// # Errors
/// As there.
pub fn replay_on(
    system: &System,
    case: &Case,
    old: Option<&Devnet>,
    new: &Devnet,
) -> Result<Vec<Step>, ParityError> {
    let before = old.map(Devnet::state);
    crate::replay::replay(system, case, before.as_ref(), &new.state(), moment_of(new))
}

fn is_true(chain: &Devnet, plan: &Plan, step: &PlannedStep) -> bool {
    match step.effect {
        Effect::Code { address, .. } => !chain.code(address).is_empty(),
        Effect::System { .. } => !chain.code(plan.addresses.dispatcher).is_empty(),
        Effect::Staged => {
            let pending = ask(chain, plan.addresses.dispatcher, &Dispatcher::pendingCall {});
            is_active(chain, plan) || pending.is_some_and(|pending| pending.planId == plan.plan_id.0)
        }
        Effect::Active => is_active(chain, plan),
        // Whoever asks has no diamond: there is no router to compare with.
        Effect::Cut { .. } => false,
    }
}

/// Whoever may send a call: on a live system the owner is who the chain says it is.
fn sender(plan: &Plan, chain: &Devnet, sender: Sender) -> Address {
    let roles = &plan.system.roles;
    let owner = ask(chain, plan.addresses.dispatcher, &Dispatcher::ownerCall {}).unwrap_or(roles.owner);
    match sender {
        Sender::Anyone => NOBODY,
        Sender::Stager | Sender::Activator if plan.epoch.0 == 1 => roles.bootstrapper,
        Sender::Stager | Sender::Activator | Sender::Owner | Sender::Guardian => owner,
    }
}

fn ask<C: SolCall>(chain: &Devnet, to: Address, call: &C) -> Option<C::Return> {
    if chain.code(to).is_empty() {
        return None;
    }
    let answer = chain.call(NOBODY, to, call.abi_encode().into()).ok()?;
    C::abi_decode_returns(&answer).ok()
}
