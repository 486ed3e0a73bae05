//! What is compared: a plan, the chain after it and, where there is one, the chain before.

use crate::{
    context::{Connection, Context},
    planning::Workshop,
};
use payrox_devnet::Devnet;
use payrox_model::BoxFault;
use payrox_parity::{ParityError, System, after, empty_chain};
use payrox_plan::{Plan, PlanOutcome};

pub(crate) struct Scene {
    pub(crate) plan: Plan,
    pub(crate) system: System,
    /// The plan is live on it.
    pub(crate) chain: Devnet,
    /// The release before is live on it; none for the first.
    pub(crate) before: Option<Devnet>,
}

impl Scene {
    /// The plan that the project makes for the network, tried out; if there is nothing to change, what is live.
    pub(crate) async fn open(context: &Context<'_>) -> Result<Self, BoxFault> {
        let workshop = Workshop::open(context)?;
        let connection = context.connect(&workshop.network)?;
        Self::of(&workshop, &connection).await
    }

    /// The same of what is open already.
    pub(crate) async fn of(workshop: &Workshop<'_>, connection: &Connection) -> Result<Self, BoxFault> {
        let snapshot = workshop.snapshot(connection).await?;
        let elsewhere = || ParityError::Elsewhere { network: workshop.network.name.to_string() };
        let (plan, chain, before) = match workshop.plan(connection, &snapshot).await? {
            // What is on the chain besides does not matter: nothing of the system was there.
            PlanOutcome::Planned(plan) if plan.epoch.0 == 1 => {
                let chain = after(&empty_chain(plan.chain_id), &plan)?;
                (plan, chain, None)
            }
            PlanOutcome::Planned(plan) => {
                let before = connection.devnet.as_ref().ok_or_else(elsewhere)?.fork();
                let chain = after(&before, &plan)?;
                (plan, chain, Some(before))
            }
            PlanOutcome::NoChanges { .. } => {
                let chain = connection.devnet.as_ref().ok_or_else(elsewhere)?.fork();
                let active = snapshot.dispatcher.as_ref().map(|d| d.active.plan_id).unwrap_or_default();
                let plan = workshop.active_plan(connection, &snapshot, active).await?;
                (plan.ok_or_else(elsewhere)?, chain, None)
            }
        };
        if plan.diamond.is_some() {
            return Err(elsewhere().into());
        }
        let system = System::of(&plan, &workshop.artifacts)?;
        Ok(Self { plan, system, chain, before })
    }
}
