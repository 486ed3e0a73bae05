//! A TOML file with its places, so that what is wrong in it can be pointed at.

use crate::{ConfigError, ContractRef, Place, Source, Sourced};
use alloy_primitives::Address;
use payrox_model::{Name, text::escape};
use serde::de::DeserializeOwned;
use std::{
    ops::Range,
    path::{Component, Path, PathBuf},
};
use toml::{Spanned, de::DeTable, de::DeValue};

/// Bytes of a configuration file, at most.
pub(crate) const LIMIT: u64 = 1 << 20;

/// A file's text under the name it is known by.
pub(crate) struct Document {
    pub(crate) path: PathBuf,
    text: String,
}

impl Document {
    pub(crate) fn open(path: &Path) -> Result<Self, ConfigError> {
        Ok(Self { path: path.to_owned(), text: payrox_files::read_text(path, LIMIT)? })
    }

    pub(crate) fn built_in(path: PathBuf, text: &str) -> Self {
        Self { path, text: text.to_owned() }
    }

    /// The typed content: first the grammar, then the shape, so that each has its own code.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        if let Some(error) = errors.first() {
            let at = error.span().map_or(0, |s| s.start);
            return Err(ConfigError::Syntax { place: self.place(at, ""), why: escape(error.message()) });
        }
        toml::from_str(&self.text).map_err(|error| {
            let at = error.span().map_or(0, |s| s.start);
            let mut field = String::new();
            find(table.get_ref(), at, &mut field);
            let why = escape(&without_value(error.message()));
            ConfigError::Shape { place: self.place(at, &field), why }
        })
    }

    /// The place of a byte offset.
    pub(crate) fn place(&self, at: usize, field: &str) -> Place {
        let before = self.text.get(..at).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Place {
            path: self.path.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            field: field.to_owned(),
        }
    }

    /// The file as a whole.
    pub(crate) fn whole(&self, field: &str) -> Place {
        Place { path: self.path.clone(), line: 0, column: 0, field: field.to_owned() }
    }

    pub(crate) fn at<T>(&self, value: &Spanned<T>, field: &str) -> Place {
        self.place(value.span().start, field)
    }

    pub(crate) fn line<T>(&self, value: &Spanned<T>) -> usize {
        self.at(value, "").line
    }

    pub(crate) fn sourced<T, U>(&self, place: &Spanned<T>, value: U) -> Sourced<U> {
        Sourced { value, source: Source::File { path: self.path.clone(), line: self.line(place) } }
    }

    pub(crate) fn name(&self, text: &Spanned<String>, field: &str) -> Result<Name, ConfigError> {
        let parsed = text.get_ref().parse();
        parsed.map_err(|source| ConfigError::Name { place: self.at(text, field), source })
    }

    pub(crate) fn address(&self, text: &Spanned<String>, field: &str) -> Result<Address, ConfigError> {
        Address::parse_checksummed(text.get_ref(), None).map_err(|_| ConfigError::Address {
            place: self.at(text, field),
            text: escape(&text.get_ref().chars().take(80).collect::<String>()),
            expected: text.get_ref().parse::<Address>().ok().map(|a| a.to_checksum(None)),
        })
    }

    /// Addresses in ascending order, each once.
    pub(crate) fn addresses(
        &self,
        list: &[Spanned<String>],
        field: &str,
    ) -> Result<Vec<Address>, ConfigError> {
        let mut out = Vec::with_capacity(list.len());
        for (i, text) in list.iter().enumerate() {
            let field = format!("{field}[{i}]");
            let address = self.address(text, &field)?;
            if out.contains(&address) {
                return Err(ConfigError::Duplicate {
                    place: self.at(text, &field),
                    what: "address",
                    subject: address.to_checksum(None),
                });
            }
            out.push(address);
        }
        out.sort_unstable();
        Ok(out)
    }

    /// A path that stays below the folder it is joined to, on every platform.
    pub(crate) fn inside(&self, text: &Spanned<String>, field: &str) -> Result<PathBuf, ConfigError> {
        let raw = text.get_ref();
        let path = Path::new(raw);
        let plain = path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
        if raw.is_empty()
            || raw.len() > 1024
            || !plain
            || raw.contains(['\\', ':'])
            || raw.chars().any(char::is_control)
        {
            return Err(ConfigError::Escape {
                place: self.at(text, field),
                text: escape(&raw.chars().take(80).collect::<String>()),
            });
        }
        Ok(path.to_owned())
    }

    pub(crate) fn contract(&self, text: &Spanned<String>, field: &str) -> Result<ContractRef, ConfigError> {
        let why = || ConfigError::Value {
            place: self.at(text, field),
            why: format!(
                "`{}` is not `path/to/File.sol:Contract`",
                escape(&text.get_ref().chars().take(80).collect::<String>())
            ),
        };
        let (source, name) = text.get_ref().rsplit_once(':').ok_or_else(why)?;
        let source = self.inside(&Spanned::new(text.span(), source.to_owned()), field)?;
        let identifier = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
        if name.is_empty() || name.len() > 128 || !name.chars().all(identifier) {
            return Err(why());
        }
        Ok(ContractRef { source: source.to_string_lossy().into_owned(), name: name.to_owned() })
    }

    /// A number within bounds.
    pub(crate) fn within(
        &self,
        value: &Spanned<u32>,
        field: &str,
        bounds: Range<u32>,
        unit: &str,
    ) -> Result<u32, ConfigError> {
        let n = *value.get_ref();
        if bounds.contains(&n) {
            return Ok(n);
        }
        let why = format!("{n} is not between {} and {} {unit}", bounds.start, bounds.end - 1);
        Err(ConfigError::Value { place: self.at(value, field), why })
    }
}

/// Why a shape is wrong, without the text that stands there: an endpoint's key may be in it, and the place is named anyway.
fn without_value(why: &str) -> String {
    for kind in ["invalid type: string \"", "invalid value: string \""] {
        // Quotes within it are escaped: the last one is its end.
        if let Some((_, expected)) = why.strip_prefix(kind).and_then(|text| text.rsplit_once("\", expected "))
        {
            return format!("{}, expected {expected}", kind.trim_end_matches(" \""));
        }
    }
    let url = |text: &str| text.contains("://");
    let parts = why.split('`').enumerate();
    parts.map(|(i, part)| if i % 2 == 1 && url(part) { "a URL" } else { part }).collect::<Vec<_>>().join("`")
}

/// Writes the path to the innermost value around an offset. The grammar bounds the depth.
fn find(table: &DeTable<'_>, at: usize, field: &mut String) -> bool {
    for (key, value) in table {
        if key.span().contains(&at) || inside(value, at) {
            if !field.is_empty() {
                field.push('.');
            }
            field.push_str(key.get_ref());
            descend(value, at, field);
            return true;
        }
    }
    false
}

fn descend(value: &Spanned<DeValue<'_>>, at: usize, field: &mut String) {
    match value.get_ref() {
        DeValue::Table(table) => {
            find(table, at, field);
        }
        DeValue::Array(items) => {
            if let Some((i, item)) = items.iter().enumerate().find(|(_, item)| inside(item, at)) {
                field.push_str(&format!("[{i}]"));
                descend(item, at, field);
            }
        }
        _ => {}
    }
}

/// Whether the value, or one in it, covers the offset: the span of a `[table]` is its header alone.
fn inside(value: &Spanned<DeValue<'_>>, at: usize) -> bool {
    value.span().contains(&at)
        || match value.get_ref() {
            DeValue::Table(table) => table.iter().any(|(k, v)| k.span().contains(&at) || inside(v, at)),
            DeValue::Array(items) => items.iter().any(|item| inside(item, at)),
            _ => false,
        }
}
