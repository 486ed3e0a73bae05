//! A diamond of EIP-2535 at one block, in two round trips: what its loupe lists, the code behind it, and its owner.

use crate::{At, CallRequest, ChainError, Endpoint, Read};
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolCall as _;
use payrox_model::{
    ChainSnapshot, Code, CodeHash, DiamondState, ExitCode, Fault, Selector,
    diamond::{IDiamond, facets},
};
use std::collections::{BTreeMap, BTreeSet};

/// What to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiamondQuery {
    /// The diamond.
    pub diamond: Address,
    /// Addresses whose code hash is wanted.
    pub addresses: Vec<Address>,
    /// Addresses whose code is wanted besides that of the facets.
    pub code: Vec<Address>,
}

/// Why a diamond cannot be looked at.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum DiamondError {
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error("there is no code at {diamond}")]
    NoCode { diamond: Address },
    #[error("{diamond} has no loupe: {why}")]
    NoLoupe { diamond: Address, why: String },
    #[error("the loupe of {diamond} names {selector} under {first} and under {second}")]
    Twice { diamond: Address, selector: Selector, first: Address, second: Address },
}

impl Fault for DiamondError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Chain(error) => return error.code(),
            Self::NoCode { .. } => "PRX-ADP-020",
            Self::NoLoupe { .. } => "PRX-ADP-021",
            Self::Twice { .. } => "PRX-ADP-022",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Chain(error) => error.exit(),
            Self::NoCode { .. } => ExitCode::BadInput,
            Self::NoLoupe { .. } | Self::Twice { .. } => ExitCode::Refused,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Chain(error) => error.hint(),
            Self::NoCode { .. } => Some("compare address, network and endpoint".into()),
            Self::NoLoupe { .. } => {
                Some("`payrox adopt` reads its events or its storage; a cut needs the loupe".into())
            }
            Self::Twice { .. } => {
                Some("what it serves cannot be known from it: `payrox adopt` shows its events".into())
            }
        }
    }
}

/// What a diamond is asked for a snapshot.
pub fn loupe_questions(diamond: Address) -> [CallRequest; 2] {
    [IDiamond::facetsCall {}.abi_encode(), IDiamond::ownerCall {}.abi_encode()]
        .map(|data| CallRequest::view(diamond, data))
}

/// The diamond at the newest block.
///
/// # Errors
/// When the endpoint fails, or there is no diamond whose loupe can be read.
pub async fn diamond_snapshot(
    endpoint: &Endpoint,
    query: &DiamondQuery,
) -> Result<ChainSnapshot, DiamondError> {
    let (chain_id, head) = endpoint.newest().await?;
    let diamond = query.diamond;
    let at = At::Block(head.number);
    let mut hashed: Vec<Address> = query.addresses.iter().copied().chain([diamond]).collect();
    hashed.sort_unstable();
    hashed.dedup();
    let mut reads: Vec<Read> = loupe_questions(diamond).map(Read::Call).into();
    reads.extend(hashed.iter().map(|address| Read::Code(*address)));
    let mut answers = endpoint.read(at, &reads).await?.into_iter();
    let listed = answers.next().unwrap_or_else(|| Err(endpoint.odd("eth_call", "an answer is missing")));
    let owner = answers.next().unwrap_or_else(|| Err(endpoint.odd("eth_call", "an answer is missing")));
    let mut code = BTreeMap::new();
    for (address, bytes) in hashed.iter().zip(answers) {
        let bytes = bytes?;
        if !bytes.is_empty() {
            code.insert(*address, CodeHash::of(&bytes));
        }
    }
    if !code.contains_key(&diamond) {
        return Err(DiamondError::NoCode { diamond });
    }
    let routes = routes(diamond, listed)?;
    let owner = match owner {
        Ok(output) => IDiamond::ownerCall::abi_decode_returns_validate(&output).ok(),
        Err(ChainError::Reverted { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let wanted: BTreeSet<Address> = routes.values().chain(&query.code).copied().chain(owner).collect();
    let reads: Vec<Read> = wanted.iter().map(|address| Read::Code(*address)).collect();
    let answers = endpoint.read(at, &reads).await?;
    let found: BTreeMap<Address, Bytes> = wanted
        .into_iter()
        .zip(answers)
        .map(|(address, bytes)| Ok((address, bytes?)))
        .collect::<Result<_, ChainError>>()?;
    let owner_is_contract = owner.is_some_and(|owner| found.get(&owner).is_some_and(|code| !code.is_empty()));
    Ok(ChainSnapshot {
        chain_id,
        block: head.number,
        block_hash: head.hash,
        timestamp: head.timestamp,
        code,
        dispatcher: None,
        router: None,
        diamond: Some(DiamondState {
            owner,
            owner_is_contract,
            routes,
            code: found,
            recorded: BTreeMap::new(),
        }),
    })
}

fn routes(
    diamond: Address,
    listed: Result<Bytes, ChainError>,
) -> Result<BTreeMap<Selector, Address>, DiamondError> {
    let none = |why: &str| DiamondError::NoLoupe { diamond, why: why.to_owned() };
    let output = match listed {
        Ok(output) => output,
        Err(error @ ChainError::Reverted { .. }) => return Err(none(&error.to_string())),
        Err(error) => return Err(error.into()),
    };
    let listed = facets(&output).ok_or_else(|| none("facets() answers with something else than facets"))?;
    let mut routes = BTreeMap::new();
    for (facet, selectors) in listed {
        for selector in selectors {
            match routes.insert(selector, facet) {
                Some(first) if first != facet => {
                    return Err(DiamondError::Twice { diamond, selector, first, second: facet });
                }
                _ => {}
            }
        }
    }
    if routes.is_empty() { Err(none("facets() lists no function")) } else { Ok(routes) }
}
