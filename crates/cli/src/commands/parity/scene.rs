//! What is compared: a plan, the chain after it and, where there is one, the chain before.

use crate::{
    context::{Connection, Context},
    forks,
    planning::Workshop,
    rehearsals::Ground,
};
use payrox_devnet::Devnet;
use payrox_model::{BoxFault, ChainSnapshot};
use payrox_parity::{ParityError, System, after, before, empty_chain};
use payrox_plan::{Plan, PlanOutcome};

pub(crate) struct Scene {
    pub(crate) plan: Plan,
    pub(crate) system: System,
    /// The plan is live on it.
    pub(crate) chain: Devnet,
    /// The release before is live on it; none for the first.
    pub(crate) before: Option<Devnet>,
    /// What both stand on.
    pub(crate) ground: Ground,
}

impl Scene {
    /// The plan that the project makes for the network, tried out; if there is nothing to change, what is live. A system that is
    /// live on another chain is forked: at this block, or the newest.
    pub(crate) async fn open(context: &Context<'_>, at: Option<u64>) -> Result<Self, BoxFault> {
        let workshop = Workshop::open(context)?;
        let connection = context.connect(&workshop.network)?;
        Self::of(&workshop, &connection, at).await
    }

    /// The same of what is open already.
    pub(crate) async fn of(
        workshop: &Workshop<'_>,
        connection: &Connection,
        at: Option<u64>,
    ) -> Result<Self, BoxFault> {
        if connection.devnet.is_some() {
            let chain = workshop.snapshot_of(connection).await?;
            return Self::on(workshop, connection, connection.devnet.as_ref(), &chain).await;
        }
        let at = if workshop.context.args.offline {
            at
        } else {
            let chain = workshop.snapshot(connection).await?;
            let nothing = chain.dispatcher.as_ref().is_none_or(|d| d.active.epoch.0 == 0);
            if at.is_none() && nothing && chain.diamond.is_none() {
                return Self::on(workshop, connection, None, &chain).await;
            }
            at.or(Some(chain.block))
        };
        let chain_id = Some(workshop.network.chain_id);
        let opened = forks::open(workshop.context, &connection.endpoint, chain_id, at).await?;
        let forked = opened.connection();
        let chain = workshop.snapshot_of(&forked).await?;
        // A fork has no logs of before.
        let logs = if opened.online { connection } else { &forked };
        Self::on(workshop, logs, forked.devnet.as_ref(), &chain).await
    }

    async fn on(
        workshop: &Workshop<'_>,
        logs: &Connection,
        devnet: Option<&Devnet>,
        snapshot: &ChainSnapshot,
    ) -> Result<Self, BoxFault> {
        let copy = || Ground::Copy { block: snapshot.block, block_hash: snapshot.block_hash };
        let ground = devnet.map(|devnet| devnet.forks().as_ref().map_or_else(copy, Ground::from));
        let live = || devnet.map(Devnet::fork).ok_or_else(|| incomparable(workshop, "it is not here"));
        let (plan, chain, before, ground) = match workshop.plan(logs, snapshot).await? {
            // What is on the chain besides does not matter: nothing of the system was there.
            PlanOutcome::Planned(plan) if plan.epoch.0 == 1 => {
                let chain = after(&empty_chain(plan.chain_id), &plan)?;
                (plan, chain, None, Ground::Empty)
            }
            PlanOutcome::Planned(plan) => {
                let live = live()?;
                let (before, chain) = (before(&live, &plan)?, after(&live, &plan)?);
                (plan, chain, Some(before), ground.unwrap_or(Ground::Empty))
            }
            PlanOutcome::NoChanges { plan_id, .. } => {
                let plan = workshop.active_plan(logs, snapshot, plan_id).await?;
                let missing = "its plan is neither in the project nor in the endpoint's logs";
                let plan = plan.ok_or_else(|| incomparable(workshop, missing))?;
                (plan, live()?, None, ground.unwrap_or(Ground::Empty))
            }
        };
        let system = System::of(&plan, &workshop.artifacts)?;
        Ok(Self { plan, system, chain, before, ground })
    }

    /// The block of another chain that it is a fork of.
    pub(crate) fn fork_block(&self) -> Option<u64> {
        match self.ground {
            Ground::Fork { block, .. } => Some(block),
            Ground::Empty | Ground::Copy { .. } => None,
        }
    }
}

fn incomparable(workshop: &Workshop<'_>, why: &'static str) -> BoxFault {
    ParityError::Incomparable { network: workshop.network.name.to_string(), why }.into()
}
