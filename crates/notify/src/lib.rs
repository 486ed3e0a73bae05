#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod address;
mod deliver;
mod error;
mod hook;
mod outbox;

pub use address::is_public;
pub use deliver::{Delivery, Names, System};
pub use error::NotifyError;
pub use hook::{Hook, Secret};
pub use outbox::{Notice, Outbox, Standing};
