#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod anvil;
mod fault;
mod http;
mod node;
mod proxy;
mod schedule;
mod spoil;

pub use anvil::Anvil;
pub use fault::{Edit, Fault, Lie};
pub use proxy::{Asked, FaultProxy, Seen};
pub use schedule::{Rule, Schedule, When};
