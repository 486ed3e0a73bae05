//! Signed transactions: whoever has one can send it, so they are in a file of their own, readable by its owner only.

use crate::{JournalError, breaks::Breaks};
use alloy_primitives::{B256, Bytes, keccak256};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

const LIMIT: u64 = 1 << 28;

/// More files than a machine that draws a new name for each version has ever had.
const FILES: usize = 64;

#[derive(Debug)]
pub(crate) struct Private {
    folder: PathBuf,
    path: PathBuf,
    file: File,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    tx: B256,
    raw: Bytes,
}

impl Private {
    pub(crate) fn open(folder: &Path, writer: &str) -> Result<Self, JournalError> {
        let path = folder.join(format!("{writer}.signed.jsonl"));
        let failed = |source| JournalError::Write { path: path.clone(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        let mut options = File::options();
        options.create(true).append(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(&path).map_err(failed)?;
        // What a crash tore must not take the next entry with it.
        if payrox_files::read(&path, LIMIT).is_ok_and(|bytes| bytes.last().is_some_and(|last| *last != b'\n'))
        {
            file.write_all(b"\n").map_err(failed)?;
        }
        Ok(Self { folder: folder.to_owned(), path, file })
    }

    /// Keeps them, on the disk when it returns.
    pub(crate) fn keep(&mut self, signed: &[(B256, Bytes)], breaks: &mut Breaks) -> Result<(), JournalError> {
        let mut text = String::new();
        for (tx, raw) in signed {
            let entry = Entry { tx: *tx, raw: raw.clone() };
            text.push_str(&serde_json::to_string(&entry).map_err(JournalError::Encode)?);
            text.push('\n');
        }
        let failed = |source| JournalError::Write { path: self.path.clone(), source };
        breaks.write(&mut self.file, text.as_bytes()).map_err(failed)?;
        breaks.now().and_then(|()| self.file.sync_data()).map_err(failed)
    }

    /// See [`all`].
    pub(crate) fn all(&self) -> BTreeMap<B256, Bytes> {
        all(&self.folder)
    }
}

/// All that can be read, of every writer that this machine has been. A line that does not hash to its name is as good as absent.
pub(crate) fn all(folder: &Path) -> BTreeMap<B256, Bytes> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = files.filter(|path| path.to_string_lossy().ends_with(".signed.jsonl")).take(FILES);
    let mut all = BTreeMap::new();
    for bytes in files.filter_map(|path| payrox_files::read(&path, LIMIT).ok()) {
        let entries =
            bytes.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice::<Entry>(line).ok());
        let whole = entries.filter(|entry| keccak256(&entry.raw) == entry.tx);
        all.extend(whole.map(|entry| (entry.tx, entry.raw)));
    }
    all
}
