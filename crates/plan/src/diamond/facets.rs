//! The facets that a project wants in a diamond, each where it stands or where it will, and those that it has.

use super::{DiamondPlanError, ServedPart};
use crate::{
    Inputs, Mutability, PlanError, PlannedFacet, PlannedRoute,
    address::SALT,
    facet::{Deployment, Resolver},
    flags,
};
use alloy_primitives::{Address, B256, Bytes, keccak256};
use payrox_artifacts::Contract;
use payrox_config::{FacetSettings, Functions, KeptFacet};
use payrox_model::{
    CodeHash, DiamondState, Name, RouteFlags, Salt, Selector, diamond::STANDARD_FUNCTIONS, text::escape,
};
use std::collections::{BTreeMap, BTreeSet};

/// What the project wants.
pub(super) struct Wanted {
    pub(super) facets: Vec<PlannedFacet>,
    pub(super) routes: Vec<PlannedRoute>,
    /// Of those that do not stand yet.
    pub(super) deployments: BTreeMap<Name, Deployment>,
}

pub(super) fn wanted(resolver: &Resolver<'_>, live: &DiamondState) -> Result<Wanted, PlanError> {
    let project = resolver.inputs.project;
    let mut all = Wanted { facets: Vec::new(), routes: Vec::new(), deployments: BTreeMap::new() };
    for settings in &project.facets {
        one(resolver, live, settings, &mut all)?;
    }
    for facet in &project.kept {
        keep(resolver, live, facet, &mut all)?;
    }
    let mut seen: BTreeMap<Selector, &PlannedRoute> = BTreeMap::new();
    for route in &all.routes {
        if let Some(first) = seen.insert(route.selector, route) {
            let named = |r: &PlannedRoute| format!("{}.{}", r.facet, r.signature);
            let (first, second) = (named(first), named(route));
            return Err(PlanError::Collision { selector: route.selector, first, second });
        }
    }
    let mut at: BTreeMap<Address, &Name> = BTreeMap::new();
    for facet in &all.facets {
        if let Some(first) = at.insert(facet.address, &facet.name) {
            let (first, second) = (first.to_string(), facet.name.to_string());
            return Err(PlanError::SameCode { first, second });
        }
    }
    Ok(all)
}

fn one(
    resolver: &Resolver<'_>,
    live: &DiamondState,
    settings: &FacetSettings,
    all: &mut Wanted,
) -> Result<(), PlanError> {
    let name = || settings.name.to_string();
    refuse_powers(settings)?;
    let contract = resolver.inputs.artifacts.get(&settings.contract.to_string())?;
    contract
        .check_facet()
        .map_err(|source| PlanError::Creation { facet: name(), source: Box::new(source) })?;
    let found = flags::routes(settings, &contract.functions, &BTreeMap::new())?;
    all.routes
        .extend(found.routes.into_iter().map(|route| PlannedRoute { flags: RouteFlags::NONE, ..route }));
    let args = resolver.inputs.network.args.get(&settings.name).unwrap_or(&settings.args);
    let stands = resolver.inputs.network.live.get(&settings.name).copied();
    // What a constructor filled in cannot be told from the code alone, unless its arguments are written down.
    let stands = stands.filter(|at| is_known(live, *at));
    let standing = |at| standing(settings.name.clone(), contract.id.to_string(), at, live.standing(at));
    if let Some(at) = stands
        && args.is_empty()
        && is_of(contract, live, at)
    {
        all.facets.push(standing(at));
        return Ok(());
    }
    let deployment = resolver.deployment(&name(), format!("facet {}", settings.name), contract, args)?;
    if let Some(at) = stands
        && live.code_hash(at) == deployment.code_hash
    {
        all.facets.push(standing(at));
        return Ok(());
    }
    all.facets.push(PlannedFacet {
        name: settings.name.clone(),
        contract: contract.id.to_string(),
        address: deployment.creation.address,
        code_hash: deployment.code_hash,
        salt: SALT,
        init_code_hash: keccak256(&deployment.creation.init_code),
        constructor_args: deployment.code.arguments.clone(),
        size: deployment.size,
    });
    all.deployments.insert(settings.name.clone(), deployment);
    Ok(())
}

/// Flags are what a router of our own has.
fn refuse_powers(settings: &FacetSettings) -> Result<(), DiamondPlanError> {
    let none = Functions::default();
    let said = [
        ("cold", settings.cold != none),
        ("pin", settings.pin != none),
        ("pause_exempt", settings.pause_exempt != none),
        ("view_lock", settings.view_lock != none),
        ("no_lock", !settings.no_lock.is_empty()),
        ("receive", settings.receive),
    ];
    match said.into_iter().find(|(_, said)| *said) {
        Some((field, _)) => Err(DiamondPlanError::NoSuchPower { facet: settings.name.to_string(), field }),
        None => Ok(()),
    }
}

fn keep(
    resolver: &Resolver<'_>,
    live: &DiamondState,
    facet: &KeptFacet,
    all: &mut Wanted,
) -> Result<(), PlanError> {
    let network = resolver.inputs.network;
    let name = || facet.name.to_string();
    let address = network.live.get(&facet.name).copied();
    let address = address
        .ok_or_else(|| DiamondPlanError::NoAddress { facet: name(), network: network.name.to_string() })?;
    // What is served without code is served like this now, and nothing about it changes.
    if !is_known(live, address) && !live.routes.values().any(|served| *served == address) {
        return Err(DiamondPlanError::NoCode { facet: name(), address }.into());
    }
    all.facets.push(standing(facet.name.clone(), String::new(), address, live.standing(address)));
    for text in &facet.functions {
        let no = || DiamondPlanError::NoFunction {
            facet: name(),
            function: escape(&text.chars().take(120).collect::<String>()),
        };
        let selector = match text.parse::<Selector>() {
            Ok(selector) => selector,
            Err(_) if is_signature(text) => Selector::of(text),
            Err(_) => return Err(no().into()),
        };
        all.routes.push(unknown(selector, text.clone(), facet.name.clone()));
    }
    Ok(())
}

/// Whether there is code, at hand or written down.
fn is_known(live: &DiamondState, address: Address) -> bool {
    live.standing(address).1 > 0
}

/// Whether what stands there is of this contract, immutables left open. Where only a hash is written down, that of a contract
/// with immutables is taken as it is: whoever reads that record says so.
fn is_of(contract: &Contract, live: &DiamondState, address: Address) -> bool {
    match (live.code.get(&address), live.recorded.get(&address)) {
        (Some(code), _) => contract.runtime.matches(code),
        (None, Some((hash, size))) => {
            let template = contract.runtime.template();
            let fixed = CodeHash::of(template) == *hash;
            fixed || !contract.runtime.immutables().is_empty() && template.len() as u64 == *size
        }
        (None, None) => false,
    }
}

/// A facet that stands, whoever put it there.
fn standing(
    name: Name,
    contract: String,
    address: Address,
    (code_hash, size): (CodeHash, u64),
) -> PlannedFacet {
    PlannedFacet {
        name,
        contract,
        address,
        code_hash,
        salt: Salt::ZERO,
        init_code_hash: B256::ZERO,
        constructor_args: Bytes::new(),
        size,
    }
}

/// A function of which nobody says whether it writes: it is taken to.
fn unknown(selector: Selector, signature: String, facet: Name) -> PlannedRoute {
    PlannedRoute { selector, signature, facet, flags: RouteFlags::NONE, mutability: Mutability::Payable }
}

/// `name(types)`, as far as text alone shows.
pub(crate) fn is_signature(text: &str) -> bool {
    let Some((name, rest)) = text.split_once('(') else { return false };
    let letter = |c: char| c.is_ascii_alphanumeric() || "_$".contains(c);
    let types = |c: char| c.is_ascii_alphanumeric() || "_$,()[]".contains(c);
    !name.is_empty()
        && name.chars().all(letter)
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && rest.ends_with(')')
        && rest.chars().all(types)
        && text.len() <= 1_024
}

/// What the diamond serves now, by the names that the project and earlier plans have for it.
pub(super) fn served(
    inputs: &Inputs<'_>,
    live: &DiamondState,
    wanted: &Wanted,
) -> Result<ServedPart, PlanError> {
    let manifest = live.manifest().map_err(DiamondPlanError::Served)?;
    let known = functions(inputs, wanted);
    let mut used = BTreeSet::new();
    let mut facets = Vec::new();
    for entry in manifest.facets() {
        let same = wanted.facets.iter().find(|facet| facet.address == entry.address);
        let mut facet = match same {
            // The same contract at the same place is the same facet, however it came there.
            Some(facet) if facet.code_hash == entry.code_hash => facet.clone(),
            _ => {
                let name = name_of(inputs, entry.address);
                standing(name, String::new(), entry.address, live.standing(entry.address))
            }
        };
        if !used.insert(facet.name.clone()) {
            facet.name = Name::facet_at(entry.address);
            used.insert(facet.name.clone());
        }
        facets.push(facet);
    }
    let names: BTreeMap<Address, Name> = facets.iter().map(|f| (f.address, f.name.clone())).collect();
    let routes = manifest.leaves().filter_map(|leaf| {
        let facet = names.get(&leaf.facet)?.clone();
        Some(match known.get(&leaf.selector) {
            Some((signature, mutability)) => PlannedRoute {
                selector: leaf.selector,
                signature: signature.clone(),
                facet,
                flags: RouteFlags::NONE,
                mutability: *mutability,
            },
            None => unknown(leaf.selector, leaf.selector.to_string(), facet),
        })
    });
    let routes = routes.collect();
    Ok(ServedPart::sorted(facets, routes))
}

/// Functions by selector: those that are wanted, those of all artifacts, those of the standard, those that earlier plans named.
fn functions(inputs: &Inputs<'_>, wanted: &Wanted) -> BTreeMap<Selector, (String, Mutability)> {
    let mut known: BTreeMap<Selector, (String, Mutability)> = BTreeMap::new();
    let mut learn = |selector, signature: &str, mutability| {
        known.entry(selector).or_insert_with(|| (signature.to_owned(), mutability));
    };
    for route in wanted.routes.iter().filter(|route| is_signature(&route.signature)) {
        learn(route.selector, &route.signature, route.mutability);
    }
    for function in inputs.artifacts.contracts().iter().flat_map(|c: &Contract| &c.functions) {
        learn(function.selector, &function.signature, flags::mutability(function));
    }
    for signature in STANDARD_FUNCTIONS {
        learn(Selector::of(signature), signature, Mutability::Payable);
    }
    for (selector, signature) in inputs.parent.iter().flat_map(|parent| parent.names.functions()) {
        if Selector::of(signature) == *selector {
            learn(*selector, signature, Mutability::Payable);
        }
    }
    known
}

fn name_of(inputs: &Inputs<'_>, address: Address) -> Name {
    let adopted = inputs.network.live.iter().find(|(_, at)| **at == address).map(|(name, _)| name.clone());
    let planned = || inputs.parent.and_then(|parent| parent.names.facet_at(address)?.parse().ok());
    adopted.or_else(planned).unwrap_or_else(|| Name::facet_at(address))
}
