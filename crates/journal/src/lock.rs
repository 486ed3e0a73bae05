//! One run at a time on one machine.

use crate::JournalError;
use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

/// Held for as long as a run lasts. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct RunLock(#[expect(dead_code, reason = "kept open: that is the lock")] File);

impl RunLock {
    /// Takes the lock of a project and chain, at once or not at all.
    ///
    /// # Errors
    /// [`JournalError::Locked`] when another run has it.
    pub fn take(private: &Path) -> Result<Self, JournalError> {
        let path = private.join("lock");
        let failed = |source| JournalError::Write { path: path.clone(), source };
        fs::create_dir_all(private).map_err(failed)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(JournalError::Locked { path }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}
