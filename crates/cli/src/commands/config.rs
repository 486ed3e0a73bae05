//! `payrox config show`.

use crate::{args::ConfigVerb, context::Context, table::table};
use payrox_config::{Setting, Source};
use payrox_model::{BoxFault, ExitCode, text::escape};
use serde::Serialize;

#[derive(Serialize)]
struct Shown {
    name: String,
    value: String,
    source: String,
}

pub(crate) fn config(verb: &ConfigVerb, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    match verb {
        ConfigVerb::Show => show(context),
    }
}

fn show(context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let network = context.network()?;
    let project = context.project()?;
    let mut settings = context.settings(&network);
    // What a flag or a variable set is shown in place of what the file says.
    for setting in network.settings().into_iter().chain(project.settings()) {
        if !settings.iter().any(|s| s.name == setting.name) {
            settings.push(setting);
        }
    }
    let shown: Vec<Shown> = settings.iter().map(row).collect();
    context.printer.result(&table(
        ["setting", "value", "set by"],
        shown.iter().map(|s| [s.name.clone(), s.value.clone(), s.source.clone()]),
    ));
    context.printer.document(&serde_json::json!({ "settings": shown }));
    Ok(ExitCode::Ok)
}

fn row(setting: &Setting) -> Shown {
    let by = match &setting.source {
        Source::Flag(name) => format!("flag {name}"),
        Source::Variable(name) => format!("variable {name}"),
        source => source.to_string(),
    };
    Shown { name: setting.name.clone(), value: escape(setting.shown()), source: by }
}
