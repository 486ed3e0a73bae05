//! Requests to an explorer: bounded in time and size, paced, repeated where that helps.

use super::{ExplorerError, Verifier};
use crate::error::foreign;
use reqwest::{
    Client, Method, RequestBuilder, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
    redirect::Policy,
};
use serde_json::value::RawValue;
use std::time::Duration;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, sleep_until},
};
use url::Url;

/// Largest answer that is read: all sources of a contract and its code, several times over.
const LIMIT: usize = 16 << 20;

/// How long a connection and an answer are waited for. An explorer may compile before it answers.
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(60);

/// How often a request is made, at most.
const TRIES: u32 = 4;

/// Longest wait that an explorer may ask for.
const LONGEST: Duration = Duration::from_secs(60);

/// How fast requests follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// From one request to the next, at least.
    pub between: Duration,
    /// Before the first repetition; each further one waits twice as long.
    pub backoff: Duration,
}

impl Pace {
    /// Within what the service allows anybody: Etherscan 3 requests a second on its free plan
    /// (<https://docs.etherscan.io/rate-limits>), Blockscout 5 without a key
    /// (<https://docs.blockscout.com/devs/apis/requests-and-limits>); Sourcify says no number.
    pub fn of(verifier: Verifier) -> Self {
        let between = match verifier {
            Verifier::Sourcify => 50,
            Verifier::Etherscan => 350,
            Verifier::Blockscout => 210,
        };
        Self { between: Duration::from_millis(between), backoff: Duration::from_millis(500) }
    }
}

/// Where an explorer is.
#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    verifier: Verifier,
    base: Url,
    shown: String,
    pace: Pace,
    next: Mutex<Instant>,
}

/// An answer that was read to its end.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: String,
}

/// What a request carries.
#[derive(Clone, Copy)]
pub(super) enum Body<'a> {
    Nothing,
    Json(&'a str),
    Form(&'a str),
}

impl Http {
    pub(super) fn new(
        verifier: Verifier,
        url: &str,
        secret: bool,
        pace: Pace,
    ) -> Result<Self, ExplorerError> {
        // What stands before the host or after it may be a key.
        let host = url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?', '#']).next();
        let hidden = foreign(host.and_then(|host| host.rsplit('@').next()).unwrap_or_default());
        let refuse = |why: &str| ExplorerError::Url { verifier, url: hidden.clone(), why: foreign(why) };
        let base = Url::parse(url).map_err(|e| refuse(&e.to_string()))?;
        let host = base.host_str().ok_or_else(|| refuse("it names no host"))?;
        let port = base.port().map(|p| format!(":{p}")).unwrap_or_default();
        let shown = format!("{}://{host}{port}", base.scheme());
        let here = matches!(host, "127.0.0.1" | "localhost" | "[::1]");
        match base.scheme() {
            "https" => {}
            "http" if secret && !here => return Err(ExplorerError::Open { verifier, url: shown }),
            "http" => {}
            _ => return Err(refuse("its scheme is neither http nor https")),
        }
        if !base.username().is_empty() || base.password().is_some() || base.query().is_some() {
            return Err(refuse("it has a user, a password or a query"));
        }
        // Once a process; a second time says that it is there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // What is sent is for this server alone: a redirection would carry key and sources elsewhere.
        let client = Client::builder().connect_timeout(CONNECT).timeout(ANSWER).redirect(Policy::none());
        let client = client.user_agent(concat!("payrox/", env!("CARGO_PKG_VERSION"))).build();
        let client = client.map_err(|e| refuse(&e.without_url().to_string()))?;
        Ok(Self { client, verifier, base, shown, pace, next: Mutex::new(Instant::now()) })
    }

    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// The base URL, with parts added to its path.
    pub(super) fn at(&self, parts: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(parts);
        }
        url
    }

    /// One request, repeated with growing waits while the explorer is not there or asks for patience. `busy` finds in an answer
    /// that it is only a call for patience.
    pub(super) async fn ask(
        &self,
        method: Method,
        url: Url,
        body: Body<'_>,
        busy: impl Fn(&Answer) -> Option<String>,
    ) -> Result<Answer, ExplorerError> {
        let mut wait = self.pace.backoff;
        for attempt in 1.. {
            self.turn().await;
            let request = self.request(method.clone(), url.clone(), body);
            let (trouble, asked) = match self.answer(request).await {
                Ok((answer, after)) => match busy(&answer) {
                    None => return Ok(answer),
                    Some(why) => (self.busy(&why), after),
                },
                Err(trouble @ ExplorerError::Silent { .. }) => (trouble, None),
                Err(other) => return Err(other),
            };
            if attempt == TRIES {
                return Err(trouble);
            }
            sleep(asked.unwrap_or(wait).min(LONGEST)).await;
            wait *= 2;
        }
        Err(self.busy("it was asked too often"))
    }

    /// Waits until a request may be made.
    async fn turn(&self) {
        let mut next = self.next.lock().await;
        sleep_until(*next).await;
        *next = Instant::now() + self.pace.between;
    }

    fn request(&self, method: Method, url: Url, body: Body<'_>) -> RequestBuilder {
        let request = self.client.request(method, url);
        match body {
            Body::Nothing => request,
            Body::Json(text) => request.header(CONTENT_TYPE, "application/json").body(text.to_owned()),
            Body::Form(text) => {
                request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(text.to_owned())
            }
        }
    }

    async fn answer(&self, request: RequestBuilder) -> Result<(Answer, Option<Duration>), ExplorerError> {
        let response = request.send().await.map_err(|e| self.silent(e))?;
        let (status, after) = (response.status(), retry_after(&response));
        let body = self.read(response).await?;
        if status.is_redirection() {
            return Err(self.odd("it sends elsewhere"));
        }
        Ok((Answer { status, body }, after))
    }

    async fn read(&self, mut response: Response) -> Result<String, ExplorerError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.silent(e))? {
            if bytes.len() + chunk.len() > LIMIT {
                return Err(self.odd(&format!("more than {LIMIT} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        String::from_utf8(bytes).map_err(|_| self.odd("no UTF-8"))
    }

    fn silent(&self, error: reqwest::Error) -> ExplorerError {
        let error = error.without_url();
        let timeout = error.is_timeout();
        let mut last: &dyn std::error::Error = &error;
        while let Some(source) = last.source() {
            last = source;
        }
        let why = if timeout { "it took too long".to_owned() } else { foreign(&last.to_string()) };
        ExplorerError::Silent { verifier: self.verifier, url: self.shown.clone(), why }
    }

    pub(super) fn odd(&self, why: &str) -> ExplorerError {
        ExplorerError::Answer { verifier: self.verifier, url: self.shown.clone(), why: foreign(why) }
    }

    pub(super) fn busy(&self, why: &str) -> ExplorerError {
        ExplorerError::Busy { verifier: self.verifier, url: self.shown.clone(), why: foreign(why) }
    }

    pub(super) fn refused(&self, why: &str) -> ExplorerError {
        ExplorerError::Refused { verifier: self.verifier, url: self.shown.clone(), why: foreign(why) }
    }

    /// The JSON of an answer.
    pub(super) fn json<'a, T: serde::Deserialize<'a>>(&self, answer: &'a Answer) -> Result<T, ExplorerError> {
        serde_json::from_str(&answer.body).map_err(|e| {
            let kind = match serde_json::from_str::<&RawValue>(&answer.body) {
                Ok(_) => "other JSON",
                Err(_) => "no JSON",
            };
            self.odd(&format!("{kind}, status {}: {e}", answer.status.as_u16()))
        })
    }
}

/// What every server says that is overloaded, restarting or asked too fast.
pub(super) fn impatience(answer: &Answer) -> Option<String> {
    matches!(answer.status.as_u16(), 429 | 502 | 503 | 504)
        .then(|| format!("status {}", answer.status.as_u16()))
}

/// Seconds; the form with a date is not waited for exactly.
fn retry_after(response: &Response) -> Option<Duration> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
