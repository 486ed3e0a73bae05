//! Keys and phrases that were given where something else belongs: as a name, as a path, as an address. What is wrong with such an
//! argument is said without it.

use alloy_signer_local::coins_bip39::{English, Wordlist as _};
use std::{collections::HashSet, ops::Range};

/// What stands in their place.
const HIDDEN: &str = "[hidden]";
/// Hexadecimal digits of a private key.
const DIGITS: usize = 64;
/// Words of the shortest phrase.
const WORDS: usize = 12;
/// So many of a phrase's words in a row are of it. One alone may be any word.
const ROW: usize = 2;

/// Whatever among the arguments of a command has the shape of a private key or a phrase. Hashes of the same shape that come from a chain
/// or a plan are not among them, and stay readable.
#[derive(Default)]
pub struct Misplaced {
    keys: Vec<String>,
    phrases: Vec<Vec<String>>,
}

impl Misplaced {
    /// Looks through arguments. A phrase without quotes is many of them.
    pub fn among<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let mut found = Self::default();
        let known: HashSet<&str> = English::get_all().iter().copied().collect();
        let mut row: Vec<String> = Vec::new();
        for argument in arguments {
            let keys = runs(argument, |c| c.is_ascii_hexdigit()).filter(|range| range.len() == DIGITS);
            found.keys.extend(keys.map(|range| argument[range].to_ascii_lowercase()));
            for word in runs(argument, char::is_alphanumeric) {
                let word = argument[word].to_lowercase();
                if known.contains(word.as_str()) {
                    row.push(word);
                } else {
                    found.end(&mut row);
                }
            }
        }
        found.end(&mut row);
        found
    }

    fn end(&mut self, row: &mut Vec<String>) {
        let row = std::mem::take(row);
        if row.len() >= WORDS {
            self.phrases.push(row);
        }
    }

    /// The text without them, also where it was cut in the middle of one.
    pub fn hide(&self, text: &str) -> String {
        let mut hide: Vec<Range<usize>> = Vec::new();
        if !self.keys.is_empty() {
            let digits =
                runs(text, |c| c.is_ascii_hexdigit()).filter(|range| self.is_of_a_key(&text[range.clone()]));
            hide.extend(digits);
        }
        for phrase in &self.phrases {
            let words: Vec<Range<usize>> = runs(text, char::is_alphanumeric).collect();
            let mut at = 0;
            while at < words.len() {
                let many = (0..phrase.len()).map(|from| in_common(text, &words[at..], &phrase[from..])).max();
                match many.unwrap_or_default() {
                    many if many >= ROW => {
                        hide.push(words[at].start..words[at + many - 1].end);
                        at += many;
                    }
                    _ => at += 1,
                }
            }
        }
        hide.sort_unstable_by_key(|range| range.start);
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for range in hide.into_iter().filter(|range| !range.is_empty()) {
            if range.start >= at {
                out.push_str(&text[at..range.start]);
                out.push_str(HIDDEN);
            }
            at = at.max(range.end);
        }
        out + &text[at..]
    }

    /// A quarter of a key is too much of it.
    fn is_of_a_key(&self, digits: &str) -> bool {
        let digits = digits.to_ascii_lowercase();
        digits.len() >= DIGITS / 4
            && self.keys.iter().any(|key| key.contains(&digits) || digits.contains(key.as_str()))
    }
}

/// Where characters of a kind stand in a row.
fn runs(text: &str, is: impl Fn(char) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..)?;
        let start = from + rest.find(&is)?;
        let end = text[start..].find(|c| !is(c)).map_or(text.len(), |length| start + length);
        from = end;
        Some(start..end)
    })
}

/// How many words of a text are those of a phrase; the last may be cut off.
fn in_common(text: &str, words: &[Range<usize>], phrase: &[String]) -> usize {
    let mut many = 0;
    for (range, word) in words.iter().zip(phrase) {
        let said = text[range.clone()].to_lowercase();
        if said == *word {
            many += 1;
        } else {
            let cut = word.starts_with(&said) && !text[range.end..].starts_with(' ');
            return many + usize::from(cut && many > 0);
        }
    }
    many
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "7c1f0a2d1b9e4f6a8d3c5b7e9f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c";
    const PHRASE: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";

    #[test]
    fn prx_b45_a_key_among_the_arguments_is_hidden_and_other_hashes_are_not() {
        let hash = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        for given in [KEY.to_owned(), format!("0x{KEY}"), format!("--keystore=keys/0x{}", KEY.to_uppercase())]
        {
            let misplaced = Misplaced::among(["run", "--account", &given]);
            let text = misplaced.hide(&format!("no `0x{KEY}` and no `{}…` beside {hash}", &KEY[..30]));
            assert_eq!(text, format!("no `0x[hidden]` and no `[hidden]…` beside {hash}"));
        }
        let text = format!("the plan {hash} is not there");
        assert_eq!(Misplaced::among(["run", "--plan", "plan.json"]).hide(&text), text);
        // Longer ones are no keys, nor are addresses.
        for other in [format!("{KEY}00"), KEY[..40].to_owned()] {
            assert_eq!(Misplaced::among([other.as_str()]).hide(&other), other);
        }
    }

    #[test]
    fn prx_b45_a_phrase_among_the_arguments_is_hidden_in_one_piece_in_many_and_cut() {
        let one = Misplaced::among(["run", "--mnemonic-file", PHRASE]);
        let many = Misplaced::among(["run"].into_iter().chain(PHRASE.split(' ')));
        for misplaced in [one, many] {
            assert_eq!(misplaced.hide(&format!("`{PHRASE}` is no file")), "`[hidden]` is no file");
            assert_eq!(
                misplaced.hide("facet `legal winner thank year wave saus…` is none"),
                "facet `[hidden]…` is none"
            );
            assert_eq!(misplaced.hide("no facets: `winner`, `thank`, `year`"), "no facets: `[hidden]`");
            assert_eq!(misplaced.hide("what is useful: payrox run"), "what is useful: payrox run");
        }
        // Eleven words are no phrase.
        let eleven = PHRASE.rsplit_once(' ').unwrap().0;
        assert_eq!(Misplaced::among([eleven]).hide(eleven), eleven);
    }

    #[test]
    fn prx_b45_whatever_the_text_is_nothing_panics() {
        let misplaced = Misplaced::among([KEY, PHRASE]);
        for text in ["", "é", "legal", "legal\u{1f511}winner é", &format!("é{KEY}é{PHRASE}é")] {
            misplaced.hide(text);
        }
    }
}
