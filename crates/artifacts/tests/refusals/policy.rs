//! The compiler's version and settings.

use crate::fixture::{Out, artifact, changed, metadata, refusal};
use payrox_artifacts::CompilerPolicy;
use payrox_model::{ExitCode, Fault as _};
use serde_json::{Value, json};

#[test]
fn prx_p1_another_compiler_or_setting_than_the_projects_is_refused_by_policy() {
    let fees = changed(|_| {}).unwrap();
    let version = |v: &str| CompilerPolicy { version: Some(v.into()), ..CompilerPolicy::default() };
    version("0.8.30").check(&fees).unwrap();
    version("0.8.30+commit.73712a01").check(&fees).unwrap();
    let error = version("0.8.29").check(&fees).unwrap_err();
    assert_eq!((error.code().0, error.exit()), ("PRX-ART-036", ExitCode::Refused));
    assert!(error.to_string().contains("0.8.30+commit.73712a01"), "{error}");
    assert_eq!(version("0.8.30+commit.00000000").check(&fees).unwrap_err().code().0, "PRX-ART-036");
    for policy in [
        CompilerPolicy { via_ir: Some(false), ..CompilerPolicy::default() },
        CompilerPolicy { optimizer_runs: Some(Some(201)), ..CompilerPolicy::default() },
        CompilerPolicy { optimizer_runs: Some(None), ..CompilerPolicy::default() },
        CompilerPolicy { evm_version: Some("prague".into()), ..CompilerPolicy::default() },
        CompilerPolicy { bytecode_hash: Some("ipfs".into()), ..CompilerPolicy::default() },
    ] {
        assert_eq!(policy.check(&fees).unwrap_err().code().0, "PRX-ART-037", "{policy:?}");
    }
}

#[test]
fn the_compilers_version_is_the_metadatas_and_must_be_the_one_in_the_code() {
    let renamed = Out::new().with("Fees.sol/Fees.0.8.29.json", artifact().to_string()).read("Fees").unwrap();
    assert_eq!(renamed.compilation.unwrap().version, "0.8.30+commit.73712a01");
    let code = refusal(changed(|a| a["metadata"]["compiler"]["version"] = json!("0.8.37+commit.0")));
    assert_eq!(code, "PRX-ART-012");
    assert_eq!(refusal(changed(|a| a["metadata"] = json!({}))), "PRX-ART-008");
    assert_eq!(refusal(changed(|a| a["metadata"]["compiler"]["version"] = json!("\u{1b}"))), "PRX-ART-008");
    assert_eq!(refusal(changed(|a| a["metadata"] = Value::Null)), "PRX-ART-013");
    let text = metadata("src/Fees.sol", "Fees").to_string();
    let raw = changed(|a| {
        a["rawMetadata"] = json!(text);
        a["metadata"]["compiler"]["version"] = json!("0.8.37");
    });
    assert_eq!(raw.unwrap().compilation.unwrap().release(), "0.8.30", "the compiler's own text counts");
}
