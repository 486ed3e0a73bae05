//! The ordered Merkle tree over a manifest's routes.
//!
//! Leaf: `keccak256(0x00 ‖ keccak256(abi.encode(selector, facet, code hash, flags)))`; node:
//! `keccak256(0x01 ‖ left ‖ right)`; the last node of an odd level is carried up as it is.

use crate::{CodeHash, Root, RouteFlags, Selector};
use alloy_primitives::{Address, B256, keccak256};

/// What a leaf commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteLeaf {
    /// The first four bytes of calldata.
    pub selector: Selector,
    /// The facet that answers.
    pub facet: Address,
    /// EXTCODEHASH of the facet.
    pub code_hash: CodeHash,
    /// How it is called.
    pub flags: RouteFlags,
}

impl RouteLeaf {
    /// The leaf's hash.
    pub fn hash(&self) -> B256 {
        let mut words = [0; 128];
        words[..4].copy_from_slice(&self.selector.0);
        words[44..64].copy_from_slice(self.facet.as_slice());
        words[64..96].copy_from_slice(self.code_hash.0.as_slice());
        words[127] = self.flags.0;
        let mut tagged = [0; 33];
        tagged[1..].copy_from_slice(keccak256(words).as_slice());
        keccak256(tagged)
    }
}

/// All levels, leaves first. Never empty.
#[derive(Clone, Debug)]
pub struct MerkleTree {
    levels: Vec<Vec<B256>>,
}

impl MerkleTree {
    /// Builds the tree; the root of no leaves is zero, which no contract accepts.
    pub fn new(leaves: impl IntoIterator<Item = B256>) -> Self {
        let mut levels = vec![leaves.into_iter().collect::<Vec<_>>()];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let above = below
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => node(left, right),
                    _ => pair[0],
                })
                .collect();
            levels.push(above);
        }
        Self { levels }
    }

    /// The root.
    pub fn root(&self) -> Root {
        Root(self.levels.last().and_then(|top| top.first()).copied().unwrap_or_default())
    }

    /// The siblings from the leaf upwards; a level where the node was carried up has none.
    ///
    /// `None` where there is no such leaf.
    pub fn proof(&self, mut index: usize) -> Option<Vec<B256>> {
        if index >= self.levels[0].len() {
            return None;
        }
        let mut proof = Vec::with_capacity(self.levels.len());
        for level in &self.levels[..self.levels.len() - 1] {
            proof.extend(level.get(index ^ 1));
            index /= 2;
        }
        Some(proof)
    }

    /// Whether the proof leads from the leaf at `index` of `count` to the root: no sibling missing, none left over.
    pub fn verify(root: Root, leaf: B256, mut index: usize, mut count: usize, proof: &[B256]) -> bool {
        if index >= count {
            return false;
        }
        let mut siblings = proof.iter();
        let mut hash = leaf;
        while count > 1 {
            if index ^ 1 < count {
                let Some(sibling) = siblings.next() else { return false };
                hash = if index & 1 == 0 { node(&hash, sibling) } else { node(sibling, &hash) };
            }
            index /= 2;
            count = count.div_ceil(2);
        }
        siblings.next().is_none() && hash == root.0
    }
}

fn node(left: &B256, right: &B256) -> B256 {
    let mut tagged = [0; 65];
    tagged[0] = 1;
    tagged[1..33].copy_from_slice(left.as_slice());
    tagged[33..].copy_from_slice(right.as_slice());
    keccak256(tagged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(n: usize) -> Vec<B256> {
        (0..n).map(|i| keccak256(i.to_be_bytes())).collect()
    }

    #[test]
    fn every_leaf_of_every_size_is_proved_and_only_at_its_place() {
        for n in 1..70 {
            let leaves = leaves(n);
            let tree = MerkleTree::new(leaves.iter().copied());
            for (i, leaf) in leaves.iter().enumerate() {
                let proof = tree.proof(i).unwrap();
                assert!(MerkleTree::verify(tree.root(), *leaf, i, n, &proof), "{i} of {n}");
                if n > 1 {
                    assert!(!MerkleTree::verify(tree.root(), *leaf, (i + 1) % n, n, &proof), "{i} of {n}");
                }
            }
            assert_eq!(tree.proof(n), None);
        }
    }

    proptest! {
        #[test]
        fn a_changed_longer_or_shorter_proof_fails(n in 2usize..200, at in any::<prop::sample::Index>(), bit in 0usize..256) {
            let leaves = leaves(n);
            let tree = MerkleTree::new(leaves.iter().copied());
            let i = at.index(n);
            let good = tree.proof(i).unwrap();
            let check = |proof: &[B256]| MerkleTree::verify(tree.root(), leaves[i], i, n, proof);
            prop_assert!(check(&good));
            let mut longer = good.clone();
            longer.push(leaves[0]);
            prop_assert!(!check(&longer));
            prop_assert!(good.is_empty() || !check(&good[1..]));
            let mut changed = good;
            let which = at.index(changed.len());
            changed[which].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!check(&changed));
        }
    }
}
