//! The flags of a facet's routes, by rule and by the project file.

use crate::{Mutability, PlanError, PlannedRoute, Unlocked};
use payrox_artifacts::Function;
use payrox_config::{FacetSettings, Functions};
use payrox_model::{RouteFlags, Selector, text::escape};
use std::collections::{BTreeMap, BTreeSet};

/// Called by others in the middle of our own calls, so that the lock would refuse them: each standard's receivers.
const CALLBACKS: [(&str, &str); 10] = [
    ("onERC721Received(address,address,uint256,bytes)", "ERC-721"),
    ("onERC1155Received(address,address,uint256,uint256,bytes)", "ERC-1155"),
    ("onERC1155BatchReceived(address,address,uint256[],uint256[],bytes)", "ERC-1155"),
    ("tokensReceived(address,address,address,uint256,bytes,bytes)", "ERC-777"),
    ("tokensToSend(address,address,address,uint256,bytes,bytes)", "ERC-777"),
    ("onTransferReceived(address,address,uint256,bytes)", "ERC-1363"),
    ("onApprovalReceived(address,uint256,bytes)", "ERC-1363"),
    ("tokenFallback(address,uint256,bytes)", "ERC-223"),
    ("tokenReceived(address,uint256,bytes)", "ERC-223"),
    ("onFlashLoan(address,address,uint256,uint256,bytes)", "ERC-3156"),
];

/// The one function of the router that a facet may have: the router asks it last, from the manifest.
pub(crate) const SUPPORTS_INTERFACE: &str = "supportsInterface(bytes4)";

/// The routes of a facet, and which of its writers take no lock.
pub(crate) struct FacetRoutes {
    pub(crate) routes: Vec<PlannedRoute>,
    pub(crate) unlocked: Vec<Unlocked>,
}

pub(crate) fn routes(
    facet: &FacetSettings,
    functions: &[Function],
    reserved: &BTreeMap<Selector, String>,
) -> Result<FacetRoutes, PlanError> {
    let rules = Rules { facet, functions };
    let excluded = rules.listed("exclude", &facet.exclude)?;
    let no_lock = rules.no_lock()?;
    let chosen = [
        (RouteFlags::COLD, rules.select("cold", &facet.cold, &excluded, |_| true)?),
        (RouteFlags::PIN, rules.select("pin", &facet.pin, &excluded, |_| true)?),
        (RouteFlags::PAUSE_EXEMPT, rules.select("pause_exempt", &facet.pause_exempt, &excluded, |_| true)?),
        (RouteFlags::VIEW_LOCK, rules.select("view_lock", &facet.view_lock, &excluded, |m| !m.writes())?),
    ];
    let mut out = FacetRoutes { routes: Vec::new(), unlocked: Vec::new() };
    for function in functions.iter().filter(|f| !excluded.contains(&f.selector)) {
        rules.admit(function, reserved)?;
        let mutability = mutability(function);
        let mut flags = RouteFlags::NONE;
        for (flag, selectors) in &chosen {
            if selectors.contains(&function.selector) {
                flags = flags | *flag;
            }
        }
        if function.signature == SUPPORTS_INTERFACE {
            flags = flags | RouteFlags::COLD;
        }
        if mutability.writes() {
            match no_lock.get(&function.selector).cloned().or_else(|| callback(&function.signature)) {
                Some(reason) => out.unlocked.push(Unlocked { function: function.signature.clone(), reason }),
                None => flags = flags | RouteFlags::LOCK,
            }
        } else if no_lock.contains_key(&function.selector) {
            return Err(rules.misuse(
                "no_lock",
                &function.signature,
                "it only reads, and takes no lock anyway",
            ));
        }
        out.routes.push(PlannedRoute {
            selector: function.selector,
            signature: function.signature.clone(),
            facet: facet.name.clone(),
            flags,
            mutability,
        });
    }
    if out.routes.is_empty() {
        return Err(PlanError::Empty { facet: facet.name.to_string() });
    }
    if facet.receive {
        out.routes.push(PlannedRoute {
            selector: Selector::RECEIVE,
            signature: "receive()".into(),
            facet: facet.name.clone(),
            flags: RouteFlags::RECEIVE,
            mutability: Mutability::Payable,
        });
    }
    Ok(out)
}

struct Rules<'a> {
    facet: &'a FacetSettings,
    functions: &'a [Function],
}

impl Rules<'_> {
    fn misuse(&self, field: &'static str, function: &str, why: &'static str) -> PlanError {
        PlanError::Misuse { facet: self.facet.name.to_string(), field, function: escape(function), why }
    }

    /// A signature, or a name that only one function has.
    fn find(&self, field: &'static str, text: &str) -> Result<&Function, PlanError> {
        if let Some(exact) = self.functions.iter().find(|f| f.signature == text) {
            return Ok(exact);
        }
        let bare = |f: &&Function| f.signature.split('(').next() == text.split('(').next();
        let mut named = self.functions.iter().filter(bare);
        match (named.next(), named.next()) {
            (Some(one), None) if !text.contains('(') => Ok(one),
            _ => Err(PlanError::UnknownFunction {
                facet: self.facet.name.to_string(),
                field,
                function: escape(&text.chars().take(120).collect::<String>()),
                near: self.functions.iter().filter(bare).map(|f| format!("`{}`", f.signature)).collect(),
            }),
        }
    }

    fn listed(&self, field: &'static str, list: &[String]) -> Result<BTreeSet<Selector>, PlanError> {
        list.iter().map(|text| self.find(field, text).map(|f| f.selector)).collect()
    }

    fn select(
        &self,
        field: &'static str,
        wanted: &Functions,
        excluded: &BTreeSet<Selector>,
        applies: fn(Mutability) -> bool,
    ) -> Result<BTreeSet<Selector>, PlanError> {
        let list = match wanted {
            Functions::All => {
                return Ok(self
                    .functions
                    .iter()
                    .filter(|f| applies(mutability(f)))
                    .map(|f| f.selector)
                    .collect());
            }
            Functions::Only(list) => list,
        };
        let mut out = BTreeSet::new();
        for text in list {
            let function = self.find(field, text)?;
            if excluded.contains(&function.selector) {
                return Err(self.misuse(field, text, "it is excluded"));
            }
            if !applies(mutability(function)) {
                return Err(self.misuse(field, text, "it writes, and takes the lock itself"));
            }
            out.insert(function.selector);
        }
        Ok(out)
    }

    fn no_lock(&self) -> Result<BTreeMap<Selector, String>, PlanError> {
        let mut out = BTreeMap::new();
        for entry in &self.facet.no_lock {
            let function = self.find("no_lock", &entry.function)?;
            if out.insert(function.selector, entry.reason.clone()).is_some() {
                return Err(self.misuse("no_lock", &entry.function, "it is there twice"));
            }
        }
        Ok(out)
    }

    fn admit(&self, function: &Function, reserved: &BTreeMap<Selector, String>) -> Result<(), PlanError> {
        let refuse = |by: &str| PlanError::Reserved {
            facet: self.facet.name.to_string(),
            function: function.signature.clone(),
            selector: function.selector,
            reserved: by.to_owned(),
        };
        if function.selector == Selector::RECEIVE {
            return Err(refuse("receive()"));
        }
        match reserved.get(&function.selector) {
            Some(by) if function.signature != SUPPORTS_INTERFACE => Err(refuse(by)),
            _ => Ok(()),
        }
    }
}

fn callback(signature: &str) -> Option<String> {
    let (_, standard) = CALLBACKS.iter().find(|(known, _)| *known == signature)?;
    Some(format!("a receiver of {standard}, called in the middle of transfers"))
}

pub(crate) fn mutability(function: &Function) -> Mutability {
    use alloy_json_abi::StateMutability as S;
    match function.mutability {
        S::Pure => Mutability::Pure,
        S::View => Mutability::View,
        S::NonPayable => Mutability::Nonpayable,
        S::Payable => Mutability::Payable,
    }
}
