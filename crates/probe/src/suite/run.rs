//! Running somebody else's program, with bounds.

use super::failed;
use payrox_model::{Check, Verdict, text::escape};
use std::{
    io::{self, BufRead, BufReader, Read},
    path::Path,
    process::{Command, Stdio},
    thread,
};

/// Bytes of text that are kept of a program, at most.
const LIMIT: u64 = 16 << 20;

/// How a program ended.
pub(crate) struct Ran<T> {
    pub(crate) success: bool,
    /// What its standard output was read as.
    pub(crate) output: T,
    pub(crate) stderr: String,
}

/// Runs it to its end, while `read` reads what it writes. Arguments are a vector: no shell sees them.
pub(crate) fn run<T>(command: &mut Command, read: impl FnOnce(&mut dyn BufRead) -> T) -> io::Result<Ran<T>> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (output, stderr) = thread::scope(|scope| {
        let err = scope.spawn(move || err.map(|err| text(&mut BufReader::new(err))).unwrap_or_default());
        let output = match out {
            Some(out) => {
                let mut reader = BufReader::new(out);
                let output = read(&mut reader);
                drain(&mut reader);
                output
            }
            None => read(&mut io::empty()),
        };
        (output, err.join().unwrap_or_default())
    });
    Ok(Ran { success: child.wait()?.success(), output, stderr })
}

/// Whoever is not read stands still.
fn drain(reader: &mut dyn BufRead) {
    let _ = io::copy(reader, &mut io::sink());
}

/// The beginning of what is written, as text; the rest is read and left out.
pub(crate) fn text(reader: &mut dyn BufRead) -> String {
    let mut bytes = Vec::new();
    let _ = reader.take(LIMIT).read_to_end(&mut bytes);
    drain(reader);
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) fn hardhat(name: String, root: &Path, program: &Path) -> Check {
    let mut command = Command::new(program);
    command.arg("test").current_dir(root).env("NO_COLOR", "1").env("CI", "true");
    let ran = match run(&mut command, text) {
        Ok(ran) => ran,
        Err(error) => return not_run(name, &error.to_string()),
    };
    let told = summary(&ran.output).unwrap_or_else(|| "it told no number of tests".to_owned());
    if ran.success {
        return Check { name, verdict: Verdict::Pass, summary: escape(&told), findings: Vec::new() };
    }
    let words = if ran.stderr.trim().is_empty() { &ran.output } else { &ran.stderr };
    let finding = failed("hardhat test", &tail(words));
    Check { name, verdict: Verdict::Fail, summary: escape(&told), findings: vec![finding] }
}

/// `12 passing (2s), 1 failing`, as mocha and node:test say it.
fn summary(stdout: &str) -> Option<String> {
    let said = |line: &&str| {
        let mut words = line.split_whitespace();
        words.next().is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
            && words.next().is_some_and(|word| ["passing", "failing", "pending"].contains(&word))
    };
    let lines: Vec<_> = stdout.lines().map(str::trim).filter(said).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

pub(super) fn not_run(name: String, why: &str) -> Check {
    let summary = escape(&format!("it could not run: {why}"));
    Check { name, verdict: Verdict::Unknown, summary, findings: Vec::new() }
}

/// The last words of a program.
pub(super) fn tail(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(4)..].join("; ");
    last.chars().take(400).collect()
}
