//! Running somebody else's program, with bounds.

use super::{Tool, failed_somewhere, mocha::Told, shown};
use payrox_artifacts::program::Program;
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
    let mut program = Program::start(command)?;
    let child = program.child();
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
    Ok(Ran { success: program.wait()?.success(), output, stderr })
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
    judge(name, &ran)
}

/// As forge's tests are judged: each must run, and pass, and there must be one.
fn judge(name: String, ran: &Ran<String>) -> Check {
    let told = Told::by(&ran.output);
    let summary = if told.lines.is_empty() { "it told no number of tests" } else { &told.lines };
    let words = if ran.stderr.trim().is_empty() { &ran.output } else { &ran.stderr };
    let why = match (ran.success, told.passed, told.left) {
        (false, ..) => tail(words),
        (true, _, 1..) => format!("{} of its tests did not run, or did not pass", told.left),
        (true, 0, 0) => return not_run(name, "it ran no test"),
        (true, ..) => {
            return Check { name, verdict: Verdict::Pass, summary: escape(summary), findings: Vec::new() };
        }
    };
    // Each by its name, so that nobody who accepts one accepts them all.
    let findings = match told.failures() {
        Some(failures) => shown(failures, Tool::Hardhat),
        None => vec![failed_somewhere(Tool::Hardhat, &why)],
    };
    Check { name, verdict: Verdict::Fail, summary: escape(summary), findings }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(success: bool, output: &str) -> (Verdict, String) {
        let ran = Ran { success, output: output.to_owned(), stderr: String::new() };
        let check = judge("test: hardhat".into(), &ran);
        assert_eq!(check.verdict == Verdict::Fail, !check.findings.is_empty());
        (check.verdict, check.summary)
    }

    fn codes(success: bool, output: &str) -> Vec<String> {
        let ran = Ran { success, output: output.to_owned(), stderr: String::new() };
        let findings = judge("test: hardhat".into(), &ran).findings;
        findings.iter().map(|finding| format!("{} {}", finding.code, finding.subject)).collect()
    }

    #[test]
    fn prx_v02_each_test_of_hardhat_that_fails_or_is_skipped_is_a_finding_of_its_own() {
        let some = "
  Counter
    \u{2714} counts
    1) counts down
    - counts backwards
    when it is full
      2) stops


  1 passing (9ms)
  1 pending
  2 failing

  1) Counter
       counts down:

      AssertionError: expected 1 to equal 2
      + expected - actual

      -1
      +2

      at Context.<anonymous> (test/a.js:5:9)

  2) Counter
       when it is full
         stops:
     Error: no
";
        assert_eq!(
            codes(false, some),
            [
                "PRX-VAL-013 Counter counts down",
                "PRX-VAL-013 Counter when it is full stops",
                "PRX-VAL-013 counts backwards"
            ]
        );
        let ran = Ran { success: false, output: some.to_owned(), stderr: String::new() };
        let findings = judge("test: hardhat".into(), &ran).findings;
        assert_eq!(findings[0].evidence, "AssertionError: expected 1 to equal 2");
        assert_eq!(findings[2].evidence, "it did not run");
        // What does not add up is told as one, which nobody can accept.
        for other in [
            some.replace("2 failing", "3 failing"),
            some.replace("1 pending", "2 pending"),
            some.replace("    - counts backwards\n", ""),
            some.replace("when it is full\n         stops:", "counts down:"),
            some.replace("       counts down:\n", ""),
        ] {
            assert_eq!(codes(false, &other), ["PRX-VAL-017 hardhat test"], "{other}");
        }
        let many: String = (1..=101).map(|n| format!("  {n}) t{n}:\n     Error: no\n\n")).collect();
        let many = codes(false, &format!("  0 passing (1ms)\n  101 failing\n\n{many}"));
        assert_eq!((many.len(), many[100].as_str()), (101, "PRX-VAL-017 hardhat test"));
    }

    #[test]
    fn prx_v02_a_suite_of_hardhat_that_ran_nothing_or_skipped_is_no_pass() {
        let passed = "  Counter\n    ok\n\n  12 passing (2s)\n  0 pending\n";
        assert_eq!(said(true, passed), (Verdict::Pass, "12 passing (2s), 0 pending".into()));
        assert_eq!(said(true, "  0 passing (1ms)\n").0, Verdict::Unknown);
        assert_eq!(said(true, "").0, Verdict::Unknown);
        assert_eq!(said(true, "Nothing to compile\n").0, Verdict::Unknown);
        assert_eq!(said(true, "  0 passing (1ms)\n  12 pending\n").0, Verdict::Fail);
        assert_eq!(
            said(true, "  3 passing (1ms)\n  1 pending\n").0,
            Verdict::Fail,
            "as forge's that is skipped"
        );
        assert_eq!(said(false, "  3 passing (1ms)\n  1 failing\n").0, Verdict::Fail);
        assert_eq!(codes(false, "  3 passing (1ms)\n  1 failing\n"), ["PRX-VAL-017 hardhat test"]);
        assert_eq!(codes(false, "Error HH404\n"), ["PRX-VAL-017 hardhat test"]);
        // Hardhat 3 runs two kinds, and tells each.
        let both = "Running Solidity tests\n\n  2 passing\n\nRunning node:test tests\n\n  1 passing (9ms)\n  1 skipped\n";
        assert_eq!(said(true, both), (Verdict::Fail, "2 passing, 1 passing (9ms), 1 skipped".into()));
    }
}
