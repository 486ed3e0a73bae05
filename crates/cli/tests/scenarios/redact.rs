//! What differs from run to run, or from release to release, replaced by what it is.

use std::{cell::RefCell, path::Path};

/// The accounts that hold the roles on development networks: they stay readable.
const KNOWN: [&str; 3] = [
    "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
    "0x70997970c51812dc3a010c7d01b50e0d17dc79c8",
    "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
];

/// Replaces folders, points in time, durations, gas, addresses and hashes. The same address has the same name throughout
/// one scenario: which is which is compared, where it lies is not, for that follows from the release.
#[derive(Default)]
pub(crate) struct Redactor {
    addresses: RefCell<Vec<String>>,
    hashes: RefCell<Vec<String>>,
}

impl Redactor {
    pub(crate) fn redact(&self, text: &str, here: &Path, root: &Path) -> String {
        let text =
            text.replace(&here.display().to_string(), "[DIR]").replace(&root.display().to_string(), "[ROOT]");
        let text = durations(&dates(&text));
        numbers(&seconds(&writers(&self.hex(&text))))
    }

    fn hex(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("0x") {
            let (before, found) = rest.split_at(at);
            out.push_str(before);
            let end = found[2..].find(|c: char| !c.is_ascii_hexdigit()).map_or(found.len(), |i| i + 2);
            let (word, after) = found.split_at(end);
            let known = KNOWN.contains(&word.to_ascii_lowercase().as_str());
            out.push_str(&match word.len() {
                42 if !known => name(&self.addresses, "ADDRESS", word),
                66 => name(&self.hashes, "HASH", word),
                length if length > 66 => format!("[{} BYTES]", (length - 2) / 2),
                _ => word.to_owned(),
            });
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

fn name(seen: &RefCell<Vec<String>>, kind: &str, word: &str) -> String {
    let mut seen = seen.borrow_mut();
    let word = word.to_ascii_lowercase();
    let place = seen.iter().position(|s| *s == word).unwrap_or_else(|| {
        seen.push(word);
        seen.len() - 1
    });
    format!("[{kind} {}]", place + 1)
}

/// The journal's files have random names.
fn writers(text: &str) -> String {
    text.split("journal/31338/")
        .enumerate()
        .map(|(i, part)| match part.split_once(".jsonl") {
            Some((name, rest)) if i > 0 && name.bytes().all(|b| b.is_ascii_hexdigit()) => {
                format!("journal/31338/[WRITER].jsonl{rest}")
            }
            _ if i > 0 => format!("journal/31338/{part}"),
            _ => part.to_owned(),
        })
        .collect()
}

/// `1796130800`, a point in time, becomes `[SECOND]`.
fn seconds(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(at);
        let end = number.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (number, after) = number.split_at(end);
        let time =
            number.len() == 10 && number.starts_with('1') && number.bytes().all(|b| b.is_ascii_digit());
        out.push_str(before);
        out.push_str(if time { "[SECOND]" } else { number });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// `1,234,567` becomes `[N]`, and the blanks that aligned it go; so does the number after `"gas": ` and the one before `ether`.
fn numbers(text: &str) -> String {
    let mut out = text.lines().map(number_line).collect::<Vec<_>>().join("\n");
    if text.ends_with('\n') {
        out.push('\n');
    }
    out
}

fn number_line(line: &str) -> String {
    const KEYS: [&str; 9] = [
        "\"gas\"",
        "\"gasUsed\"",
        "\"gasFloor\"",
        "\"calldataBytes\"",
        "\"codeBytes\"",
        "\"durationMs\"",
        "\"time\"",
        "\"at\"",
        "\"left\"",
    ];
    const AMOUNTS: [&str; 3] = ["\"balance\"", "\"dataWei\"", "\"wei\""];
    if let Some((key, _)) = line.split_once(": \"0x").filter(|(key, _)| AMOUNTS.contains(&key.trim())) {
        return format!("{key}: \"[N]\"{}", if line.ends_with(',') { "," } else { "" });
    }
    if let Some((key, value)) = line.split_once(": ")
        && KEYS.contains(&key.trim())
        && value.starts_with(|c: char| c.is_ascii_digit())
    {
        let comma = if line.ends_with(',') { "," } else { "" };
        return format!("{key}: [N]{comma}");
    }
    let words: Vec<_> = line.split(' ').collect();
    let next = |i: usize| words[i..].iter().find(|w| !w.is_empty());
    let kept =
        words.iter().enumerate().filter(|(i, w)| !w.is_empty() || !next(*i).is_some_and(|w| is_grouped(w)));
    // The size of what is cut short follows from the release.
    let cut = |i: usize| i > 0 && words[i - 1].ends_with('…');
    let named = kept.map(|(i, word)| match *word {
        _ if cut(i) => "[N]",
        _ if words.get(i + 1).is_some_and(|unit| unit.trim_end_matches(',') == "ether") => "[N]",
        word if is_grouped(word) && word.ends_with(',') => "[N],",
        word if is_grouped(word) => "[N]",
        word => word,
    });
    named.collect::<Vec<_>>().join(" ")
}

fn is_grouped(word: &str) -> bool {
    let groups: Vec<_> = word.trim_end_matches(',').split(',').collect();
    let digits = |g: &&str| (1..=3).contains(&g.len()) && g.bytes().all(|b| b.is_ascii_digit());
    groups.len() > 1 && groups.iter().all(digits)
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

/// `12 ms` becomes `[MS]`, `59 min 3 s` becomes `[SPAN]`.
fn durations(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let begins = !out.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let Some((name, length)) = duration(rest).filter(|_| begins) else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        out.push_str(name);
        rest = &rest[length..];
        // The second unit of a span belongs to the first.
        while let Some((_, length)) = rest.strip_prefix(' ').and_then(duration) {
            rest = &rest[1 + length..];
        }
    }
    out
}

/// The duration that a text begins with: what it becomes, and how long it is.
fn duration(text: &str) -> Option<(&'static str, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = text[digits..].strip_prefix(' ').filter(|_| digits > 0)?;
    let letters = unit.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let name = match &unit[..letters] {
        "ms" => "[MS]",
        "d" | "h" | "min" | "s" => "[SPAN]",
        _ => return None,
    };
    Some((name, digits + 1 + letters))
}
