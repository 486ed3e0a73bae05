//! Numbers in code that are addresses. A mask, a short text and a piece of code have as many bytes, but other bytes; an amount has
//! any bytes, but is used as none.

use crate::evm::{Reach, Use, op};
use alloy_primitives::{Address, U256};
use std::collections::BTreeMap;

/// Different bytes that an address has at least. Twenty random ones have more than this in all but one of a million cases;
/// masks and patterns have a few, the code of a minimal proxy eleven.
const DIFFERENT: usize = 13;
/// Bytes of an address.
const LENGTH: usize = 20;
/// Bytes of an amount, at most: what is multiplied has half a word.
const AMOUNT: usize = 16;
/// Where accounts are that a chain provides itself.
const PRECOMPILES: u64 = 0x1ff;
/// `console.log` of Hardhat and Foundry; its bytes are its name.
pub(super) const CONSOLE: &[u8] = b"console.log";

/// Addresses in the instructions that can run, each with its first place.
pub(super) fn addresses(code: &[u8], reach: &Reach) -> BTreeMap<Address, usize> {
    let mut found = BTreeMap::new();
    let mut pc = 0;
    while let Some(&instruction) = code.get(pc) {
        let next = pc + 1 + op::immediate(instruction);
        let bytes = code.get(pc + 1..next).filter(|bytes| !bytes.is_empty() && reach.reached(pc));
        let address = bytes.and_then(|bytes| {
            let number = U256::from_be_slice(bytes);
            let shift = shift(code.get(next..).unwrap_or_default());
            constant(number, shift, reach.used(number << shift))
        });
        if let Some(address) = address {
            found.entry(address).or_insert(pc);
        }
        pc = next;
    }
    // What is called is an address, whatever it looks like.
    for (pc, account) in reach.called() {
        if account > U256::from(PRECOMPILES) {
            found.entry(Address::from_word(account.into())).or_insert(pc);
        }
    }
    found
}

/// By how many bits the instructions behind a constant move it to the left: compilers write zeros at the end of a number so.
fn shift(next: &[u8]) -> usize {
    const PUSH1: u8 = 0x60;
    if let [PUSH1, by, op::SHL, ..] = next { usize::from(*by) } else { 0 }
}

/// The address that a constant is, which code moves to the left by so many bits, and otherwise uses in this way.
fn constant(number: U256, shift: usize, used: Use) -> Option<Address> {
    let word = number << shift;
    // It begins a word, as `abi.encodePacked` has it; so does a text, and so do bytes.
    let front = (word << (8 * LENGTH)).is_zero().then(|| word >> (8 * (32 - LENGTH)));
    if let Some(front) = front.filter(|_| !word.is_zero()) {
        return full(front).filter(|address| !address.ends_with(&[0; 3]));
    }
    if shift > 0 && word.byte(31) > 0 {
        return None;
    }
    // It stands in the middle of a word, beside what has whole bytes.
    let number = number << (shift % 8);
    if let Some(address) = full(number).filter(|_| !used.only_as_an_amount()) {
        return Some(address);
    }
    // Zeros in front of an address are not in the code. Numbers of a library of mathematics are as long: it must be used as an
    // address is, or be longer than those are and handed on.
    let short = number.bit_len() <= 8 * LENGTH;
    let address = Address::from_word(number.into());
    let named = address.ends_with(CONSOLE) || payrox_model::is_published(address);
    let bytes = number.to_be_bytes_trimmed_vec();
    let handed_on = used.stored && !used.amount && bytes.len() > AMOUNT && looks_random(&bytes);
    (short && (named || used.account || handed_on)).then_some(address)
}

/// An address without a zero in front.
fn full(number: U256) -> Option<Address> {
    let address = Address::from_word(number.into());
    let fits = number.bit_len().div_ceil(8) == LENGTH;
    (fits && looks_random(address.as_slice())).then_some(address)
}

fn looks_random(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let end = bytes.iter().rposition(|byte| *byte > 0).map_or(0, |last| last + 1);
    let text = bytes[..end].iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    seen.iter().filter(|seen| **seen).count() >= DIFFERENT && !text
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, hex};

    const HANDED_ON: Use = Use { account: false, amount: false, stored: true, other: false };
    const AS_AN_ACCOUNT: Use = Use { account: true, ..HANDED_ON };
    const AS_AN_AMOUNT: Use = Use { amount: true, stored: false, ..HANDED_ON };

    fn pushed(bytes: &[u8], shift: usize, used: Use) -> Option<Address> {
        constant(U256::from_be_slice(bytes), shift, used)
    }

    #[test]
    fn prx_v09_an_address_is_told_from_masks_texts_and_pieces_of_code() {
        let token = address!("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
        assert_eq!(pushed(token.as_slice(), 0, HANDED_ON), Some(token));
        assert_eq!(pushed(token.into_word().as_slice(), 0, HANDED_ON), Some(token));
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
            &[0; 32],
        ] {
            assert_eq!(pushed(other, 0, HANDED_ON), None, "{}", hex::encode(other));
        }
    }

    #[test]
    fn prx_v09_a_number_with_zeros_in_front_is_an_address_where_it_is_used_as_one() {
        for (zeros, handed_on) in [
            (address!("0x00c02aaA39b223fE8D0A0e5c4f27EaD9083c756C"), true),
            (address!("0x00000091c6218b36c1d19D4a2e9Eb0cE3606eB48"), true),
            (address!("0x00000000c6218b36c1d19D4a2e9Eb0cE3606eB48"), false),
            (address!("0x000000000022D473030F116dDEE9F6B43aC78BA3"), false),
            (address!("0x00000000000000ADc04C56Bf30aC9d3c0aAF14dC"), false),
        ] {
            assert_eq!(pushed(zeros.as_slice(), 0, AS_AN_ACCOUNT), Some(zeros));
            assert_eq!(pushed(zeros.as_slice(), 0, HANDED_ON), Some(zeros).filter(|_| handed_on), "{zeros}");
            assert_eq!(pushed(zeros.as_slice(), 0, Use { amount: true, ..HANDED_ON }), None, "{zeros}");
            assert_eq!(pushed(zeros.as_slice(), 0, Use::default()), None, "{zeros}");
        }
        let console = Address::left_padding_from(CONSOLE);
        assert_eq!(pushed(CONSOLE, 0, Use::default()), Some(console));
        let published = address!("0x00000000000000000000000000000000000000ff");
        assert_eq!(pushed(published.as_slice(), 0, Use::default()), None);
    }

    #[test]
    fn prx_v09_a_number_of_twenty_bytes_that_is_only_multiplied_or_ordered_is_an_amount() {
        // The largest root of a price that Uniswap knows.
        let largest = hex!("fffd8963efd1fc6a506488495d951d5263988d26");
        assert_eq!(pushed(&largest, 0, AS_AN_AMOUNT), None);
        for used in [Use::default(), HANDED_ON, AS_AN_ACCOUNT] {
            assert!(pushed(&largest, 0, used).is_some(), "{used:?}");
            assert!(pushed(&largest, 0, Use { amount: true, ..used }).is_some() == (used != Use::default()));
        }
        assert!(pushed(&largest, 0, Use { other: true, ..AS_AN_AMOUNT }).is_some());
    }

    #[test]
    fn prx_v09_an_address_at_the_front_of_a_word_is_found_and_a_text_there_is_not() {
        let token = address!("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
        let number = U256::from_be_slice(token.as_slice());
        // It ends with three bits of zero, which the compiler leaves out.
        assert_eq!(constant(number >> 3, 99, HANDED_ON), Some(token));
        for (number, shift) in [(number, 96), (number << 96, 0), (number >> 2, 98)] {
            assert_eq!(constant(number, shift, HANDED_ON), Some(token), "{shift}");
        }
        // Beside other things: by whole bytes it is as it is, by bits it is put right.
        assert_eq!(constant(number, 8, HANDED_ON), Some(token));
        assert_eq!(constant(number >> 3, 11, HANDED_ON), Some(token));
        let text = |bytes: &[u8], shift| constant(U256::from_be_slice(bytes), shift, HANDED_ON);
        assert_eq!(text(b"Insufficient balance", 96), None);
        assert_eq!(text(b"Not the keeper of it", 96), None);
        assert_eq!(text(b"Not the keeper!!", 128), None);
        assert_eq!(text(b"Not the keeper of the box", 56), None);
        // Half of a hash has twelve bytes too many, or four too few.
        assert_eq!(text(&hex!("a0b86991c6218b36c1d19d4a2e9eb0ce"), 128), None);
        assert_eq!(text(&hex!("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48ff"), 88), None);
        // A number with half a word behind the point.
        assert_eq!(text(&hex!("d835ebba824c98fb31b83b2ca45c"), 96), None);
        assert_eq!(constant(U256::ZERO, 96, HANDED_ON), None);
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
            pushed(&bytes, 0, HANDED_ON).is_some()
        };
        assert!(with(13) && with(20) && !with(12));
        assert_eq!(pushed(b"abcdefghijklmnopqrst", 0, HANDED_ON), None, "a text");
        assert_eq!(pushed(b"abcdefghi jklmnopqrs", 0, HANDED_ON), None, "words");
        let mut text = *b"abcdefghijklmnopqrst";
        text[3] = 0x07;
        assert!(pushed(&text, 0, HANDED_ON).is_some());
        // Of 32 bytes the first twelve are zeros, and the next is none.
        let token = address!("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
        let mut word = token.into_word();
        word.0[3] = 1;
        assert_eq!(pushed(word.as_slice(), 0, HANDED_ON), None);
    }

    #[test]
    fn prx_v09_what_moves_a_constant_to_the_left_stands_behind_it() {
        assert_eq!(shift(&hex!("60801b00")), 0x80);
        for next in [&hex!("60601c")[..], &hex!("6080"), &hex!("611b1b"), &[]] {
            assert_eq!(shift(next), 0, "{}", hex::encode(next));
        }
    }
}
