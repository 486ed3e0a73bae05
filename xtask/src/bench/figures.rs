//! Samples: how long a process took from start to end, and how much memory it held at most.

use crate::failure::{Doing, Done, Failure};
use std::{
    fs,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// What several runs gave.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples(pub(super) Vec<f64>);

impl Samples {
    pub(super) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    /// The least and the greatest.
    pub(super) fn range(&self) -> (f64, f64) {
        self.0.iter().fold((f64::INFINITY, 0.0), |(low, high), &x| (low.min(x), high.max(x)))
    }
}

/// Milliseconds from before the process is made until it and its output have ended.
pub(super) fn time(command: &mut Command) -> Done<f64> {
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output();
    let elapsed = start.elapsed().as_secs_f64() * 1000.0;
    demand(command, output)?;
    Ok(elapsed)
}

/// Its standard output.
pub(super) fn output(command: &mut Command) -> Done<String> {
    let output = command.stdin(Stdio::null()).output();
    demand(command, output)
}

fn demand(command: &Command, output: std::io::Result<Output>) -> Done<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = output.doing(|| format!("cannot start {name}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    let lines: Vec<&str> = said.lines().collect();
    let last = lines[lines.len().saturating_sub(12)..].join("\n");
    Err(Failure::new(format!("{name} ended with {}:\n{last}", output.status)))
}

/// MiB of resident memory at most, as Linux counts it until shortly before the process ends.
pub(super) fn peak_memory(command: &mut Command) -> Done<f64> {
    let name = command.get_program().to_string_lossy().into_owned();
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = quiet.spawn().doing(|| format!("cannot start {name}"))?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    loop {
        // The mark only ever rises, so that the last look before the end counts.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = mark.and_then(|mark| mark.trim().trim_end_matches(" kB").parse::<u32>().ok());
        most = kib.unwrap_or_default().max(most);
        if let Some(ended) = child.try_wait().doing(|| format!("cannot wait for {name}"))? {
            return match (ended.success(), most) {
                (true, 1..) => Ok(f64::from(most) / 1024.0),
                (true, _) => Err(Failure::new("there is no /proc here to read memory from")),
                (false, _) => Err(Failure::new(format!("{name} ended with {ended}"))),
            };
        }
        thread::sleep(Duration::from_micros(300));
    }
}
