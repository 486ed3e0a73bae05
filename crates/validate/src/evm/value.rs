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
