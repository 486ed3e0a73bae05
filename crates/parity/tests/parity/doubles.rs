//! Routers and facets that are wrong in one way each. Every way is found, made small, and found again from its file.

use crate::{
    clean::run,
    fixture::{self, Live},
};
use alloy_primitives::{Address, Bytes, hex};
use payrox_model::Verdict;
use payrox_parity::{Aspect, Case, Inputs, Options, replay_on};

/// A router without anything around the delegatecall, and where it can be made wrong.
#[derive(Default)]
struct Double {
    /// Before the call.
    before: &'static str,
    /// What the size of the calldata becomes.
    size: &'static str,
    /// After a call that returned.
    after: &'static str,
    /// How the answer ends, from the data in memory at zero.
    answer: &'static str,
    revert: &'static str,
    /// DELEGATECALL, or what stands for it.
    call: &'static str,
}

impl Double {
    fn right() -> Self {
        Self { size: "36", answer: "3d5ff3", revert: "3d5ffd", call: "5f5f{size}5f845af4", ..Self::default() }
    }

    /// `calldatacopy; facet = sload(ROUTES + selector); delegatecall; returndatacopy; return or revert`.
    fn code(&self) -> Bytes {
        let call = self.call.replace("{size}", self.size);
        let head = format!(
            "365f5f37{}5f3560e01c7f3f86c3b18d9f28d94aa3ae6129dcfb99ee7f82c69b25bcccddbdf64ff2067f000154{call}3d5f5f3e",
            self.before
        );
        let failed = self.revert;
        let at = (head.len() + failed.len()) / 2 + 3;
        let code = format!("{head}60{at:02x}57{failed}5b{}{}", self.after, self.answer);
        hex::decode(code).unwrap().into()
    }
}

/// The live example behind this router.
fn behind(double: &Double) -> Live {
    let live = fixture::live(&fixture::payments());
    live.chain.set_code(live.plan.addresses.router, double.code()).unwrap();
    live
}

fn options(live: &Live, routes: &[&str]) -> Options {
    let only = routes.iter().flat_map(|route| live.system.find(route).unwrap()).collect();
    Options { runs: 400, only, threads: 1, ..Options::default() }
}

/// Demands that exactly this is found on a route, in a case that is small and fails again when it is read.
fn finds(live: &Live, route: &str, expected: &[Aspect]) -> Case {
    let outcome = run(live, &Inputs::new(), &options(live, &[route]));
    let example = outcome.counter_examples.iter().find(|e| e.aspects == expected);
    let example = example.unwrap_or_else(|| panic!("{expected:?} is not in {:#?}", outcome.counter_examples));
    assert_eq!(outcome.rows[0].verdict, Verdict::Fail);
    assert!(outcome.rows[0].mismatches > 0);
    let described = vec![String::from("described"); outcome.counter_examples.len()];
    let check = outcome.check(&described);
    assert_eq!((check.verdict, check.findings[0].code.0), (Verdict::Fail, "PRX-PAR-001"));

    let folder = tempfile::tempdir().unwrap();
    let path = Case::of(&live.system, example).write(folder.path()).unwrap();
    let case = Case::read(&path).unwrap();
    assert_eq!(case.calls, example.calls);
    let steps = replay_on(&live.system, &case, None, &live.chain).unwrap();
    let last = steps.last().unwrap();
    assert_eq!(last.differs, expected);
    assert!(!last.differences.is_empty() && last.sides.iter().all(|side| !side.frames.is_empty()));
    case
}

fn is_small(case: &Case) {
    assert_eq!(case.calls.len(), 1, "{case:#?}");
    let call = &case.calls[0];
    assert_eq!((call.after, &call.callback), (0, &None), "{case:#?}");
    assert!(call.data.iter().skip(4).filter(|byte| **byte != 0).count() <= 2, "{case:#?}");
}

#[test]
fn prx_v03_a_router_with_nothing_wrong_is_no_mismatch() {
    let live = behind(&Double::right());
    let routes = ["Payments.quote", "Payments.isTokenAllowed", "Version.heartbeat", "Version.lastHeartbeat"];
    let outcome = run(&live, &Inputs::new(), &options(&live, &routes));
    assert!(outcome.counter_examples.is_empty(), "{:#?}", outcome.counter_examples);
}

#[test]
fn prx_v03_a_router_that_drops_a_byte_of_the_answer_is_found() {
    let live = behind(&Double { answer: "60013d035ff3", ..Double::right() });
    is_small(&finds(&live, "Payments.quote", &[Aspect::ReturnData]));
}

#[test]
fn prx_v03_a_router_that_swallows_the_reason_of_a_revert_is_found() {
    let live = behind(&Double { revert: "5f5ffd", ..Double::right() });
    is_small(&finds(&live, "Payments.paymentOf", &[Aspect::RevertData]));
}

#[test]
fn prx_v03_a_router_that_turns_a_revert_into_an_answer_is_found() {
    let live = behind(&Double { revert: "3d5ff3", ..Double::right() });
    is_small(&finds(&live, "Payments.paymentOf", &[Aspect::Outcome]));
}

#[test]
fn prx_v03_a_router_that_logs_something_of_its_own_is_found() {
    let live = behind(&Double { after: "5f5fa0", ..Double::right() });
    is_small(&finds(&live, "Version.heartbeat", &[Aspect::Logs]));
}

#[test]
fn prx_v03_a_router_that_writes_a_slot_is_found() {
    let live = behind(&Double { after: "6001600755", ..Double::right() });
    is_small(&finds(&live, "Version.heartbeat", &[Aspect::Storage]));
}

#[test]
fn prx_v03_a_router_that_leaves_transient_storage_behind_is_found() {
    let live = behind(&Double { after: "600160075d", ..Double::right() });
    is_small(&finds(&live, "Version.heartbeat", &[Aspect::Transient]));
}

#[test]
fn prx_v03_a_router_that_keeps_its_lock_is_found() {
    let live = behind(&Double {
        after: "60017f9052058a821b6ca25d9fa92aecc5b04d29becb0173b4c1f8f6461206c9dbc2005d",
        ..Double::right()
    });
    is_small(&finds(&live, "Payments.payEther", &[Aspect::Lock]));
}

#[test]
fn prx_v03_a_router_that_sends_the_ether_elsewhere_is_found() {
    // call(gas, 0xdead, callvalue, 0, 0, 0, 0), once the facet has returned
    let live = behind(&Double { after: "5f5f5f5f3461dead5af150", answer: "60205ff3", ..Double::right() });
    let case = finds(&live, "Payments.payEther", &[Aspect::Balance]);
    assert!(case.calls.len() == 1 && case.calls[0].value == alloy_primitives::U256::from(1), "{case:#?}");
}

#[test]
fn prx_v03_a_router_that_hides_the_ether_from_the_facet_is_found() {
    // callcode(gas, facet, 0, …)
    let live = behind(&Double { call: "5f5f{size}5f5f855af2", ..Double::right() });
    let outcome = run(&live, &Inputs::new(), &options(&live, &["Payments.payEther"]));
    assert!(outcome.counter_examples.iter().any(|e| e.aspects.contains(&Aspect::Outcome)), "{outcome:#?}");
}

#[test]
fn prx_v03_a_router_that_creates_something_is_found() {
    let live = behind(&Double { after: "5f5f5ff050", ..Double::right() });
    is_small(&finds(&live, "Version.heartbeat", &[Aspect::Accounts]));
}

#[test]
fn prx_v03_a_facet_that_looks_at_the_calldatas_length_finds_a_router_that_adds_to_it() {
    let live = behind(&Double { size: "36602001", ..Double::right() });
    let facet = facet(&live, "Payments");
    live.chain.set_code(facet, hex!("365f5260205ff3").into()).unwrap();
    is_small(&finds(&live, "Payments.quote", &[Aspect::ReturnData]));
}

/// Behind the real router: no facet may depend on standing at its own address.
#[test]
fn prx_v03_a_facet_that_looks_at_the_code_at_its_address_is_found() {
    for code in [
        // address(this).code.length
        hex!("303b5f5260205ff3").to_vec(),
        // address(this).codehash
        hex!("303f5f5260205ff3").to_vec(),
        // the first word of address(this).code
        hex!("60205f5f303c60205ff3").to_vec(),
    ] {
        let live = fixture::live(&fixture::payments());
        live.chain.set_code(facet(&live, "Payments"), code.into()).unwrap();
        is_small(&finds(&live, "Payments.quote", &[Aspect::ReturnData]));
    }
}

fn facet(live: &Live, name: &str) -> Address {
    live.plan.facets.iter().find(|facet| facet.name.as_str() == name).unwrap().address
}
