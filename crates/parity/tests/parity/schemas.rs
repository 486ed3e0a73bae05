//! What is kept in a project is what its schema says.

use crate::fixture;
use alloy_primitives::{Bytes, U256, hex};
use payrox_conforms::{conforms, mutations};
use payrox_parity::{Aspect, Call, Case, Comparison, CounterExample, case_schema, corpus_schema};
use serde_json::Value;
use std::{fs, path::Path};

#[test]
fn prx_v03_a_case_and_the_corpus_of_the_example_are_what_their_schemas_say() {
    let live = fixture::live(&fixture::payments());
    let route = live.system.find("withdraw(address,uint256)").unwrap()[0];
    let data = Bytes::from([&route.0[..], &[0; 64]].concat());
    let from = hex!("00000000000000000000000000000000face0003").into();
    let call = Call {
        route,
        from,
        value: U256::from(5),
        data: data.clone(),
        after: 1,
        is_static: false,
        callback: Some(data),
    };
    let comparison = Comparison::OldAndNew;
    let all = [
        Aspect::Outcome,
        Aspect::ReturnData,
        Aspect::RevertData,
        Aspect::Logs,
        Aspect::Storage,
        Aspect::Transient,
        Aspect::Balance,
        Aspect::Accounts,
        Aspect::Lock,
    ];
    let case = Case::of(&live.system, &CounterExample { comparison, calls: vec![call], aspects: all.into() });
    let folder = tempfile::tempdir().unwrap();
    let written: Value =
        serde_json::from_slice(&fs::read(case.write(folder.path()).unwrap()).unwrap()).unwrap();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments/parity/corpus.json");
    let corpus: Value = serde_json::from_slice(&fs::read(committed).unwrap()).unwrap();
    for (schema, document) in [(case_schema(), written), (corpus_schema(), corpus)] {
        assert_eq!(conforms(&schema, &document), Ok(()));
        for (what, spoiled) in mutations(&document) {
            // What a contract that comes back says may be absent, and a corpus has no inputs that it must have.
            let may = what.ends_with("without callback") || what.contains("/inputs: without");
            assert_eq!(conforms(&schema, &spoiled).is_ok(), may, "{what}");
        }
    }
}
