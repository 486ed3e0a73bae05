//! Where contracts keep what they keep: plain and transient variables, and the structs of ERC-7201 namespaces.
//!
//! The compiler is asked ([`derive`]) once, when the artifacts are made, and the answer is kept beside them, so that those who
//! only have artifacts have it too.

mod accessor;
mod constant;
mod derive;
mod error;
mod namespace;
mod solc;
mod syntax;
mod types;

pub use derive::derive;
pub use error::LayoutError;
pub use namespace::erc7201;
pub use types::{Field, Type};

use crate::{Contract, Source};
use alloy_primitives::{B256, U256};
use payrox_files::FileError;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Version of the file's format.
const VERSION: u32 = 1;
/// Largest file that is read.
const LIMIT: u64 = 64 << 20;
/// Its name, beside the artifacts.
const FILE: &str = "layouts.json";

/// The storage of some contracts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Layouts {
    version: u32,
    /// By `path:Name`.
    pub contracts: BTreeMap<String, ContractLayout>,
    /// By `path:Container.Struct`, or `path:Struct`.
    pub namespaces: BTreeMap<String, Namespace>,
    /// By the names that fields use.
    pub types: BTreeMap<String, Type>,
}

/// The storage of one contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContractLayout {
    /// SHA-256 over the names and hashes of the sources that it was compiled from.
    pub sources: B256,
    /// Variables, in order.
    pub storage: Vec<Field>,
    /// Transient variables, in order.
    pub transient: Vec<Field>,
    /// Structs of its source and of all that it imports, that an annotation or an accessor gives a slot.
    pub namespaces: Vec<String>,
    /// Functions that give a struct a slot which cannot be computed: what stands there is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unresolved: Vec<String>,
}

/// A struct that stands at a slot computed from its annotation `@custom:storage-location`, or where a function's assembly puts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Namespace {
    /// How the slot comes from the id, such as `erc7201`; `assembly code` where there is no annotation.
    pub formula: String,
    /// What the annotation calls it; without one, its name and its slot.
    pub id: String,
    /// The slot, where the formula is known, or there is none.
    pub slot: Option<U256>,
    /// The slot that the code beside the struct uses, where it is a constant that can be computed.
    pub declared: Option<U256>,
    /// The struct.
    #[serde(rename = "type")]
    pub ty: String,
}

impl Namespace {
    /// Where it stands: what the code says before what the annotation says.
    pub fn place(&self) -> Option<U256> {
        self.declared.or(self.slot)
    }
}

impl Default for Layouts {
    fn default() -> Self {
        Self::empty()
    }
}

impl Layouts {
    /// No contract at all.
    pub fn empty() -> Self {
        Self {
            version: VERSION,
            contracts: BTreeMap::new(),
            namespaces: BTreeMap::new(),
            types: BTreeMap::new(),
        }
    }

    /// Where the layouts of these artifacts are kept.
    pub fn beside(source: &Source) -> PathBuf {
        match source {
            Source::StandardJson { .. } => source.path().parent().unwrap_or(Path::new("")).join(FILE),
            _ => source.path().join(FILE),
        }
    }

    /// Reads what was kept; `None` where nothing was.
    ///
    /// # Errors
    /// When the file cannot be read or is of another version.
    pub fn read(file: &Path) -> Result<Option<Self>, LayoutError> {
        match payrox_files::read_text(file, LIMIT) {
            Ok(text) => Self::parse(&text).map(Some).map_err(|why| LayoutError::kept(file, why)),
            Err(FileError::Missing { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let odd = |e: serde_json::Error| crate::reference::shorten(&e.to_string());
        let Versioned { version } = serde_json::from_str(text).map_err(odd)?;
        if version != VERSION {
            return Err(format!("it is of version {version}, this payrox reads {VERSION}"));
        }
        let layouts: Self = serde_json::from_str(text).map_err(odd)?;
        layouts.check()?;
        Ok(layouts)
    }

    /// Writes it, unless the file says the same already; whether it was written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, file: &Path) -> Result<bool, LayoutError> {
        let text = self.to_text();
        if payrox_files::read_text(file, LIMIT).is_ok_and(|old| old == text) {
            return Ok(false);
        }
        payrox_files::write_atomic(file, text.as_bytes())?;
        Ok(true)
    }

    /// As it is kept: one line a contract, a namespace and a type, so that a difference can be read.
    pub fn to_text(&self) -> String {
        fn lines<T: Serialize>(all: &BTreeMap<String, T>) -> String {
            let line = |(name, value): (&String, &T)| {
                let text = |json: Result<String, serde_json::Error>| json.unwrap_or_default();
                format!("\n    {}: {}", text(serde_json::to_string(name)), text(serde_json::to_string(value)))
            };
            all.iter().map(line).collect::<Vec<_>>().join(",")
        }
        format!(
            "{{\n  \"version\": {},\n  \"contracts\": {{{}\n  }},\n  \"namespaces\": {{{}\n  }},\n  \"types\": {{{}\n  }}\n}}\n",
            self.version,
            lines(&self.contracts),
            lines(&self.namespaces),
            lines(&self.types)
        )
    }

    /// Demands that every name means something: a file can be edited.
    fn check(&self) -> Result<(), String> {
        let fields = self.contracts.values().flat_map(|c| c.storage.iter().chain(&c.transient));
        let named = fields.map(|field| &field.ty).chain(self.namespaces.values().map(|n| &n.ty));
        let named = named.chain(self.types.values().flat_map(Type::uses));
        for name in named {
            if !self.types.contains_key(name) {
                return Err(format!("the type `{}` is not in it", crate::reference::shorten(name)));
            }
        }
        for name in self.contracts.values().flat_map(|c| &c.namespaces) {
            if !self.namespaces.contains_key(name) {
                return Err(format!("the namespace `{}` is not in it", crate::reference::shorten(name)));
            }
        }
        Ok(())
    }

    /// Those of some contracts, by `path:Name`, with what they need.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&str) -> bool) -> Self {
        let contracts: BTreeMap<_, _> = self.contracts.iter().filter(|(name, _)| wanted(name)).collect();
        let named = contracts.values().flat_map(|contract| &contract.namespaces);
        let namespaces: BTreeMap<_, _> =
            named.filter_map(|name| self.namespaces.get_key_value(name)).collect();
        let fields =
            contracts.values().flat_map(|contract| contract.storage.iter().chain(&contract.transient));
        let mut queue: Vec<_> =
            fields.map(|field| &field.ty).chain(namespaces.values().map(|namespace| &namespace.ty)).collect();
        let mut types = BTreeMap::new();
        while let Some(name) = queue.pop() {
            if let Some(ty) = self.types.get(name)
                && types.insert(name, ty).is_none()
            {
                queue.extend(ty.uses());
            }
        }
        Self {
            version: self.version,
            contracts: owned(contracts),
            namespaces: owned(namespaces),
            types: owned(types),
        }
    }

    /// The layout of a contract, if it is of the sources that the contract was compiled from.
    pub fn of(&self, contract: &Contract) -> Option<&ContractLayout> {
        let layout = self.contracts.get(&contract.id.to_string())?;
        let sources = contract.compilation.as_ref()?.sources_hash?;
        (layout.sources == sources).then_some(layout)
    }

    /// The namespaces of a contract, by name.
    pub fn namespaces<'a>(
        &'a self,
        layout: &'a ContractLayout,
    ) -> impl Iterator<Item = (&'a str, &'a Namespace)> {
        layout.namespaces.iter().filter_map(|name| Some((name.as_str(), self.namespaces.get(name)?)))
    }
}

fn owned<T: Clone>(all: BTreeMap<&String, &T>) -> BTreeMap<String, T> {
    all.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}
