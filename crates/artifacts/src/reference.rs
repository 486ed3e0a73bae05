//! How contracts are named: `path:Name` in full, `Name` where that is enough.

use crate::flaw::Flaw;
use payrox_model::text::escape;
use std::{fmt, str::FromStr};

/// The fully qualified name of a contract: the compiler's name of its source, and its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContractId {
    path: String,
    name: String,
}

impl ContractId {
    /// Checks both parts: the path is relative and stays inside, the name is an identifier of Solidity.
    ///
    /// # Errors
    /// When one is not.
    pub fn new(path: &str, name: &str) -> Result<Self, Flaw> {
        check_path(path)?;
        check_name(name)?;
        Ok(Self { path: path.to_owned(), name: name.to_owned() })
    }

    /// The source's name, relative to the project, such as `src/facets/Payments.sol`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The contract's name, such as `Payments`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for ContractId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.name)
    }
}

/// What a project file says when it means a contract.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// `path:Name`.
    Full(ContractId),
    /// `Name`: an error where two sources have one.
    Bare(String),
}

impl Reference {
    /// The contract's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Full(id) => id.name(),
            Self::Bare(name) => name,
        }
    }

    /// Whether it means this contract.
    pub fn means(&self, id: &ContractId) -> bool {
        match self {
            Self::Full(full) => full == id,
            Self::Bare(name) => name == id.name(),
        }
    }
}

impl FromStr for Reference {
    type Err = Flaw;
    fn from_str(text: &str) -> Result<Self, Flaw> {
        match text.rsplit_once(':') {
            Some((path, name)) => ContractId::new(path, name).map(Self::Full),
            None => check_name(text).map(|()| Self::Bare(text.to_owned())),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(id) => id.fmt(f),
            Self::Bare(name) => f.write_str(name),
        }
    }
}

/// Longest path of a source; file systems stop at 4,096 bytes, names of files at 255.
const PATH_LIMIT: usize = 1024;

fn check_path(path: &str) -> Result<(), Flaw> {
    let refuse = |why| Err(Flaw::Path { path: shorten(path), why });
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.is_empty() {
        refuse("it is empty")
    } else if path.len() > PATH_LIMIT {
        refuse("it is longer than 1024 bytes")
    } else if path.starts_with('/') || drive {
        refuse("it is absolute")
    } else if path.contains('\\') || escape(path) != path {
        refuse("it contains a backslash, a control or an invisible character")
    } else if path.split('/').any(|part| part == "..") {
        refuse("it leaves the project")
    } else if path.split('/').any(|part| part.is_empty() || part == ".") {
        refuse("it has an empty part or `.`")
    } else {
        Ok(())
    }
}

/// Longest name of a contract: it becomes the name of a file.
const NAME_LIMIT: usize = 128;

pub(crate) fn check_name(name: &str) -> Result<(), Flaw> {
    let mut bytes = name.bytes();
    let letter = |b: u8| b.is_ascii_alphabetic() || b == b'_' || b == b'$';
    let good = name.len() <= NAME_LIMIT
        && bytes.next().is_some_and(letter)
        && bytes.all(|b| letter(b) || b.is_ascii_digit());
    if good { Ok(()) } else { Err(Flaw::Name { name: shorten(name) }) }
}

/// Foreign text for a message: escaped, and of a length that a person reads.
pub(crate) fn shorten(text: &str) -> String {
    let mut short = escape(&text.chars().take(80).collect::<String>());
    if text.chars().nth(80).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_b49_a_reference_is_a_name_or_a_path_inside_the_project_and_a_name() {
        assert_eq!("A".parse::<Reference>().unwrap(), Reference::Bare("A".into()));
        let full = "src/facets/Pay$ments.sol:Pay$ments";
        assert_eq!(full.parse::<Reference>().unwrap().to_string(), full);
        let long = format!("{}:A", "a/".repeat(4096));
        for bad in [
            "",
            "1A",
            "A B",
            "a/b",
            "../A.sol:A",
            "src/../../A.sol:A",
            "/etc/passwd:A",
            "C:\\A.sol:A",
            "C:/A.sol:A",
            "src//A.sol:A",
            "./A.sol:A",
            "src/A.sol:",
            ":A",
            "src/A.sol:../A",
            "src/A\n.sol:A",
            "src/\u{202e}A.sol:A",
            "src/A.sol:А",
            &long,
        ] {
            assert!(bad.parse::<Reference>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_bare_name_means_every_contract_of_that_name_and_a_full_one_only_its_own() {
        let id = ContractId::new("src/A.sol", "A").unwrap();
        assert!("A".parse::<Reference>().unwrap().means(&id));
        assert!("src/A.sol:A".parse::<Reference>().unwrap().means(&id));
        assert!(!"src/B.sol:A".parse::<Reference>().unwrap().means(&id));
    }
}
