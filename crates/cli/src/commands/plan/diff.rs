//! `payrox plan diff [PLAN]`.

use crate::{
    args::DiffArgs,
    context::Context,
    planning::Workshop,
    printer::{Paint, Tone},
};
use payrox_model::{BoxFault, ExitCode, text::escape, version};
use payrox_plan::{Change, Plan, PlanError, PlanOutcome};
use serde_json::json;

/// What the project would change: against the chain, or against a plan. Nothing is written.
pub(crate) async fn diff(args: &DiffArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let other = args.against.as_deref().map(Plan::read).transpose()?;
    let workshop = Workshop::open(context)?;
    let connection = context.connect(&workshop.network)?;
    let chain = workshop.snapshot(&connection).await?;
    let plan = match workshop.plan(&connection, &chain).await? {
        PlanOutcome::Planned(plan) => Some(plan),
        PlanOutcome::NoChanges { plan_id, .. } if other.is_some() => {
            workshop.active_plan(&connection, &chain, plan_id).await?
        }
        PlanOutcome::NoChanges { .. } => None,
    };
    let (found, against) = match (&plan, &other, &args.against) {
        (Some(plan), Some(other), Some(file)) => {
            let (old, new) =
                (other.table().map_err(PlanError::from)?, plan.table().map_err(PlanError::from)?);
            (payrox_plan::diff(&old, &new), escape(&file.display().to_string()))
        }
        // The plan's own changes are those against the chain.
        (Some(plan), ..) => (plan.changes.clone(), "the chain".to_owned()),
        (None, ..) => (Vec::new(), "the chain".to_owned()),
    };
    let text = if found.is_empty() { String::new() } else { changes(&found, context.printer.paint()) };
    context.printer.result(&format!("against {against}: {}\n{text}", super::counts(&found)));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "planId": plan.as_ref().map(|p| p.plan_id),
        "against": against,
        "changes": found,
    }));
    Ok(ExitCode::Ok)
}

/// One line a change: removals first, in the order given.
pub(crate) fn changes(changes: &[Change], paint: Paint) -> String {
    let lines = changes.iter().map(|change| {
        let (tone, text) = match change {
            Change::Removed { function, facet, .. } => (Tone::Bad, format!("- {facet}.{function}")),
            Change::Replaced { function, from, to, old, new, .. } => {
                let moved = if from == to { from.clone() } else { format!("{from} → {to}") };
                let flags = if old == new { String::new() } else { format!(", flags {old} → {new}") };
                (Tone::Notice, format!("~ {moved}.{function}: other code{flags}"))
            }
            Change::Flags { function, facet, old, new, .. } => {
                (Tone::Notice, format!("~ {facet}.{function}: flags {old} → {new}"))
            }
            Change::Added { function, facet, flags, .. } => {
                (Tone::Good, format!("+ {facet}.{function} {flags}"))
            }
        };
        paint.tone(tone, &escape(&text))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use payrox_model::{RouteFlags, Selector};

    #[test]
    fn prx_d04_a_change_is_one_line_by_function_name_and_escaped() {
        let function = "pay(uint256)".to_owned();
        let all = [
            Change::Removed {
                selector: Selector([1; 4]),
                function: "a\n()".into(),
                facet: "F".into(),
                flags: RouteFlags::LOCK,
            },
            Change::Replaced {
                selector: Selector([2; 4]),
                function: function.clone(),
                from: "Payments".into(),
                to: "Payments".into(),
                old: RouteFlags::LOCK,
                new: RouteFlags::LOCK,
            },
            Change::Added {
                selector: Selector([3; 4]),
                function,
                facet: "Payments".into(),
                flags: RouteFlags::COLD,
            },
        ];
        assert_eq!(
            changes(&all, Paint::PLAIN),
            "- F.a\\u{a}()\n~ Payments.pay(uint256): other code\n+ Payments.pay(uint256) COLD"
        );
    }
}
