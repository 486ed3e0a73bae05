//! Making an archive.

use crate::{BackupError, Entry, Kind, Manifest, Selected, archive, limits, manifest};
use payrox_model::version;
use sha2::{Digest as _, Sha256};
use std::{
    io::{self, BufWriter, Write},
    path::Path,
};
use tar::Builder;

/// An archive that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// What it says of itself.
    pub manifest: Manifest,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its bytes.
    pub size: u64,
}

/// Writes an archive of files to `to`, complete or not at all; what is there is not replaced.
///
/// Each file is read once, so that what is hashed is what is kept, whoever writes to it meanwhile.
///
/// # Errors
/// When a file cannot be read, is too large, or the archive cannot be written.
pub fn create(files: &[Selected], system: &str, created: u64, to: &Path) -> Result<Created, BackupError> {
    let failed = |source| BackupError::Write { path: to.to_owned(), source };
    let folder = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut kept = Vec::with_capacity(files.len());
    // The list comes first and needs every checksum: the contents wait on the disk, not in memory.
    let mut contents = tempfile::tempfile_in(folder).map_err(failed)?;
    let mut total = 0;
    for file in files {
        let bytes = payrox_files::read(&file.source, limits::FILE)?;
        let size = bytes.len() as u64;
        total += size;
        if total > limits::TOTAL {
            let what = "the bytes of all files";
            return Err(BackupError::TooLarge { path: to.to_owned(), what, limit: limits::TOTAL });
        }
        contents.write_all(&bytes).map_err(failed)?;
        let sha256 = archive::hex(&Sha256::digest(&bytes));
        kept.push(Entry { path: file.path.clone(), kind: file.kind, size, sha256 });
    }
    io::Seek::rewind(&mut contents).map_err(failed)?;
    let list = Manifest {
        version: version::BACKUP,
        created,
        system: system.to_owned(),
        private: kept.iter().any(|file| file.kind == Kind::Private),
        files: kept,
        sha256: String::new(),
    }
    .sealed()?;
    let file = tempfile::Builder::new().prefix(".payrox-").tempfile_in(folder).map_err(failed)?;
    write(&list, &mut contents, file.as_file()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    // Read back before it gets its name: what cannot be restored is no backup.
    let read = archive::verify(file.path())?;
    file.persist_noclobber(to).map_err(|e| failed(e.error))?;
    Ok(Created { manifest: read.manifest, sha256: read.sha256, size: read.size })
}

fn write(list: &Manifest, contents: &mut impl io::Read, to: impl Write) -> io::Result<()> {
    let mut tar = Builder::new(BufWriter::new(to));
    let text = list.bytes().map_err(io::Error::other)?;
    tar.append(&archive::header(manifest::NAME, text.len() as u64, Kind::Project)?, text.as_slice())?;
    for file in &list.files {
        let header = archive::header(&file.path, file.size, file.kind)?;
        tar.append(&header, io::Read::take(&mut *contents, file.size))?;
    }
    tar.into_inner()?.flush()
}
