//! How a run ends before its end.

use crate::{
    Outcome, Refusal, RunResult, Stopped,
    gates::{GateError, NotCleared},
};
use payrox_chain::{ChainError, DiamondError};
use payrox_journal::JournalError;
use payrox_model::{ExitCode, Fault};

/// Carried up by `?` from wherever a run cannot go on.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
    pub(crate) stopped: Stopped,
}

impl Ending {
    fn of(fault: &dyn Fault) -> Self {
        let outcome = match fault.exit() {
            ExitCode::Waiting => Outcome::Waiting,
            ExitCode::Refused | ExitCode::BadInput | ExitCode::GateFailed => Outcome::Refused,
            _ => Outcome::Failed,
        };
        Self { outcome, stopped: Stopped::of(fault) }
    }

    /// It goes on when the chain's time is this.
    pub(crate) fn until(eta: u64, now: u64) -> Self {
        let mut stopped = Stopped::of(&Refusal::TooEarly { eta, now });
        (stopped.exit, stopped.until) = (ExitCode::Waiting, Some(eta));
        Self { outcome: Outcome::Waiting, stopped }
    }
}

impl From<Refusal> for Ending {
    fn from(refusal: Refusal) -> Self {
        let failed = matches!(refusal, Refusal::NotTrue { .. });
        let mut ending = Self::of(&refusal);
        if failed {
            ending.outcome = Outcome::Failed;
        }
        ending
    }
}

impl From<ChainError> for Ending {
    fn from(error: ChainError) -> Self {
        Self::of(&error)
    }
}

impl From<DiamondError> for Ending {
    fn from(error: DiamondError) -> Self {
        Self::of(&error)
    }
}

impl From<JournalError> for Ending {
    fn from(error: JournalError) -> Self {
        let mut ending = Self::of(&error);
        if matches!(error, JournalError::Write { .. }) {
            ending.outcome = Outcome::Failed;
        }
        ending
    }
}

impl From<GateError> for Ending {
    fn from(error: GateError) -> Self {
        Self::of(&error)
    }
}

impl From<NotCleared> for Ending {
    fn from(error: NotCleared) -> Self {
        Self::of(error.fault())
    }
}

impl RunResult {
    pub(crate) fn end(&mut self, ended: Result<Outcome, Ending>) {
        match ended {
            Ok(outcome) => self.outcome = outcome,
            Err(ending) => {
                self.outcome = ending.outcome;
                self.stopped = Some(ending.stopped);
            }
        }
    }
}
