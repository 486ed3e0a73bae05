//! `mutants`: one-line faults, each of which must make the test that cites its identifier fail.

mod table;
mod tree;

use crate::{
    failure::{Doing, Done, Failure},
    process::{Ran, run_within},
    repo::{self, Repo, files, read},
    suite::{citations, forge_results, scope},
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
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
    /// The identifiers whose rule it breaks: for each, a test that cites it must fail.
    ids: Vec<String>,
    /// What is wrong with it, in words.
    fault: String,
    /// The file, below the repository's root.
    file: PathBuf,
    /// Text within one line, found once in the file.
    old: String,
    new: String,
    /// Which of several places, from 1.
    #[serde(default)]
    place: Option<usize>,
    /// The crate whose tests are run, for a fault in Rust.
    #[serde(default)]
    package: Option<String>,
    /// Whether the release is deployed all the same, for a fault in the tests' own harness.
    #[serde(default)]
    released: bool,
}

/// What is run to notice a fault: a crate's tests, or the contracts' and whether on the release.
type Suite<'a> = (Option<&'a str>, bool);

impl Mutant {
    fn suite(&self) -> Suite<'_> {
        (self.package.as_deref(), self.released)
    }
}

/// What became of a fault.
enum Fate {
    /// For each identifier, a citing test that failed.
    Caught(Vec<String>),
    /// Identifiers whose citing tests all passed.
    Survived(Vec<String>),
    /// Nothing was shown: why.
    Unclear(String),
}

/// Every test that ran, and whether it failed.
type Results = BTreeMap<String, bool>;

/// Applies each fault in a copy of the tree and runs the tests that cite it.
pub(crate) fn run(repo: &Repo, only: &[String]) -> Done {
    let mutants = read_all(repo)?;
    let is_chosen = |mutant: &&Mutant| only.is_empty() || mutant.ids.iter().any(|id| only.contains(id));
    let chosen: Vec<&Mutant> = mutants.iter().filter(is_chosen).collect();
    if chosen.is_empty() {
        return Err(Failure::new("there is no such fault"));
    }
    let tree = Tree::copy(repo)?;
    let sound = baselines(&tree, &chosen)?;
    let mut fates = Vec::new();
    for (index, mutant) in chosen.iter().enumerate() {
        let start = Instant::now();
        let fate = try_one(&tree, mutant, &sound)?;
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

/// The tests without any fault, by suite: one that fails here proves nothing about a fault.
fn baselines<'a>(tree: &Tree, chosen: &[&'a Mutant]) -> Done<BTreeMap<Suite<'a>, Results>> {
    let mut sound = BTreeMap::new();
    for suite in chosen.iter().map(|mutant| mutant.suite()).collect::<BTreeSet<_>>() {
        let of_suite = chosen.iter().filter(|mutant| mutant.suite() == suite);
        let ids: Vec<String> = of_suite.flat_map(|mutant| mutant.ids.clone()).collect();
        let results = test(tree, suite, &ids)?.map_err(Failure::new)?;
        for (name, _) in results.iter().filter(|(_, failed)| **failed) {
            println!("fails without a fault: {name}");
        }
        sound.insert(suite, results);
    }
    Ok(sound)
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

fn try_one(tree: &Tree, mutant: &Mutant, sound: &BTreeMap<Suite<'_>, Results>) -> Done<Fate> {
    let original = match tree.apply(mutant) {
        Ok(original) => original,
        Err(failure) => return Ok(Fate::Unclear(failure.to_string())),
    };
    let results = test(tree, mutant.suite(), &mutant.ids);
    tree.restore(mutant, &original)?;
    let results = match results? {
        Ok(results) => results,
        Err(why) => return Ok(Fate::Unclear(why)),
    };
    let passes = |name: &String| sound[&mutant.suite()].get(name).is_some_and(|failed| !failed);
    let (mut names, mut survived) = (Vec::new(), Vec::new());
    for id in &mutant.ids {
        let cites = |name: &&String| citations(name).contains(id) && passes(name);
        match results.iter().filter(|(_, failed)| **failed).map(|(name, _)| name).find(cites) {
            Some(name) if !names.contains(name) => names.push(name.clone()),
            Some(_) => {}
            None => survived.push(id.clone()),
        }
    }
    Ok(if survived.is_empty() { Fate::Caught(names) } else { Fate::Survived(survived) })
}

/// Runs the tests that cite any of `ids`; the inner error says why there is nothing to tell.
fn test(tree: &Tree, suite: Suite<'_>, ids: &[String]) -> Done<Result<Results, String>> {
    match suite {
        (None, released) => solidity(tree, released, ids),
        (Some(package), _) => rust(tree, package, ids),
    }
}

/// The contracts of the copy itself instead of the release, compiled without via-IR.
fn solidity(tree: &Tree, released: bool, ids: &[String]) -> Done<Result<Results, String>> {
    let mut forge = tree.repo().forge(&tree.repo().contracts());
    forge
        .env("PAYROX_COMPILED", (!released).to_string())
        .env("FOUNDRY_CODE_SIZE_LIMIT", "1000000")
        .env("FOUNDRY_FUZZ_RUNS", "64")
        .args(["test", "--json", "--no-match-path", "test/{gas,symbolic}/**"])
        .args(["--match-test", &format!("_({})_", ids.join("|"))]);
    let ran = run_within(&mut forge, b"", Duration::from_secs(1200))?;
    Ok(match forge_results(&ran.stdout) {
        Ok(results) if !results.is_empty() => {
            Ok(results.into_iter().map(|(name, failure)| (name, failure.is_some())).collect())
        }
        _ => Err(first_error("no test ran", &ran)),
    })
}

fn rust(tree: &Tree, package: &str, ids: &[String]) -> Done<Result<Results, String>> {
    let mut cargo = tree.repo().cargo();
    cargo.env("CARGO_TARGET_DIR", tree.target());
    cargo.args(["test", "--package", package, "--all-targets", "--no-fail-fast", "--"]);
    // What cites B7 is called `prx_b07_…`.
    cargo.args(ids.iter().map(|id| format!("{}{:0>2}_", id[..1].to_lowercase(), &id[1..])));
    let ran = run_within(&mut cargo, b"", Duration::from_secs(1200))?;
    let results: Results = ran
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.rsplit_once(" ... "))
        .filter(|(_, verdict)| !verdict.starts_with("ignored"))
        .map(|(name, verdict)| (name.to_owned(), verdict != "ok"))
        .collect();
    Ok(if results.is_empty() { Err(first_error("no test ran", &ran)) } else { Ok(results) })
}

fn first_error(what: &str, ran: &Ran) -> String {
    let said = ran.tail(200);
    // Not "Compiling thiserror".
    let begins = |line: &&str| ["error", "Error"].iter().any(|word| line.trim_start().starts_with(word));
    let line = said.lines().find(begins).unwrap_or_default();
    if line.is_empty() { what.to_owned() } else { format!("{what}: {}", line.trim()) }
}
