//! Whatever the bytes are, reading them ends, without a panic, in a contract or in a coded error.

use crate::fixture::{Out, artifact};
use payrox_artifacts::{ArtifactSet, Reference, Source, encode_signature};
use payrox_model::{Fault as _, text::escape};
use proptest::prelude::*;

fn survives(bytes: &[u8]) {
    let out = Out::new().with("Fees.sol/Fees.json", bytes);
    for wanted in ["Fees", "src/Fees.sol:Fees"] {
        match out.read(wanted) {
            Ok(contract) => {
                let _ = contract.check_facet();
                let _ = contract.creation_code(&Default::default(), &["1", "x"]);
                let _ = contract.runtime.matches(contract.runtime.template());
            }
            Err(error) => {
                assert!(error.code().0.starts_with("PRX-"));
                assert_eq!(escape(&error.to_string()), error.to_string());
            }
        }
    }
    let source = Source::at(&out.path("Fees.sol/Fees.json"));
    if let Err(error) = ArtifactSet::read(&source, &["Fees"]) {
        assert!(error.code().0.starts_with("PRX-"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn prx_q04_any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        survives(&bytes);
    }

    #[test]
    fn prx_q04_an_artifact_with_any_bytes_put_anywhere_is_read_or_refused(
        at in any::<prop::sample::Index>(),
        cut in 0_usize..40,
        put in "[\\[\\]{}\",:0-9a-zA-Z_$\\\\\u{202e}\u{e9}-]{0,12}",
    ) {
        let text = artifact().to_string();
        let at = at.index(text.len());
        let end = (at + cut).min(text.len());
        let changed = [&text.as_bytes()[..at], put.as_bytes(), &text.as_bytes()[end..]].concat();
        survives(&changed);
    }

    #[test]
    fn prx_q04_any_value_in_place_of_any_field_is_read_or_refused(
        field in prop::sample::select(vec![
            "/abi", "/abi/0", "/abi/1/inputs/0/type", "/abi/1/inputs/0/components/0/type", "/abi/1/name",
            "/bytecode", "/bytecode/object", "/bytecode/linkReferences", "/deployedBytecode/object",
            "/deployedBytecode/immutableReferences/7/0/start", "/deployedBytecode/immutableReferences/7/0/length",
            "/methodIdentifiers", "/metadata", "/metadata/compiler/version", "/metadata/settings/compilationTarget",
            "/metadata/settings/optimizer", "/id",
        ]),
        value in prop_oneof![
            Just(serde_json::Value::Null),
            any::<u64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
            "(u?int|bytes|tuple|address|function)[0-9]{0,4}(\\[[0-9]{0,20}\\]){0,4}".prop_map(Into::into),
            "(0x)?[0-9a-f_$]{0,90}".prop_map(Into::into),
            Just(serde_json::json!([[[{}]]])),
            Just(serde_json::json!({"a": {"b": [{"start": 0, "length": 20}]}})),
        ],
    ) {
        let mut changed = artifact();
        *changed.pointer_mut(field).unwrap() = value;
        survives(changed.to_string().as_bytes());
    }

    #[test]
    fn prx_q04_any_text_is_an_argument_or_refused(
        ty in prop::sample::select(vec![
            "uint8", "int256", "bool", "bytes", "bytes4", "address", "string", "uint8[]", "(address,string)[2]", "string[][]",
        ]),
        text in prop_oneof![any::<String>(), "[\\[\\](),\"' 0-9a-fx.e-]{0,40}"],
    ) {
        if let Err(error) = encode_signature(&format!("f({ty})"), &[&text]) {
            prop_assert!(error.code().0.starts_with("PRX-ART-04"));
            prop_assert_eq!(escape(&error.to_string()), error.to_string());
        }
    }

    #[test]
    fn prx_q04_a_reference_prints_what_it_parses(text in prop_oneof![any::<String>(), "[a-z./]{0,12}:?[A-Z][a-z0-9$_]{0,5}"]) {
        if let Ok(reference) = text.parse::<Reference>() {
            prop_assert_eq!(reference.to_string(), text);
        }
    }
}
