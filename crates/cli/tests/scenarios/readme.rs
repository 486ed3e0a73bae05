//! The `console` blocks of README.md, run in order, in one folder.
//!
//! A line that starts with `$ ` is a command; the lines below it are its stdout, `...` standing for any number of lines. A command
//! through cargo runs the binary under test. Every command must end with status 0.

use crate::{blessing, redact::Redactor, repository, shell};
use libtest_mimic::Failed;
use std::fs;

const CARGO: [&str; 2] = ["cargo run --release --quiet --", "cargo run --release --"];

pub(crate) fn run() -> Result<(), Failed> {
    let file = repository().join("README.md");
    let readme = fs::read_to_string(&file)?;
    let place = shell::Place::new()?;
    let shown_by_readme = Redactor::default();
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
        // Both sides are redacted: addresses follow from the release, times from the day.
        let wanted: Vec<_> =
            shown.iter().map(|l| shown_by_readme.redact(l, place.path(), &repository())).collect();
        let got: Vec<_> = output.stdout.lines().map(|l| place.redact(l)).collect();
        let same = fits(trimmed(&wanted), trimmed(&got));
        if !same && !blessing() {
            let difference = crate::difference(&wanted.join("\n"), &got.join("\n"));
            return Err(format!("`{command}` prints something else:\n{difference}").into());
        }
        // What is left out stays so; all else is as it is now, addresses too.
        let stays = same && (!blessing() || shown.contains(&"..."));
        let kept: Vec<&str> = if stays { shown } else { output.stdout.trim_end().lines().collect() };
        for line in kept {
            seen.push_str(line);
            seen.push('\n');
        }
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

fn trimmed(lines: &[String]) -> &[String] {
    let end = lines.iter().rposition(|l| !l.trim().is_empty()).map_or(0, |i| i + 1);
    &lines[..end]
}

/// Whether the lines are as wanted, `...` standing for any number of them.
fn fits(wanted: &[String], got: &[String]) -> bool {
    match wanted.split_first() {
        None => got.is_empty(),
        Some((line, rest)) if line == "..." => (0..=got.len()).any(|skipped| fits(rest, &got[skipped..])),
        Some((line, rest)) => {
            got.split_first().is_some_and(|(g, left)| g.trim_end() == line.trim_end() && fits(rest, left))
        }
    }
}
