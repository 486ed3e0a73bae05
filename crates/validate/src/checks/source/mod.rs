//! Whether the code is what was meant: compiled as it should be, with no address that nobody decided on.

mod addresses;
mod literal;
mod settings;
mod slither;
#[cfg(test)]
mod tests;

pub(crate) use addresses::{UNSEEN, check as addresses};
pub(crate) use settings::{facets, own};
pub use slither::slither;
