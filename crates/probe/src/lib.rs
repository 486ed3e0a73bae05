#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod verify;

pub use verify::{Scope, Verification, route_slot, verify};
