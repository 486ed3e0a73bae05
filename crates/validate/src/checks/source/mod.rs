//! Phase `source`.

use super::not_built;
use crate::{Phase, Subject};
use payrox_model::Check;

pub(crate) fn check(_: &Subject<'_>) -> Check {
    not_built(Phase::Source)
}
