//! An embedded chain that runs constructors.

use alloy_primitives::{Address, Bytes, TxKind, U256};
use payrox_devnet::{CREATE2_DEPLOYER_CODE, Devnet, DevnetConfig, Execution};
use payrox_model::{Gas, limits};
use payrox_plan::{Constructor, Creation};

pub(crate) struct Chain(Devnet);

impl Chain {
    pub(crate) fn new() -> Self {
        Self(Devnet::new(&DevnetConfig::default()))
    }

    pub(crate) fn code(&self, address: Address) -> Bytes {
        self.0.code(address)
    }
}

impl Constructor for Chain {
    fn runtime_code(&self, creation: &Creation) -> Result<Bytes, String> {
        // CREATE2 by whoever it will be: for a moment the canonical deployer's code stands there.
        let before = self.0.code(creation.deployer);
        self.0.set_code(creation.deployer, CREATE2_DEPLOYER_CODE).map_err(|e| e.to_string())?;
        let data = [creation.salt.0.as_slice(), &creation.init_code].concat().into();
        let to = TxKind::Call(creation.deployer);
        let sent = self
            .0
            .execute(Address::ZERO, Execution { to, value: U256::ZERO, data, gas: Gas(limits::TX_GAS) });
        self.0.set_code(creation.deployer, before).map_err(|e| e.to_string())?;
        sent.map_err(|e| e.to_string())?;
        Ok(self.0.code(creation.address))
    }
}
