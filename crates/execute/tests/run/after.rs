//! What was done to the chain between the steps of a run, or after them, is found: on anvil, by real requests.

use crate::{
    fixture::{How, World, code, done},
    node::Anvil,
};
use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use alloy_sol_types::SolCall;
use payrox_chain::{At, Endpoint};
use payrox_execute::{Event, Observer, Outcome, RunResult, Selection};
use payrox_model::{Check, ExitCode, Verdict, abi::IManifestDispatcher};
use payrox_plan::Plan;
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
};

/// One request over a connection of its own, as a stranger makes it.
fn ask(url: &str, method: &str, params: &Value) -> Value {
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let answer: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["result"].clone()
}

/// Sends as anyone, without a key, and comes back when it is in a block.
fn send_as(url: &str, from: Address, to: Address, data: &Bytes) {
    ask(url, "anvil_impersonateAccount", &json!([from]));
    ask(url, "anvil_setBalance", &json!([from, "0xde0b6b3a7640000"]));
    let gas = "0xe4e1c0";
    let sent =
        ask(url, "eth_sendTransaction", &json!([{ "from": from, "to": to, "data": data, "gas": gas }]));
    while ask(url, "eth_getTransactionReceipt", &json!([sent])).is_null() {
        std::thread::yield_now();
    }
}

/// Does something once, when the run tells of the first event that is meant.
struct Meanwhile<W, D> {
    when: W,
    act: D,
    acted: AtomicBool,
}

impl<W, D> Meanwhile<W, D> {
    fn new(when: W, act: D) -> Self {
        Self { when, act, acted: AtomicBool::new(false) }
    }
}

impl<W: Fn(&Event) -> bool + Send + Sync, D: Fn() + Send + Sync> Observer for Meanwhile<W, D> {
    fn event(&self, event: &Event) {
        if (self.when)(event) && !self.acted.swap(true, Ordering::SeqCst) {
            (self.act)();
        }
    }
}

fn is_done(name: &'static str) -> impl Fn(&Event) -> bool + Send + Sync {
    move |event| matches!(event, Event::Done { step, .. } if step == name)
}

/// Runs all of the small plan while something else happens, too.
async fn run_while(
    world: &World,
    plan: &Plan,
    when: impl Fn(&Event) -> bool + Send + Sync,
    act: impl Fn() + Send + Sync,
) -> RunResult {
    let observer = Meanwhile::new(when, act);
    let result = world.run_as(plan, Selection::All, How { observer: &observer, ..How::default() }).await;
    assert!(observer.acted.load(Ordering::SeqCst), "nothing happened meanwhile");
    result
}

fn check<'a>(result: &'a RunResult, name: &str) -> &'a Check {
    result.after.checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("{result:?}"))
}

fn message(result: &RunResult) -> &str {
    result.stopped.as_ref().map_or("", |stopped| stopped.message.as_str())
}

fn implementation_slot() -> U256 {
    U256::from_be_bytes(keccak256("eip1967.proxy.implementation").0) - U256::from(1)
}

#[tokio::test]
async fn prx_b41_an_untampered_run_is_as_the_dry_run_left_it_to_the_last_slot_and_log() {
    for args in [&[][..], &["--block-time", "1"]] {
        let Some(anvil) = Anvil::start(args) else { return };
        let world = anvil.world();
        let plan = world.plan("payrox.toml", None).await;
        let result = world.run(&plan, Selection::All).await;
        assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
        assert_eq!(result.after.verdict(), Verdict::Pass, "{:?}", result.after);
        assert!(check(&result, "storage").summary.contains("no slot besides"), "{:?}", result.after);
        assert!(check(&result, "logs").findings.is_empty(), "{:?}", result.after);
    }
}

#[tokio::test]
async fn prx_b41_the_embedded_chain_is_compared_as_well_and_so_is_an_upgrade_of_it() {
    let world = World::local();
    let first = world.plan("payrox.toml", None).await;
    let result = world.run(&first, Selection::All).await;
    assert_eq!((result.outcome, result.after.verdict()), (Outcome::Complete, Verdict::Pass));
    let second = world.plan("upgrade.toml", Some(&first)).await;
    let result = world.run(&second, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    assert_eq!(result.after.verdict(), Verdict::Pass, "{:?}", result.after);
}

#[tokio::test]
async fn prx_b41_an_upgrade_of_a_remote_chain_is_compared_where_it_changes_something_and_says_what_is_unknown()
 {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let first = world.plan("payrox.toml", None).await;
    world.run(&first, Selection::All).await;
    let second = world.plan("upgrade.toml", Some(&first)).await;
    let result = world.run(&second, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    let storage = check(&result, "storage");
    assert_eq!(storage.verdict, Verdict::Unknown, "{storage:?}");
    assert!(storage.findings[0].evidence.contains("live router"), "{storage:?}");
    assert_eq!(check(&result, "logs").verdict, Verdict::Pass, "{:?}", result.after);
}

#[tokio::test]
async fn prx_b41_a_stray_slot_is_found_named_where_it_has_a_name_and_found_again_by_the_next_run() {
    let odd = U256::from_be_bytes(keccak256("nobody knows this slot").0);
    for (slot, expected, named) in [
        (implementation_slot(), "PRX-AFT-001", "eip1967.proxy.implementation"),
        (U256::ZERO, "PRX-AFT-001", "plain slot 0"),
        (odd, "PRX-AFT-002", "a slot that the dry run did not write"),
    ] {
        let Some(anvil) = Anvil::start(&[]) else { return };
        let world = anvil.world();
        let plan = world.plan("small.toml", None).await;
        let router = plan.addresses.router;
        let plant = || {
            let (slot, value) = (B256::from(slot), B256::repeat_byte(0xee));
            ask(&anvil.url(), "anvil_setStorageAt", &json!([router, slot, value]));
        };
        let result = run_while(&world, &plan, is_done("activate"), plant).await;
        assert_eq!((result.outcome, result.exit()), (Outcome::Refused, ExitCode::GateFailed), "{result:?}");
        assert_eq!(code(&result), expected, "{}", message(&result));
        for part in [named, &router.to_string()] {
            assert!(message(&result).contains(part), "{part} in {}", message(&result));
        }
        let hint = result.stopped.as_ref().unwrap().hint.clone().unwrap();
        assert!(hint.contains("do not fund") && hint.contains("payrox explain"), "{hint}");
        // Everything is true, and that is not enough.
        let again = world.run(&plan, Selection::All).await;
        assert_eq!((again.outcome, code(&again)), (Outcome::Refused, expected), "{again:?}");
    }
}

#[tokio::test]
async fn prx_b41_what_was_found_is_owed_until_it_is_gone_and_then_compared_no_more() {
    let world = World::local();
    let plan = world.plan("small.toml", None).await;
    let (devnet, router) = (world.devnet().clone(), plan.addresses.router);
    let plant = || devnet.set_storage(router, U256::MAX, B256::repeat_byte(1)).unwrap();
    let result = run_while(&world, &plan, is_done("activate"), plant).await;
    assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-AFT-001"), "{result:?}");
    assert!(message(&result).contains(&B256::from(U256::MAX).to_string()), "{}", message(&result));
    assert_eq!(code(&world.run(&plan, Selection::All).await), "PRX-AFT-001");
    devnet.set_storage(router, U256::MAX, B256::ZERO).unwrap();
    let gone = world.run(&plan, Selection::All).await;
    assert_eq!((gone.outcome, gone.after.verdict()), (Outcome::NothingToDo, Verdict::Pass), "{gone:?}");
    assert!(world.run(&plan, Selection::All).await.after.is_empty());
}

#[tokio::test]
async fn prx_b41_a_slot_of_the_dispatcher_that_is_not_as_it_was_tried_is_named_by_its_field() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let dispatcher = plan.addresses.dispatcher;
    let owner = U256::from_be_bytes(hex!("d5690d4d20be9bcb0b7ba52e4eeac00f28dfae0c54221e9607ea1ef31300e903"));
    let steal = || {
        let value = B256::from(U256::from(1) << 160 | U256::from(0xbad));
        ask(&anvil.url(), "anvil_setStorageAt", &json!([dispatcher, B256::from(owner), value]));
    };
    let result = run_while(&world, &plan, is_done("activate"), steal).await;
    assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-AFT-001"), "{result:?}");
    assert!(
        message(&result).contains("payrox.dispatcher: owner, initialized, nextDelayAt"),
        "{}",
        message(&result)
    );
}

#[tokio::test]
async fn prx_b41_a_time_in_storage_that_is_not_its_blocks_is_found() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let dispatcher = plan.addresses.dispatcher;
    let times = hex!("d5690d4d20be9bcb0b7ba52e4eeac00f28dfae0c54221e9607ea1ef31300e901");
    let prolong = || {
        let params = json!([dispatcher, B256::from(times), "latest"]);
        let word: U256 = serde_json::from_value(ask(&anvil.url(), "eth_getStorageAt", &params)).unwrap();
        let later = B256::from(word + (U256::from(1_000_000) << 192));
        ask(&anvil.url(), "anvil_setStorageAt", &json!([dispatcher, B256::from(times), later]));
    };
    let result = run_while(&world, &plan, is_done("activate"), prolong).await;
    assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-AFT-001"), "{result:?}");
    assert!(message(&result).contains("undoUntil"), "{}", message(&result));
}

/// A minimal proxy (ERC-1167) to an address.
fn proxy_to(address: Address) -> Bytes {
    let (before, after) = (hex!("363d3d373d3d3d363d73"), hex!("5af43d82803e903d91602b57fd5bf3"));
    [&before[..], address.as_slice(), &after].concat().into()
}

#[tokio::test]
async fn prx_b41_a_hidden_proxy_in_front_of_the_same_code_is_found_at_once_and_by_the_next_run() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let (router, hidden) = (plan.addresses.router, Address::repeat_byte(0xc0));
    let hide = || {
        let code = ask(&anvil.url(), "eth_getCode", &json!([router, "latest"]));
        ask(&anvil.url(), "anvil_setCode", &json!([hidden, code]));
        ask(&anvil.url(), "anvil_setCode", &json!([router, proxy_to(hidden)]));
    };
    let result = run_while(&world, &plan, is_done("activate"), hide).await;
    assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-AFT-003"), "{result:?}");
    assert!(message(&result).contains(&router.to_string()), "{}", message(&result));
    let again = world.run(&plan, Selection::All).await;
    assert_eq!((again.outcome, code(&again)), (Outcome::Refused, "PRX-EXE-002"), "{again:?}");
}

#[tokio::test]
async fn prx_b41_b43_a_log_of_ours_in_a_strangers_transaction_is_found_though_nothing_else_is_left_of_it() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let facet = plan.facets[0].address;
    let log = || {
        let code = ask(&anvil.url(), "eth_getCode", &json!([facet, "latest"]));
        // Logs nothing, and stops.
        ask(&anvil.url(), "anvil_setCode", &json!([facet, "0x5f5fa000"]));
        send_as(&anvil.url(), Address::repeat_byte(0x66), facet, &Bytes::new());
        ask(&anvil.url(), "anvil_setCode", &json!([facet, code]));
    };
    let result = run_while(&world, &plan, is_done("manifest"), log).await;
    assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-AFT-005"), "{result:?}");
    assert!(message(&result).contains(&facet.to_string()), "{}", message(&result));
}

#[tokio::test]
async fn prx_b43_a_foreign_transaction_between_two_steps_stops_the_run_before_the_next() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let roles = plan.system.roles.clone();
    let give_away: Bytes =
        IManifestDispatcher::transferOwnershipCall { newOwner: Address::repeat_byte(0x66) }
            .abi_encode()
            .into();
    let dispatcher = plan.addresses.dispatcher;
    let meddle = || send_as(&anvil.url(), roles.owner, dispatcher, &give_away);
    let result = run_while(&world, &plan, is_done("manifest"), meddle).await;
    assert_eq!((result.outcome, result.exit()), (Outcome::Refused, ExitCode::Refused), "{result:?}");
    assert_eq!(code(&result), "PRX-AFT-006", "{}", message(&result));
    for part in ["before stage, which was not sent", "pendingOwner", &dispatcher.to_string()] {
        assert!(message(&result).contains(part), "{part} in {}", message(&result));
    }
    let sent = done(&result).len() as u64;
    assert_eq!(world.endpoint.nonce(roles.bootstrapper, At::Latest).await.unwrap(), sent);
    assert!(!done(&result).contains(&"stage"), "{result:?}");
}

#[tokio::test]
async fn prx_b43_a_second_operator_of_the_same_plan_is_no_stranger_and_is_mentioned() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    // Everything that anyone may send, after the run has looked and before it sends: each effect is there once, and not by us.
    let ahead = || {
        for step in &plan.steps {
            if let Some(call) = step.call.as_ref().filter(|call| call.sender == payrox_plan::Sender::Anyone) {
                send_as(&anvil.url(), Address::repeat_byte(0x22), call.to, &call.data);
            }
        }
    };
    let rehearsed = |event: &Event| matches!(event, Event::Rehearsed { .. });
    let result = run_while(&world, &plan, rehearsed, ahead).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    assert_eq!(result.after.verdict(), Verdict::Pass, "{:?}", result.after);
    let mentioned: Vec<_> = check(&result, "logs").findings.iter().map(|f| f.subject.as_str()).collect();
    assert!(mentioned.contains(&"launch") && mentioned.contains(&"manifest"), "{mentioned:?}");
}

#[tokio::test]
async fn prx_b43_two_operators_who_take_turns_and_a_cancellation_in_between_are_no_strangers() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let (one, other) = (anvil.world(), anvil.world());
    let plan = one.plan("small.toml", None).await;
    for (world, slice) in [
        (&one, Selection::Dispatcher),
        (&other, Selection::Facets(vec![])),
        (&one, Selection::Router),
        (&other, Selection::Stage),
    ] {
        let result = world.run(&plan, slice.clone()).await;
        assert!(matches!(result.outcome, Outcome::Complete | Outcome::NothingToDo), "{slice:?}: {result:?}");
        assert_ne!(result.after.checks.iter().map(|c| c.verdict).max(), Some(Verdict::Fail), "{result:?}");
    }
    let cancelled = one.cancel(&plan, Some(plan.plan_id), How::default()).await;
    assert_eq!(cancelled.outcome, Outcome::Complete, "{:?}", cancelled.stopped);
    let result = one.run(&plan, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    assert_eq!(other.run(&plan, Selection::All).await.outcome, Outcome::NothingToDo);
}

/// A node without `eth_getProof`: the method's name is another on the way there.
fn without_proofs(url: &str) -> String {
    let node = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (client, node) = (client.unwrap(), TcpStream::connect(&node).unwrap());
            let (mut up, mut down) = (client.try_clone().unwrap(), node.try_clone().unwrap());
            let (mut to_node, mut to_client) = (node, client);
            std::thread::spawn(move || {
                let mut buffer = vec![0; 1 << 20];
                let mut held = Vec::new();
                while let Ok(count @ 1..) = up.read(&mut buffer) {
                    held.extend_from_slice(&buffer[..count]);
                    let (from, to) = (b"eth_getProof", b"eth_getPr00f");
                    while let Some(at) = held.windows(from.len()).position(|window| window == from) {
                        held[at..at + to.len()].copy_from_slice(to);
                    }
                    if to_node.write_all(&std::mem::take(&mut held)).is_err() {
                        break;
                    }
                }
                let _ = to_node.shutdown(Shutdown::Write);
            });
            std::thread::spawn(move || std::io::copy(&mut down, &mut to_client));
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn prx_b41_a_node_without_proofs_leaves_completeness_unknown_and_a_slot_with_a_name_is_found_all_the_same()
 {
    for tampered in [false, true] {
        let Some(anvil) = Anvil::start(&[]) else { return };
        let url = without_proofs(&anvil.url());
        let world = World::new("anvil", Endpoint::http(&url).unwrap(), None);
        let plan = world.plan("small.toml", None).await;
        let router = plan.addresses.router;
        let result = run_while(&world, &plan, is_done("activate"), || {
            if tampered {
                let params = json!([router, B256::from(implementation_slot()), B256::repeat_byte(1)]);
                ask(&anvil.url(), "anvil_setStorageAt", &params);
            }
        })
        .await;
        if tampered {
            assert_eq!((result.outcome, code(&result)), (Outcome::Refused, "PRX-AFT-001"), "{result:?}");
            assert!(message(&result).contains("eip1967.proxy.implementation"), "{}", message(&result));
        } else {
            assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
            let storage = check(&result, "storage");
            assert_eq!(storage.verdict, Verdict::Unknown, "{storage:?}");
            assert!(storage.summary.ends_with("is unknown"), "{storage:?}");
            assert!(storage.findings[0].evidence.contains("eth_getProof"), "{storage:?}");
        }
    }
}
