//! `payrox validate --phase test`.

use crate::{
    args::{Group, Phase, ValidateArgs},
    context::Context,
    printer::Tone,
    report,
};
use payrox_model::{BoxFault, ExitCode, Report, Verdict, version};
use payrox_probe::{UnitGroup, run_units};
use serde_json::json;

pub(crate) fn validate(args: &ValidateArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let Phase::Test = args.phase;
    let mut groups: Vec<UnitGroup> = args.group.iter().map(|g| group(*g)).collect();
    if groups.is_empty() {
        groups = UnitGroup::ALL.to_vec();
    }
    groups.sort_unstable();
    groups.dedup();
    let report = Report { checks: run_units(&groups) };
    let exit = report::exit(&report);
    let printer = context.printer;
    let titles: Vec<_> = groups.iter().map(|g| format!("{g:?} {}", g.title())).collect();
    let passed = report.checks.iter().filter(|c| c.verdict == Verdict::Pass).count();
    let tone = if exit == ExitCode::Ok { Tone::Good } else { Tone::Bad };
    let total = format!("{passed} of {} checks passed", report.checks.len());
    printer.result(&format!(
        "{}\n\n{}: {}",
        report::checks(&report, printer.paint()),
        printer.paint().tone(tone, &total),
        titles.join(", ")
    ));
    printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": report.verdict(),
        "phase": "test",
        "groups": titles,
        "checks": report.checks,
        "exit": exit as u8,
    }));
    Ok(exit)
}

fn group(group: Group) -> UnitGroup {
    match group {
        Group::A => UnitGroup::A,
        Group::B => UnitGroup::B,
        Group::C => UnitGroup::C,
        Group::D => UnitGroup::D,
    }
}
