//! Names that mean the same file on every platform, below the folder they are joined to and nowhere else.

use crate::limits;
use std::collections::BTreeMap;

/// Names that Windows gives to devices, whatever extension follows.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Why a path is refused.
///
/// # Errors
/// The reason, as the end of a sentence.
pub(crate) fn check(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err("it is empty");
    }
    if path.len() > limits::PATH {
        return Err("it is longer than 240 characters");
    }
    if !path.is_ascii() || path.bytes().any(|b| b.is_ascii_control()) {
        return Err("it has characters that are not plain ASCII");
    }
    if path.starts_with('/') {
        return Err("it is absolute");
    }
    if path.contains(['\\', ':', '<', '>', '"', '|', '?', '*']) {
        return Err("it has a character that means something else on another platform");
    }
    let names: Vec<_> = path.split('/').collect();
    if names.len() > limits::DEPTH {
        return Err("it is more than 32 folders deep");
    }
    names.into_iter().try_for_each(check_name)
}

fn check_name(name: &str) -> Result<(), &'static str> {
    if name == ".." {
        return Err("it leads out of the folder");
    }
    if name.is_empty() || name == "." {
        return Err("it has an empty part");
    }
    if name.len() > limits::NAME {
        return Err("a name in it is longer than 100 characters");
    }
    if name.ends_with(['.', ' ']) || name.starts_with(' ') {
        return Err("a name in it begins with a blank, or ends with one or a dot");
    }
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|n| n.len() == 1 && n != "0" && n.as_bytes()[0].is_ascii_digit())
    };
    if DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt") {
        return Err("it is the name of a device on Windows");
    }
    Ok(())
}

/// That each path is fit, that they ascend, and that no two are one where case does not count.
///
/// # Errors
/// The path and the reason.
pub(crate) fn check_all<'a>(paths: impl Iterator<Item = &'a str>) -> Result<(), (&'a str, &'static str)> {
    // Files and folders by their names in lower case, as they were first written; a folder is marked by a slash at its end.
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut last = "";
    for path in paths {
        check(path).map_err(|why| (path, why))?;
        if path == last {
            return Err((path, "it is there twice"));
        }
        if path < last {
            return Err((path, "it is out of order"));
        }
        last = path;
        let lower = path.to_ascii_lowercase();
        if seen.contains_key(&lower) || seen.contains_key(&format!("{lower}/")) {
            return Err((path, "another differs from it by case only, or is a folder of this name"));
        }
        for (at, _) in path.match_indices('/') {
            if seen.contains_key(&lower[..at]) {
                return Err((path, "a file has the name of its folder"));
            }
            let first = *seen.entry(lower[..=at].to_owned()).or_insert(&path[..=at]);
            if first != &path[..=at] {
                return Err((path, "its folder differs from another by case only"));
            }
        }
        seen.insert(lower, path);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    #[test]
    fn prx_b49_names_that_lead_elsewhere_or_mean_something_else_elsewhere_are_refused() {
        let long = format!("{}/x", "a".repeat(101));
        let deep = vec!["a"; 33].join("/");
        let huge = "a/".repeat(2_048) + "x";
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../x",
            "a/../x",
            "a/..",
            "./x",
            "a//x",
            "a/",
            "a/./x",
            "C:/x",
            "c:x",
            "\\x",
            "a\\..\\x",
            "\\\\server\\share",
            "con",
            "CON",
            "nul.txt",
            "a/AUX.json",
            "com1",
            "LPT9.log",
            "conin$",
            "x.",
            "x ",
            " x",
            "a./x",
            "x\u{0}y",
            "x\u{1b}[2J",
            "x\ny",
            "x\u{202e}y",
            "ü",
            "a:b",
            "a<b",
            "a|b",
            "a?b",
            "a*b",
            "nul .txt",
            long.as_str(),
            deep.as_str(),
            huge.as_str(),
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        for good in [
            "payrox.toml",
            ".payrox/journal/1/ab.signed.jsonl",
            "out/A.sol/A.json",
            "com10",
            "console",
            "a..b",
            "lpt0",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn prx_b49_names_that_collide_where_case_does_not_count_are_refused() {
        let why = |paths: &[&'static str]| check_all(paths.iter().copied()).map_err(|(path, _)| path);
        assert_eq!(why(&["A.json", "a.json"]), Err("a.json"));
        assert_eq!(why(&["Out/A.json", "out/B.json"]), Err("out/B.json"));
        assert_eq!(why(&["A", "a/x"]), Err("a/x"));
        assert_eq!(why(&["A/x", "a"]), Err("a"));
        assert_eq!(why(&["a", "a"]), Err("a"));
        assert_eq!(why(&["b", "a"]), Err("a"));
        assert_eq!(why(&["a-b", "a/x", "a/y", "b/x"]), Ok(()));
    }

    proptest! {
        #[test]
        fn prx_b49_prx_q04_a_name_that_is_taken_is_made_of_plain_parts(path in "[ -~\\PC]{0,40}") {
            if check(&path).is_ok() {
                let plain = Path::new(&path).components().all(|c| matches!(c, Component::Normal(_)));
                prop_assert!(plain);
                prop_assert_eq!(payrox_model::text::escape(&path), path);
            }
        }
    }
}
