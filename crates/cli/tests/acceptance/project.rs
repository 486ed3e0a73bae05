//! A copy of the example in a folder of its own, and the binary that works on it.

use crate::tools::repository;
use payrox_files::write_atomic;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// What the tool and the build write: never part of a copy.
const OUTPUTS: [&str; 7] =
    ["build", "cache", ".payrox", "artifacts", "deployments", "journal", "deployment-log.txt"];

pub(crate) struct Project {
    folder: tempfile::TempDir,
    path: PathBuf,
}

/// What a command left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: i32,
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.stdin(Stdio::null()).output().unwrap();
        Self {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            status: output.status.code().unwrap_or(-1),
        }
    }

    /// The one document on stdout.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Its stdout, if it ended with status 0.
    pub(crate) fn good(self) -> String {
        assert_eq!(self.status, 0, "{self:?}");
        self.stdout
    }
}

impl Project {
    /// The example as it is cloned.
    pub(crate) fn example() -> Self {
        let new = Self::empty();
        copy(&repository().join("examples/payments"), &new.path);
        new
    }

    /// A folder without a project.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("payrox-acceptance-").tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("payments");
        Self { folder, path }
    }

    /// The example, live on its own embedded chain.
    pub(crate) fn live() -> (Self, Value) {
        let new = Self::example();
        let ran = new.json(&["run", "--network", "local"]);
        assert_eq!(ran["outcome"], "complete", "{ran:#}");
        (new, ran)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder around the project's.
    pub(crate) fn around(&self) -> &Path {
        self.folder.path()
    }

    /// The binary with nothing around it: no path, no home, no variable.
    pub(crate) fn bare(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_payrox"));
        command.env_clear().env("PATH", "").current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.bare().args(args).arg("--project").arg(&self.path))
    }

    /// The document of a command that must end with status 0.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--json"]].concat());
        assert_eq!(ran.status, 0, "{args:?}: {ran:?}");
        ran.json()
    }

    /// Starts a command and leaves it running.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        let mut command = self.bare();
        command.args(args).arg("--project").arg(&self.path).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// The bytes of the plan's file.
    pub(crate) fn plan_bytes(&self) -> Vec<u8> {
        fs::read(self.path.join("artifacts/dispatcher.plan.json")).unwrap()
    }

    pub(crate) fn plan(&self) -> Value {
        serde_json::from_slice(&self.plan_bytes()).unwrap()
    }

    /// The one plan in a folder of the project.
    pub(crate) fn plan_at(&self, folder: &str) -> Value {
        let files: Vec<_> = fs::read_dir(self.path.join(folder)).unwrap().flatten().collect();
        assert_eq!(files.len(), 1, "{files:?}");
        serde_json::from_slice(&fs::read(files[0].path()).unwrap()).unwrap()
    }

    /// Forgets what lies under a path of the project.
    pub(crate) fn forget(&self, path: &str) {
        let path = self.path.join(path);
        if path.exists() {
            fs::remove_dir_all(path).unwrap();
        }
    }

    /// Lets the network `anvil` mean the embedded chain over HTTP.
    pub(crate) fn reach_devnet_as_anvil(&self) {
        let text = fs::read_to_string(repository().join("networks/anvil.toml")).unwrap();
        assert!(text.contains("chain_id = 31337"));
        fs::create_dir_all(self.path.join("networks")).unwrap();
        let file = self.path.join("networks/anvil.toml");
        write_atomic(&file, text.replace("chain_id = 31337", "chain_id = 31338").as_bytes()).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (name, kind) = (entry.file_name(), entry.file_type().unwrap());
        if OUTPUTS.iter().any(|output| name == *output) || name == "test" {
            continue;
        }
        if kind.is_dir() {
            copy(&entry.path(), &to.join(name));
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

/// The facet that serves a planned route on chain. The entry of RECEIVE calls none: it stands under the first.
pub(crate) fn facet_of<'a>(plan: &'a Value, route: &Value) -> (usize, &'a Value) {
    let facets = list(&plan["facets"]);
    let receives = route["flags"].as_u64().is_some_and(|flags| flags & 0x20 != 0);
    let named = facets.iter().position(|facet| facet["name"] == route["facet"]).unwrap();
    let at = if receives { 0 } else { named };
    (at, &facets[at])
}

/// A text of a document.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// A list.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| panic!("no list: {value}"), Vec::as_slice)
}
