//! `payrox build`.

use crate::{args::BuildArgs, context::Context};
use payrox_artifacts::build::{BuildRequest, CompilerSettings, Search, build as compile, keep_layouts};
use payrox_config::Project;
use payrox_model::{BoxFault, ExitCode, text::escape, version};
use serde_json::json;
use std::path::PathBuf;

pub(crate) fn build(args: &BuildArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let project = context.project()?;
    let request = request(context, &project, args.solc.clone(), args.force);
    let outcome =
        compile(&request, &mut |compiler| context.printer.notice(&format!("compiling with {compiler}")))?;
    for warning in &outcome.warnings {
        context.printer.warn(&warning.to_string());
    }
    let layouts = keep_layouts(&request, &outcome).unwrap_or_else(|error| {
        context.printer.warn(&format!("the layouts of storage are not kept: {error}"));
        None
    });
    let files: Vec<_> =
        outcome.written.iter().chain(&layouts).map(|f| escape(&f.display().to_string())).collect();
    let how = if outcome.cached { "nothing changed" } else { "compiled" };
    context.printer.result(&format!(
        "{how}: {} contracts, {} files written\n{}\ninput {}\n\nnext: {}",
        outcome.contracts.len(),
        files.len(),
        outcome.compiler,
        outcome.input_sha256,
        context.command("plan")
    ));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": if outcome.cached { "nothing_to_do" } else { "complete" },
        "compiler": outcome.compiler,
        "inputSha256": outcome.input_sha256,
        "contracts": outcome.contracts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "written": files,
    }));
    Ok(ExitCode::Ok)
}

/// What is compiled of a project, and how.
pub(super) fn request(
    context: &Context<'_>,
    project: &Project,
    solc: Option<PathBuf>,
    force: bool,
) -> BuildRequest {
    let compiler = &project.compiler;
    let mut contracts: Vec<_> = project.facets.iter().map(|f| f.contract.to_string()).collect();
    contracts.extend(project.init.iter().map(|i| i.contract.to_string()));
    BuildRequest {
        root: context.folder().to_owned(),
        sources: compiler.sources.value.clone(),
        contracts,
        out: context.folder().join(&project.artifacts.value),
        settings: CompilerSettings {
            version: compiler.version.value.clone(),
            via_ir: compiler.via_ir.as_ref().map(|v| v.value),
            optimizer_runs: compiler.optimizer_runs.as_ref().map(|v| v.value.into()),
            evm_version: compiler.evm_version.as_ref().map(|v| v.value.clone()),
            bytecode_hash: None,
        },
        remappings: compiler.remappings.clone(),
        search: Search { named: solc, ..Search::from_env() },
        force,
        within: None,
    }
}
