//! Runs of the payments example, on the embedded chain and on anvil.
#![cfg(test)]

mod after;
mod anvil;
mod broken;
mod checked;
mod crash;
mod drill;
mod endpoint;
mod fixture;
mod local;
mod node;
mod nonces;
mod operators;
mod recover;
mod refuse;
mod reorg;
mod stuck;
mod upgrade;
mod weather;
