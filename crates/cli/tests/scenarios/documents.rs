//! Every document that a command of a scenario writes or prints is what `schemas/` says.

use crate::{repository, shell::Seen};
use payrox_conforms::conforms;
use serde_json::Value;
use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

/// The documents that have been looked at, or that the scenario's own script made.
#[derive(Default)]
pub(crate) struct Documents(HashSet<(&'static str, String)>);

impl Documents {
    /// Looks at what a line of a script left. What no payrox wrote, such as a journal that the script damages, is left alone.
    pub(crate) fn after(&mut self, line: &str, seen: &Seen, folder: &Path) -> Result<(), String> {
        let ours = line.starts_with("payrox ");
        let mut fresh: Vec<_> = files(folder).iter().flat_map(|file| written(file)).collect();
        fresh.extend(printed(line, &seen.stdout));
        for (schema, text) in fresh {
            if self.0.insert((schema, text.clone())) && ours {
                judge(schema, &text).map_err(|why| format!("`{line}` and {schema}: {why}"))?;
            }
        }
        Ok(())
    }
}

fn judge(schema: &str, text: &str) -> Result<(), String> {
    let path = repository().join("schemas").join(format!("{schema}.schema.json"));
    let schema = fs::read_to_string(path).map_err(|e| e.to_string())?;
    let read = |text: &str| serde_json::from_str::<Value>(text).map_err(|e| format!("{e}: {text}"));
    conforms(&read(&schema)?, &read(text)?)
}

/// The documents of a file, if it is one that has a schema.
fn written(file: &Path) -> Vec<(&'static str, String)> {
    let under = |name: &str| file.components().any(|part| part.as_os_str() == name);
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let text =
        || fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines = || text().lines().map(str::to_owned).collect::<Vec<_>>();
    let all = |schema, documents: Vec<String>| documents.into_iter().map(|text| (schema, text)).collect();
    if under(".payrox") {
        Vec::new()
    } else if name == "backup-drills.jsonl" {
        all("drill.v1", lines())
    } else if under("journal") && name.ends_with(".jsonl") {
        all("journal.v2", lines())
    } else if under("deployments") && name.ends_with(".json") {
        all("deployment.v1", vec![text()])
    } else if name == "dispatcher.plan.json" || under("plans") && name.ends_with(".json") {
        all("plan.v1", vec![text()])
    } else {
        Vec::new()
    }
}

/// The document of a command that was asked for JSON; none where the script shows but a part of it.
fn printed(line: &str, stdout: &str) -> Option<(&'static str, String)> {
    let words: Vec<_> = line.split_whitespace().collect();
    let schema = match words.get(1..3)? {
        ["run" | "deploy" | "stage" | "apply" | "cancel", _] => "run.v1",
        ["verify", "sources"] => return None,
        ["verify", _] => "verify.v1",
        _ => return None,
    };
    let whole =
        words.contains(&"--json") && !words.contains(&"|") && serde_json::from_str::<Value>(stdout).is_ok();
    whole.then(|| (schema, stdout.to_owned()))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            all.extend(files(&entry.path()));
        } else if kind.is_file() {
            all.push(entry.path());
        }
    }
    all
}
