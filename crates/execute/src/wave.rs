//! Transactions that leave together: consecutive nonces, one write to the disk before, one look at the chain after.

use crate::{
    Event, PlannedCall, Refusal, StepOutcome, StepResult,
    ending::Ending,
    engine::Run,
    gates::{Cancellation, Cleared},
    record::placed,
    roles,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use payrox_chain::{At, CallRequest, Fees, Position, Receipt, Signed, Transaction};
use payrox_journal::Record;
use payrox_model::Gas;
use payrox_plan::{Effect, Plan, PlannedStep};
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
    /// Needs a role: the chain is asked once more before it is sent.
    pub(crate) guarded: bool,
}

impl Item {
    pub(crate) fn cancel(cleared: &Cleared<'_, Cancellation>, from: Address) -> Self {
        let CallRequest { to, value, data, .. } = cleared.about().call.clone();
        Self {
            step: "cancel".into(),
            from,
            to,
            value,
            data,
            gas: cleared.gas_limit("cancel"),
            guarded: false,
        }
    }
}

impl<'a> Run<'a> {
    /// The next transactions; none when every selected step is true.
    pub(crate) async fn next_wave(
        &mut self,
        cleared: &Cleared<'a, Plan>,
    ) -> Result<Option<Vec<Item>>, Ending> {
        self.may_go_on()?;
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
            let guarded = matches!(step.effect, Effect::Staged | Effect::Active);
            // What needs a role waits for proof of what it stands on; only an activation that is due at once may go
            // with its staging.
            let together = match step.effect {
                Effect::Active => wave.is_empty() || self.is_due_at_once(&wave),
                Effect::Staged => wave.is_empty(),
                _ => true,
            };
            if !together {
                continue;
            }
            let Some(from) = roles::choose(self.plan, call.sender, &self.chain, self.session.keyring) else {
                if wave.is_empty() {
                    let who = roles::allowed(self.plan, call.sender, &self.chain);
                    return Err(Refusal::NoKey { step: step.name.clone(), who }.into());
                }
                continue;
            };
            if matches!(step.effect, Effect::Active) && wave.is_empty() {
                self.wait_for_eta().await?;
            }
            wave.push(Item {
                step: step.name.clone(),
                from,
                to: call.to,
                value: call.value,
                data: call.data.clone(),
                gas: cleared.gas_limit(&step.name),
                guarded,
            });
        }
        Ok((!wave.is_empty()).then_some(wave))
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
        item.guarded
            && self.plan.epoch.0 == 1
            && item.from == self.plan.system.roles.bootstrapper
            && self.plan.onchain.not_before <= self.chain.timestamp
    }

    /// Signs, writes down, sends, waits, and reads back.
    pub(crate) async fn send(&mut self, wave: &[Item]) -> Result<(), Ending> {
        let mut positions = BTreeMap::new();
        for item in wave {
            if let Entry::Vacant(vacant) = positions.entry(item.from) {
                vacant.insert(self.session.endpoint.position(item.from).await?);
            }
        }
        for (from, position) in &positions {
            if position.pending > position.nonce {
                // Whatever waits there may be what this wave is for.
                self.drain(*from, position.pending).await?;
                return self.look().await;
            }
        }
        // What waited may have been mined since the chain was looked at, for instance while the dry run went on.
        if positions.values().any(|position| position.head.number != self.chain.block) {
            self.look().await?;
            if wave.iter().any(|item| self.is_done(&item.step)) {
                return Ok(());
            }
        }
        if let Some(first) = wave.first().filter(|item| item.guarded) {
            self.preflight(first).await?;
        }
        let transactions = self.price(wave, &positions)?;
        let signed = self.sign(&transactions, wave).await?;
        self.write_down(wave, &transactions, &signed)?;
        self.may_go_on()?;
        for ((item, tx), signed) in wave.iter().zip(&transactions).zip(&signed) {
            let Item { step, from, .. } = item.clone();
            self.tell(Event::Sending { step, from, nonce: tx.nonce, tx: signed.hash });
        }
        let answers = self.session.endpoint.send(&signed).await?;
        self.note(&[Record::Sent { txs: signed.iter().map(|s| s.hash).collect() }])?;
        for answer in answers {
            answer?;
        }
        let hashes: Vec<B256> = signed.iter().map(|s| s.hash).collect();
        let receipts = self.receipts(&hashes).await?;
        self.look().await?;
        for (item, receipt) in wave.iter().zip(receipts) {
            self.read_back(item, &receipt).await?;
        }
        Ok(())
    }

    /// Whether what a transaction is for is true, by the last look; of a cancellation, that nothing is pending.
    fn is_done(&self, name: &str) -> bool {
        match self.steps.iter().find(|step| step.name == name) {
            Some(step) => self.holds(step),
            None => self.chain.dispatcher.as_ref().is_some_and(|d| d.pending.is_none()),
        }
    }

    /// The chain itself says whether the call goes through: a certain revert is not sent.
    async fn preflight(&self, item: &Item) -> Result<(), Ending> {
        let call =
            CallRequest { from: Some(item.from), to: item.to, value: item.value, data: item.data.clone() };
        match self.session.endpoint.call(call, At::Pending).await {
            Ok(_) => Ok(()),
            Err(e) => match e.revert_data() {
                Some(data) => {
                    let reason = self.session.reasons.decode(data);
                    Err(Refusal::WouldRevert { step: item.step.clone(), reason }.into())
                }
                None => Err(e.into()),
            },
        }
    }

    fn price(&self, wave: &[Item], at: &BTreeMap<Address, Position>) -> Result<Vec<Transaction>, Ending> {
        let mut next: BTreeMap<Address, u64> = at.iter().map(|(from, p)| (*from, p.nonce)).collect();
        let mut cost: BTreeMap<Address, U256> = BTreeMap::new();
        let mut transactions = Vec::with_capacity(wave.len());
        for item in wave {
            let (Some(position), Some(nonce)) = (at.get(&item.from), next.get_mut(&item.from)) else {
                continue;
            };
            let fees = Fees::choose(&position.head, position.tip, self.session.target.fees)?;
            *cost.entry(item.from).or_default() +=
                item.value + U256::from(item.gas.0) * U256::from(fees.max_fee);
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
        for (from, needed) in cost {
            let has = at.get(&from).map_or(U256::ZERO, |p| p.balance);
            if has < needed {
                return Err(Refusal::Funds { from, needed: needed.to_string(), has: has.to_string() }.into());
            }
        }
        Ok(transactions)
    }

    /// What an earlier run signed for the same step, plan, sender and nonce is sent again byte by byte.
    async fn sign(&self, transactions: &[Transaction], wave: &[Item]) -> Result<Vec<Signed>, Ending> {
        let earlier = self.history.open_intents();
        let same = |item: &Item, tx: &Transaction| {
            let plan = self.plan.content_hash;
            let known = earlier.iter().find(|i| {
                i.step == item.step && i.plan == plan && i.from == tx.from && i.nonce == tx.nonce
            })?;
            let raw = self.journal.as_ref()?.signed(known.tx)?;
            Some(Signed { hash: known.tx, raw })
        };
        let mut signed = Vec::with_capacity(transactions.len());
        for (item, tx) in wave.iter().zip(transactions) {
            signed.push(match same(item, tx) {
                Some(same) => same,
                None => self.session.keyring.sign(tx, self.session.endpoint).await?,
            });
        }
        Ok(signed)
    }

    /// On the disk before anything leaves.
    fn write_down(
        &mut self,
        wave: &[Item],
        transactions: &[Transaction],
        signed: &[Signed],
    ) -> Result<(), Ending> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let known: Vec<B256> = self.history.open_intents().iter().map(|intent| intent.tx).collect();
        let raw: Vec<_> =
            signed.iter().filter(|s| !known.contains(&s.hash)).map(|s| (s.hash, s.raw.clone())).collect();
        let intents: Vec<_> = wave
            .iter()
            .zip(transactions)
            .zip(signed)
            .filter(|(_, signed)| !known.contains(&signed.hash))
            .map(|((item, tx), signed)| Record::Intent {
                step: item.step.clone(),
                plan: self.plan.content_hash,
                from: tx.from,
                nonce: tx.nonce,
                to: tx.to,
                gas: tx.gas,
                tx: signed.hash,
            })
            .collect();
        journal.keep_signed(&raw)?;
        journal.append(&intents)?;
        journal.sync()?;
        Ok(())
    }

    async fn read_back(&mut self, item: &Item, receipt: &Receipt) -> Result<(), Ending> {
        self.result.gas.0 += receipt.gas_used.0;
        let step = self.steps.iter().copied().find(|step| step.name == item.step);
        let holds = self.is_done(&item.step);
        let (tx, gas) = (receipt.tx, receipt.gas_used);
        let mut said = StepResult {
            name: item.step.clone(),
            outcome: StepOutcome::Done,
            tx: Some(tx),
            gas_used: Some(gas),
            reason: None,
            call: None,
        };
        if receipt.success && holds {
            let placed = step.map(|step| placed(self.plan, step)).unwrap_or_default();
            let Receipt { block, block_hash, .. } = *receipt;
            let step = item.step.clone();
            self.note(&[Record::Done { step: step.clone(), tx, block, block_hash, gas_used: gas, placed }])?;
            self.result.steps.push(said);
            self.tell(Event::Done { step, tx, block, gas });
            if item.guarded
                && self.chain.dispatcher.as_ref().is_some_and(|d| d.active.plan_id == self.plan.plan_id)
            {
                self.tell(Event::Activated { epoch: self.result.epoch });
            }
            return Ok(());
        }
        let reason = if receipt.success {
            "it went through, and the chain does not show what it was for".to_owned()
        } else {
            self.why(item, receipt).await
        };
        self.note(&[Record::Failed { step: item.step.clone(), tx, reason: reason.clone() }])?;
        said.reason = Some(reason.clone());
        if holds {
            // Another operator was first: what was meant is true.
            said.outcome = StepOutcome::Skipped;
            self.result.steps.push(said);
            self.tell(Event::Skipped { step: item.step.clone(), reason: "someone else did it first".into() });
            return Ok(());
        }
        said.outcome = StepOutcome::Failed;
        said.call = Some(PlannedCall {
            from: vec![item.from],
            to: item.to,
            value: item.value,
            data: item.data.clone(),
        });
        self.result.steps.push(said);
        let step = item.step.clone();
        Err(match receipt.success {
            true => Refusal::NotTrue { step, why: reason }.into(),
            false => Refusal::Reverted { step, tx, reason }.into(),
        })
    }

    /// Why a transaction failed: the same call on the block before it, which is near enough to name the error.
    async fn why(&self, item: &Item, receipt: &Receipt) -> String {
        let call =
            CallRequest { from: Some(item.from), to: item.to, value: item.value, data: item.data.clone() };
        match self.session.endpoint.call(call, At::Block(receipt.block.saturating_sub(1))).await {
            Ok(_) if receipt.gas_used == item.gas => "it ran out of gas".into(),
            Ok(_) => "it gave no reason that can be reproduced".into(),
            Err(e) => e.revert_data().map_or_else(|| e.to_string(), |data| self.session.reasons.decode(data)),
        }
    }
}
