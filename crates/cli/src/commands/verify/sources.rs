//! `payrox verify sources`: are the sources public, are they the project's, and is the code on chain what they speak of?

use super::{
    super::plan::read_plan,
    whom::{WhomFault, whom},
};
use crate::{
    args::SourcesArgs,
    context::Context,
    printer::{Printer, Tone},
    report,
};
use alloy_primitives::{Address, B256};
use payrox_artifacts::{ArtifactSet, Source};
use payrox_chain::explorers::{Explorer, Upload};
use payrox_config::{Network, Project};
use payrox_files::{FileError, read_text, to_canonical_json, write_atomic};
use payrox_model::{
    BoxFault, Check, ExitCode, Report, Verdict,
    text::{counted, escape, grouped},
    version,
};
use payrox_plan::Plan;
use payrox_probe::sources::{
    Errand, Ledger, Row, Standing, Subject, Watcher, What, look, standing, subjects,
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

/// Largest record of submissions, and largest deployment record.
const LIMIT: u64 = 16 << 20;

/// The first wait for an explorer's decision.
const FIRST_WAIT: Duration = Duration::from_millis(500);

pub(super) async fn sources(args: &SourcesArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let network = context.network()?;
    let (explorers, left_out) = whom(args, &network)?;
    let plan = read_plan(context)?;
    let project = context.project()?;
    let all = all_subjects(context, &project, &network, &plan)?;
    let chosen = choose(all, &args.names)?;
    let connection = context.connect(&network)?;
    if network.known_block.is_some() {
        context.is_meant(&network, &connection.endpoint).await?;
    }
    let standing = standing(&connection.endpoint, &plan, &chosen).await?;

    let file = context.folder().join(".payrox/sources").join(format!("{}.json", plan.chain_id));
    let ledger = Mutex::new(read_ledger(&file, &plan)?);
    let errand = Errand {
        subjects: &chosen,
        standing: &standing,
        send: context.args.broadcast,
        patience: Duration::from_secs(args.patience.into()),
        first_wait: FIRST_WAIT,
        ledger: &ledger,
        watcher: &Keeper { file: &file, printer: context.printer },
    };
    for note in &left_out {
        context.printer.warn(note);
    }
    let ask = async |at: usize| match explorers.get(at) {
        Some(explorer) => look(explorer, &errand).await,
        None => Ok(Vec::new()),
    };
    // There are three at most. Each is asked at its own pace.
    let (first, second, third) = tokio::join!(ask(0), ask(1), ask(2));
    let rows = [first?, second?, third?].concat();
    Ok(show(context, &network, &plan, &Seen { explorers, left_out, chosen, standing, rows }))
}

/// What came of it.
struct Seen {
    explorers: Vec<Explorer>,
    left_out: Vec<String>,
    chosen: Vec<Subject>,
    standing: Standing,
    rows: Vec<Row>,
}

fn all_subjects(
    context: &Context<'_>,
    project: &Project,
    network: &Network,
    plan: &Plan,
) -> Result<Vec<Subject>, BoxFault> {
    let mut wanted: Vec<_> = project.facets.iter().map(|f| f.contract.to_string()).collect();
    wanted.extend(project.init.iter().map(|i| i.contract.to_string()));
    let artifacts = ArtifactSet::read(&Source::at(&context.folder().join(&*project.artifacts)), &wanted)?;
    let records = context.folder().join("deployments").join(network.chain_id.to_string());
    let created_by = |name: &str| transaction(&records.join(format!("{name}.json")));
    Ok(subjects(plan, &artifacts, &project.libraries, &created_by)?)
}

/// The transaction of a deployment record. Without one the explorer looks for it itself.
fn transaction(record: &Path) -> Option<B256> {
    let record: Value = serde_json::from_str(&read_text(record, LIMIT).ok()?).ok()?;
    record["transaction"].as_str()?.parse().ok()
}

/// The named contracts, and what they are clones of.
fn choose(all: Vec<Subject>, names: &[String]) -> Result<Vec<Subject>, BoxFault> {
    if names.is_empty() {
        return Ok(all);
    }
    let mut wanted: BTreeSet<Address> = BTreeSet::new();
    for name in names {
        let subject = all.iter().find(|subject| subject.name == *name).ok_or_else(|| {
            let known = all.iter().map(|subject| subject.name.clone()).collect();
            WhomFault::Contract { name: escape(name), known }
        })?;
        wanted.insert(subject.address);
        if let What::Clone { implementation } = subject.what {
            wanted.insert(implementation);
        }
    }
    Ok(all.into_iter().filter(|subject| wanted.contains(&subject.address)).collect())
}

fn read_ledger(file: &Path, plan: &Plan) -> Result<Ledger, BoxFault> {
    match read_text(file, LIMIT) {
        Ok(text) => Ok(Ledger::read(&text, plan.chain_id)?),
        Err(FileError::Missing { .. }) => Ok(Ledger::new(plan.chain_id)),
        Err(error) => Err(error.into()),
    }
}

struct Keeper<'a> {
    file: &'a PathBuf,
    printer: &'a Printer,
}

impl Watcher for Keeper<'_> {
    fn keep(&self, ledger: &Ledger) -> Result<(), BoxFault> {
        let text = to_canonical_json(ledger).map_err(payrox_plan::PlanError::from)?;
        Ok(write_atomic(self.file, text.as_bytes())?)
    }

    fn say(&self, text: &str) {
        self.printer.detail(text);
    }

    fn waits(&self, text: &str) {
        self.printer.notice(text);
    }
}

fn show(context: &Context<'_>, network: &Network, plan: &Plan, seen: &Seen) -> ExitCode {
    let checks = seen.rows.iter().map(|row| Check {
        name: format!("{} {}", row.verifier, row.name),
        verdict: row.verdict,
        summary: row.note.clone(),
        findings: row.finding.clone().into_iter().collect(),
    });
    let report = Report { checks: checks.collect() };
    let verdict = report.verdict();
    let (word, tone, exit) = match verdict {
        Verdict::Pass => ("public, and the project's", Tone::Good, ExitCode::Ok),
        Verdict::Fail => ("not as it should be", Tone::Bad, ExitCode::GateFailed),
        Verdict::Unknown => ("unknown, which is not a pass", Tone::Notice, ExitCode::Endpoint),
    };
    let planned: Vec<_> = seen.rows.iter().filter(|row| row.planned.is_some()).collect();
    let printer = context.printer;
    let mut parts = vec![table(&report, printer)];
    parts.extend(planned.iter().filter_map(|row| Some(would_send(row, upload(seen, row)?, printer))));
    parts.push(format!(
        "{}: the sources of {} of {} on {} (chain {})",
        printer.paint().tone(tone, word),
        counted(seen.chosen.len(), "contract"),
        plan.system.name,
        network.name,
        plan.chain_id
    ));
    if !planned.is_empty() {
        parts.push("next: the same with --broadcast".into());
    }
    printer.result(&parts.join("\n\n"));
    printer.document(&document(network, plan, seen, verdict, exit));
    exit
}

/// All rows, and the findings that say more than their row: what would be sent is said once, below.
fn table(report: &Report, printer: &Printer) -> String {
    let unsent = |check: &Check| check.findings.iter().all(|f| f.code == payrox_probe::sources::UNVERIFIED);
    let checks = report.checks.iter().cloned().map(|check| match unsent(&check) {
        true => Check { findings: Vec::new(), ..check },
        false => check,
    });
    report::checks(&Report { checks: checks.collect() }, printer.paint())
}

fn upload(seen: &Seen, row: &Row) -> Option<Upload> {
    let explorer = seen.explorers.iter().find(|explorer| explorer.verifier() == row.verifier)?;
    Some(explorer.upload(row.planned.as_ref()?))
}

/// What would be sent, exactly; the compiler's input by its hash, all of it with `--json`, or with `--verbose`.
fn would_send(row: &Row, upload: Upload, printer: &Printer) -> String {
    let mut text =
        format!("{} would be sent {}\n  POST {}", row.verifier, escape(&row.name), escape(&upload.url));
    text.push_str(&format!("\n  content-type {}", upload.content_type));
    for (key, value) in &upload.fields {
        let shown = match *key == upload.input && !printer.verbose() {
            true => format!("{} bytes, sha256 {}", grouped(value.len() as u64), sha256(value)),
            false => escape(value),
        };
        text.push_str(&format!("\n  {key} {shown}"));
    }
    text
}

fn sha256(text: &str) -> String {
    payrox_artifacts::sha256(text.as_bytes()).to_string()
}

fn document(network: &Network, plan: &Plan, seen: &Seen, verdict: Verdict, exit: ExitCode) -> Value {
    let contracts: Vec<_> = seen.chosen.iter().map(|subject| contract(seen, subject)).collect();
    let mut inputs: BTreeMap<String, Value> = BTreeMap::new();
    let mut uploads = Vec::new();
    for row in seen.rows.iter().filter(|row| row.planned.is_some()) {
        let Some(upload) = upload(seen, row) else { continue };
        let mut fields = serde_json::Map::new();
        for (key, value) in upload.fields {
            if key == upload.input {
                let hash = sha256(&value);
                fields.insert(key.to_owned(), json!({ "sha256": hash }));
                inputs.entry(hash).or_insert_with(|| serde_json::from_str(&value).unwrap_or_default());
            } else {
                fields.insert(key.to_owned(), Value::from(value));
            }
        }
        uploads.push(json!({
            "verifier": row.verifier,
            "name": row.name,
            "method": "POST",
            "url": upload.url,
            "contentType": upload.content_type,
            "fields": fields,
        }));
    }
    json!({
        "version": version::OUTPUT,
        "outcome": verdict,
        "network": network.name,
        "chainId": plan.chain_id,
        "planId": plan.plan_id,
        "leftOut": seen.left_out,
        "contracts": contracts,
        "uploads": uploads,
        "inputs": inputs,
        "exit": exit as u8,
    })
}

fn contract(seen: &Seen, subject: &Subject) -> Value {
    let rows = seen.rows.iter().filter(|row| row.address == subject.address);
    let verifiers: Vec<_> = rows
        .map(|row| {
            json!({
                "verifier": row.verifier,
                "verdict": row.verdict,
                "match": row.quality,
                "sent": row.sent,
                "note": escape(&row.note),
                "finding": row.finding,
            })
        })
        .collect();
    json!({
        "name": subject.name,
        "contract": subject.contract,
        "address": subject.address,
        "codeHash": subject.code_hash,
        "onChain": matches!(seen.standing.get(&subject.address), Some(None)),
        "verifiers": verifiers,
    })
}
