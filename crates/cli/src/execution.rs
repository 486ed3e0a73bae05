//! Runs a selection of a plan's steps, and shows what came of it.

use crate::{
    alerts,
    context::{Connection, Context, is_development},
    layouts, moment, passed,
    planning::Workshop,
    printer::{Paint, Printer, Tone},
    progress::Progress,
    table::{pairs, table},
};
use alloy_primitives::U256;
use payrox_chain::{FeePolicy, Tag};
use payrox_config::FinalityTag;
use payrox_execute::{
    Cost, FinalityPolicy, GAS_JUMP, NO_KEY, OWNER_ACTS, Observer, Outcome, RunResult, Selection, Session,
    StepOutcome, StepResult, Stopped, Target,
};
use payrox_model::{
    BoxFault, Check, ExitCode, Finding, PlanId, Report, Verdict,
    text::{counted, escape, grouped},
    version,
};
use payrox_plan::Plan;
use payrox_probe::{SILENT, Verification};
use serde::Serialize;
use serde_json::{Value, json};

/// What to do with a plan.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Make these steps true.
    Make(Selection),
    /// Make all steps of a way back true. It brings nothing: neither what the artifacts are meanwhile matters, nor what passed elsewhere.
    Back,
    /// Remove what is pending.
    Cancel(Option<PlanId>),
}

impl Act {
    fn command(&self) -> &'static str {
        match self {
            Self::Make(selection) => selection.command(),
            Self::Back => Selection::All.command(),
            Self::Cancel(_) => "cancel",
        }
    }
}

/// Runs it. What stops it is in the result.
pub(crate) async fn act(
    workshop: &Workshop<'_>,
    connection: &Connection,
    plan: &Plan,
    act: &Act,
) -> Result<RunResult, BoxFault> {
    let progress = Progress::new(workshop.context.printer, &workshop.keyring);
    if let Act::Make(_) = act {
        passed::demand(workshop, plan, &passed::required(workshop)?).await?;
    }
    Ok(told(workshop, connection, plan, act, &progress).await)
}

/// The same, told to somebody else and to no webhook; what must have passed elsewhere was looked at.
pub(crate) async fn told(
    workshop: &Workshop<'_>,
    connection: &Connection,
    plan: &Plan,
    act: &Act,
    observer: &dyn Observer,
) -> RunResult {
    let (context, network, keyring) = (workshop.context, &workshop.network, &workshop.keyring);
    let (contracts, reasons) = workshop.contracts();
    if let (Act::Make(_), true) = (act, context.sends(network)) {
        keep_layouts(workshop, plan);
    }
    let session = Session {
        project: context.folder(),
        artifacts_hash: match act {
            Act::Back => plan.artifacts_hash,
            Act::Make(_) | Act::Cancel(_) => workshop.artifacts.hash(),
        },
        target: target(network),
        endpoint: &connection.endpoint,
        devnet: connection.devnet.as_ref(),
        keyring,
        reasons: &reasons,
        contracts: &contracts,
        observer,
        stop: context.stop.clone(),
        unsigned: context.args.signing.unsigned.as_deref(),
        broadcast: context.sends(network),
        wait: context.args.wait,
        retry_failed: context.args.retry_failed,
        journal_room: None,
        journal_breaks: None,
    };
    match act {
        Act::Make(selection) => payrox_execute::run(&session, plan, selection).await,
        Act::Back => payrox_execute::run(&session, plan, &Selection::All).await,
        Act::Cancel(pending) => payrox_execute::cancel(&session, plan, *pending).await,
    }
}

/// Keeps where variables stand, or says what it takes: without them the next release cannot be compared with this one.
fn keep_layouts(workshop: &Workshop<'_>, plan: &Plan) {
    let printer = &workshop.context.printer;
    match layouts::keep(workshop, plan) {
        Ok(None) => {}
        Ok(Some(contract)) => {
            printer.warn(&format!(
                "the layouts of storage are not kept: layouts.json beside the artifacts has none of {}; `{}`, then run this again, \
                 which sends nothing and keeps them",
                escape(&contract),
                workshop.context.command("build")
            ));
        }
        Err(error) => printer.warn(&format!("the layouts of storage are not kept: {error}")),
    }
}

pub(crate) fn target(network: &payrox_config::Network) -> Target {
    let limit = |wei: Option<payrox_model::Wei>| wei.map(|wei| wei.0.saturating_to());
    Target {
        name: network.name.clone(),
        chain_id: network.chain_id,
        skip_time: is_development(network),
        fees: FeePolicy {
            max_fee: limit(network.fees.max_fee),
            max_tip: limit(network.fees.max_priority_fee),
        },
        data_fee: network.endpoints.family.value.traits().data_fee,
        finality: FinalityPolicy {
            tag: network.finality.as_ref().map(|tag| match tag.value {
                FinalityTag::Safe => Tag::Safe,
                FinalityTag::Finalized => Tag::Finalized,
            }),
            blocks: network.confirmations.value,
        },
        gas_jump: network.fees.max_gas_jump.map_or(GAS_JUMP, u64::from),
    }
}

/// The document of a run: exactly what `docs/formats.md` promises.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    #[serde(flatten)]
    result: &'a RunResult,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
    exit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<&'a Report>,
}

/// Prints a result, tells it to the webhooks, its proof included, and gives the status the process ends with.
pub(crate) async fn conclude(
    workshop: &Workshop<'_>,
    act: &Act,
    mut result: RunResult,
    verified: Option<&Verification>,
) -> ExitCode {
    let context = workshop.context;
    let checks = verified.map(|verified| &verified.report);
    let (stopped, exit) = settle(&mut result, verified);
    if context.sends(&workshop.network) {
        let result = RunResult { stopped: stopped.clone(), ..result.clone() };
        alerts::announce(context, &workshop.project, act.command(), &result).await;
    }
    let printer = context.printer;
    printer.result(&shown(context, &result, stopped.as_ref(), checks));
    printer.document(&document(&result, stopped.as_ref(), exit, checks));
    if let Some(stopped) = stopped.filter(|_| !printer.json()) {
        printer.stopped(&stopped.code.to_string(), &stopped.message, stopped.hint.as_deref());
    }
    exit
}

/// Takes out of a result why it ended before its end, a proof that failed included, and with which status.
pub(crate) fn settle(result: &mut RunResult, verified: Option<&Verification>) -> (Option<Stopped>, ExitCode) {
    let unproved = verified.and_then(unproved);
    if unproved.is_some() {
        result.outcome = Outcome::Failed;
    }
    let stopped = result.stopped.take().or(unproved);
    let exit = stopped.as_ref().map_or(result.exit(), |stopped| stopped.exit);
    (stopped, exit)
}

/// A result's document.
pub(crate) fn document<'a>(
    result: &'a RunResult,
    stopped: Option<&Stopped>,
    exit: ExitCode,
    checks: Option<&'a Report>,
) -> impl Serialize + use<'a> {
    Document { version: version::OUTPUT, result, error: stopped.map(error), exit: exit as u8, checks }
}

/// Why a verification is no pass, with the status that `verify` would end with.
fn unproved(verified: &Verification) -> Option<Stopped> {
    let exit = match verified.report.verdict() {
        Verdict::Pass => return None,
        Verdict::Unknown | Verdict::Fail => crate::report::proof(verified),
    };
    if let Some(trouble) = verified.trouble.as_ref().filter(|_| verified.report.verdict() == Verdict::Unknown)
    {
        return Some(Stopped { exit, ..Stopped::of(trouble) });
    }
    let failed = verified.report.checks.iter().filter(|check| check.verdict == Verdict::Fail);
    let worst = failed.chain(&verified.report.checks).flat_map(|check| &check.findings).next();
    Some(Stopped {
        code: worst.map_or(SILENT, |finding| finding.code),
        exit,
        message: worst.map_or("nothing was verified".into(), |f| format!("{}: {}", f.subject, f.evidence)),
        hint: worst.and_then(|finding| finding.hint.clone()),
        until: None,
    })
}

fn error(stopped: &Stopped) -> Value {
    let Stopped { code, message, hint, until, .. } = stopped;
    json!({ "code": code, "message": escape(message), "subject": null, "hint": hint, "until": until })
}

fn shown(
    context: &Context<'_>,
    result: &RunResult,
    stopped: Option<&Stopped>,
    checks: Option<&Report>,
) -> String {
    let paint = context.printer.paint();
    let mut parts = Vec::new();
    // What was true already is counted, not listed; so is what waits while nothing has been done.
    let some = |outcome| result.steps.iter().any(|step| step.outcome == outcome);
    let begun = some(StepOutcome::Done) || some(StepOutcome::Sent) || some(StepOutcome::Failed);
    let listed = |step: &&StepResult| match step.outcome {
        _ if context.printer.verbose() => true,
        StepOutcome::Skipped => false,
        StepOutcome::Pending => begun,
        StepOutcome::Done | StepOutcome::Planned | StepOutcome::Sent | StepOutcome::Failed => true,
    };
    let rows: Vec<_> = result.steps.iter().filter(listed).map(|step| row(step, paint)).collect();
    if !rows.is_empty() {
        parts.push(table(["step", "outcome", "#gas", "transaction or reason"], rows));
    }
    for (outcome, what) in
        [(StepOutcome::Skipped, "were true already"), (StepOutcome::Pending, "are still to be done")]
    {
        let left_out = result.steps.iter().filter(|s| s.outcome == outcome && !listed(s)).count();
        if left_out > 0 {
            parts.push(format!("{left_out} of {} steps {what}", result.steps.len()));
        }
    }
    // What a contract must do is handed over to whoever signs for it.
    let hand_over = stopped.is_some_and(|stopped| stopped.code == OWNER_ACTS);
    let for_another = |step: &StepResult| {
        let own = step.call.as_ref().is_some_and(|call| !call.from.is_empty());
        hand_over && step.outcome == StepOutcome::Pending && own
    };
    parts.extend(result.steps.iter().filter_map(|step| call(context.printer, step, for_another(step))));
    if result.outcome == Outcome::Planned && !result.cost.is_empty() {
        parts.push(result.cost.iter().map(cost).collect::<Vec<_>>().join("\n"));
    }
    parts.push(summary(result, paint));
    if let Some(until) = stopped.and_then(|s| s.until) {
        parts.push(format!("waits until {}", moment::both(until)));
    }
    parts.extend(after(context, result));
    if let Some(report) = checks {
        let quiet = result.outcome == Outcome::NothingToDo && report.verdict() == Verdict::Pass;
        parts.push(if quiet && !context.printer.verbose() {
            format!("verified: {} checks pass", report.checks.len())
        } else {
            crate::report::checks(report, paint)
        });
    }
    match result.steps.iter().filter(|step| step.outcome == StepOutcome::Sent).count() {
        0 => {}
        1 => parts.push(format!("1 transaction waits to be mined: {}", context.command("nonce"))),
        many => parts.push(format!("{many} transactions wait to be mined: {}", context.command("nonce"))),
    }
    parts.push(format!("next: {}", next(context, result.outcome, stopped)));
    parts.join("\n\n")
}

/// What the chain was found to be after the last step. Silent where it is as the dry run left it, by the plan's operators alone.
fn after(context: &Context<'_>, result: &RunResult) -> Option<String> {
    let report = &result.after;
    if report.is_empty() {
        return None;
    }
    if report.verdict() == Verdict::Fail || context.printer.verbose() {
        let checks = crate::report::checks(report, context.printer.paint());
        return Some(format!("after the deploy\n\n{checks}"));
    }
    let told = |check: &Check| {
        let findings = check.findings.iter().map(|finding| {
            let Finding { code, subject, evidence, .. } = finding;
            format!("\n  {code} {}: {}", escape(subject), escape(evidence))
        });
        format!("after the deploy: {}{}", escape(&check.summary), findings.collect::<String>())
    };
    let noted: Vec<_> = report.checks.iter().filter(|check| !check.findings.is_empty()).map(told).collect();
    (!noted.is_empty()).then(|| noted.join("\n"))
}

fn row(step: &StepResult, paint: Paint) -> [String; 4] {
    let (word, tone) = match step.outcome {
        StepOutcome::Done => ("done", Tone::Good),
        StepOutcome::Skipped => ("skipped", Tone::Faint),
        StepOutcome::Planned => ("planned", Tone::Notice),
        StepOutcome::Sent => ("sent, waiting", Tone::Notice),
        StepOutcome::Pending => ("pending", Tone::Faint),
        StepOutcome::Failed => ("failed", Tone::Bad),
    };
    let gas = step.gas_used.map(|gas| grouped(gas.0)).unwrap_or_default();
    let why = match (&step.tx, &step.reason) {
        (Some(tx), Some(reason)) => format!("{tx} {}", escape(reason)),
        (Some(tx), None) => tx.to_string(),
        (None, reason) => reason.as_deref().map(escape).unwrap_or_default(),
    };
    [escape(&step.name), paint.tone(tone, word), gas, why]
}

/// What would be sent, exactly; long calldata by its hash, all of it with `--json` or `--verbose`.
fn call(printer: &Printer, step: &StepResult, for_another: bool) -> Option<String> {
    const SHOWN: usize = 1_024;
    let shown = step.outcome == StepOutcome::Planned || for_another;
    let call = step.call.as_ref().filter(|_| shown)?;
    let from = match call.from.as_slice() {
        [] => "anyone".to_owned(),
        allowed => allowed.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "),
    };
    let data = if call.data.len() <= SHOWN || printer.verbose() {
        call.data.to_string()
    } else {
        let hash = alloy_primitives::keccak256(&call.data);
        format!("{}… {} bytes, keccak {hash}", &call.data.to_string()[..10], call.data.len())
    };
    let name = escape(&step.name);
    Some(format!("{name}\n  from  {from}\n  to    {}\n  value {}\n  data  {data}", call.to, call.value))
}

fn summary(result: &RunResult, paint: Paint) -> String {
    let (word, tone) = outcome(result.outcome);
    let mined = |step: &&StepResult| step.tx.is_some() && step.outcome != StepOutcome::Sent;
    let sent = result.steps.iter().filter(mined).count();
    let of = match result.cancels {
        Some(_) => "cancellation of the pending plan".to_owned(),
        None => format!("{}, {}", counted(result.facets, "facet"), counted(result.routes, "route")),
    };
    let (network, chain_id) = (&result.network, result.chain_id);
    let mut head = format!("{} on {network} (chain {chain_id}): {of}", paint.tone(tone, word));
    if sent > 0 {
        head.push_str(&format!(", {}, {} gas", counted(sent, "transaction"), grouped(result.gas.0)));
    }
    head.push_str(&format!(", {} ms\n\n", result.duration_ms));
    let a = &result.addresses;
    // A diamond is its own control plane.
    if a.router == a.dispatcher {
        return head
            + &pairs([
                ["diamond".into(), a.router.to_string()],
                ["factory".into(), a.factory.to_string()],
                ["root".into(), result.root.to_string()],
                ["plan".into(), result.plan_id.to_string()],
            ]);
    }
    let mut shown = vec![
        ["factory".into(), a.factory.to_string()],
        ["dispatcher".into(), a.dispatcher.to_string()],
        ["router".into(), a.router.to_string()],
        ["epoch".into(), result.epoch.to_string()],
    ];
    // A cancellation is of the plan that is pending, not of the one by which the system is known.
    match result.cancels {
        Some(cancels) => shown.push(["cancels".into(), cancels.to_string()]),
        None => shown
            .extend([["root".into(), result.root.to_string()], ["plan".into(), result.plan_id.to_string()]]),
    }
    head + &pairs(shown)
}

pub(crate) fn outcome(outcome: Outcome) -> (&'static str, Tone) {
    match outcome {
        Outcome::Complete => ("complete", Tone::Good),
        Outcome::NothingToDo => ("nothing to do", Tone::Good),
        Outcome::Planned => ("planned, nothing was sent", Tone::Notice),
        Outcome::Waiting => ("waiting", Tone::Notice),
        Outcome::Refused => ("refused", Tone::Bad),
        Outcome::Failed => ("failed", Tone::Bad),
    }
}

fn next(context: &Context<'_>, outcome: Outcome, stopped: Option<&Stopped>) -> String {
    match outcome {
        Outcome::Complete | Outcome::NothingToDo => context.command("status"),
        Outcome::Planned => "the same with --broadcast".into(),
        _ if stopped.is_some_and(|stopped| stopped.code == NO_KEY) => match outcome {
            Outcome::Waiting => "the same with that key, or when its holder has sent the call".into(),
            _ => "the same with a key".into(),
        },
        // Only a point in time can be waited for.
        Outcome::Waiting if stopped.is_some_and(|stopped| stopped.until.is_some()) => {
            "the same again, or with --wait".into()
        }
        Outcome::Waiting => "the same again".into(),
        Outcome::Refused | Outcome::Failed => context.command("status"),
    }
}

/// What an account's transactions may cost.
pub(crate) fn cost(cost: &Cost) -> String {
    let data = match cost.data_wei.is_zero() {
        true => String::new(),
        false => format!(", {} of it for data", ether(cost.data_wei)),
    };
    format!(
        "{} of {} may cost up to {}{data}, for {} gas; it has {}",
        counted(cost.transactions, "transaction"),
        cost.from,
        ether(cost.wei),
        grouped(cost.gas.0),
        ether(cost.balance)
    )
}

/// Wei in units of the chain's own currency, whatever its name: `0.0123 ether`, as a network's file writes amounts.
fn ether(wei: U256) -> String {
    let unit = U256::from(10).pow(U256::from(18));
    let (whole, rest) = (wei / unit, wei % unit);
    let digits = format!("{rest:018}");
    let digits = digits.trim_end_matches('0');
    match digits {
        "" => format!("{whole} ether"),
        _ => format!("{whole}.{digits} ether"),
    }
}
