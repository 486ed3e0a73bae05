//! Functions by which wallets, explorers and other contracts recognise what an address is.

use super::{counted, error, judged};
use crate::Subject;
use alloy_json_abi::{Function, Param, StateMutability};
use payrox_model::{Check, Finding, Selector, text::escape};
use std::collections::BTreeMap;

/// A standard's selector, on another function.
const BY_CHANCE: &str = "PRX-VAL-022";
/// A standard's function, with other returns or another mutability.
const SHAPE: &str = "PRX-VAL-023";
/// A function of a control plane, on a facet.
const CONTROL: &str = "PRX-VAL-024";

/// What a standard's function is to a system behind the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// A facet may answer it, as the standard says.
    Facet,
    /// The dispatcher or the router is asked this; on a facet it promises a power that the facet has not.
    Control,
}

/// Name of the standard, its functions as Solidity writes them.
const STANDARDS: &[(&str, Use, &[&str])] = &[
    ("ERC-165", Use::Facet, &["supportsInterface(bytes4) view returns (bool)"]),
    (
        "ERC-20",
        Use::Facet,
        &[
            "totalSupply() view returns (uint256)",
            "balanceOf(address) view returns (uint256)",
            "transfer(address,uint256) returns (bool)",
            "transferFrom(address,address,uint256) returns (bool)",
            "approve(address,uint256) returns (bool)",
            "allowance(address,address) view returns (uint256)",
            "name() view returns (string)",
            "symbol() view returns (string)",
            "decimals() view returns (uint8)",
        ],
    ),
    (
        "ERC-2612",
        Use::Facet,
        &[
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
            "nonces(address) view returns (uint256)",
            "DOMAIN_SEPARATOR() view returns (bytes32)",
        ],
    ),
    (
        "ERC-721",
        Use::Facet,
        &[
            "balanceOf(address) view returns (uint256)",
            "ownerOf(uint256) view returns (address)",
            "transferFrom(address,address,uint256)",
            "approve(address,uint256)",
            "safeTransferFrom(address,address,uint256,bytes)",
            "safeTransferFrom(address,address,uint256)",
            "setApprovalForAll(address,bool)",
            "getApproved(uint256) view returns (address)",
            "isApprovedForAll(address,address) view returns (bool)",
            "name() view returns (string)",
            "symbol() view returns (string)",
            "tokenURI(uint256) view returns (string)",
        ],
    ),
    (
        "ERC-1155",
        Use::Facet,
        &[
            "safeTransferFrom(address,address,uint256,uint256,bytes)",
            "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
            "balanceOf(address,uint256) view returns (uint256)",
            "balanceOfBatch(address[],uint256[]) view returns (uint256[])",
            "uri(uint256) view returns (string)",
        ],
    ),
    (
        "receiver hook",
        Use::Facet,
        &[
            "onERC721Received(address,address,uint256,bytes) returns (bytes4)",
            "onERC1155Received(address,address,uint256,uint256,bytes) returns (bytes4)",
            "onERC1155BatchReceived(address,address,uint256[],uint256[],bytes) returns (bytes4)",
            "onTransferReceived(address,address,uint256,bytes) returns (bytes4)",
            "tokensReceived(address,address,address,uint256,bytes,bytes)",
            "onFlashLoan(address,address,uint256,uint256,bytes) returns (bytes32)",
        ],
    ),
    ("ERC-1271", Use::Facet, &["isValidSignature(bytes32,bytes) view returns (bytes4)"]),
    ("ERC-2981", Use::Facet, &["royaltyInfo(uint256,uint256) view returns (address,uint256)"]),
    ("ERC-4494", Use::Facet, &["nonces(uint256) view returns (uint256)"]),
    (
        "ERC-5267",
        Use::Facet,
        &["eip712Domain() view returns (bytes1,string,string,uint256,address,bytes32,uint256[])"],
    ),
    (
        "AccessControl",
        Use::Facet,
        &[
            "hasRole(bytes32,address) view returns (bool)",
            "getRoleAdmin(bytes32) view returns (bytes32)",
            "grantRole(bytes32,address)",
            "revokeRole(bytes32,address)",
            "renounceRole(bytes32,address)",
        ],
    ),
    (
        "ERC-173",
        Use::Control,
        &[
            "owner() view returns (address)",
            "transferOwnership(address)",
            "acceptOwnership()",
            "pendingOwner() view returns (address)",
            "renounceOwnership()",
        ],
    ),
    (
        "ERC-1967",
        Use::Control,
        &[
            "implementation() view returns (address)",
            "admin() view returns (address)",
            "changeAdmin(address)",
            "upgradeTo(address)",
            "upgradeToAndCall(address,bytes) payable",
            "proxiableUUID() view returns (bytes32)",
            "proxyType() pure returns (uint256)",
            "masterCopy() view returns (address)",
        ],
    ),
    (
        "EIP-2535",
        Use::Control,
        &[
            "diamondCut((address,uint8,bytes4[])[],address,bytes)",
            "facets() view returns ((address,bytes4[])[])",
            "facetAddresses() view returns (address[])",
            "facetFunctionSelectors(address) view returns (bytes4[])",
            "facetAddress(bytes4) view returns (address)",
        ],
    ),
];

struct Known {
    standard: &'static str,
    purpose: Use,
    function: Function,
}

/// By selector. What two standards have is there twice: a facet is what one of them says.
fn known() -> BTreeMap<Selector, Vec<Known>> {
    let mut all = BTreeMap::<_, Vec<_>>::new();
    for (standard, purpose, functions) in STANDARDS {
        for function in functions.iter().filter_map(|text| Function::parse(text).ok()) {
            let selector = Selector(function.selector().0);
            all.entry(selector).or_default().push(Known { standard, purpose: *purpose, function });
        }
    }
    all
}

/// No route is taken for what it is not.
pub(crate) fn check(subject: &Subject<'_>) -> Check {
    let known = known();
    let diamond = subject.is_diamond();
    let findings: Vec<_> = subject
        .functions()
        // What the router answers itself is another rule's.
        .filter(|(route, _)| {
            diamond
                || !subject.release.reserved.contains_key(&route.selector)
                || route.signature == "supportsInterface(bytes4)"
        })
        .filter_map(|(route, function)| {
            let known = known.get(&route.selector)?;
            let name = escape(&format!("{}.{}", route.facet, route.signature));
            let judged = known.iter().map(|known| judge(known, &name, &route.signature, function, diamond));
            // As one of the standards has it is enough; where none has it so, the first is told.
            judged.reduce(|first, next| first.and_then(|finding| next.map(|_| finding)))?
        })
        .collect();
    let routes = counted(subject.plan.routes.len(), "route");
    judged(
        "selectors: with standards",
        format!("{routes} against {} of {} standards", counted(known.len(), "function"), STANDARDS.len()),
        findings,
    )
}

/// A diamond is its own control plane: there a facet answers who owns it, what it serves, and cuts it. To `exclude` a function that is
/// served would take it away.
fn judge(known: &Known, name: &str, signature: &str, function: &Function, diamond: bool) -> Option<Finding> {
    let standard = known.standard;
    let meant = known.function.signature();
    if signature != meant {
        let evidence =
            format!("its selector is that of {standard}'s `{meant}`: callers of that reach this function");
        let hint = if diamond { "rename it" } else { "rename it, or `exclude` it" };
        return Some(error(BY_CHANCE, name, evidence, hint));
    }
    if known.purpose == Use::Control && !diamond {
        let evidence = format!(
            "{standard}'s `{meant}` tells tools who controls an address; here the dispatcher does, and this facet does not"
        );
        return Some(error(CONTROL, name, evidence, "`exclude` it, or give it another name"));
    }
    let (wanted, found) = (types(&known.function.outputs), types(&function.outputs));
    if wanted != found {
        let evidence = format!("{standard} says that it returns ({wanted}), it returns ({found})");
        return Some(error(SHAPE, name, evidence, "return what the standard says, or rename it"));
    }
    if reads(&known.function) && !reads(function) {
        let evidence =
            format!("{standard} says that it reads only; callers use STATICCALL, and it may write");
        return Some(error(SHAPE, name, evidence, "declare it `view`, or rename it"));
    }
    None
}

fn reads(function: &Function) -> bool {
    matches!(function.state_mutability, StateMutability::View | StateMutability::Pure)
}

/// Canonical types, by commas.
pub(super) fn types(params: &[Param]) -> String {
    params.iter().map(|param| param.selector_type().into_owned()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_v04_every_standard_function_can_be_read_and_no_two_functions_share_a_selector() {
        let read: usize = known().values().map(Vec::len).sum();
        assert_eq!(read, STANDARDS.iter().map(|(_, _, functions)| functions.len()).sum::<usize>());
        // Two are two standards' ways of one function, and not one selector of two functions.
        for (selector, all) in known() {
            assert!(all.iter().all(|one| Selector::of(&one.function.signature()) == selector));
            assert!(all.iter().all(|one| one.function.signature() == all[0].function.signature()));
        }
        let of = |text: &str| known().get(&Selector::of(text)).map(|known| known[0].standard);
        assert_eq!(known()[&Selector::of("approve(address,uint256)")].len(), 2);
        assert_eq!(of("supportsInterface(bytes4)"), Some("ERC-165"));
        assert_eq!(of("onERC721Received(address,address,uint256,bytes)"), Some("receiver hook"));
        assert_eq!(of("diamondCut((address,uint8,bytes4[])[],address,bytes)"), Some("EIP-2535"));
        // From the standards' own texts.
        assert_eq!(Selector::of("supportsInterface(bytes4)").to_string(), "0x01ffc9a7");
        assert!(known().contains_key(&Selector([0x1f, 0x93, 0x1c, 0x1c])), "diamondCut");
        assert!(known().contains_key(&Selector([0x16, 0x26, 0xba, 0x7e])), "isValidSignature");
        assert!(known().contains_key(&Selector([0xf2, 0x3a, 0x6e, 0x61])), "onERC1155Received");
    }
}
