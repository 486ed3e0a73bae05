//! `payrox completions SHELL`.

use crate::{
    args::{Cli, CompletionsArgs},
    printer::Printer,
};
use clap::CommandFactory as _;
use payrox_model::ExitCode;

pub(crate) fn completions(args: &CompletionsArgs, printer: &Printer) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "payrox", &mut script);
    printer.raw(&String::from_utf8_lossy(&script));
    ExitCode::Ok
}
