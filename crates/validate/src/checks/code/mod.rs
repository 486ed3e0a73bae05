//! Whether facets have code that can harm the router, whose storage, ether and name they act with.

mod creation;
mod facets;
mod initialisers;
#[cfg(test)]
mod tests;

pub(crate) use creation::{UNREAD, check as creation};
pub(crate) use facets::{INCOMPLETE, check as facets};
pub use initialisers::is_initialiser;
pub(crate) use initialisers::{UNSHOWN, check as initialisers};
