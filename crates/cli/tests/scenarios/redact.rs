//! What differs from run to run, replaced by what it is.

use std::path::Path;

/// Replaces folders, points in time and durations.
pub(crate) fn redact(text: &str, here: &Path, root: &Path) -> String {
    let text =
        text.replace(&here.display().to_string(), "[DIR]").replace(&root.display().to_string(), "[ROOT]");
    let text = dates(&text);
    durations(&text)
}

/// `2026-01-31 12:34:56` becomes `[TIME]`.
fn dates(text: &str) -> String {
    const SHAPE: &[u8] = b"0000-00-00 00:00:00";
    let fits = |bytes: &[u8]| {
        bytes.len() >= SHAPE.len()
            && SHAPE.iter().zip(bytes).all(|(s, b)| if *s == b'0' { b.is_ascii_digit() } else { s == b })
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if fits(rest.as_bytes()) {
            out.push_str("[TIME]");
            rest = &rest[SHAPE.len()..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// `12 ms`, `1.5 s` and `"durationMs": 12` become `[MS]`.
fn durations(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        out.push_str(before);
        let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
        let (digits, after) = number.split_at(end);
        let word_before = before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let unit = [" ms", " s"].into_iter().find(|unit| {
            after
                .strip_prefix(unit)
                .is_some_and(|a| !a.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
        });
        if before.ends_with("\"durationMs\": ") {
            out.push_str("[MS]");
            rest = after;
        } else if let (false, Some(unit)) = (word_before, unit) {
            out.push_str("[MS]");
            rest = &after[unit.len()..];
        } else {
            out.push_str(digits);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}
