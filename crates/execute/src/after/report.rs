//! What the comparison came to, for the result.

use super::{error::Violation, logs::Seen};
use alloy_primitives::Address;
use payrox_model::{Check, Code, Finding, Report, Severity, Verdict};

/// Everything that was looked at.
#[derive(Debug)]
pub(super) struct Comparison {
    /// Addresses of the plan.
    pub(super) addresses: usize,
    /// Slots that are as they should be, by address.
    pub(super) compared: Vec<(Address, Result<usize, Vec<Violation>>)>,
    /// Or why the whole storage could not be seen.
    pub(super) complete: Result<(), String>,
    /// The first block whose logs were looked at.
    pub(super) since: Option<u64>,
    pub(super) seen: Option<Seen>,
    /// Or why there are no logs.
    pub(super) logs: Result<(), String>,
}

impl Comparison {
    fn violations(&self) -> impl Iterator<Item = &Violation> {
        let storage = self.compared.iter().filter_map(|(_, found)| found.as_ref().err()).flatten();
        storage.chain(self.seen.iter().flat_map(|seen| &seen.violations))
    }

    /// What the run stops with.
    pub(super) fn first(&self) -> Option<Violation> {
        self.violations().next().cloned()
    }

    pub(super) fn report(&self) -> Report {
        let mut checks = vec![self.storage()];
        if let Some(since) = self.since {
            checks.push(self.logs(since));
        }
        Report { checks }
    }

    fn storage(&self) -> Check {
        let violations: Vec<&Violation> =
            self.compared.iter().filter_map(|(_, found)| found.as_ref().err()).flatten().collect();
        let slots: usize = self.compared.iter().filter_map(|(_, found)| found.as_ref().ok()).sum();
        let of = format!("{slots} slots of {} addresses, code of {}", self.compared.len(), self.addresses);
        let mut findings: Vec<Finding> = violations.iter().map(|violation| violation.finding()).collect();
        let (verdict, summary) = match &self.complete {
            _ if !findings.is_empty() => (Verdict::Fail, "not what the dry run left".to_owned()),
            Ok(()) => (Verdict::Pass, format!("{of}, and no slot besides: as the dry run left them")),
            Err(why) => {
                findings.push(Finding {
                    code: Code("PRX-AFT-007"),
                    severity: Severity::Warning,
                    subject: "completeness of storage".into(),
                    evidence: format!("unknown: {why}"),
                    hint: (why != super::PARTIAL)
                        .then(|| "use an endpoint that has eth_getProof to be sure".into()),
                });
                (
                    Verdict::Unknown,
                    format!("{of}: as the dry run left them; whether there are more slots is unknown"),
                )
            }
        };
        Check { name: "storage".into(), verdict, summary, findings }
    }

    fn logs(&self, since: u64) -> Check {
        let name = "logs".to_owned();
        let Some(seen) = &self.seen else {
            let why = self.logs.as_ref().err().cloned().unwrap_or_default();
            let finding = Finding {
                code: Code("PRX-AFT-008"),
                severity: Severity::Warning,
                subject: "logs".into(),
                evidence: format!("unknown: {why}"),
                hint: Some("use an endpoint that has eth_getLogs to be sure".into()),
            };
            let summary = "not looked at".to_owned();
            return Check { name, verdict: Verdict::Unknown, summary, findings: vec![finding] };
        };
        let mut findings: Vec<Finding> = seen.violations.iter().map(Violation::finding).collect();
        let verdict = if findings.is_empty() { Verdict::Pass } else { Verdict::Fail };
        findings.extend(seen.by_others.iter().map(|(step, tx)| Finding {
            code: Code("PRX-AFT-009"),
            severity: Severity::Info,
            subject: step.clone(),
            evidence: format!("somebody else's transaction {tx} did it, as planned"),
            hint: None,
        }));
        let summary = match verdict {
            Verdict::Pass => format!("{} logs since block {since}, none of strangers", seen.equal),
            _ => "not what the dry run logged".to_owned(),
        };
        Check { name, verdict, summary, findings }
    }
}
