//! Compiling a project: sources to standard JSON, standard JSON to Foundry's `out/`.

mod cache;
mod compiler;
mod diagnostic;
mod error;
mod held;
mod imports;
mod layouts;
mod output;
mod remapping;
mod request;
mod settings;
mod sources;
mod talk;

pub use compiler::{Compiler, CompilerKind, Search};
pub use diagnostic::{Diagnostic, Level};
pub use error::BuildError;
pub use held::Guard;
pub use layouts::{keep_layouts, keep_layouts_of};
pub use request::{BuildRequest, CompilerSettings};

use crate::{ContractId, input::CompilerInput};
use alloy_primitives::B256;
use cache::Record;
use remapping::Remapping;
use serde_json::json;
use sources::Sources;
use std::path::{Path, PathBuf};

/// What a build did.
#[derive(Clone, Debug)]
pub struct BuildOutcome {
    /// Whether everything was there already, from the same input by the same compiler.
    pub cached: bool,
    /// The compiler, this time or then.
    pub compiler: Compiler,
    /// SHA-256 of the compiler's input.
    pub input_sha256: B256,
    /// Every contract that came out.
    pub contracts: Vec<ContractId>,
    /// The files that are other than they were.
    pub written: Vec<PathBuf>,
    /// What the compiler warned of; not kept for a build that is there already.
    pub warnings: Vec<Diagnostic>,
}

/// Compiles what a request names, unless it was compiled before. `starting` is told the compiler before it runs,
/// which may take long.
///
/// # Errors
/// When a source is missing or wrong, or there is no compiler of the exact version. Then no file has changed.
pub fn build(
    request: &BuildRequest,
    starting: &mut dyn FnMut(&Compiler),
) -> Result<BuildOutcome, BuildError> {
    let prepared = prepare(request)?;
    if let Some(outcome) = prepared.cached() {
        return Ok(outcome);
    }
    let compiler = prepared.compiler()?;
    starting(&compiler);
    prepared.compile(&compiler)
}

/// The compiler of an exact version: as named, on the path, in svm's folder, or npm's in or above a folder.
///
/// # Errors
/// When there is none.
pub fn compiler(search: &Search, folder: &std::path::Path, version: &str) -> Result<Compiler, BuildError> {
    compiler::find(search, folder, version)
}

/// A project whose sources are read, and the question to the compiler.
#[derive(Debug)]
pub struct Prepared<'a> {
    request: &'a BuildRequest,
    settings: settings::Resolved,
    sources: Sources,
    input: CompilerInput,
}

/// Reads the sources of a project, and what they import, and asks the compiler's question.
///
/// # Errors
/// When a source or a setting cannot be read.
pub fn prepare(request: &BuildRequest) -> Result<Prepared<'_>, BuildError> {
    let settings = settings::resolve(request)?;
    let sources = sources::load(request, &settings.remappings)?;
    let input = standard_input(&settings, &sources);
    Ok(Prepared { request, settings, sources, input })
}

impl Prepared<'_> {
    /// The compiler's standard JSON input.
    pub fn input(&self) -> &CompilerInput {
        &self.input
    }

    /// Each source by the compiler's name of it, and the file that it was read from, links followed.
    pub fn files(&self) -> impl Iterator<Item = (&str, &std::path::Path)> {
        self.sources.files()
    }

    /// The text of a source.
    pub fn text(&self, unit: &str) -> Option<&str> {
        self.sources.text(unit)
    }

    /// What there is, where it is all there from the same input.
    pub fn cached(&self) -> Option<BuildOutcome> {
        if self.request.force {
            return None;
        }
        let record = Record::read(self.request, self.input.hash)?;
        let (contracts, compiler) =
            record.still_holds(self.request, &self.settings.version, self.input.hash)?;
        let input_sha256 = self.input.hash;
        Some(BuildOutcome {
            cached: true,
            compiler,
            input_sha256,
            contracts,
            written: vec![],
            warnings: vec![],
        })
    }

    /// Finds the compiler of the exact version: as named, on the path, in svm's folder, or npm's.
    ///
    /// # Errors
    /// When there is none.
    pub fn compiler(&self) -> Result<Compiler, BuildError> {
        compiler::find(&self.request.search, &self.request.root, &self.settings.version)
    }

    /// Runs the compiler and writes what came out into another folder than the project's: what is known of earlier builds stays.
    ///
    /// # Errors
    /// As [`Self::compile`].
    pub fn compile_into(&self, compiler: &Compiler, out: &Path) -> Result<(), BuildError> {
        self.accept(compiler, &self.ask(compiler)?, out)
    }

    /// The compiler's answer, as it is.
    ///
    /// # Errors
    /// When the compiler cannot be run.
    pub fn ask(&self, compiler: &Compiler) -> Result<String, BuildError> {
        compiler.run(&self.request.search, &self.input.json, &self.settings.version)
    }

    /// Writes what an answer of the compiler says into a folder.
    ///
    /// # Errors
    /// When it refuses the sources, or lacks a contract; then no file has changed.
    pub fn accept(&self, compiler: &Compiler, answer: &str, out: &Path) -> Result<(), BuildError> {
        let found = output::read(answer, compiler, &self.sources, &self.settings.version, self.input.hash)?;
        found.demand(&self.request.contracts)?;
        let request = BuildRequest { out: out.to_owned(), ..self.request.clone() };
        output::write(&request, &found, &self.input).map(drop)
    }

    /// Runs the compiler and writes what came out.
    ///
    /// # Errors
    /// When the compiler fails or refuses the sources; then no file has changed.
    pub fn compile(&self, compiler: &Compiler) -> Result<BuildOutcome, BuildError> {
        let answer = compiler.run(&self.request.search, &self.input.json, &self.settings.version)?;
        let found = output::read(&answer, compiler, &self.sources, &self.settings.version, self.input.hash)?;
        found.demand(&self.request.contracts)?;
        let files = output::write(self.request, &found, &self.input)?;
        Record::new(&self.settings.version, self.input.hash, compiler, &found, &files).write(self.request)?;
        Ok(BuildOutcome {
            cached: false,
            compiler: compiler.clone(),
            input_sha256: self.input.hash,
            contracts: found.ids(),
            written: files.written,
            warnings: found.warnings,
        })
    }
}

/// What is asked of the compiler for each contract of the project.
const OUTPUTS: [&str; 9] = [
    "abi",
    "metadata",
    "storageLayout",
    "evm.methodIdentifiers",
    "evm.bytecode.object",
    "evm.bytecode.linkReferences",
    "evm.deployedBytecode.object",
    "evm.deployedBytecode.linkReferences",
    "evm.deployedBytecode.immutableReferences",
];

/// Sorted keys, so that the same sources give the same bytes.
fn standard_input(settings: &settings::Resolved, sources: &Sources) -> CompilerInput {
    let contents = sources.units().map(|(unit, text)| (unit.to_owned(), json!({ "content": text })));
    let wanted = sources.own().map(|unit| (unit.to_owned(), json!({ "*": OUTPUTS })));
    let optimizer = match settings.optimizer_runs {
        Some(runs) => json!({ "enabled": true, "runs": runs }),
        None => json!({ "enabled": false }),
    };
    let input = json!({
        "language": "Solidity",
        "sources": contents.collect::<serde_json::Map<_, _>>(),
        "settings": {
            "evmVersion": settings.evm_version,
            "metadata": { "bytecodeHash": settings.bytecode_hash },
            "optimizer": optimizer,
            "outputSelection": wanted.collect::<serde_json::Map<_, _>>(),
            "remappings": settings.remappings.iter().map(Remapping::to_string).collect::<Vec<_>>(),
            "viaIR": settings.via_ir,
        },
    });
    CompilerInput::new(input.to_string())
}
