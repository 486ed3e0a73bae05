//! What was promised, proved with the real binary: each test has a copy of the example and a chain of its own.
//!
//! Where node, viem, anvil, cast, git or jq is not installed, what needs it is unknown: it is said, and with `CI` set it fails.
#![cfg(test)]

mod anvil;
mod backup;
mod cancelling;
mod chain;
mod chaos;
mod ci;
mod diamonds;
mod dice;
mod doctor;
mod effects;
mod endpoint;
mod explorer;
mod faulty;
mod from_clean;
mod gas;
mod hardhat;
mod hardhat_builds;
mod image;
mod interop;
mod journal;
mod keys;
mod kills;
#[cfg(all(feature = "aws", feature = "ledger", feature = "trezor"))]
mod kms;
mod parity;
mod planning;
mod production;
mod project;
mod proving;
mod proxied;
#[path = "../scenarios/redact.rs"]
mod redact;
mod rehearsal;
mod release;
mod review;
mod sending;
mod served;
mod signals;
mod sources;
mod starting;
mod tampering;
mod tools;
mod upgrade;
