//! The project's own files.

use super::told;
use crate::context::Context;
use alloy_primitives::Address;
use payrox_artifacts::{ArtifactSet, Source};
use payrox_config::{Network, Project};
use payrox_files::FileError;
use payrox_journal::{History, Identity, Unfinished};
use payrox_model::{
    BoxFault, Check, Code, Fault, Finding, Severity, Verdict,
    text::{counted, escape},
};
use payrox_plan::{Plan, ReadError};
use std::path::Path;

const NO_DISK: Code = Code("PRX-DOC-014");
const UNFINISHED: Code = Code("PRX-DOC-015");

/// Project, artifacts, journal, disk.
pub(super) fn checks(
    context: &Context<'_>,
    network: &Network,
    project: Result<&Project, &BoxFault>,
) -> Vec<Check> {
    let mut checks = Vec::new();
    match project {
        Ok(project) => {
            let files: Vec<_> = project.files.iter().map(|f| escape(&f.display().to_string())).collect();
            let facets = counted(project.facets.len(), "facet");
            checks.push(check(
                "project",
                Verdict::Pass,
                format!("{}: {facets}", files.join(", ")),
                Vec::new(),
            ));
            checks.push(artifacts(context, project));
        }
        Err(fault) => {
            // Without a project there is still a network to look at.
            let verdict = if context.project_file().exists() { Verdict::Fail } else { Verdict::Unknown };
            checks.push(check("project", verdict, "not read", vec![told(fault.as_ref())]));
        }
    }
    checks.push(journal(context, network));
    checks.push(disk(context.folder()));
    checks
}

fn check(name: &str, verdict: Verdict, summary: impl Into<String>, findings: Vec<Finding>) -> Check {
    Check { name: name.into(), verdict, summary: summary.into(), findings }
}

fn artifacts(context: &Context<'_>, project: &Project) -> Check {
    let mut wanted: Vec<_> = project.facets.iter().map(|f| f.contract.to_string()).collect();
    wanted.extend(project.init.iter().map(|i| i.contract.to_string()));
    match ArtifactSet::read(&Source::at(&context.folder().join(&*project.artifacts)), &wanted) {
        Ok(set) => {
            let counted = counted(set.contracts().len(), "contract");
            check(
                "artifacts",
                Verdict::Pass,
                format!("{counted} in {}", escape(&project.artifacts.display().to_string())),
                Vec::new(),
            )
        }
        Err(error) => check("artifacts", Verdict::Fail, "not read", vec![told(&error)]),
    }
}

/// What the journal of this chain says, where there is a plan that names its system.
fn journal(context: &Context<'_>, network: &Network) -> Check {
    let plan = match Plan::read(&context.plan_file()) {
        Ok(plan) if plan.chain_id == network.chain_id => plan,
        Ok(plan) => {
            return check(
                "journal",
                Verdict::Pass,
                format!("the last plan is for chain {}: nothing is begun here", plan.chain_id),
                Vec::new(),
            );
        }
        Err(ReadError::File(FileError::Missing { .. })) => {
            return check("journal", Verdict::Pass, "there is no plan yet: nothing is begun", Vec::new());
        }
        Err(error) => return check("journal", Verdict::Fail, "the plan is not read", vec![told(&error)]),
    };
    let system: Address = plan.addresses.dispatcher;
    match History::read(context.folder(), Identity { chain_id: network.chain_id, system }) {
        Err(error) => check("journal", Verdict::Fail, "not read", vec![told(&error)]),
        Ok(history) => {
            let open = history.open_intents().len();
            // A plan for a later epoch was made when the chain was past that of such a run: it is over.
            let foreign = |run: &Unfinished| run.plan != plan.content_hash && run.epoch >= plan.epoch;
            let foreign = history.unfinished().into_iter().find(foreign);
            let lines: usize = history.files.values().map(Vec::len).sum();
            let said = match open {
                0 => format!("{} whole", counted(lines, "line")),
                open => format!(
                    "{}, {} without a known end: the next run looks for them",
                    counted(lines, "line"),
                    counted(open, "transaction")
                ),
            };
            match foreign {
                None => check("journal", Verdict::Pass, said, Vec::new()),
                Some(run) => {
                    let found = Finding {
                        code: UNFINISHED,
                        severity: Severity::Error,
                        subject: escape(&run.path.display().to_string()),
                        evidence: format!("it ends within a run of plan {}", run.plan_id),
                        hint: Some("finish it: `payrox run` with the --config of that run; `payrox status` shows where it is".into()),
                    };
                    check("journal", Verdict::Fail, said, vec![found])
                }
            }
        }
    }
}

/// That a file can be made, reaches the disk, and can be taken away again.
fn disk(folder: &Path) -> Check {
    let shown = escape(&folder.display().to_string());
    match payrox_files::probe_writable(folder) {
        Ok(()) => check("disk", Verdict::Pass, format!("{shown} can be written"), Vec::new()),
        Err(error) => {
            let found = Finding {
                code: NO_DISK,
                severity: Severity::Error,
                subject: shown,
                evidence: std::error::Error::source(&error)
                    .map_or(error.to_string(), |source| format!("{error}: {source}")),
                hint: error.hint(),
            };
            check("disk", Verdict::Fail, "cannot be written", vec![found])
        }
    }
}
