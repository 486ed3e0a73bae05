//! What code can do, without running it: every path from an entry, with what little is known of the values on it.
//!
//! An abstract machine walks the code. A value on its stack is a number, a place in memory, or anything that comes from some
//! [`Origins`]. A jump goes where its number says; where that is not known the walk says that it is not complete. Two paths that
//! meet with the same stack go on as one, with what either may have left in memory.
//!
//! A path is left out only where a number says that it cannot be. What is stored, copied or answered where nobody knows takes the
//! numbers away that may have stood there, so that a walk reaches more rather than less. Loops are walked until their counters are
//! no longer told apart.
//!
//! Where values come from is followed through memory, and not through storage, return data, or the account that is called. Only for
//! this, and for no path, is it taken for granted that memory is used as Solidity does: free memory is behind its first four words,
//! nothing stored in it changes where it begins, and a sum of a place and a number that nobody knows is behind that place.

mod memory;
mod opcode;
mod reach;
mod step;
mod used;
mod value;
mod walk;

pub(crate) use reach::Reach;
pub use reach::constants;
pub(crate) use used::Use;
pub(crate) use value::Origins;
pub(crate) use walk::{Entry, Walked, walk};

#[cfg(test)]
mod steps;
#[cfg(test)]
mod tests;

/// Opcodes that rules ask for.
pub(crate) mod op {
    pub(crate) use super::opcode::*;
}
