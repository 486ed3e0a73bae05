//! A plan, tried out on a copy of an embedded chain: the state that a release will run in.

use crate::{
    case::Case,
    error::ParityError,
    fuzz::Options,
    reading::Reading,
    replay::Step,
    report::Outcome,
    run::{self, Inputs, Progress},
    system::System,
    world::Moment,
};
use alloy_primitives::{Address, TxKind, address};
use alloy_sol_types::SolCall;
use payrox_devnet::{Clock, Devnet, DevnetConfig, Execution, RpcError};
use payrox_model::{
    ChainId, DiamondState, Gas, Root,
    abi::IManifestDispatcher as Dispatcher,
    diamond::{IDiamond, facets},
    limits,
    text::escape,
};
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

/// Whether a plan is what a chain's dispatcher says is active, or what a diamond serves.
pub fn is_active(chain: &Devnet, plan: &Plan) -> bool {
    active(chain, plan).is_ok_and(|active| active)
}

/// The same chain after the plan. The chain itself stays as it is.
///
/// # Errors
/// When a step does not go through, or the chain is a fork of one that does not answer.
pub fn after(chain: &Devnet, plan: &Plan) -> Result<Devnet, ParityError> {
    made(chain, plan, |_| true)
}

/// The same chain with the plan's contracts on it, which serve nobody yet: what the plan's release is held against. A call that
/// meets one of them by chance, or counts what the factory made, is then the same before and after.
///
/// # Errors
/// As [`after`].
pub fn before(chain: &Devnet, plan: &Plan) -> Result<Devnet, ParityError> {
    made(chain, plan, |effect| matches!(effect, Effect::Code { .. }))
}

fn made(chain: &Devnet, plan: &Plan, wanted: impl Fn(&Effect) -> bool) -> Result<Devnet, ParityError> {
    let chain = chain.fork();
    for step in plan.steps.iter().filter(|step| wanted(&step.effect)) {
        apply(&chain, plan, step).map_err(|error| match error.is_of_a_fork() {
            true => ParityError::state(error),
            false => ParityError::Apply { step: step.name.clone(), why: escape(&error.to_string()) },
        })?;
    }
    Ok(chain)
}

fn apply(chain: &Devnet, plan: &Plan, step: &PlannedStep) -> Result<(), RpcError> {
    let Some(call) = &step.call else { return Ok(()) };
    if is_true(chain, plan, step)? {
        return Ok(());
    }
    if matches!(step.effect, Effect::Active) {
        let pending = ask(chain, plan.addresses.dispatcher, &Dispatcher::pendingCall {})?;
        if let Some(pending) = pending.filter(|pending| pending.eta > chain.now()) {
            chain.set_next_timestamp(pending.eta)?;
        }
    }
    let Call { to, value, data, .. } = call.clone();
    let execution = Execution { to: TxKind::Call(to), value, data, gas: Gas(limits::TX_GAS) };
    chain.execute(sender(plan, chain, call.sender)?, execution)?;
    Ok(())
}

/// [`compare_routes`](crate::compare_routes) on an embedded chain, whose next block the calls run in. Where it is a fork,
/// what calls need is read of the chain elsewhere, many things at once and no more than a bound.
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
    let reading = Reading::of(chain, progress);
    let (state, settle) = (chain.state(), || reading.settle());
    let state = state.guessing(&reading.unread);
    run::compare_routes(system, &state, moment_of(chain), kept, options, progress, &settle)
}

/// [`compare_releases`](crate::compare_releases) on two embedded chains; the calls run in the next block of the new one. If they
/// are forks, they are of the same block.
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
    let reading = Reading::of(new, progress);
    let (before, after, settle) = (old.state(), new.state(), || reading.settle());
    let (before, after) = (before.guessing(&reading.unread), after.guessing(&reading.unread));
    run::compare_releases(system, [&before, &after], moment_of(new), kept, options, progress, &settle)
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
    let reading = Reading::of(new, &|_| ());
    let (before, after) = (old.map(Devnet::state), new.state());
    let before = before.as_ref().map(|before| before.guessing(&reading.unread));
    let after = after.guessing(&reading.unread);
    run::settled(&|| reading.settle(), || {
        crate::replay::replay(system, case, before.as_ref(), &after, moment_of(new))
    })
}

fn is_true(chain: &Devnet, plan: &Plan, step: &PlannedStep) -> Result<bool, RpcError> {
    Ok(match step.effect {
        Effect::Code { address, .. } => !chain.code(address).is_empty(),
        Effect::System { .. } => !chain.code(plan.addresses.dispatcher).is_empty(),
        Effect::Staged => {
            let pending = ask(chain, plan.addresses.dispatcher, &Dispatcher::pendingCall {})?;
            pending.is_some_and(|pending| pending.planId == plan.plan_id.0) || active(chain, plan)?
        }
        Effect::Active => active(chain, plan)?,
        Effect::Cut { after, .. } => served(chain, plan)? == Some(after),
    })
}

fn active(chain: &Devnet, plan: &Plan) -> Result<bool, RpcError> {
    if plan.diamond.is_some() {
        return Ok(served(chain, plan)? == Some(plan.root));
    }
    let active = ask(chain, plan.addresses.dispatcher, &Dispatcher::activeCall {})?;
    Ok(active.is_some_and(|active| active.planId == plan.plan_id.0))
}

/// The root of what a diamond's loupe lists, with the code that stands there.
fn served(chain: &Devnet, plan: &Plan) -> Result<Option<Root>, RpcError> {
    let to = plan.addresses.router;
    let listed = match chain.call(NOBODY, to, IDiamond::facetsCall {}.abi_encode().into()) {
        Ok(answer) => facets(&answer),
        Err(error) if error.is_of_a_fork() => return Err(error),
        Err(_) => None,
    };
    let Some(listed) = listed else { return Ok(None) };
    let mut state = DiamondState::default();
    for (facet, selectors) in listed {
        state.code.insert(facet, chain.code(facet));
        state.routes.extend(selectors.into_iter().map(|selector| (selector, facet)));
    }
    Ok(Some(state.root()))
}

/// Whoever may send a call: on a live system the owner is who the chain says it is.
fn sender(plan: &Plan, chain: &Devnet, sender: Sender) -> Result<Address, RpcError> {
    let roles = &plan.system.roles;
    if plan.diamond.is_some() {
        // No plan is made for another owner than the one that the diamond names.
        return Ok(if sender == Sender::Anyone { NOBODY } else { roles.owner });
    }
    let owner = ask(chain, plan.addresses.dispatcher, &Dispatcher::ownerCall {})?.unwrap_or(roles.owner);
    Ok(match sender {
        Sender::Anyone => NOBODY,
        Sender::Stager | Sender::Activator if plan.epoch.0 == 1 => roles.bootstrapper,
        Sender::Stager | Sender::Activator | Sender::Owner | Sender::Guardian => owner,
    })
}

/// What a contract answers; `None` where there is none, or none that does. That a fork's chain does not answer is an error.
fn ask<C: SolCall>(chain: &Devnet, to: Address, call: &C) -> Result<Option<C::Return>, RpcError> {
    if chain.code(to).is_empty() {
        return Ok(None);
    }
    match chain.call(NOBODY, to, call.abi_encode().into()) {
        Ok(answer) => Ok(C::abi_decode_returns(&answer).ok()),
        Err(error) if error.is_of_a_fork() => Err(error),
        Err(_) => Ok(None),
    }
}
