//! The sources of a commit as files: written from git's objects, byte by byte, without checkout, filters, links or submodules.

use crate::{
    ReviewError,
    git::{Git, Origin},
};
use payrox_model::text::escape;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};

/// Most entries of a commit, and most files and bytes that are taken from it.
const ENTRIES: u64 = 500_000;
const FILES: u64 = 20_000;
const BYTES: u64 = 256 << 20;
/// Longest path.
const PATH: usize = 1024;

/// A commit whose sources lie in a folder.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    /// Its hash.
    pub commit: String,
    /// The hash of its tree: of all its files.
    pub tree: String,
    /// Where it came from.
    pub origin: String,
    /// The folder.
    #[serde(skip)]
    pub folder: PathBuf,
    /// Sources and settings that were taken.
    pub files: usize,
    /// Links and submodules, which were left out.
    pub left_out: Vec<String>,
}

/// That a text is a whole hash, which nobody can move.
fn check_commit(text: &str) -> Result<(), ReviewError> {
    let hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if hex && (text.len() == 40 || text.len() == 64) {
        return Ok(());
    }
    Err(ReviewError::Commit { text: escape(&text.chars().take(80).collect::<String>()) })
}

/// Brings a commit into `scratch` and writes its sources and settings into `scratch/tree`.
///
/// # Errors
/// When the commit is not there, is larger than anything that is reviewed, or has paths that lead elsewhere.
pub fn check_out(
    origin: &Origin,
    commit: &str,
    scratch: &Path,
    path: OsString,
) -> Result<Checkout, ReviewError> {
    check_commit(commit)?;
    let folder = scratch.join("tree");
    for old in [&folder, &scratch.join("objects.git")] {
        match fs::remove_dir_all(old) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(payrox_files::FileError::Write { path: old.clone(), source }.into());
            }
            _ => {}
        }
    }
    let git = Git::init(scratch, origin, path)?;
    git.bring(origin, commit)?;
    let tree =
        git.inside("rev-parse", &[OsStr::new("--verify"), OsStr::new(&format!("{commit}^{{tree}}"))])?;
    let tree = escape(String::from_utf8_lossy(&tree).trim());
    let listing = git.inside("ls-tree", &["-r", "-l", "-z", "--full-tree", commit].map(OsStr::new))?;
    let Listing { files, left_out } = read(&listing)?;
    let contents = contents(&git, &files)?;
    for (file, bytes) in files.iter().zip(&contents) {
        payrox_files::write_derived(&folder.join(&file.path), bytes)?;
    }
    make(&folder)?;
    Ok(Checkout {
        commit: commit.to_owned(),
        tree,
        origin: origin.to_string(),
        folder,
        files: files.len(),
        left_out,
    })
}

fn make(folder: &Path) -> Result<(), ReviewError> {
    fs::create_dir_all(folder)
        .map_err(|source| payrox_files::FileError::Write { path: folder.to_owned(), source }.into())
}

struct File {
    path: String,
    object: String,
    size: u64,
}

struct Listing {
    files: Vec<File>,
    left_out: Vec<String>,
}

/// What is compiled, and what says how. Artifacts and records of builds are never taken: they are what is to be proved.
fn wanted(path: &str) -> bool {
    path.ends_with(".sol") || path.ends_with(".toml") || path.rsplit('/').next() == Some("remappings.txt")
}

fn read(listing: &[u8]) -> Result<Listing, ReviewError> {
    let mut found = Listing { files: Vec::new(), left_out: Vec::new() };
    let mut lower = BTreeMap::new();
    let mut bytes = 0;
    let too_much = |what, limit| Err(ReviewError::TooMuch { what, limit });
    for (count, entry) in listing.split(|b| *b == 0).filter(|e| !e.is_empty()).enumerate() {
        if count as u64 >= ENTRIES {
            return too_much("files", ENTRIES);
        }
        let entry = String::from_utf8_lossy(entry);
        let Some((head, path)) = entry.split_once('\t') else { continue };
        let mut head = head.split_ascii_whitespace();
        let (mode, _, object, size) = (head.next(), head.next(), head.next(), head.next());
        if matches!(mode, Some("120000" | "160000")) {
            if found.left_out.len() < 100 {
                found.left_out.push(escape(path));
            }
            continue;
        }
        if !wanted(path) {
            continue;
        }
        check_path(path)?;
        if let Some(other) = lower.insert(path.to_lowercase(), path.to_owned()) {
            let why = "it differs from another only by case, and some disks keep one of them";
            return Err(ReviewError::Path { path: escape(&other), why });
        }
        let size = size.and_then(|s| s.parse::<u64>().ok()).unwrap_or(u64::MAX);
        bytes = size.saturating_add(bytes);
        if found.files.len() as u64 >= FILES {
            return too_much("sources", FILES);
        }
        if bytes > BYTES {
            return too_much("bytes of sources", BYTES);
        }
        found.files.push(File { path: path.to_owned(), object: object.unwrap_or_default().to_owned(), size });
    }
    Ok(found)
}

fn check_path(path: &str) -> Result<(), ReviewError> {
    let refuse =
        |why| Err(ReviewError::Path { path: escape(&path.chars().take(200).collect::<String>()), why });
    if path.len() > PATH {
        return refuse("it is longer than 1024 bytes");
    }
    if path.contains(['\\', '\u{fffd}', ':']) || escape(path) != path {
        return refuse("it has a character that file systems disagree on");
    }
    let bad = |part: &str| matches!(part, "" | "." | "..") || part.eq_ignore_ascii_case(".git");
    if path.split('/').any(bad) {
        return refuse("it leads elsewhere");
    }
    Ok(())
}

/// The files' bytes, in their order.
fn contents(git: &Git, files: &[File]) -> Result<Vec<Vec<u8>>, ReviewError> {
    let asked: String = files.iter().map(|f| format!("{}\n", f.object)).collect();
    let size: u64 = files.iter().map(|f| f.size.saturating_add(200)).sum();
    let answer = git.feed("cat-file", &["--batch"], asked.into_bytes(), size)?;
    let odd = || ReviewError::Git { verb: "cat-file", said: "its answer is not what was asked for".into() };
    let mut rest = answer.as_slice();
    let mut all = Vec::with_capacity(files.len());
    for file in files {
        let end = rest.iter().position(|b| *b == b'\n').ok_or_else(odd)?;
        let head = String::from_utf8_lossy(&rest[..end]);
        if head != format!("{} blob {}", file.object, file.size) {
            return Err(odd());
        }
        let size = usize::try_from(file.size).map_err(|_| odd())?;
        let bytes = rest.get(end + 1..end + 1 + size).ok_or_else(odd)?;
        all.push(bytes.to_vec());
        rest = rest.get(end + 2 + size..).ok_or_else(odd)?;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use payrox_model::Fault as _;

    fn listed(path: &str) -> Result<usize, &'static str> {
        let line = format!("100644 blob {} 7\t{path}\0", "a".repeat(40));
        read(line.as_bytes()).map(|l| l.files.len()).map_err(|e| e.code().0)
    }

    #[test]
    fn prx_g4_prx_b49_a_path_of_a_commit_stays_inside_and_artifacts_are_not_taken() {
        assert_eq!(listed("src/A.sol"), Ok(1));
        assert_eq!(listed("foundry.toml"), Ok(1));
        for artifact in ["out/A.sol/A.json", ".payrox/build/x.json", "README.md"] {
            assert_eq!(listed(artifact), Ok(0), "{artifact}");
        }
        for bad in
            ["../A.sol", "a/../A.sol", ".git/A.sol", "a/.GIT/A.sol", "/A.sol", "a\\A.sol", "a\u{202e}.sol"]
        {
            assert_eq!(listed(bad), Err("PRX-REV-008"), "{bad}");
        }
        let twice = format!("100644 blob {0} 7\tA.sol\x00100644 blob {0} 7\ta.sol\0", "a".repeat(40));
        assert!(read(twice.as_bytes()).is_err());
        let huge = format!("100644 blob {} 999999999999\tA.sol\0", "a".repeat(40));
        assert!(read(huge.as_bytes()).is_err());
        let link = format!("120000 blob {} 7\tA.sol\0", "a".repeat(40));
        assert_eq!(read(link.as_bytes()).unwrap().left_out, ["A.sol"]);
    }

    #[test]
    fn a_commit_is_a_whole_hash() {
        assert!(check_commit(&"a".repeat(40)).is_ok());
        for bad in ["HEAD", "main", "abcdef0", "--upload-pack=x", &"A".repeat(40), &"a".repeat(41)] {
            assert!(check_commit(bad).is_err(), "{bad}");
        }
    }
}
