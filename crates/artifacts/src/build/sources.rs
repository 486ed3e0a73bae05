//! The sources of a project and everything that they import.

use super::{BuildError, BuildRequest, imports, remapping, remapping::Remapping};
use crate::reference::{ContractId, shorten};
use payrox_files::FileError;
use payrox_model::text::escape;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

/// Largest source.
const FILE_LIMIT: u64 = 4 << 20;
/// Most sources.
const COUNT_LIMIT: usize = 10_000;
/// Deepest folder that is searched for sources.
const DEPTH_LIMIT: usize = 32;

/// Sources by the names that the compiler knows them by.
#[derive(Debug)]
pub(super) struct Sources {
    texts: BTreeMap<String, String>,
    own: BTreeSet<String>,
    files: BTreeMap<String, PathBuf>,
}

impl Sources {
    pub(super) fn units(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(unit, text)| (unit.as_str(), text.as_str()))
    }

    /// The project's own, whose contracts come out.
    pub(super) fn own(&self) -> impl Iterator<Item = &str> {
        self.own.iter().map(String::as_str)
    }

    /// Where each was read, links followed.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.files.iter().map(|(unit, file)| (unit.as_str(), file.as_path()))
    }

    pub(super) fn text(&self, unit: &str) -> Option<&str> {
        self.texts.get(unit).map(String::as_str)
    }
}

pub(super) fn load(request: &BuildRequest, remappings: &[Remapping]) -> Result<Sources, BuildError> {
    let places = Places::new(request, remappings)?;
    let mut sources = Sources { texts: BTreeMap::new(), own: BTreeSet::new(), files: BTreeMap::new() };
    let mut queue: Vec<(String, Option<(String, usize)>)> =
        roots(request)?.into_iter().map(|unit| (unit, None)).collect();
    while let Some((unit, from)) = queue.pop() {
        if sources.texts.contains_key(&unit) {
            continue;
        }
        if sources.texts.len() == COUNT_LIMIT {
            return Err(BuildError::TooMany { limit: COUNT_LIMIT });
        }
        let (file, own) = places.locate(&unit, from)?;
        let text = payrox_files::read_text(&file, FILE_LIMIT)?;
        for import in imports::scan(&text) {
            let means = remapping::resolve(&unit, &import.path, remappings);
            queue.push((means, Some((unit.clone(), import.line))));
        }
        if own {
            sources.own.insert(unit.clone());
        }
        sources.files.insert(unit.clone(), file);
        sources.texts.insert(unit, text);
    }
    Ok(sources)
}

/// The sources that the request names.
fn roots(request: &BuildRequest) -> Result<Vec<String>, BuildError> {
    if !request.contracts.is_empty() {
        let unit = |text: &String| {
            let (path, name) = text.rsplit_once(':').unwrap_or((text, ""));
            let id = ContractId::new(path, name);
            id.map(|id| id.path().to_owned())
                .map_err(|flaw| BuildError::Contract { contract: shorten(text), flaw })
        };
        return request.contracts.iter().map(unit).collect();
    }
    let folder = request.root.join(&request.sources);
    let mut units = Vec::new();
    let mut folders = vec![(folder.clone(), 0)];
    while let Some((at, depth)) = folders.pop() {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => FileError::Missing { path: at.clone() },
            _ => FileError::Read { path: at.clone(), source },
        };
        for entry in fs::read_dir(&at).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let path = entry.path();
            if kind.is_dir() && depth < DEPTH_LIMIT {
                folders.push((path, depth + 1));
            } else if kind.is_file() && path.extension().is_some_and(|e| e == "sol") {
                let inside = path.strip_prefix(&request.root).unwrap_or(&path);
                units.push(inside.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    if units.is_empty() {
        return Err(BuildError::NoSources { folder: escape(&folder.display().to_string()) });
    }
    units.sort();
    Ok(units)
}

/// Where sources may be: the project, npm's folders around it, and where its remappings lead.
struct Places {
    root: PathBuf,
    packages: Vec<PathBuf>,
    mapped: Vec<PathBuf>,
}

impl Places {
    fn new(request: &BuildRequest, remappings: &[Remapping]) -> Result<Self, BuildError> {
        let real = |path: &Path| {
            path.canonicalize().map_err(|source| FileError::Read { path: path.to_owned(), source })
        };
        let root = real(&request.root)?;
        let within = request.within.as_deref().map(real).transpose()?;
        let inside = |folder: &&Path| within.as_ref().is_none_or(|within| folder.starts_with(within));
        let packages = root.ancestors().filter(inside).map(|folder| folder.join("node_modules"));
        let packages = packages.filter_map(|folder| folder.canonicalize().ok()).collect();
        let target = |r: &Remapping| root.join(r.target()).canonicalize().ok();
        let mapped = remappings.iter().filter_map(target);
        let mapped = mapped.filter(|folder| inside(&folder.as_path())).collect();
        Ok(Self { root, packages, mapped })
    }

    /// The file of a source, and whether it is the project's own.
    fn locate(&self, unit: &str, from: Option<(String, usize)>) -> Result<(PathBuf, bool), BuildError> {
        let refuse = |why: &'static str| match from.clone() {
            Some((importer, line)) => {
                BuildError::Import { unit: shorten(unit), importer: shorten(&importer), line, why }
            }
            None => BuildError::Source { unit: shorten(unit), why },
        };
        if unit.is_empty() || unit.len() > 1024 || unit.starts_with('/') || unit.contains(['\\', ':', '\0']) {
            return Err(refuse("it is no relative path"));
        }
        // npm's folder may stand above the project, whether a remapping names it or not.
        let package = unit.strip_prefix("node_modules/").unwrap_or(unit);
        let packages = self.packages.iter().map(|folder| folder.join(package));
        let mut files = std::iter::once(self.root.join(unit))
            .chain(packages)
            .filter_map(|file| file.canonicalize().ok())
            .filter(|file| file.is_file());
        let file = files.next().ok_or_else(|| refuse("it is not there"))?;
        let below = |folder: &PathBuf| file.starts_with(folder);
        let package = self.packages.iter().any(below);
        if !below(&self.root) && !package && !self.mapped.iter().any(below) {
            return Err(refuse("it is outside of the project and of its remappings"));
        }
        let own = below(&self.root) && !package && !unit.split('/').any(|part| part == "..");
        Ok((file, own))
    }
}
