//! What stops a system, and what starts it again, by those whose right it is.

use super::Drill;
use crate::gates::GateError;
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use payrox_model::{Gas, RouteFlags, Selector, abi::IManifestDispatcher as D};
use payrox_plan::{Call, Sender};
use payrox_validate::Part;

/// What the router refuses with.
fn refusal(error: &str) -> [u8; 4] {
    Selector::of(error).0
}

impl Drill<'_> {
    /// Where the system is paused, its owner lifts that on this copy: a closed route takes the gas of a refusal, and keeps even what a
    /// stranger could set up out.
    pub(super) async fn unpause(&mut self) -> Result<(), GateError> {
        let chain = self.stage.look().await?;
        if !chain.dispatcher.as_ref().is_some_and(|dispatcher| dispatcher.paused || dispatcher.halted) {
            return Ok(());
        }
        let (sender, data) = (Sender::Owner, D::unpauseCall {}.abi_encode().into());
        let to = self.stage.plan.addresses.dispatcher;
        let from = self.stage.sender(sender, &chain);
        match self.stage.call(from, &Call { sender, to, value: U256::ZERO, data }).await {
            Ok(_) => self.seen.unpaused = true,
            // That the owner cannot is what the exercise finds.
            Err(reverted) => drop(self.reverts(reverted)?),
        }
        Ok(())
    }

    /// Pause, unpause, forbid, allow, freeze, unfreeze. One that fails does not keep the next from being tried.
    pub(super) async fn exercise(&mut self) -> Result<(), GateError> {
        let paused = refusal("RoutePaused(bytes4)");
        self.act("pause", Sender::Guardian, &D::pauseCall {}).await?;
        self.expect(
            "pause",
            "closed routes answer while it is paused",
            |flags| !flags.contains(RouteFlags::PAUSE_EXEMPT),
            paused,
        )
        .await?;
        self.act("unpause", Sender::Owner, &D::unpauseCall {}).await?;
        self.expect_none("unpause", "routes stay closed", paused).await?;

        let forbidden = refusal("RouteForbidden(bytes4)");
        let plan = self.stage.plan;
        // The one that takes plain ether has no calldata to be asked with.
        let route = plan.routes.iter().find(|r| r.selector != Selector::RECEIVE);
        if let Some(route) = route {
            let selectors = vec![route.selector.0.into()];
            self.act("forbid", Sender::Guardian, &D::forbidCall { selectors: selectors.clone() }).await?;
            if !self.refuses(route.selector, forbidden).await? {
                self.fail("forbid", format!("`{}` answers while it is forbidden", route.signature));
            }
            self.act("allow", Sender::Owner, &D::allowCall { selectors }).await?;
            if self.refuses(route.selector, forbidden).await? {
                self.fail("allow", format!("`{}` stays closed", route.signature));
            }
        }

        self.act("freeze", Sender::Guardian, &D::freezeCall {}).await?;
        let stage = D::stageCall { plan: (&plan.onchain).into() };
        let owner = self.owner().await?;
        let answer = self.ask(owner, plan.addresses.dispatcher, stage.abi_encode().into()).await?;
        if answer.returned || answer.output.get(..4) != Some(&refusal("SystemFrozen()")) {
            self.fail("freeze", "staging is not refused for being frozen".into());
        }
        self.act("unfreeze", Sender::Owner, &D::unfreezeCall {}).await?;
        let chain = self.stage.look().await?;
        if chain.dispatcher.is_none_or(|dispatcher| dispatcher.frozen || dispatcher.paused) {
            self.fail("unfreeze", "the system is not as it was before it was stopped".into());
        }
        Ok(())
    }

    async fn act(&mut self, name: &str, sender: Sender, call: &impl SolCall) -> Result<(), GateError> {
        let call = Call {
            sender,
            to: self.stage.plan.addresses.dispatcher,
            value: U256::ZERO,
            data: Bytes::from(call.abi_encode()),
        };
        let chain = self.stage.look().await?;
        let from: Address = self.stage.sender(sender, &chain);
        let (gas, failure): (Option<Gas>, _) = match self.transact(name, from, &call).await {
            Ok(executed) => (Some(executed.gas), None),
            Err(reverted) => (None, Some(self.reverts(reverted)?)),
        };
        self.note(name, Part::Exercise, gas, failure);
        Ok(())
    }

    /// That exactly the routes which `closed` says refuse with this error.
    async fn expect(
        &mut self,
        name: &str,
        what: &str,
        closed: impl Fn(RouteFlags) -> bool,
        error: [u8; 4],
    ) -> Result<(), GateError> {
        for route in &self.stage.plan.routes {
            if route.selector == Selector::RECEIVE {
                continue;
            }
            let refuses = self.refuses(route.selector, error).await?;
            // Whoever forbade it on the chain has closed it already.
            let shut = !refuses && self.refuses(route.selector, refusal("RouteForbidden(bytes4)")).await?;
            if refuses != closed(route.flags) && !shut {
                let why = if refuses { "is closed and was exempted" } else { "answers" };
                self.fail(name, format!("{what}: `{}` {why}", route.signature));
                return Ok(());
            }
        }
        Ok(())
    }

    async fn expect_none(&mut self, name: &str, what: &str, error: [u8; 4]) -> Result<(), GateError> {
        self.expect(name, what, |_| false, error).await
    }

    /// Whether the router refuses a route because somebody stopped it.
    pub(super) async fn is_shut(&mut self, selector: Selector) -> Result<bool, GateError> {
        for error in ["RoutePaused(bytes4)", "RouteForbidden(bytes4)"] {
            if self.refuses(selector, refusal(error)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the router itself refuses a route with this error.
    async fn refuses(&mut self, selector: Selector, error: [u8; 4]) -> Result<bool, GateError> {
        let router = self.stage.plan.addresses.router;
        let data = [&selector.0[..], &[0; 32]].concat();
        let owner = self.owner_at_hand();
        let answer = self.ask(owner, router, data.into()).await?;
        let named = [&error[..], &selector.0].concat();
        Ok(!answer.returned && answer.output.starts_with(&named))
    }

    /// Anyone will do: whoever asks, a closed route is closed.
    fn owner_at_hand(&self) -> Address {
        self.stage.plan.system.roles.owner
    }

    fn fail(&mut self, name: &str, why: String) {
        let step = self.seen.steps.iter_mut().rev().find(|s| s.name == name && s.part == Part::Exercise);
        if let Some(step) = step.filter(|step| step.failure.is_none()) {
            step.failure = Some(why);
        }
    }
}
