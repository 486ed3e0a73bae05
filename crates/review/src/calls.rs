//! Who calls what: each call of a plan in words.

use alloy_json_abi::JsonAbi;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use payrox_artifacts::{ArtifactSet, DecodedCall, decode_call, release};
use payrox_model::text::escape;
use payrox_plan::{Call, Plan, Sender, address::CREATE2_DEPLOYER};
use serde::Serialize;
use serde_json::json;

/// A call as it is shown.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownCall {
    /// The step, or `back 1` for the way back.
    pub step: String,
    /// Who may make it.
    pub sender: String,
    /// The same, as the plan has it.
    #[serde(skip)]
    pub role: Sender,
    /// Whether it is a call of the way back.
    #[serde(skip)]
    pub back: bool,
    /// The callee's name.
    pub callee: String,
    /// The callee.
    pub to: Address,
    /// Ether.
    pub value: U256,
    /// Canonical signature; what it is where it has none.
    pub function: String,
    /// Arguments by name, long ones as length and hash.
    pub arguments: Vec<(String, String)>,
    /// Calldata.
    pub data: Bytes,
    /// keccak-256 of it.
    pub data_hash: B256,
}

/// Every call forwards, then the way back.
pub fn calls(plan: &Plan, artifacts: &ArtifactSet) -> Vec<ShownCall> {
    let forward = plan.steps.iter().filter_map(|s| Some((s.name.clone(), s.call.as_ref()?)));
    let back = plan.inverse.calls().iter().enumerate().map(|(i, call)| (format!("back {}", i + 1), call));
    let forward = forward.map(|(step, call)| show(plan, artifacts, step, call));
    forward
        .chain(back.map(|(step, call)| ShownCall { back: true, ..show(plan, artifacts, step, call) }))
        .collect()
}

fn show(plan: &Plan, artifacts: &ArtifactSet, step: String, call: &Call) -> ShownCall {
    let (callee, decoded) = decode(plan, call);
    let (function, mut arguments) = match decoded {
        Some(DecodedCall { signature, arguments }) => (signature, arguments),
        None if call.to == CREATE2_DEPLOYER => {
            ("salt and init code, no function".into(), vec![("init code".into(), call.data.to_string())])
        }
        None => ("unknown: this calldata has no function".into(), Vec::new()),
    };
    let facet = plan.facets.iter().find(|f| step == format!("facet {}", f.name));
    let named = facet.and_then(|f| {
        payrox_artifacts::decode_constructor(artifacts.get(&f.contract).ok()?, &f.constructor_args)
    });
    arguments.extend(named.into_iter().flatten().map(|(name, text)| (format!("constructor {name}"), text)));
    // A diamond runs it with its last cut.
    let last = || plan.steps.last().is_some_and(|last| plan.diamond.is_some() && last.name == step);
    let init = plan.init.as_ref().filter(|_| step == "activate" || last());
    let inner = init.and_then(|i| decode_call(&artifacts.get(&i.contract).ok()?.abi, &i.data));
    if let Some(inner) = inner {
        arguments.push(("initData is".into(), inner.signature));
        arguments.extend(inner.arguments.into_iter().map(|(n, t)| (format!("initData {n}"), t)));
    }
    ShownCall {
        step,
        sender: sender(call.sender).into(),
        role: call.sender,
        back: false,
        callee: callee.into(),
        to: call.to,
        value: call.value,
        function: escape(&function),
        arguments: arguments.into_iter().map(|(n, t)| (escape(&n), short(&t))).collect(),
        data: call.data.clone(),
        data_hash: keccak256(&call.data),
    }
}

fn decode(plan: &Plan, call: &Call) -> (&'static str, Option<DecodedCall>) {
    let (release, a) = (release(), &plan.addresses);
    let (name, contract) = match call.to {
        to if to == a.factory => ("factory", &release.factory),
        to if to == a.dispatcher && plan.diamond.is_some() => {
            return ("diamond", decode_call(&diamond_abi(), &call.data));
        }
        to if to == a.launcher => ("launcher", &release.launcher),
        to if to == a.dispatcher => ("dispatcher", &release.dispatcher),
        to if to == a.router => ("router", &release.router),
        CREATE2_DEPLOYER => return ("CREATE2 deployer", None),
        _ => return ("unknown", None),
    };
    (name, decode_call(&contract.abi, &call.data))
}

/// What the owner of a diamond calls.
pub(crate) fn diamond_abi() -> JsonAbi {
    let cut = json!({
        "type": "function", "name": "diamondCut", "stateMutability": "nonpayable", "outputs": [],
        "inputs": [
            { "name": "_diamondCut", "type": "tuple[]", "components": [
                { "name": "facetAddress", "type": "address" },
                { "name": "action", "type": "uint8" },
                { "name": "functionSelectors", "type": "bytes4[]" },
            ] },
            { "name": "_init", "type": "address" },
            { "name": "_calldata", "type": "bytes" },
        ],
    });
    serde_json::from_value(json!([cut])).unwrap_or_default()
}

/// Who may send it, in words.
pub(crate) fn sender(sender: Sender) -> &'static str {
    match sender {
        Sender::Anyone => "anyone",
        Sender::Stager => "owner; for epoch 1 the bootstrapper too",
        Sender::Activator => "owner or operator; for epoch 1 the bootstrapper",
        Sender::Owner => "owner",
        Sender::Guardian => "guardian or owner",
    }
}

/// Code is shown by length and hash.
fn short(text: &str) -> String {
    const SHOWN: usize = 140;
    if text.len() <= SHOWN {
        return escape(text);
    }
    match text.strip_prefix("0x").and_then(|hex| alloy_primitives::hex::decode(hex).ok()) {
        Some(bytes) => format!("{} bytes, keccak {}", bytes.len(), keccak256(bytes)),
        None => format!("{}…", escape(&text.chars().take(SHOWN).collect::<String>())),
    }
}
