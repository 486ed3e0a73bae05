//! Phase `parity`: a route answers as its facet does, and as it did in the release before.

use super::ground::Ground;
use crate::{
    args::ParityArgs,
    commands::parity::{Compared, Scene, compare},
    context::Connection,
    planning::Workshop,
};
use payrox_model::{BoxFault, Check, Fault, Finding, Severity, Verdict, text::escape};

/// `runs` calls of each route. What cannot be compared is unknown.
pub(super) async fn check(ground: &Ground<'_>, runs: u32) -> Vec<Check> {
    let (Some(workshop), Some(connection)) = (&ground.workshop, &ground.connection) else {
        return vec![unknown("there is no plan, or no chain to look at", Vec::new())];
    };
    match compared(workshop, connection, runs).await {
        Ok(compared) => compared.checks,
        Err(fault) => vec![unknown("not compared", vec![told(fault.as_ref())])],
    }
}

fn unknown(summary: &str, findings: Vec<Finding>) -> Check {
    Check { name: "parity".into(), verdict: Verdict::Unknown, summary: summary.into(), findings }
}

fn told(fault: &dyn Fault) -> Finding {
    Finding {
        code: fault.code(),
        severity: Severity::Error,
        subject: escape(&fault.subject().unwrap_or_else(|| "the plan".into())),
        evidence: escape(&fault.to_string()),
        hint: fault.hint(),
    }
}

async fn compared(workshop: &Workshop<'_>, connection: &Connection, runs: u32) -> Result<Compared, BoxFault> {
    let args =
        ParityArgs { verb: None, fuzz_runs: runs.max(1).into(), seed: 1, route: Vec::new(), fresh: false };
    let scene = Scene::of(workshop, connection).await?;
    compare(&args, workshop.context, &scene)
}
