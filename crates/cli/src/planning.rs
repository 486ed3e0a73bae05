//! From project, network and chain to a plan.

use crate::{
    commands::no_plan,
    context::{Connection, Context},
    diamond,
    fault::CliFault,
    signing::{self, Passwords},
};
use payrox_artifacts::{ArtifactSet, Source};
use payrox_chain::{Keyring, Reasons, SnapshotQuery, snapshot};
use payrox_config::{Network, Project};
use payrox_execute::{ContractInfo, Sandbox};
use payrox_files::{FileError, write_derived};
use payrox_model::{Addresses, BoxFault, ChainSnapshot, PlanId, text::escape};
use payrox_plan::{Inputs, Names, Parent, Plan, PlanError, PlanOutcome, ReadError, ReleaseCode};
use payrox_probe::{before_active, staged_plan};
use std::{cell::RefCell, collections::BTreeMap, fs, path::PathBuf, rc::Rc, thread};

/// Everything a plan is made from, apart from the state of the chain.
pub(crate) struct Workshop<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) project: Project,
    pub(crate) network: Network,
    pub(crate) artifacts: Rc<ArtifactSet>,
    /// Who signs; empty where nothing is.
    pub(crate) keyring: Keyring,
    release: ReleaseCode,
    /// Reading and checking a plan takes longer than all else that a run with nothing to do does: it is read once.
    kept: RefCell<Option<Plan>>,
}

impl<'a> Workshop<'a> {
    /// Reads project, network and artifacts. Touches no chain, and opens no key.
    pub(crate) fn open(context: &'a Context<'a>) -> Result<Self, BoxFault> {
        let network = context.network()?;
        Self::admit(context, &network)?;
        Self::read(context, network, Keyring::empty())
    }

    /// The same with the keys, for what may send. They come first: one that is none must stop a command at its beginning.
    pub(crate) async fn open_to_act(context: &'a Context<'a>) -> Result<Self, BoxFault> {
        let network = context.network()?;
        Self::admit(context, &network)?;
        let keyring = signing::open(context, &network, &mut Passwords::default()).await?;
        Self::read(context, network, keyring)
    }

    /// The same to stop something: nobody waits for contacts then.
    pub(crate) async fn open_to_stop(context: &'a Context<'a>) -> Result<Self, BoxFault> {
        let network = context.network()?;
        context.means(&network)?;
        Self::has_roles(&network)?;
        let keyring = signing::open(context, &network, &mut Passwords::default()).await?;
        Self::read(context, network, keyring)
    }

    /// Opens the keys of one that was opened without.
    pub(crate) async fn arm(&mut self, passwords: &mut Passwords) -> Result<(), BoxFault> {
        self.keyring = signing::open(self.context, &self.network, passwords).await?;
        Ok(())
    }

    fn read(context: &'a Context<'a>, network: Network, keyring: Keyring) -> Result<Self, BoxFault> {
        let project = context.project()?;
        let mut wanted: Vec<_> = project.facets.iter().map(|f| f.contract.to_string()).collect();
        wanted.extend(project.init.iter().map(|i| i.contract.to_string()));
        let folder = context.folder().join(&*project.artifacts);
        // A diamond of which the project has no source has no artifacts either.
        let source = if wanted.is_empty() { Source::Folder(folder) } else { Source::at(&folder) };
        let artifacts = thread::scope(|scope| {
            // Parsing the release takes as long as reading the project's own contracts.
            scope.spawn(payrox_artifacts::release);
            ArtifactSet::read(&source, &wanted)
        })?;
        Ok(Self {
            context,
            project,
            network,
            artifacts: Rc::new(artifacts),
            keyring,
            release: ReleaseCode::from(payrox_artifacts::release()),
            kept: RefCell::default(),
        })
    }

    /// That a network may be planned and sent for.
    fn admit(context: &Context<'_>, network: &Network) -> Result<(), BoxFault> {
        context.may_send(network)?;
        Self::has_roles(network)
    }

    fn has_roles(network: &Network) -> Result<(), BoxFault> {
        if network.roles.is_none() {
            return Err(PlanError::NoRoles(network.name.to_string()).into());
        }
        Ok(())
    }

    /// The same project on another network: its artifacts are not read again.
    pub(crate) fn on<'b>(&self, context: &'b Context<'b>) -> Result<Workshop<'b>, BoxFault> {
        let network = context.network()?;
        Self::admit(context, &network)?;
        Ok(Workshop {
            context,
            project: self.project.clone(),
            keyring: Keyring::empty(),
            network,
            artifacts: self.artifacts.clone(),
            release: self.release.clone(),
            kept: RefCell::default(),
        })
    }

    fn inputs<'b>(&'b self, chain: &'b ChainSnapshot, parent: Option<&'b Parent>) -> Inputs<'b> {
        Inputs {
            project: &self.project,
            network: &self.network,
            artifacts: &self.artifacts,
            release: &self.release,
            chain,
            parent,
        }
    }

    /// Where the system is, or will be.
    pub(crate) fn addresses(&self) -> Result<Addresses, BoxFault> {
        Ok(payrox_plan::addresses(&self.inputs(&ChainSnapshot::default(), None))?)
    }

    /// The system now.
    pub(crate) async fn snapshot(&self, connection: &Connection) -> Result<ChainSnapshot, BoxFault> {
        if diamond::is_for_one(&self.project) {
            return self.diamond(connection).await;
        }
        let chain = self.snapshot_of(connection).await?;
        // The id came with the snapshot.
        if chain.chain_id != self.network.chain_id || self.network.known_block.is_some() {
            self.context.is_meant(&self.network, &connection.endpoint).await?;
        }
        Ok(chain)
    }

    /// The system on a chain of which is known what it is: a fork has no blocks before its own to be asked for.
    pub(crate) async fn snapshot_of(&self, connection: &Connection) -> Result<ChainSnapshot, BoxFault> {
        if diamond::is_for_one(&self.project) {
            return self.diamond(connection).await;
        }
        let Addresses { dispatcher, router, .. } = self.addresses()?;
        let query = SnapshotQuery { addresses: Vec::new(), dispatcher, router };
        Ok(snapshot(&connection.endpoint, &query).await?)
    }

    /// Plans against a state of the chain.
    pub(crate) async fn plan(
        &self,
        connection: &Connection,
        chain: &ChainSnapshot,
    ) -> Result<PlanOutcome, BoxFault> {
        self.plan_in(Some(connection), chain, &Sandbox::empty(self.network.chain_id)).await
    }

    /// The same with a sandbox that keeps what constructors left. Without a connection nothing can be live.
    pub(crate) async fn plan_in(
        &self,
        connection: Option<&Connection>,
        chain: &ChainSnapshot,
        sandbox: &Sandbox,
    ) -> Result<PlanOutcome, BoxFault> {
        let parent = match connection {
            Some(connection) => self.parent(connection, chain).await?,
            None => None,
        };
        Ok(payrox_plan::plan(self.inputs(chain, parent.as_ref()), sandbox)?)
    }

    /// PayRox's own contracts.
    pub(crate) fn release(&self) -> &ReleaseCode {
        &self.release
    }

    /// The plan of a diamond, also where it has nothing to do.
    pub(crate) fn diamond_plan(&self, chain: &ChainSnapshot) -> Result<Plan, BoxFault> {
        let parent = self.names_of_the_diamond();
        let sandbox = Sandbox::empty(self.network.chain_id);
        Ok(payrox_plan::diamond(self.inputs(chain, Some(&parent)), &sandbox)?)
    }

    /// The active plan: kept in a file, else named by the dispatcher's log.
    async fn parent(
        &self,
        connection: &Connection,
        chain: &ChainSnapshot,
    ) -> Result<Option<Parent>, BoxFault> {
        if diamond::is_for_one(&self.project) {
            return Ok(Some(self.names_of_the_diamond()));
        }
        let Some(active) = chain.dispatcher.as_ref().map(|d| d.active).filter(|a| a.epoch.0 > 0) else {
            return Ok(None);
        };
        if let Some(plan) = self.kept_plan(active.plan_id) {
            return Ok(Some(Parent::from(&plan)));
        }
        let mut names = Names::default();
        self.kept_plans().for_each(|plan| names.extend(&Names::of(&plan)));
        let staged = staged_plan(&connection.endpoint, self.addresses()?.dispatcher, active.plan_id).await?;
        Ok(staged.map(|onchain| Parent { onchain, names }))
    }

    /// The active plan as a document, where it can be had: from a file, or planned again from the state before it.
    pub(crate) async fn active_plan(
        &self,
        connection: &Connection,
        chain: &ChainSnapshot,
        plan_id: PlanId,
    ) -> Result<Option<Plan>, BoxFault> {
        if diamond::is_for_one(&self.project) {
            return self.standing(chain);
        }
        if let Some(plan) = self.kept_plan(plan_id) {
            return Ok(Some(plan));
        }
        let dispatcher = self.addresses()?.dispatcher;
        let Some(then) = before_active(&connection.endpoint, dispatcher, chain).await? else {
            return Ok(None);
        };
        match self.plan(connection, &then).await? {
            PlanOutcome::Planned(plan) if plan.plan_id == plan_id => Ok(Some(plan)),
            _ => Ok(None),
        }
    }

    /// The one with this id, from wherever it lies.
    fn kept_plan(&self, plan_id: PlanId) -> Option<Plan> {
        let mut kept = self.kept.borrow_mut();
        if kept.as_ref().is_none_or(|plan| plan.plan_id != plan_id) {
            *kept = self.kept_plans().find(|plan| plan.plan_id == plan_id);
        }
        kept.clone()
    }

    /// Plans of this chain that lie in the project: the last one, and the journal's copies. What cannot be read is left out:
    /// it is looked for elsewhere.
    pub(crate) fn kept_plans(&self) -> impl Iterator<Item = Plan> {
        let copies =
            self.context.folder().join("journal").join(self.network.chain_id.to_string()).join("plans");
        let mut files: Vec<PathBuf> = fs::read_dir(copies)
            .map(|entries| entries.flatten().map(|e| e.path()).collect())
            .unwrap_or_default();
        files.sort();
        files.insert(0, self.context.plan_file());
        let chain_id = self.network.chain_id;
        files
            .into_iter()
            .filter_map(|file| Plan::read(&file).ok())
            .filter(move |plan| plan.chain_id == chain_id)
    }

    /// Writes the plan's file.
    pub(crate) fn write(&self, plan: &Plan) -> Result<(), BoxFault> {
        let text = plan.to_json().map_err(payrox_plan::PlanError::from)?;
        Ok(write_derived(&self.context.plan_file(), text.as_bytes())?)
    }

    /// Refuses where `--plan` names a plan that is not the one that would be run, or none. Whoever names one has looked at it:
    /// another neither runs in its stead nor takes its place.
    pub(crate) fn refuse_another_than_named(
        &self,
        is_it: impl FnOnce(&Plan) -> bool,
    ) -> Result<(), BoxFault> {
        if self.context.args.plan.is_none() {
            return Ok(());
        }
        let file = self.context.plan_file();
        match Plan::read(&file) {
            Err(ReadError::File(FileError::Missing { .. })) => Err(no_plan(self.context).into()),
            Err(why) => Err(why.into()),
            Ok(named) if is_it(&named) => Ok(()),
            Ok(_) => {
                let (path, network) = (escape(&file.display().to_string()), self.network.name.to_string());
                Err(CliFault::ForeignPlan { path, network, differs: "its contents" }.into())
            }
        }
    }

    /// Puts the active plan in the place of another, or of none: after a rollback the last plan is not what is live.
    pub(crate) fn keep(&self, plan: &Plan) -> Result<(), BoxFault> {
        let text = plan.to_json().map_err(payrox_plan::PlanError::from)?;
        let file = self.context.plan_file();
        if fs::read(&file).is_ok_and(|there| there == text.as_bytes()) {
            return Ok(());
        }
        Ok(write_derived(&file, text.as_bytes())?)
    }

    /// What is known of the contracts by name: for records, and for reasons of reverts.
    pub(crate) fn contracts(&self) -> (BTreeMap<String, ContractInfo>, Reasons) {
        let release = payrox_artifacts::release();
        let mut reasons = Reasons::new(release.contracts().map(|c| &c.abi));
        reasons.extend(self.artifacts.contracts().iter().map(|c| &c.abi));
        let own = [
            ("DeterministicChunkFactory", &release.factory),
            ("PayRoxRouterExtension", &release.extension),
            ("ManifestDispatcherImplementation", &release.dispatcher),
            ("PayRoxLauncher", &release.launcher),
            ("ManifestDispatcher", &release.dispatcher),
            ("PayRoxProxyRouter", &release.router),
        ];
        let info =
            |abi, input_hash| ContractInfo { abi: serde_json::to_value(abi).unwrap_or_default(), input_hash };
        let mut contracts: BTreeMap<_, _> =
            own.into_iter().map(|(name, c)| (name.to_owned(), info(&c.abi, Some(release.hash)))).collect();
        let hashes = self.artifacts.input_hashes().unwrap_or_default();
        let hashes: BTreeMap<_, _> = self.artifacts.contracts().iter().map(|c| &c.id).zip(hashes).collect();
        for facet in &self.project.facets {
            if let Ok(contract) = self.artifacts.get(&facet.contract.to_string()) {
                let hash = hashes.get(&contract.id).copied().flatten();
                contracts.insert(facet.name.to_string(), info(&contract.abi, hash));
            }
        }
        (contracts, reasons)
    }
}
