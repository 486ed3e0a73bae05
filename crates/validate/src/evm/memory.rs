//! Memory of the abstract machine: what was written where, as far as it is known where that is.
//!
//! Two places of which nobody knows how far they are apart may be one. So what is stored at one of them is no longer known at the
//! other: there it counts as what stood there, or as what was stored.

use super::value::{Base, How, Origins, Value};
use std::collections::BTreeMap;

/// Where the number stands at which free memory begins.
pub(super) const FREE: i64 = 0x40;
/// Where free memory begins at first. What stands below is Solidity's own: it lends nobody a place there.
pub(super) const OWN: i64 = 0x80;
/// How far anything can be written before no gas is left.
const FAR: i64 = 1 << 40;

/// A stretch of memory that was written at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written {
    length: u64,
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

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    written: BTreeMap<(Base, i64), Written>,
    /// What was written nobody knows where.
    anywhere: Origins,
}

/// What an instruction may write.
#[derive(Clone, Copy)]
struct Stretch {
    base: Base,
    from: i64,
    to: i64,
    how: How,
}

impl Stretch {
    /// `None`: it may be anywhere.
    fn of(place: Value, length: Option<u64>) -> Option<Self> {
        let (base, from, how) = match place {
            Value::Known(number) => (None, i64::try_from(number).ok()?, How::Exact),
            Value::Place { base, offset, how, .. } => (base, offset, how),
            _ => return None,
        };
        let length = length.filter(|_| how != How::Behind).and_then(|length| i64::try_from(length).ok());
        let to =
            length.filter(|length| *length <= FAR).map_or(i64::MAX, |length| from.saturating_add(length));
        (from.abs() <= FAR).then_some(Self { base, from, to, how })
    }

    /// It is all that is written, and nothing else is.
    fn is_certain(&self) -> bool {
        self.how == How::Exact && self.is_placed()
    }

    /// The same, as far as it only matters where values come from.
    const fn is_placed(&self) -> bool {
        self.to < i64::MAX
    }

    /// What stands there after that was stored.
    fn leaves(&self, content: Content) -> Content {
        if self.is_certain() { content } else { Content::Bytes(content.origins()) }
    }
}

impl Memory {
    pub(super) fn store(&mut self, place: Value, value: Value) {
        self.put(place, 32, Content::Word(value));
    }

    pub(super) fn copy(&mut self, place: Value, length: Value, origins: Origins) {
        match number(length) {
            Some(0) => {}
            Some(length) => self.put(place, length, Content::Bytes(origins)),
            None => self.may(place, None, origins),
        }
    }

    /// Memory to memory.
    pub(super) fn copy_within(&mut self, place: Value, from: Value, length: Value) {
        let known = number(length);
        let (to, source) = (Stretch::of(place, known), Stretch::of(from, known));
        match (to, source) {
            _ if known == Some(0) => {}
            (Some(to), Some(source)) if to.is_placed() && source.is_placed() => {
                let pieces = self.pieces(&source);
                let origins =
                    pieces.iter().fold(Origins::NONE, |all, (.., content)| all.and(content.origins()));
                self.disturb(Some(to), origins, false);
                self.cut(&to);
                for (start, length, _, content) in pieces {
                    let key = (to.base, to.from.saturating_add(start.saturating_sub(source.from)));
                    let content = source.leaves(to.leaves(content));
                    self.written.insert(key, Written { length, content });
                }
            }
            _ => self.may(place, known, self.whole(from, length)),
        }
    }

    /// What is perhaps written, or in part: the answer of a call may be shorter.
    pub(super) fn answer(&mut self, place: Value, length: Value) {
        let length = number(length);
        if length != Some(0) {
            self.may(place, length, Origins::NONE);
        }
    }

    fn put(&mut self, place: Value, length: u64, content: Content) {
        match Stretch::of(place, Some(length)) {
            Some(stretch) if stretch.is_placed() => {
                self.disturb(Some(stretch), content.origins(), false);
                self.cut(&stretch);
                let content = stretch.leaves(content);
                self.written.insert((stretch.base, stretch.from), Written { length, content });
            }
            _ => self.may(place, Some(length), content.origins()),
        }
    }

    fn may(&mut self, place: Value, length: Option<u64>, origins: Origins) {
        self.disturb(Stretch::of(place, length), origins, true);
        self.anywhere = self.anywhere.and(origins);
    }

    /// What is no longer known for certain once something was written; `own`: at places of the same base, too.
    fn disturb(&mut self, stretch: Option<Stretch>, origins: Origins, own: bool) {
        if let Some(stretch) = stretch.filter(|_| own) {
            self.split(stretch.base, stretch.from);
            self.split(stretch.base, stretch.to);
        }
        for ((base, start), written) in &mut self.written {
            let end = start.saturating_add_unsigned(written.length);
            let own_word = |base: Base, end: i64| base.is_none() && end <= OWN;
            let is_free = base.is_none() && *start == FREE;
            let comes = match stretch {
                None => origins,
                Some(s) if s.base == *base && own && end > s.from && *start < s.to => origins,
                Some(s) if s.base == *base && s.how == How::Exact => continue,
                // What is stored in free memory may be the number that says where it begins; it is not likely.
                Some(_) if is_free => {
                    if let Content::Word(value) = written.content
                        && let Some(likely) = value.likely()
                    {
                        written.content = Content::Word(likely);
                        continue;
                    }
                    Origins::NONE
                }
                Some(s) if s.base == *base => Origins::NONE,
                Some(s) if own_word(*base, end) || own_word(s.base, s.to) => Origins::NONE,
                Some(_) => origins,
            };
            written.content = Content::Bytes(written.content.origins().and(comes));
        }
    }

    /// Tells what stands before a place from what stands behind it.
    fn split(&mut self, base: Base, at: i64) {
        let before = self.written.range((base, i64::MIN)..(base, at)).next_back();
        let Some((start, written)) = before.map(|((_, start), written)| (*start, *written)) else { return };
        let end = start.saturating_add_unsigned(written.length);
        if end > at {
            let content = Content::Bytes(written.content.origins());
            self.written.insert((base, start), Written { length: start.abs_diff(at), content });
            self.written.insert((base, at), Written { length: end.abs_diff(at), content });
        }
    }

    /// Takes out what is overwritten, and leaves what stands before and behind it.
    fn cut(&mut self, stretch: &Stretch) {
        let Stretch { base, from, to, .. } = *stretch;
        let touched: Vec<_> = self
            .written
            .range((base, i64::MIN)..(base, to))
            .map(|((_, start), written)| (*start, start.saturating_add_unsigned(written.length), *written))
            .filter(|(_, end, _)| *end > from)
            .collect();
        for (start, end, written) in touched {
            self.written.remove(&(base, start));
            let content = Content::Bytes(written.content.origins());
            if start < from {
                self.written.insert((base, start), Written { length: from.abs_diff(start), content });
            }
            if end > to {
                self.written.insert((base, to), Written { length: end.abs_diff(to), content });
            }
        }
    }

    /// The word at a place.
    pub(super) fn load(&self, place: Value) -> Value {
        match Stretch::of(place, Some(32)) {
            Some(stretch) if stretch.is_placed() => match self.pieces(&stretch).as_slice() {
                [(.., Content::Word(value))] if stretch.is_certain() => *value,
                pieces => Value::Any(all_of(pieces)),
            },
            _ => Value::Any(self.all()),
        }
    }

    /// Where the bytes at a place come from.
    pub(super) fn origins(&self, place: Value, length: u64) -> Origins {
        match Stretch::of(place, Some(length)) {
            Some(stretch) if stretch.is_placed() => all_of(&self.pieces(&stretch)),
            _ => self.all(),
        }
    }

    /// Where all of a stretch comes from, of which the length may be unknown.
    pub(super) fn whole(&self, place: Value, length: Value) -> Origins {
        number(length).map_or_else(|| self.all(), |length| self.origins(place, length))
    }

    /// A stretch in pieces: start, length, whether it was written, and what is there.
    fn pieces(&self, stretch: &Stretch) -> Vec<Piece> {
        let Stretch { base, from, to, .. } = *stretch;
        let mut pieces = Vec::new();
        let mut at = from;
        let gap = Content::Bytes(self.apart(base, to));
        for ((_, start), written) in self.written.range((base, i64::MIN)..(base, to)) {
            let end = start.saturating_add_unsigned(written.length);
            if end <= from {
                continue;
            }
            if *start > at {
                pieces.push((at, start.abs_diff(at), false, gap));
            }
            let (first, last) = ((*start).max(from), end.min(to));
            let content = match written.content {
                Content::Word(value) if (first, last) == (*start, end) => Content::Word(value),
                content => Content::Bytes(content.origins()),
            };
            pieces.push((first, last.abs_diff(first), true, content));
            at = last;
        }
        if at < to {
            pieces.push((at, to.abs_diff(at), false, gap));
        }
        pieces
    }

    /// What may stand where nothing is known to have been written: what was written at places that may be the same.
    fn apart(&self, base: Base, to: i64) -> Origins {
        let others = self.written.iter().filter(|((other, start), written)| {
            let own = other.is_none() && start.saturating_add_unsigned(written.length) <= OWN;
            *other != base && !own && !(base.is_none() && to <= OWN)
        });
        others.fold(self.anywhere, |all, (_, written)| all.and(written.content.origins()))
    }

    fn all(&self) -> Origins {
        self.written.values().fold(self.anywhere, |all, written| all.and(written.content.origins()))
    }

    /// Free memory begins there: it was read at that place, and that is all that is known of it.
    pub(super) fn begin(&mut self, base: Base, begins: Value) {
        // What an earlier look found there stands somewhere else.
        let earlier: Vec<_> = self.written.extract_if(.., |(other, _), _| *other == base).collect();
        self.anywhere =
            earlier.iter().fold(self.anywhere, |all, (_, written)| all.and(written.content.origins()));
        for written in self.written.values_mut() {
            if let Content::Word(value) = &mut written.content {
                value.leave(base);
            }
        }
        self.cut(&Stretch { base: None, from: FREE, to: FREE + 32, how: How::Exact });
        self.written.insert((None, FREE), Written { length: 32, content: Content::Word(begins) });
    }

    /// Takes in what another path may have left; whether that is more.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        let mut joined = BTreeMap::new();
        let stretch = |base: Base, start: i64, written: &Written| {
            let to = start.saturating_add_unsigned(written.length);
            Stretch { base, from: start, to, how: How::Exact }
        };
        for ((base, start), ours) in &self.written {
            let pieces = other.pieces(&stretch(*base, *start, ours));
            let content = match (ours.content, pieces.as_slice()) {
                (Content::Word(a), [(_, _, true, Content::Word(b))]) => Content::Word(a.join(*b)),
                (a, pieces) => Content::Bytes(a.origins().and(all_of(pieces))),
            };
            joined.insert((*base, *start), Written { content, ..*ours });
        }
        // Only there it was written: here anything may stand in its place.
        for ((base, start), theirs) in &other.written {
            for (at, length, written, gap) in self.pieces(&stretch(*base, *start, theirs)) {
                if !written {
                    let content = Content::Bytes(theirs.content.origins().and(gap.origins()));
                    joined.insert((*base, at), Written { length, content });
                }
            }
        }
        let anywhere = self.anywhere.and(other.anywhere);
        let more = joined != self.written || anywhere != self.anywhere;
        (self.written, self.anywhere) = (joined, anywhere);
        more
    }
}

type Piece = (i64, u64, bool, Content);

fn all_of(pieces: &[Piece]) -> Origins {
    pieces.iter().fold(Origins::NONE, |all, (.., content)| all.and(content.origins()))
}

fn number(value: Value) -> Option<u64> {
    value.number().and_then(|number| u64::try_from(number).ok())
}

#[cfg(test)]
mod tests;
