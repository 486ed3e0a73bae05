//! `payrox plan show [--inverse]`.

use super::{read_plan, summary};
use crate::{args::ShowArgs, context::Context, diamond::caveats, printer::Tone, table::table};
use alloy_primitives::Address;
use payrox_model::{BoxFault, ExitCode, text::grouped, version};
use payrox_plan::{Inverse, Mutability, Plan, PlannedRoute, Sender};
use serde_json::json;

pub(crate) fn show(args: &ShowArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let plan = read_plan(context)?;
    if args.inverse {
        context.printer.result(&inverse(&plan));
        context.printer.document(&json!({
            "version": version::OUTPUT,
            "planId": plan.plan_id,
            "chainId": plan.chain_id,
            "inverse": plan.inverse,
            "from": plan.inverse.calls().iter().map(|c| senders(&plan, c.sender)).collect::<Vec<_>>(),
        }));
    } else {
        context.printer.result(&whole(&plan, context));
        context.printer.document(&plan);
    }
    Ok(ExitCode::Ok)
}

fn whole(plan: &Plan, context: &Context<'_>) -> String {
    let paint = context.printer.paint();
    let mut text = summary(plan);
    let mut facets: Vec<_> = plan.facets.iter().collect();
    facets.sort_by(|a, b| a.name.cmp(&b.name));
    for facet in facets {
        text.push_str(&format!(
            "\n\n{}  {}  {} bytes\n",
            paint.tone(Tone::Strong, facet.name.as_str()),
            facet.address,
            grouped(facet.size)
        ));
        let mut routes: Vec<_> = plan.routes.iter().filter(|r| r.facet == facet.name).collect();
        routes.sort_by(|a, b| a.signature.cmp(&b.signature));
        let head = |r: &PlannedRoute| {
            [format!("  {}", r.signature), r.selector.to_string(), mutability(r.mutability).to_owned()]
        };
        text.push_str(&match &plan.diamond {
            // It knows no flags.
            Some(_) => table(["  function", "selector", "state"], routes.iter().map(|r| head(r))),
            None => {
                let rows = routes.iter().map(|r| {
                    let [signature, selector, state] = head(r);
                    [signature, selector, state, r.flags.to_string()]
                });
                table(["  function", "selector", "state", "flags"], rows)
            }
        });
    }
    if !plan.unlocked.is_empty() {
        text.push_str("\n\nwriting functions without the lock\n");
        let rows = plan
            .unlocked
            .iter()
            .map(|u| [format!("  {}", u.function), payrox_model::text::escape(&u.reason)]);
        text.push_str(&table(["  function", "why"], rows));
    }
    if plan.diamond.is_some() {
        text.push_str(&format!("\n\n{}", caveats(plan).trim()));
    }
    let c = &plan.costs;
    text.push_str(&format!(
        "\n\nfrom nothing: {} calls, {} bytes of calldata, {} bytes of code, at least {} gas\nplan  {}\nroot  {}",
        c.calls,
        grouped(c.calldata_bytes),
        grouped(c.code_bytes),
        grouped(c.gas_floor.0),
        plan.plan_id,
        plan.root
    ));
    text
}

fn mutability(mutability: Mutability) -> &'static str {
    match mutability {
        Mutability::Pure => "pure",
        Mutability::View => "view",
        Mutability::Nonpayable => "writes",
        Mutability::Payable => "payable",
    }
}

fn inverse(plan: &Plan) -> String {
    let what = match &plan.inverse {
        Inverse::PauseAndFreeze { .. } => {
            "pause, then freeze: nothing is before the first release".to_owned()
        }
        Inverse::CutBack { root, calls, leaves_storage } => {
            let stays = if *leaves_storage { "; what the init contract wrote stays" } else { "" };
            match calls.as_slice() {
                [] => "the plan changes nothing".to_owned(),
                _ => format!("cut back to the routes of root {root}{stays}"),
            }
        }
        Inverse::Rollback { target_epoch, root, .. } => {
            format!("roll back to the routes of epoch {target_epoch}, root {root}")
        }
    };
    let mut text = format!("{what}\n");
    for call in plan.inverse.calls() {
        let from: Vec<_> = senders(plan, call.sender).iter().map(ToString::to_string).collect();
        text.push_str(&format!(
            "\nfrom  {}\nto    {}\nvalue {}\ndata  {}\n",
            from.join(" or "),
            call.to,
            call.value,
            call.data
        ));
    }
    text
}

/// Who may make a call, by the roles at creation.
fn senders(plan: &Plan, sender: Sender) -> Vec<Address> {
    let roles = &plan.system.roles;
    match sender {
        Sender::Anyone => Vec::new(),
        Sender::Owner | Sender::Stager => vec![roles.owner],
        Sender::Activator => std::iter::once(roles.owner).chain(roles.operators.iter().copied()).collect(),
        Sender::Guardian => std::iter::once(roles.owner).chain(roles.guardians.iter().copied()).collect(),
    }
}
