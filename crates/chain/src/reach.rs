//! Whether a page answers: for the contacts of a project. Nothing of it is read.

use crate::error::foreign;
use std::time::Duration;

/// What came of asking for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Somebody answers there; the HTTP status.
    Answers(u16),
    /// The server says that there is no such page; the HTTP status.
    Gone(u16),
    /// Nothing was heard, so nothing is known.
    Silent(String),
}

/// Asks for the head of a page, once, without following where it leads.
pub async fn reach(url: &str, within: Duration) -> Reach {
    // Once a process; a second time says that it is there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client =
        reqwest::Client::builder().timeout(within).redirect(reqwest::redirect::Policy::none()).build();
    let asked = match client {
        Ok(client) => client.head(url).send().await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(answer) => match answer.status().as_u16() {
            // Servers that do not let everybody in, or do not know HEAD, are there.
            status @ (..=399 | 401 | 403 | 405 | 429) => Reach::Answers(status),
            status @ 500.. => Reach::Silent(format!("the server fails with status {status}")),
            status => Reach::Gone(status),
        },
        Err(error) => {
            let error = error.without_url();
            let mut last: &dyn std::error::Error = &error;
            while let Some(source) = last.source() {
                last = source;
            }
            Reach::Silent(foreign(&last.to_string()))
        }
    }
}
