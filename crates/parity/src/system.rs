//! What is compared: the routes of a plan, with the names and types that the contracts' ABI gives them.

use crate::{
    error::ParityError,
    tables::{Tables, purpose},
};
use alloy_dyn_abi::{DynSolType, Specifier as _};
use alloy_json_abi::{Event, Function, Param};
use alloy_primitives::{Address, B256, Bytes, U256, uint};
use payrox_artifacts::ArtifactSet;
use payrox_model::{RouteFlags, Selector};
use payrox_plan::{Mutability, Plan, PlannedRoute};
use revm::bytecode::Bytecode;
use std::collections::{BTreeMap, BTreeSet};

/// ERC-7201 namespaces of `contracts/src/storage/RouterStorage.sol`.
const ROUTES: U256 = uint!(0x3f86c3b18d9f28d94aa3ae6129dcfb99ee7f82c69b25bcccddbdf64ff2067f00_U256);
const STATE: U256 = uint!(0xc42ee7dee6224a5a9529fac6a5dd4dfbbb3aaa40acccc4edf714dafe1e870a00_U256);
/// The same in transient storage.
pub(crate) const LOCK: U256 = uint!(0x9052058a821b6ca25d9fa92aecc5b04d29becb0173b4c1f8f6461206c9dbc200_U256);

/// Functions of a router, whose interface ids it claims for itself.
const OWN_INTERFACES: [&[&str]; 3] = [
    &["supportsInterface(bytes4)"],
    &["facets()", "facetFunctionSelectors(address)", "facetAddresses()", "facetAddress(bytes4)"],
    &[
        "batch(bytes[])",
        "routeOf(bytes4)",
        "dispatcher()",
        "manifest()",
        "paused()",
        "owner()",
        "supportsInterface(bytes4)",
    ],
];

/// The slot of a hot route.
pub(crate) fn slot_of(selector: Selector) -> U256 {
    ROUTES + U256::from(u32::from_be_bytes(selector.0))
}

/// A system as its plan says it is.
#[derive(Clone, Debug)]
pub struct System {
    pub(crate) plan: B256,
    pub(crate) router: Address,
    pub(crate) dispatcher: Address,
    pub(crate) extension: Address,
    pub(crate) manifest: Address,
    pub(crate) state_slot: U256,
    /// What a diamond serves before the plan and after it; `None` for a system of our own.
    pub(crate) diamond: Option<Tables>,
    /// Ascending by selector.
    pub(crate) routes: Vec<Route>,
    /// Who has a role, and what else a call may name: what it is, and where.
    pub(crate) people: Vec<(String, Address)>,
    pub(crate) places: Vec<(String, Address)>,
    pub(crate) events: BTreeMap<B256, Event>,
    pub(crate) errors: BTreeMap<[u8; 4], alloy_json_abi::Error>,
}

/// What answers a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A facet's function, by a delegatecall.
    Function,
    /// Nothing: plain ether is taken.
    Receive,
    /// ERC-165: the router first, and a facet for what it does not know.
    Interfaces,
    /// A function of a diamond that tells what it serves.
    Loupe,
    /// The function of a diamond that changes what it serves.
    Cut,
}

/// One route.
#[derive(Clone, Debug)]
pub struct Route {
    pub(crate) selector: Selector,
    pub(crate) signature: String,
    pub(crate) facet_name: String,
    pub(crate) facet: Address,
    pub(crate) flags: RouteFlags,
    pub(crate) mutability: Mutability,
    pub(crate) kind: Kind,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: Vec<Input>,
    /// Code that stands for the facet in the direct call, where there is no facet.
    pub(crate) stand_in: Option<Bytecode>,
    /// Nobody knows more of it than its selector: no call can be made up.
    pub(crate) is_nameless: bool,
}

/// A parameter.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) ty: DynSolType,
    /// Names of a struct's members, level by level.
    pub(crate) members: Vec<Input>,
}

impl System {
    /// What a plan says, with the names of its artifacts.
    ///
    /// # Errors
    /// When an artifact that the plan names is not there, or has no such function.
    pub fn of(plan: &Plan, artifacts: &ArtifactSet) -> Result<Self, ParityError> {
        let mut functions = BTreeMap::new();
        let mut facets = BTreeMap::new();
        let (mut events, mut errors) = (BTreeMap::new(), BTreeMap::new());
        let release = payrox_artifacts::release();
        let mut abis: Vec<_> = release.contracts().map(|c| &c.abi).to_vec();
        for facet in &plan.facets {
            facets.insert(facet.name.clone(), facet.address);
            // Of what a diamond keeps nobody may have the source.
            if plan.diamond.is_some() && facet.contract.is_empty() {
                continue;
            }
            let contract = artifacts.get(&facet.contract).map_err(ParityError::Artifacts)?;
            abis.push(&contract.abi);
            for function in contract.abi.functions() {
                functions.insert((facet.name.clone(), function.selector().0), function);
            }
        }
        for abi in abis {
            events.extend(abi.events().map(|event| (event.selector(), event.clone())));
            errors.extend(abi.errors().map(|error| (error.selector().0, error.clone())));
        }
        let mut routes = Vec::with_capacity(plan.routes.len());
        for route in &plan.routes {
            let function = functions.get(&(route.facet.clone(), route.selector.0)).copied();
            let facet = facets.get(&route.facet).copied().unwrap_or_default();
            routes.push(match plan.diamond {
                Some(_) => Route::of_a_diamond(route, facet, function),
                None => Route::of(route, facet, function)?,
            });
        }
        routes.sort_by_key(|route| route.selector);
        let addresses = plan.addresses;
        let places = match plan.diamond {
            Some(_) => vec![("the diamond", addresses.router), ("the factory", addresses.factory)],
            None => vec![
                ("the router", addresses.router),
                ("the dispatcher", addresses.dispatcher),
                ("the extension", addresses.extension),
                ("the factory", addresses.factory),
            ],
        };
        let mut places: Vec<_> =
            places.into_iter().map(|(name, address)| (name.to_owned(), address)).collect();
        places.extend(plan.facets.iter().map(|facet| (facet.name.to_string(), facet.address)));
        Ok(Self {
            plan: plan.content_hash,
            router: addresses.router,
            // A diamond is its own: there is nobody to whom no facet is served.
            dispatcher: if plan.diamond.is_some() { Address::ZERO } else { addresses.dispatcher },
            extension: addresses.extension,
            manifest: plan.manifest.address,
            state_slot: STATE,
            diamond: Tables::of(plan),
            routes,
            people: people(plan),
            places,
            events,
            errors,
        })
    }

    /// How many routes there are.
    pub fn len(&self) -> usize {
        self.routes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// The routes that somebody means: by signature, name, selector, facet, or `Facet.` before one of the first two.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, wanted: &str) -> Result<Vec<Selector>, ParityError> {
        let means = |route: &&Route| {
            let (bare, facet) = (route.name(), &route.facet_name);
            let forms = [&*route.signature, bare, facet, &*format!("{facet}.{bare}"), &*route.title()];
            forms.contains(&wanted) || route.selector.to_string() == wanted
        };
        let found: Vec<_> = self.routes.iter().filter(means).map(|route| route.selector).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let name = wanted.split('(').next().unwrap_or_default().rsplit('.').next().unwrap_or_default();
        let alike = self.routes.iter().filter(|route| route.name().eq_ignore_ascii_case(name));
        Err(ParityError::Route {
            wanted: payrox_model::text::escape(&wanted.chars().take(120).collect::<String>()),
            near: alike.map(|route| format!("`{}`", route.title())).collect(),
        })
    }

    pub(crate) fn route(&self, selector: Selector) -> Option<&Route> {
        let found = self.routes.binary_search_by_key(&selector, |route| route.selector);
        found.ok().map(|index| &self.routes[index])
    }

    /// Whether a diamond answers a function itself: there is no facet that could be asked alone.
    pub(crate) fn is_own(&self, route: &Route) -> bool {
        self.diamond.is_some() && route.facet == self.router
    }

    /// What an address is here.
    pub(crate) fn name_of(&self, address: Address) -> Option<&str> {
        let mut known = self.places.iter().chain(&self.people);
        known.find(|(_, at)| *at == address).map(|(name, _)| name.as_str())
    }
}

/// Who has a role, each account once.
fn people(plan: &Plan) -> Vec<(String, Address)> {
    let roles = &plan.system.roles;
    let all = [("owner", roles.owner), ("bootstrapper", roles.bootstrapper)].into_iter();
    let all = all.chain(roles.guardians.iter().map(|a| ("guardian", *a)));
    let all = all.chain(roles.operators.iter().map(|a| ("operator", *a)));
    let mut seen = BTreeSet::new();
    all.filter(|(_, address)| !address.is_zero() && seen.insert(*address))
        .map(|(name, address)| (name.to_owned(), address))
        .collect()
}

impl Route {
    fn of(planned: &PlannedRoute, facet: Address, function: Option<&Function>) -> Result<Self, ParityError> {
        let unknown = || ParityError::Function {
            facet: planned.facet.to_string(),
            function: planned.signature.clone(),
        };
        let kind = if planned.flags.contains(RouteFlags::RECEIVE) {
            Kind::Receive
        } else if planned.signature == "supportsInterface(bytes4)" {
            Kind::Interfaces
        } else {
            Kind::Function
        };
        let (inputs, outputs, stand_in) = match (kind, function) {
            (Kind::Receive, _) => (Vec::new(), Vec::new(), Some(receiver())),
            (_, Some(function)) => {
                let inputs = inputs(&function.inputs).ok_or_else(unknown)?;
                (inputs, self::inputs(&function.outputs).unwrap_or_default(), None)
            }
            (_, None) => return Err(unknown()),
        };
        Ok(Self {
            selector: planned.selector,
            signature: planned.signature.clone(),
            facet_name: planned.facet.to_string(),
            facet: if kind == Kind::Receive { Address::ZERO } else { facet },
            flags: planned.flags,
            mutability: planned.mutability,
            kind,
            inputs,
            outputs,
            stand_in,
            is_nameless: false,
        })
    }

    /// The same of a diamond: nothing stands between it and its facets, and of what it keeps the signature may be all that is
    /// known, or not even that.
    fn of_a_diamond(planned: &PlannedRoute, facet: Address, function: Option<&Function>) -> Self {
        let parsed = match function {
            Some(_) => None,
            None => Function::parse(&planned.signature).ok(),
        };
        // A name that stands there and makes another selector is no name of this function.
        let parsed = parsed.filter(|parsed| parsed.selector() == planned.selector.0);
        let function = function.or(parsed.as_ref());
        let types = function.and_then(|f| Some((inputs(&f.inputs)?, inputs(&f.outputs).unwrap_or_default())));
        let is_nameless = types.is_none();
        let (inputs, outputs) = types.unwrap_or_default();
        Self {
            selector: planned.selector,
            signature: planned.signature.clone(),
            facet_name: planned.facet.to_string(),
            facet,
            flags: planned.flags,
            mutability: planned.mutability,
            kind: purpose(planned.selector),
            inputs,
            outputs,
            stand_in: None,
            is_nameless,
        }
    }

    /// `Facet.function(types)`.
    pub(crate) fn title(&self) -> String {
        format!("{}.{}", self.facet_name, self.signature)
    }

    /// Its function's name without types.
    pub(crate) fn name(&self) -> &str {
        self.signature.split('(').next().unwrap_or_default()
    }

    /// Whether nothing at all is forgiven it.
    pub(crate) fn is_plain(&self) -> bool {
        self.kind != Kind::Interfaces
    }

    /// Whether the router holds its lock while the facet runs.
    pub(crate) fn takes_lock(&self) -> bool {
        self.kind == Kind::Function && self.flags.contains(RouteFlags::LOCK)
    }

    /// Whether the router asks its extension to serve it.
    pub(crate) fn is_cold(&self) -> bool {
        self.flags.contains(RouteFlags::COLD) || self.kind == Kind::Interfaces
    }

    /// Whether it may be called where nothing may be written: what takes the lock writes it, in transient storage.
    pub(crate) fn is_view(&self) -> bool {
        let called = matches!(self.kind, Kind::Function | Kind::Loupe);
        !self.mutability.writes() && !self.takes_lock() && called
    }

    /// The interface that is asked for, as the router reads it. Its extension is handed a word behind the calldata, which begins
    /// with eleven zeros: they stand for zeros that are missing at the end.
    pub(crate) fn interface_of(&self, data: &[u8]) -> Option<[u8; 4]> {
        let argument = data.get(4..)?;
        let mut word = [0; 32];
        let present = argument.len().min(32);
        if present < 21 {
            return None;
        }
        word[..present].copy_from_slice(&argument[..present]);
        let [a, b, c, d, rest @ ..] = word;
        rest.iter().all(|byte| *byte == 0).then_some([a, b, c, d])
    }
}

/// Whether the router says itself that it has an interface.
pub(crate) fn is_own_interface(id: [u8; 4]) -> bool {
    OWN_INTERFACES.iter().any(|functions| {
        let selectors = functions.iter().map(|f| u32::from_be_bytes(Selector::of(f).0));
        selectors.fold(0, |id, selector| id ^ selector) == u32::from_be_bytes(id)
    })
}

/// Calldata as a facet must get it from a router that encodes it anew.
pub(crate) fn ask_interface(id: [u8; 4]) -> Bytes {
    let mut data = Selector::of("supportsInterface(bytes4)").0.to_vec();
    data.extend(id);
    data.resize(36, 0);
    data.into()
}

/// Takes ether with empty calldata, and says `NoRoute(msg.sig)` to everything else.
fn receiver() -> Bytecode {
    let [a, b, c, d] = Selector::of("NoRoute(bytes4)").0;
    let code = [
        0x36, 0x15, 0x60, 0x1e, 0x57, 0x63, a, b, c, d, 0x60, 0xe0, 0x1b, 0x5f, 0x52, 0x5f, 0x35, 0x60, 0xe0,
        0x1c, 0x60, 0xe0, 0x1b, 0x60, 0x04, 0x52, 0x60, 0x24, 0x5f, 0xfd, 0x5b, 0x00,
    ];
    Bytecode::new_legacy(Bytes::copy_from_slice(&code))
}

fn inputs(params: &[Param]) -> Option<Vec<Input>> {
    params.iter().map(input).collect()
}

fn input(param: &Param) -> Option<Input> {
    let ty = param.resolve().ok()?;
    Some(Input { name: param.name.clone(), ty, members: inputs(&param.components)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::keccak256;

    #[test]
    fn the_routers_namespaces_are_those_of_erc_7201() {
        let known =
            [("payrox.router.routes", ROUTES), ("payrox.router.state", STATE), ("payrox.router.lock", LOCK)];
        for (id, slot) in known {
            let inner = U256::from_be_bytes(keccak256(id).0) - U256::from(1);
            let outer = U256::from_be_bytes(keccak256(inner.to_be_bytes::<32>()).0);
            assert_eq!(outer & !U256::from(0xff), slot, "{id}");
        }
    }

    #[test]
    fn the_routers_interfaces_have_the_ids_of_their_standards() {
        assert!(is_own_interface([0x01, 0xff, 0xc9, 0xa7]), "ERC-165");
        assert!(is_own_interface([0x48, 0xe2, 0xb0, 0x93]), "the loupe of EIP-2535");
        assert!(!is_own_interface([0xff; 4]) && !is_own_interface([0; 4]));
    }
}
