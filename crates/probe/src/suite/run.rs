//! Running somebody else's program, with bounds.

use super::failed;
use payrox_model::{Check, Verdict, text::escape};
use std::{
    io::Read,
    path::Path,
    process::{Command, Stdio},
    thread,
};

/// Bytes of a program's output, at most; what is more is read and left out.
const LIMIT: u64 = 64 << 20;

/// How a program ended.
pub(super) struct Ran {
    pub(super) success: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Runs it to its end. Arguments are a vector: no shell sees them.
pub(super) fn run(command: &mut Command) -> std::io::Result<Ran> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = thread::scope(|scope| {
        let err = scope.spawn(move || read(err));
        (read(out), err.join().unwrap_or_default())
    });
    Ok(Ran { success: child.wait()?.success(), stdout, stderr })
}

fn read(stream: Option<impl Read>) -> String {
    let Some(mut stream) = stream else { return String::new() };
    let mut bytes = Vec::new();
    let _ = stream.by_ref().take(LIMIT).read_to_end(&mut bytes);
    // Whoever is not read stands still.
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) fn hardhat(name: String, root: &Path, program: &Path) -> Check {
    let mut command = Command::new(program);
    command.arg("test").current_dir(root).env("NO_COLOR", "1").env("CI", "true");
    let ran = match run(&mut command) {
        Ok(ran) => ran,
        Err(error) => return not_run(name, &error.to_string()),
    };
    let told = summary(&ran.stdout).unwrap_or_else(|| "it told no number of tests".to_owned());
    if ran.success {
        return Check { name, verdict: Verdict::Pass, summary: escape(&told), findings: Vec::new() };
    }
    let finding = failed("hardhat test", &tail(&ran));
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
pub(super) fn tail(ran: &Ran) -> String {
    let text = if ran.stderr.trim().is_empty() { &ran.stdout } else { &ran.stderr };
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(4)..].join("; ");
    last.chars().take(400).collect()
}
