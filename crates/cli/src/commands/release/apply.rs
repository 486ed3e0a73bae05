//! `payrox release apply`: canaries first, then the others at once; again to go on.

use super::{arguments, contexts, named_arguments, read, settings, settings_for, workshops};
use crate::{
    alerts,
    args::ReleaseArgs,
    commands::refuse_a_foreign_plan,
    context::{Context, is_development},
    execution::{Act, document, outcome, settle, target, told},
    passed,
    planning::Workshop,
    progress::{Board, Progress},
    signing::Passwords,
    table::table,
};
use payrox_chain::{SnapshotQuery, snapshot};
use payrox_execute::{
    Outcome, RunResult, Selection, StepOutcome, StepResult, Stopped,
    release::{self, Held, Member, Patience, Stand},
};
use payrox_model::text::counted;
use payrox_model::{
    BoxFault, ExitCode, Fault as _, Name, Report, Verdict,
    text::{escape, grouped},
    version,
};
use payrox_plan::{Plan, Release};
use payrox_probe::{Scope, Verification, verify_at};
use serde_json::json;
use std::collections::BTreeSet;

pub(super) async fn apply(args: &ReleaseArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let (release, plans) = read(context)?;
    let names: BTreeSet<Name> = release.networks.iter().map(|part| part.network.clone()).collect();
    let all = arguments(context, names.iter())?;
    let contexts = contexts(context, &all);
    let mut workshops = workshops(&contexts)?;
    // Each keystore's password is asked for once, not once a network.
    let mut passwords = Passwords::default();
    for workshop in &mut workshops {
        workshop.arm(&mut passwords).await?;
    }
    let said = settings_for(settings(context, args)?, &names, &workshops);
    let artifacts = workshops.first().map(|w| w.artifacts.clone());
    let named = |contract: &str, encoded: &[u8]| named_arguments(artifacts.as_deref()?, contract, encoded);
    release.follows_from(&plans.iter().collect::<Vec<_>>(), &said, &named)?;
    let board = Board::new(names.iter());
    let sites: Vec<_> = workshops
        .iter()
        .zip(&plans)
        .map(|(workshop, plan)| Site {
            workshop,
            plan,
            release: &release,
            strangers: release.before(&plan.network).difference(&names).cloned().collect(),
            progress: Progress::lane(&board, context.printer, &workshop.keyring, &workshop.network.name),
        })
        .collect();
    // Nothing is sent without --broadcast but to embedded chains, where nothing has value: then nobody waits for anybody.
    let ran = release::apply(&sites, &release, context.args.broadcast).await;
    drop(sites);
    // One after the other: all share one queue.
    for (ran, workshop) in ran.iter().zip(&workshops).filter(|(_, w)| w.context.sends(&w.network)) {
        let result = RunResult { stopped: ran.stopped.clone(), ..ran.result.clone() };
        alerts::announce(context, &workshop.project, "release apply", &result).await;
    }
    Ok(conclude(context, &release, ran))
}

/// A network while the release is applied.
struct Site<'a> {
    workshop: &'a Workshop<'a>,
    plan: &'a Plan,
    release: &'a Release,
    /// What must have passed on networks that are not of this release.
    strangers: BTreeSet<Name>,
    progress: Progress<'a>,
}

/// What a network's turn came to.
struct Ran {
    result: RunResult,
    stopped: Option<Stopped>,
    exit: ExitCode,
    checks: Option<Report>,
}

impl Ran {
    fn of(mut result: RunResult, verified: Option<Verification>) -> Self {
        let (stopped, exit) = settle(&mut result, verified.as_ref());
        Self { result, stopped, exit, checks: verified.map(|v| v.report) }
    }
}

impl Member for Site<'_> {
    type Ran = Ran;

    fn network(&self) -> &Name {
        &self.workshop.network.name
    }

    async fn run(&self) -> (Ran, Stand) {
        self.progress.begin();
        let (ran, stand) = match self.go().await {
            Ok((result, verified, stand)) => (Ran::of(result, verified), stand),
            Err(fault) => {
                let stand = if fault.exit() == ExitCode::Endpoint { Stand::Unknown } else { Stand::Behind };
                (self.without(Stopped::from(fault)), stand)
            }
        };
        let why = ran.stopped.as_ref().map(|s| format!(": {} {}", s.code, escape(&s.message)));
        self.progress.end(&format!("{}{}", outcome(ran.result.outcome).0, why.unwrap_or_default()));
        (ran, stand)
    }

    async fn soak(&self, until: u64) -> u64 {
        let patience = Patience {
            skip: is_development(&self.workshop.network),
            wait: self.workshop.context.args.wait,
            stop: &self.workshop.context.stop,
            observer: &self.progress,
        };
        match self.workshop.context.connect(&self.workshop.network) {
            // A chain that does not say its time has not soaked.
            Ok(there) => release::let_time_pass(&there.endpoint, until, patience).await.unwrap_or_default(),
            Err(_) => 0,
        }
    }

    fn hold(&self, why: &Held) -> Ran {
        let mut ran = self.without(Stopped::of(why));
        ran.result.outcome = why.outcome();
        self.progress.end(&format!(
            "{}: {} {}",
            outcome(ran.result.outcome).0,
            why.code(),
            escape(&why.to_string())
        ));
        ran
    }
}

impl Site<'_> {
    async fn go(&self) -> Result<(RunResult, Option<Verification>, Stand), BoxFault> {
        let (workshop, plan) = (self.workshop, self.plan);
        let connection = workshop.context.connect(&workshop.network)?;
        refuse_a_foreign_plan(workshop, &connection, plan).await?;
        passed::demand(workshop, plan, &self.strangers).await?;
        let act = Act::Make(Selection::All);
        let result = told(workshop, &connection, plan, &act, &self.progress).await;
        if !matches!(result.outcome, Outcome::Complete | Outcome::NothingToDo) {
            let silent = result.stopped.as_ref().is_some_and(|s| s.exit == ExitCode::Endpoint);
            return Ok((result, None, if silent { Stand::Unknown } else { Stand::Behind }));
        }
        let verified = verify_at(&connection.endpoint, plan, Scope::Everything, result.seen).await;
        let stand = match verified.report.verdict() {
            Verdict::Fail => Stand::Behind,
            Verdict::Unknown => Stand::Unknown,
            // Only of a canary is it asked since when.
            Verdict::Pass if !self.release.canary.contains(&plan.network) => Stand::Live { since: 0, now: 0 },
            Verdict::Pass => {
                let query = SnapshotQuery {
                    addresses: Vec::new(),
                    dispatcher: plan.addresses.dispatcher,
                    router: plan.addresses.router,
                };
                let chain = snapshot(&connection.endpoint, &query).await?;
                let since = chain.dispatcher.as_ref().map_or(u64::MAX, |d| d.active.activated_at);
                Stand::Live { since, now: chain.timestamp }
            }
        };
        Ok((result, Some(verified), stand))
    }

    /// The result of a turn that did not begin, or broke off before its plan was looked at.
    fn without(&self, stopped: Stopped) -> Ran {
        let mut result = RunResult::of(self.plan, &target(&self.workshop.network));
        result.outcome = match stopped.exit {
            ExitCode::Waiting => Outcome::Waiting,
            ExitCode::Refused | ExitCode::BadInput | ExitCode::GateFailed => Outcome::Refused,
            _ => Outcome::Failed,
        };
        result.stopped = Some(stopped);
        Ran::of(result, None)
    }
}

fn conclude(context: &Context<'_>, release: &Release, ran: Vec<Ran>) -> ExitCode {
    let (printer, paint) = (context.printer, context.printer.paint());
    let exit = release::worst(ran.iter().map(|ran| ran.exit));
    let whole = release::worst_outcome(ran.iter().map(|ran| ran.result.outcome));
    let rows = ran.iter().map(|ran| {
        let result = &ran.result;
        let (word, tone) = outcome(result.outcome);
        // What was sent, or would be.
        let planned = |step: &&StepResult| step.outcome == StepOutcome::Planned && step.call.is_some();
        let sent = result.steps.iter().filter(|step| step.tx.is_some()).count();
        let gas: u64 =
            result.steps.iter().filter(planned).filter_map(|step| step.gas_used).map(|gas| gas.0).sum();
        let calls = sent + result.steps.iter().filter(planned).count();
        let proof = match ran.checks.as_ref().map(Report::verdict) {
            Some(verdict) => super::verify::word(verdict).0,
            None => "",
        };
        let why = ran.stopped.as_ref().map(|s| s.code.to_string()).unwrap_or_default();
        [
            result.network.to_string(),
            result.chain_id.to_string(),
            paint.tone(tone, word),
            result.epoch.to_string(),
            calls.to_string(),
            grouped(result.gas.0 + gas),
            proof.to_owned(),
            why,
        ]
    });
    let rows = table(["network", "#chain", "outcome", "#epoch", "#calls", "#gas", "proof", "why"], rows);
    let (word, tone) = outcome(whole);
    let next = match whole {
        Outcome::Complete | Outcome::NothingToDo => context.command("release status"),
        Outcome::Planned => "the same with --broadcast; with --json every call is shown".into(),
        _ => "the same again: it goes on where each network is".into(),
    };
    printer.result(&format!(
        "{rows}\n\n{}: release {} of {} on {}\n\nnext: {next}",
        paint.tone(tone, word),
        release.digest,
        release.system,
        counted(ran.len(), "network"),
    ));
    let networks =
        ran.iter().map(|ran| document(&ran.result, ran.stopped.as_ref(), ran.exit, ran.checks.as_ref()));
    let networks: Vec<_> = networks.map(|d| serde_json::to_value(d).unwrap_or_default()).collect();
    printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": whole,
        "digest": release.digest,
        "system": release.system,
        "networks": networks,
        "exit": exit as u8,
    }));
    for ran in ran.iter().filter(|_| !printer.json()) {
        if let Some(stopped) = &ran.stopped {
            let message = format!("{}: {}", ran.result.network, escape(&stopped.message));
            printer.stopped(&stopped.code.to_string(), &message, stopped.hint.as_deref());
        }
    }
    exit
}
