//! Two ways to make a call that should be one.

use crate::{
    call::Call,
    compare::{self, Aspect},
    error::ParityError,
    system::{Route, System},
    tables::Judgement,
    world::{Effects, Ending, Lens, Trace, Way, World},
};
use payrox_model::Selector;
use revm::database_interface::DatabaseRef;
use std::collections::BTreeMap;

/// What became of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    /// In what its two ways differ.
    pub(crate) aspects: Vec<Aspect>,
    /// It cannot be said: gas ran out, of which two releases use different amounts; or calls before changed what a diamond serves.
    pub(crate) undecided: bool,
    /// One way returned, and where the other failed gas ran out.
    pub(crate) parted: bool,
}

/// What both sides did, for people.
#[derive(Debug, Default)]
pub(crate) struct Traces {
    pub(crate) left: Trace,
    pub(crate) right: Trace,
}

/// Two ways, from one state.
pub(crate) trait Pair {
    /// The names of the two ways.
    const SIDES: [&'static str; 2];

    /// Makes a call in both ways. It is kept if that was asked for, nothing differs and it returned.
    fn judge(&mut self, route: &Route, call: &Call, keep: bool) -> Result<Judged, ParityError> {
        self.trace(route, call, keep, None)
    }

    /// The same, written down.
    fn trace(
        &mut self,
        route: &Route,
        call: &Call,
        keep: bool,
        traces: Option<&mut Traces>,
    ) -> Result<Judged, ParityError>;

    /// What each way came to.
    fn effects(&self) -> [&Effects; 2];

    /// The path of the way that is looked at.
    fn lens(&self) -> &Lens;

    /// Forgets the calls that were kept.
    fn rewind(&mut self);
}

/// The facet's code at the router's address against the router.
pub(crate) struct DirectAndRouted<'a, S: DatabaseRef> {
    world: World<'a, S>,
    direct: Effects,
    routed: Effects,
}

impl<'a, S: DatabaseRef> DirectAndRouted<'a, S> {
    pub(crate) fn new(world: World<'a, S>) -> Self {
        Self { world, direct: Effects::default(), routed: Effects::default() }
    }
}

impl<S: DatabaseRef> Pair for DirectAndRouted<'_, S> {
    const SIDES: [&'static str; 2] = ["direct", "routed"];

    fn trace(
        &mut self,
        route: &Route,
        call: &Call,
        keep: bool,
        traces: Option<&mut Traces>,
    ) -> Result<Judged, ParityError> {
        let (left, right) = traces.map(|t| (&mut t.left, &mut t.right)).unzip();
        self.world.run(route, call, Way::Direct, true, &mut self.direct, left)?;
        self.world.drop_call();
        self.world.run(route, call, Way::Routed, false, &mut self.routed, right)?;
        let mut aspects = if self.direct == self.routed && route.is_plain() {
            Vec::new()
        } else {
            compare::direct_and_routed(route, call, &self.direct, &self.routed)
        };
        // The diamond has been cut by then: another facet, or none, is what it serves.
        let undecided = !aspects.is_empty() && self.world.is_cut();
        if undecided {
            aspects.clear();
        }
        if keep && aspects.is_empty() && !undecided && self.direct.ending == Ending::Returned {
            self.world.keep_call(call);
        } else {
            self.world.drop_call();
        }
        Ok(Judged { aspects, undecided, ..Judged::default() })
    }

    fn effects(&self) -> [&Effects; 2] {
        [&self.direct, &self.routed]
    }

    fn lens(&self) -> &Lens {
        self.world.lens()
    }

    fn rewind(&mut self) {
        self.world.rewind();
    }
}

/// A release against the one before, each in its world.
pub(crate) struct OldAndNew<'a, A: DatabaseRef, B: DatabaseRef> {
    old: World<'a, A>,
    new: World<'a, B>,
    system: &'a System,
    /// How the old release serves what both have.
    routes: &'a BTreeMap<Selector, Route>,
    before: Effects,
    after: Effects,
}

impl<'a, A: DatabaseRef, B: DatabaseRef> OldAndNew<'a, A, B> {
    pub(crate) fn new(
        (old, new): (World<'a, A>, World<'a, B>),
        system: &'a System,
        routes: &'a BTreeMap<Selector, Route>,
    ) -> Self {
        Self { old, new, system, routes, before: Effects::default(), after: Effects::default() }
    }

    /// In what the two releases differ; `None` where that cannot be said.
    fn differences(&self, route: &Route, call: &Call) -> Option<Vec<Aspect>> {
        let (before, after) = (&self.before, &self.after);
        if before == after {
            return Some(Vec::new());
        }
        let Some(tables) = &self.system.diamond else { return Some(compare::effects(before, after)) };
        if self.old.is_cut() || self.new.is_cut() {
            return None;
        }
        let cut = self.old.has_kept() || self.new.has_kept();
        match tables.judge(route, call, [before, after], cut, self.system.router) {
            Judgement::Differs(aspects) => Some(aspects),
            Judgement::Undecided => None,
        }
    }
}

impl<A: DatabaseRef, B: DatabaseRef> Pair for OldAndNew<'_, A, B> {
    const SIDES: [&'static str; 2] = ["old", "new"];

    fn trace(
        &mut self,
        route: &Route,
        call: &Call,
        keep: bool,
        traces: Option<&mut Traces>,
    ) -> Result<Judged, ParityError> {
        let Some(old) = self.routes.get(&route.selector) else {
            return Ok(Judged { undecided: true, ..Judged::default() });
        };
        let (left, right) = traces.map(|t| (&mut t.left, &mut t.right)).unzip();
        self.old.run(old, call, Way::Routed, false, &mut self.before, left)?;
        self.new.run(route, call, Way::Routed, true, &mut self.after, right)?;
        let parted = parted(&self.before, &self.after);
        let gave_out = parted || gave_out(&self.before) || gave_out(&self.after);
        let differences = if gave_out { None } else { self.differences(route, call) };
        let undecided = differences.is_none();
        let aspects = differences.unwrap_or_default();
        if keep && aspects.is_empty() && !undecided && self.after.ending == Ending::Returned {
            self.old.keep_call(call);
            self.new.keep_call(call);
        } else {
            self.old.drop_call();
            self.new.drop_call();
        }
        Ok(Judged { aspects, undecided, parted })
    }

    fn effects(&self) -> [&Effects; 2] {
        [&self.before, &self.after]
    }

    fn lens(&self) -> &Lens {
        self.new.lens()
    }

    fn rewind(&mut self) {
        self.old.rewind();
        self.new.rewind();
    }
}

/// Whether one returned, and gas decided it. A frame somewhere inside that ran out of gas is no excuse where both ended alike:
/// what they said and left behind is compared.
fn parted(before: &Effects, after: &Effects) -> bool {
    let returned = |effects: &Effects| effects.ending == Ending::Returned;
    (before.starved || after.starved) && returned(before) != returned(after)
}

/// Whether it failed without a word where gas ran out: what it would have said is not known.
fn gave_out(effects: &Effects) -> bool {
    effects.starved && effects.ending != Ending::Returned && effects.output.is_empty()
}
