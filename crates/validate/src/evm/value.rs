//! Values of the abstract machine.

use super::{memory::OWN as FIRST, opcode as op};
use alloy_primitives::U256;

/// How far from its base a place is told apart always.
const NEAR: i64 = 68;
/// Bytes of a selector: what is behind them does not decide which function is called.
const SELECTOR: i64 = 4;
/// Numbers below are lengths, and places in memory.
const SMALL: i64 = 1 << 32;

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

/// Where memory begins to be counted: at its beginning, or at a place that an instruction found.
pub(super) type Base = Option<u32>;

/// How well a place is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum How {
    /// It is there.
    Exact,
    /// It is there if nobody stored over the number that says where free memory begins: enough to know where what stands there comes
    /// from, too little to know what it is.
    Likely,
    /// It is there or behind it.
    Behind,
}

/// What is known of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Value {
    /// This number.
    Known(U256),
    /// A place in memory: so far from what the instruction at `base` found as the end of it. What was added comes from the origins.
    Place { base: Base, offset: i64, how: How, origins: Origins },
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
            Self::Known(_) => Origins::NONE,
            Self::Head | Self::Selector | Self::Size => Origins::CALLDATA,
            Self::Place { origins, .. } | Self::Any(origins) => *origins,
        }
    }

    /// Either of two.
    pub(super) fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (
                Self::Place { base: a, offset: x, how: one, .. },
                Self::Place { base: b, offset: y, how: two, .. },
            ) if a == b => {
                let how = if x == y { one.max(two) } else { How::Behind };
                let origins = self.origins().and(other.origins());
                Self::Place { base: a, offset: x.min(y), how, origins }.blurred()
            }
            (known @ Self::Known(_), place @ Self::Place { base: None, .. })
            | (place @ Self::Place { base: None, .. }, known @ Self::Known(_)) => {
                known.likely().map_or(Self::Any(place.origins()), |known| known.join(place))
            }
            (a, b) => Self::Any(a.origins().and(b.origins())),
        }
    }

    /// So that places are not told apart without end.
    pub(super) fn blurred(self) -> Self {
        match self {
            Self::Known(number) if number < U256::from(FIRST) || number >= U256::from(SMALL) => {
                Self::anything()
            }
            Self::Known(number) => {
                let offset = i64::try_from(number).unwrap_or(FIRST);
                // Where a first call is put together; any other number may be a counter.
                if offset <= FIRST + NEAR && [0, SELECTOR].contains(&(offset % 32)) {
                    return self;
                }
                Self::Place { base: None, offset, how: How::Behind, origins: Origins::NONE }.blurred()
            }
            Self::Place { base, offset, how, origins } => {
                // Near its base a place is where selectors and lengths are.
                let first = if base.is_some() { 0 } else { FIRST };
                if how != How::Behind && (first..=first + NEAR).contains(&offset) {
                    return self;
                }
                match [first + NEAR, first + SELECTOR, first].into_iter().find(|least| offset >= *least) {
                    Some(offset) => Self::Place { base, offset, how: How::Behind, origins },
                    None => Self::Any(origins),
                }
            }
            other => other,
        }
    }

    /// Where a number, or a place, is likely to be that nobody can be sure of any more.
    pub(super) fn likely(self) -> Option<Self> {
        match self {
            Self::Known(number) => {
                let offset = i64::try_from(number).ok()?;
                Some(Self::Place { base: None, offset, how: How::Likely, origins: Origins::NONE })
            }
            Self::Place { base, offset, how: How::Exact | How::Likely, origins } => {
                Some(Self::Place { base, offset, how: How::Likely, origins })
            }
            _ => None,
        }
    }

    /// Forgets that it is counted from there.
    pub(super) fn leave(&mut self, place: Base) {
        if let Self::Place { base, origins, .. } = *self
            && base == place
        {
            *self = Self::Any(origins);
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
        (op::AND, Value::Selector, Value::Known(mask)) | (op::AND, Value::Known(mask), Value::Selector)
            if mask & U256::from(u32::MAX) == U256::from(u32::MAX) =>
        {
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
        (op::ADD, place @ Value::Place { .. }, other) | (op::ADD, other, place @ Value::Place { .. }) => {
            moved(place, other, 1)
        }
        // The number is where memory is given out; what is added, how much was.
        (op::ADD, Value::Known(place), other) | (op::ADD, other, Value::Known(place))
            if place >= U256::from(FIRST) && place < U256::from(SMALL) =>
        {
            let offset = i64::try_from(place).unwrap_or(FIRST);
            Value::Place { base: None, offset, how: How::Behind, origins: other.origins() }
        }
        (
            op::SUB,
            Value::Place { base: a, offset: x, how: How::Exact, .. },
            Value::Place { base: b, offset: y, how: How::Exact, .. },
        ) if a == b && x >= y => Value::Known(U256::from(x.abs_diff(y))),
        (op::SUB, Value::Place { .. }, Value::Known(_)) => moved(a, b, -1),
        // Rounded to whole words: still there, or a little before.
        (op::AND, Value::Place { base, offset, origins, .. }, Value::Known(mask))
        | (op::AND, Value::Known(mask), Value::Place { base, offset, origins, .. })
            if !mask < U256::from(32) =>
        {
            Value::Place { base, offset: offset.saturating_sub(31), how: How::Behind, origins }
        }
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

fn moved(place: Value, by: Value, sign: i64) -> Value {
    let all = place.origins().and(by.origins());
    let Value::Place { base, offset, how, origins } = place else { return Value::Any(all) };
    match by {
        Value::Known(number) => {
            let Some(by) = signed(number).map(|by| by * sign) else { return Value::Any(all) };
            Value::Place { base, offset: offset.saturating_add(by), how, origins }
        }
        _ => Value::Place { base, offset, how: How::Behind, origins: all },
    }
}

/// A small number, or a small one below zero.
fn signed(number: U256) -> Option<i64> {
    let small = |number: U256| i64::try_from(number).ok().filter(|number| *number < SMALL);
    small(number).or_else(|| small(number.wrapping_neg()).map(|number| -number))
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
mod tests;
