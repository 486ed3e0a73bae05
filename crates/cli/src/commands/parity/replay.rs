//! `payrox parity replay FILE`.

use super::scene::Scene;
use crate::{args::CaseArgs, context::Context, printer::Tone};
use payrox_model::{BoxFault, ExitCode, version};
use payrox_parity::{Case, Step, replay_on};
use serde_json::json;

pub(crate) async fn replay(args: &CaseArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    // As it is told, or as it stands below the project.
    let file = if args.file.exists() { args.file.clone() } else { context.inside(&args.file) };
    let case = Case::read(&file)?;
    let scene = Scene::open(context, args.fork_block.or(case.block)).await?;
    let steps = replay_on(&scene.system, &case, scene.before.as_ref(), &scene.chain)?;
    let differs = steps.iter().any(|step| !step.differs.is_empty());
    let exit = if differs { ExitCode::GateFailed } else { ExitCode::Ok };
    let (printer, paint) = (context.printer, context.printer.paint());
    let mut parts = vec![format!("on {}", scene.ground.text())];
    parts.extend(steps.iter().map(shown));
    let other = if scene.plan.content_hash == case.plan { "" } else { ", in another plan than the case's" };
    let (word, tone) =
        if differs { ("it differs still", Tone::Bad) } else { ("it is the same now", Tone::Good) };
    parts.push(format!("{}{other}", paint.tone(tone, word)));
    printer.result(&parts.join("\n\n"));
    printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": if differs { "fail" } else { "pass" },
        "function": case.function,
        "comparison": case.comparison,
        "ground": scene.ground,
        "samePlan": other.is_empty(),
        "steps": steps,
        "exit": exit as u8,
    }));
    Ok(exit)
}

fn shown(step: &Step) -> String {
    let mut lines = vec![step.call.clone()];
    for side in &step.sides {
        lines.push(format!("\n{}", side.name));
        lines.extend(side.frames.iter().map(|frame| format!("  {frame}")));
        lines.extend(side.effects.iter().map(|effect| format!("  = {effect}")));
    }
    if !step.differences.is_empty() {
        lines.push("\nthe difference".into());
        lines.extend(step.differences.iter().map(|line| format!("  {line}")));
    }
    lines.join("\n")
}
