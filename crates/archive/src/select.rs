//! Which files of a project are kept: what the next command needs and the chain does not have.

use crate::{BackupError, Kind, error::shown, limits, name};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What of a project is wanted.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The project's folder.
    pub folder: &'a Path,
    /// Its project file and those that it extends, below the folder.
    pub files: &'a [PathBuf],
    /// Where its artifacts are, below the folder.
    pub artifacts: &'a Path,
    /// Signed transactions as well.
    pub private: bool,
}

/// A file to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Where it is.
    pub source: PathBuf,
    /// Where it will be, below the project's folder.
    pub path: String,
    /// What it is.
    pub kind: Kind,
}

/// The files of a project, ascending by path. A link is not followed, and not left out in silence.
///
/// # Errors
/// When a folder cannot be read, a name is not fit for every platform, there is a link, or there are too many files.
pub fn select(wanted: &Wanted<'_>) -> Result<Vec<Selected>, BackupError> {
    let mut found = Found { folder: wanted.folder, files: Vec::new() };
    for file in wanted.files {
        found.add(file, Kind::Project)?;
    }
    let toml = |name: &str| name.ends_with(".toml");
    found.look(Path::new(""), Kind::Project, 0, &toml)?;
    found.look(Path::new("networks"), Kind::Network, 0, &toml)?;
    found.look(Path::new("artifacts"), Kind::Plan, 0, &|name| name.ends_with(".plan.json"))?;
    let json = |name: &str| name.ends_with(".json");
    if json(&wanted.artifacts.to_string_lossy()) {
        found.add(wanted.artifacts, Kind::Artifact)?;
    } else {
        found.look(wanted.artifacts, Kind::Artifact, limits::DEPTH, &json)?;
    }
    found.look(Path::new("deployments"), Kind::Record, limits::DEPTH, &json)?;
    for record in ["deployment-log.txt", "backup-drills.jsonl"] {
        found.add(Path::new(record), Kind::Record)?;
    }
    let kept = |name: &str| name.ends_with(".json") || name.ends_with(".jsonl");
    found.look(Path::new("journal"), Kind::Journal, limits::DEPTH, &kept)?;
    if wanted.private {
        found.look(Path::new(".payrox/journal"), Kind::Private, limits::DEPTH, &kept)?;
    }
    let mut files = found.files;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    if files.len() > limits::FILES {
        let (path, limit) = (wanted.folder.to_owned(), limits::FILES as u64);
        return Err(BackupError::TooLarge { path, what: "its files", limit });
    }
    if files.is_empty() {
        return Err(BackupError::Nothing { path: wanted.folder.to_owned() });
    }
    name::check_all(files.iter().map(|file| file.path.as_str()))
        .map_err(|(name, why)| BackupError::Unfit { name: shown(name.as_bytes()), why })?;
    Ok(files)
}

struct Found<'a> {
    folder: &'a Path,
    files: Vec<Selected>,
}

impl Found<'_> {
    /// A file, where it is there.
    fn add(&mut self, relative: &Path, kind: Kind) -> Result<(), BackupError> {
        let source = self.folder.join(relative);
        let path = slashed(relative);
        match source.symlink_metadata() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source_error) => Err(BackupError::Read { path: source, source: source_error }),
            Ok(meta) if meta.is_file() => {
                self.files.push(Selected { source, path, kind });
                Ok(())
            }
            Ok(meta) => {
                let why = if meta.is_symlink() { "it is a symbolic link" } else { "it is no regular file" };
                Err(BackupError::Unfit { name: shown(path.as_bytes()), why })
            }
        }
    }

    /// The files of a folder whose names fit, this many folders deep.
    fn look(
        &mut self,
        relative: &Path,
        kind: Kind,
        depth: usize,
        fits: &dyn Fn(&str) -> bool,
    ) -> Result<(), BackupError> {
        let folder = self.folder.join(relative);
        let failed = |source| BackupError::Read { path: folder.clone(), source };
        let entries = match fs::read_dir(&folder) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let below = relative.join(entry.file_name());
            let unfit = |why| BackupError::Unfit { name: shown(slashed(&below).as_bytes()), why };
            let file_type = entry.file_type().map_err(failed)?;
            if file_type.is_dir() {
                match depth {
                    0 => {}
                    1 => return Err(unfit("it is more than 32 folders deep")),
                    _ => self.look(&below, kind, depth - 1, fits)?,
                }
            } else if entry.file_name().to_str().is_some_and(fits) {
                self.add(&below, kind)?;
            } else if file_type.is_symlink() && depth > 0 {
                // It may lead to a folder whose files are wanted.
                return Err(unfit("it is a symbolic link"));
            }
            if self.files.len() > limits::FILES {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// With `/` between names, on every platform.
fn slashed(path: &Path) -> String {
    path.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
