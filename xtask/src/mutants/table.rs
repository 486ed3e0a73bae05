//! What the mutants' run is committed as.

use super::{Fate, Mutant};
use std::fmt::Write as _;

/// One word on a fate, for a line.
pub(super) fn verdict(fate: &Fate) -> String {
    match fate {
        Fate::Caught(names) => format!("caught by {}", names.join(", ")),
        Fate::Survived(ids) => format!("SURVIVED for {}", ids.join(" ")),
        Fate::Unclear(why) => format!("UNCLEAR, {why}"),
    }
}

pub(super) fn render(fates: &[(&Mutant, Fate)], uncovered: &[String]) -> String {
    let caught = fates.iter().filter(|(_, fate)| matches!(fate, Fate::Caught(_))).count();
    let mut out = format!(
        "# Faults and the tests that notice them\n\n\
         Written by `cargo xtask mutants`: each row is one changed line, compiled without via-IR and deployed in place of the \
         release.\nThe tests beside it pass without the fault and fail with it.\n\n\
         {caught} of {} faults are noticed.\n\n\
         | cites | fault | file | tests that fail |\n|---|---|---|---|\n",
        fates.len()
    );
    for (mutant, fate) in fates {
        let result = match fate {
            Fate::Caught(names) => format!("`{}`", names.join("`, `")),
            other => format!("**{}**", verdict(other)),
        };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {result} |",
            mutant.ids.join(" "),
            cell(&mutant.fault),
            mutant.file.file_name().unwrap_or_default().to_string_lossy(),
        );
    }
    if !uncovered.is_empty() {
        let _ = writeln!(out, "\nWithout a fault of their own: {}.", uncovered.join(", "));
    }
    out
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
