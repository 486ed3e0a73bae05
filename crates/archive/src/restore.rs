//! Bringing an archive back, into a folder where nothing is.

use crate::{BackupError, Contents, Kind, archive};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Puts the files of an archive into `to`, which does not exist or is an empty folder. They appear all at once, after each was
/// compared with its checksum; when anything is wrong nothing appears.
///
/// # Errors
/// As [`crate::verify`], and when the folder is not empty or cannot be written.
pub fn restore(archive: &Path, to: &Path) -> Result<Contents, BackupError> {
    let failed = |source| BackupError::Write { path: to.to_owned(), source };
    let there = is_there(to)?;
    let above = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(above).map_err(failed)?;
    // A folder of our own: nobody else can put a link where a file is about to be.
    let fresh = tempfile::Builder::new().prefix(".payrox-restore-").tempdir_in(above).map_err(failed)?;
    let contents = archive::walk(archive, |entry, content| {
        let path = fresh.path().join(&entry.path);
        let failed = |source| BackupError::Write { path: path.clone(), source };
        fs::create_dir_all(path.parent().unwrap_or(fresh.path())).map_err(failed)?;
        let mut options = File::options();
        options.write(true).create_new(true);
        private(&mut options, entry.kind);
        let mut file = options.open(&path).map_err(failed)?;
        io::copy(content, &mut file).map_err(failed)?;
        file.sync_data().map_err(failed)
    })?;
    readable(fresh.path()).map_err(failed)?;
    if there {
        // Fails where something came into it meanwhile.
        fs::remove_dir(to).map_err(failed)?;
    }
    fs::rename(fresh.path(), to).map_err(failed)?;
    // It has another name now; there is nothing left to remove.
    let _ = fresh.keep();
    Ok(contents)
}

/// A project that was restored to be tried, and goes away with this.
#[derive(Debug)]
pub struct Trial {
    around: tempfile::TempDir,
}

impl Trial {
    /// The project's folder.
    pub fn folder(&self) -> PathBuf {
        self.around.path().join("project")
    }
}

/// Restores into a folder of its own that nobody else can read, and that is removed afterwards.
///
/// # Errors
/// As [`restore`].
pub fn try_out(archive: &Path) -> Result<(Contents, Trial), BackupError> {
    let failed = |source| BackupError::Write { path: std::env::temp_dir(), source };
    let around = tempfile::Builder::new().prefix("payrox-drill-").tempdir().map_err(failed)?;
    let trial = Trial { around };
    Ok((restore(archive, &trial.folder())?, trial))
}

/// Whether there is an empty folder.
fn is_there(to: &Path) -> Result<bool, BackupError> {
    let failed = |source| BackupError::Write { path: to.to_owned(), source };
    match to.symlink_metadata() {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(failed(source)),
        Ok(found) if !found.is_dir() => Err(BackupError::NotEmpty { path: to.to_owned() }),
        Ok(_) => match fs::read_dir(to).map_err(failed)?.next() {
            None => Ok(true),
            Some(_) => Err(BackupError::NotEmpty { path: to.to_owned() }),
        },
    }
}

#[cfg(unix)]
fn private(options: &mut fs::OpenOptions, kind: Kind) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(if kind == Kind::Private { 0o600 } else { 0o644 });
}

#[cfg(not(unix))]
fn private(_: &mut fs::OpenOptions, _: Kind) {}

/// A temporary folder is closed to others; a project's is not.
#[cfg(unix)]
fn readable(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> io::Result<()> {
    Ok(())
}
