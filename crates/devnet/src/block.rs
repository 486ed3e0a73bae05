//! Blocks as they are kept, and their bytes in the state file.

use crate::{core::Time, state::AccountDiff};
use alloy_consensus::{Header, ReceiptEnvelope, Transaction, TxEnvelope};
use alloy_eips::eip2718::{Decodable2718, Eip2718Error, Encodable2718};
use alloy_primitives::{Address, B256, Bytes, Log, U256, logs_bloom};
use alloy_rlp::{RlpDecodable, RlpEncodable};

/// A block, its transactions and what they did.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) header: Header,
    pub(crate) hash: B256,
    pub(crate) mined: Vec<Mined>,
}

/// A transaction in a block.
#[derive(Clone, Debug)]
pub(crate) struct Mined {
    pub(crate) tx: TxEnvelope,
    pub(crate) sender: Address,
    pub(crate) receipt: ReceiptEnvelope,
    pub(crate) gas_used: u64,
    pub(crate) created: Option<Address>,
    /// Slots that it touched and that are zero now; kept in memory, and only of what runs without a fee.
    pub(crate) zeros: Vec<(Address, U256)>,
}

impl Mined {
    pub(crate) fn logs(&self) -> &[Log] {
        self.receipt.logs()
    }

    /// Wei per gas that the sender paid.
    pub(crate) fn gas_price(&self, header: &Header) -> u128 {
        self.tx.effective_gas_price(header.base_fee_per_gas)
    }
}

impl Block {
    pub(crate) fn new(header: Header, mined: Vec<Mined>) -> Self {
        Self { hash: header.hash_slow(), header, mined }
    }

    /// How many logs of the block precede those of this transaction.
    pub(crate) fn logs_before(&self, index: usize) -> usize {
        self.mined[..index].iter().map(|mined| mined.logs().len()).sum()
    }
}

pub(crate) fn bloom<'a>(mined: impl Iterator<Item = &'a Mined>) -> alloy_primitives::Bloom {
    logs_bloom(mined.flat_map(|mined| mined.logs()))
}

/// A block in the state file.
#[derive(RlpEncodable, RlpDecodable)]
pub(crate) struct BlockRecord {
    header: Header,
    mined: Vec<MinedRecord>,
    pub(crate) diffs: Vec<AccountDiff>,
    /// Seconds added to the clock from this block on, as two's complement.
    offset: u64,
}

#[derive(RlpEncodable, RlpDecodable)]
struct MinedRecord {
    tx: Bytes,
    sender: Address,
    receipt: Bytes,
    gas_used: u64,
    created: Vec<Address>,
}

impl BlockRecord {
    pub(crate) fn new(block: &Block, diffs: Vec<AccountDiff>, time: Time) -> Self {
        let record = |mined: &Mined| MinedRecord {
            tx: mined.tx.encoded_2718().into(),
            sender: mined.sender,
            receipt: mined.receipt.encoded_2718().into(),
            gas_used: mined.gas_used,
            created: mined.created.into_iter().collect(),
        };
        Self {
            header: block.header.clone(),
            mined: block.mined.iter().map(record).collect(),
            diffs,
            offset: time.offset.cast_unsigned(),
        }
    }

    pub(crate) fn time(&self) -> Time {
        Time { offset: self.offset.cast_signed(), next: None }
    }

    pub(crate) fn block(&self) -> Result<Block, Eip2718Error> {
        let mined = |record: &MinedRecord| {
            Ok(Mined {
                tx: TxEnvelope::decode_2718(&mut record.tx.as_ref())?,
                sender: record.sender,
                receipt: ReceiptEnvelope::decode_2718(&mut record.receipt.as_ref())?,
                gas_used: record.gas_used,
                created: record.created.first().copied(),
                zeros: Vec::new(),
            })
        };
        let mined = self.mined.iter().map(mined).collect::<Result<_, Eip2718Error>>()?;
        Ok(Block::new(self.header.clone(), mined))
    }
}
