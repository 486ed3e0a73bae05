//! Both comparisons on the example, and on systems that were broken on purpose.

mod cases;
mod clean;
mod doubles;
mod fixture;
mod upgrade;
