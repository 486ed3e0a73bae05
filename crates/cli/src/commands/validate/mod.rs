//! `payrox validate`.

mod cache;
mod fault;
mod ground;
mod meter;
mod parity;
mod phases;
mod powers;
mod shown;

use crate::{
    args::{Group, ValidateArgs},
    context::Context,
    fault::CliFault,
    report,
};
use cache::Cache;
use fault::ValidateFault;
use ground::Ground;
use jiff::{Timestamp, tz::TimeZone};
use meter::Meter;
use payrox_config::Day;
use payrox_files::{read_text, to_canonical_json, write_derived};
use payrox_model::{BoxFault, ExitCode, Report, Verdict, text::escape, version};
use payrox_plan::PlanError;
use payrox_probe::{UnitGroup, run_units};
use payrox_validate::{About, AboutPlan, GasSnapshot, Phase, Seen, UPDATE, Validation, render};
use phases::{Work, phases};
use serde_json::json;
use std::{collections::BTreeMap, path::PathBuf};

/// Largest snapshot of gas.
const LIMIT: u64 = 4 << 20;

pub(crate) async fn validate(args: &ValidateArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let groups = groups(&args.group);
    let asked = phases(args);
    if args.update_gas_snapshot && !asked.contains(&Phase::Gas) {
        let text = "--update-gas-snapshot measures in the phase `gas`, which was not asked for".to_owned();
        return Err(CliFault::Usage { text, hint: Some("add --phase gas".into()) }.into());
    }
    if asked == [Phase::Test] && !context.project_file().exists() {
        return Ok(units(&groups, context));
    }
    let mut ground = Ground::gather(context, asked == [Phase::Parity]).await?;
    let cache = Cache::new(context.folder().join(".payrox/validate"), !args.no_cache);
    let meter = Meter::new(context.printer, asked.len());
    let snapshot = context.inside(&ground.project.policy.gas_snapshot);
    let seen = Seen {
        today: Some(today()),
        update: context.command(UPDATE),
        gas_snapshot: if args.update_gas_snapshot { None } else { gas_snapshot(context, &snapshot)? },
        owner: ground.owner,
        powers: ground.powers.take(),
        blind: ground.blind.clone(),
        ..Seen::default()
    };
    let baseline = ground.baseline.take();
    let ground = ground;
    let mut work = Work {
        ground: &ground,
        args,
        groups: &groups,
        cache: &cache,
        meter: &meter,
        seen,
        baseline,
        told: false,
    };
    let mut runs = Vec::new();
    for phase in &asked {
        meter.begin(*phase, work.expected(*phase));
        if *phase == Phase::Gas && args.update_gas_snapshot {
            work.rehearse_once().await?;
            update(&mut work, &snapshot)?;
        }
        let run = work.phase(*phase).await?;
        meter.end(*phase, run.took_ms);
        runs.push(run);
    }
    let subject = work.subject();
    let about = about(args, &ground);
    let validation = Validation::new(about, &runs, &ground.project.policy.waivers, subject.as_ref());
    drop(meter);
    let written = write(context, &validation)?;
    let exit = match validation.verdict {
        Verdict::Pass => ExitCode::Ok,
        Verdict::Unknown | Verdict::Fail => ExitCode::GateFailed,
    };
    context.printer.result(&shown::text(context, &validation, &written));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": validation.verdict,
        "groups": titles(if asked.contains(&Phase::Test) { &groups } else { &[] }),
        "validation": validation,
        "reports": written.iter().map(|path| escape(&path.display().to_string())).collect::<Vec<_>>(),
        "exit": exit as u8,
    }));
    Ok(exit)
}

/// The unit groups alone: they need no project.
fn units(groups: &[UnitGroup], context: &Context<'_>) -> ExitCode {
    let report = Report { checks: run_units(groups) };
    let exit = report::exit(&report);
    context.printer.result(&shown::checks_of_groups(context, &report, &titles(groups)));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": report.verdict(),
        "phase": "test",
        "groups": titles(groups),
        "checks": report.checks,
        "exit": exit as u8,
    }));
    exit
}

fn titles(groups: &[UnitGroup]) -> Vec<String> {
    groups.iter().map(|group| format!("{group:?} {}", group.title())).collect()
}

fn groups(asked: &[Group]) -> Vec<UnitGroup> {
    let mut groups: Vec<UnitGroup> = asked
        .iter()
        .map(|group| match group {
            Group::A => UnitGroup::A,
            Group::B => UnitGroup::B,
            Group::C => UnitGroup::C,
            Group::D => UnitGroup::D,
        })
        .collect();
    if groups.is_empty() {
        groups = UnitGroup::ALL.to_vec();
    }
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// The day, in UTC.
pub(crate) fn today() -> Day {
    let now = Timestamp::now().to_zoned_datetime(TimeZone::UTC);
    let part = |n: i8| n.unsigned_abs();
    Day { year: now.year().unsigned_abs(), month: part(now.month()), day: part(now.day()) }
}

fn gas_snapshot(context: &Context<'_>, path: &std::path::Path) -> Result<Option<GasSnapshot>, BoxFault> {
    if !path.exists() {
        return Ok(None);
    }
    let shown = escape(&path.display().to_string());
    let read = GasSnapshot::read(&read_text(path, LIMIT)?);
    let again = context.command(UPDATE);
    Ok(Some(read.map_err(|source| ValidateFault::Snapshot { path: shown, source, again })?))
}

/// Writes the snapshot of what was measured, and takes it for the comparison. Where a route was not, the one that is there stays.
fn update(work: &mut Work<'_>, path: &std::path::Path) -> Result<(), BoxFault> {
    let context = work.ground.context;
    let (Some(plan), Some(seen)) = (&work.ground.plan, &work.seen.rehearsed) else {
        return Err(not_measured(context, path, "there is no plan, so that nothing was measured".into()));
    };
    let missing = payrox_validate::not_measured(plan, seen);
    if !missing.is_empty() {
        return Err(not_measured(context, path, missing));
    }
    let names: BTreeMap<_, _> =
        plan.routes.iter().map(|route| (route.selector, route.signature.clone())).collect();
    let snapshot = GasSnapshot::new(&names, &seen.routes);
    let text = to_canonical_json(&snapshot).map_err(PlanError::from)?;
    write_derived(path, text.as_bytes())?;
    work.meter.notice(&format!("wrote {}", escape(&path.display().to_string())));
    work.seen.gas_snapshot = Some(snapshot);
    Ok(())
}

fn about(args: &ValidateArgs, ground: &Ground<'_>) -> About {
    let mut verb = String::from("validate");
    for phase in &args.phase {
        let name = clap::ValueEnum::to_possible_value(phase);
        verb.push_str(&format!(" --phase {}", name.as_ref().map_or("full", |value| value.get_name())));
    }
    for group in &args.group {
        let name = clap::ValueEnum::to_possible_value(group);
        verb.push_str(&format!(" --group {}", name.as_ref().map_or("A", |value| value.get_name())));
    }
    verb.push_str(&format!(" --fuzz-runs {}", args.fuzz_runs));
    for (given, flag) in
        [(args.no_cache, " --no-cache"), (args.update_gas_snapshot, " --update-gas-snapshot")]
    {
        verb.push_str(if given { flag } else { "" });
    }
    if let Some(solc) = &args.solc {
        verb.push_str(&format!(" --solc {}", escape(&solc.display().to_string())));
    }
    let inside = |path: &std::path::Path| escape(&path.display().to_string());
    let file = ground.context.args.config.clone().unwrap_or_else(|| PathBuf::from("payrox.toml"));
    About {
        system: ground.project.name.value.clone(),
        network: ground.network.name.clone(),
        chain_id: ground.network.chain_id,
        plan: ground.plan.as_ref().map(|plan| AboutPlan {
            plan_id: plan.plan_id,
            root: plan.root,
            content_hash: plan.content_hash,
            epoch: plan.epoch,
            facets: plan.facets.len(),
            routes: plan.routes.len(),
        }),
        against: ground.against(),
        artifacts_hash: ground.artifacts().map(|set| set.hash()),
        judge: format!("payrox {}", env!("CARGO_PKG_VERSION")),
        date: Some(today()),
        command: ground.context.command(&verb),
        project_file: inside(&file),
        sources: ground
            .project
            .facets
            .iter()
            .map(|facet| (facet.name.clone(), escape(&facet.contract.source)))
            .collect(),
    }
}

fn not_measured(context: &Context<'_>, path: &std::path::Path, why: String) -> BoxFault {
    let again = context.command("validate --phase gas --phase deploy");
    ValidateFault::NotMeasured { path: escape(&path.display().to_string()), why, again }.into()
}

/// Writes every report; where they are.
fn write(context: &Context<'_>, validation: &Validation) -> Result<Vec<PathBuf>, BoxFault> {
    let reports = render(validation);
    let json = |value: &_| to_canonical_json(value).map_err(PlanError::from);
    let files = [
        ("validation-report.md", reports.markdown),
        ("validation-report.svg", reports.chart),
        ("validation-report.json", to_canonical_json(validation).map_err(PlanError::from)?),
        ("validation-report.junit.xml", reports.junit),
        ("validation-report.sarif", json(&reports.sarif)?),
    ];
    let mut written = Vec::new();
    for (name, text) in files {
        let path = context.inside(name.as_ref());
        write_derived(&path, text.as_bytes())?;
        written.push(path);
    }
    Ok(written)
}
