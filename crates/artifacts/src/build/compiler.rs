//! Finding the compiler of the exact version, and running it.

use super::{
    BuildError,
    held::{Guard, hold},
    talk::talk,
};
use crate::{metadata::release, reference::shorten};
use alloy_primitives::B256;
use payrox_model::text::escape;
use serde::{Deserialize, Serialize};
use std::{
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Longest that a compiler may take, and longest that it may take to say which one it is.
const TIME: Duration = Duration::from_secs(600);
const TIME_TO_SAY: Duration = Duration::from_secs(30);

/// A compiler that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compiler {
    /// Program or WebAssembly.
    pub kind: CompilerKind,
    /// Where it is.
    pub path: PathBuf,
    /// What it says it is; where only its answer will tell, what its package says.
    pub version: String,
    /// SHA-256 of the file.
    pub sha256: B256,
}

/// How a compiler is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompilerKind {
    /// A program with solc's command line.
    Native,
    /// npm's soljson, run by node.
    Soljson,
}

impl fmt::Display for Compiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = escape(&self.path.display().to_string());
        write!(f, "solc {} ({path}, sha256 {:x})", self.version, self.sha256)
    }
}

/// Where compilers are looked for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// This one and no other: solc, or a file `….js`.
    pub named: Option<PathBuf>,
    /// The value of `PATH`.
    pub path: OsString,
    /// The home folder, where svm keeps compilers.
    pub home: Option<PathBuf>,
    /// For whoever trusts nothing that lies there; none: a compiler runs where it is.
    pub guard: Option<Guard>,
}

impl Search {
    /// As the process was started.
    pub fn from_env() -> Self {
        let home = env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        Self { path: env::var_os("PATH").unwrap_or_default(), home, ..Self::default() }
    }

    fn program(&self, name: &str) -> Option<PathBuf> {
        // An empty part of PATH is the current folder: what lies there must not run by accident.
        let folders = env::split_paths(&self.path).filter(|folder| folder.is_absolute());
        folders.map(|folder| folder.join(name)).find(|file| file.is_file())
    }
}

pub(super) fn find(search: &Search, root: &Path, version: &str) -> Result<Compiler, BuildError> {
    if let Some(named) = &search.named {
        let path = &if named.is_dir() { named.join("soljson.js") } else { named.clone() };
        if path.extension().is_some_and(|e| e == "js") {
            return soljson(search, path, version);
        }
        let found = native(search, path)?;
        return match release(&found.version) == version {
            true => Ok(found),
            false => Err(BuildError::WrongVersion {
                path: show(path),
                found: found.version,
                wanted: version.into(),
            }),
        };
    }
    let mut seen = Vec::new();
    let svm = search.home.iter().flat_map(|home| [home.join(".svm"), home.join(".local/share/svm")]);
    let svm =
        svm.map(|folder| folder.join(version).join(format!("solc-{version}"))).filter(|file| file.is_file());
    for path in search.program("solc").into_iter().chain(svm) {
        match native(search, &path) {
            Ok(found) if release(&found.version) == version => return Ok(found),
            Ok(found) => seen.push(format!("{} is {}", show(&path), found.version)),
            Err(error @ BuildError::OtherCompiler { .. }) => seen.push(error.to_string()),
            // One that does not even tell its version is not the one.
            Err(_) => seen.push(format!("{} does not say its version", show(&path))),
        }
    }
    let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    for folder in root.ancestors().map(|folder| folder.join("node_modules/solc")) {
        let path = folder.join("soljson.js");
        if !path.is_file() {
            continue;
        }
        match package_version(&folder) {
            Some(found) if found == version => match soljson(search, &path, version) {
                Err(error @ BuildError::OtherCompiler { .. }) => seen.push(error.to_string()),
                found => return found,
            },
            found => seen.push(format!("{} is {}", show(&path), found.unwrap_or_else(|| "unknown".into()))),
        }
    }
    Err(BuildError::NoCompiler { version: version.into(), seen })
}

fn package_version(folder: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Package {
        version: String,
    }
    let text = payrox_files::read_text(&folder.join("package.json"), 1 << 20).ok()?;
    serde_json::from_str::<Package>(&text).ok().map(|package| shorten(&package.version))
}

/// npm's, which is not asked: its answer will tell.
fn soljson(search: &Search, path: &Path, version: &str) -> Result<Compiler, BuildError> {
    let kind = CompilerKind::Soljson;
    let sha256 = hold(path, kind, search)?.sha256;
    Ok(Compiler { kind, path: path.to_owned(), version: version.to_owned(), sha256 })
}

/// A program, hashed before it is asked what it is: `0.8.30+commit.73712a01` without the platform.
fn native(search: &Search, path: &Path) -> Result<Compiler, BuildError> {
    let kind = CompilerKind::Native;
    let held = hold(path, kind, search)?;
    let mut command = Command::new(absolute(&held.path));
    command.arg("--version");
    let ended = talk(command, "", TIME_TO_SAY)
        .map_err(|source| BuildError::Start { path: show(path), source })?
        .ok_or_else(|| BuildError::Slow { path: show(path), seconds: TIME_TO_SAY.as_secs() })?;
    let text = String::from_utf8_lossy(&ended.stdout);
    let version = text.lines().find_map(|line| line.strip_prefix("Version: "));
    let mut parts = version.unwrap_or_default().trim().split('.');
    // Three numbers and the commit; what follows names the platform.
    let version = shorten(&parts.by_ref().take(4).collect::<Vec<_>>().join("."));
    Ok(Compiler { kind, path: path.to_owned(), version, sha256: held.sha256 })
}

pub(super) fn show(path: &Path) -> String {
    escape(&path.display().to_string())
}

/// The status with which our script says that soljson is another version.
const OTHER_VERSION: i32 = 3;

impl Compiler {
    /// Its answer to standard JSON. `version` is its own, without the commit.
    ///
    /// # Errors
    /// When it cannot be run, or is of another version.
    pub fn run(&self, search: &Search, json: &str, version: &str) -> Result<String, BuildError> {
        let path = show(&self.path);
        let held = hold(&self.path, self.kind, search)?;
        if held.sha256 != self.sha256 {
            return Err(BuildError::OtherCompiler { path, found: held.sha256, wanted: self.sha256 });
        }
        let command = match self.kind {
            CompilerKind::Native => {
                let mut command = Command::new(absolute(&held.path));
                command.arg("--standard-json");
                command
            }
            CompilerKind::Soljson => {
                let node = search.program("node").ok_or_else(|| BuildError::NoNode { path: path.clone() })?;
                let mut command = Command::new(node);
                command.arg("-e").arg(include_str!("soljson.cjs")).arg("--");
                command.arg(absolute(&held.path)).arg(version);
                command
            }
        };
        let ended = talk(command, json, TIME)
            .map_err(|source| BuildError::Start { path: path.clone(), source })?
            .ok_or_else(|| BuildError::Slow { path: path.clone(), seconds: TIME.as_secs() })?;
        match ended.code {
            Some(0) => String::from_utf8(ended.stdout)
                .map_err(|_| BuildError::Answer { path, why: "it is not UTF-8".into() }),
            Some(OTHER_VERSION) if self.kind == CompilerKind::Soljson => {
                Err(BuildError::WrongVersion { path, found: shorten(&ended.stderr), wanted: version.into() })
            }
            code => {
                let status = code.map_or("a signal".to_owned(), |code| format!("status {code}"));
                Err(BuildError::Died { path, status, why: reason(&ended.stderr) })
            }
        }
    }
}

/// Why it died: the line that names an error, as node and solc write one, else the last. Node ends with its version.
fn reason(text: &str) -> String {
    let named = |line: &&str| {
        let word = line.split(':').next().unwrap_or_default();
        word.ends_with("Error") && word.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let said = |line: &&str| !line.trim().is_empty() && !line.starts_with("Node.js v");
    let line = text.lines().find(named).or_else(|| text.lines().rfind(said));
    shorten(line.unwrap_or("it said nothing"))
}

/// What has no folder in its name is a package for `require`, and a program of the path for the system.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_that_dies_is_told_by_its_error_and_not_by_the_version_of_node() {
        let node = "node:internal/modules/cjs/loader:1210\n  throw err;\n  ^\n\nError: Cannot find module 'a/b.js'\n\
            Require stack:\n- /x\n    at f (y:1:2) {\n  code: 'MODULE_NOT_FOUND'\n}\n\nNode.js v20.20.2\n";
        assert_eq!(reason(node), "Error: Cannot find module 'a/b.js'");
        assert_eq!(
            reason("x\nRuntimeError: unreachable\n    at z\n\nNode.js v22.1.0"),
            "RuntimeError: unreachable"
        );
        assert_eq!(reason("killed: no memory\n"), "killed: no memory");
        assert_eq!(reason("Node.js v22.1.0\n"), "it said nothing");
    }

    #[test]
    fn a_compiler_named_by_a_path_without_a_folder_is_a_file_and_no_package() {
        assert!(absolute(Path::new("node_modules/solc/soljson.js")).is_absolute());
        let folder = tempfile::tempdir().unwrap();
        let search = Search { named: Some(folder.path().to_owned()), ..Search::default() };
        let missing = find(&search, folder.path(), "0.8.30").unwrap_err().to_string();
        assert!(missing.contains("soljson.js"), "the folder of npm's solc: {missing}");
    }
}
