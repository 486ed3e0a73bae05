//! What is to be told, on the disk until it was.

use crate::NotifyError;
use alloy_primitives::B256;
use payrox_model::{ChainId, Epoch, version};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

/// Notices for one webhook that wait, at most: what is older is given up.
const WAITING: usize = 64;
/// Seconds after which a notice is of no use to anybody.
const OLD: u64 = 7 * 24 * 3_600;
/// Bytes of the queue's file, at most.
const LIMIT: u64 = 1 << 22;

/// How something ended. Only fixed words, numbers and names that were checked: no text from outside, and no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The command: `run`, `release apply`.
    pub command: String,
    /// How it ended: `complete`, `waiting`, `refused`, `failed`.
    pub outcome: String,
    /// The system's name.
    pub system: String,
    /// The network's name.
    pub network: String,
    /// The chain.
    pub chain_id: ChainId,
    /// The epoch that is active now.
    pub epoch: Epoch,
    /// The plan it was about.
    pub plan_id: B256,
    /// The code of what stopped it: `payrox explain` knows it.
    pub code: Option<String>,
}

/// How it stands with one webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Notices that wait.
    pub waiting: usize,
    /// Seconds since 1970 of the oldest of them.
    pub since: Option<u64>,
    /// Notices that were given up since the queue was made.
    pub given_up: u64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    pub(crate) hook: String,
    pub(crate) made: u64,
    pub(crate) attempts: u32,
    pub(crate) last_error: Option<String>,
    pub(crate) body: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Queue {
    version: u32,
    next: u64,
    given_up: BTreeMap<String, u64>,
    entries: Vec<Entry>,
}

/// The queue of a project, held for as long as this lives.
#[derive(Debug)]
pub struct Outbox {
    path: PathBuf,
    queue: Queue,
    _lock: File,
}

#[derive(Serialize)]
struct Body<'a> {
    version: u32,
    id: u64,
    time: u64,
    #[serde(flatten)]
    notice: &'a Notice,
}

impl Outbox {
    /// Opens the queue in a folder, `.payrox/outbox` of a project.
    ///
    /// # Errors
    /// When another command has it, or its file cannot be read or is not ours.
    pub fn open(folder: &Path) -> Result<Self, NotifyError> {
        let failed = |path: &Path, source| {
            NotifyError::File(payrox_files::FileError::Write { path: path.to_owned(), source })
        };
        fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
        let lock = folder.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            .map_err(|e| failed(&lock, e))?;
        if file.try_lock().is_err() {
            return Err(NotifyError::Busy { path: lock });
        }
        let path = folder.join("queue.json");
        let queue = match payrox_files::read(&path, LIMIT) {
            Ok(bytes) => parse(&bytes).map_err(|why| NotifyError::Queue { path: path.clone(), why })?,
            Err(payrox_files::FileError::Missing { .. }) => {
                Queue { version: version::OUTBOX, next: 1, given_up: BTreeMap::new(), entries: Vec::new() }
            }
            Err(e) => return Err(e.into()),
        };
        Ok(Self { path, queue, _lock: file })
    }

    /// Puts a notice into the queue, once for each webhook; on the disk when it returns. `now` in seconds since 1970.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put<'a>(
        &mut self,
        hooks: impl IntoIterator<Item = &'a str>,
        notice: &Notice,
        now: u64,
    ) -> Result<(), NotifyError> {
        for hook in hooks {
            let id = self.queue.next;
            self.queue.next += 1;
            let body = Body { version: version::OUTBOX, id, time: now, notice };
            let body = serde_json::to_string(&body)
                .map_err(|e| NotifyError::Queue { path: self.path.clone(), why: e.to_string() })?;
            self.queue.entries.push(Entry {
                id,
                hook: hook.to_owned(),
                made: now,
                attempts: 0,
                last_error: None,
                body,
            });
            self.give_up_the_oldest(hook);
        }
        self.save()
    }

    fn give_up_the_oldest(&mut self, hook: &str) {
        let waiting = self.queue.entries.iter().filter(|entry| entry.hook == hook).count();
        if let Some(oldest) =
            self.queue.entries.iter().position(|e| e.hook == hook).filter(|_| waiting > WAITING)
        {
            self.queue.entries.remove(oldest);
            *self.queue.given_up.entry(hook.to_owned()).or_default() += 1;
        }
    }

    /// Gives up what nobody wants to hear any more.
    pub(crate) fn forget_what_is_old(&mut self, now: u64) {
        let Queue { entries, given_up, .. } = &mut self.queue;
        entries.retain(|entry| {
            let keep = entry.made.saturating_add(OLD) > now;
            if !keep {
                *given_up.entry(entry.hook.clone()).or_default() += 1;
            }
            keep
        });
    }

    /// How it stands, by webhook.
    pub fn standing(&self) -> BTreeMap<String, Standing> {
        let mut standing = BTreeMap::<String, Standing>::new();
        for (hook, given_up) in &self.queue.given_up {
            standing.entry(hook.clone()).or_default().given_up = *given_up;
        }
        for entry in &self.queue.entries {
            let hook = standing.entry(entry.hook.clone()).or_default();
            hook.waiting += 1;
            hook.since = Some(hook.since.map_or(entry.made, |since| since.min(entry.made)));
            if entry.last_error.is_some() {
                hook.last_error.clone_from(&entry.last_error);
            }
        }
        standing
    }

    pub(crate) fn waiting_for(&self, hook: &str) -> Vec<Entry> {
        self.queue.entries.iter().filter(|entry| entry.hook == hook).cloned().collect()
    }

    pub(crate) fn delivered(&mut self, id: u64) {
        self.queue.entries.retain(|entry| entry.id != id);
    }

    pub(crate) fn refused(&mut self, id: u64) {
        if let Some(at) = self.queue.entries.iter().position(|entry| entry.id == id) {
            let entry = self.queue.entries.remove(at);
            *self.queue.given_up.entry(entry.hook).or_default() += 1;
        }
    }

    pub(crate) fn failed(&mut self, id: u64, why: &str) {
        if let Some(entry) = self.queue.entries.iter_mut().find(|entry| entry.id == id) {
            entry.attempts = entry.attempts.saturating_add(1);
            entry.last_error = Some(why.to_owned());
        }
    }

    pub(crate) fn save(&self) -> Result<(), NotifyError> {
        let text = serde_json::to_string(&self.queue)
            .map_err(|e| NotifyError::Queue { path: self.path.clone(), why: e.to_string() })?;
        Ok(payrox_files::write_atomic(&self.path, text.as_bytes())?)
    }
}

fn parse(bytes: &[u8]) -> Result<Queue, String> {
    let queue: Queue = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    if queue.version != version::OUTBOX {
        return Err(format!("its version is {}, this payrox knows {}", queue.version, version::OUTBOX));
    }
    Ok(queue)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn notice() -> Notice {
        Notice {
            command: "run".into(),
            outcome: "complete".into(),
            system: "payments".into(),
            network: "anvil".into(),
            chain_id: ChainId(31337),
            epoch: Epoch(1),
            plan_id: B256::repeat_byte(1),
            code: None,
        }
    }

    #[test]
    fn prx_b52_the_queue_is_bounded_in_number_and_age_and_counts_what_it_gave_up() {
        let dir = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(dir.path()).unwrap();
        for now in 0..WAITING as u64 + 10 {
            outbox.put(["down", "up"], &notice(), now).unwrap();
        }
        let standing = &outbox.standing()["down"];
        assert_eq!((standing.waiting, standing.since, standing.given_up), (WAITING, Some(10), 10));
        assert_eq!(outbox.standing()["up"].waiting, WAITING, "one does not push out the other's");
        outbox.forget_what_is_old(OLD + 20);
        let standing = &outbox.standing()["down"];
        assert_eq!((standing.waiting, standing.given_up), (WAITING - 11, 21));
    }

    #[test]
    fn what_waits_is_there_for_the_next_command_and_one_at_a_time_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(dir.path()).unwrap();
        outbox.put(["ops"], &notice(), 7).unwrap();
        assert!(matches!(Outbox::open(dir.path()), Err(NotifyError::Busy { .. })));
        drop(outbox);
        assert_eq!(Outbox::open(dir.path()).unwrap().standing()["ops"].since, Some(7));
    }

    #[test]
    fn a_damaged_or_newer_queue_is_refused_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("queue.json");
        for bad in ["", "{", "[]", r#"{"version":2,"next":1,"givenUp":{},"entries":[]}"#] {
            payrox_files::write_atomic(&path, bad.as_bytes()).unwrap();
            assert!(matches!(Outbox::open(dir.path()), Err(NotifyError::Queue { .. })), "{bad}");
            assert_eq!(payrox_files::read_text(&path, 100).unwrap(), bad);
        }
    }
}
