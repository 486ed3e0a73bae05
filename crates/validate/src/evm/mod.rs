//! What code can do, without running it: every path from an entry, with what little is known of the values on it.
//!
//! An abstract machine walks the code. A value on its stack is a number, a place in memory, or anything that comes from some
//! [`Origins`]. A jump goes where its number says; where that is not known the walk says that it is not complete. Two paths that
//! meet with the same stack go on as one, with what either may have left in memory.
//!
//! Not followed: what goes through storage, through return data, or through the account that is called; loops are walked until
//! their counters are no longer told apart. So a walk finds what calldata reaches directly, and finds more rather than less.

mod memory;
mod opcode;
mod reach;
mod step;
mod value;
mod walk;

pub(crate) use reach::Reach;
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
