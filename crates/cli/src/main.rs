#![doc = include_str!("../README.md")]

mod adopted;
mod alerts;
mod args;
mod asking;
mod commands;
mod context;
mod diamond;
mod execution;
mod fault;
mod forks;
mod layouts;
mod moment;
mod passed;
mod planning;
mod printer;
mod production;
mod progress;
mod rehearsals;
mod report;
mod signals;
mod signing;
mod table;

use args::Cli;
use clap::{CommandFactory as _, FromArgMatches as _, error::ErrorKind};
use context::Context;
use fault::{CliFault, Left};
use payrox_artifacts::program;
use payrox_chain::Secrets;
use payrox_execute::Stop;
use payrox_model::{BoxFault, ExitCode};
use printer::Printer;
use signals::Signals;
use std::{
    panic::{self, AssertUnwindSafe},
    process,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How long a command has to end by itself after a signal that ends it.
const UNHEARD: Duration = Duration::from_millis(500);

/// What the last panic said, for the one line that is shown of it.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Held from then on by whoever says how the command ended: itself, or the signal that it did not hear.
static LAST_WORD: Mutex<()> = Mutex::new(());

fn main() -> process::ExitCode {
    panic::set_hook(Box::new(|info| {
        let said = info.payload_as_str().unwrap_or("no message");
        let place = info.location().map(|l| format!(" ({}:{})", l.file(), l.line())).unwrap_or_default();
        PANIC.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(format!("{said}{place}"));
    }));
    let exit = match parse() {
        Ok(cli) => {
            let printer = Printer::new(&cli.global);
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| start(&cli, &printer)));
            take_the_last_word();
            conclude(outcome.unwrap_or_else(|_| Err(defect())), &printer)
        }
        Err(error) => refuse_arguments(&error),
    };
    program::end_all();
    process::ExitCode::from(exit as u8)
}

fn parse() -> Result<Cli, clap::Error> {
    hide_keys_of_endpoints();
    let matches = Cli::command().try_get_matches()?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    cli.global.remember(&matches);
    Ok(cli)
}

/// Whatever is a URL among the arguments, or in the variable in their place, may hold a key: before anything is said of them.
fn hide_keys_of_endpoints() {
    let given = std::env::args_os().skip(1).chain(std::env::var_os(args::RPC_URL));
    for text in given.map(|text| text.to_string_lossy().into_owned()) {
        // `--rpc-url=URL,NAME=URL`: a URL begins with the word before its colon.
        for (colon, _) in text.match_indices("://") {
            let scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
            let begin = text[..colon].trim_end_matches(scheme).len();
            let end = text[colon..].find(',').map_or(text.len(), |comma| colon + comma);
            Secrets::of_this_process().add_url_text(&text[begin..end]);
        }
    }
}

fn start(cli: &Cli, printer: &Printer) -> Result<ExitCode, BoxFault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|source| CliFault::Start { what: "the runtime", source })?;
    let stop = Stop::default();
    let context = Context::new(&cli.global, printer, stop.clone());
    let left = cli.verb.leaves();
    let outcome = runtime.block_on(async {
        let signals = Signals::of_this_process();
        tokio::spawn(insist(signals.clone(), left, printer.clone()));
        let command = commands::dispatch(&cli.verb, &context);
        tokio::pin!(command);
        let signal = tokio::select! {
            outcome = &mut command => return outcome,
            signal = signals.after(0) => signal,
        };
        if cli.verb.ends_itself() {
            // The run stops at its next safe place. Who asks twice does not want to wait for that.
            stop.request();
            printer.notice("stopping at the next safe place; once more stops at once");
            tokio::select! {
                outcome = &mut command => return outcome,
                _ = signals.after(1) => {}
            }
        }
        Err(CliFault::Interrupted { signal, left }.into())
    });
    // A request that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    outcome
}

/// Ends the process where a signal went unheard: a command that computes, or waits for a compiler, does not await.
async fn insist(signals: Signals, left: Left, printer: Printer) {
    let signal = signals.after(if left == Left::Nothing { 0 } else { 1 }).await;
    tokio::time::sleep(UNHEARD).await;
    let fault: BoxFault = CliFault::Interrupted { signal, left }.into();
    // Before its programs are ended: that their end is a failure of the command is nobody's business any more.
    take_the_last_word();
    program::end_all();
    printer.fault(fault.as_ref());
    process::exit(fault.exit() as i32)
}

/// Waits for ever where it is taken: the process ends meanwhile.
fn take_the_last_word() {
    std::mem::forget(LAST_WORD.lock().unwrap_or_else(PoisonError::into_inner));
}

fn conclude(outcome: Result<ExitCode, BoxFault>, printer: &Printer) -> ExitCode {
    outcome.unwrap_or_else(|fault| {
        printer.fault(fault.as_ref());
        fault.exit()
    })
}

fn defect() -> BoxFault {
    let text = PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
    CliFault::Internal { text: text.unwrap_or_else(|| "no message".into()) }.into()
}

fn refuse_arguments(error: &clap::Error) -> ExitCode {
    let printer = Printer::bare(std::env::args_os().any(|a| a == "--json"));
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        printer.raw(&error.to_string());
        return ExitCode::Ok;
    }
    let text = error.to_string();
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && !printer.json() {
        printer.notice(&text);
        return ExitCode::BadInput;
    }
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let (said, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let tip = rest.lines().find_map(|l| l.trim().strip_prefix("tip: ")).map(str::to_owned);
    let hint = tip.unwrap_or_else(|| {
        "`payrox --help` lists verbs and flags, `payrox VERB --help` shows examples".into()
    });
    conclude(Err(CliFault::Usage { text: said, hint: Some(hint) }.into()), &printer)
}
