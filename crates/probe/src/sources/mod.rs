//! Are the sources of a plan's contracts public where people look for them?
//!
//! An explorer's word is one half. The other is the chain: what is verified elsewhere counts only while the code at the address is
//! the planned code, and while the explorer speaks of that code and shows the project's own sources.

mod clones;
mod judge;
mod ledger;
mod run;
mod subject;
#[cfg(test)]
mod tests;

pub use judge::UNVERIFIED;
pub use ledger::{Ledger, LedgerError};
pub use run::{Errand, Row, Watcher, look};
pub use subject::{Compiled, Subject, SubjectError, What, subjects};

use alloy_primitives::Address;
use payrox_chain::{At, ChainError, Endpoint, Read};
use payrox_model::CodeHash;
use payrox_plan::Plan;
use std::collections::BTreeMap;

/// Why a contract's code on chain is not the planned code; `None` where it is.
pub type Standing = BTreeMap<Address, Option<String>>;

/// The code of the subjects on chain, all of one block.
///
/// # Errors
/// When the endpoint fails, or is another chain than the plan's.
pub async fn standing(
    endpoint: &Endpoint,
    plan: &Plan,
    subjects: &[Subject],
) -> Result<Standing, ChainError> {
    let (chain_id, head) = endpoint.newest().await?;
    if chain_id != plan.chain_id {
        endpoint.expect_chain(plan.chain_id).await?;
    }
    let reads: Vec<_> = subjects.iter().map(|subject| Read::Code(subject.address)).collect();
    let codes = endpoint.read(At::Block(head.number), &reads).await?;
    let mut standing = Standing::new();
    for (subject, code) in subjects.iter().zip(codes) {
        standing.insert(subject.address, differs(subject, &code?));
    }
    Ok(standing)
}

fn differs(subject: &Subject, code: &[u8]) -> Option<String> {
    if code.is_empty() {
        return Some("there is no code at its address".into());
    }
    let found = CodeHash::of(code);
    if found != subject.code_hash {
        return Some(format!("expected code {}, found {found}", subject.code_hash));
    }
    match subject.what {
        What::Clone { implementation } if clones::target(code) != Some(implementation) => {
            Some(format!("its code is no clone of {implementation}"))
        }
        _ => None,
    }
}
