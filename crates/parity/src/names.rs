//! Calls, answers and logs in the words of the ABI. Whatever came from a state or a contract is escaped.

use crate::{
    call::Call,
    system::{Input, Kind, Route, System},
    world::{Actors, Change, Effects, Ending, Field},
};
use alloy_dyn_abi::{DynSolType, DynSolValue, EventExt as _, JsonAbiExt as _};
use alloy_primitives::{Address, Log, U256, hex};
use payrox_model::{Selector, text::escape};

/// Of one value, so many characters are shown.
const SHOWN: usize = 400;

/// Puts names to addresses, functions, errors and events.
pub(crate) struct Names<'a> {
    pub(crate) system: &'a System,
    actors: Actors,
}

impl<'a> Names<'a> {
    pub(crate) fn of(system: &'a System) -> Self {
        Self { system, actors: Actors::of(&system.people) }
    }

    /// `owner 0x…`, or the address alone.
    pub(crate) fn address(&self, address: Address) -> String {
        match self.name(address) {
            Some(name) => format!("{name} {address}"),
            None => address.to_string(),
        }
    }

    /// What an address is, without the address where that is clear.
    pub(crate) fn place(&self, address: Address) -> String {
        self.name(address).map_or_else(|| address.to_string(), str::to_owned)
    }

    fn name(&self, address: Address) -> Option<&str> {
        let actor = || self.actors.named().iter().find(|(_, at)| *at == address);
        self.system.name_of(address).or_else(|| actor().map(|(name, _)| name.as_str()))
    }

    /// `Payments.pay(token = …, amount = 5)`.
    pub(crate) fn call(&self, call: &Call) -> String {
        match self.system.route(call.route) {
            Some(route) => self.calldata_of(route, &call.data),
            None => shorten(&hex::encode_prefixed(&call.data)),
        }
    }

    /// The same of calldata, if it is for one of the system's functions.
    pub(crate) fn calldata(&self, data: &[u8]) -> String {
        let selector = data.first_chunk().copied().map(Selector);
        match selector.and_then(|selector| self.system.route(selector)) {
            Some(route) if route.kind != Kind::Receive => self.calldata_of(route, data),
            _ => shorten(&hex::encode_prefixed(data)),
        }
    }

    fn calldata_of(&self, route: &Route, data: &[u8]) -> String {
        if route.kind == Kind::Receive {
            return format!("{} {}", route.title(), shorten(&hex::encode_prefixed(data)));
        }
        let name = route.name();
        let arguments = data.get(4..).and_then(|data| self.values(&route.inputs, data));
        match arguments {
            Some(arguments) => format!("{}.{name}({arguments})", route.facet_name),
            None => format!(
                "{} with calldata that does not decode: {}",
                route.title(),
                shorten(&hex::encode_prefixed(data))
            ),
        }
    }

    /// Names and values of parameters; nothing where the data is not of these types, or has more.
    pub(crate) fn values(&self, inputs: &[Input], data: &[u8]) -> Option<String> {
        let types = DynSolType::Tuple(inputs.iter().map(|input| input.ty.clone()).collect());
        if inputs.is_empty() {
            return data.is_empty().then(String::new);
        }
        let decoded = types.abi_decode_params(data).ok()?;
        if decoded.abi_encode_params() != data {
            return None;
        }
        let values = decoded.as_tuple()?;
        let parts = inputs.iter().zip(values).map(|(input, value)| self.named(input, value));
        Some(parts.collect::<Vec<_>>().join(", "))
    }

    fn named(&self, input: &Input, value: &DynSolValue) -> String {
        let shown = self.value(value, &input.members);
        if input.name.is_empty() { shown } else { format!("{} = {shown}", escape(&input.name)) }
    }

    fn value(&self, value: &DynSolValue, members: &[Input]) -> String {
        let list = |items: &[DynSolValue]| {
            let items: Vec<_> = items.iter().map(|item| self.value(item, members)).collect();
            shorten(&format!("[{}]", items.join(", ")))
        };
        match value {
            DynSolValue::Bool(yes) => yes.to_string(),
            DynSolValue::Int(number, _) => number.to_string(),
            DynSolValue::Uint(number, _) => number.to_string(),
            DynSolValue::FixedBytes(bytes, size) => hex::encode_prefixed(&bytes[..(*size).min(32)]),
            DynSolValue::Address(address) => self.address(*address),
            DynSolValue::Function(function) => hex::encode_prefixed(function.as_slice()),
            DynSolValue::Bytes(bytes) => shorten(&hex::encode_prefixed(bytes)),
            DynSolValue::String(text) => shorten(&format!("\"{}\"", escape(text))),
            DynSolValue::Array(items) | DynSolValue::FixedArray(items) => list(items),
            DynSolValue::Tuple(items) if items.len() == members.len() => {
                let parts = members.iter().zip(items).map(|(input, value)| self.named(input, value));
                format!("({})", parts.collect::<Vec<_>>().join(", "))
            }
            DynSolValue::Tuple(items) => list(items),
        }
    }

    /// How a call ended and what it said.
    pub(crate) fn answer(&self, route: &Route, effects: &Effects) -> String {
        self.said(effects.ending, &effects.output, Some(route))
    }

    /// The same of any frame.
    pub(crate) fn said(&self, ending: Ending, output: &[u8], route: Option<&Route>) -> String {
        match ending {
            Ending::Halted => "halted: out of gas, or an instruction that does not exist".into(),
            Ending::Returned if output.is_empty() => "returned nothing".into(),
            Ending::Returned => {
                let known = route.and_then(|route| self.values(&route.outputs, output));
                format!("returned {}", known.unwrap_or_else(|| shorten(&hex::encode_prefixed(output))))
            }
            Ending::Reverted if output.is_empty() => "reverted without data".into(),
            Ending::Reverted => format!("reverted with {}", self.error(output)),
        }
    }

    fn error(&self, output: &[u8]) -> String {
        let raw = || shorten(&hex::encode_prefixed(output));
        let Some((selector, data)) = output.split_first_chunk::<4>() else { return raw() };
        let Some(error) = self.system.errors.get(selector) else {
            return match alloy_sol_types::decode_revert_reason(output) {
                Some(reason) => shorten(&escape(&reason)),
                None => raw(),
            };
        };
        match error.abi_decode_input(data) {
            Ok(values) => {
                let values: Vec<_> = values.iter().map(|value| self.value(value, &[])).collect();
                format!("{}({})", error.name, values.join(", "))
            }
            Err(_) => raw(),
        }
    }

    pub(crate) fn log(&self, log: &Log) -> String {
        let known = log.topics().first().and_then(|topic| self.system.events.get(topic));
        let at = self.place(log.address);
        let decoded = known.and_then(|event| Some((event, event.decode_log(&log.data).ok()?)));
        match decoded {
            Some((event, decoded)) => {
                let (mut indexed, mut body) = (decoded.indexed.iter(), decoded.body.iter());
                let values = event.inputs.iter().filter_map(|param| {
                    let value = if param.indexed { indexed.next() } else { body.next() }?;
                    Some(format!("{} = {}", escape(&param.name), self.value(value, &[])))
                });
                format!("{}({}) of {at}", event.name, values.collect::<Vec<_>>().join(", "))
            }
            None => {
                let topics: Vec<_> = log.topics().iter().map(ToString::to_string).collect();
                let data = shorten(&hex::encode_prefixed(&log.data.data));
                format!("a log of {at}: topics [{}], data {data}", topics.join(", "))
            }
        }
    }

    pub(crate) fn change(&self, change: &Change) -> String {
        let of = self.place(change.address);
        let Change { before, after, .. } = change;
        match change.field {
            Field::Balance => format!("balance of {of}: {before} → {after} wei"),
            Field::Nonce => format!("nonce of {of}: {before} → {after}"),
            Field::Code => format!("code of {of}: hash {} → {}", word(*before), word(*after)),
            Field::Slot(key) => format!("slot {} of {of}: {} → {}", word(key), word(*before), word(*after)),
            Field::Transient(key) => format!("transient slot {} of {of}: {}", word(key), word(*after)),
        }
    }

    /// In what two calls differ, one line each.
    pub(crate) fn differences(
        &self,
        route: &Route,
        sides: [&str; 2],
        [left, right]: [&Effects; 2],
    ) -> Vec<String> {
        let [a, b] = sides;
        let mut lines = Vec::new();
        if left.ending != right.ending || left.output != right.output {
            lines.push(format!("{a}: {}", self.answer(route, left)));
            lines.push(format!("{b}: {}", self.answer(route, right)));
            if lines[0][a.len()..] == lines[1][b.len()..] {
                let raw = |e: &Effects| shorten(&hex::encode_prefixed(&e.output));
                lines = vec![format!("{a}: {}", raw(left)), format!("{b}: {}", raw(right))];
            }
        }
        if left.logs != right.logs {
            let first = left.logs.iter().zip(&right.logs).take_while(|(l, r)| l == r).count();
            for (side, effects) in [(a, left), (b, right)] {
                lines.push(match effects.logs.get(first) {
                    Some(log) => format!("{side}: logs {}", self.log(log)),
                    None => {
                        format!("{side}: logs nothing {}", if first == 0 { "" } else { "more" }).trim().into()
                    }
                });
            }
        }
        for (side, effects, other) in [(a, left, right), (b, right, left)] {
            let only = effects.changes.iter().filter(|c| other.changes.binary_search(c).is_err());
            lines.extend(only.take(8).map(|change| format!("{side}: {}", self.change(change))));
        }
        lines
    }
}

fn word(word: U256) -> String {
    if word < U256::from(1 << 16) { word.to_string() } else { format!("{word:#066x}") }
}

/// A value as it may be shown: a long one is cut, and says so.
pub(crate) fn shorten(text: &str) -> String {
    let length = text.chars().count();
    if length <= SHOWN {
        return text.to_owned();
    }
    let cut: String = text.chars().take(SHOWN).collect();
    format!("{cut}… ({length} characters)")
}
