//! `payrox explain [CODE | WORDS]`.

use crate::{
    args::ExplainArgs,
    fault::CliFault,
    printer::{Paint, Printer, Tone},
    table::table,
};
use payrox_model::{BoxFault, ExitCode, text::escape};
use serde::Serialize;

/// The table of every code, which people read in `docs/`.
const FINDINGS: &str = include_str!("../../../../docs/findings.md");

/// Entries that are shown for a word, at most.
const SHOWN: usize = 20;

/// A row of a table of codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Entry<'a> {
    area: &'a str,
    code: &'a str,
    exit: &'a str,
    cause: &'a str,
    cure: &'a str,
}

/// A row of the table of troubles: what people call it, and the code that it ends in.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trouble<'a> {
    name: &'a str,
    code: &'a str,
    next: &'a str,
}

pub(crate) fn explain(args: &ExplainArgs, printer: &Printer) -> Result<ExitCode, BoxFault> {
    let asked = args.what.join(" ");
    let paint = printer.paint();
    if asked.trim().is_empty() {
        let all: Vec<_> = entries().collect();
        printer.document(&all);
        printer.result(&overview(&all));
        return Ok(ExitCode::Ok);
    }
    let unknown = || CliFault::UnknownCode { code: escape(&asked.chars().take(80).collect::<String>()) };
    let code = asked.trim().to_ascii_uppercase();
    if code.starts_with("PRX-") {
        let entry = entries().find(|e| e.code == code).ok_or_else(unknown)?;
        printer.document(&entry);
        printer.result(&one(&entry, None, paint));
        return Ok(ExitCode::Ok);
    }
    let found = meant(&asked);
    if found.is_empty() {
        return Err(unknown().into());
    }
    printer.document(&found.iter().map(|(entry, _)| entry).collect::<Vec<_>>());
    let shown: Vec<_> =
        found.iter().take(SHOWN).map(|(entry, trouble)| one(entry, trouble.as_ref(), paint)).collect();
    let more = match found.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\n\nand {more} more: say it in more words"),
    };
    printer.result(&format!("{}{more}", shown.join("\n\n")));
    Ok(ExitCode::Ok)
}

/// The code as it stands in the table: what a stored one means, if it means anything.
pub(crate) fn known(code: &str) -> Option<&'static str> {
    entries().map(|entry| entry.code).find(|known| *known == code)
}

/// What a trouble's name, or else an entry's text, has all the words of.
fn meant(asked: &str) -> Vec<(Entry<'static>, Option<Trouble<'static>>)> {
    let words: Vec<_> = asked.split_whitespace().map(str::to_lowercase).collect();
    let fits = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let named = troubles().filter(|trouble| fits(trouble.name));
    let known: Vec<_> = named
        .filter_map(|trouble| Some((entries().find(|e| e.code == trouble.code)?, Some(trouble))))
        .collect();
    if !known.is_empty() {
        return known;
    }
    entries()
        .filter(|e| fits(&format!("{} {} {}", e.area, e.cause, e.cure)))
        .map(|entry| (entry, None))
        .collect()
}

fn one(entry: &Entry<'_>, trouble: Option<&Trouble<'_>>, paint: Paint) -> String {
    let head = match trouble {
        Some(trouble) => format!("{}  {}", paint.tone(Tone::Strong, entry.code), trouble.name),
        None => paint.tone(Tone::Strong, entry.code),
    };
    let next = trouble.map(|trouble| format!("\nnext:  {}", trouble.next)).unwrap_or_default();
    format!("{head}\ncause: {}\ncure:  {}\nexit:  {}{next}", entry.cause, entry.cure, entry.exit)
}

/// Every code by its area, in the order of the document.
fn overview(all: &[Entry<'_>]) -> String {
    let mut areas: Vec<&str> = all.iter().map(|e| e.area).collect();
    areas.dedup();
    let mut parts: Vec<_> = areas
        .into_iter()
        .map(|area| {
            let rows = all.iter().filter(|e| e.area == area);
            format!(
                "{area}\n{}",
                table(["code", "exit", "cause"], rows.map(|e| [e.code, e.exit, e.cause].map(str::to_owned)))
            )
        })
        .collect();
    let names: Vec<_> = troubles().map(|trouble| trouble.name).collect();
    parts.push(format!("`payrox explain CODE` tells the cure; words work too: {}", names.join(", ")));
    parts.join("\n\n")
}

/// The cells of a row of a table.
fn cells(line: &str) -> Option<impl Iterator<Item = &str>> {
    Some(line.strip_prefix("| ")?.trim_end().trim_end_matches('|').split(" | ").map(str::trim))
}

fn entries() -> impl Iterator<Item = Entry<'static>> {
    let mut area = "";
    FINDINGS.lines().filter_map(move |line| {
        if let Some(heading) = line.strip_prefix("## ") {
            area = heading;
        }
        let mut cells = cells(line)?;
        let code = cells.next().filter(|code| code.starts_with("PRX-"))?;
        Some(Entry { area, code, exit: cells.next()?, cause: cells.next()?, cure: cells.next()? })
    })
}

fn troubles() -> impl Iterator<Item = Trouble<'static>> {
    FINDINGS.lines().filter_map(|line| {
        let mut cells = cells(line)?;
        let (name, code, next) = (cells.next()?, cells.next()?, cells.next()?);
        (cells.next().is_none() && code.starts_with("PRX-")).then_some(Trouble { name, code, next })
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
                        // A prefix that is compared with is no code.
                        if code.bytes().last().is_some_and(|b| b.is_ascii_digit()) {
                            found.entry(code).or_default().insert(path.display().to_string());
                        }
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
    fn prx_s03_every_code_in_the_sources_is_explained_and_every_explained_code_exists() {
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
    fn prx_s03_every_row_has_a_cause_and_a_cure_and_no_code_has_two_rows() {
        let mut seen = BTreeSet::new();
        for entry in entries() {
            assert!(seen.insert(entry.code), "{entry:?}");
            assert!(entry.cause.len() > 8 && entry.cure.len() > 3 && !entry.area.is_empty(), "{entry:?}");
            assert!(entry.exit.chars().all(|c| c.is_ascii_digit() || c == ',' || c == ' '), "{entry:?}");
        }
    }

    /// The list of the runbook, word for word.
    const RUNBOOK: [&str; 9] = [
        "Stack too deep",
        "Import errors",
        "Version conflicts",
        "Gas estimation failures",
        "Nonce issues",
        "Network connectivity",
        "Function not found",
        "State mismatch",
        "Access denied",
    ];

    #[test]
    fn prx_s03_each_of_the_runbooks_nine_troubles_has_one_code_a_cause_and_the_next_command() {
        let names: Vec<_> = troubles().map(|t| t.name).collect();
        assert_eq!(names, RUNBOOK);
        let codes: BTreeSet<_> = troubles().map(|t| t.code).collect();
        assert_eq!(codes.len(), 9, "each has a code of its own");
        for trouble in troubles() {
            let found = meant(trouble.name);
            assert_eq!(found.len(), 1, "{trouble:?}");
            assert_eq!(found[0].0.code, trouble.code);
            assert!(trouble.next.contains("`payrox "), "{trouble:?}");
        }
    }

    #[test]
    fn prx_s03_a_trouble_is_found_by_a_word_of_it() {
        for (asked, code) in
            [("nonce", "Nonce issues"), ("gas", "Gas estimation failures"), ("DENIED", "Access denied")]
        {
            let names: Vec<_> = meant(asked).into_iter().filter_map(|(_, t)| Some(t?.name)).collect();
            assert_eq!(names, [code], "{asked}");
        }
        assert!(meant("symbolic link").iter().any(|(e, _)| e.code.starts_with("PRX-BAK-")));
        assert!(meant("no such words anywhere").is_empty());
    }
}
