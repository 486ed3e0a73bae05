//! Values by type.

use super::Maker;
use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{Address, B256, I256, U256};

/// Arrays in arrays become short below this depth.
const DEPTH: usize = 3;

impl Maker<'_> {
    pub(crate) fn value(&mut self, ty: &DynSolType, depth: usize) -> DynSolValue {
        match ty {
            DynSolType::Bool => DynSolValue::Bool(self.rng.bool()),
            DynSolType::Uint(bits) => DynSolValue::Uint(self.word(*bits), *bits),
            DynSolType::Int(bits) => DynSolValue::Int(self.signed(*bits), *bits),
            DynSolType::Address => DynSolValue::Address(self.address()),
            DynSolType::Function => {
                let mut bytes = [0; 24];
                self.rng.fill(&mut bytes);
                DynSolValue::Function(alloy_primitives::Function::new(bytes))
            }
            DynSolType::FixedBytes(size) => DynSolValue::FixedBytes(self.fixed_bytes(*size), *size),
            DynSolType::Bytes => DynSolValue::Bytes(self.bytes()),
            DynSolType::String => DynSolValue::String(self.string()),
            DynSolType::Array(inner) => {
                let length = self.length(depth);
                DynSolValue::Array((0..length).map(|_| self.value(inner, depth + 1)).collect())
            }
            DynSolType::FixedArray(inner, length) => {
                DynSolValue::FixedArray((0..*length).map(|_| self.value(inner, depth + 1)).collect())
            }
            DynSolType::Tuple(members) => {
                DynSolValue::Tuple(members.iter().map(|ty| self.value(ty, depth)).collect())
            }
        }
    }

    /// An unsigned number of so many bits.
    pub(super) fn word(&mut self, bits: usize) -> U256 {
        let mask = U256::MAX >> (256 - bits.clamp(1, 256));
        let bit = self.rng.usize(..bits.max(1));
        if !self.fresh.is_empty() && self.rng.u8(..) < 60 {
            return self.brought_up() & mask;
        }
        let word = match self.rng.u8(..) {
            0..32 => U256::ZERO,
            32..60 => U256::from(1),
            60..100 => U256::from(self.rng.u8(..17)),
            100..116 => U256::from(self.rng.u16(..)),
            116..132 => mask,
            132..140 => mask - U256::from(1),
            140..150 => U256::from(1) << bit,
            150..156 => (U256::from(1) << bit) - U256::from(1),
            156..176 => U256::from(10).pow(U256::from(self.rng.u8(..28))),
            176..200 => self.known(),
            200..226 => self.brought_up(),
            _ => self.random() >> (256 - bit.max(1)),
        };
        word & mask
    }

    fn signed(&mut self, bits: usize) -> I256 {
        let word = self.word(bits);
        // The sign stands in the uppermost of the bits, and is carried up.
        let shift = 256 - bits.clamp(1, 256);
        I256::from_raw(word << shift).asr(shift)
    }

    pub(super) fn address(&mut self) -> Address {
        if self.rng.u8(..) < 110
            && let Some(known) = self.rng.choice(&self.people)
        {
            return *known;
        }
        match self.rng.u8(..) {
            0..56 => crate::world::TOKEN,
            56..170 => *self.rng.choice(&self.dictionary.addresses).unwrap_or(&Address::ZERO),
            170..190 => Address::ZERO,
            190..205 => Address::with_last_byte(self.rng.u8(..12)),
            _ => Address::from_word(self.random().into()),
        }
    }

    fn fixed_bytes(&mut self, size: usize) -> B256 {
        let word = match self.rng.u8(..) {
            0..48 => U256::ZERO,
            48..112 => self.known(),
            112..176 => self.brought_up(),
            176..200 => U256::MAX,
            _ => self.random(),
        };
        let mut bytes = B256::from(word);
        bytes[size.min(32)..].fill(0);
        bytes
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = match self.rng.u8(..) {
            0..60 => 0,
            60..120 => self.rng.usize(..5),
            120..200 => 31 + self.rng.usize(..3),
            200..250 => self.rng.usize(..200),
            _ => self.rng.usize(..5_000),
        };
        let mut bytes = vec![0; length];
        if self.rng.u8(..) < 20 {
            // Init code of a contract of one byte, which stops.
            return vec![0x60, 0x01, 0x5f, 0xf3];
        }
        match self.rng.u8(..) {
            0..60 => {}
            60..180 => self.rng.fill(&mut bytes),
            _ => {
                let word = B256::from(self.known());
                bytes.iter_mut().zip(word.iter().cycle()).for_each(|(to, from)| *to = *from);
            }
        }
        bytes
    }

    fn string(&mut self) -> String {
        let length = if self.rng.u8(..) < 200 { self.rng.usize(..12) } else { self.rng.usize(..80) };
        (0..length)
            .map(|_| if self.rng.u8(..) < 220 { self.rng.alphanumeric() } else { self.rng.char(..) })
            .collect()
    }

    fn length(&mut self, depth: usize) -> usize {
        if depth >= DEPTH {
            return self.rng.usize(..2);
        }
        match self.rng.u8(..) {
            0..40 => 0,
            40..140 => 1,
            140..240 => 2 + self.rng.usize(..3),
            _ => self.rng.usize(..40 >> (2 * depth)),
        }
    }

    /// A word from code or state.
    fn known(&mut self) -> U256 {
        self.rng.choice(&self.dictionary.words).copied().unwrap_or_default()
    }

    /// A word of the calls before, or a neighbour.
    fn brought_up(&mut self) -> U256 {
        let word = self.rng.choice(&self.fresh).copied().unwrap_or_default();
        match self.rng.u8(..) {
            0..16 => word.wrapping_add(U256::from(1)),
            16..32 => word.wrapping_sub(U256::from(1)),
            // A part of an amount.
            32..72 => word >> self.rng.usize(1..9),
            _ => word,
        }
    }

    fn random(&mut self) -> U256 {
        U256::from_limbs([self.rng.u64(..), self.rng.u64(..), self.rng.u64(..), self.rng.u64(..)])
    }

    /// Makes the leaf anew that this many leaves precede; whether it was in there.
    pub(super) fn replace_leaf(&mut self, value: &mut DynSolValue, left: &mut usize) -> bool {
        match value {
            DynSolValue::Array(items) => {
                // The length itself is a leaf.
                if *left == 0 {
                    match items.first().cloned() {
                        Some(first) if self.rng.bool() => items.push(first),
                        _ => drop(items.pop()),
                    }
                    return true;
                }
                *left -= 1;
                items.iter_mut().any(|item| self.replace_leaf(item, left))
            }
            DynSolValue::FixedArray(items) | DynSolValue::Tuple(items) => {
                items.iter_mut().any(|item| self.replace_leaf(item, left))
            }
            leaf if *left == 0 => {
                if let Some(ty) = leaf.as_type() {
                    *leaf = self.value(&ty, 0);
                }
                true
            }
            _ => {
                *left -= 1;
                false
            }
        }
    }
}

/// How many leaves a value has; each array counts as one more.
pub(super) fn leaves(value: &DynSolValue) -> usize {
    match value {
        DynSolValue::Array(items) => 1 + items.iter().map(leaves).sum::<usize>(),
        DynSolValue::FixedArray(items) | DynSolValue::Tuple(items) => items.iter().map(leaves).sum(),
        _ => 1,
    }
}

/// The unsigned numbers in a value.
pub(super) fn amounts(value: &DynSolValue, out: &mut Vec<U256>) {
    match value {
        DynSolValue::Uint(number, _) => out.push(*number),
        DynSolValue::Array(items) | DynSolValue::FixedArray(items) | DynSolValue::Tuple(items) => {
            items.iter().for_each(|item| amounts(item, out));
        }
        _ => {}
    }
}

/// The simplest value of a type.
pub(crate) fn simplest(ty: &DynSolType) -> DynSolValue {
    match ty {
        DynSolType::Bool => DynSolValue::Bool(false),
        DynSolType::Uint(bits) => DynSolValue::Uint(U256::ZERO, *bits),
        DynSolType::Int(bits) => DynSolValue::Int(I256::ZERO, *bits),
        DynSolType::Address => DynSolValue::Address(Address::ZERO),
        DynSolType::Function => DynSolValue::Function(alloy_primitives::Function::ZERO),
        DynSolType::FixedBytes(size) => DynSolValue::FixedBytes(B256::ZERO, *size),
        DynSolType::Bytes => DynSolValue::Bytes(Vec::new()),
        DynSolType::String => DynSolValue::String(String::new()),
        DynSolType::Array(_) => DynSolValue::Array(Vec::new()),
        DynSolType::FixedArray(inner, length) => {
            DynSolValue::FixedArray((0..*length).map(|_| simplest(inner)).collect())
        }
        DynSolType::Tuple(members) => DynSolValue::Tuple(members.iter().map(simplest).collect()),
    }
}
