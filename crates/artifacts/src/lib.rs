#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod arguments;
pub mod build;
mod bytecode;
mod contract;
mod creation;
mod flaw;
mod foundry;
mod function;
mod hardhat;
mod input;
pub mod layout;
mod metadata;
mod policy;
pub mod program;
mod reference;
mod release;
mod sample;
mod set;
mod standard_json;

pub use arguments::{
    ArgumentError, DecodedCall, Mismatch, decode_call, decode_constructor, encode_call, encode_constructor,
    encode_signature,
};
pub use bytecode::{Bytecode, Gap};
pub use contract::Contract;
pub use creation::{CreationCode, CreationError, INIT_CODE_LIMIT, RUNTIME_LIMIT};
pub use flaw::Flaw;
pub use function::Function;
pub use input::{CompilerInput, StandardInput, sha256};
pub use metadata::Compilation;
pub use policy::{CompilerPolicy, PolicyError};
pub use reference::{ContractId, Reference};
pub use release::{Release, release, release_input};
pub use sample::{filled_calls, sample_calls};
pub use set::{ArtifactSet, SetError, Source};
