//! Two layouts, the earlier and the later: what stood somewhere stands there still and means the same.

use super::difference::{ChangeKind, VariableChange};
use crate::checks::{error, warning};
use alloy_primitives::U256;
use payrox_artifacts::layout::{Field, Layouts, Type};
use payrox_model::{Finding, text::escape};
use std::collections::BTreeSet;

/// A variable stands elsewhere.
pub(super) const MOVED: &str = "PRX-VAL-101";
/// A variable is not there any more.
pub(super) const REMOVED: &str = "PRX-VAL-102";
/// Its bytes mean something else.
pub(super) const CHANGED: &str = "PRX-VAL-103";
/// It has another name.
pub(super) const RENAMED: &str = "PRX-VAL-104";
/// A gap is not smaller by what was put into it.
pub(super) const GAP: &str = "PRX-VAL-105";
/// What stands in an array one after the other has another size.
pub(super) const ELEMENT: &str = "PRX-VAL-106";

/// How deep types are followed.
const DEPTH: usize = 32;

/// A comparison of an earlier with a later release.
pub(super) struct Comparison<'a> {
    old: &'a Layouts,
    new: &'a Layouts,
    /// Pairs that were compared: types may contain themselves.
    seen: BTreeSet<(&'a str, &'a str)>,
    pub(super) findings: Vec<Finding>,
    /// What is other than it was, good or bad.
    pub(super) changes: Vec<VariableChange>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a Layouts, new: &'a Layouts) -> Self {
        Self { old, new, seen: BTreeSet::new(), findings: Vec::new(), changes: Vec::new() }
    }

    /// Whether two types of one file are the same, all the way down.
    pub(super) fn equal(layouts: &Layouts, one: &str, other: &str) -> bool {
        let one_way = |a: &str, b: &str| {
            let mut comparison = Comparison::new(layouts, layouts);
            comparison.types("", a, b, true);
            comparison.findings.is_empty()
        };
        one == other || (one_way(one, other) && one_way(other, one))
    }

    /// Variables of a contract, or members of a struct, each list in order of position.
    pub(super) fn fields(&mut self, path: &str, old: &'a [Field], new: &'a [Field]) {
        self.members(path, old, new, 0);
    }

    fn members(&mut self, path: &str, old: &'a [Field], new: &'a [Field], depth: usize) {
        self.note(path, old, new);
        // What follows something that is no longer as large as it was moves with it: one cause, one finding.
        let mut cause: Option<usize> = None;
        let mut behind = 0;
        for field in old {
            let subject = format!("{path}{}", escape(&field.name));
            if gap(field, self.old) {
                if let Some(found) = self.gap(&subject, field, new) {
                    cause.get_or_insert(self.findings.len());
                    self.findings.push(found);
                }
                continue;
            }
            let here = new.iter().find(|other| other.slot == field.slot && other.offset == field.offset);
            let elsewhere = new.iter().find(|other| other.name == field.name);
            let found = match (here, elsewhere) {
                (Some(here), _) if here.name == field.name => {
                    let before = self.findings.len();
                    self.step(&subject, &field.ty, &here.ty, false, depth);
                    if self.findings.len() > before {
                        cause.get_or_insert(before);
                    }
                    continue;
                }
                (_, Some(elsewhere)) if cause.is_none() => error(
                    MOVED,
                    subject,
                    format!("it stood at {}, it stands at {}", place(field), place(elsewhere)),
                    "new variables come after all others, or out of a gap behind them",
                ),
                (_, Some(_)) => {
                    behind += 1;
                    continue;
                }
                (Some(here), None)
                    if !gap(here, self.new) && !old.iter().any(|other| other.name == here.name) =>
                {
                    self.replaced(&subject, field, here)
                }
                (_, None) => error(
                    REMOVED,
                    subject,
                    format!(
                        "it stood at {}; what it left there will be read as something else",
                        place(field)
                    ),
                    "keep it, under a name that says that it is no longer used",
                ),
            };
            cause.get_or_insert(self.findings.len());
            self.findings.push(found);
        }
        if let Some(cause) = cause.and_then(|cause| self.findings.get_mut(cause)).filter(|_| behind > 0) {
            cause.evidence.push_str(&format!("; {behind} more behind it move"));
        }
    }

    /// Notes what differs of two lists: each variable that was there, then those that were not.
    fn note(&mut self, path: &str, old: &[Field], new: &[Field]) {
        let same = |a: &Field, b: &Field| a.name == b.name && (a.slot, a.offset) == (b.slot, b.offset);
        let (mut taken, mut changes) = (BTreeSet::new(), Vec::new());
        for was in old {
            let stays = new.iter().position(|is| same(was, is));
            let moved = || new.iter().position(|is| was.name == is.name && !old.iter().any(|o| same(o, is)));
            let renamed = || {
                let here = new
                    .iter()
                    .position(|is| (is.slot, is.offset) == (was.slot, was.offset) && !gap(is, self.new))?;
                (!gap(was, self.old) && !old.iter().any(|o| o.name == new[here].name)).then_some(here)
            };
            let at = stays.or_else(moved).or_else(renamed);
            let Some(is) = at.and_then(|at| new.get(at)) else {
                changes.push(VariableChange::new(ChangeKind::Removed, path, Some(was), None));
                continue;
            };
            taken.extend(at);
            let kind = match () {
                () if stays.is_some() && self.alike(was, is) => continue,
                () if gap(was, self.old) => ChangeKind::Gap,
                () if stays.is_some() => ChangeKind::Retyped,
                () if was.name == is.name => ChangeKind::Moved,
                () => ChangeKind::Renamed,
            };
            changes.push(VariableChange::new(kind, path, Some(was), Some(is)));
        }
        let fresh = new.iter().enumerate().filter(|(at, _)| !taken.contains(at));
        changes.extend(fresh.map(|(_, is)| VariableChange::new(ChangeKind::Added, path, None, Some(is))));
        self.changes.append(&mut changes);
    }

    /// Whether two variables have types of one name, and of one content where that has no variables of its own.
    fn alike(&self, old: &Field, new: &Field) -> bool {
        let content = match (self.old.types.get(&old.ty), self.new.types.get(&new.ty)) {
            (Some(was @ (Type::Enum { .. } | Type::Alias { .. })), Some(is)) => was == is,
            _ => true,
        };
        content && plain(&old.ty) == plain(&new.ty)
    }

    /// One variable in the place of another.
    fn replaced(&self, subject: &str, old: &Field, new: &Field) -> Finding {
        let mut comparison = Comparison::new(self.old, self.new);
        comparison.types("", &old.ty, &new.ty, false);
        let (was, is) = (escape(&old.ty), escape(&new.ty));
        let name = escape(&new.name);
        if comparison.findings.is_empty() {
            let evidence = format!("at {} stands `{name}` now, of the same type {is}", place(old));
            let hint =
                "if it means the same, accept it in a waiver; if not, put the new one behind the others";
            warning(RENAMED, subject, evidence, hint)
        } else {
            let evidence = format!("at {} stood {was}, now `{name}` of type {is}", place(old));
            error(CHANGED, subject, evidence, "keep it and put the new one behind the others")
        }
    }

    /// A gap may be filled from its beginning, and must end where it ended.
    fn gap(&self, subject: &str, old: &Field, new: &[Field]) -> Option<Finding> {
        let end = |field: &Field, layouts: &Layouts| {
            let bytes = layouts.types.get(&field.ty).map(Type::bytes).unwrap_or_default();
            field.slot.saturating_add(bytes.div_ceil(U256::from(32)))
        };
        let (begins, ends) = (old.slot, end(old, self.old));
        let now = new.iter().find(|field| gap(field, self.new) && field.name == old.name)?;
        let now_ends = end(now, self.new);
        if now.slot >= begins && now_ends == ends {
            return None;
        }
        let evidence = format!(
            "it took slots {begins} to {ends}, it takes {} to {now_ends}, ends not included",
            now.slot
        );
        let hint = "make a gap smaller by as many slots as new variables before it take, and leave its end";
        Some(error(GAP, subject, evidence, hint))
    }

    /// Two types that stand in one place; as elements of an array they must also have one size.
    fn types(&mut self, path: &str, old: &str, new: &str, element: bool) {
        let (Some((old, _)), Some((new, _))) =
            (self.old.types.get_key_value(old), self.new.types.get_key_value(new))
        else {
            return;
        };
        self.step(path, old, new, element, 0);
    }

    fn step(&mut self, path: &str, old: &'a str, new: &'a str, element: bool, depth: usize) {
        let (old_layouts, new_layouts) = (self.old, self.new);
        let (Some(was), Some(is)) = (old_layouts.types.get(old), new_layouts.types.get(new)) else { return };
        if element && was.bytes() != is.bytes() {
            let evidence =
                format!("an element of {} took {} bytes, it takes {}", escape(old), was.bytes(), is.bytes());
            let hint =
                "elements stand one after the other: keep their size, or put new members into a mapping";
            return self.findings.push(error(ELEMENT, path, evidence, hint));
        }
        if depth > DEPTH || !self.seen.insert((old, new)) {
            return;
        }
        let depth = depth + 1;
        match (was, is) {
            (Type::Struct { members: was, .. }, Type::Struct { members: is, .. }) => {
                let path = if path.is_empty() { String::new() } else { format!("{path}.") };
                self.members(&path, was, is, depth);
            }
            (Type::Mapping { key: a, value: was }, Type::Mapping { key: b, value: is }) => {
                self.step(&format!("{path}[key]"), a, b, false, depth);
                self.step(&format!("{path}[]"), was, is, false, depth);
            }
            (Type::Array { base: was, length: a, .. }, Type::Array { base: is, length: b, .. }) if a == b => {
                self.step(&format!("{path}[]"), was, is, true, depth);
            }
            _ if same(old, was, new, is) => {}
            _ => {
                let evidence = match (was, is) {
                    (Type::Enum { members: Some(was), .. }, Type::Enum { members: Some(is), .. }) => {
                        format!("its values were {}, they are {}", list(was), list(is))
                    }
                    _ => format!("it was {}, it is {}", escape(old), escape(new)),
                };
                let hint = "keep its type; a new variable behind the others may have the new one";
                self.findings.push(error(CHANGED, path, evidence, hint));
            }
        }
    }
}

/// Whether types that are not made of others mean the same.
fn same(old: &str, was: &Type, new: &str, is: &Type) -> bool {
    match (was, is) {
        (Type::Enum { bytes: a, members: Some(was) }, Type::Enum { bytes: b, members: Some(is) }) => {
            a == b && is.starts_with(was)
        }
        (Type::Enum { bytes: a, .. }, Type::Enum { bytes: b, .. }) => a == b && plain(old) == plain(new),
        (Type::Struct { .. } | Type::Mapping { .. } | Type::Array { .. }, _) => false,
        _ => stands_for(old, was) == stands_for(new, is) && was.bytes() == is.bytes(),
    }
}

/// A name without the number that tells it from others of the same file.
fn plain(name: &str) -> &str {
    name.split(" #").next().unwrap_or(name)
}

/// What the bytes are: a contract is its address, a name is what it stands for.
fn stands_for<'a>(name: &'a str, ty: &'a Type) -> &'a str {
    match ty {
        Type::Contract { .. } => "address",
        Type::Alias { of: Some(of), .. } => of,
        _ if name == "address payable" => "address",
        _ => plain(name),
    }
}

/// Room that was left for later, as OpenZeppelin names it: an array, for what is none of that name keeps something.
fn gap(field: &Field, layouts: &Layouts) -> bool {
    let array = || matches!(layouts.types.get(&field.ty), Some(Type::Array { length: Some(_), .. }));
    field.name.starts_with("__gap") && array()
}

fn place(field: &Field) -> String {
    if field.offset == 0 {
        format!("slot {}", field.slot)
    } else {
        format!("slot {}, byte {}", field.slot, field.offset)
    }
}

fn list(members: &[String]) -> String {
    members.iter().map(|member| escape(member)).collect::<Vec<_>>().join(", ")
}
