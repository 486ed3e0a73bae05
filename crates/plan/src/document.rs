//! The plan as a document: `artifacts/dispatcher.plan.json`, canonical JSON.
//!
//! Nothing in it depends on a clock or a gas price, so the same inputs give the same bytes.

use crate::DiamondPart;
use alloy_primitives::{Address, B256, Bytes, U256};
use payrox_model::{
    Addresses, ChainId, CodeHash, Epoch, Gas, Name, PlanId, Roles, Root, RouteFlags, Salt, Selector, abi,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An immutable plan: everything that execution does, and nothing left for it to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// [`payrox_model::version::PLAN`], or [`payrox_model::version::PLAN_OF_A_DIAMOND`] where `diamond` is there.
    pub version: u32,
    /// The network's name.
    pub network: Name,
    /// The chain it is for.
    pub chain_id: ChainId,
    /// The system it belongs to.
    pub system: SystemPart,
    /// Predicted addresses.
    pub addresses: Addresses,
    /// The epoch it activates.
    pub epoch: Epoch,
    /// The plan that is active before it; zero for the first.
    pub parent: PlanId,
    /// EIP-712 hash of `onchain`: what a human approves.
    pub plan_id: PlanId,
    /// Merkle root of the routes.
    pub root: Root,
    /// The manifest's bytes and where they will be.
    pub manifest: ManifestPart,
    /// The struct that is staged.
    pub onchain: OnchainPlan,
    /// What runs once, in the router, at activation.
    pub init: Option<InitPart>,
    /// In manifest order.
    pub facets: Vec<PlannedFacet>,
    /// In route order.
    pub selectors: Vec<Selector>,
    /// In facet order.
    pub codehashes: Vec<CodeHash>,
    /// In route order.
    pub routes: Vec<PlannedRoute>,
    /// Proof of each route, siblings from the leaf upwards.
    pub proofs: BTreeMap<Selector, Vec<B256>>,
    /// Every mutating route without the lock, and why.
    pub unlocked: Vec<Unlocked>,
    /// What changes against the parent, removals first.
    pub changes: Vec<Change>,
    /// What to ensure, in order.
    pub steps: Vec<PlannedStep>,
    /// What it takes, without a gas price.
    pub costs: Costs,
    /// How to go back.
    pub inverse: Inverse,
    /// What only a plan for a diamond has; a plan of version 1 has no such field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diamond: Option<DiamondPart>,
    /// SHA-256 over the artifacts it was made from.
    pub artifacts_hash: B256,
    /// SHA-256 of the canonical JSON of all the rest.
    pub content_hash: B256,
}

/// The system's creation arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SystemPart {
    /// Its name.
    pub name: Name,
    /// Who holds which power at creation.
    pub roles: Roles,
    /// Seconds between staging and activation, at creation.
    pub delay: u32,
    /// The proxy that takes the router as implementation; zero for a router of its own.
    pub proxy: Address,
}

/// The manifest on chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestPart {
    /// Address of the data contract.
    pub address: Address,
    /// Canonical bytes.
    pub bytes: Bytes,
}

/// The on-chain `Plan`, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in contracts/src/interfaces")]
pub struct OnchainPlan {
    pub router: Address,
    pub epoch: u64,
    pub parent: PlanId,
    pub manifest: Address,
    pub root: Root,
    pub routes: u16,
    pub init_target: Address,
    pub init_code_hash: CodeHash,
    pub init_data_hash: B256,
    pub not_before: u64,
    pub window: u32,
    pub undo_for: u32,
    pub floor: u64,
}

impl From<&OnchainPlan> for abi::Plan {
    fn from(p: &OnchainPlan) -> Self {
        Self {
            router: p.router,
            epoch: p.epoch,
            parent: p.parent.0,
            manifest: p.manifest,
            root: p.root.0,
            routes: p.routes,
            initTarget: p.init_target,
            initCodeHash: p.init_code_hash.0,
            initDataHash: p.init_data_hash,
            notBefore: p.not_before,
            window: p.window,
            undoFor: p.undo_for,
            floor: p.floor,
        }
    }
}

impl From<&abi::Plan> for OnchainPlan {
    fn from(p: &abi::Plan) -> Self {
        Self {
            router: p.router,
            epoch: p.epoch,
            parent: PlanId(p.parent),
            manifest: p.manifest,
            root: Root(p.root),
            routes: p.routes,
            init_target: p.initTarget,
            init_code_hash: CodeHash(p.initCodeHash),
            init_data_hash: p.initDataHash,
            not_before: p.notBefore,
            window: p.window,
            undo_for: p.undoFor,
            floor: p.floor,
        }
    }
}

/// What runs by delegatecall in the router, once, as the last act of activation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InitPart {
    /// The contract's name.
    pub contract: String,
    /// Where its code is.
    pub target: Address,
    /// Hash of that code.
    pub code_hash: CodeHash,
    /// Calldata.
    pub data: Bytes,
}

/// A facet as it will stand on chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedFacet {
    /// Its name in the project file.
    pub name: Name,
    /// `path:Contract` of its source.
    pub contract: String,
    /// Predicted address.
    pub address: Address,
    /// Predicted EXTCODEHASH, immutables filled.
    pub code_hash: CodeHash,
    /// CREATE2 salt.
    pub salt: Salt,
    /// keccak-256 of init code and arguments.
    pub init_code_hash: B256,
    /// ABI-encoded constructor arguments.
    pub constructor_args: Bytes,
    /// Bytes of runtime code.
    pub size: u64,
}

/// Whether a function writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mutability {
    /// Reads nothing.
    Pure,
    /// Reads.
    View,
    /// Writes, refuses ether.
    Nonpayable,
    /// Writes, takes ether.
    Payable,
}

impl Mutability {
    /// Whether it may write.
    pub fn writes(self) -> bool {
        matches!(self, Self::Nonpayable | Self::Payable)
    }
}

/// A route, readable by people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedRoute {
    /// First four bytes of calldata.
    pub selector: Selector,
    /// Canonical signature; `receive()` for the RECEIVE route.
    pub signature: String,
    /// Name of the facet.
    pub facet: Name,
    /// The flag byte.
    pub flags: RouteFlags,
    /// Whether the function writes.
    pub mutability: Mutability,
}

/// A mutating route without the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unlocked {
    /// Canonical signature.
    pub function: String,
    /// Why it is safe, from the project file or the rule that exempts it.
    pub reason: String,
}

/// One difference between two tables of routes. Ordered: removals first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Change {
    Removed {
        selector: Selector,
        function: String,
        facet: String,
        flags: RouteFlags,
    },
    Replaced {
        selector: Selector,
        function: String,
        from: String,
        to: String,
        old: RouteFlags,
        new: RouteFlags,
    },
    Flags {
        selector: Selector,
        function: String,
        facet: String,
        old: RouteFlags,
        new: RouteFlags,
    },
    Added {
        selector: Selector,
        function: String,
        facet: String,
        flags: RouteFlags,
    },
}

/// Who may send a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Sender {
    /// Any funded key.
    Anyone,
    /// The owner; for epoch 1 the bootstrapper too.
    Stager,
    /// The owner or an operator; for epoch 1 the bootstrapper.
    Activator,
    /// The owner alone.
    Owner,
    /// A guardian or the owner.
    Guardian,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Call {
    /// Who may make it.
    pub sender: Sender,
    /// Callee.
    pub to: Address,
    /// Ether sent.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
}

/// What a step makes true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum Effect {
    /// Code with this hash stands at this address.
    #[serde(rename_all = "camelCase")]
    Code {
        /// Where.
        address: Address,
        /// EXTCODEHASH.
        code_hash: CodeHash,
    },
    /// Dispatcher and router of this system exist, with these hashes.
    #[serde(rename_all = "camelCase")]
    System {
        /// EXTCODEHASH of the dispatcher.
        dispatcher_code_hash: CodeHash,
        /// EXTCODEHASH of the router.
        router_code_hash: CodeHash,
    },
    /// The plan is pending, or active already.
    Staged,
    /// The plan is active.
    Active,
    /// The diamond serves the routes of this root, or of a later step's.
    Cut {
        /// Root of what it serves before.
        before: Root,
        /// Root of what it serves afterwards.
        after: Root,
    },
}

/// Which slice of the run a step belongs to: `deploy dispatcher|factory|router|facets`, `stage`, `apply`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The singleton factory.
    Factory,
    /// The other singletons and the launch.
    Dispatcher,
    /// The router that the launch made: proved, nothing of its own to send.
    Router,
    /// Facets, the init contract and the manifest's data contract.
    Facets,
    /// Staging.
    Stage,
    /// Activation.
    Apply,
}

/// One ensure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedStep {
    /// Unique, stable name: `factory`, `facet Payments`, `stage`.
    pub name: String,
    /// The slice it belongs to.
    pub phase: Phase,
    /// What is true afterwards.
    pub effect: Effect,
    /// What is sent when it is not; `None` where there is only something to prove.
    pub call: Option<Call>,
    /// Names of the steps that must be true before it.
    pub after: Vec<String>,
}

/// What the plan takes, without a gas price.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Costs {
    /// Calls when nothing is there yet.
    pub calls: u64,
    /// Bytes of calldata.
    pub calldata_bytes: u64,
    /// Bytes of code that stay on chain.
    pub code_bytes: u64,
    /// Gas that no execution can avoid: intrinsic, calldata and code deposit.
    pub gas_floor: Gas,
}

/// How to go back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum Inverse {
    /// The first release has nothing before it: pause, then freeze.
    PauseAndFreeze {
        /// In order.
        calls: Vec<Call>,
    },
    /// The parent's manifest becomes a new epoch.
    #[serde(rename_all = "camelCase")]
    Rollback {
        /// The epoch whose manifest comes back.
        target_epoch: Epoch,
        /// Its root.
        root: Root,
        /// One call of the owner.
        calls: Vec<Call>,
    },
    /// The diamond is cut back to what it served before.
    #[serde(rename_all = "camelCase")]
    CutBack {
        /// The root of that.
        root: Root,
        /// Calls of the owner, in order.
        calls: Vec<Call>,
        /// The init contract wrote storage, which stays as it left it.
        leaves_storage: bool,
    },
}

impl Inverse {
    /// The calls that go back.
    pub fn calls(&self) -> &[Call] {
        match self {
            Self::PauseAndFreeze { calls } | Self::Rollback { calls, .. } | Self::CutBack { calls, .. } => {
                calls
            }
        }
    }
}
