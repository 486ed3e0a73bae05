//! git as a program: asked for objects and nothing else, in an environment of its own.

use crate::ReviewError;
use payrox_artifacts::program::Program;
use payrox_model::text::escape;
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Longest that git may take: a large repository over a slow line.
const TIME: Duration = Duration::from_secs(600);
/// Most that git may say where it only names something.
const SAID: u64 = 64 << 20;

/// A bare repository that exists for one review.
#[derive(Debug)]
pub(crate) struct Git {
    folder: PathBuf,
    config: PathBuf,
    path: OsString,
}

/// Where a commit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file that `git bundle create` wrote.
    Bundle(PathBuf),
    /// A repository's folder.
    Folder(PathBuf),
    /// An https address.
    Address(String),
}

impl Origin {
    /// What `--repo` names.
    ///
    /// # Errors
    /// When it is neither a folder nor an https address: other protocols run programs.
    pub fn repository(text: &str) -> Result<Self, ReviewError> {
        let refuse = |why| Err(ReviewError::Place { text: escape(text), why });
        if let Some(rest) = text.strip_prefix("https://") {
            let authority = rest.split('/').next().unwrap_or_default();
            return match authority.contains('@') {
                true => refuse("an address with a name or a key in it"),
                false => Ok(Self::Address(text.to_owned())),
            };
        }
        if text.contains("::") || text.contains("://") || text.starts_with('-') {
            return refuse("only folders and https are");
        }
        Ok(Self::Folder(text.into()))
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bundle(path) | Self::Folder(path) => f.write_str(&escape(&path.display().to_string())),
            Self::Address(address) => f.write_str(&escape(address)),
        }
    }
}

/// No hook, no helper, no submodule, no other configuration, no protocol but two; every object is checked.
fn settings(trusted: Option<&Path>) -> String {
    let mut text = "\
[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n\tattributesFile = /dev/null\n\
[protocol]\n\tallow = never\n[protocol \"file\"]\n\tallow = always\n[protocol \"https\"]\n\tallow = always\n\
[transfer]\n\tfsckObjects = true\n[fetch]\n\trecurseSubmodules = false\n[submodule]\n\trecurse = false\n\
[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[credential]\n\thelper =\n"
        .to_owned();
    if let Some(folder) = trusted {
        let quoted = folder.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str(&format!("[safe]\n\tdirectory = \"{quoted}\"\n\tdirectory = \"{quoted}/.git\"\n"));
    }
    text
}

impl Git {
    /// An empty repository in `scratch`, which is made.
    pub(crate) fn init(scratch: &Path, origin: &Origin, path: OsString) -> Result<Self, ReviewError> {
        let config = scratch.join("git.config");
        let trusted = match origin {
            Origin::Folder(folder) => folder.canonicalize().ok(),
            Origin::Bundle(_) | Origin::Address(_) => None,
        };
        payrox_files::write_atomic(&config, settings(trusted.as_deref()).as_bytes())?;
        let git = Self { folder: scratch.join("objects.git"), config, path };
        let folder = git.folder.clone();
        git.ask(
            "init",
            &[OsStr::new("--bare"), OsStr::new("--quiet"), OsStr::new("--template="), folder.as_os_str()],
        )?;
        Ok(git)
    }

    /// Brings the commit here.
    pub(crate) fn bring(&self, origin: &Origin, commit: &str) -> Result<(), ReviewError> {
        let brought = match origin {
            Origin::Bundle(file) => {
                let file = absolute(file)?;
                bundle(&file, origin)?;
                // `bundle unbundle` checks no object, whatever is configured; and a bundle has no depth.
                self.fetch(file.as_os_str(), commit, &[])
            }
            Origin::Folder(folder) => {
                let folder = absolute(folder)?;
                self.fetch(folder.as_os_str(), commit, &["--depth=1"])
            }
            Origin::Address(address) => self.fetch(OsStr::new(address), commit, &["--depth=1"]),
        };
        let there = self.inside("cat-file", &[OsStr::new("-t"), OsStr::new(commit)]);
        let said = match (brought, there) {
            (_, Ok(kind)) if kind.trim_ascii() == b"commit" => return Ok(()),
            (Err(error @ ReviewError::NoGit { .. }), _) => return Err(error),
            (Err(error), _) | (Ok(_), Err(error)) => error.to_string(),
            (Ok(_), Ok(kind)) => format!("it is a {}", escape(&String::from_utf8_lossy(kind.trim_ascii()))),
        };
        Err(ReviewError::NoCommit { commit: commit.to_owned(), place: origin.to_string(), said })
    }

    fn fetch(&self, from: &OsStr, commit: &str, more: &[&str]) -> Result<Vec<u8>, ReviewError> {
        let arguments = [&["--no-tags", "--no-write-fetch-head", "--quiet"], more, &["--"]].concat();
        let arguments: Vec<_> = arguments.into_iter().map(OsStr::new).collect();
        self.inside("fetch", &[&arguments[..], &[from, OsStr::new(commit)]].concat())
    }

    /// A command in the repository.
    pub(crate) fn inside(&self, verb: &'static str, arguments: &[&OsStr]) -> Result<Vec<u8>, ReviewError> {
        self.ask(verb, arguments)
    }

    fn ask(&self, verb: &'static str, arguments: &[&OsStr]) -> Result<Vec<u8>, ReviewError> {
        let mut command = self.command(verb);
        command.args(arguments).stdin(Stdio::null());
        self.talk(verb, command, Vec::new(), SAID)
    }

    /// The same with something to read; what it answers may be as large as was found out before.
    pub(crate) fn feed(
        &self,
        verb: &'static str,
        arguments: &[&str],
        input: Vec<u8>,
        limit: u64,
    ) -> Result<Vec<u8>, ReviewError> {
        let mut command = self.command(verb);
        command.args(arguments).stdin(Stdio::piped());
        self.talk(verb, command, input, limit)
    }

    fn command(&self, verb: &'static str) -> Command {
        let mut command = Command::new("git");
        command.env_clear().env("PATH", &self.path).env("HOME", &self.folder).env("LC_ALL", "C");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", &self.config);
        command.env("GIT_ATTR_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0").env("GIT_ASKPASS", "true");
        command.env("GIT_ALLOW_PROTOCOL", "file:https").env("GIT_OPTIONAL_LOCKS", "0");
        // A replacement or a lazy fetch would put other content in a commit's place.
        command.env("GIT_NO_REPLACE_OBJECTS", "1").env("GIT_NO_LAZY_FETCH", "1");
        if verb != "init" {
            command.arg("--git-dir").arg(&self.folder);
        }
        command.arg(verb).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn talk(
        &self,
        verb: &'static str,
        mut command: Command,
        input: Vec<u8>,
        limit: u64,
    ) -> Result<Vec<u8>, ReviewError> {
        let failed = |source| ReviewError::NoGit { source };
        let mut program = Program::start(&mut command).map_err(failed)?;
        let child = program.child();
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (out, err, status) = thread::scope(|scope| {
            scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(&input)));
            let out = scope.spawn(|| bounded(stdout, limit));
            let err = scope.spawn(|| bounded(stderr, 64 << 10));
            let status = wait(&mut program);
            (out.join().unwrap_or_default(), err.join().unwrap_or_default(), status)
        });
        let unbounded = |why: String| Err(ReviewError::Unbounded { verb, why });
        match status.map_err(failed)? {
            None => unbounded(format!("took longer than {} s", TIME.as_secs())),
            Some(_) if out.len() as u64 > limit => unbounded(format!("answered more than {limit} bytes")),
            Some(true) => Ok(out),
            Some(false) => {
                let text = String::from_utf8_lossy(&err);
                let last =
                    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it does not say why");
                Err(ReviewError::Git { verb, said: escape(&last.chars().take(300).collect::<String>()) })
            }
        }
    }
}

/// The first bytes, and one more where there are more.
fn bounded(stream: Option<impl Read>, limit: u64) -> Vec<u8> {
    let mut all = Vec::new();
    if let Some(stream) = stream {
        // What breaks off shows in the status.
        let _ = stream.take(limit + 1).read_to_end(&mut all);
    }
    all
}

/// Whether it ended well; nothing where it had to be ended.
fn wait(program: &mut Program) -> io::Result<Option<bool>> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = program.try_wait()? {
            return Ok(Some(status.success()));
        }
        if started.elapsed() > TIME {
            program.end();
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// That a file is a bundle, before git looks for the end of its first line.
fn bundle(file: &Path, origin: &Origin) -> Result<(), ReviewError> {
    let refuse = |why| Err(ReviewError::Place { text: origin.to_string(), why });
    let failed = |source| payrox_files::FileError::Read { path: file.to_owned(), source };
    if !file.metadata().map_err(failed)?.is_file() {
        return refuse("it is no file");
    }
    let mut line = Vec::new();
    File::open(file).map_err(failed)?.take(16).read_to_end(&mut line).map_err(failed)?;
    match line.starts_with(b"# v2 git bundle\n") || line.starts_with(b"# v3 git bundle\n") {
        true => Ok(()),
        false => refuse("it is no bundle of git"),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, ReviewError> {
    path.canonicalize().map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => payrox_files::FileError::Missing { path: path.to_owned() }.into(),
        _ => payrox_files::FileError::Read { path: path.to_owned(), source }.into(),
    })
}
