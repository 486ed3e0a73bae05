//! Whom to reach when something goes wrong: the runbook's four support contacts.

use crate::{ConfigError, parse::Document};
use serde::Deserialize;
use std::fmt;
use toml::Spanned;

/// Characters of a contact, at most.
const LIMIT: usize = 256;

/// How somebody is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contact {
    /// A mailbox.
    Mail(String),
    /// A page: on-call schedule, ticket form, chat room.
    Page(String),
    /// A telephone number, `+` and digits.
    Phone(String),
}

/// The four of them; what is not filled in is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contacts {
    /// Who knows how the system works.
    pub technical: Option<Contact>,
    /// Who hears of weaknesses and attacks.
    pub security: Option<Contact>,
    /// Who runs it.
    pub operations: Option<Contact>,
    /// Who answers at night.
    pub emergency: Option<Contact>,
    /// The day, `YYYY-MM-DD`, on which somebody last reached all four: no program can write a letter and wait for the answer.
    pub checked: Option<String>,
}

impl Contacts {
    /// Each with the name it has in the file.
    pub fn each(&self) -> [(&'static str, Option<&Contact>); 4] {
        [
            ("technical", self.technical.as_ref()),
            ("security", self.security.as_ref()),
            ("operations", self.operations.as_ref()),
            ("emergency", self.emergency.as_ref()),
        ]
    }

    /// The names of those that nobody could reach: not filled in, or only for show.
    pub fn missing(&self) -> Vec<&'static str> {
        let wanting = |contact: Option<&Contact>| contact.is_none_or(Contact::is_placeholder);
        self.each().into_iter().filter(|(_, contact)| wanting(*contact)).map(|(name, _)| name).collect()
    }
}

impl Contact {
    /// An e-mail address, `tel:+…`, or an http(s) address of a page.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > LIMIT || text.chars().any(|c| c.is_control() || c.is_whitespace() || !c.is_ascii()) {
            return None;
        }
        if let Some(number) = text.strip_prefix("tel:") {
            let digits = number.strip_prefix('+')?.bytes().filter(|b| *b != b'-').collect::<Vec<_>>();
            let valid = (7..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
            return valid.then(|| Self::Phone(number.to_owned()));
        }
        if let Some(rest) = text.strip_prefix("https://").or(text.strip_prefix("http://")) {
            let host = rest.split(['/', '?', '#']).next()?;
            return (host.len() > 2 && !host.contains('@')).then(|| Self::Page(text.to_owned()));
        }
        let address = text.strip_prefix("mailto:").unwrap_or(text);
        let (name, host) = address.split_once('@')?;
        let part =
            |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let local = |b: u8| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b);
        let valid = !name.is_empty() && name.bytes().all(local) && host.contains('.');
        (valid && host.split('.').all(part)).then(|| Self::Mail(address.to_owned()))
    }

    /// The host that answers for it, without a port.
    fn host(&self) -> Option<&str> {
        match self {
            Self::Mail(address) => address.rsplit('@').next(),
            Self::Page(url) => {
                let host = url.split("://").nth(1)?.split(['/', '?', '#']).next()?;
                Some(host.rsplit_once(':').map_or(host, |(host, _)| host))
            }
            Self::Phone(_) => None,
        }
    }

    /// Whether it is one of the names that are reserved for examples (RFC 2606): nobody is there.
    pub fn is_placeholder(&self) -> bool {
        let Some(host) = self.host().map(str::to_ascii_lowercase) else { return false };
        let within = |zone: &str| host == zone || host.ends_with(&format!(".{zone}"));
        ["example.com", "example.net", "example.org", "example", "invalid", "test"].iter().any(|z| within(z))
    }
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail(text) | Self::Page(text) => f.write_str(text),
            Self::Phone(number) => write!(f, "tel:{number}"),
        }
    }
}

fn is_day(text: &str) -> bool {
    let shape = |(i, b): (usize, u8)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(shape)
}

/// `[contacts]` of a project file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactsFile {
    technical: Option<Spanned<String>>,
    security: Option<Spanned<String>>,
    operations: Option<Spanned<String>>,
    emergency: Option<Spanned<String>>,
    checked: Option<Spanned<String>>,
}

impl ContactsFile {
    pub(crate) fn lay(self, doc: &Document, contacts: &mut Contacts) -> Result<(), ConfigError> {
        if let Some(day) = self.checked {
            if !is_day(day.get_ref()) {
                let place = doc.at(&day, "contacts.checked");
                return Err(ConfigError::Value { place, why: "a day is written `YYYY-MM-DD`".into() });
            }
            contacts.checked = Some(day.into_inner());
        }
        for (slot, text, field) in [
            (&mut contacts.technical, self.technical, "contacts.technical"),
            (&mut contacts.security, self.security, "contacts.security"),
            (&mut contacts.operations, self.operations, "contacts.operations"),
            (&mut contacts.emergency, self.emergency, "contacts.emergency"),
        ] {
            if let Some(text) = text {
                let contact = Contact::parse(text.get_ref()).ok_or_else(|| ConfigError::Value {
                    place: doc.at(&text, field),
                    why: "a contact is an e-mail address, `tel:+` and digits, or the https address of a page"
                        .into(),
                })?;
                *slot = Some(contact);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_p02_a_contact_is_a_mailbox_a_number_or_a_page_and_nothing_else() {
        for (text, shown) in [
            ("security@payrox.dev", "security@payrox.dev"),
            ("mailto:ops+night@payrox.dev", "ops+night@payrox.dev"),
            ("tel:+41-44-668-18-00", "tel:+41-44-668-18-00"),
            ("https://status.payrox.dev:8443/on-call", "https://status.payrox.dev:8443/on-call"),
        ] {
            assert_eq!(Contact::parse(text).map(|c| c.to_string()).as_deref(), Some(shown));
        }
        for bad in [
            "",
            "[CONTACT_INFO]",
            "TODO",
            "Alice",
            "@payrox.dev",
            "a@b",
            "a b@payrox.dev",
            "a@pay_rox.dev",
            "a@payrox..dev",
            "tel:911",
            "tel:+12345678901234567",
            "tel:+1-800-FLOWERS",
            "https://",
            "ftp://payrox.dev",
            "javascript:alert(1)",
            "https://user@payrox.dev/",
            "https://payrox.dev/\u{1b}[2J",
        ] {
            assert_eq!(Contact::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn prx_p02_names_that_are_reserved_for_examples_reach_nobody() {
        for bad in [
            "a@example.com",
            "a@mail.example.org",
            "https://x.test/",
            "https://EXAMPLE.net:80",
            "a@corp.invalid",
        ] {
            assert!(Contact::parse(bad).unwrap().is_placeholder(), "{bad}");
        }
        for good in ["a@payrox.dev", "https://myexample.com", "tel:+41446681800"] {
            assert!(!Contact::parse(good).unwrap().is_placeholder(), "{good}");
        }
        let contacts = Contacts {
            technical: Contact::parse("a@example.com"),
            security: Contact::parse("tel:+41446681800"),
            ..Contacts::default()
        };
        assert_eq!(contacts.missing(), ["technical", "operations", "emergency"]);
    }
}
