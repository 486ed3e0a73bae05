//! The embedded release, as the planner wants it.

use alloy_primitives::Bytes;
use payrox_artifacts::{Contract, release};
use payrox_plan::ReleaseCode;

/// Init code and reserved selectors of the embedded release.
pub fn release_code() -> ReleaseCode {
    let release = release();
    // A test recompiles the release; its contracts need no library.
    let code = |contract: &Contract| Bytes::copy_from_slice(contract.creation.template());
    ReleaseCode {
        factory: code(&release.factory),
        extension: code(&release.extension),
        implementation: code(&release.dispatcher),
        launcher: code(&release.launcher),
        router: code(&release.router),
        reserved: release.reserved().into_iter().map(|(s, name)| (s, name.to_owned())).collect(),
    }
}
