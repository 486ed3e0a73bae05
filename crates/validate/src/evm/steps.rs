//! Single instructions, seen through the account that a STATICCALL at the end is made to.

use super::*;
use alloy_primitives::{U256, hex};

const CALLDATA: Origins = Origins::CALLDATA;
const CALLER: Origins = Origins::CALLER;
const BLOCK: Origins = Origins::BLOCK;
const NONE: Origins = Origins::NONE;
const NOTHING: Entry<'_> = Entry::Other(&[]);

/// What code leaves on top of the stack: its number, where it is known, and where it comes from.
fn left(code: &str, entry: Entry<'_>) -> (Option<u64>, Origins) {
    let program = hex::decode(format!("5f5f5f5f{code}5afa00")).unwrap();
    let walked = walk(&program, entry);
    let act = walked.acts.values().rfind(|act| act.op == op::STATICCALL).expect("no path came to the end");
    (act.account.map(|account| account.saturating_to()), act.target)
}

fn acts(code: &str) -> Vec<(usize, &'static str)> {
    let walked = walk(&hex::decode(code).unwrap(), NOTHING);
    walked.acts.iter().map(|(pc, act)| (*pc, op::name(act.op))).collect()
}

#[test]
fn prx_v11_an_instruction_leaves_what_is_known_of_its_result() {
    let function = Entry::Function([0, 0, 0, 9]);
    for (code, entry, number, origins) in [
        ("6005", NOTHING, Some(5), NONE),
        ("610102", NOTHING, Some(0x102), NONE),
        ("63aabbccdd", NOTHING, Some(0xaabb_ccdd), NONE),
        ("58", NOTHING, Some(4), NONE),
        ("5f15", NOTHING, Some(1), NONE),
        ("600515", NOTHING, Some(0), NONE),
        ("60043515", NOTHING, None, CALLDATA),
        ("3615", NOTHING, None, CALLDATA),
        ("3615", function, Some(0), NONE),
        ("60fe1960ff16", NOTHING, Some(1), NONE),
        ("60043519", NOTHING, None, CALLDATA),
        ("5f3560e01c", function, Some(9), NONE),
        ("60043560e01c", function, None, CALLDATA),
        ("36", NOTHING, None, CALLDATA),
        ("33", NOTHING, None, CALLER),
        ("30", NOTHING, None, NONE),
        // Storage and answers are nobody's; sums are of all that is in them.
        ("60043554", NOTHING, None, NONE),
        ("6004355c", NOTHING, None, NONE),
        ("334260043508", NOTHING, None, CALLER.and(BLOCK).and(CALLDATA)),
        ("334201", NOTHING, None, CALLER.and(BLOCK)),
        ("6004355f5f5f5f335af1", NOTHING, None, NONE),
        ("5f5f600435f0", NOTHING, None, NONE),
    ] {
        assert_eq!(left(code, entry), (number, origins), "{code}");
    }
    for block in ["40", "41", "42", "43", "44", "45", "48", "49", "4a", "3a"] {
        let code = if block == "40" || block == "49" { format!("5f{block}") } else { block.to_owned() };
        assert_eq!(left(&code, NOTHING), (None, BLOCK), "{block}");
    }
}

#[test]
fn prx_v11_memory_is_written_by_what_writes_it() {
    for (code, number, origins) in [
        ("335f525f51", None, CALLER),
        // One byte, and none behind it.
        ("335f535f51", None, CALLER),
        ("335f53600151", None, NONE),
        ("60205f5f375f51", None, CALLDATA),
        ("6020365f375f51", None, NONE),
        // Code, an answer and another account's code are nobody's.
        ("335f5260205f5f395f51", None, NONE),
        ("335f5260205f5f3e5f51", None, NONE),
        ("335f5260205f5f5f3c5f51", None, NONE),
        ("335f5260205f60205e602051", None, CALLER),
        ("335f5260205f20", None, CALLER),
        ("335f52602060202042", None, BLOCK),
        ("335f526020602020", None, NONE),
        // p := mload(0x40); mstore(p, caller()); mstore(p + 32, 5); mload(p + 32)
        ("6040513381526005816020015260200151", Some(5), NONE),
        // A place less itself is nothing; what is at 0 is no place.
        ("6040518003", Some(0), NONE),
        ("5f518003", None, NONE),
        // A number at 0x40 is that number.
        ("6080604052604051", Some(0x80), NONE),
    ] {
        assert_eq!(left(code, NOTHING), (number, origins), "{code}");
    }
}

#[test]
fn prx_v11_each_dup_and_swap_takes_the_word_that_it_names() {
    let numbers: String = (1..=17).map(|n| format!("60{n:02x}")).collect();
    for n in 1..=16_u64 {
        assert_eq!(left(&format!("{numbers}{:02x}", 0x7f + n), NOTHING).0, Some(18 - n), "DUP{n}");
        assert_eq!(left(&format!("{numbers}{:02x}", 0x8f + n), NOTHING).0, Some(17 - n), "SWAP{n}");
        let under: String = "50".repeat(usize::try_from(n).unwrap());
        assert_eq!(left(&format!("{numbers}{:02x}{under}", 0x8f + n), NOTHING).0, Some(17), "under SWAP{n}");
    }
}

#[test]
fn prx_v11_a_path_that_breaks_the_stack_is_none() {
    // 1,024 words are allowed; ORIGIN is the last of them.
    assert_eq!(acts(&format!("{}32", "5f".repeat(1023))), [(1023, "ORIGIN")]);
    assert_eq!(acts(&format!("{}32", "5f".repeat(1024))), []);
    assert_eq!(acts(&format!("{}805032", "5f".repeat(1022))), [(1024, "ORIGIN")]);
    assert_eq!(acts(&format!("{}80505032", "5f".repeat(1023))), [(1026, "ORIGIN")]);
    assert_eq!(acts(&format!("{}8050505032", "5f".repeat(1024))), []);
    // Too few: POP, DUP2 on one word, SWAP1 on one word.
    assert_eq!(acts("5032"), []);
    assert_eq!(acts("5f8132"), []);
    assert_eq!(acts("5f9032"), []);
    // No instruction at all, and the end of the code, end it.
    assert_eq!(acts("0c32"), []);
    assert_eq!(acts("fe32"), []);
    assert_eq!(acts(""), []);
}

#[test]
fn prx_v11_a_condition_that_is_known_goes_one_way() {
    let branch = |condition: &str, to: u8| acts(&format!("{condition}60{to:02x}5732005b3300"));
    assert_eq!(branch("5f", 6), [(4, "ORIGIN")]);
    assert_eq!(branch("6001", 7), [(8, "CALLER")]);
    assert_eq!(branch("600435", 8), [(6, "ORIGIN"), (9, "CALLER")]);
    // To where no JUMPDEST is, no path goes on.
    assert_eq!(branch("6001", 8), []);
    for end in ["00", "5f5ff3", "5f5ffd", "5fff"] {
        let seen = acts(&format!("{end}32"));
        assert!(seen.iter().all(|(_, name)| *name != "ORIGIN"), "{end}: {seen:?}");
    }
}

#[test]
fn prx_v11_what_is_called_is_told_with_account_value_and_data() {
    // calldatacopy(0, 4, 32), and a call with four bytes from there.
    let called = |code: &str| {
        let walked = walk(&hex::decode(format!("602060045f37{code}00")).unwrap(), NOTHING);
        let act = *walked.acts.values().next_back().unwrap();
        (act.op, act.target, act.account, act.data, act.value)
    };
    let seven = Some(U256::from(7));
    for (code, wanted) in [
        ("5f5f60045f5f60075af1", (op::CALL, NONE, seven, CALLDATA, false)),
        ("5f5f60045f600160075af1", (op::CALL, NONE, seven, CALLDATA, true)),
        ("5f5f60045f3460075af1", (op::CALL, NONE, seven, CALLDATA, true)),
        ("5f5f5f5f5f60075af1", (op::CALL, NONE, seven, NONE, false)),
        ("5f5f600460405f60075af2", (op::CALLCODE, NONE, seven, NONE, false)),
        ("5f5f60045f335af4", (op::DELEGATECALL, CALLER, None, CALLDATA, false)),
        ("5f5f60045f6004355afa", (op::STATICCALL, CALLDATA, None, CALLDATA, false)),
        ("60205ff3", (op::RETURN, NONE, None, CALLDATA, false)),
        ("60206020f3", (op::RETURN, NONE, None, NONE, false)),
    ] {
        assert_eq!(called(code), wanted, "{code}");
    }
}

#[test]
fn prx_v11_what_rules_look_for_is_seen_and_nothing_else() {
    for op in 0..=u8::MAX {
        let Some((taken, _)) = op::arity(op).filter(|_| !(0x80..=0x9f).contains(&op)) else { continue };
        let code = [vec![0x5f; taken], vec![op], vec![0; 33]].concat();
        let seen = walk(&code, NOTHING).acts.values().any(|act| act.op == op);
        let named = op::name(op) != "an instruction";
        // BLOCKHASH to GASLIMIT and BASEFEE to BLOBBASEFEE are rows of the table, and so are the reads of the caller.
        assert_eq!(seen, named || [op::RETURN, op::STATICCALL].contains(&op), "{op:#04x}");
    }
}

#[test]
fn prx_v11_what_two_paths_do_in_one_place_is_one_act_of_both() {
    // if calldata: push 7, value 0; else: push 8, value of the call; both go on at one CALL.
    let code = "5f5f5f5f6004356010575f60086014565b3460075b5af100";
    let code = hex::decode(code).unwrap();
    let walked = walk(&code, NOTHING);
    let act = walked.acts.values().find(|act| act.op == op::CALL);
    let act = act.unwrap_or_else(|| panic!("{:?}", walked.acts));
    assert_eq!((act.account, act.value), (None, true));
}

#[test]
fn prx_v11_what_is_called_may_write_where_its_answer_was_asked_for_and_nowhere_else() {
    for call in ["5f60075af1", "5f60075af2", "60075af4", "60075afa"] {
        // mstore(0, 1); the call, with so much of its answer at that place; mload(0)
        let after =
            |length: &str, place: &str| left(&format!("60015f52{length}{place}5f5f{call}505f51"), NOTHING).0;
        assert_eq!(after("6020", "5f"), None, "{call}");
        assert_eq!(after("6001", "601f"), None, "{call}: its last byte");
        assert_eq!(after("6020", "600435"), None, "{call}: anywhere");
        assert_eq!(after("600435", "5f"), None, "{call}: as much as calldata says");
        assert_eq!(after("6020", "6020"), Some(1), "{call}: behind it");
        assert_eq!(after("5f", "5f"), Some(1), "{call}: nothing");
    }
    // CREATE and CREATE2 leave memory as it is.
    assert_eq!(left("60015f525f5f5ff0505f51", NOTHING).0, Some(1));
    assert_eq!(left("60015f525f5f5f5ff5505f51", NOTHING).0, Some(1));
}
