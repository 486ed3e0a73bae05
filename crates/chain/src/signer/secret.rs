//! Text that must not be shown, and the files it is in.

use super::KeyError;
use std::{
    fmt,
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};
use zeroize::Zeroizing;

/// A key, a phrase or a password. It is not printed, and zeroed when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes it over. Copies that were made before are the caller's to forget.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Larger than any key, phrase, password or keystore.
pub(super) const LIMIT: u64 = 64 * 1024;

/// The text of a file that only its owner may read, without the line break at its end.
///
/// # Errors
/// When it is missing, no file, a link to one, larger than 64 KiB, readable for others, or no UTF-8. Nothing of it is repeated.
pub fn read_secret(path: &Path) -> Result<Secret, KeyError> {
    let mut bytes = read(path)?;
    while bytes.last().is_some_and(|last| matches!(last, b'\n' | b'\r')) {
        bytes.pop();
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Secret::new(text.to_owned())),
        Err(_) => Err(KeyError::NoSecretFile { path: path.to_owned(), why: "it is no text" }),
    }
}

/// All bytes of such a file.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let refuse = |why| KeyError::NoSecretFile { path: path.to_owned(), why };
    let failed = |source: io::Error| KeyError::Unreadable { path: path.to_owned(), source };
    // A link can be turned to another file by whoever may write its folder, and hides whose file it is.
    if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
        return Err(refuse("it is a symbolic link"));
    }
    let file = open(path).map_err(failed)?;
    // Of what was opened, not of what is there by now.
    let found = file.metadata().map_err(failed)?;
    if !found.is_file() {
        return Err(refuse(if found.is_dir() { "it is a folder" } else { "it is no regular file" }));
    }
    refuse_what_others_read(path, &found)?;
    if found.len() > LIMIT {
        return Err(refuse("it has more than 64 KiB"));
    }
    // Room for all of it at once: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT as usize + 1));
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LIMIT {
        return Err(refuse("it has more than 64 KiB"));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    // A link that was put there in the meantime is not followed, and a pipe is not waited for.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    File::options().read(true).custom_flags(flags.cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn refuse_what_others_read(path: &Path, found: &fs::Metadata) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt as _;
    match found.permissions().mode() & 0o777 {
        mode if mode & 0o077 == 0 => Ok(()),
        mode => Err(KeyError::Exposed { path: path.to_owned(), mode }),
    }
}

#[cfg(not(unix))]
fn refuse_what_others_read(_: &Path, _: &fs::Metadata) -> Result<(), KeyError> {
    Ok(())
}
