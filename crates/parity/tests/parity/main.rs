//! Both comparisons on the example, and on systems that were broken on purpose.
#![cfg(test)]

mod cases;
mod clean;
mod doubles;
mod fixture;
mod schemas;
mod upgrade;
