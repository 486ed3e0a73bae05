//! Each rule on the payments example: clean, and with one defect that only this rule finds.
#![cfg(test)]

mod clean;
mod contracts;
mod edges;
mod golden;
mod plans;
mod reports;
mod roles;
mod sarif;
mod schemas;
mod storage;
mod waivers;
mod world;
