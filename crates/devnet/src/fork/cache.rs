//! What forks have read, in files: one for each chain and block, to which is only ever appended.
//!
//! A file cannot be out of date: it is named after the hash of its block. A torn end, as a killed process leaves, is cut
//! off; what then is missing is read again.

use super::{Fetched, ForkError, ForkPoint, Wanted};
use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_rlp::{Decodable, Encodable, RlpDecodable, RlpEncodable};
use payrox_files::FileError;
use payrox_model::ChainId;
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    time::SystemTime,
};

const MAGIC: &[u8; 8] = b"PRXFORK\0";
const VERSION: u32 = 1;
/// Magic, version, chain id, block hash.
const HEADER: usize = 8 + 4 + 8 + 32;
/// Length and checksum of a record.
const FRAME: usize = 12;
/// One file, at most; a fork that has read more than that goes on without writing it down.
const LIMIT: u64 = 128 << 20;
/// So many files are kept: beyond, those that were not used for longest go.
const FILES: usize = 32;

/// What was read.
type Known = Vec<(Wanted, Fetched)>;

/// The folder with the files: `.payrox/fork` of a project.
#[derive(Clone, Debug)]
pub struct ForkCache(PathBuf);

/// The file of one block.
#[derive(Debug)]
pub(super) struct CacheFile {
    path: PathBuf,
    file: File,
    length: u64,
}

#[derive(RlpEncodable, RlpDecodable)]
struct Record {
    kind: u8,
    address: Address,
    key: U256,
    value: U256,
    code: Bytes,
}

impl ForkCache {
    /// In this folder; it need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// The blocks that something is known of: of this chain, or any, and of this number, or any; the newest first. A file that
    /// cannot be read keeps no other from being used: `skipped` is told of it.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn points(
        &self,
        chain: Option<ChainId>,
        number: Option<u64>,
        skipped: &mut dyn FnMut(&ForkError),
    ) -> Result<Vec<ForkPoint>, ForkError> {
        let mut points = Vec::new();
        for (path, _) in self.files()? {
            let point = match load(&path) {
                Ok((point, ..)) => point,
                Err(error) => {
                    skipped(&error);
                    continue;
                }
            };
            let asked = chain.is_none_or(|id| id == point.chain_id)
                && number.is_none_or(|number| number == point.header.number);
            points.extend(asked.then_some(point));
        }
        points.sort_by_key(|point| std::cmp::Reverse(point.header.number));
        Ok(points)
    }

    pub(super) fn open(&self, point: &ForkPoint) -> Result<(CacheFile, Known), ForkError> {
        let path = self.0.join(format!("{}-{:#x}.bin", point.chain_id.0, point.hash));
        let (known, length) = if path.exists() {
            let (of, read, length) = load(&path)?;
            if of.chain_id != point.chain_id || of.hash != point.hash {
                return Err(broken(&path, "it is of another block than its name says"));
            }
            let have = fs::metadata(&path).map_err(|e| io("read", &path, e))?.len();
            if have != length {
                let file = OpenOptions::new().write(true).open(&path).map_err(|e| io("open", &path, e))?;
                file.set_len(length).map_err(|e| io("write", &path, e))?;
            }
            (read, length)
        } else {
            fs::create_dir_all(&self.0).map_err(|e| io("create", &self.0, e))?;
            self.make_room()?;
            let bytes = begin(point);
            payrox_files::write_atomic(&path, &bytes)?;
            (Vec::new(), bytes.len() as u64)
        };
        let file = OpenOptions::new().append(true).open(&path).map_err(|e| io("open", &path, e))?;
        // What is used is not thrown away next.
        let _ = file.set_modified(SystemTime::now());
        Ok((CacheFile { path, file, length }, known))
    }

    fn files(&self) -> Result<Vec<(PathBuf, SystemTime)>, ForkError> {
        if !self.0.exists() {
            return Ok(Vec::new());
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(|e| io("read", &self.0, e))? {
            let entry = entry.map_err(|e| io("read", &self.0, e))?;
            let ours = entry.path().extension().is_some_and(|end| end == "bin");
            if let Some(about) = entry.metadata().ok().filter(|about| ours && about.is_file()) {
                files.push((entry.path(), about.modified().unwrap_or(SystemTime::UNIX_EPOCH)));
            }
        }
        Ok(files)
    }

    fn make_room(&self) -> Result<(), ForkError> {
        let mut files = self.files()?;
        files.sort_by_key(|(_, used)| *used);
        let many = (files.len() + 1).saturating_sub(FILES);
        for (path, _) in files.into_iter().take(many) {
            fs::remove_file(&path).map_err(|e| io("remove", &path, e))?;
        }
        Ok(())
    }
}

impl CacheFile {
    pub(super) fn broken(&self, why: &str) -> ForkError {
        broken(&self.path, why)
    }

    pub(super) fn append(&mut self, wanted: &[Wanted], fetched: &[Fetched]) -> Result<(), ForkError> {
        let mut bytes = Vec::new();
        for (wanted, fetched) in wanted.iter().zip(fetched) {
            frame(&record(*wanted, fetched), &mut bytes);
        }
        if self.length + bytes.len() as u64 > LIMIT {
            return Ok(());
        }
        // One write: two processes may have the same file open.
        self.file.write_all(&bytes).map_err(|e| io("write", &self.path, e))?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}

fn begin(point: &ForkPoint) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(point.chain_id.0.to_le_bytes());
    bytes.extend(point.hash);
    frame(&point.header, &mut bytes);
    bytes
}

fn frame(body: &impl Encodable, out: &mut Vec<u8>) {
    let body = alloy_rlp::encode(body);
    out.extend((body.len() as u32).to_le_bytes());
    out.extend(checksum(&body));
    out.extend(body);
}

fn checksum(body: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    sum.copy_from_slice(&Sha256::digest(body)[..8]);
    sum
}

fn record(wanted: Wanted, fetched: &Fetched) -> Record {
    let empty =
        Record { kind: 0, address: Address::ZERO, key: U256::ZERO, value: U256::ZERO, code: Bytes::new() };
    match (wanted, fetched) {
        (Wanted::Account(address), Fetched::Account { balance, nonce, code }) => {
            Record { kind: 1, address, key: U256::from(*nonce), value: *balance, code: code.clone() }
        }
        (Wanted::Slot(address, key), Fetched::Slot(value)) => {
            Record { kind: 2, address, key, value: *value, ..empty }
        }
        (Wanted::BlockHash(number), Fetched::BlockHash(hash)) => {
            Record { kind: 3, key: U256::from(number), value: (*hash).into(), ..empty }
        }
        // They were compared before.
        _ => empty,
    }
}

fn unrecord(record: Record) -> Option<(Wanted, Fetched)> {
    let Record { kind, address, key, value, code } = record;
    Some(match kind {
        1 => {
            let nonce = u64::try_from(key).ok()?;
            (Wanted::Account(address), Fetched::Account { balance: value, nonce, code })
        }
        2 => (Wanted::Slot(address, key), Fetched::Slot(value)),
        3 => (Wanted::BlockHash(u64::try_from(key).ok()?), Fetched::BlockHash(B256::from(value))),
        _ => return None,
    })
}

/// The block, what is known of it, and how many bytes say so.
fn load(path: &Path) -> Result<(ForkPoint, Known, u64), ForkError> {
    let bytes = payrox_files::read(path, LIMIT)?;
    let head = bytes.get(..HEADER).filter(|head| head.starts_with(MAGIC));
    let head = head.ok_or_else(|| broken(path, "it does not begin as one"))?;
    let version = number(&head[8..12]) as u32;
    if version != VERSION {
        return Err(ForkError::Version { path: path.into(), have: version });
    }
    let (chain_id, hash) = (ChainId(number(&head[12..20])), B256::from_slice(&head[20..]));
    let (mut body, mut at) =
        framed(&bytes, HEADER).ok_or_else(|| broken(path, "the header of its block is unreadable"))?;
    let header =
        Header::decode(&mut body).map_err(|_| broken(path, "the header of its block is unreadable"))?;
    let mut known = Vec::new();
    while let Some((mut body, next)) = framed(&bytes, at) {
        let read = Record::decode(&mut body).ok().filter(|_| body.is_empty()).and_then(unrecord);
        known.push(read.ok_or_else(|| broken(path, "a record is of no known kind"))?);
        at = next;
    }
    Ok((ForkPoint { chain_id, header, hash }, known, at as u64))
}

/// The body of the record there, and where the next begins; `None` at the end, and where it is torn.
fn framed(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let frame = bytes.get(at..at.checked_add(FRAME)?)?;
    let length = usize::try_from(number(&frame[..4])).ok()?;
    let next = at.checked_add(FRAME)?.checked_add(length)?;
    let body = bytes.get(at + FRAME..next)?;
    (checksum(body) == frame[4..]).then_some((body, next))
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn broken(path: &Path, why: &str) -> ForkError {
    ForkError::Cache { path: path.into(), why: why.into() }
}

fn io(what: &str, path: &Path, source: std::io::Error) -> ForkError {
    let path = path.to_path_buf();
    ForkError::from(match what {
        "read" => FileError::Read { path, source },
        _ => FileError::Write { path, source },
    })
}
