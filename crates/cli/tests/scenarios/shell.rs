//! A folder of its own, and commands that run in it.

use crate::{redact::Redactor, repository};
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What the tool and the build write: never part of a copied project.
const OUTPUTS: [&str; 13] = [
    "build",
    "cache",
    ".payrox",
    "artifacts",
    "deployments",
    "journal",
    "deployment-log.txt",
    "node_modules",
    "validation-report.json",
    "validation-report.junit.xml",
    "validation-report.md",
    "validation-report.sarif",
    "validation-report.svg",
];

pub(crate) struct Place {
    folder: tempfile::TempDir,
    path: PathBuf,
    redactor: Redactor,
}

/// What a command left, as it is.
pub(crate) struct Seen {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: i32,
}

impl Place {
    pub(crate) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("payrox-scenario-").tempdir()?;
        let path = folder.path().canonicalize()?.join("here");
        fs::create_dir(&path)?;
        Ok(Self { folder, path, redactor: Redactor::default() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Without what differs from run to run.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.redactor.redact(text, &self.path, &repository())
    }

    /// Runs one line in a shell whose `payrox` is the binary under test.
    pub(crate) fn run(&self, line: &str) -> io::Result<Seen> {
        // `PAYROX_BIN` names the folder of another build to be tested, such as a release.
        let built = Path::new(env!("CARGO_BIN_EXE_payrox")).parent().unwrap_or(Path::new("")).to_owned();
        let mut paths = vec![std::env::var_os("PAYROX_BIN").map_or(built, PathBuf::from)];
        paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(&self.path)
            .env_clear()
            .env("PATH", std::env::join_paths(paths).map_err(io::Error::other)?)
            .env("HOME", self.folder.path())
            .env("ROOT", repository())
            .env("TZ", "UTC")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Seen {
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            status: output.status.code().unwrap_or(-1),
        })
    }

    /// A command and all that it left, as `expected.txt` shows it.
    pub(crate) fn transcript(&self, line: &str, seen: &Seen) -> String {
        let mut text = format!("$ {line}\n{}", ended(&self.redact(&seen.stdout)));
        if !seen.stderr.is_empty() {
            text.push_str("[stderr]\n");
            text.push_str(&ended(&self.redact(&seen.stderr)));
        }
        text.push_str(&format!("[exit {}]\n\n", seen.status));
        text
    }
}

fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// Copies a folder, or a file, without what tool and build write.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if !OUTPUTS.iter().any(|name| entry.file_name() == *name) {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
