//! What a stage found.

use crate::{
    failure::Failure,
    process::Ran,
    repo::{self, Repo},
};
use std::path::PathBuf;

/// Counts, names, and the words for a person.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) passed: usize,
    pub(crate) failed: Vec<String>,
    /// Checks that could not be made.
    pub(crate) unknown: Vec<String>,
    /// The names of the tests that ran and passed, as requirements are cited by them.
    pub(crate) ran: Vec<String>,
    pub(crate) detail: String,
}

impl Report {
    /// The stage itself could not go on.
    pub(crate) fn broken(name: &str, failure: Failure) -> Self {
        Self { failed: vec![name.to_owned()], detail: failure.to_string(), ..Self::default() }
    }

    /// A program whose exit status is the verdict.
    pub(crate) fn verdict(&mut self, name: &str, ran: &Ran) {
        if ran.ok {
            self.passed += 1;
        } else {
            self.failed.push(name.to_owned());
            self.explain(&ran.tail(60));
        }
    }

    /// One check with the reasons why it failed, if any.
    pub(crate) fn judge(&mut self, name: &str, reasons: &[String]) {
        if reasons.is_empty() {
            self.passed += 1;
        } else {
            self.failed.push(name.to_owned());
            self.explain(&reasons.join("\n"));
        }
    }

    /// Adds a test by name.
    pub(crate) fn test(&mut self, name: String, passed: bool) {
        if passed {
            self.passed += 1;
            self.ran.push(name);
        } else {
            self.failed.push(name);
        }
    }

    pub(crate) fn explain(&mut self, text: &str) {
        if !text.is_empty() {
            self.detail.push_str(text);
            self.detail.push('\n');
        }
    }

    pub(crate) fn counts(&self) -> String {
        let mut text = format!("{} passed, {} failed", self.passed, self.failed.len());
        if !self.unknown.is_empty() {
            text.push_str(&format!(", {} unknown", self.unknown.len()));
        }
        text
    }

    /// Leaves the names of the tests that ran for `check-requirements`.
    pub(crate) fn remember(&self, repo: &Repo, stage: &str) {
        if !self.ran.is_empty() {
            let mut names = self.ran.join("\n");
            names.push('\n');
            if let Err(failure) = repo::write(&ran_file(repo, stage), &names) {
                eprintln!("{failure}");
            }
        }
    }
}

/// Where a stage's tests are remembered.
pub(crate) fn ran_file(repo: &Repo, stage: &str) -> PathBuf {
    repo.scratch().join("ran").join(format!("{stage}.txt"))
}
