//! Programs that may be missing.

use std::path::{Path, PathBuf};

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A path of the repository that an installation puts there, or `None`, said aloud.
pub(crate) fn installed(path: &str) -> Option<PathBuf> {
    let full = repository().join(path);
    if full.exists() { Some(full) } else { missing(path) }
}

/// A tool of Foundry, from npm.
pub(crate) fn foundry(tool: &str) -> Option<PathBuf> {
    installed(&format!("node_modules/@foundry-rs/{tool}-linux-amd64/bin/{tool}"))
}

/// A program on the path.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.or_else(|| missing(name))
}

fn missing(what: &str) -> Option<PathBuf> {
    println!("unknown: {what} is not there");
    assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "{what} must be there when CI is set");
    None
}
