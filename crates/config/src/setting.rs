//! Where a value came from: flag, then variable, then file, then default.

use std::{fmt, ops::Deref, path::PathBuf};

/// Who set a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A flag of the command, such as `--rpc-url`.
    Flag(&'static str),
    /// A variable of the environment.
    Variable(&'static str),
    /// A line of a file.
    File {
        /// As it was opened.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// Nobody: what payrox does on its own.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", crate::error::show(path)),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value and who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value in force.
    pub value: T,
    /// Who set it.
    pub source: Source,
}

impl<T> Sourced<T> {
    /// A value that nobody set.
    pub fn default_of(value: T) -> Self {
        Self { value, source: Source::Default }
    }
}

impl<T> Deref for Sourced<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// The value in force: flag, else variable, else what the file or the default said.
///
/// An empty variable counts as not set, as in every shell script.
pub fn resolve(
    (flag_name, flag): (&'static str, Option<String>),
    (variable_name, variable): (&'static str, Option<String>),
    otherwise: Sourced<String>,
) -> Sourced<String> {
    if let Some(value) = flag {
        return Sourced { value, source: Source::Flag(flag_name) };
    }
    match variable.filter(|v| !v.is_empty()) {
        Some(value) => Sourced { value, source: Source::Variable(variable_name) },
        None => otherwise,
    }
}

/// One line of `payrox config show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Such as `system.delay`.
    pub name: String,
    /// In force; print [`Setting::shown`] instead.
    pub value: String,
    /// Who set it.
    pub source: Source,
    /// Whether the value must never be printed.
    pub secret: bool,
}

impl Setting {
    /// A public setting.
    pub fn new(name: impl Into<String>, value: impl fmt::Display, source: Source) -> Self {
        Self { name: name.into(), value: value.to_string(), source, secret: false }
    }

    /// The value, or that there is one.
    pub fn shown(&self) -> &str {
        if self.secret { "(set, not shown)" } else { &self.value }
    }
}

/// An endpoint's address without what may be a key: scheme and host stay, user, path and query go.
pub fn redact_url(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    };
    let mut out = String::new();
    if !scheme.is_empty() {
        out.push_str(scheme);
        out.push_str("://");
    }
    out.push_str(&payrox_model::text::show_host(host));
    if let Some(port) = port {
        out.push(':');
        out.push_str(port);
    }
    if tail.len() > 1 {
        out.push_str("/\u{2026}");
    }
    payrox_model::text::escape(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_p01_a_flag_wins_over_a_variable_over_a_file_over_the_default() {
        let file =
            || Sourced { value: "file".into(), source: Source::File { path: "a.toml".into(), line: 3 } };
        let by = |flag: Option<&str>, var: Option<&str>| {
            resolve(("--x", flag.map(Into::into)), ("X", var.map(Into::into)), file())
        };
        assert_eq!(by(Some("flag"), Some("var")).source, Source::Flag("--x"));
        assert_eq!(by(None, Some("var")).source, Source::Variable("X"));
        assert_eq!(by(None, Some("")).value, "file");
        assert_eq!(by(None, None).source.to_string(), "a.toml:3");
    }

    #[test]
    fn prx_p01_keys_in_endpoints_are_not_shown() {
        assert_eq!(redact_url("https://u:p@eth.example/v3/KEY?x=KEY"), "https://eth.example/\u{2026}");
        assert_eq!(redact_url("http://127.0.0.1:8545"), "http://127.0.0.1:8545");
        assert_eq!(redact_url("https://k3y.eth.example.com:1"), "https://\u{2026}.eth.example.com:1");
        assert_eq!(redact_url("https://eth.example?key=KEY"), "https://eth.example/\u{2026}");
        let setting = Setting { secret: true, ..Setting::new("key", "KEY", Source::Default) };
        assert!(!setting.shown().contains("KEY"));
    }
}
