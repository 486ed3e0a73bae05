//! What the outcome of a project's tests depends on: its files, and the packages that are installed for it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Files of a project, at most.
const LIMIT: usize = 20_000;
/// Folders of a project that tools write, or that a lock file stands for. Deeper down such a name is one like any other.
const WRITTEN: [&str; 11] = [
    ".git",
    ".payrox",
    "artifacts",
    "broadcast",
    "build",
    "cache",
    "deployments",
    "journal",
    "node_modules",
    "out",
    "target",
];
/// What says which packages there are: beside `node_modules`, and in it what was installed in truth.
const LOCKS: [&str; 10] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "foundry.lock",
    "node_modules/.package-lock.json",
    "node_modules/.yarn-integrity",
    "node_modules/.yarn-state.yml",
    "node_modules/.modules.yaml",
];

/// Every file that the tests of a project may depend on, libraries and lock files with them; `None` where they are too many to
/// look at all of them.
pub fn files(root: &Path) -> Option<Vec<PathBuf>> {
    let mut found = walk(root, |depth, name| name == ".git" || depth == 0 && WRITTEN.contains(&name))?;
    let whole = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let locks = whole.ancestors().flat_map(|folder| LOCKS.map(|name| folder.join(name)));
    found.extend(locks.filter(|file| file.is_file()));
    Some(found)
}

/// The files among which the project's own tests are: libraries are part of what is tested, but have tests of their own.
pub(super) fn own(root: &Path) -> Vec<PathBuf> {
    walk(root, |_, name| name == "lib" || WRITTEN.contains(&name)).unwrap_or_default()
}

/// Files below a folder, but for what lies in folders that `skips` says by how deep they are and by their names.
fn walk(root: &Path, skips: impl Fn(usize, &str) -> bool) -> Option<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![(0, root.to_path_buf())]);
    while let Some((depth, folder)) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            // A link may lead anywhere, and in a circle.
            if kind.is_dir() {
                if !skips(depth, &entry.file_name().to_string_lossy()) {
                    folders.push((depth + 1, entry.path()));
                }
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
        if found.len() > LIMIT {
            return None;
        }
    }
    found.sort();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use payrox_files::write_atomic;

    fn project(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("project");
        for file in files {
            write_atomic(&root.join(file), b"x").unwrap();
        }
        (folder, root)
    }

    fn below(root: &Path, files: &[PathBuf]) -> Vec<String> {
        let name = |file: &PathBuf| file.strip_prefix(root).map(|name| name.to_string_lossy().into_owned());
        files.iter().filter_map(|file| name(file).ok()).collect()
    }

    #[test]
    fn prx_v02_libraries_and_folders_that_are_named_like_outputs_count_for_the_hash() {
        let (_folder, root) = project(&[
            "test/build/helper.js",
            "src/out/A.sol",
            "src/cache/B.sol",
            "lib/dep.js",
            "out/A.json",
            "build/x",
            "node_modules/a/index.js",
            "node_modules/.package-lock.json",
            "package-lock.json",
        ]);
        let all = below(&root, &files(&root).unwrap());
        for name in
            ["test/build/helper.js", "src/out/A.sol", "src/cache/B.sol", "lib/dep.js", "package-lock.json"]
        {
            assert!(all.iter().any(|file| file == name), "{name}: {all:?}");
        }
        assert!(
            all.iter().any(|file| file == "node_modules/.package-lock.json"),
            "what is installed: {all:?}"
        );
        for name in ["out/A.json", "build/x", "node_modules/a/index.js"] {
            assert!(!all.iter().any(|file| file == name), "{name}: {all:?}");
        }
    }

    #[test]
    fn prx_v02_the_lock_of_a_folder_above_counts_and_a_librarys_tests_are_not_the_projects() {
        let (_folder, root) = project(&["lib/std/test/A.t.sol", "src/A.sol"]);
        write_atomic(&root.parent().unwrap().join("yarn.lock"), b"x").unwrap();
        assert!(files(&root).unwrap().contains(&root.parent().unwrap().join("yarn.lock")));
        assert_eq!(below(&root, &own(&root)), ["src/A.sol"]);
    }
}
