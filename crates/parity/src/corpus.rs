//! What earlier runs found worth trying again: `.payrox/parity/corpus.json`.
//!
//! It makes the next run start further in, and nothing depends on it. So it lies in `.payrox/`, which is not committed: on
//! another machine the same seed gives the same run, which a corpus would change. What was found wrong is a case, and cases are for
//! committing.

use crate::{call::Call, error::ParityError, report::Outcome, run::Inputs};
use payrox_files::{FileError, read_text, to_canonical_json, write_derived};
use payrox_model::{Selector, text::escape, version};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

/// Bytes of the file, at most. A larger one is not read.
const LIMIT: u64 = 16 << 20;
/// Inputs of a route, at most.
const INPUTS: usize = 64;
/// Bytes of calldata in an input, at most.
const DATA: usize = 4 << 10;
/// Bytes of calldata in all of them, at most: two digits each, they fit into the file.
const ALL_DATA: usize = 2 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    inputs: BTreeMap<Selector, Vec<Vec<Call>>>,
}

/// The inputs that a file has. One that is not there, or that another payrox wrote, has none.
///
/// # Errors
/// When it is there and cannot be read.
pub fn read_corpus(path: &Path) -> Result<Inputs, ParityError> {
    let text = match read_text(path, LIMIT) {
        Ok(text) => text,
        Err(FileError::Missing { .. } | FileError::TooLarge { .. } | FileError::NotUtf8 { .. }) => {
            return Ok(Inputs::new());
        }
        Err(error) => return Err(error.into()),
    };
    let file = serde_json::from_str::<File>(&text).ok();
    let file = file.filter(|file| file.version == version::PARITY_CORPUS);
    Ok(file.map(|file| bounded(file.inputs)).unwrap_or_default())
}

/// The inputs that a project commits, in a file of the same form. It is there because routes are not reached without it: one that is
/// broken is not passed over.
///
/// # Errors
/// When it is there, and cannot be read or is of another form or version.
pub fn read_committed(path: &Path) -> Result<Inputs, ParityError> {
    let odd = |why: String| ParityError::Committed { path: escape(&path.display().to_string()), why };
    let text = match read_text(path, LIMIT) {
        Ok(text) => text,
        Err(FileError::Missing { .. }) => return Ok(Inputs::new()),
        Err(error) => return Err(error.into()),
    };
    let file: File = serde_json::from_str(&text).map_err(|e| odd(escape(&e.to_string())))?;
    if file.version != version::PARITY_CORPUS {
        let known = version::PARITY_CORPUS;
        return Err(odd(format!("it is of version {}, this payrox reads version {known}", file.version)));
    }
    let kept = bounded(file.inputs.clone());
    if kept != file.inputs {
        let why =
            format!("a route has at most {INPUTS} inputs of {DATA} bytes of calldata, all have {ALL_DATA}");
        return Err(odd(why));
    }
    Ok(kept)
}

/// Writes what a run found in the place of what was there; routes that were left out keep what they had.
///
/// # Errors
/// When it cannot be written.
pub fn write_corpus(path: &Path, before: &Inputs, outcome: &Outcome) -> Result<(), ParityError> {
    let mut inputs = before.clone();
    for (route, found) in &outcome.corpus {
        inputs.insert(*route, found.clone());
    }
    let file = File { version: version::PARITY_CORPUS, inputs: bounded(inputs) };
    let text = to_canonical_json(&file)
        .map_err(|e| ParityError::Case { path: path.display().to_string(), why: e.to_string() })?;
    Ok(write_derived(path, text.as_bytes())?)
}

/// Within all bounds: the first of each route, which found most.
fn bounded(mut inputs: Inputs) -> Inputs {
    let size = |calls: &Vec<Call>| calls.iter().map(|call| call.data.len()).sum::<usize>();
    let mut left = ALL_DATA;
    for of_route in inputs.values_mut() {
        of_route.retain(|calls| !calls.is_empty() && size(calls) <= DATA);
        of_route.truncate(INPUTS);
        of_route.retain(|calls| match left.checked_sub(size(calls)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        });
    }
    inputs.retain(|_, of_route| !of_route.is_empty());
    inputs
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, U256};

    fn call(bytes: usize) -> Call {
        Call {
            route: Selector([1; 4]),
            from: Address::ZERO,
            value: U256::ZERO,
            data: vec![1; bytes].into(),
            after: 0,
            is_static: false,
            callback: None,
        }
    }

    #[test]
    fn prx_v03_a_corpus_is_bounded_in_every_direction() {
        let many = vec![vec![call(100)]; 2 * INPUTS];
        let large = vec![vec![call(DATA + 1)], vec![call(DATA)]];
        let inputs: Inputs = [(Selector([1; 4]), many), (Selector([2; 4]), large)].into();
        let kept = bounded(inputs);
        assert_eq!(kept[&Selector([1; 4])].len(), INPUTS);
        assert_eq!(kept[&Selector([2; 4])].len(), 1);

        let routes = (0..200u32).map(|n| (Selector(n.to_be_bytes()), vec![vec![call(DATA)]; INPUTS]));
        let kept = bounded(routes.collect());
        let bytes: usize = kept.values().flatten().flatten().map(|call| call.data.len()).sum();
        assert!(bytes <= ALL_DATA && bytes > ALL_DATA / 2, "{bytes}");
    }
}
