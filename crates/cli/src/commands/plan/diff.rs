//! `payrox plan diff [PLAN]`.

use super::read_plan;
use crate::{
    args::DiffArgs,
    context::Context,
    printer::{Paint, Tone},
};
use payrox_chain::{SnapshotQuery, snapshot};
use payrox_model::{BoxFault, ExitCode, text::escape, version};
use payrox_plan::{Change, Names, Plan, PlanError};
use serde_json::json;

pub(crate) async fn diff(args: &DiffArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let plan = read_plan(context)?;
    let (changes_found, against) = match &args.against {
        Some(file) => {
            let other = Plan::read(file)?;
            let (old, new) =
                (other.table().map_err(PlanError::from)?, plan.table().map_err(PlanError::from)?);
            (payrox_plan::diff(&old, &new), escape(&file.display().to_string()))
        }
        None => (against_chain(&plan, context).await?, "the chain".to_owned()),
    };
    let text = if changes_found.is_empty() {
        "no changes".into()
    } else {
        changes(&changes_found, context.printer.paint())
    };
    context.printer.result(&format!("against {against}: {}\n{text}", super::counts(&changes_found)));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "planId": plan.plan_id,
        "against": against,
        "changes": changes_found,
    }));
    Ok(ExitCode::Ok)
}

async fn against_chain(plan: &Plan, context: &Context<'_>) -> Result<Vec<Change>, BoxFault> {
    let network = context.network()?;
    let connection = context.connect(&network)?;
    connection.endpoint.expect_chain(plan.chain_id).await?;
    let (dispatcher, router) = (plan.addresses.dispatcher, plan.addresses.router);
    let chain =
        snapshot(&connection.endpoint, &SnapshotQuery { addresses: Vec::new(), dispatcher, router }).await?;
    let active = chain.router.map(|r| r.manifest).unwrap_or_default();
    // The plan's own changes name what it removes.
    let mut names = Names::default();
    for change in &plan.changes {
        if let Change::Removed { selector, function, .. } = change {
            names.function(*selector, function);
        }
    }
    Ok(plan.diff_against_chain(&active, &names).map_err(PlanError::from)?)
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
