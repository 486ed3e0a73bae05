//! What asks the process to stop, counted from its start: whoever begins to wait hears of what came before as well.

use std::sync::OnceLock;
use tokio::sync::watch;

static SIGNALS: OnceLock<Signals> = OnceLock::new();

/// How many came, and the newest.
#[derive(Clone)]
pub(crate) struct Signals(watch::Receiver<(usize, &'static str)>);

impl Signals {
    /// From the first time that anybody asks for them. Within a runtime.
    pub(crate) fn of_this_process() -> Self {
        SIGNALS.get_or_init(Self::listen).clone()
    }

    /// Completes when more than so many have come, with the newest.
    pub(crate) async fn after(&self, seen: usize) -> &'static str {
        let mut come = self.0.clone();
        match come.wait_for(|(many, _)| *many > seen).await.map(|come| come.1) {
            Ok(signal) => signal,
            // Without signals the process ends as it would have anyway.
            Err(_) => std::future::pending().await,
        }
    }

    #[cfg(unix)]
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let (come, heard) = watch::channel((0, ""));
        let kinds = [
            (SignalKind::interrupt(), "SIGINT"),
            (SignalKind::terminate(), "SIGTERM"),
            (SignalKind::hangup(), "SIGHUP"),
        ];
        for (kind, name) in kinds {
            let Ok(mut signals) = signal(kind) else { continue };
            let come = come.clone();
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    come.send_modify(|(many, newest)| (*many, *newest) = (*many + 1, name));
                }
            });
        }
        Self(heard)
    }

    #[cfg(not(unix))]
    fn listen() -> Self {
        let (come, heard) = watch::channel((0, ""));
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                come.send_modify(|(many, newest)| (*many, *newest) = (*many + 1, "Ctrl-C"));
            }
        });
        Self(heard)
    }
}
