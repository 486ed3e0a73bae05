//! Shows what happens during a run, on stderr.

use crate::{moment, printer::Printer};
use alloy_primitives::Address;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use payrox_chain::Keyring;
use payrox_execute::{Event, Observer};
use payrox_model::{Name, text::escape};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

const TICK: Duration = Duration::from_millis(120);

/// Where the lines of several networks move.
pub(crate) struct Board {
    lines: MultiProgress,
    width: usize,
}

impl Board {
    pub(crate) fn new<'n>(networks: impl Iterator<Item = &'n Name>) -> Self {
        let width = networks.map(|name| name.as_str().len()).max().unwrap_or_default();
        Self { lines: MultiProgress::new(), width }
    }
}

/// Tells a person: one line that moves where there is a terminal, notices otherwise.
pub(crate) struct Progress<'a> {
    printer: &'a Printer,
    bar: ProgressBar,
    /// Which network it is about, where there are several.
    network: Option<&'a Name>,
    /// Where each key came from, until it was said.
    origins: Mutex<BTreeMap<Address, String>>,
}

impl<'a> Progress<'a> {
    pub(crate) fn new(printer: &'a Printer, keyring: &Keyring) -> Self {
        let bar = if printer.animated() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self::with(printer, keyring, bar, None)
    }

    /// One line of several that move, for a network of a release.
    pub(crate) fn lane(board: &Board, printer: &'a Printer, keyring: &Keyring, network: &'a Name) -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {pos}/{len} {wide_msg} {elapsed}")
        {
            bar.set_style(style);
        }
        let bar = if printer.animated() { board.lines.add(bar) } else { ProgressBar::hidden() };
        bar.set_prefix(format!("{:width$}", network.as_str(), width = board.width));
        bar.set_message("waits for its turn");
        Self::with(printer, keyring, bar, Some(network))
    }

    /// It is this network's turn.
    pub(crate) fn begin(&self) {
        self.bar.set_message("looks at the chain");
        self.bar.enable_steady_tick(TICK);
    }

    /// What its turn came to stays on its line until all are at their end.
    pub(crate) fn end(&self, what: &str) {
        self.bar.abandon_with_message(what.to_owned());
        self.notice(what);
    }

    fn with(printer: &'a Printer, keyring: &Keyring, bar: ProgressBar, network: Option<&'a Name>) -> Self {
        let origin = |address| Some((address, keyring.origin(address)?.to_owned()));
        let origins = keyring.addresses().filter_map(origin).collect();
        Self { printer, bar, network, origins: Mutex::new(origins) }
    }

    /// Something worth knowing, above the moving line.
    fn notice(&self, text: &str) {
        self.bar.suspend(|| self.printer.notice(&self.named(text)));
    }

    fn detail(&self, text: &str) {
        self.bar.suspend(|| self.printer.detail(&self.named(text)));
    }

    fn named(&self, text: &str) -> String {
        self.network.map_or_else(|| text.to_owned(), |network| format!("{network}: {text}"))
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress<'_> {
    fn event(&self, event: &Event) {
        match event {
            Event::Started { steps, .. } => self.bar.set_length(*steps as u64),
            Event::Skipped { step, reason } => {
                self.bar.inc(1);
                self.detail(&format!("{step}: skipped, {}", escape(reason)));
            }
            Event::Rehearsed { steps, gas } => {
                self.detail(&format!("dry run of {steps} steps and of the way back: {gas} gas"));
            }
            Event::Cost(cost) => self.detail(&crate::execution::cost(cost)),
            Event::NotEstimated { steps } => self.detail(&format!(
                "{steps} of them stand on others that go with them: the dry run's gas counts for those"
            )),
            Event::Resent { step, tx } => {
                self.notice(&format!("{step}: the node had forgotten {tx}; the same bytes were sent again"));
            }
            Event::Raised { step, tx, max_fee } => self.notice(&format!(
                "{step}: it waited too long; {tx} has the same nonce and offers up to {max_fee} wei a unit of gas"
            )),
            Event::Unwound { step, tx, block } => self.notice(&format!(
                "{step}: the chain was reorganised, {tx} is no longer in block {block}"
            )),
            Event::Settling { block, last, newest } => {
                let left = block.saturating_sub(*last);
                let what = format!("block {block} to be final: {left} to go, the newest is {newest}");
                self.bar.set_message(format!("waiting for {what}"));
                self.detail(&format!("waiting for {what}"));
            }
            Event::Warned { what } => self.bar.suspend(|| self.printer.warn(&escape(what))),
            Event::Signing { from } => {
                // Said once, when the key is used for the first time: a keyring may hold many that are not.
                let origin = self.origins.lock().unwrap_or_else(PoisonError::into_inner).remove(from);
                if let Some(origin) = origin {
                    self.notice(&format!("signing as {from} with {}", escape(&origin)));
                }
            }
            Event::Sending { step, from, nonce, tx } => {
                self.bar.set_message(step.clone());
                self.detail(&format!("{step}: sending {tx} from {from}, nonce {nonce}"));
            }
            Event::Done { step, tx, block, gas } => {
                self.bar.inc(1);
                self.detail(&format!("{step}: done by {tx} in block {block}, {gas} gas"));
            }
            Event::TimeSkipped { seconds, eta } => self.notice(&format!(
                "skipped the delay of {}: this is a development chain, its time is now {}",
                moment::span(*seconds),
                moment::both(*eta)
            )),
            Event::Waiting { what, until } => {
                let until = until.map(|t| format!(" until {}", moment::both(t))).unwrap_or_default();
                self.bar.set_message(format!("waiting for {what}{until}"));
                self.notice(&format!("waiting for {}{until}", escape(what)));
            }
            Event::Unsigned { path, transactions } => self.notice(&format!(
                "wrote {transactions} transactions to sign to {}; send them with --signed FILE --broadcast",
                escape(path)
            )),
            Event::Activated { epoch } => self.detail(&format!("epoch {epoch} is active")),
            Event::Recovered { what } => self.notice(&escape(what)),
            Event::Wrote { path } => self.detail(&format!("wrote {}", escape(path))),
            _ => {}
        }
    }
}
