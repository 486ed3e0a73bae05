//! The only place that writes to stdout and stderr.
//!
//! stdout carries the result and nothing else; notices, warnings, progress and errors go to stderr. Whatever came from a file, a
//! chain or a server was escaped before it got here, or is escaped here. Secrets of this process are taken out of all of it; errors say
//! nothing of what was given as an argument and may be a key.

use crate::args::{Cli, GlobalArgs};
use clap::CommandFactory as _;
use owo_colors::{OwoColorize as _, Style};
use payrox_chain::{Misplaced, Secrets};
use payrox_model::{Fault, text::escape};
use serde::Serialize;
use std::{
    error::Error,
    io::{self, IsTerminal as _, Write as _},
    sync::OnceLock,
};

/// How something is coloured, by what it means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tone {
    /// Done, equal, added.
    Good,
    /// Wrong, removed.
    Bad,
    /// Worth a look, changed.
    Notice,
    /// Less important.
    Faint,
    /// A heading.
    Strong,
}

/// Text for one of the two streams, coloured where that stream is a terminal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint(bool);

impl Paint {
    /// No colour at all: for text that is kept.
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self(false);

    /// The text in this tone.
    pub(crate) fn tone(self, tone: Tone, text: &str) -> String {
        if !self.0 {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Good => Style::new().green(),
            Tone::Bad => Style::new().red(),
            Tone::Notice => Style::new().yellow(),
            Tone::Faint => Style::new().dimmed(),
            Tone::Strong => Style::new().bold(),
        };
        text.style(style).to_string()
    }
}

/// Where the output of a command goes, and how.
#[derive(Clone, Debug)]
pub(crate) struct Printer {
    json: bool,
    quiet: bool,
    verbose: bool,
    out: Paint,
    err: Paint,
    terminal: bool,
}

#[derive(Serialize)]
struct ErrorDocument {
    error: ErrorPart,
    exit: u8,
}

/// An error as `--json` shows it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ErrorPart {
    code: String,
    message: String,
    subject: Option<String>,
    hint: Option<String>,
}

impl ErrorPart {
    pub(crate) fn of(fault: &dyn Fault) -> Self {
        Self {
            code: fault.code().to_string(),
            message: without_arguments(&message(fault)),
            subject: fault.subject().map(|s| without_arguments(&escape(&s))),
            hint: fault.hint().map(|h| without_arguments(&escape(&h))),
        }
    }
}

impl Printer {
    pub(crate) fn new(args: &GlobalArgs) -> Self {
        let colour = !args.no_color && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        Self {
            json: args.json,
            quiet: args.quiet,
            verbose: args.verbose,
            out: Paint(colour && out),
            err: Paint(colour && err),
            terminal: err,
        }
    }

    /// Before the arguments could be read: whether JSON was asked for is all that is known.
    pub(crate) fn bare(json: bool) -> Self {
        Self { json, quiet: false, verbose: false, out: Paint(false), err: Paint(false), terminal: false }
    }

    /// Whether the result is one JSON document.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// Whether every detail was asked for.
    pub(crate) fn verbose(&self) -> bool {
        self.verbose
    }

    /// Whether progress may be animated.
    pub(crate) fn animated(&self) -> bool {
        self.terminal && !self.quiet && !self.json
    }

    /// Colours for stdout.
    pub(crate) fn paint(&self) -> Paint {
        self.out
    }

    /// The result, for people. Nothing with `--json`.
    pub(crate) fn result(&self, text: &str) {
        if !self.json {
            write_out(text);
        }
    }

    /// The result, for programs. Nothing without `--json`.
    pub(crate) fn document(&self, document: &impl Serialize) {
        if self.json {
            match payrox_files::to_canonical_json(document) {
                Ok(text) => write_out(&payrox_model::text::escape_json(&text)),
                Err(error) => panic!("a result has no JSON form: {error}"),
            }
        }
    }

    /// Text that is the result in both forms: completions, help.
    pub(crate) fn raw(&self, text: &str) {
        write_out(text);
    }

    /// Something worth knowing.
    pub(crate) fn notice(&self, text: &str) {
        if !self.quiet {
            write_err(text);
        }
    }

    /// What happens, step by step, when asked for.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose {
            write_err(&self.err.tone(Tone::Faint, text));
        }
    }

    /// Something that should be changed. `--quiet` does not silence it.
    pub(crate) fn warn(&self, text: &str) {
        write_err(&format!("{} {text}", self.err.tone(Tone::Notice, "warning:")));
    }

    /// An error that ends the command.
    pub(crate) fn fault(&self, fault: &dyn Fault) {
        if self.json {
            self.document(&ErrorDocument { error: ErrorPart::of(fault), exit: fault.exit() as u8 });
        } else {
            self.explain_fault(fault);
        }
    }

    /// Why a run ended before its end, beside its result.
    pub(crate) fn stopped(&self, code: &str, message: &str, hint: Option<&str>) {
        write_err(&format!(
            "{} {}",
            self.err.tone(Tone::Bad, &format!("error[{code}]:")),
            without_arguments(&lines(message))
        ));
        if let Some(hint) = hint {
            write_err(&format!("hint: {}", without_arguments(&escape(hint))));
        }
    }

    fn explain_fault(&self, fault: &dyn Fault) {
        let code = self.err.tone(Tone::Bad, &format!("error[{}]:", fault.code()));
        write_err(&format!("{code} {}", without_arguments(&lines(&fault.to_string()))));
        let mut source = fault.source();
        let mut said = fault.to_string();
        while let Some(cause) = source {
            let why = cause.to_string();
            // Some texts end with their cause already.
            if !said.contains(&why) {
                write_err(&format!("  why: {}", without_arguments(&escape(&why))));
            }
            said = why;
            source = cause.source();
        }
        if let Some(hint) = fault.hint() {
            write_err(&format!("hint: {}", without_arguments(&escape(&hint))));
        }
    }
}

/// What is said against the arguments, without what among them, or among the variables in their place, may be a key or a phrase.
fn without_arguments(text: &str) -> String {
    static GIVEN: OnceLock<Misplaced> = OnceLock::new();
    let given = GIVEN.get_or_init(|| {
        let command = Cli::command();
        let variables = command.get_arguments().filter_map(|arg| std::env::var_os(arg.get_env()?));
        let all: Vec<String> = std::env::args_os()
            .skip(1)
            .chain(variables)
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect();
        Misplaced::among(all.iter().map(String::as_str))
    });
    given.hide(text)
}

/// The text of a fault and of what caused it, on one line.
fn message(fault: &dyn Fault) -> String {
    let mut text = fault.to_string();
    let mut source: Option<&dyn Error> = fault.source();
    while let Some(cause) = source {
        let why = cause.to_string();
        if !text.contains(&why) {
            text.push_str(": ");
            text.push_str(&why);
        }
        source = cause.source();
    }
    lines(&text)
}

/// Escaped line by line: some errors have more than one, and whatever is foreign in them was escaped where they were made.
fn lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// A reader that went away (`payrox … | head`) is no error of ours.
fn write_out(text: &str) {
    let mut out = io::stdout().lock();
    let line_break = if text.ends_with('\n') { "" } else { "\n" };
    let text = Secrets::of_this_process().redact(text);
    let _ = write!(out, "{text}{line_break}").and_then(|()| out.flush());
}

fn write_err(text: &str) {
    let mut err = io::stderr().lock();
    let text = Secrets::of_this_process().redact(text.trim_end_matches('\n'));
    let _ = writeln!(err, "{text}");
}
