//! A case again, with all that both sides do.

use crate::compare::Aspect;
use crate::{
    Moment,
    case::Case,
    error::ParityError,
    names::{Names, shorten},
    pair::{DirectAndRouted, OldAndNew, Pair, Traces},
    report::Comparison,
    run::old_routes,
    system::{Route, System},
    world::{Actors, Effects, Trace, TraceEvent, World},
};
use alloy_primitives::hex;
use revm::database_interface::DatabaseRef;
use serde::Serialize;

/// One call of a case, made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Who called what.
    pub call: String,
    /// The same in both ways, or in what they differ.
    pub differs: Vec<Aspect>,
    /// The differences in words.
    pub differences: Vec<String>,
    /// Its two ways.
    pub sides: [Side; 2],
}

/// What one way of a call did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// `direct` or `routed`, `old` or `new`.
    pub name: &'static str,
    /// The frames, in order, each deeper one further in.
    pub frames: Vec<String>,
    /// How it ended, what it logged, what it changed.
    pub effects: Vec<String>,
}

/// Makes the calls of a case again. They end with the first that differs.
///
/// # Errors
/// When a state cannot be read, the case calls a route that the plan does not have, or it needs the release before and there is
/// none.
pub fn replay<A: DatabaseRef, B: DatabaseRef>(
    system: &System,
    case: &Case,
    old: Option<&A>,
    new: &B,
    moment: Moment,
) -> Result<Vec<Step>, ParityError> {
    let actors = Actors::of(&system.people);
    let world = World::new(system, moment, &actors, new)?;
    match (case.comparison, old) {
        (Comparison::DirectAndRouted, _) => steps(system, case, &mut DirectAndRouted::new(world)),
        (Comparison::OldAndNew, Some(old)) => {
            let routes = old_routes(system, old)?;
            let before = World::new(system, moment, &actors, old)?;
            steps(system, case, &mut OldAndNew::new((before, world), system, &routes))
        }
        (Comparison::OldAndNew, None) => Err(ParityError::NoParent),
    }
}

fn steps<P: Pair>(system: &System, case: &Case, pair: &mut P) -> Result<Vec<Step>, ParityError> {
    let names = Names::of(system);
    let mut steps = Vec::new();
    for call in &case.calls {
        let route = system
            .route(call.route)
            .ok_or_else(|| ParityError::Route { wanted: call.route.to_string(), near: Vec::new() })?;
        let mut traces = Traces::default();
        let judged = pair.trace(route, call, true, Some(&mut traces))?;
        let [left, right] = pair.effects();
        let differences = if judged.aspects.is_empty() {
            Vec::new()
        } else {
            names.differences(route, P::SIDES, [left, right])
        };
        let side = |name, trace: &Trace, effects: &Effects| Side {
            name,
            frames: frames(&names, trace),
            effects: self::effects(&names, route, effects),
        };
        let [a, b] = P::SIDES;
        steps.push(Step {
            call: format!("{} calls {}", names.address(call.from), names.call(call)),
            differences,
            sides: [side(a, &traces.left, left), side(b, &traces.right, right)],
            differs: judged.aspects.clone(),
        });
        if !judged.aspects.is_empty() {
            break;
        }
    }
    Ok(steps)
}

fn frames(names: &Names<'_>, trace: &Trace) -> Vec<String> {
    let mut open: Vec<Option<&Route>> = Vec::new();
    let mut lines = Vec::new();
    for event in &trace.events {
        match event {
            TraceEvent::Entered { depth, scheme, from, to, code, value, data } => {
                let (from, at) = (names.place(*from), names.place(*code));
                let what = match *scheme {
                    "create" => format!("{from} creates a contract from {} bytes", data.len()),
                    "delegatecall" => format!("{} runs {at}: {}", names.place(*to), names.calldata(data)),
                    // The facet's own code, where the router's stands.
                    _ if code != to => {
                        format!("{from} calls {at} at {}: {}", names.place(*to), names.calldata(data))
                    }
                    "staticcall" => format!("{from} asks {at}: {}", names.calldata(data)),
                    _ => format!("{from} calls {at}: {}", names.calldata(data)),
                };
                let value = if value.is_zero() || *scheme == "delegatecall" {
                    String::new()
                } else {
                    format!(", with {value} wei")
                };
                lines.push(format!("{}{what}{value}", "  ".repeat(*depth)));
                let selector = data.first_chunk().copied().map(payrox_model::Selector);
                open.push(selector.and_then(|selector| names.system.route(selector)));
            }
            TraceEvent::Left { depth, ending, output } => {
                let route = open.pop().flatten();
                lines.push(format!("{}{}", "  ".repeat(*depth + 1), names.said(*ending, output, route)));
            }
        }
    }
    lines
}

fn effects(names: &Names<'_>, route: &Route, effects: &Effects) -> Vec<String> {
    let mut lines = vec![names.answer(route, effects)];
    lines.push(format!("data {}", shorten(&hex::encode_prefixed(&effects.output))));
    lines.extend(effects.logs.iter().map(|log| format!("logged {}", names.log(log))));
    lines.extend(effects.changes.iter().map(|change| names.change(change)));
    lines
}
