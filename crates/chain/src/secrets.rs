//! What must not be shown, and taking it out of whatever is.

use alloy_primitives::hex;
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use std::{
    fmt,
    sync::{OnceLock, PoisonError, RwLock},
};
use url::Url;

/// What stands in a secret's place.
const HIDDEN: &str = "[hidden]";
/// Shorter ones would be found everywhere.
const SHORT: usize = 4;
/// From this many letters and digits on a secret is also found when it is split or written in another way.
const LONG: usize = 8;
/// How often a text may have been encoded over.
const LAYERS: usize = 3;

/// The secrets of this process: parts of the URLs of endpoints and webhooks, keys, phrases, passwords, keys of explorers. Each is added
/// by whatever takes it in. Text is compared by its letters and digits alone, without
/// case, so that a secret is found in hexadecimal, in base64 at any offset, percent-encoded, escaped, and with anything but quotes and
/// braces in between.
#[derive(Default)]
pub struct Secrets(RwLock<Vec<Secret>>);

struct Secret {
    /// As it is.
    plain: String,
    /// Its letters and digits, of itself and of its encodings.
    needles: Vec<String>,
}

impl Secrets {
    /// Those of this process.
    pub fn of_this_process() -> &'static Self {
        static SECRETS: OnceLock<Secrets> = OnceLock::new();
        SECRETS.get_or_init(Self::default)
    }

    /// One more. What is shorter than four characters is none.
    pub fn add(&self, secret: &str) {
        let secret = secret.trim();
        if secret.len() < SHORT {
            return;
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.iter().any(|known| known.plain == secret) {
            return;
        }
        known.push(Secret { plain: secret.to_owned(), needles: needles(secret) });
        // What is part of a longer one must not be taken out before it.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.plain.len()));
    }

    /// A private key, in the two ways in which keys are written: hexadecimal, which a `0x` before it does not change, and base64.
    pub fn add_key(&self, key: &[u8; 32]) {
        self.add(&hex::encode(key));
        self.add(&STANDARD_NO_PAD.encode(key));
    }

    /// Something that a person chose. What is a plain word is left alone: taking it out would take it out of everything.
    pub fn add_password(&self, password: &str) {
        if looks_secret(password.trim()) {
            self.add(password);
        }
    }

    /// As [`Secrets::add_url`]; of what is no URL all.
    pub fn add_url_text(&self, url: &str) {
        match Url::parse(url) {
            Ok(url) => self.add_url(&url),
            Err(_) => self.add_password(url),
        }
    }

    /// What may be a key in a URL: user and password, and whatever looks like a token in host, path, query and fragment.
    pub fn add_url(&self, url: &Url) {
        if !url.username().is_empty() {
            self.add_part(url.username(), looks_secret(url.username()));
        }
        if let Some(password) = url.password() {
            self.add_part(password, true);
        }
        let host = url.domain().unwrap_or_default();
        for label in host.split('.').filter(|label| !payrox_model::text::is_plain_label(label)) {
            self.add_part(label, looks_secret(label));
        }
        for part in url.path().split('/') {
            self.add_part(part, looks_secret(part));
        }
        for (name, value) in url.query_pairs() {
            let name = name.to_ascii_lowercase();
            let named = ["key", "token", "secret", "auth", "pass", "sig"].iter().any(|n| name.contains(n));
            self.add_part(&value, named || looks_secret(&value));
        }
        if let Some(fragment) = url.fragment() {
            self.add_part(fragment, looks_secret(fragment));
        }
    }

    fn add_part(&self, part: &str, is_secret: bool) {
        if is_secret {
            self.add(part);
            let mut decoded = Vec::new();
            for (byte, _) in decode(part.bytes().map(|byte| (byte, 0..0)).collect()) {
                decoded.push(byte);
            }
            if let Ok(decoded) = String::from_utf8(decoded) {
                self.add(&decoded);
            }
        }
    }

    /// The text without any of them.
    pub fn redact(&self, text: &str) -> String {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.is_empty() {
            return text.to_owned();
        }
        let mut hide: Vec<std::ops::Range<usize>> = Vec::new();
        for secret in known.iter() {
            hide.extend(text.match_indices(&secret.plain).map(|(at, found)| at..at + found.len()));
        }
        let mut stream: Stream = text.bytes().enumerate().map(|(at, byte)| (byte, at..at + 1)).collect();
        for layer in 0..LAYERS {
            let (letters, places) = letters(&stream);
            for needle in known.iter().flat_map(|secret| &secret.needles) {
                for (at, found) in letters.match_indices(needle.as_str()) {
                    hide.push(places[at].start..places[at + found.len() - 1].end);
                }
            }
            if layer + 1 < LAYERS && stream.iter().any(|(byte, _)| matches!(byte, b'%' | b'\\')) {
                stream = decode(stream);
            } else {
                break;
            }
        }
        cut(text, hide)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// Bytes, and where in the text each came from.
type Stream = Vec<(u8, std::ops::Range<usize>)>;

/// Bytes that were escaped by themselves become those bytes again: `%41`, `\x41`, `\u0041` and `\u{41}` are all `A`.
fn decode(stream: Stream) -> Stream {
    let hex = |at: usize, many: usize| -> Option<u8> {
        let digits = stream.get(at..at + many)?;
        digits
            .iter()
            .try_fold(0u32, |n, (byte, _)| Some((n << 4) | char::from(*byte).to_digit(16)?))?
            .try_into()
            .ok()
    };
    let is = |at: usize, byte: u8| stream.get(at).is_some_and(|(found, _)| *found == byte);
    let mut out = Vec::with_capacity(stream.len());
    let mut at = 0;
    while at < stream.len() {
        let escaped = match stream[at].0 {
            b'%' => hex(at + 1, 2).map(|byte| (byte, 3)),
            b'\\' if is(at + 1, b'x') => hex(at + 2, 2).map(|byte| (byte, 4)),
            b'\\' if is(at + 1, b'u') && is(at + 2, b'{') => {
                (1..=6).find(|n| is(at + 3 + n, b'}')).and_then(|n| Some((hex(at + 3, n)?, n + 4)))
            }
            b'\\' if is(at + 1, b'u') => hex(at + 2, 4).map(|byte| (byte, 6)),
            _ => None,
        };
        let (byte, length) = escaped.unwrap_or((stream[at].0, 1));
        out.push((byte, stream[at].1.start..stream[at + length - 1].1.end));
        at += length;
    }
    out
}

/// Letters and digits in lower case, and where they came from. A match does not go over a quote or a brace: what is in two
/// fields of a document is no one text, and taking out what is between them would break it.
fn letters(stream: &Stream) -> (String, Vec<std::ops::Range<usize>>) {
    let kept = stream.iter().filter_map(|(byte, place)| match byte {
        b'"' | b'{' | b'}' => Some((' ', place.clone())),
        byte if byte.is_ascii_alphanumeric() => Some((char::from(byte.to_ascii_lowercase()), place.clone())),
        _ => None,
    });
    kept.unzip()
}

/// Letters and digits of a secret, of its hexadecimal form, and of what base64 makes of it at each offset.
fn needles(secret: &str) -> Vec<String> {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut needles = vec![plain(secret), hex];
    for offset in 0..3usize {
        // What is before and after it changes the digits at both ends.
        let bytes = [&vec![0; offset][..], secret.as_bytes()].concat();
        let text = STANDARD_NO_PAD.encode(&bytes);
        let first = (offset * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        needles.push(plain(text.get(first..last).unwrap_or_default()));
    }
    needles.retain(|needle| needle.len() >= LONG);
    needles.sort_unstable();
    needles.dedup();
    needles
}

/// Whether a part of a URL may be a token: long, or with digits among its letters. `mainnet` and `v2` are none.
fn looks_secret(part: &str) -> bool {
    let digits = part.bytes().any(|byte| byte.is_ascii_digit());
    let letters = part.bytes().any(|byte| byte.is_ascii_alphabetic());
    part.len() >= 16 || (part.len() >= 6 && digits && letters) || (part.len() >= LONG && digits)
}

fn cut(text: &str, mut hide: Vec<std::ops::Range<usize>>) -> String {
    hide.sort_unstable_by_key(|range| range.start);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for range in hide {
        if range.start >= at {
            // Places are those of whole characters: all that is matched is ASCII, or the secret itself.
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(HIDDEN);
        }
        at = at.max(range.end);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;

    fn of(secret: &str) -> Secrets {
        let secrets = Secrets::default();
        secrets.add(secret);
        secrets
    }

    /// What would give the secret away, by somebody who looks closely.
    fn gives_away(text: &str, secret: &str) -> bool {
        let only = |t: &str| t.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        only(text).contains(&only(secret))
    }

    fn percent(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    proptest! {
        #[test]
        fn prx_q5_no_secret_survives_in_any_split_or_encoding(
            secret in "[A-Za-z0-9_-]{12,40}",
            before in "[ -~]{0,20}",
            after in "[ -~]{0,20}",
            every in 1usize..9,
            separator in "[ \n\t,;:./|_-]{1,3}",
        ) {
            prop_assume!(secret.bytes().filter(u8::is_ascii_alphanumeric).count() >= 10);
            let secrets = of(&secret);
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            let split: String = secret
                .chars()
                .enumerate()
                .flat_map(|(i, c)| {
                    let gap = if i > 0 && i % every == 0 { separator.clone() } else { String::new() };
                    gap.chars().chain([c]).collect::<Vec<_>>()
                })
                .collect();
            let escaped: String = secret.chars().map(|c| format!("\\u{{{:x}}}", u32::from(c))).collect();
            for (told, shows) in [
                (secret.clone(), secret.clone()),
                (secret.to_uppercase(), secret.clone()),
                (split, secret.clone()),
                (hex.clone(), hex.clone()),
                (hex.to_uppercase(), hex.clone()),
                (percent(&secret), percent(&secret)),
                (percent(&percent(&secret)), percent(&percent(&secret))),
                (escaped.clone(), escaped),
            ] {
                let text = secrets.redact(&format!("{before}{told}{after}"));
                prop_assert!(!gives_away(&text, &shows), "{told}: {text}");
                prop_assert!(text.contains(HIDDEN), "{told}: {text}");
            }
            for offset in 0..3 {
                let bytes = format!("{}{secret}{after}", &"xyz"[..offset]);
                for text in [STANDARD.encode(&bytes), URL_SAFE.encode(&bytes)] {
                    let shown = secrets.redact(&format!("{before} {text}"));
                    let core = &needles(&secret);
                    let left: String = shown.chars().filter(char::is_ascii_alphanumeric).collect();
                    prop_assert!(!core.iter().any(|n| left.to_lowercase().contains(n.as_str())), "{shown}");
                    prop_assert!(shown.contains(HIDDEN), "{shown}");
                }
            }
        }

        #[test]
        fn prx_q5_text_without_a_secret_stays_as_it_is(text in any::<String>()) {
            let secrets = of("s3cret-t0ken-0123456789");
            prop_assert_eq!(secrets.redact(&text), text.clone());
            let around = format!("{text}s3cret-t0ken-0123456789{text}");
            prop_assert!(!secrets.redact(&around).contains("t0ken"));
        }
    }

    #[test]
    fn prx_b45_parts_of_a_url_are_secret_and_names_of_networks_are_not() {
        let secrets = Secrets::default();
        let url = "https://user:hunter2@k3yk3yk3yk3y.eth-mainnet.example.com/v2/mainnet/aB3dE6gH?token=abcd&chain=ethereum#f00f00f00";
        secrets.add_url(&Url::parse(url).unwrap());
        let shown = secrets.redact(url);
        for secret in ["hunter2", "k3yk3y", "aB3dE6gH", "abcd", "f00f00"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        for harmless in ["eth-mainnet.example.com", "v2/mainnet", "chain=ethereum"] {
            assert!(shown.contains(harmless), "{shown}");
        }
        assert_eq!(format!("{secrets:?}"), "Secrets");
    }

    #[test]
    fn prx_b45_a_key_is_hidden_in_hexadecimal_and_base64_and_a_plain_word_is_no_secret() {
        let key = [0xa7; 32];
        let secrets = Secrets::default();
        secrets.add_key(&key);
        for shown in [hex::encode(key), hex::encode_upper(key), STANDARD_NO_PAD.encode(key)] {
            assert_eq!(secrets.redact(&format!("the key {shown}.")), "the key [hidden].");
        }
        assert_eq!(secrets.redact(&hex::encode_prefixed(key)), "0x[hidden]");
        secrets.add_password("deployment");
        secrets.add_password("c0rrect horse");
        assert_eq!(secrets.redact("the deployment of c0rrect horse"), "the deployment of [hidden]");
    }

    #[test]
    fn prx_b45_fields_of_a_document_stay_apart() {
        let secrets = of("abcdef0123456789");
        let document = r#"{"a":"abcdef01","b":"23456789","c":"x abcdef0123456789"}"#;
        assert_eq!(secrets.redact(document), r#"{"a":"abcdef01","b":"23456789","c":"x [hidden]"}"#);
    }
}
