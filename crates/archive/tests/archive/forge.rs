//! Archives that payrox does not write.

use crate::CREATED;
use payrox_archive::{BackupError, Entry, Kind, Manifest, restore, verify};
use payrox_files::{to_canonical_json, write_atomic};
use payrox_model::Fault as _;
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tar::{Builder, EntryType, Header};

/// A list of files and entries, by hand.
pub(crate) struct Forge {
    pub(crate) manifest: Manifest,
    pub(crate) entries: Vec<(Header, Vec<u8>)>,
}

impl Forge {
    pub(crate) fn new() -> Self {
        let manifest = Manifest {
            version: 1,
            created: CREATED,
            system: "payments".into(),
            private: false,
            files: Vec::new(),
            sha256: String::new(),
        };
        Self { manifest, entries: Vec::new() }
    }

    /// A listed file.
    pub(crate) fn with(mut self, path: &str, content: &[u8]) -> Self {
        self.manifest.files.push(listed(path, content));
        self.entries.push((header(path, EntryType::Regular, content.len() as u64), content.to_vec()));
        self
    }

    pub(crate) fn write(&self, to: &Path) -> PathBuf {
        let text = to_canonical_json(&self.manifest.clone().sealed().unwrap()).unwrap();
        let mut tar = Builder::new(Vec::new());
        let list = header("payrox-backup.json", EntryType::Regular, text.len() as u64);
        tar.append(&list, text.as_bytes()).unwrap();
        for (header, content) in &self.entries {
            tar.append(header, content.as_slice()).unwrap();
        }
        let path = to.join("forged.tar");
        write_atomic(&path, &tar.into_inner().unwrap()).unwrap();
        path
    }

    /// What verify and restore say: both the same, and nothing appears.
    pub(crate) fn refused(&self) -> BackupError {
        let around = tempfile::tempdir().unwrap();
        let archive = self.write(around.path());
        let to = around.path().join("deep/er/restored");
        let error = restore(&archive, &to).unwrap_err();
        assert_eq!(verify(&archive).unwrap_err().to_string(), error.to_string());
        let left: Vec<_> = fs::read_dir(to.parent().unwrap()).unwrap().flatten().map(|e| e.path()).collect();
        assert!(left.is_empty(), "{error}: {left:?}");
        assert!(error.hint().is_some_and(|hint| !hint.is_empty()));
        error
    }
}

pub(crate) fn listed(path: &str, content: &[u8]) -> Entry {
    let sha256 = Sha256::digest(content).iter().map(|b| format!("{b:02x}")).collect();
    Entry { path: path.into(), kind: Kind::Record, size: content.len() as u64, sha256 }
}

/// A header with the name's bytes as they are: the library would refuse some of them.
pub(crate) fn header(path: &str, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_ustar();
    let name = path.as_bytes();
    let cut = name.len().min(100);
    header.as_old_mut().name[..cut].copy_from_slice(&name[..cut]);
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_cksum();
    header
}
