//! The storage of two releases side by side: plain variables, transient ones, and each namespace, with what was found wrong.

use super::compare::Comparison;
use crate::checks::{counted, error, judged, warning};
use alloy_primitives::U256;
use payrox_artifacts::layout::{ContractLayout, Field, Layouts, Namespace, Type};
use payrox_model::{Check, Finding, text::escape};
use serde::Serialize;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

/// A namespace of the deployed release is in no facet.
const GONE: &str = "PRX-VAL-113";
/// A function gives a struct, a mapping or an array a slot that nobody can compute.
pub(crate) const UNRESOLVED: &str = "PRX-VAL-115";

/// Where a release keeps what it keeps.
#[derive(Clone, Debug)]
pub struct Release<'a> {
    /// The layouts of its facets.
    pub layouts: &'a Layouts,
    /// Each facet by what people call it.
    pub facets: Vec<(String, &'a ContractLayout)>,
}

/// What is other between two releases.
#[derive(Clone, Debug)]
pub struct StorageDifference {
    /// Those parts of storage that either of them has.
    pub areas: Vec<StorageArea>,
    /// What must not be so, or wants a look.
    pub findings: Vec<Finding>,
}

/// A part of storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StorageArea {
    /// Which.
    pub kind: AreaKind,
    /// The id of a namespace.
    pub namespace: Option<String>,
    /// Where a namespace begins, before and after: its variables count from there.
    pub slots: [Option<U256>; 2],
    /// How many variables it had and has, without those within structs.
    pub variables: [usize; 2],
    /// What is other, in the order of the earlier release.
    pub changes: Vec<VariableChange>,
}

/// A kind of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AreaKind {
    /// Variables from slot 0 on.
    Plain,
    /// The same, of transient storage.
    Transient,
    /// A struct at the slot of its annotation, or what assembly puts at a slot.
    Namespace,
}

/// A variable that is other than it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VariableChange {
    /// What happened to it.
    pub change: ChangeKind,
    /// Facets that have it, before or after.
    pub facets: BTreeSet<String>,
    /// The variable whose struct it is a member of, such as `accounts[].`; slots count from the struct's beginning then.
    pub within: String,
    /// As it was.
    pub old: Option<Variable>,
    /// As it is.
    pub new: Option<Variable>,
}

/// What happened to a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// It was not there.
    Added,
    /// It stands elsewhere.
    Moved,
    /// In its place stands one of another name.
    Renamed,
    /// It has another type.
    Retyped,
    /// It is not there any more.
    Removed,
    /// Room that was left for later has another size.
    Gap,
}

/// A variable, escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Its name.
    pub label: String,
    /// Its slot.
    pub slot: U256,
    /// The byte of the slot, from the right.
    pub offset: u8,
    /// The name of its type.
    #[serde(rename = "type")]
    pub ty: String,
}

impl VariableChange {
    pub(super) fn new(change: ChangeKind, within: &str, old: Option<&Field>, new: Option<&Field>) -> Self {
        let variable = |field: &Field| Variable {
            label: escape(&field.name),
            slot: field.slot,
            offset: field.offset,
            ty: escape(&field.ty),
        };
        Self {
            change,
            facets: BTreeSet::new(),
            within: within.to_owned(),
            old: old.map(variable),
            new: new.map(variable),
        }
    }

    /// Shows the contracts that declare them, where the names alone are the same.
    pub(super) fn tell_apart(&mut self, old: &Field, new: &Field) {
        for (variable, field) in [(&mut self.old, old), (&mut self.new, new)] {
            if let Some(variable) = variable {
                variable.label = full(field);
            }
        }
    }

    /// The name of the outermost variable that it is part of.
    fn root(&self) -> impl Iterator<Item = &str> {
        let within = self.within.split(['.', '[']).next().filter(|root| !root.is_empty());
        let own = [&self.old, &self.new].into_iter().flatten().map(|variable| variable.label.as_str());
        within.into_iter().chain(own.take(if within.is_some() { 0 } else { 2 }))
    }
}

/// The name of a variable with that of the contract that declares it, where that is known.
fn full(field: &Field) -> String {
    let name = field.contract.iter().chain([&field.name]).map(|name| escape(name));
    name.collect::<Vec<_>>().join(".")
}

/// A namespace of a release.
struct Members<'a> {
    id: &'a str,
    slot: Option<U256>,
    fields: Cow<'a, [Field]>,
    facets: BTreeSet<String>,
}

impl StorageDifference {
    /// Compares an earlier release with a later one.
    pub fn between(before: &Release<'_>, after: &Release<'_>) -> Self {
        let mut found = Self { areas: Vec::new(), findings: Vec::new() };
        found.variables(AreaKind::Plain, before, after, |contract| &contract.storage);
        found.variables(AreaKind::Transient, before, after, |contract| &contract.transient);
        let (was, is) = (namespaces(before), namespaces(after));
        let places: BTreeSet<_> = was.keys().chain(is.keys()).collect();
        let both = places.into_iter().map(|place| (was.get(place), is.get(place)));
        let named = both.filter_map(|(was, is)| Some((was.or(is)?.id, was, is)));
        let mut named: Vec<_> = named.collect();
        named.sort_by_key(|(id, ..)| *id);
        for (id, was, is) in named {
            found.namespace(id, (before.layouts, was), (after.layouts, is));
        }
        found.unresolved(before, after);
        found
    }

    /// The variables of all facets together: they are the router's.
    fn variables(
        &mut self,
        kind: AreaKind,
        before: &Release<'_>,
        after: &Release<'_>,
        which: fn(&ContractLayout) -> &Vec<Field>,
    ) {
        let (was, is) = (variables(before, which), variables(after, which));
        if was.is_empty() && is.is_empty() {
            return;
        }
        let mut comparison = Comparison::new(before.layouts, after.layouts);
        comparison.fields("", &was, &is);
        for change in &mut comparison.changes {
            let names: BTreeSet<String> = change.root().map(str::to_owned).collect();
            let is = |field: &Field| names.contains(&escape(&field.name)) || names.contains(&full(field));
            let has = |layout: &ContractLayout| which(layout).iter().any(is);
            let facets = before.facets.iter().chain(&after.facets).filter(|(_, layout)| has(layout));
            change.facets = facets.map(|(name, _)| name.clone()).collect();
        }
        // Nothing of transient storage is there when the next release comes.
        if kind == AreaKind::Plain {
            self.findings.append(&mut comparison.findings);
        }
        self.areas.push(StorageArea {
            kind,
            namespace: None,
            slots: [None, None],
            variables: [was.len(), is.len()],
            changes: comparison.changes,
        });
    }

    fn namespace(
        &mut self,
        id: &str,
        (old, was): (&Layouts, Option<&Members<'_>>),
        (new, is): (&Layouts, Option<&Members<'_>>),
    ) {
        let fields = |members: Option<&Members<'_>>| members.map_or(0, |m| m.fields.len());
        let mut comparison = Comparison::new(old, new);
        comparison.fields("", was.map_or(&[], |m| &m.fields), is.map_or(&[], |m| &m.fields));
        if was.is_some() && is.is_none() {
            let evidence = "the deployed release keeps data in this namespace, and no facet knows it";
            let hint = "if it was renamed its data is lost: keep the id. If nobody needs it, accept that in a waiver";
            self.findings.push(error(GONE, escape(id), evidence, hint));
        } else if was.is_some() {
            let named = comparison.findings.into_iter();
            self.findings
                .extend(named.map(|f| Finding { subject: format!("{}.{}", escape(id), f.subject), ..f }));
        }
        let facets: BTreeSet<_> = was.iter().chain(&is).flat_map(|m| m.facets.iter().cloned()).collect();
        for change in &mut comparison.changes {
            change.facets.clone_from(&facets);
        }
        self.areas.push(StorageArea {
            kind: AreaKind::Namespace,
            namespace: Some(escape(id)),
            slots: [was.and_then(|m| m.slot), is.and_then(|m| m.slot)],
            variables: [fields(was), fields(is)],
            changes: comparison.changes,
        });
    }

    /// What was put at a slot that nobody can compute was not compared.
    fn unresolved(&mut self, before: &Release<'_>, after: &Release<'_>) {
        let facets = before.facets.iter().chain(&after.facets);
        let lost: BTreeSet<_> = facets.flat_map(|(_, contract)| &contract.unresolved).collect();
        for function in lost {
            let evidence = "it puts something at a slot that cannot be computed from the sources: nobody compared what stands there";
            let hint =
                "set the slot to a constant of the same contract; or compare by hand, and say so in a waiver";
            self.findings.push(warning(UNRESOLVED, escape(function), evidence, hint));
        }
    }

    /// What was found, as a check.
    pub fn check(&self, name: &str) -> Check {
        judged(name, self.summary(), self.findings.clone())
    }

    /// What the earlier release had, in words.
    fn summary(&self) -> String {
        let was = |kind| self.areas.iter().filter(move |area| area.kind == kind && area.variables[0] > 0);
        format!(
            "{} and {} of the deployed release",
            counted(was(AreaKind::Plain).map(|area| area.variables[0]).sum(), "plain variable"),
            counted(was(AreaKind::Namespace).count(), "namespace")
        )
    }
}

/// The variables of all facets, in order of position.
fn variables(release: &Release<'_>, which: fn(&ContractLayout) -> &Vec<Field>) -> Vec<Field> {
    let mut all: Vec<_> = release.facets.iter().flat_map(|(_, contract)| which(contract)).cloned().collect();
    let order = |field: &Field| {
        let Field { name, slot, offset, ty, contract } = field.clone();
        (slot, offset, name, ty, contract)
    };
    all.sort_by_cached_key(order);
    // Of a variable that many share, each may declare it himself.
    all.dedup_by(|one, other| one.stands_as(other));
    all
}

/// What assembly puts at a slot without a struct around it.
fn whole(namespace: &Namespace) -> Field {
    let (name, ty) = ("value".to_owned(), namespace.ty.clone());
    Field { name, slot: U256::ZERO, offset: 0, ty, contract: None }
}

/// Where a namespace stands, or its id where that is not known: two releases may call one place by two names.
fn place(namespace: &Namespace) -> String {
    namespace.place().map_or_else(|| namespace.id.clone(), |slot| format!("{slot:#x}"))
}

/// The namespaces of all facets, by place.
fn namespaces<'a>(release: &Release<'a>) -> BTreeMap<String, Members<'a>> {
    let mut all: BTreeMap<String, Members<'_>> = BTreeMap::new();
    for (facet, contract) in &release.facets {
        for (_, namespace) in release.layouts.namespaces(contract) {
            let fields = match release.layouts.types.get(&namespace.ty) {
                Some(Type::Struct { members, .. }) => Cow::Borrowed(members.as_slice()),
                // A mapping or an array: one variable.
                Some(_) => Cow::Owned(vec![whole(namespace)]),
                None => continue,
            };
            let place = place(namespace);
            let facets = all.remove(&place).map(|known| known.facets).unwrap_or_default();
            let mut here = Members { id: &namespace.id, slot: namespace.slot, fields, facets };
            here.facets.insert(facet.clone());
            all.insert(place, here);
        }
    }
    all
}
