//! Writing the journal.

use crate::{
    History, JournalError, Line, Record, RunLock,
    breaks::Breaks,
    private::{self, Private},
    reader,
};
use alloy_primitives::{Address, B256, Bytes, keccak256};
use payrox_model::{ChainId, version};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    hash::{BuildHasher, RandomState},
    io::{self, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// What a journal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The chain.
    pub chain_id: ChainId,
    /// The system's dispatcher.
    pub system: Address,
}

/// This writer's file, open for more.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    path: PathBuf,
    file: File,
    private: Private,
    next: u64,
    last: B256,
    room: Option<u64>,
    breaks: Breaks,
    _lock: RunLock,
}

impl Journal {
    /// Opens the journal of a project for one run, and tells what all its files say. Whatever a crash left torn at the end
    /// of this writer's file is cut off.
    ///
    /// # Errors
    /// When another run holds it, or a file is damaged, newer, or about another chain or system.
    pub fn open(project: &Path, identity: Identity) -> Result<(Self, History), JournalError> {
        let folder = folder(project, identity.chain_id);
        let hidden = hidden(project, identity.chain_id);
        let lock = RunLock::take(&hidden)?;
        let history = History::read(project, identity)?;
        let mut writer = writer(&hidden)?;
        let at = |writer: &str| folder.join(format!("{writer}.jsonl"));
        // A file is of one version from its first line to its last: what an older payrox began is read and never added to.
        if history.files.get(&at(&writer)).is_some_and(|lines| is_older(lines)) {
            writer = draw(&hidden)?;
        }
        let path = at(&writer);
        let failed = |source| JournalError::Write { path: path.clone(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        let mut file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        let read = reader::read(&path)?;
        if read.torn > 0 {
            file.set_len(read.whole).map_err(failed)?;
        }
        file.seek(SeekFrom::Start(read.whole)).map_err(failed)?;
        let private = Private::open(&hidden, &writer)?;
        let next = read.lines.len() as u64;
        let (last, breaks) = (read.last, Breaks::default());
        let mut journal = Self { folder, path, file, private, next, last, room: None, breaks, _lock: lock };
        if next == 0 {
            let Identity { chain_id, system } = identity;
            journal.append(&[Record::Opened { version: version::JOURNAL, chain_id, system, writer }])?;
        }
        Ok((journal, history))
    }

    /// Leaves room for this many more records, as a disk does that is nearly full: what does not fit is an error.
    pub fn leave_room(&mut self, records: u64) {
        self.room = Some(records);
    }

    /// Lets the operation with this number fail, counted from now and from 0: a write of lines or of signed transactions, which
    /// is torn then, a wait for the disk, the copy of a plan. All that follow fail as well: for tests of what a crash leaves.
    pub fn break_at(&mut self, operation: u64) {
        self.breaks = Breaks::at(operation);
    }

    /// Appends records, and gives the lines that they are. They are on the disk after [`Journal::sync`].
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn append(&mut self, records: &[Record]) -> Result<Vec<Line>, JournalError> {
        let fits = self
            .room
            .map_or(records.len(), |room| records.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
        let (mut text, mut lines) = (String::new(), Vec::with_capacity(fits));
        let (mut next, mut last) = (self.next, self.last);
        for record in &records[..fits] {
            let line = Line { seq: next, prev: last, time: now(), record: record.clone() };
            let line_text = serde_json::to_string(&line).map_err(JournalError::Encode)?;
            last = keccak256(&line_text);
            next += 1;
            text.push_str(&line_text);
            text.push('\n');
            lines.push(line);
        }
        let failed = |source| JournalError::Write { path: self.path.clone(), source };
        let end = self.file.stream_position().map_err(failed)?;
        if let Err(source) = self.breaks.write(&mut self.file, text.as_bytes()) {
            if self.breaks.is_broken() {
                return Err(failed(source));
            }
            // The next record must follow the last that is whole. If the file cannot be cut, what is torn is cut when it is
            // opened again.
            let _ = self.file.set_len(end);
            let _ = self.file.seek(SeekFrom::Start(end));
            return Err(failed(source));
        }
        (self.next, self.last) = (next, last);
        self.room = self.room.map(|room| room - fits as u64);
        if fits < records.len() {
            return Err(failed(io::ErrorKind::StorageFull.into()));
        }
        Ok(lines)
    }

    /// Returns when everything appended so far is on the disk.
    ///
    /// # Errors
    /// When it is not.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        let synced = self.breaks.now().and_then(|()| self.file.sync_data());
        synced.map_err(|source| JournalError::Write { path: self.path.clone(), source })
    }

    /// Keeps signed transactions in the private file, on the disk when it returns.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn keep_signed(&mut self, signed: &[(B256, Bytes)]) -> Result<(), JournalError> {
        self.private.keep(signed, &mut self.breaks)
    }

    /// The signed transaction with this hash, if it was kept.
    pub fn signed(&self, tx: B256) -> Option<Bytes> {
        self.private.all().remove(&tx)
    }

    /// Keeps a copy of a plan, `plans/<content hash>.json`, unless it is there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_plan(&mut self, content_hash: B256, plan: &[u8]) -> Result<(), JournalError> {
        let path = self.folder.join("plans").join(format!("{content_hash:#x}.json"));
        if !path.exists() {
            self.breaks.now().map_err(|source| JournalError::Write { path: path.clone(), source })?;
            payrox_files::write_atomic(&path, plan)?;
        }
        Ok(())
    }

    /// Where this writer's file is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Every signed transaction of a chain that is kept on this machine, by its hash.
pub fn kept(project: &Path, chain_id: ChainId) -> BTreeMap<B256, Bytes> {
    private::all(&hidden(project, chain_id))
}

fn hidden(project: &Path, chain_id: ChainId) -> PathBuf {
    project.join(".payrox").join("journal").join(chain_id.to_string())
}

/// The public folder of a chain's journal.
pub(crate) fn folder(project: &Path, chain_id: ChainId) -> PathBuf {
    project.join("journal").join(chain_id.to_string())
}

/// The name of this machine's file: random once, so that two operators who commit their journals never meet in one file.
fn writer(hidden: &Path) -> Result<String, JournalError> {
    let path = hidden.join("writer");
    if let Ok(text) = payrox_files::read_text(&path, 64) {
        let name = text.trim();
        if name.len() == 12 && name.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(name.to_owned());
        }
    }
    draw(hidden)
}

/// A new name.
fn draw(hidden: &Path) -> Result<String, JournalError> {
    let path = hidden.join("writer");
    let name = format!("{:012x}", RandomState::new().hash_one(now()) >> 16);
    payrox_files::write_atomic(&path, name.as_bytes())?;
    Ok(name)
}

fn is_older(lines: &[Line]) -> bool {
    let first = lines.first().map(|line| &line.record);
    matches!(first, Some(Record::Opened { version, .. }) if *version < version::JOURNAL)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ending;

    #[test]
    fn a_record_that_could_not_be_written_leaves_no_gap_before_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let identity = Identity { chain_id: ChainId(31338), system: Address::repeat_byte(1) };
        let (mut journal, _) = Journal::open(dir.path(), identity).unwrap();
        let record = [Record::Finished { ending: Ending::Complete }];
        let before = (journal.next, journal.last);
        let closed = File::open(&journal.path).unwrap();
        let open = std::mem::replace(&mut journal.file, closed);
        assert_eq!(
            journal.append(&record).unwrap_err().to_string(),
            format!("cannot write {}", journal.path.display())
        );
        assert_eq!((journal.next, journal.last), before);
        journal.file = open;
        journal.append(&record).unwrap();
        assert_eq!(History::read(dir.path(), identity).unwrap().records().count(), 2);
    }
}
