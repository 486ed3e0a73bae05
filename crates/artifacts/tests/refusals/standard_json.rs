//! The compiler's own output.

use crate::fixture::{Out, artifact, changed, metadata, refusal};
use payrox_artifacts::{ArtifactSet, CompilerPolicy, SetError, Source};
use payrox_model::Fault as _;
use serde_json::{Value, json};

fn standard(output: &Value) -> Result<ArtifactSet, SetError> {
    let out = Out::new()
        .with("Fees-output.json", output.to_string())
        .with("input.json", "{\"language\":\"Solidity\"}");
    let source =
        Source::StandardJson { output: out.path("Fees-output.json"), input: Some(out.path("input.json")) };
    ArtifactSet::read(&source, &["src/Fees.sol:Fees"])
}

fn solc() -> Value {
    let artifact = artifact();
    json!({ "contracts": { "src/Fees.sol": { "Fees": {
        "abi": artifact["abi"],
        "metadata": artifact["metadata"].to_string(),
        "evm": {
            "bytecode": artifact["bytecode"],
            "deployedBytecode": artifact["deployedBytecode"],
            "methodIdentifiers": artifact["methodIdentifiers"],
        },
    } } } })
}

#[test]
fn the_compilers_own_output_says_the_same_as_foundrys_file() {
    let set = standard(&solc()).unwrap();
    let (ours, theirs) = (set.get("Fees").unwrap(), changed(|_| {}).unwrap());
    assert_eq!(ours.functions, theirs.functions);
    assert_eq!((&ours.creation, &ours.runtime), (&theirs.creation, &theirs.runtime));
    assert_eq!((&ours.id, &ours.compilation), (&theirs.id, &theirs.compilation));
    assert!(set.input_hash(ours).unwrap().is_some());
}

#[test]
fn a_compilers_output_that_is_wrong_is_refused() {
    let code = |change: fn(&mut Value)| {
        let mut output = solc();
        change(&mut output);
        refusal(standard(&output))
    };
    assert_eq!(
        code(|o| o["errors"] = json!([{ "severity": "error", "message": "\u{1b}no" }])),
        "PRX-ART-010"
    );
    assert_eq!(code(|o| o["contracts"] = json!({})), "PRX-ART-020");
    assert_eq!(code(|o| o["contracts"] = json!([])), "PRX-ART-002");
    let fees = |o: &mut Value, key: &str, value: Value| o["contracts"]["src/Fees.sol"]["Fees"][key] = value;
    let mut output = solc();
    fees(&mut output, "metadata", json!(metadata("src/Other.sol", "Fees").to_string()));
    assert_eq!(refusal(standard(&output)), "PRX-ART-008");
    fees(&mut output, "metadata", json!(""));
    let unknown = standard(&output).unwrap();
    let policy = CompilerPolicy { via_ir: Some(true), ..CompilerPolicy::default() };
    let error = policy.check(unknown.get("Fees").unwrap()).unwrap_err();
    assert_eq!(error.code().0, "PRX-ART-038");
    fees(&mut output, "evm", Value::Null);
    assert_eq!(refusal(standard(&output)), "PRX-ART-002");
    let twice = solc().to_string().replace("{\"Fees\":", "{\"Fees\":{},\"Fees\":");
    let out = Out::new().with("Fees.json", twice);
    let code = refusal(ArtifactSet::read(&Source::at(&out.path("Fees.json")), &["Fees"]));
    assert_eq!(code, "PRX-ART-002", "a contract named twice");
}
