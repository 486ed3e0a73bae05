//! Small programs, written by hand.

use super::*;
use alloy_primitives::hex;

fn ops(walked: &Walked) -> Vec<(usize, &'static str)> {
    walked.acts.iter().map(|(pc, act)| (*pc, op::name(act.op))).collect()
}

const NOTHING: &[[u8; 4]] = &[];

#[test]
fn prx_v11_what_stands_behind_a_jump_or_in_a_constant_does_not_run() {
    // PUSH1 4, JUMP, SELFDESTRUCT, JUMPDEST, PUSH2 0xff5b, STOP, SELFDESTRUCT
    let walked = walk(&hex!("600456ff5b61ff5b00ff"), Entry::Other(NOTHING));
    assert_eq!(ops(&walked), []);
    assert_eq!(walked.reached, [true, false, true, false, true, true, false, false, true, false]);
    assert_eq!(walked.incomplete, None);
    // Where a jump leads into a constant it reverts.
    let walked = walk(&hex!("600456615b32ff"), Entry::Other(NOTHING));
    assert_eq!(ops(&walked), []);
}

/// Two functions: 0xaabbccdd writes, 0x11223344 does not.
const DISPATCH: [u8; 35] = hex!("5f3560e01c8063aabbccdd14601b576311223344146021575f5ffd5b60015f55005b00");

#[test]
fn prx_v11_a_function_reaches_its_own_code_and_other_calls_reach_neither() {
    let of = |selector| ops(&walk(&DISPATCH, Entry::Function(selector)));
    assert_eq!(of([0xaa, 0xbb, 0xcc, 0xdd]), [(31, "SSTORE")]);
    assert_eq!(of([0x11, 0x22, 0x33, 0x44]), []);
    let all = [[0xaa, 0xbb, 0xcc, 0xdd], [0x11, 0x22, 0x33, 0x44]];
    assert_eq!(ops(&walk(&DISPATCH, Entry::Other(&all))), []);
    assert_eq!(
        ops(&walk(&DISPATCH, Entry::Other(NOTHING))),
        [(31, "SSTORE")],
        "what the ABI leaves out is found"
    );
}

#[test]
fn prx_v11_a_function_that_two_places_call_returns_to_both() {
    // The second place is where ORIGIN stands.
    let walked = walk(&hex!("6006600f56fe5b600c600f565b32005b56"), Entry::Other(NOTHING));
    assert_eq!(ops(&walked), [(13, "ORIGIN")]);
    assert_eq!(walked.incomplete, None);
}

#[test]
fn prx_v11_a_jump_to_a_place_that_calldata_names_is_told() {
    assert!(walk(&hex!("5f3556"), Entry::Other(NOTHING)).incomplete.is_some());
    // CALLDATALOAD(0) >> 224 is known; calldata behind it is not.
    assert!(walk(&hex!("5f3560e01c56"), Entry::Function([0, 0, 0, 6])).incomplete.is_none());
}

#[test]
fn prx_v11_a_walk_that_never_ends_is_ended_and_says_so() {
    // JUMPDEST, PUSH0, PUSH0, JUMP: the stack grows until it breaks, which reverts.
    assert_eq!(
        walk(&hex!("5b5f5f56"), Entry::Other(NOTHING)).incomplete,
        Some("it has more paths than are followed")
    );
    // A counter is forgotten: JUMPDEST, PUSH1 1, ADD, PUSH1 2, JUMP.
    assert_eq!(walk(&hex!("5f5f5b600101600256"), Entry::Other(NOTHING)).incomplete, None);
}

fn hex_call(selector: &str) -> Vec<u8> {
    // calldatacopy(0, 0x24, 0x40); perhaps mstore(0, selector); call(gas, calldataload(4), 0, 0, 0x40, 0, 0)
    hex::decode(format!("604060245f37{selector}5f5f60405f5f6004355af100")).unwrap()
}

#[test]
fn prx_v11_whose_function_is_called_is_seen_through_memory() {
    let called = |code: &[u8]| {
        let walked = walk(code, Entry::Other(NOTHING));
        let act = *walked.acts.values().find(|act| act.op == op::CALL).unwrap();
        (act.target.has(Origins::CALLDATA), act.data.has(Origins::CALLDATA), act.value)
    };
    assert_eq!(called(&hex_call("")), (true, true, false));
    assert_eq!(called(&hex_call("63a9059cbb60e01b5f52")), (true, false, false));
    // mcopy(0, 0x80, 0x40) of what was never written there.
    assert_eq!(called(&hex_call("604060805f5e")), (true, false, false));
}

#[test]
fn prx_v11_what_a_constructor_returns_knows_where_it_comes_from() {
    // mstore(0, timestamp()); return(0, 32)
    let walked = walk(&hex!("425f5260205ff3"), Entry::Creation);
    let returned = walked.acts.values().find(|act| act.op == op::RETURN).unwrap();
    assert!(returned.data.has(Origins::BLOCK) && !returned.data.has(Origins::CALLER));
}
