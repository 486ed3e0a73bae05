//! The word that the router keeps for a route.

use alloy_primitives::{B256, U256, uint};
use payrox_model::{RouteFlags, RouteLeaf, Selector};

/// ERC-7201 root of `payrox.router.routes`; a route's slot is this plus its selector as a number.
const ROUTES: U256 = uint!(0x3f86c3b18d9f28d94aa3ae6129dcfb99ee7f82c69b25bcccddbdf64ff2067f00_U256);
/// Installed, and nothing to check. In slots only.
const FAST: u8 = 0x40;
/// Paused or forbidden. In slots only.
const BLOCKED: u8 = 0x80;

/// What stops calls.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stops {
    pub(crate) paused: bool,
    pub(crate) halted: bool,
}

/// The storage slot of a route in the router.
pub fn route_slot(selector: Selector) -> U256 {
    ROUTES + U256::from(u32::from_be_bytes(selector.0))
}

/// What must be in it: `code hash prefix 11 ‖ flags 1 ‖ facet 20`, or nothing for a COLD route.
pub(crate) fn route_word(leaf: &RouteLeaf, stops: Stops, forbidden: bool) -> B256 {
    let mut word = B256::ZERO;
    let blocked = if forbidden { BLOCKED } else { 0 };
    if leaf.flags.contains(RouteFlags::COLD) {
        word[11] = blocked;
        return word;
    }
    let exempt = leaf.flags.contains(RouteFlags::PAUSE_EXEMPT);
    let stopped = stops.halted || stops.paused && !exempt;
    let checked = RouteFlags::LOCK | RouteFlags::VIEW_LOCK | RouteFlags::PIN | RouteFlags::RECEIVE;
    let mark = match () {
        () if stopped || forbidden => BLOCKED,
        () if leaf.flags.0 & checked.0 == 0 => FAST,
        () => 0,
    };
    word[..11].copy_from_slice(&leaf.code_hash.0[..11]);
    // What is not served is not checked either.
    word[11] = if mark == BLOCKED { leaf.flags.0 & !checked.0 | BLOCKED } else { leaf.flags.0 | mark };
    word[12..].copy_from_slice(leaf.facet.as_slice());
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, keccak256};
    use payrox_model::CodeHash;

    #[test]
    fn the_namespace_is_the_one_of_erc_7201() {
        let id = U256::from_be_bytes(keccak256("payrox.router.routes").0) - U256::from(1);
        let mut root = keccak256(id.to_be_bytes::<32>());
        root[31] = 0;
        assert_eq!(U256::from_be_bytes(root.0), ROUTES);
    }

    #[test]
    fn pause_forbid_and_cold_change_the_word_as_the_router_does() {
        let leaf = |flags| RouteLeaf {
            selector: Selector([1; 4]),
            facet: Address::repeat_byte(2),
            code_hash: CodeHash(B256::repeat_byte(3)),
            flags,
        };
        let flags = |flags, paused, halted, forbidden| {
            route_word(&leaf(flags), Stops { paused, halted }, forbidden)[11]
        };
        assert_eq!(flags(RouteFlags::NONE, false, false, false), FAST);
        assert_eq!(flags(RouteFlags::LOCK, false, false, false), 0x01);
        assert_eq!(flags(RouteFlags::NONE, true, false, false), BLOCKED);
        assert_eq!(flags(RouteFlags::PAUSE_EXEMPT, true, false, false), FAST | 0x08);
        assert_eq!(flags(RouteFlags::PAUSE_EXEMPT, true, true, false), BLOCKED | 0x08);
        assert_eq!(flags(RouteFlags::LOCK, false, false, true), BLOCKED);
        assert_eq!(flags(RouteFlags::LOCK | RouteFlags::PAUSE_EXEMPT, false, true, false), BLOCKED | 0x08);
        assert_eq!(route_word(&leaf(RouteFlags::COLD), Stops::default(), false), B256::ZERO);
        let word = route_word(&leaf(RouteFlags::NONE), Stops::default(), false);
        assert_eq!((&word[..11], &word[12..]), (&[3u8; 11][..], &[2u8; 20][..]));
    }
}
