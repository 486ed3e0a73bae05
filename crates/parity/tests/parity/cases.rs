//! Case files: what they refuse, and what a replay shows.

use crate::fixture;
use alloy_primitives::{Bytes, U256, hex};
use payrox_model::Fault;
use payrox_parity::{Aspect, Call, Case, Comparison, CounterExample, System, replay_on};

fn call(system: &System, route: &str, data: &str) -> Call {
    let route = system.find(route).unwrap()[0];
    let data: Bytes = [&route.0[..], &hex::decode(data).unwrap()].concat().into();
    let from = hex!("00000000000000000000000000000000face0003").into();
    Call { route, from, value: U256::ZERO, data, after: 0, is_static: false, callback: None }
}

fn case(system: &System, calls: Vec<Call>) -> Case {
    let comparison = Comparison::DirectAndRouted;
    Case::of(system, &CounterExample { comparison, calls, aspects: vec![Aspect::Logs] })
}

/// Who is paid comes back in, and meets the lock: through the router because it holds it, directly because it would.
#[test]
fn prx_v03_who_comes_back_meets_the_lock_in_both_ways() {
    let live = fixture::live(&fixture::payments());
    let system = &live.system;
    let deposit = Call { value: U256::from(5), ..call(system, "Accounts.depositEther", "") };
    let amount = format!("{:064x}{:064x}", 0, 2);
    let withdraw = call(system, "withdraw(address,uint256)", &amount);
    let again = Call { callback: Some(withdraw.data.clone()), ..withdraw };
    let case = case(system, vec![deposit, again]);
    let steps = replay_on(system, &case, None, &live.chain).unwrap();
    assert_eq!(steps.len(), 2);
    for step in &steps {
        assert_eq!(step.differs, [], "{step:#?}");
    }
    for side in &steps[1].sides {
        let met = side.frames.iter().filter(|frame| frame.contains("reverted with Reentered")).count();
        assert_eq!(met, 1, "{side:#?}");
    }
}

#[test]
fn prx_v03_a_case_says_in_words_what_it_does() {
    let live = fixture::live(&fixture::payments());
    let case = case(&live.system, vec![call(&live.system, "Payments.quote", &format!("{:064x}", 7))]);
    assert_eq!(case.function, "Payments.quote(uint256)");
    assert_eq!(case.words[0].call, "Payments.quote(amount = 7)");
    assert!(case.words[0].from.starts_with("a contract that comes back 0x"));
    assert!(case.file_name().starts_with("Payments.quote-") && case.file_name().ends_with(".json"));
}

#[test]
fn prx_v03_what_is_no_case_is_refused_with_its_code() {
    let live = fixture::live(&fixture::payments());
    let folder = tempfile::tempdir().unwrap();
    let path = case(&live.system, vec![call(&live.system, "Payments.fee", "")]).write(folder.path()).unwrap();
    let text = payrox_files::read_text(&path, 1 << 20).unwrap();
    for (changed, code) in [
        (text.replace("\"version\": 2", "\"version\": 3"), "PRX-PAR-016"),
        (text.replace("\"calls\"", "\"more\""), "PRX-PAR-015"),
        (text[..text.len() / 2].to_owned(), "PRX-PAR-015"),
        (text.replace("direct_and_routed", "both"), "PRX-PAR-015"),
        ("[]".to_owned(), "PRX-PAR-015"),
    ] {
        assert_ne!(changed, text);
        payrox_files::write_atomic(&path, changed.as_bytes()).unwrap();
        assert_eq!(Case::read(&path).unwrap_err().code().0, code, "{changed}");
    }
    let first = text.replace("\"version\": 2", "\"version\": 1");
    payrox_files::write_atomic(&path, first.as_bytes()).unwrap();
    assert_eq!(Case::read(&path).unwrap().block, None, "the first version had none");
    let missing = live.system.find("Payments.payy").unwrap_err();
    assert_eq!(missing.code().0, "PRX-PAR-014");
}
