//! Asking whoever sits at the terminal, who may answer with Ctrl-C.

use crate::{
    fault::{CliFault, Left},
    printer::Printer,
    signals::Signals,
};
use payrox_model::BoxFault;
use std::{fs::File, io, process, thread, time::Duration};

/// Runs something that reads the terminal and blocks the thread that does so. A signal ends the process meanwhile: nothing is half done
/// where somebody is asked.
pub(crate) fn ask<T>(printer: &Printer, read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let terminal = Terminal::now();
    let printer = printer.clone();
    let signals = Signals::of_this_process();
    let watch = tokio::spawn(async move {
        let fault: BoxFault =
            CliFault::Interrupted { signal: signals.after(0).await, left: Left::Sent }.into();
        terminal.restore();
        printer.fault(fault.as_ref());
        process::exit(fault.exit() as i32)
    });
    let read = read();
    if read.is_err() {
        // A read that a signal broke off is no answer: the signal's own end comes first.
        thread::sleep(Duration::from_millis(200));
    }
    watch.abort();
    read
}

/// How the terminal is set: while a password is typed it shows nothing.
#[cfg(unix)]
struct Terminal(Option<(File, rustix::termios::Termios)>);

#[cfg(unix)]
impl Terminal {
    fn now() -> Self {
        let file = File::options().read(true).write(true).open("/dev/tty").ok();
        Self(file.and_then(|file| {
            let set = rustix::termios::tcgetattr(&file).ok()?;
            Some((file, set))
        }))
    }

    fn restore(&self) {
        if let Some((file, set)) = &self.0 {
            let _ = rustix::termios::tcsetattr(file, rustix::termios::OptionalActions::Now, set);
        }
    }
}

#[cfg(not(unix))]
struct Terminal;

#[cfg(not(unix))]
impl Terminal {
    fn now() -> Self {
        Self
    }

    fn restore(&self) {}
}
