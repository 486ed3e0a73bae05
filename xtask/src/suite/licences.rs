//! Every dependency's licence is one that `deny.toml` allows, and every one comes from a registry.

use super::outcome::Report;
use crate::{
    failure::{Doing, Done},
    process::run,
    repo::{Repo, read_json},
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// What this check reads of `deny.toml`; cargo-deny reads the same file where it is installed.
#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
struct Banned {
    name: String,
}

pub(crate) fn check(repo: &Repo) -> Done<Report> {
    let mut report = Report::default();
    let deny: Deny = toml::from_str(&repo.read("deny.toml")?).doing(|| "deny.toml".into())?;
    report.judge("crates", &crates(repo, &deny)?);
    report.judge("npm packages", &npm(repo, &deny)?);
    Ok(report)
}

/// What is built for any platform with any of our features: the lock file also lists what none of them turns on.
fn crates(repo: &Repo, deny: &Deny) -> Done<Vec<String>> {
    let mut command = repo.cargo();
    command.args([
        "tree",
        "--workspace",
        "--all-features",
        "--locked",
        "--target",
        "all",
        "--edges",
        "normal,build,dev",
    ]);
    let tree = run(command.args(["--prefix", "none", "--format", "{p}|{l}"]))?;
    let lines: BTreeSet<String> = tree.demand("cargo tree")?.lines().map(str::to_owned).collect();
    let mut reasons: Vec<String> = lines.iter().filter_map(|line| objection(line, deny)).collect();
    for line in repo.read("Cargo.lock")?.lines() {
        if let Some(source) = line.strip_prefix("source = ")
            && source != "\"registry+https://github.com/rust-lang/crates.io-index\""
        {
            reasons.push(format!("Cargo.lock has a source {source}"));
        }
    }
    Ok(reasons)
}

/// What is wrong with `name vX.Y.Z (…)|licence`.
fn objection(line: &str, deny: &Deny) -> Option<String> {
    let (package, licence) = line.split_once('|')?;
    // How the tree marks what it showed before.
    let licence = licence.trim_end_matches(" (*)");
    let name = package.split(' ').next().unwrap_or_default();
    if deny.bans.deny.iter().any(|banned| banned.name == name) {
        return Some(format!("{name} is banned by deny.toml"));
    }
    (!allowed(licence, &deny.licenses.allow))
        .then(|| format!("{name} is under {licence:?}, which deny.toml does not allow"))
}

fn npm(repo: &Repo, deny: &Deny) -> Done<Vec<String>> {
    let lock = read_json(&repo.path("package-lock.json"))?;
    let packages = lock["packages"].as_object().doing(|| "package-lock.json has no packages".into())?;
    let mut reasons = Vec::new();
    for (path, package) in packages.iter().filter(|(path, _)| !path.is_empty()) {
        let declared = package["license"].as_str().map_or_else(|| old_licence(repo, path), str::to_owned);
        let licence = declared.as_str();
        if !allowed(licence, &deny.licenses.allow) {
            reasons.push(format!("{path} is under {licence:?}, which deny.toml does not allow"));
        }
        if package["integrity"].as_str().is_none() {
            reasons.push(format!("{path} has no digest in package-lock.json"));
        }
    }
    Ok(reasons)
}

/// What a package without the `license` field says in the list that npm had before.
fn old_licence(repo: &Repo, path: &str) -> String {
    let manifest = read_json(&repo.path(path).join("package.json")).unwrap_or(Value::Null);
    let types = manifest["licenses"].as_array().into_iter().flatten().filter_map(|l| l["type"].as_str());
    types.collect::<Vec<_>>().join(" OR ")
}

/// Whether an SPDX expression can be met with allowed licences only. `/` is the old way of writing OR.
fn allowed(expression: &str, allow: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    any(&mut words, allow) == Some(true) && words.is_empty()
}

/// `None` for what is no expression.
fn any(words: &mut Vec<&str>, allow: &[String]) -> Option<bool> {
    let mut verdict = all(words, allow)?;
    while words.last() == Some(&"OR") {
        words.pop();
        verdict |= all(words, allow)?;
    }
    Some(verdict)
}

fn all(words: &mut Vec<&str>, allow: &[String]) -> Option<bool> {
    let mut verdict = one(words, allow)?;
    while words.last() == Some(&"AND") {
        words.pop();
        verdict &= one(words, allow)?;
    }
    Some(verdict)
}

fn one(words: &mut Vec<&str>, allow: &[String]) -> Option<bool> {
    let licence = words.pop()?;
    if licence == "(" {
        let verdict = any(words, allow)?;
        return (words.pop() == Some(")")).then_some(verdict);
    }
    let mut allowed = allow.iter().any(|known| known == licence);
    if words.last() == Some(&"WITH") {
        words.pop();
        // An exception only ever permits more.
        let whole = format!("{licence} WITH {}", words.pop()?);
        allowed |= allow.contains(&whole);
    }
    Some(allowed)
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn an_expression_is_met_only_by_what_is_allowed() {
        let allow = ["MIT".to_owned(), "Apache-2.0".to_owned()];
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "MIT AND Apache-2.0",
            "(GPL-3.0 OR MIT) AND Apache-2.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(allowed(good, &allow), "{good}");
        }
        for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 AND (MIT OR Apache-2.0)", "MIT OR", "(MIT"] {
            assert!(!allowed(bad, &allow), "{bad}");
        }
    }
}
