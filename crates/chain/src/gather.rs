//! Many reads in one `eth_call`: endpoints count calls, and public ones take few in a batch. A small program reads them all;
//! the node is asked to act as if it stood at an address (the third parameter of `eth_call`, a state override).

use crate::{At, CallRequest, Read};
use alloy_primitives::{Address, Bytes, U256, hex};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Fewer are asked by themselves.
const FEW: usize = 4;
/// In one call, at most: what nodes let it use of gas, and send, is bounded.
const MANY: usize = 500;
const BYTES: usize = 64 << 10;

/// Where the reader stands. Nothing is there.
const READER: Address = Address::new(*b"payrox reads at once");

/// Takes a list of `length 12 ‖ address 20 ‖ calldata`: each is called and cannot write. With the length's highest bit set
/// it is the address's code that is wanted. Gives a list of `success 1 bit ‖ length 255 bits ‖ bytes`.
#[rustfmt::skip]
const READ_ALL: [u8; 105] = hex!(
    "5f5f"                     // how much is written; how much is read
    "5b803614606557"           // all of it?
    "803590602001"             // the next
    "8160a01c80605f1c604357"   // its length; is code wanted?
    "8082853780910190"         // calldata
    "5f5f9185855afa"           // staticcall
    "60ff1b3d178352"           // success and length
    "3d5f846020013e"           // output
    "913d01602001905090600256" // on
    "5b5090803b"               // code:
    "80600160ff1b178452"       // success and length
    "805f85602001843c"         // the code itself
    "905090910160200190600256" // on
    "5b505ff3"                 // all that was written
);

/// In place of an account's code: gives the values of the slots that its calldata names.
const READ_SLOTS: [u8; 23] = hex!("5f5b80361460135780355481526020016001565b365ff3");

/// Some of the reads, as one call.
pub(crate) struct Group {
    /// Which of them, in the order of the answer.
    pub(crate) members: Vec<usize>,
    kind: Kind,
    to: Address,
    data: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Mixed,
    Slots,
}

/// The groups that are worth it. What is in none is to be asked by itself.
pub(crate) fn groups(reads: &[Read]) -> Vec<Group> {
    let (mut mixed, mut slots) = (Vec::<Group>::new(), BTreeMap::<Address, Vec<Group>>::new());
    for (index, read) in reads.iter().enumerate() {
        match read {
            Read::Code(address) => add(&mut mixed, index, Kind::Mixed, READER, &[entry(*address, 1 << 95)]),
            Read::Call(CallRequest { from: None, to, value, data }) if value.is_zero() => {
                add(&mut mixed, index, Kind::Mixed, READER, &[entry(*to, data.len() as u128), data.to_vec()]);
            }
            Read::Storage(address, slot) => {
                let name = slot.to_be_bytes::<32>().to_vec();
                add(slots.entry(*address).or_default(), index, Kind::Slots, *address, &[name]);
            }
            Read::Call(_) | Read::Balance(_) | Read::Nonce(_) => {}
        }
    }
    let all = mixed.into_iter().chain(slots.into_values().flatten());
    all.filter(|group| group.members.len() >= FEW).collect()
}

fn entry(address: Address, length: u128) -> Vec<u8> {
    [&length.to_be_bytes()[4..], address.as_slice()].concat()
}

fn add(groups: &mut Vec<Group>, index: usize, kind: Kind, to: Address, data: &[Vec<u8>]) {
    let data = data.concat();
    match groups.last_mut() {
        Some(group) if group.members.len() < MANY && group.data.len() + data.len() <= BYTES => {
            group.members.push(index);
            group.data.extend(data);
        }
        _ => groups.push(Group { members: vec![index], kind, to, data }),
    }
}

impl Group {
    pub(crate) fn request(&self, at: At) -> (&'static str, Value) {
        let code: &[u8] = match self.kind {
            Kind::Mixed => &READ_ALL,
            Kind::Slots => &READ_SLOTS,
        };
        let call = CallRequest::view(self.to, self.data.clone()).json();
        let overrides = json!({ self.to.to_string(): { "code": Bytes::copy_from_slice(code) } });
        ("eth_call", json!([call, at.tag(), overrides]))
    }

    /// The answers, `None` for a call that reverted; `None` at all when this is not what the program gives.
    pub(crate) fn answers(&self, output: &[u8]) -> Option<Vec<Option<Bytes>>> {
        let answers: Vec<_> = match self.kind {
            Kind::Slots => output.chunks(32).map(|word| Some(Bytes::copy_from_slice(word))).collect(),
            Kind::Mixed => {
                let (mut answers, mut rest) = (Vec::new(), output);
                while let Some((head, after)) = rest.split_at_checked(32) {
                    let head = U256::from_be_slice(head);
                    let length = usize::try_from(head & (U256::MAX >> 1)).ok()?;
                    let (bytes, after) = after.split_at_checked(length)?;
                    answers.push(head.bit(255).then(|| Bytes::copy_from_slice(bytes)));
                    rest = after;
                }
                rest.is_empty().then_some(answers)?
            }
        };
        let whole = self.kind == Kind::Mixed || output.len() == self.members.len() * 32;
        (whole && answers.len() == self.members.len()).then_some(answers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Endpoint;
    use alloy_primitives::B256;
    use payrox_devnet::{Devnet, DevnetConfig};

    /// Reverts with what it is called with.
    const ECHO_REVERT: Bytes = Bytes::from_static(&hex!("365f5f37365ffd"));

    fn chain() -> Devnet {
        let devnet = Devnet::new(&DevnetConfig::default());
        devnet
            .set_code(Address::repeat_byte(1), Bytes::from_static(&hex!("60075460005260206000f3")))
            .unwrap();
        devnet.set_code(Address::repeat_byte(2), ECHO_REVERT).unwrap();
        for slot in 0..40 {
            let value = B256::with_last_byte(slot + 100);
            devnet.set_storage(Address::repeat_byte(1), U256::from(slot), value).unwrap();
        }
        devnet
    }

    fn reads() -> Vec<Read> {
        let call =
            |to: u8, data: &[u8]| Read::Call(CallRequest::view(Address::repeat_byte(to), data.to_vec()));
        let mut reads = Vec::new();
        for i in 0..40u8 {
            reads.extend([
                Read::Code(Address::repeat_byte(i % 4)),
                call(1, &vec![i; usize::from(i)]),
                call(2, &[i; 5]),
                call(3, &[]),
                Read::Storage(Address::repeat_byte(1), U256::from(i)),
                Read::Nonce(Address::repeat_byte(1)),
                Read::Balance(Address::repeat_byte(1)),
            ]);
        }
        reads
    }

    #[tokio::test]
    async fn what_is_gathered_is_what_is_answered_one_by_one() {
        let endpoint = Endpoint::in_process(chain().client());
        let gathering = endpoint.clone().gathering();
        let reads = reads();
        let one_by_one = endpoint.read(At::Latest, &reads).await.unwrap();
        let gathered = gathering.read(At::Latest, &reads).await.unwrap();
        for ((read, a), b) in reads.iter().zip(one_by_one).zip(gathered) {
            match (a, b) {
                (Ok(a), Ok(b)) => assert_eq!(a, b, "{read:?}"),
                (Err(a), Err(b)) => {
                    assert_eq!(
                        (a.to_string(), a.revert_data()),
                        (b.to_string(), b.revert_data()),
                        "{read:?}"
                    );
                }
                (a, b) => panic!("{read:?}: {a:?} and {b:?}"),
            }
        }
    }

    #[test]
    fn calls_are_cut_where_they_would_be_too_large() {
        let group = |n: usize, size: usize| {
            let read = Read::Call(CallRequest::view(Address::ZERO, vec![1; size]));
            groups(&vec![read; n]).iter().map(|g| g.members.len()).collect::<Vec<_>>()
        };
        assert!(group(FEW - 1, 4).is_empty());
        assert_eq!(group(FEW, 4), [FEW]);
        assert_eq!(group(MANY + FEW, 4), [MANY, FEW]);
        assert_eq!(group(8, BYTES / 4 - 32), [4, 4]);
    }

    #[test]
    fn an_answer_that_is_not_the_programs_is_none() {
        let group = |read: Read| groups(&vec![read; FEW]).pop().unwrap();
        let slots = group(Read::Storage(Address::ZERO, U256::ZERO));
        assert_eq!(slots.answers(&[0; 32 * FEW]).unwrap().len(), FEW);
        assert!(slots.answers(&[]).is_none() && slots.answers(&[0; 32 * FEW - 1]).is_none());
        let codes = group(Read::Code(Address::ZERO));
        assert_eq!(codes.answers(&[0; 32 * FEW]).unwrap(), vec![None; FEW]);
        for wrong in [0, 31, 32 * FEW - 32, 32 * FEW + 1, 32 * FEW + 32] {
            assert!(codes.answers(&vec![0; wrong]).is_none(), "{wrong}");
        }
        assert!(codes.answers(&[0xff; 32 * FEW]).is_none());
    }
}
