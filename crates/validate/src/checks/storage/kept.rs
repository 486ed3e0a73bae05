//! Against the deployed release: plain variables, and each namespace.

use super::{
    difference::{Release, StorageDifference},
    stored,
};
use crate::{
    Subject,
    checks::{judged, unknown},
};
use payrox_model::Check;

/// What the deployed release keeps is kept.
pub(crate) fn check(subject: &Subject<'_>) -> Check {
    const NAME: &str = "storage: against the deployed release";
    let Some(baseline) = subject.baseline else {
        return match &subject.seen.blind {
            Some(why) => unknown(NAME, why.clone()),
            None => judged(NAME, "nothing is deployed: nothing can be lost", Vec::new()),
        };
    };
    let now = match stored(subject, NAME) {
        Ok(now) => now,
        Err(check) => return check,
    };
    let Some(old) = &baseline.layouts else {
        return unknown(NAME, "nothing says where the deployed release keeps what it keeps");
    };
    let before: Vec<_> = old.contracts.iter().map(|(id, layout)| (id.clone(), layout)).collect();
    let after: Vec<_> = now.facets.iter().map(|(name, layout)| (name.to_string(), *layout)).collect();
    let before = Release { layouts: old, facets: before };
    let Check { summary, mut findings, .. } =
        StorageDifference::between(&before, &Release { layouts: now.layouts, facets: after }).check(NAME);
    findings.extend(now.unsourced);
    judged(NAME, summary, findings)
}
