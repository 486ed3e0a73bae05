//! Encrypted keystores, version 3 of the Web3 Secret Storage Definition, as geth, Foundry, ethers and others write them.
//!
//! The file decides how much work and memory its decryption takes, so what it asks for is bounded before any of it is done. Decrypted here from
//! what was checked, with the primitives of RustCrypto: a library that opens the path itself would read a file that may be another by then.

use super::{KeyError, Keyring, Secret, local, secret};
use crate::{ChainError, Secrets};
use aes::cipher::{KeyIvInit as _, StreamCipher as _};
use alloy_primitives::{Address, Keccak256, hex};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// geth's standard is n = 2^18, r = 8, p = 1: 256 MiB and about a second.
const MOST_MEMORY: u64 = 512 << 20;
/// n × r × p: eight times geth's standard.
const MOST_WORK: u64 = 1 << 24;
/// pbkdf2: forty times geth's 262,144.
const MOST_ROUNDS: u32 = 10_000_000;

#[derive(Deserialize)]
struct File {
    version: u64,
    /// Some wallets write it with a capital.
    #[serde(alias = "Crypto")]
    crypto: Crypto,
    address: Option<String>,
}

#[derive(Deserialize)]
struct Crypto {
    cipher: String,
    cipherparams: CipherParams,
    ciphertext: Hex,
    #[serde(flatten)]
    kdf: Kdf,
    mac: Hex,
}

#[derive(Deserialize)]
struct CipherParams {
    iv: Hex,
}

#[derive(Deserialize)]
#[serde(tag = "kdf", content = "kdfparams", rename_all = "lowercase")]
enum Kdf {
    Scrypt { n: u64, r: u64, p: u64, dklen: u64, salt: Hex },
    Pbkdf2 { c: u32, prf: String, dklen: u64, salt: Hex },
}

/// Bytes as hexadecimal, with or without `0x`.
struct Hex(Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(text).map(Self).map_err(|_| serde::de::Error::custom("not hexadecimal"))
    }
}

impl Keyring {
    /// Opens a keystore. `password` is asked for only when the file can be opened with one at all.
    ///
    /// # Errors
    /// When the file is missing, exposed, no keystore, or asks for more work than any wallet's; when there is no password or a wrong one.
    pub fn add_keystore(
        &mut self,
        path: &Path,
        password: impl FnOnce() -> Result<Secret, ChainError>,
        origin: &str,
    ) -> Result<Address, ChainError> {
        let bytes = secret::read(path)?;
        let file = parse(&bytes, path)?;
        let work = file.crypto.check(path)?;
        let password = password()?;
        Secrets::of_this_process().add_password(password.reveal());
        let key =
            work.open(&file.crypto, &password).ok_or_else(|| KeyError::Password { path: path.to_owned() })?;
        Secrets::of_this_process().add_key(&key);
        let signer = local::signer(&key).ok_or_else(|| not(path, "what is in it is no key"))?;
        // The checksum of the format leaves out the initialisation vector: with another one the password still fits, and another key comes out.
        if let Some(said) = file.address.as_deref().filter(|said| !said.is_empty()) {
            let said = hex::decode(said).unwrap_or_default();
            if said != signer.address().as_slice() {
                return Err(not(path, "its key is not of the address that it names").into());
            }
        }
        Ok(self.add_local(signer, origin)?)
    }
}

fn not(path: &Path, why: &'static str) -> KeyError {
    KeyError::NoKeystore { path: path.to_owned(), why: why.into() }
}

fn parse(bytes: &[u8], path: &Path) -> Result<File, KeyError> {
    let file: File = serde_json::from_slice(bytes).map_err(|error| KeyError::NoKeystore {
        path: path.to_owned(),
        // Where, not what: a password or a key may have been saved in its place.
        why: format!("it goes wrong at line {}, column {}", error.line(), error.column()),
    })?;
    match file.version {
        3 => Ok(file),
        _ => Err(not(path, "its version is not 3")),
    }
}

/// Work that is known to end in reasonable time.
enum Work {
    Scrypt(scrypt::Params),
    Pbkdf2(u32),
}

impl Crypto {
    fn check(&self, path: &Path) -> Result<Work, KeyError> {
        let is = |holds: bool, why| if holds { Ok(()) } else { Err(not(path, why)) };
        is(self.cipher == "aes-128-ctr", "its cipher is not aes-128-ctr")?;
        is(self.cipherparams.iv.0.len() == 16, "its initialisation vector has not 16 bytes")?;
        is(self.ciphertext.0.len() == 32, "its ciphertext has not 32 bytes")?;
        is(self.mac.0.len() == 32, "its checksum has not 32 bytes")?;
        let (Kdf::Scrypt { dklen, salt, .. } | Kdf::Pbkdf2 { dklen, salt, .. }) = &self.kdf;
        is(*dklen == 32, "its derived key has not 32 bytes")?;
        is(salt.0.len() <= 1024, "its salt has more than 1,024 bytes")?;
        let costly = |asks: String| Err(KeyError::Costly { path: path.to_owned(), asks });
        match self.kdf {
            Kdf::Scrypt { n, r, p, .. } => {
                is(n.is_power_of_two() && n > 1 && r > 0 && p > 0, "its scrypt parameters are none")?;
                let memory = n
                    .saturating_mul(r)
                    .saturating_mul(128)
                    .saturating_add(p.saturating_mul(r).saturating_mul(128));
                let work = n.saturating_mul(r).saturating_mul(p);
                if memory > MOST_MEMORY || work > MOST_WORK {
                    return costly(format!("scrypt with n = {n}, r = {r}, p = {p}"));
                }
                let (r, p) = (u32::try_from(r).unwrap_or(u32::MAX), u32::try_from(p).unwrap_or(u32::MAX));
                let params = u8::try_from(n.ilog2()).ok().and_then(|log| scrypt::Params::new(log, r, p).ok());
                params.map(Work::Scrypt).ok_or_else(|| not(path, "its scrypt parameters are none"))
            }
            Kdf::Pbkdf2 { c, ref prf, .. } => {
                is(prf == "hmac-sha256" && c > 0, "its pbkdf2 parameters are none")?;
                if c > MOST_ROUNDS { costly(format!("pbkdf2 with c = {c}")) } else { Ok(Work::Pbkdf2(c)) }
            }
        }
    }
}

impl Work {
    /// The key; nothing when the password does not fit, whatever the reason.
    fn open(&self, crypto: &Crypto, password: &Secret) -> Option<Zeroizing<[u8; 32]>> {
        let (Kdf::Scrypt { salt, .. } | Kdf::Pbkdf2 { salt, .. }) = &crypto.kdf;
        let password = password.reveal().as_bytes();
        let mut derived = Zeroizing::new([0; 32]);
        match self {
            Self::Scrypt(params) => scrypt::scrypt(password, &salt.0, params, derived.as_mut_slice()).ok()?,
            Self::Pbkdf2(rounds) => {
                pbkdf2::pbkdf2::<hmac::Hmac<sha2::Sha256>>(
                    password,
                    &salt.0,
                    *rounds,
                    derived.as_mut_slice(),
                );
            }
        }
        let (cipher, checksum) = derived.split_at(16);
        let mut hasher = Keccak256::new();
        hasher.update(checksum);
        hasher.update(&crypto.ciphertext.0);
        if !bool::from(hasher.finalize().as_slice().ct_eq(&crypto.mac.0)) {
            return None;
        }
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&crypto.ciphertext.0);
        ctr::Ctr128BE::<aes::Aes128>::new_from_slices(cipher, &crypto.cipherparams.iv.0)
            .ok()?
            .apply_keystream(key.as_mut_slice());
        Some(key)
    }
}

/// Where Foundry keeps keystores: `~/.foundry/keystores`.
pub fn foundry_keystores() -> Option<PathBuf> {
    std::env::home_dir().map(|home| home.join(".foundry").join("keystores"))
}

/// The keystore that is meant: `path` itself where it is a file; in a folder the one named `account`, or the only one.
///
/// # Errors
/// When there is none, or more than one.
pub fn account_file(path: &Path, account: Option<&str>) -> Result<PathBuf, KeyError> {
    let choose = |names: Vec<String>| KeyError::Accounts {
        folder: path.to_owned(),
        wanted: account.map(str::to_owned),
        names,
    };
    if !path.is_dir() {
        return match account {
            Some(_) => Err(choose(Vec::new())),
            None => Ok(path.to_owned()),
        };
    }
    let read = fs::read_dir(path).map_err(|source| KeyError::Unreadable { path: path.to_owned(), source })?;
    let mut names: Vec<String> = read
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .take(1_000)
        .collect();
    names.sort();
    match account {
        // A name that is in the list has no way out of the folder.
        Some(wanted) if names.iter().any(|name| name == wanted) => Ok(path.join(wanted)),
        None if names.len() == 1 => Ok(path.join(&names[0])),
        _ => Err(choose(names)),
    }
}
