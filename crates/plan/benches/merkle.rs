//! The largest manifest, 3,900 routes over 22 facets: its tree and all its proofs; and those of many leaves.

use alloy_primitives::{Address, B256, keccak256};
use payrox_model::{CodeHash, Manifest, MerkleTree, RouteFlags, Selector};
use std::hint::black_box;

fn main() {
    divan::main();
}

fn largest() -> Manifest {
    let facets = (1..=22u8).map(|i| (Address::repeat_byte(i), CodeHash(B256::repeat_byte(i))));
    let routes = (0..3_900u32).map(|i| {
        let selector = Selector((i.wrapping_mul(0x9e37_79b1) | 1).to_be_bytes());
        (selector, Address::repeat_byte((i % 22) as u8 + 1), RouteFlags::COLD)
    });
    match Manifest::build(facets, routes.collect::<Vec<_>>()) {
        Ok(manifest) => manifest,
        Err(error) => panic!("{error}"),
    }
}

#[divan::bench]
fn tree_and_all_proofs(bencher: divan::Bencher<'_, '_>) {
    let manifest = largest();
    bencher.bench(|| {
        let tree = manifest.tree();
        for i in 0..manifest.routes().len() {
            black_box(tree.proof(i));
        }
        tree.root()
    });
}

#[divan::bench]
fn encode_and_decode(bencher: divan::Bencher<'_, '_>) {
    let manifest = largest();
    bencher.bench(|| Manifest::decode(&black_box(&manifest).encode()));
}

#[divan::bench]
fn a_hundred_thousand_leaves(bencher: divan::Bencher<'_, '_>) {
    let words: Vec<[u8; 4]> = (0..100_000u32).map(u32::to_be_bytes).collect();
    bencher.bench(|| {
        let tree = MerkleTree::new(words.iter().map(keccak256));
        for i in 0..words.len() {
            black_box(tree.proof(i));
        }
        tree.root()
    });
}
