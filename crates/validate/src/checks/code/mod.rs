//! Whether facets have code that can harm the router, whose storage, ether and name they act with.

mod creation;
mod facets;
#[cfg(test)]
mod tests;

pub(crate) use creation::check as creation;
pub(crate) use facets::check as facets;
