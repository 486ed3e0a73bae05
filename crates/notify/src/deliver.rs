//! Calling webhooks.

use crate::{Hook, NotifyError, Outbox, outbox::Entry};
use payrox_model::text::escape;
use reqwest::{Client, StatusCode, header::CONTENT_TYPE, redirect::Policy};
use std::{collections::BTreeMap, future::Future, io, net::SocketAddr, time::Duration};
use tokio::task::JoinSet;

/// How long a connection and an answer are waited for.
const CONNECT: Duration = Duration::from_secs(2);
const ANSWER: Duration = Duration::from_secs(5);

/// How names become addresses. One question a delivery: the answer that was checked is the one that is used.
pub trait Names: Clone + Send + Sync + 'static {
    /// All addresses of a host.
    fn resolve(&self, host: &str, port: u16) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;
}

/// As the system does it.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl Names for System {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}

/// What came of a round, by webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// How many were taken.
    pub delivered: BTreeMap<String, usize>,
    /// Why the first that was not taken was not. It waits.
    pub failed: BTreeMap<String, String>,
    /// Why some were given up: whoever answers does not want them, ever.
    pub refused: BTreeMap<String, String>,
}

enum Failed {
    /// It may go well another time.
    Now(String),
    /// It is not wanted.
    Ever(String),
}

impl Outbox {
    /// Tries what waits, the oldest first, all webhooks at once, for no longer than `budget`. A webhook that fails is left
    /// alone for this round. What comes of it is on the disk when it returns.
    ///
    /// # Errors
    /// When the queue cannot be written. A webhook that fails is no error.
    pub async fn deliver(
        &mut self,
        hooks: &[Hook],
        names: &impl Names,
        now: u64,
        budget: Duration,
    ) -> Result<Delivery, NotifyError> {
        self.forget_what_is_old(now);
        let mut rounds = JoinSet::new();
        for hook in hooks {
            let (hook, names, waiting) = (hook.clone(), names.clone(), self.waiting_for(&hook.name));
            rounds.spawn(async move { round(hook, names, waiting, now, budget).await });
        }
        let mut delivery = Delivery::default();
        for (hook, taken, refused, failed) in rounds.join_all().await {
            if !taken.is_empty() {
                delivery.delivered.insert(hook.clone(), taken.len());
            }
            taken.into_iter().for_each(|id| self.delivered(id));
            for (id, why) in refused {
                self.refused(id);
                delivery.refused.insert(hook.clone(), why);
            }
            if let Some((id, why)) = failed {
                self.failed(id, &why);
                delivery.failed.insert(hook, why);
            }
        }
        self.save()?;
        Ok(delivery)
    }
}

type Round = (String, Vec<u64>, Vec<(u64, String)>, Option<(u64, String)>);

async fn round(hook: Hook, names: impl Names, waiting: Vec<Entry>, now: u64, budget: Duration) -> Round {
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    let end = tokio::time::Instant::now() + budget;
    for entry in waiting {
        let outcome = tokio::time::timeout_at(end, post(&hook, &names, &entry, now)).await;
        match outcome.unwrap_or_else(|_| Err(Failed::Now("there was no time left to wait for it".into()))) {
            Ok(()) => taken.push(entry.id),
            Err(Failed::Ever(why)) => refused.push((entry.id, why)),
            Err(Failed::Now(why)) => return (hook.name, taken, refused, Some((entry.id, why))),
        }
    }
    (hook.name, taken, refused, None)
}

async fn post(hook: &Hook, names: &impl Names, entry: &Entry, now: u64) -> Result<(), Failed> {
    let port = hook.url.port_or_known_default().unwrap_or(443);
    let addresses = names.resolve(hook.host(), port).await;
    let addresses =
        addresses.map_err(|_| Failed::Now(format!("{} is not known to the name server", hook.host())))?;
    for address in &addresses {
        hook.may_connect(address.ip()).map_err(|e| Failed::Now(e.to_string()))?;
    }
    let client = client(hook, &addresses).map_err(|e| Failed::Now(told(e)))?;
    let mut request = client
        .post(hook.url.clone())
        .header(CONTENT_TYPE, "application/json")
        .header("payrox-id", entry.id)
        .header("payrox-timestamp", now)
        .body(entry.body.clone());
    if let Some(secret) = &hook.secret {
        request = request.header("payrox-signature", secret.sign(now, &entry.body));
    }
    // The body of the answer is not read: whatever is in it is of no use here.
    let status = request.send().await.map_err(|e| Failed::Now(told(e)))?.status();
    match status {
        _ if status.is_success() => Ok(()),
        _ if status.is_redirection() => {
            Err(Failed::Ever("it answers with a redirection, which is not followed".into()))
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Err(Failed::Now(format!("it answers {status}")))
        }
        _ if status.is_client_error() => Err(Failed::Ever(format!("it answers {status}"))),
        _ => Err(Failed::Now(format!("it answers {status}"))),
    }
}

fn client(hook: &Hook, addresses: &[SocketAddr]) -> reqwest::Result<Client> {
    // Once a process; a second time says that it is there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .resolve_to_addrs(hook.host(), addresses)
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .build()
}

/// The causes of a failure, without the URL.
fn told(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    escape(&text)
}
