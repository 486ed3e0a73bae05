//! Who holds which power in a system, and where its contracts are.

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

/// The roles at creation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Roles {
    /// Stages, rolls back, restarts, appoints.
    pub owner: Address,
    /// May stage and activate epoch 1, and nothing after.
    pub bootstrapper: Address,
    /// Stop and undo; ascending.
    pub guardians: Vec<Address>,
    /// Activate what is staged; ascending.
    pub operators: Vec<Address>,
}

/// Where the contracts of a system are, or will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Addresses {
    /// Singleton: CREATE2 and content-addressed data.
    pub factory: Address,
    /// Singleton: everything of the router that is not the hot path.
    pub extension: Address,
    /// Singleton: the dispatcher's implementation, locked.
    pub implementation: Address,
    /// Singleton: creates systems.
    pub launcher: Address,
    /// This system's control plane.
    pub dispatcher: Address,
    /// This system's data plane.
    pub router: Address,
}
