//! `payrox explain CODE`.

use crate::{
    args::ExplainArgs,
    fault::CliFault,
    printer::{Printer, Tone},
};
use payrox_model::{BoxFault, ExitCode, text::escape};
use serde::Serialize;

/// The table of every code, which people read in `docs/`.
const FINDINGS: &str = include_str!("../../../../docs/findings.md");

/// A row of the table.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Entry<'a> {
    code: &'a str,
    exit: &'a str,
    cause: &'a str,
    cure: &'a str,
}

pub(crate) fn explain(args: &ExplainArgs, printer: &Printer) -> Result<ExitCode, BoxFault> {
    let wanted = args.code.trim().to_ascii_uppercase();
    let entry = entries().find(|e| e.code == wanted).ok_or_else(|| CliFault::UnknownCode {
        code: escape(&args.code.chars().take(80).collect::<String>()),
    })?;
    printer.document(&entry);
    let paint = printer.paint();
    printer.result(&format!(
        "{}\ncause: {}\ncure:  {}\nexit:  {}",
        paint.tone(Tone::Strong, entry.code),
        entry.cause,
        entry.cure,
        entry.exit
    ));
    Ok(ExitCode::Ok)
}

fn entries() -> impl Iterator<Item = Entry<'static>> {
    FINDINGS.lines().filter_map(|line| {
        let row = line.strip_prefix("| PRX-")?;
        let mut cells = row.trim_end().trim_end_matches('|').split(" | ").map(str::trim);
        let code = cells.next()?;
        // The prefix is cut off with the bar; the code is taken from the line itself.
        let code = line.get(2..2 + 4 + code.len())?;
        Some(Entry { code, exit: cells.next()?, cause: cells.next()?, cure: cells.next()? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::Path,
    };

    /// Every literal `"PRX-AREA-nnn"` in the sources, and the files it is in.
    fn codes_in_sources() -> BTreeMap<String, BTreeSet<String>> {
        fn visit(folder: &Path, found: &mut BTreeMap<String, BTreeSet<String>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    visit(&path, found);
                } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
                    let text = fs::read_to_string(&path).unwrap();
                    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                    for part in text.split("\"PRX-").skip(1) {
                        let code = format!("PRX-{}", part.split('"').next().unwrap());
                        found.entry(code).or_default().insert(path.display().to_string());
                    }
                }
            }
        }
        let mut found = BTreeMap::new();
        for krate in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap() {
            let src = krate.unwrap().path().join("src");
            if src.is_dir() {
                visit(&src, &mut found);
            }
        }
        found
    }

    #[test]
    fn every_code_in_the_sources_is_explained_and_every_explained_code_exists() {
        let sources = codes_in_sources();
        assert!(sources.len() > 10, "the sources were not found");
        let explained: BTreeSet<_> = entries().map(|e| e.code.to_owned()).collect();
        let missing: Vec<_> = sources.keys().filter(|c| !explained.contains(*c)).collect();
        let stale: Vec<_> = explained.iter().filter(|c| !sources.contains_key(*c)).collect();
        assert!(
            missing.is_empty() && stale.is_empty(),
            "not in docs/findings.md: {missing:?}; only there: {stale:?}"
        );
    }

    #[test]
    fn every_code_is_declared_in_one_file() {
        let doubles: Vec<_> = codes_in_sources().into_iter().filter(|(_, files)| files.len() > 1).collect();
        assert!(doubles.is_empty(), "{doubles:?}");
    }

    #[test]
    fn every_row_has_a_cause_and_a_cure() {
        for entry in entries() {
            assert!(entry.cause.len() > 8 && entry.cure.len() > 3, "{entry:?}");
            assert!(entry.exit.chars().all(|c| c.is_ascii_digit() || c == ',' || c == ' '), "{entry:?}");
        }
    }
}
