//! One file a verb.

mod completions;
mod explain;

use crate::{
    args::{Cli, Verb},
    printer::Printer,
};
use payrox_model::{BoxFault, ExitCode};

/// Runs the verb.
pub(crate) async fn dispatch(cli: Cli, printer: &Printer) -> Result<ExitCode, BoxFault> {
    match cli.verb {
        Verb::Explain(args) => explain::explain(&args, printer),
        Verb::Completions(args) => Ok(completions::completions(&args, printer)),
        _ => Err(crate::fault::CliFault::Internal { text: "not there".into() }.into()),
    }
}
