//! Arguments of constructors and calls.

use crate::fixture::{OWNER, changed};
use payrox_artifacts::{encode_call, encode_constructor, encode_signature};
use payrox_model::Fault as _;
use serde_json::{Value, json};

#[test]
fn prx_b30_an_address_without_a_valid_checksum_is_refused_wherever_it_stands() {
    let fees = changed(|_| {}).unwrap();
    encode_constructor(&fees, &["1", OWNER]).unwrap();
    let wrong = OWNER.replace("5B38", "5b38");
    for address in [OWNER.to_lowercase(), wrong.clone(), OWNER.to_uppercase().replace("0X", "0x")] {
        let error = encode_constructor(&fees, &["1", &address]).unwrap_err();
        assert_eq!(error.code().0, "PRX-ART-042", "{address}");
        assert!(error.to_string().contains("`treasurer` (address)"), "{error}");
        assert!(error.hint().unwrap().contains(OWNER));
    }
    for orders in [format!("[({OWNER}, 1), ({wrong}, 2)]"), format!("[[{OWNER}, 1],[{wrong},2]]")] {
        assert_eq!(encode_call(&fees, "charge", &[orders]).unwrap_err().code().0, "PRX-ART-042");
    }
    let right = encode_call(&fees, "charge", &[format!("[({OWNER}, 1 ether), [{OWNER}, 2]]")]).unwrap();
    assert_eq!(right.len(), 4 + 6 * 32);
}

#[test]
fn arguments_that_do_not_fit_are_refused_by_parameter() {
    let fees = changed(|_| {}).unwrap();
    assert_eq!(encode_constructor(&fees, &["1"]).unwrap_err().code().0, "PRX-ART-040");
    for limit in ["65536", "-1", "", "one", "1.5", "0x", "1 2", "\u{1b}[31m"] {
        let error = encode_constructor(&fees, &[limit, OWNER]).unwrap_err();
        assert_eq!(error.code().0, "PRX-ART-041", "{limit}");
        assert!(error.to_string().contains("`limit` (uint16)"), "{error}");
    }
    for orders in ["", "[", "]", "[(]", "[(1)]", "[,]", "(", "[\"]", "x", "[)(]", &"[".repeat(100_000)] {
        assert_eq!(
            encode_call(&fees, "charge", &[orders]).unwrap_err().code().0,
            "PRX-ART-041",
            "{orders:.20}"
        );
    }
    assert_eq!(encode_call(&fees, "pay", &[] as &[&str]).unwrap_err().code().0, "PRX-ART-043");
    assert_eq!(encode_signature("f(uint8", &["1"]).unwrap_err().code().0, "PRX-ART-045");
    assert_eq!(encode_signature(&"f(".repeat(10_000), &["1"]).unwrap_err().code().0, "PRX-ART-045");
    let text = encode_signature("f(string,string[])", &["a, \"b\"", "[x y, \"p, q\"]"]).unwrap();
    for part in ["a, \"b\"", "x y", "p, q"] {
        assert!(text.windows(part.len()).any(|w| w == part.as_bytes()), "{part}");
    }
}

#[test]
fn an_overloaded_function_is_called_by_its_signature() {
    let function = |inputs: Value| json!({ "type": "function", "name": "set", "stateMutability": "nonpayable", "inputs": inputs, "outputs": [] });
    let set = changed(|a| {
        a["abi"] = json!([function(json!([])), function(json!([{ "name": "x", "type": "uint8" }]))]);
        a.as_object_mut().unwrap().remove("methodIdentifiers");
    });
    let set = set.unwrap();
    let error = encode_call(&set, "set", &["1"]).unwrap_err();
    assert_eq!(error.code().0, "PRX-ART-044");
    assert!(error.to_string().contains("set(uint8)"), "{error}");
    assert_eq!(encode_call(&set, "set(uint8)", &["1"]).unwrap().len(), 36);
}
