//! The outcome of a validation: what every report is rendered from.

use crate::{
    GasRow, Phase, RehearsedStep, Size, Subject, checks,
    tables::gas_rows,
    waivers::{WaiverReport, Waivers},
};
use alloy_primitives::B256;
use payrox_config::{Day, Waiver};
use payrox_model::{
    ChainId, Check, Epoch, Finding, Name, PlanId, Root, Severity, Verdict, text::escape, version,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// `validation-report.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Validation {
    /// [`version::VALIDATION`].
    pub version: u32,
    /// The worst of all.
    pub verdict: Verdict,
    /// What was judged.
    pub about: About,
    /// What ran, in order.
    pub phases: Vec<PhaseReport>,
    /// What did not run: nothing is known of what these look at.
    pub phases_not_run: Vec<Phase>,
    /// What is to be said of the waivers.
    pub exceptions: CheckReport,
    /// Each waiver of the project.
    pub waivers: Vec<WaiverReport>,
    /// What contracts take, in bytes; empty where there is no plan.
    pub sizes: Vec<Size>,
    /// What calls take; empty where nothing was measured.
    pub gas: Vec<GasRow>,
    /// What was rehearsed; empty where nothing was.
    pub rehearsal: Vec<RehearsedStep>,
}

/// What a validation is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The system.
    pub system: Name,
    /// The network.
    pub network: Name,
    /// Its chain.
    pub chain_id: ChainId,
    /// The plan; `None` where none can be made.
    pub plan: Option<AboutPlan>,
    /// What it was judged against, in words: `the chain at block 7`.
    pub against: String,
    /// SHA-256 over the artifacts; `None` where they cannot be read.
    pub artifacts_hash: Option<B256>,
    /// What judged, such as `payrox 0.1.0`.
    pub judge: String,
    /// The day, in UTC.
    pub date: Option<Day>,
    /// The command that does the same again.
    pub command: String,
    /// The project's file, below the folder of the reports.
    pub project_file: String,
    /// Source of each facet, below the folder of the reports.
    pub sources: BTreeMap<Name, String>,
}

/// The plan that was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AboutPlan {
    /// What a human approves.
    pub plan_id: PlanId,
    /// Merkle root of its routes.
    pub root: Root,
    /// SHA-256 of the plan's file.
    pub content_hash: B256,
    /// The epoch that it activates.
    pub epoch: Epoch,
    /// How many facets.
    pub facets: usize,
    /// How many routes.
    pub routes: usize,
}

/// A phase that ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhaseReport {
    /// Which.
    pub phase: Phase,
    /// The worst of its checks.
    pub verdict: Verdict,
    /// What of it ran, where that is not all: `group A alone`.
    pub part: Option<String>,
    /// Whether something of it was taken from an earlier run, because nothing that depends on has changed.
    pub cached: bool,
    /// How long it took, this time or then.
    pub took_ms: u64,
    /// What was looked at.
    pub checks: Vec<CheckReport>,
}

/// A check, after waivers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// Its name.
    pub name: String,
    /// Its outcome.
    pub verdict: Verdict,
    /// What was looked at.
    pub summary: String,
    /// What was found.
    pub findings: Vec<FindingReport>,
}

/// A finding, and whether a waiver covers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingReport {
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// Whether somebody accepted it for now.
    pub waived: bool,
}

/// What ran of one phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseRun {
    /// Which.
    pub phase: Phase,
    /// What of it ran, where that is not all.
    pub part: Option<String>,
    /// What it gave.
    pub checks: Vec<Check>,
    /// Whether something of it was taken from an earlier run.
    pub cached: bool,
    /// How long it took, this time or then.
    pub took_ms: u64,
}

impl Validation {
    /// Puts together what ran. `subject` is `None` where there is no plan to show tables of.
    pub fn new(about: About, runs: &[PhaseRun], waivers: &[Waiver], subject: Option<&Subject<'_>>) -> Self {
        let mut register = Waivers::new(waivers, about.date);
        let phases: Vec<_> = runs
            .iter()
            .map(|run| {
                let checks: Vec<_> = run.checks.iter().map(|check| register.apply(check)).collect();
                let verdict = worst(&checks);
                let (phase, part) = (run.phase, run.part.clone());
                PhaseReport { phase, verdict, part, cached: run.cached, took_ms: run.took_ms, checks }
            })
            .collect();
        let mut phases_not_run = Phase::ALL.to_vec();
        phases_not_run.retain(|phase| runs.iter().all(|run| run.phase != *phase));
        let everything = phases_not_run.is_empty() && runs.iter().all(|run| run.part.is_none());
        let (exceptions, waivers) = register.conclude(everything);
        let verdict = phases.iter().map(|phase| phase.verdict).max().unwrap_or(Verdict::Unknown);
        Self {
            version: version::VALIDATION,
            verdict: verdict.max(exceptions.verdict),
            about,
            phases,
            phases_not_run,
            exceptions,
            waivers,
            sizes: subject.map(checks::sizes).unwrap_or_default(),
            gas: subject.map(gas_rows).unwrap_or_default(),
            rehearsal: subject
                .and_then(|subject| subject.seen.rehearsed.as_ref())
                .map(|seen| seen.steps.clone())
                .unwrap_or_default(),
        }
    }

    /// How much ran, where that is not all: `1 of 14 phases, test in part`.
    pub fn extent(&self) -> Option<String> {
        let in_part: Vec<_> =
            self.phases.iter().filter(|p| p.part.is_some()).map(|p| p.phase.name()).collect();
        if self.phases_not_run.is_empty() && in_part.is_empty() {
            return None;
        }
        let all = Phase::ALL.len();
        let whole = format!("{} of {all} phases", all - self.phases_not_run.len());
        Some(if in_part.is_empty() { whole } else { format!("{whole}, {} in part", in_part.join(" and ")) })
    }

    /// Every check, that of the waivers last, where there are any.
    pub fn checks(&self) -> impl Iterator<Item = &CheckReport> {
        let exceptions = (!self.waivers.is_empty()).then_some(&self.exceptions);
        self.phases.iter().flat_map(|phase| &phase.checks).chain(exceptions)
    }

    /// Every finding that counts: those that somebody accepted are left out.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checks().flat_map(|check| &check.findings).filter(|f| !f.waived).map(|f| &f.finding)
    }

    /// Every finding that somebody accepted, with the waiver that covers it.
    pub fn accepted(&self) -> impl Iterator<Item = (&Finding, &WaiverReport)> {
        let waived = self.checks().flat_map(|check| &check.findings).filter(|f| f.waived).map(|f| &f.finding);
        waived.filter_map(|finding| {
            let covers =
                |w: &&WaiverReport| w.code == finding.code.0 && w.subject == escape(&finding.subject);
            Some((finding, self.waivers.iter().find(covers)?))
        })
    }

    /// How many findings of a severity count.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings().filter(|finding| finding.severity == severity).count()
    }
}

fn worst(checks: &[CheckReport]) -> Verdict {
    checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Unknown)
}
