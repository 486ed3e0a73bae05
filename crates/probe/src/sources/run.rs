//! One explorer, asked about every contract; what is missing is sent, and waited for.

use super::{
    Ledger, Standing, clones,
    judge::{self, NO_INPUT, OTHER_CODE, Opinion, PENDING, REFUSED, UNSAID, UNVERIFIED},
    subject::{Compiled, Subject, What},
};
use alloy_primitives::Address;
use payrox_chain::explorers::{Explorer, ExplorerError, Progress, Quality, Submission, Submitted, Verifier};
use payrox_model::{BoxFault, Fault as _, Finding, Verdict, text::escape};
use std::{collections::BTreeMap, iter, sync::Mutex, time::Duration};
use tokio::time::{Instant, sleep};

/// What one run is to do.
#[derive(Clone, Copy)]
pub struct Errand<'a> {
    /// The contracts.
    pub subjects: &'a [Subject],
    /// Their code on chain.
    pub standing: &'a Standing,
    /// Whether to send what is not verified.
    pub send: bool,
    /// How long decisions are waited for.
    pub patience: Duration,
    /// The first wait for a decision; further ones grow to ten times that.
    pub first_wait: Duration,
    /// What has been sent before, by any explorer of the run.
    pub ledger: &'a Mutex<Ledger>,
    /// Told what happens.
    pub watcher: &'a dyn Watcher,
}

impl Errand<'_> {
    /// Growing waits.
    pub(super) fn waits(&self) -> impl Iterator<Item = Duration> + use<> {
        let (first, longest) = (self.first_wait, self.first_wait * 10);
        iter::successors(Some(first), move |wait| Some((*wait * 2).min(longest)))
    }
}

/// Told what happens, so that nothing is lost when the process ends.
pub trait Watcher: Sync {
    /// Something was sent or forgotten: keep this.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn keep(&self, ledger: &Ledger) -> Result<(), BoxFault>;
    /// For people who want every detail.
    fn say(&self, text: &str);
    /// What is waited for, and for how long at most.
    fn waits(&self, text: &str);
}

/// One contract at one explorer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which explorer.
    pub verifier: Verifier,
    /// The contract's name.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// The verdict.
    pub verdict: Verdict,
    /// How well sources and code match, in the explorer's words.
    pub quality: Option<Quality>,
    /// Whether something was sent in this run.
    pub sent: bool,
    /// What is sent with `send`, where it was not sent.
    pub planned: Option<Submission>,
    /// What was seen, in one line.
    pub note: String,
    /// What speaks against a pass.
    pub finding: Option<Finding>,
}

/// A submission on its way.
struct Waiting<'a> {
    subject: &'a Subject,
    compiled: &'a Compiled,
    submission: &'a Submission,
    stage: Stage,
    sent: bool,
}

enum Stage {
    /// To be sent; with the explorer's reason for not having taken it so far.
    Unsent(String),
    /// Sent; `fresh` in this run, so that a server that does not know the ticket may not know it yet.
    Sent { ticket: String, fresh: bool },
    /// Verified as the explorer says; what it shows is still to be compared.
    Shown,
}

/// Asks one explorer about every contract, and sends what is not verified if that is wanted. Rows are in the order of the subjects.
///
/// # Errors
/// When what was sent cannot be kept. An explorer that fails makes rows unknown; it never makes this fail.
pub async fn look(explorer: &Explorer, errand: &Errand<'_>) -> Result<Vec<Row>, BoxFault> {
    let mut desk = Desk { explorer, errand: *errand, rows: BTreeMap::new(), silent: None };
    let mut waiting = Vec::new();
    for subject in errand.subjects {
        let What::Compiled(compiled) = &subject.what else { continue };
        waiting.extend(desk.first(subject, compiled).await);
    }
    desk.decide(waiting).await?;
    for subject in errand.subjects {
        if let What::Clone { implementation } = subject.what {
            desk.clone_of(subject, implementation).await;
        }
    }
    Ok(errand.subjects.iter().filter_map(|subject| desk.rows.remove(&subject.address)).collect())
}

struct Desk<'a> {
    explorer: &'a Explorer,
    errand: Errand<'a>,
    rows: BTreeMap<Address, Row>,
    /// Why it is not asked any more.
    silent: Option<Opinion>,
}

impl<'a> Desk<'a> {
    fn row(&mut self, subject: &Subject, opinion: Opinion, sent: bool) {
        let row = Row {
            verifier: self.explorer.verifier(),
            name: subject.name.clone(),
            address: subject.address,
            verdict: opinion.verdict,
            quality: opinion.quality,
            sent,
            planned: None,
            note: opinion.note,
            finding: opinion.finding,
        };
        let (verifier, name) = (self.explorer.verifier(), &subject.name);
        self.errand.watcher.say(&format!("{verifier} {name}: {}", escape(&row.note)));
        self.rows.insert(subject.address, row);
    }

    /// An explorer that failed: unknown, and not asked again where that would end the same way.
    fn failed(&mut self, subject: &Subject, error: &ExplorerError, sent: bool) {
        let opinion = trouble(subject, error);
        if error.is_final() {
            self.silent = Some(opinion.clone());
        }
        self.row(subject, opinion, sent);
    }

    /// Whether a row is there already, without asking: the chain differs, or the explorer is silent.
    fn settled(&mut self, subject: &Subject) -> bool {
        let opinion = match self.errand.standing.get(&subject.address) {
            Some(None) => self.silent.clone().map(|mut opinion| {
                if let Some(finding) = &mut opinion.finding {
                    finding.subject.clone_from(&subject.name);
                }
                opinion
            }),
            Some(Some(differs)) => {
                let hint = "`payrox verify` compares the whole system; nothing is sent for other code";
                Some(Opinion::against(Verdict::Fail, OTHER_CODE, &subject.name, differs.clone(), hint))
            }
            None => Some(Opinion::against(
                Verdict::Unknown,
                UNSAID,
                &subject.name,
                "its code was not read".into(),
                "",
            )),
        };
        let found = opinion.is_some();
        if let Some(opinion) = opinion {
            self.row(subject, opinion, false);
        }
        found
    }

    /// What it shows now, and what is to be sent.
    async fn first(&mut self, subject: &'a Subject, compiled: &'a Compiled) -> Option<Waiting<'a>> {
        if self.settled(subject) {
            return None;
        }
        match self.explorer.listing(subject.address).await {
            Err(error) => self.failed(subject, &error, false),
            Ok(Some(listing)) => {
                let opinion = judge::listing(subject, compiled, &listing);
                if opinion.verdict == Verdict::Pass {
                    self.forget(subject);
                }
                self.row(subject, opinion, false);
            }
            Ok(None) => match &compiled.submission {
                None => {
                    let why = "not verified, and the compiler's input was not kept".to_owned();
                    let hint = "`payrox build` keeps it, `forge build --build-info` too";
                    self.row(
                        subject,
                        Opinion::against(Verdict::Unknown, NO_INPUT, &subject.name, why, hint),
                        false,
                    );
                }
                Some(submission) if self.errand.send => {
                    let stage = match self.known_ticket(subject, compiled) {
                        Some(ticket) => Stage::Sent { ticket, fresh: false },
                        None => Stage::Unsent(String::new()),
                    };
                    return Some(Waiting { subject, compiled, submission, stage, sent: false });
                }
                Some(submission) => {
                    let why = "not verified".to_owned();
                    let hint = "the same with --broadcast sends its sources";
                    self.row(
                        subject,
                        Opinion::against(Verdict::Fail, UNVERIFIED, &subject.name, why, hint),
                        false,
                    );
                    if let Some(row) = self.rows.get_mut(&subject.address) {
                        row.planned = Some(submission.clone());
                    }
                }
            },
        }
        None
    }

    /// Sends and asks in rounds, until all is decided or patience ends.
    async fn decide(&mut self, mut waiting: Vec<Waiting<'a>>) -> Result<(), BoxFault> {
        let until = Instant::now() + self.errand.patience;
        let mut waits = self.errand.waits();
        let mut told = 0;
        loop {
            let mut left = Vec::new();
            for one in waiting {
                left.extend(self.advance(one).await?);
            }
            waiting = left;
            if waiting.is_empty() {
                return Ok(());
            }
            if Instant::now() >= until {
                break;
            }
            if waiting.len() != told {
                told = waiting.len();
                let (who, most) = (self.explorer.verifier(), self.errand.patience.as_secs());
                self.errand.watcher.waits(&format!("{who} decides about {told}, waiting {most} s at most"));
            }
            sleep(waits.next().unwrap_or_default()).await;
        }
        for one in waiting {
            let why = match one.stage {
                Stage::Unsent(why) => format!("not taken so far: {why}"),
                Stage::Sent { .. } => "sent, and not decided yet".to_owned(),
                Stage::Shown => "verified as it says, and not shown yet".to_owned(),
            };
            let hint = "run the same again later: it is asked for, not sent again";
            self.row(
                one.subject,
                Opinion::against(Verdict::Unknown, PENDING, &one.subject.name, why, hint),
                one.sent,
            );
        }
        Ok(())
    }

    /// One step with one submission; `None` when its row is written.
    async fn advance(&mut self, mut one: Waiting<'a>) -> Result<Option<Waiting<'a>>, BoxFault> {
        if self.silent.is_some() && self.settled(one.subject) {
            return Ok(None);
        }
        match self.step(&mut one).await {
            Ok(None) => return Ok(Some(one)),
            Ok(Some(opinion)) => {
                self.forget(one.subject);
                self.row(one.subject, opinion, one.sent);
            }
            Err(error) => self.failed(one.subject, &error, one.sent),
        }
        self.keep()?;
        Ok(None)
    }

    async fn step(&mut self, one: &mut Waiting<'a>) -> Result<Option<Opinion>, ExplorerError> {
        let name = &one.subject.name;
        if let Stage::Unsent(why) = &mut one.stage {
            match self.explorer.submit(one.submission).await? {
                Submitted::NotYet(said) => *why = escape(&said),
                Submitted::Already => one.stage = Stage::Shown,
                Submitted::Ticket(ticket) => {
                    self.sent(one.subject, one.compiled, &ticket);
                    one.sent = true;
                    one.stage = Stage::Sent { ticket, fresh: true };
                }
            }
            return Ok(None);
        }
        if let Stage::Sent { ticket, fresh } = &one.stage {
            match self.explorer.progress(ticket).await? {
                Progress::Pending => return Ok(None),
                Progress::Unknown if *fresh => return Ok(None),
                Progress::Unknown => {
                    one.stage = Stage::Unsent("its ticket is not known any more".into());
                    return Ok(None);
                }
                Progress::Done => one.stage = Stage::Shown,
                Progress::Refused(why) => {
                    let hint = "check that the artifacts are what was deployed: `payrox verify facets`";
                    let why = format!("refused: {}", escape(&why));
                    return Ok(Some(Opinion::against(Verdict::Fail, REFUSED, name, why, hint)));
                }
                Progress::Trouble(why) => {
                    let why = format!("it could not compare: {}", escape(&why));
                    let hint = "run the same again later";
                    return Ok(Some(Opinion::against(Verdict::Unknown, UNSAID, name, why, hint)));
                }
            }
        }
        let listing = self.explorer.listing(one.subject.address).await?;
        Ok(listing.map(|listing| judge::listing(one.subject, one.compiled, &listing)))
    }

    async fn clone_of(&mut self, subject: &Subject, implementation: Address) {
        if self.settled(subject) {
            return;
        }
        let Some(of) = self.rows.get(&implementation).cloned() else { return };
        match clones::opinion(self.explorer, &self.errand, subject, implementation, &of).await {
            Ok(opinion) => self.row(subject, opinion, false),
            Err(error) => self.failed(subject, &error, false),
        }
    }

    fn known_ticket(&self, subject: &Subject, compiled: &Compiled) -> Option<String> {
        let ledger = self.errand.ledger.lock().ok()?;
        let key = key(self.explorer);
        ledger.ticket(&key, subject.address, subject.code_hash, compiled.input).map(str::to_owned)
    }

    fn sent(&self, subject: &Subject, compiled: &Compiled, ticket: &str) {
        if let Ok(mut ledger) = self.errand.ledger.lock() {
            ledger.sent(&key(self.explorer), subject.address, subject.code_hash, compiled.input, ticket);
            // A failure shows when the next step is kept; the submission itself is not undone by it.
            let _ = self.errand.watcher.keep(&ledger);
        }
    }

    fn forget(&self, subject: &Subject) {
        if let Ok(mut ledger) = self.errand.ledger.lock() {
            ledger.forget(&key(self.explorer), subject.address);
        }
    }

    fn keep(&self) -> Result<(), BoxFault> {
        match self.errand.ledger.lock() {
            Ok(ledger) => self.errand.watcher.keep(&ledger),
            Err(_) => Ok(()),
        }
    }
}

fn key(explorer: &Explorer) -> String {
    format!("{} {}", explorer.verifier(), explorer.shown())
}

fn trouble(subject: &Subject, error: &ExplorerError) -> Opinion {
    let hint = error.hint().unwrap_or_default();
    Opinion::against(Verdict::Unknown, error.code(), &subject.name, error.to_string(), &hint)
}
