//! Words that a made-up value should sometimes be: what stands in code and in the state.

use crate::{error::ParityError, system::System, world::Actors};
use alloy_primitives::{Address, U256, map::HashSet};
use revm::{bytecode::opcode, database_interface::DatabaseRef};

/// At most this many words are taken.
const LIMIT: usize = 4_096;
/// Of each contract's storage, the slots below this are looked at.
const SLOTS: u64 = 16;

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
        for slot in 0..SLOTS {
            let slot = U256::from(slot);
            words.add(state.storage_ref(system.router, slot).map_err(ParityError::state)?);
        }
        for route in &system.routes {
            // As a `bytes4` stands in a word.
            words.add(U256::from(u32::from_be_bytes(route.selector.0)) << 224);
        }
        let mut addresses: Vec<_> = actors.callers().collect();
        addresses.extend([Address::ZERO, system.router, system.dispatcher]);
        addresses.extend(system.places.iter().map(|(_, address)| *address));
        addresses.dedup();
        Ok(Self { words: words.found, addresses })
    }
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
}
