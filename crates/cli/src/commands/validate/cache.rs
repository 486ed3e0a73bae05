//! What earlier runs gave, by a hash over all that it depends on; and how long it took, for who waits.

use crate::commands::explain;
use alloy_primitives::{B256, keccak256};
use payrox_files::{read_text, to_canonical_json, write_derived};
use payrox_model::{Check, Code, Finding, Severity, Verdict, version};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fs::Metadata, path::PathBuf, time::UNIX_EPOCH};

/// Largest entry.
const LIMIT: u64 = 16 << 20;

/// `.payrox/validate/`: an entry a kind of result, the newest.
pub(super) struct Cache {
    folder: PathBuf,
    reads: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry<T> {
    version: u32,
    key: B256,
    took_ms: u64,
    value: T,
}

impl Cache {
    /// `reads` is false where everything is to be done anew; what comes out is kept all the same.
    pub(super) fn new(folder: PathBuf, reads: bool) -> Self {
        Self { folder, reads }
    }

    /// What an earlier run with the same key gave, and how long it took then.
    pub(super) fn get<T: DeserializeOwned>(&self, kind: &str, key: B256) -> Option<(T, u64)> {
        let entry: Entry<T> = self.reads.then(|| self.read(kind))??;
        (entry.key == key).then_some((entry.value, entry.took_ms))
    }

    /// How long it took the last time, whatever has changed since.
    pub(super) fn expected(&self, kind: &str) -> Option<u64> {
        self.read::<serde::de::IgnoredAny>(kind).map(|entry| entry.took_ms)
    }

    /// Keeps a result. That it could not be kept costs time, and nothing else.
    pub(super) fn put<T: Serialize>(&self, kind: &str, key: B256, took_ms: u64, value: T) {
        let entry = Entry { version: version::VALIDATION_CACHE, key, took_ms, value };
        if let Ok(text) = to_canonical_json(&entry) {
            let _ = write_derived(&self.path(kind), text.as_bytes());
        }
    }

    fn read<T: DeserializeOwned>(&self, kind: &str) -> Option<Entry<T>> {
        let text = read_text(&self.path(kind), LIMIT).ok()?;
        let entry: Entry<T> = serde_json::from_str(&text).ok()?;
        (entry.version == version::VALIDATION_CACHE).then_some(entry)
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{kind}.json"))
    }
}

/// A hash over parts, none of which can run into the next.
pub(super) struct Key(Vec<u8>);

impl Key {
    /// The key of a kind of result of this build of payrox.
    pub(super) fn new(kind: &str) -> Self {
        // Another build may judge otherwise, under the same version.
        let build = std::env::current_exe().and_then(|exe| exe.metadata()).ok();
        let length = build.as_ref().map_or(0, Metadata::len);
        let written = build.and_then(|build| build.modified().ok());
        let written = written.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        Self(Vec::new())
            .with(kind)
            .with(env!("CARGO_PKG_VERSION"))
            .with(length.to_be_bytes())
            .with(written.as_nanos().to_be_bytes())
    }

    pub(super) fn with(mut self, part: impl AsRef<[u8]>) -> Self {
        let part = part.as_ref();
        self.0.extend((part.len() as u64).to_be_bytes());
        self.0.extend(part);
        self
    }

    pub(super) fn finish(self) -> B256 {
        keccak256(self.0)
    }
}

/// A check as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptCheck {
    name: String,
    verdict: String,
    summary: String,
    findings: Vec<KeptFinding>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptFinding {
    code: String,
    severity: String,
    subject: String,
    evidence: String,
    hint: Option<String>,
}

const VERDICTS: [(&str, Verdict); 3] =
    [("pass", Verdict::Pass), ("unknown", Verdict::Unknown), ("fail", Verdict::Fail)];
const SEVERITIES: [(&str, Severity); 3] =
    [("info", Severity::Info), ("warning", Severity::Warning), ("error", Severity::Error)];

fn word<T: PartialEq>(all: &[(&str, T)], value: &T) -> String {
    all.iter().find(|(_, known)| known == value).map(|(word, _)| (*word).to_owned()).unwrap_or_default()
}

fn meant<T: Copy>(all: &[(&str, T)], word: &str) -> Option<T> {
    all.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

impl From<&Check> for KeptCheck {
    fn from(check: &Check) -> Self {
        let finding = |f: &Finding| KeptFinding {
            code: f.code.to_string(),
            severity: word(&SEVERITIES, &f.severity),
            subject: f.subject.clone(),
            evidence: f.evidence.clone(),
            hint: f.hint.clone(),
        };
        Self {
            name: check.name.clone(),
            verdict: word(&VERDICTS, &check.verdict),
            summary: check.summary.clone(),
            findings: check.findings.iter().map(finding).collect(),
        }
    }
}

impl KeptCheck {
    /// The check; `None` where this payrox does not know what was kept.
    pub(super) fn check(self) -> Option<Check> {
        let finding = |f: KeptFinding| {
            Some(Finding {
                code: Code(explain::known(&f.code)?),
                severity: meant(&SEVERITIES, &f.severity)?,
                subject: f.subject,
                evidence: f.evidence,
                hint: f.hint,
            })
        };
        Some(Check {
            name: self.name,
            verdict: meant(&VERDICTS, &self.verdict)?,
            summary: self.summary,
            findings: self.findings.into_iter().map(finding).collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &'static str) -> Check {
        let finding = Finding {
            code: Code(code),
            severity: Severity::Warning,
            subject: "s".into(),
            evidence: "e".into(),
            hint: None,
        };
        Check { name: "n".into(), verdict: Verdict::Fail, summary: "1".into(), findings: vec![finding] }
    }

    #[test]
    fn prx_v01_a_result_is_taken_again_only_under_its_own_key() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned(), true);
        let key = |parts: [&str; 2]| Key::new("test").with(parts[0]).with(parts[1]).finish();
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
        cache.put("test", key(["a", "b"]), 7, vec![KeptCheck::from(&check("PRX-VAL-013"))]);
        let (kept, took) = cache.get::<Vec<KeptCheck>>("test", key(["a", "b"])).unwrap();
        assert_eq!(took, 7);
        assert_eq!(kept.into_iter().filter_map(KeptCheck::check).collect::<Vec<_>>(), [check("PRX-VAL-013")]);
        assert!(cache.get::<Vec<KeptCheck>>("test", key(["a", "c"])).is_none());
        assert_eq!(cache.expected("test"), Some(7));
        let anew = Cache::new(folder.path().to_owned(), false);
        assert!(anew.get::<Vec<KeptCheck>>("test", key(["a", "b"])).is_none());
        assert_eq!(anew.expected("test"), Some(7), "how long it takes is known all the same");
    }

    #[test]
    fn a_kept_check_with_a_code_that_nobody_knows_is_none() {
        assert!(KeptCheck::from(&check("PRX-VAL-999")).check().is_none());
    }
}
