//! Flags of a route.

use serde::{Deserialize, Serialize};
use std::{fmt, ops::BitOr};

/// The flag byte of a route, as it stands in the manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RouteFlags(pub u8);

impl RouteFlags {
    /// No check at all: a view, or a mutating route that was exempted with a reason.
    pub const NONE: Self = Self(0);
    /// Takes the re-entrancy lock.
    pub const LOCK: Self = Self(0x01);
    /// A view that reverts while another frame holds the lock.
    pub const VIEW_LOCK: Self = Self(0x02);
    /// Checks the facet's code hash prefix on every call.
    pub const PIN: Self = Self(0x04);
    /// Answers while the router is paused.
    pub const PAUSE_EXEMPT: Self = Self(0x08);
    /// Has no storage slot: served from the manifest.
    pub const COLD: Self = Self(0x10);
    /// Accepts ether with empty calldata; only on selector `0x00000000`.
    pub const RECEIVE: Self = Self(0x20);

    const NAMES: [(Self, &'static str); 6] = [
        (Self::LOCK, "LOCK"),
        (Self::VIEW_LOCK, "VIEW_LOCK"),
        (Self::PIN, "PIN"),
        (Self::PAUSE_EXEMPT, "PAUSE_EXEMPT"),
        (Self::COLD, "COLD"),
        (Self::RECEIVE, "RECEIVE"),
    ];

    /// Whether every bit of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits no version 1 manifest may have.
    pub const fn unknown_bits(self) -> u8 {
        self.0 & !0x3f
    }

    /// The names of the set flags, in bit order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, name)| name)
    }
}

impl BitOr for RouteFlags {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for RouteFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for name in self.names() {
            if !first {
                f.write_str("|")?;
            }
            first = false;
            f.write_str(name)?;
        }
        if first { f.write_str("-") } else { Ok(()) }
    }
}
