//! A validation, for a terminal.

use crate::{
    context::Context,
    printer::{Paint, Tone},
    report,
    table::table,
};
use payrox_model::{
    Report, Severity, Verdict,
    text::{counted, escape},
};
use payrox_validate::{CheckReport, Validation, WaiverState};
use std::path::PathBuf;

/// The groups alone.
pub(super) fn checks_of_groups(context: &Context<'_>, report: &Report, titles: &[String]) -> String {
    let paint = context.printer.paint();
    let passed = report.checks.iter().filter(|c| c.verdict == Verdict::Pass).count();
    let tone = if report.verdict() == Verdict::Pass { Tone::Good } else { Tone::Bad };
    let total = format!("{passed} of {} checks passed", report.checks.len());
    format!("{}\n\n{}: {}", report::checks(report, paint), paint.tone(tone, &total), titles.join(", "))
}

/// Phases, what did not pass, what was found, and where the reports are.
pub(super) fn text(context: &Context<'_>, validation: &Validation, written: &[PathBuf]) -> String {
    let paint = context.printer.paint();
    let rows = validation.phases.iter().map(|phase| {
        let passed = phase.checks.iter().filter(|check| check.verdict == Verdict::Pass).count();
        let time = format!("{} ms", phase.took_ms);
        let time = if phase.cached { format!("{time}, then: as far as nothing changed") } else { time };
        let (word, tone) = verdict(phase.verdict);
        let checks = format!("{passed} of {}", phase.checks.len());
        [phase.phase.name().to_owned(), paint.tone(tone, word), checks, time]
    });
    let mut parts = vec![table(["phase", "verdict", "checks that pass", "time"], rows)];
    // One phase alone is looked at closely; of many, what passes is counted.
    let all = context.printer.verbose() || validation.phases.len() == 1;
    let listed: Vec<_> = validation.checks().filter(|check| all || check.verdict != Verdict::Pass).collect();
    if !listed.is_empty() {
        parts.push(table(["check", "verdict", "what was seen"], listed.into_iter().map(|c| row(c, paint))));
    }
    parts.extend(validation.findings().map(|finding| {
        let tone = match finding.severity {
            Severity::Error => Tone::Bad,
            Severity::Warning => Tone::Notice,
            Severity::Info => Tone::Faint,
        };
        let hint =
            finding.hint.as_ref().map(|hint| format!("\n  hint: {}", escape(hint))).unwrap_or_default();
        format!(
            "{} {}\n  {}{hint}",
            paint.tone(tone, &format!("finding[{}]:", finding.code)),
            escape(&finding.subject),
            escape(&finding.evidence)
        )
    }));
    parts.extend(waivers(validation));
    parts.extend(validation.accepted().map(|(finding, waiver)| {
        format!(
            "{} {}\n  {}\n  accepted by {} until {}: {}",
            paint.tone(Tone::Notice, &format!("accepted[{}]:", finding.code)),
            escape(&finding.subject),
            escape(&finding.evidence),
            escape(&waiver.owner),
            waiver.expires,
            escape(&waiver.reason)
        )
    }));
    let files: Vec<_> = written.iter().map(|path| escape(&path.display().to_string())).collect();
    parts.push(format!("reports: {}", files.join(", ")));
    parts.push(summary(validation, paint));
    parts.join("\n\n")
}

fn waivers(validation: &Validation) -> Option<String> {
    if validation.waivers.is_empty() {
        return None;
    }
    let rows = validation.waivers.iter().map(|waiver| {
        let state = match waiver.state {
            WaiverState::Counts => "counts",
            WaiverState::Expired => "expired",
            WaiverState::Unused => "nothing needs it",
            WaiverState::Refused => "nobody can accept this",
        };
        let about = format!("{} {}", waiver.code, waiver.subject);
        [about, state.to_owned(), waiver.expires.to_string(), format!("{}: {}", waiver.owner, waiver.reason)]
    });
    Some(table(["waiver", "state", "until", "who and why"], rows))
}

fn summary(validation: &Validation, paint: Paint) -> String {
    let (word, more, tone) = match validation.verdict {
        Verdict::Pass => ("passed", "", Tone::Good),
        Verdict::Unknown => ("not decided", ": what is unknown is no pass", Tone::Notice),
        Verdict::Fail => ("failed", "", Tone::Bad),
    };
    let checks = validation.checks().count();
    let passed = validation.checks().filter(|check| check.verdict == Verdict::Pass).count();
    let waived = validation.checks().flat_map(|check| &check.findings).filter(|f| f.waived).count();
    let waived = if waived > 0 { format!(", {waived} waived") } else { String::new() };
    let extent = validation.extent().map(|extent| format!(" ({extent})")).unwrap_or_default();
    format!(
        "{}{extent}{more}: {passed} of {checks} checks pass, {}, {}{waived}",
        paint.tone(tone, word),
        counted(validation.count(Severity::Error), "error"),
        counted(validation.count(Severity::Warning), "warning"),
    )
}

fn verdict(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Pass => ("pass", Tone::Good),
        Verdict::Unknown => ("unknown", Tone::Notice),
        Verdict::Fail => ("fail", Tone::Bad),
    }
}

fn row(check: &CheckReport, paint: Paint) -> [String; 3] {
    let (word, tone) = verdict(check.verdict);
    [escape(&check.name), paint.tone(tone, word), escape(&check.summary)]
}
