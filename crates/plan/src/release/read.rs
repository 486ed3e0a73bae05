//! A release as bytes: written canonically, and read only if it is exactly what would be written.

use super::{ArgumentNames, Release, ReleaseError};
use crate::{Plan, ReadError};
use alloy_primitives::B256;
use payrox_config::ReleaseSettings;
use payrox_files::{FileError, canonical_text, to_canonical_json};
use payrox_model::{BoxFault, Name, text::escape, version};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// Bytes of a release, at most: a parity table of 255 facets over 256 networks that all differ.
pub const RELEASE_LIMIT: u64 = 64 << 20;

#[derive(Deserialize)]
struct Head {
    version: u32,
}

impl Release {
    /// The one form of it.
    ///
    /// # Errors
    /// Never, for a release that was assembled.
    pub fn to_json(&self) -> Result<String, ReleaseError> {
        Ok(to_canonical_json(self)?)
    }

    /// SHA-256 of the canonical JSON of everything but the digest.
    ///
    /// # Errors
    /// Never, for a release that was assembled.
    pub fn compute_digest(&self) -> Result<B256, ReleaseError> {
        Ok(digest(serde_json::to_value(self)?)?)
    }

    /// Reads a release's file.
    ///
    /// # Errors
    /// As [`Release::from_json`], and when the file is missing or cannot be read.
    pub fn read(path: &Path) -> Result<Self, ReleaseError> {
        let file = path.display().to_string();
        match payrox_files::read_text(path, RELEASE_LIMIT) {
            Ok(text) => Self::from_json(&file, &text),
            Err(FileError::Missing { .. }) => Err(ReleaseError::Missing { file: escape(&file) }),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads a release: shape, canonical form, digest.
    ///
    /// # Errors
    /// When one byte is not as payrox would have written it.
    pub fn from_json(file: &str, text: &str) -> Result<Self, ReleaseError> {
        let file = escape(file);
        let shape = |error: serde_json::Error| ReleaseError::Shape {
            file: file.clone(),
            line: error.line(),
            column: error.column(),
            why: escape(&error.to_string()),
        };
        // The version first: a later one has fields that this reader does not know.
        let head: Head = serde_json::from_str(text).map_err(shape)?;
        if head.version != version::RELEASE {
            return Err(ReleaseError::Version { file, found: head.version });
        }
        let release: Self = serde_json::from_str(text).map_err(shape)?;
        let value = serde_json::to_value(&release).map_err(shape)?;
        let canonical = canonical_text(&value).map_err(shape)?;
        if canonical != text {
            let same = canonical.lines().zip(text.lines()).take_while(|(a, b)| a == b).count();
            return Err(ReleaseError::NotCanonical { file, line: same + 1 });
        }
        let computed = digest(value).map_err(shape)?;
        if computed != release.digest {
            return Err(ReleaseError::Digest { file, written: release.digest, computed });
        }
        Ok(release)
    }

    /// Reads a network's plan, which must be the one that the release names.
    ///
    /// # Errors
    /// When it is missing, is no plan, or another.
    pub fn read_plan(&self, network: &Name, path: &Path) -> Result<Plan, BoxFault> {
        let plan = match Plan::read(path) {
            Err(ReadError::File(FileError::Missing { .. })) => {
                let file = escape(&path.display().to_string());
                return Err(ReleaseError::NoPlan { network: network.clone(), file }.into());
            }
            read => read?,
        };
        if plan.network != *network {
            let wanted = self.network(network).map_or(B256::ZERO, |part| part.content_hash);
            let found = plan.content_hash;
            return Err(ReleaseError::OtherPlan { network: network.clone(), wanted, found }.into());
        }
        self.admits(&plan)?;
        Ok(plan)
    }

    /// That it is what its plans and the settings make: whoever can write the file can hash it again.
    ///
    /// # Errors
    /// [`ReleaseError::Inconsistent`] with the first part that is not, and as [`Release::assemble`].
    pub fn follows_from(
        &self,
        plans: &[&Plan],
        settings: &ReleaseSettings,
        arguments: ArgumentNames<'_>,
    ) -> Result<(), ReleaseError> {
        let made = Self::assemble(plans, settings, arguments)?;
        let demand =
            |holds: bool, field| if holds { Ok(()) } else { Err(ReleaseError::Inconsistent { field }) };
        demand(self.networks == made.networks, "plans")?;
        demand((&self.canary, self.soak) == (&made.canary, made.soak), "canary and soak")?;
        demand(self.requires_passed_on == made.requires_passed_on, "requirements")?;
        demand(*self == made, "parity and digest")
    }
}

fn digest(mut release: Value) -> Result<B256, serde_json::Error> {
    if let Some(object) = release.as_object_mut() {
        object.remove("digest");
    }
    Ok(B256::from_slice(&Sha256::digest(canonical_text(&release)?)))
}
