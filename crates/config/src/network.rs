//! `networks/<name>.toml`: a chain, and who holds which power on it. No secrets.

use crate::{Arg, ConfigError, Place, Setting, Source, Sourced, parse::Document, redact_url};
use alloy_primitives::{Address, B256, U256};
use payrox_model::{ChainId, Name, Roles, Wei, version};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use toml::Spanned;

const BUILT_IN: [(&str, &str); 2] = [
    ("anvil", include_str!("../../../networks/anvil.toml")),
    ("local", include_str!("../../../networks/local.toml")),
];

/// A chain to deploy to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its name: that of its file.
    pub name: Name,
    /// The file, or where the built-in one would be.
    pub path: PathBuf,
    /// Whether it came with payrox.
    pub built_in: bool,
    /// EIP-155.
    pub chain_id: ChainId,
    /// Proves that the chain is the one that was meant.
    pub known_block: Option<KnownBlock>,
    /// Endpoints; none for the embedded chain.
    pub rpc_url: Sourced<Vec<String>>,
    /// Blocks after which a receipt counts.
    pub confirmations: Sourced<u64>,
    /// What a transaction may cost, at most.
    pub fees: FeeCaps,
    /// Who holds which power at creation.
    pub roles: Roles,
    /// In place of the project's delay.
    pub delay: Option<Sourced<u32>>,
    /// Constructor arguments in place of the project's, per facet.
    pub args: BTreeMap<Name, Vec<Arg>>,
    /// Whether its name must be typed before anything is sent.
    pub production: bool,
    /// Whether it is the embedded chain.
    pub local: bool,
    /// Whether time may be moved instead of waited for.
    pub skip_time: bool,
    sources: Sources,
}

/// A block that everybody agrees on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownBlock {
    /// Its height.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
}

/// Limits of fees per gas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeeCaps {
    /// EIP-1559 `maxFeePerGas`, at most.
    pub max_fee: Option<Wei>,
    /// EIP-1559 `maxPriorityFeePerGas`, at most.
    pub max_priority_fee: Option<Wei>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkFile {
    version: Spanned<u32>,
    name: Spanned<String>,
    chain_id: Spanned<u64>,
    known_block: Option<KnownBlockFile>,
    rpc_url: Option<Spanned<Vec<Spanned<String>>>>,
    confirmations: Option<Spanned<u64>>,
    #[serde(default)]
    fees: FeesFile,
    roles: RolesFile,
    delay: Option<Spanned<u32>>,
    #[serde(default)]
    args: BTreeMap<Spanned<String>, Vec<Arg>>,
    production: Option<Spanned<bool>>,
    local: Option<Spanned<bool>>,
    skip_time: Option<Spanned<bool>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownBlockFile {
    number: u64,
    hash: Spanned<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeesFile {
    max_fee: Option<Spanned<String>>,
    max_priority_fee: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RolesFile {
    owner: Spanned<String>,
    bootstrapper: Option<Spanned<String>>,
    guardians: Option<Spanned<Vec<Spanned<String>>>>,
    operators: Option<Spanned<Vec<Spanned<String>>>>,
}

impl Network {
    /// The network of a name: the project's file, else the one that came with payrox.
    ///
    /// # Errors
    /// When the name is off its pattern or unknown, or the file is not as it should be.
    pub fn find(project: &Path, name: &str) -> Result<Self, ConfigError> {
        let looked = project.join("networks").join(format!("{name}.toml"));
        // The name becomes a path: it is looked at first.
        let parsed = name.parse::<Name>().map_err(|source| ConfigError::Name {
            place: Place { path: "--network".into(), line: 0, column: 0, field: String::new() },
            source,
        })?;
        if looked.exists() {
            return Self::read(&Document::open(&looked)?, &parsed, false);
        }
        match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, text)) => {
                let path = PathBuf::from(format!("(built-in) networks/{name}.toml"));
                Self::read(&Document::built_in(path, text), &parsed, true)
            }
            None => Err(ConfigError::UnknownNetwork { name: name.to_owned(), looked }),
        }
    }

    fn read(doc: &Document, asked: &Name, built_in: bool) -> Result<Self, ConfigError> {
        let file: NetworkFile = doc.parse()?;
        let known = version::NETWORK;
        if *file.version.get_ref() != known {
            let place = doc.at(&file.version, "version");
            return Err(ConfigError::Version { place, found: *file.version.get_ref(), known });
        }
        let wrong = |place, why: String| Err(ConfigError::Value { place, why });
        let name = doc.name(&file.name, "name")?;
        if name != *asked {
            return wrong(
                doc.at(&file.name, "name"),
                format!("the file is for `{asked}`, its name is `{name}`"),
            );
        }
        if *file.chain_id.get_ref() == 0 {
            return wrong(doc.at(&file.chain_id, "chain_id"), "0 is no chain id".into());
        }
        let is_set = |flag: &Option<Spanned<bool>>| flag.as_ref().is_some_and(|f| *f.get_ref());
        let production = is_set(&file.production);
        if let Some(skip) = file.skip_time.as_ref().filter(|s| *s.get_ref() && production) {
            return wrong(doc.at(skip, "skip_time"), "time cannot be skipped in production".into());
        }
        let roles = read_roles(doc, &file.roles)?;
        let sources = Sources::of(doc, &file);
        let known_block = file.known_block.map(|b| read_block(doc, &b)).transpose()?;
        let delay = file.delay.map(|d| {
            let value = doc.within(&d, "delay", 1..90 * 86_400 + 1, "seconds")?;
            Ok::<_, ConfigError>(sourced(doc, &d, value))
        });
        let mut args = BTreeMap::new();
        for (facet, list) in file.args {
            args.insert(doc.name(&facet, "args")?, list);
        }
        Ok(Self {
            name,
            path: doc.path.clone(),
            built_in,
            chain_id: ChainId(*file.chain_id.get_ref()),
            known_block,
            rpc_url: read_urls(doc, file.rpc_url)?,
            confirmations: match file.confirmations {
                Some(n) => sourced(doc, &n, (*n.get_ref()).max(1)),
                None => Sourced::default_of(1),
            },
            fees: FeeCaps {
                max_fee: file.fees.max_fee.map(|f| read_wei(doc, &f, "fees.max_fee")).transpose()?,
                max_priority_fee: file
                    .fees
                    .max_priority_fee
                    .map(|f| read_wei(doc, &f, "fees.max_priority_fee"))
                    .transpose()?,
            },
            roles,
            delay: delay.transpose()?,
            args,
            production,
            local: is_set(&file.local),
            skip_time: is_set(&file.skip_time),
            sources,
        })
    }

    /// For `config show`; endpoints without what may be a key.
    pub fn settings(&self) -> Vec<Setting> {
        let from = |name| self.sources.0.get(name).cloned().unwrap_or(Source::Default);
        let list =
            |items: &[Address]| items.iter().map(|a| a.to_checksum(None)).collect::<Vec<_>>().join(", ");
        let urls = self.rpc_url.iter().map(|u| redact_url(u)).collect::<Vec<_>>().join(", ");
        let mut out = vec![
            Setting::new("network", &self.name, from("network")),
            Setting::new("chain_id", self.chain_id, from("chain_id")),
            Setting::new("rpc_url", urls, self.rpc_url.source.clone()),
            Setting::new("confirmations", self.confirmations.value, self.confirmations.source.clone()),
            Setting::new("roles.owner", self.roles.owner.to_checksum(None), from("roles.owner")),
            Setting::new(
                "roles.bootstrapper",
                self.roles.bootstrapper.to_checksum(None),
                from("roles.bootstrapper"),
            ),
            Setting::new("roles.guardians", list(&self.roles.guardians), from("roles.guardians")),
            Setting::new("roles.operators", list(&self.roles.operators), from("roles.operators")),
            Setting::new("production", self.production, from("production")),
            Setting::new("local", self.local, from("local")),
            Setting::new("skip_time", self.skip_time, from("skip_time")),
        ];
        if let Some(delay) = &self.delay {
            out.push(Setting::new("delay", delay.value, delay.source.clone()));
        }
        out
    }
}

/// Where what is no [`Sourced`] of its own was set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sources(BTreeMap<&'static str, Source>);

impl Sources {
    fn of(doc: &Document, file: &NetworkFile) -> Self {
        fn line<T>(doc: &Document, value: Option<&Spanned<T>>) -> Option<usize> {
            value.map(|value| doc.line(value))
        }
        let roles = &file.roles;
        let lines = [
            ("network", line(doc, Some(&file.name))),
            ("chain_id", line(doc, Some(&file.chain_id))),
            ("roles.owner", line(doc, Some(&roles.owner))),
            ("roles.bootstrapper", line(doc, roles.bootstrapper.as_ref())),
            ("roles.guardians", line(doc, roles.guardians.as_ref())),
            ("roles.operators", line(doc, roles.operators.as_ref())),
            ("production", line(doc, file.production.as_ref())),
            ("local", line(doc, file.local.as_ref())),
            ("skip_time", line(doc, file.skip_time.as_ref())),
        ];
        let set = lines.into_iter().filter_map(|(name, line)| {
            line.map(|line| (name, Source::File { path: doc.path.clone(), line }))
        });
        Self(set.collect())
    }
}

fn sourced<T, U>(doc: &Document, place: &Spanned<T>, value: U) -> Sourced<U> {
    Sourced { value, source: Source::File { path: doc.path.clone(), line: doc.line(place) } }
}

fn read_roles(doc: &Document, file: &RolesFile) -> Result<Roles, ConfigError> {
    let guardians = file.guardians.as_ref().map_or(&[][..], |list| list.get_ref());
    let operators = file.operators.as_ref().map_or(&[][..], |list| list.get_ref());
    if let Some(extra) = guardians.get(255) {
        let why = "a system has at most 255 guardians".into();
        return Err(ConfigError::Value { place: doc.at(extra, "roles.guardians[255]"), why });
    }
    let owner = doc.address(&file.owner, "roles.owner")?;
    if owner.is_zero() {
        let why = "nobody would own the system".into();
        return Err(ConfigError::Value { place: doc.at(&file.owner, "roles.owner"), why });
    }
    let bootstrapper = file.bootstrapper.as_ref().map(|b| doc.address(b, "roles.bootstrapper"));
    Ok(Roles {
        owner,
        bootstrapper: bootstrapper.transpose()?.unwrap_or_default(),
        guardians: doc.addresses(guardians, "roles.guardians")?,
        operators: doc.addresses(operators, "roles.operators")?,
    })
}

fn read_block(doc: &Document, file: &KnownBlockFile) -> Result<KnownBlock, ConfigError> {
    match file.hash.get_ref().parse() {
        Ok(hash) if file.hash.get_ref().starts_with("0x") => Ok(KnownBlock { number: file.number, hash }),
        _ => Err(ConfigError::Value {
            place: doc.at(&file.hash, "known_block.hash"),
            why: "a block hash is 0x and 64 hex digits".into(),
        }),
    }
}

fn read_urls(
    doc: &Document,
    list: Option<Spanned<Vec<Spanned<String>>>>,
) -> Result<Sourced<Vec<String>>, ConfigError> {
    let Some(list) = list else { return Ok(Sourced::default_of(Vec::new())) };
    for (i, url) in list.get_ref().iter().enumerate() {
        let text = url.get_ref();
        let known = ["http://", "https://"].iter().any(|s| text.len() > s.len() && text.starts_with(s));
        if !known || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            let place = doc.at(url, &format!("rpc_url[{i}]"));
            return Err(ConfigError::Value {
                place,
                why: "an endpoint begins with http:// or https://".into(),
            });
        }
    }
    let urls = list.get_ref().iter().map(|u| u.get_ref().clone()).collect();
    Ok(sourced(doc, &list, urls))
}

/// `30 gwei`, `1.5 gwei`, `2 ether`, `5 wei`.
fn read_wei(doc: &Document, text: &Spanned<String>, field: &str) -> Result<Wei, ConfigError> {
    parse_wei(text.get_ref()).ok_or_else(|| ConfigError::Value {
        place: doc.at(text, field),
        why: "an amount is a number and its unit, such as `30 gwei`".into(),
    })
}

fn parse_wei(text: &str) -> Option<Wei> {
    let (number, unit) = text.trim().split_once(' ')?;
    let decimals = match unit.trim() {
        "wei" => 0,
        "gwei" => 9,
        "ether" => 18,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 20
        || fraction.len() > decimals
        || !digits(whole)
        || !digits(fraction)
    {
        return None;
    }
    format!("{whole}{fraction:0<decimals$}").parse::<U256>().ok().map(Wei)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_a_unit_and_no_more_digits_than_it() {
        let wei = |n: u64| Some(Wei(U256::from(n)));
        assert_eq!(parse_wei("30 gwei"), wei(30_000_000_000));
        assert_eq!(parse_wei("1.5 gwei"), wei(1_500_000_000));
        assert_eq!(parse_wei("7 wei"), wei(7));
        for bad in ["30", "30gwei", "-1 gwei", "1.5 wei", "1e3 gwei", " gwei", "1 finney", ""] {
            assert_eq!(parse_wei(bad), None, "{bad}");
        }
    }
}
