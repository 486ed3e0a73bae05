//! Answers of a contract that nobody vouches for. An encoding may point to the same bytes again and again, so that a short one
//! decodes to more than memory holds: here what comes out is bounded, not only what goes in.

use super::IDiamond::FacetCutAction;
use crate::{Selector, limits};
use alloy_primitives::Address;

/// Routes that are read of one diamond or one event, at most.
const ROUTES: usize = limits::ROUTES;
/// Facets likewise; a manifest holds fewer.
const FACETS: usize = 1_024;

/// Some functions of a facet, as a loupe or an event has them.
pub type Routed = (Address, Vec<Selector>);

/// The output of `facets()`; `None` where it is something else, or too much.
pub fn facets(output: &[u8]) -> Option<Vec<Routed>> {
    let words = Words(output);
    let mut left = ROUTES;
    words.list(words.index(0)?, FACETS, |at| {
        Some((words.address(at)?, words.selectors(at + words.index(at + 32)?, &mut left)?))
    })
}

/// What a `DiamondCut` event did; `None` where its data is something else, or too much.
pub fn cuts(data: &[u8]) -> Option<Vec<(FacetCutAction, Routed)>> {
    let words = Words(data);
    let mut left = ROUTES;
    words.list(words.index(0)?, FACETS, |at| {
        let action = match words.index(at + 32)? {
            0 => FacetCutAction::Add,
            1 => FacetCutAction::Replace,
            2 => FacetCutAction::Remove,
            _ => return None,
        };
        let selectors = words.selectors(at + words.index(at + 64)?, &mut left)?;
        Some((action, (words.address(at)?, selectors)))
    })
}

/// Bytes as the ABI lays them out.
#[derive(Clone, Copy)]
struct Words<'a>(&'a [u8]);

impl Words<'_> {
    fn word(self, at: usize) -> Option<[u8; 32]> {
        self.0.get(at..at.checked_add(32)?)?.try_into().ok()
    }

    /// A number that can be an offset or a length here.
    fn index(self, at: usize) -> Option<usize> {
        let word = self.word(at)?;
        let (zeros, number) = word.split_at(24);
        let number = usize::try_from(u64::from_be_bytes(number.try_into().ok()?)).ok()?;
        (zeros.iter().all(|byte| *byte == 0) && number <= self.0.len()).then_some(number)
    }

    fn address(self, at: usize) -> Option<Address> {
        let word = self.word(at)?;
        word[..12].iter().all(|byte| *byte == 0).then(|| Address::from_slice(&word[12..]))
    }

    /// An array of what is dynamic: each element is behind an offset, which counts from behind the length.
    fn list<T>(self, at: usize, most: usize, mut read: impl FnMut(usize) -> Option<T>) -> Option<Vec<T>> {
        let length = self.index(at).filter(|length| *length <= most)?;
        let first = at + 32;
        (0..length).map(|i| read(first + self.index(first + 32 * i)?)).collect()
    }

    fn selectors(self, at: usize, left: &mut usize) -> Option<Vec<Selector>> {
        let length = self.index(at)?;
        *left = left.checked_sub(length)?;
        let one = |i: usize| {
            let word = self.word(at + 32 + 32 * i)?;
            word[4..].iter().all(|byte| *byte == 0).then(|| Selector([word[0], word[1], word[2], word[3]]))
        };
        (0..length).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diamond::IDiamond;
    use alloy_primitives::{Bytes, U256};
    use alloy_sol_types::{SolCall as _, SolEvent as _};
    use proptest::prelude::*;

    fn listed() -> Vec<IDiamond::Facet> {
        let facet = |byte: u8, selectors: &[[u8; 4]]| IDiamond::Facet {
            facetAddress: Address::repeat_byte(byte),
            functionSelectors: selectors.iter().map(|s| (*s).into()).collect(),
        };
        vec![facet(1, &[[1, 2, 3, 4], [5, 6, 7, 8]]), facet(2, &[]), facet(3, &[[9; 4]])]
    }

    #[test]
    fn prx_o01_facets_are_read_as_they_are_encoded() {
        let output = IDiamond::facetsCall::abi_encode_returns(&listed());
        let read = facets(&output).unwrap();
        assert_eq!(read.len(), 3);
        assert_eq!(read[0], (Address::repeat_byte(1), vec![Selector([1, 2, 3, 4]), Selector([5, 6, 7, 8])]));
        assert!(facets(&output[..output.len() - 1]).is_none());
        assert!(facets(&[]).is_none());
    }

    #[test]
    fn prx_o01_an_event_is_read_as_it_is_encoded_and_an_unknown_action_is_none() {
        let cut = |action| IDiamond::FacetCut {
            facetAddress: Address::repeat_byte(7),
            action,
            functionSelectors: vec![[1; 4].into()],
        };
        let event = IDiamond::DiamondCut {
            _diamondCut: vec![cut(FacetCutAction::Add), cut(FacetCutAction::Remove)],
            _init: Address::ZERO,
            _calldata: Bytes::from_static(&[1, 2, 3]),
        };
        let mut data = event.encode_data();
        let read = cuts(&data).unwrap();
        assert_eq!(read[1], (FacetCutAction::Remove, (Address::repeat_byte(7), vec![Selector([1; 4])])));
        let second = data.windows(32).rposition(|w| U256::from_be_slice(w) == U256::from(2)).unwrap();
        data[second + 31] = 3;
        assert!(cuts(&data).is_none());
    }

    #[test]
    fn prx_o01_an_answer_that_points_to_the_same_bytes_again_and_again_is_refused() {
        // A thousand facets, each with the same four thousand selectors: 160 KiB that mean 4 million routes.
        let (count, selectors) = (1_000u64, 3_900u64);
        let word = |n: u64| U256::from(n).to_be_bytes::<32>();
        let mut bytes = [word(32), word(count)].concat();
        for _ in 0..count {
            bytes.extend(word(32 * count));
        }
        bytes.extend([word(1), word(64), word(selectors)].concat());
        bytes.extend(vec![0; 32 * selectors as usize]);
        assert!(facets(&bytes).is_none());
    }

    proptest! {
        #[test]
        fn prx_o01_any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = (facets(&bytes), cuts(&bytes));
        }
    }
}
