//! A webhook: where to, and what signs what it is told.

use crate::NotifyError;
use alloy_primitives::hex;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::fmt;
use url::Url;

/// Characters of a URL, at most.
const LIMIT: usize = 2_048;

/// What a body is signed with. It is shown nowhere.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// The bytes of a text.
    pub fn new(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }

    /// `v1=` and HMAC-SHA256 over `<timestamp>.<body>`, in hex.
    pub fn sign(&self, timestamp: u64, body: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            // Unreachable: a key of any length is taken. An empty signature is refused by whoever checks it.
            return String::new();
        };
        mac.update(format!("{timestamp}.{body}").as_bytes());
        format!("v1={}", hex::encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A webhook that may be called, as far as its URL tells.
#[derive(Clone)]
pub struct Hook {
    pub(crate) name: String,
    pub(crate) url: Url,
    pub(crate) secret: Option<Secret>,
    /// Its host was allowed by name: it may be where it wants.
    pub(crate) allowed: bool,
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook")
            .field("name", &self.name)
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

impl Hook {
    /// Checks a URL. `allow` names hosts that need not be public, such as `alerts.internal` or `127.0.0.1`.
    ///
    /// # Errors
    /// [`NotifyError::Url`] for anything but a plain `http` or `https` URL; [`NotifyError::Private`] for an address that is
    /// not public, however it is written, unless it is allowed.
    pub fn new(name: &str, url: &str, secret: Option<Secret>, allow: &[String]) -> Result<Self, NotifyError> {
        let refuse = |why: &str| NotifyError::Url { hook: name.to_owned(), why: why.to_owned() };
        if url.len() > LIMIT {
            return Err(refuse("it is longer than 2,048 characters"));
        }
        // A parser that drops them would join what they keep apart.
        if url.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(refuse("it has control characters or spaces in it"));
        }
        let url = Url::parse(url).map_err(|_| refuse("it is none"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("only http and https are called"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("name and password in it would be sent to whoever answers: use the secret"));
        }
        let host = url.host_str().ok_or_else(|| refuse("it names no host"))?;
        let allowed = allow.iter().any(|allowed| allowed.eq_ignore_ascii_case(host.trim_matches(['[', ']'])));
        if url.scheme() == "http" && !allowed {
            return Err(refuse(
                "without TLS anybody on the way can read it; only allowed hosts are called so",
            ));
        }
        let hook = Self { name: name.to_owned(), url, secret, allowed };
        let address = match hook.url.host() {
            Some(url::Host::Ipv4(v4)) => Some(v4.into()),
            Some(url::Host::Ipv6(v6)) => Some(v6.into()),
            _ => None,
        };
        if let Some(address) = address {
            hook.may_connect(address)?;
        }
        Ok(hook)
    }

    /// Its name in the project file.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    pub(crate) fn may_connect(&self, address: std::net::IpAddr) -> Result<(), NotifyError> {
        if self.allowed || crate::is_public(address) {
            return Ok(());
        }
        let host = self.host().to_owned();
        Err(NotifyError::Private { hook: self.name.clone(), host, address: address.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use payrox_model::Fault as _;

    fn refusal(url: &str) -> String {
        match Hook::new("ops", url, None, &[]) {
            Err(e) => e.code().to_string(),
            Ok(_) => panic!("{url}"),
        }
    }

    #[test]
    fn prx_b51_a_url_that_leads_inside_is_refused_however_it_is_written() {
        for inside in [
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://0x7f.1/",
            "https://127.1/",
            "https://[::ffff:169.254.169.254]/",
            "https://10.0.0.1:8443/",
        ] {
            assert_eq!(refusal(inside), "PRX-NTF-002", "{inside}");
        }
        for bad in [
            "file:///etc/passwd",
            "gopher://hooks.example.com/",
            "https://hooks.example.com/\r\nHost: 127.0.0.1",
            "https://hooks.example.com/a b",
            "https://user:password@hooks.example.com/",
            "http://hooks.example.com/",
            "hooks.example.com",
            "",
        ] {
            assert_eq!(refusal(bad), "PRX-NTF-001", "{bad}");
        }
        let long = format!("https://hooks.example.com/{}", "a".repeat(LIMIT));
        assert_eq!(refusal(&long), "PRX-NTF-001");
        assert!(Hook::new("ops", "https://hooks.example.com/T0/B0", None, &[]).is_ok());
        assert!(Hook::new("ops", "http://127.0.0.1:9/", None, &["127.0.0.1".into()]).is_ok());
        assert!(Hook::new("ops", "http://[::1]:9/", None, &["::1".into()]).is_ok());
    }

    #[test]
    fn prx_b45_neither_url_nor_secret_is_in_what_is_printed() {
        let hook =
            Hook::new("ops", "https://hooks.example.com/T0KEN", Some(Secret::new("s3cret")), &[]).unwrap();
        let shown = format!("{hook:?} {:?}", hook.secret);
        assert!(!shown.contains("T0KEN") && !shown.contains("s3cret"), "{shown}");
        let error = Hook::new("ops", "ftp://hooks.example.com/T0KEN", None, &[]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("T0KEN"));
    }

    #[test]
    fn a_signature_is_hmac_sha256_over_time_and_body() {
        // Computed with OpenSSL.
        let signature = Secret::new("Jefe").sign(1, "what do ya want for nothing?");
        assert_eq!(signature, "v1=a9049465ce89cfb8e9aac62333abda66f80e3403f51f57f6bae3c3a4485eca38");
    }
}
