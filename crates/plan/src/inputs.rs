//! What a plan is made from. All of it is data: the planner opens no file and asks no chain.

use crate::{Names, OnchainPlan, Plan};
use alloy_primitives::{Address, Bytes};
use payrox_artifacts::{ArtifactSet, Contract, Release};
use payrox_config::{Network, Project};
use payrox_model::{ChainSnapshot, Salt, Selector};
use std::collections::BTreeMap;

/// Everything the planner looks at.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// What is to be live.
    pub project: &'a Project,
    /// Where, and who holds which power there.
    pub network: &'a Network,
    /// The project's contracts: every one that the project file names.
    pub artifacts: &'a ArtifactSet,
    /// PayRox's own contracts.
    pub release: &'a ReleaseCode,
    /// The chain, as far as it matters.
    pub chain: &'a ChainSnapshot,
    /// The plan that is active, where one is.
    pub parent: Option<&'a Parent>,
}

/// The plan that is active on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parent {
    /// What was staged. Only its hash is on chain, and it must match.
    pub onchain: OnchainPlan,
    /// Names for what only has selectors and addresses on chain; may be empty.
    pub names: Names,
}

impl From<&Plan> for Parent {
    fn from(plan: &Plan) -> Self {
        Self { onchain: plan.onchain.clone(), names: Names::of(plan) }
    }
}

/// PayRox's own contracts: init code without constructor arguments, as released.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseCode {
    /// `DeterministicChunkFactory`.
    pub factory: Bytes,
    /// `PayRoxRouterExtension`.
    pub extension: Bytes,
    /// `ManifestDispatcher`.
    pub implementation: Bytes,
    /// `PayRoxLauncher`.
    pub launcher: Bytes,
    /// `PayRoxProxyRouter`.
    pub router: Bytes,
    /// The functions of router and extension, which no facet may have.
    pub reserved: BTreeMap<Selector, String>,
}

impl From<&Release> for ReleaseCode {
    fn from(release: &Release) -> Self {
        // The release links no libraries, so that the template is the code.
        let code = |contract: &Contract| Bytes::copy_from_slice(contract.creation.template());
        Self {
            factory: code(&release.factory),
            extension: code(&release.extension),
            implementation: code(&release.dispatcher),
            launcher: code(&release.launcher),
            router: code(&release.router),
            reserved: release.reserved().into_iter().map(|(s, name)| (s, name.to_owned())).collect(),
        }
    }
}

/// A creation whose runtime code is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// What is created, for messages: `facet Payments`.
    pub label: String,
    /// Who executes CREATE2.
    pub deployer: Address,
    /// Its salt.
    pub salt: Salt,
    /// Init code and constructor arguments.
    pub init_code: Bytes,
    /// Where the code will be.
    pub address: Address,
}

/// Runs constructors. Only running one tells which code stays: the compiler leaves immutables open.
pub trait Constructor {
    /// The code that is at `creation.address` after CREATE2 by `creation.deployer`, on a chain with the plan's chain id where
    /// the creations asked for before have happened. Asked in the order of dependence, the singletons first.
    ///
    /// # Errors
    /// Why the constructor failed, as text.
    fn runtime_code(&self, creation: &Creation) -> Result<Bytes, String>;
}
