//! The dry run: the plan and its way back, in the sandbox.

use crate::{
    Sandbox, adopted,
    after::{Trace, Tracer},
    gates::GateError,
    roles::allowed,
    sandbox::{NOBODY, Reverted},
    truth::{self, Truth, truth},
};
use alloy_primitives::{Address, B256, Bytes};
use payrox_chain::{Reasons, SnapshotQuery, diamond_snapshot, snapshot};
use payrox_devnet::Executed;
use payrox_model::{ChainId, ChainSnapshot, Gas};
use payrox_plan::{Call, Inverse, Plan, PlannedStep, Sender};
use std::collections::BTreeMap;

/// A dry run that went through.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    pub(crate) plan: B256,
    pub(crate) chain_id: ChainId,
    pub(crate) gas: BTreeMap<String, Gas>,
    /// What it left behind before the way back.
    pub(crate) trace: Trace,
}

impl Rehearsal {
    /// What a step used.
    pub fn gas(&self, step: &str) -> Option<Gas> {
        self.gas.get(step).copied()
    }

    /// What all of them used.
    pub fn total(&self) -> Gas {
        Gas(self.gas.values().map(|gas| gas.0).sum())
    }
}

/// Runs every step that is not true yet, then the plan's inverse.
///
/// # Errors
/// When a step reverts, or is not true afterwards.
pub(crate) async fn rehearse(
    plan: &Plan,
    sandbox: &Sandbox,
    reasons: &Reasons,
) -> Result<Rehearsal, GateError> {
    let tracer = Tracer::new(plan, sandbox.devnet(), sandbox.is_whole());
    let mut stage = Stage { plan, sandbox, reasons, tracer };
    let (gas, chain) = stage.forward().await?;
    stage.go_back(&chain).await?;
    let trace = stage.tracer.into_trace();
    Ok(Rehearsal { plan: plan.content_hash, chain_id: plan.chain_id, gas, trace })
}

/// Where a rehearsal happens.
pub(crate) struct Stage<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) reasons: &'a Reasons,
    pub(crate) tracer: Tracer,
}

impl Stage<'_> {
    /// Every step that is not true yet: what each used, and the chain then.
    pub(crate) async fn forward(&mut self) -> Result<(BTreeMap<String, Gas>, ChainSnapshot), GateError> {
        let mut chain = self.look().await?;
        let mut gas = BTreeMap::new();
        for step in &self.plan.steps {
            // What is true at first stays true: the contracts are looked at again only where time or roles matter.
            if matches!(truth(self.plan, step, &chain), Truth::True(_)) {
                continue;
            }
            let Some(call) = &step.call else { continue };
            if matches!(step.effect, payrox_plan::Effect::Active) {
                chain = self.look().await?;
                self.skip_to_eta(&chain)?;
                if let Some((way, _)) = adopted::needed(self.sandbox, self.plan).await? {
                    let moved = self.call(way.from, &way.call()).await;
                    moved.map_err(|e| {
                        self.failed(e, |reason| GateError::Reverts { step: "adopt".into(), reason })
                    })?;
                }
            }
            let used = self.send(step, call, &chain).await?;
            gas.insert(step.name.clone(), used);
        }
        chain = self.look().await?;
        for step in &self.plan.steps {
            match truth(self.plan, step, &chain) {
                Truth::True(_) => {}
                Truth::False => return Err(GateError::NotTrue { step: step.name.clone() }),
                Truth::Never(why) => return Err(GateError::Never { step: step.name.clone(), why }),
            }
        }
        Ok((gas, chain))
    }

    pub(crate) async fn look(&mut self) -> Result<ChainSnapshot, GateError> {
        if let Some(query) = truth::diamond_query(self.plan) {
            let seen = diamond_snapshot(&self.sandbox.endpoint(), &query).await;
            return seen.map_err(|e| GateError::Sandbox { why: e.to_string() });
        }
        let addresses = self.plan.addresses;
        let query = SnapshotQuery {
            addresses: truth::addresses(self.plan),
            dispatcher: addresses.dispatcher,
            router: addresses.router,
        };
        snapshot(&self.sandbox.endpoint(), &query)
            .await
            .map_err(|e| GateError::Sandbox { why: e.to_string() })
    }

    pub(crate) fn skip_to_eta(&self, chain: &ChainSnapshot) -> Result<(), GateError> {
        let Some(pending) = chain.dispatcher.as_ref().and_then(|d| d.pending) else { return Ok(()) };
        if pending.eta > self.sandbox.devnet().now() {
            let failed = |e: payrox_devnet::RpcError| GateError::Sandbox { why: e.to_string() };
            self.sandbox.devnet().set_next_timestamp(pending.eta).map_err(failed)?;
        }
        Ok(())
    }

    pub(crate) async fn send(
        &mut self,
        step: &PlannedStep,
        call: &Call,
        chain: &ChainSnapshot,
    ) -> Result<Gas, GateError> {
        let from = self.sender(call.sender, chain);
        let executed = self
            .call(from, call)
            .await
            .map_err(|e| self.failed(e, |reason| GateError::Reverts { step: step.name.clone(), reason }))?;
        self.tracer.saw(self.sandbox.devnet(), &step.name, &executed);
        Ok(executed.gas)
    }

    pub(crate) async fn call(&mut self, from: Address, call: &Call) -> Result<Executed, Reverted> {
        let (to, value, data) = (call.to, call.value, call.data.clone());
        let executed = self.sandbox.aside(move |sandbox| sandbox.execute(from, to, value, &data)).await;
        executed.unwrap_or_else(|text| Err(Reverted { data: Bytes::new(), text, unread: false }))
    }

    pub(crate) fn sender(&self, sender: Sender, chain: &ChainSnapshot) -> Address {
        allowed(self.plan, sender, chain).first().copied().unwrap_or(NOBODY)
    }

    /// What a failure means: that of the endpoint is not the contract's.
    pub(crate) fn failed(&self, e: Reverted, reverts: impl FnOnce(String) -> GateError) -> GateError {
        if e.unread { GateError::Fork { why: e.text } } else { reverts(self.reason(&e)) }
    }

    pub(crate) fn reason(&self, reverted: &Reverted) -> String {
        if reverted.data.is_empty() { reverted.text.clone() } else { self.reasons.decode(&reverted.data) }
    }

    /// The way back works from where the plan leads.
    async fn go_back(&mut self, chain: &ChainSnapshot) -> Result<(), GateError> {
        let (calls, root) = match &self.plan.inverse {
            Inverse::PauseAndFreeze { calls } => (calls, None),
            Inverse::Rollback { calls, root, .. } | Inverse::CutBack { calls, root, .. } => {
                (calls, Some(*root))
            }
        };
        for call in calls {
            let from = self.sender(call.sender, chain);
            let called = self.call(from, call).await;
            called.map_err(|e| self.failed(e, |reason| GateError::NoWayBack { reason }))?;
        }
        let after = self.look().await?;
        let cut_back = after.diamond.as_ref().map(|diamond| Some(diamond.root()) == root);
        let back = cut_back.unwrap_or(false)
            || after.dispatcher.is_some_and(|d| match root {
                Some(root) => d.active.root == root,
                None => d.paused && d.frozen,
            });
        if back { Ok(()) } else { Err(GateError::NoWayBack { reason: "it leads somewhere else".into() }) }
    }
}
