//! The planner and its documents, from outside.
#![cfg(test)]

mod diamond;
mod example;
mod fixture;
mod merkle;
mod onchain;
mod planner;
mod reading;
mod release;
