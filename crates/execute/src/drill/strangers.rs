//! What somebody without any right could set up.

use super::{Drill, routes::calls};
use crate::{gates::GateError, sandbox::NOBODY};
use payrox_plan::Mutability;
use payrox_validate::is_initialiser;

impl Drill<'_> {
    /// Calls each function that is named like an initialiser, with a few arguments, once the plan is active.
    pub(super) async fn strangers(&mut self) -> Result<(), GateError> {
        let plan = self.stage.plan;
        for route in &plan.routes {
            if matches!(route.mutability, Mutability::Pure | Mutability::View)
                || !is_initialiser(&route.signature)
            {
                continue;
            }
            let mut through = false;
            for data in calls(route) {
                let took = self.ask(NOBODY, plan.addresses.router, data).await?;
                through |= took.returned && took.wrote;
            }
            self.seen.strangers.insert(route.signature.clone(), through);
        }
        Ok(())
    }
}
