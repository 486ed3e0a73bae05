#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod accounts;
mod again;
mod block;
mod chain;
mod changes;
mod config;
mod core;
mod devnet;
mod evm;
mod filters;
mod fork;
mod http;
mod mine;
mod pool;
mod rpc;
mod state;
mod store;
mod transport;
mod view;

pub use accounts::{CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE, DEV_ACCOUNTS, DEV_MNEMONIC, DevAccount};
pub use again::Again;
pub use chain::ChangeError;
pub use changes::Change;
pub use config::{Clock, DevnetConfig, Hardfork};
pub use devnet::{Devnet, Executed, Execution, Measured, Newest};
pub use fork::{Fetched, Fork, ForkCache, ForkError, ForkPoint, Unasked, Upstream, Wanted};
pub use http::{ServeError, Server, serve};
pub use rpc::{METHODS, RpcError};
pub use store::StoreError;
pub use transport::InMemory;
pub use view::{Accounts, Guesses, Unread};
