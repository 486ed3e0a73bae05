//! What a plan brings, apart from where it brings it.

use crate::{Effect, Plan};
use alloy_primitives::{B256, keccak256};
use alloy_sol_types::SolCall as _;
use payrox_files::canonical_text;
use payrox_model::abi::IDeterministicChunkFactory as F;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// SHA-256 over what is the same on every network: the facets' names and init code without constructor arguments, the functions
/// with facet and flags, the init contract's code and function.
///
/// Two plans with the same substance are the same release: constructor arguments, roles, delay, and all addresses and hashes that
/// follow from them may differ.
pub fn substance(plan: &Plan) -> B256 {
    let code = init_code(plan);
    let hash = |step: &str| code.get(step).copied();
    let facets: BTreeMap<_, _> = plan
        .facets
        .iter()
        .map(|f| {
            (
                f.name.to_string(),
                json!({ "contract": f.contract, "code": hash(&format!("facet {}", f.name)) }),
            )
        })
        .collect();
    let routes: Vec<_> = plan
        .routes
        .iter()
        .map(|r| json!({ "selector": r.selector, "facet": r.facet, "flags": r.flags }))
        .collect();
    let init = plan.init.as_ref().map(|init| {
        let name = init.contract.rsplit(':').next().unwrap_or_default();
        json!({
            "contract": init.contract,
            "code": hash(&format!("init {name}")),
            "function": init.data.get(..4).map(alloy_primitives::hex::encode_prefixed),
        })
    });
    let value = json!({ "system": plan.system.name, "facets": facets, "routes": routes, "init": init });
    // A value of text and numbers has a JSON form.
    B256::from_slice(&Sha256::digest(canonical_text(&value).unwrap_or_default()))
}

/// keccak-256 of the init code, without arguments, of what goes through the factory, by step.
pub(super) fn init_code(plan: &Plan) -> BTreeMap<&str, B256> {
    let hash =
        |data: &[u8]| F::deployDeterministic_1Call::abi_decode(data).ok().map(|c| keccak256(&c.initCode));
    let steps = plan.steps.iter().filter(|step| matches!(step.effect, Effect::Code { .. }));
    steps.filter_map(|s| Some((s.name.as_str(), hash(&s.call.as_ref()?.data)?))).collect()
}
