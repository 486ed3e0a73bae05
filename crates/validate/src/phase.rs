//! What a validation consists of.

use serde::Serialize;
use std::{fmt, str::FromStr};

/// One part of a validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "`Phase::title` says it")]
pub enum Phase {
    Compile,
    Test,
    Parity,
    Selectors,
    Abi,
    Size,
    Merkle,
    Storage,
    Code,
    Source,
    Gas,
    Roles,
    Rollback,
    Deploy,
}

/// The name of no phase.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no phase")]
pub struct ParsePhaseError(String);

impl Phase {
    /// All of them, in the order they run.
    pub const ALL: [Self; 14] = [
        Self::Compile,
        Self::Test,
        Self::Parity,
        Self::Selectors,
        Self::Abi,
        Self::Size,
        Self::Merkle,
        Self::Storage,
        Self::Code,
        Self::Source,
        Self::Gas,
        Self::Roles,
        Self::Rollback,
        Self::Deploy,
    ];

    /// Its name on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compile => "compile",
            Self::Test => "test",
            Self::Parity => "parity",
            Self::Selectors => "selectors",
            Self::Abi => "abi",
            Self::Size => "size",
            Self::Merkle => "merkle",
            Self::Storage => "storage",
            Self::Code => "code",
            Self::Source => "source",
            Self::Gas => "gas",
            Self::Roles => "roles",
            Self::Rollback => "rollback",
            Self::Deploy => "deploy",
        }
    }

    /// What it looks at, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Compile => {
                "the artifacts are there, of one compiler, as the project pins it, and of these sources"
            }
            Self::Test => "the project's own tests, and PayRox's groups A, B, C and D",
            Self::Parity => "a route answers as its facet does",
            Self::Selectors => {
                "no two functions share a selector, among facets, with the router, with standards"
            }
            Self::Abi => "what callers rely on is there, with the same types",
            Self::Size => "code and init code fit the chain's limits",
            Self::Merkle => "each route's proof leads to the root",
            Self::Storage => "storage only grows, and no two facets share a slot",
            Self::Code => "no facet has code that can harm the router",
            Self::Source => "compiler settings, addresses and keys in the code are those that were meant",
            Self::Gas => "no route takes more gas than the committed snapshot allows",
            Self::Roles => "who holds which power is as the policy demands",
            Self::Rollback => "the way back works, in one transaction",
            Self::Deploy => "the whole plan runs, with pause, forbid, freeze, unpause and the way back",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Phase {
    type Err = ParsePhaseError;
    fn from_str(text: &str) -> Result<Self, ParsePhaseError> {
        let found = Self::ALL.into_iter().find(|phase| phase.name() == text);
        found.ok_or_else(|| ParsePhaseError(payrox_model::text::escape(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_is_found_by_its_name_and_nothing_else_is_one() {
        for phase in Phase::ALL {
            assert_eq!(phase.name().parse(), Ok(phase));
            assert_eq!(phase.to_string(), phase.name());
        }
        assert!("full".parse::<Phase>().is_err());
        assert!(Phase::ALL.is_sorted(), "the order of the reports is the order of the phases");
    }
}
