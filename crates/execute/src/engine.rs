//! The run, from the first look to the last record.

use crate::{
    Event, Outcome, PlannedCall, ProxyElsewhere, Refusal, RunResult, Sandbox, Selection, Session,
    StepOutcome, StepResult, adopted,
    after::After,
    ending::Ending,
    flight::Landed,
    forked,
    gates::{self, Cleared},
    rehearse::{Rehearsal, rehearse},
    roles,
    select::select,
    truth::{self, Truth, truth},
};
use alloy_primitives::Address;
use payrox_chain::{Position, SnapshotQuery, diamond_snapshot, snapshot};
use payrox_journal::{History, Journal};
use payrox_model::{ChainSnapshot, Gas};
use payrox_plan::{Effect, Plan, PlannedStep};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Makes the selected steps of a plan true. Sends nothing for what is true already; without `broadcast` nothing at all.
/// Whatever stops it is in the result.
pub async fn run(session: &Session<'_>, plan: &Plan, selection: &Selection) -> RunResult {
    let started = Instant::now();
    let mut run = match Run::new(session, plan, selection) {
        Ok(run) => run,
        Err(refusal) => {
            let mut result = RunResult::of(plan, &session.target);
            result.end(Err(refusal.into()));
            return result;
        }
    };
    let ended = run.through().await;
    run.finish(ended, started)
}

pub(crate) struct Run<'a> {
    pub(crate) session: &'a Session<'a>,
    pub(crate) plan: &'a Plan,
    pub(crate) selection: &'a Selection,
    pub(crate) steps: Vec<&'a PlannedStep>,
    pub(crate) chain: ChainSnapshot,
    pub(crate) journal: Option<Journal>,
    pub(crate) history: History,
    pub(crate) result: RunResult,
    /// The journal has the beginning of this run.
    pub(crate) begun: bool,
    /// How long the last block was waited for.
    pub(crate) pace: Duration,
    /// Transactions of this run that are in a block, until they are final.
    pub(crate) landed: Vec<Landed>,
    /// Gas that each step's data costs besides what its code uses: on some second layers.
    pub(crate) data_gas: BTreeMap<String, u64>,
    /// Where accounts stood a moment ago: good for what is sent next, once.
    pub(crate) positions: BTreeMap<Address, Position>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        session: &'a Session<'a>,
        plan: &'a Plan,
        selection: &'a Selection,
    ) -> Result<Self, Refusal> {
        if plan.chain_id != session.target.chain_id {
            return Err(Refusal::OtherChain { plan: plan.chain_id, network: session.target.chain_id });
        }
        Ok(Self {
            session,
            plan,
            selection,
            steps: select(plan, selection)?,
            chain: ChainSnapshot::default(),
            journal: None,
            history: History::default(),
            result: RunResult::of(plan, &session.target),
            begun: false,
            pace: Duration::ZERO,
            landed: Vec::new(),
            data_gas: BTreeMap::new(),
            positions: BTreeMap::new(),
        })
    }

    /// The list. Each line can stop it, and it can be begun again from anywhere.
    async fn through(&mut self) -> Result<Outcome, Ending> {
        self.started();
        self.open_journal()?;
        self.settle_what_an_earlier_run_left().await?;
        self.look().await?;
        self.find_what_was_undone().await?;
        self.refuse_what_can_never_be()?;
        if self.is_true() && self.was_settled().await? {
            return self.nothing_to_do().await;
        }
        self.what_it_needs_is_there()?;
        self.refuse_what_failed_before()?;
        let rehearsal = self.rehearse().await?;
        let cleared = self.clear(&rehearsal)?;
        self.preflight(&cleared).await?;
        if !self.session.broadcast {
            self.write_unsigned(&cleared).await?;
            return self.only_say(&cleared);
        }
        self.begin(&rehearsal)?;
        let after = After::begin(self, &rehearsal);
        loop {
            while let Some(wave) = self.next_wave(&cleared).await? {
                // Nothing final is done on ground that may still move.
                if wave.iter().any(|item| item.last) && !self.settled().await? {
                    continue;
                }
                after.before(self, &wave).await?;
                if wave.iter().any(|item| item.last) {
                    self.proxy_is_ours().await?;
                }
                self.send(&wave).await?;
            }
            // What a reorganisation undid meanwhile is done once more.
            if self.settled().await? {
                break;
            }
        }
        self.is_proved()?;
        after.compare(self).await?;
        Ok(Outcome::Complete)
    }

    fn started(&self) {
        let keyring = self.session.keyring;
        let signers = keyring.addresses().filter_map(|a| Some((a, keyring.origin(a)?.to_owned())));
        let signers = if self.session.broadcast { signers.collect() } else { Vec::new() };
        self.tell(Event::Started { steps: self.steps.len(), signers });
    }

    /// What is asked of the chain to know what is true.
    pub(crate) fn query(&self) -> SnapshotQuery {
        let addresses = self.plan.addresses;
        // Only what comes after a first release is tried on a copy of what is served now.
        let router = if self.plan.epoch.0 == 1 { Address::ZERO } else { addresses.router };
        SnapshotQuery { addresses: truth::addresses(self.plan), dispatcher: addresses.dispatcher, router }
    }

    /// Reads the chain as the endpoint shows it now.
    pub(crate) async fn read_chain(&mut self) -> Result<(), Ending> {
        let chain = match truth::diamond_query(self.plan) {
            Some(query) => diamond_snapshot(self.session.endpoint, &query).await?,
            None => snapshot(self.session.endpoint, &self.query()).await?,
        };
        if chain.chain_id != self.plan.chain_id {
            self.session.endpoint.expect_chain(self.plan.chain_id).await?;
        }
        self.result.epoch = chain.dispatcher.as_ref().map_or_else(Default::default, |d| d.active.epoch);
        self.result.seen = Some(chain.pin());
        self.chain = chain;
        Ok(())
    }

    pub(crate) fn truth(&self, step: &PlannedStep) -> Truth {
        truth(self.plan, step, &self.chain)
    }

    pub(crate) fn holds(&self, step: &PlannedStep) -> bool {
        matches!(self.truth(step), Truth::True(_))
    }

    pub(crate) fn is_true(&self) -> bool {
        self.steps.iter().all(|step| self.holds(step))
    }

    fn refuse_what_can_never_be(&self) -> Result<(), Ending> {
        for step in &self.steps {
            if let Truth::Never(why) = self.truth(step) {
                return Err(why.into());
            }
        }
        Ok(())
    }

    /// A transaction that was in a block and failed is not sent again by itself: somebody has to have looked why.
    fn refuse_what_failed_before(&self) -> Result<(), Ending> {
        if self.session.retry_failed {
            return Ok(());
        }
        let failed = self.history.failed(self.plan.content_hash);
        let open = self.steps.iter().filter(|step| !self.holds(step));
        match open.filter_map(|step| Some((step, failed.get(step.name.as_str())?))).next() {
            Some((step, (tx, reason))) => {
                let reason = payrox_model::text::escape(reason);
                Err(Refusal::FailedBefore { step: step.name.clone(), tx: *tx, reason }.into())
            }
            None => Ok(()),
        }
    }

    /// Staging and activation do not bring along what they depend on.
    fn what_it_needs_is_there(&self) -> Result<(), Ending> {
        for step in &self.steps {
            for name in &step.after {
                let selected = self.steps.iter().any(|s| s.name == *name);
                let Some(before) = self.plan.steps.iter().find(|s| s.name == *name).filter(|_| !selected)
                else {
                    continue;
                };
                match self.truth(before) {
                    Truth::True(_) => {}
                    Truth::Never(why) => return Err(why.into()),
                    Truth::False => self.missing(step, before)?,
                }
            }
        }
        Ok(())
    }

    fn missing(&self, step: &PlannedStep, before: &PlannedStep) -> Result<(), Ending> {
        let pending = self.chain.dispatcher.as_ref().and_then(|d| d.pending);
        if let (Effect::Staged, Some(pending)) = (&before.effect, pending) {
            let until = pending.eta.saturating_add(u64::from(self.plan.onchain.window));
            return Err(Refusal::Expired { until, now: self.chain.timestamp }.into());
        }
        Err(Refusal::Missing { step: step.name.clone(), missing: before.name.clone() }.into())
    }

    /// The first release is tried from nothing; a later one on a copy of the chain.
    pub(crate) async fn rehearse(&self) -> Result<Rehearsal, Ending> {
        let reasons = self.session.reasons;
        let first = self.plan.epoch.0 == 1;
        let rehearsal = match self.session.devnet {
            _ if first && self.plan.system.proxy.is_zero() => {
                rehearse(self.plan, &Sandbox::empty(self.plan.chain_id), reasons).await?
            }
            Some(devnet) => rehearse(self.plan, &Sandbox::fork(devnet), reasons).await?,
            None => {
                let fork = forked::fork(self.session.endpoint, &self.chain).await?;
                let sandbox = forked::sandbox(&fork, self.plan, &self.chain).await?;
                rehearse(self.plan, &sandbox, reasons).await?
            }
        };
        self.tell(Event::Rehearsed { steps: rehearsal.gas.len(), gas: rehearsal.total() });
        Ok(rehearsal)
    }

    /// Nothing is activated behind a proxy that still serves something else.
    async fn proxy_is_ours(&self) -> Result<(), Ending> {
        let proxy = self.plan.system.proxy;
        let Some(router) = adopted::router(self.plan).filter(|_| !proxy.is_zero()) else { return Ok(()) };
        let endpoint = self.session.endpoint;
        let now = adopted::implementation(endpoint, proxy).await?;
        if now == router {
            return Ok(());
        }
        let adopted::Move { from, to, data } = adopted::way(endpoint, proxy, router).await?;
        Err(Refusal::ProxyElsewhere(Box::new(ProxyElsewhere { proxy, now, router, from, to, data })).into())
    }

    fn clear(&self, rehearsal: &Rehearsal) -> Result<Cleared<'a, Plan>, Ending> {
        Ok(gates::clear(self.plan, self.session.artifacts_hash, self.session.target.chain_id, rehearsal)?)
    }

    /// Nothing is sent: the result says what would be, and who may.
    fn only_say(&mut self, cleared: &Cleared<'_, Plan>) -> Result<Outcome, Ending> {
        for step in self.steps.clone() {
            let gas = cleared.expected(&step.name);
            self.say(step, StepOutcome::Planned, gas);
        }
        Ok(Outcome::Planned)
    }

    /// A step that is not done, with the call for whoever will make it.
    pub(crate) fn say(&mut self, step: &PlannedStep, outcome: StepOutcome, gas: Option<Gas>) {
        let truth = self.truth(step);
        let (outcome, reason) = match truth {
            Truth::True(reason) => (StepOutcome::Skipped, Some(reason)),
            Truth::Never(why) => (StepOutcome::Failed, Some(why.to_string())),
            Truth::False => (outcome, None),
        };
        let call = step.call.as_ref().filter(|_| outcome != StepOutcome::Skipped).map(|call| PlannedCall {
            from: roles::allowed(self.plan, call.sender, &self.chain),
            to: call.to,
            value: call.value,
            data: call.data.clone(),
        });
        let gas_used = gas.filter(|_| call.is_some());
        self.result.steps.push(StepResult {
            name: step.name.clone(),
            outcome,
            tx: None,
            gas_used,
            reason,
            call,
        });
    }

    /// Everything selected is true now, by the chain's own word; what had nothing to send is told as well.
    fn is_proved(&mut self) -> Result<(), Ending> {
        for step in &self.steps {
            match self.truth(step) {
                Truth::True(_) => {}
                Truth::Never(why) => return Err(why.into()),
                Truth::False => {
                    let why = "the chain does not show it".into();
                    return Err(Refusal::NotTrue { step: step.name.clone(), why }.into());
                }
            }
        }
        self.skip_what_is_true()
    }

    pub(crate) fn tell(&self, event: Event) {
        self.session.observer.event(&event);
    }

    /// Stops here if somebody asked to.
    pub(crate) fn may_go_on(&self) -> Result<(), Ending> {
        if self.session.stop.is_requested() { Err(Refusal::Interrupted.into()) } else { Ok(()) }
    }
}
