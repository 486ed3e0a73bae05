//! `payrox backup create|verify|restore|drill`.

use crate::{
    args::{BackupVerb, DrillArgs, RestoreArgs},
    context::{Context, path_word, word},
    execution::{Act, act},
    fault::CliFault,
    moment,
    planning::Workshop,
    printer::Tone,
    table::{pairs, table},
};
use payrox_archive::{
    BackupError, Contents, Drill, Drilled, Kind, Wanted, create, restore, select, try_out, verify,
};
use payrox_config::Project;
use payrox_execute::{Outcome, RunResult, Selection, Stopped};
use payrox_files::{FileError, read, write_atomic};
use payrox_model::text::counted;
use payrox_model::{
    BoxFault, ExitCode, Verdict,
    text::{escape, grouped},
    version,
};
use payrox_plan::{Plan, PlanOutcome};
use payrox_probe::{SILENT, Scope, verify_at};
use serde_json::json;
use std::{
    path::{Component, Path, PathBuf},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// Where the drills of a project are written down.
const DRILLS: &str = "backup-drills.jsonl";
/// Bytes of that file, at most.
const DRILLS_LIMIT: u64 = 1 << 24;

pub(crate) async fn backup(verb: &BackupVerb, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    match verb {
        BackupVerb::Create(args) => keep(&args.archive, args.private, context),
        BackupVerb::Verify(args) => {
            let contents = verify(&args.archive)?;
            told("verified", &args.archive, &contents, None, context);
            Ok(ExitCode::Ok)
        }
        BackupVerb::Restore(RestoreArgs { archive, to }) => {
            let contents = restore(archive, to)?;
            let network = context.args.network.as_deref().map(word);
            let network = network.map(|name| format!(" --network {name}")).unwrap_or_default();
            let next = format!("payrox status{network} --project {}", path_word(to));
            told("restored", archive, &contents, Some(&next), context);
            Ok(ExitCode::Ok)
        }
        BackupVerb::Drill(args) => drill(args, context).await,
    }
}

fn keep(archive: &Path, private: bool, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let project = context.project()?;
    let files = select(&Wanted {
        folder: context.folder(),
        files: &below(&project, context.folder()),
        artifacts: &project.artifacts,
        private,
    })?;
    let made = create(&files, project.name.as_str(), now(), archive)?;
    let contents = Contents { manifest: made.manifest, sha256: made.sha256, size: made.size };
    let next = context.command(&format!("backup drill {}", path_word(archive)));
    told("wrote", archive, &contents, Some(&next), context);
    if private {
        context.printer.warn(
            "the archive holds signed transactions: whoever has it can send them. Keep it as you keep keys",
        );
    }
    Ok(ExitCode::Ok)
}

/// The project's own files, relative to its folder.
fn below(project: &Project, folder: &Path) -> Vec<PathBuf> {
    let relative = |file: &PathBuf| file.strip_prefix(folder).unwrap_or(file).to_owned();
    project.files.iter().map(relative).collect()
}

fn told(what: &str, archive: &Path, contents: &Contents, next: Option<&str>, context: &Context<'_>) {
    let Contents { manifest, sha256, size } = contents;
    let shown = escape(&archive.display().to_string());
    let count = |kind| manifest.files.iter().filter(move |file| file.kind == kind);
    let kinds = [
        (Kind::Project, "project files"),
        (Kind::Network, "networks"),
        (Kind::Artifact, "artifacts"),
        (Kind::Plan, "plans"),
        (Kind::Record, "records"),
        (Kind::Journal, "journal, with its plans"),
        (Kind::Private, "signed transactions"),
    ];
    let rows = kinds.into_iter().filter(|(kind, _)| count(*kind).next().is_some()).map(|(kind, name)| {
        let bytes: u64 = count(kind).map(|file| file.size).sum();
        [name.to_owned(), count(kind).count().to_string(), grouped(bytes)]
    });
    let next = next.map(|next| format!("\n\nnext: {next}")).unwrap_or_default();
    context.printer.result(&format!(
        "{} {shown}\n\n{}\n\n{}{next}",
        context.printer.paint().tone(Tone::Good, what),
        table(["what", "#files", "#bytes"], rows),
        pairs([
            ["system".to_owned(), escape(&manifest.system)],
            ["made".into(), moment::both(manifest.created)],
            ["bytes".into(), grouped(*size)],
            ["sha256".into(), sha256.clone()],
        ]),
    ));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": what,
        "archive": shown,
        "sha256": sha256,
        "bytes": size,
        "manifest": manifest,
    }));
}

/// Restores into an empty place, goes on from there without sending anything, and writes down that it worked, or that it did not.
async fn drill(args: &DrillArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let started = Instant::now();
    let time = now();
    let (contents, trial) = try_out(&args.archive)?;
    let mut record = Drill {
        version: version::DRILL,
        time,
        archive: Drilled {
            name: args.archive.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            sha256: contents.sha256,
            created: contents.manifest.created,
            files: contents.manifest.files.len(),
        },
        network: None,
        chain_id: None,
        block: None,
        outcome: Outcome::Failed,
        verified: None,
        plan_id: None,
        would_send: 0,
        error: None,
        exit: ExitCode::Internal as u8,
        duration_ms: 0,
    };
    let came = practise(trial.folder(), context, &mut record).await;
    record.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (result, exit) = match came {
        Ok(came) => came,
        Err(fault) => {
            (record.error, record.exit) = (Some(fault.code()), fault.exit() as u8);
            // What stopped the drill is what is told, not that it could not be written down.
            let _ = write_down(&record, context);
            return Err(fault);
        }
    };
    write_down(&record, context)?;
    let came_to = match result.outcome {
        Outcome::Planned => format!("it would send {}", counted(record.would_send, "transaction")),
        Outcome::NothingToDo => "nothing is left to do, and the chain was verified".into(),
        _ => "it cannot go on".into(),
    };
    let (word, tone) = if exit == ExitCode::Ok { ("passed", Tone::Good) } else { ("failed", Tone::Bad) };
    context.printer.result(&format!(
        "{} the drill of {}: {} restored, run on {} (chain {}) at block {}: {came_to}\n\nwritten down in {DRILLS}",
        context.printer.paint().tone(tone, word),
        escape(&args.archive.display().to_string()),
        counted(record.archive.files, "file"),
        result.network,
        result.chain_id,
        record.block.unwrap_or_default(),
    ));
    context.printer.document(&record);
    if let Some(stopped) = result.stopped.filter(|_| exit != ExitCode::Ok && !context.printer.json()) {
        context.printer.stopped(&stopped.code.to_string(), &stopped.message, stopped.hint.as_deref());
    }
    Ok(exit)
}

/// The drill itself; the record is filled in as far as it comes.
async fn practise(
    folder: PathBuf,
    context: &Context<'_>,
    record: &mut Drill<Outcome>,
) -> Result<(RunResult, ExitCode), BoxFault> {
    let mut inside = context.args.rehearsing_in(folder);
    (inside.config, inside.plan) = (below_its_folder(context)?, None);
    let inner = Context::rehearsing(&inside, context.printer, context.stop.clone());
    let (block, result, verdict) = resume(&inner, context).await?;
    let exit = match (result.outcome, verdict) {
        (Outcome::Planned, _) | (Outcome::NothingToDo, Some(Verdict::Pass)) => ExitCode::Ok,
        (Outcome::NothingToDo, _) => ExitCode::GateFailed,
        _ => result.exit(),
    };
    record.network = Some(result.network.clone());
    (record.chain_id, record.plan_id, record.block) =
        (Some(result.chain_id), Some(result.plan_id), Some(block));
    (record.outcome, record.verified, record.exit) = (result.outcome, verdict, exit as u8);
    record.would_send = result.steps.iter().filter(|step| step.call.is_some()).count();
    record.error = result.stopped.as_ref().map(|stopped| stopped.code);
    Ok((result, exit))
}

/// The project's file by its name in the archive. What lies elsewhere is in no archive: it would be the outer project that is drilled,
/// as a plan's file would be written over that `--plan` names.
fn below_its_folder(context: &Context<'_>) -> Result<Option<PathBuf>, BoxFault> {
    let Some(config) = &context.args.config else { return Ok(None) };
    let relative = config.strip_prefix(context.folder()).unwrap_or(config);
    if relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Ok(Some(relative.to_owned()));
    }
    Err(CliFault::Usage {
        text: format!("`{}` is in no archive of this project", escape(&config.display().to_string())),
        hint: Some("pass --config relative to the project's folder, below it".into()),
    }
    .into())
}

/// What `payrox run` would do in the restored project. The chain is that of the project that is drilled: the embedded one lies
/// in its folder.
async fn resume(
    inner: &Context<'_>,
    outer: &Context<'_>,
) -> Result<(u64, RunResult, Option<Verdict>), BoxFault> {
    let workshop = Workshop::open(inner)?;
    let connection = outer.connect(&workshop.network)?;
    let chain = workshop.snapshot(&connection).await?;
    let plan: Plan = match workshop.plan(&connection, &chain).await? {
        PlanOutcome::Planned(plan) => {
            workshop.write(&plan)?;
            plan
        }
        PlanOutcome::NoChanges { addresses, epoch, plan_id } => {
            match workshop.active_plan(&connection, &chain, plan_id).await? {
                Some(plan) => plan,
                None => {
                    let network = &workshop.network;
                    let result = RunResult {
                        outcome: Outcome::Failed,
                        epoch,
                        root: chain.dispatcher.as_ref().map(|d| d.active.root).unwrap_or_default(),
                        stopped: Some(lost()),
                        ..RunResult::without_plan(&network.name, network.chain_id, addresses, plan_id)
                    };
                    return Ok((chain.block, result, None));
                }
            }
        }
    };
    let result = act(&workshop, &connection, &plan, &Act::Make(Selection::All)).await?;
    if result.outcome != Outcome::NothingToDo {
        return Ok((chain.block, result, None));
    }
    let seen = verify_at(&connection.endpoint, &plan, Scope::Everything, result.seen).await;
    Ok((chain.block, result, Some(seen.report.verdict())))
}

/// The archive does not have the active plan, and the chain's logs do not reach back to it.
fn lost() -> Stopped {
    Stopped {
        code: SILENT,
        exit: ExitCode::Endpoint,
        message: "the archive does not have the active plan, and the endpoint's logs do not reach back to it"
            .into(),
        hint: Some("make a new archive where journal/<chain-id>/plans is, or pass an archive node".into()),
        until: None,
    }
}

/// Adds a line to the project's drills: all of it or nothing.
fn write_down(drill: &Drill<Outcome>, context: &Context<'_>) -> Result<(), BoxFault> {
    let path = context.folder().join(DRILLS);
    let mut text = match read(&path, DRILLS_LIMIT) {
        Ok(text) => text,
        Err(FileError::Missing { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    // By way of a value, whose fields are sorted.
    let record = serde_json::to_value(drill).map_err(BackupError::Encode)?;
    text.extend_from_slice(record.to_string().as_bytes());
    text.push(b'\n');
    Ok(write_atomic(&path, &text)?)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
