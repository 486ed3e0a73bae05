//! What a deployment did, so that two can be compared: each effect once, none missing.

use crate::{
    chain::{BOOTSTRAPPER, Chain, OWNER},
    project::{Project, list, text},
    served::Served,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::OnceLock};

/// The keys of the bootstrapper and of the owner: public knowledge.
pub(crate) const KEYS: [&str; 2] = [
    "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
    "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
];

/// Everything that shows on a chain and should show once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Effects {
    /// How often each event was: emitter and topics.
    pub(crate) events: BTreeMap<String, usize>,
    /// The code of each address of the plan.
    pub(crate) code: BTreeMap<String, usize>,
}

impl Effects {
    pub(crate) fn of(chain: &Chain, plan: &Value) -> Self {
        let mut events = BTreeMap::new();
        let logs = chain.ask("eth_getLogs", json!([{ "fromBlock": "0x0", "toBlock": "latest" }])).unwrap();
        for log in list(&logs) {
            *events.entry(format!("{} {}", log["address"], log["topics"])).or_default() += 1;
        }
        let facets = list(&plan["facets"]).iter().map(|facet| text(facet, "address").to_owned());
        let system = plan["addresses"].as_object().unwrap().values();
        let system = system.filter_map(|address| address.as_str().map(str::to_owned));
        let code = facets.chain(system).map(|address| {
            let size = chain.code(&address).len();
            (address, size)
        });
        Self { events, code: code.collect() }
    }
}

/// The example by one run that nothing disturbs: its plan, its effects, and how many transactions that took.
pub(crate) struct Reference {
    pub(crate) plan: Value,
    pub(crate) effects: Effects,
    pub(crate) transactions: u64,
}

/// Made once for all tests that compare with it; `None` where there is no anvil.
pub(crate) fn reference() -> Option<&'static Reference> {
    static REFERENCE: OnceLock<Option<Reference>> = OnceLock::new();
    let made = REFERENCE.get_or_init(|| {
        let anvil = Served::anvil()?;
        let project = Project::example();
        let ran = project.json(&["run", "--network", "anvil", "--rpc-url", anvil.url(), "--broadcast"]);
        assert_eq!(ran["outcome"], "complete");
        let (plan, chain) = (project.plan(), anvil.chain());
        Some(Reference { effects: Effects::of(&chain, &plan), transactions: sent(&chain), plan })
    });
    made.as_ref()
}

/// How many transactions the two operators have had mined.
pub(crate) fn sent(chain: &Chain) -> u64 {
    [BOOTSTRAPPER, OWNER].iter().map(|operator| chain.nonce(operator, "latest")).sum()
}
