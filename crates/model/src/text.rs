//! Escaping of text that came from a chain, a file or a server before it reaches a terminal or a log.

use std::fmt::Write as _;

/// The text with every control, bidirectional and invisible formatting character written as `\u{…}`.
///
/// Line breaks and tabs are escaped too: one value stays on one line.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Words in names of hosts that say what is served there and open nothing.
const PLAIN: [&str; 40] = [
    "amoy",
    "api",
    "arb",
    "arb1",
    "arbitrum",
    "archive",
    "base",
    "chiado",
    "eth",
    "ethereum",
    "full",
    "g",
    "gateway",
    "gnosis",
    "holesky",
    "hoodi",
    "http",
    "https",
    "l1",
    "l2",
    "mainnet",
    "matic",
    "node",
    "one",
    "op",
    "optimism",
    "pokt",
    "polygon",
    "public",
    "publicnode",
    "rpc",
    "rpc1",
    "rpc2",
    "sepolia",
    "testnet",
    "v1",
    "v2",
    "v3",
    "www",
    "xdai",
];

/// Whether a part of a host's name between two dots is made of words that open nothing.
pub fn is_plain_label(label: &str) -> bool {
    label.split('-').all(|word| PLAIN.contains(&word.to_ascii_lowercase().as_str()))
}

/// A host as it may be shown: some providers put an access key into its name. An address, a name without dots and the last two
/// parts of a name stay; of the others only those whose words open nothing.
pub fn show_host(host: &str) -> String {
    let labels: Vec<&str> = host.split('.').collect();
    let address = host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok();
    let kept = labels.len().saturating_sub(2);
    if address || kept == 0 {
        return escape(host);
    }
    let shown = labels.iter().enumerate().map(|(i, label)| match i >= kept || is_plain_label(label) {
        true => label,
        false => "\u{2026}",
    });
    escape(&shown.collect::<Vec<_>>().join("."))
}

/// A JSON document with the characters that [`escape`] makes visible written as JSON's own escapes: for a program it is the same
/// document, for a terminal it is harmless.
pub fn escape_json(document: &str) -> String {
    let mut out = String::with_capacity(document.len());
    for c in document.chars() {
        if is_unsafe(c) && !c.is_ascii() {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00ad | 0x061c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f
            | 0xfe00..=0xfe0f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe0fff)
}

/// `1 route`, `2 routes`.
pub fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Unicode's property Bidi_Control, written out: what the implementation calls unsafe is not asked.
    const BIDI: [char; 12] = [
        '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
        '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
    ];

    fn text() -> impl Strategy<Value = String> {
        let odd = prop_oneof![
            proptest::sample::select(BIDI.as_slice()),
            proptest::char::range('\0', '\u{a0}'),
            any::<char>()
        ];
        prop::collection::vec(odd, 0..60).prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn prx_q06_escaped_text_has_no_control_or_bidi_character_and_is_left_alone_the_second_time(text in text()) {
            let escaped = escape(&text);
            prop_assert!(!escaped.chars().any(|c| c.is_control() || BIDI.contains(&c)), "{escaped:?}");
            prop_assert_eq!(escape(&escaped), escaped);
        }

        #[test]
        fn prx_q06_visible_ascii_is_not_changed(text in "[ -~]{0,60}") {
            prop_assert_eq!(escape(&text), text);
        }
    }

    #[test]
    fn prx_b45_a_key_in_a_hosts_name_is_not_shown_and_what_names_the_provider_is() {
        for (host, shown) in [
            ("eth-mainnet.g.alchemy.com", "eth-mainnet.g.alchemy.com"),
            ("k3y.eth-mainnet.example.com", "\u{2026}.eth-mainnet.example.com"),
            ("tiny-wild-river.base-sepolia.example.pro", "\u{2026}.base-sepolia.example.pro"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("localhost", "localhost"),
            ("node\u{202e}", "node\\u{202e}"),
        ] {
            assert_eq!(show_host(host), shown);
        }
    }

    #[test]
    fn prx_b47_a_document_is_the_same_and_harmless() {
        let value = serde_json::json!({ "a\u{202e}": "\u{1b}[2J\u{e0001}é\n" });
        let text = escape_json(&value.to_string());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        assert!(!text.chars().any(is_unsafe), "{text}");
    }

    #[test]
    fn a_terminal_escape_becomes_visible() {
        assert_eq!(escape("a\u{1b}[31mb\n\u{202e}"), "a\\u{1b}[31mb\\u{a}\\u{202e}");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(16_777_216), "16,777,216");
    }
}
