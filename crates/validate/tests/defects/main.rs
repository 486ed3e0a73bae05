//! The seeded defects of `tests/defects/`: each is found by the rule that is named beside it, and by no other.
#![cfg(test)]

mod case;
mod chain;
mod compile;
mod rehearsal;

use case::Case;
use std::collections::BTreeSet;

fn all() -> Vec<Case> {
    let mut cases: Vec<_> = std::fs::read_dir(Case::folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("defect.toml").is_file())
        .map(|path| Case::open(&path))
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

fn judge(prefix: &str, least: usize) {
    let cases: Vec<_> = all().into_iter().filter(|case| case.name.starts_with(prefix)).collect();
    assert!(cases.len() >= least, "only {} cases of {prefix}", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let (found, odd) = case.findings();
        let codes: BTreeSet<_> = found.iter().map(|(code, _)| code.as_str()).collect();
        let wanted: BTreeSet<_> = case.rule().into_iter().collect();
        let text: String = found.iter().map(|(_, line)| format!("{line}\n")).collect();
        if codes != wanted {
            wrong.push(format!("{}: wanted {wanted:?}, found\n{text}", case.name));
        } else if !odd.is_empty() {
            wrong.push(format!("{}: {}", case.name, odd.join(", ")));
        } else if !told(case, &text) {
            wrong.push(format!("{}: PAYROX_BLESS=1 writes\n{text}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a defect is told as `found.txt` beside it says.
fn told(case: &Case, text: &str) -> bool {
    let path = case.folder.join("found.txt");
    let same = case.rule().is_none() || std::fs::read_to_string(&path).is_ok_and(|old| old == text);
    if !same && std::env::var_os("PAYROX_BLESS").is_some() {
        payrox_files::write_atomic(&path, text.as_bytes()).unwrap();
        return true;
    }
    same
}

#[test]
fn prx_v10_each_defect_of_storage_is_found_by_its_rule_alone() {
    judge("storage_", 22);
}

#[test]
fn prx_v11_each_defect_of_code_is_found_by_its_rule_alone() {
    judge("code_", 22);
}

#[test]
fn prx_v09_each_defect_of_sources_is_found_by_its_rule_alone() {
    judge("source_", 12);
}

#[test]
fn prx_v04_each_defect_of_selectors_is_found_by_its_rule_alone() {
    judge("selectors_", 7);
}

#[test]
fn prx_v05_each_defect_of_abis_is_found_by_its_rule_alone() {
    judge("abi_", 7);
}

#[test]
fn prx_v06_each_defect_of_sizes_is_found_by_its_rule_alone() {
    judge("size_", 3);
}

#[test]
fn prx_v07_each_defect_of_proofs_is_found_by_its_rule_alone() {
    judge("merkle_", 3);
}

#[test]
fn prx_v09_each_defect_of_gas_is_found_by_its_rule_alone() {
    judge("gas_", 3);
}

#[test]
fn prx_v09_each_defect_of_roles_is_found_by_its_rule_alone() {
    judge("roles_", 5);
}

#[test]
fn prx_v08_prx_p05_each_defect_of_a_rehearsal_is_found_by_its_rule_alone() {
    judge("rollback_", 3);
    judge("deploy_", 2);
    judge("rehearsed_", 3);
}

#[test]
fn prx_v09_prx_v10_prx_v11_what_looks_like_a_defect_and_is_none_is_not_found() {
    judge("clean_", 16);
}

#[test]
fn prx_v09_the_committed_artifacts_are_what_the_compiler_makes_of_the_defects() {
    compile::check(&all());
}
