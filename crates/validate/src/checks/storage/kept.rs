//! Against the deployed release: plain variables, and each namespace.

use super::{
    difference::{Release, StorageDifference},
    raw, stored,
};
use crate::{
    Subject,
    checks::{judged, unknown, warning},
};
use payrox_model::Check;

/// Nothing says where the deployed release keeps what it keeps.
pub(crate) const UNKEPT: &str = "PRX-VAL-118";

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
        let why = "nothing says where the deployed release keeps what it keeps";
        let evidence =
            "the journal has no layouts of it: it was sent from elsewhere, or after a build of other facets";
        let hint = "with the sources of the deployed release: `payrox build`, then `payrox run`, which sends nothing and keeps them";
        return judged(NAME, why, vec![warning(UNKEPT, "the deployed release", evidence, hint)]);
    };
    let before: Vec<_> = old.contracts.iter().map(|(id, layout)| (id.clone(), layout)).collect();
    let after: Vec<_> = now.facets.iter().map(|(name, layout)| (name.to_string(), *layout)).collect();
    let before = Release { layouts: old, facets: before };
    let mut found = StorageDifference::between(&before, &Release { layouts: now.layouts, facets: after });
    found.findings.append(&mut raw::gone(subject, baseline, old, &now));
    let Check { summary, mut findings, .. } = found.check(NAME);
    findings.extend(now.unsourced);
    judged(NAME, summary, findings)
}
