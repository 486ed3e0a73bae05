//! The `console` blocks of README.md, run in order, in one folder.
//!
//! A line that starts with `$ ` is a command; the lines below it are its stdout, `...` standing for any number of lines. A command
//! through cargo runs the binary under test. Every command must end with status 0.

use crate::{blessing, redact, repository, shell};
use libtest_mimic::Failed;
use std::fs;

const CARGO: [&str; 2] = ["cargo run --release --quiet --", "cargo run --release --"];

pub(crate) fn run() -> Result<(), Failed> {
    let file = repository().join("README.md");
    let readme = fs::read_to_string(&file)?;
    let place = shell::Place::new()?;
    shell::copy(&repository().join("examples"), &place.path().join("examples"))?;
    let mut seen = String::new();
    let mut commands = 0;
    let mut lines = readme.lines().peekable();
    let mut inside = false;
    while let Some(line) = lines.next() {
        seen.push_str(line);
        seen.push('\n');
        inside = if inside { line != "```" } else { line == "```console" };
        let Some(command) = line.strip_prefix("$ ").filter(|_| inside) else { continue };
        commands += 1;
        let mut shown = Vec::new();
        while let Some(line) = lines.next_if(|l| !l.starts_with("$ ") && *l != "```") {
            shown.push(line);
        }
        let real = CARGO.iter().fold(command.to_owned(), |c, cargo| c.replace(cargo, "payrox"));
        let output = place.run(&real)?;
        if output.status != 0 {
            return Err(format!("`{command}` ended with {}:\n{}", output.status, output.stderr).into());
        }
        let wanted = shown.iter().map(|l| redact::redact(l, place.path(), &repository())).collect::<Vec<_>>();
        let got: Vec<&str> = output.stdout.lines().collect();
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let elided = shown.contains(&"...");
        if !blessing() && !fits(trimmed(&wanted), trimmed(&got)) {
            let difference = crate::difference(&wanted.join("\n"), &got.join("\n"));
            return Err(format!("`{command}` prints something else:\n{difference}").into());
        }
        let kept = if elided || fits(trimmed(&wanted), trimmed(&got)) { &shown } else { &got };
        kept.iter().for_each(|l| {
            seen.push_str(l);
            seen.push('\n');
        });
    }
    if commands == 0 {
        return Err("README.md has no transcript".into());
    }
    if blessing() {
        #[expect(clippy::disallowed_methods, reason = "a golden file is written by hand, so to speak")]
        fs::write(&file, seen)?;
    }
    Ok(())
}

fn trimmed<'a>(lines: &'a [&'a str]) -> &'a [&'a str] {
    let end = lines.iter().rposition(|l| !l.trim().is_empty()).map_or(0, |i| i + 1);
    &lines[..end]
}

/// Whether the lines are as wanted, `...` standing for any number of them.
fn fits(wanted: &[&str], got: &[&str]) -> bool {
    match wanted.split_first() {
        None => got.is_empty(),
        Some((&"...", rest)) => (0..=got.len()).any(|skipped| fits(rest, &got[skipped..])),
        Some((line, rest)) => {
            got.split_first().is_some_and(|(g, left)| g.trim_end() == line.trim_end() && fits(rest, left))
        }
    }
}
