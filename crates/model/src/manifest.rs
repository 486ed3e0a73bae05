//! The canonical manifest: the sorted table of `selector → (facet, code hash, flags)`.
//!
//! ```text
//! 0      version        u8  = 1
//! 1      facet count K  u8  1..=255
//! 2      route count N  u16 1..=3,900
//! 4      facets   K × (address 20 ‖ code hash 32)            strictly ascending by address
//! 4+52K  routes   N × (selector 4 ‖ facet index 1 ‖ flags 1) strictly ascending by selector
//! ```
//! Integers are big-endian.

use crate::{CodeHash, MerkleTree, Root, RouteFlags, RouteLeaf, Selector, version};
use alloy_primitives::{Address, B256};
use std::collections::BTreeMap;

/// Bounds of a version 1 manifest.
pub mod limits {
    /// Facets in a manifest, at most.
    pub const FACETS: usize = 255;
    /// Routes in a manifest, at most.
    pub const ROUTES: usize = 3_900;
    /// Routes with a storage slot, at most: exchanging all of them fits in one transaction (EIP-7825).
    pub const HOT_ROUTES: usize = 512;
    /// `routes + 9 × hot routes + 2 × facets`, at most: what a whole exchange costs grows with all three, and it must fit in [`TX_GAS`].
    pub const EXCHANGE: usize = 5_200;
    /// Bytes of a manifest, at most: one below the code size limit (EIP-170).
    pub const BYTES: usize = 24_575;
    /// Runtime code, at most (EIP-170).
    pub const RUNTIME_CODE: usize = 24_576;
    /// Init code with arguments, at most (EIP-3860).
    pub const INIT_CODE: usize = 49_152;
    /// Gas of one transaction, at most (EIP-7825).
    pub const TX_GAS: u64 = 16_777_216;
}

/// A facet and the hash of its runtime code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FacetEntry {
    /// Where its code is.
    pub address: Address,
    /// EXTCODEHASH there.
    pub code_hash: CodeHash,
}

/// A route: which facet answers a selector, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteEntry {
    /// The first four bytes of calldata.
    pub selector: Selector,
    /// Index into the facets.
    pub facet: u8,
    /// How it is called.
    pub flags: RouteFlags,
}

/// A well-formed manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    facets: Vec<FacetEntry>,
    routes: Vec<RouteEntry>,
}

/// What makes bytes, or a table, no manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum ManifestError {
    #[error("{found} bytes where {expected} are needed")]
    Length { expected: usize, found: usize },
    #[error("version {0} is unknown")]
    Version(u8),
    #[error("{0} facets: 1 to 255 are possible")]
    FacetCount(usize),
    #[error("{0} routes: 1 to 3,900 are possible")]
    RouteCount(usize),
    #[error("{0} hot routes: at most 512 fit into one exchange; mark rarely called ones `cold`")]
    HotRoutes(usize),
    #[error(
        "{hot} of {routes} routes are hot: exchanging them all does not fit into one transaction; mark rarely called ones `cold`"
    )]
    Exchange { routes: usize, hot: usize },
    #[error("facet {0} is not above the one before it")]
    FacetOrder(Address),
    #[error("facet {0} is used by no route")]
    FacetUnused(Address),
    #[error("facet {0} has no code hash")]
    FacetCodeHash(Address),
    #[error("facet {0} is routed to but not listed")]
    FacetUnknown(Address),
    #[error("selector {0} is not above the one before it")]
    RouteOrder(Selector),
    #[error("selector {0} is routed twice")]
    Duplicate(Selector),
    #[error("selector {selector} names facet index {index} of {facets}")]
    FacetIndex { selector: Selector, index: u8, facets: usize },
    #[error("selector {selector} has flags {flags:#04x}, which {why}")]
    Flags { selector: Selector, flags: u8, why: &'static str },
}

impl Manifest {
    /// Sorts a table into its canonical form.
    ///
    /// # Errors
    /// Whatever [`Manifest::decode`] would refuse, and selectors that appear twice.
    pub fn build(
        facets: impl IntoIterator<Item = (Address, CodeHash)>,
        routes: impl IntoIterator<Item = (Selector, Address, RouteFlags)>,
    ) -> Result<Self, ManifestError> {
        let facets: BTreeMap<Address, CodeHash> = facets.into_iter().collect();
        let mut sorted = BTreeMap::new();
        for (selector, facet, flags) in routes {
            if sorted.insert(selector, (facet, flags)).is_some() {
                return Err(ManifestError::Duplicate(selector));
            }
        }
        if facets.is_empty() || facets.len() > limits::FACETS {
            return Err(ManifestError::FacetCount(facets.len()));
        }
        let order: Vec<Address> = facets.keys().copied().collect();
        let routes = sorted
            .into_iter()
            .map(|(selector, (facet, flags))| {
                let index = if flags.contains(RouteFlags::RECEIVE) {
                    0
                } else {
                    order.binary_search(&facet).map_err(|_| ManifestError::FacetUnknown(facet))?
                };
                // At most 255 facets were admitted above.
                Ok(RouteEntry { selector, facet: index as u8, flags })
            })
            .collect::<Result<_, ManifestError>>()?;
        let facets =
            facets.into_iter().map(|(address, code_hash)| FacetEntry { address, code_hash }).collect();
        let manifest = Self { facets, routes };
        manifest.check()?;
        Ok(manifest)
    }

    /// Reads canonical bytes; [`Manifest::encode`] gives the same bytes back.
    ///
    /// # Errors
    /// The first rule of the format that the bytes break.
    pub fn decode(bytes: &[u8]) -> Result<Self, ManifestError> {
        let &[version, k, n0, n1, ref rest @ ..] = bytes else {
            return Err(ManifestError::Length { expected: 4, found: bytes.len() });
        };
        if version != version::MANIFEST {
            return Err(ManifestError::Version(version));
        }
        let (facets, routes) = (usize::from(k), usize::from(u16::from_be_bytes([n0, n1])));
        let expected = 4 + 52 * facets + 6 * routes;
        if bytes.len() != expected || bytes.len() > limits::BYTES {
            return Err(ManifestError::Length { expected: expected.min(limits::BYTES), found: bytes.len() });
        }
        let (facets, routes) = rest.split_at(52 * facets);
        let manifest = Self {
            facets: facets
                .chunks_exact(52)
                .map(|c| FacetEntry {
                    address: Address::from_slice(&c[..20]),
                    code_hash: CodeHash(B256::from_slice(&c[20..])),
                })
                .collect(),
            routes: routes
                .chunks_exact(6)
                .map(|c| RouteEntry {
                    selector: Selector([c[0], c[1], c[2], c[3]]),
                    facet: c[4],
                    flags: RouteFlags(c[5]),
                })
                .collect(),
        };
        manifest.check()?;
        Ok(manifest)
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(4 + 52 * self.facets.len() + 6 * self.routes.len());
        // The counts were checked on construction.
        out.extend([version::MANIFEST, self.facets.len() as u8]);
        out.extend((self.routes.len() as u16).to_be_bytes());
        for facet in &self.facets {
            out.extend(facet.address);
            out.extend(facet.code_hash.0);
        }
        for route in &self.routes {
            out.extend(route.selector.0);
            out.extend([route.facet, route.flags.0]);
        }
        out
    }

    /// The facets, ascending by address.
    pub fn facets(&self) -> &[FacetEntry] {
        &self.facets
    }

    /// The routes, ascending by selector.
    pub fn routes(&self) -> &[RouteEntry] {
        &self.routes
    }

    /// The facet that a route names.
    pub fn facet_of(&self, route: &RouteEntry) -> FacetEntry {
        self.facets[usize::from(route.facet)]
    }

    /// The route of a selector.
    pub fn route(&self, selector: Selector) -> Option<&RouteEntry> {
        self.routes.binary_search_by_key(&selector, |r| r.selector).ok().map(|i| &self.routes[i])
    }

    /// The leaves of the Merkle tree, in route order.
    pub fn leaves(&self) -> impl ExactSizeIterator<Item = RouteLeaf> {
        self.routes.iter().map(|route| {
            let facet = self.facet_of(route);
            RouteLeaf {
                selector: route.selector,
                facet: facet.address,
                code_hash: facet.code_hash,
                flags: route.flags,
            }
        })
    }

    /// The Merkle tree over the routes.
    pub fn tree(&self) -> MerkleTree {
        MerkleTree::new(self.leaves().map(|leaf| leaf.hash()))
    }

    /// The Merkle root of the routes.
    pub fn root(&self) -> Root {
        self.tree().root()
    }

    fn check(&self) -> Result<(), ManifestError> {
        let (k, n) = (self.facets.len(), self.routes.len());
        if k == 0 || k > limits::FACETS {
            return Err(ManifestError::FacetCount(k));
        }
        if n == 0 || n > limits::ROUTES {
            return Err(ManifestError::RouteCount(n));
        }
        let bytes = 4 + 52 * k + 6 * n;
        if bytes > limits::BYTES {
            return Err(ManifestError::Length { expected: limits::BYTES, found: bytes });
        }
        for (i, facet) in self.facets.iter().enumerate() {
            if facet.address.is_zero() || i > 0 && self.facets[i - 1].address >= facet.address {
                return Err(ManifestError::FacetOrder(facet.address));
            }
            if facet.code_hash.is_zero() {
                return Err(ManifestError::FacetCodeHash(facet.address));
            }
        }
        let mut used = [false; limits::FACETS];
        let mut hot = 0;
        for (i, route) in self.routes.iter().enumerate() {
            if i > 0 && self.routes[i - 1].selector >= route.selector {
                return Err(ManifestError::RouteOrder(route.selector));
            }
            if usize::from(route.facet) >= k {
                return Err(ManifestError::FacetIndex {
                    selector: route.selector,
                    index: route.facet,
                    facets: k,
                });
            }
            route.check_flags()?;
            hot += usize::from(!route.flags.contains(RouteFlags::COLD));
            used[usize::from(route.facet)] = true;
        }
        if hot > limits::HOT_ROUTES {
            return Err(ManifestError::HotRoutes(hot));
        }
        if n + 9 * hot + 2 * k > limits::EXCHANGE {
            return Err(ManifestError::Exchange { routes: n, hot });
        }
        match self.facets.iter().zip(used).find(|(_, used)| !used) {
            Some((facet, _)) => Err(ManifestError::FacetUnused(facet.address)),
            None => Ok(()),
        }
    }
}

impl RouteEntry {
    fn check_flags(&self) -> Result<(), ManifestError> {
        let refuse = |why| Err(ManifestError::Flags { selector: self.selector, flags: self.flags.0, why });
        let has = |flag| self.flags.contains(flag);
        if self.flags.unknown_bits() != 0 {
            return refuse("has unknown bits");
        }
        if has(RouteFlags::LOCK) && has(RouteFlags::VIEW_LOCK) {
            return refuse("takes the lock and only reads it");
        }
        if has(RouteFlags::RECEIVE) != (self.selector == Selector::RECEIVE) {
            return refuse(
                "pairs RECEIVE with another selector than 0x00000000, or that one with no RECEIVE",
            );
        }
        if has(RouteFlags::RECEIVE) && (self.flags != RouteFlags::RECEIVE || self.facet != 0) {
            return refuse("gives RECEIVE a facet or another flag");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table() -> impl Strategy<Value = Manifest> {
        let facets = proptest::collection::btree_map(any::<[u8; 20]>(), any::<[u8; 32]>(), 1..6);
        let routes = proptest::collection::btree_map(any::<[u8; 4]>(), (any::<u8>(), 0u8..32), 6..40);
        (facets, routes).prop_filter_map("well-formed", |(facets, routes)| {
            let facets: Vec<_> =
                facets.into_iter().map(|(a, h)| (Address::from(a), CodeHash(B256::from(h)))).collect();
            let routes = routes.into_iter().enumerate().map(|(i, (s, (f, flags)))| {
                let facet = if i < facets.len() { i } else { usize::from(f) % facets.len() };
                (Selector(s), facets[facet].0, RouteFlags(flags))
            });
            Manifest::build(facets.clone(), routes.collect::<Vec<_>>()).ok()
        })
    }

    proptest! {
        #[test]
        fn prx_q04_a_manifest_reads_back_as_it_was_written(manifest in table()) {
            prop_assert_eq!(Manifest::decode(&manifest.encode()).unwrap(), manifest);
        }

        #[test]
        fn prx_q04_any_bytes_are_read_or_refused_and_print_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(manifest) = Manifest::decode(&bytes) {
                prop_assert_eq!(manifest.encode(), bytes);
            }
        }

        #[test]
        fn prx_q04_one_changed_byte_never_reads_as_the_same_manifest(manifest in table(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let mut bytes = manifest.encode();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert_ne!(Manifest::decode(&bytes).ok(), Some(manifest));
        }
    }

    #[test]
    fn a_manifest_without_routes_facets_or_with_too_many_hot_routes_is_refused() {
        let facet = Address::repeat_byte(1);
        let hash = CodeHash(B256::repeat_byte(2));
        assert_eq!(Manifest::build([], []), Err(ManifestError::FacetCount(0)));
        assert_eq!(Manifest::build([(facet, hash)], []), Err(ManifestError::RouteCount(0)));
        let routes = |n: u32, flags| (1..=n).map(move |i| (Selector(i.to_be_bytes()), facet, flags));
        assert!(Manifest::build([(facet, hash)], routes(512, RouteFlags::NONE)).is_ok());
        assert_eq!(
            Manifest::build([(facet, hash)], routes(513, RouteFlags::NONE)),
            Err(ManifestError::HotRoutes(513))
        );
        assert!(Manifest::build([(facet, hash)], routes(3_900, RouteFlags::COLD)).is_ok());
        let mixed = |n, hot| {
            let flags = move |i| if i <= hot { RouteFlags::NONE } else { RouteFlags::COLD };
            let table = (1..=n).map(move |i: u32| (Selector(i.to_be_bytes()), facet, flags(i)));
            Manifest::build([(facet, hash)], table)
        };
        assert!(mixed(590, 512).is_ok());
        assert_eq!(mixed(591, 512), Err(ManifestError::Exchange { routes: 591, hot: 512 }));
        assert!(mixed(3_900, 144).is_ok());
        assert_eq!(mixed(3_900, 145), Err(ManifestError::Exchange { routes: 3_900, hot: 145 }));
        assert_eq!(
            Manifest::build([(facet, hash)], routes(3_901, RouteFlags::COLD)),
            Err(ManifestError::RouteCount(3_901))
        );
    }

    #[test]
    fn receive_stands_alone_on_the_zero_selector() {
        let facet = Address::repeat_byte(1);
        let hash = CodeHash(B256::repeat_byte(2));
        let one = |selector, flags| Manifest::build([(facet, hash)], [(Selector(selector), facet, flags)]);
        assert!(one([0; 4], RouteFlags::RECEIVE).is_ok());
        for (selector, flags) in [
            ([0; 4], RouteFlags::NONE),
            ([0, 0, 0, 1], RouteFlags::RECEIVE),
            ([0; 4], RouteFlags::RECEIVE | RouteFlags::COLD),
            ([0; 4], RouteFlags::RECEIVE | RouteFlags::LOCK),
        ] {
            assert!(matches!(one(selector, flags), Err(ManifestError::Flags { .. })), "{selector:?} {flags}");
        }
    }
}
