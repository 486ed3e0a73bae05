//! A throwaway chain in this process, where plans are tried out before anything is sent.

use alloy_primitives::{Address, Bytes, TxKind, U256, address};
use alloy_sol_types::SolCall;
use payrox_chain::Endpoint;
use payrox_devnet::{
    CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE, ChangeError, Clock, Devnet, DevnetConfig, Executed, Execution,
    Fork, RpcError,
};
use payrox_model::{ChainId, Gas, abi::IDeterministicChunkFactory as Factory, limits};
use payrox_plan::{Constructor, Creation};
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
    /// It did not: the chain that it is tried on could not be read.
    pub(crate) unread: bool,
}

impl From<RpcError> for Reverted {
    fn from(e: RpcError) -> Self {
        let unread = e.is_of_a_fork();
        Self { text: payrox_model::text::escape(&e.to_string()), data: e.data.unwrap_or_default(), unread }
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

    /// A chain that goes on from a remote one's block.
    pub(crate) fn of(fork: &Fork) -> Self {
        Self { devnet: Devnet::forked(fork, Clock::Steps), factory: OnceLock::new() }
    }

    /// Whether it knows every slot there is, not only those it was told of.
    pub(crate) fn is_whole(&self) -> bool {
        self.devnet.forks().is_none()
    }

    /// Does something that may have to wait for a remote chain.
    pub(crate) async fn aside<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, String> {
        if self.is_whole() {
            return Ok(what(self));
        }
        let this = self.clone();
        tokio::task::spawn_blocking(move || what(&this)).await.map_err(|e| e.to_string())
    }

    pub(crate) fn devnet(&self) -> &Devnet {
        &self.devnet
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::in_process(self.devnet.client())
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
        let changed = |e: ChangeError| Reverted {
            data: Bytes::new(),
            text: e.to_string(),
            unread: matches!(e, ChangeError::Fork(_)),
        };
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
            self.devnet.set_code(creation.deployer, CREATE2_DEPLOYER_CODE).map_err(changed)?;
            let sent = self.send(NOBODY, creation.deployer, U256::ZERO, &raw);
            self.devnet.set_code(creation.deployer, deployer).map_err(changed)?;
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
