//! What a diamond serves while the project says just that: ABIs of facets that payrox did not bring, and where their variables
//! stand. What comes later is compared with it.

use crate::{layouts, planning::Workshop};
use payrox_files::{to_canonical_json, write_derived};
use payrox_model::BoxFault;
use payrox_plan::{Plan, PlanError};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Where they are, in a project's folder. Each is a contract's record, of one that no transaction of payrox created.
pub(crate) fn folder(project: &Path, chain_id: payrox_model::ChainId) -> PathBuf {
    project.join("journal").join(chain_id.to_string()).join("adopted")
}

/// Keeps them, by the artifacts that just made the plan which begins and ends with what is served. What is known stays: an address
/// has one code.
pub(crate) fn keep(workshop: &Workshop<'_>, plan: &Plan) -> Result<(), BoxFault> {
    let folder = folder(workshop.context.folder(), plan.chain_id);
    for facet in &plan.facets {
        let file = folder.join(format!("{:#x}.json", facet.address));
        let Ok(contract) = workshop.artifacts.get(&facet.contract) else { continue };
        if file.exists() {
            continue;
        }
        let record = json!({
            "version": 1,
            "name": facet.name,
            "chainId": plan.chain_id,
            "address": facet.address,
            "abi": contract.abi,
            "transaction": Value::Null,
            "block": Value::Null,
            "constructorArguments": facet.constructor_args,
            "codeHash": facet.code_hash,
            "inputHash": Value::Null,
        });
        write_derived(&file, to_canonical_json(&record).map_err(PlanError::from)?.as_bytes())?;
    }
    // A facet that has none is told by `validate`.
    layouts::keep(workshop, plan)?;
    Ok(())
}
