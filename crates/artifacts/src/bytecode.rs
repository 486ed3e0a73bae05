//! Code as the compiler emits it: hexadecimal, with gaps for libraries and immutables.

use crate::{flaw::Flaw, reference::shorten};
use alloy_primitives::{Address, Bytes};
use payrox_model::CodeHash;
use serde::Deserialize;
use std::{borrow::Cow, collections::BTreeMap};

/// The compiler's JSON of one piece of code.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawCode<'a> {
    #[serde(borrow)]
    object: Cow<'a, str>,
    #[serde(default, borrow)]
    link_references: BTreeMap<Cow<'a, str>, BTreeMap<Cow<'a, str>, Vec<RawRange>>>,
    #[serde(default, borrow)]
    immutable_references: BTreeMap<Cow<'a, str>, Vec<RawRange>>,
}

#[derive(Deserialize)]
struct RawRange {
    start: usize,
    length: usize,
}

/// Code with the places that are filled later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytecode {
    code: Vec<u8>,
    links: BTreeMap<String, Vec<usize>>,
    immutables: Vec<Gap>,
}

/// Bytes that the constructor fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Offset of the first.
    pub start: usize,
    /// How many.
    pub length: usize,
}

/// Libraries that code needs and nobody gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unlinked(pub(crate) Vec<String>);

impl Bytecode {
    pub(crate) fn read(part: &'static str, raw: &RawCode<'_>) -> Result<Self, Flaw> {
        let text = raw.object.strip_prefix("0x").unwrap_or(&raw.object).as_bytes();
        let mut links = BTreeMap::new();
        let mut holes = Vec::new();
        for (path, names) in &raw.link_references {
            for (name, ranges) in names {
                let library = shorten(&format!("{path}:{name}"));
                let offsets = ranges.iter().map(|range| {
                    if range.length == 20 && in_code(range, text.len() / 2) {
                        Ok(range.start)
                    } else {
                        Err(misplaced(part, &format!("library {library} at {}", range.start)))
                    }
                });
                let offsets = offsets.collect::<Result<Vec<_>, _>>()?;
                holes.extend_from_slice(&offsets);
                links.insert(library, offsets);
            }
        }
        holes.sort_unstable();
        let code = decode(part, text, &holes)?;
        let mut immutables = Vec::new();
        for (id, ranges) in &raw.immutable_references {
            for range in ranges {
                if range.length == 0 || range.length > 32 || !in_code(range, code.len()) {
                    return Err(misplaced(part, &format!("immutable {} at {}", shorten(id), range.start)));
                }
                immutables.push(Gap { start: range.start, length: range.length });
            }
        }
        immutables.sort_unstable();
        if let Some(gap) =
            immutables.iter().find(|gap| code[gap.start..gap.start + gap.length].iter().any(|b| *b != 0))
        {
            return Err(misplaced(part, &format!("immutable at {}, where there is code,", gap.start)));
        }
        Ok(Self { code, links, immutables })
    }

    /// Bytes of code.
    pub fn len(&self) -> usize {
        self.code.len()
    }

    /// Whether there is none: an interface or an abstract contract.
    pub fn is_empty(&self) -> bool {
        self.code.is_empty()
    }

    /// `path:Name` of every library it calls by address.
    pub fn libraries(&self) -> impl Iterator<Item = &str> {
        self.links.keys().map(String::as_str)
    }

    /// The places that the constructor fills, ascending.
    pub fn immutables(&self) -> &[Gap] {
        &self.immutables
    }

    /// The gaps in one line: libraries by name, then immutables.
    pub(crate) fn gaps(&self) -> String {
        let places = |at: &[usize]| at.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        let links = self.links.iter().map(|(library, at)| format!("{library} {}\n", places(at)));
        let immutables = self.immutables.iter().map(|gap| format!("{}+{}\n", gap.start, gap.length));
        links.chain(immutables).collect()
    }

    /// The code with zeros where something is missing.
    pub fn template(&self) -> &[u8] {
        &self.code
    }

    /// The code with the addresses of its libraries, which are named `path:Name` or `Name`.
    pub(crate) fn link(&self, libraries: &BTreeMap<String, Address>) -> Result<Bytes, Unlinked> {
        let mut code = self.code.clone();
        let mut missing = Vec::new();
        for (library, offsets) in &self.links {
            let name = library.rsplit(':').next().unwrap_or(library);
            match libraries.get(library).or_else(|| libraries.get(name)) {
                Some(address) => {
                    for &at in offsets {
                        code[at..at + 20].copy_from_slice(address.as_slice());
                    }
                }
                None => missing.push(library.clone()),
            }
        }
        if missing.is_empty() { Ok(code.into()) } else { Err(Unlinked(missing)) }
    }

    /// The code hash that will be on chain, where the code alone says it: nothing to link, nothing that a
    /// constructor fills, and no library, whose own address is written into its code.
    pub fn final_hash(&self) -> Option<CodeHash> {
        let library = self.code.starts_with(&[0x73]) && self.code.get(1..21) == Some(&[0; 20]);
        (!self.is_empty() && self.links.is_empty() && self.immutables.is_empty() && !library)
            .then(|| CodeHash::of(&self.code))
    }

    /// Whether deployed code is this code, whatever fills the gaps.
    pub fn matches(&self, deployed: &[u8]) -> bool {
        if deployed.len() != self.code.len() {
            return false;
        }
        let mut masked = deployed.to_vec();
        for gap in &self.immutables {
            masked[gap.start..gap.start + gap.length].fill(0);
        }
        for &at in self.links.values().flatten() {
            masked[at..at + 20].fill(0);
        }
        masked == self.code
    }

    /// The compiler's version at the end of the code, where the compiler put one (its CBOR trailer).
    pub(crate) fn trailer_version(&self) -> Option<[u8; 3]> {
        let (rest, length) = self.code.split_last_chunk::<2>()?;
        let trailer = &rest[rest.len().checked_sub(usize::from(u16::from_be_bytes(*length)))?..];
        // A map of one to three pairs, the last of them the text `solc` and three bytes.
        let version = trailer.get(trailer.len().checked_sub(9)?..)?.strip_prefix(b"dsolcC")?;
        let map = matches!(trailer.first()?, 0xa1..=0xa3);
        if map { version.try_into().ok() } else { None }
    }
}

fn in_code(range: &RawRange, length: usize) -> bool {
    range.start.checked_add(range.length).is_some_and(|end| end <= length)
}

fn misplaced(part: &'static str, what: &str) -> Flaw {
    Flaw::Reference { part, why: format!("{what} does not fit the code") }
}

/// The bytes of hexadecimal text; the 20 bytes at each hole are the compiler's placeholder and read as zero.
fn decode(part: &'static str, text: &[u8], holes: &[usize]) -> Result<Vec<u8>, Flaw> {
    if !text.len().is_multiple_of(2) {
        return Err(Flaw::Hex { part, why: "it has an odd number of digits".into() });
    }
    let mut code = vec![0; text.len() / 2];
    let mut from = 0;
    for &hole in holes {
        if hole < from {
            return Err(misplaced(part, &format!("the library at {hole} overlaps another and")));
        }
        digits(part, text, from, &mut code[from..hole])?;
        let placeholder = &text[2 * hole..2 * hole + 40];
        if !(placeholder.starts_with(b"__$") && placeholder.ends_with(b"$__")) {
            return Err(Flaw::Reference { part, why: format!("no placeholder stands at {hole}") });
        }
        from = hole + 20;
    }
    digits(part, text, from, &mut code[from..])?;
    Ok(code)
}

fn digits(part: &'static str, text: &[u8], from: usize, code: &mut [u8]) -> Result<(), Flaw> {
    let text = &text[2 * from..2 * (from + code.len())];
    let nibble = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    for (i, (byte, pair)) in code.iter_mut().zip(text.chunks_exact(2)).enumerate() {
        let (Some(high), Some(low)) = (nibble(pair[0]), nibble(pair[1])) else {
            let at = from + i;
            let why = if pair.contains(&b'_') || pair.contains(&b'$') {
                format!("byte {at} is a library's placeholder that linkReferences does not name")
            } else {
                format!("byte {at} is `{}`", shorten(&String::from_utf8_lossy(pair)))
            };
            return Err(Flaw::Hex { part, why });
        };
        *byte = high << 4 | low;
    }
    Ok(())
}
