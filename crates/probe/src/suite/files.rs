//! What the outcome of a project's tests depends on: its files, and the packages that are installed for it.

use payrox_files::read_text;
use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

/// Files of a project, at most.
const LIMIT: usize = 20_000;
/// Bytes of a file that is looked through for others that it names, at most.
const TEXT: u64 = 4 << 20;
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

/// Every file that the tests of a project may depend on, libraries and lock files with them, and what lies outside of it where a link,
/// a remapping or an import leads there; `None` where they are too many to look at all of them, or cannot be listed.
pub fn files(root: &Path) -> Option<Vec<PathBuf>> {
    within(root, LIMIT)
}

fn within(root: &Path, limit: usize) -> Option<Vec<PathBuf>> {
    let mut walk = Walk::new(limit);
    walk.below(root, |depth, name| name == ".git" || depth == 0 && WRITTEN.contains(&name))?;
    let whole = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    for folder in whole.ancestors() {
        linked(&mut walk, &folder.join("node_modules"))?;
    }
    // What is outside names more that is.
    let mut seen = 0;
    while let Some(file) = walk.found.get(seen).cloned() {
        seen += 1;
        for place in named(&file, &whole) {
            walk.take(&place)?;
        }
    }
    let locks = whole.ancestors().flat_map(|folder| LOCKS.map(|name| folder.join(name)));
    walk.found.extend(locks.filter(|file| file.is_file()));
    walk.found.sort();
    Some(walk.found)
}

/// The files among which the project's own tests are: libraries are part of what is tested, but have tests of their own.
pub(super) fn own(root: &Path) -> Vec<PathBuf> {
    let mut walk = Walk::new(LIMIT);
    let all = walk.below(root, |_, name| name == "lib" || WRITTEN.contains(&name));
    walk.found.sort();
    all.map(|()| walk.found).unwrap_or_default()
}

/// Files below folders. Links are followed, and each folder is looked at once, for they may lead in a circle.
struct Walk {
    /// Of files, and of folders, at most.
    limit: usize,
    found: Vec<PathBuf>,
    visited: BTreeSet<PathBuf>,
}

impl Walk {
    const fn new(limit: usize) -> Self {
        Self { limit, found: Vec::new(), visited: BTreeSet::new() }
    }

    /// Those below a folder, but for what lies in folders that `skips` says by how deep they are and by their names.
    fn below(&mut self, root: &Path, skips: impl Fn(usize, &str) -> bool) -> Option<()> {
        let mut folders = vec![(0, root.to_path_buf())];
        while let Some((depth, folder)) = folders.pop() {
            if !self.visited.insert(folder.canonicalize().ok()?) {
                continue;
            }
            for entry in fs::read_dir(&folder).ok()? {
                let path = entry.ok()?.path();
                // One that leads nowhere is none yet.
                let Ok(kind) = fs::metadata(&path) else { continue };
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if kind.is_file() {
                    self.found.push(path);
                } else if kind.is_dir() && !skips(depth, &name) {
                    folders.push((depth + 1, path));
                }
            }
            if self.found.len() > self.limit || self.visited.len() > self.limit {
                return None;
            }
        }
        Some(())
    }

    /// A file, or all of a folder, that is not the project's own.
    fn take(&mut self, place: &Path) -> Option<()> {
        if place.is_dir() {
            return self.below(place, |_, name| name == ".git" || name == "node_modules");
        }
        if !self.found.iter().any(|file| file == place) {
            self.found.push(place.to_owned());
        }
        Some(())
    }
}

/// Packages in `node_modules` that are links to where somebody works on them: no lock file says what is there.
fn linked(walk: &mut Walk, modules: &Path) -> Option<()> {
    let scoped = |name: &Path| name.file_name().is_some_and(|name| name.to_string_lossy().starts_with('@'));
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let packages = entries(modules).flat_map(|path| match scoped(&path) {
        true => entries(&path).collect(),
        false => vec![path],
    });
    for package in packages.filter(|path| path.is_symlink()) {
        let Ok(place) = package.canonicalize() else { continue };
        // A manager of packages links within its own.
        if !place.components().any(|part| part == Component::Normal("node_modules".as_ref())) {
            walk.take(&place)?;
        }
    }
    Some(())
}

/// What lies outside of the project where a file of settings or a source names it: in quotes, or as a remapping.
fn named(file: &Path, root: &Path) -> Vec<PathBuf> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let lines = name == "remappings.txt";
    let source = name.ends_with(".sol");
    if !lines && !source && name != "foundry.toml" && !name.starts_with("hardhat.config.") {
        return Vec::new();
    }
    let Ok(text) = read_text(file, TEXT) else { return Vec::new() };
    let quoted =
        |text: &str| text.split(['"', '\'']).skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let texts: Vec<String> = match (lines, source) {
        (true, _) => text.lines().map(|line| line.trim().to_owned()).collect(),
        (false, true) => text
            .lines()
            .filter(|line| line.contains("import") || line.contains("from"))
            .flat_map(quoted)
            .collect(),
        (false, false) => text.lines().flat_map(quoted).collect(),
    };
    let folder = file.parent().unwrap_or(root);
    let targets = texts.iter().map(|text| text.rsplit('=').next().unwrap_or(text));
    // What does not leave the project is looked at already.
    let leaving = targets.filter(|target| target.starts_with('/') && !source || target.contains(".."));
    let places = leaving.filter_map(|target| folder.join(target).canonicalize().ok());
    places.filter(|place| !place.starts_with(root)).collect()
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

    /// A project, and a package beside it.
    fn beside() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let (folder, root) = project(&["src/A.sol"]);
        let package = root.parent().unwrap().join("package");
        write_atomic(&package.join("src/P.sol"), b"x").unwrap();
        (folder, root, package)
    }

    fn has(root: &Path, end: &str) -> bool {
        files(root).unwrap().iter().any(|file| file.ends_with(end))
    }

    #[cfg(unix)]
    #[test]
    fn prx_v02_what_a_link_leads_to_counts_and_a_circle_ends() {
        use std::os::unix::fs::symlink;
        let (_folder, root, package) = beside();
        fs::create_dir(root.join("lib")).unwrap();
        symlink("../../package", root.join("lib/dep")).unwrap();
        symlink("..", root.join("src/up")).unwrap();
        symlink("../nowhere", root.join("src/gone")).unwrap();
        symlink("../package/src/P.sol", root.join("P.sol")).unwrap();
        let all = below(&root, &files(&root).unwrap());
        assert_eq!(all, ["P.sol", "lib/dep/src/P.sol", "src/A.sol"]);
        // One that somebody works on has no version of which a lock file speaks; one of a manager of packages has.
        fs::remove_dir_all(root.join("lib")).unwrap();
        fs::create_dir_all(root.join("node_modules/@scope")).unwrap();
        assert!(!has(&root, "package/src/P.sol"));
        symlink(&package, root.join("node_modules/@scope/p")).unwrap();
        assert!(has(&root, "package/src/P.sol"));
        fs::remove_file(root.join("node_modules/@scope/p")).unwrap();
        fs::create_dir_all(root.join("node_modules/.pnpm/p")).unwrap();
        write_atomic(&root.join("node_modules/.pnpm/p/index.js"), b"x").unwrap();
        symlink(".pnpm/p", root.join("node_modules/p")).unwrap();
        assert!(!has(&root, "p/index.js"));
    }

    #[test]
    fn prx_v02_what_remappings_settings_and_imports_name_outside_of_the_project_counts() {
        for (file, text) in [
            ("remappings.txt", "a/=lib/a/\np/=../package/\n"),
            ("foundry.toml", "[profile.default]\nlibs = ['lib', '../package']\n"),
            ("foundry.toml", "remappings = [\n  \"p/=../package/src/\",\n]\n"),
            ("hardhat.config.js", "module.exports = { paths: { sources: '../package/src' } };"),
            ("src/A.sol", "import { P } from \"../../package/src/P.sol\";"),
        ] {
            let (_folder, root, _) = beside();
            assert!(!has(&root, "package/src/P.sol"));
            write_atomic(&root.join(file), text.as_bytes()).unwrap();
            assert!(has(&root, "package/src/P.sol"), "{file}: {text}");
        }
    }

    #[test]
    fn prx_v02_what_is_too_much_to_look_at_has_no_hash() {
        let (_folder, root, package) = beside();
        write_atomic(&root.join("remappings.txt"), b"p/=../package/").unwrap();
        // Three files, the remappings and one here and there, in four folders.
        assert_eq!((within(&root, 3), within(&root, 4).map(|files| files.len())), (None, Some(3)));
        for more in ["more", "most"] {
            write_atomic(&package.join(more), b"x").unwrap();
        }
        assert_eq!((within(&root, 4), within(&root, 5).map(|files| files.len())), (None, Some(5)));
        assert_eq!(files(&root.join("nowhere")), None);
    }
}
