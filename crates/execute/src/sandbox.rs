//! A throwaway chain in this process, where plans are tried out before anything is sent.

use alloy_primitives::{Address, Bytes, TxKind, U256, address};
use alloy_sol_types::SolCall;
use payrox_chain::Endpoint;
use payrox_devnet::{
    CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE, Clock, Devnet, DevnetConfig, Executed, Execution, RpcError,
    StoreError,
};
use payrox_model::{ChainId, Gas, abi::IDeterministicChunkFactory as Factory, limits};
use payrox_plan::{Constructor, Creation};
use serde::de::DeserializeOwned;
use serde_json::{Value, value::RawValue};
use std::sync::OnceLock;

/// Sends what anyone may send.
pub(crate) const NOBODY: Address = address!("00000000000000000000000000000000000ffeed");

/// An embedded chain with the target's chain id that nobody else sees.
#[derive(Clone, Debug)]
pub struct Sandbox {
    devnet: Devnet,
    /// Known once its creation was asked for.
    factory: OnceLock<Address>,
}

/// A transaction of the sandbox that reverted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(crate) struct Reverted {
    pub(crate) data: Bytes,
    pub(crate) text: String,
}

impl From<RpcError> for Reverted {
    fn from(e: RpcError) -> Self {
        Self { text: payrox_model::text::escape(&e.to_string()), data: e.data.unwrap_or_default() }
    }
}

impl Sandbox {
    /// A chain with nothing on it but the canonical CREATE2 deployer.
    pub fn empty(chain_id: ChainId) -> Self {
        Self::starting(chain_id, None)
    }

    pub(crate) fn starting(chain_id: ChainId, timestamp: Option<u64>) -> Self {
        let config = DevnetConfig {
            chain_id,
            clock: Clock::Steps,
            genesis_timestamp: timestamp,
            accounts: Vec::new(),
            ..DevnetConfig::default()
        };
        Self { devnet: Devnet::new(&config), factory: OnceLock::new() }
    }

    /// A copy of an embedded chain as it is now.
    pub fn fork(devnet: &Devnet) -> Self {
        Self { devnet: devnet.fork(), factory: OnceLock::new() }
    }

    /// The code at an address: what a constructor left, once it ran.
    pub fn code(&self, address: Address) -> Bytes {
        self.devnet.code(address)
    }

    pub(crate) fn devnet(&self) -> &Devnet {
        &self.devnet
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::in_process(self.devnet.client())
    }

    pub(crate) fn request<T: DeserializeOwned>(&self, method: &str, params: &Value) -> Result<T, Reverted> {
        let odd = |e: serde_json::Error| Reverted { data: Bytes::new(), text: e.to_string() };
        let params: Box<RawValue> = serde_json::value::to_raw_value(params).map_err(odd)?;
        let answer = self.devnet.request(method, Some(&params))?;
        serde_json::from_str(answer.get()).map_err(odd)
    }

    /// Sends as anyone, without a key or a fee, and tells what it used.
    pub(crate) fn send(
        &self,
        from: Address,
        to: Address,
        value: U256,
        data: &Bytes,
    ) -> Result<Gas, Reverted> {
        Ok(self.execute(from, to, value, data)?.gas)
    }

    /// The same, and all that it did.
    pub(crate) fn execute(
        &self,
        from: Address,
        to: Address,
        value: U256,
        data: &Bytes,
    ) -> Result<Executed, Reverted> {
        let call = Execution { to: TxKind::Call(to), value, data: data.clone(), gas: Gas(limits::TX_GAS) };
        Ok(self.devnet.execute(from, call)?)
    }

    fn create(&self, creation: &Creation) -> Result<(), Reverted> {
        let store = |e: StoreError| Reverted { data: Bytes::new(), text: e.to_string() };
        let deployer = self.devnet.code(creation.deployer);
        let raw: Bytes = [creation.salt.0.as_slice(), &creation.init_code].concat().into();
        if creation.deployer == CREATE2_DEPLOYER {
            self.send(NOBODY, CREATE2_DEPLOYER, U256::ZERO, &raw)?;
        } else if self.factory.get() == Some(&creation.deployer) {
            let call = Factory::deployDeterministic_0Call {
                salt: creation.salt.0,
                initCode: creation.init_code.clone(),
                constructorArgs: Bytes::new(),
            };
            self.send(NOBODY, creation.deployer, U256::ZERO, &call.abi_encode().into())?;
        } else {
            // What creates it is not there yet, and is no factory: for a moment one stands in its place.
            self.devnet.set_code(creation.deployer, CREATE2_DEPLOYER_CODE).map_err(store)?;
            let sent = self.send(NOBODY, creation.deployer, U256::ZERO, &raw);
            self.devnet.set_code(creation.deployer, deployer).map_err(store)?;
            sent?;
        }
        Ok(())
    }
}

impl Constructor for Sandbox {
    fn runtime_code(&self, creation: &Creation) -> Result<Bytes, String> {
        if creation.deployer == CREATE2_DEPLOYER {
            self.factory.get_or_init(|| creation.address);
        }
        if self.devnet.code(creation.address).is_empty() {
            self.create(creation).map_err(|e| e.text)?;
        }
        let code = self.devnet.code(creation.address);
        if code.is_empty() {
            return Err(format!("no code came to {}", creation.address));
        }
        Ok(code)
    }
}
