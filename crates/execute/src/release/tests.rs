//! Who goes when, over networks that do as they are told.

use super::*;
use alloy_primitives::B256;
use payrox_model::{ChainId, Epoch, PlanId, Root};
use payrox_plan::ReleaseNetwork;
use proptest::prelude::*;
use std::cell::RefCell;

fn name(i: usize) -> Name {
    format!("n{i}").parse().unwrap()
}

fn names(of: &[usize]) -> BTreeSet<Name> {
    of.iter().map(|i| name(*i)).collect()
}

fn release(size: usize, canary: &[usize], soak: u64, requires: &[(usize, &[usize])]) -> Release {
    let network = |i: usize| ReleaseNetwork {
        network: name(i),
        chain_id: ChainId(i as u64 + 1),
        epoch: Epoch(1),
        plan_id: PlanId::ZERO,
        content_hash: B256::ZERO,
        root: Root::ZERO,
        substance: B256::ZERO,
    };
    Release {
        version: 1,
        system: "s".parse().unwrap(),
        networks: (0..size).map(network).collect(),
        canary: names(canary),
        soak,
        requires_passed_on: requires.iter().map(|(i, of)| (name(*i), names(of))).collect(),
        parity: Vec::new(),
        digest: B256::ZERO,
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Did {
    Began(usize),
    Ended(usize),
}

/// Takes as many turns of the scheduler as it is told, then stands as it is told.
struct Told<'a> {
    index: usize,
    name: Name,
    turns: u32,
    stand: Stand,
    soaks: bool,
    log: &'a RefCell<Vec<Did>>,
}

impl Member for Told<'_> {
    type Ran = (usize, Option<Held>);

    fn network(&self) -> &Name {
        &self.name
    }

    async fn run(&self) -> (Self::Ran, Stand) {
        self.log.borrow_mut().push(Did::Began(self.index));
        for _ in 0..self.turns {
            tokio::task::yield_now().await;
        }
        self.log.borrow_mut().push(Did::Ended(self.index));
        ((self.index, None), self.stand)
    }

    async fn soak(&self, until: u64) -> u64 {
        tokio::task::yield_now().await;
        if self.soaks { until } else { until - 1 }
    }

    fn hold(&self, why: &Held) -> Self::Ran {
        (self.index, Some(why.clone()))
    }
}

const LIVE: Stand = Stand::Live { since: 100, now: 100 };

fn told<'a>(stands: &[Stand], log: &'a RefCell<Vec<Did>>) -> Vec<Told<'a>> {
    let one = |(index, stand): (usize, &Stand)| Told {
        index,
        name: name(index),
        turns: 3,
        stand: *stand,
        soaks: true,
        log,
    };
    stands.iter().enumerate().map(one).collect()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn held(ran: &[(usize, Option<Held>)]) -> Vec<Option<&'static str>> {
    ran.iter().map(|(_, held)| held.as_ref().map(|h| h.code().0)).collect()
}

#[test]
fn prx_r02_networks_of_a_stage_run_at_once_and_the_others_begin_when_the_canary_is_live() {
    let log = RefCell::default();
    let ran = block_on(apply(&told(&[LIVE; 4], &log), &release(4, &[2], 0, &[]), true));
    assert_eq!(held(&ran), [None; 4]);
    let log = log.into_inner();
    use Did::{Began, Ended};
    assert_eq!(log[..5], [Began(2), Ended(2), Began(0), Began(1), Began(3)], "{log:?}");
}

#[test]
fn prx_r02_a_network_that_fails_stops_nobody_who_does_not_wait_for_it() {
    for broken in [Stand::Behind, Stand::Unknown] {
        let log = RefCell::default();
        let ran = block_on(apply(&told(&[LIVE, broken, LIVE], &log), &release(3, &[], 0, &[]), true));
        assert_eq!(held(&ran), [None; 3]);
        assert_eq!(log.borrow().len(), 6);
    }
}

#[test]
fn prx_r02_when_a_canary_is_not_live_nothing_begins_elsewhere() {
    for broken in [Stand::Behind, Stand::Unknown] {
        let log = RefCell::default();
        let ran = block_on(apply(&told(&[broken, LIVE, LIVE], &log), &release(3, &[0], 0, &[]), true));
        assert_eq!(held(&ran), [None, Some("PRX-REL-022"), Some("PRX-REL-022")]);
        assert_eq!(log.into_inner(), [Did::Began(0), Did::Ended(0)]);
    }
}

#[test]
fn prx_r02_the_soak_is_counted_from_the_activation_by_the_canary_s_own_time() {
    let soaked = |now: u64, soaks: bool| {
        let log = RefCell::default();
        let mut members = told(&[Stand::Live { since: 100, now }, LIVE], &log);
        members[0].soaks = soaks;
        let ran = block_on(apply(&members, &release(2, &[0], 50, &[]), true));
        ran[1].1.clone()
    };
    assert_eq!(soaked(150, false), None, "it has soaked already: nobody waits");
    assert_eq!(soaked(149, true), None, "it was waited for");
    let why = Held::Soak { network: name(0), until: 150, now: 149 };
    assert_eq!((why.code().0, why.exit()), ("PRX-REL-023", ExitCode::Waiting));
    assert_eq!(soaked(149, false), Some(why));
}

#[test]
fn prx_r03_a_network_goes_after_those_it_demands_and_is_refused_when_they_did_not_pass() {
    let order = release(3, &[], 0, &[(0, &[1]), (1, &[2])]);
    let log = RefCell::default();
    let ran = block_on(apply(&told(&[LIVE; 3], &log), &order, true));
    assert_eq!(held(&ran), [None; 3]);
    let began: Vec<_> = log.into_inner().into_iter().filter(|d| matches!(d, Did::Began(_))).collect();
    assert_eq!(began, [Did::Began(2), Did::Began(1), Did::Began(0)]);
    let with = |stand| {
        let log = RefCell::default();
        held(&block_on(apply(&told(&[LIVE, LIVE, stand], &log), &order, true)))
    };
    assert_eq!(with(Stand::Behind), [Some("PRX-REL-020"), Some("PRX-REL-020"), None]);
    assert_eq!(with(Stand::Unknown), [Some("PRX-REL-020"), Some("PRX-REL-021"), None]);
}

#[test]
fn prx_r02_without_sending_nothing_waits_for_anything() {
    let log = RefCell::default();
    let order = release(3, &[0], 50, &[(2, &[1])]);
    let ran = block_on(apply(&told(&[Stand::Behind; 3], &log), &order, false));
    assert_eq!(held(&ran), [None; 3]);
    assert_eq!(log.borrow()[..3], [Did::Began(0), Did::Began(1), Did::Began(2)]);
}

#[test]
fn prx_r02_the_whole_is_as_bad_as_its_worst_part() {
    use ExitCode::{Endpoint, GateFailed, Ok, Waiting};
    assert_eq!(worst([]), Ok);
    assert_eq!(worst([Ok, Waiting, Ok]), Waiting);
    assert_eq!(worst([Waiting, Endpoint, Ok]), Endpoint);
    assert_eq!(worst([Endpoint, GateFailed, Waiting]), GateFailed);
    assert_eq!(worst_outcome([Outcome::NothingToDo, Outcome::Complete]), Outcome::Complete);
    assert_eq!(worst_outcome([Outcome::Failed, Outcome::Waiting, Outcome::Complete]), Outcome::Failed);
}

fn stands() -> impl Strategy<Value = Stand> {
    prop_oneof![3 => Just(LIVE), 1 => Just(Stand::Behind), 1 => Just(Stand::Unknown)]
}

proptest! {
    /// Every network has one result; one that began had everything before it live by then.
    #[test]
    fn prx_r02_prx_r03_whatever_becomes_of_the_networks_none_begins_before_what_it_waits_for(
        told_stands in prop::collection::vec((stands(), 0u32..4), 1..9),
        canaries in 0usize..3,
        requires in prop::collection::vec((0usize..9, 0usize..9), 0..6),
    ) {
        let size = told_stands.len();
        let canary: Vec<_> = (0..canaries.min(size)).collect();
        // Later networks wait for earlier ones only: no circle.
        let pairs: Vec<_> = requires.iter().filter(|(a, b)| b < a && *a < size && *a >= canary.len()).collect();
        let mut order = release(size, &canary, 0, &[]);
        for (a, b) in pairs {
            order.requires_passed_on.entry(name(*a)).or_default().insert(name(*b));
        }
        let log = RefCell::default();
        let mut members = told(&told_stands.iter().map(|(stand, _)| *stand).collect::<Vec<_>>(), &log);
        for (member, (_, turns)) in members.iter_mut().zip(&told_stands) {
            member.turns = *turns;
        }
        let ran = block_on(apply(&members, &order, true));
        prop_assert_eq!(ran.iter().map(|(i, _)| *i).collect::<Vec<_>>(), (0..size).collect::<Vec<_>>());
        let log = log.borrow();
        let at = |did: &Did| log.iter().position(|d| d == did);
        for (i, why) in &ran {
            prop_assert_eq!(why.is_none(), at(&Did::Began(*i)).is_some());
            for before in order.before(&name(*i)) {
                let b = (0..size).find(|b| name(*b) == before).unwrap();
                if why.is_none() {
                    prop_assert!(told_stands[b].0 == LIVE && at(&Did::Ended(b)) < at(&Did::Began(*i)));
                }
            }
            let blocked = order.before(&name(*i)).iter().any(|before| {
                let b = (0..size).find(|b| name(*b) == *before).unwrap();
                told_stands[b].0 != LIVE || ran[b].1.is_some()
            });
            prop_assert_eq!(why.is_some(), blocked);
        }
    }
}
