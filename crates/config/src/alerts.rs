//! Who is told how a run ended: webhooks. URLs and secrets are in the environment; a file only names the variables.

use crate::{ConfigError, parse::Document};
use serde::Deserialize;
use toml::Spanned;

/// Webhooks of a project, at most.
const LIMIT: usize = 16;

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// How it is called in messages.
    pub name: String,
    /// The variable with its URL.
    pub url_env: String,
    /// The variable with what its bodies are signed with; unsigned if `None`.
    pub secret_env: Option<String>,
    /// Hosts that need not be public.
    pub allow: Vec<String>,
}

/// `[[alerts]]` of a project file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertFile {
    name: Spanned<String>,
    url_env: Spanned<String>,
    secret_env: Option<Spanned<String>>,
    #[serde(default)]
    allow: Vec<Spanned<String>>,
}

pub(crate) fn lay(
    files: Vec<Spanned<AlertFile>>,
    doc: &Document,
    alerts: &mut Vec<Alert>,
) -> Result<(), ConfigError> {
    for (i, file) in files.into_iter().enumerate() {
        let refuse = |place: &Spanned<String>, field: &str, why: &str| ConfigError::Value {
            place: doc.at(place, &format!("alerts[{i}].{field}")),
            why: why.to_owned(),
        };
        let file = file.into_inner();
        let name = file.name.get_ref();
        if !is_word(name) {
            return Err(refuse(&file.name, "name", "a name is letters, digits and `_`, at most 64"));
        }
        for (field, variable) in [("url_env", Some(&file.url_env)), ("secret_env", file.secret_env.as_ref())]
        {
            if let Some(variable) = variable.filter(|variable| !is_word(variable.get_ref())) {
                let why = "it names a variable of the environment; the URL or secret itself does not belong into a file";
                return Err(refuse(variable, field, why));
            }
        }
        if let Some(host) = file.allow.iter().find(|host| !is_host(host.get_ref())) {
            return Err(refuse(host, "allow", "a host is a name or an address, without port and path"));
        }
        let place = || doc.at(&file.name, &format!("alerts[{i}].name"));
        if alerts.iter().any(|alert| alert.name == *name) {
            return Err(ConfigError::Duplicate { place: place(), what: "webhook", subject: name.clone() });
        }
        if alerts.len() == LIMIT {
            return Err(ConfigError::Value {
                place: place(),
                why: "a project has at most 16 webhooks".into(),
            });
        }
        alerts.push(Alert {
            name: name.clone(),
            url_env: file.url_env.into_inner(),
            secret_env: file.secret_env.map(Spanned::into_inner),
            allow: file.allow.into_iter().map(Spanned::into_inner).collect(),
        });
    }
    Ok(())
}

fn is_word(text: &str) -> bool {
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    first && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_host(text: &str) -> bool {
    (1..=253).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b))
}
