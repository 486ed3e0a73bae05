//! `schemas/`: JSON Schema of the documents that payrox writes, made by the crates that write them.

use super::outcome::Report;
use crate::{
    failure::{Doing, Done},
    process::run,
    repo::{self, Repo, files, read},
};
use payrox_files::to_canonical_json;
use serde_json::Value;
use std::path::{Path, PathBuf};

pub(crate) fn check(repo: &Repo) -> Done<Report> {
    let mut report = Report::default();
    let made = make(repo)?;
    for (path, text) in &made {
        let reasons = match read(path) {
            Ok(found) if found == *text => vec![],
            Ok(_) => vec![format!("{}: the types say something else: cargo xtask schemas", path.display())],
            Err(failure) => vec![failure.to_string()],
        };
        report.judge(&name(path), &reasons);
    }
    for path in files(&repo.path("schemas"), ".json") {
        if !made.iter().any(|(known, _)| *known == path) {
            report.judge(&name(&path), &["nothing makes it any more".to_owned()]);
        }
    }
    Ok(report)
}

pub(crate) fn write(repo: &Repo) -> Done<Vec<PathBuf>> {
    let made = make(repo)?;
    for (path, text) in &made {
        repo::write(path, text)?;
    }
    Ok(made.into_iter().map(|(path, _)| path).collect())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A crate with documents has an example `schemas` that prints them all: one object of file name to schema.
fn make(repo: &Repo) -> Done<Vec<(PathBuf, String)>> {
    let mut made = Vec::new();
    for example in files(&repo.path("crates"), "examples/schemas.rs") {
        let manifest = example.ancestors().nth(2).unwrap_or(&example).join("Cargo.toml");
        let mut command = repo.cargo();
        command.args(["run", "--quiet", "--example", "schemas", "--manifest-path"]).arg(&manifest);
        let text = run(&mut command)?.demand("the example schemas")?;
        let schemas: Value = serde_json::from_str(&text).doing(|| example.display().to_string())?;
        for (file, schema) in schemas.as_object().into_iter().flatten() {
            let text = to_canonical_json(schema).doing(|| file.clone())?;
            made.push((repo.path("schemas").join(file), text));
        }
    }
    Ok(made)
}
