//! The JSON-RPC methods: the one table that says which there are, and how a request finds its own.

mod calls;
mod control;
mod error;
mod fees;
pub(crate) mod logs;
mod params;
mod reads;
mod request;
mod sends;
mod views;

pub use error::RpcError;
pub(crate) use params::{Number, Params};
pub(crate) use request::answer;

use crate::Devnet;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

type Answer = Result<Box<RawValue>, RpcError>;

fn ok<T: Serialize + ?Sized>(value: &T) -> Answer {
    to_raw_value(value).map_err(|error| RpcError::internal(error.to_string()))
}

macro_rules! methods {
    ($($name:literal => $handler:path, $about:literal;)*) => {
        /// Every method the chain answers, with a sentence on it. Any other is answered with -32601.
        pub const METHODS: &[(&str, &str)] = &[$(($name, $about)),*];

        pub(crate) fn dispatch(devnet: &Devnet, method: &str, params: Option<&RawValue>) -> Answer {
            match method {
                $($name => $handler(devnet, &Params::new(params)?),)*
                other => Err(RpcError::new(-32601, format!(
                    "the method {} does not exist/is not available",
                    other.chars().take(80).collect::<String>().escape_default()
                ))),
            }
        }
    };
}

methods! {
    "web3_clientVersion" => reads::client_version, "Name and version of this chain.";
    "net_version" => reads::net_version, "The chain id in decimal.";
    "net_listening" => reads::net_listening, "True.";
    "eth_chainId" => reads::chain_id, "The chain id.";
    "eth_syncing" => reads::syncing, "False: there is nothing to catch up with.";
    "eth_accounts" => reads::accounts, "The development accounts, which sign for who asks.";
    "eth_blockNumber" => reads::block_number, "The number of the newest block.";
    "eth_getBlockByNumber" => reads::block_by_number, "A block by number or tag, with hashes or whole transactions.";
    "eth_getBlockByHash" => reads::block_by_hash, "A block by hash, with hashes or whole transactions.";
    "eth_getBlockTransactionCountByNumber" => reads::transaction_count_of_block, "How many transactions a block has.";
    "eth_getBalance" => reads::balance, "An account's wei, now or at an earlier block.";
    "eth_getCode" => reads::code, "An account's code, now or at an earlier block.";
    "eth_getStorageAt" => reads::storage_at, "A storage slot, now or at an earlier block.";
    "eth_getTransactionCount" => reads::transaction_count, "An account's next nonce; with \"pending\", waiting transactions count.";
    "eth_getTransactionByHash" => reads::transaction_by_hash, "A transaction, mined or waiting.";
    "eth_getTransactionReceipt" => reads::receipt, "The receipt of a mined transaction, or null.";
    "eth_getBlockReceipts" => reads::block_receipts, "All receipts of a block.";
    "eth_call" => calls::call, "Executes a call without a trace, with state overrides, now or at an earlier block.";
    "eth_estimateGas" => calls::estimate_gas, "The least gas limit with which a transaction succeeds in the next block.";
    "eth_createAccessList" => calls::create_access_list, "What a call touches, as an access list.";
    "eth_gasPrice" => fees::gas_price, "The next base fee plus a tip.";
    "eth_maxPriorityFeePerGas" => fees::max_priority_fee, "The tip to offer.";
    "eth_feeHistory" => fees::fee_history, "Base fees, fullness and tips of past blocks.";
    "eth_sendRawTransaction" => sends::send_raw, "Takes a signed transaction of type 0, 1, 2 or 4.";
    "eth_sendTransaction" => sends::send, "Signs for a development account, or for an impersonated one, and sends.";
    "eth_getLogs" => logs::get_logs, "Logs by address, topics and range or block hash.";
    "eth_newFilter" => logs::new_filter, "Installs a log filter.";
    "eth_newBlockFilter" => logs::new_block_filter, "Installs a filter of new blocks.";
    "eth_newPendingTransactionFilter" => logs::new_transaction_filter, "Installs a filter of new transactions.";
    "eth_getFilterChanges" => logs::filter_changes, "What is new for a filter.";
    "eth_getFilterLogs" => logs::filter_logs, "All logs of a log filter.";
    "eth_uninstallFilter" => logs::uninstall_filter, "Removes a filter.";
    "evm_snapshot" => control::snapshot, "Remembers the whole chain; its number.";
    "evm_revert" => control::revert, "Goes back to a snapshot, which is gone then.";
    "evm_mine" => control::mine, "Mines a block, at a timestamp if one is given.";
    "anvil_mine" => control::mine_many, "Mines blocks, some seconds apart.";
    "hardhat_mine" => control::mine_many, "Mines blocks, some seconds apart.";
    "evm_setAutomine" => control::set_automine, "Whether a transaction is mined when it comes.";
    "evm_increaseTime" => control::increase_time, "Lets time jump by some seconds.";
    "evm_setNextBlockTimestamp" => control::set_next_timestamp, "Fixes the time of the next block.";
    "anvil_setTime" => control::set_time, "Sets the clock.";
    "anvil_setBalance" => control::set_balance, "Sets an account's wei.";
    "anvil_setCode" => control::set_code, "Sets an account's code.";
    "anvil_setNonce" => control::set_nonce, "Sets an account's nonce.";
    "anvil_setStorageAt" => control::set_storage, "Sets a storage slot.";
    "anvil_impersonateAccount" => control::impersonate, "Lets an account send without its key.";
    "anvil_stopImpersonatingAccount" => control::stop_impersonating, "Ends an impersonation.";
    "hardhat_setBalance" => control::set_balance, "Sets an account's wei.";
    "hardhat_setCode" => control::set_code, "Sets an account's code.";
    "hardhat_setNonce" => control::set_nonce, "Sets an account's nonce.";
    "hardhat_setStorageAt" => control::set_storage, "Sets a storage slot.";
    "hardhat_impersonateAccount" => control::impersonate, "Lets an account send without its key.";
    "hardhat_stopImpersonatingAccount" => control::stop_impersonating, "Ends an impersonation.";
    "payrox_dumpStorage" => reads::dump_storage, "Every slot of an account that is not zero.";
}
