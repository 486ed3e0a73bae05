//! A copy of the repository in which faults are applied.

use super::Mutant;
use crate::{
    failure::{Doing, Done, Failure},
    process::run,
    repo::{self, Repo, read},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The copy, kept between runs so that compilers find their caches.
pub(super) struct Tree {
    repo: Repo,
    target: PathBuf,
}

impl Tree {
    /// Copies every file that git knows or would add; what differs only.
    pub(super) fn copy(repo: &Repo) -> Done<Self> {
        let root = repo.scratch().join("mutants/tree");
        let mut git = Command::new("git");
        git.current_dir(repo.path(".")).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
        let listed = run(&mut git)?.demand("git ls-files")?;
        for file in listed.lines() {
            let (from, to) = (repo.path(file), root.join(file));
            if from.is_symlink() || !from.is_file() {
                continue;
            }
            let bytes = fs::read(&from).doing(|| from.display().to_string())?;
            if fs::read(&to).ok().as_deref() != Some(bytes.as_slice()) {
                payrox_files::write_atomic(&to, &bytes).doing(|| to.display().to_string())?;
            }
        }
        stale(&root.join("contracts/test"), &repo.path("contracts/test"))?;
        link(&repo.path("node_modules"), &root.join("node_modules"))?;
        if repo.path("contracts/node_modules").is_symlink() {
            link(Path::new("../node_modules"), &root.join("contracts/node_modules"))?;
        }
        make_executable(&root.join("tools/solc"))?;
        Ok(Self { repo: Repo::at(root), target: repo.scratch().join("mutants/target") })
    }

    pub(super) fn repo(&self) -> &Repo {
        &self.repo
    }

    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Applies the fault and gives the text it changed.
    pub(super) fn apply(&self, mutant: &Mutant) -> Done<String> {
        let original = self.repo.read(&mutant.file)?;
        let places: Vec<usize> = original.match_indices(&mutant.old).map(|(at, _)| at).collect();
        let at = match (mutant.place, places.as_slice()) {
            (None, [only]) => *only,
            (Some(place), all) if (1..=all.len()).contains(&place) => all[place - 1],
            _ => {
                return Err(Failure::new(format!(
                    "{:?} is found {} times in {}",
                    mutant.old,
                    places.len(),
                    mutant.file.display()
                )));
            }
        };
        if mutant.old.contains('\n') {
            return Err(Failure::new(format!("{:?} is more than one line", mutant.old)));
        }
        let (before, rest) = original.split_at(at);
        let changed = format!("{before}{}{}", mutant.new, &rest[mutant.old.len()..]);
        repo::write(&self.repo.path(&mutant.file), &changed)?;
        Ok(original)
    }

    pub(super) fn restore(&self, mutant: &Mutant, original: &str) -> Done {
        repo::write(&self.repo.path(&mutant.file), original)
    }
}

/// Removes tests of an earlier copy that are gone.
fn stale(copy: &Path, original: &Path) -> Done {
    for path in repo::files(copy, ".sol") {
        let relative = path.strip_prefix(copy).unwrap_or(&path);
        if !original.join(relative).exists() && read(&path).is_ok() {
            fs::remove_file(&path).doing(|| path.display().to_string())?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> Done {
    if at.is_symlink() {
        return Ok(());
    }
    std::os::unix::fs::symlink(to, at).doing(|| at.display().to_string())
}

#[cfg(not(unix))]
fn link(_: &Path, at: &Path) -> Done {
    Err(Failure::new(format!("{}: links are only made on Unix", at.display())))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Done {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).doing(|| path.display().to_string())
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Done {
    Ok(())
}
