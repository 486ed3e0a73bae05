//! What the compiler answered before. A review believes no folder that others write: not the project, not the current one.

use crate::ReviewError;
use alloy_primitives::B256;
use payrox_artifacts::{build::Compiler, sha256};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// Version of the format: a line of JSON, then the answer.
const VERSION: u32 = 1;
/// Largest file, and how many are kept.
const LIMIT: u64 = (256 << 20) + (1 << 12);
const KEPT: usize = 32;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Head {
    version: u32,
    compiler_sha256: B256,
    input_sha256: B256,
    answer_sha256: B256,
    /// In seconds since 1970.
    at: u64,
}

/// Answers of this run, and of earlier ones of the same user.
#[derive(Clone, Debug)]
pub struct Answers {
    run: PathBuf,
    user: Option<PathBuf>,
}

/// An answer that was kept.
pub(crate) struct Answer {
    pub(crate) text: String,
    /// The day of it; nothing where it is of this run.
    pub(crate) day: Option<String>,
}

impl Answers {
    /// Those of a run in its own fresh folder, and those in a cache folder of the user, where nobody else can have written: it belongs
    /// to whom the fresh folder belongs to, it is open to nobody else, and it lies in none of the places that are under review.
    pub fn new(scratch: &Path, user: Option<&Path>, reviewed: &[&Path]) -> Self {
        let user = user.filter(|folder| folder.is_absolute()).and_then(|folder| {
            make(folder).ok()?;
            let real = folder.canonicalize().ok()?;
            let apart = |place: &&Path| place.canonicalize().is_ok_and(|place| !real.starts_with(place));
            (private(folder, scratch) && reviewed.iter().all(apart)).then_some(real)
        });
        Self { run: scratch.join("answers"), user }
    }

    /// What this compiler answered to this input; `fresh` asks only this run.
    pub(crate) fn find(&self, compiler: &Compiler, input: B256, fresh: bool) -> Option<Answer> {
        let name = name(compiler, input);
        if let Some((_, text)) = read(&self.run.join(&name), compiler, input) {
            return Some(Answer { text, day: None });
        }
        let user = self.user.as_ref().filter(|_| !fresh)?;
        let (at, text) = read(&user.join(name), compiler, input)?;
        Some(Answer { text, day: Some(day(at)) })
    }

    /// Keeps an answer. That the user's folder cannot be written costs time later, and nothing else.
    pub(crate) fn keep(&self, compiler: &Compiler, input: B256, answer: &str) -> Result<(), ReviewError> {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let head = Head {
            version: VERSION,
            compiler_sha256: compiler.sha256,
            input_sha256: input,
            answer_sha256: sha256(answer.as_bytes()),
            at,
        };
        let bytes = format!("{}\n{answer}", serde_json::to_string(&head).unwrap_or_default());
        let name = name(compiler, input);
        payrox_files::write_derived(&self.run.join(&name), bytes.as_bytes())?;
        if let Some(user) = &self.user {
            let _ = payrox_files::write_derived(&user.join(name), bytes.as_bytes());
            prune(user);
        }
        Ok(())
    }
}

fn name(compiler: &Compiler, input: B256) -> String {
    format!("{:x}-{input:x}.answer", compiler.sha256)
}

/// An answer of this compiler to this input, as it was left.
fn read(path: &Path, compiler: &Compiler, input: B256) -> Option<(u64, String)> {
    let mut text = payrox_files::read_text(path, LIMIT).ok()?;
    let answer = text.split_off(text.find('\n')? + 1);
    let head: Head = serde_json::from_str(&text).ok()?;
    let same = head.version == VERSION
        && (head.compiler_sha256, head.input_sha256) == (compiler.sha256, input)
        && head.answer_sha256 == sha256(answer.as_bytes());
    same.then_some((head.at, answer))
}

fn day(at: u64) -> String {
    let time = i64::try_from(at).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
    time.map_or_else(|| "a day that is none".into(), |time| time.strftime("%Y-%m-%d").to_string())
}

/// The oldest go.
fn prune(folder: &Path) {
    let all = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<_> = all
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "answer"))
        .filter_map(|path| Some((path.metadata().and_then(|m| m.modified()).ok()?, path)))
        .collect();
    all.sort();
    let many = all.len().saturating_sub(KEPT);
    for (_, path) in all.into_iter().take(many) {
        let _ = fs::remove_file(path);
    }
}

#[cfg(unix)]
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// A folder, no link, of the same owner as the fresh one, and closed to all others.
#[cfg(unix)]
fn private(folder: &Path, ours: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(folder), Ok(ours)) = (fs::symlink_metadata(folder), fs::metadata(ours)) else { return false };
    folder.is_dir() && folder.uid() == ours.uid() && folder.mode() & 0o077 == 0
}

#[cfg(not(unix))]
fn make(_: &Path) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Whose it is cannot be seen here.
#[cfg(not(unix))]
fn private(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use payrox_artifacts::build::CompilerKind;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn prx_g4_an_answer_is_believed_only_from_the_users_own_closed_folder_and_as_it_was_left() {
        let all = tempfile::tempdir().unwrap();
        let [scratch, user, project] = ["scratch", "user", "project"].map(|name| all.path().join(name));
        fs::create_dir(&scratch).unwrap();
        fs::create_dir(&project).unwrap();
        let compiler = Compiler {
            kind: CompilerKind::Soljson,
            path: "soljson.js".into(),
            version: "0.8.30".into(),
            sha256: B256::repeat_byte(1),
        };
        let (input, other) = (B256::repeat_byte(2), B256::repeat_byte(3));
        let later = |user: &Path| {
            let _ = fs::remove_dir_all(scratch.join("answers"));
            Answers::new(&scratch, Some(user), &[&project])
        };
        let first = later(&user);
        assert!(first.find(&compiler, input, false).is_none());
        first.keep(&compiler, input, "{}").unwrap();
        assert_eq!(first.find(&compiler, input, true).unwrap().day, None);
        let kept = later(&user).find(&compiler, input, false).unwrap();
        assert!(kept.text == "{}" && kept.day.unwrap().len() == 10);
        // Fresh, of another input, by another compiler, edited, of another's name.
        assert!(later(&user).find(&compiler, input, true).is_none());
        assert!(later(&user).find(&compiler, other, false).is_none());
        let newer = Compiler { sha256: other, ..compiler.clone() };
        assert!(later(&user).find(&newer, input, false).is_none());
        let file = user.canonicalize().unwrap().join(name(&compiler, input));
        fs::copy(&file, user.join(name(&newer, input))).unwrap();
        assert!(later(&user).find(&newer, input, false).is_none());
        let text = fs::read_to_string(&file).unwrap();
        payrox_files::write_derived(&file, text.replace("{}", "[]").as_bytes()).unwrap();
        assert!(later(&user).find(&compiler, input, false).is_none());
        // Folders of others, open ones, links, and what is inside of what is reviewed.
        let link = all.path().join("link");
        symlink(&user, &link).unwrap();
        assert!(later(&user).user.is_some() && later(&link).user.is_none());
        assert!(later(&project.join("cache")).user.is_none() && later(Path::new("cache")).user.is_none());
        fs::set_permissions(&user, fs::Permissions::from_mode(0o750)).unwrap();
        assert!(later(&user).user.is_none());
    }
}
