//! A live diamond of EIP-2535, read into what a project can go on from. Read-only; everything is of one block.

mod document;
mod error;
mod events;
mod files;
mod findings;
mod loupe;
mod names;
mod schema;
mod storage;

pub use error::AdoptError;
pub use events::{Routes, Served, served};
pub use files::{network_file, project_file};
pub use schema::adopted_schema;

use alloy_primitives::{Address, B256, Bytes};
use payrox_artifacts::Contract;
use payrox_chain::{At, ChainError, DiamondError, Endpoint, Read};
use payrox_model::{ChainId, Check, DiamondState, Manifest, Name, Selector};
use std::collections::{BTreeMap, BTreeSet};

/// What to read.
#[derive(Clone, Copy, Debug)]
pub struct AdoptQuery<'a> {
    /// The diamond.
    pub diamond: Address,
    /// The first block whose events are read.
    pub from_block: u64,
    /// Contracts whose code the facets may have.
    pub artifacts: &'a [Contract],
}

/// How it is known what the diamond serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Its loupe says so.
    Loupe,
    /// It has none: its events since the first block that was read add up to it.
    Events,
    /// It has neither: its storage has the layout of a reference implementation.
    Storage(Layout),
}

/// Storage layouts of the reference implementations, all at `keccak256("diamond.standard.diamond.storage")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A list of selectors.
    Diamond1,
    /// Eight selectors in a slot.
    Diamond2,
    /// Lists of selectors by facet.
    Diamond3,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Loupe => "loupe",
            Self::Events => "events",
            Self::Storage(Layout::Diamond1) => "storage of diamond-1",
            Self::Storage(Layout::Diamond2) => "storage of diamond-2",
            Self::Storage(Layout::Diamond3) => "storage of diamond-3",
        })
    }
}

/// A facet by the name it gets in the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptedFacet {
    /// Its name.
    pub name: Name,
    /// Where it is.
    pub address: Address,
    /// Its code.
    pub code: Bytes,
    /// Its contract, where an artifact has its code and all that the diamond routes to it.
    pub contract: Option<Matched>,
    /// What the diamond routes to it, with the signature where somebody knows it.
    pub functions: Vec<(Selector, Option<String>)>,
}

/// The artifact that a facet's code is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// `path:Name`.
    pub contract: String,
    /// The compiler's release.
    pub compiler: Option<String>,
    /// Functions of the contract that the diamond does not route to it.
    pub exclude: Vec<String>,
    /// Its constructor takes arguments, which the code alone does not show.
    pub takes_arguments: bool,
}

/// A diamond at one block, by names.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// The diamond.
    pub diamond: Address,
    /// Its chain.
    pub chain_id: ChainId,
    /// The block that was read.
    pub block: u64,
    /// Its hash.
    pub block_hash: B256,
    /// How it is known what it serves.
    pub origin: Origin,
    /// What it serves.
    pub state: DiamondState,
    /// The same as a table.
    pub manifest: Manifest,
    /// Ascending by address.
    pub facets: Vec<AdoptedFacet>,
    /// What was found.
    pub checks: Vec<Check>,
}

/// Everything that was read before it is judged.
struct Seen {
    loupe: Result<BTreeMap<Selector, Address>, String>,
    events: Result<Option<BTreeMap<Selector, Address>>, String>,
    storage: Option<(Layout, BTreeMap<Selector, Address>)>,
    /// What `facetAddress` says of what `facets()` lists, where that differs.
    contradictions: Vec<(Selector, Address, String)>,
    /// Whether ERC-165 names the loupe; `None` where nothing answers.
    interface: Option<bool>,
    /// Who answers what no facet does, where the diamond has such a one.
    fallback: Option<Address>,
    own_code: Bytes,
}

/// Reads a diamond.
///
/// # Errors
/// When the endpoint fails, there is no diamond, or the chain was reorganised meanwhile.
pub async fn adopt(endpoint: &Endpoint, query: AdoptQuery<'_>) -> Result<Adopted, AdoptError> {
    let (chain_id, head) = endpoint.newest().await?;
    let at = At::Block(head.number);
    let diamond = query.diamond;
    let own_code = endpoint.code(diamond, at).await?;
    if own_code.is_empty() {
        return Err(DiamondError::NoCode { diamond }.into());
    }
    if let Some(dispatcher) = loupe::of_payrox(endpoint, at, diamond).await? {
        return Err(AdoptError::OfPayRox { router: diamond, dispatcher });
    }
    let listed = loupe::routes(endpoint, at, diamond).await?;
    let events = events::routes(endpoint, diamond, query.from_block, head.number).await;
    let stored = storage::routes(endpoint, at, diamond).await?;
    let (origin, routes) = match (&listed, &events, &stored) {
        (Ok(routes), ..) => (Origin::Loupe, routes.clone()),
        (_, Ok(Some(routes)), _) if !routes.is_empty() => (Origin::Events, routes.clone()),
        (_, _, Some((layout, routes))) => (Origin::Storage(*layout), routes.clone()),
        (Err(loupe), ..) => return Err(AdoptError::NoDiamond { diamond, loupe: loupe.clone() }),
    };
    let owner = match loupe::owner(endpoint, at, diamond).await? {
        Some(owner) => Some(owner),
        None => match &stored {
            Some((layout, _)) => storage::owner(endpoint, at, diamond, *layout).await?,
            None => None,
        },
    };
    let code = codes(endpoint, at, routes.values().copied().chain(owner)).await?;
    let owner_is_contract = owner.is_some_and(|owner| code.get(&owner).is_some_and(|code| !code.is_empty()));
    let contradictions = match origin {
        Origin::Loupe => loupe::contradictions(endpoint, at, diamond, &routes).await?,
        _ => Vec::new(),
    };
    let interface = loupe::interface(endpoint, at, diamond).await?;
    let fallback = loupe::fallback(endpoint, at, diamond).await?;
    // All was read by the block's number: it must still be the same block.
    let again = endpoint.block(at).await?;
    if again.hash != head.hash {
        return Err(AdoptError::Reorganised { block: head.number });
    }
    let seen = Seen { loupe: listed, events, storage: stored, contradictions, interface, fallback, own_code };
    let state = DiamondState { owner, owner_is_contract, routes, code, recorded: BTreeMap::new() };
    let manifest = state.manifest().map_err(AdoptError::Manifest)?;
    let facets = names::facets(diamond, &state, query.artifacts);
    let mut adopted = Adopted {
        diamond,
        chain_id,
        block: head.number,
        block_hash: head.hash,
        origin,
        state,
        manifest,
        facets,
        checks: Vec::new(),
    };
    adopted.checks = findings::judge(&adopted, &seen);
    Ok(adopted)
}

async fn codes(
    endpoint: &Endpoint,
    at: At,
    addresses: impl Iterator<Item = Address>,
) -> Result<BTreeMap<Address, Bytes>, ChainError> {
    let wanted: BTreeSet<Address> = addresses.collect();
    let reads: Vec<Read> = wanted.iter().map(|address| Read::Code(*address)).collect();
    let answers = endpoint.read(at, &reads).await?;
    wanted.into_iter().zip(answers).map(|(address, code)| Ok((address, code?))).collect()
}
