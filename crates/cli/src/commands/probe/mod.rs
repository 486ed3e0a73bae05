//! `payrox probe`.

mod replay;

use crate::{args::ProbeVerb, context::Context};
use payrox_model::{BoxFault, ExitCode};

pub(crate) async fn probe(verb: &ProbeVerb, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    match verb {
        ProbeVerb::Replay(args) => replay::replay(args, context).await,
    }
}
