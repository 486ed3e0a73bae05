//! Why a task stopped.

use std::fmt;

/// A task that could not be done, in words for whoever ran it.
#[derive(Debug)]
pub(crate) struct Failure(String);

/// What every task gives.
pub(crate) type Done<T = ()> = Result<T, Failure>;

impl Failure {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says what was being done when something failed.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Done<T>;
}

impl<T, E: fmt::Display> Doing<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Done<T> {
        self.map_err(|error| Failure(format!("{}: {error}", what())))
    }
}

impl<T> Doing<T> for Option<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Done<T> {
        self.ok_or_else(|| Failure(what()))
    }
}
