//! Checks and findings, for people.

use crate::{
    printer::{Paint, Tone},
    table::table,
};
use payrox_model::{Check, ExitCode, Fault as _, Report, Severity, Verdict, text::escape};
use payrox_probe::Verification;

/// One line a check, and below each what speaks against it.
pub(crate) fn checks(report: &Report, paint: Paint) -> String {
    let mut text = table(["check", "verdict", "what was seen"], report.checks.iter().map(|c| row(c, paint)));
    for finding in report.findings() {
        text.push_str(&format!(
            "\n\n{} {}\n  {}",
            paint.tone(tone(finding.severity), &format!("finding[{}]:", finding.code)),
            escape(&finding.subject),
            escape(&finding.evidence)
        ));
        if let Some(hint) = &finding.hint {
            text.push_str(&format!("\n  hint: {}", escape(hint)));
        }
    }
    text
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Info => Tone::Faint,
        Severity::Warning => Tone::Notice,
        Severity::Error => Tone::Bad,
    }
}

fn row(check: &Check, paint: Paint) -> [String; 3] {
    let (word, tone) = match check.verdict {
        Verdict::Pass => ("pass", Tone::Good),
        Verdict::Unknown => ("unknown", Tone::Notice),
        Verdict::Fail => ("fail", Tone::Bad),
    };
    [escape(&check.name), paint.tone(tone, word), escape(&check.summary)]
}

/// The status of a command whose result is a report: unknown is never a pass.
pub(crate) fn exit(report: &Report) -> ExitCode {
    match report.verdict() {
        Verdict::Pass => ExitCode::Ok,
        Verdict::Unknown | Verdict::Fail => ExitCode::GateFailed,
    }
}

/// The same of a verification. A failed check is worse than an endpoint that did not answer all of them.
pub(crate) fn proof(seen: &Verification) -> ExitCode {
    match (&seen.trouble, seen.report.verdict()) {
        (Some(trouble), Verdict::Unknown) => trouble.exit(),
        _ => exit(&seen.report),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payrox_model::{Code, Finding};

    #[test]
    fn a_finding_is_shown_with_code_subject_evidence_and_hint_escaped() {
        let finding = Finding {
            code: Code("PRX-PRB-009"),
            severity: Severity::Error,
            subject: "Payments.pay(address,uint256)\u{1b}[2J".into(),
            evidence: "slot differs".into(),
            hint: Some("repair".into()),
        };
        let check = Check {
            name: "slots".into(),
            verdict: Verdict::Fail,
            summary: "70 of 71".into(),
            findings: vec![finding],
        };
        let report = Report { checks: vec![check] };
        let text = checks(&report, Paint::PLAIN);
        for part in
            ["PRX-PRB-009", "Payments.pay(address,uint256)\\u{1b}[2J", "slot differs", "hint: repair", "fail"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(exit(&report), ExitCode::GateFailed);
        assert_eq!(exit(&Report::default()), ExitCode::GateFailed);
    }
}
