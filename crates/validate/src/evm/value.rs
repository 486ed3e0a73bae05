//! Values of the abstract machine.

use super::opcode as op;
use alloy_primitives::U256;

/// Where a value may come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Origins(u8);

impl Origins {
    /// Constants, storage, answers of others.
    pub(crate) const NONE: Self = Self(0);
    /// What the caller sends.
    pub(crate) const CALLDATA: Self = Self(1);
    /// Who calls.
    pub(crate) const CALLER: Self = Self(2);
    /// The block.
    pub(crate) const BLOCK: Self = Self(4);

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What is known of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Value {
    /// This number.
    Known(U256),
    /// A place in memory: so far from what the instruction at `base` found as the end of it. `None`: anywhere from there.
    Place { base: u32, offset: Option<i64> },
    /// The first word of calldata.
    Head,
    /// The selector.
    Selector,
    /// How long calldata is.
    Size,
    /// Anything that comes from there.
    Any(Origins),
}

impl Value {
    pub(super) const fn anything() -> Self {
        Self::Any(Origins::NONE)
    }

    pub(super) fn flag(yes: bool) -> Self {
        Self::Known(U256::from(yes))
    }

    pub(super) fn number(&self) -> Option<U256> {
        match self {
            Self::Known(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn origins(&self) -> Origins {
        match self {
            Self::Known(_) | Self::Place { .. } => Origins::NONE,
            Self::Head | Self::Selector | Self::Size => Origins::CALLDATA,
            Self::Any(origins) => *origins,
        }
    }

    /// Either of two.
    pub(super) fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Place { base: a, .. }, Self::Place { base: b, .. }) if a == b => {
                Self::Place { base: a, offset: None }
            }
            (a, b) => Self::Any(a.origins().and(b.origins())),
        }
    }
}

/// Which calls are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Calls<'a> {
    /// Of this function: calldata begins with it.
    Of(u32),
    /// Of none of these.
    OtherThan(&'a [u32]),
}

/// The result of an instruction that takes two words, the first from the top.
pub(super) fn binary(code: u8, a: Value, b: Value, calls: Calls<'_>) -> Value {
    if let (Value::Known(a), Value::Known(b)) = (a, b)
        && let Some(number) = fold(code, a, b)
    {
        return Value::Known(number);
    }
    match (code, a, b) {
        (op::SHR, Value::Known(bits), Value::Head) if bits == U256::from(224) => selector(calls),
        (op::DIV, Value::Head, Value::Known(by)) if by == U256::from(1) << 224 => selector(calls),
        (op::AND, Value::Selector, Value::Known(_)) | (op::AND, Value::Known(_), Value::Selector) => {
            Value::Selector
        }
        (op::EQ | op::XOR | op::SUB, Value::Selector, Value::Known(k))
        | (op::EQ | op::XOR | op::SUB, Value::Known(k), Value::Selector)
            if excluded(calls, k) =>
        {
            // It is none of those: no comparison with one of them holds.
            Value::flag(code != op::EQ)
        }
        // Calldata that begins with a selector has at least four bytes.
        (op::LT, Value::Size, Value::Known(k)) | (op::GT, Value::Known(k), Value::Size)
            if matches!(calls, Calls::Of(_)) && k <= U256::from(4) =>
        {
            Value::flag(false)
        }
        (op::GT, Value::Size, Value::Known(k)) | (op::LT, Value::Known(k), Value::Size)
            if matches!(calls, Calls::Of(_)) && k < U256::from(4) =>
        {
            Value::flag(true)
        }
        (op::ADD, Value::Place { base, offset }, other) | (op::ADD, other, Value::Place { base, offset }) => {
            moved(base, offset, other, 1)
        }
        (op::SUB, Value::Place { base: a, offset: Some(x) }, Value::Place { base: b, offset: Some(y) })
            if a == b && x >= y =>
        {
            Value::Known(U256::from(x.abs_diff(y)))
        }
        (op::SUB, Value::Place { .. }, Value::Place { .. }) => Value::anything(),
        (op::SUB, Value::Place { base, offset }, other) => moved(base, offset, other, -1),
        // Rounded up to whole words: still there, or a little behind.
        (op::AND, Value::Place { base, .. }, Value::Known(_))
        | (op::AND, Value::Known(_), Value::Place { base, .. }) => Value::Place { base, offset: None },
        _ => Value::Any(a.origins().and(b.origins())),
    }
}

fn selector(calls: Calls<'_>) -> Value {
    match calls {
        Calls::Of(selector) => Value::Known(U256::from(selector)),
        Calls::OtherThan(_) => Value::Selector,
    }
}

fn excluded(calls: Calls<'_>, number: U256) -> bool {
    matches!(calls, Calls::OtherThan(all) if u32::try_from(number).is_ok_and(|n| all.contains(&n)))
}

fn moved(base: u32, offset: Option<i64>, by: Value, sign: i64) -> Value {
    let by = by.number().and_then(signed);
    let offset = offset.zip(by).and_then(|(offset, by)| offset.checked_add(by.checked_mul(sign)?));
    Value::Place { base, offset }
}

/// A small number, or a small one below zero.
fn signed(number: U256) -> Option<i64> {
    i64::try_from(number).ok().or_else(|| i64::try_from(number.wrapping_neg()).ok().map(|n| -n))
}

fn fold(code: u8, a: U256, b: U256) -> Option<U256> {
    Some(match code {
        op::ADD => a.wrapping_add(b),
        op::MUL => a.wrapping_mul(b),
        op::SUB => a.wrapping_sub(b),
        op::DIV => a.checked_div(b).unwrap_or_default(),
        op::MOD => a.checked_rem(b).unwrap_or_default(),
        op::EXP => a.wrapping_pow(b),
        op::LT => U256::from(a < b),
        op::GT => U256::from(a > b),
        op::EQ => U256::from(a == b),
        op::AND => a & b,
        op::OR => a | b,
        op::XOR => a ^ b,
        op::SHL => {
            usize::try_from(a).map_or(U256::ZERO, |bits| if bits < 256 { b << bits } else { U256::ZERO })
        }
        op::SHR => {
            usize::try_from(a).map_or(U256::ZERO, |bits| if bits < 256 { b >> bits } else { U256::ZERO })
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Value = Value::Any(Origins::CALLDATA);
    const NONE: Calls<'_> = Calls::OtherThan(&[]);
    const OF: Calls<'_> = Calls::Of(0xaabb_ccdd);

    fn known(number: u64) -> Value {
        Value::Known(U256::from(number))
    }

    fn place(offset: Option<i64>) -> Value {
        Value::Place { base: 7, offset }
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
        for (code, a, b, wanted) in [
            (op::ADD, place(Some(4)), known(32), place(Some(36))),
            (op::ADD, known(32), place(Some(4)), place(Some(36))),
            (op::ADD, place(Some(4)), minus(1), place(Some(3))),
            (op::SUB, place(Some(36)), known(32), place(Some(4))),
            (op::SUB, place(Some(36)), minus(2), place(Some(38))),
            (op::ADD, place(Some(4)), ANY, place(None)),
            (op::ADD, place(None), known(1), place(None)),
            (op::ADD, place(Some(4)), Value::Known(U256::from(1) << 200), place(None)),
            (op::SUB, place(Some(36)), place(Some(4)), known(32)),
            (op::SUB, place(Some(4)), place(Some(4)), known(0)),
            (op::SUB, place(Some(4)), place(Some(36)), Value::anything()),
            (op::SUB, place(Some(9)), Value::Place { base: 8, offset: Some(4) }, Value::anything()),
            (op::SUB, place(None), place(Some(4)), Value::anything()),
            (op::AND, place(Some(4)), minus(32), place(None)),
            (op::AND, minus(32), place(Some(4)), place(None)),
            (op::MUL, place(Some(4)), known(2), Value::anything()),
        ] {
            assert_eq!(binary(code, a, b, NONE), wanted, "{code:#04x} {a:?} {b:?}");
        }
    }

    #[test]
    fn prx_v11_what_two_paths_leave_is_what_both_know() {
        assert_eq!(known(1).join(known(1)), known(1));
        assert_eq!(known(1).join(known(2)), Value::anything());
        assert_eq!(known(1).join(ANY), ANY);
        assert_eq!(place(Some(1)).join(place(Some(2))), place(None));
        assert_eq!(place(Some(1)).join(Value::Place { base: 8, offset: Some(1) }), Value::anything());
        let both = Value::Any(Origins::CALLER).join(Value::Any(Origins::BLOCK)).origins();
        assert!(both.has(Origins::CALLER.and(Origins::BLOCK)) && !both.has(Origins::CALLDATA));
        assert!(!Origins::CALLER.has(both), "some of it is not all of it");
        assert_eq!(both.and(Origins::CALLER), both, "what was there already changes nothing");
    }
}
