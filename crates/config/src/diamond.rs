//! What only a diamond of EIP-2535 has in the files: which kind of system it is, and facets whose sources the project has not.

use crate::{ConfigError, parse::Document};
use alloy_primitives::Address;
use payrox_model::{Name, text::escape};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Which kind of system the facets belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetKind {
    /// One of our own: dispatcher and router.
    #[default]
    PayRox,
    /// A diamond that is live already and is cut by its owner.
    Eip2535,
}

impl std::fmt::Display for TargetKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::PayRox => "payrox",
            Self::Eip2535 => "eip2535",
        })
    }
}

/// A facet that stays as it is: the project has no source of it. Where it is says the network's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFacet {
    /// Its name in the project.
    pub name: Name,
    /// What the diamond serves of it: canonical signatures, or selectors where nobody knows them.
    pub functions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeptFile {
    name: Spanned<String>,
    functions: Spanned<Vec<Spanned<String>>>,
}

pub(crate) fn read_target(doc: &Document, text: &Spanned<String>) -> Result<TargetKind, ConfigError> {
    match text.get_ref().as_str() {
        "payrox" => Ok(TargetKind::PayRox),
        "eip2535" => Ok(TargetKind::Eip2535),
        other => {
            let other = escape(&other.chars().take(80).collect::<String>());
            let why = format!("`{other}` is no kind of system: `payrox` or `eip2535`");
            Err(ConfigError::Value { place: doc.at(text, "system.target"), why })
        }
    }
}

/// Lays kept facets over those of what the file extends.
pub(crate) fn lay_kept(
    doc: &Document,
    kept: Vec<KeptFile>,
    below: &mut BTreeMap<Name, KeptFacet>,
) -> Result<(), ConfigError> {
    let mut seen = Vec::new();
    for (i, facet) in kept.into_iter().enumerate() {
        let field = format!("kept[{i}].name");
        let name = doc.name(&facet.name, &field)?;
        if seen.contains(&name) {
            let place = doc.at(&facet.name, &field);
            return Err(ConfigError::Duplicate { place, what: "facet", subject: name.to_string() });
        }
        let field = format!("kept[{i}].functions");
        if facet.functions.get_ref().is_empty() {
            let why = "a facet without functions is not served".into();
            return Err(ConfigError::Value { place: doc.at(&facet.functions, &field), why });
        }
        let mut functions = Vec::new();
        for text in facet.functions.get_ref() {
            if functions.contains(text.get_ref()) {
                let subject = escape(text.get_ref());
                return Err(ConfigError::Duplicate {
                    place: doc.at(text, &field),
                    what: "function",
                    subject,
                });
            }
            functions.push(text.get_ref().clone());
        }
        seen.push(name.clone());
        below.insert(name.clone(), KeptFacet { name, functions });
    }
    Ok(())
}

/// Why kept facets make no sense where they are.
pub(crate) fn misplaced(
    target: TargetKind,
    kept: &BTreeMap<Name, KeptFacet>,
    has_source: impl Fn(&Name) -> bool,
) -> Option<String> {
    match target {
        TargetKind::PayRox => {
            let first = kept.keys().next()?;
            Some(format!(
                "{first}: only a diamond (`target = \"eip2535\"` in [system]) has facets without a source"
            ))
        }
        TargetKind::Eip2535 => {
            let both = kept.keys().find(|name| has_source(name))?;
            Some(format!("{both}: a facet is kept or comes from its artifact, not both"))
        }
    }
}

/// `[live]`: facets by the address that they were adopted at.
pub(crate) fn read_live(
    doc: &Document,
    live: &BTreeMap<Spanned<String>, Spanned<String>>,
) -> Result<BTreeMap<Name, Address>, ConfigError> {
    let one = |(name, address): (&Spanned<String>, &Spanned<String>)| {
        let field = format!("live.{}", escape(name.get_ref()));
        Ok((doc.name(name, "live")?, doc.address(address, &field)?))
    };
    live.iter().map(one).collect()
}
