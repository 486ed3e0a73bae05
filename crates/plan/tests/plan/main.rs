//! The planner and its documents, from outside.
#![cfg(test)]

mod fixture;
mod planner;
mod reading;
