//! What changes between two tables of routes, by function name, removals first.

use crate::{Change, Plan, ServedPart};
use alloy_primitives::Address;
use payrox_model::{CodeHash, Manifest, RouteFlags, Selector};
use std::collections::BTreeMap;

/// Names for what a chain knows only as selectors and addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    functions: BTreeMap<Selector, String>,
    facets: BTreeMap<Address, String>,
}

impl Names {
    /// The names that a plan gives.
    pub fn of(plan: &Plan) -> Self {
        let mut names = Self {
            functions: plan.routes.iter().map(|r| (r.selector, r.signature.clone())).collect(),
            facets: plan.facets.iter().map(|f| (f.address, f.name.to_string())).collect(),
        };
        if let Some(part) = &plan.diamond {
            names.extend(&Self::of_served(&part.before));
        }
        names
    }

    /// The names of what a diamond serves.
    pub(crate) fn of_served(part: &ServedPart) -> Self {
        Self {
            functions: part.routes.iter().map(|r| (r.selector, r.signature.clone())).collect(),
            facets: part.facets.iter().map(|f| (f.address, f.name.to_string())).collect(),
        }
    }

    /// The functions that have a name.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&Selector, &str)> {
        self.functions.iter().map(|(selector, name)| (selector, name.as_str()))
    }

    /// The name of the facet at an address.
    pub(crate) fn facet_at(&self, address: Address) -> Option<&str> {
        self.facets.get(&address).map(String::as_str)
    }

    /// Names a function; one that has a name keeps it.
    pub fn function(&mut self, selector: Selector, signature: impl Into<String>) {
        self.functions.entry(selector).or_insert_with(|| signature.into());
    }

    /// Names a facet; one that has a name keeps it.
    pub fn facet(&mut self, address: Address, name: impl Into<String>) {
        self.facets.entry(address).or_insert_with(|| name.into());
    }

    /// Takes over what another knows and this does not.
    pub fn extend(&mut self, other: &Self) {
        for (selector, name) in &other.functions {
            self.function(*selector, name);
        }
        for (address, name) in &other.facets {
            self.facet(*address, name);
        }
    }
}

/// One route, as far as a difference goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// Canonical signature, or the selector where nobody knows it.
    pub function: String,
    /// Name, or address where nobody knows it.
    pub facet: String,
    /// Where the facet is; zero for RECEIVE, which calls none.
    pub address: Address,
    /// Its code hash; zero for RECEIVE.
    pub code_hash: CodeHash,
    /// How it is called.
    pub flags: RouteFlags,
}

/// Routes by selector.
pub type Table = BTreeMap<Selector, TableRow>;

/// A manifest's routes, with names where they are known.
pub(crate) fn table(manifest: &Manifest, names: &Names) -> Table {
    let row = |leaf: payrox_model::RouteLeaf| {
        let receive = leaf.flags.contains(RouteFlags::RECEIVE);
        let address = if receive { Address::ZERO } else { leaf.facet };
        let facet = match names.facets.get(&leaf.facet) {
            _ if receive => "router".to_owned(),
            Some(name) => name.clone(),
            None => leaf.facet.to_checksum(None),
        };
        let function = match names.functions.get(&leaf.selector) {
            _ if receive => "receive()".to_owned(),
            Some(name) => name.clone(),
            None => leaf.selector.to_string(),
        };
        let code_hash = if receive { CodeHash::ZERO } else { leaf.code_hash };
        (leaf.selector, TableRow { function, facet, address, code_hash, flags: leaf.flags })
    };
    manifest.leaves().map(row).collect()
}

/// The differences, removals first, then replacements, flags and additions, each by function name.
pub fn diff(old: &Table, new: &Table) -> Vec<Change> {
    let mut changes = Vec::new();
    for (selector, before) in old {
        let selector = *selector;
        match new.get(&selector) {
            None => changes.push(Change::Removed {
                selector,
                function: before.function.clone(),
                facet: before.facet.clone(),
                flags: before.flags,
            }),
            Some(after) if (after.address, after.code_hash) != (before.address, before.code_hash) => {
                changes.push(Change::Replaced {
                    selector,
                    function: after.function.clone(),
                    from: before.facet.clone(),
                    to: after.facet.clone(),
                    old: before.flags,
                    new: after.flags,
                });
            }
            Some(after) if after.flags != before.flags => changes.push(Change::Flags {
                selector,
                function: after.function.clone(),
                facet: after.facet.clone(),
                old: before.flags,
                new: after.flags,
            }),
            Some(_) => {}
        }
    }
    for (&selector, after) in new.iter().filter(|(selector, _)| !old.contains_key(selector)) {
        changes.push(Change::Added {
            selector,
            function: after.function.clone(),
            facet: after.facet.clone(),
            flags: after.flags,
        });
    }
    changes.sort_by(|a, b| (a.rank(), a.function(), a).cmp(&(b.rank(), b.function(), b)));
    changes
}

impl Change {
    /// Removals first.
    fn rank(&self) -> u8 {
        match self {
            Self::Removed { .. } => 0,
            Self::Replaced { .. } => 1,
            Self::Flags { .. } => 2,
            Self::Added { .. } => 3,
        }
    }

    /// The function that changes.
    pub fn function(&self) -> &str {
        match self {
            Self::Removed { function, .. }
            | Self::Replaced { function, .. }
            | Self::Flags { function, .. }
            | Self::Added { function, .. } => function,
        }
    }
}

impl Plan {
    /// Its routes.
    ///
    /// # Errors
    /// When its manifest's bytes are no manifest, which a plan that was read never is.
    pub fn table(&self) -> Result<Table, payrox_model::ManifestError> {
        Ok(table(&Manifest::decode(&self.manifest.bytes)?, &Names::of(self)))
    }

    /// What it changes against the chain's manifest bytes, empty before the first release.
    ///
    /// # Errors
    /// When either's bytes are no manifest.
    pub fn diff_against_chain(
        &self,
        active: &[u8],
        names: &Names,
    ) -> Result<Vec<Change>, payrox_model::ManifestError> {
        let mut known = names.clone();
        known.extend(&Names::of(self));
        let old = match active {
            [] => Table::new(),
            bytes => table(&Manifest::decode(bytes)?, &known),
        };
        Ok(diff(&old, &self.table()?))
    }
}
