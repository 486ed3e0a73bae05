//! What the diamond says about itself.

use alloy_primitives::{Address, Bytes, FixedBytes, hex};
use alloy_sol_types::SolCall;
use payrox_chain::{At, CallRequest, ChainError, Endpoint, Read};
use payrox_model::{
    Selector,
    abi::{
        IManifestDispatcher::routerCall,
        IPayRoxRouter::{dispatcherCall, supportsInterfaceCall},
    },
    diamond::{IDiamond, facets},
};
use std::collections::BTreeMap;

/// ERC-165 id of the loupe, by the standard.
const LOUPE: [u8; 4] = hex!("48e2b093");

fn view(diamond: Address, call: &impl SolCall) -> Read {
    Read::Call(CallRequest::view(diamond, call.abi_encode()))
}

/// An answer; `None` where the diamond reverts.
fn answered(answer: Option<Result<Bytes, ChainError>>) -> Result<Option<Bytes>, ChainError> {
    match answer {
        Some(Ok(output)) => Ok(Some(output)),
        Some(Err(ChainError::Reverted { .. })) | None => Ok(None),
        Some(Err(error)) => Err(error),
    }
}

/// What `facets()` lists, or why that is nothing to go by.
pub(super) async fn routes(
    endpoint: &Endpoint,
    at: At,
    diamond: Address,
) -> Result<Result<BTreeMap<Selector, Address>, String>, ChainError> {
    let answers = endpoint.read(at, &[view(diamond, &IDiamond::facetsCall {})]).await?;
    let Some(output) = answered(answers.into_iter().next())? else {
        return Ok(Err("facets() reverts".into()));
    };
    let Some(listed) = facets(&output) else {
        return Ok(Err("facets() answers with something else than facets".into()));
    };
    let mut routes = BTreeMap::new();
    for (facet, selectors) in listed {
        for selector in selectors {
            match routes.insert(selector, facet) {
                Some(first) if first != facet => {
                    return Ok(Err(format!("facets() names {selector} under {first} and under {facet}")));
                }
                _ => {}
            }
        }
    }
    Ok(if routes.is_empty() { Err("facets() lists no function".into()) } else { Ok(routes) })
}

/// The owner by ERC-173.
pub(super) async fn owner(
    endpoint: &Endpoint,
    at: At,
    diamond: Address,
) -> Result<Option<Address>, ChainError> {
    let answers = endpoint.read(at, &[view(diamond, &IDiamond::ownerCall {})]).await?;
    let output = answered(answers.into_iter().next())?;
    Ok(output.and_then(|output| IDiamond::ownerCall::abi_decode_returns_validate(&output).ok()))
}

alloy_sol_types::sol! {
    /// Of `@solidstate/contracts`.
    function getFallbackAddress() external view returns (address);
}

/// Where calls go that no facet answers; `None` where the diamond has no such place.
pub(super) async fn fallback(
    endpoint: &Endpoint,
    at: At,
    diamond: Address,
) -> Result<Option<Address>, ChainError> {
    let answers = endpoint.read(at, &[view(diamond, &getFallbackAddressCall {})]).await?;
    let output = answered(answers.into_iter().next())?;
    let address = output.and_then(|output| getFallbackAddressCall::abi_decode_returns_validate(&output).ok());
    Ok(address.filter(|address| !address.is_zero()))
}

/// The dispatcher, where the contract is a router of PayRox: each of the two names the other.
pub(super) async fn of_payrox(
    endpoint: &Endpoint,
    at: At,
    router: Address,
) -> Result<Option<Address>, ChainError> {
    let answers = endpoint.read(at, &[view(router, &dispatcherCall {})]).await?;
    let named = answered(answers.into_iter().next())?;
    let named = named.and_then(|output| dispatcherCall::abi_decode_returns_validate(&output).ok());
    let Some(dispatcher) = named.filter(|address| !address.is_zero()) else { return Ok(None) };
    let answers = endpoint.read(at, &[view(dispatcher, &routerCall {})]).await?;
    let back = answered(answers.into_iter().next())?;
    let back = back.and_then(|output| routerCall::abi_decode_returns_validate(&output).ok());
    Ok((back == Some(router)).then_some(dispatcher))
}

/// Functions that `facetAddress` sees elsewhere than `facets()`.
pub(super) async fn contradictions(
    endpoint: &Endpoint,
    at: At,
    diamond: Address,
    routes: &BTreeMap<Selector, Address>,
) -> Result<Vec<(Selector, Address, String)>, ChainError> {
    let asked: Vec<Read> = routes
        .keys()
        .map(|selector| view(diamond, &IDiamond::facetAddressCall { selector: selector.0.into() }))
        .collect();
    let answers = endpoint.read(at, &asked).await?;
    let mut found = Vec::new();
    for ((selector, facet), answer) in routes.iter().zip(answers) {
        let output = answered(Some(answer))?;
        let said = output.map(|output| IDiamond::facetAddressCall::abi_decode_returns_validate(&output));
        match said {
            Some(Ok(said)) if said == *facet => {}
            Some(Ok(said)) => found.push((*selector, *facet, said.to_string())),
            Some(Err(_)) => found.push((*selector, *facet, "something that is no address".into())),
            None => found.push((*selector, *facet, "a revert".into())),
        }
    }
    Ok(found)
}

/// Whether ERC-165 names the loupe.
pub(super) async fn interface(
    endpoint: &Endpoint,
    at: At,
    diamond: Address,
) -> Result<Option<bool>, ChainError> {
    let call = supportsInterfaceCall { interfaceId: FixedBytes(LOUPE) };
    let answers = endpoint.read(at, &[view(diamond, &call)]).await?;
    let output = answered(answers.into_iter().next())?;
    Ok(output.and_then(|output| supportsInterfaceCall::abi_decode_returns_validate(&output).ok()))
}
