//! Whether a step is true, by what a chain said.

use crate::Refusal;
use alloy_primitives::Address;
use payrox_chain::DiamondQuery;
use payrox_devnet::CREATE2_DEPLOYER;
use payrox_model::{ChainSnapshot, CodeHash, DispatcherState, Epoch, Root};
use payrox_plan::{Effect, Plan, PlannedStep};

/// What a chain says about a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    /// True, and how that shows.
    True(String),
    /// Not yet.
    False,
    /// It cannot become true.
    Never(Refusal),
}

/// Every address whose code a plan is about.
pub(crate) fn addresses(plan: &Plan) -> Vec<Address> {
    let mut addresses: Vec<_> = plan
        .steps
        .iter()
        .filter_map(|step| match step.effect {
            Effect::Code { address, .. } => Some(address),
            _ => None,
        })
        .collect();
    addresses.extend([plan.addresses.dispatcher, plan.addresses.router, CREATE2_DEPLOYER]);
    addresses
}

/// What is asked of a chain about a plan for a diamond.
pub(crate) fn diamond_query(plan: &Plan) -> Option<DiamondQuery> {
    let part = plan.diamond.as_ref()?;
    Some(DiamondQuery { diamond: part.address, addresses: addresses(plan), code: Vec::new() })
}

pub(crate) fn truth(plan: &Plan, step: &PlannedStep, chain: &ChainSnapshot) -> Truth {
    match &step.effect {
        Effect::Code { address, code_hash } => code(step, chain, *address, *code_hash),
        Effect::System { dispatcher_code_hash, router_code_hash } => {
            let dispatcher = code(step, chain, plan.addresses.dispatcher, *dispatcher_code_hash);
            let router = code(step, chain, plan.addresses.router, *router_code_hash);
            match (dispatcher, router) {
                (Truth::True(_), Truth::True(_)) => governed(plan, step, chain),
                (never @ Truth::Never(_), _) | (_, never @ Truth::Never(_)) => never,
                _ => Truth::False,
            }
        }
        Effect::Staged => staged(plan, step, chain),
        Effect::Active => active(plan, step, chain),
        Effect::Cut { after, .. } => cut(plan, step, chain, *after),
    }
}

fn code(step: &PlannedStep, chain: &ChainSnapshot, address: Address, expected: CodeHash) -> Truth {
    match chain.code.get(&address) {
        Some(found) if *found == expected => Truth::True(format!("the planned code is at {address}")),
        Some(found) => Truth::Never(Refusal::OtherCode {
            step: step.name.clone(),
            address,
            expected: expected.to_string(),
            found: found.to_string(),
        }),
        None => Truth::False,
    }
}

/// The dispatcher governs the planned router, as it says itself.
fn governed(plan: &Plan, step: &PlannedStep, chain: &ChainSnapshot) -> Truth {
    let expected = plan.addresses.router;
    match &chain.dispatcher {
        Some(dispatcher) if dispatcher.router == expected => {
            Truth::True(format!("dispatcher and router are at {} and {expected}", plan.addresses.dispatcher))
        }
        found => Truth::Never(Refusal::NotTrue {
            step: step.name.clone(),
            why: format!("the dispatcher governs {:?}, not {expected}", found.as_ref().map(|d| d.router)),
        }),
    }
}

/// The diamond is as this cut leaves it, or a later one of the same plan: then it is true. Where it is as an earlier one leaves
/// it, the cut is still to come. Anything else is somebody else's doing.
fn cut(plan: &Plan, step: &PlannedStep, chain: &ChainSnapshot, after: Root) -> Truth {
    let Some(live) = chain.diamond.as_ref().map(|diamond| diamond.root()) else { return Truth::False };
    let mut cuts = plan.steps.iter().filter_map(|step| match step.effect {
        Effect::Cut { before, after } => Some((before, after)),
        _ => None,
    });
    let mut reached = false;
    for (from, to) in cuts.by_ref() {
        reached |= to == after;
        if reached && live == to {
            return Truth::True(format!("the diamond serves the routes of root {live}"));
        }
        if !reached && live == to || live == from {
            return Truth::False;
        }
    }
    let planned = Root(plan.parent.0);
    Truth::Never(Refusal::OtherRoutes { step: step.name.clone(), planned, found: live })
}

fn active(plan: &Plan, step: &PlannedStep, chain: &ChainSnapshot) -> Truth {
    let Some(dispatcher) = &chain.dispatcher else { return Truth::False };
    if dispatcher.active.plan_id == plan.plan_id {
        return Truth::True(format!("active since epoch {}", dispatcher.active.epoch));
    }
    possible(plan, step, dispatcher)
}

fn staged(plan: &Plan, step: &PlannedStep, chain: &ChainSnapshot) -> Truth {
    let Some(dispatcher) = &chain.dispatcher else { return Truth::False };
    if dispatcher.active.plan_id == plan.plan_id {
        return Truth::True(format!("active since epoch {}", dispatcher.active.epoch));
    }
    match &dispatcher.pending {
        Some(pending) if pending.plan_id == plan.plan_id => {
            // An expired plan may be staged again.
            let until = pending.eta.saturating_add(u64::from(plan.onchain.window));
            if chain.timestamp > until {
                return possible(plan, step, dispatcher);
            }
            match possible(plan, step, dispatcher) {
                Truth::False => Truth::True(format!("pending, to be activated from {} on", pending.eta)),
                other => other,
            }
        }
        Some(pending) => Truth::Never(Refusal::OtherPlanPending { pending: pending.plan_id }),
        None => possible(plan, step, dispatcher),
    }
}

/// [`Truth::False`] if the plan can still be staged and activated.
fn possible(plan: &Plan, step: &PlannedStep, dispatcher: &DispatcherState) -> Truth {
    let step = step.name.clone();
    let active = dispatcher.active;
    Truth::Never(if dispatcher.is_sealed {
        Refusal::Sealed { step }
    } else if Epoch(active.epoch.0.saturating_add(1)) != plan.epoch {
        Refusal::EpochMoved { planned: plan.epoch, active: active.epoch }
    } else if active.plan_id != plan.parent {
        Refusal::OtherParent { planned: plan.parent, active: active.plan_id }
    } else if dispatcher.frozen {
        Refusal::Frozen { step }
    } else {
        return Truth::False;
    })
}
