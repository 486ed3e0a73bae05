#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod accounts;
mod block;
mod chain;
mod config;
mod core;
mod devnet;
mod evm;
mod filters;
mod http;
mod mine;
mod pool;
mod rpc;
mod state;
mod store;
mod transport;

pub use accounts::{CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE, DEV_ACCOUNTS, DEV_MNEMONIC, DevAccount};
pub use config::{Clock, DevnetConfig, Hardfork};
pub use devnet::{Devnet, Executed, Execution, Newest};
pub use http::{ServeError, Server, serve};
pub use rpc::{METHODS, RpcError};
pub use state::Accounts;
pub use store::StoreError;
pub use transport::InMemory;
