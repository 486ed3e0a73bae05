//! What whoever takes a diamond over should know about it.

use super::{Adopted, Origin, Seen};
use alloy_primitives::Address;
use alloy_sol_types::SolCall as _;
use payrox_model::{Check, Code, Finding, Selector, Severity, Verdict, diamond::IDiamond, text::escape};
use std::collections::BTreeMap;

/// Functions named in one finding, at most.
const SHOWN: usize = 12;

/// One check and its findings while it is made.
struct Judge {
    name: &'static str,
    summary: String,
    findings: Vec<Finding>,
    /// Something could not be compared.
    open: bool,
}

impl Judge {
    fn new(name: &'static str, summary: impl Into<String>) -> Self {
        Self { name, summary: summary.into(), findings: Vec::new(), open: false }
    }

    fn say(&mut self, code: &'static str, severity: Severity, subject: &str, evidence: String, hint: &str) {
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        self.findings.push(Finding {
            code: Code(code),
            severity,
            subject: subject.to_owned(),
            evidence,
            hint,
        });
    }

    fn done(self) -> Check {
        let worst = self.findings.iter().map(|finding| finding.severity).max();
        let verdict = match worst {
            Some(Severity::Error) => Verdict::Fail,
            _ if self.open => Verdict::Unknown,
            _ => Verdict::Pass,
        };
        Check { name: self.name.into(), verdict, summary: self.summary, findings: self.findings }
    }
}

pub(super) fn judge(adopted: &Adopted, seen: &Seen) -> Vec<Check> {
    vec![table(adopted, seen), power(adopted), code(adopted, seen), names(adopted)]
}

/// Whether what it is said to serve is what it serves.
fn table(adopted: &Adopted, seen: &Seen) -> Check {
    let routes = &adopted.state.routes;
    let count =
        format!("{} routes of {} facets by its {}", routes.len(), adopted.facets.len(), adopted.origin);
    let mut judge = Judge::new("routes", count);
    if adopted.origin != Origin::Loupe {
        let why = seen.loupe.as_ref().err().map(|why| escape(why)).unwrap_or_default();
        judge.open = true;
        judge.say(
            "PRX-ADP-010",
            Severity::Warning,
            "the loupe",
            why,
            "a cut cannot be proved without a loupe: payrox adopts this diamond and does not cut it",
        );
    }
    match &seen.events {
        Ok(Some(events)) if events != routes => {
            let differs = differences(routes, events);
            let origin = format!("by its {}", adopted.origin);
            judge.say(
                "PRX-ADP-001",
                Severity::Error,
                "loupe and events",
                format!("{origin} and by its events it serves different things: {differs}"),
                "somebody wrote its routes past diamondCut, or its events begin before --from-block",
            );
        }
        Ok(Some(_)) => {}
        Ok(None) => judge.say(
            "PRX-ADP-011",
            Severity::Info,
            "events",
            "there is no DiamondCut event since the first block that was read".into(),
            "the standard asks for one at each cut",
        ),
        Err(why) => {
            judge.open = true;
            judge.say(
                "PRX-ADP-011",
                Severity::Warning,
                "events",
                escape(why),
                "pass an archive node, or --from-block with the diamond's first block",
            );
        }
    }
    if let Some((_, stored)) = seen.storage.as_ref().filter(|(_, stored)| stored != routes) {
        judge.say(
            "PRX-ADP-015",
            Severity::Warning,
            "storage",
            format!(
                "the storage of a reference implementation is there and says something else: {}",
                differences(routes, stored)
            ),
            "find out what it is left over from",
        );
    }
    if !seen.contradictions.is_empty() {
        let list = seen.contradictions.iter().map(|(s, facet, said)| format!("{s}: {facet} and {said}"));
        judge.say(
            "PRX-ADP-013",
            Severity::Error,
            "facets() and facetAddress()",
            few(list),
            "its loupe contradicts itself: what it serves is not known",
        );
    }
    if let Some(fallback) = seen.fallback {
        judge.say(
            "PRX-ADP-017",
            Severity::Warning,
            "getFallbackAddress()",
            format!("what no facet answers goes to {fallback}, and is in no table"),
            "what it answers is not part of any plan: set it to zero, or look at its code",
        );
    }
    match seen.interface {
        Some(true) => {}
        Some(false) => judge.say(
            "PRX-ADP-014",
            Severity::Info,
            "supportsInterface(0x48e2b093)",
            "ERC-165 does not name the loupe".into(),
            "",
        ),
        None => judge.say(
            "PRX-ADP-014",
            Severity::Info,
            "supportsInterface(0x48e2b093)",
            "nothing answers ERC-165".into(),
            "",
        ),
    }
    judge.done()
}

/// Who can change it, and how.
fn power(adopted: &Adopted) -> Check {
    let owner = adopted.state.owner;
    let summary = owner.map_or_else(
        || "the diamond does not say who owns it".to_owned(),
        |owner| format!("owned by {owner}"),
    );
    let mut judge = Judge::new("power", summary);
    match (owner, adopted.state.owner_is_contract) {
        (None, _) => judge.say(
            "PRX-ADP-005",
            Severity::Warning,
            "owner()",
            "nothing says who may cut".into(),
            "write [roles] owner into the network's file",
        ),
        (Some(owner), _) if owner.is_zero() => judge.say(
            "PRX-ADP-005",
            Severity::Warning,
            "owner()",
            "it is nobody: the owner gave it up".into(),
            "unless something else may cut, nothing can be changed any more",
        ),
        (Some(owner), false) => judge.say(
            "PRX-ADP-004",
            Severity::Warning,
            "owner()",
            format!("{owner} is a key: who has it can replace everything at once"),
            "give it to a Safe, with a timelock in front",
        ),
        (Some(_), true) => {}
    }
    let cut = Selector(IDiamond::diamondCutCall::SELECTOR);
    match adopted.state.routes.get(&cut) {
        None => judge.say("PRX-ADP-006", Severity::Warning, "diamondCut", "it is not among its routes".into(), "nothing can be changed, unless it is changed by another function: `payrox run` tries it before it sends"),
        Some(facet) if *facet == adopted.diamond => judge.say("PRX-ADP-007", Severity::Info, "diamondCut", "it is the diamond's own function and can never be taken away".into(), ""),
        Some(_) => {}
    }
    let own = adopted.facets.iter().find(|facet| facet.address == adopted.diamond);
    if let Some(own) = own {
        let list =
            own.functions.iter().map(|(selector, name)| name.clone().unwrap_or_else(|| selector.to_string()));
        let evidence = format!("{} functions are the diamond's own: {}", own.functions.len(), few(list));
        judge.say(
            "PRX-ADP-009",
            Severity::Info,
            "the diamond as a facet",
            evidence,
            "no cut changes them; they stay in the manifest as they are",
        );
    }
    judge.done()
}

/// What stands behind the routes.
fn code(adopted: &Adopted, seen: &Seen) -> Check {
    let bytes: usize = adopted.facets.iter().map(|facet| facet.code.len()).sum();
    let mut judge = Judge::new("code", format!("{} facets, {bytes} bytes", adopted.facets.len()));
    for facet in &adopted.facets {
        let subject = format!("{} at {}", facet.name, facet.address);
        if facet.code.is_empty() {
            judge.say(
                "PRX-ADP-002",
                Severity::Error,
                &subject,
                format!("there is no code: {} functions answer nothing", facet.functions.len()),
                "replace it, or take its functions away",
            );
        } else if has(&facet.code, SELFDESTRUCT) {
            judge.say("PRX-ADP-003", Severity::Warning, &subject, "its code has SELFDESTRUCT: called through the diamond it sends away the diamond's ether, and before Cancun removed it".into(), "find out whether it can be reached");
        }
    }
    if has(&seen.own_code, SELFDESTRUCT) {
        judge.say(
            "PRX-ADP-003",
            Severity::Warning,
            "the diamond",
            "its own code has SELFDESTRUCT".into(),
            "find out whether it can be reached",
        );
    }
    judge.done()
}

/// What nobody knows the name of.
fn names(adopted: &Adopted) -> Check {
    let matched = adopted.facets.iter().filter(|facet| facet.contract.is_some()).count();
    let own = adopted.facets.iter().filter(|facet| facet.address == adopted.diamond).count();
    let of = adopted.facets.len() - own;
    let mut judge = Judge::new("names", format!("{matched} of {of} facets are code of the artifacts"));
    if matched < of {
        let without = adopted.facets.iter().filter(|f| f.contract.is_none() && f.address != adopted.diamond);
        let list = without.map(|facet| format!("{} at {}", facet.name, facet.address));
        judge.say(
            "PRX-ADP-012",
            Severity::Info,
            "facets without a source",
            few(list),
            "pass --artifacts with what they were compiled to; without it they stay as they are",
        );
    }
    let compilers = super::files::compilers(adopted);
    if compilers.len() > 1 {
        judge.say(
            "PRX-ADP-018",
            Severity::Warning,
            "compilers",
            format!("the facets are of solc {}", compilers.join(", ")),
            "payrox.toml names the newest, with which `payrox build` compiles all of them: the others get other code",
        );
    }
    let unknown = adopted.facets.iter().flat_map(|f| &f.functions).filter(|(_, name)| name.is_none());
    let unknown: Vec<String> = unknown.map(|(selector, _)| selector.to_string()).collect();
    if !unknown.is_empty() {
        let evidence = format!(
            "{} of {} functions: {}",
            unknown.len(),
            adopted.state.routes.len(),
            few(unknown.into_iter())
        );
        judge.say(
            "PRX-ADP-008",
            Severity::Info,
            "functions without a known signature",
            evidence,
            "pass --artifacts, or write the signatures into payrox.toml in their place",
        );
    }
    let with = adopted.facets.iter().filter(|f| f.contract.as_ref().is_some_and(|c| c.takes_arguments));
    let with: Vec<String> = with.map(|facet| facet.name.to_string()).collect();
    if !with.is_empty() {
        judge.say(
            "PRX-ADP-016",
            Severity::Info,
            "constructor arguments",
            format!("code does not tell what they were: {}", few(with.into_iter())),
            "write them into payrox.toml before you change such a facet",
        );
    }
    judge.done()
}

const SELFDESTRUCT: u8 = 0xff;

/// Whether an opcode stands where one is executed, data of PUSH left out. What follows the code may look like one.
fn has(code: &[u8], opcode: u8) -> bool {
    // The compiler's trailer is data: its length stands in the last two bytes.
    let end = code
        .split_last_chunk::<2>()
        .map(|(rest, length)| (rest.len(), usize::from(u16::from_be_bytes(*length))))
        .and_then(|(rest, length)| rest.checked_sub(length))
        .filter(|end| matches!(code.get(*end), Some(0xa1..=0xa4)))
        .unwrap_or(code.len());
    let mut at = 0;
    while let Some(&byte) = code.get(at).filter(|_| at < end) {
        if byte == opcode {
            return true;
        }
        at += match byte {
            0x60..=0x7f => usize::from(byte - 0x5f) + 1,
            _ => 1,
        };
    }
    false
}

fn differences(one: &BTreeMap<Selector, Address>, other: &BTreeMap<Selector, Address>) -> String {
    let all: std::collections::BTreeSet<Selector> = one.keys().chain(other.keys()).copied().collect();
    let at = |map: &BTreeMap<Selector, Address>, s| map.get(&s).map_or("nothing".into(), Address::to_string);
    let differs = all.into_iter().filter(|s| one.get(s) != other.get(s));
    few(differs.map(|s| format!("{s}: {} and {}", at(one, s), at(other, s))))
}

/// The first of them, and how many more there are.
fn few(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    let more = match all.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", all[..all.len().min(SHOWN)].join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_o01_an_opcode_in_data_or_in_the_compilers_trailer_is_none() {
        assert!(has(&[0x60, 0x00, 0xff], SELFDESTRUCT));
        assert!(!has(&[0x60, 0xff, 0x00], SELFDESTRUCT), "the byte is pushed");
        let trailer = [&[0x00, 0xa1, 0x64][..], b"solc", &[0xff; 3], &[0, 9]].concat();
        assert!(!has(&trailer, SELFDESTRUCT), "the byte is metadata");
        assert!(has(&[&[0xff][..], &trailer].concat(), SELFDESTRUCT));
    }
}
