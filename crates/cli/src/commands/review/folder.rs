//! The folder whose sources are reviewed: a commit's, or the project's as it is.

use super::usage;
use crate::{args::CommitArgs, context::Context};
use alloy_primitives::B256;
use payrox_artifacts::build::Search;
use payrox_model::{BoxFault, text::escape};
use payrox_review::{
    Answers, Checkout, Origin, Provenance, SourceChange, Workplace, at_commit, check_out, source_changes,
};
use std::{
    collections::BTreeSet,
    env, fs, io,
    path::{Component, Path, PathBuf},
};
use tempfile::TempDir;

/// Sources that are ready to be compiled.
pub(crate) struct Sources {
    pub(crate) place: Workplace,
    pub(crate) provenance: Provenance,
    origin: Option<Origin>,
    /// Outside of what is reviewed, where anybody could have left something; gone afterwards.
    scratch: TempDir,
}

impl Sources {
    pub(crate) fn open(args: &CommitArgs, context: &Context<'_>) -> Result<Self, BoxFault> {
        let search = Search { named: args.solc.clone(), ..Search::from_env() };
        let pinned = args.solc_sha256.as_deref().map(pin).transpose()?;
        let config = context.args.config.clone().unwrap_or_else(|| PathBuf::from("payrox.toml"));
        let scratch = scratch()?;
        let tools = context.folder().to_owned();
        let cache = cache(env::var_os("XDG_CACHE_HOME").map(PathBuf::from), search.home.as_deref());
        let here = PathBuf::from(".");
        let Some(commit) = &args.commit else {
            let root = context.folder().to_owned();
            let path = escape(&root.display().to_string());
            let (within, own) = around(&root)?;
            let place = Workplace {
                answers: Answers::new(scratch.path(), cache.as_deref(), &[&here, &root, &within]),
                within,
                own,
                root,
                config,
                scratch: scratch.path().to_owned(),
                search,
                tools,
                pinned,
                fresh: args.fresh,
                commit: None,
            };
            return Ok(Self { place, provenance: Provenance::Folder { path }, origin: None, scratch });
        };
        let origin = match (&args.bundle, &args.repo) {
            (Some(bundle), _) => Origin::Bundle(bundle.clone()),
            (None, Some(repository)) => Origin::repository(repository)?,
            (None, None) => {
                return Err(usage(
                    "--commit does not say where the commit is",
                    "add --bundle FILE, or --repo with a folder or an https address",
                ));
            }
        };
        inside(&config, "--config")?;
        let path = args.path.clone().unwrap_or_default();
        inside(&path, "--path")?;
        let checkout = bring(&origin, commit, scratch.path(), &search)?;
        if let Some(modules) = &args.modules {
            link(modules, &checkout)?;
        }
        let place = Workplace {
            within: checkout.folder.clone(),
            own: vec![checkout.folder.clone()],
            root: checkout.folder.join(path),
            config,
            scratch: scratch.path().to_owned(),
            answers: Answers::new(scratch.path(), cache.as_deref(), &[&here, &tools]),
            search,
            tools,
            pinned,
            fresh: args.fresh,
            commit: Some(commit.clone()),
        };
        let provenance = Provenance::Commit(checkout);
        Ok(Self { place, provenance, origin: Some(origin), scratch })
    }

    /// An earlier commit, beside this one.
    pub(crate) fn earlier(&self, since: &str, modules: Option<&Path>) -> Result<Option<Workplace>, BoxFault> {
        let Some(origin) = &self.origin else { return Ok(None) };
        let scratch = self.scratch.path().join("since");
        let before = bring(origin, since, &scratch, &self.place.search)?;
        if let Some(modules) = modules.filter(|_| !before.folder.join("node_modules").exists()) {
            link(modules, &before)?;
        }
        Ok(Some(at_commit(&self.place, &before.folder, since, &scratch)))
    }

    /// Sources of the project that are other than at an earlier commit.
    pub(crate) fn changed_since(&self, before: &Workplace) -> Result<Vec<SourceChange>, BoxFault> {
        let mut paths = BTreeSet::new();
        for folder in [&before.within, &self.place.within] {
            below(folder, folder, 0, &mut paths);
        }
        Ok(source_changes(&before.within, &self.place.within, &paths)?)
    }
}

fn bring(origin: &Origin, commit: &str, scratch: &Path, search: &Search) -> Result<Checkout, BoxFault> {
    Ok(check_out(origin, commit, scratch, search.path.clone())?)
}

fn scratch() -> Result<TempDir, BoxFault> {
    let made = tempfile::Builder::new().prefix("payrox-review-").tempdir();
    made.map_err(|source| payrox_files::FileError::Write { path: env::temp_dir(), source }.into())
}

/// The user's folder for what can be made again; none where the user has no folder.
fn cache(xdg: Option<PathBuf>, home: Option<&Path>) -> Option<PathBuf> {
    let folder = xdg.filter(|folder| folder.is_absolute()).or_else(|| Some(home?.join(".cache")))?;
    Some(folder.join("payrox"))
}

fn pin(text: &str) -> Result<B256, BoxFault> {
    text.parse().map_err(|_| usage("--solc-sha256 is no hash", "pass the 64 digits that `sha256sum` prints"))
}

/// A path of the commit must not lead out of it.
fn inside(path: &Path, flag: &str) -> Result<(), BoxFault> {
    if path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Ok(());
    }
    Err(usage(&format!("{flag} leads out of the commit"), "name a path inside of it"))
}

/// The outermost folder around a project that holds packages for it; and what of it is the project's: itself and the packages,
/// not what else lies there.
fn around(root: &Path) -> Result<(PathBuf, Vec<PathBuf>), BoxFault> {
    let real = root
        .canonicalize()
        .map_err(|source| payrox_files::FileError::Read { path: root.to_owned(), source })?;
    let with_packages: Vec<_> =
        real.ancestors().filter(|folder| folder.join("node_modules").is_dir()).collect();
    let outer = with_packages.last().copied().unwrap_or(&real).to_owned();
    let mut own = vec![real.clone()];
    for folder in with_packages {
        let packages = folder.join("node_modules");
        // A link can lead anywhere: what it leads to is listed.
        if fs::symlink_metadata(&packages).is_ok_and(|at| at.is_dir()) {
            own.push(packages);
        }
    }
    Ok((outer, own))
}

/// Packages beside a commit that has none of its own.
fn link(modules: &Path, checkout: &Checkout) -> Result<(), BoxFault> {
    let at = checkout.folder.join("node_modules");
    if at.exists() {
        return Err(usage("--modules, but the commit has its own node_modules", "leave --modules away"));
    }
    let failed = |source: io::Error| payrox_files::FileError::Read { path: modules.to_owned(), source };
    let real = modules.canonicalize().map_err(failed)?;
    symlink(&real, &at).map_err(|source| payrox_files::FileError::Write { path: at, source }.into())
}

#[cfg(unix)]
fn symlink(to: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(to, at)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Sources below a folder that we wrote ourselves; links, which lead to packages, are not followed.
fn below(folder: &Path, at: &Path, depth: usize, paths: &mut BTreeSet<String>) {
    for entry in fs::read_dir(at).into_iter().flatten().flatten() {
        let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
        if kind.is_dir() && depth < 64 {
            below(folder, &path, depth + 1, paths);
        } else if kind.is_file() {
            let inside = path.strip_prefix(folder).ok().and_then(Path::to_str);
            paths.extend(inside.map(str::to_owned));
        }
    }
}
