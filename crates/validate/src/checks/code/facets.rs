//! What the functions can do that run on the router's storage: the facets', and those of the init contract.

use crate::{
    Subject,
    checks::{counted, error, judged, warning},
    evm::{Origins, Reach, Walked, op},
};
use payrox_artifacts::Function;
use payrox_model::{Check, Finding, Name, Selector, text::escape};
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

/// Every function of every facet, and of the init contract.
pub(crate) fn check(subject: &Subject<'_>) -> Check {
    const NAME: &str = "code: what facets can do";
    let mut findings = Vec::new();
    let (mut functions, mut reached, mut all) = (0, 0, 0);
    for facet in subject.contracts() {
        let (Some(contract), Some(code)) = (facet.contract, facet.code) else {
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
        judge(facet.name, &reach.walks, subject.is_diamond(), &mut findings);
    }
    let summary = format!(
        "{}, {} instructions that can run; {} are data, or behind what cannot happen",
        counted(functions, "function"),
        reached,
        all - reached
    );
    judged(NAME, summary, findings)
}

fn judge(facet: &Name, walks: &[(Option<&Function>, Walked)], diamond: bool, findings: &mut Vec<Finding>) {
    let cut = Selector::of("diamondCut((address,uint8,bytes4[])[],address,bytes)");
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
                // With a cut a diamond runs the init contract that its owner names: so EIP-2535 wants it.
                op::DELEGATECALL if diamond && function.is_some_and(|f| f.selector == cut) => continue,
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
    let more = match places.len().saturating_sub(4) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    error(code, about, format!("{what}: at {at}{more}"), hint)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_v11_of_many_places_the_first_four_are_named_and_the_others_counted() {
        let told = |places: usize| instruction(ORIGIN, "a".into(), &(0..places).collect::<Vec<_>>()).evidence;
        let what = "ORIGIN: whoever signed may have been led to call something else";
        assert_eq!(told(1), format!("{what}: at 0x0"));
        assert_eq!(told(4), format!("{what}: at 0x0, 0x1, 0x2, 0x3"));
        assert_eq!(told(6), format!("{what}: at 0x0, 0x1, 0x2, 0x3 and 2 more"));
    }

    /// What is said of a view with these acts, from hand-written code.
    fn view(code: &[u8]) -> Vec<(&'static str, String)> {
        let text = "function quote() view returns (uint256)";
        let function = alloy_json_abi::Function::parse(text).unwrap();
        let function = Function {
            signature: function.signature(),
            selector: payrox_model::Selector(function.selector().0),
            mutability: function.state_mutability,
        };
        let walked = crate::evm::walk(code, crate::evm::Entry::Function(function.selector.0));
        let mut findings = Vec::new();
        judge(&"Facet".parse().unwrap(), &[(Some(&function), walked)], false, &mut findings);
        findings.into_iter().map(|finding| (finding.code.0, finding.evidence)).collect()
    }

    #[test]
    fn prx_v11_a_view_may_call_and_must_not_write_log_create_or_pay() {
        use alloy_primitives::hex;
        let found = |name: &str, pc: &str| [(VIEW, format!("it is view, and reaches {name} at {pc}"))];
        assert_eq!(view(&hex!("5f5f55")), found("SSTORE", "0x2"));
        assert_eq!(view(&hex!("5f5f5d")), found("TSTORE", "0x2"));
        assert_eq!(view(&hex!("5f5fa0")), found("LOG", "0x2"));
        assert_eq!(view(&hex!("5f5f5f5f5f5fa4")), found("LOG", "0x6"));
        assert_eq!(view(&hex!("5f5f5ff0")), found("CREATE", "0x3"));
        assert_eq!(view(&hex!("5f5f5f5ff5")), found("CREATE2", "0x4"));
        assert_eq!(view(&hex!("5f5f5f5f345f5af1")), found("CALL", "0x7"));
        assert_eq!(view(&hex!("5f5f5f5f5f5f5af1")), []);
        assert_eq!(view(&hex!("5f5f5f5f5f5afa")), []);
        assert_eq!(view(&hex!("5f5460005260205ff3")), []);
    }

    #[test]
    fn prx_v11_a_call_is_arbitrary_where_calldata_names_both_account_and_function() {
        use alloy_primitives::hex;
        // calldatacopy(0, 4, 64), then calls of them: to calldata with calldata, to a constant, to calldata with a constant.
        let arbitrary = |code: &[u8]| view(code).iter().any(|(code, _)| *code == ARBITRARY);
        assert!(arbitrary(&hex!("604060045f375f5f60405f5f6004355af1")));
        assert!(!arbitrary(&hex!("604060045f375f5f60405f5f60075af1")));
        assert!(!arbitrary(&hex!("5f5f60405f5f6004355af1")));
        assert!(!arbitrary(&hex!("604060045f375f5f60405f6004355afa")), "what only reads harms nothing");
    }
}
