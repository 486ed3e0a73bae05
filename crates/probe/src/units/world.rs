//! An embedded chain with a system of two facets on it, and the people who act there.

use super::fixture::Fixture;
use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::SolCall;
use payrox_artifacts::release;
use payrox_chain::Reasons;
use payrox_devnet::{Clock, DEV_ACCOUNTS, Devnet, DevnetConfig};
use payrox_model::{
    Manifest, Selector,
    abi::{
        self, IDeterministicChunkFactory as Factory, IManifestDispatcher as Dispatcher,
        IPayRoxRouter as Router,
    },
};
use payrox_plan::{Phase, Plan};
use serde::Deserialize;
use serde_json::{Value, json, value::to_raw_value};

/// A transaction of the unit groups may use this much.
const GAS: u64 = 16_777_216;

/// A system that is launched, with its facets deployed and nothing staged.
pub(crate) struct World {
    pub(crate) chain: Devnet,
    pub(crate) plan: Plan,
    reasons: Reasons,
}

/// A call that was refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) data: Bytes,
    words: String,
}

/// What became of a transaction.
#[derive(Debug, Deserialize)]
pub(crate) struct Receipt {
    status: U256,
    pub(crate) logs: Vec<Value>,
}

impl World {
    pub(crate) fn deployed() -> Result<Self, String> {
        let chain = Devnet::new(&DevnetConfig { clock: Clock::Steps, ..DevnetConfig::default() });
        let plan = Fixture::read()?.first()?;
        let abis = release().contracts().map(|c| &c.abi);
        let world = Self { chain, plan, reasons: Reasons::new(abis) };
        for step in world.plan.steps.iter().filter(|s| s.phase <= Phase::Facets) {
            if let Some(call) = &step.call {
                let sent = world.send_value(world.operator(), call.to, call.value, call.data.clone());
                sent.map_err(|r| format!("{}: {r}", step.name))?;
            }
        }
        Ok(world)
    }

    /// The same world, to change.
    pub(crate) fn fork(&self) -> Self {
        Self { chain: self.chain.fork(), plan: self.plan.clone(), reasons: self.reasons.clone() }
    }

    /// Bootstrapper of epoch 1, and operator.
    pub(crate) fn operator(&self) -> Address {
        DEV_ACCOUNTS[0].address
    }

    pub(crate) fn owner(&self) -> Address {
        DEV_ACCOUNTS[1].address
    }

    pub(crate) fn guardian(&self) -> Address {
        DEV_ACCOUNTS[2].address
    }

    pub(crate) fn stranger(&self) -> Address {
        DEV_ACCOUNTS[3].address
    }

    pub(crate) fn dispatcher(&self) -> Address {
        self.plan.addresses.dispatcher
    }

    pub(crate) fn router(&self) -> Address {
        self.plan.addresses.router
    }

    pub(crate) fn factory(&self) -> Address {
        self.plan.addresses.factory
    }

    fn request<T: for<'a> Deserialize<'a>>(&self, method: &str, params: Value) -> Result<T, Refusal> {
        let broken = |why: String| Refusal { data: Bytes::new(), words: why };
        let params = to_raw_value(&params).map_err(|e| broken(e.to_string()))?;
        let answer = self.chain.request(method, Some(&params)).map_err(|error| {
            let data = error.data.unwrap_or_default();
            let words = if data.is_empty() { error.message } else { self.reasons.decode(&data) };
            Refusal { data, words }
        })?;
        serde_json::from_str(answer.get()).map_err(|e| broken(format!("{method}: {e}")))
    }

    /// A transaction with its receipt, or why it would revert.
    pub(crate) fn send_value(
        &self,
        from: Address,
        to: Address,
        value: U256,
        data: Bytes,
    ) -> Result<Receipt, Refusal> {
        let gas = U256::from(GAS);
        let tx = json!({ "from": from, "to": to, "value": value, "data": data, "gas": gas });
        // In the block that it will be in, whose time may be fixed.
        let _: Bytes = self.request("eth_call", json!([tx, "pending"]))?;
        let hash: Value = self.request("eth_sendTransaction", json!([tx]))?;
        let receipt: Receipt = self.request("eth_getTransactionReceipt", json!([hash]))?;
        if receipt.status.is_zero() {
            return Err(Refusal {
                data: Bytes::new(),
                words: "it reverted in its block, not when it was tried".into(),
            });
        }
        Ok(receipt)
    }

    pub(crate) fn send<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Result<Receipt, Refusal> {
        self.send_value(from, to, U256::ZERO, call.abi_encode().into())
    }

    pub(crate) fn view<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return, Refusal> {
        self.view_as(self.stranger(), to, call)
    }

    pub(crate) fn view_as<C: SolCall>(
        &self,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<C::Return, Refusal> {
        let output = self.call(from, to, call.abi_encode().into())?;
        C::abi_decode_returns(&output)
            .map_err(|e| Refusal { data: Bytes::new(), words: format!("{}: {e}", C::SIGNATURE) })
    }

    pub(crate) fn call(&self, from: Address, to: Address, data: Bytes) -> Result<Bytes, Refusal> {
        self.request("eth_call", json!([{ "from": from, "to": to, "data": data }, "latest"]))
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: u64) -> Result<(), String> {
        self.chain.increase_time(seconds).map_err(|e| e.to_string())
    }

    /// Exactly this is the next block's time.
    pub(crate) fn at(&self, time: u64) -> Result<(), String> {
        self.chain.set_next_timestamp(time).map_err(|e| e.message)
    }

    /// The on-chain plan of the fixture.
    pub(crate) fn first(&self) -> abi::Plan {
        (&self.plan.onchain).into()
    }

    pub(crate) fn stage(&self, from: Address, plan: &abi::Plan) -> Result<Receipt, Refusal> {
        self.send(from, self.dispatcher(), &Dispatcher::stageCall { plan: plan.clone() })
    }

    pub(crate) fn activate(&self, from: Address, plan: &abi::Plan) -> Result<Receipt, Refusal> {
        let call = Dispatcher::activateCall { plan: plan.clone(), initData: Bytes::new() };
        self.send(from, self.dispatcher(), &call)
    }

    /// The fixture's plan goes live.
    pub(crate) fn live(&self) -> Result<(), Refusal> {
        self.stage(self.operator(), &self.first())?;
        self.activate(self.operator(), &self.first()).map(drop)
    }

    /// A plan for the next epoch: the fixture's manifest without a function. Its manifest is put on chain.
    pub(crate) fn without(&self, signature: &str) -> Result<abi::Plan, String> {
        let gone = Selector::of(signature);
        let manifest = Manifest::decode(&self.plan.manifest.bytes).map_err(|e| e.to_string())?;
        let facets = manifest.facets().iter().map(|f| (f.address, f.code_hash));
        let routes = manifest.routes().iter().filter(|r| r.selector != gone);
        let routes = routes.map(|r| (r.selector, manifest.facet_of(r).address, r.flags));
        let next = Manifest::build(facets, routes).map_err(|e| e.to_string())?;
        let data = Bytes::from(next.encode());
        self.send(self.stranger(), self.factory(), &Factory::stageCall { data: data.clone() })?;
        let chunk = self.view(self.factory(), &Factory::predictCall { data })?.chunk;
        let active = self.view(self.dispatcher(), &Dispatcher::activeCall {})?;
        let routes = u16::try_from(next.routes().len()).map_err(|e| e.to_string())?;
        let (epoch, parent) = (active.epoch + 1, active.planId);
        Ok(abi::Plan { epoch, parent, manifest: chunk, root: next.root().0, routes, ..self.first() })
    }

    /// The pending plan's time.
    pub(crate) fn eta(&self) -> Result<u64, Refusal> {
        Ok(self.view(self.dispatcher(), &Dispatcher::pendingCall {})?.eta)
    }

    pub(crate) fn epoch(&self) -> Result<u64, Refusal> {
        Ok(self.view(self.dispatcher(), &Dispatcher::activeCall {})?.epoch)
    }

    /// Whether the router serves a function, by its loupe.
    pub(crate) fn serves(&self, signature: &str) -> Result<bool, Refusal> {
        let selector = Selector::of(signature).0.into();
        Ok(!self.view(self.router(), &Router::facetAddressCall { selector })?.is_zero())
    }

    /// Creates a contract through the factory.
    pub(crate) fn create(&self, init_code: Bytes, arguments: Bytes) -> Result<Address, Refusal> {
        let call = Factory::deployDeterministic_0Call {
            salt: Default::default(),
            initCode: init_code,
            constructorArgs: arguments,
        };
        let address = self.view(self.factory(), &call)?;
        self.send(self.stranger(), self.factory(), &call)?;
        Ok(address)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words)
    }
}

impl From<Refusal> for String {
    fn from(refusal: Refusal) -> Self {
        refusal.to_string()
    }
}

/// That a call was refused with this error and no other.
pub(crate) fn refused<T>(what: &str, result: Result<T, Refusal>, error: &str) -> Result<(), String> {
    match result {
        Ok(_) => Err(format!("{what} was not refused")),
        Err(refusal) if refusal.data.get(..4) == Some(&Selector::of(error).0) => Ok(()),
        Err(refusal) => Err(format!(
            "{what} was refused with {refusal} ({}), not with {error}",
            hex::encode_prefixed(&refusal.data)
        )),
    }
}

/// That something holds.
pub(crate) fn holds(what: &str, truth: bool) -> Result<(), String> {
    if truth { Ok(()) } else { Err(what.to_owned()) }
}
