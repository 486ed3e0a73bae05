//! `payrox adopt ADDRESS`: from a diamond that is live to a project.

use crate::{args::AdoptArgs, context::Context, fault::CliFault, report, table::table};
use alloy_primitives::Address;
use payrox_artifacts::ArtifactSet;
use payrox_config::Network;
use payrox_files::{to_canonical_json, write_atomic};
use payrox_model::{
    BoxFault, ExitCode, Name, Report, Verdict,
    text::{counted, escape},
    version,
};
use payrox_plan::PlanError;
use payrox_probe::adopt::{AdoptQuery, Adopted, adopt as read, network_file, project_file};
use serde_json::json;
use std::path::{Path, PathBuf};

pub(crate) async fn adopt(args: &AdoptArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let diamond = address(&args.address)?;
    let network = context.network()?;
    let name: Name = args.name.parse().map_err(|source| CliFault::Name { source })?;
    let files = Files::of(context, &network);
    // Before anything is asked: what is there already is not replaced.
    files.are_free()?;
    let contracts = match &args.artifacts {
        Some(path) => ArtifactSet::every(&context.inside(path))?.0,
        None => Vec::new(),
    };
    let connection = context.connect(&network)?;
    context.is_meant(&network, &connection.endpoint).await?;
    let query = AdoptQuery { diamond, from_block: args.from_block, artifacts: &contracts };
    let adopted = read(&connection.endpoint, query).await?;
    let path = args.artifacts.as_ref().map(|path| path.display().to_string());
    let extends = Network::built_in().any(|known| known == network.name.as_str());
    let document = to_canonical_json(&adopted.document()).map_err(PlanError::from)?;
    files.write(&[
        &project_file(&adopted, &name, path.as_deref()),
        &network_file(&adopted, &network.name, extends),
        &document,
    ])?;
    let report = Report { checks: adopted.checks.clone() };
    let next = context.command("plan");
    context.printer.result(&shown(context, &adopted, &report, &files, &next));
    let mut document = adopted.document();
    if let Some(map) = document.as_object_mut() {
        map.insert("version".into(), json!(version::OUTPUT));
        map.insert("files".into(), json!(files.shown()));
        map.insert("next".into(), json!(next));
    }
    context.printer.document(&document);
    // The files are there all the same: whoever takes it over decides what to do about it.
    Ok(if report.verdict() == Verdict::Pass { ExitCode::Ok } else { ExitCode::GateFailed })
}

fn address(text: &str) -> Result<Address, BoxFault> {
    let wrong = |why: String, hint: Option<String>| Err(CliFault::Usage { text: why, hint }.into());
    let shown = escape(&text.chars().take(80).collect::<String>());
    match (Address::parse_checksummed(text, None), text.parse::<Address>()) {
        (Ok(address), _) => Ok(address),
        // Explorers show addresses in small letters, which carry no checksum.
        (_, Ok(address)) if text == text.to_ascii_lowercase() => Ok(address),
        (_, Ok(address)) => wrong(
            format!("`{shown}` has a letter in the wrong case: it is not the address that was meant"),
            Some(format!("as it is written it would be {}", address.to_checksum(None))),
        ),
        _ => wrong(format!("`{shown}` is no address"), Some("an address is 0x and 40 hex digits".into())),
    }
}

/// The project file, the network's file and the document, in this order.
struct Files([PathBuf; 3]);

impl Files {
    fn of(context: &Context<'_>, network: &Network) -> Self {
        let networks = context.folder().join("networks").join(format!("{}.toml", network.name));
        Self([context.project_file(), networks, context.inside(Path::new("artifacts/adopted.json"))])
    }

    fn are_free(&self) -> Result<(), BoxFault> {
        match self.0.iter().find(|path| path.symlink_metadata().is_ok()) {
            Some(path) => Err(CliFault::ProjectExists { path: escape(&path.display().to_string()) }.into()),
            None => Ok(()),
        }
    }

    fn write(&self, texts: &[&str; 3]) -> Result<(), BoxFault> {
        for (path, text) in self.0.iter().zip(texts) {
            write_atomic(path, text.as_bytes())?;
        }
        Ok(())
    }

    fn shown(&self) -> Vec<String> {
        self.0.iter().map(|path| escape(&path.display().to_string())).collect()
    }
}

fn shown(context: &Context<'_>, adopted: &Adopted, report: &Report, files: &Files, next: &str) -> String {
    let rows = adopted.facets.iter().map(|facet| {
        let source = match &facet.contract {
            Some(contract) => contract.contract.clone(),
            None if facet.address == adopted.diamond => "the diamond itself".into(),
            None => "unknown: kept as it is".into(),
        };
        [
            facet.name.to_string(),
            facet.address.to_string(),
            facet.functions.len().to_string(),
            facet.code.len().to_string(),
            escape(&source),
        ]
    });
    format!(
        "diamond {} on chain {}, block {}: {}, {} by its {}\n\n{}\n\nroot  {}\n\n{}\n\nmade:\n  {}\n\nnext: {next}",
        adopted.diamond,
        adopted.chain_id,
        adopted.block,
        counted(adopted.facets.len(), "facet"),
        counted(adopted.state.routes.len(), "route"),
        adopted.origin,
        table(["facet", "address", "#routes", "#bytes", "source"], rows),
        adopted.manifest.root(),
        report::checks(report, context.printer.paint()),
        files.shown().join("\n  ")
    )
}
