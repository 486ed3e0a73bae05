//! Ending what waits for an endpoint.

use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, time::sleep};

/// What is under way gets this long to come to its end.
const GRACE: Duration = Duration::from_millis(600);

/// A request to stop waiting. Clones share it.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<watch::Sender<bool>>);

impl Default for Interrupt {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Interrupt {
    /// From now on endpoints get a moment to answer what they were asked, and then nothing is waited for any more.
    pub fn request(&self) {
        self.0.send_replace(true);
    }

    /// Whether somebody asked.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Completes a moment after it was asked for.
    pub(crate) async fn passed(&self) {
        // The sender lives as long as this does.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
        sleep(GRACE).await;
    }
}
