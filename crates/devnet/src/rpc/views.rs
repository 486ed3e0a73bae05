//! Blocks, transactions, receipts and logs as clients see them.

use crate::{block::Block, pool::Pending};
use alloy_consensus::{Sealed, TxEnvelope, transaction::Recovered};
use alloy_eips::eip2718::Encodable2718;
use alloy_network::primitives::BlockTransactions;
use alloy_primitives::U256;
use alloy_rlp::Encodable;
use alloy_rpc_types_eth::{Block as RpcBlock, Header, Log, Transaction, TransactionReceipt};

pub(crate) fn block(block: &Block, whole: bool) -> RpcBlock {
    let transactions = if whole {
        BlockTransactions::Full((0..block.mined.len()).map(|index| transaction(block, index)).collect())
    } else {
        BlockTransactions::Hashes(block.mined.iter().map(|mined| *mined.tx.tx_hash()).collect())
    };
    let size =
        block.header.length() + block.mined.iter().map(|mined| mined.tx.encode_2718_len()).sum::<usize>();
    let sealed = Sealed::new_unchecked(block.header.clone(), block.hash);
    let header = Header::from_consensus(sealed, None, Some(U256::from(size)));
    RpcBlock::new(header, transactions).with_withdrawals(Some(Default::default()))
}

pub(crate) fn transaction(block: &Block, index: usize) -> Transaction {
    let mined = &block.mined[index];
    Transaction {
        inner: Recovered::new_unchecked(mined.tx.clone(), mined.sender),
        block_hash: Some(block.hash),
        block_number: Some(block.header.number),
        transaction_index: Some(index as u64),
        effective_gas_price: Some(mined.gas_price(&block.header)),
        block_timestamp: Some(block.header.timestamp),
    }
}

pub(crate) fn waiting(pending: &Pending) -> Transaction {
    Transaction {
        inner: Recovered::new_unchecked(TxEnvelope::clone(&pending.tx), pending.sender),
        block_hash: None,
        block_number: None,
        transaction_index: None,
        effective_gas_price: None,
        block_timestamp: None,
    }
}

pub(crate) fn receipt(block: &Block, index: usize) -> TransactionReceipt {
    let mined = &block.mined[index];
    let mut logs = logs(block, index);
    let inner = mined.receipt.clone().map_logs(|inner| {
        // One view was made for each log, in this order.
        logs.next().unwrap_or_else(|| Log { inner, ..Log::default() })
    });
    TransactionReceipt {
        inner,
        transaction_hash: *mined.tx.tx_hash(),
        transaction_index: Some(index as u64),
        block_hash: Some(block.hash),
        block_number: Some(block.header.number),
        gas_used: mined.gas_used,
        effective_gas_price: mined.gas_price(&block.header),
        blob_gas_used: None,
        blob_gas_price: None,
        from: mined.sender,
        to: alloy_consensus::Transaction::to(&mined.tx),
        contract_address: mined.created,
    }
}

/// The logs of one transaction, numbered within the block.
pub(crate) fn logs(block: &Block, index: usize) -> impl Iterator<Item = Log> {
    let mined = &block.mined[index];
    let first = block.logs_before(index);
    mined.receipt.logs().iter().enumerate().map(move |(at, log)| Log {
        inner: log.clone(),
        block_hash: Some(block.hash),
        block_number: Some(block.header.number),
        block_timestamp: Some(block.header.timestamp),
        transaction_hash: Some(*mined.tx.tx_hash()),
        transaction_index: Some(index as u64),
        log_index: Some((first + at) as u64),
        removed: false,
    })
}
