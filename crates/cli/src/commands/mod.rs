//! One file a verb.

mod completions;
mod config;
mod devnet;
mod explain;
mod init;

use crate::{args::Verb, context::Context};
use payrox_model::{BoxFault, ExitCode};

/// Runs the verb.
pub(crate) async fn dispatch(verb: &Verb, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    match verb {
        Verb::Init(args) => init::init(args, context),
        Verb::Config(verb) => config::config(verb, context),
        Verb::Devnet(args) => devnet::devnet(args, context).await,
        Verb::Explain(args) => explain::explain(args, context.printer),
        Verb::Completions(args) => Ok(completions::completions(args, context.printer)),
        _ => Err(crate::fault::CliFault::Internal { text: "not there".into() }.into()),
    }
}
