//! A diamond of EIP-2535 (<https://eips.ethereum.org/EIPS/eip-2535>): its interface, and what it was seen to serve.

mod decode;

pub use decode::{Routed, cuts, facets};

use crate::{CodeHash, Manifest, ManifestError, MerkleTree, Root, RouteFlags, RouteLeaf, Selector};
use alloy_primitives::{Address, Bytes};
use std::collections::BTreeMap;

alloy_sol_types::sol! {
    /// What a diamond's owner cuts with, and what everybody looks through.
    interface IDiamond {
        /// What a cut does with functions.
        #[derive(Debug, PartialEq, Eq)]
        enum FacetCutAction {
            /// Functions that the diamond has not.
            Add,
            /// Functions that another facet answers.
            Replace,
            /// Functions that are taken away; the facet is zero.
            Remove
        }

        #[derive(Debug, PartialEq, Eq)]
        struct FacetCut {
            address facetAddress;
            FacetCutAction action;
            bytes4[] functionSelectors;
        }

        #[derive(Debug, PartialEq, Eq)]
        struct Facet {
            address facetAddress;
            bytes4[] functionSelectors;
        }

        event DiamondCut(FacetCut[] _diamondCut, address _init, bytes _calldata);

        function diamondCut(FacetCut[] calldata _diamondCut, address _init, bytes calldata _calldata) external;
        function facets() external view returns (Facet[] memory);
        function facetFunctionSelectors(address facet) external view returns (bytes4[] memory);
        function facetAddresses() external view returns (address[] memory);
        function facetAddress(bytes4 selector) external view returns (address);
        function owner() external view returns (address);
    }
}

/// The interface's functions that a diamond may route, for names where nobody else knows them.
pub const STANDARD_FUNCTIONS: [&str; 11] = [
    "diamondCut((address,uint8,bytes4[])[],address,bytes)",
    "facets()",
    "facetFunctionSelectors(address)",
    "facetAddresses()",
    "facetAddress(bytes4)",
    "supportsInterface(bytes4)",
    "owner()",
    "transferOwnership(address)",
    "acceptOwnership()",
    "nomineeOwner()",
    "pendingOwner()",
];

/// A diamond at one block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiamondState {
    /// Who owns it by its own word (ERC-173); `None` where it does not say.
    pub owner: Option<Address>,
    /// The owner has code: it is no key.
    pub owner_is_contract: bool,
    /// Which facet answers which function, by its loupe.
    pub routes: BTreeMap<Selector, Address>,
    /// Code of every facet, and of whatever else was asked for; empty where there is none.
    pub code: BTreeMap<Address, Bytes>,
    /// Hash and size of code that is not at hand, as somebody wrote them down: what is in `code` counts before that.
    pub recorded: BTreeMap<Address, (CodeHash, u64)>,
}

impl DiamondState {
    /// The hash of a facet's code; that of no code where there is none.
    pub fn code_hash(&self, facet: Address) -> CodeHash {
        self.standing(facet).0
    }

    /// Hash and size of a facet's code.
    pub fn standing(&self, facet: Address) -> (CodeHash, u64) {
        match (self.code.get(&facet), self.recorded.get(&facet)) {
            (Some(code), _) => (CodeHash::of(code), code.len() as u64),
            (None, Some(recorded)) => *recorded,
            (None, None) => (CodeHash::of(&[]), 0),
        }
    }

    /// What it serves. A diamond has no flags.
    ///
    /// # Errors
    /// When that is no manifest: it routes nothing, the function `0x00000000`, or more than a manifest holds.
    pub fn manifest(&self) -> Result<Manifest, ManifestError> {
        let facets = self.routes.values().map(|facet| (*facet, self.code_hash(*facet)));
        Manifest::build(facets, self.routes.iter().map(|(s, facet)| (*s, *facet, RouteFlags::NONE)))
    }

    /// The Merkle root of what it serves, be it a manifest or not; zero where that is nothing.
    pub fn root(&self) -> Root {
        if self.routes.is_empty() {
            return Root::ZERO;
        }
        let hashes: BTreeMap<_, _> =
            self.routes.values().map(|facet| (*facet, self.code_hash(*facet))).collect();
        let leaf = |(selector, facet): (&Selector, &Address)| {
            let (selector, facet) = (*selector, *facet);
            let code_hash = hashes.get(&facet).copied().unwrap_or_default();
            RouteLeaf { selector, facet, code_hash, flags: RouteFlags::NONE }.hash()
        };
        MerkleTree::new(self.routes.iter().map(leaf)).root()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::{SolCall as _, SolEvent as _};

    #[test]
    fn prx_o01_the_interface_has_the_selectors_and_the_topic_of_the_standard() {
        assert_eq!(IDiamond::diamondCutCall::SELECTOR, [0x1f, 0x93, 0x1c, 0x1c]);
        assert_eq!(IDiamond::facetsCall::SELECTOR, [0x7a, 0x0e, 0xd6, 0x27]);
        assert_eq!(IDiamond::facetFunctionSelectorsCall::SELECTOR, [0xad, 0xfc, 0xa1, 0x5e]);
        assert_eq!(IDiamond::facetAddressesCall::SELECTOR, [0x52, 0xef, 0x6b, 0x2c]);
        assert_eq!(IDiamond::facetAddressCall::SELECTOR, [0xcd, 0xff, 0xac, 0xc6]);
        let topic = "0x8faa70878671ccd212d20771b795c50af8fd3ff6cf27f4bde57e5d4de0aeb673";
        assert_eq!(format!("{:#x}", IDiamond::DiamondCut::SIGNATURE_HASH), topic);
    }

    #[test]
    fn prx_o02_the_root_follows_routes_and_code() {
        let facet = Address::repeat_byte(1);
        let state = |code: &'static [u8]| DiamondState {
            routes: [(Selector([1; 4]), facet)].into(),
            code: [(facet, Bytes::from_static(code))].into(),
            ..DiamondState::default()
        };
        assert_ne!(state(&[1]).root(), state(&[2]).root());
        assert_ne!(state(&[1]).root(), state(&[]).root(), "a facet that destroyed itself shows");
        assert_eq!(DiamondState::default().root(), Root::ZERO);
    }
}
