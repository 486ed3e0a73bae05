//! Import remappings, as the compiler applies them.

use super::BuildError;
use crate::reference::shorten;
use payrox_model::text::escape;
use std::{fmt, str::FromStr};

/// `context:prefix=target`: what imports that begin with `prefix` mean, in sources that begin with `context`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remapping {
    context: String,
    prefix: String,
    target: String,
}

impl Remapping {
    /// What it applies to.
    pub(super) fn from(&self) -> (&str, &str) {
        (&self.context, &self.prefix)
    }

    /// Where it leads.
    pub(super) fn target(&self) -> &str {
        &self.target
    }
}

impl FromStr for Remapping {
    type Err = BuildError;
    fn from_str(text: &str) -> Result<Self, BuildError> {
        let refuse = |why| BuildError::Remapping { text: shorten(text), why };
        let (from, target) = text.split_once('=').ok_or_else(|| refuse("it has no `=`"))?;
        let (context, prefix) = from.split_once(':').unwrap_or(("", from));
        if prefix.is_empty() {
            return Err(refuse("it has no prefix"));
        }
        if target.starts_with('/') || target.contains(['\\', ':']) || escape(text) != text {
            return Err(refuse("its target is no relative path"));
        }
        Ok(Self { context: context.into(), prefix: prefix.into(), target: target.into() })
    }
}

impl fmt::Display for Remapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.context.is_empty() {
            write!(f, "{}:", self.context)?;
        }
        write!(f, "{}={}", self.prefix, self.target)
    }
}

/// The name of the source that `import` in `importer` means.
///
/// As in the compiler's `absolutePath` and `applyRemapping`: a path that begins with a dot is relative to the
/// importer, everything else stands as it is; then the longest context wins, then the longest prefix, then the last.
pub(super) fn resolve(importer: &str, import: &str, remappings: &[Remapping]) -> String {
    let path = if import.starts_with("./") || import.starts_with("../") {
        relative(importer, import)
    } else {
        import.to_owned()
    };
    let fits = |r: &&Remapping| importer.starts_with(&r.context) && path.starts_with(&r.prefix);
    let best = remappings.iter().filter(fits).max_by_key(|r| (r.context.len(), r.prefix.len()));
    match best {
        Some(r) => format!("{}{}", r.target, &path[r.prefix.len()..]),
        None => path,
    }
}

fn relative(importer: &str, import: &str) -> String {
    let mut parts: Vec<&str> = importer.split('/').collect();
    parts.pop();
    for part in import.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(texts: &[&str]) -> Vec<Remapping> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn an_import_means_what_the_compiler_takes_it_for() {
        let maps = all(&["oz/=lib/oz/", "oz/tokens/=lib/tokens/", "src/old:oz/=lib/oz4/"]);
        for (importer, import, means) in [
            ("src/A.sol", "./B.sol", "src/B.sol"),
            ("src/facets/A.sol", "../B.sol", "src/B.sol"),
            ("src/facets/A.sol", "./x/../../B.sol", "src/B.sol"),
            ("A.sol", "../B.sol", "B.sol"),
            ("../../node_modules/solady/src/A.sol", "../B.sol", "../../node_modules/solady/B.sol"),
            ("src/A.sol", "src/B.sol", "src/B.sol"),
            ("src/A.sol", "oz/B.sol", "lib/oz/B.sol"),
            ("src/A.sol", "oz/tokens/B.sol", "lib/tokens/B.sol"),
            ("src/old/A.sol", "oz/tokens/B.sol", "lib/oz4/tokens/B.sol"),
        ] {
            assert_eq!(resolve(importer, import, &maps), means, "{import} in {importer}");
        }
    }

    #[test]
    fn a_remapping_that_is_none_is_refused() {
        for bad in ["", "a", "=b", ":=b", "a=/etc/", "a=C:\\x", "a=\u{1b}[31m"] {
            assert!(bad.parse::<Remapping>().is_err(), "{bad:?}");
        }
        assert_eq!("c:a/=../b/".parse::<Remapping>().unwrap().to_string(), "c:a/=../b/");
    }
}
