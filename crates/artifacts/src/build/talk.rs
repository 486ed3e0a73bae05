//! A program that is asked something: for so long and no longer, and not beyond our own end.

use crate::{input, program::Program};
use std::{
    io::{self, Read as _, Write as _},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

/// Runs a command on some input; nothing where it had to be ended. Its three streams move at once, so that no full pipe stops it.
pub(super) fn talk(mut command: Command, input: &str, time: Duration) -> io::Result<Option<Ended>> {
    let until = Instant::now() + time;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = Program::start(&mut command)?;
    let child = program.child();
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let input = input.to_owned();
    // A compiler that stops reading says why on its own.
    thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(input.as_bytes())));
    // Whoever the child has handed its streams to may keep them open: nothing waits for these threads.
    let (answer, answered) = mpsc::channel();
    thread::spawn(move || answer.send(whole(stdout)));
    let (error, errors) = mpsc::channel();
    thread::spawn(move || error.send(first_of(stderr)));
    let stdout = match answered.recv_timeout(until.saturating_duration_since(Instant::now())) {
        Ok(stdout) => stdout?,
        Err(_) => return Ok(None),
    };
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = program.try_wait()? {
            break status;
        }
        if Instant::now() > until {
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    let stderr = errors.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    Ok(Some(Ended { code: status.code(), stdout, stderr }))
}

/// All of the answer. One that is too large is cut off, which ends the compiler.
fn whole(stream: Option<impl io::Read>) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    if let Some(stream) = stream {
        stream.take(input::LIMIT + 1).read_to_end(&mut all)?;
    }
    if all.len() as u64 > input::LIMIT {
        return Err(io::Error::other("its answer has more than 256 MiB"));
    }
    Ok(all)
}

/// The beginning of what it says besides; the rest is read, so that it can go on, and dropped.
fn first_of(stream: Option<impl io::Read>) -> String {
    let mut kept = Vec::new();
    if let Some(mut stream) = stream {
        let _ = stream.by_ref().take(1 << 16).read_to_end(&mut kept);
        let _ = io::copy(&mut stream, &mut io::sink());
    }
    String::from_utf8_lossy(&kept).into_owned()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, time: u64) -> io::Result<Option<Ended>> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        talk(command, "in", Duration::from_millis(time))
    }

    #[test]
    fn a_compiler_that_never_ends_is_ended_and_so_is_one_whose_child_keeps_its_streams() {
        let started = Instant::now();
        assert!(shell("exec sleep 60", 300).unwrap().is_none());
        assert!(shell("sleep 60", 300).unwrap().is_none());
        assert!(shell("exec sleep 60 >&- 2>&-", 300).unwrap().is_none());
        assert!(started.elapsed() < Duration::from_secs(20));
        let ended = shell("cat; echo no >&2; exit 3", 60_000).unwrap().unwrap();
        assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (Some(3), &b"in"[..], "no\n"));
    }
}
