//! The list of files that an archive begins with.

use crate::{BackupError, archive, limits, name};
use payrox_model::version;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// Its name in the archive.
pub(crate) const NAME: &str = "payrox-backup.json";

/// What a file is to the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `payrox.toml`, what it extends, and its neighbours.
    Project,
    /// `networks/*.toml`.
    Network,
    /// Compiled contracts.
    Artifact,
    /// `artifacts/*.plan.json`.
    Plan,
    /// `deployments/` and the log.
    Record,
    /// `journal/`: for everybody's eyes.
    Journal,
    /// `.payrox/journal/`: signed transactions, for their owner's eyes only.
    Private,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Below the project's folder, with `/` between names.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Bytes.
    pub size: u64,
    /// SHA-256, in lower-case hexadecimal.
    pub sha256: String,
}

/// What an archive says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Of this format.
    pub version: u32,
    /// Seconds since 1970: the only thing in an archive that its files do not decide.
    pub created: u64,
    /// The system's name.
    pub system: String,
    /// Whether signed transactions are in it.
    pub private: bool,
    /// Ascending by path.
    pub files: Vec<Entry>,
    /// SHA-256 of the same list in canonical JSON without this field: a damaged list is found as well.
    pub sha256: String,
}

impl Manifest {
    pub(crate) fn parse(archive: &Path, bytes: &[u8]) -> Result<Self, BackupError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        let malformed = |why: String| BackupError::Malformed { path: archive.to_owned(), why };
        let odd = |e: serde_json::Error| malformed(payrox_model::text::escape(&e.to_string()));
        // Before the rest is looked at: a newer version may have another shape.
        let Versioned { version: found } = serde_json::from_slice(bytes).map_err(odd)?;
        let known = version::BACKUP;
        if found != u64::from(known) {
            return Err(BackupError::Version { path: archive.to_owned(), found, known });
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(odd)?;
        let too_large = |what, limit| BackupError::TooLarge { path: archive.to_owned(), what, limit };
        if manifest.files.len() > limits::FILES {
            return Err(too_large("its files", limits::FILES as u64));
        }
        let mut total = 0u64;
        for file in &manifest.files {
            if file.size > limits::FILE {
                return Err(too_large("the bytes of a file", limits::FILE));
            }
            total += file.size;
            if (file.kind == Kind::Private) && !manifest.private {
                return Err(malformed("it holds signed transactions and says that it does not".into()));
            }
            let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            if file.sha256.len() != 64 || !file.sha256.bytes().all(hex) {
                return Err(malformed("a checksum is not 64 digits of lower-case hexadecimal".into()));
            }
        }
        if total > limits::TOTAL {
            return Err(too_large("the bytes of all files", limits::TOTAL));
        }
        if manifest.digest()? != manifest.sha256 {
            return Err(malformed("its list of files is not what it was when it was made".into()));
        }
        let paths = manifest.files.iter().map(|file| file.path.as_str());
        name::check_all(paths).map_err(|(name, why)| BackupError::Name {
            path: archive.to_owned(),
            name: crate::error::shown(name.as_bytes()),
            why,
        })?;
        // The same list, written by payrox, has the same bytes: nothing hides in white space or in doubled keys.
        if manifest.bytes()? != bytes {
            return Err(malformed("its list of files is not in the one form that payrox writes".into()));
        }
        Ok(manifest)
    }

    /// With its own checksum.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn sealed(mut self) -> Result<Self, BackupError> {
        self.sha256 = self.digest()?;
        Ok(self)
    }

    fn digest(&self) -> Result<String, BackupError> {
        let mut value = serde_json::to_value(self).map_err(BackupError::Encode)?;
        if let Some(fields) = value.as_object_mut() {
            fields.remove("sha256");
        }
        let text = payrox_files::canonical_text(&value).map_err(BackupError::Encode)?;
        Ok(archive::hex(&Sha256::digest(text.as_bytes())))
    }

    pub(crate) fn bytes(&self) -> Result<Vec<u8>, BackupError> {
        Ok(payrox_files::to_canonical_json(self).map_err(BackupError::Encode)?.into_bytes())
    }
}
