//! Roots and proofs in Rust are those of the contracts: 100,000 random leaves.

use crate::onchain::{FIRST, live};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::SolCall;
use payrox_devnet::{DEV_ACCOUNTS, Devnet, Execution};
use payrox_model::{
    CodeHash, Gas, Manifest, MerkleTree, RouteFlags, Selector,
    abi::{self, IDeterministicChunkFactory as F, IManifestDispatcher as D},
};

const LEAVES: usize = 100_000;
/// Every leaf is in a root that the dispatcher recomputed; of the proofs, one in this many is shown to it.
const SHOWN: usize = 100;

/// The same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = u64::from_be_bytes(keccak256(self.0.to_be_bytes())[..8].try_into().unwrap());
        self.0
    }
}

fn table(chain: &Devnet, random: &mut Random, facets: usize, routes: usize) -> Manifest {
    let facets: Vec<(Address, CodeHash)> = (0..facets)
        .map(|_| {
            let address = Address::from_slice(&keccak256(random.next().to_be_bytes())[..20]);
            let code = Bytes::from(random.next().to_be_bytes().map(|byte| byte & 0x5f).to_vec());
            chain.set_code(address, code.clone()).unwrap();
            (address, CodeHash::of(&code))
        })
        .collect();
    let flags = [0x10, 0x11, 0x12, 0x14, 0x18, 0x1d];
    let routes: Vec<_> = (0..routes)
        .map(|i| {
            let facet = if i < facets.len() { i } else { random.next() as usize % facets.len() };
            let selector = Selector((random.next() as u32 | 1).to_be_bytes());
            (selector, facets[facet].0, RouteFlags(flags[random.next() as usize % flags.len()]))
        })
        .collect();
    Manifest::build(facets, routes).unwrap()
}

fn send(chain: &Devnet, to: Address, data: Vec<u8>) -> bool {
    let call = Execution { to: to.into(), value: U256::ZERO, data: data.into(), gas: Gas(30_000_000) };
    chain.execute(DEV_ACCOUNTS[1].address, call).is_ok()
}

fn plan(manifest: &Manifest, chunk: Address, root: B256) -> abi::Plan {
    abi::Plan {
        router: FIRST.addresses.router,
        epoch: 2,
        parent: FIRST.plan_id.0,
        manifest: chunk,
        root,
        routes: manifest.routes().len() as u16,
        initTarget: Address::ZERO,
        initCodeHash: B256::ZERO,
        initDataHash: B256::ZERO,
        notBefore: 0,
        window: 86_400,
        undoFor: 0,
        floor: 0,
    }
}

#[test]
fn prx_q01_prx_h23_roots_and_proofs_of_100_000_random_leaves_are_the_contracts() {
    let base = live().0;
    let (factory, dispatcher) = (FIRST.addresses.factory, FIRST.addresses.dispatcher);
    let mut random = Random(1);
    let (mut leaves, mut shown) = (0, 0);
    for round in 0.. {
        if leaves >= LEAVES {
            break;
        }
        let chain = base.fork();
        let facets = 1 + round % 22;
        let routes = (facets + random.next() as usize % 3_900).min(3_900);
        let manifest = table(&chain, &mut random, facets, routes);
        let tree = manifest.tree();
        let bytes = Bytes::from(manifest.encode());
        let predict = F::predictCall { data: bytes.clone() }.abi_encode();
        let answer = chain.call(Address::ZERO, factory, predict.into()).unwrap();
        let chunk = F::predictCall::abi_decode_returns(&answer).unwrap().chunk;
        assert!(send(&chain, factory, F::stageCall { data: bytes }.abi_encode()), "round {round}: no chunk");

        let mut other = tree.root().0;
        other.0[31] ^= 1;
        let stage = |root| D::stageCall { plan: plan(&manifest, chunk, root) }.abi_encode();
        assert!(!send(&chain, dispatcher, stage(other)), "round {round}: another root was accepted");
        assert!(send(&chain, dispatcher, stage(tree.root().0)), "round {round}: our root was refused");
        chain.increase_time(7_200).unwrap();
        let plan = plan(&manifest, chunk, tree.root().0);
        let activate = D::activateCall { plan, initData: Bytes::new() }.abi_encode();
        assert!(send(&chain, dispatcher, activate), "round {round}: not activated");

        let first = random.next() as usize % SHOWN;
        for (index, leaf) in manifest.leaves().enumerate().skip(first).step_by(SHOWN) {
            let proof = tree.proof(index).unwrap();
            assert!(MerkleTree::verify(tree.root(), leaf.hash(), index, manifest.routes().len(), &proof));
            let call = D::verifyRouteCall {
                selector: leaf.selector.0.into(),
                facet: leaf.facet,
                codeHash: leaf.code_hash.0,
                flags: leaf.flags.0,
                index: U256::from(index),
                proof,
            };
            let answer = chain.call(Address::ZERO, dispatcher, call.abi_encode().into()).unwrap();
            assert!(D::verifyRouteCall::abi_decode_returns(&answer).unwrap(), "round {round}, leaf {index}");
            shown += 1;
        }
        leaves += manifest.routes().len();
    }
    assert!(shown > LEAVES / SHOWN / 2, "only {shown} proofs were shown");
}
