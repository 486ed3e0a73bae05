//! Where the contracts keep what they store.

use crate::{
    failure::{Doing, Done, Failure},
    repo::{Repo, files, read},
};
use alloy_primitives::{B256, U256, keccak256};
use std::collections::BTreeMap;

/// Every ERC-7201 namespace that a comment names, with the constant below it proved to be its root.
pub(crate) fn namespaces(repo: &Repo) -> Done<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for path in files(&repo.path("contracts/src"), ".sol") {
        let text = read(&path)?;
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some((_, id)) = line.split_once("erc7201:") else { continue };
            let id: String =
                id.chars().take_while(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
            let id = id.trim_end_matches('.').to_owned();
            let window = lines[at..lines.len().min(at + 4)].join(" ");
            let (_, digits) =
                window.split_once("0x").doing(|| format!("{}: no constant below {id}", path.display()))?;
            let digits: String = digits.chars().take_while(char::is_ascii_hexdigit).collect();
            let expected = root(&id);
            if !digits.eq_ignore_ascii_case(&format!("{expected:x}")) {
                return Err(Failure::new(format!(
                    "{}: the root of {id} is {expected}, not 0x{digits}",
                    path.display()
                )));
            }
            found.insert(id, expected.to_string());
        }
    }
    Ok(found)
}

/// `keccak256(abi.encode(uint256(keccak256(id)) - 1)) & ~bytes32(uint256(0xff))`.
fn root(id: &str) -> B256 {
    let inner = U256::from_be_bytes(keccak256(id).0).wrapping_sub(U256::from(1));
    let mut root = keccak256(inner.to_be_bytes::<32>());
    root.0[31] = 0;
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_that_of_the_standards_example() {
        let expected = "0x183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500";
        assert_eq!(root("example.main").to_string(), expected);
    }
}
