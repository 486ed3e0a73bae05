//! The sources that a contract needs, under names that no machine's folders enter.

use crate::{
    failure::{Done, Failure},
    repo::{Repo, read},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

/// Import prefixes and where npm puts what they mean.
const PACKAGES: [(&str, &str); 2] = [
    ("@openzeppelin/contracts/", "node_modules/@openzeppelin/contracts/"),
    ("solady/", "node_modules/solady/src/"),
];

/// `entries` (paths below `project`) and all they import, as standard JSON's `sources`.
pub(super) fn closure(repo: &Repo, project: &Path, entries: &[&str]) -> Done<BTreeMap<String, Value>> {
    closure_with(repo, project, entries, |_| None)
}

/// The same, with `instead` of what a file holds where it gives a text.
pub(super) fn closure_with(
    repo: &Repo,
    project: &Path,
    entries: &[&str],
    instead: impl Fn(&str) -> Option<String>,
) -> Done<BTreeMap<String, Value>> {
    let mut open: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
    let mut sources = BTreeMap::new();
    while let Some(name) = open.pop() {
        if sources.contains_key(&name) {
            continue;
        }
        let text = instead(&name).map_or_else(|| read(&locate(repo, project, &name)), Ok)?;
        for import in imports(&text) {
            open.push(resolve(&name, &import)?);
        }
        sources.insert(name, json!({ "content": text }));
    }
    Ok(sources)
}

fn locate(repo: &Repo, project: &Path, name: &str) -> PathBuf {
    PACKAGES
        .iter()
        .find_map(|(prefix, folder)| Some(repo.path(folder).join(name.strip_prefix(prefix)?)))
        .unwrap_or_else(|| project.join(name))
}

/// The source name that an import in `from` means: relative to it, or absolute already.
fn resolve(from: &str, import: &str) -> Done<String> {
    if !import.starts_with('.') {
        return Ok(import.to_owned());
    }
    let folder = Path::new(from).parent().unwrap_or(Path::new(""));
    let mut parts: Vec<&str> = Vec::new();
    let joined = folder.join(import);
    for component in joined.components() {
        match component {
            Component::Normal(part) => parts.extend(part.to_str()),
            Component::ParentDir if parts.pop().is_none() => {
                return Err(Failure::new(format!(
                    "{from} imports {import}, which is outside of the project"
                )));
            }
            _ => {}
        }
    }
    Ok(parts.join("/"))
}

/// What the import directives of a source name. Comments are skipped, strings elsewhere cannot begin a line with `import`.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = next_import(rest) {
        rest = &rest[at..];
        let end = rest.find(';').unwrap_or(rest.len());
        let directive = &rest[..end];
        if let Some(path) = directive.rsplit(['"', '\'']).nth(1) {
            found.push(path.to_owned());
        }
        rest = &rest[end..];
    }
    found
}

fn next_import(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("import ") || line.starts_with("import{") || line.starts_with("import\"") {
            return Some(at);
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_found_over_several_lines_and_not_in_comments() {
        let text = "// import \"no.sol\";\nimport { A } from \"./A.sol\";\nimport {\n  B\n} from '../b/B.sol';\n\
                    contract C { string s = \"import x\"; }\nimport \"solady/utils/D.sol\";\n";
        assert_eq!(imports(text), ["./A.sol", "../b/B.sol", "solady/utils/D.sol"]);
    }

    #[test]
    fn names_are_relative_to_the_importing_file_and_stay_inside() {
        assert_eq!(resolve("src/a/A.sol", "../b/B.sol").unwrap(), "src/b/B.sol");
        assert_eq!(resolve("src/a/A.sol", "./B.sol").unwrap(), "src/a/B.sol");
        assert_eq!(resolve("src/a/A.sol", "solady/x.sol").unwrap(), "solady/x.sol");
        assert!(resolve("src/A.sol", "../../x.sol").is_err());
    }
}
