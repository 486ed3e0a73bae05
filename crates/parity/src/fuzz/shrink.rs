//! Makes a counter-example small: fewer calls, simpler callers, smaller values, as long as it stays one of the same kind.

use super::{
    Found,
    campaign::{decode, is_canonical},
};
use crate::{
    call::Call,
    compare::Aspect,
    error::ParityError,
    generate::{encode, simplest},
    pair::Pair,
    system::{Kind, Route, System},
    world::STRANGERS,
};
use alloy_dyn_abi::DynSolValue;
use alloy_primitives::{Address, I256, U256};

/// The simplest address that is somebody's: below are the machine's own contracts.
const SOMEBODY: Address = Address::with_last_byte(0x11);

/// So often it is tried, at most.
const TRIES: usize = 3_000;

struct Shrinker<'a, P> {
    system: &'a System,
    pair: &'a mut P,
    wanted: Vec<Aspect>,
    calls: Vec<Call>,
    aspects: Vec<Aspect>,
    tries: usize,
}

pub(crate) fn shrink<P: Pair>(system: &System, pair: &mut P, found: Found) -> Result<Found, ParityError> {
    let wanted = found.aspects.clone();
    let mut shrinker =
        Shrinker { system, pair, wanted, calls: found.calls, aspects: found.aspects, tries: 0 };
    shrinker.fewer_calls()?;
    for index in (0..shrinker.calls.len()).rev() {
        shrinker.simpler(index)?;
    }
    shrinker.fewer_calls()?;
    shrinker.pair.rewind();
    Ok(Found { calls: shrinker.calls, aspects: shrinker.aspects })
}

impl<P: Pair> Shrinker<'_, P> {
    /// Takes these calls in the place of those before if they are a counter-example of the kind.
    fn accept(&mut self, calls: Vec<Call>) -> Result<bool, ParityError> {
        if self.tries >= TRIES || calls == self.calls {
            return Ok(false);
        }
        self.tries += 1;
        self.pair.rewind();
        for (index, call) in calls.iter().enumerate() {
            let Some(route) = self.system.route(call.route) else { return Ok(false) };
            let judged = self.pair.judge(route, call, index + 1 < calls.len())?;
            if judged.aspects.is_empty() {
                continue;
            }
            let same = judged.aspects.iter().any(|aspect| self.wanted.contains(aspect));
            if same && index + 1 == calls.len() {
                self.calls = calls;
                self.aspects = judged.aspects;
                return Ok(true);
            }
            return Ok(false);
        }
        Ok(false)
    }

    fn fewer_calls(&mut self) -> Result<(), ParityError> {
        let mut index = 0;
        while index + 1 < self.calls.len() {
            let mut fewer = self.calls.clone();
            fewer.remove(index);
            if !self.accept(fewer)? {
                index += 1;
            }
        }
        Ok(())
    }

    /// Tries one call in another form.
    fn with(&mut self, index: usize, change: impl FnOnce(&mut Call)) -> Result<bool, ParityError> {
        let mut calls = self.calls.clone();
        change(&mut calls[index]);
        self.accept(calls)
    }

    fn simpler(&mut self, index: usize) -> Result<(), ParityError> {
        self.with(index, |call| call.callback = None)?;
        if !self.calls[index].value.is_zero() && !self.with(index, |call| call.value = U256::ZERO)? {
            self.with(index, |call| call.value = U256::from(1))?;
        }
        self.with(index, |call| call.after = 0)?;
        self.with(index, |call| call.is_static = false)?;
        if !self.with(index, |call| call.from = STRANGERS[0])?
            && let Some((_, owner)) = self.system.people.first()
        {
            let owner = *owner;
            self.with(index, |call| call.from = owner)?;
        }
        let Some(route) = self.system.route(self.calls[index].route) else { return Ok(()) };
        let route = route.clone();
        self.with(index, |call| call.data = encode(&route, &decode(&route, call)).into())?;
        if route.kind != Kind::Receive && is_canonical(&route, &self.calls[index]) {
            self.simpler_values(index, &route)
        } else {
            self.simpler_bytes(index)
        }
    }

    fn simpler_values(&mut self, index: usize, route: &Route) -> Result<(), ParityError> {
        for argument in 0..route.inputs.len() {
            // A change makes further ones possible.
            loop {
                let values = decode(route, &self.calls[index]);
                let mut smaller = Vec::new();
                candidates(&values[argument], &mut smaller);
                let mut any = false;
                for candidate in smaller {
                    let mut values = values.clone();
                    values[argument] = candidate;
                    if self.with(index, |call| call.data = encode(route, &values).into())? {
                        any = true;
                        break;
                    }
                }
                if !any {
                    break;
                }
            }
        }
        Ok(())
    }

    fn simpler_bytes(&mut self, index: usize) -> Result<(), ParityError> {
        let mut cut = self.calls[index].data.len().saturating_sub(4);
        while cut > 0 {
            let kept = self.calls[index].data.len().saturating_sub(cut);
            if kept < 4 || !self.with(index, |call| call.data = call.data.slice(..kept))? {
                cut /= 2;
            }
        }
        for at in 4..self.calls[index].data.len() {
            if self.calls[index].data[at] != 0 {
                self.with(index, |call| {
                    let mut data = call.data.to_vec();
                    data[at] = 0;
                    call.data = data.into();
                })?;
            }
        }
        Ok(())
    }
}

/// Simpler values, the simplest first.
fn candidates(value: &DynSolValue, out: &mut Vec<DynSolValue>) {
    if let Some(ty) = value.as_type() {
        let simple = simplest(&ty);
        if simple == *value {
            return;
        }
        out.push(simple);
    }
    match value {
        DynSolValue::Uint(number, bits) => {
            out.extend(smaller(*number).map(|number| DynSolValue::Uint(number, *bits)));
        }
        DynSolValue::Int(number, bits) if !number.is_negative() => {
            let smaller = smaller(number.into_raw());
            out.extend(smaller.map(|number| DynSolValue::Int(I256::from_raw(number), *bits)));
        }
        DynSolValue::Address(address) if *address != SOMEBODY => {
            out.push(DynSolValue::Address(SOMEBODY));
        }
        DynSolValue::Bytes(bytes) => {
            out.push(DynSolValue::Bytes(bytes[..bytes.len() / 2].to_vec()));
            out.push(DynSolValue::Bytes(bytes[..bytes.len().saturating_sub(1)].to_vec()));
            if bytes.iter().any(|byte| *byte != 0) {
                out.push(DynSolValue::Bytes(vec![0; bytes.len()]));
            }
        }
        DynSolValue::String(text) => {
            let half = text.chars().take(text.chars().count() / 2).collect();
            out.push(DynSolValue::String(half));
        }
        DynSolValue::Array(items) => {
            for gone in 0..items.len().min(64) {
                let mut fewer = items.clone();
                fewer.remove(gone);
                out.push(DynSolValue::Array(fewer));
            }
            inside(items, DynSolValue::Array, out);
        }
        DynSolValue::FixedArray(items) => inside(items, DynSolValue::FixedArray, out),
        DynSolValue::Tuple(items) => inside(items, DynSolValue::Tuple, out),
        _ => {}
    }
}

fn inside(items: &[DynSolValue], whole: fn(Vec<DynSolValue>) -> DynSolValue, out: &mut Vec<DynSolValue>) {
    for (index, item) in items.iter().enumerate().take(64) {
        let mut smaller = Vec::new();
        candidates(item, &mut smaller);
        for candidate in smaller {
            let mut items = items.to_vec();
            items[index] = candidate;
            out.push(whole(items));
        }
    }
}

fn smaller(number: U256) -> impl Iterator<Item = U256> {
    let shifts = [192, 128, 64, 32, 16, 8, 4, 2, 1].into_iter().map(move |by: usize| number >> by);
    shifts.chain([number.saturating_sub(U256::from(1))]).filter(move |n| *n < number && !n.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_come_to_an_end() {
        let mut value = DynSolValue::Tuple(vec![
            DynSolValue::Uint(U256::MAX, 256),
            DynSolValue::Array(vec![DynSolValue::Bytes(vec![1; 9]), DynSolValue::Bytes(vec![])]),
            DynSolValue::String("abc".into()),
            DynSolValue::Bool(true),
        ]);
        let mut rng = fastrand::Rng::with_seed(1);
        for _ in 0..5_000 {
            let mut out = Vec::new();
            candidates(&value, &mut out);
            if out.is_empty() {
                return;
            }
            value = out.swap_remove(rng.usize(..out.len()));
        }
        panic!("{value:?} still has a simpler one");
    }
}
