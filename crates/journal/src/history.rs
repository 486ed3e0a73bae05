//! What the files of a journal say together.

use crate::{Identity, JournalError, Line, Placed, Record, reader, writer};
use alloy_primitives::{Address, B256};
use payrox_model::{ChainId, Epoch, PlanId};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

/// The command, and the step, of a cancellation.
pub const CANCEL: &str = "cancel";

/// All files of a chain's journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// By file, in the order of their names.
    pub files: BTreeMap<PathBuf, Vec<Line>>,
    /// Bytes at the end of files that a crash tore.
    pub torn: u64,
}

/// A transaction that was meant, and of which the journal does not know what became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIntent {
    /// The step it is for.
    pub step: String,
    /// The plan it belongs to.
    pub plan: B256,
    /// Sender.
    pub from: Address,
    /// Its count of transactions.
    pub nonce: u64,
    /// Callee.
    pub to: Address,
    /// The transaction.
    pub tx: B256,
}

/// A transaction that the journal says is in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landed {
    /// The step it is for.
    pub step: String,
    /// The plan it belongs to, where that is known.
    pub plan: Option<B256>,
    /// The transaction.
    pub tx: B256,
    /// Its block.
    pub block: u64,
    /// That block's hash.
    pub block_hash: B256,
}

/// A run that something killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// The file that ends within it.
    pub path: PathBuf,
    /// Its plan's content hash.
    pub plan: B256,
    /// Its plan's id.
    pub plan_id: PlanId,
    /// The epoch that it was to make.
    pub epoch: Epoch,
}

/// A contract, and the transaction that made it where the journal knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deployment {
    pub(crate) placed: Placed,
    pub(crate) tx: Option<(B256, u64)>,
}

impl History {
    /// Reads all files of a project's journal; none is fine.
    ///
    /// # Errors
    /// When one is damaged, newer, or about another chain or system.
    pub fn read(project: &Path, identity: Identity) -> Result<Self, JournalError> {
        let mut history = Self::default();
        for path in files(project, identity.chain_id)? {
            let read = reader::read(&path)?;
            if let Some(Line { record: Record::Opened { chain_id, system, .. }, .. }) = read.lines.first() {
                check(&path, *chain_id, *system, identity)?;
            }
            history.torn += read.torn;
            history.files.insert(path, read.lines);
        }
        Ok(history)
    }

    /// Every record, file by file.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.files.values().flatten().map(|line| &line.record)
    }

    /// Adds what was just written.
    pub fn learn(&mut self, path: &Path, lines: Vec<Line>) {
        self.files.entry(path.to_owned()).or_default().extend(lines);
    }

    /// Every transaction that was meant, with whether its end is not known, in the order they were meant.
    pub fn intents(&self) -> Vec<(OpenIntent, bool)> {
        let mut open: BTreeMap<B256, bool> = BTreeMap::new();
        for record in self.records() {
            match record {
                Record::Intent { tx, .. } => {
                    open.entry(*tx).or_insert(true);
                }
                Record::Unwound { tx, .. } => {
                    open.insert(*tx, true);
                }
                Record::Done { tx, .. }
                | Record::Failed { tx, .. }
                | Record::Dropped { tx, .. }
                | Record::Replaced { tx, .. } => {
                    open.insert(*tx, false);
                }
                _ => {}
            }
        }
        let mut seen = BTreeSet::new();
        self.records()
            .filter_map(|record| match record {
                Record::Intent { step, plan, from, nonce, to, tx, .. } if seen.insert(*tx) => {
                    let (step, plan, from, nonce, to, tx) = (step.clone(), *plan, *from, *nonce, *to, *tx);
                    Some((OpenIntent { step, plan, from, nonce, to, tx }, open.get(&tx) == Some(&true)))
                }
                _ => None,
            })
            .collect()
    }

    /// Transactions without a known end, in the order they were meant. What a reorganisation took out of its block is among them.
    pub fn open_intents(&self) -> Vec<OpenIntent> {
        self.intents().into_iter().filter(|(_, open)| *open).map(|(intent, _)| intent).collect()
    }

    /// Whether a transaction was meant by some run.
    pub fn meant(&self, tx: B256) -> bool {
        self.records().any(|record| matches!(record, Record::Intent { tx: known, .. } if *known == tx))
    }

    /// Transactions that are in a block as far as the journal knows, and may be taken out of it again.
    pub fn landed(&self) -> Vec<Landed> {
        let plans: BTreeMap<B256, B256> = self
            .records()
            .filter_map(|record| match record {
                Record::Intent { tx, plan, .. } => Some((*tx, *plan)),
                _ => None,
            })
            .collect();
        let mut landed: BTreeMap<B256, Landed> = BTreeMap::new();
        for lines in self.files.values() {
            let mut of_run = None;
            for line in lines {
                match &line.record {
                    Record::Run { plan, .. } => of_run = Some(*plan),
                    Record::Done { step, tx, block, block_hash, .. } => {
                        let plan = plans.get(tx).copied().or(of_run);
                        let (step, tx) = (step.clone(), *tx);
                        let (block, block_hash) = (*block, *block_hash);
                        landed.insert(tx, Landed { step, plan, tx, block, block_hash });
                    }
                    Record::Unwound { tx, .. } => {
                        landed.remove(tx);
                    }
                    _ => {}
                }
            }
        }
        landed.into_values().collect()
    }

    /// Steps of a plan whose last transaction failed, and nothing was meant for them since: transaction and reason.
    pub fn failed(&self, plan: B256) -> BTreeMap<&str, (B256, &str)> {
        let mut of: BTreeSet<B256> = BTreeSet::new();
        let mut failed = BTreeMap::new();
        for record in self.records() {
            match record {
                Record::Intent { step, plan: its, tx, .. } if *its == plan => {
                    of.insert(*tx);
                    failed.remove(step.as_str());
                }
                Record::Failed { step, tx, reason } if of.contains(tx) => {
                    failed.insert(step.as_str(), (*tx, reason.as_str()));
                }
                Record::Done { step, .. } | Record::Found { step, .. } => {
                    failed.remove(step.as_str());
                }
                _ => {}
            }
        }
        failed
    }

    /// Runs of which the journal has the beginning and not the end: something killed them. A cancellation is of no plan's making, and
    /// what was begun before it is not to be finished.
    pub fn unfinished(&self) -> Vec<Unfinished> {
        let last = |lines: &[Line]| {
            lines.iter().rev().find_map(|line| match &line.record {
                Record::Run { command, .. } if command == CANCEL => Some(None),
                Record::Run { plan, plan_id, epoch, .. } => Some(Some((*plan, *plan_id, *epoch))),
                Record::Finished { .. } => Some(None),
                _ => None,
            })
        };
        self.files
            .iter()
            .filter_map(|(path, lines)| {
                let (plan, plan_id, epoch) = last(lines)??;
                Some(Unfinished { path: path.clone(), plan, plan_id, epoch })
            })
            .collect()
    }

    /// Whether a plan went through the gates here: some run of it was about to send.
    pub fn cleared(&self, plan: B256) -> bool {
        self.records().any(|record| matches!(record, Record::Cleared { plan: known, .. } if *known == plan))
    }

    /// Steps of which the journal has an end or a finding under some plan.
    pub fn known_steps(&self) -> BTreeSet<&str> {
        self.records()
            .filter_map(|record| match record {
                Record::Done { step, .. } | Record::Found { step, .. } => Some(step.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Whether it is known that these contracts are where they are.
    pub fn knows(&self, placed: &[Placed]) -> bool {
        let deployments = self.deployments();
        placed.iter().all(|one| deployments.get(one.name.as_str()).is_some_and(|known| known.placed == *one))
    }

    /// The newest placement of each name; a known transaction is not forgotten for a later finding of the same contract.
    pub(crate) fn deployments(&self) -> BTreeMap<&str, Deployment> {
        let mut lines: Vec<_> = self.files.values().flatten().collect();
        lines.sort_by_key(|line| line.time);
        let mut deployments: BTreeMap<&str, Deployment> = BTreeMap::new();
        for line in lines {
            let (placed, tx) = match &line.record {
                Record::Done { placed, tx, block, .. } => (placed, Some((*tx, *block))),
                Record::Found { placed, .. } => (placed, None),
                _ => continue,
            };
            for one in placed {
                let known =
                    deployments.get(one.name.as_str()).filter(|known| known.placed.address == one.address);
                let tx = tx.or(known.and_then(|known| known.tx));
                deployments.insert(&one.name, Deployment { placed: one.clone(), tx });
            }
        }
        deployments
    }
}

fn files(project: &Path, chain_id: ChainId) -> Result<Vec<PathBuf>, JournalError> {
    let folder = writer::folder(project, chain_id);
    let failed = |source| JournalError::Write { path: folder.clone(), source };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn check(path: &Path, chain_id: ChainId, system: Address, expected: Identity) -> Result<(), JournalError> {
    if chain_id != expected.chain_id {
        let (found, expected) = (chain_id.0, expected.chain_id.0);
        return Err(JournalError::OtherChain { path: path.to_owned(), found, expected });
    }
    if system != expected.system {
        let (found, expected) = (system.to_string(), expected.system.to_string());
        return Err(JournalError::OtherSystem { path: path.to_owned(), found, expected });
    }
    Ok(())
}
