//! What a build keeps about storage, beside the artifacts.

use super::{BuildOutcome, BuildRequest, Compiler, prepare};
use crate::{
    ArtifactSet, Contract, Source,
    layout::{LayoutError, Layouts, derive},
};
use std::path::PathBuf;

/// Writes the layouts of every contract of a build that has functions, unless they are there already; the file, if it is
/// other than it was.
///
/// # Errors
/// When the compiler cannot be asked, or the file cannot be written.
pub fn keep_layouts(request: &BuildRequest, outcome: &BuildOutcome) -> Result<Option<PathBuf>, LayoutError> {
    let names: Vec<_> = outcome.contracts.iter().map(ToString::to_string).collect();
    keep_layouts_of(request, &names, &outcome.compiler)
}

/// The same of these contracts of a build, by the compiler that built them.
///
/// # Errors
/// When the compiler cannot be asked, or the file cannot be written.
pub fn keep_layouts_of(
    request: &BuildRequest,
    names: &[String],
    compiler: &Compiler,
) -> Result<Option<PathBuf>, LayoutError> {
    let source = Source::Folder(request.out.clone());
    let artifacts = ArtifactSet::read(&source, names).map_err(super::BuildError::from)?;
    let concrete = |contract: &&Contract| !contract.runtime.is_empty() && !contract.functions.is_empty();
    let contracts: Vec<_> = artifacts.contracts().iter().filter(concrete).collect();
    let file = Layouts::beside(&source);
    // One that cannot be read is replaced.
    let kept = Layouts::read(&file).ok().flatten();
    if kept.is_some_and(|kept| contracts.iter().all(|contract| kept.of(contract).is_some())) {
        return Ok(None);
    }
    let prepared = prepare(request)?;
    let ids: Vec<_> = contracts.iter().map(|contract| contract.id.clone()).collect();
    let layouts = derive(compiler, &request.search, prepared.input(), &ids)?;
    Ok(layouts.write(&file)?.then_some(file))
}
