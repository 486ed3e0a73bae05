//! The imports of a source, found without a parser: comments and texts are skipped, the rest are words.

/// An import and the line it stands in, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) path: String,
    pub(super) line: usize,
}

/// Every import of a source, in order.
pub(super) fn scan(source: &str) -> Vec<Import> {
    let mut found = Vec::new();
    let mut lexer = Lexer { source, at: 0 };
    let mut importing = false;
    while let Some(token) = lexer.next() {
        match token {
            Token::Word("import") => importing = true,
            Token::Text(path) if importing => {
                let line = 1 + source[..lexer.at].matches('\n').count();
                found.push(Import { path: path.to_owned(), line });
                importing = false;
            }
            Token::Other(b';') => importing = false,
            Token::Word(_) | Token::Text(_) | Token::Other(_) => {}
        }
    }
    found
}

enum Token<'a> {
    Word(&'a str),
    Text(&'a str),
    Other(u8),
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = &self.source[self.at..];
            let first = *rest.as_bytes().first()?;
            let skip = if rest.starts_with("//") {
                rest.find(['\n', '\r']).unwrap_or(rest.len())
            } else if let Some(comment) = rest.strip_prefix("/*") {
                comment.find("*/").map_or(rest.len(), |end| end + 4)
            } else if first == b'"' || first == b'\'' {
                let length = text(rest.as_bytes(), first);
                self.at += length;
                return Some(Token::Text(rest.get(1..length - 1).unwrap_or_default()));
            } else if word(first) {
                let length = rest.bytes().position(|b| !word(b)).unwrap_or(rest.len());
                self.at += length;
                return Some(Token::Word(&rest[..length]));
            } else if first.is_ascii_whitespace() || !first.is_ascii() {
                rest.chars().next().map_or(1, char::len_utf8)
            } else {
                self.at += 1;
                return Some(Token::Other(first));
            };
            self.at += skip;
        }
    }
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

/// Bytes of a text with its quotes; one that is not closed ends with its line.
fn text(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        at += match byte {
            b'\\' if rest.get(at + 1).is_some_and(u8::is_ascii) => 2,
            b'\n' => return at,
            byte if byte == quote => return at + 1,
            _ => 1,
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn paths(source: &str) -> Vec<String> {
        scan(source).into_iter().map(|import| import.path).collect()
    }

    #[test]
    fn every_form_of_import_is_found_and_nothing_else() {
        let source = r#"
            // import "no1.sol";
            /* import "no2.sol"; */ import "a.sol";
            import 'b.sol' as B; import * as C from "c.sol";
            import {D, E as F} // "no3.sol"
              from /* "no4.sol" */ "d.sol";
            contract X { string s = "import \"no5.sol\";"; string imported = 'x'; bytes y = hex"00"; }
            import{G}from"e.sol";
        "#;
        assert_eq!(paths(source), ["a.sol", "b.sol", "c.sol", "d.sol", "e.sol"]);
        assert_eq!(scan("\n\nimport \"a\";")[0].line, 3);
    }

    proptest! {
        #[test]
        fn prx_q04_any_source_is_scanned(source in prop_oneof![any::<String>(), "[import \"'/*\\\\;\n\u{e9}a{}]{0,60}"]) {
            scan(&source);
        }
    }
}
