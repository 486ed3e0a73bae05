//! Reading an archive: entry by entry, nothing taken on trust, nothing larger than announced.

use crate::{BackupError, Entry, Kind, Manifest, error::shown, limits, manifest, name};
use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};
use tar::{Archive, EntryType, Header};

/// A block of tar.
const BLOCK: u64 = 512;

/// An archive that was read to its end, and is what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// What it says of itself.
    pub manifest: Manifest,
    /// SHA-256 of the archive's bytes.
    pub sha256: String,
    /// Its bytes.
    pub size: u64,
}

/// Reads the whole archive and compares each file with its checksum. Writes nothing.
///
/// # Errors
/// When it is no archive of payrox, holds what payrox does not write, or a file is not what it was.
pub fn verify(archive: &Path) -> Result<Contents, BackupError> {
    walk(archive, |_, content| {
        io::copy(content, &mut io::sink())
            .map_err(|source| BackupError::Read { path: archive.to_owned(), source })?;
        Ok(())
    })
}

/// The header of a file: the same for the same path, size and kind.
pub(crate) fn header(path: &str, size: u64, kind: Kind) -> io::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_path(path)?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(if kind == Kind::Private { 0o600 } else { 0o644 });
    header.set_size(size);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_cksum();
    Ok(header)
}

/// Hands each file to `take`, whose reader ends where the file does, and then compares it with its checksum.
pub(crate) fn walk(
    archive: &Path,
    mut take: impl FnMut(&Entry, &mut dyn Read) -> Result<(), BackupError>,
) -> Result<Contents, BackupError> {
    let failed = |source| BackupError::Read { path: archive.to_owned(), source };
    let file = File::open(archive).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    // What the tar library buffers or skips is counted as well: everything goes through this.
    let most = limits::TOTAL + limits::MANIFEST + (limits::FILES as u64 + 8) * 3 * BLOCK;
    if size > most {
        return Err(BackupError::TooLarge { path: archive.to_owned(), what: "its bytes", limit: most });
    }
    let mut whole = Hashing { inner: BufReader::new(file.take(size)), hash: Sha256::new(), read: 0 };
    let manifest = entries(archive, &mut whole, &mut take)?;
    io::copy(&mut whole, &mut io::sink()).map_err(failed)?;
    let padded = |bytes: u64| BLOCK + bytes.div_ceil(BLOCK) * BLOCK;
    let expected = padded(manifest.bytes()?.len() as u64)
        + manifest.files.iter().map(|f| padded(f.size)).sum::<u64>()
        + 2 * BLOCK;
    if whole.read != expected {
        let why = format!("it has {} bytes, its files make {expected}", whole.read);
        return Err(BackupError::Malformed { path: archive.to_owned(), why });
    }
    Ok(Contents { manifest, sha256: hex(&whole.hash.finalize()), size: expected })
}

fn entries(
    archive: &Path,
    whole: &mut impl Read,
    take: &mut impl FnMut(&Entry, &mut dyn Read) -> Result<(), BackupError>,
) -> Result<Manifest, BackupError> {
    let failed = |source| BackupError::Read { path: archive.to_owned(), source };
    let malformed = |why: &str| BackupError::Malformed { path: archive.to_owned(), why: why.to_owned() };
    let mut tar = Archive::new(whole);
    // Raw: extensions that rename or resize what follows are entries of their own, and refused as such.
    let mut entries = tar.entries().map_err(failed)?.raw(true);
    let mut next = || entries.next().transpose().map_err(failed);
    let first = next()?.ok_or_else(|| malformed("it is empty"))?;
    if first.header().path_bytes() != manifest::NAME.as_bytes() {
        return Err(malformed("it does not begin with its list of files"));
    }
    plain(archive, first.header())?;
    let mut first = first;
    let mut text = Vec::new();
    (&mut first).take(limits::MANIFEST + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > limits::MANIFEST {
        let what = "the bytes of its list of files";
        return Err(BackupError::TooLarge { path: archive.to_owned(), what, limit: limits::MANIFEST });
    }
    let parsed = Manifest::parse(archive, &text)?;
    let as_written = |found: &Header, path: &str, size, kind| {
        header(path, size, kind).is_ok_and(|wanted| wanted.as_bytes() == found.as_bytes())
    };
    if !as_written(first.header(), manifest::NAME, text.len() as u64, Kind::Project) {
        return Err(malformed("its first entry is not as payrox writes it"));
    }
    for file in &parsed.files {
        let changed = |why| BackupError::Changed { path: archive.to_owned(), name: file.path.clone(), why };
        let mut entry = next()?.ok_or_else(|| changed("it is not there"))?;
        plain(archive, entry.header())?;
        if entry.header().path_bytes() != file.path.as_bytes() {
            let found = shown(&entry.header().path_bytes());
            let path = archive.to_owned();
            return Err(BackupError::Changed {
                path,
                name: found,
                why: "it is not listed, or not at its place",
            });
        }
        if !as_written(entry.header(), &file.path, file.size, file.kind) {
            return Err(changed("its size, mode, owner or time is another"));
        }
        let mut content = Hashing { inner: (&mut entry).take(file.size), hash: Sha256::new(), read: 0 };
        take(file, &mut content)?;
        if content.read != file.size || hex(&content.hash.finalize()) != file.sha256 {
            return Err(changed("its content is another"));
        }
    }
    if let Some(entry) = next()? {
        plain(archive, entry.header())?;
        let (path, found) = (archive.to_owned(), shown(&entry.header().path_bytes()));
        return Err(BackupError::Changed { path, name: found, why: "it is not listed" });
    }
    Ok(parsed)
}

/// That an entry is a regular file with a fit name, of a size that is read.
fn plain(archive: &Path, header: &Header) -> Result<(), BackupError> {
    let raw = header.path_bytes();
    let special = |what| BackupError::Special { path: archive.to_owned(), name: shown(&raw), what };
    match header.entry_type() {
        EntryType::Regular => {}
        EntryType::Symlink => return Err(special("a symbolic link")),
        EntryType::Link => return Err(special("a hard link")),
        EntryType::Char | EntryType::Block => return Err(special("a device")),
        EntryType::Fifo => return Err(special("a pipe")),
        EntryType::Directory => return Err(special("a folder")),
        EntryType::GNUSparse => return Err(special("a sparse file")),
        EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader | EntryType::XGlobalHeader => {
            return Err(special("an extension that changes what follows it"));
        }
        _ => return Err(special("of an unknown kind")),
    }
    let refused = |why| BackupError::Name { path: archive.to_owned(), name: shown(&raw), why };
    let text = std::str::from_utf8(&raw).map_err(|_| refused("it is not UTF-8"))?;
    name::check(text).map_err(refused)?;
    let size = header.entry_size().unwrap_or(u64::MAX);
    if size > limits::FILE {
        return Err(BackupError::TooLarge {
            path: archive.to_owned(),
            what: "the bytes of a file",
            limit: limits::FILE,
        });
    }
    Ok(())
}

/// Counts and hashes what goes through it.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
    read: u64,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hash.update(&buffer[..n]);
        self.read += n as u64;
        Ok(n)
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
