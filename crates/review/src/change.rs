//! What changes for those who look at code: routes before and after, facets whose code is another, sources line by line.

use alloy_sol_types::SolCall as _;
use payrox_model::{abi::IDeterministicChunkFactory as F, text::escape};
use payrox_plan::{Change, Plan};
use serde::Serialize;
use similar::TextDiff;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// A facet whose code is another than the parent's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FacetChange {
    /// Its name.
    pub facet: String,
    /// What it was made from, before and after.
    pub contracts: [Option<String>; 2],
    /// Bytes of runtime code, before and after.
    pub size: [u64; 2],
    /// Functions that only the new one serves.
    pub added: Vec<String>,
    /// Functions that only the old one served.
    pub removed: Vec<String>,
    /// How often its init code has an opcode worth a look, where that differs.
    pub opcodes: Vec<OpcodeChange>,
}

/// An opcode, and how often it was and is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpcodeChange {
    /// Its name.
    pub opcode: &'static str,
    /// Before.
    pub before: usize,
    /// After.
    pub after: usize,
}

/// A source that is another than at the commit before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceChange {
    /// Its path in the commit.
    pub path: String,
    /// Unified, cut where it is longer than a person reads.
    pub diff: String,
}

/// Opcodes that move value, write, create, log, or call.
const NOTABLE: [(u8, &str); 17] = [
    (0x31, "BALANCE"),
    (0x32, "ORIGIN"),
    (0x42, "TIMESTAMP"),
    (0x54, "SLOAD"),
    (0x55, "SSTORE"),
    (0x5c, "TLOAD"),
    (0x5d, "TSTORE"),
    (0xa0, "LOG0"),
    (0xa1, "LOG1"),
    (0xa2, "LOG2"),
    (0xa3, "LOG3"),
    (0xf0, "CREATE"),
    (0xf1, "CALL"),
    (0xf4, "DELEGATECALL"),
    (0xf5, "CREATE2"),
    (0xfa, "STATICCALL"),
    (0xff, "SELFDESTRUCT"),
];

/// Facets whose code differs between two plans, by name.
pub fn facet_changes(parent: &Plan, plan: &Plan) -> Vec<FacetChange> {
    let names: BTreeSet<_> = parent.facets.iter().chain(&plan.facets).map(|f| f.name.to_string()).collect();
    let mut all = Vec::new();
    for name in names {
        let of = |p: &Plan| p.facets.iter().find(|f| f.name.as_str() == name).cloned();
        let (old, new) = (of(parent), of(plan));
        if old.as_ref().map(|f| f.init_code_hash) == new.as_ref().map(|f| f.init_code_hash) {
            continue;
        }
        let served = |p: &Plan| -> BTreeSet<String> {
            p.routes.iter().filter(|r| r.facet.as_str() == name).map(|r| escape(&r.signature)).collect()
        };
        let (before, after) = (served(parent), served(plan));
        let (was, is) = (opcodes(&init_code(parent, &name)), opcodes(&init_code(plan, &name)));
        let count = |all: &BTreeMap<u8, usize>, op: u8| all.get(&op).copied().unwrap_or(0);
        let opcodes = NOTABLE.iter().map(|(op, opcode)| OpcodeChange {
            opcode,
            before: count(&was, *op),
            after: count(&is, *op),
        });
        all.push(FacetChange {
            opcodes: opcodes.filter(|o| o.before != o.after).collect(),
            contracts: [old.as_ref(), new.as_ref()].map(|f| f.map(|f| escape(&f.contract))),
            size: [old.as_ref(), new.as_ref()].map(|f| f.map_or(0, |f| f.size)),
            added: after.difference(&before).cloned().collect(),
            removed: before.difference(&after).cloned().collect(),
            facet: name,
        });
    }
    all
}

pub(crate) fn init_code(plan: &Plan, facet: &str) -> Vec<u8> {
    let step = format!("facet {facet}");
    let call = plan.steps.iter().find(|s| s.name == step).and_then(|s| s.call.as_ref());
    call.and_then(|c| F::deployDeterministic_1Call::abi_decode(&c.data).ok())
        .map(|c| c.initCode.to_vec())
        .unwrap_or_default()
}

fn opcodes(code: &[u8]) -> BTreeMap<u8, usize> {
    let mut counts = BTreeMap::new();
    let mut at = 0;
    while let Some(&op) = code.get(at) {
        *counts.entry(op).or_insert(0) += 1;
        // The bytes after a PUSH are no opcodes.
        at += 1 + if (0x60..=0x7f).contains(&op) { usize::from(op) - 0x5f } else { 0 };
    }
    counts
}

/// A change of a route: function, old and new facet, flags.
pub(crate) fn route(change: &Change) -> [String; 4] {
    let (kind, function, old, new) = match change {
        Change::Removed { function, facet, flags, .. } => {
            ("removed", function, format!("{facet} {flags}"), String::new())
        }
        Change::Replaced { function, from, to, old, new, .. } => {
            ("replaced", function, format!("{from} {old}"), format!("{to} {new}"))
        }
        Change::Flags { function, facet, old, new, .. } => {
            ("flags", function, format!("{facet} {old}"), format!("{facet} {new}"))
        }
        Change::Added { function, facet, flags, .. } => {
            ("added", function, String::new(), format!("{facet} {flags}"))
        }
    };
    [kind.into(), escape(function), escape(old.trim()), escape(new.trim())]
}

/// Longest difference of one source, and of all.
const DIFF_LINES: usize = 400;
const DIFF_FILES: usize = 200;

/// Sources below two folders that differ.
///
/// # Errors
/// When one cannot be read.
pub fn source_changes(
    before: &Path,
    after: &Path,
    paths: &BTreeSet<String>,
) -> Result<Vec<SourceChange>, payrox_files::FileError> {
    let text = |folder: &Path, path: &str| match payrox_files::read_text(&folder.join(path), 4 << 20) {
        Err(payrox_files::FileError::Missing { .. }) => Ok(String::new()),
        read => read,
    };
    let mut all = Vec::new();
    for path in paths {
        let (old, new) = (text(before, path)?, text(after, path)?);
        if old == new || all.len() == DIFF_FILES {
            continue;
        }
        let diff = TextDiff::from_lines(&old, &new).unified_diff().context_radius(3).to_string();
        let mut lines: Vec<_> = diff.lines().take(DIFF_LINES).map(escape).collect();
        let more = diff.lines().count().saturating_sub(DIFF_LINES);
        if more > 0 {
            lines.push(format!("… {more} more lines: `git diff` shows them"));
        }
        all.push(SourceChange { path: escape(path), diff: lines.join("\n") });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_is_no_opcode() {
        let counts = opcodes(&[0x61, 0xff, 0xff, 0x55, 0x7f]);
        assert_eq!((counts.get(&0xff), counts.get(&0x55)), (None, Some(&1)));
    }
}
