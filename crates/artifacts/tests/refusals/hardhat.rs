//! Hardhat's two forms: right ones are the same contract as Foundry's, wrong ones are refused.

use crate::fixture::{Out, artifact, refusal};
use alloy_primitives::keccak256;
use payrox_artifacts::{ArtifactSet, Compilation, Contract, SetError, Source};
use serde_json::{Value, json};

const CREATED: &str = "Fees.sol/Fees.json";
const SOURCE: &str = "contract Fees {}\n";

/// The compiler's question about `unit`.
fn input(unit: &str) -> Value {
    json!({
        "language": "Solidity",
        "sources": { unit: { "content": SOURCE } },
        "settings": {
            "evmVersion": "cancun",
            "metadata": { "bytecodeHash": "none" },
            "optimizer": { "enabled": true, "runs": 200 },
            "viaIR": true,
        },
    })
}

/// Its answer, with or without metadata.
fn answer(unit: &str, metadata: bool) -> Value {
    let kept = artifact();
    let mut contract = json!({
        "abi": kept["abi"],
        "evm": {
            "bytecode": kept["bytecode"],
            "deployedBytecode": kept["deployedBytecode"],
            "methodIdentifiers": kept["methodIdentifiers"],
        },
    });
    for part in ["bytecode", "deployedBytecode"] {
        let code = &mut contract["evm"][part]["object"];
        *code = json!(code.as_str().unwrap().trim_start_matches("0x"));
    }
    if metadata {
        contract["metadata"] = json!(metadata_of(unit).to_string());
    }
    json!({ "contracts": { unit: { "Fees": contract } }, "sources": {} })
}

fn metadata_of(unit: &str) -> Value {
    let mut metadata = crate::fixture::metadata(unit, "Fees");
    metadata["sources"] = json!({ unit: { "keccak256": keccak256(SOURCE).to_string() } });
    metadata
}

fn short(format: &str) -> Value {
    let kept = artifact();
    json!({
        "_format": format,
        "contractName": "Fees",
        "sourceName": "src/Fees.sol",
        "abi": kept["abi"],
        "bytecode": kept["bytecode"]["object"],
        "deployedBytecode": kept["deployedBytecode"]["object"],
        "linkReferences": {},
        "deployedLinkReferences": {},
    })
}

/// What Hardhat 2 leaves: artifact, the file beside it, build-info.
fn second() -> [Value; 3] {
    let info = json!({
        "id": "abc",
        "_format": "hh-sol-build-info-1",
        "solcVersion": "0.8.30",
        "solcLongVersion": "0.8.30+commit.73712a01",
        "input": input("src/Fees.sol"),
        "output": answer("src/Fees.sol", true),
    });
    let beside = json!({ "_format": "hh-sol-dbg-1", "buildInfo": "../../build-info/abc.json" });
    [short("hh-sol-artifact-1"), beside, info]
}

fn read_second([artifact, beside, info]: [Value; 3]) -> Result<(Out, Contract), SetError> {
    let out = Out::new()
        .with("src/Fees.sol/Fees.json", artifact.to_string())
        .with("src/Fees.sol/Fees.dbg.json", beside.to_string())
        .with("build-info/abc.json", info.to_string());
    let contract = out.read("src/Fees.sol:Fees")?;
    Ok((out, contract))
}

/// What Hardhat 3 leaves: artifact, the two halves of build-info.
fn third() -> [Value; 3] {
    let unit = "project/src/Fees.sol";
    let mut artifact = short("hh3-artifact-1");
    artifact["inputSourceName"] = json!(unit);
    artifact["buildInfoId"] = json!("solc-abc");
    let info = json!({
        "_format": "hh3-sol-build-info-1",
        "id": "solc-abc",
        "solcVersion": "0.8.30",
        "solcLongVersion": "0.8.30+commit.73712a01",
        "userSourceNameMap": { "src/Fees.sol": unit },
        "input": input(unit),
    });
    let output =
        json!({ "_format": "hh3-sol-build-info-output-1", "id": "solc-abc", "output": answer(unit, false) });
    [artifact, info, output]
}

fn read_third([artifact, info, output]: [Value; 3]) -> Result<(Out, Contract), SetError> {
    let out = Out::new()
        .with("src/Fees.sol/Fees.json", artifact.to_string())
        .with("build-info/solc-abc.json", info.to_string())
        // Where a name that leads elsewhere would lead.
        .with("solc-abc.json", info.to_string())
        .with("solc-abc.output.json", output.to_string())
        .with("build-info/solc-abc.output.json", output.to_string());
    let contract = out.read("src/Fees.sol:Fees")?;
    Ok((out, contract))
}

fn hash(out: &Out) -> String {
    let set = ArtifactSet::read(&Source::at(&out.path("")), &["src/Fees.sol:Fees"]).unwrap();
    set.hash().to_string()
}

#[test]
fn prx_p1_the_same_contract_is_read_from_foundrys_and_both_of_hardhats_folders() {
    let mut foundry = artifact();
    foundry["metadata"] = metadata_of("src/Fees.sol");
    let foundry = Out::new().with(CREATED, foundry.to_string());
    let ours = foundry.read("Fees").unwrap();
    let (two, of_two) = read_second(second()).unwrap();
    let (three, of_three) = read_third(third()).unwrap();
    // Of which sources together, only metadata say, and in their own names.
    let said = |c: &Contract| c.compilation.clone().map(|c| Compilation { sources_hash: None, ..c });
    for contract in [&of_two, &of_three] {
        assert_eq!(contract.id, ours.id);
        assert_eq!(contract.abi, ours.abi);
        assert_eq!((&contract.creation, &contract.runtime), (&ours.creation, &ours.runtime));
        assert_eq!(said(contract), said(&ours));
    }
    assert_eq!((of_two.unit(), of_three.unit()), ("src/Fees.sol", "project/src/Fees.sol"));
    assert_eq!((hash(&two), hash(&three)), (hash(&foundry), hash(&foundry)));
    for (out, contract) in [(&two, &of_two), (&three, &of_three)] {
        let set = ArtifactSet::read(&Source::at(&out.path("")), &["Fees"]).unwrap();
        let input = set.compiler_input(set.get("Fees").unwrap()).unwrap().unwrap();
        assert_eq!(Some(input.hash), contract.input_sha256());
        assert!(input.json.contains("contract Fees"));
    }
}

type Change = fn(&mut [Value; 3]);

#[test]
fn what_hardhat_2_left_in_part_or_otherwise_is_refused() {
    let changes: [(&str, Change); 11] = [
        ("PRX-ART-002", |f| f[0]["_format"] = json!("hh-sol-artifact-9")),
        ("PRX-ART-002", |f| f[0]["bytecode"] = json!(7)),
        ("PRX-ART-005", |f| f[0]["sourceName"] = json!("../src/Fees.sol")),
        ("PRX-ART-014", |f| f[1]["buildInfo"] = json!("../../build-info/other.json")),
        ("PRX-ART-014", |f| f[1]["buildInfo"] = json!("..")),
        ("PRX-ART-002", |f| f[2]["_format"] = json!("hh-sol-build-info-9")),
        ("PRX-ART-015", |f| f[0]["bytecode"] = json!("0x6001")),
        ("PRX-ART-015", |f| f[0]["deployedBytecode"] = json!("0x6001")),
        ("PRX-ART-015", |f| f[2]["output"]["contracts"]["src/Fees.sol"] = json!({})),
        ("PRX-ART-010", |f| f[2]["output"]["errors"] = json!([{ "severity": "error", "message": "Fees" }])),
        ("PRX-ART-012", |f| {
            let metadata = &mut f[2]["output"]["contracts"]["src/Fees.sol"]["Fees"]["metadata"];
            *metadata = json!(metadata.as_str().unwrap().replace("0.8.30", "0.8.29"));
        }),
    ];
    for (at, (code, change)) in changes.into_iter().enumerate() {
        let mut files = second();
        change(&mut files);
        let result = read_second(files).map(|(_, contract)| contract);
        let found = match &result {
            Err(error) if !error.to_string().contains("Fees") => {
                // What is wrong with all of a build-info names that.
                assert!(error.to_string().contains("abc.json"), "{error}");
                payrox_model::Fault::code(error).0
            }
            _ => refusal(result),
        };
        assert_eq!(found, code, "change {at}");
    }
}

#[test]
fn what_hardhat_3_left_in_part_or_otherwise_is_refused() {
    let changes: [(&str, Change); 9] = [
        ("PRX-ART-014", |f| f[0]["buildInfoId"] = json!("../solc-abc")),
        ("PRX-ART-014", |f| f[0]["buildInfoId"] = json!("solc-other")),
        ("PRX-ART-015", |f| f[0]["inputSourceName"] = json!("project/src/Other.sol")),
        ("PRX-ART-015", |f| f[1]["userSourceNameMap"] = json!({})),
        ("PRX-ART-015", |f| f[1]["input"]["sources"] = json!({})),
        ("PRX-ART-012", |f| f[1]["solcLongVersion"] = json!("0.8.29+commit.1")),
        ("PRX-ART-008", |f| f[1]["solcLongVersion"] = json!("0.8.30 \u{1b}[2J")),
        ("PRX-ART-002", |f| f[2]["_format"] = json!("hh3-sol-build-info-1")),
        ("PRX-ART-002", |f| f[2]["output"] = json!("none")),
    ];
    for (at, (code, change)) in changes.into_iter().enumerate() {
        let mut files = third();
        change(&mut files);
        let error = read_third(files).map(|(_, contract)| contract).unwrap_err();
        assert_eq!(payrox_model::Fault::code(&error).0, code, "change {at}: {error}");
        assert_eq!(payrox_model::text::escape(&error.to_string()), error.to_string());
    }
}
