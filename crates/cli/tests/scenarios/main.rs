//! Golden scenarios: the real binary, in a folder of its own, against `tests/scenarios/<name>/expected.txt`.
//!
//! `commands.txt` is a shell script read line by line: a line is a command, `#` starts a comment, `#! copy PATH` copies a folder
//! of the repository into the scenario's folder first. What lies in `files/` is copied too. Each command's stdout, stderr
//! and exit status are compared, with times, durations and temporary paths redacted. `PAYROX_BLESS=1` writes what was seen.
//! What they wrote is held against `schemas/`.
//!
//! The `console` block of README.md is a scenario as well: see `readme.rs`.

mod documents;
mod readme;
mod redact;
mod shell;

use libtest_mimic::{Arguments, Failed, Trial};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn main() {
    let args = Arguments::from_args();
    let mut trials: Vec<Trial> = scenarios()
        .into_iter()
        .map(|folder| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(name, move || run(&folder))
        })
        .collect();
    trials.push(Trial::test("the_transcript_of_the_readme_is_true", readme::run));
    libtest_mimic::run(&args, trials).exit();
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap_or_default()
}

fn blessing() -> bool {
    std::env::var_os("PAYROX_BLESS").is_some_and(|v| v == "1")
}

fn scenarios() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(repository().join("tests/scenarios"))
        .map(|entries| {
            entries.flatten().map(|e| e.path()).filter(|p| p.join("commands.txt").is_file()).collect()
        })
        .unwrap_or_default();
    folders.sort();
    folders
}

fn run(folder: &Path) -> Result<(), Failed> {
    let script = fs::read_to_string(folder.join("commands.txt"))?;
    let place = shell::Place::new()?;
    if folder.join("files").is_dir() {
        shell::copy(&folder.join("files"), place.path())?;
    }
    let mut actual = String::new();
    let mut documents = documents::Documents::default();
    let mut commands = 0;
    for line in script.lines().map(str::trim).filter(|l| !l.is_empty()) {
        if let Some(path) = line.strip_prefix("#! copy ") {
            let path = Path::new(path);
            shell::copy(&repository().join(path), &place.path().join(path.file_name().unwrap_or_default()))?;
        } else if !line.starts_with('#') {
            commands += 1;
            let seen = place.run(line)?;
            documents.after(line, &seen, place.path())?;
            actual.push_str(&place.transcript(line, &seen));
        }
    }
    if commands == 0 {
        return Err("commands.txt has no command".into());
    }
    compare(&folder.join("expected.txt"), &actual)
}

fn compare(golden: &Path, actual: &str) -> Result<(), Failed> {
    if blessing() {
        #[expect(clippy::disallowed_methods, reason = "a golden file is written by hand, so to speak")]
        fs::write(golden, actual)?;
        return Ok(());
    }
    let expected = fs::read_to_string(golden).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    Err(format!(
        "{} differs (PAYROX_BLESS=1 accepts what was seen)\n{}",
        golden.display(),
        difference(&expected, actual)
    )
    .into())
}

/// What is between the common head and the common tail, `-` expected and `+` seen.
fn difference(expected: &str, actual: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let context = old[head.saturating_sub(3)..head].iter().map(|l| format!("  {l}"));
    let removed = old[head..old.len() - tail].iter().map(|l| format!("- {l}"));
    let added = new[head..new.len() - tail].iter().map(|l| format!("+ {l}"));
    context.chain(removed).chain(added).collect::<Vec<_>>().join("\n")
}
