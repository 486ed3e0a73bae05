//! Reading a file of the journal: all of it, or up to a torn last line, or not at all.

use crate::{JournalError, Line, Record};
use alloy_primitives::{B256, keccak256};
use payrox_model::{Name, version};
use std::path::Path;

/// More than this is no journal.
const LIMIT: u64 = 1 << 28;

/// A file that was read.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) lines: Vec<Line>,
    /// Hash of the last line.
    pub(crate) last: B256,
    /// Bytes of whole lines. What follows was torn by a crash and never acted upon: an act needs the fsync of its line.
    pub(crate) whole: u64,
    /// Bytes after them.
    pub(crate) torn: u64,
}

pub(crate) fn read(path: &Path) -> Result<Read, JournalError> {
    let bytes = payrox_files::read(path, LIMIT)?;
    let mut read = Read::default();
    let mut rest = bytes.as_slice();
    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
        let (text, after) = (&rest[..end], &rest[end + 1..]);
        let number = read.lines.len() as u64;
        let line = parse(path, number, text)?;
        let damaged = |why: String| JournalError::Damaged { path: path.to_owned(), line: number + 1, why };
        if line.seq != number {
            return Err(damaged(format!("it has number {}, not {number}", line.seq)));
        }
        if line.prev != read.last {
            return Err(damaged("the hash of the line before is not the one it names".into()));
        }
        if matches!(line.record, Record::Opened { .. }) != (number == 0) {
            return Err(damaged("the line that opens a file is its first, and only that".into()));
        }
        read.last = keccak256(text);
        read.whole += end as u64 + 1;
        read.lines.push(line);
        rest = after;
    }
    read.torn = rest.len() as u64;
    Ok(read)
}

fn parse(path: &Path, number: u64, text: &[u8]) -> Result<Line, JournalError> {
    if number == 0 {
        // Before the rest is looked at: a newer version may have another shape.
        #[derive(serde::Deserialize)]
        struct Versioned {
            version: u64,
        }
        if let Ok(Versioned { version: found }) = serde_json::from_slice(text)
            && !(1..=u64::from(version::JOURNAL)).contains(&found)
        {
            return Err(JournalError::Version { path: path.to_owned(), found, known: version::JOURNAL });
        }
    }
    let damaged = |why: String| JournalError::Damaged { path: path.to_owned(), line: number + 1, why };
    let line: Line =
        serde_json::from_slice(text).map_err(|e| damaged(payrox_model::text::escape(&e.to_string())))?;
    // Files are named after contracts, and journals come from others: no path may hide in a name.
    if let Record::Done { placed, .. } | Record::Found { placed, .. } = &line.record {
        for one in placed {
            one.name.parse::<Name>().map_err(|e| damaged(e.to_string()))?;
        }
    }
    Ok(line)
}
