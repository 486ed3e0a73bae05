//! The URL of an endpoint, and how it is shown.

use crate::{ChainError, Secrets, error::foreign};
use payrox_model::text::show_host;
use std::fmt;
use url::Url;

/// A URL of http or https. It is never shown whole: user, path and query may hold an access key, and a name of the host too.
#[derive(Clone)]
pub(crate) struct Address {
    url: Url,
    shown: String,
}

impl Address {
    /// Its parts are secrets from now on.
    pub(crate) fn parse(text: &str) -> Result<Self, ChainError> {
        let refuse = |why: String| ChainError::Url { url: foreign(&hide(text)), why: foreign(&why) };
        let url = Url::parse(text).map_err(|e| refuse(e.to_string()))?;
        Secrets::of_this_process().add_url(&url);
        let host = url.host_str().ok_or_else(|| refuse("it names no host".into()))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(refuse(format!("its scheme is `{}`", url.scheme())));
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let shown = format!("{}://{}{port}", url.scheme(), show_host(host));
        Ok(Self { url, shown })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// What is no URL, without what would be user, path and query.
fn hide(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = show_host(authority.rsplit('@').next().unwrap_or_default());
    scheme.map_or_else(|| host.clone(), |scheme| format!("{scheme}://{host}"))
}
