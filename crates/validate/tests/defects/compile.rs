//! All defects through one run of the compiler, and those that are compiled otherwise through one each.

use crate::case::Case;
use payrox_artifacts::{
    ArtifactSet, Source,
    build::{BuildRequest, CompilerSettings, Search, build, keep_layouts},
    layout::Layouts,
};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

/// Compiles and compares with what is committed; with `PAYROX_BLESS=1`, writes it.
pub(crate) fn check(cases: &[Case]) {
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let all = compiled(scratch.path(), "", true);
    let mut differing = Vec::new();
    for case in cases {
        let below = format!("{}/", case.name);
        let alone = (!case.via_ir()).then(|| compiled(scratch.path(), &case.name, false));
        let (set, layouts) = alone.as_ref().unwrap_or(&all);
        let mut files = BTreeMap::new();
        for contract in set.contracts() {
            let Some(unit) = contract.id.path().strip_prefix(&below) else { continue };
            if !contract.functions.is_empty() && !contract.runtime.is_empty() {
                let file = PathBuf::from(unit).join(format!("{}.json", contract.id.name()));
                files.insert(file, fs::read_to_string(&contract.file).unwrap());
            }
        }
        for replace in case.replace() {
            let text = files.get_mut(&replace.file).unwrap_or_else(|| panic!("{}", replace.file.display()));
            assert!(text.contains(&replace.from), "{}: `{}` is not there", case.name, replace.from);
            *text = text.replace(&replace.from, &replace.to);
        }
        files.insert("layouts.json".into(), layouts.only(|name| name.starts_with(&below)).to_text());
        differing.extend(compare(&case.folder.join("out"), &files));
    }
    assert!(differing.is_empty(), "PAYROX_BLESS=1 writes {differing:#?}");
}

/// What is below a folder of the defects.
fn compiled(scratch: &Path, folder: &str, via_ir: bool) -> (ArtifactSet, Layouts) {
    let request = BuildRequest {
        root: Case::folder(),
        sources: folder.into(),
        out: scratch.join(format!("out{folder}")),
        settings: CompilerSettings {
            version: "0.8.30".into(),
            via_ir: Some(via_ir),
            optimizer_runs: Some(200),
            ..CompilerSettings::default()
        },
        search: Search::from_env(),
        force: true,
        ..BuildRequest::default()
    };
    let outcome = build(&request, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
    keep_layouts(&request, &outcome).unwrap();
    let source = Source::Folder(request.out.clone());
    let layouts = Layouts::read(&Layouts::beside(&source)).unwrap().unwrap();
    let names: Vec<_> = outcome.contracts.iter().map(ToString::to_string).collect();
    (ArtifactSet::read(&source, &names).unwrap(), layouts)
}

fn compare(out: &Path, files: &BTreeMap<PathBuf, String>) -> Vec<PathBuf> {
    let mut differing = Vec::new();
    for (file, text) in files {
        let path = out.join(file);
        if fs::read_to_string(&path).is_ok_and(|old| stable(&old) == stable(text)) {
            continue;
        }
        if env::var_os("PAYROX_BLESS").is_some() {
            payrox_files::write_atomic(&path, text.as_bytes()).unwrap();
        } else {
            differing.push(path);
        }
    }
    differing
}

/// Without the hash of the compiler's whole input: another defect changes it.
fn stable(text: &str) -> String {
    match text.split_once("\"inputSha256\"") {
        Some((before, after)) => format!("{before}{}", after.split_once(',').map_or("}", |(_, rest)| rest)),
        None => text.to_owned(),
    }
}
