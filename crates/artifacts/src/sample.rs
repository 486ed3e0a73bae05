//! Calls of a function with arguments that anyone can repeat: for measuring.

use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{Address, Bytes, Function, I256, U256};
use payrox_model::Selector;

/// Values in the arguments of a call, at most.
const LIMIT: usize = 4_096;

/// Calldata of a function by its canonical signature: first every number, address and word 1 and one item in each list, then all
/// zero with empty lists. None where the signature cannot be read or has too many values.
pub fn sample_calls(signature: &str) -> Vec<Bytes> {
    let types = signature.find('(').map(|at| &signature[at..]);
    let Some(DynSolType::Tuple(types)) = types.and_then(|types| DynSolType::parse(types).ok()) else {
        return Vec::new();
    };
    [1_u8, 0].iter().filter_map(|seed| call(signature, &types, *seed)).collect()
}

fn call(signature: &str, types: &[DynSolType], seed: u8) -> Option<Bytes> {
    let mut room = LIMIT;
    let values = types.iter().map(|ty| fill(ty, seed, &mut room)).collect::<Option<Vec<_>>>()?;
    let arguments = DynSolValue::Tuple(values).abi_encode_params();
    Some([&Selector::of(signature).0[..], &arguments].concat().into())
}

fn fill(ty: &DynSolType, seed: u8, room: &mut usize) -> Option<DynSolValue> {
    *room = room.checked_sub(1)?;
    let number = U256::from(seed);
    Some(match ty {
        DynSolType::Bool => DynSolValue::Bool(seed != 0),
        DynSolType::Int(bits) => DynSolValue::Int(I256::from_raw(number), *bits),
        DynSolType::Uint(bits) => DynSolValue::Uint(number, *bits),
        DynSolType::FixedBytes(size) => {
            let mut word = [0; 32];
            word.iter_mut().take(*size).for_each(|byte| *byte = seed);
            DynSolValue::FixedBytes(word.into(), *size)
        }
        DynSolType::Address => DynSolValue::Address(Address::from_word(number.into())),
        DynSolType::Function => DynSolValue::Function(Function::from([seed; 24])),
        DynSolType::Bytes => DynSolValue::Bytes(vec![seed; usize::from(seed)]),
        DynSolType::String => DynSolValue::String("1".repeat(usize::from(seed))),
        DynSolType::Array(of) => {
            DynSolValue::Array((0..seed).map(|_| fill(of, seed, room)).collect::<Option<Vec<_>>>()?)
        }
        DynSolType::FixedArray(of, size) => {
            if *size > *room {
                return None;
            }
            DynSolValue::FixedArray((0..*size).map(|_| fill(of, seed, room)).collect::<Option<Vec<_>>>()?)
        }
        DynSolType::Tuple(of) => {
            DynSolValue::Tuple(of.iter().map(|ty| fill(ty, seed, room)).collect::<Option<Vec<_>>>()?)
        }
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
    fn what_has_no_arguments_is_its_selector_and_what_is_too_large_is_not_called() {
        assert_eq!(sample_calls("fee()")[0].as_ref(), Selector::of("fee()").0);
        assert!(sample_calls("f(uint256[5000])").is_empty());
        assert!(sample_calls("f(uint256[4000][4000])").is_empty());
        assert!(sample_calls("receive").is_empty());
        assert!(sample_calls("f(nothing)").is_empty());
    }
}
