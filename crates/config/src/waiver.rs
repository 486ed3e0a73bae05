//! A finding that somebody accepts, for a reason and for a time.

use crate::{ConfigError, Place, parse::Document};
use payrox_model::text::escape;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use toml::{Spanned, value::Datetime};

/// One exception. It counts for one code on one subject, until its last day is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Where it is written.
    pub place: Place,
    /// The rule's code.
    pub code: String,
    /// The finding's subject, exactly as reports show it.
    pub subject: String,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day it counts, in UTC.
    pub expires: Day,
}

/// A day, such as `2026-12-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// Such as 2026.
    pub year: u16,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// `[[waivers]]` of a project file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaiverFile {
    code: Spanned<String>,
    subject: Spanned<String>,
    owner: Spanned<String>,
    reason: Spanned<String>,
    expires: Spanned<Datetime>,
}

impl Waiver {
    pub(crate) fn read(doc: &Document, file: &Spanned<WaiverFile>, i: usize) -> Result<Self, ConfigError> {
        let WaiverFile { code, subject, owner, reason, expires } = file.get_ref();
        let at = |field: &str| format!("waivers[{i}].{field}");
        let refuse = |place, why: &str| Err(ConfigError::Value { place, why: why.to_owned() });
        if !is_code(code.get_ref()) {
            return refuse(doc.at(code, &at("code")), "a code is such as PRX-VAL-024");
        }
        for (field, text, limit) in
            [("subject", subject, 512), ("owner", owner, 128), ("reason", reason, 1_024)]
        {
            let length = text.get_ref().trim().chars().count();
            if length == 0 || length > limit {
                let why = format!("1 to {limit} characters: who reads the report must be able to judge it");
                return refuse(doc.at(text, &at(field)), &why);
            }
        }
        let Some(day) = day(expires.get_ref()) else {
            return refuse(doc.at(expires, &at("expires")), "a day without quotes, such as 2026-12-31");
        };
        Ok(Self {
            place: doc.at(code, &format!("waivers[{i}]")),
            code: code.get_ref().clone(),
            subject: subject.get_ref().trim().to_owned(),
            owner: escape(owner.get_ref().trim()),
            reason: escape(reason.get_ref().trim()),
            expires: day,
        })
    }
}

fn day(date: &Datetime) -> Option<Day> {
    match (date.date, date.time, date.offset) {
        (Some(date), None, None) => Some(Day { year: date.year, month: date.month, day: date.day }),
        _ => None,
    }
}

/// `PRX-<AREA>-<nnn>`.
fn is_code(text: &str) -> bool {
    let mut parts = text.split('-');
    let area = |area: &str| (1..=8).contains(&area.len()) && area.bytes().all(|b| b.is_ascii_uppercase());
    let number = |number: &str| number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit());
    parts.next() == Some("PRX")
        && parts.next().is_some_and(area)
        && parts.next().is_some_and(number)
        && parts.next().is_none()
}
