//! Running other programs: output kept, time bounded.

use crate::failure::{Doing, Done, Failure};
use std::{
    io::{Read, Write},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) ok: bool,
    pub(crate) timed_out: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) elapsed: Duration,
}

impl Ran {
    /// The last lines of both outputs, for a person.
    pub(crate) fn tail(&self, lines: usize) -> String {
        let all: Vec<&str> = self.stdout.lines().chain(self.stderr.lines()).collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// Standard output, or the failure with what the program said.
    pub(crate) fn demand(self, what: &str) -> Done<String> {
        if self.ok {
            Ok(self.stdout)
        } else {
            Err(Failure::new(format!("{what} failed:\n{}", self.tail(40))))
        }
    }
}

/// As good as none.
const UNLIMITED: Duration = Duration::from_secs(24 * 3600);

/// Runs to the end.
pub(crate) fn run(command: &mut Command) -> Done<Ran> {
    run_within(command, b"", UNLIMITED)
}

/// Runs with `input` on standard input.
pub(crate) fn run_with(command: &mut Command, input: &[u8]) -> Done<Ran> {
    run_within(command, input, UNLIMITED)
}

/// Runs for at most `limit`; then the program and what it started are ended.
pub(crate) fn run_within(command: &mut Command, input: &[u8], limit: Duration) -> Done<Ran> {
    let name = command.get_program().to_string_lossy().into_owned();
    let start = Instant::now();
    // A group of its own, so that ending it reaches solvers that it started. Without a limit it stays in ours, and
    // ends with us.
    #[cfg(unix)]
    if limit < UNLIMITED {
        std::os::unix::process::CommandExt::process_group(command, 0);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .doing(|| format!("cannot start {name}"))?;
    let (mut stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        scope.spawn(move || {
            if let Some(mut stdin) = stdin.take() {
                // A program that does not read its input closes the pipe: its own failure says more.
                let _ = stdin.write_all(input);
            }
        });
        let out = scope.spawn(move || drain(stdout));
        let err = scope.spawn(move || drain(stderr));
        let mut timed_out = false;
        let status = loop {
            if let Some(status) = child.try_wait().doing(|| format!("cannot wait for {name}"))? {
                break status;
            }
            if start.elapsed() > limit && !timed_out {
                timed_out = true;
                end_group(child.id());
            }
            thread::sleep(Duration::from_millis(10));
        };
        Ok(Ran {
            ok: status.success() && !timed_out,
            timed_out,
            stdout: out.join().unwrap_or_default(),
            stderr: err.join().unwrap_or_default(),
            elapsed: start.elapsed(),
        })
    })
}

fn end_group(leader: u32) {
    // The standard library cannot signal a group, and unsafe code is forbidden here.
    let _ = Command::new("kill").args(["-KILL", "--", &format!("-{leader}")]).status();
}

fn drain(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        let _ = pipe.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
