//! Signers that a plain build leaves out: they meet the workspace's lints, and a key in AWS KMS signs (against moto).

use super::{outcome::Report, rust::cargo_test};
use crate::{failure::Done, process::run, repo::Repo};

const FEATURES: &str = "payrox-cli/aws,payrox-cli/ledger,payrox-cli/trezor";

pub(crate) fn check(repo: &Repo) -> Done<Report> {
    let mut report =
        cargo_test(repo, &["--features", FEATURES, "-p", "payrox-cli", "--test", "acceptance", "kms::"])?;
    let mut clippy = repo.cargo();
    clippy.args(["clippy", "-p", "payrox-cli", "-p", "payrox-chain", "--features", FEATURES, "--quiet"]);
    report.verdict("cargo clippy", &run(clippy.args(["--", "-D", "warnings"]))?);
    Ok(report)
}
