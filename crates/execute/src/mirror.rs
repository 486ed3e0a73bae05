//! As much of a remote chain's state in the sandbox as a dry run touches.

use crate::{Sandbox, gates::GateError, sandbox::Reverted, truth};
use alloy_primitives::{Address, B256, Bytes, U256};
use payrox_chain::{At, CallRequest, Endpoint, Read};
use payrox_model::{ChainSnapshot, Manifest};
use payrox_plan::Plan;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Rounds after which a call that touches ever new state is given up.
const ROUNDS: usize = 64;

/// A remote chain at one block. What was copied once is not copied again: the sandbox has gone on from there.
#[derive(Debug)]
pub(crate) struct Mirror<'a> {
    endpoint: &'a Endpoint,
    block: u64,
    accounts: BTreeSet<Address>,
    slots: BTreeSet<(Address, U256)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Touched {
    access_list: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    address: Address,
    storage_keys: Vec<B256>,
}

impl<'a> Mirror<'a> {
    pub(crate) fn new(endpoint: &'a Endpoint, block: u64) -> Self {
        Self { endpoint, block, accounts: BTreeSet::new(), slots: BTreeSet::new() }
    }

    /// Copies what every dry run of a plan touches.
    pub(crate) async fn begin(
        &mut self,
        sandbox: &Sandbox,
        plan: &Plan,
        chain: &ChainSnapshot,
    ) -> Result<(), GateError> {
        let mut accounts = truth::addresses(plan);
        let core = plan.addresses;
        accounts.extend([core.factory, core.extension, core.implementation, core.launcher]);
        let active = chain.router.as_ref().and_then(|router| Manifest::decode(&router.manifest).ok());
        accounts.extend(active.iter().flat_map(Manifest::facets).map(|facet| facet.address));
        accounts.extend(chain.dispatcher.as_ref().map(|dispatcher| dispatcher.active.manifest));
        self.fetch(sandbox, accounts, []).await.map(drop).map_err(|e| GateError::Sandbox { why: e.text })
    }

    /// Copies accounts and slots; those that were copied before are left alone.
    pub(crate) async fn fetch(
        &mut self,
        sandbox: &Sandbox,
        accounts: impl IntoIterator<Item = Address>,
        slots: impl IntoIterator<Item = (Address, U256)>,
    ) -> Result<bool, Reverted> {
        let accounts: BTreeSet<_> = accounts.into_iter().filter(|a| !self.accounts.contains(a)).collect();
        let slots: BTreeSet<_> = slots.into_iter().filter(|s| !self.slots.contains(s)).collect();
        if accounts.is_empty() && slots.is_empty() {
            return Ok(false);
        }
        let mut reads = Vec::new();
        for account in &accounts {
            reads.extend([Read::Code(*account), Read::Nonce(*account), Read::Balance(*account)]);
        }
        reads.extend(slots.iter().map(|(address, slot)| Read::Storage(*address, *slot)));
        let odd = |e: payrox_chain::ChainError| Reverted { data: Bytes::new(), text: e.to_string() };
        let answers = self.endpoint.read(At::Block(self.block), &reads).await.map_err(odd)?;
        for (read, answer) in reads.iter().zip(answers) {
            let bytes = answer.map_err(odd)?;
            let word = || U256::from_be_slice(&bytes);
            let _: Value = match read {
                Read::Code(a) if !bytes.is_empty() => sandbox.request("anvil_setCode", &json!([a, bytes]))?,
                Read::Nonce(a) if !word().is_zero() => {
                    sandbox.request("anvil_setNonce", &json!([a, word()]))?
                }
                Read::Balance(a) if !word().is_zero() => {
                    sandbox.request("anvil_setBalance", &json!([a, word()]))?
                }
                Read::Storage(a, slot) if !word().is_zero() => {
                    sandbox.request("anvil_setStorageAt", &json!([a, slot, B256::from(word())]))?
                }
                _ => Value::Null,
            };
        }
        self.accounts.extend(accounts);
        self.slots.extend(slots);
        Ok(true)
    }

    /// Copies whatever a call touches: tries it, copies what is new, and tries again until nothing is.
    pub(crate) async fn fetch_for(&mut self, sandbox: &Sandbox, call: &CallRequest) -> Result<(), Reverted> {
        let from = call.from.unwrap_or_default();
        let request =
            json!([{ "from": from, "to": call.to, "value": call.value, "data": call.data }, "pending"]);
        self.fetch(sandbox, [from, call.to], []).await?;
        for _ in 0..ROUNDS {
            let touched: Touched = sandbox.request("eth_createAccessList", &request)?;
            let accounts = touched.access_list.iter().map(|item| item.address);
            let slots = touched.access_list.iter().flat_map(|item| {
                item.storage_keys.iter().map(|key| (item.address, U256::from_be_bytes(key.0)))
            });
            if !self.fetch(sandbox, accounts, slots).await? {
                return Ok(());
            }
        }
        Err(Reverted { data: Bytes::new(), text: format!("it touches new state after {ROUNDS} rounds") })
    }
}
