//! What waits of an account, whose it is, and what may safely be done about it.

use crate::truth::{self, Truth, truth};
use alloy_primitives::{Address, B256, Bytes, U256};
use payrox_chain::{
    ChainError, Endpoint, FeePolicy, Keyring, Position, Rejection, Seen, Signed, SnapshotQuery, Transaction,
    snapshot,
};
use payrox_journal::{History, Identity, Journal, OpenIntent, Record, kept};
use payrox_model::{BoxFault, Gas};
use payrox_plan::Plan;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// Blocks in which it is looked for who used a nonce.
pub(crate) const BACK: u64 = 31;

/// What became of a nonce, or of what was meant for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NonceState {
    /// Ours, in a block; the next run takes note of it.
    Mined,
    /// Ours, waiting for a block that has room.
    Waiting,
    /// Ours, waiting, and it offers less than a block costs now.
    Stuck,
    /// Ours, and the node does not know it: it never arrived, or was forgotten.
    Dropped,
    /// Ours, waiting behind a nonce that nobody uses.
    Blocked,
    /// Nobody's: what comes after it waits for it.
    Gap,
    /// Ours, and another transaction used its nonce.
    Replaced,
    /// None of the journal's.
    Foreign,
    /// The node says that something waits, and does not show it.
    Unknown,
}

/// What may be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// The same bytes are sent again.
    Rebroadcast,
    /// The same call with the same nonce offers more.
    Bump,
    /// A transaction that does nothing takes its place.
    CancelStuck,
}

/// One nonce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NonceEntry {
    /// It.
    pub nonce: u64,
    /// What became of it.
    pub state: NonceState,
    /// The transaction that is meant: ours, else the other.
    pub tx: Option<B256>,
    /// The step it is for.
    pub step: Option<String>,
    /// In words.
    pub why: String,
    /// What may be done.
    pub safe: Vec<Remedy>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NonceReport {
    /// It.
    pub address: Address,
    /// Transactions in blocks.
    pub latest: u64,
    /// The same and those that wait.
    pub pending: u64,
    /// Every nonce about which there is something to say.
    pub entries: Vec<NonceEntry>,
}

/// What was done about an account.
#[derive(Debug, Default)]
pub struct Applied {
    /// Nonces and what was sent for them.
    pub sent: Vec<(u64, B256)>,
    /// What the endpoint said against one of them, the first time, or in place of an answer.
    pub trouble: Option<BoxFault>,
}

/// A project's accounts on a chain.
pub struct Accounts<'a> {
    /// The project's folder.
    pub project: &'a Path,
    /// What its journal is about.
    pub identity: Identity,
    /// The present plan, where there is one: only for what it still has to do is anything sent again.
    pub plan: Option<&'a Plan>,
    /// The chain.
    pub endpoint: &'a Endpoint,
    /// Who can sign.
    pub keyring: &'a Keyring,
    /// What gas may cost.
    pub fees: FeePolicy,
}

/// What was looked at, kept for what is done about it.
struct Look {
    position: Position,
    /// Steps of the present plan that are not true.
    open: BTreeSet<String>,
    kept: BTreeMap<B256, Bytes>,
    intents: Vec<(OpenIntent, bool)>,
    waiting: BTreeMap<u64, Seen>,
    report: NonceReport,
}

impl Accounts<'_> {
    /// Accounts that the journal has transactions of.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn known(&self) -> Result<Vec<Address>, BoxFault> {
        let history = History::read(self.project, self.identity)?;
        let mut known: Vec<_> = history.intents().into_iter().map(|(intent, _)| intent.from).collect();
        known.sort_unstable();
        known.dedup();
        Ok(known)
    }

    /// What chain and journal say of an account. Changes nothing.
    ///
    /// # Errors
    /// When the journal cannot be read, or the endpoint fails.
    pub async fn report(&self, address: Address) -> Result<NonceReport, BoxFault> {
        let history = History::read(self.project, self.identity)?;
        Ok(self.look(address, &history).await?.report)
    }

    async fn look(&self, address: Address, history: &History) -> Result<Look, BoxFault> {
        let position = self.endpoint.position(address).await?;
        let (latest, pending) = (position.nonce, position.pending.max(position.nonce));
        let mut intents = history.intents();
        intents.retain(|(intent, open)| intent.from == address && (*open || intent.nonce >= latest));
        let hashes: Vec<B256> = intents.iter().map(|(intent, _)| intent.tx).collect();
        let seen = self.endpoint.seen(&hashes).await?;
        let mut waiting: BTreeMap<u64, Seen> = BTreeMap::new();
        let shown = self.endpoint.waiting(address, latest..pending).await?;
        let ours = seen.iter().flatten().filter(|seen| seen.block.is_none()).cloned();
        waiting.extend(shown.into_iter().flatten().chain(ours).map(|seen| (seen.nonce, seen)));
        let mut nonces: Vec<u64> = intents.iter().map(|(intent, _)| intent.nonce).collect();
        nonces.extend(latest..pending);
        // What stands behind a nonce that nobody uses waits for it.
        if let Some(last) = waiting.keys().next_back() {
            nonces.extend(pending..*last);
        }
        nonces.sort_unstable();
        nonces.dedup();
        let mut look = Look {
            open: self.open().await?,
            kept: kept(self.project, self.identity.chain_id),
            report: NonceReport { address, latest, pending, entries: Vec::new() },
            position,
            intents,
            waiting,
        };
        for nonce in nonces {
            let meant = look.intents.iter().rev().find(|(intent, _)| intent.nonce == nonce);
            let meant = meant.map(|(intent, _)| intent.clone());
            let mined = seen.iter().flatten().find(|seen| seen.nonce == nonce && seen.block.is_some());
            let entry = self.entry(nonce, meant, mined, &look, history).await?;
            look.report.entries.push(entry);
        }
        Ok(look)
    }

    async fn open(&self) -> Result<BTreeSet<String>, ChainError> {
        let Some(plan) = self.plan else { return Ok(BTreeSet::new()) };
        let query = SnapshotQuery {
            addresses: truth::addresses(plan),
            dispatcher: plan.addresses.dispatcher,
            router: Address::ZERO,
        };
        let chain = snapshot(self.endpoint, &query).await?;
        let open = plan.steps.iter().filter(|step| matches!(truth(plan, step, &chain), Truth::False));
        Ok(open.map(|step| step.name.clone()).collect())
    }

    /// Why a transaction that the node does not know is not simply sent again; `None` where that is safe.
    fn not_again(&self, intent: &OpenIntent, look: &Look) -> Option<&'static str> {
        let present = self.plan.is_some_and(|plan| plan.content_hash == intent.plan);
        if !present || !look.open.contains(&intent.step) {
            return Some("what it was for is not to be done any more by the present plan");
        }
        let gone = !look.kept.contains_key(&intent.tx);
        gone.then_some("its bytes are not on this machine; the next run signs anew")
    }

    async fn entry(
        &self,
        nonce: u64,
        meant: Option<OpenIntent>,
        mined: Option<&Seen>,
        look: &Look,
        history: &History,
    ) -> Result<NonceEntry, ChainError> {
        let (head, pending) = (&look.position.head, look.report.pending);
        let step = meant.as_ref().map(|intent| intent.step.clone());
        let tx = meant.as_ref().map(|intent| intent.tx);
        let from = look.report.address;
        let say = |state, tx, why: String, safe: &[Remedy]| {
            let can = self.keyring.has(from);
            let safe = safe.iter().copied().filter(|remedy| can || *remedy == Remedy::Rebroadcast).collect();
            NonceEntry { nonce, state, tx, step: step.clone(), why, safe }
        };
        const MORE: [Remedy; 2] = [Remedy::Bump, Remedy::CancelStuck];
        if let Some(mined) = mined {
            let block = mined.block.unwrap_or_default();
            return Ok(say(NonceState::Mined, Some(mined.hash), format!("in block {block}"), &[]));
        }
        if nonce < look.report.latest {
            let blocks = head.number.saturating_sub(BACK)..=head.number;
            let spender = self.endpoint.spender(from, nonce, blocks).await?;
            let by = spender.map_or("another transaction".into(), |seen| seen.hash.to_string());
            let why =
                format!("{by} used the nonce; ours can no longer be mined, and nothing of the other is ours");
            return Ok(say(NonceState::Replaced, tx, why, &[]));
        }
        Ok(match look.waiting.get(&nonce) {
            Some(seen) if history.meant(seen.hash) => {
                let hash = Some(seen.hash);
                let offers = seen.fees.max_fee;
                if nonce >= pending {
                    say(NonceState::Blocked, hash, "it waits for the nonces before it".into(), &[])
                } else if !seen.fees.suffice(head) {
                    let costs = head.base_fee.unwrap_or_default();
                    let why = format!("it offers {offers} wei a unit of gas, and a block costs {costs}");
                    say(NonceState::Stuck, hash, why, &MORE)
                } else {
                    let why =
                        format!("it offers {offers} wei a unit of gas, which is enough for the next block");
                    say(NonceState::Waiting, hash, why, &MORE)
                }
            }
            Some(seen) => {
                let why = match &step {
                    Some(step) => format!("it claims the nonce of {step}; it is not outbid"),
                    None => "nobody here sent it; nothing is sent before it is mined".into(),
                };
                say(NonceState::Foreign, Some(seen.hash), why, &[])
            }
            None if nonce < pending => {
                say(NonceState::Unknown, tx, "something waits, and the node does not show it".into(), &[])
            }
            None if meant.is_some() => {
                let why = "the node does not know it: it never arrived, or was forgotten";
                match meant.as_ref().and_then(|intent| self.not_again(intent, look)) {
                    None => say(NonceState::Dropped, tx, why.into(), &[Remedy::Rebroadcast]),
                    Some(but) => say(NonceState::Dropped, tx, format!("{why}; {but}"), &[]),
                }
            }
            None => {
                say(NonceState::Gap, None, "nobody uses it, and what comes after waits for it".into(), &[])
            }
        })
    }

    /// Does it, wherever the report says that it is safe: each transaction is written down before it is sent. What was sent is
    /// given back, also where the endpoint did not take the others; whether it is mined, the next report tells.
    ///
    /// # Errors
    /// Before anything is sent: when another run holds the journal, a limit on fees is reached, or the endpoint fails.
    pub async fn apply(&self, address: Address, remedy: Remedy) -> Result<Applied, BoxFault> {
        let (mut journal, history) = Journal::open(self.project, self.identity)?;
        let look = self.look(address, &history).await?;
        let mut sent = Vec::new();
        let (mut signed, mut intents) = (Vec::new(), Vec::new());
        for entry in look.report.entries.iter().filter(|entry| entry.safe.contains(&remedy)) {
            let Some(tx) = entry.tx else { continue };
            if remedy == Remedy::Rebroadcast {
                if let Some(raw) = look.kept.get(&tx) {
                    sent.push((entry.nonce, Signed { hash: tx, raw: raw.clone() }));
                }
                continue;
            }
            let Some(seen) = look.waiting.get(&entry.nonce) else { continue };
            let transaction = self.instead(seen, &look.position, remedy)?;
            let new = self.keyring.sign(&transaction, self.endpoint).await?;
            let meant = look.intents.iter().find(|(intent, _)| intent.tx == tx).map(|(intent, _)| intent);
            let (step, plan) = match (remedy, meant) {
                (Remedy::Bump, Some(meant)) => (meant.step.clone(), meant.plan),
                _ => (format!("cancel nonce {}", entry.nonce), B256::ZERO),
            };
            intents.push(Record::Intent {
                step,
                plan,
                from: address,
                nonce: entry.nonce,
                to: transaction.to,
                gas: transaction.gas,
                tx: new.hash,
                replaces: Some(tx),
            });
            signed.push((new.hash, new.raw.clone()));
            sent.push((entry.nonce, new));
        }
        journal.keep_signed(&signed)?;
        journal.append(&intents)?;
        journal.sync()?;
        let all: Vec<Signed> = sent.iter().map(|(_, signed)| signed.clone()).collect();
        let mut applied = Applied::default();
        let answers = match self.endpoint.send(&all).await {
            Ok(answers) => answers,
            // Some may have arrived, all are written down.
            Err(error) => {
                applied.trouble = Some(error.into());
                sent.iter().map(|_| Ok(())).collect()
            }
        };
        for ((nonce, signed), answer) in sent.into_iter().zip(answers) {
            match answer {
                Err(error) if error.rejection() != Some(Rejection::Known) => {
                    applied.trouble.get_or_insert_with(|| error.into());
                }
                _ => applied.sent.push((nonce, signed.hash)),
            }
        }
        Ok(applied)
    }

    fn instead(&self, seen: &Seen, position: &Position, remedy: Remedy) -> Result<Transaction, ChainError> {
        let fees = seen.fees.raised(&position.head, position.tip, self.fees)?;
        let (chain_id, from, nonce) = (self.identity.chain_id, seen.from, seen.nonce);
        let nothing = || Transaction {
            chain_id,
            from,
            nonce,
            to: from,
            value: U256::ZERO,
            data: Bytes::new(),
            gas: Gas(21_000),
            fees,
        };
        Ok(match (remedy, seen.to) {
            (Remedy::Bump, Some(to)) => {
                Transaction { to, value: seen.value, data: seen.data.clone(), gas: seen.gas, ..nothing() }
            }
            _ => nothing(),
        })
    }
}
