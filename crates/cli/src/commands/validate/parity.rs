//! Phase `parity`: a route answers as its facet does, and as it did in the release before.

use super::ground::Ground;
use crate::{
    args::ParityArgs,
    commands::parity::{Compared, Scene, compare},
    context::Connection,
    planning::Workshop,
};
use payrox_model::{BoxFault, Check, Finding, Verdict};

/// `runs` calls of each route. What cannot be compared is unknown.
pub(super) async fn check(ground: &Ground<'_>, runs: u32) -> Vec<Check> {
    let (Some(workshop), Some(connection)) = (&ground.workshop, &ground.connection) else {
        return vec![unknown("there is no plan, or no chain to look at", Vec::new())];
    };
    match compared(workshop, connection, runs).await {
        Ok(compared) => compared.checks,
        Err(fault) => vec![unknown("not compared", vec![Finding::of(fault.as_ref(), "the plan")])],
    }
}

fn unknown(summary: &str, findings: Vec<Finding>) -> Check {
    Check { name: "parity".into(), verdict: Verdict::Unknown, summary: summary.into(), findings }
}

async fn compared(workshop: &Workshop<'_>, connection: &Connection, runs: u32) -> Result<Compared, BoxFault> {
    let args = ParityArgs {
        verb: None,
        fuzz_runs: runs.into(),
        seed: 1,
        route: Vec::new(),
        fresh: false,
        fork_block: None,
    };
    let scene = Scene::of(workshop, connection, None).await?;
    compare(&args, workshop.context, &scene)
}
