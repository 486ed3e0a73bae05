//! The shape of `networks/<name>.toml`, and how its values are read.

use super::{FinalityTag, KnownBlock, roles::RolePolicyFile};
use crate::{Arg, ConfigError, Sourced, endpoints::URLS, parse::Document};
use alloy_primitives::U256;
use payrox_model::{Roles, Wei};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkFile {
    pub(super) version: Spanned<u32>,
    pub(super) name: Spanned<String>,
    pub(super) extends: Option<Spanned<String>>,
    pub(super) chain_id: Option<Spanned<u64>>,
    pub(super) known_block: Option<KnownBlockFile>,
    pub(super) rpc_url: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) family: Option<Spanned<String>>,
    pub(super) quorum: Option<Spanned<u32>>,
    pub(super) requests_per_second: Option<Spanned<u32>>,
    pub(super) batch: Option<Spanned<u32>>,
    pub(super) timeout: Option<Spanned<u32>>,
    pub(super) confirmations: Option<Spanned<u64>>,
    pub(super) finality: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) fees: FeesFile,
    #[serde(default)]
    pub(super) explorers: ExplorersFile,
    pub(super) roles: Option<RolesFile>,
    pub(super) delay: Option<Spanned<u32>>,
    pub(super) proxy: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) args: BTreeMap<Spanned<String>, Vec<Arg>>,
    pub(super) allowed_addresses: Option<Vec<Spanned<String>>>,
    pub(super) diamond: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) live: BTreeMap<Spanned<String>, Spanned<String>>,
    pub(super) requires_passed_on: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) policy: RolePolicyFile,
    pub(super) production: Option<Spanned<bool>>,
    pub(super) local: Option<Spanned<bool>>,
    pub(super) skip_time: Option<Spanned<bool>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KnownBlockFile {
    pub(super) number: u64,
    pub(super) hash: Spanned<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeesFile {
    pub(super) max_fee: Option<Spanned<String>>,
    pub(super) max_priority_fee: Option<Spanned<String>>,
    pub(super) max_gas_jump: Option<Spanned<u32>>,
}

/// Where an explorer is, and nothing of a key: that is the variable `ETHERSCAN_API_KEY`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExplorersFile {
    sourcify: Option<Spanned<String>>,
    etherscan: Option<Spanned<String>>,
    blockscout: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RolesFile {
    pub(super) owner: Spanned<String>,
    pub(super) bootstrapper: Option<Spanned<String>>,
    pub(super) guardians: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) operators: Option<Spanned<Vec<Spanned<String>>>>,
}

pub(super) fn read_roles(doc: &Document, file: &RolesFile) -> Result<Roles, ConfigError> {
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

pub(super) fn read_finality(doc: &Document, tag: &Spanned<String>) -> Result<FinalityTag, ConfigError> {
    match tag.get_ref().as_str() {
        "safe" => Ok(FinalityTag::Safe),
        "finalized" => Ok(FinalityTag::Finalized),
        _ => Err(ConfigError::Value {
            place: doc.at(tag, "finality"),
            why: "`safe` or `finalized`; a number of blocks is `confirmations`".into(),
        }),
    }
}

pub(super) fn read_block(doc: &Document, file: &KnownBlockFile) -> Result<KnownBlock, ConfigError> {
    match file.hash.get_ref().parse() {
        Ok(hash) if file.hash.get_ref().starts_with("0x") => Ok(KnownBlock { number: file.number, hash }),
        _ => Err(ConfigError::Value {
            place: doc.at(&file.hash, "known_block.hash"),
            why: "a block hash is 0x and 64 hex digits".into(),
        }),
    }
}

/// Endpoints, `${NAME}` replaced by the variable of that name; and the names of variables that are not set. What names one of
/// those is left out, so that a file can offer a variable to whoever wants to use it.
pub(super) fn read_urls(
    doc: &Document,
    list: &Spanned<Vec<Spanned<String>>>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<(Sourced<Vec<String>>, Vec<String>), ConfigError> {
    if let Some(extra) = list.get_ref().get(URLS) {
        let why = format!("a network has at most {URLS} endpoints");
        return Err(ConfigError::Value { place: doc.at(extra, &format!("rpc_url[{URLS}]")), why });
    }
    let (mut urls, mut unset) = (Vec::new(), Vec::new());
    for (i, url) in list.get_ref().iter().enumerate() {
        let wrong = |why: &str| {
            let place = doc.at(url, &format!("rpc_url[{i}]"));
            ConfigError::Value { place, why: why.to_owned() }
        };
        let text = match expand(url.get_ref(), variable) {
            Expanded::Text(text) => text,
            Expanded::Unset(name) => {
                unset.push(name);
                continue;
            }
            Expanded::Malformed => {
                return Err(wrong("a variable is written `${NAME}`, in letters, digits and underscores"));
            }
        };
        let known = ["http://", "https://"].iter().any(|s| text.len() > s.len() && text.starts_with(s));
        if !known || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(wrong("an endpoint begins with http:// or https://"));
        }
        urls.push(text);
    }
    Ok((doc.sourced(list, urls), unset))
}

/// By the name of the explorer.
pub(super) fn read_explorers(
    doc: &Document,
    file: &ExplorersFile,
) -> Result<BTreeMap<&'static str, Sourced<String>>, ConfigError> {
    let named = [
        ("sourcify", "explorers.sourcify", &file.sourcify),
        ("etherscan", "explorers.etherscan", &file.etherscan),
        ("blockscout", "explorers.blockscout", &file.blockscout),
    ];
    let mut found = BTreeMap::new();
    for (name, field, url) in named {
        let Some(url) = url else { continue };
        let text = url.get_ref();
        let known = ["http://", "https://"].iter().any(|s| text.len() > s.len() && text.starts_with(s));
        if !known || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            let why = "an explorer's address begins with http:// or https://".into();
            return Err(ConfigError::Value { place: doc.at(url, field), why });
        }
        found.insert(name, doc.sourced(url, text.clone()));
    }
    Ok(found)
}

enum Expanded {
    Text(String),
    Unset(String),
    Malformed,
}

/// An empty variable counts as not set, as everywhere.
fn expand(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Expanded {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else { return Expanded::Malformed };
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(letters) {
            return Expanded::Malformed;
        }
        match variable(name).filter(|value| !value.is_empty()) {
            Some(value) => out.push_str(&value),
            None => return Expanded::Unset(name.to_owned()),
        }
        rest = after;
    }
    out.push_str(rest);
    Expanded::Text(out)
}

/// `30 gwei`, `1.5 gwei`, `2 ether`, `5 wei`.
pub(super) fn read_wei(doc: &Document, text: &Spanned<String>, field: &str) -> Result<Wei, ConfigError> {
    parse_wei(text.get_ref()).ok_or_else(|| ConfigError::Value {
        place: doc.at(text, field),
        why: "an amount is a number and its unit, such as `30 gwei`".into(),
    })
}

pub(super) fn parse_wei(text: &str) -> Option<Wei> {
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
