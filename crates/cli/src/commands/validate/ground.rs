//! What a validation stands on: project, chain, plan, code, and what is deployed.

use super::{fault::ValidateFault, powers::powers};
use crate::{
    adopted,
    context::{Connection, Context},
    forks, layouts,
    planning::Workshop,
};
use alloy_json_abi::JsonAbi;
use alloy_primitives::{Address, Bytes, U256};
use payrox_artifacts::{ArtifactSet, layout::Layouts};
use payrox_chain::{At, CallRequest, Read};
use payrox_config::{Network, Project};
use payrox_execute::{Place, Sandbox};
use payrox_files::read_text;
use payrox_model::{
    BoxFault, ChainSnapshot, CodeHash, DiamondState, ExitCode, Manifest, Name, Selector, text::escape,
};
use payrox_plan::{Plan, PlanOutcome};
use payrox_validate::{Baseline, OwnerSeen, PowersSeen, Seen, Subject, is_safe};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// Largest record of a deployment.
const LIMIT: u64 = 16 << 20;

/// Everything that phases look at.
pub(super) struct Ground<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) project: Project,
    pub(super) network: Network,
    /// Artifacts and what plans are made with; `None` where they cannot be read.
    pub(super) workshop: Option<Workshop<'a>>,
    /// The chain; `None` where the network names no endpoint.
    pub(super) connection: Option<Connection>,
    pub(super) chain: ChainSnapshot,
    pub(super) plan: Option<Plan>,
    /// Where variables stand; `None` where nobody kept it.
    layouts: Option<Layouts>,
    /// Why there is no plan.
    pub(super) trouble: Option<BoxFault>,
    /// Runtime code of each facet.
    pub(super) code: BTreeMap<Name, Bytes>,
    /// Runtime code of the init contract.
    init: Option<Bytes>,
    /// What is deployed.
    pub(super) baseline: Option<Baseline>,
    /// Why nobody knows what is deployed; `None` where somebody does.
    pub(super) blind: Option<String>,
    pub(super) owner: Option<OwnerSeen>,
    /// Who holds which power over what is live; `None` where nothing is.
    pub(super) powers: Option<PowersSeen>,
    /// The connection is to a fork of what was read of the chain before: it does not answer.
    offline: bool,
}

impl<'a> Ground<'a> {
    /// Looks at project, artifacts and chain, and plans. What makes a plan impossible is kept: it is a finding. Where a fork
    /// will do, `--offline` looks at what was read of the chain before.
    pub(super) async fn gather(context: &'a Context<'a>, fork_will_do: bool) -> Result<Self, BoxFault> {
        let (project, network) = (context.project()?, context.network()?);
        let silent = context.args.rpc_url.is_empty() && network.rpc_url.is_empty();
        let connection = match !network.local && silent {
            true => None,
            false => Some(context.connect(&network)?),
        };
        let mut ground = Self {
            context,
            chain: ChainSnapshot { chain_id: network.chain_id, ..ChainSnapshot::default() },
            project,
            network,
            workshop: None,
            connection,
            plan: None,
            layouts: None,
            trouble: None,
            code: BTreeMap::new(),
            init: None,
            baseline: None,
            blind: None,
            owner: None,
            powers: None,
            offline: false,
        };
        if let (true, Some(connection)) = (fork_will_do && context.args.offline, &ground.connection) {
            let chain_id = Some(ground.network.chain_id);
            let opened = forks::open(context, &connection.endpoint, chain_id, None).await?;
            ground.connection = Some(opened.connection());
            ground.offline = true;
        }
        match ground.look().await {
            Ok(()) => Ok(ground),
            Err(fault) if matches!(fault.exit(), ExitCode::Endpoint | ExitCode::Internal) => Err(fault),
            Err(fault) => {
                ground.trouble = Some(fault);
                Ok(ground)
            }
        }
    }

    async fn look(&mut self) -> Result<(), BoxFault> {
        let workshop = self.workshop.insert(Workshop::open(self.context)?);
        self.layouts = Layouts::read(&Layouts::beside(workshop.artifacts.source()))?;
        if let Some(connection) = &self.connection {
            self.chain = match self.offline {
                true => workshop.snapshot_of(connection).await?,
                false => workshop.snapshot(connection).await?,
            };
        }
        let sandbox = Sandbox::empty(self.network.chain_id);
        let outcome = workshop.plan_in(self.connection.as_ref(), &self.chain, &sandbox).await?;
        let plan = match (outcome, &self.connection) {
            (PlanOutcome::Planned(plan), _) => plan,
            (PlanOutcome::NoChanges { plan_id, .. }, Some(connection)) => {
                let found = workshop.active_plan(connection, &self.chain, plan_id).await?;
                found.ok_or(ValidateFault::NoActivePlan { plan_id })?
            }
            (PlanOutcome::NoChanges { plan_id, .. }, None) => {
                return Err(ValidateFault::NoActivePlan { plan_id }.into());
            }
        };
        // What a diamond serves already is nothing that the sandbox creates.
        let code = |address| match (sandbox.code(address), &self.chain.diamond) {
            (code, Some(diamond)) if code.is_empty() => diamond.code.get(&address).cloned().unwrap_or(code),
            (code, _) => code,
        };
        self.code = plan.facets.iter().map(|facet| (facet.name.clone(), code(facet.address))).collect();
        self.init = plan.init.as_ref().map(|init| code(init.target)).filter(|code| !code.is_empty());
        if !self.offline {
            if let Some(connection) = &self.connection {
                self.powers = powers(&connection.endpoint, &self.chain, &plan).await?;
            }
            let owner = self.powers.as_ref().map_or(plan.system.roles.owner, |powers| powers.owner);
            self.owner = self.owner(owner).await?;
            self.baseline = match &self.chain.diamond {
                Some(diamond) => Some(self.served(diamond, &plan)?),
                None => self.baseline().await?,
            };
        }
        self.plan = Some(plan);
        self.blind = self.blind();
        Ok(())
    }

    /// What the owner is, where the policy wants to know.
    async fn owner(&self, address: Address) -> Result<Option<OwnerSeen>, BoxFault> {
        let policy = self.network.policy.resolved(self.network.production);
        let asked = policy.owner_is_contract == Some(true) || policy.min_threshold.is_some();
        let Some(connection) = self.connection.as_ref().filter(|_| asked) else { return Ok(None) };
        let data = Bytes::copy_from_slice(&Selector::of("getThreshold()").0);
        let threshold = CallRequest { from: None, to: address, value: U256::ZERO, data };
        let reads = [Read::Code(address), Read::Call(threshold), Read::Storage(address, U256::ZERO)];
        let mut answers = connection.endpoint.read(At::Block(self.chain.block), &reads).await?.into_iter();
        let code = answers.next().transpose()?.unwrap_or_default();
        // A contract that is no Safe reverts, or answers with something else than one word.
        let said = answers.next().and_then(Result::ok).filter(|word| word.len() == 32);
        let threshold = said.map(|word| U256::from_be_slice(&word).saturating_to());
        // A Safe is a proxy, whose first slot names what it runs.
        let runs = answers.next().transpose()?.filter(|word| word.len() == 32 && !code.is_empty());
        let singleton = match runs.map(|word| Address::from_slice(&word[12..])) {
            Some(singleton) => {
                let read = [Read::Code(singleton)];
                connection.endpoint.read(At::Block(self.chain.block), &read).await?.pop().transpose()?
            }
            None => None,
        };
        Ok(Some(OwnerSeen {
            address,
            is_contract: !code.is_empty(),
            is_safe: is_safe(&code, &singleton.unwrap_or_default()),
            threshold: threshold.filter(|_| !code.is_empty()),
        }))
    }

    /// Why there is no baseline, where that does not mean that nothing is deployed.
    fn blind(&self) -> Option<String> {
        if self.baseline.is_some() {
            return None;
        }
        let name = escape(self.network.name.as_str());
        if self.connection.is_none() {
            return Some(format!(
                "{name} names no endpoint, so nobody saw what is deployed: --rpc-url, or rpc_url of its file"
            ));
        }
        let live = self.chain.dispatcher.as_ref().is_some_and(|d| d.active.epoch.0 > 0);
        live.then(|| format!("a release is live on {name}, and its manifest cannot be read"))
    }

    /// The deployed release: routes and code from the chain, ABIs from the records of its deployment.
    async fn baseline(&self) -> Result<Option<Baseline>, BoxFault> {
        let live = self.chain.dispatcher.as_ref().is_some_and(|d| d.active.epoch.0 > 0);
        let Some(connection) = self.connection.as_ref().filter(|_| live) else { return Ok(None) };
        let bytes = self.chain.router.as_ref().map(|router| router.manifest.as_slice()).unwrap_or_default();
        let Ok(manifest) = Manifest::decode(bytes) else { return Ok(None) };
        let reads: Vec<_> = manifest.facets().iter().map(|facet| Read::Code(facet.address)).collect();
        let codes = connection.endpoint.read(At::Block(self.chain.block), &reads).await?;
        let active = self.chain.dispatcher.as_ref().map(|dispatcher| dispatcher.active.plan_id);
        let active = active.map(|plan_id| layouts::kept(self.context, self.network.chain_id, plan_id));
        let mut baseline = Baseline {
            layouts: active.transpose()?.flatten(),
            routes: manifest.routes().iter().map(|route| route.selector).collect(),
            ..Baseline::default()
        };
        let records = self.records();
        for (facet, code) in manifest.facets().iter().zip(codes) {
            match records.get(&(facet.address, facet.code_hash)) {
                Some((name, abi)) => {
                    baseline.abi.insert(name.clone(), abi.clone());
                    baseline.code.insert(name.clone(), code?);
                }
                None => baseline.unknown.push(facet.address.to_string()),
            }
        }
        Ok(Some(baseline))
    }

    /// What a diamond serves: routes and code from its loupe, ABIs of what the plan leaves in place and of what earlier plans brought.
    fn served(&self, diamond: &DiamondState, plan: &Plan) -> Result<Baseline, BoxFault> {
        let standing = self.workshop.as_ref().map(|workshop| workshop.standing(&self.chain)).transpose()?;
        let standing = standing.flatten();
        let standing = standing.map(|plan| plan.plan_id);
        // Of the plan that led there, or of the project that was the same.
        let address = plan.addresses.router;
        let same = payrox_plan::standing_id(self.network.chain_id, address, diamond.root());
        let mut kept = None;
        for id in standing.into_iter().chain([same]) {
            if kept.is_none() {
                kept = layouts::kept(self.context, self.network.chain_id, id)?;
            }
        }
        let mut baseline = Baseline {
            layouts: kept,
            routes: diamond.routes.keys().copied().collect(),
            ..Baseline::default()
        };
        let records = self.records();
        let served: BTreeSet<Address> = diamond.routes.values().copied().collect();
        for address in served {
            let code_hash = diamond.code_hash(address);
            let code = diamond.code.get(&address).cloned().unwrap_or_default();
            let stays = plan.facets.iter().find(|f| (f.address, f.code_hash) == (address, code_hash));
            let abi = |contract: &str| Some(self.artifacts()?.get(contract).ok()?.abi.clone());
            match (stays, records.get(&(address, code_hash))) {
                // The same code answers the same, whether or not somebody knows what.
                (Some(facet), _) => {
                    baseline.abi.extend(abi(&facet.contract).map(|abi| (facet.name.clone(), abi)));
                    baseline.code.insert(facet.name.clone(), code);
                }
                (None, Some((name, abi))) => {
                    baseline.abi.insert(name.clone(), abi.clone());
                    baseline.code.insert(name.clone(), code);
                }
                (None, None) => baseline.unknown.push(address.to_string()),
            }
        }
        Ok(baseline)
    }

    /// `deployments/<chain-id>/`, and what a diamond served before: name and ABI of what stands at an address with a code hash.
    fn records(&self) -> BTreeMap<(Address, CodeHash), (Name, JsonAbi)> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Record {
            name: Name,
            address: Address,
            code_hash: CodeHash,
            abi: JsonAbi,
        }
        let folder = self.context.folder().join("deployments").join(self.network.chain_id.to_string());
        let folders = [folder, adopted::folder(self.context.folder(), self.network.chain_id)];
        let files = folders.into_iter().filter_map(|folder| fs::read_dir(folder).ok());
        let files = files.flatten().flatten().map(|entry| entry.path());
        let records = files.filter_map(|file| {
            let record: Record = serde_json::from_str(&read_text(&file, LIMIT).ok()?).ok()?;
            Some(((record.address, record.code_hash), (record.name, record.abi)))
        });
        records.collect()
    }

    /// The artifacts, where they can be read.
    pub(super) fn artifacts(&self) -> Option<&ArtifactSet> {
        self.workshop.as_ref().map(|workshop| &*workshop.artifacts)
    }

    /// What rules look at; `None` where there is no plan.
    pub(super) fn subject<'b>(
        &'b self,
        seen: &'b Seen,
        baseline: Option<&'b Baseline>,
    ) -> Option<Subject<'b>> {
        let workshop = self.workshop.as_ref()?;
        Some(Subject {
            project: &self.project,
            network: &self.network,
            artifacts: &workshop.artifacts,
            plan: self.plan.as_ref()?,
            release: workshop.release(),
            code: &self.code,
            init: self.init.as_ref(),
            layouts: self.layouts.as_ref(),
            baseline,
            seen,
        })
    }

    /// Where the plan is rehearsed: the first release from nothing, a later one on a copy of what it changes.
    pub(super) fn place(&self) -> Place<'_> {
        let first = self.plan.as_ref().is_none_or(|plan| plan.epoch.0 == 1);
        match &self.connection {
            Some(Connection { devnet: Some(devnet), .. }) if !first => Place::Fork(devnet),
            Some(connection) if !first => Place::Remote(&connection.endpoint, &self.chain),
            _ => Place::Empty,
        }
    }

    /// What the plan is judged against, in words.
    pub(super) fn against(&self) -> String {
        let Some(_) = &self.connection else {
            return format!("an empty chain: {} names no endpoint", escape(self.network.name.as_str()));
        };
        if let (Some(diamond), Some(address)) = (&self.chain.diamond, self.network.diamond) {
            let (block, routes) = (self.chain.block, diamond.routes.len());
            return format!(
                "the chain at block {block}, where the diamond {address} serves {routes} functions"
            );
        }
        let epoch = self.chain.dispatcher.as_ref().map_or(0, |dispatcher| dispatcher.active.epoch.0);
        match epoch {
            0 => format!("the chain at block {}, where nothing of the system is live", self.chain.block),
            epoch => format!("the chain at block {}, where epoch {epoch} is live", self.chain.block),
        }
    }
}
