//! What was read, as a document: `artifacts/adopted.json`, and what `--json` prints.

use super::Adopted;
use payrox_model::version;
use serde_json::{Value, json};

impl Adopted {
    /// The document. It says nothing about when it was made.
    pub fn document(&self) -> Value {
        let facets = self.facets.iter().map(|facet| {
            json!({
                "name": facet.name,
                "address": facet.address,
                "codeHash": self.state.code_hash(facet.address),
                "size": facet.code.len(),
                "contract": facet.contract.as_ref().map(|contract| &contract.contract),
            })
        });
        let routes = self.state.routes.iter().map(|(selector, at)| {
            let facet = self.facets.iter().find(|facet| facet.address == *at);
            let functions = facet.map(|facet| facet.functions.as_slice()).unwrap_or_default();
            let name = functions.iter().find(|(s, _)| s == selector).and_then(|(_, name)| name.clone());
            json!({ "selector": selector, "signature": name, "facet": facet.map(|facet| &facet.name) })
        });
        json!({
            "version": version::ADOPTED,
            "chainId": self.chain_id,
            "block": self.block,
            "blockHash": self.block_hash,
            "diamond": self.diamond,
            "origin": self.origin.to_string(),
            "owner": self.state.owner,
            "ownerIsContract": self.state.owner_is_contract,
            "root": self.manifest.root(),
            "manifest": alloy_primitives::Bytes::from(self.manifest.encode()),
            "facets": facets.collect::<Vec<_>>(),
            "routes": routes.collect::<Vec<_>>(),
            "checks": self.checks,
        })
    }
}
