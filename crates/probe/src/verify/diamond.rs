//! What is served is exactly the plan: loupe, raw slot, code and on-chain proof of every route.

use super::{
    answers::{Answers, CodeOf, Place, Questions, Seen, Word},
    code::right_code,
    slot::{Stops, route_slot, route_word},
    staging::chunk_holds,
    tally::Tally,
};
use alloy_primitives::{Address, U256};
use payrox_model::{
    Check, Code, CodeHash, Epoch, Manifest, PlanId, Root, RouteLeaf, Selector,
    abi::{IManifestDispatcher as Dispatcher, IPayRoxRouter as Router},
};
use payrox_plan::{Effect, Plan};
use std::collections::{BTreeMap, BTreeSet};

const SYSTEM: Code = Code("PRX-PRB-003");
const ACTIVE: Code = Code("PRX-PRB-004");
const MANIFEST: Code = Code("PRX-PRB-006");
pub(super) const LOUPE: Code = Code("PRX-PRB-007");
const SLOT: Code = Code("PRX-PRB-009");
const ROUTE_CODE: Code = Code("PRX-PRB-010");
const PROOF: Code = Code("PRX-PRB-011");
const INTEGRITY: Code = Code("PRX-PRB-015");
pub(super) const STRAY: Code = Code("PRX-PRB-016");
pub(super) const ANOTHER: Code = Code("PRX-PRB-019");

const REPLAN: &str = "`payrox status` says what is live; `payrox plan diff` shows the difference";
pub(super) const CANCEL: &str = "look at it; where it is not yours, `payrox cancel` removes it, and a key that may stage is known to somebody else";
const REPAIR: &str = "the owner's `repair` rewrites slots; find out who wrote them first";

pub(crate) struct Diamond {
    leaves: Vec<RouteLeaf>,
    names: Vec<String>,
    code: BTreeMap<Address, Place<CodeOf>>,
    manifest: Place<CodeOf>,
    routed_by: Place<Dispatcher::routerCall>,
    governed_by: Place<Router::dispatcherCall>,
    active: Place<Dispatcher::activeCall>,
    pending: Place<Dispatcher::pendingCall>,
    serves: Place<Router::manifestCall>,
    status: Place<Dispatcher::statusCall>,
    integrity: Place<Dispatcher::verifySystemIntegrityCall>,
    facets: Place<Router::facetsCall>,
    routes: Vec<Route>,
}

struct Route {
    loupe: Place<Router::facetAddressCall>,
    slot: Place<Word>,
    forbidden: Place<Dispatcher::isForbiddenCall>,
    proof: Place<Dispatcher::verifyRouteCall>,
}

impl Diamond {
    pub(crate) fn ask(plan: &Plan, questions: &mut Questions) -> Self {
        let (dispatcher, router) = (plan.addresses.dispatcher, plan.addresses.router);
        // A plan was checked when it was read; what its bytes do not hold is found missing below.
        let leaves: Vec<_> =
            Manifest::decode(&plan.manifest.bytes).map(|m| m.leaves().collect()).unwrap_or_default();
        let named: BTreeMap<Selector, String> =
            plan.routes.iter().map(|r| (r.selector, format!("{}.{}", r.facet, r.signature))).collect();
        let names =
            leaves.iter().map(|l| named.get(&l.selector).cloned().unwrap_or_else(|| l.selector.to_string()));
        let names = names.collect();
        let mut addresses: BTreeSet<Address> = leaves.iter().map(|l| l.facet).collect();
        addresses.extend([dispatcher, router]);
        let routes = leaves.iter().enumerate().map(|(index, leaf)| Route {
            loupe: questions.call(router, &Router::facetAddressCall { selector: leaf.selector.0.into() }),
            slot: questions.storage(router, route_slot(leaf.selector)),
            forbidden: questions
                .call(dispatcher, &Dispatcher::isForbiddenCall { selector: leaf.selector.0.into() }),
            proof: questions.call(dispatcher, &proof_call(plan, leaf, index)),
        });
        let routes = routes.collect();
        Self {
            leaves,
            names,
            code: addresses.into_iter().map(|a| (a, questions.code(a))).collect(),
            manifest: questions.code(plan.manifest.address),
            routed_by: questions.call(dispatcher, &Dispatcher::routerCall {}),
            governed_by: questions.call(router, &Router::dispatcherCall {}),
            active: questions.call(dispatcher, &Dispatcher::activeCall {}),
            pending: questions.call(dispatcher, &Dispatcher::pendingCall {}),
            serves: questions.call(router, &Router::manifestCall {}),
            status: questions.call(dispatcher, &Dispatcher::statusCall {}),
            integrity: questions.call(dispatcher, &Dispatcher::verifySystemIntegrityCall {}),
            facets: questions.call(router, &Router::facetsCall {}),
            routes,
        }
    }

    /// The checks, and the epoch that is active.
    pub(crate) fn check(self, plan: &Plan, answers: &Answers) -> (Vec<Check>, Option<Epoch>) {
        let code: BTreeMap<_, _> = self.code.iter().map(|(a, place)| (*a, answers.code(place))).collect();
        let (active, epoch) = self.active(plan, answers);
        let checks = vec![
            self.system(plan, answers, &code),
            active,
            self.loupe(plan, answers),
            self.slots(answers),
            self.route_code(&code),
            self.proofs(answers),
            self.integrity(answers),
        ];
        (checks, epoch)
    }

    fn system(
        &self,
        plan: &Plan,
        answers: &Answers,
        code: &BTreeMap<Address, Seen<alloy_primitives::Bytes>>,
    ) -> Check {
        let mut tally = Tally::new(
            "system",
            "facts about dispatcher and router",
            "`payrox deploy dispatcher` launches the system",
        );
        let (dispatcher, router) = (plan.addresses.dispatcher, plan.addresses.router);
        for step in &plan.steps {
            if let Effect::System { dispatcher_code_hash, router_code_hash } = &step.effect {
                for (name, at, hash) in
                    [("dispatcher", dispatcher, dispatcher_code_hash), ("router", router, router_code_hash)]
                {
                    tally.judge(SYSTEM, name, shared(code.get(&at)), |code| right_code(code, *hash));
                }
            }
        }
        tally.equal(SYSTEM, "the dispatcher's router", &router, answers.output(&self.routed_by));
        tally.equal(SYSTEM, "the router's dispatcher", &dispatcher, answers.output(&self.governed_by));
        tally.done()
    }

    fn active(&self, plan: &Plan, answers: &Answers) -> (Check, Option<Epoch>) {
        let mut tally = Tally::new("active release", "facts about what is active", REPLAN);
        let manifest = &plan.manifest;
        let active = answers.output(&self.active);
        let epoch = if let Seen::Value(active) = &active { Some(Epoch(active.epoch)) } else { None };
        tally.judge(ACTIVE, "the active plan", active, |active| {
            let differs = |what: &str, expected: &dyn std::fmt::Display, found: &dyn std::fmt::Display| {
                Err(format!("expected {what} {expected}, found {found}"))
            };
            match active {
                // A rollback makes a plan active again, in a later epoch.
                a if a.epoch < plan.epoch.0 => differs("epoch", &plan.epoch, &Epoch(a.epoch)),
                a if a.planId != plan.plan_id.0 => differs("plan", &plan.plan_id, &PlanId(a.planId)),
                a if a.root != plan.root.0 => differs("root", &plan.root, &Root(a.root)),
                a if a.manifest != manifest.address => differs("manifest", &manifest.address, &a.manifest),
                _ => Ok(()),
            }
        });
        tally.equal(
            ACTIVE,
            "the manifest that the router serves",
            &manifest.address,
            answers.output(&self.serves),
        );
        tally.judge(MANIFEST, "the manifest's bytes", answers.code(&self.manifest), |code| {
            chunk_holds(code, &manifest.bytes)
        });
        // What is served is as planned, and will not be for long.
        let mut staged = Tally::new("", "", CANCEL);
        staged.judge(ANOTHER, "the pending plan", answers.output(&self.pending), |pending| {
            match PlanId(pending.planId) {
                id if id.is_zero() || id == plan.plan_id => Ok(()),
                id => Err(format!("another plan is staged: {id}, which may go live from {} on", pending.eta)),
            }
        });
        let (mut check, staged) = (tally.done(), staged.done());
        check.verdict = check.verdict.max(staged.verdict);
        check.findings.extend(staged.findings);
        (check, epoch)
    }

    fn loupe(&self, plan: &Plan, answers: &Answers) -> Check {
        let mut tally = Tally::new("loupe", "routes are reported as planned", REPLAN);
        for ((leaf, name), route) in self.leaves.iter().zip(&self.names).zip(&self.routes) {
            tally.equal(LOUPE, name, &leaf.facet, answers.output(&route.loupe));
        }
        let planned: BTreeSet<(Address, Selector)> =
            self.leaves.iter().map(|l| (l.facet, l.selector)).collect();
        let mut strays = Tally::new("", "", REPLAN);
        strays.judge(STRAY, "facets()", answers.output(&self.facets), |facets| {
            // The router lists its own functions under its own address.
            let routed = facets.iter().filter(|f| f.facetAddress != plan.addresses.router);
            let listed =
                routed.flat_map(|f| f.functionSelectors.iter().map(|s| (f.facetAddress, Selector(s.0))));
            let strays: Vec<_> =
                listed.filter(|r| !planned.contains(r)).map(|(facet, s)| format!("{s} at {facet}")).collect();
            if strays.is_empty() {
                Ok(())
            } else {
                Err(format!("serves what is not planned: {}", strays.join(", ")))
            }
        });
        let (mut check, extra) = (tally.done(), strays.done());
        check.verdict = check.verdict.max(extra.verdict);
        check.findings.extend(extra.findings);
        check
    }

    fn slots(&self, answers: &Answers) -> Check {
        let mut tally = Tally::new("slots", "routes are installed as planned", REPAIR);
        let status = answers.output(&self.status).map(|s| Stops { paused: s.paused, halted: s.halted });
        for ((leaf, name), route) in self.leaves.iter().zip(&self.names).zip(&self.routes) {
            let forbidden = answers.output(&route.forbidden);
            let seen = shared(Some(&status)).and_then(|stops| {
                forbidden.and_then(|forbidden| answers.word(&route.slot).map(|word| (stops, forbidden, word)))
            });
            tally.judge(SLOT, name, seen, |(stops, forbidden, word)| {
                match route_word(leaf, *stops, *forbidden) {
                    expected if expected == *word => Ok(()),
                    expected => Err(format!(
                        "slot {:#066x} holds {word}, expected {expected}",
                        route_slot(leaf.selector)
                    )),
                }
            });
        }
        tally.done()
    }

    fn route_code(&self, code: &BTreeMap<Address, Seen<alloy_primitives::Bytes>>) -> Check {
        let mut tally = Tally::new(
            "code",
            "routes lead to the planned code",
            "a facet's code changed: pause, then find out how",
        );
        // Hashed once a facet, not once a route.
        let hashes: BTreeMap<Address, Seen<CodeHash>> =
            code.iter().map(|(a, seen)| (*a, shared(Some(seen)).map(|c| CodeHash::of(&c)))).collect();
        for (leaf, name) in self.leaves.iter().zip(&self.names) {
            tally.equal(ROUTE_CODE, name, &leaf.code_hash, shared(hashes.get(&leaf.facet)));
        }
        tally.done()
    }

    fn proofs(&self, answers: &Answers) -> Check {
        let mut tally = Tally::new("proofs", "routes are proved on chain", REPLAN);
        for (name, route) in self.names.iter().zip(&self.routes) {
            tally.judge(PROOF, name, answers.output(&route.proof), |&proved| {
                if proved { Ok(()) } else { Err("the dispatcher denies its proof".into()) }
            });
        }
        tally.done()
    }

    fn integrity(&self, answers: &Answers) -> Check {
        let mut tally = Tally::new("integrity", "of the dispatcher's own checks", REPAIR);
        tally.judge(INTEGRITY, "verifySystemIntegrity()", answers.output(&self.integrity), |&intact| {
            if intact { Ok(()) } else { Err("the dispatcher says that its router is not intact".into()) }
        });
        tally.done()
    }
}

fn proof_call(plan: &Plan, leaf: &RouteLeaf, index: usize) -> Dispatcher::verifyRouteCall {
    Dispatcher::verifyRouteCall {
        selector: leaf.selector.0.into(),
        facet: leaf.facet,
        codeHash: leaf.code_hash.0,
        flags: leaf.flags.0,
        index: U256::from(index),
        proof: plan.proofs.get(&leaf.selector).cloned().unwrap_or_default(),
    }
}

/// An answer that several checks look at.
fn shared<T: Clone>(seen: Option<&Seen<T>>) -> Seen<T> {
    match seen {
        Some(Seen::Value(value)) => Seen::Value(value.clone()),
        Some(Seen::Wrong(why)) => Seen::Wrong(why.clone()),
        Some(Seen::Unknown(why)) => Seen::Unknown(why.clone()),
        None => Seen::Unknown("it was not asked for".into()),
    }
}
