//! AppStorage: the facets' only plain variable is one struct at slot 0, the same everywhere.

use super::{compare::Comparison, stored};
use crate::{
    Subject,
    checks::{counted, error, judged},
};
use payrox_artifacts::layout::{Field, Type};
use payrox_config::StorageMode;
use payrox_model::{Check, Name, text::escape};

/// A facet has something else than the struct at slot 0.
const ALONE: &str = "PRX-VAL-120";
/// Two facets have different structs there.
const SAME: &str = "PRX-VAL-121";

/// One struct, for those who say that they share one.
pub(crate) fn check(subject: &Subject<'_>) -> Check {
    const NAME: &str = "storage: one struct at slot 0";
    if subject.project.policy.storage.value == StorageMode::Namespaced {
        return judged(NAME, "the project shares no struct", Vec::new());
    }
    let stored = match stored(subject, NAME) {
        Ok(stored) => stored,
        Err(check) => return check,
    };
    let is_struct = |field: &Field| {
        field.slot.is_zero() && matches!(stored.layouts.types.get(&field.ty), Some(Type::Struct { .. }))
    };
    let mut findings = stored.unsourced.clone();
    let mut first: Option<(&Name, &Field)> = None;
    let mut sharing = 0;
    for (facet, layout) in stored.all() {
        let shared = match layout.storage.as_slice() {
            [] => continue,
            [field] if is_struct(field) => field,
            fields => {
                let stray = fields.iter().find(|field| !is_struct(field)).or_else(|| fields.last());
                let name = stray.map(|field| escape(&field.name)).unwrap_or_default();
                findings.push(error(
                    ALONE,
                    facet.to_string(),
                    format!(
                        "it has the plain variable `{name}` beside the one struct at slot 0, or instead of it"
                    ),
                    "make it a member at the end of the shared struct",
                ));
                continue;
            }
        };
        sharing += 1;
        match first {
            None => first = Some((facet, shared)),
            Some((other, field)) if !Comparison::equal(stored.layouts, &field.ty, &shared.ty) => {
                findings.push(error(
                    SAME,
                    format!("{other} and {facet}"),
                    format!("the structs at slot 0 differ: {} and {}", escape(&field.ty), escape(&shared.ty)),
                    "compile both from the one source that declares the struct",
                ));
            }
            Some(_) => {}
        }
    }
    judged(NAME, format!("{} with it", counted(sharing, "contract")), findings)
}
