use super::*;

const ANY: Value = Value::Any(Origins::CALLDATA);
const NONE: Calls<'_> = Calls::OtherThan(&[]);
const OF: Calls<'_> = Calls::Of(0xaabb_ccdd);

fn known(number: u64) -> Value {
    Value::Known(U256::from(number))
}

fn place(offset: i64) -> Value {
    Value::Place { base: Some(7), offset, how: How::Exact, origins: Origins::NONE }
}

fn behind(offset: i64, origins: Origins) -> Value {
    Value::Place { base: Some(7), offset, how: How::Behind, origins }
}

#[test]
fn prx_v11_two_numbers_give_the_number_that_the_machine_gives() {
    let max = U256::MAX;
    for (code, a, b, wanted) in [
        (op::ADD, U256::from(6), U256::from(3), U256::from(9)),
        (op::ADD, max, U256::from(2), U256::from(1)),
        (op::MUL, U256::from(6), U256::from(3), U256::from(18)),
        (op::SUB, U256::from(6), U256::from(4), U256::from(2)),
        (op::SUB, U256::ZERO, U256::from(1), max),
        (op::DIV, U256::from(7), U256::from(3), U256::from(2)),
        (op::DIV, U256::from(7), U256::ZERO, U256::ZERO),
        (op::MOD, U256::from(8), U256::from(3), U256::from(2)),
        (op::MOD, U256::from(8), U256::ZERO, U256::ZERO),
        (op::EXP, U256::from(2), U256::from(10), U256::from(1024)),
        (op::LT, U256::from(1), U256::from(2), U256::from(1)),
        (op::LT, U256::from(2), U256::from(2), U256::ZERO),
        (op::LT, U256::from(3), U256::from(2), U256::ZERO),
        (op::GT, U256::from(3), U256::from(2), U256::from(1)),
        (op::GT, U256::from(2), U256::from(2), U256::ZERO),
        (op::GT, U256::from(1), U256::from(2), U256::ZERO),
        (op::EQ, U256::from(2), U256::from(2), U256::from(1)),
        (op::EQ, U256::from(2), U256::from(3), U256::ZERO),
        (op::AND, U256::from(0b1100), U256::from(0b1010), U256::from(0b1000)),
        (op::OR, U256::from(0b1100), U256::from(0b1010), U256::from(0b1110)),
        (op::XOR, U256::from(0b1100), U256::from(0b1010), U256::from(0b0110)),
        (op::SHL, U256::from(4), U256::from(0xf0), U256::from(0xf00)),
        (op::SHL, U256::from(255), U256::from(1), U256::from(1) << 255),
        (op::SHL, U256::from(256), U256::from(1), U256::ZERO),
        (op::SHL, max, U256::from(1), U256::ZERO),
        (op::SHR, U256::from(4), U256::from(0xf0), U256::from(0xf)),
        (op::SHR, U256::from(255), max, U256::from(1)),
        (op::SHR, U256::from(256), max, U256::ZERO),
        (op::SHR, max, max, U256::ZERO),
    ] {
        let found = binary(code, Value::Known(a), Value::Known(b), NONE);
        assert_eq!(found, Value::Known(wanted), "{code:#04x} {a} {b}");
    }
    // SIGNEXTEND and the like are not computed, nor is anything where one of the two is unknown.
    assert_eq!(binary(0x0b, known(0), known(1), NONE), Value::anything());
    assert_eq!(binary(op::ADD, known(1), ANY, NONE), ANY);
    assert_eq!(binary(op::ADD, ANY, known(1), NONE), ANY);
    let caller = Value::Any(Origins::CALLER);
    let both = binary(op::OR, caller, ANY, NONE).origins();
    assert!(both.has(Origins::CALLER) && both.has(Origins::CALLDATA) && !both.has(Origins::BLOCK));
}

#[test]
fn prx_v11_the_selector_is_known_where_the_function_is() {
    let shift = |bits| binary(op::SHR, known(bits), Value::Head, OF);
    assert_eq!(shift(224), known(0xaabb_ccdd));
    assert_eq!(shift(223), ANY);
    assert_eq!(binary(op::SHR, known(224), Value::Head, NONE), Value::Selector);
    let divide = |bits| binary(op::DIV, Value::Head, Value::Known(U256::from(1) << bits), OF);
    assert_eq!(divide(224), known(0xaabb_ccdd));
    assert_eq!(divide(223), ANY);
    let mask = known(0xffff_ffff);
    assert_eq!(binary(op::AND, Value::Selector, mask, NONE), Value::Selector);
    assert_eq!(binary(op::AND, mask, Value::Selector, NONE), Value::Selector);
    assert_eq!(binary(op::AND, known(0xffff), Value::Selector, NONE), ANY, "a part of it is another number");
}

#[test]
fn prx_v11_a_call_of_no_known_function_is_none_of_them() {
    let others = Calls::OtherThan(&[5]);
    for (code, wanted) in [(op::EQ, 0), (op::XOR, 1), (op::SUB, 1)] {
        assert_eq!(binary(code, Value::Selector, known(5), others), known(wanted), "{code:#04x}");
        assert_eq!(binary(code, known(5), Value::Selector, others), known(wanted), "{code:#04x}");
        assert_eq!(binary(code, known(6), Value::Selector, others), ANY, "{code:#04x}");
        assert_eq!(binary(code, known(5), Value::Selector, Calls::Of(5)), ANY, "{code:#04x}");
    }
}

#[test]
fn prx_v11_calldata_of_a_function_has_at_least_four_bytes() {
    let size = Value::Size;
    for (code, a, b, wanted) in [
        (op::LT, size, known(4), known(0)),
        (op::GT, known(4), size, known(0)),
        (op::LT, size, known(5), ANY),
        (op::GT, known(5), size, ANY),
        (op::GT, size, known(3), known(1)),
        (op::LT, known(3), size, known(1)),
        (op::GT, size, known(4), ANY),
        (op::LT, known(4), size, ANY),
    ] {
        assert_eq!(binary(code, a, b, OF), wanted, "{code:#04x} {a:?} {b:?}");
        assert_eq!(binary(code, a, b, NONE), ANY, "{code:#04x} {a:?} {b:?}");
    }
}

#[test]
fn prx_v11_a_place_moves_by_numbers_and_stays_based() {
    let minus = |n: u64| Value::Known(U256::from(n).wrapping_neg());
    let calldata = Origins::CALLDATA;
    let elsewhere = Value::Place { base: Some(8), offset: 4, how: How::Exact, origins: calldata };
    for (code, a, b, wanted) in [
        (op::ADD, place(4), known(32), place(36)),
        (op::ADD, known(32), place(4), place(36)),
        (op::ADD, place(4), minus(1), place(3)),
        (op::SUB, place(36), known(32), place(4)),
        (op::SUB, place(36), minus(2), place(38)),
        (op::ADD, place(4), ANY, behind(4, calldata)),
        (op::ADD, behind(4, calldata), known(1), behind(5, calldata)),
        (op::ADD, behind(4, calldata), minus(1), behind(3, calldata)),
        (op::ADD, place(4), Value::Known(U256::from(1) << 200), Value::anything()),
        (op::SUB, place(36), place(4), known(32)),
        (op::SUB, place(4), place(4), known(0)),
        (op::SUB, place(4), place(36), Value::anything()),
        (op::SUB, place(9), elsewhere, ANY),
        // What was added to a place comes out again where the place is taken away.
        (op::SUB, behind(4, calldata), place(4), ANY),
        (op::SUB, place(4), ANY, ANY),
        (op::AND, place(35), minus(32), behind(4, Origins::NONE)),
        (op::AND, minus(32), place(35), behind(4, Origins::NONE)),
        (op::AND, place(4), known(0xff), Value::anything()),
        (op::MUL, place(4), known(2), Value::anything()),
        (op::ADD, known(0x7f), ANY, ANY),
        (
            op::ADD,
            known(0x80),
            ANY,
            Value::Place { base: None, offset: 0x80, how: How::Behind, origins: calldata },
        ),
        (op::ADD, minus(1), ANY, ANY),
    ] {
        assert_eq!(binary(code, a, b, NONE), wanted, "{code:#04x} {a:?} {b:?}");
    }
}

#[test]
fn prx_v11_places_are_told_apart_where_a_call_is_put_together_and_not_behind_it() {
    let beginning = |offset| Value::Place { base: None, offset, how: How::Behind, origins: Origins::NONE };
    for (value, wanted) in [
        (known(0x7f), Value::anything()),
        (Value::Known(U256::MAX), Value::anything()),
        (known(0x80), known(0x80)),
        (known(0xa4), known(0xa4)),
        (known(0x81), beginning(0x80)),
        (known(0x85), beginning(0x84)),
        (known(0x104), beginning(0xc4)),
        (beginning(0x1000), beginning(0xc4)),
        (place(68), place(68)),
        (place(69), behind(68, Origins::NONE)),
        (place(-1), Value::anything()),
        (behind(67, Origins::CALLER), behind(4, Origins::CALLER)),
        (behind(3, Origins::CALLER), behind(0, Origins::CALLER)),
        (ANY, ANY),
    ] {
        assert_eq!(value.blurred(), wanted, "{value:?}");
    }
}

#[test]
fn prx_v11_what_two_paths_leave_is_what_both_know() {
    assert_eq!(known(1).join(known(1)), known(1));
    assert_eq!(known(1).join(known(2)), Value::anything());
    assert_eq!(known(1).join(ANY), ANY);
    assert_eq!(place(1).join(place(2)), behind(0, Origins::NONE));
    let likely = known(0x80).likely().unwrap();
    assert_eq!((known(0x80).join(likely), likely.join(known(0x80))), (likely, likely));
    assert_eq!(known(5).join(likely), Value::anything());
    assert_eq!(place(5).join(place(66)), behind(4, Origins::NONE));
    assert_eq!(place(5).join(place(5).likely().unwrap()), place(5).likely().unwrap());
    assert_eq!(place(100).join(behind(90, Origins::CALLER)), behind(68, Origins::CALLER));
    let elsewhere = Value::Place { base: Some(8), offset: 1, how: How::Exact, origins: Origins::NONE };
    assert_eq!(place(1).join(elsewhere), Value::anything());
    let both = Value::Any(Origins::CALLER).join(Value::Any(Origins::BLOCK)).origins();
    assert!(both.has(Origins::CALLER.and(Origins::BLOCK)) && !both.has(Origins::CALLDATA));
    assert!(!Origins::CALLER.has(both), "some of it is not all of it");
    assert_eq!(both.and(Origins::CALLER), both, "what was there already changes nothing");
}
