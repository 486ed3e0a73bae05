//! Transactions that leave together: consecutive nonces, one write to the disk before, one look at the chain after.

use crate::{
    Event, Refusal,
    ending::Ending,
    engine::Run,
    flight::{Flight, Landing},
    gates::{Cancellation, Cleared},
    roles,
};
use alloy_primitives::{Address, Bytes, U256};
use payrox_chain::{At, CallRequest, ChainError, Fees, Position, Signed, Transaction};
use payrox_journal::{CANCEL, OpenIntent, Record};
use payrox_model::Gas;
use payrox_plan::{Call, Effect, Plan, PlannedStep};
use std::collections::{BTreeMap, btree_map::Entry};

/// One transaction before it has a nonce.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) step: String,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
    pub(crate) gas: Gas,
    /// What it used in the dry run.
    pub(crate) rehearsed: Option<Gas>,
    /// It activates or cuts: what it stands on must be final.
    pub(crate) last: bool,
    /// Something it stands on goes with it in the same wave: the chain cannot say yet whether it goes through.
    pub(crate) follows: bool,
}

impl Item {
    pub(crate) fn of(step: &PlannedStep, call: &Call, from: Address, gas: Gas) -> Self {
        Self {
            step: step.name.clone(),
            from,
            to: call.to,
            value: call.value,
            data: call.data.clone(),
            gas,
            rehearsed: None,
            last: matches!(step.effect, Effect::Active | Effect::Cut { .. }),
            follows: false,
        }
    }

    /// The chain was asked for it just now.
    pub(crate) fn cancel(cleared: &Cleared<'_, Cancellation>, from: Address) -> Self {
        let CallRequest { to, value, data, .. } = cleared.about().call.clone();
        let (step, gas) = (CANCEL.into(), cleared.gas_limit(CANCEL));
        Self { step, from, to, value, data, gas, rehearsed: None, last: false, follows: true }
    }

    pub(crate) fn call(&self) -> CallRequest {
        CallRequest { from: Some(self.from), to: self.to, value: self.value, data: self.data.clone() }
    }
}

impl<'a> Run<'a> {
    /// The next transactions; none when every selected step is true.
    pub(crate) async fn next_wave(
        &mut self,
        cleared: &Cleared<'a, Plan>,
    ) -> Result<Option<Vec<Item>>, Ending> {
        loop {
            self.may_go_on()?;
            if let Some(wave) = self.gather(cleared).await? {
                return Ok((!wave.is_empty()).then_some(wave));
            }
        }
    }

    /// The same; `None` where the chain has to be looked at anew, because what it stood on moved during a wait.
    async fn gather(&mut self, cleared: &Cleared<'a, Plan>) -> Result<Option<Vec<Item>>, Ending> {
        let mut wave: Vec<Item> = Vec::new();
        for step in self.steps.clone() {
            if self.holds(step) {
                continue;
            }
            if let crate::truth::Truth::Never(why) = self.truth(step) {
                return Err(why.into());
            }
            let Some(call) = &step.call else { continue };
            if !self.follows(step, &wave) {
                continue;
            }
            // What needs a role waits for proof of what it stands on; only an activation that is due at once may go
            // with its staging.
            let together = match step.effect {
                Effect::Active => wave.is_empty() || self.is_due_at_once(&wave),
                Effect::Staged | Effect::Cut { .. } => wave.is_empty(),
                _ => true,
            };
            if !together {
                continue;
            }
            let Some(from) = roles::choose(self.plan, call.sender, &self.chain, self.session.keyring) else {
                if wave.is_empty() {
                    if let Some(owner) = self.owner_acts() {
                        return Err(Refusal::OwnerActs { step: step.name.clone(), owner }.into());
                    }
                    let who = roles::allowed(self.plan, call.sender, &self.chain);
                    return Err(Refusal::NoKey { step: step.name.clone(), who }.into());
                }
                continue;
            };
            if matches!(step.effect, Effect::Active) && wave.is_empty() && !self.wait_for_eta().await? {
                return Ok(None);
            }
            let follows = step.after.iter().any(|name| wave.iter().any(|item| item.step == *name));
            let data = self.data_gas.get(&step.name).copied().unwrap_or_default();
            let rehearsed = cleared.expected(&step.name).map(|gas| Gas(gas.0 + data));
            let gas = Gas(cleared.gas_limit(&step.name).0 + data);
            wave.push(Item { rehearsed, follows, ..Item::of(step, call, from, gas) });
        }
        Ok(Some(wave))
    }

    /// The diamond's owner, where it is a contract that signs nothing itself.
    fn owner_acts(&self) -> Option<Address> {
        let diamond = self.chain.diamond.as_ref().filter(|diamond| diamond.owner_is_contract)?;
        diamond.owner
    }

    /// Everything before the step is true, or goes before it from the same sender.
    fn follows(&self, step: &PlannedStep, wave: &[Item]) -> bool {
        step.after.iter().all(|name| {
            let before = self.plan.steps.iter().find(|s| s.name == *name);
            before.is_none_or(|before| self.holds(before)) || wave.iter().any(|item| item.step == *name)
        })
    }

    /// The wave stages, for an activation without delay: the bootstrapper's first release.
    fn is_due_at_once(&self, wave: &[Item]) -> bool {
        let [item] = wave else { return false };
        let stages = |step: &PlannedStep| step.name == item.step && matches!(step.effect, Effect::Staged);
        self.steps.iter().any(|step| stages(step))
            && self.plan.epoch.0 == 1
            && self.plan.system.proxy.is_zero()
            && item.from == self.plan.system.roles.bootstrapper
            && self.plan.onchain.not_before <= self.chain.timestamp
    }

    /// Signs, writes down, sends, waits, and reads back. Comes back early where the chain has moved on in between: then it is
    /// looked at anew.
    pub(crate) async fn send(&mut self, wave: &[Item]) -> Result<(), Ending> {
        let mut positions = BTreeMap::new();
        for item in wave {
            if let Entry::Vacant(vacant) = positions.entry(item.from) {
                let fresh = self.positions.remove(&item.from);
                vacant.insert(match fresh {
                    Some(position) => position,
                    None => self.position(item.from).await?,
                });
            }
        }
        for (from, position) in &positions {
            if position.pending > position.nonce {
                self.meet(*from, position, wave).await?;
                return self.look().await;
            }
        }
        // What waited may have been mined since the chain was looked at, or somebody else was first, for instance while the dry
        // run went on.
        if positions.values().any(|position| position.head.number != self.chain.block) {
            self.look().await?;
            if wave.iter().any(|item| self.is_done(&item.step)) {
                return Ok(());
            }
        }
        if !self.estimate(wave).await? {
            return Ok(());
        }
        let transactions = self.price(wave, &positions)?;
        for from in positions.keys() {
            self.tell(Event::Signing { from: *from });
        }
        let (transactions, signed) = self.sign(transactions, wave).await?;
        self.write_down(wave, &transactions, &signed)?;
        self.may_go_on()?;
        let since = |from| positions.get(&from).map_or(self.chain.block, |p: &Position| p.head.number);
        let mut flights = Vec::with_capacity(wave.len());
        for ((item, tx), signed) in wave.iter().zip(transactions).zip(&signed) {
            let Item { step, from, .. } = item.clone();
            self.tell(Event::Sending { step, from, nonce: tx.nonce, tx: signed.hash });
            flights.push(Flight::new(item.clone(), tx, signed.clone(), since(from)));
        }
        match self.session.endpoint.send(&signed).await {
            Ok(answers) => {
                self.note(&[Record::Sent { txs: signed.iter().map(|s| s.hash).collect() }])?;
                let mut heard = Ok(());
                for (flight, answer) in flights.iter_mut().zip(answers) {
                    // What was said to one is no word on the others: they may wait.
                    heard = heard.and(self.heard(flight, answer));
                }
                if heard.is_err() {
                    self.still_wait(&flights);
                    return heard;
                }
            }
            // Some may have arrived: they are looked for by their hashes, and never signed anew.
            Err(e @ (ChainError::Unreachable { .. } | ChainError::Answer { .. })) => {
                let what = format!("{e}; what was sent is looked for by its hash");
                self.tell(Event::Warned { what });
            }
            Err(e) => {
                // Given up while it was under way: it may have arrived.
                if matches!(e, ChainError::Interrupted { .. }) {
                    self.still_wait(&flights);
                }
                return Err(e.into());
            }
        }
        self.bring_down(&mut flights).await.map(|_: Landing| ())
    }

    /// Whether what a transaction is for is true, by the last look; of a cancellation, that nothing is pending.
    pub(crate) fn is_done(&self, name: &str) -> bool {
        match self.plan.steps.iter().find(|step| step.name == name) {
            Some(step) => self.holds(step),
            None => self.chain.dispatcher.as_ref().is_some_and(|d| d.pending.is_none()),
        }
    }

    /// The chain itself says whether each goes through and what it takes. A revert of the first is certain, and is not sent; what
    /// stands behind others in the wave may need them, and for that the dry run's word counts. `false` where somebody was first.
    async fn estimate(&mut self, wave: &[Item]) -> Result<bool, Ending> {
        let ready: Vec<usize> = (0..wave.len()).filter(|at| !wave[*at].follows).collect();
        let calls: Vec<CallRequest> = ready.iter().map(|at| wave[*at].call()).collect();
        let answers = match calls.is_empty() {
            true => Vec::new(),
            false => self.session.endpoint.estimates(&calls).await?,
        };
        let mut silent = wave.len() - ready.len();
        for (at, answer) in ready.into_iter().zip(answers) {
            let item = &wave[at];
            let estimated = match answer {
                Ok(gas) => gas,
                Err(e) if e.revert_data().is_some() && at > 0 => {
                    silent += 1;
                    continue;
                }
                Err(e) => {
                    let Some(data) = e.revert_data() else { return Err(e.into()) };
                    let reason = self.session.reasons.decode(data);
                    if self.somebody_is_at_it(item, wave).await? {
                        return Ok(false);
                    }
                    return Err(Refusal::WouldRevert { step: item.step.clone(), reason }.into());
                }
            };
            let percent = self.session.target.gas_jump;
            if let Some(rehearsed) = item.rehearsed
                && estimated.0 > room(rehearsed, percent)
            {
                let step = item.step.clone();
                return Err(Refusal::GasJump { step, estimated, rehearsed, percent }.into());
            }
        }
        if silent > 0 {
            self.tell(Event::NotEstimated { steps: silent });
        }
        Ok(true)
    }

    /// Whether a call reverts only because somebody does the same: he has done it since the last look, or his transaction waits, which
    /// a node may count as done when it is asked for an estimate. That is waited for.
    async fn somebody_is_at_it(&mut self, item: &Item, wave: &[Item]) -> Result<bool, Ending> {
        let before = self.chain.block;
        self.look().await?;
        if wave.iter().any(|item| self.is_done(&item.step)) {
            return Ok(true);
        }
        match self.session.endpoint.call(item.call(), At::Latest).await {
            Ok(_) => {}
            Err(e) if e.revert_data().is_some() => return Ok(false),
            Err(e) => return Err(e.into()),
        }
        self.wait_for_block(before.max(self.chain.block), "somebody else's transaction for the same").await?;
        Ok(true)
    }

    pub(crate) fn price(
        &self,
        wave: &[Item],
        at: &BTreeMap<Address, Position>,
    ) -> Result<Vec<Transaction>, Ending> {
        let mut next: BTreeMap<Address, u64> = at.iter().map(|(from, p)| (*from, p.nonce)).collect();
        let mut cost: BTreeMap<Address, (U256, u64)> = BTreeMap::new();
        let mut transactions = Vec::with_capacity(wave.len());
        for item in wave {
            let (Some(position), Some(nonce)) = (at.get(&item.from), next.get_mut(&item.from)) else {
                continue;
            };
            let fees = Fees::choose(&position.head, position.tip, self.session.target.fees)?;
            let (wei, gas) = cost.entry(item.from).or_default();
            *wei += item.value + U256::from(item.gas.0) * U256::from(fees.max_fee);
            *gas += item.gas.0;
            transactions.push(Transaction {
                chain_id: self.plan.chain_id,
                from: item.from,
                nonce: *nonce,
                to: item.to,
                value: item.value,
                data: item.data.clone(),
                gas: item.gas,
                fees,
            });
            *nonce += 1;
        }
        for (from, (needed, gas)) in cost {
            let has = at.get(&from).map_or(U256::ZERO, |p| p.balance);
            if has < needed {
                let (needed, has) = (needed.to_string(), has.to_string());
                return Err(Refusal::Funds { from, needed, has, gas: Gas(gas) }.into());
            }
        }
        Ok(transactions)
    }

    /// What was signed before for the same call, sender and nonce is sent again byte by byte, and not signed anew: unless it could
    /// run out of gas now, or offers more than may be paid now.
    async fn sign(
        &self,
        transactions: Vec<Transaction>,
        wave: &[Item],
    ) -> Result<(Vec<Transaction>, Vec<Signed>), Ending> {
        let plan = self.plan.content_hash;
        let earlier = self.history.intents();
        let (mut all, mut signed) = (Vec::with_capacity(wave.len()), Vec::with_capacity(wave.len()));
        for (item, tx) in wave.iter().zip(transactions) {
            let meant = |i: &&OpenIntent| {
                i.step == item.step && i.plan == plan && i.from == tx.from && i.nonce == tx.nonce
            };
            // The newest first: it offers most.
            let mut kept =
                earlier.iter().rev().map(|(intent, _)| intent).filter(meant).filter_map(|intent| {
                    let raw = self.journal.as_ref()?.signed(intent.tx)?;
                    let signed = Signed { hash: intent.tx, raw };
                    let kept = signed.transaction(tx.from).filter(|kept| self.serves(kept, &tx))?;
                    Some((kept, signed))
                });
            let (tx, one) = match kept.next() {
                Some(found) => found,
                None => {
                    let signed = self.session.keyring.sign(&tx, self.session.endpoint).await?;
                    (tx, signed)
                }
            };
            all.push(tx);
            signed.push(one);
        }
        Ok((all, signed))
    }

    /// Whether a transaction that was signed before does what is meant now.
    fn serves(&self, kept: &Transaction, tx: &Transaction) -> bool {
        let same =
            (kept.chain_id, kept.to, kept.value) == (tx.chain_id, tx.to, tx.value) && kept.data == tx.data;
        same && kept.gas >= tx.gas && self.session.target.fees.allows(&kept.fees)
    }

    /// On the disk before anything leaves.
    fn write_down(
        &mut self,
        wave: &[Item],
        transactions: &[Transaction],
        signed: &[Signed],
    ) -> Result<(), Ending> {
        let unknown = |signed: &Signed| !self.history.meant(signed.hash);
        let new: Vec<Signed> = signed.iter().filter(|signed| unknown(signed)).cloned().collect();
        let all = wave.iter().zip(transactions).zip(signed).filter(|(_, signed)| unknown(signed));
        let intents = all.map(|((item, tx), signed)| self.intent(item, tx, signed, None)).collect();
        self.mean(&new, intents)
    }

    pub(crate) fn intent(
        &self,
        item: &Item,
        tx: &Transaction,
        signed: &Signed,
        replaces: Option<alloy_primitives::B256>,
    ) -> Record {
        Record::Intent {
            step: item.step.clone(),
            plan: self.plan.content_hash,
            from: tx.from,
            nonce: tx.nonce,
            to: tx.to,
            gas: tx.gas,
            tx: signed.hash,
            replaces,
        }
    }
}

/// What the dry run used, what was paid back of that at most (a fifth, EIP-3529), and so many hundredths more. A node's estimate is
/// what a transaction must be given, not what it uses in the end.
fn room(rehearsed: Gas, percent: u64) -> u64 {
    let given = rehearsed.0.saturating_mul(5) / 4;
    given.saturating_mul(100 + percent) / 100
}
