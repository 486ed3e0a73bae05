#![doc = include_str!("../README.md")]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

mod alerts;
mod args;
mod contacts;
mod diamond;
mod endpoints;
mod error;
mod layer;
mod network;
mod parse;
mod policy;
mod project;
mod release;
mod setting;
mod waiver;

pub use alerts::Alert;
pub use args::Arg;
pub use contacts::{Contact, Contacts};
pub use diamond::{KeptFacet, TargetKind};
pub use endpoints::EndpointSettings;
pub use error::{ConfigError, Place};
pub use network::{FeeCaps, FinalityTag, KnownBlock, Network, RolePolicy};
pub use policy::{Policy, Required, StorageMode};
pub use project::{
    Compiler, ContractRef, FacetSettings, Functions, InitSettings, NoLock, Project, SystemSettings,
};
pub use release::ReleaseSettings;
pub use setting::{Setting, Source, Sourced, redact_url, resolve};
pub use waiver::{Day, Waiver};
