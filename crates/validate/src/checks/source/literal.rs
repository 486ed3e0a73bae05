//! Numbers in code that are addresses. A mask, a short text and a piece of code have as many bytes, but other bytes.

use crate::evm::{Reach, op};
use alloy_primitives::{Address, U256};
use std::collections::BTreeMap;

/// Different bytes that an address has at least. Twenty random ones have more than this in all but one of a million cases;
/// masks and patterns have a few, the code of a minimal proxy eleven.
const DIFFERENT: usize = 13;
/// Of an address with zeros in front, which are not in the code, this many are left. What has fewer is no vanity, but a number.
const SHORTEST: usize = DIFFERENT;
/// GAS, DELEGATECALL, RETURNDATASIZE: the second half of a minimal proxy has 15 bytes.
const PROXY: &[u8] = &[0x5a, 0xf4, 0x3d];
/// Where accounts are that a chain provides itself.
const PRECOMPILES: u64 = 0x1ff;
/// `console.log` of Hardhat and Foundry; its bytes are its name.
pub(super) const CONSOLE: &[u8] = b"console.log";

/// Addresses in the instructions that can run, each with its first place.
pub(super) fn addresses(code: &[u8], reach: &Reach) -> BTreeMap<Address, usize> {
    let mut found = BTreeMap::new();
    let mut pc = 0;
    while let Some(&instruction) = code.get(pc) {
        let length = op::immediate(instruction);
        let bytes = code.get(pc + 1..pc + 1 + length).filter(|_| reach.reached(pc));
        let bytes = bytes.filter(|_| !begins_a_word(length, code.get(pc + 1 + length..).unwrap_or_default()));
        if let Some(address) = bytes.and_then(constant) {
            found.entry(address).or_insert(pc);
        }
        pc += 1 + length;
    }
    // What is called is an address, whatever it looks like.
    for (pc, account) in reach.called() {
        if account > U256::from(PRECOMPILES) {
            found.entry(Address::from_word(account.into())).or_insert(pc);
        }
    }
    found
}

/// Whether what follows a constant moves it to the front of a word: it is the end of a text, or of bytes.
fn begins_a_word(length: usize, next: &[u8]) -> bool {
    const PUSH1: u8 = 0x60;
    matches!(next, [PUSH1, by, op::SHL, ..] if usize::from(*by) + 8 * length == 256)
}

/// The address that a constant is.
fn constant(bytes: &[u8]) -> Option<Address> {
    let address = match bytes.len() {
        20 => Address::from_slice(bytes),
        // An immutable has all of its zeros in the code.
        32 if bytes[..12].iter().all(|byte| *byte == 0) => {
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            return constant(&bytes[zeros..]);
        }
        // Zeros in front of an address are not in the code: what looks like the rest of one is found nevertheless.
        n if (CONSOLE.len()..20).contains(&n) => {
            let address = Address::left_padding_from(bytes);
            let known = bytes == CONSOLE || payrox_model::is_published(address);
            // A power of ten ends with zeros.
            let likely = n >= SHORTEST
                && looks_random(bytes)
                && !bytes.ends_with(&[0; 3])
                && !bytes.windows(PROXY.len()).any(|part| part == PROXY);
            return (known || likely).then_some(address);
        }
        _ => return None,
    };
    looks_random(address.as_slice()).then_some(address)
}

fn looks_random(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let text = bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    seen.iter().filter(|seen| **seen).count() >= DIFFERENT && !text
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, hex};

    #[test]
    fn prx_v09_an_address_is_told_from_masks_texts_and_pieces_of_code() {
        let token = address!("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
        assert_eq!(constant(token.as_slice()), Some(token));
        assert_eq!(constant(token.into_word().as_slice()), Some(token));
        for other in [
            &hex!("ffffffffffffffffffffffffffffffffffffffff")[..],
            &hex!("0101010101010101010101010101010101010101"),
            &hex!("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"),
            &hex!("3d602d80600a3d3981f3363d3d373d3d3d363d73"),
            b"Insufficient balance",
            b"Not the keeper",
            &hex!("ffffffffffffffffffffffffffffffff"),
            &hex!("5af43d82803e903d91602b57fd5bf3"),
            // 1e38.
            &hex!("4b3b4ca85a86c47a098a224000000000"),
            &hex!("01020304050607"),
            &hex!("00000000000000000000000000000000ffffffffffffffffffffffffffffffff"),
            &hex!("4f5f4d4fdb00486f68c4ea623c7df28f604659ea1cefe757895e9ebc8f944500"),
        ] {
            assert_eq!(constant(other), None, "{}", hex::encode(other));
        }
        for zeros in [
            address!("0x00c02aaA39b223fE8D0A0e5c4f27EaD9083c756C"),
            address!("0x000000000022D473030F116dDEE9F6B43aC78BA3"),
            address!("0x00000000000000ADc04C56Bf30aC9d3c0aAF14dC"),
        ] {
            let bytes = zeros.as_slice();
            let short = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
            assert_eq!(constant(short), Some(zeros));
        }
        let console = Address::left_padding_from(CONSOLE);
        assert_eq!(constant(CONSOLE), Some(console));
    }

    fn found(code: &[u8]) -> Vec<(Address, usize)> {
        let walked = crate::evm::walk(code, crate::evm::Entry::Other(&[]));
        addresses(code, &Reach { walks: vec![(None, walked)] }).into_iter().collect()
    }

    #[test]
    fn prx_v09_the_addresses_of_code_are_in_what_can_run_and_in_what_is_called() {
        let token = address!("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
        let push = [&[0x73][..], token.as_slice()].concat();
        assert_eq!(found(&[&[0x5f][..], &push, &[0x50, 0x00]].concat()), [(token, 1)]);
        assert_eq!(found(&[&[0x00][..], &push].concat()), [], "behind the end");
        let word = [&[0x7f][..], token.into_word().as_slice()].concat();
        assert_eq!(found(&[&push[..], &[0x61, 0x73, 0x73, 0x50], &word, &push].concat()), [(token, 0)]);
        assert_eq!(
            found(&[&[0x61, 0x73, 0x73, 0x50][..], &word].concat()),
            [(token, 4)],
            "a constant is no instruction"
        );
        assert_eq!(found(&push[..20]), [], "it is cut off");
        // staticcall(gas, account, 0, 0, 0, 0): whatever the account looks like, unless the chain itself provides it.
        let called = |account: u16| {
            let [high, low] = account.to_be_bytes();
            found(&[0x5f, 0x5f, 0x5f, 0x5f, 0x61, high, low, 0x5a, 0xfa, 0x00])
        };
        assert_eq!(called(0x1ff), []);
        assert_eq!(called(0x200), [(Address::left_padding_from(&[2, 0]), 8)]);
    }

    #[test]
    fn prx_v09_thirteen_different_bytes_make_an_address_and_twelve_do_not() {
        let with = |different: u8| {
            let bytes: Vec<u8> = (0..20).map(|n| 0x80 + n.min(different - 1)).collect();
            constant(&bytes).is_some()
        };
        assert!(with(13) && with(20) && !with(12));
        assert_eq!(constant(b"abcdefghijklmnopqrst"), None, "a text");
        assert_eq!(constant(b"abcdefghi jklmnopqrs"), None, "words");
        let mut text = *b"abcdefghijklmnopqrst";
        text[3] = 0x07;
        assert!(constant(&text).is_some());
        // Of 32 bytes the first twelve are zeros, and the next is none.
        let token = address!("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
        let mut word = token.into_word();
        word.0[3] = 1;
        assert_eq!(constant(word.as_slice()), None);
        assert!(begins_a_word(16, &hex!("60801b00")));
        for next in [&hex!("60601b")[..], &hex!("60801c"), &hex!("6080"), &[]] {
            assert!(!begins_a_word(16, next), "{}", hex::encode(next));
        }
        // A zero in front of an address is in no code, but in an immutable.
        let mut word = token.into_word();
        word.0[12] = 0;
        let behind_a_zero = Some(Address::from_word(word));
        assert_eq!(constant(word.as_slice()), behind_a_zero);
        assert_eq!(constant(&word[13..]), behind_a_zero);
        assert_eq!(constant(&word[19..]), None, "thirteen bytes of which two are equal");
        assert_eq!(constant(&[0; 32]), None);
        assert_eq!(constant(&[0; 21]), None);
    }
}
