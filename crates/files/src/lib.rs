#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod canonical;
pub mod schema;

pub use canonical::{canonical_text, to_canonical_json};

use payrox_model::{Code, ExitCode, Fault, text::escape};
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum FileError {
    #[error("{} does not exist", show(.path))]
    Missing { path: PathBuf },
    #[error("cannot read {}", show(.path))]
    Read { path: PathBuf, source: io::Error },
    #[error("{} has more than {limit} bytes", show(.path))]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("{} is not UTF-8: byte {at} is the first that is not", show(.path))]
    NotUtf8 { path: PathBuf, at: usize },
    #[error("cannot write {}", show(.path))]
    Write { path: PathBuf, source: io::Error },
}

fn show(path: &Path) -> String {
    escape(&path.display().to_string())
}

impl Fault for FileError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Missing { .. } => "PRX-FILE-001",
            Self::Read { .. } => "PRX-FILE-002",
            Self::TooLarge { .. } => "PRX-FILE-003",
            Self::NotUtf8 { .. } => "PRX-FILE-004",
            Self::Write { .. } => "PRX-FILE-005",
        })
    }

    fn exit(&self) -> ExitCode {
        ExitCode::BadInput
    }

    fn subject(&self) -> Option<String> {
        let (Self::Missing { path }
        | Self::Read { path, .. }
        | Self::TooLarge { path, .. }
        | Self::NotUtf8 { path, .. }
        | Self::Write { path, .. }) = self;
        Some(show(path))
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { .. } => Some("check the path; `payrox init` makes a new project".into()),
            Self::Write { .. } => Some("check space and permissions; nothing was replaced".into()),
            Self::Read { .. } => {
                Some("check that it is a file, not a folder, and that it may be read".into())
            }
            Self::TooLarge { .. } => Some("check that it is the file that was meant".into()),
            Self::NotUtf8 { .. } => Some("save it as UTF-8".into()),
        }
    }
}

/// All bytes of a file of at most `limit` bytes.
///
/// # Errors
/// When it is missing, unreadable or larger.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => FileError::Missing { path: path.to_owned() },
        _ => FileError::Read { path: path.to_owned(), source },
    };
    let file = File::open(path).map_err(failed)?;
    // The length that the file system reports is room to begin with (a `Take` asks for none), and no more: the file may grow, or be
    // no regular file.
    let length = file.metadata().map_or(0, |metadata| metadata.len().min(limit));
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default().saturating_add(1));
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(bytes)
}

/// A file of at most `limit` bytes as text.
///
/// # Errors
/// As [`read`], and when it is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String, FileError> {
    String::from_utf8(read(path, limit)?)
        .map_err(|e| FileError::NotUtf8 { path: path.to_owned(), at: e.utf8_error().valid_up_to() })
}

/// Replaces a file's content, creating its folder: afterwards it is all there, or as it was before.
///
/// # Errors
/// When a folder cannot be made, or the write or its fsync fails.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    replace(path, bytes, File::sync_data)
}

/// The same without waiting for the disk, which takes longer than all the rest: for what can be made again from other files.
/// A process that is killed still leaves all of it or what was before; after a power failure it may be empty.
///
/// # Errors
/// When a folder cannot be made, or the write fails.
pub fn write_derived(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    replace(path, bytes, |_| Ok(()))
}

fn replace(path: &Path, bytes: &[u8], sync: fn(&File) -> io::Result<()>) -> Result<(), FileError> {
    let failed = |source| FileError::Write { path: path.to_owned(), source };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::Builder::new().prefix(".payrox-").tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    // A temporary file is private to its owner; what replaces a readable file must stay readable.
    make_readable(file.as_file()).map_err(failed)?;
    sync(file.as_file()).map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}

/// That a file can be made in a folder and reaches the disk. It is gone again when this returns.
///
/// # Errors
/// When it cannot.
pub fn probe_writable(folder: &Path) -> Result<(), FileError> {
    let failed = |source| FileError::Write { path: folder.to_owned(), source };
    let mut file = tempfile::Builder::new().prefix(".payrox-").tempfile_in(folder).map_err(failed)?;
    file.write_all(&[0; 4_096]).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.close().map_err(failed)
}

#[cfg(unix)]
fn make_readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_or_refused_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.json");
        assert!(matches!(read(&path, 10), Err(FileError::Missing { .. })));
        write_atomic(&path, b"0123456789").unwrap();
        assert_eq!(read_text(&path, 10).unwrap(), "0123456789");
        assert!(matches!(read(&path, 9), Err(FileError::TooLarge { limit: 9, .. })));
        write_atomic(&path, b"ab\xff").unwrap();
        assert!(matches!(read_text(&path, 10), Err(FileError::NotUtf8 { at: 2, .. })));
        assert!(matches!(read(dir.path(), 10), Err(FileError::Read { .. })));
        write_derived(&path, b"again").unwrap();
        assert_eq!(read(&path, 10).unwrap(), b"again");
    }

    #[test]
    fn a_folder_in_place_of_a_file_and_a_file_that_is_too_large_have_a_hint() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write_atomic(&path, b"xx").unwrap();
        for (error, code) in [
            (read(dir.path(), 10).unwrap_err(), "PRX-FILE-002"),
            (read(&path, 1).unwrap_err(), "PRX-FILE-003"),
        ] {
            assert_eq!(error.code().0, code);
            assert!(error.hint().is_some_and(|hint| !hint.is_empty()), "{error}");
        }
    }

    #[test]
    fn a_failed_write_leaves_what_was_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("folder");
        fs::create_dir(&path).unwrap();
        write_atomic(&path.join("kept"), b"x").unwrap();
        assert!(matches!(write_atomic(&path, b"y"), Err(FileError::Write { .. })));
        assert!(matches!(write_derived(&path, b"y"), Err(FileError::Write { .. })));
        assert_eq!(fs::read(path.join("kept")).unwrap(), b"x");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file is left");
    }
}
