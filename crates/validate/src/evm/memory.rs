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
