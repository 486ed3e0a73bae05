//! How far a comparison is, on stderr.

use super::Scene;
use crate::{context::Context, printer::Printer};
use indicatif::{ProgressBar, ProgressStyle};
use payrox_model::text::grouped;
use payrox_parity::Done;
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const TICK: Duration = Duration::from_millis(120);
/// Where nothing moves, so often there is a word.
const WORD: Duration = Duration::from_secs(5);

/// One line that moves where there is a terminal; a notice now and then otherwise.
pub(super) struct Meter<'a> {
    printer: &'a Printer,
    bar: ProgressBar,
    /// What was read of another chain, and when that was last told of.
    read: Mutex<(usize, Instant)>,
}

impl<'a> Meter<'a> {
    pub(super) fn new(context: &'a Context<'_>, scene: &Scene, runs: u64) -> Self {
        let printer = context.printer;
        if scene.fork_block().is_some() {
            printer.notice(&format!("comparing on {}: what calls need is read there", scene.ground.text()));
        }
        let bar = if printer.animated() { ProgressBar::new(runs) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template(
            "{spinner} {human_pos} of {human_len} runs, {per_sec}, {eta} left {msg}",
        ) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self { printer, bar, read: Mutex::new((0, Instant::now())) }
    }

    pub(super) fn tell(&self, done: Done) {
        match done {
            Done::Runs(runs) => self.bar.inc(runs),
            Done::Undone(runs) => self.bar.dec(runs),
            Done::Read(more) => {
                let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
                read.0 += more;
                let text = format!("{} accounts and slots read", grouped(read.0 as u64));
                if !self.printer.animated() && read.1.elapsed() > WORD {
                    read.1 = Instant::now();
                    self.printer.notice(&text);
                }
                self.bar.set_message(text);
            }
        }
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
