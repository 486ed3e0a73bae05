//! The report for people: what was checked, against what, and what it means.

use super::word;
use crate::{Part, Validation, WaiverState};
use payrox_model::{Severity, Verdict, limits, text::escape, text::grouped};
use std::fmt::Write as _;

/// Characters of a bar.
const BAR: u64 = 20;

pub(super) fn render(validation: &Validation) -> String {
    let mut out = String::new();
    head(&mut out, validation);
    phases(&mut out, validation);
    findings(&mut out, validation);
    waivers(&mut out, validation);
    checks(&mut out, validation);
    sizes(&mut out, validation);
    gas(&mut out, validation);
    rehearsal(&mut out, validation);
    reading(&mut out, validation);
    out
}

/// A paragraph and what follows it. Writing to a String cannot fail.
fn line(out: &mut String, text: &str) {
    let _ = writeln!(out, "{text}");
}

fn head(out: &mut String, validation: &Validation) {
    let about = &validation.about;
    let verdict = match validation.verdict {
        Verdict::Pass => "passed",
        Verdict::Unknown => "not decided",
        Verdict::Fail => "failed",
    };
    line(
        out,
        &format!(
            "# Validation of {} for {}: {verdict}{}\n",
            md(about.system.as_str()),
            md(about.network.as_str()),
            validation.extent().map(|extent| format!(" ({extent})")).unwrap_or_default()
        ),
    );
    line(
        out,
        match validation.verdict {
            Verdict::Pass => "Every check that ran passed.",
            Verdict::Unknown => {
                "Nothing was found to be wrong, but some checks could not be decided. What is unknown is no pass: see *Checks* for why."
            }
            Verdict::Fail => "Something is wrong: see *Findings*. Nothing should be signed or sent.",
        },
    );
    let missing: Vec<_> = validation.phases_not_run.iter().map(|phase| phase.name()).collect();
    if !missing.is_empty() {
        let names = missing.join(", ");
        line(
            out,
            &format!("\n**Not all of the gates ran.** Nothing is known of what these look at: {names}."),
        );
    }
    line(out, "");
    line(
        out,
        "The system is one address, the *router*, behind which several contracts, the *facets*, answer. A *plan* says which function goes to which facet (a *route*), and every step that puts it on the chain. This report is about one plan, before anything of it was sent.\n",
    );
    line(out, "| | |\n|---|---|");
    let mut row = |name: &str, value: String| line(out, &format!("| {name} | {value} |"));
    row("system", md(about.system.as_str()));
    row("network", format!("{}, chain {}", md(about.network.as_str()), about.chain_id));
    row("judged against", md(&about.against));
    match &about.plan {
        Some(plan) => {
            row("plan", format!("epoch {}, {} facets, {} routes", plan.epoch, plan.facets, plan.routes));
            row("plan id, which signers approve", format!("`{}`", plan.plan_id));
            row("root of the routes", format!("`{}`", plan.root));
            row("SHA-256 of the plan's file", format!("`{}`", plan.content_hash));
        }
        None => row("plan", "none can be made".into()),
    }
    if let Some(hash) = about.artifacts_hash {
        row("SHA-256 over the artifacts", format!("`{hash}`"));
    }
    row("judged by", md(&about.judge));
    if let Some(date) = about.date {
        row("on", date.to_string());
    }
    line(out, "");
}

fn phases(out: &mut String, validation: &Validation) {
    line(out, "## Result\n\n| phase | result | what it looks at | checks | time |\n|---|---|---|--:|--:|");
    for phase in &validation.phases {
        let time = format!("{} ms{}", grouped(phase.took_ms), if phase.cached { ", then" } else { "" });
        let (result, name) = (strong(phase.verdict), phase.phase.name());
        let title = phase.part.as_deref().map_or_else(|| phase.phase.title().to_owned(), md);
        line(out, &format!("| {name} | {result} | {title} | {} | {time} |", phase.checks.len()));
    }
    if validation.phases.iter().any(|phase| phase.cached) {
        line(
            out,
            "\n*then*: something of this phase was taken from an earlier run, because nothing that it depends on has changed since.",
        );
    }
    line(out, "");
}

fn findings(out: &mut String, validation: &Validation) {
    line(out, "## Findings\n");
    let mut all: Vec<_> = validation.findings().collect();
    if all.is_empty() {
        line(out, "None.\n");
        return;
    }
    all.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    line(out, "| | code | about | what was seen | what to do |\n|---|---|---|---|---|");
    for finding in all {
        let severity = severity(finding.severity);
        let hint = finding.hint.as_deref().map(md).unwrap_or_default();
        let (subject, evidence) = (md(&finding.subject), md(&finding.evidence));
        line(out, &format!("| {severity} | {} | {subject} | {evidence} | {hint} |", finding.code));
    }
    line(
        out,
        "\nAn error stops a release, a warning does not. `payrox explain CODE` says more about each.\n",
    );
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "**error**",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn waivers(out: &mut String, validation: &Validation) {
    line(out, "## Exceptions\n");
    if validation.waivers.is_empty() {
        line(out, "The project makes none.\n");
        return;
    }
    line(out, "Findings that somebody accepted, in `[[waivers]]` of the project's file.\n");
    line(out, "| code | about | accepted by | because | until | |\n|---|---|---|---|---|---|");
    for waiver in &validation.waivers {
        let state = match waiver.state {
            WaiverState::Counts => "counts",
            WaiverState::Expired => "**expired**",
            WaiverState::Unused => "nothing needs it",
            WaiverState::Refused => "**nobody can accept this**",
        };
        let (subject, owner, reason) = (md(&waiver.subject), md(&waiver.owner), md(&waiver.reason));
        line(
            out,
            &format!("| {} | {subject} | {owner} | {reason} | {} | {state} |", waiver.code, waiver.expires),
        );
    }
    line(out, "");
    if validation.accepted().next().is_some() {
        line(out, "What was found all the same, and is accepted:\n");
        line(out, "| | code | about | what was seen | accepted by |\n|---|---|---|---|---|");
    }
    for (finding, waiver) in validation.accepted() {
        let (subject, evidence) = (md(&finding.subject), md(&finding.evidence));
        let (severity, owner) = (severity(finding.severity), md(&waiver.owner));
        line(out, &format!("| {severity} | {} | {subject} | {evidence} | {owner} |", finding.code));
    }
    if validation.accepted().next().is_some() {
        line(out, "");
    }
}

fn checks(out: &mut String, validation: &Validation) {
    line(out, "## Checks\n\n| check | result | what was looked at |\n|---|---|---|");
    for check in validation.checks() {
        let waived = check.findings.iter().filter(|f| f.waived).count();
        let waived = if waived > 0 { format!(" ({waived} waived)") } else { String::new() };
        let (name, summary) = (md(&check.name), md(&check.summary));
        line(out, &format!("| {name} | {}{waived} | {summary} |", strong(check.verdict)));
    }
    line(out, "");
}

fn sizes(out: &mut String, validation: &Validation) {
    if validation.sizes.is_empty() {
        return;
    }
    line(out, "## Code\n\n![code and gas, as a chart](validation-report.svg)\n");
    let (runtime, init) = (grouped(limits::RUNTIME_CODE as u64), grouped(limits::INIT_CODE as u64));
    line(
        out,
        &format!(
            "A contract may have {runtime} bytes of code (EIP-170) and {init} bytes of init code (EIP-3860); a transaction may take {} gas (EIP-7825).\n",
            grouped(limits::TX_GAS)
        ),
    );
    line(
        out,
        "| contract | bytes of code | bytes of init code | used of the nearer limit | |\n|---|--:|--:|---|--:|",
    );
    let mut sizes: Vec<_> = validation.sizes.iter().collect();
    sizes.sort_by_key(|size| size.headroom());
    for size in sizes {
        let used = size.headroom().map_or(100, |free| 100 - free);
        let runtime = size.runtime.map(grouped).unwrap_or_default();
        let (name, init) = (md(&size.contract), grouped(size.init_code));
        line(out, &format!("| {name} | {runtime} | {init} | {} | {used} % |", bar(used, 100)));
    }
    line(out, "");
}

fn gas(out: &mut String, validation: &Validation) {
    if validation.gas.is_empty() {
        return;
    }
    line(
        out,
        "## Gas of calls\n\nOne call of each route on the embedded chain, with arguments of zeros or ones, by the owner: beyond the 21,000 gas and the calldata that any transaction costs. A call that refuses its arguments is measured up to its refusal.\n",
    );
    line(out, "| function | gas | | snapshot | change | call |\n|---|--:|---|--:|--:|---|");
    let most = validation.gas.iter().map(|row| row.gas.0).max().unwrap_or(1);
    for row in &validation.gas {
        let before = row.snapshot.map(|gas| grouped(gas.0)).unwrap_or_default();
        let change = row.snapshot.map(|gas| percent(gas.0, row.gas.0)).unwrap_or_default();
        let ended = if row.returns { "returns" } else { "refuses" };
        let name = md(&format!("{}.{}", row.facet, row.function));
        let (gas, bar) = (grouped(row.gas.0), bar(row.gas.0, most));
        line(out, &format!("| {name} | {gas} | {bar} | {before} | {change} | {ended} |"));
    }
    line(out, "");
}

/// `+12.5 %`, `0 %`.
fn percent(before: u64, now: u64) -> String {
    if before == now || before == 0 {
        return "0 %".into();
    }
    let (sign, difference) = if now > before { ("+", now - before) } else { ("-", before - now) };
    let tenths = u128::from(difference) * 1_000 / u128::from(before);
    format!("{sign}{}.{} %", tenths / 10, tenths % 10)
}

fn rehearsal(out: &mut String, validation: &Validation) {
    if validation.rehearsal.is_empty() {
        return;
    }
    line(
        out,
        "## Rehearsal\n\nThe plan, what stops a system, and the way back, each with the real contracts on an embedded chain.\n",
    );
    line(out, "| step | part | gas | of a transaction's limit | |\n|---|---|--:|---|---|");
    for step in &validation.rehearsal {
        let part = match step.part {
            Part::Plan => "the plan",
            Part::Exercise => "stop and start",
            Part::WayBack => "the way back",
        };
        let gas = step.gas.map(|gas| grouped(gas.0)).unwrap_or_default();
        let bar = step.gas.map(|gas| bar(gas.0, limits::TX_GAS)).unwrap_or_default();
        let ended = step
            .failure
            .as_deref()
            .map_or_else(|| "as it should be".to_owned(), |why| format!("**{}**", md(why)));
        line(out, &format!("| {} | {part} | {gas} | {bar} | {ended} |", md(&step.name)));
    }
    line(out, "");
}

fn reading(out: &mut String, validation: &Validation) {
    line(out, "## How to read this\n");
    line(
        out,
        "- **pass**: looked at, and as it should be. **fail**: looked at, and not. **unknown**: could not be looked at; the check says why. Unknown is never a pass.",
    );
    line(
        out,
        "- Every check looks at the project's files, the compiled contracts and, where one is reached, the chain. Nothing is taken from an earlier report.",
    );
    if validation.phases.iter().any(|phase| phase.cached) {
        line(
            out,
            "- Phases marked *then* were not done anew as a whole: what took long was kept by a hash of what it depends on. `--no-cache` does everything anew.",
        );
    }
    line(
        out,
        "- The same as data: `validation-report.json`; for continuous integration `validation-report.junit.xml`; for code scanning `validation-report.sarif`.",
    );
    line(out, &format!("- To do the same again: {}", code(&validation.about.command)));
}

fn strong(verdict: Verdict) -> String {
    if verdict == Verdict::Pass { word(verdict).to_owned() } else { format!("**{}**", word(verdict)) }
}

fn bar(part: u64, whole: u64) -> String {
    let full = (u128::from(part.min(whole)) * u128::from(BAR)).div_ceil(u128::from(whole.max(1)));
    let full = usize::try_from(full).unwrap_or_default();
    format!("{}{}", "█".repeat(full), "░".repeat(BAR as usize - full))
}

/// A command between backticks: what could end them is left out.
fn code(text: &str) -> String {
    format!("`{}`", escape(text).replace('`', "'"))
}

/// Text that is shown as it is, in a cell of a table too.
fn md(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    // A bare address would become a link.
    out.replace("://", "&#58;//").replace("www.", "www&#46;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_b47_text_from_outside_is_neither_markup_nor_a_link() {
        let text = md("a|b`c`<img src=x onerror=y> [x](https://e.org) *b* _i_ \u{1b}[2J");
        let plain = ["\\|", "\\`", "\\*", "\\]", "\\["]
            .iter()
            .fold(text.clone(), |t, escaped| t.replace(escaped, ""));
        for part in ["|", "`", "<", "]", "[", "://", "*"] {
            assert!(!plain.contains(part), "{part}: {text}");
        }
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(bar(0, 100).matches('█').count(), 0);
        assert_eq!(bar(1, 100).matches('█').count(), 1);
        assert_eq!(bar(50, 100).matches('█').count(), 10);
        assert_eq!(bar(200, 100).matches('█').count(), 20);
        assert_eq!(percent(1_000, 1_120), "+12.0 %");
        assert_eq!(percent(1_000, 875), "-12.5 %");
    }
}
