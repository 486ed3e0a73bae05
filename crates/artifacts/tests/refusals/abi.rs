//! ABIs that no compiler writes.

use crate::fixture::{changed, refusal};
use payrox_model::Fault as _;
use serde_json::{Value, json};

#[test]
fn prx_b50_a_malformed_abi_is_refused() {
    let abi = |change: fn(&mut Value)| refusal(changed(|a| change(&mut a["abi"])));
    assert_eq!(abi(|abi| *abi = json!({})), "PRX-ART-003");
    assert_eq!(abi(|abi| abi[2]["type"] = json!("procedure")), "PRX-ART-003");
    assert_eq!(abi(|abi| abi[2]["stateMutability"] = json!("maybe")), "PRX-ART-003");
    assert_eq!(abi(|abi| abi[2]["name"] = json!("limit()\u{1b}[31m")), "PRX-ART-003");
    assert_eq!(abi(|abi| abi[2]["inputs"] = json!([{ "name": "x", "type": "uint7" }])), "PRX-ART-003");
    assert_eq!(abi(|abi| abi[2]["inputs"] = json!([{ "name": "x", "type": "tuple" }])), "PRX-ART-003");
    assert_eq!(abi(|abi| abi[2] = Value::Null), "PRX-ART-003");
    assert_eq!(refusal(changed(|a| a["abi"] = Value::Null)), "PRX-ART-002");
    assert_eq!(refusal(changed(|a| drop(a.as_object_mut().unwrap().remove("abi")))), "PRX-ART-002");
}

#[test]
fn prx_b50_two_functions_of_one_selector_are_refused_by_both_names() {
    let function = |name: &str| json!({ "type": "function", "name": name, "stateMutability": "view", "inputs": [], "outputs": [] });
    let error =
        changed(|a| a["abi"] = json!([function("proxyOwner"), function("clash550254402")])).unwrap_err();
    assert_eq!(error.code().0, "PRX-ART-007");
    assert!(
        error.to_string().contains("proxyOwner()") && error.to_string().contains("clash550254402()"),
        "{error}"
    );
    let code = refusal(changed(|a| a["abi"] = json!([function("limit"), function("limit")])));
    assert_eq!(code, "PRX-ART-007");
}

#[test]
fn prx_b50_ten_thousand_functions_are_read() {
    let fees = changed(|a| {
        let function = |i| json!({ "type": "function", "name": format!("f{i}"), "stateMutability": "view", "inputs": [], "outputs": [] });
        a["abi"] = (0..10_000).map(function).collect();
        a.as_object_mut().unwrap().remove("methodIdentifiers");
    });
    assert_eq!(fees.unwrap().functions.len(), 10_000);
}

#[test]
fn prx_h25_the_compilers_table_of_selectors_must_agree_with_the_abi() {
    let code = refusal(changed(|a| {
        a["methodIdentifiers"] = json!({ "charge(tuple[])": "64d7e5bc", "limit()": "a4d66daf" })
    }));
    assert_eq!(code, "PRX-ART-011");
    let code = refusal(changed(|a| a["methodIdentifiers"]["limit()"] = json!("a4d66dae")));
    assert_eq!(code, "PRX-ART-011");
    let code = refusal(changed(|a| a["methodIdentifiers"]["more()"] = json!("a4d66dae")));
    assert_eq!(code, "PRX-ART-011");
}
