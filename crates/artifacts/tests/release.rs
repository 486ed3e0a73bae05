//! The embedded release, against what the rest of the tool knows of the contracts.

use alloy_sol_types::SolInterface;
use payrox_artifacts::{Contract, release};
use payrox_model::{Selector, abi};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeSet, fs, path::Path, time::Instant};

#[test]
fn every_contract_of_the_release_can_be_created_and_comes_from_the_committed_input() {
    let started = Instant::now();
    let release = release();
    println!("parsed in {:?}", started.elapsed());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/release");
    let mut inputs = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with("input-") {
            inputs.insert(Sha256::digest(fs::read(entry.path()).unwrap()).to_vec());
        }
    }
    for contract in release.contracts() {
        contract.check_code().unwrap();
        assert_eq!(contract.creation.libraries().count(), 0, "{}", contract.id);
        let compilation = contract.compilation.as_ref().unwrap();
        assert_eq!(compilation.version, "0.8.30+commit.73712a01");
        assert!(compilation.via_ir, "{}", contract.id);
        assert_eq!(compilation.evm_version.as_deref(), Some("cancun"));
        assert_eq!(compilation.bytecode_hash.as_deref(), Some("none"));
        assert!(inputs.contains(&contract.input_sha256().unwrap().to_vec()), "{}", contract.id);
    }
}

/// Every function that the tool may call is one that the contract answers.
fn answers<I: SolInterface>(contract: &Contract) {
    for selector in I::selectors().map(Selector) {
        let known = contract.functions.iter().any(|f| f.selector == selector);
        assert!(known, "{} has no function {selector} of {}", contract.id, I::NAME);
    }
}

#[test]
fn every_function_that_the_tool_calls_is_in_the_release() {
    let release = release();
    answers::<abi::IPayRoxLauncher::IPayRoxLauncherCalls>(&release.launcher);
    answers::<abi::IManifestDispatcher::IManifestDispatcherCalls>(&release.dispatcher);
    answers::<abi::IPayRoxRouter::IPayRoxRouterCalls>(&release.extension);
    answers::<abi::IDeterministicChunkFactory::IDeterministicChunkFactoryCalls>(&release.factory);
}

#[test]
fn prx_h05_the_routers_own_functions_are_reserved() {
    let reserved = release().reserved();
    for signature in ["facets()", "batch(bytes[])", "owner()", "routeOf(bytes4)", "supportsInterface(bytes4)"]
    {
        assert_eq!(reserved.get(&Selector::of(signature)), Some(&signature));
    }
    assert!(!reserved.contains_key(&Selector::of("transfer(address,uint256)")));
}
