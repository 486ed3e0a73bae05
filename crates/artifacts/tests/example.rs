//! The committed artifacts of the payments example.

use payrox_artifacts::{ArtifactSet, CompilerPolicy, Source, encode_call};
use payrox_model::Selector;
use std::{collections::BTreeMap, path::PathBuf, time::Instant};

const FACETS: [&str; 13] = [
    "AccessControl",
    "ERC165",
    "Version",
    "ChunkFactory",
    "Accounts",
    "Payments",
    "Escrow",
    "Subscriptions",
    "Refunds",
    "Rewards",
    "BatchPayouts",
    "Reporting",
    "Treasury",
];

fn out() -> Source {
    Source::Folder(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments/out"))
}

fn wanted() -> Vec<String> {
    FACETS.iter().map(|name| format!("src/facets/{name}.sol:{name}")).collect()
}

#[test]
fn the_thirteen_facets_have_seventy_functions_and_can_be_created() {
    let started = Instant::now();
    let set = ArtifactSet::read(&out(), &wanted()).unwrap();
    println!("read in {:?}", started.elapsed());
    assert_eq!(set.contracts().len(), 13);
    assert_eq!(set.contracts().iter().map(|c| c.functions.len()).sum::<usize>(), 70);
    let policy = CompilerPolicy {
        version: Some("0.8.30".into()),
        via_ir: Some(true),
        evm_version: Some("cancun".into()),
        bytecode_hash: Some("none".into()),
        ..CompilerPolicy::default()
    };
    for contract in set.contracts() {
        contract.check_facet().unwrap();
        policy.check(contract).unwrap();
        assert!(contract.storage_layout.is_some(), "{}", contract.id);
    }
    let payments = set.get("Payments").unwrap().creation_code(&BTreeMap::new(), &["1000"]).unwrap();
    assert_eq!(payments.arguments[..], [&[0; 30][..], &[3, 0xe8]].concat());
    assert!(payments.init_code().ends_with(&payments.arguments));
}

#[test]
fn prx_h25_a_struct_argument_is_a_tuple_of_its_members_in_signature_and_selector() {
    let set = ArtifactSet::read(&out(), &["Payments"]).unwrap();
    let payments = set.get("Payments").unwrap();
    let pay = "pay((address,address,uint256,uint256,uint64,bytes32))";
    assert_eq!(payments.function(pay).unwrap().selector, Selector::of(pay));
    assert!(payments.functions.iter().all(|f| !f.signature.contains("tuple")));
    let order = "(0x5B38Da6a701c568545dCfcB03FcB875f56beddC4, 0x5B38Da6a701c568545dCfcB03FcB875f56beddC4, 1, 0, 9, \
                 0x0000000000000000000000000000000000000000000000000000000000000001)";
    let data = encode_call(payments, pay, &[order]).unwrap();
    assert_eq!(data[..4], Selector::of(pay).0);
    assert_eq!(data.len(), 4 + 6 * 32);
}

#[test]
fn the_compilers_input_is_found_and_the_hash_does_not_depend_on_the_order_of_asking() {
    let mut wanted = wanted();
    let set = ArtifactSet::read(&out(), &wanted).unwrap();
    let payments = set.get("Payments").unwrap();
    let input = set.compiler_input(payments).unwrap().unwrap();
    assert!(input.json.contains("src/facets/Payments.sol"));
    assert_eq!(set.input_hash(payments).unwrap(), Some(input.hash));
    let one_by_one: Vec<_> = set.contracts().iter().map(|c| set.input_hash(c).unwrap()).collect();
    assert_eq!(set.input_hashes().unwrap(), one_by_one);
    wanted.reverse();
    wanted.push("Payments".into());
    assert_eq!(ArtifactSet::read(&out(), &wanted).unwrap().hash(), set.hash());
    wanted.truncate(12);
    assert_ne!(ArtifactSet::read(&out(), &wanted).unwrap().hash(), set.hash());
}
