//! Whether every part of a plan for a diamond follows from the others: what was drafted from its parts is the plan itself.

use super::{Checked, demand, is_factory};
use crate::{DiamondPart, Phase, Plan, PlannedFacet, PlannedRoute, ServedPart, diamond::Draft, steps};
use alloy_primitives::Address;
use payrox_model::{RouteFlags, Selector};
use std::collections::BTreeSet;

impl Plan {
    pub(super) fn check_diamond(&self, part: &DiamondPart) -> Checked {
        let own = part.address;
        demand(
            !own.is_zero() && self.addresses == crate::diamond::of(self.addresses.factory, own),
            "addresses",
            "",
        )?;
        let roles = &self.system.roles;
        let alone = roles.bootstrapper.is_zero() && roles.guardians.is_empty() && roles.operators.is_empty();
        demand(alone && self.system.delay == 0 && self.system.proxy.is_zero(), "system", "")?;
        self.check_served("diamond.before", &part.before)?;
        self.check_served(
            "facets",
            &ServedPart { facets: self.facets.clone(), routes: self.routes.clone() },
        )?;
        self.check_deployments(part)?;
        let Ok(mut again) = Draft::of(self, part).finish() else {
            return demand(false, "manifest.bytes", "");
        };
        // Whoever reads it has compared the hash with the content already.
        again.content_hash = self.content_hash;
        for (field, same) in [
            ("manifest.bytes", again.manifest == self.manifest),
            ("root", again.root == self.root),
            ("parent", again.parent == self.parent),
            ("epoch", again.epoch == self.epoch),
            ("onchain", again.onchain == self.onchain),
            ("steps", again.steps == self.steps),
            ("planId", again.plan_id == self.plan_id),
            ("inverse", again.inverse == self.inverse),
            ("changes", again.changes == self.changes),
            ("costs", again.costs == self.costs),
            ("diamond", again.diamond == self.diamond),
        ] {
            demand(same, field, "")?;
        }
        demand(again == *self, "plan", "")
    }

    /// Facets are where their init code puts them, or stand where somebody put them; routes name them and themselves.
    fn check_served(&self, field: &'static str, served: &ServedPart) -> Checked {
        let mut names = BTreeSet::new();
        for facet in &served.facets {
            let created = !facet.init_code_hash.is_zero();
            let at = self.addresses.factory.create2(facet.salt.0, facet.init_code_hash);
            let good = names.insert(&facet.name)
                && (!created || facet.address == at)
                && (created || facet.salt.is_zero() && facet.constructor_args.is_empty());
            demand(good, field, facet.name.as_str())?;
        }
        let ascending = served.facets.windows(2).all(|pair| pair[0].address < pair[1].address)
            && served.routes.windows(2).all(|pair| pair[0].selector < pair[1].selector);
        demand(ascending, field, "")?;
        for PlannedRoute { selector, signature, facet, flags, .. } in &served.routes {
            let named = Selector::of(signature) == *selector || *signature == selector.to_string();
            let good = named && names.contains(facet) && *flags == RouteFlags::NONE;
            demand(good, field, signature)?;
        }
        Ok(())
    }

    /// The factory where anything goes through it, then by name what was not served before, then the init contract.
    fn check_deployments(&self, part: &DiamondPart) -> Checked {
        let mut steps = self.steps.iter().peekable();
        let brings = self.init.is_some() || self.facets.iter().any(|facet| self.is_brought(part, facet));
        if brings {
            let factory = steps.next().filter(|step| step.name == "factory");
            demand(factory.is_some_and(|step| is_factory(step, self.addresses.factory)), "steps", "factory")?;
        }
        let before: BTreeSet<Address> = part.before.facets.iter().map(|facet| facet.address).collect();
        let mut facets: Vec<_> =
            self.facets.iter().filter(|facet| !before.contains(&facet.address)).collect();
        facets.sort_by_key(|facet| &facet.name);
        for facet in facets {
            let name = format!("facet {}", facet.name);
            let step = steps.next().filter(|step| step.name == name);
            let good = step.is_some_and(|step| match facet.init_code_hash.is_zero() {
                true => *step == steps::proof(name.clone(), (facet.address, facet.code_hash)),
                false => self.deploys_facet(step, facet),
            });
            demand(good, "steps", name)?;
        }
        if let Some(init) = &self.init {
            let contract = init.contract.rsplit(':').next().unwrap_or_default();
            let name = format!("init {contract}");
            let step = steps.next().filter(|step| step.name == name);
            let hash = Some(init.code_hash);
            let good = step.is_some_and(|step| self.deploys(step, Phase::Facets, init.target, hash));
            demand(good, "steps", name)?;
        }
        Ok(())
    }

    fn is_brought(&self, part: &DiamondPart, facet: &PlannedFacet) -> bool {
        !facet.init_code_hash.is_zero() && part.before.at(facet.address).is_none()
    }
}
