//! What a network demands of those who hold its roles.

use crate::{ConfigError, parse::Document};
use serde::Deserialize;
use toml::Spanned;

const DAY: u32 = 86_400;

/// `[policy]` of a network's file. What it does not say follows from whether the network is one of production.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolePolicy {
    /// The owner must be a contract.
    pub owner_is_contract: Option<bool>,
    /// Signatures that a multisig owner must ask for, at least.
    pub min_threshold: Option<u32>,
    /// Guardians besides the owner, at least.
    pub min_guardians: Option<u32>,
    /// Seconds between staging and activation, at least.
    pub min_delay: Option<u32>,
    /// The same, at most.
    pub max_delay: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RolePolicyFile {
    owner_is_contract: Option<bool>,
    min_threshold: Option<Spanned<u32>>,
    min_guardians: Option<Spanned<u32>>,
    min_delay: Option<Spanned<u32>>,
    max_delay: Option<Spanned<u32>>,
}

impl RolePolicy {
    pub(super) fn lay(&mut self, doc: &Document, file: &RolePolicyFile) -> Result<(), ConfigError> {
        if file.owner_is_contract.is_some() {
            self.owner_is_contract = file.owner_is_contract;
        }
        for (slot, value, field, bounds, unit) in [
            (&mut self.min_threshold, &file.min_threshold, "policy.min_threshold", 1..256, "signatures"),
            (&mut self.min_guardians, &file.min_guardians, "policy.min_guardians", 0..256, "guardians"),
            (&mut self.min_delay, &file.min_delay, "policy.min_delay", 1..90 * DAY + 1, "seconds"),
            (&mut self.max_delay, &file.max_delay, "policy.max_delay", 1..90 * DAY + 1, "seconds"),
        ] {
            if let Some(value) = value {
                *slot = Some(doc.within(value, field, bounds, unit)?);
            }
        }
        Ok(())
    }

    /// What counts where the file says nothing: in production a contract that asks for two signatures, one guardian and an hour;
    /// elsewhere nothing.
    #[must_use]
    pub fn resolved(&self, production: bool) -> Self {
        let or = |said: Option<u32>, otherwise: u32| said.or(production.then_some(otherwise));
        Self {
            owner_is_contract: self.owner_is_contract.or(Some(production)),
            min_threshold: or(self.min_threshold, 2),
            min_guardians: or(self.min_guardians, 1),
            min_delay: or(self.min_delay, 3_600),
            max_delay: self.max_delay,
        }
    }
}
