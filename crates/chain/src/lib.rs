#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod body;
mod data_fee;
mod diamond;
mod endpoint;
mod error;
pub mod explorers;
mod fees;
mod gather;
mod misplaced;
mod opcodes;
mod position;
mod proof;
mod reach;
mod read;
mod reason;
mod receipt;
mod rejection;
mod remote;
mod secrets;
mod signer;
mod snapshot;
mod time;
mod transaction;

pub use body::{Body, Mined, input_of};
pub use data_fee::{DataCost, data_costs};
pub use diamond::{DiamondError, DiamondQuery, diamond_snapshot, loupe_questions};
pub use endpoint::{At, CallRequest, Endpoint, Head, Interrupt, Notice, PoolPolicy};
pub use error::ChainError;
pub use fees::{FeePolicy, Fees};
pub use misplaced::Misplaced;
pub use opcodes::{Opcodes, probe_opcodes};
pub use payrox_model::{DataFee, Family, Finality};
pub use position::{Depth, Position, Tag};
pub use proof::{Account, Evidence, SentCall, Storage, storage_root};
pub use reach::{Reach, reach};
pub use read::Read;
pub use reason::Reasons;
pub use receipt::{LogEntry, LogQuery, Receipt};
pub use rejection::Rejection;
pub use remote::{Remote, fork_point};
pub use secrets::Secrets;
pub use signer::{
    DerivationPath, KeyError, KeyRules, Keyring, Secret, Signed, Transaction, UnsignedTransaction,
    UnsignedTransactions, account_file, forbid_core_dumps, foundry_keystores, read_secret,
};
pub use snapshot::{SnapshotQuery, questions, snapshot, snapshot_at};
pub use transaction::Seen;
