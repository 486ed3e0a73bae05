//! `release.toml`: which networks a release is for, in which order, and what must have passed first.

use crate::{ConfigError, parse::Document};
use payrox_model::{Name, version};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};
use toml::Spanned;

/// Networks of a release, at most.
const NETWORKS: usize = 256;
const DAY: u64 = 86_400;

/// How a release goes to several networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseSettings {
    /// The file it was read from; `None` where there is none.
    pub file: Option<PathBuf>,
    /// Where it goes.
    pub networks: BTreeSet<Name>,
    /// These first; the others when these are live, proved, and have soaked.
    pub canary: BTreeSet<Name>,
    /// Seconds of a canary's own chain time between its activation and the others' beginning.
    pub soak: u64,
    /// Networks on which the release must be live and proved before it is sent to this one.
    pub requires_passed_on: BTreeMap<Name, BTreeSet<Name>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleaseFile {
    version: Spanned<u32>,
    #[serde(default)]
    networks: Vec<Spanned<String>>,
    #[serde(default)]
    canary: Vec<Spanned<String>>,
    soak: Option<Spanned<String>>,
    #[serde(default)]
    requires_passed_on: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
}

impl ReleaseSettings {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, is no TOML, has an unknown field, or a name or value that is none.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let doc = Document::open(path)?;
        let file: ReleaseFile = doc.parse()?;
        let known = version::RELEASE_SETTINGS;
        if *file.version.get_ref() != known {
            let place = doc.at(&file.version, "version");
            return Err(ConfigError::Version { place, found: *file.version.get_ref(), known });
        }
        let mut requires_passed_on = BTreeMap::new();
        for (name, list) in &file.requires_passed_on {
            let field = format!("requires_passed_on.{}", name.get_ref());
            let network = doc.name(name, "requires_passed_on")?;
            requires_passed_on.insert(network, names(&doc, list, &field)?);
        }
        Ok(Self {
            file: Some(path.to_owned()),
            networks: names(&doc, &file.networks, "networks")?,
            canary: names(&doc, &file.canary, "canary")?,
            soak: file.soak.as_ref().map_or(Ok(0), |soak| span(&doc, soak))?,
            requires_passed_on,
        })
    }
}

/// Names, each once.
pub(crate) fn names(
    doc: &Document,
    list: &[Spanned<String>],
    field: &str,
) -> Result<BTreeSet<Name>, ConfigError> {
    let mut out = BTreeSet::new();
    for (i, text) in list.iter().enumerate() {
        let field = format!("{field}[{i}]");
        if i == NETWORKS {
            let why = format!("more than {NETWORKS} networks");
            return Err(ConfigError::Value { place: doc.at(text, &field), why });
        }
        let name = doc.name(text, &field)?;
        if let Some(name) = out.replace(name) {
            let (place, subject) = (doc.at(text, &field), name.to_string());
            return Err(ConfigError::Duplicate { place, what: "network", subject });
        }
    }
    Ok(out)
}

/// `90s`, `30m`, `1h`, `2d`: at most 30 days.
fn span(doc: &Document, text: &Spanned<String>) -> Result<u64, ConfigError> {
    let wrong = || ConfigError::Value {
        place: doc.at(text, "soak"),
        why: "a span is a number and `s`, `m`, `h` or `d`, such as `1h`, and at most 30 days".into(),
    };
    parse_span(text.get_ref()).filter(|seconds| *seconds <= 30 * DAY).ok_or_else(wrong)
}

fn parse_span(text: &str) -> Option<u64> {
    let (unit, size) =
        [("s", 1), ("m", 60), ("h", 3_600), ("d", DAY)].into_iter().find(|(unit, _)| text.ends_with(unit))?;
    let number = text.strip_suffix(unit)?;
    if number.is_empty() || number.len() > 9 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok().map(|n| n * size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_r02_a_soak_is_a_number_and_its_unit() {
        assert_eq!(parse_span("90s"), Some(90));
        assert_eq!(parse_span("30m"), Some(1_800));
        assert_eq!(parse_span("1h"), Some(3_600));
        assert_eq!(parse_span("2d"), Some(2 * DAY));
        for bad in ["", "h", "1", "1.5h", "-1h", "1 h", "1e3s", "99999999999s", "1w", "1hh"] {
            assert_eq!(parse_span(bad), None, "{bad}");
        }
    }
}
