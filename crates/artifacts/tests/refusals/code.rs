//! Code that cannot stand on chain.

use crate::fixture::{OWNER, TRAILER, changed, refusal};
use payrox_artifacts::{CreationError, INIT_CODE_LIMIT, RUNTIME_LIMIT};
use payrox_model::{CodeHash, ExitCode, Fault as _};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[test]
fn the_artifact_is_right_before_it_is_made_wrong() {
    let fees = changed(|_| {}).unwrap();
    assert_eq!(fees.id.to_string(), "src/Fees.sol:Fees");
    assert_eq!(fees.functions.len(), 2);
    assert_eq!(fees.compilation.as_ref().unwrap().release(), "0.8.30");
    assert_eq!(fees.runtime.immutables().len(), 1);
    assert_eq!(fees.runtime.final_hash(), None, "a constructor fills it");
    fees.check_facet().unwrap();
    let mut deployed = fees.runtime.template().to_vec();
    deployed[4..36].fill(7);
    assert!(fees.runtime.matches(&deployed));
    deployed[3] ^= 1;
    assert!(!fees.runtime.matches(&deployed));
}

#[test]
fn code_that_is_not_hexadecimal_is_refused() {
    for object in ["0x6", "0xzz", "60\u{e9}", "0x__$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa$__"] {
        assert_eq!(refusal(changed(|a| a["bytecode"]["object"] = json!(object))), "PRX-ART-004", "{object}");
    }
    assert_eq!(refusal(changed(|a| a["bytecode"] = Value::Null)), "PRX-ART-002");
    assert_eq!(refusal(changed(|a| a["bytecode"]["object"] = json!(7))), "PRX-ART-002");
}

#[test]
fn references_out_of_the_code_are_refused() {
    for (start, length) in [(5_u64, 32_u64), (60, 32), (u64::MAX, 32), (4, 0), (4, 33)] {
        let at = json!({ "7": [{ "start": start, "length": length }] });
        let code = refusal(changed(|a| a["deployedBytecode"]["immutableReferences"] = at));
        assert_eq!(code, "PRX-ART-009", "{start} {length}");
    }
    let link = |start: u64| json!({ "src/L.sol": { "L": [{ "start": start, "length": 20 }] } });
    for start in [0, 17, u64::MAX] {
        assert_eq!(refusal(changed(|a| a["bytecode"]["linkReferences"] = link(start))), "PRX-ART-009");
    }
}

#[test]
fn a_library_is_linked_at_every_place_or_refused_by_name() {
    let hole = "__$1234567890123456789012345678901234$__";
    let fees = changed(|a| {
        a["bytecode"]["object"] = json!(format!("0x73{hole}73{hole}{TRAILER}"));
        let places = json!([{ "start": 1, "length": 20 }, { "start": 22, "length": 20 }]);
        a["bytecode"]["linkReferences"] = json!({ "src/Maths.sol": { "Maths": places } });
    });
    let fees = fees.unwrap();
    let arguments = ["1", OWNER];
    let error = fees.creation_code(&BTreeMap::new(), &arguments).unwrap_err();
    assert_eq!((error.code().0, error.exit()), ("PRX-ART-034", ExitCode::BadInput));
    assert!(error.to_string().contains("src/Maths.sol:Maths"), "{error}");
    let address = OWNER.parse().unwrap();
    for name in ["src/Maths.sol:Maths", "Maths"] {
        let made = fees.creation_code(&BTreeMap::from([(name.to_owned(), address)]), &arguments).unwrap();
        assert_eq!(made.code[1..21], address[..]);
        assert_eq!(made.code[22..42], address[..]);
        assert_eq!(made.code[21], 0x73);
    }
}

#[test]
fn a_contract_that_cannot_be_a_facet_is_refused() {
    let facet = |change: fn(&mut Value)| changed(change).unwrap().check_facet().unwrap_err().code().0;
    let sized = |a: &mut Value, part: &str, size: usize| {
        a[part]["object"] = json!(format!("0x{}", "00".repeat(size)));
    };
    assert_eq!(facet(|a| a["bytecode"]["object"] = json!("0x")), "PRX-ART-030");
    let bare = |a: &mut Value| {
        a["abi"] = json!([{ "type": "fallback", "stateMutability": "payable" }]);
        a["methodIdentifiers"] = json!({});
    };
    assert_eq!(facet(bare), "PRX-ART-031");
    let runtime = |size| changed(|a| sized(a, "deployedBytecode", size)).unwrap().check_facet();
    runtime(RUNTIME_LIMIT).unwrap();
    assert!(matches!(runtime(RUNTIME_LIMIT + 1), Err(CreationError::RuntimeTooLarge { size: 24_577, .. })));
    let init = |size| changed(|a| sized(a, "bytecode", size)).unwrap();
    init(INIT_CODE_LIMIT).check_facet().unwrap();
    let error = init(INIT_CODE_LIMIT + 1).check_facet().unwrap_err();
    assert_eq!(error.code().0, "PRX-ART-033");
    let arguments = ["1", OWNER];
    init(INIT_CODE_LIMIT - 64).creation_code(&BTreeMap::new(), &arguments).unwrap();
    let error = init(INIT_CODE_LIMIT - 63).creation_code(&BTreeMap::new(), &arguments).unwrap_err();
    assert_eq!(error.code().0, "PRX-ART-033", "arguments count");
}

#[test]
fn prx_h24_a_code_hash_is_known_before_deployment_only_where_nothing_is_filled_in() {
    let hash = |change: fn(&mut Value)| changed(change).unwrap().runtime.final_hash();
    let plain = |a: &mut Value| {
        a["deployedBytecode"] =
            json!({ "object": "0x6001", "linkReferences": {}, "immutableReferences": {} });
    };
    assert_eq!(hash(plain), Some(CodeHash::of(&[0x60, 0x01])));
    assert_eq!(hash(|_| {}), None, "a constructor fills its immutables");
    let linked = |a: &mut Value| {
        let place = json!({ "src/L.sol": { "L": [{ "start": 0, "length": 20 }] } });
        a["deployedBytecode"] =
            json!({ "object": "__$1234567890123456789012345678901234$__", "linkReferences": place });
    };
    assert_eq!(hash(linked), None, "it calls a library");
    let library = |a: &mut Value| {
        let object = format!("0x73{}3014", "00".repeat(20));
        a["deployedBytecode"] = json!({ "object": object, "linkReferences": {} });
    };
    assert_eq!(hash(library), None, "a library's code holds its own address");
}
