//! Calls of a function with arguments that anyone can repeat: for measuring, and for trying what it refuses.

use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{Address, Bytes, Function, I256, U256};
use payrox_model::Selector;
use std::{collections::BTreeSet, iter::repeat_n};

/// Values in the arguments of a call, at most.
const LIMIT: usize = 4_096;

/// Calldata of a function by its canonical signature: first every number, address and word 1 and one item in each list, then all
/// zero with empty lists. None where the signature cannot be read or has too many values.
pub fn sample_calls(signature: &str) -> Vec<Bytes> {
    [1_u8, 0].iter().filter_map(|seed| call(signature, &mut Source::Seed(*seed))).collect()
}

/// Calldata of a function with these numbers and accounts, and one item in each list: for each number one call with nothing else,
/// and one in which the next argument has the next number. As far as they fit; none where the signature cannot be read.
pub fn filled_calls(signature: &str, numbers: &[U256], accounts: &[Address]) -> Vec<Bytes> {
    let steps = [0, 1].into_iter().flat_map(|step| (0..numbers.len()).map(move |at| (step, at)));
    let mut calls: Vec<_> = steps
        .filter_map(|(step, at)| call(signature, &mut Source::Listed { numbers, accounts, at, step }))
        .collect();
    let mut seen = BTreeSet::new();
    calls.retain(|data| seen.insert(data.clone()));
    calls
}

/// What arguments are filled with.
enum Source<'a> {
    /// This number everywhere; lists are as long.
    Seed(u8),
    /// The one whose turn it is.
    Listed { numbers: &'a [U256], accounts: &'a [Address], at: usize, step: usize },
}

impl Source<'_> {
    fn items(&self) -> u8 {
        match self {
            Self::Seed(seed) => *seed,
            Self::Listed { .. } => 1,
        }
    }

    /// The next number, of so many bits.
    fn number(&mut self, bits: usize) -> U256 {
        let number = match self {
            Self::Seed(seed) => U256::from(*seed),
            Self::Listed { numbers, at, step, .. } => {
                let number = numbers.get(*at % numbers.len().max(1)).copied().unwrap_or_default();
                *at = at.wrapping_add(*step);
                number
            }
        };
        number & (U256::MAX >> 256_usize.saturating_sub(bits))
    }

    fn account(&mut self) -> Address {
        match self {
            Self::Seed(_) => Address::from_word(self.number(160).into()),
            Self::Listed { accounts, at, step, .. } => {
                let account = accounts.get(*at % accounts.len().max(1)).copied().unwrap_or_default();
                *at = at.wrapping_add(*step);
                account
            }
        }
    }

    fn bytes<const N: usize>(&mut self, size: usize) -> [u8; N] {
        let mut bytes = [0; N];
        let number = self.number(256).to_be_bytes::<32>();
        for (at, byte) in bytes.iter_mut().take(size).enumerate() {
            *byte = match self {
                Self::Seed(seed) => *seed,
                // As a number of as many bytes.
                Self::Listed { .. } => number[32 - size.min(32) + at.min(31)],
            };
        }
        bytes
    }
}

fn call(signature: &str, source: &mut Source<'_>) -> Option<Bytes> {
    let types = signature.find('(').map(|at| &signature[at..])?;
    let Ok(DynSolType::Tuple(types)) = DynSolType::parse(types) else { return None };
    let mut room = LIMIT;
    let values = all(types.iter(), source, &mut room)?;
    let arguments = DynSolValue::Tuple(values).abi_encode_params();
    Some([&Selector::of(signature).0[..], &arguments].concat().into())
}

fn all<'a>(
    types: impl Iterator<Item = &'a DynSolType>,
    source: &mut Source<'_>,
    room: &mut usize,
) -> Option<Vec<DynSolValue>> {
    types.map(|ty| fill(ty, source, room)).collect()
}

fn fill(ty: &DynSolType, source: &mut Source<'_>, room: &mut usize) -> Option<DynSolValue> {
    *room = room.checked_sub(1)?;
    Some(match ty {
        DynSolType::Array(of) => {
            let items = usize::from(source.items());
            DynSolValue::Array(all(repeat_n(&**of, items), source, room)?)
        }
        DynSolType::FixedArray(of, size) => {
            if *size > *room {
                return None;
            }
            DynSolValue::FixedArray(all(repeat_n(&**of, *size), source, room)?)
        }
        DynSolType::Tuple(of) => DynSolValue::Tuple(all(of.iter(), source, room)?),
        DynSolType::Bool => DynSolValue::Bool(source.number(1) != U256::ZERO),
        // Not below zero: those are larger than any number that is not.
        DynSolType::Int(bits) => DynSolValue::Int(I256::from_raw(source.number(bits - 1)), *bits),
        DynSolType::Uint(bits) => DynSolValue::Uint(source.number(*bits), *bits),
        DynSolType::FixedBytes(size) => DynSolValue::FixedBytes(source.bytes(*size).into(), *size),
        DynSolType::Address => DynSolValue::Address(source.account()),
        DynSolType::Function => DynSolValue::Function(Function::from(source.bytes(24))),
        DynSolType::Bytes => DynSolValue::Bytes(vec![source.items(); usize::from(source.items())]),
        DynSolType::String => DynSolValue::String("1".repeat(usize::from(source.items()))),
        #[expect(unreachable_patterns, reason = "a feature of the library adds a kind")]
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;

    #[test]
    fn a_call_is_filled_with_ones_and_with_zeros() {
        let calls = sample_calls("pay((address,uint256)[],bytes4)");
        assert_eq!(calls.len(), 2);
        let word = |n: u8| hex::encode([&[0; 31][..], &[n]].concat());
        let selector = hex::encode(Selector::of("pay((address,uint256)[],bytes4)").0);
        let ones = [word(0x40), format!("01010101{}", "0".repeat(56)), word(1), word(1), word(1)].concat();
        assert_eq!(hex::encode(&calls[0]), format!("{selector}{ones}"));
        let zeros = [word(0x40), word(0), word(0)].concat();
        assert_eq!(hex::encode(&calls[1]), format!("{selector}{zeros}"));
    }

    #[test]
    fn prx_v11_a_call_is_filled_with_numbers_and_accounts_that_fit_in_their_turn() {
        let (one, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let numbers = [U256::MAX, U256::from(0x0102)];
        let calls = filled_calls("set(uint8,address,int16,bytes2)", &numbers, &[one, other]);
        let word = |n: &[u8]| hex::encode([&vec![0; 32 - n.len()], n].concat());
        let left = |n: &[u8]| hex::encode([n, &vec![0; 32 - n.len()]].concat());
        let rest: Vec<_> = calls.iter().map(|call| hex::encode(&call[4..])).collect();
        let (one, other) = (word(one.as_slice()), word(other.as_slice()));
        assert_eq!(
            rest,
            [
                [word(&[255]), one.clone(), word(&[127, 255]), left(&[255, 255])].concat(),
                [word(&[2]), other.clone(), word(&[1, 2]), left(&[1, 2])].concat(),
                [word(&[255]), other, word(&[127, 255]), left(&[1, 2])].concat(),
                [word(&[2]), one, word(&[1, 2]), left(&[255, 255])].concat(),
            ]
        );
        assert_eq!(filled_calls("set()", &numbers, &[]).len(), 1, "each call once");
        assert_eq!(filled_calls("set(nothing)", &numbers, &[]).len(), 0);
    }

    #[test]
    fn what_has_no_arguments_is_its_selector_and_what_is_too_large_is_not_called() {
        assert_eq!(sample_calls("fee()")[0].as_ref(), Selector::of("fee()").0);
        assert!(sample_calls("f(uint256[5000])").is_empty());
        assert!(sample_calls("f(uint256[4000][4000])").is_empty());
        assert!(sample_calls("receive").is_empty());
        assert!(sample_calls("f(nothing)").is_empty());
    }
}
