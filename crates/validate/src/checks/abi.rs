//! Whether what callers rely on is there: what the project demands, and what the deployed release has.

use super::{counted, error, judged, standards::types, unknown, warning};
use crate::{Baseline, Subject};
use alloy_json_abi::{Event, Function, JsonAbi, StateMutability};
use alloy_primitives::B256;
use payrox_config::Required;
use payrox_model::{Check, Finding, Selector, text::escape};
use payrox_plan::Change;
use std::collections::{BTreeMap, BTreeSet};

/// A demanded function has no route.
const MISSING: &str = "PRX-VAL-030";
/// A demanded function has other returns or another mutability.
const SHAPE: &str = "PRX-VAL-031";
/// A deployed function has no route any more.
const REMOVED: &str = "PRX-VAL-032";
/// A deployed function returns something else.
const RETURNS: &str = "PRX-VAL-033";
/// A deployed function refuses what it took: a STATICCALL, or ether.
const MUTABILITY: &str = "PRX-VAL-034";
/// An event of the deployed release is no longer emitted in this form.
const EVENT: &str = "PRX-VAL-035";
/// A selector has become another function's.
const RENAMED: &str = "PRX-VAL-036";

/// Nobody recorded what a deployed function returns.
pub(crate) const UNRECORDED: &str = "PRX-VAL-037";

/// What the project file demands is there, with the same types.
pub(crate) fn required(subject: &Subject<'_>) -> Check {
    let demanded = &subject.project.policy.required;
    let routed: BTreeMap<_, _> =
        subject.functions().map(|(route, function)| (route.selector, function)).collect();
    let findings: Vec<_> = demanded
        .iter()
        .filter_map(|required| {
            let selector = Selector(required.function.selector().0);
            // The router's own functions are there in every system, as their release says.
            let own = subject.release.reserved.contains_key(&selector);
            match routed.get(&selector) {
                Some(function) => shape(required, function),
                None if own => None,
                None => Some(error(
                    MISSING,
                    escape(&required.text),
                    "no route answers it",
                    "route a facet that has it, or take it out of [policy] required",
                )),
            }
        })
        .collect();
    let summary = match demanded.len() {
        0 => "the project demands no function".to_owned(),
        number => format!("{} that the project demands", counted(number, "function")),
    };
    judged("abi: required functions", summary, findings)
}

fn shape(required: &Required, found: &Function) -> Option<Finding> {
    let demanded = &required.function;
    let differs = |what: String| {
        let hint = "callers decode what they expect: change the facet or the demand";
        Some(error(SHAPE, escape(&required.text), what, hint))
    };
    let (wanted, returns) = (types(&demanded.outputs), types(&found.outputs));
    if demanded.signature() != found.signature() {
        return differs(format!("its selector answers as `{}`", escape(&found.signature())));
    }
    if wanted != returns {
        return differs(format!("it returns ({})", escape(&returns)));
    }
    if !serves(demanded.state_mutability, found.state_mutability) {
        return differs(format!("it is {}", word(found.state_mutability)));
    }
    None
}

/// Whether callers of one mutability can call a function of another.
fn serves(callers: StateMutability, function: StateMutability) -> bool {
    match callers {
        StateMutability::Pure | StateMutability::View => !writes(function),
        StateMutability::Payable => function == StateMutability::Payable,
        StateMutability::NonPayable => true,
    }
}

fn writes(mutability: StateMutability) -> bool {
    matches!(mutability, StateMutability::NonPayable | StateMutability::Payable)
}

fn word(mutability: StateMutability) -> &'static str {
    mutability.as_json_str()
}

/// What the deployed release answers is still answered, in the same form.
pub(crate) fn breaking(subject: &Subject<'_>) -> Check {
    const NAME: &str = "abi: against the deployed release";
    let Some(baseline) = subject.baseline else {
        return match &subject.seen.blind {
            Some(why) => unknown(NAME, why.clone()),
            None => judged(NAME, "nothing is deployed: nothing can break", Vec::new()),
        };
    };
    let now: BTreeMap<_, _> =
        subject.functions().map(|(route, function)| (route.selector, (route, function))).collect();
    let routed: BTreeSet<Selector> = subject.plan.routes.iter().map(|route| route.selector).collect();
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for (facet, function) in
        baseline.abi.iter().flat_map(|(facet, abi)| abi.functions().map(move |f| (facet, f)))
    {
        let selector = Selector(function.selector().0);
        // What had no route then is nobody's to miss.
        if !baseline.routes.contains(&selector) {
            continue;
        }
        seen.insert(selector);
        let name = escape(&format!("{facet}.{}", function.signature()));
        match now.get(&selector) {
            Some((_, found)) => findings.extend(change(&name, function, found)),
            // It is kept, by a facet that nobody has the ABI of.
            None if routed.contains(&selector) => {}
            None => findings.push(removed(name)),
        }
    }
    findings.extend(unrecorded(subject, baseline, &routed));
    let functions = seen.len();
    let events = events(subject, &baseline.abi.values().collect::<Vec<_>>(), &mut findings);
    let summary = format!(
        "{} and {} of the deployed release",
        counted(functions, "function"),
        counted(events, "event")
    );
    let summary = match baseline.unknown.as_slice() {
        [] => summary,
        unknown => format!("{summary}; deployments/ has no ABI of {}", escape(&unknown.join(", "))),
    };
    judged(NAME, summary, findings)
}

/// What is live, and in no record of deployments/: that it is gone can be seen without one, whether it is the same cannot.
fn unrecorded(subject: &Subject<'_>, baseline: &Baseline, routed: &BTreeSet<Selector>) -> Vec<Finding> {
    let recorded: BTreeSet<_> =
        baseline.abi.values().flat_map(JsonAbi::functions).map(|f| Selector(f.selector().0)).collect();
    let stays = subject.stays();
    // Plain ether has no ABI, and no form that could change.
    let is_known = |selector: &Selector| {
        recorded.contains(selector)
            || stays.contains(selector)
            || *selector == Selector::RECEIVE && routed.contains(selector)
    };
    let hint = "put the record of its deployment back; or compare by hand, and say so in a waiver";
    let live = baseline.routes.iter().filter(|selector| !is_known(selector));
    let mut findings: Vec<_> = live
        .map(|selector| match routed.contains(selector) {
            false => removed(named(subject, *selector)),
            true => {
                let evidence = "it is deployed, and no ABI in deployments/ says what it takes and returns";
                warning(UNRECORDED, selector.to_string(), evidence, hint)
            }
        })
        .collect();
    if !findings.iter().any(|finding| finding.code.0 == UNRECORDED) {
        findings.extend(baseline.unknown.iter().map(|facet| {
            let evidence =
                "this facet is deployed, and deployments/ has no ABI of it: nobody compared its events";
            warning(UNRECORDED, escape(facet), evidence, hint)
        }));
    }
    findings
}

fn removed(name: String) -> Finding {
    let hint = "callers of it will revert: keep it, or accept that in a waiver";
    error(REMOVED, name, "it is deployed, and the plan has no route for it", hint)
}

/// What goes away, by the names that the plan has for it.
fn named(subject: &Subject<'_>, gone: Selector) -> String {
    let name = subject.plan.changes.iter().find_map(|change| match change {
        Change::Removed { selector, function, facet, .. } if *selector == gone => {
            Some(escape(&format!("{facet}.{function}")))
        }
        _ => None,
    });
    name.unwrap_or_else(|| gone.to_string())
}

fn change(name: &str, old: &Function, new: &Function) -> Option<Finding> {
    let hint = "callers were written for the old form: give the new one another name";
    if old.signature() != new.signature() {
        let evidence = format!(
            "its selector is now that of `{}`: who calls the old one reaches the new one",
            escape(&new.signature())
        );
        return Some(error(RENAMED, name, evidence, hint));
    }
    let (was, is) = (types(&old.outputs), types(&new.outputs));
    if was != is {
        let evidence = format!("it returned ({}), it returns ({})", escape(&was), escape(&is));
        return Some(error(RETURNS, name, evidence, hint));
    }
    if !serves(old.state_mutability, new.state_mutability) {
        let evidence = format!("it was {}, it is {}", word(old.state_mutability), word(new.state_mutability));
        return Some(error(MUTABILITY, name, evidence, hint));
    }
    None
}

/// Compares the events; how many there were.
fn events(subject: &Subject<'_>, old: &[&JsonAbi], findings: &mut Vec<Finding>) -> usize {
    let form = |event: &Event| (event.selector(), event.inputs.iter().map(|i| i.indexed).collect::<Vec<_>>());
    let contracts = subject.plan.facets.iter().filter_map(|facet| subject.contract(&facet.name));
    let now: BTreeMap<B256, Vec<Vec<bool>>> = contracts
        .flat_map(|contract| contract.abi.events())
        .map(form)
        .fold(BTreeMap::new(), |mut all, (topic, indexed)| {
            all.entry(topic).or_default().push(indexed);
            all
        });
    let old: BTreeMap<_, _> =
        old.iter().flat_map(|abi| abi.events()).map(|event| (form(event), event)).collect();
    for ((topic, indexed), event) in &old {
        let evidence = match now.get(topic) {
            Some(forms) if forms.contains(indexed) => continue,
            Some(_) => "other parameters of it are indexed: what filters by them finds nothing",
            None => "no facet declares it any more: what follows it sees nothing",
        };
        let hint = "indexers and monitors were written for it: keep it, or accept that in a waiver";
        findings.push(error(EVENT, escape(&event.full_signature()), evidence, hint));
    }
    old.len()
}
