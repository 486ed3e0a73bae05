//! A compiler's file before anything of it runs: read once and hashed, and for whoever trusts nobody the copy of what was hashed.

use super::{BuildError, CompilerKind, Search, compiler::show};
use crate::input;
use alloy_primitives::B256;
use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Largest compiler.
const LIMIT: u64 = 256 << 20;

/// How whoever does not trust what lies there has a compiler run: hashed first, then as a copy that nobody else can write.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// SHA-256 by kind. A file of a kind that is named here does not run with another.
    pub known: Vec<(CompilerKind, B256)>,
}

/// A file that may run.
pub(super) struct Held {
    pub(super) path: PathBuf,
    pub(super) sha256: B256,
    /// Goes when it has run.
    _folder: Option<TempDir>,
}

pub(super) fn hold(path: &Path, kind: CompilerKind, search: &Search) -> Result<Held, BuildError> {
    let failed = |source| BuildError::Start { path: show(path), source };
    let bytes = read(path).map_err(failed)?;
    let sha256 = input::sha256(&bytes);
    let Some(guard) = &search.guard else {
        return Ok(Held { path: path.to_owned(), sha256, _folder: None });
    };
    let known: Vec<_> = guard.known.iter().filter(|(k, _)| *k == kind).map(|(_, hash)| *hash).collect();
    if let (Some(wanted), false) = (known.first(), known.contains(&sha256)) {
        return Err(BuildError::OtherCompiler { path: show(path), found: sha256, wanted: *wanted });
    }
    let folder = tempfile::Builder::new().prefix("payrox-solc-").tempdir().map_err(failed)?;
    // Whatever packages lie around, `.cjs` is what it is.
    let copy = folder.path().join(if kind == CompilerKind::Soljson { "soljson.cjs" } else { "solc" });
    payrox_files::write_derived(&copy, &bytes)?;
    executable(&copy).map_err(failed)?;
    Ok(Held { path: copy, sha256, _folder: Some(folder) })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    // What waits for somebody to write into it has no end.
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::other("it has more than 256 MiB"));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> io::Result<()> {
    Ok(())
}
