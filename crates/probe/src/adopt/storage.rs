//! What the storage of the reference implementations says: the last resort, for a diamond that tells nothing.
//!
//! All three keep a struct at `keccak256("diamond.standard.diamond.storage")`. Which one it is shows in which of its first slots
//! hold something: a mapping's own slot is always zero.

use super::Layout;
use alloy_primitives::{Address, B256, U256, keccak256};
use payrox_chain::{At, ChainError, Endpoint, Read};
use payrox_model::{Selector, limits};
use std::collections::BTreeMap;

type Routes = BTreeMap<Selector, Address>;

fn base() -> U256 {
    U256::from_be_bytes(keccak256("diamond.standard.diamond.storage").0)
}

fn slot(number: u64) -> U256 {
    base().wrapping_add(U256::from(number))
}

/// The slot of a mapping's value.
fn value_of(key: B256, mapping: U256) -> U256 {
    U256::from_be_bytes(keccak256([key.0, mapping.to_be_bytes()].concat()).0)
}

/// The first slot of an array's elements.
fn elements(array: U256) -> U256 {
    U256::from_be_bytes(keccak256(array.to_be_bytes::<32>()).0)
}

/// A `bytes4` as a mapping's key.
fn key(selector: Selector) -> B256 {
    B256::right_padding_from(&selector.0)
}

struct Slots<'a> {
    endpoint: &'a Endpoint,
    at: At,
    diamond: Address,
}

impl Slots<'_> {
    async fn read(&self, slots: &[U256]) -> Result<Vec<U256>, ChainError> {
        let reads: Vec<Read> = slots.iter().map(|slot| Read::Storage(self.diamond, *slot)).collect();
        let answers = self.endpoint.read(self.at, &reads).await?;
        answers.into_iter().map(|word| Ok(U256::from_be_slice(&word?))).collect()
    }

    /// `bytes4[]`: eight in a slot, the first in its lowest bytes.
    async fn selectors(&self, array: U256, length: usize) -> Result<Vec<Selector>, ChainError> {
        let first = elements(array);
        let slots: Vec<U256> = (0..length.div_ceil(8)).map(|i| first.wrapping_add(U256::from(i))).collect();
        let words = self.read(&slots).await?;
        let all = words.iter().flat_map(|word| {
            let bytes: [u8; 32] = word.to_be_bytes();
            (0..8).map(move |i| {
                let at = 28 - 4 * i;
                Selector([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
            })
        });
        Ok(all.take(length).collect())
    }
}

/// The routes, where the storage has one of the three layouts.
pub(super) async fn routes(
    endpoint: &Endpoint,
    at: At,
    diamond: Address,
) -> Result<Option<(Layout, Routes)>, ChainError> {
    let slots = Slots { endpoint, at, diamond };
    let head = slots.read(&[slot(0), slot(1), slot(2)]).await?;
    let &[first, second, third] = head.as_slice() else { return Ok(None) };
    let within = |number: U256| {
        (!number.is_zero() && number <= U256::from(limits::ROUTES)).then(|| number.to::<usize>())
    };
    if !first.is_zero() {
        return Ok(None);
    }
    if let Some(length) = within(second).filter(|_| third.is_zero()) {
        return Ok(Some((Layout::Diamond1, diamond_1(&slots, length).await?)));
    }
    let Some(count) = within(third).filter(|_| second.is_zero()) else { return Ok(None) };
    let packed = slots.read(&[value_of(B256::ZERO, slot(1))]).await?;
    if packed.first().is_some_and(|word| !word.is_zero()) {
        return Ok(Some((Layout::Diamond2, diamond_2(&slots, count).await?)));
    }
    let routes = diamond_3(&slots, count).await?;
    Ok((!routes.is_empty()).then_some((Layout::Diamond3, routes)))
}

/// `{ mapping(bytes4 => { address, uint16 }), bytes4[] selectors, … }`.
async fn diamond_1(slots: &Slots<'_>, length: usize) -> Result<Routes, ChainError> {
    let selectors = slots.selectors(slot(1), length).await?;
    let places: Vec<U256> = selectors.iter().map(|s| value_of(key(*s), slot(0))).collect();
    let words = slots.read(&places).await?;
    Ok(selectors.into_iter().zip(words).map(|(s, word)| (s, low(word))).filter(served).collect())
}

/// `{ mapping(bytes4 => bytes32 address ‖ position), mapping(uint => bytes32 of eight selectors), uint16 count, … }`.
async fn diamond_2(slots: &Slots<'_>, count: usize) -> Result<Routes, ChainError> {
    let number = |i: usize| B256::from(U256::from(i));
    let places: Vec<U256> = (0..count.div_ceil(8)).map(|i| value_of(number(i), slot(1))).collect();
    let words = slots.read(&places).await?;
    let all = words.iter().flat_map(|word| {
        let bytes: [u8; 32] = word.to_be_bytes();
        (0..8).map(move |i| Selector([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]]))
    });
    let selectors: Vec<Selector> = all.take(count).collect();
    let places: Vec<U256> = selectors.iter().map(|s| value_of(key(*s), slot(0))).collect();
    let words = slots.read(&places).await?;
    let high = |word: U256| Address::from_slice(&word.to_be_bytes::<32>()[..20]);
    Ok(selectors.into_iter().zip(words).map(|(s, word)| (s, high(word))).filter(served).collect())
}

/// `{ mapping(bytes4 => …), mapping(address => { bytes4[], … }), address[] facets, … }`.
async fn diamond_3(slots: &Slots<'_>, count: usize) -> Result<Routes, ChainError> {
    if count > limits::FACETS {
        return Ok(Routes::new());
    }
    let first = elements(slot(2));
    let places: Vec<U256> = (0..count).map(|i| first.wrapping_add(U256::from(i))).collect();
    let facets: Vec<Address> = slots.read(&places).await?.into_iter().map(low).collect();
    let lists: Vec<U256> = facets.iter().map(|facet| value_of(facet.into_word(), slot(1))).collect();
    let lengths = slots.read(&lists).await?;
    let mut routes = Routes::new();
    for ((facet, list), length) in facets.into_iter().zip(lists).zip(lengths) {
        if length + U256::from(routes.len()) > U256::from(limits::ROUTES) {
            return Ok(Routes::new());
        }
        let selectors = slots.selectors(list, length.to()).await?;
        routes.extend(selectors.into_iter().map(|selector| (selector, facet)));
    }
    Ok(routes)
}

fn low(word: U256) -> Address {
    Address::from_slice(&word.to_be_bytes::<32>()[12..])
}

fn served((_, facet): &(Selector, Address)) -> bool {
    !facet.is_zero()
}

/// The owner by the layout.
pub(super) async fn owner(
    endpoint: &Endpoint,
    at: At,
    diamond: Address,
    layout: Layout,
) -> Result<Option<Address>, ChainError> {
    let number = match layout {
        Layout::Diamond1 => 3,
        Layout::Diamond2 | Layout::Diamond3 => 4,
    };
    let words = Slots { endpoint, at, diamond }.read(&[slot(number)]).await?;
    Ok(words.first().map(|word| low(*word)).filter(|owner| !owner.is_zero()))
}
