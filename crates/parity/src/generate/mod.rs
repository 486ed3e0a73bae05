//! Makes up calls: values by type, people, ether, time, and calldata that no encoder would write.

mod dictionary;
mod mutate;
mod value;

pub(crate) use dictionary::Dictionary;
pub(crate) use value::simplest;

use crate::{
    call::Call,
    system::{Kind, Route, System},
    world::{Actors, REENTERER},
};
use alloy_dyn_abi::DynSolValue;
use alloy_primitives::{Address, Bytes, U256};
use fastrand::Rng;
use mutate::Mutation;

/// Calldata is never longer.
pub(crate) const DATA_LIMIT: usize = 1 << 16;

/// Ways for time to pass before a call, in seconds.
const PAUSES: [u64; 9] = [1, 12, 60, 3_600, 86_400, 86_401, 2_592_000, 31_536_000, 315_360_000];

/// Everything that calls are made from.
pub(crate) struct Maker<'a> {
    system: &'a System,
    actors: &'a Actors,
    dictionary: &'a Dictionary,
    /// Selectors that who comes back may call.
    callbacks: Vec<(Address, [u8; 4])>,
    /// Words that the calls before brought up: identifiers, hashes, amounts.
    fresh: Vec<U256>,
    /// Of those, what may be addresses; and who called.
    people: Vec<Address>,
    callers: Vec<Address>,
    pub(crate) rng: Rng,
}

/// Of the words that calls bring up, the last ones are remembered.
const FRESH: usize = 64;

impl<'a> Maker<'a> {
    pub(crate) fn new(
        system: &'a System,
        actors: &'a Actors,
        dictionary: &'a Dictionary,
        callable: &[bool],
        seed: u64,
    ) -> Self {
        // What a diamond says of what it serves is not the same in two releases: who comes back and remembers it is no mismatch.
        let tells = |route: &Route| matches!(route.kind, Kind::Loupe | Kind::Cut);
        let callbacks =
            system.routes.iter().zip(callable).filter(|(route, callable)| **callable && !tells(route));
        Self {
            system,
            actors,
            dictionary,
            callbacks: callbacks.map(|(route, _)| (route.facet, route.selector.0)).collect(),
            fresh: Vec::new(),
            people: Vec::new(),
            callers: Vec::new(),
            rng: Rng::with_seed(seed),
        }
    }

    /// As if no call had been made.
    pub(crate) fn forget(&mut self) {
        self.fresh.clear();
        self.people.clear();
        self.callers.clear();
    }

    /// Remembers who made a call, and what it brought up.
    pub(crate) fn learn(&mut self, from: Address, words: impl Iterator<Item = U256>) {
        self.callers.push(from);
        self.people.push(from);
        for word in words.take(FRESH) {
            // Above what is a small number, and within 20 bytes.
            if (64..=160).contains(&word.bit_len()) {
                self.people.push(Address::from_word(word.into()));
            }
            self.fresh.push(word);
        }
        let surplus = self.fresh.len().saturating_sub(FRESH);
        self.fresh.drain(..surplus);
        let surplus = self.people.len().saturating_sub(FRESH);
        self.people.drain(..surplus);
    }

    /// A call of a route, from nothing.
    pub(crate) fn fresh_call(&mut self, route: &Route) -> (Call, Vec<DynSolValue>) {
        let values: Vec<_> = route.inputs.iter().map(|input| self.value(&input.ty, 0)).collect();
        let from = self.caller();
        (self.dress(route, &values, from), values)
    }

    /// A call like another.
    pub(crate) fn like(
        &mut self,
        route: &Route,
        call: &Call,
        values: &[DynSolValue],
    ) -> (Call, Vec<DynSolValue>) {
        let mut values = values.to_vec();
        let mut from = call.from;
        let leaves = values.iter().map(value::leaves).sum::<usize>();
        if leaves > 0 && self.rng.u8(..) < 230 {
            for _ in 0..1 + self.rng.usize(..2) {
                let mut left = self.rng.usize(..leaves);
                for value in &mut values {
                    if self.replace_leaf(value, &mut left) {
                        break;
                    }
                }
            }
        }
        if self.rng.u8(..) < 40 {
            from = self.caller();
        }
        let mut next = self.dress(route, &values, from);
        if self.rng.u8(..) < 160 {
            next.value = call.value;
        }
        if self.rng.u8(..) < 160 {
            next.after = call.after;
        }
        if self.rng.u8(..) < 200 {
            next.callback.clone_from(&call.callback);
        }
        (next, values)
    }

    fn dress(&mut self, route: &Route, values: &[DynSolValue], from: Address) -> Call {
        let mut data = encode(route, values);
        if route.kind == Kind::Receive {
            data = self.receive_data();
        } else if self.rng.u8(..) < 20 {
            self.spoil(&mut data);
        }
        let is_static = route.is_view() && self.rng.u8(..) < 128;
        let value = if is_static { U256::ZERO } else { self.ether(route, values) };
        let comes_back = from == REENTERER || mentions(&data, REENTERER);
        let callback = if comes_back && self.rng.u8(..) < 200 { self.callback() } else { None };
        let after = if self.rng.u8(..) < 150 { 0 } else { self.pause() };
        Call { route: route.selector, from, value, data: data.into(), after, is_static, callback }
    }

    /// Empty, or what plain ether never comes with.
    fn receive_data(&mut self) -> Vec<u8> {
        if self.rng.u8(..) < 128 {
            return Vec::new();
        }
        let mut data = vec![0; 1 + self.rng.usize(..40)];
        if let Some(behind) = data.get_mut(4..) {
            self.rng.fill(behind);
        }
        data
    }

    fn spoil(&mut self, data: &mut Vec<u8>) {
        let kind = Mutation::any(&mut self.rng);
        kind.apply(data, &mut self.rng);
        data.truncate(DATA_LIMIT);
    }

    /// Anybody but the dispatcher, to which no facet is served.
    pub(crate) fn caller(&mut self) -> Address {
        let caller = self.any_caller();
        if caller == self.system.dispatcher { crate::world::STRANGERS[0] } else { caller }
    }

    fn any_caller(&mut self) -> Address {
        let named = self.actors.named();
        if self.rng.u8(..) < 110
            && let Some(caller) = self.rng.choice(&self.callers)
        {
            return *caller;
        }
        // Who was named by a call before may have to make this one: an arbiter, a payee.
        if self.rng.u8(..) < 110
            && let Some(named) = self.rng.choice(&self.people)
        {
            return *named;
        }
        match self.rng.u8(..) {
            0..96 => crate::world::STRANGERS[usize::from(self.rng.bool())],
            // People with a role stand first.
            96..176 => named[self.rng.usize(..self.system.people.len().max(1))].1,
            176..236 => named[self.rng.usize(..named.len())].1,
            // A system that calls itself, by way of a callback that its author forgot.
            236..240 => self.system.router,
            _ => self.address(),
        }
    }

    fn ether(&mut self, route: &Route, values: &[DynSolValue]) -> U256 {
        let takes = matches!(route.mutability, payrox_plan::Mutability::Payable);
        if self.rng.u8(..) >= if takes { 150 } else { 12 } {
            return U256::ZERO;
        }
        let mut amounts = Vec::new();
        for value in values {
            value::amounts(value, &mut amounts);
        }
        // More than anybody has is refused before any code runs.
        let most = U256::from(1) << 96;
        match self.rng.choice(amounts) {
            Some(amount) if amount < most && self.rng.u8(..) < 170 => amount,
            _ => self.word(96) % most,
        }
    }

    fn callback(&mut self) -> Option<Bytes> {
        let (_, selector) = *self.rng.choice(&self.callbacks)?;
        let mut data = selector.to_vec();
        match self.system.route(payrox_model::Selector(selector)) {
            Some(route) if self.rng.u8(..) < 200 => {
                let values: Vec<_> = route.inputs.iter().map(|input| self.value(&input.ty, 0)).collect();
                data = encode(route, &values);
                data.truncate(DATA_LIMIT);
            }
            _ => data.resize(4 + 32 * 4, 0),
        }
        Some(data.into())
    }

    fn pause(&mut self) -> u64 {
        // What was agreed before is often a time.
        let agreed = self.rng.choice(&self.fresh).copied().unwrap_or_default();
        match self.rng.u8(..) {
            0..80 if agreed.bit_len() <= 62 => agreed.to(),
            0..220 => PAUSES[self.rng.usize(..PAUSES.len())],
            _ => self.rng.u64(..1 << 32),
        }
    }
}

/// Calldata as an encoder writes it.
pub(crate) fn encode(route: &Route, values: &[DynSolValue]) -> Vec<u8> {
    let mut data = route.selector.0.to_vec();
    if !values.is_empty() {
        data.extend(DynSolValue::Tuple(values.to_vec()).abi_encode_params());
    }
    data
}

fn mentions(data: &[u8], address: Address) -> bool {
    data.windows(20).any(|window| window == address.as_slice())
}
