use super::*;
use alloy_primitives::U256;

const CALLDATA: Origins = Origins::CALLDATA;
const CALLER: Origins = Origins::CALLER;
const BLOCK: Origins = Origins::BLOCK;
const SOMEWHERE: Value = Value::Any(Origins::NONE);

fn at(number: u64) -> Value {
    Value::Known(U256::from(number))
}

fn place(offset: i64) -> Value {
    Value::Place { base: Some(7), offset, how: How::Exact, origins: Origins::NONE }
}

fn behind(offset: i64) -> Value {
    Value::Place { base: Some(7), offset, how: How::Behind, origins: Origins::NONE }
}

#[test]
fn prx_v11_a_word_is_read_where_it_was_stored_and_in_parts_around() {
    let mut memory = Memory::default();
    memory.store(at(32), Value::Any(CALLER));
    memory.store(at(64), at(5));
    assert_eq!(memory.load(at(32)), Value::Any(CALLER));
    assert_eq!(memory.load(at(64)), at(5));
    assert_eq!(memory.load(at(33)), Value::Any(CALLER));
    assert_eq!(memory.load(at(31)), Value::Any(CALLER));
    assert_eq!(memory.load(at(0)), SOMEWHERE);
    assert_eq!(memory.load(at(65)), SOMEWHERE);
    assert_eq!(memory.origins(at(60), 4), CALLER);
    assert_eq!(memory.origins(at(64), 4), Origins::NONE);
    assert_eq!(memory.origins(at(28), 4), Origins::NONE);
}

#[test]
fn prx_v11_what_is_written_over_is_gone_and_what_stands_before_and_behind_it_stays() {
    let mut memory = Memory::default();
    memory.copy(at(0), at(96), CALLDATA);
    memory.store(at(32), at(1));
    for (from, wanted) in [(0, CALLDATA), (28, CALLDATA), (32, Origins::NONE), (60, Origins::NONE)] {
        assert_eq!(memory.origins(at(from), 4), wanted, "{from}");
    }
    for (from, wanted) in [(64, CALLDATA), (92, CALLDATA), (96, Origins::NONE)] {
        assert_eq!(memory.origins(at(from), 4), wanted, "{from}");
    }
    assert_eq!(memory.origins(at(30), 4), CALLDATA, "in part");
    // What begins where the new one ends is not touched.
    let mut memory = Memory::default();
    memory.store(at(32), at(9));
    memory.copy(at(0), at(32), CALLDATA);
    memory.copy(at(0), at(32), CALLER);
    assert_eq!((memory.load(at(32)), memory.origins(at(0), 32)), (at(9), CALLER));
    // A word of which a part was written over is that word no longer.
    memory.store(at(31), at(3));
    assert_eq!((memory.load(at(31)), memory.load(at(32))), (at(3), SOMEWHERE));
    memory.store(at(32), at(9));
    memory.copy(at(63), at(1), BLOCK);
    assert_eq!(memory.load(at(32)), Value::Any(BLOCK));
}

#[test]
fn prx_v11_what_is_written_as_far_as_nobody_knows_may_have_been_written() {
    let mut memory = Memory::default();
    memory.copy(at(0), at(32), CALLER);
    memory.store(at(96), at(9));
    memory.store(at(160), at(7));
    memory.copy(at(112), SOMEWHERE, BLOCK);
    assert_eq!((memory.origins(at(0), 16), memory.load(at(96))), (CALLER, Value::Any(BLOCK)));
    assert_eq!((memory.load(at(160)), memory.origins(at(400), 4)), (Value::Any(BLOCK), BLOCK));
    memory.store(at(160), at(2));
    assert_eq!((memory.load(at(160)), memory.origins(at(400), 4)), (at(2), BLOCK));
}

#[test]
fn prx_v11_nothing_is_copied_where_nothing_is_to_be_copied() {
    let mut memory = Memory::default();
    memory.copy(at(0), at(0), CALLDATA);
    memory.copy(SOMEWHERE, at(0), CALLDATA);
    memory.copy_within(at(0), at(32), at(0));
    memory.answer(SOMEWHERE, at(0));
    assert_eq!(memory, Memory::default());
    memory.copy(at(0), at(1), CALLDATA);
    assert_eq!((memory.origins(at(0), 1), memory.origins(at(1), 4)), (CALLDATA, Origins::NONE));
}

#[test]
fn prx_v11_what_was_written_nobody_knows_where_may_be_anywhere() {
    for unknown in [Value::Any(CALLDATA), Value::Known(U256::MAX)] {
        let mut memory = Memory::default();
        memory.store(at(0), at(1));
        memory.store(place(0), at(1));
        memory.store(unknown, Value::Any(BLOCK));
        assert_eq!((memory.load(at(0)), memory.load(place(0))), (Value::Any(BLOCK), Value::Any(BLOCK)));
        assert_eq!(memory.origins(at(64), 4), BLOCK);
        memory.store(at(0), Value::Any(CALLER));
        assert_eq!((memory.load(at(0)), memory.origins(at(0), 33)), (Value::Any(CALLER), CALLER.and(BLOCK)));
        assert_eq!(memory.load(SOMEWHERE), Value::Any(CALLER.and(BLOCK)));
    }
}

#[test]
fn prx_v11_two_places_of_unknown_distance_may_be_one() {
    let elsewhere = Value::Place { base: Some(8), offset: 0, how: How::Exact, origins: Origins::NONE };
    let mut memory = Memory::default();
    memory.store(at(0x40), at(0x80));
    memory.store(at(0x20), at(1));
    memory.store(at(0xa0), at(1));
    memory.store(place(0), at(1));
    memory.store(place(32), Value::Any(CALLER));
    memory.store(elsewhere, Value::Any(BLOCK));
    assert_eq!(memory.load(place(0)), Value::Any(BLOCK));
    assert_eq!(memory.load(at(0xa0)), Value::Any(BLOCK.and(CALLER)));
    // Nothing in free memory is Solidity's own; nobody relies on that for more than on where a value comes from.
    assert_eq!(memory.load(at(0x20)), SOMEWHERE);
    assert_eq!(memory.load(at(0x40)), at(0x80).likely().unwrap());
    memory.store(at(0), Value::Any(CALLDATA));
    assert_eq!(memory.load(elsewhere), Value::Any(BLOCK));
    memory.store(place(0), at(1));
    memory.store(at(0), Value::Any(CALLDATA));
    assert_eq!(memory.load(place(0)), SOMEWHERE);
    // What was not written at one place may have been at another.
    assert!(memory.origins(place(99), 4).has(BLOCK));
    assert!(!memory.origins(place(99), 4).has(CALLDATA));
}

#[test]
fn prx_v11_what_is_written_somewhere_behind_a_place_leaves_where_values_before_it_come_from() {
    let mut memory = Memory::default();
    memory.store(at(0x40), at(0x80));
    memory.store(place(0), at(1));
    memory.store(place(36), Value::Any(CALLER));
    memory.store(behind(36), Value::Any(CALLDATA));
    assert_eq!((memory.load(place(0)), memory.origins(place(0), 4)), (SOMEWHERE, Origins::NONE));
    assert_eq!(memory.load(place(36)), Value::Any(CALLER.and(CALLDATA)));
    assert_eq!(memory.load(at(0x40)), at(0x80).likely().unwrap());
    assert_eq!(memory.load(behind(0)), Value::Any(CALLER.and(CALLDATA)));
}

#[test]
fn prx_v11_at_a_likely_place_it_is_known_where_a_word_comes_from_and_not_what_it_is() {
    let likely = |number| at(number).likely().unwrap();
    let mut memory = Memory::default();
    memory.store(at(0x80), at(1));
    memory.store(at(0xa0), Value::Any(CALLDATA));
    assert_eq!((memory.load(likely(0x80)), memory.load(likely(0xa0))), (SOMEWHERE, Value::Any(CALLDATA)));
    memory.store(likely(0xa0), at(5));
    assert_eq!((memory.load(at(0x80)), memory.load(at(0xa0))), (SOMEWHERE, SOMEWHERE));
    // Half of a word that is perhaps written over keeps where its other half comes from.
    memory.store(at(0x80), at(1));
    memory.store(
        Value::Place { base: None, offset: 0x84, how: How::Behind, origins: CALLDATA },
        Value::Any(CALLER),
    );
    assert_eq!((memory.origins(at(0x80), 4), memory.origins(at(0x84), 4)), (Origins::NONE, CALLER));
}

#[test]
fn prx_v11_memory_is_copied_word_by_word_where_it_is_known_how_much() {
    let mut memory = Memory::default();
    memory.store(place(68), at(5));
    memory.store(at(0x80), at(1));
    memory.store(at(0xa0), Value::Any(CALLDATA));
    memory.copy_within(place(4), at(0x80), at(0x60));
    assert_eq!((memory.load(place(4)), memory.load(place(36))), (at(1), Value::Any(CALLDATA)));
    assert_eq!(
        (memory.load(place(68)), memory.load(place(100))),
        (Value::Any(CALLDATA), Value::Any(CALLDATA))
    );
    assert_eq!(memory.load(at(0x80)), Value::Any(CALLDATA), "the place may be this");
    // Half of a word is not the word.
    memory.store(at(0x80), at(1));
    memory.copy_within(at(0x200), at(0x88), at(32));
    assert_eq!(memory.load(at(0x200)), Value::Any(CALLDATA));
    // Nobody knows how much, or from where: all of it may be there.
    let mut memory = Memory::default();
    memory.store(at(0x80), Value::Any(CALLER));
    memory.store(at(0x200), at(1));
    memory.copy_within(at(0x200), at(0x80), SOMEWHERE);
    assert_eq!(memory.load(at(0x200)), Value::Any(CALLER));
}

#[test]
fn prx_v11_an_answer_may_stand_where_it_was_asked_for() {
    let mut memory = Memory::default();
    memory.store(at(0), at(1));
    memory.store(at(32), Value::Any(CALLER));
    memory.answer(at(0), at(1));
    assert_eq!((memory.load(at(0)), memory.load(at(32))), (SOMEWHERE, Value::Any(CALLER)));
    memory.store(at(0), at(1));
    memory.answer(SOMEWHERE, at(32));
    assert_eq!((memory.load(at(0)), memory.load(at(32))), (SOMEWHERE, Value::Any(CALLER)));
    memory.store(at(0), at(1));
    memory.answer(at(0), SOMEWHERE);
    assert_eq!(memory.load(at(0)), SOMEWHERE);
}

#[test]
fn prx_v11_a_stretch_of_unknown_length_is_all_that_may_be_there() {
    let mut memory = Memory::default();
    memory.store(at(0), Value::Any(CALLER));
    memory.store(at(32), Value::Any(CALLDATA));
    assert_eq!(memory.whole(at(0), at(32)), CALLER);
    assert_eq!(memory.whole(at(0), at(33)), CALLER.and(CALLDATA));
    assert_eq!(memory.whole(at(0), SOMEWHERE), CALLER.and(CALLDATA));
    assert_eq!(memory.whole(place(0), SOMEWHERE), CALLER.and(CALLDATA));
    assert_eq!(memory.whole(SOMEWHERE, at(4)), CALLER.and(CALLDATA));
}

#[test]
fn prx_v11_where_free_memory_begins_again_what_stood_behind_its_last_beginning_is_somewhere() {
    let mut memory = Memory::default();
    memory.store(place(0), Value::Any(CALLER));
    memory.store(at(0), place(32));
    memory.begin(Some(7), place(0));
    assert_eq!((memory.load(at(0x40)), memory.load(at(0))), (place(0), SOMEWHERE));
    assert_eq!(memory.load(place(0)), Value::Any(CALLER), "perhaps it has not moved");
    memory.store(place(0), at(1));
    assert_eq!((memory.load(place(0)), memory.load(at(0x40))), (at(1), place(0).likely().unwrap()));
}

#[test]
fn prx_v11_two_paths_that_meet_know_what_either_may_have_left() {
    let (mut one, mut other) = (Memory::default(), Memory::default());
    one.store(at(0), at(1));
    other.store(at(0), at(1));
    assert!(!one.join(&other), "nothing new");
    other.store(at(0), Value::Any(CALLER));
    other.store(SOMEWHERE, Value::Any(CALLDATA));
    other.store(at(32), Value::Any(BLOCK));
    assert!(one.join(&other));
    assert_eq!(one.load(at(0)), Value::Any(CALLER.and(CALLDATA)));
    assert_eq!((one.load(at(32)), one.load(at(99))), (Value::Any(BLOCK), Value::Any(CALLDATA)));
    assert!(!one.join(&other), "once is enough");
    // A word and bytes are bytes of both.
    let (mut one, mut other) = (Memory::default(), Memory::default());
    one.store(at(0), Value::Any(CALLER));
    other.copy(at(0), at(64), CALLDATA);
    assert!(one.join(&other));
    assert_eq!((one.origins(at(0), 4), one.origins(at(60), 4)), (CALLER.and(CALLDATA), CALLDATA));
}

#[test]
fn prx_v11_a_word_that_only_one_of_two_paths_wrote_is_not_known() {
    let (mut one, mut other) = (Memory::default(), Memory::default());
    one.store(at(0), at(1));
    other.store(place(0), at(1));
    let before = (one.clone(), other.clone());
    assert!(one.join(&other));
    assert!(other.join(&before.0));
    for memory in [&one, &other] {
        assert_eq!((memory.load(at(0)), memory.load(place(0))), (SOMEWHERE, SOMEWHERE));
    }
    // Nor is one that both wrote a part of.
    let (mut one, mut other) = (Memory::default(), Memory::default());
    one.store(at(0), at(1));
    other.store(at(16), at(1));
    assert!(one.join(&other));
    assert_eq!((one.load(at(0)), one.load(at(16))), (SOMEWHERE, SOMEWHERE));
    assert!(!one.join(&other));
}
