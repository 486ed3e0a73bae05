//! Slots of namespaces.

use alloy_primitives::{U256, keccak256};

/// The slot of a namespace: `keccak256(abi.encode(uint256(keccak256(id)) - 1)) & ~0xff` (ERC-7201).
pub fn erc7201(id: &str) -> U256 {
    let inner = U256::from_be_bytes(keccak256(id).0).wrapping_sub(U256::from(1));
    U256::from_be_bytes(keccak256(inner.to_be_bytes::<32>()).0) & !U256::from(0xff)
}

/// Formula and id of the annotation in a documentation comment.
pub(super) fn annotation(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once("@custom:storage-location")?;
    let word = rest.split_whitespace().next()?;
    word.split_once(':').or(Some(("", word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::uint;

    #[test]
    fn prx_v10_the_slot_of_the_standards_own_example_is_what_the_standard_says() {
        // ERC-7201, section "Reference Implementation".
        let said = uint!(0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500_U256);
        assert_eq!(erc7201("example.main"), said);
    }

    #[test]
    fn an_annotation_is_the_word_after_its_tag() {
        let text = "@notice x\n @custom:storage-location erc7201:a.b.c\n @dev y";
        assert_eq!(annotation(text), Some(("erc7201", "a.b.c")));
        assert_eq!(annotation("@custom:storage-location odd"), Some(("", "odd")));
        assert_eq!(annotation("@custom:storage-location"), None);
        assert_eq!(annotation("erc7201:a"), None);
    }
}
