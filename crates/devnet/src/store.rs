//! The chain in a file: a header that says how much of it counts, and records that are only ever appended.
//!
//! A record is written first and the header after it, in one small write at the start of the file. A process
//! killed in between leaves bytes nobody was told of, which the next one writes over; a file shorter than its
//! header says was cut by someone else, and is refused.

mod error;

pub use error::StoreError;

use crate::{
    block::BlockRecord,
    config::{Clock, DevnetConfig, Hardfork, Rules},
    core::{Core, Time},
    pool::Pending,
    state::AccountDiff,
};
use alloy_consensus::TxEnvelope;
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::Address;
use alloy_rlp::{Decodable, Encodable};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

const FILE: &str = "chain.bin";
const LOCK: &str = "chain.lock";
const MAGIC: &[u8; 8] = b"PRXCHAIN";
const VERSION: u32 = 1;
const HEADER: usize = 64;
/// Bytes of a record before its body: length, checksum, kind.
const FRAME: usize = 13;
/// The file may not grow past this: some 25,000 transactions of the example.
const LIMIT: u64 = 128 << 20;

/// What is appended.
pub(crate) enum Record<'a> {
    Block(&'a BlockRecord),
    Waiting(&'a Pending),
    Patch(&'a [AccountDiff]),
    Time(Time),
}

impl Record<'_> {
    fn encode(&self) -> Vec<u8> {
        let mut out = vec![0; FRAME];
        out[FRAME - 1] = match self {
            Self::Block(_) => 1,
            Self::Waiting(_) => 2,
            Self::Patch(_) => 3,
            Self::Time(_) => 4,
        };
        match self {
            Self::Block(record) => record.encode(&mut out),
            Self::Waiting(pending) => {
                pending.sender.encode(&mut out);
                pending.tx.encode_2718(&mut out);
            }
            Self::Patch(diffs) => alloy_rlp::encode_list(diffs, &mut out),
            Self::Time(time) => {
                time.offset.cast_unsigned().encode(&mut out);
                time.next.unwrap_or_default().encode(&mut out);
            }
        }
        let sum = checksum(&out[FRAME - 1..]);
        out[4..12].copy_from_slice(&sum);
        let length = (out.len() - FRAME) as u32;
        out[..4].copy_from_slice(&length.to_le_bytes());
        out
    }
}

fn checksum(bytes: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    sum.copy_from_slice(&Sha256::digest(bytes)[..8]);
    sum
}

/// The lock file, locked.
#[derive(Debug)]
struct Lock(File);

/// An open file. The lock is held as long as it lives.
#[derive(Debug)]
pub(crate) struct Store {
    file: File,
    path: PathBuf,
    rules: Rules,
    /// Bytes that count.
    length: u64,
    _lock: Lock,
}

impl Store {
    /// Opens the chain in a directory, or creates it there.
    pub(crate) fn open(dir: &Path, config: &DevnetConfig) -> Result<(Self, Core), StoreError> {
        fs::create_dir_all(dir).map_err(io_error("create", dir))?;
        let lock_path = dir.join(LOCK);
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
        let lock = Lock(lock.map_err(io_error("open", &lock_path))?);
        match lock.0.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked(dir.into())),
            Err(TryLockError::Error(source)) => return Err(io_error("lock", &lock_path)(source)),
        }
        let path = dir.join(FILE);
        if path.exists() { Self::load(path, lock, config) } else { Self::create(path, lock, config) }
    }

    fn create(path: PathBuf, lock: Lock, config: &DevnetConfig) -> Result<(Self, Core), StoreError> {
        let (core, diffs) = Core::genesis(config);
        let mut records = Vec::new();
        if let Some(genesis) = core.head() {
            records = Record::Block(&BlockRecord::new(genesis, diffs, core.time)).encode();
        }
        let length = (HEADER + records.len()) as u64;
        let header = header(&core.rules, length);
        payrox_files::write_atomic(&path, &[&header[..], &records].concat())?;
        let file = reopen(&path)?;
        Ok((Self { file, path, rules: core.rules, length, _lock: lock }, core))
    }

    fn load(path: PathBuf, lock: Lock, config: &DevnetConfig) -> Result<(Self, Core), StoreError> {
        let size = fs::metadata(&path).map_err(io_error("read", &path))?.len();
        if size > LIMIT {
            return Err(StoreError::Full(path));
        }
        let bytes = payrox_files::read(&path, LIMIT)?;
        let file = reopen(&path)?;
        let (rules, length) = parse_header(&bytes, &path)?;
        expect_chain(&rules, config, &path)?;
        let counted = bytes.get(..length as usize).ok_or_else(|| StoreError::Truncated {
            path: path.clone(),
            have: bytes.len() as u64,
            want: length,
        })?;
        let mut core = Core::empty(rules);
        let mut at = HEADER;
        while at < counted.len() {
            at += replay(&mut core, &counted[at..]).map_err(|why| StoreError::Malformed {
                path: path.clone(),
                at: at as u64,
                why,
            })?;
        }
        if core.head().is_none() {
            return Err(StoreError::Malformed { path, at: at as u64, why: "no genesis" });
        }
        Ok((Self { file, path, rules, length, _lock: lock }, core))
    }

    /// Appends a record. Once this returns, the next process to open the file finds it.
    pub(crate) fn append(&mut self, record: &Record<'_>) -> Result<(), StoreError> {
        let bytes = record.encode();
        let length = self.length + bytes.len() as u64;
        if length > LIMIT {
            return Err(StoreError::Full(self.path.clone()));
        }
        let write = |file: &mut File| {
            file.seek(SeekFrom::Start(self.length))?;
            file.write_all(&bytes)
        };
        write(&mut self.file).map_err(io_error("write", &self.path))?;
        self.count(length)
    }

    /// The bytes that count now, for going back to them.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Makes this many bytes count.
    pub(crate) fn count(&mut self, length: u64) -> Result<(), StoreError> {
        let header = header(&self.rules, length);
        let write = |file: &mut File| {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&header)
        };
        write(&mut self.file).map_err(io_error("write", &self.path))?;
        self.length = length;
        Ok(())
    }

    /// Waits until the disk has everything.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        self.file.sync_data().map_err(io_error("write", &self.path))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file would do, but for a child process that was forked just now and still has it.
        let _ = self.0.unlock();
    }
}

fn reopen(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new().write(true).open(path).map_err(io_error("open", path))
}

fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_path_buf();
    move |source| StoreError::Io { what, path, source }
}

fn header(rules: &Rules, length: u64) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&VERSION.to_le_bytes());
    header[12] = rules.hardfork.to_byte();
    header[13] = u8::from(rules.clock == Clock::Steps);
    header[16..24].copy_from_slice(&rules.chain_id.to_le_bytes());
    header[24..32].copy_from_slice(&rules.gas_limit.to_le_bytes());
    header[32..40].copy_from_slice(&length.to_le_bytes());
    let sum = checksum(&header[..HEADER - 8]);
    header[HEADER - 8..].copy_from_slice(&sum);
    header
}

fn parse_header(bytes: &[u8], path: &Path) -> Result<(Rules, u64), StoreError> {
    let malformed = |at: u64, why| StoreError::Malformed { path: path.into(), at, why };
    if !bytes.starts_with(MAGIC) {
        return Err(malformed(0, "the file does not begin as one"));
    }
    let Some(version) = number(bytes, 8, 4) else { return Err(malformed(8, "no version")) };
    if version != u64::from(VERSION) {
        return Err(StoreError::Version { path: path.into(), have: version as u32 });
    }
    let Some(header) = bytes.get(..HEADER) else {
        return Err(StoreError::Truncated {
            path: path.into(),
            have: bytes.len() as u64,
            want: HEADER as u64,
        });
    };
    if checksum(&header[..HEADER - 8]) != header[HEADER - 8..] {
        return Err(malformed(0, "the header's checksum is wrong"));
    }
    let hardfork = Hardfork::from_byte(header[12]).ok_or_else(|| malformed(12, "unknown hard fork"))?;
    let field = |at| number(header, at, 8).unwrap_or_default();
    let clock = if header[13] == 1 { Clock::Steps } else { Clock::Wall };
    Ok((Rules { chain_id: field(16), hardfork, clock, gas_limit: field(24) }, field(32)))
}

fn expect_chain(rules: &Rules, config: &DevnetConfig, path: &Path) -> Result<(), StoreError> {
    let other =
        |what, have: String, want: String| StoreError::OtherChain { path: path.into(), what, have, want };
    if rules.chain_id != config.chain_id.0 {
        return Err(other("chain id", rules.chain_id.to_string(), config.chain_id.to_string()));
    }
    if rules.hardfork != config.hardfork {
        return Err(other("hard fork", format!("{:?}", rules.hardfork), format!("{:?}", config.hardfork)));
    }
    Ok(())
}

/// A little-endian number of some bytes.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let field = bytes.get(at..at + width)?;
    Some(field.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// Replays the first record; its length in bytes.
fn replay(core: &mut Core, bytes: &[u8]) -> Result<usize, &'static str> {
    let length = number(bytes, 0, 4).ok_or("half a record")? as usize;
    let framed = bytes.get(..FRAME + length).ok_or("half a record")?;
    if checksum(&framed[FRAME - 1..]) != framed[4..12] {
        return Err("a record's checksum is wrong");
    }
    let mut body = &framed[FRAME..];
    match framed[FRAME - 1] {
        1 => {
            let record = BlockRecord::decode(&mut body).map_err(|_| "an unreadable block")?;
            let block = record.block().map_err(|_| "an unreadable transaction")?;
            if block.header.number != core.head().map_or(0, |head| head.header.number + 1)
                || block.header.parent_hash != core.head().map_or_else(Default::default, |head| head.hash)
            {
                return Err("a block that does not follow the one before");
            }
            for mined in &block.mined {
                core.pool.forget_below(mined.sender, alloy_consensus::Transaction::nonce(&mined.tx) + 1);
            }
            let undo = core.state.apply(&record.diffs);
            core.push_applied(block, vec![undo], record.time());
        }
        2 => {
            let sender = Address::decode(&mut body).map_err(|_| "an unreadable sender")?;
            let tx = TxEnvelope::decode_2718(&mut body).map_err(|_| "an unreadable transaction")?;
            core.pool.insert(Pending::new(tx, sender));
        }
        3 => {
            let diffs = Vec::<AccountDiff>::decode(&mut body).map_err(|_| "an unreadable change")?;
            core.patch(&diffs);
        }
        4 => {
            let mut field = || u64::decode(&mut body).map_err(|_| "an unreadable time");
            let (offset, next) = (field()?.cast_signed(), field()?);
            core.time = Time { offset, next: (next != 0).then_some(next) };
        }
        _ => return Err("a record of an unknown kind"),
    }
    if !body.is_empty() {
        return Err("a record with something after its end");
    }
    Ok(FRAME + length)
}
