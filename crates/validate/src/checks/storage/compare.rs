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
    /// `Base.`, while a variable is looked at that `Base` declares.
    owner: String,
    pub(super) findings: Vec<Finding>,
    /// What is other than it was, good or bad.
    pub(super) changes: Vec<VariableChange>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a Layouts, new: &'a Layouts) -> Self {
        let (seen, owner) = (BTreeSet::new(), String::new());
        Self { old, new, seen, owner, findings: Vec::new(), changes: Vec::new() }
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
        self.owner.clear();
    }

    /// Variables of one name in two bases are two: the contract is part of the subject.
    fn report(&mut self, found: Finding) {
        let subject = format!("{}{}", self.owner, found.subject);
        self.findings.push(Finding { subject, ..found });
    }

    fn members(&mut self, path: &str, old: &'a [Field], new: &'a [Field], depth: usize) {
        self.note(path, old, new);
        // What follows something that is no longer as large as it was moves with it: one cause, one finding.
        let mut cause: Option<usize> = None;
        let mut behind = 0;
        for field in old {
            if depth == 0 {
                self.owner = field.contract.iter().map(|contract| format!("{}.", escape(contract))).collect();
            }
            let subject = format!("{path}{}", escape(&field.name));
            if gap(field, self.old) {
                if let Some(found) = self.gap(&subject, field, old, new) {
                    cause.get_or_insert(self.findings.len());
                    self.report(found);
                }
                continue;
            }
            let here = new.iter().find(|other| at_once(other, field));
            let found = match (here, elsewhere(field, old, new)) {
                (Some(here), _) if here.name == field.name => {
                    let before = self.findings.len();
                    self.step(&subject, &field.ty, &here.ty, false, depth);
                    match (self.findings.len() > before, swapped(field, here, old, new)) {
                        (true, _) => drop(cause.get_or_insert(before)),
                        (false, true) if cause.is_some() => behind += 1,
                        (false, true) => self.report(another(&subject, field, here)),
                        (false, false) => {}
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
            self.report(found);
        }
        if let Some(cause) = cause.and_then(|cause| self.findings.get_mut(cause)).filter(|_| behind > 0) {
            cause.evidence.push_str(&format!("; {behind} more behind it move"));
        }
    }

    /// Notes what differs of two lists: each variable that was there, then those that were not.
    fn note(&mut self, path: &str, old: &[Field], new: &[Field]) {
        let same = |a: &Field, b: &Field| a.name == b.name && at_once(a, b);
        let (mut taken, mut changes) = (BTreeSet::new(), Vec::new());
        for was in old {
            let stays = new.iter().position(|is| same(was, is));
            let moved = || {
                let free = |at: &usize| {
                    let is = &new[*at];
                    was.name == is.name && !taken.contains(at) && !old.iter().any(|o| same(o, is))
                };
                let mine = (0..new.len()).find(|at| free(at) && new[*at].contract == was.contract);
                mine.or_else(|| (0..new.len()).find(free))
            };
            let renamed = || {
                let here = new.iter().position(|is| at_once(is, was) && !gap(is, self.new))?;
                (!gap(was, self.old) && !old.iter().any(|o| o.name == new[here].name)).then_some(here)
            };
            let at = stays.or_else(moved).or_else(renamed);
            let Some(is) = at.and_then(|at| new.get(at)) else {
                changes.push(VariableChange::new(ChangeKind::Removed, path, Some(was), None));
                continue;
            };
            taken.extend(at);
            if stays.is_some() && self.alike(was, is) && swapped(was, is, old, new) {
                let mut change = VariableChange::new(ChangeKind::Renamed, path, Some(was), Some(is));
                change.tell_apart(was, is);
                changes.push(change);
                continue;
            }
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
    fn gap(&self, subject: &str, old: &Field, all: &[Field], new: &[Field]) -> Option<Finding> {
        let end = |field: &Field, layouts: &Layouts| {
            let bytes = layouts.types.get(&field.ty).map(Type::bytes).unwrap_or_default();
            field.slot.saturating_add(bytes.div_ceil(U256::from(32)))
        };
        let (begins, ends) = (old.slot, end(old, self.old));
        let named = new.iter().filter(|field| gap(field, self.new) && field.name == old.name);
        // Each base may have one of this name: where no end is its own, those that end where another ended are another's.
        let others = all.iter().filter(|other| other.name == old.name && *other != old);
        let others: BTreeSet<_> = others.map(|other| end(other, self.old)).collect();
        let own = |field: &&&Field| end(field, self.new) == ends;
        let named: Vec<_> = named.collect();
        let free = || named.iter().filter(|field| !others.contains(&end(field, self.new)));
        let mine = || free().find(|field| field.contract.is_some() && field.contract == old.contract);
        let near = || free().min_by_key(|field| field.slot.abs_diff(begins));
        let now = named.iter().find(own).or_else(mine).or_else(near)?;
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
            return self.report(error(ELEMENT, path, evidence, hint));
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
                self.report(error(CHANGED, path, evidence, hint));
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

/// Whether two variables begin in one place.
fn at_once(one: &Field, other: &Field) -> bool {
    (one.slot, one.offset) == (other.slot, other.offset)
}

/// Where a variable may have gone: to one that the same contract declares, else to one of its name that is nobody else's.
fn elsewhere<'a>(field: &Field, old: &[Field], new: &'a [Field]) -> Option<&'a Field> {
    let mut named = new.iter().filter(|other| other.name == field.name);
    let mine = named.clone().find(|other| other.contract == field.contract);
    mine.or_else(|| named.find(|other| !old.iter().any(|o| o.name == other.name && at_once(o, other))))
}

/// Whether a variable stands in the place of one of the same name that another contract declares. Where only the contract has
/// another name, that is no other variable.
fn swapped(old: &Field, new: &Field, before: &[Field], after: &[Field]) -> bool {
    let has = |all: &[Field], field: &Field| {
        all.iter().any(|other| other.name == field.name && other.contract == field.contract)
    };
    let differ = old.contract.is_some() && new.contract.is_some() && old.contract != new.contract;
    differ && (has(after, old) || has(before, new))
}

/// The variable of one contract in the place of another's.
fn another(subject: &str, old: &Field, new: &Field) -> Finding {
    let contract = new.contract.as_deref().map(escape).unwrap_or_default();
    let evidence =
        format!("at {} stands `{}` of {contract} now, of the same type", place(old), escape(&new.name));
    let hint = "put the bases back into the order they had; if it means the same, accept it in a waiver";
    warning(RENAMED, subject, evidence, hint)
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
