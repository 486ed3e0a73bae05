//! A folder of artifacts, Foundry's or Hardhat's: one file a contract, found by its name and read only when it is wanted. Whose
//! it is, each file says itself.

use crate::{
    contract::{Contract, FoundryFile},
    flaw::Flaw,
    hardhat::{self, BESIDE},
    reference::{ContractId, Reference},
    set::{Found, SetError},
};
use payrox_files::FileError;
use payrox_model::text::escape;
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fs, io,
    path::{Path, PathBuf},
};

/// Largest artifact that is read: with syntax trees they reach some megabytes.
const FILE_LIMIT: u64 = 32 << 20;
/// Most files that are looked at.
const COUNT_LIMIT: usize = 50_000;
/// Deepest folder that is looked at.
const DEPTH_LIMIT: usize = 16;

/// Every contract of a folder that can be read, ascending by name, and how many files were none.
pub(crate) fn every(out: &Path) -> Result<(Vec<Contract>, usize), SetError> {
    let files: Vec<PathBuf> = index(out)?.into_values().flatten().collect();
    let all = files.len();
    let (mut contracts, mut of_hardhat) = (Vec::new(), Vec::new());
    for one in files.iter().filter_map(|file| load(out, file).ok()) {
        match one {
            One::Foundry(contract) => contracts.push(*contract),
            One::Hardhat(artifact) => of_hardhat.push(artifact),
        }
    }
    // Those whose build is not there any more are none either.
    contracts.extend(hardhat::contracts(of_hardhat).unwrap_or_default());
    let unread = all - contracts.len();
    contracts.sort_by(|a, b| a.id.cmp(&b.id));
    Ok((contracts, unread))
}

pub(crate) fn read(out: &Path, wanted: &[Reference]) -> Result<Vec<Found>, SetError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let index = index(out)?;
    let mut loaded = Loaded::new();
    let mut meant = BTreeSet::new();
    for reference in wanted {
        let files = candidates(&index, reference);
        for file in &files {
            if let Entry::Vacant(slot) = loaded.entry((*file).clone()) {
                slot.insert(load(out, file)?);
            }
        }
        meant.insert(only(out, &index, &loaded, reference, &files)?);
    }
    let (mut contracts, mut of_hardhat) = (Vec::new(), Vec::new());
    for (_, one) in loaded.into_iter().filter(|(file, _)| meant.contains(file)) {
        match one {
            One::Foundry(contract) => contracts.push(*contract),
            One::Hardhat(artifact) => of_hardhat.push(artifact),
        }
    }
    contracts.extend(hardhat::contracts(of_hardhat)?);
    Ok(contracts.into_iter().map(|contract| Found { contract }).collect())
}

/// A file that may be meant.
enum One {
    Foundry(Box<Contract>),
    /// Its code is in a build-info, which is large: it is read once it is known that it is meant.
    Hardhat(hardhat::Artifact),
}

impl One {
    fn id(&self) -> &ContractId {
        match self {
            Self::Foundry(contract) => &contract.id,
            Self::Hardhat(artifact) => &artifact.id,
        }
    }
}

/// Files by the name of the contract that they should hold.
type Index = BTreeMap<String, Vec<PathBuf>>;
type Loaded = BTreeMap<PathBuf, One>;

/// The one file that a reference means.
fn only(
    out: &Path,
    index: &Index,
    loaded: &Loaded,
    reference: &Reference,
    files: &[&PathBuf],
) -> Result<PathBuf, SetError> {
    let hits = files.iter().filter_map(|file| loaded.get_key_value(*file));
    let hits = hits.map(|(file, one)| (file, one.id())).filter(|(_, id)| reference.means(id));
    match hits.collect::<Vec<_>>().as_slice() {
        [(file, _)] => Ok((*file).clone()),
        [] => Err(SetError::Unknown {
            wanted: reference.to_string(),
            place: show(out),
            near: near(index, reference.name()),
        }),
        [(_, id), rest @ ..] if rest.iter().all(|(_, other)| other == id) => Err(SetError::Duplicate {
            id: id.to_string(),
            files: files.iter().map(|file| show(file)).collect(),
        }),
        all => Err(SetError::Ambiguous {
            wanted: reference.to_string(),
            candidates: all.iter().map(|(_, id)| id.to_string()).collect(),
        }),
    }
}

fn load(out: &Path, file: &Path) -> Result<One, SetError> {
    let text = payrox_files::read_text(file, FILE_LIMIT)?;
    if let Some(artifact) = hardhat::artifact(out, file, &text)? {
        return Ok(One::Hardhat(artifact));
    }
    let contract = parse(&text, file).map_err(|flaw| SetError::artifact(file, flaw))?;
    Ok(One::Foundry(Box::new(contract)))
}

/// The contract in the text of one of Foundry's files.
pub(crate) fn parse(text: &str, file: &Path) -> Result<Contract, Flaw> {
    let raw: FoundryFile<'_> = serde_json::from_str(text)?;
    let (compilation, id) = raw.metadata()?.ok_or(Flaw::Anonymous)?;
    Contract::assemble(id.ok_or(Flaw::Anonymous)?, file.to_owned(), Some(compilation), raw.parts())
}

/// The files that may be it: they carry the contract's name, in a folder with the name of the source.
fn candidates<'a>(index: &'a Index, reference: &Reference) -> Vec<&'a PathBuf> {
    let source = match reference {
        Reference::Full(id) => id.path().rsplit('/').next(),
        Reference::Bare(_) => None,
    };
    let files = index.get(reference.name()).map(Vec::as_slice).unwrap_or_default();
    let from = |file: &&PathBuf| match source {
        Some(source) => file.parent().and_then(Path::file_name).is_some_and(|folder| folder == source),
        None => true,
    };
    files.iter().filter(from).collect()
}

/// All JSON files by the contract's name: what stands before the first dot, since a version or a profile may follow.
fn index(out: &Path) -> Result<Index, SetError> {
    let mut index = Index::new();
    let mut folders = vec![(out.to_owned(), 0)];
    let mut count = 0;
    while let Some((folder, depth)) = folders.pop() {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => SetError::NoFolder { folder: show(&folder) },
            _ => FileError::Read { path: folder.clone(), source }.into(),
        };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            count += 1;
            if count > COUNT_LIMIT {
                return Err(SetError::TooMany { folder: show(out), limit: COUNT_LIMIT });
            }
            // A link is neither: artifacts are what the compiler wrote here, not what something points to.
            let kind = entry.file_type().map_err(failed)?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            if kind.is_dir() && depth < DEPTH_LIMIT && name != "build-info" {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() && name.ends_with(".json") && !BESIDE.iter().any(|e| name.ends_with(e)) {
                let contract = name.split('.').next().unwrap_or_default();
                index.entry(contract.to_owned()).or_default().push(entry.path());
            }
        }
    }
    // The order in which a file system lists is its own.
    index.values_mut().for_each(|files| files.sort());
    Ok(index)
}

/// Up to five names that look like it.
fn near(index: &Index, name: &str) -> Vec<String> {
    let wanted = name.to_ascii_lowercase();
    let alike = |name: &&String| {
        let name = name.to_ascii_lowercase();
        !name.is_empty() && (name.contains(&wanted) || wanted.contains(&name))
    };
    let shown = |name: &String| {
        let folder = index.get(name).and_then(|files| files.first()).and_then(|file| file.parent());
        let folder = folder.and_then(Path::file_name).unwrap_or_default();
        escape(&format!("{name} (from {})", folder.display()))
    };
    index.keys().filter(alike).map(shown).take(5).collect()
}

fn show(path: &Path) -> String {
    escape(&path.display().to_string())
}
