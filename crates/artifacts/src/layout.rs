//! Where contracts keep their variables.

/// Storage of a project's facets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layouts {}
