//! Words that a made-up value should sometimes be: what stands in code and in the state.

use crate::{error::ParityError, system::System, world::Actors};
use alloy_primitives::{Address, U256, map::HashSet};
use revm::{bytecode::opcode, database_interface::DatabaseRef};

/// At most this many words are taken.
const LIMIT: usize = 4_096;
/// Of the router's storage, the slots below this are looked at.
const SLOTS: u64 = 16;
/// And, of each namespace that a facet's code names, so many (ERC-7201); of so many namespaces.
const NAMESPACED: u64 = 4;
const NAMESPACES: usize = 64;

/// Words and addresses found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dictionary {
    pub(crate) words: Vec<U256>,
    pub(crate) addresses: Vec<Address>,
}

impl Dictionary {
    pub(crate) fn of<S: DatabaseRef>(
        system: &System,
        actors: &Actors,
        state: &S,
    ) -> Result<Self, ParityError> {
        let mut words = Words::default();
        let mut facets: Vec<_> = system.routes.iter().map(|route| route.facet).collect();
        facets.sort_unstable();
        facets.dedup();
        for facet in facets {
            let info = state.basic_ref(facet).map_err(ParityError::state)?.unwrap_or_default();
            let code = match info.code {
                Some(code) => code,
                None => state.code_by_hash_ref(info.code_hash).map_err(ParityError::state)?,
            };
            words.of_code(&code.original_bytes());
        }
        // A namespace begins at a hash whose last byte is zero.
        let begins = |word: &&U256| word.bit_len() > 224 && word.byte(0) == 0;
        let bases: Vec<U256> = words.found.iter().filter(begins).take(NAMESPACES).copied().collect();
        let slots = (0..SLOTS).map(U256::from);
        let namespaced = |base: U256| (0..NAMESPACED).map(move |n| base.wrapping_add(U256::from(n)));
        for slot in slots.chain(bases.into_iter().flat_map(namespaced)) {
            let word = state.storage_ref(system.router, slot).map_err(ParityError::state)?;
            words.add(word);
            // An address may share its slot.
            words.add(word & (U256::MAX >> 96));
        }
        for route in &system.routes {
            // As a `bytes4` stands in a word.
            words.add(U256::from(u32::from_be_bytes(route.selector.0)) << 224);
        }
        let mut addresses: Vec<_> = actors.callers().collect();
        addresses.extend([Address::ZERO, system.router, system.dispatcher]);
        addresses.extend(system.places.iter().map(|(_, address)| *address));
        addresses.extend(
            words.found.iter().copied().filter(may_be_an_address).map(|w| Address::from_word(w.into())),
        );
        addresses.dedup();
        Ok(Self { words: words.found, addresses })
    }
}

/// Whether a word of code or state looks like an address: as long as one, and no mask.
fn may_be_an_address(word: &U256) -> bool {
    (128..=160).contains(&word.bit_len()) && word.trailing_ones() < 32 && word.trailing_zeros() < 32
}

#[derive(Default)]
struct Words {
    seen: HashSet<U256>,
    found: Vec<U256>,
}

impl Words {
    fn add(&mut self, word: U256) {
        if word > U256::from(255) && self.found.len() < LIMIT && self.seen.insert(word) {
            self.found.push(word);
        }
    }

    /// What is pushed, of at least two bytes: one byte is made up often enough.
    fn of_code(&mut self, code: &[u8]) {
        let mut at = 0;
        while let Some(&op) = code.get(at) {
            at += 1;
            if (opcode::PUSH1..=opcode::PUSH32).contains(&op) {
                let length = usize::from(op - opcode::PUSH1) + 1;
                let Some(pushed) = code.get(at..at + length) else { return };
                if length >= 2 {
                    self.add(U256::from_be_slice(pushed));
                }
                if length == 4 {
                    // A selector or an interface id, as a `bytes4`.
                    self.add(U256::from_be_slice(pushed) << 224);
                }
                at += length;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_code_pushes_are_found_and_data_behind_a_push_is_no_instruction() {
        let mut words = Words::default();
        words.of_code(&[0x61, 0x12, 0x34, 0x60, 0x61, 0x63, 0xa9, 0x05, 0x9c, 0xbb, 0x7f, 0xff]);
        let selector = U256::from(0xa905_9cbb_u32);
        assert_eq!(words.found, [U256::from(0x1234), selector, selector << 224]);
    }

    #[test]
    fn what_is_as_long_as_an_address_and_no_mask_may_be_one() {
        let address = U256::from_be_slice(&[0x9a; 20]);
        assert!(may_be_an_address(&address));
        for other in [U256::MAX >> 96, U256::from(1) << 159, address << 8, U256::from(7), address >> 40] {
            assert!(!may_be_an_address(&other), "{other:#x}");
        }
    }
}
