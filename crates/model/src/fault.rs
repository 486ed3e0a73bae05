//! What every error of the tool carries besides its text: a code, an exit status, the next command.

use serde::{Deserialize, Serialize};
use std::{error::Error, fmt};

/// A stable error code, `PRX-<AREA>-<nnn>`; `payrox explain CODE` tells cause and cure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Code(pub &'static str);

impl Code {
    /// An artifact does not name its source, or the source is not there: looked for by one crate, and known as no answer by another.
    pub const SOURCE_NOT_COMPARED: Self = Self("PRX-VAL-016");
    /// Tests fail that are not told apart: found where they run, and accepted by nobody, for it would be all of them.
    pub const TESTS_NOT_TOLD_APART: Self = Self("PRX-VAL-017");
    /// A route that no call got through; as the next two, known as no answer to whoever judges checks.
    pub const ROUTE_UNREACHED: Self = Self("PRX-PAR-003");
    /// A route that cannot be compared.
    pub const ROUTE_CLOSED: Self = Self("PRX-PAR-004");
    /// A function that returned in one release, and ran out of gas in the other.
    pub const ROUTE_PARTED: Self = Self("PRX-PAR-005");
    /// A function of a diamond of which nobody knows more than its selector.
    pub const ROUTE_NAMELESS: Self = Self("PRX-PAR-006");
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The exit status of the process, documented in `docs/exit-codes.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ExitCode {
    /// Done, or nothing to do.
    Ok = 0,
    /// A gate or a check failed, or is unknown.
    GateFailed = 1,
    /// The input is wrong: a file, an argument, an artifact.
    BadInput = 2,
    /// A policy refuses it.
    Refused = 3,
    /// The chain reverted.
    Reverted = 4,
    /// An endpoint failed or disagrees.
    Endpoint = 5,
    /// Interrupted or waiting: run the same command again.
    Waiting = 6,
    /// A defect of payrox itself.
    Internal = 70,
}

/// An error a person can act on.
pub trait Fault: Error + Send + Sync + 'static {
    /// The stable code of this kind of error.
    fn code(&self) -> Code;
    /// The exit status it ends the process with.
    fn exit(&self) -> ExitCode;
    /// What it is about, alone: a file, a function, an address. The text names it as well.
    fn subject(&self) -> Option<String> {
        None
    }
    /// What to do next, as a command where there is one.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// Any fault, boxed: what commands return.
pub type BoxFault = Box<dyn Fault>;

impl<F: Fault> From<F> for BoxFault {
    fn from(fault: F) -> Self {
        Box::new(fault)
    }
}
