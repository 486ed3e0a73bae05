//! Crates depend one way, and only `chain` and `devnet` name providers, transports and signers.

use super::outcome::Report;
use crate::{
    failure::{Doing, Done},
    process::run,
    repo::Repo,
};
use serde_json::Value;

/// Each crate and what it may depend on, itself among the workspace's.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("files", &["model"]),
    ("config", &["files", "model"]),
    ("artifacts", &["files", "model"]),
    ("plan", &["artifacts", "config", "files", "model"]),
    ("validate", &["artifacts", "config", "model", "plan"]),
    ("devnet", &["files", "model"]),
    ("chain", &["config", "devnet", "files", "model"]),
    ("journal", &["files", "model"]),
    ("notify", &["files", "model"]),
    ("execute", &["artifacts", "chain", "config", "devnet", "files", "journal", "model", "plan", "validate"]),
    ("probe", &["artifacts", "chain", "config", "devnet", "files", "model", "plan"]),
    ("review", &["artifacts", "config", "files", "model", "plan", "validate"]),
    ("parity", &["artifacts", "devnet", "files", "model", "plan"]),
    ("archive", &["files", "model"]),
    (
        "cli",
        &[
            "artifacts",
            "archive",
            "chain",
            "config",
            "devnet",
            "execute",
            "files",
            "journal",
            "model",
            "notify",
            "parity",
            "plan",
            "probe",
            "review",
            "validate",
        ],
    ),
    // Only tests depend on these.
    ("faults", &[]),
    ("conforms", &[]),
    ("xtask", &["files", "model"]),
];

/// Beginnings of the names of crates that talk to a chain or hold a key.
const ENDPOINTS: [&str; 6] =
    ["alloy-provider", "alloy-transport", "alloy-signer", "alloy-rpc-client", "revm", "reqwest"];

pub(crate) fn check(repo: &Repo) -> Done<Report> {
    let mut report = Report::default();
    let mut command = repo.cargo();
    let text =
        run(command.args(["metadata", "--format-version", "1", "--no-deps"]))?.demand("cargo metadata")?;
    let metadata: Value = serde_json::from_str(&text).doing(|| "cargo metadata".into())?;
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        report.judge(name, &violations(name, package));
    }
    Ok(report)
}

fn violations(name: &str, package: &Value) -> Vec<String> {
    let short = |name: &str| name.trim_start_matches("payrox-").to_owned();
    let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == short(name)) else {
        return vec![format!("{name} has no place in the order of crates: xtask/src/suite/direction.rs")];
    };
    let mut found = Vec::new();
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        let on = dependency["name"].as_str().unwrap_or_default();
        // Tests may reach further: they are no part of what is shipped.
        if dependency["kind"] == "dev" {
            continue;
        }
        if on.starts_with("payrox-") && !allowed.contains(&short(on).as_str()) {
            found.push(format!("{name} depends on {on}, against the direction of ARCHITECTURE.md"));
        }
        let endpoint = ENDPOINTS.iter().any(|prefix| on.starts_with(prefix));
        // Webhooks are no endpoints of a chain.
        let webhook = name == "payrox-notify" && on == "reqwest";
        // An interpreter over a state in memory is neither an endpoint nor a key.
        let machine = name == "payrox-parity" && on == "revm";
        if endpoint && !webhook && !machine && !["chain", "devnet"].contains(&short(name).as_str()) {
            found.push(format!("{name} names {on}: only chain and devnet reach an endpoint or a key"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(name: &str, on: &str, kind: Value) -> Vec<String> {
        violations(name, &json!({ "dependencies": [{ "name": on, "kind": kind }] }))
    }

    #[test]
    fn a_crate_may_only_look_upstream() {
        assert!(package("payrox-plan", "payrox-model", Value::Null).is_empty());
        assert!(!package("payrox-model", "payrox-plan", Value::Null).is_empty());
        assert!(package("payrox-model", "payrox-plan", json!("dev")).is_empty(), "tests may look anywhere");
        assert!(!package("payrox-unheard-of", "serde", Value::Null).is_empty(), "a crate without a place");
    }

    #[test]
    fn only_two_crates_name_endpoints_and_keys() {
        assert!(package("payrox-chain", "alloy-provider", Value::Null).is_empty());
        assert!(!package("payrox-probe", "alloy-provider", Value::Null).is_empty());
        assert!(!package("payrox-cli", "alloy-signer-local", Value::Null).is_empty());
    }
}
