//! What the facets' functions can do.

use crate::{
    Subject,
    checks::{counted, error, judged, warning},
    evm::{Origins, Reach, Walked, op},
};
use payrox_artifacts::Function;
use payrox_model::{Check, Finding, Name, text::escape};
use std::collections::BTreeMap;

/// It can destroy the router, or what is left of that since Cancun: send all its ether away.
const SELFDESTRUCT: &str = "PRX-VAL-200";
/// It runs another contract's code on the router's storage.
const DELEGATECALL: &str = "PRX-VAL-201";
/// The same, with the predecessor.
const CALLCODE: &str = "PRX-VAL-202";
/// It decides by who signed, not by who calls.
const ORIGIN: &str = "PRX-VAL-203";
/// Its code begins with 0xEF.
const FORMAT: &str = "PRX-VAL-204";
/// Whoever calls it makes the router call what he likes.
const ARBITRARY: &str = "PRX-VAL-205";
/// A view writes.
const VIEW: &str = "PRX-VAL-208";
/// Not all paths were followed.
pub(crate) const INCOMPLETE: &str = "PRX-VAL-210";

/// Every function of every facet.
pub(crate) fn check(subject: &Subject<'_>) -> Check {
    const NAME: &str = "code: what facets can do";
    let mut findings = Vec::new();
    let (mut functions, mut reached, mut all) = (0, 0, 0);
    for facet in &subject.plan.facets {
        let (Some(contract), Some(code)) = (subject.contract(&facet.name), subject.code.get(&facet.name))
        else {
            let evidence = "its artifact or its code is not at hand: nothing was looked at";
            findings.push(warning(
                INCOMPLETE,
                facet.name.as_str(),
                evidence,
                "plan with its artifacts at hand",
            ));
            continue;
        };
        if code.first() == Some(&0xef) {
            let evidence = "its code begins with 0xEF: no chain creates it, and some run it by other rules";
            findings.push(error(FORMAT, facet.name.as_str(), evidence, "compile it again for this chain"));
            continue;
        }
        let reach = Reach::of(contract, code);
        functions += contract.functions.len();
        let (ran, there) = reach.coverage(code);
        reached += ran;
        all += there;
        judge(&facet.name, &reach.walks, &mut findings);
    }
    let summary = format!(
        "{}, {} instructions that can run; {} are data, or behind what cannot happen",
        counted(functions, "function"),
        reached,
        all - reached
    );
    judged(NAME, summary, findings)
}

fn judge(facet: &Name, walks: &[(Option<&Function>, Walked)], findings: &mut Vec<Finding>) {
    let mut whole: BTreeMap<(&'static str, &str), Vec<usize>> = BTreeMap::new();
    for (function, walked) in walks {
        let name = function.map_or("other calls", |function| function.signature.as_str());
        let about = escape(&format!("{facet}.{name}"));
        if let Some(why) = walked.incomplete {
            let hint = "read this function by hand; what it may do was not all looked at";
            findings.push(warning(INCOMPLETE, about.clone(), why, hint));
        }
        for (pc, act) in &walked.acts {
            let code = match act.op {
                op::SELFDESTRUCT => SELFDESTRUCT,
                op::DELEGATECALL => DELEGATECALL,
                op::CALLCODE => CALLCODE,
                op::ORIGIN => ORIGIN,
                _ => continue,
            };
            whole.entry((code, name)).or_default().push(*pc);
        }
        let sent = walked.acts.iter().find(|(_, act)| {
            act.op == op::CALL && act.target.has(Origins::CALLDATA) && act.data.has(Origins::CALLDATA)
        });
        if let Some((pc, _)) = sent {
            let evidence =
                format!("the CALL at {pc:#x} goes to an account, and with a function, that calldata names");
            let hint =
                "name the function in the code, or allow only accounts that hold nothing for the router";
            findings.push(error(ARBITRARY, about.clone(), evidence, hint));
        }
        if let Some(function) = function.filter(|function| reads(function)) {
            findings.extend(writing(function, walked, about));
        }
    }
    // One for each function: who accepts it of one has not accepted it of the next.
    for ((code, name), places) in whole {
        findings.push(instruction(code, escape(&format!("{facet}.{name}")), &places));
    }
}

fn instruction(code: &'static str, about: String, places: &[usize]) -> Finding {
    let (what, hint) = match code {
        SELFDESTRUCT => (
            "SELFDESTRUCT, which sends all ether of the router away",
            "take it out: nothing in a router may end it",
        ),
        DELEGATECALL => (
            "DELEGATECALL, which runs other code on the router's storage",
            "call instead; where it must be, say in a waiver which code it can reach",
        ),
        CALLCODE => ("CALLCODE, which runs other code on the router's storage", "call instead"),
        _ => (
            "ORIGIN: whoever signed may have been led to call something else",
            "use the caller, `msg.sender`",
        ),
    };
    let at = places.iter().take(4).map(|pc| format!("{pc:#x}")).collect::<Vec<_>>().join(", ");
    error(code, about, format!("{what}: at {at}"), hint)
}

fn reads(function: &Function) -> bool {
    use alloy_json_abi::StateMutability::{Pure, View};
    matches!(function.mutability, Pure | View)
}

/// A view reaches an instruction that a STATICCALL refuses, or would change something without one.
fn writing(function: &Function, walked: &Walked, about: String) -> Option<Finding> {
    let writes = |code: u8, value: bool| match code {
        op::SSTORE | op::TSTORE | op::LOG0..=op::LOG4 | op::CREATE | op::CREATE2 => true,
        op::CALL => value,
        _ => false,
    };
    let (pc, act) = walked.acts.iter().find(|(_, act)| writes(act.op, act.value))?;
    let evidence =
        format!("it is {}, and reaches {} at {pc:#x}", function.mutability.as_json_str(), op::name(act.op));
    let hint = "views are called without a lock and by STATICCALL: declare it as what it is";
    Some(error(VIEW, about, evidence, hint))
}
