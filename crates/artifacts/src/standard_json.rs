//! The compiler's answer as one file: every contract of every source.

use crate::{
    contract::{Contract, SolcContract},
    flaw::Flaw,
    input, metadata,
    reference::{ContractId, Reference, shorten},
    set::{Found, SetError},
};
use alloy_primitives::B256;
use payrox_model::text::escape;
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData, path::Path};

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(default, borrow)]
    errors: Vec<RawMessage<'a>>,
    #[serde(default, borrow)]
    contracts: Unique<Unique<&'a RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawMessage<'a> {
    #[serde(borrow)]
    severity: Cow<'a, str>,
    #[serde(borrow)]
    message: Cow<'a, str>,
}

/// An object whose keys must differ: JSON lets the second of two hide the first.
pub(crate) struct Unique<V>(pub(crate) BTreeMap<String, V>);

impl<V> Default for Unique<V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Unique<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> de::Visitor<'de> for Keys<V> {
            type Value = Unique<V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, V>()? {
                    if all.insert(key.clone(), value).is_some() {
                        return Err(de::Error::custom(format_args!("`{}` is there twice", shorten(&key))));
                    }
                }
                Ok(Unique(all))
            }
        }
        deserializer.deserialize_map(Keys(PhantomData))
    }
}

pub(crate) fn read(
    output: &Path,
    input: Option<&Path>,
    wanted: &[Reference],
) -> Result<Vec<Found>, SetError> {
    let text = payrox_files::read_text(output, input::LIMIT)?;
    let input_hash = match input {
        Some(file) => {
            let bytes = payrox_files::read(file, input::LIMIT)?;
            Some(B256::from_slice(&Sha256::digest(bytes)))
        }
        None => None,
    };
    let all = contracts(&text).map_err(|flaw| SetError::artifact(output, flaw))?;
    let mut found = Vec::new();
    for reference in wanted {
        let candidates = || all.iter().filter(|(_, name, _)| *name == reference.name());
        let mut meant = candidates().filter(|(path, name, _)| match reference {
            Reference::Full(id) => id.path() == *path && id.name() == *name,
            Reference::Bare(_) => true,
        });
        let (path, name, json) = match (meant.next(), meant.next()) {
            (Some(one), None) => one,
            (Some(_), Some(_)) => {
                let candidates = candidates().map(|(path, name, _)| escape(&format!("{path}:{name}")));
                let (wanted, candidates) = (reference.to_string(), candidates.collect());
                return Err(SetError::Ambiguous { wanted, candidates });
            }
            (None, _) => {
                let near = candidates().map(|(path, name, _)| escape(&format!("{path}:{name}")));
                let (wanted, near) = (reference.to_string(), near.take(5).collect());
                let place = escape(&output.display().to_string());
                return Err(SetError::Unknown { wanted, place, near });
            }
        };
        let contract = parse(path, name, json.get(), output, input_hash).map_err(|flaw| {
            let contract = escape(&format!("{path}:{name}"));
            SetError::Contract { file: escape(&output.display().to_string()), contract, flaw }
        })?;
        found.push(Found { contract });
    }
    Ok(found)
}

/// Every contract of an answer: the name of its source, its own, and its JSON.
pub(crate) fn contracts(text: &str) -> Result<Vec<(String, String, &RawValue)>, Flaw> {
    let output: Output<'_> = serde_json::from_str(text)?;
    if let Some(error) = output.errors.iter().find(|e| e.severity == "error") {
        return Err(Flaw::Compiler { message: shorten(&error.message) });
    }
    let named = |(path, names): (String, Unique<_>)| {
        names.0.into_iter().map(move |(name, json)| (path.clone(), name, json))
    };
    Ok(output.contracts.0.into_iter().flat_map(named).collect())
}

/// Init code and runtime code as the compiler wrote them.
pub(crate) fn objects(json: &str) -> Result<[String; 2], Flaw> {
    #[derive(Deserialize)]
    struct Answered {
        evm: Codes,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Codes {
        bytecode: Object,
        deployed_bytecode: Object,
    }
    #[derive(Deserialize)]
    struct Object {
        object: String,
    }
    let Answered { evm } = serde_json::from_str(json)?;
    Ok([evm.bytecode.object, evm.deployed_bytecode.object])
}

pub(crate) fn parse(
    path: &str,
    name: &str,
    json: &str,
    file: &Path,
    input_hash: Option<B256>,
) -> Result<Contract, Flaw> {
    let id = ContractId::new(path, name)?;
    let raw: SolcContract<'_> = serde_json::from_str(json)?;
    let said = raw.metadata.as_deref().filter(|json| !json.is_empty()).map(metadata::read).transpose()?;
    let compilation = match said {
        Some((_, Some(other))) if other != id => {
            return Err(Flaw::Metadata { why: format!("it is about {other}") });
        }
        Some((compilation, _)) => Some(compilation),
        None => None,
    };
    Contract::assemble(id, file.to_owned(), compilation, raw.parts(input_hash))
}
