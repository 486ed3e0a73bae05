//! Phase `parity`: a route answers as its facet does.

use super::ground::Ground;
use payrox_model::{Check, Verdict};

/// `runs` calls of each route.
pub(super) fn check(_: &Ground<'_>, _runs: u32) -> Vec<Check> {
    vec![Check {
        name: "parity".into(),
        verdict: Verdict::Unknown,
        summary: "not built".into(),
        findings: Vec::new(),
    }]
}
