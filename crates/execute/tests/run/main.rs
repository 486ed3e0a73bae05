//! Runs of the payments example, on the embedded chain and on anvil.
#![cfg(test)]

mod anvil;
mod crash;
mod fixture;
mod local;
mod refuse;
mod upgrade;
