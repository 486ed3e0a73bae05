//! PayRox's own contracts, compiled and embedded: what is deployed is what was tested.

use crate::{contract::Contract, foundry, input::CompilerInput};
use alloy_primitives::B256;
use payrox_model::Selector;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, path::Path, sync::OnceLock};

/// The contracts of one release.
#[derive(Clone, Debug)]
pub struct Release {
    /// CREATE2 deployment and content-addressed data.
    pub factory: Contract,
    /// Everything of the router that is not its hot path.
    pub extension: Contract,
    /// Implementation behind every system's dispatcher.
    pub dispatcher: Contract,
    /// Creates systems.
    pub launcher: Contract,
    /// Creation code of every system's router.
    pub router: Contract,
    /// SHA-256 over the embedded files.
    pub hash: B256,
}

impl Release {
    /// All of them, by name.
    pub fn contracts(&self) -> [&Contract; 5] {
        [&self.factory, &self.dispatcher, &self.launcher, &self.router, &self.extension]
    }

    /// Every function of router and extension by selector: no facet may have one of these but
    /// `supportsInterface(bytes4)`.
    pub fn reserved(&self) -> BTreeMap<Selector, &str> {
        let own = self.router.functions.iter().chain(&self.extension.functions);
        own.map(|f| (f.selector, f.signature.as_str())).collect()
    }
}

/// What the compiler was asked when it made the embedded release.
pub fn release_input() -> CompilerInput {
    CompilerInput::new(include_str!("../../../contracts/release/input-contracts.json").to_owned())
}

macro_rules! embedded {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../contracts/release/", $name, ".json")))
    };
}

/// The embedded release, parsed once.
pub fn release() -> &'static Release {
    static RELEASE: OnceLock<Release> = OnceLock::new();
    RELEASE.get_or_init(|| {
        let mut hasher = Sha256::new_with_prefix(b"payrox release 1\n");
        let mut read = |(name, json): (&str, &str)| {
            hasher.update(format!("{} {name}\n", json.len()));
            hasher.update(json);
            parse(name, json)
        };
        Release {
            factory: read(embedded!("DeterministicChunkFactory")),
            extension: read(embedded!("PayRoxRouterExtension")),
            dispatcher: read(embedded!("ManifestDispatcher")),
            launcher: read(embedded!("PayRoxLauncher")),
            router: read(embedded!("PayRoxProxyRouter")),
            hash: B256::from_slice(&hasher.finalize()),
        }
    })
}

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads them")]
fn parse(name: &str, json: &str) -> Contract {
    foundry::parse(json, Path::new(&format!("contracts/release/{name}.json")))
        .expect("the release is readable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_input_is_the_one_that_every_contract_of_the_release_names() {
        let input = release_input();
        for contract in release().contracts() {
            assert_eq!(contract.input_sha256(), Some(input.hash), "{}", contract.id);
        }
    }
}
