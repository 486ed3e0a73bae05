//! `mutants`: one-line faults, each of which must make the test that cites its identifier fail.

mod table;
mod tree;

use crate::{
    failure::{Doing, Done, Failure},
    process::{Ran, run_within},
    repo::{self, Repo, files, read},
    suite::{forge_results, scope},
};
use serde::Deserialize;
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};
use tree::Tree;

const FOLDER: &str = "contracts/test/mutants";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "mutant")]
    mutants: Vec<Mutant>,
}

/// One fault.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutant {
    /// The identifiers whose rule it breaks.
    ids: Vec<String>,
    /// What is wrong with it, in words.
    fault: String,
    /// The file, below the repository's root.
    file: PathBuf,
    /// Text within one line, found once in the file.
    old: String,
    new: String,
    /// The tests that must notice: a regular expression for forge, a part of the name for cargo.
    test: String,
    /// The crate whose tests are run, for a fault in Rust.
    #[serde(default)]
    package: Option<String>,
}

/// What became of a fault.
enum Fate {
    /// A citing test failed: its name.
    Caught(String),
    /// Every citing test passed.
    Survived,
    /// Nothing was shown: why.
    Unclear(String),
}

/// Applies each fault in a copy of the tree and runs the tests that cite it.
pub(crate) fn run(repo: &Repo, only: &[String]) -> Done {
    let mutants = read_all(repo)?;
    let is_chosen = |mutant: &&Mutant| only.is_empty() || mutant.ids.iter().any(|id| only.contains(id));
    let chosen: Vec<&Mutant> = mutants.iter().filter(is_chosen).collect();
    if chosen.is_empty() {
        return Err(Failure::new("there is no such fault"));
    }
    let tree = Tree::copy(repo)?;
    let mut fates = Vec::new();
    for (index, mutant) in chosen.iter().enumerate() {
        let start = Instant::now();
        let fate = try_one(&tree, mutant)?;
        println!(
            "[{}/{}] {} {} ({:.0} s): {}",
            index + 1,
            chosen.len(),
            mutant.ids.join(" "),
            table::verdict(&fate),
            start.elapsed().as_secs_f32(),
            mutant.fault
        );
        fates.push((*mutant, fate));
    }
    if only.is_empty() {
        let path = repo.path(FOLDER).join("results.md");
        repo::write(&path, &table::render(&fates, &uncovered(&mutants)))?;
        println!("wrote {}", path.display());
    }
    let caught = fates.iter().filter(|(_, fate)| matches!(fate, Fate::Caught(_))).count();
    println!("{caught} passed, {} failed", fates.len() - caught);
    if caught == fates.len() { Ok(()) } else { Err(Failure::new("a fault was not noticed")) }
}

fn read_all(repo: &Repo) -> Done<Vec<Mutant>> {
    let mut mutants = Vec::new();
    for path in files(&repo.path(FOLDER), ".toml") {
        let file: File = toml::from_str(&read(&path)?).doing(|| path.display().to_string())?;
        mutants.extend(file.mutants);
    }
    Ok(mutants)
}

/// Attacks, traps and hazards without a fault of their own.
fn uncovered(mutants: &[Mutant]) -> Vec<String> {
    scope()
        .into_iter()
        .filter(|id| id.starts_with(['A', 'C', 'H']))
        .filter(|id| !mutants.iter().any(|mutant| mutant.ids.contains(id)))
        .collect()
}

fn try_one(tree: &Tree, mutant: &Mutant) -> Done<Fate> {
    let original = match tree.apply(mutant) {
        Ok(original) => original,
        Err(failure) => return Ok(Fate::Unclear(failure.to_string())),
    };
    let fate = test(tree, mutant);
    tree.restore(mutant, &original)?;
    let fate = fate?;
    // A test that fails without the fault too proves nothing about it.
    if let Fate::Caught(name) = &fate
        && !matches!(test(tree, mutant)?, Fate::Survived)
    {
        return Ok(Fate::Unclear(format!("{name} fails without the fault too")));
    }
    Ok(fate)
}

fn test(tree: &Tree, mutant: &Mutant) -> Done<Fate> {
    match &mutant.package {
        None => solidity(tree, mutant),
        Some(package) => rust(tree, mutant, package),
    }
}

/// The contracts of the copy itself instead of the release, compiled without via-IR.
fn solidity(tree: &Tree, mutant: &Mutant) -> Done<Fate> {
    let mut forge = tree.repo().forge(&tree.repo().contracts());
    forge
        .env("PAYROX_COMPILED", "true")
        .env("FOUNDRY_CODE_SIZE_LIMIT", "1000000")
        .env("FOUNDRY_FUZZ_RUNS", "64")
        .args(["test", "--json", "--no-match-path", "test/{gas,symbolic}/**", "--match-test", &mutant.test]);
    let ran = run_within(&mut forge, b"", Duration::from_secs(600))?;
    let results = match forge_results(&ran.stdout) {
        Ok(results) if !results.is_empty() => results,
        _ => return Ok(Fate::Unclear(first_error("no test ran", &ran))),
    };
    Ok(match results.into_iter().find(|(_, failure)| failure.is_some()) {
        Some((name, _)) => Fate::Caught(name),
        None => Fate::Survived,
    })
}

fn rust(tree: &Tree, mutant: &Mutant, package: &str) -> Done<Fate> {
    let mut cargo = tree.repo().cargo();
    cargo.env("CARGO_TARGET_DIR", tree.target());
    cargo.args(["test", "--package", package, "--all-targets", "--no-fail-fast", "--", &mutant.test]);
    let ran = run_within(&mut cargo, b"", Duration::from_secs(1200))?;
    let tests: Vec<(&str, &str)> = ran
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.rsplit_once(" ... "))
        .filter(|(_, verdict)| !verdict.starts_with("ignored"))
        .collect();
    Ok(match tests.iter().find(|(_, verdict)| *verdict != "ok") {
        Some((name, _)) => Fate::Caught((*name).to_owned()),
        None if tests.is_empty() => Fate::Unclear(first_error("no test ran", &ran)),
        None => Fate::Survived,
    })
}

fn first_error(what: &str, ran: &Ran) -> String {
    let said = ran.tail(200);
    let line = said.lines().find(|line| line.to_lowercase().contains("error")).unwrap_or_default();
    if line.is_empty() { what.to_owned() } else { format!("{what}: {}", line.trim()) }
}
