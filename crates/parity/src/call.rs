//! One call of a route, and everything that it depends on besides the state.

use crate::{
    system::{Kind, Route, ask_interface},
    world::{STRANGERS, is_contract},
};
use alloy_primitives::{Address, Bytes, U256};
use payrox_model::Selector;
use serde::{Deserialize, Serialize};

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Call {
    /// The route it is for: what the calldata begins with.
    pub route: Selector,
    /// Who calls.
    pub from: Address,
    /// Wei sent along.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
    /// Seconds since the call before.
    pub after: u64,
    /// Whether nothing may be written.
    #[serde(rename = "static")]
    pub is_static: bool,
    /// What the contract that comes back into the router says there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Bytes>,
}

impl Call {
    /// Who signed the transaction: a contract has no key.
    pub(crate) fn origin(&self) -> Address {
        if is_contract(self.from) { STRANGERS[0] } else { self.from }
    }

    /// What the facet is given when it stands alone.
    pub(crate) fn direct_data(&self, route: &Route) -> Bytes {
        match route.kind {
            Kind::Interfaces => {
                route.interface_of(&self.data).map_or_else(|| self.data.clone(), ask_interface)
            }
            Kind::Function | Kind::Receive | Kind::Loupe | Kind::Cut => self.data.clone(),
        }
    }
}
