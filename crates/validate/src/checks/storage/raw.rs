//! Slots that code reads or writes by their numbers, which no layout shows: `sstore(5, x)`.
//!
//! Only numbers that stand in the code, or are computed from such, are known. One that comes from calldata, from memory that nobody
//! follows or from storage is not looked at.

use super::Stored;
use crate::{
    Baseline, Subject,
    checks::{error, warning},
    evm::{Entry, constants, walk},
};
use alloy_primitives::{U256, keccak256};
use payrox_artifacts::layout::{ContractLayout, Layouts, Type};
use payrox_model::{Finding, text::escape};
use std::collections::{BTreeMap, BTreeSet};

/// A facet uses the slot of another's variable by its number.
const OVER: &str = "PRX-VAL-109";
/// A slot that the deployed release used by its number is used by nothing now.
const GONE: &str = "PRX-VAL-117";

/// How far behind a hash what belongs to it stands: elements and members.
const BEHIND: u64 = 1 << 32;
/// Slots whose hashes are computed, where somebody declares a variable of so many.
const WORDS: usize = 1024;

/// Which function uses a slot, and whether it writes.
#[derive(Clone, Debug, Default)]
struct Use {
    functions: BTreeSet<String>,
    writes: bool,
}

/// The slots that code names, with the functions that do.
fn used<'a>(code: &[u8], functions: impl Iterator<Item = (String, [u8; 4])> + 'a) -> BTreeMap<U256, Use> {
    let functions: Vec<_> = functions.collect();
    let selectors: Vec<_> = functions.iter().map(|(_, selector)| *selector).collect();
    let mut all: BTreeMap<U256, Use> = BTreeMap::new();
    let entries = functions.iter().map(|(name, selector)| (name.as_str(), Entry::Function(*selector)));
    for (name, entry) in entries.chain([("other calls", Entry::Other(&selectors))]) {
        for (slot, writes) in walk(code, entry).slots {
            let found = all.entry(slot).or_default();
            found.functions.insert(name.to_owned());
            found.writes |= writes;
        }
    }
    all
}

/// Slots from the first up to the one behind the last.
type Span = (U256, U256);

fn span(layouts: &Layouts, slot: U256, ty: &str) -> Span {
    let bytes = layouts.types.get(ty).map(Type::bytes).unwrap_or_default();
    (slot, slot.saturating_add(bytes.div_ceil(U256::from(32)).max(U256::from(1))))
}

/// The slots of a contract's variables and namespaces.
fn spans(layouts: &Layouts, layout: &ContractLayout) -> Vec<Span> {
    let fields = layout.storage.iter().map(|field| span(layouts, field.slot, &field.ty));
    let named = layouts.namespaces(layout).filter_map(|(_, n)| Some(span(layouts, n.place()?, &n.ty)));
    fields.chain(named).collect()
}

fn within(spans: &[Span], slot: U256) -> bool {
    spans.iter().any(|(from, to)| *from <= slot && slot < *to)
}

/// Slots that a contract names in its code and that are another's variables.
pub(super) fn over(subject: &Subject<'_>, stored: &Stored<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for judged in subject.contracts() {
        let own = stored.all().find(|(name, _)| *name == judged.name);
        let (Some(contract), Some(code), Some((_, layout))) = (judged.contract, judged.code, own) else {
            continue;
        };
        let known = spans(stored.layouts, layout);
        let functions = contract.functions.iter().map(|f| (f.signature.clone(), f.selector.0));
        for (slot, found) in used(code, functions).into_iter().filter(|(slot, _)| !within(&known, *slot)) {
            let others = stored.all().filter(|(name, _)| *name != judged.name);
            let fields = others.flat_map(|(name, layout)| layout.storage.iter().map(move |f| (name, f)));
            let mut there =
                fields.filter(|(_, field)| within(&[span(stored.layouts, field.slot, &field.ty)], slot));
            let Some((other, field)) = there.next() else { continue };
            let about = format!("{}: slot {slot}", judged.name);
            let does = if found.writes { "writes" } else { "reads" };
            let evidence = format!(
                "{} {does} it by its number; `{}` of {other} stands there",
                list(&found.functions),
                escape(&field.name)
            );
            let hint =
                "use a slot computed from a name; where it is meant, declare the variable as the other does";
            findings.push(if found.writes {
                error(OVER, about, evidence, hint)
            } else {
                warning(OVER, about, evidence, hint)
            });
        }
    }
    findings
}

/// Slots that the deployed release names in its code and that nothing of this one uses.
pub(super) fn gone(
    subject: &Subject<'_>,
    baseline: &Baseline,
    before: &Layouts,
    stored: &Stored<'_>,
) -> Vec<Finding> {
    let mut was: BTreeMap<U256, Use> = BTreeMap::new();
    for (facet, code) in &baseline.code {
        let Some(abi) = baseline.abi.get(facet) else { continue };
        let functions = abi.functions().map(|f| (f.signature(), f.selector().0));
        for (slot, found) in used(code, functions) {
            let all = was.entry(slot).or_default();
            all.functions.extend(found.functions.iter().map(|function| format!("{facet}.{function}")));
            all.writes |= found.writes;
        }
    }
    let old: Vec<_> = before.contracts.values().flat_map(|layout| spans(before, layout)).collect();
    was.retain(|slot, _| !within(&old, *slot));
    if was.is_empty() {
        return Vec::new();
    }
    let new: Vec<_> = stored.all().flat_map(|(_, layout)| spans(stored.layouts, layout)).collect();
    was.retain(|slot, _| !within(&new, *slot));
    for judged in subject.contracts() {
        if let (Some(contract), Some(code)) = (judged.contract, judged.code) {
            let functions = contract.functions.iter().map(|f| (f.signature.clone(), f.selector.0));
            used(code, functions).keys().for_each(|slot| drop(was.remove(slot)));
        }
    }
    if was.is_empty() {
        return Vec::new();
    }
    let hashes = hashes(baseline, &old);
    was.retain(|slot, _| {
        let below = hashes.range(..=*slot).next_back();
        below.is_none_or(|hash| *slot - *hash >= U256::from(BEHIND))
    });
    let lost = was.into_iter().map(|(slot, found)| {
        let does = if found.writes { "write" } else { "read" };
        let evidence = format!(
            "functions of the deployed release {does} it by its number: {}; nothing of this release does, or has a variable there",
            list(&found.functions)
        );
        let hint = "leave what stands there where it stood; if nobody needs it, accept that in a waiver";
        error(GONE, format!("slot {slot:#x}"), evidence, hint)
    });
    lost.collect()
}

/// Where elements of the variables' arrays stand, and what their mappings hold under keys that are in the code: a compiler may
/// have computed those hashes.
fn hashes(baseline: &Baseline, spans: &[Span]) -> BTreeSet<U256> {
    let words = spans.iter().flat_map(|(from, to)| {
        let next = |slot: &U256| slot.checked_add(U256::from(1)).filter(|next| next < to);
        std::iter::successors(Some(*from), next).take(WORDS)
    });
    let words: BTreeSet<_> = words.take(WORDS).collect();
    let functions = baseline.code.iter().filter_map(|(facet, code)| Some((code, baseline.abi.get(facet)?)));
    let keys = functions.flat_map(|(code, abi)| abi.functions().map(|f| constants(code, f.selector().0)));
    let keys: BTreeSet<_> = keys.flatten().collect();
    let hash = |bytes: &[u8]| U256::from_be_bytes(keccak256(bytes).0);
    let mut all = BTreeSet::new();
    for word in words {
        let word = word.to_be_bytes::<32>();
        all.insert(hash(&word));
        all.extend(keys.iter().map(|key| hash(&[key.to_be_bytes::<32>(), word].concat())));
    }
    all
}

fn list(functions: &BTreeSet<String>) -> String {
    let named = functions.iter().take(4).map(|name| escape(name)).collect::<Vec<_>>().join(", ");
    match functions.len().saturating_sub(4) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
