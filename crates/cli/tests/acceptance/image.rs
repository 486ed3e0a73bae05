//! The Dockerfile: nothing here can build it, so that what can be said without building is said (docs/unproved.md).

use crate::tools::repository;
use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

/// Instructions and their arguments, in order; lines that go on are one.
fn instructions() -> Vec<(String, String)> {
    let text = fs::read_to_string(repository().join("Dockerfile")).unwrap().replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            line.split_once(' ').map(|(word, rest)| (word.to_owned(), rest.trim().to_owned())).unwrap()
        })
        .collect()
}

/// Paths of the repository that stage one copies.
fn copied() -> BTreeSet<PathBuf> {
    let copies =
        instructions().into_iter().filter(|(word, rest)| word == "COPY" && !rest.starts_with("--from"));
    let sources = copies.flat_map(|(_, rest)| {
        let paths: Vec<_> = rest.split_whitespace().map(PathBuf::from).collect();
        paths[..paths.len() - 1].to_vec()
    });
    sources.collect()
}

/// Files outside its crate that a source embeds.
fn embedded(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            embedded(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            for part in text.split("include_str!(\"").chain(text.split("include_bytes!(\"")).skip(1) {
                let Some((relative, _)) = part.split_once('"').filter(|(p, _)| p.starts_with("../")) else {
                    continue;
                };
                let mut at = path.parent().unwrap().to_owned();
                for component in Path::new(relative).components() {
                    match component {
                        Component::ParentDir => assert!(at.pop()),
                        other => at.push(other),
                    }
                }
                if at.is_file() {
                    found.insert(at.strip_prefix(repository()).unwrap().to_owned());
                }
            }
        }
    }
}

#[test]
fn every_path_that_the_dockerfile_copies_exists_and_is_let_through() {
    let ignored = fs::read_to_string(repository().join(".dockerignore")).unwrap();
    let let_through: BTreeSet<_> =
        ignored.lines().filter_map(|line| line.strip_prefix('!')).map(PathBuf::from).collect();
    assert_eq!(copied(), let_through, "what is copied, and what .dockerignore lets through");
    for path in copied() {
        assert!(repository().join(&path).exists(), "{}", path.display());
    }
}

#[test]
fn everything_that_the_binary_embeds_is_copied_into_the_image() {
    let mut found = BTreeSet::new();
    for krate in fs::read_dir(repository().join("crates")).unwrap().flatten() {
        embedded(&krate.path().join("src"), &mut found);
    }
    assert!(found.len() > 10, "{found:?}");
    let copied = copied();
    let missing: Vec<_> = found.iter().filter(|path| !copied.iter().any(|c| path.starts_with(c))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_image_is_built_by_the_pinned_compiler_and_runs_as_nobody_without_a_shell() {
    let all = instructions();
    let known = ["FROM", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD"];
    assert!(all.iter().all(|(word, _)| known.contains(&word.as_str())), "{all:?}");
    let stages: Vec<_> =
        all.iter().filter(|(word, _)| word == "FROM").map(|(_, rest)| rest.as_str()).collect();
    let toolchain = fs::read_to_string(repository().join("rust-toolchain.toml")).unwrap();
    let channel = toolchain.split('"').nth(1).unwrap();
    assert_eq!(stages[0], format!("rust:{channel}-slim-bookworm AS builder"));
    assert_eq!(stages.len(), 2);
    assert!(
        stages[1].ends_with(":nonroot") && stages.iter().all(|stage| !stage.contains("latest")),
        "{stages:?}"
    );
    let last = all.iter().rposition(|(word, _)| word == "FROM").unwrap();
    let end: Vec<_> = all[last..].iter().map(|(word, rest)| format!("{word} {rest}")).collect();
    assert!(end.contains(&"USER nonroot:nonroot".to_owned()));
    assert!(
        end.contains(&"ENTRYPOINT [\"/usr/local/bin/payrox\"]".to_owned()),
        "the form that needs no shell: {end:?}"
    );
    assert!(!end.iter().any(|line| line.starts_with("RUN")));
    let build = all.iter().find(|(word, _)| word == "RUN").unwrap();
    assert!(build.1.contains("--locked"), "{build:?}");
    let bookworm = ["slim-bookworm", "debian12"];
    assert!(
        stages.iter().zip(bookworm).all(|(stage, version)| stage.contains(version)),
        "one C library in both"
    );
}
