//! Artifacts that are wrong: each refusal has a code, names its subject, and leaves nothing behind.

mod abi;
mod any_bytes;
mod arguments;
mod code;
mod file;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod hardhat;
mod names;
mod policy;
mod standard_json;
