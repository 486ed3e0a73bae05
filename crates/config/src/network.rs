//! `networks/<name>.toml`: a chain, and who holds which power on it. No secrets.

mod file;
mod roles;

use crate::{
    Arg, ConfigError, EndpointSettings, Place, Setting, Source, Sourced, diamond::read_live,
    endpoints::EndpointFields, parse::Document, redact_url,
};
use alloy_primitives::{Address, B256};
use file::{NetworkFile, read_block, read_explorers, read_finality, read_roles, read_urls, read_wei};
use payrox_model::{ChainId, Name, Roles, Wei, version};
pub use roles::RolePolicy;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};
use toml::Spanned;

/// The networks that come with payrox: those whose roles everybody's development accounts hold, and what is known of public ones.
const BUILT_IN: [(&str, &str); 10] = [
    ("anvil", include_str!("../../../networks/anvil.toml")),
    ("local", include_str!("../../../networks/local.toml")),
    ("mainnet", include_str!("../../../networks/mainnet.toml")),
    ("sepolia", include_str!("../../../networks/sepolia.toml")),
    ("hoodi", include_str!("../../../networks/hoodi.toml")),
    ("base", include_str!("../../../networks/base.toml")),
    ("arbitrum", include_str!("../../../networks/arbitrum.toml")),
    ("optimism", include_str!("../../../networks/optimism.toml")),
    ("polygon", include_str!("../../../networks/polygon.toml")),
    ("gnosis", include_str!("../../../networks/gnosis.toml")),
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
    /// What kind of chain it is, and how its endpoints are used.
    pub endpoints: EndpointSettings,
    /// Blocks after which a receipt counts.
    pub confirmations: Sourced<u64>,
    /// The block that the chain itself calls safe or final, in place of a number of blocks.
    pub finality: Option<Sourced<FinalityTag>>,
    /// What a transaction may cost, at most.
    pub fees: FeeCaps,
    /// Where explorers are, by their names on the command line; in place of what is known of the chain.
    pub explorers: BTreeMap<&'static str, Sourced<String>>,
    /// Variables that the file takes endpoints from, and that are not set.
    pub unset: Vec<String>,
    /// Who holds which power at creation; nobody is named where a system cannot be planned yet.
    pub roles: Option<Roles>,
    /// In place of the project's delay.
    pub delay: Option<Sourced<u32>>,
    /// An ERC-1967 proxy that takes the router as its implementation and becomes the system's address.
    pub proxy: Option<Sourced<Address>>,
    /// Constructor arguments in place of the project's, per facet.
    pub args: BTreeMap<Name, Vec<Arg>>,
    /// Addresses that code may hold as constants, besides those that are given to constructors.
    pub allowed_addresses: BTreeSet<Address>,
    /// The diamond that a project for one cuts here.
    pub diamond: Option<Address>,
    /// Where its facets stood when it was adopted, by name: each stays there as long as its code is that.
    pub live: BTreeMap<Name, Address>,
    /// Networks on which a release must be live and proved before it is sent to this one.
    pub requires_passed_on: BTreeSet<Name>,
    /// What is demanded of those roles and of the delay.
    pub policy: RolePolicy,
    /// Whether its name must be typed before anything is sent.
    pub production: bool,
    /// Whether it is the embedded chain.
    pub local: bool,
    /// Whether time may be moved instead of waited for.
    pub skip_time: bool,
    sources: Sources,
}

/// What a chain calls a block that is hard, or impossible, to undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalityTag {
    /// `safe`.
    Safe,
    /// `finalized`.
    Finalized,
}

impl std::fmt::Display for FinalityTag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Safe => "safe",
            Self::Finalized => "finalized",
        })
    }
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
    /// By how many hundredths the chain may want more gas for a step than the dry run used.
    pub max_gas_jump: Option<u32>,
}

impl Network {
    /// The network of a name: the project's file, else the one that came with payrox.
    ///
    /// # Errors
    /// When the name is off its pattern or unknown, or the file is not as it should be.
    pub fn find(project: &Path, name: &str) -> Result<Self, ConfigError> {
        Self::find_with(project, name, &|variable| std::env::var(variable).ok())
    }

    /// The same with other variables than those of the process.
    ///
    /// # Errors
    /// As [`Network::find`].
    pub fn find_with(
        project: &Path,
        name: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let looked = project.join("networks").join(format!("{name}.toml"));
        // The name becomes a path: it is looked at first.
        let parsed = name.parse::<Name>().map_err(|source| ConfigError::Name {
            place: Place { path: "--network".into(), line: 0, column: 0, field: String::new() },
            source,
        })?;
        if looked.exists() {
            return Self::read(&Document::open(&looked)?, &parsed, false, variable);
        }
        Self::come_along(name, variable)
            .unwrap_or_else(|| Err(ConfigError::UnknownNetwork { name: name.to_owned(), looked }))
    }

    /// The names of the networks that come with payrox.
    pub fn built_in() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    fn come_along(
        name: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Option<Result<Self, ConfigError>> {
        let (_, text) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name)?;
        let path = PathBuf::from(format!("(built-in) networks/{name}.toml"));
        let read = |name| Self::read(&Document::built_in(path, text), &name, true, variable);
        name.parse().ok().map(read)
    }

    fn read(
        doc: &Document,
        asked: &Name,
        built_in: bool,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let file: NetworkFile = doc.parse()?;
        let known = version::NETWORK;
        if *file.version.get_ref() != known {
            let place = doc.at(&file.version, "version");
            return Err(ConfigError::Version { place, found: *file.version.get_ref(), known });
        }
        let name = doc.name(&file.name, "name")?;
        if name != *asked {
            let why = format!("the file is for `{asked}`, its name is `{name}`");
            return Err(ConfigError::Value { place: doc.at(&file.name, "name"), why });
        }
        let mut network = match &file.extends {
            None => Self::bare(doc, &file, name)?,
            Some(base) => {
                let found = Self::come_along(base.get_ref(), variable).unwrap_or_else(|| {
                    let names = Self::built_in().collect::<Vec<_>>().join(", ");
                    let why = format!("none of the networks that come with payrox: {names}");
                    Err(ConfigError::Value { place: doc.at(base, "extends"), why })
                })?;
                Self { name, path: doc.path.clone(), ..found }
            }
        };
        network.built_in = built_in;
        network.lay(doc, file, variable)?;
        Ok(network)
    }

    /// A chain of which nothing is said but its id.
    fn bare(doc: &Document, file: &NetworkFile, name: Name) -> Result<Self, ConfigError> {
        let chain_id = file.chain_id.as_ref();
        let chain_id = chain_id.ok_or_else(|| ConfigError::Missing { place: doc.whole("chain_id") })?;
        Ok(Self {
            name,
            path: doc.path.clone(),
            built_in: false,
            chain_id: ChainId(*chain_id.get_ref()),
            known_block: None,
            rpc_url: Sourced::default_of(Vec::new()),
            unset: Vec::new(),
            endpoints: EndpointSettings::default(),
            confirmations: Sourced::default_of(1),
            finality: None,
            fees: FeeCaps::default(),
            explorers: BTreeMap::new(),
            roles: None,
            delay: None,
            proxy: None,
            args: BTreeMap::new(),
            allowed_addresses: BTreeSet::new(),
            diamond: None,
            live: BTreeMap::new(),
            requires_passed_on: BTreeSet::new(),
            policy: RolePolicy::default(),
            production: false,
            local: false,
            skip_time: false,
            sources: Sources::default(),
        })
    }

    /// Lays what the file says over what is there.
    fn lay(
        &mut self,
        doc: &Document,
        file: NetworkFile,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(), ConfigError> {
        let wrong = |place, why: String| Err(ConfigError::Value { place, why });
        self.sources.lay(doc, &file);
        if let Some(id) = &file.chain_id {
            match *id.get_ref() {
                0 => return wrong(doc.at(id, "chain_id"), "0 is no chain id".into()),
                // Whatever else is known of the chain would be of another.
                other if other != self.chain_id.0 => {
                    let why = format!("{other} is not {}, the chain of what it extends", self.chain_id);
                    return wrong(doc.at(id, "chain_id"), why);
                }
                _ => {}
            }
        }
        let lay = |flag: &mut bool, value: &Option<Spanned<bool>>| {
            if let Some(value) = value {
                *flag = *value.get_ref();
            }
        };
        lay(&mut self.production, &file.production);
        lay(&mut self.local, &file.local);
        lay(&mut self.skip_time, &file.skip_time);
        if self.skip_time && self.production {
            let place = match (&file.skip_time, &file.production) {
                (Some(flag), _) => doc.at(flag, "skip_time"),
                (None, Some(flag)) => doc.at(flag, "production"),
                (None, None) => doc.whole("skip_time"),
            };
            return wrong(place, "time cannot be skipped in production".into());
        }
        if let Some(block) = &file.known_block {
            self.known_block = Some(read_block(doc, block)?);
        }
        if let Some(urls) = &file.rpc_url {
            (self.rpc_url, self.unset) = read_urls(doc, urls, variable)?;
        }
        let fields = EndpointFields {
            family: file.family.as_ref(),
            quorum: file.quorum.as_ref(),
            requests_per_second: file.requests_per_second.as_ref(),
            batch: file.batch.as_ref(),
            timeout: file.timeout.as_ref(),
            chain: file.chain_id.as_ref(),
        };
        self.endpoints.lay(doc, &fields, self.local, self.rpc_url.len() + self.unset.len())?;
        if let Some(n) = &file.confirmations {
            self.confirmations = doc.sourced(n, (*n.get_ref()).max(1));
            // Whoever counts blocks does not mean the tag of what he extends.
            self.finality = None;
        }
        if let Some(tag) = &file.finality {
            self.finality = Some(doc.sourced(tag, read_finality(doc, tag)?));
        }
        if let Some(jump) = &file.fees.max_gas_jump {
            self.fees.max_gas_jump = Some(doc.within(jump, "fees.max_gas_jump", 0..1_001, "hundredths")?);
        }
        if let Some(fee) = &file.fees.max_fee {
            self.fees.max_fee = Some(read_wei(doc, fee, "fees.max_fee")?);
        }
        if let Some(fee) = &file.fees.max_priority_fee {
            self.fees.max_priority_fee = Some(read_wei(doc, fee, "fees.max_priority_fee")?);
        }
        if self.production && (self.fees.max_fee.is_none() || self.fees.max_priority_fee.is_none()) {
            let place = file.production.as_ref().map_or(doc.whole("fees"), |flag| doc.at(flag, "production"));
            let why = "a production network has fees.max_fee and fees.max_priority_fee: nothing else bounds \
                       what an endpoint suggests to pay";
            return wrong(place, why.into());
        }
        self.explorers.extend(read_explorers(doc, &file.explorers)?);
        if let Some(roles) = &file.roles {
            self.roles = Some(read_roles(doc, roles)?);
        }
        if let Some(delay) = &file.delay {
            let value = doc.within(delay, "delay", 1..90 * 86_400 + 1, "seconds")?;
            self.delay = Some(doc.sourced(delay, value));
        }
        if let Some(proxy) = &file.proxy {
            let address = doc.address(proxy, "proxy")?;
            if address.is_zero() {
                return wrong(doc.at(proxy, "proxy"), "leave it out for a router of its own".into());
            }
            self.proxy = Some(doc.sourced(proxy, address));
        }
        if let Some(diamond) = &file.diamond {
            self.diamond = Some(doc.address(diamond, "diamond")?);
        }
        self.live.extend(read_live(doc, &file.live)?);
        for (facet, list) in file.args {
            self.args.insert(doc.name(&facet, "args")?, list);
        }
        self.policy.lay(doc, &file.policy)?;
        if let Some(list) = &file.allowed_addresses {
            self.allowed_addresses = doc.addresses(list, "allowed_addresses")?.into_iter().collect();
        }
        if let Some(list) = &file.requires_passed_on {
            self.requires_passed_on = crate::release::names(doc, list, "requires_passed_on")?;
            if self.requires_passed_on.contains(&self.name) {
                return wrong(doc.whole("requires_passed_on"), "a network cannot wait for itself".into());
            }
        }
        Ok(())
    }

    /// For `config show`; endpoints without what may be a key.
    pub fn settings(&self) -> Vec<Setting> {
        let from = |name| self.sources.0.get(name).cloned().unwrap_or(Source::Default);
        let list =
            |items: &[Address]| items.iter().map(|a| a.to_checksum(None)).collect::<Vec<_>>().join(", ");
        let mut out = vec![
            Setting::new("network", &self.name, from("network")),
            Setting::new("chain_id", self.chain_id, from("chain_id")),
        ];
        out.extend(self.diamond.map(|at| Setting::new("diamond", at.to_checksum(None), from("diamond"))));
        out.extend(self.endpoints.settings(&self.rpc_url));
        out.push(Setting::new("confirmations", self.confirmations.value, self.confirmations.source.clone()));
        let proxy = self.proxy.as_ref();
        out.extend(proxy.map(|p| Setting::new("proxy", p.value.to_checksum(None), p.source.clone())));
        let finality = self.finality.as_ref();
        out.extend(finality.map(|tag| Setting::new("finality", tag.value, tag.source.clone())));
        for (name, url) in &self.explorers {
            out.push(Setting::new(format!("explorers.{name}"), redact_url(url), url.source.clone()));
        }
        if let Some(roles) = &self.roles {
            for (role, shown) in [
                ("roles.owner", roles.owner.to_checksum(None)),
                ("roles.bootstrapper", roles.bootstrapper.to_checksum(None)),
                ("roles.guardians", list(&roles.guardians)),
                ("roles.operators", list(&roles.operators)),
            ] {
                out.push(Setting::new(role, shown, from(role)));
            }
        }
        out.extend([
            Setting::new("production", self.production, from("production")),
            Setting::new("local", self.local, from("local")),
            Setting::new("skip_time", self.skip_time, from("skip_time")),
        ]);
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
    fn lay(&mut self, doc: &Document, file: &NetworkFile) {
        fn line<T>(doc: &Document, value: Option<&Spanned<T>>) -> Option<usize> {
            value.map(|value| doc.line(value))
        }
        let roles = file.roles.as_ref();
        let lines = [
            ("network", line(doc, Some(&file.name))),
            ("chain_id", line(doc, file.chain_id.as_ref())),
            ("diamond", line(doc, file.diamond.as_ref())),
            ("roles.owner", line(doc, roles.map(|r| &r.owner))),
            ("roles.bootstrapper", line(doc, roles.and_then(|r| r.bootstrapper.as_ref()))),
            ("roles.guardians", line(doc, roles.and_then(|r| r.guardians.as_ref()))),
            ("roles.operators", line(doc, roles.and_then(|r| r.operators.as_ref()))),
            ("production", line(doc, file.production.as_ref())),
            ("local", line(doc, file.local.as_ref())),
            ("skip_time", line(doc, file.skip_time.as_ref())),
        ];
        self.0.extend(lines.into_iter().filter_map(|(name, line)| {
            line.map(|line| (name, Source::File { path: doc.path.clone(), line }))
        }));
    }
}
