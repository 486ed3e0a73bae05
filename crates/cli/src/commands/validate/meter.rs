//! Shows how far a validation is, on stderr.

use crate::printer::Printer;
use indicatif::{ProgressBar, ProgressStyle};
use payrox_validate::Phase;
use std::time::Duration;

const TICK: Duration = Duration::from_millis(120);
/// Waits that are worth a word where nothing moves, in milliseconds.
const LONG: u64 = 1_000;

/// One line that moves where there is a terminal; notices otherwise.
pub(super) struct Meter<'a> {
    printer: &'a Printer,
    bar: ProgressBar,
}

impl<'a> Meter<'a> {
    pub(super) fn new(printer: &'a Printer, phases: usize) -> Self {
        let bar = if printer.animated() { ProgressBar::new(phases as u64) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self { printer, bar }
    }

    /// A phase begins; how long it took the last time, if anybody knows.
    pub(super) fn begin(&self, phase: Phase, expected: Option<u64>) {
        let last = expected.map(|ms| format!(", {} last time", shown(ms))).unwrap_or_default();
        self.bar.reset_elapsed();
        self.bar.set_message(format!("{phase}{last}"));
        if !self.printer.animated() && expected.is_some_and(|ms| ms > LONG) {
            self.printer
                .notice(&format!("{phase}: it took {} last time", shown(expected.unwrap_or_default())));
        }
    }

    /// Something begins that may take long.
    pub(super) fn notice(&self, text: &str) {
        self.bar.suspend(|| self.printer.notice(text));
    }

    pub(super) fn end(&self, phase: Phase, took_ms: u64) {
        self.bar.inc(1);
        self.bar.suspend(|| self.printer.detail(&format!("{phase}: {}", shown(took_ms))));
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// `340 ms`, `12 s`.
fn shown(ms: u64) -> String {
    if ms < 1_000 { format!("{ms} ms") } else { crate::moment::span(ms / 1_000) }
}
