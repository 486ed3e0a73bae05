//! `contracts/snapshots`: gas as differences to a direct call, code size, storage layout; committed and compared.

use super::outcome::Report;
use crate::{
    failure::{Doing, Done, Failure},
    process::run,
    release::{Settings, namespaces},
    repo::{self, Repo, files, read_json},
};
use payrox_files::to_canonical_json;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, path::PathBuf};

/// Files below `contracts/snapshots`, and what they must hold.
type Snapshots = BTreeMap<PathBuf, Value>;

pub(crate) fn check(repo: &Repo) -> Done<Report> {
    let mut report = Report::default();
    let mut expected = code(repo)?;
    let gas_known = repo.foundry("forge").exists();
    if gas_known {
        expected.extend(measure_gas(repo)?);
    } else {
        report.unknown.push("gas: forge is not installed".into());
    }
    for (file, value) in &expected {
        let committed = read_json(&repo.snapshots().join(file)).unwrap_or(Value::Null);
        report.judge(&file.display().to_string(), &differences(&committed, value));
    }
    for path in files(&repo.snapshots(), ".json") {
        let file = path.strip_prefix(repo.snapshots()).unwrap_or(&path).to_path_buf();
        if !expected.contains_key(&file) && (gas_known || !file.starts_with("gas")) {
            report.judge(&file.display().to_string(), &["nothing makes it any more".to_owned()]);
        }
    }
    if !report.failed.is_empty() {
        report.explain("if the change is meant: cargo xtask snapshots");
    }
    Ok(report)
}

/// Measures anew and writes all of them.
pub(crate) fn write(repo: &Repo) -> Done<Vec<PathBuf>> {
    let mut snapshots = code(repo)?;
    snapshots.extend(measure_gas(repo)?);
    let mut written = Vec::new();
    for (file, value) in snapshots {
        let path = repo.snapshots().join(file);
        repo::write(&path, &to_canonical_json(&value).doing(|| path.display().to_string())?)?;
        written.push(path);
    }
    Ok(written)
}

/// Sizes and layouts, from the committed release: `reproducible` proves that it is what the sources give.
fn code(repo: &Repo) -> Done<Snapshots> {
    let mut sizes = Map::new();
    let mut snapshots = Snapshots::new();
    for name in Settings::read(repo)?.names() {
        let artifact = read_json(&repo.release().join(format!("{name}.json")))?;
        let size = |part: &str| artifact[part]["object"].as_str().map_or(0, |code| code.len() / 2 - 1);
        sizes.insert(
            name.to_owned(),
            json!({ "init": size("bytecode"), "runtime": size("deployedBytecode") }),
        );
        let plain: Vec<Value> = artifact["storageLayout"]["storage"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|v| json!({ "slot": v["slot"], "offset": v["offset"], "label": v["label"], "type": v["type"] }))
            .collect();
        snapshots.insert(format!("storage-layout/{name}.json").into(), json!({ "plain": plain }));
    }
    snapshots.insert("code-size/contracts.json".into(), Value::Object(sizes));
    snapshots.insert("storage-layout/namespaces.json".into(), json!(namespaces(repo)?));
    Ok(snapshots)
}

/// What the gas tests write. A run of their own: forge writes no snapshots when it prints JSON.
fn measure_gas(repo: &Repo) -> Done<Snapshots> {
    let folder = repo.scratch().join("gas");
    let _ = std::fs::remove_dir_all(&folder);
    let mut forge = repo.forge(&repo.contracts());
    forge.env("FOUNDRY_SNAPSHOTS", &folder).env("FORGE_SNAPSHOT_EMIT", "true");
    let ran = run(forge.args(["test", "--match-path", "test/gas/**"]))?;
    if !ran.ok {
        return Err(Failure::new(ran.tail(60)));
    }
    let mut snapshots = Snapshots::new();
    for path in files(&folder, ".json") {
        let file = path.file_name().doing(|| path.display().to_string())?;
        let numbers: Map<String, Value> = read_json(&path)?
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| {
                let number = value.as_str().and_then(|text| text.parse::<u64>().ok());
                (name.clone(), number.map_or_else(|| value.clone(), Value::from))
            })
            .collect();
        snapshots.insert(PathBuf::from("gas").join(file), Value::Object(numbers));
    }
    Ok(snapshots)
}

/// Where two values differ, by key.
fn differences(committed: &Value, found: &Value) -> Vec<String> {
    let (Some(old), Some(new)) = (committed.as_object(), found.as_object()) else {
        return if committed == found {
            vec![]
        } else {
            vec!["it is not committed, or of another shape".into()]
        };
    };
    let mut reasons = Vec::new();
    for key in old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))) {
        let (old, new) = (old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null));
        if old != new {
            let percent = match (old.as_f64(), new.as_f64()) {
                (Some(old), Some(new)) if old > 0.0 => format!(" ({:+.1} %)", (new - old) / old * 100.0),
                _ => String::new(),
            };
            reasons.push(format!("{key}: {old} is now {new}{percent}"));
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_is_new_gone_or_changed_is_named() {
        let (old, new) = (json!({ "a": 100, "b": 1, "c": 1 }), json!({ "a": 110, "b": 1, "d": 2 }));
        assert_eq!(
            differences(&old, &new),
            ["a: 100 is now 110 (+10.0 %)", "c: 1 is now null", "d: null is now 2"]
        );
        assert_eq!(differences(&Value::Null, &new).len(), 1);
    }
}
