//! Which addresses and roots are equal across the networks of a release, and why one differs.

use super::substance::init_code;
use crate::{Plan, PlannedFacet};
use alloy_primitives::B256;
use payrox_model::{Name, Selector, text::escape};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt::Display};

/// A facet's constructor arguments by name, as text, where its ABI is known: contract and encoded arguments go in.
pub type ArgumentNames<'a> = &'a dyn Fn(&str, &[u8]) -> Option<Vec<(String, String)>>;

type Shown = fn(&Plan) -> String;

/// Functions named in one reason, at most.
const NAMED: usize = 3;

/// One address or root, across all networks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParityRow {
    /// `router`, `facet Payments`, `root`.
    pub what: String,
    /// One where it is equal everywhere; the one of most networks first.
    pub values: Vec<ParityValue>,
    /// Why the others differ from the first.
    pub differences: Vec<Difference>,
}

/// A value and where it is so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParityValue {
    /// Address, hash or number.
    pub value: String,
    /// Ascending.
    pub networks: Vec<Name>,
}

/// Why a network's value is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Difference {
    /// The network.
    pub network: Name,
    /// The one that it is compared with.
    pub against: Name,
    /// Each cause by name.
    pub why: Vec<String>,
}

/// The table. Plans are ascending by network.
pub(super) fn table(plans: &[&Plan], arguments: ArgumentNames<'_>) -> Vec<ParityRow> {
    let singletons: [(&str, Shown); 4] = [
        ("factory", |p| p.addresses.factory.to_string()),
        ("extension", |p| p.addresses.extension.to_string()),
        ("implementation", |p| p.addresses.implementation.to_string()),
        ("launcher", |p| p.addresses.launcher.to_string()),
    ];
    let other_release = |_: &Plan, _: &Plan| vec!["another release of PayRox's contracts".to_owned()];
    let mut rows: Vec<_> = singletons.iter().map(|(what, of)| row(plans, what, of, other_release)).collect();
    rows.push(row(plans, "dispatcher", |p| p.addresses.dispatcher.to_string(), system));
    rows.push(row(
        plans,
        "router",
        |p| p.addresses.router.to_string(),
        |_, _| vec!["dispatcher differs".into()],
    ));
    let mut names: Vec<_> = plans.iter().flat_map(|p| &p.facets).map(|f| &f.name).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let value = |plan: &Plan| shown(facet(plan, name));
        let why = |here: &Plan, there: &Plan| facet_differs(here, there, name, arguments);
        rows.push(row(plans, &format!("facet {name}"), value, why));
    }
    if plans.iter().any(|plan| plan.init.is_some()) {
        rows.push(row(plans, "init", target, init));
    }
    rows.push(row(plans, "root", |p| p.root.to_string(), root));
    rows.push(row(
        plans,
        "epoch",
        |p| p.epoch.to_string(),
        |here, there| {
            let before = |plan: &Plan| plan.epoch.0.saturating_sub(1);
            vec![format!("{} releases before this one, on {} {}", before(here), there.network, before(there))]
        },
    ));
    rows
}

fn row(
    plans: &[&Plan],
    what: &str,
    value: impl Fn(&Plan) -> String,
    why: impl Fn(&Plan, &Plan) -> Vec<String>,
) -> ParityRow {
    let mut groups: Vec<(String, Vec<&Plan>)> = Vec::new();
    for plan in plans {
        let value = value(plan);
        match groups.iter_mut().find(|(known, _)| *known == value) {
            Some((_, same)) => same.push(plan),
            None => groups.push((value, vec![plan])),
        }
    }
    // A stable sort: of groups of one size, the one with the first network stays first.
    groups.sort_by_key(|(_, same)| std::cmp::Reverse(same.len()));
    let most = groups.first().and_then(|(_, same)| same.first().copied());
    let others = groups.iter().skip(1).flat_map(|(_, same)| same);
    let mut differences: Vec<_> = most
        .into_iter()
        .flat_map(|there| others.clone().map(move |here| (*here, there)))
        .map(|(here, there)| Difference {
            network: here.network.clone(),
            against: there.network.clone(),
            why: why(here, there),
        })
        .collect();
    differences.sort_by(|a, b| a.network.cmp(&b.network));
    let named = |same: &[&Plan]| same.iter().map(|p| p.network.clone()).collect();
    let values =
        groups.iter().map(|(value, same)| ParityValue { value: value.clone(), networks: named(same) });
    ParityRow { what: what.to_owned(), values: values.collect(), differences }
}

/// What a system's dispatcher follows from.
fn system(here: &Plan, there: &Plan) -> Vec<String> {
    let (a, b) = (&here.system, &there.system);
    let mut why = Vec::new();
    let mut differs = |is: bool, text: String| why.extend(is.then_some(text));
    differs(a.name != b.name, "the system's name differs".into());
    differs(a.roles.owner != b.roles.owner, "owner differs".into());
    differs(a.roles.bootstrapper != b.roles.bootstrapper, "bootstrapper differs".into());
    differs(a.roles.guardians != b.roles.guardians, "guardians differ".into());
    differs(a.roles.operators != b.roles.operators, "operators differ".into());
    differs(a.delay != b.delay, format!("delay differs: {} s, on {} {} s", a.delay, there.network, b.delay));
    differs(a.proxy != b.proxy, "proxy differs".into());
    differs(
        here.addresses.launcher != there.addresses.launcher,
        "another release of PayRox's contracts".into(),
    );
    why
}

fn facet<'a>(plan: &'a Plan, name: &Name) -> Option<&'a PlannedFacet> {
    plan.facets.iter().find(|f| f.name == *name)
}

/// An address commits to code and arguments, and not to what a constructor reads of its chain.
fn shown(facet: Option<&PlannedFacet>) -> String {
    facet.map_or("none".into(), |f| format!("{} {}", f.address, f.code_hash))
}

fn facet_differs(here: &Plan, there: &Plan, name: &Name, arguments: ArgumentNames<'_>) -> Vec<String> {
    let (Some(a), Some(b)) = (facet(here, name), facet(there, name)) else {
        let missing = facet(here, name).is_none();
        return vec![if missing {
            format!("the facet is only on {}", there.network)
        } else {
            "the facet is only here".into()
        }];
    };
    let mut why = Vec::new();
    if here.addresses.factory != there.addresses.factory {
        why.push("factory differs".to_owned());
    }
    if a.contract != b.contract {
        let (a, b) = (escape(&a.contract), escape(&b.contract));
        why.push(format!("another contract: {a}, on {} {b}", there.network));
    } else if code_of(here, name) != code_of(there, name) {
        why.push("other code: another source or other compiler settings".to_owned());
    }
    if a.constructor_args != b.constructor_args {
        let named = |f: &PlannedFacet| arguments(&f.contract, &f.constructor_args);
        match (named(a), named(b)) {
            (Some(a), Some(b)) if a.len() == b.len() => {
                let pairs = a.iter().zip(&b).filter(|(a, b)| a != b);
                why.extend(pairs.map(|((name, a), (_, b))| {
                    format!("other constructor argument {name}: {a}, on {} {b}", there.network)
                }));
            }
            _ => why.push("other constructor arguments".to_owned()),
        }
    }
    if why.is_empty() {
        why.push("its constructor leaves other code: it reads something of the chain".to_owned());
    }
    why
}

fn code_of(plan: &Plan, name: &Name) -> Option<B256> {
    init_code(plan).get(format!("facet {name}").as_str()).copied()
}

fn target(plan: &Plan) -> String {
    plan.init.as_ref().map_or_else(|| "none".into(), |init| init.target.to_string())
}

fn init(here: &Plan, there: &Plan) -> Vec<String> {
    match (&here.init, &there.init) {
        (Some(_), None) => vec!["the init is only here".into()],
        (None, Some(_)) => vec![format!("the init is only on {}", there.network)],
        _ => vec!["other code or constructor arguments of the init contract".into()],
    }
}

/// A root is over routes, and a route commits to a facet's address and code.
fn root(here: &Plan, there: &Plan) -> Vec<String> {
    let mut names: Vec<_> = here.facets.iter().chain(&there.facets).map(|f| &f.name).collect();
    names.sort_unstable();
    names.dedup();
    let differ = names.into_iter().filter(|name| shown(facet(here, name)) != shown(facet(there, name)));
    let mut why: Vec<_> = differ.map(|name| format!("facet {name} differs")).collect();
    let (a, b) = (routes(here), routes(there));
    let only = |a: &BTreeMap<Selector, (String, String)>, b: &BTreeMap<Selector, (String, String)>| {
        a.iter().filter(|(s, _)| !b.contains_key(s)).map(|(_, (name, _))| name.clone()).collect::<Vec<_>>()
    };
    let other = a.iter().filter(|(s, (_, how))| b.get(s).is_some_and(|(_, there)| there != how));
    let other: Vec<_> = other.map(|(_, (name, _))| name.clone()).collect();
    for (what, functions) in [
        ("only here".to_owned(), only(&a, &b)),
        (format!("only on {}", there.network), only(&b, &a)),
        ("with another facet or flags".to_owned(), other),
    ] {
        if !functions.is_empty() {
            let more = functions.len().saturating_sub(NAMED);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            let some: Vec<_> = functions.iter().take(NAMED).map(|f| escape(f)).collect();
            why.push(format!("{what}: {}{more}", some.join(", ")));
        }
    }
    why
}

fn routes(plan: &Plan) -> BTreeMap<Selector, (String, String)> {
    let how = |facet: &dyn Display, flags: &dyn std::fmt::Debug| format!("{facet} {flags:?}");
    plan.routes.iter().map(|r| (r.selector, (r.signature.clone(), how(&r.facet, &r.flags)))).collect()
}
