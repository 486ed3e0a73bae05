//! Memory of the abstract machine: what was written where, as far as it is known where that is.

use super::value::{Origins, Value};
use std::collections::BTreeMap;

/// A stretch of memory that was written at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written {
    /// `None`: as far as nobody knows.
    length: Option<u64>,
    content: Content,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// A word as it was stored.
    Word(Value),
    /// Bytes that come from there.
    Bytes(Origins),
}

impl Content {
    fn origins(self) -> Origins {
        match self {
            Self::Word(value) => value.origins(),
            Self::Bytes(origins) => origins,
        }
    }
}

/// Where memory begins to be counted: at its beginning, or at a place that an instruction found.
pub(super) type Base = Option<u32>;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    written: BTreeMap<(Base, i64), Written>,
    /// What was written at places of which only the base is known.
    around: BTreeMap<Base, Origins>,
    /// What was written nobody knows where.
    anywhere: Origins,
}

/// The base of a place and how far from it.
pub(super) fn locate(place: Value) -> Option<(Base, Option<i64>)> {
    match place {
        Value::Known(number) => i64::try_from(number).ok().map(|offset| (None, Some(offset))),
        Value::Place { base, offset } => Some((Some(base), offset)),
        _ => None,
    }
}

impl Memory {
    pub(super) fn store(&mut self, place: Value, value: Value) {
        self.put(place, Written { length: Some(32), content: Content::Word(value) });
    }

    pub(super) fn copy(&mut self, place: Value, length: Value, origins: Origins) {
        let length = match length.number() {
            Some(number) if number.is_zero() => return,
            Some(number) => u64::try_from(number).ok(),
            None => None,
        };
        self.put(place, Written { length, content: Content::Bytes(origins) });
    }

    fn put(&mut self, place: Value, new: Written) {
        let origins = new.content.origins();
        match locate(place) {
            Some((base, Some(from))) => {
                let to = new.length.and_then(|length| from.checked_add_unsigned(length));
                self.cut(base, from, to);
                self.written.insert((base, from), new);
            }
            Some((base, None)) => {
                let around = self.around.entry(base).or_default();
                *around = around.and(origins);
            }
            None => self.anywhere = self.anywhere.and(origins),
        }
    }

    /// Takes out what is overwritten, and leaves what stands before and behind it.
    fn cut(&mut self, base: Base, from: i64, to: Option<i64>) {
        let end = |start: i64, written: &Written| {
            written.length.and_then(|length| start.checked_add_unsigned(length)).unwrap_or(i64::MAX)
        };
        let touched: Vec<_> = self
            .written
            .range((base, i64::MIN)..(base, to.unwrap_or(i64::MAX)))
            .filter(|((_, start), written)| end(*start, written) > from)
            .map(|((_, start), written)| (*start, *written))
            .collect();
        for (start, written) in touched {
            self.written.remove(&(base, start));
            if start < from {
                let length = Some(from.abs_diff(start));
                self.written.insert((base, start), Written { length, ..written });
            }
            let old_end = end(start, &written);
            if let Some(to) = to.filter(|to| old_end > *to) {
                let length = (written.length.is_some()).then(|| old_end.abs_diff(to));
                let content = Content::Bytes(written.content.origins());
                self.written.insert((base, to), Written { length, content });
            }
        }
    }

    /// The word at a place.
    pub(super) fn load(&self, place: Value) -> Value {
        let Some((base, offset)) = locate(place) else { return Value::Any(self.all()) };
        let Some(offset) = offset else { return Value::Any(self.based(base)) };
        if let Some(Written { length: Some(32), content: Content::Word(value) }) =
            self.written.get(&(base, offset))
        {
            return *value;
        }
        Value::Any(self.over(base, offset, 32))
    }

    /// Where the bytes at a place come from.
    pub(super) fn origins(&self, place: Value, length: u64) -> Origins {
        match locate(place) {
            Some((base, Some(offset))) => self.over(base, offset, length),
            Some((base, None)) => self.based(base),
            None => self.all(),
        }
    }

    /// Where all of a stretch comes from, of which the length may be unknown.
    pub(super) fn whole(&self, place: Value, length: Value) -> Origins {
        match (length.number().and_then(|n| u64::try_from(n).ok()), locate(place)) {
            (Some(length), _) => self.origins(place, length),
            (None, Some((base, _))) => self.based(base),
            (None, None) => self.all(),
        }
    }

    fn over(&self, base: Base, from: i64, length: u64) -> Origins {
        let to = from.saturating_add_unsigned(length);
        let mut covered = 0_u64;
        let mut found = Origins::NONE;
        for ((_, start), written) in self.written.range((base, i64::MIN)..(base, to)) {
            let end = written.length.map_or(i64::MAX, |length| start.saturating_add_unsigned(length));
            if end > from {
                found = found.and(written.content.origins());
                covered = covered.saturating_add(end.min(to).abs_diff((*start).max(from)));
            }
        }
        if covered >= length {
            return found;
        }
        let around = self.around.get(&base).copied().unwrap_or_default();
        found.and(around).and(self.anywhere)
    }

    fn based(&self, base: Base) -> Origins {
        let there = self.written.range((base, i64::MIN)..=(base, i64::MAX));
        let there = there.fold(Origins::NONE, |all, (_, written)| all.and(written.content.origins()));
        there.and(self.around.get(&base).copied().unwrap_or_default()).and(self.anywhere)
    }

    fn all(&self) -> Origins {
        let written = self.written.values().fold(self.anywhere, |all, w| all.and(w.content.origins()));
        self.around.values().fold(written, |all, origins| all.and(*origins))
    }

    /// Takes in what another path may have left; whether that is more.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        let before = self.clone();
        for (key, theirs) in &other.written {
            let ours = self.written.entry(*key).or_insert(*theirs);
            if ours == theirs {
                continue;
            }
            let content = match (ours.content, theirs.content) {
                (Content::Word(a), Content::Word(b)) => Content::Word(a.join(b)),
                (a, b) => Content::Bytes(a.origins().and(b.origins())),
            };
            let length = ours.length.zip(theirs.length).map(|(a, b)| a.max(b));
            *ours = Written { length, content };
        }
        for (base, theirs) in &other.around {
            let ours = self.around.entry(*base).or_default();
            *ours = ours.and(*theirs);
        }
        self.anywhere = self.anywhere.and(other.anywhere);
        *self != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;

    const CALLDATA: Origins = Origins::CALLDATA;
    const CALLER: Origins = Origins::CALLER;
    const BLOCK: Origins = Origins::BLOCK;
    const SOMEWHERE: Value = Value::Any(Origins::NONE);

    fn at(number: u64) -> Value {
        Value::Known(U256::from(number))
    }

    fn place(offset: Option<i64>) -> Value {
        Value::Place { base: 7, offset }
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
        // The same number, from another beginning, is another place.
        assert_eq!(memory.load(place(Some(32))), SOMEWHERE);
        memory.store(place(Some(32)), Value::Any(BLOCK));
        assert_eq!(
            (memory.load(place(Some(32))), memory.load(at(32))),
            (Value::Any(BLOCK), Value::Any(CALLER))
        );
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
        // Its end is unknown: everything behind it is overwritten.
        memory.copy(at(16), SOMEWHERE, BLOCK);
        assert_eq!((memory.origins(at(0), 16), memory.origins(at(40), 4)), (CALLER, BLOCK));
        memory.store(at(64), at(2));
        assert_eq!((memory.load(at(64)), memory.origins(at(100), 4)), (at(2), BLOCK));
    }

    #[test]
    fn prx_v11_nothing_is_copied_where_nothing_is_to_be_copied() {
        let mut memory = Memory::default();
        memory.copy(at(0), at(0), CALLDATA);
        memory.copy(SOMEWHERE, at(0), CALLDATA);
        assert_eq!(memory, Memory::default());
        memory.copy(at(0), at(1), CALLDATA);
        assert_eq!((memory.origins(at(0), 1), memory.origins(at(1), 4)), (CALLDATA, Origins::NONE));
    }

    #[test]
    fn prx_v11_what_was_written_nobody_knows_where_may_be_anywhere_that_is_not_known() {
        let mut memory = Memory::default();
        memory.store(at(0), Value::Any(CALLER));
        memory.store(Value::Any(CALLDATA), Value::Any(BLOCK));
        memory.store(Value::Known(U256::MAX), Value::Any(BLOCK));
        assert_eq!(memory.load(at(0)), Value::Any(CALLER), "what is known is known");
        assert_eq!(memory.origins(at(0), 33), CALLER.and(BLOCK));
        assert_eq!(memory.origins(at(64), 4), BLOCK);
        assert_eq!(memory.load(SOMEWHERE), Value::Any(CALLER.and(BLOCK)));
        assert_eq!(memory.origins(SOMEWHERE, 4), CALLER.and(BLOCK));
        let mut memory = Memory::default();
        memory.store(place(None), Value::Any(CALLDATA));
        memory.store(place(Some(0)), Value::Any(CALLER));
        assert_eq!(memory.load(place(Some(0))), Value::Any(CALLER));
        assert_eq!(memory.load(place(Some(64))), Value::Any(CALLDATA));
        assert_eq!(memory.load(place(None)), Value::Any(CALLER.and(CALLDATA)));
        assert_eq!(memory.origins(place(None), 4), CALLER.and(CALLDATA));
        assert_eq!(memory.load(at(0)), SOMEWHERE, "another base");
        assert_eq!(memory.load(SOMEWHERE), Value::Any(CALLER.and(CALLDATA)));
    }

    #[test]
    fn prx_v11_a_stretch_of_unknown_length_is_all_that_may_be_there() {
        let mut memory = Memory::default();
        memory.store(at(0), Value::Any(CALLER));
        memory.store(at(32), Value::Any(CALLDATA));
        memory.store(place(Some(0)), Value::Any(BLOCK));
        assert_eq!(memory.whole(at(0), at(32)), CALLER);
        assert_eq!(memory.whole(at(0), at(33)), CALLER.and(CALLDATA));
        assert_eq!(memory.whole(at(0), SOMEWHERE), CALLER.and(CALLDATA));
        assert_eq!(memory.whole(place(Some(0)), SOMEWHERE), BLOCK);
        assert_eq!(memory.whole(SOMEWHERE, SOMEWHERE), CALLER.and(CALLDATA).and(BLOCK));
    }

    #[test]
    fn prx_v11_two_paths_that_meet_know_what_either_may_have_left() {
        let (mut one, mut other) = (Memory::default(), Memory::default());
        one.store(at(0), at(1));
        other.store(at(0), at(1));
        assert!(!one.join(&other), "nothing new");
        other.store(at(0), Value::Any(CALLER));
        other.store(at(32), Value::Any(BLOCK));
        other.store(place(None), Value::Any(CALLDATA));
        other.store(SOMEWHERE, Value::Any(CALLDATA));
        assert!(one.join(&other));
        assert_eq!(one.load(at(0)), Value::Any(CALLER));
        assert_eq!(one.load(at(32)), Value::Any(BLOCK));
        assert_eq!((one.origins(place(Some(0)), 4), one.origins(at(99), 4)), (CALLDATA, CALLDATA));
        assert!(!one.join(&other), "once is enough");
        // A word and bytes are bytes of both; the longer counts.
        let (mut one, mut other) = (Memory::default(), Memory::default());
        one.store(at(0), Value::Any(CALLER));
        other.copy(at(0), at(64), CALLDATA);
        assert!(one.join(&other));
        assert_eq!(
            (one.origins(at(0), 4), one.origins(at(60), 4)),
            (CALLER.and(CALLDATA), CALLER.and(CALLDATA))
        );
    }
}
