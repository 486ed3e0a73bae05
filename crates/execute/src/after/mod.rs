//! After the deploy, and between its steps: is the chain what the dry run left, and did anybody else touch it?
//!
//! Who front-runs an initialisation can leave a proxy in the middle that behaves as planned until there is something to take
//! (CPIMP). It shows in code, in a slot that is too many, in a log, or in a nonce: so all of them are compared with the dry run of the
//! same plan, storage by the root over all of it. What cannot be seen is unknown, and is said.

mod error;
mod fields;
mod logs;
mod report;
mod storage;
mod trace;

pub use error::Violation;
pub(crate) use fields::is_written_by_the_router;
pub(crate) use trace::{Trace, Tracer};

use crate::{StepOutcome, ending::Ending, engine::Run, rehearse::Rehearsal, wave::Item};
use alloy_primitives::{Address, B256, U256};
use logs::Seen;
use payrox_chain::{Account, At, LogEntry, LogQuery, Read, Storage};
use payrox_journal::{Ending as Ended, History, Record};
use payrox_plan::{Effect, Plan};
use report::Comparison;
use std::collections::BTreeMap;
use storage::{Expected, Times};

/// Why completeness is not known where only a part was tried.
const PARTIAL: &str = "only what the release changes was tried: users write to a live router";

/// How many slots of each address are right, or what is not.
type States = Vec<(Address, Result<usize, Vec<Violation>>)>;

impl From<Violation> for Ending {
    fn from(violation: Violation) -> Self {
        Self { outcome: crate::Outcome::Refused, stopped: crate::Stopped::of(&violation) }
    }
}

/// Watches a run from its first transaction on.
#[derive(Debug)]
pub(crate) struct After<'a> {
    trace: &'a Trace,
    /// The newest block before it.
    since: u64,
}

/// Whether a run of this plan began, by some writer's journal, and never got as far as the comparison.
pub(crate) fn is_owed(history: &History, plan: &Plan) -> bool {
    let (mut owed, mut this, mut its) = (false, false, false);
    for record in history.records() {
        match record {
            Record::Opened { .. } => (owed, this, its) = (owed || its, false, false),
            Record::Run { plan: of, .. } => {
                this = *of == plan.content_hash;
                its |= this;
            }
            Record::Finished { ending: Ended::Complete } if this => its = false,
            _ => {}
        }
    }
    owed || its
}

impl<'a> After<'a> {
    pub(crate) fn begin(run: &Run<'_>, rehearsal: &'a Rehearsal) -> Self {
        Self { trace: &rehearsal.trace, since: run.chain.block }
    }

    fn expected<'e>(&'e self, run: &'e Run<'_>) -> Expected<'e> {
        Expected { plan: run.plan, chain: &run.chain, trace: self.trace, now: run.chain.timestamp }
    }

    /// Between two steps: the control plane and the data plane are as one of the plan's steps left them.
    pub(crate) async fn before(&self, run: &Run<'_>, wave: &[Item]) -> Result<(), Ending> {
        let expected = self.expected(run);
        let core = run.plan.addresses;
        let there = |address: &Address| run.chain.code.contains_key(address);
        let addresses: Vec<Address> = [core.dispatcher, core.router].into_iter().filter(there).collect();
        if addresses.is_empty() {
            return Ok(());
        }
        let (accounts, _) = self.look(run, &expected, &addresses, None).await?;
        let compared = self.states(run, &expected, &addresses, &accounts, &Times::default()).await?;
        match compared.into_iter().find_map(|(_, found)| found.err()?.into_iter().next()) {
            Some(found) => {
                let step = wave.first().map_or_else(String::new, |item| item.step.clone());
                Err(Violation::Between { step, found: Box::new(found) }.into())
            }
            None => Ok(()),
        }
    }

    /// After the last step: everything.
    pub(crate) async fn compare(&self, run: &mut Run<'_>) -> Result<(), Ending> {
        let expected = self.expected(run);
        let addresses = expected.stateful();
        // Where nothing was sent there is nothing to have been logged.
        let done: BTreeMap<B256, String> = run
            .result
            .steps
            .iter()
            .filter(|step| step.outcome == StepOutcome::Done)
            .filter_map(|step| Some((step.tx?, step.name.clone())))
            .collect();
        let query = (!done.is_empty()).then(|| LogQuery {
            from_block: self.since + 1,
            addresses: trace::watched(run.plan).into_iter().collect(),
            ..LogQuery::default()
        });
        let (accounts, logs) = self.look(run, &expected, &addresses, query.as_ref()).await?;
        let seen = match &logs {
            Ok(logs) => Some(self.read_logs(run, &expected, logs, &done).await?),
            Err(_) => None,
        };
        let times = self.times(run, &expected, seen.as_ref()).await?;
        let compared = self.states(run, &expected, &addresses, &accounts, &times).await?;
        let comparison = Comparison {
            addresses: trace::watched(run.plan).len(),
            compared,
            complete: accounts.map(drop),
            since: query.map(|query| query.from_block),
            seen,
            logs: logs.map(drop),
        };
        let first = comparison.first();
        run.result.after = comparison.report();
        first.map_or(Ok(()), |violation| Err(violation.into()))
    }

    /// Accounts and logs in one round trip. Where only a part was tried, whole accounts tell nothing.
    async fn look(
        &self,
        run: &Run<'_>,
        expected: &Expected<'_>,
        addresses: &[Address],
        logs: Option<&LogQuery>,
    ) -> Result<(Result<Vec<Account>, String>, Result<Vec<LogEntry>, String>), Ending> {
        let wanted: Vec<_> = match self.trace.whole {
            true => addresses.iter().map(|a| (*a, expected.loose_slots(*a))).collect(),
            false => Vec::new(),
        };
        if wanted.is_empty() && logs.is_none() {
            return Ok((Err(PARTIAL.into()), Ok(Vec::new())));
        }
        let evidence = run.session.endpoint.evidence(At::Latest, &wanted, logs).await?;
        let accounts = if self.trace.whole { evidence.accounts } else { Err(PARTIAL.into()) };
        Ok((accounts, evidence.logs))
    }

    /// Each account against the dry run. Another operator's step may be in a block that is newer than the last look.
    async fn states(
        &self,
        run: &Run<'_>,
        expected: &Expected<'_>,
        addresses: &[Address],
        accounts: &Result<Vec<Account>, String>,
        times: &Times,
    ) -> Result<States, Ending> {
        let states = self.states_by(run, expected, addresses, accounts, times).await?;
        if states.iter().all(|(_, found)| found.is_ok()) {
            return Ok(states);
        }
        let now = run.session.endpoint.block(At::Latest).await?.timestamp.max(expected.now);
        let expected = Expected { now, ..*expected };
        self.states_by(run, &expected, addresses, accounts, times).await
    }

    /// Slot by slot where the whole cannot be seen or is not as it should be.
    async fn states_by(
        &self,
        run: &Run<'_>,
        expected: &Expected<'_>,
        addresses: &[Address],
        accounts: &Result<Vec<Account>, String>,
        times: &Times,
    ) -> Result<States, Ending> {
        let mut states = Vec::with_capacity(addresses.len());
        match accounts {
            Ok(accounts) => {
                for account in accounts {
                    let mut found = expected.account(account, times);
                    // What is wrong with its head does not get better by reading its slots.
                    let head =
                        |v: &Violation| matches!(v, Violation::OtherCode { .. } | Violation::Nonce { .. });
                    if found.as_ref().is_err_and(|violations| !violations.iter().any(head))
                        && matches!(account.storage, Storage::Root(_))
                    {
                        let wanted = [(account.address, expected.known_slots(account.address))];
                        let again = run.session.endpoint.evidence(At::Latest, &wanted, None).await?;
                        let [again] = again
                            .accounts
                            .unwrap_or_default()
                            .try_into()
                            .unwrap_or_else(|_| [account.clone()]);
                        found = expected.account(&again, times);
                        // Those that have a name go before the one that is only known to be there.
                        if let Err(violations) = &mut found
                            && let Err(named) = expected.read_slots(account.address, &again.slots, times)
                        {
                            *violations = named;
                        }
                    }
                    states.push((account.address, found));
                }
            }
            Err(_) => {
                let slots = self.slots(run, expected, addresses).await?;
                for (address, slots) in addresses.iter().zip(slots) {
                    states.push((*address, expected.read_slots(*address, &slots, times)));
                }
            }
        }
        Ok(states)
    }

    /// The slots with a name, read one by one.
    async fn slots(
        &self,
        run: &Run<'_>,
        expected: &Expected<'_>,
        addresses: &[Address],
    ) -> Result<Vec<BTreeMap<U256, U256>>, Ending> {
        let known: Vec<Vec<U256>> = addresses.iter().map(|address| expected.known_slots(*address)).collect();
        let reads: Vec<Read> = addresses
            .iter()
            .zip(&known)
            .flat_map(|(address, slots)| slots.iter().map(|slot| Read::Storage(*address, *slot)))
            .collect();
        let mut words = run.session.endpoint.read(At::Latest, &reads).await?.into_iter();
        let mut all = Vec::with_capacity(known.len());
        for slots in known {
            let mut found = BTreeMap::new();
            for (slot, word) in slots.into_iter().zip(words.by_ref()) {
                found.insert(slot, U256::from_be_slice(&word?));
            }
            all.push(found);
        }
        Ok(all)
    }

    async fn read_logs(
        &self,
        run: &Run<'_>,
        expected: &Expected<'_>,
        logs: &[LogEntry],
        done: &BTreeMap<B256, String>,
    ) -> Result<Seen, Ending> {
        let others: Vec<B256> = logs::by_transaction(logs)
            .into_iter()
            .map(|(tx, _)| tx)
            .filter(|tx| !done.contains_key(tx))
            .collect();
        let calls = match others.as_slice() {
            [] => Vec::new(),
            others => run.session.endpoint.sent_calls(others).await?,
        };
        let calls = others.into_iter().zip(calls).collect();
        Ok(logs::compare(expected, logs, done, &calls))
    }

    /// The times of the plan's steps; a node that does not say them with the logs is asked for the blocks.
    async fn times(
        &self,
        run: &Run<'_>,
        expected: &Expected<'_>,
        seen: Option<&Seen>,
    ) -> Result<Times, Ending> {
        let mut times = Times::default();
        let Some(seen) = seen else { return Ok(times) };
        for (effect, time) in [(Effect::Staged, &mut times.staged), (Effect::Active, &mut times.activated)] {
            *time = match seen.block_of(expected, &effect) {
                Some((block, None)) => Some(run.session.endpoint.block(At::Block(block)).await?.timestamp),
                Some((_, known)) => known,
                None => None,
            };
        }
        Ok(times)
    }
}
