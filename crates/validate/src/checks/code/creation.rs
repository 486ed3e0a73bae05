//! What the constructors of facets and of the init contract can do: what they leave must be the same whoever runs them, and whenever.

use crate::{
    Subject,
    checks::{counted, error, judged, warning},
    evm::{Entry, Origins, Walked, op, walk},
};
use payrox_model::{Check, Finding, Name};

/// It reads who creates it: that is the factory.
const CALLER: &str = "PRX-VAL-206";
/// It reads the block.
const BLOCK: &str = "PRX-VAL-207";

/// A constructor that is not at hand.
pub(crate) const UNREAD: &str = "PRX-VAL-212";

/// Every constructor.
pub(crate) fn check(subject: &Subject<'_>) -> Check {
    const NAME: &str = "code: what constructors read";
    let mut findings = Vec::new();
    let mut looked = 0;
    for facet in subject.contracts() {
        let Some(contract) = facet.contract else {
            let evidence = "its artifact is not at hand: what its constructor reads was not looked at";
            let hint = "build it; or read its constructor by hand, and say so in a waiver";
            findings.push(warning(UNREAD, facet.name.as_str(), evidence, hint));
            continue;
        };
        looked += 1;
        // The arguments behind the code are data; addresses of libraries change no path.
        judge(facet.name, &walk(contract.creation.template(), Entry::Creation), &mut findings);
    }
    judged(NAME, counted(looked, "constructor"), findings)
}

fn judge(facet: &Name, walked: &Walked, findings: &mut Vec<Finding>) {
    let returned = walked.acts.values().filter(|act| act.op == op::RETURN);
    let returned = returned.fold(Origins::NONE, |all, act| all.and(act.data));
    let first = |wanted: fn(u8) -> bool| walked.acts.iter().find(|(_, act)| wanted(act.op));
    if let Some((pc, _)) = first(|code| code == op::CALLER || code == op::ORIGIN) {
        let what = if returned.has(Origins::CALLER) {
            "`msg.sender` goes into an immutable"
        } else {
            "it reads `msg.sender`"
        };
        findings.push(error(
            CALLER,
            facet.as_str(),
            format!("{what}, at {pc:#x} of its init code; who creates it is the factory"),
            "give the account as a constructor argument",
        ));
    }
    let block = |code: u8| matches!(code, op::GASPRICE | op::BLOCKHASH..=op::GASLIMIT | op::BASEFEE..=op::BLOBBASEFEE);
    if let Some((pc, act)) = first(block) {
        let what = if returned.has(Origins::BLOCK) {
            "goes into an immutable: its code hash depends on when it is created"
        } else {
            "is read: what it does depends on when it is created"
        };
        let evidence = format!("{} at {pc:#x} of its init code {what}", op::name(act.op));
        findings.push(error(BLOCK, facet.as_str(), evidence, "give the value as a constructor argument"));
    }
}
