//! What the compiler says about sources, with file, line and column.

use super::sources::Sources;
use payrox_model::text::escape;
use serde::Deserialize;
use std::{borrow::Cow, fmt};

/// How much it weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The sources do not compile.
    Error,
    /// They do.
    Warning,
}

/// One message of the compiler. Its texts are escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it weighs.
    pub level: Level,
    /// The compiler's kind and number, such as `ParserError 2314`.
    pub kind: String,
    /// What it says.
    pub message: String,
    /// The source, by the compiler's name.
    pub file: Option<String>,
    /// Line and column, from 1; the column in bytes.
    pub position: Option<(usize, usize)>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}:")?;
        }
        if let Some((line, column)) = self.position {
            write!(f, "{line}:{column}:")?;
        }
        if self.file.is_some() {
            f.write_str(" ")?;
        }
        write!(f, "{}: {}", self.kind, self.message)
    }
}

/// The compiler's JSON of a message.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawMessage<'a> {
    #[serde(borrow)]
    severity: Cow<'a, str>,
    #[serde(borrow)]
    message: Cow<'a, str>,
    #[serde(default, borrow)]
    r#type: Cow<'a, str>,
    #[serde(default)]
    error_code: Option<String>,
    #[serde(default)]
    source_location: Option<RawLocation>,
}

#[derive(Deserialize)]
struct RawLocation {
    file: String,
    #[serde(default)]
    start: i64,
}

impl RawMessage<'_> {
    pub(super) fn read(&self, sources: &Sources) -> Diagnostic {
        let code = self.error_code.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
        let place = self.source_location.as_ref();
        let position =
            place.and_then(|at| position(sources.text(&at.file)?, usize::try_from(at.start).ok()?));
        Diagnostic {
            level: if self.severity == "error" { Level::Error } else { Level::Warning },
            kind: escape(&format!("{}{code}", self.r#type)),
            message: escape(self.message.trim()),
            file: place.map(|at| escape(&at.file)),
            position,
        }
    }
}

/// Line and column of a byte.
fn position(text: &str, at: usize) -> Option<(usize, usize)> {
    let before = text.as_bytes().get(..at)?;
    let line = 1 + before.iter().filter(|b| **b == b'\n').count();
    let column = 1 + before.iter().rev().take_while(|b| **b != b'\n').count();
    Some((line, column))
}
