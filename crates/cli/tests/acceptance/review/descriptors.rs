//! ERC-7730 descriptors: what version 1 of its schema requires, and words for every route.

use crate::project::{list, text};
use payrox_model::Selector;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

const FORMATS: [&str; 10] = [
    "raw",
    "amount",
    "tokenAmount",
    "nftName",
    "date",
    "duration",
    "unit",
    "enum",
    "addressName",
    "calldata",
];

pub(super) fn are_well_formed(folder: &Path, plan: &Value) {
    let files: Vec<_> = fs::read_dir(folder).unwrap().flatten().collect();
    assert_eq!(files.len(), 13 + 3);
    let mut worded = BTreeSet::new();
    for file in files {
        let name = file.file_name().into_string().unwrap();
        let descriptor: Value = serde_json::from_slice(&fs::read(file.path()).unwrap()).unwrap();
        check(&name, &descriptor, plan);
        if name.starts_with("calldata-") {
            let formats = descriptor["display"]["formats"].as_object().unwrap();
            worded.extend(formats.keys().map(|signature| Selector::of(signature).to_string()));
        }
    }
    for route in list(&plan["routes"]) {
        let writes = ["nonpayable", "payable"].contains(&text(route, "mutability"));
        if writes && text(route, "signature") != "receive()" {
            assert!(worded.contains(text(route, "selector")), "no words for {route}");
        }
    }
    assert!(worded.contains(&Selector::of("pause()").to_string()));
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}")).keys().map(String::as_str).collect()
}

/// The shape: required members, no others, kinds and bounds of values.
fn check(name: &str, descriptor: &Value, plan: &Value) {
    assert_eq!(keys(descriptor), ["$schema", "context", "display", "metadata"].into(), "{name}");
    assert!(text(descriptor, "$schema").ends_with("erc7730-v1.schema.json"));
    assert!(!text(&descriptor["metadata"], "owner").is_empty());
    let context = &descriptor["context"];
    let inner = if name.starts_with("eip712-") {
        assert_eq!(keys(context), ["$id", "eip712"].into());
        let typed = &context["eip712"];
        let types = &list(&typed["schemas"])[0]["types"];
        assert_eq!(keys(types), ["EIP712Domain", "Plan"].into());
        assert_eq!(list(&types["Plan"]).len(), 13);
        assert_eq!(typed["domain"]["verifyingContract"], typed["deployments"][0]["address"]);
        typed
    } else {
        assert_eq!(keys(context), ["$id", "contract"].into());
        let abi = list(&context["contract"]["abi"]);
        assert!(
            abi.iter().all(|f| f["type"] == "function" && f["inputs"].is_array() && f["outputs"].is_array())
        );
        &context["contract"]
    };
    for deployment in list(&inner["deployments"]) {
        assert_eq!(deployment["chainId"], plan["chainId"]);
        let at = text(deployment, "address");
        assert_eq!(alloy_primitives::Address::parse_checksummed(at, None).unwrap().to_checksum(None), at);
    }
    for (function, format) in descriptor["display"]["formats"].as_object().unwrap() {
        assert!(!text(format, "intent").is_empty(), "{name} {function}");
        for field in list(&format["fields"]) {
            assert!(keys(field).is_subset(&["path", "label", "format", "params"].into()), "{field}");
            assert!(!text(field, "path").is_empty() && !text(field, "label").is_empty());
            let kind = text(field, "format");
            assert!(FORMATS.contains(&kind), "{kind}");
            match kind {
                "date" => assert_eq!(field["params"]["encoding"], "timestamp"),
                "addressName" => assert!(!list(&field["params"]["types"]).is_empty()),
                _ => assert!(field.get("params").is_none(), "{field}"),
            }
        }
    }
}
