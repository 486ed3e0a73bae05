//! The compiler's JSON of storage, made into ours.

use super::{
    syntax::Syntax,
    types::{Field, Type},
};
use alloy_primitives::U256;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    #[serde(default)]
    pub(super) contracts: BTreeMap<String, BTreeMap<String, Answered>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answered {
    pub(super) storage_layout: Option<RawLayout>,
    pub(super) transient_storage_layout: Option<RawLayout>,
}

#[derive(Deserialize)]
pub(super) struct RawLayout {
    pub(super) storage: Vec<RawField>,
    #[serde(default)]
    types: Option<BTreeMap<String, RawType>>,
}

#[derive(Deserialize)]
pub(super) struct RawField {
    #[serde(rename = "astId", default)]
    id: u64,
    label: String,
    offset: u8,
    slot: String,
    #[serde(rename = "type")]
    ty: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawType {
    encoding: String,
    label: String,
    number_of_bytes: String,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    base: Option<String>,
    #[serde(default)]
    members: Option<Vec<RawField>>,
}

/// Types of one answer, gathered over its contracts: they share the compiler's names.
pub(super) struct Gathered<'a> {
    syntax: &'a Syntax,
    /// Ours by the compiler's.
    names: BTreeMap<String, String>,
    raw: BTreeMap<String, RawType>,
}

impl<'a> Gathered<'a> {
    pub(super) fn new(syntax: &'a Syntax) -> Self {
        Self { syntax, names: BTreeMap::new(), raw: BTreeMap::new() }
    }

    /// Takes over the types of a layout.
    pub(super) fn add(&mut self, layout: &mut RawLayout) {
        for (key, ty) in layout.types.take().into_iter().flatten() {
            if self.names.contains_key(&key) {
                continue;
            }
            // Two sources may declare the same name: the second is told apart by a number.
            let taken = |name: &String| self.names.values().any(|other| other == name);
            let others = (2..).map(|n| format!("{} #{n}", ty.label));
            let name = std::iter::once(ty.label.clone()).chain(others).find(|name| !taken(name));
            self.names.insert(key.clone(), name.unwrap_or_default());
            self.raw.insert(key, ty);
        }
    }

    pub(super) fn fields(&self, raw: &[RawField]) -> Option<Vec<Field>> {
        raw.iter().map(|field| self.field(field)).collect()
    }

    fn field(&self, raw: &RawField) -> Option<Field> {
        Some(Field {
            name: raw.label.clone(),
            slot: U256::from_str_radix(&raw.slot, 10).ok()?,
            offset: raw.offset,
            ty: self.names.get(&raw.ty)?.clone(),
            contract: self.syntax.declares(raw.id, &raw.label),
        })
    }

    /// All types, by our names.
    pub(super) fn types(&self) -> Option<BTreeMap<String, Type>> {
        let named =
            |(key, raw): (&String, &RawType)| Some((self.names.get(key)?.clone(), self.ty(key, raw)?));
        self.raw.iter().map(named).collect()
    }

    fn ty(&self, key: &str, raw: &RawType) -> Option<Type> {
        let name = |key: &Option<String>| self.names.get(key.as_ref()?).cloned();
        let bytes = U256::from_str_radix(&raw.number_of_bytes, 10).ok()?;
        let few = || u8::try_from(bytes).ok();
        Some(match raw.encoding.as_str() {
            "mapping" => Type::Mapping { key: name(&raw.key)?, value: name(&raw.value)? },
            "bytes" => Type::Bytes,
            "dynamic_array" => Type::Array { base: name(&raw.base)?, length: None, bytes },
            _ => match (&raw.members, &raw.base) {
                (Some(members), _) => Type::Struct { members: self.fields(members)?, bytes },
                (None, Some(_)) => {
                    Type::Array { base: name(&raw.base)?, length: Some(length(&raw.label)?), bytes }
                }
                (None, None) if key.starts_with("t_contract") => Type::Contract { bytes: few()? },
                (None, None) if key.starts_with("t_enum") => {
                    let members = declaration(key).and_then(|(name, id)| self.syntax.members(id, name));
                    Type::Enum { bytes: few()?, members }
                }
                (None, None) if key.starts_with("t_userDefinedValueType") => {
                    let of = declaration(key).and_then(|(name, id)| self.syntax.underlying(id, name));
                    Type::Alias { bytes: few()?, of }
                }
                (None, None) => Type::Value { bytes: few()? },
            },
        })
    }
}

/// Name and number of a declaration in the compiler's name of a type, `t_enum(State)6616`.
fn declaration(key: &str) -> Option<(&str, u64)> {
    let (name, id) = key.split_once('(')?.1.split_once(')')?;
    Some((name, id.parse().ok()?))
}

/// How many elements `T[n]` has.
fn length(label: &str) -> Option<U256> {
    let (_, length) = label.strip_suffix(']')?.rsplit_once('[')?;
    U256::from_str_radix(length, 10).ok()
}
