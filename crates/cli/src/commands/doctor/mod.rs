//! `payrox doctor`: is everything there that the next command needs?

mod contacts;
mod project;

use crate::{
    context::{Connection, Context},
    execution::{Act, act},
    planning::Workshop,
    printer::Tone,
    report,
};
use alloy_primitives::U256;
use payrox_chain::Endpoint;
use payrox_config::Network;
use payrox_execute::{Outcome, Selection};
use payrox_model::{
    BoxFault, Check, Code, ExitCode, Fault, Finding, Report, Roles, Severity, Verdict, text::escape, version,
};
use payrox_plan::PlanOutcome;
use payrox_probe::{Account, Estimate, Need, Readiness, Ready, ready};
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

const NO_RUN: Code = Code("PRX-DOC-016");

pub(crate) async fn doctor(context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let network = context.network()?;
    let project = context.project();
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut checks = project::checks(context, &network, project.as_ref());
    checks.push(contacts::contacts(&network, project.as_ref().ok().map(|p| &p.contacts), clock).await);
    let seen = match reached(context, &network) {
        Ok((connection, endpoints)) => {
            let (seen, run) = look(context, &network, clock, project.is_ok(), &connection, &endpoints).await;
            checks.extend(seen.report.checks);
            checks.extend(run.and_then(|found| fails(found, &checks)));
            seen.costs
        }
        // What needs no chain is told all the same.
        Err(fault) => {
            checks.push(Check {
                name: "endpoint".into(),
                verdict: Verdict::Fail,
                summary: "there is none to be asked".into(),
                findings: vec![told(fault.as_ref())],
            });
            None
        }
    };
    let report = Report { checks };
    let exit = report::exit(&report);
    let first = report.findings().find_map(|finding| finding.hint.clone());
    let next = match (exit, first) {
        (ExitCode::Ok, _) if seen.is_some_and(|costs| costs.gas == 0) => context.command("status"),
        (ExitCode::Ok, _) | (_, None) => context.command("run"),
        (_, Some(hint)) => hint,
    };
    let paint = context.printer.paint();
    let (word, tone) = match report.verdict() {
        Verdict::Pass => ("ready", Tone::Good),
        Verdict::Unknown => ("not known to be ready", Tone::Notice),
        Verdict::Fail => ("not ready", Tone::Bad),
    };
    context.printer.result(&format!(
        "{}\n\n{} for {} (chain {})\nnext: {}",
        report::checks(&report, paint),
        paint.tone(tone, word),
        network.name,
        network.chain_id,
        escape(&next),
    ));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "network": network.name,
        "chainId": network.chain_id,
        "production": network.production,
        "outcome": report.verdict(),
        "checks": report.checks,
        "costs": seen.map(|costs| json!({
            "gas": costs.gas,
            "priceWei": costs.price.to_string(),
            "dataFeeWei": costs.data_fee.to_string(),
            "totalWei": costs.total.to_string(),
        })),
        "exit": exit as u8,
        "next": next,
    }));
    Ok(exit)
}

/// The network's chain, and every endpoint of it.
fn reached(context: &Context<'_>, network: &Network) -> Result<(Connection, Vec<Endpoint>), BoxFault> {
    let connection = context.connect(network)?;
    if network.local {
        let embedded = vec![connection.endpoint.clone()];
        return Ok((connection, embedded));
    }
    // Each by itself: what a pool of them says has been agreed on already.
    let given = &context.args.rpc_url;
    let urls = if given.is_empty() { &network.rpc_url.value } else { given };
    let endpoints = urls.iter().map(|url| Endpoint::http(url)).collect::<Result<_, _>>()?;
    Ok((connection, endpoints))
}

/// What the network says; and why a dry run fails, where it does.
async fn look(
    context: &Context<'_>,
    network: &Network,
    clock: u64,
    has_project: bool,
    connection: &Connection,
    endpoints: &[Endpoint],
) -> (Ready, Option<Finding>) {
    let run = match has_project && network.roles.is_some() {
        true => estimate(context, connection).await,
        false => Err("there is no project here, or the network's file has no [roles]".into()),
    };
    let no_run = run.as_ref().err().map(Told::evidence);
    let accounts = network.roles.as_ref().map(accounts).unwrap_or_default();
    let question = Readiness {
        endpoints,
        chain_id: network.chain_id,
        known_block: network.known_block.as_ref().map(|block| (block.number, block.hash)),
        family: network.endpoints.family.value,
        production: network.production,
        clock,
        max_fee: network.fees.max_fee.map(|wei| wei.0.saturating_to()),
        max_tip: network.fees.max_priority_fee.map(|wei| wei.0.saturating_to()),
        accounts: &accounts,
        run: run.as_ref().ok(),
        no_run: no_run.as_deref(),
    };
    let seen = ready(&question).await;
    match run {
        Err(Told::Fault(found)) => (seen, Some(*found)),
        _ => (seen, None),
    }
}

/// A dry run that fails, unless a check has failed already: then the run is refused for that.
fn fails(found: Finding, checks: &[Check]) -> Option<Check> {
    let said = checks.iter().any(|check| check.verdict == Verdict::Fail);
    (!said).then(|| Check {
        name: "run".into(),
        verdict: Verdict::Fail,
        summary: "a dry run does not go through".into(),
        findings: vec![found],
    })
}

/// Who may have to pay for what.
fn accounts(roles: &Roles) -> Vec<Account> {
    let account = |role: &str, address, needs| Account { role: role.to_owned(), address, needs };
    let mut all = Vec::new();
    if roles.bootstrapper.is_zero() {
        all.push(account("deployer, owner", roles.owner, Need::Run));
    } else {
        all.push(account("deployer", roles.bootstrapper, Need::Run));
        all.push(account("owner", roles.owner, Need::Act));
    }
    all.extend(roles.guardians.iter().map(|address| account("guardian", *address, Need::Pauses)));
    let operators = roles.operators.iter().filter(|address| **address != roles.bootstrapper);
    all.extend(operators.map(|address| account("operator", *address, Need::Act)));
    all
}

/// Why nothing can be estimated.
enum Told {
    Nothing(String),
    Fault(Box<Finding>),
}

impl From<&str> for Told {
    fn from(text: &str) -> Self {
        Self::Nothing(text.to_owned())
    }
}

impl Told {
    fn evidence(&self) -> String {
        match self {
            Self::Nothing(text) => text.clone(),
            Self::Fault(found) => found.evidence.clone(),
        }
    }

    fn of(fault: &dyn Fault) -> Self {
        Self::Fault(Box::new(told(fault)))
    }
}

/// An error as a finding.
fn told(fault: &dyn Fault) -> Finding {
    let mut finding = Finding::of(fault, "the project");
    finding.hint.get_or_insert_with(|| format!("`payrox explain {}`", fault.code()));
    finding
}

/// What `payrox run` would send, by its dry run.
async fn estimate(context: &Context<'_>, connection: &crate::context::Connection) -> Result<Estimate, Told> {
    let args = context.args.rehearsing_in(context.folder().to_owned());
    let inner = Context::rehearsing(&args, context.printer, context.stop.clone());
    let workshop = Workshop::open(&inner).map_err(|e| Told::of(e.as_ref()))?;
    let chain = workshop.snapshot(connection).await.map_err(|e| Told::of(e.as_ref()))?;
    let plan = match workshop.plan(connection, &chain).await.map_err(|e| Told::of(e.as_ref()))? {
        PlanOutcome::Planned(plan) => plan,
        PlanOutcome::NoChanges { .. } => return Ok(Estimate::default()),
    };
    let result = act(&workshop, connection, &plan, &Act::Make(Selection::All)).await;
    let result = result.map_err(|e| Told::of(e.as_ref()))?;
    match (result.outcome, result.stopped) {
        (Outcome::Refused | Outcome::Failed, Some(stopped)) => Err(Told::Fault(Box::new(Finding {
            code: stopped.code,
            severity: Severity::Error,
            subject: "the dry run".into(),
            evidence: stopped.message,
            hint: stopped.hint.or(Some("`payrox run` without --broadcast shows it".into())),
        }))),
        (Outcome::Refused | Outcome::Failed, None) => Err(Told::Fault(Box::new(Finding {
            code: NO_RUN,
            severity: Severity::Error,
            subject: "the dry run".into(),
            evidence: "it came to nothing".into(),
            hint: Some("`payrox run` without --broadcast shows it".into()),
        }))),
        _ => {
            let gas =
                result.steps.iter().filter(|s| s.call.is_some()).filter_map(|s| s.gas_used).map(|gas| gas.0);
            let calls = result.steps.iter().filter_map(|s| s.call.as_ref());
            Ok(Estimate {
                gas: gas.clone().sum(),
                largest: gas.max().unwrap_or_default(),
                value: calls.clone().map(|call| call.value).fold(U256::ZERO, U256::saturating_add),
                calls: calls.map(|call| (call.to, call.data.clone())).collect(),
            })
        }
    }
}
