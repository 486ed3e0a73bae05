//! Flags that say who signs.

use alloy_primitives::Address;
use clap::Args;
use payrox_chain::{DerivationPath, Secret};
use std::path::PathBuf;

/// Where keys come from. What a flag names counts before what a variable names.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Signing")]
pub(crate) struct SigningArgs {
    /// Key to sign with, as 0x and 64 hex digits. Other users of the machine can see arguments: prefer a file
    #[arg(long, global = true, value_name = "KEY", env = "PRIVATE_KEY", hide_env_values = true, value_parser = secret)]
    pub(crate) private_key: Option<Secret>,

    /// File with such a key, readable by its owner only
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) private_key_file: Option<PathBuf>,

    /// Encrypted keystore, or the folder that `--account` looks into
    #[arg(long, global = true, value_name = "PATH", env = "ETH_KEYSTORE")]
    pub(crate) keystore: Option<PathBuf>,

    /// Keystore by its name in that folder [default folder: ~/.foundry/keystores]
    #[arg(long, global = true, value_name = "NAME", env = "ETH_KEYSTORE_ACCOUNT")]
    pub(crate) account: Option<String>,

    /// File with the keystore's password. Without it the terminal is asked
    #[arg(long, global = true, value_name = "FILE", env = "ETH_PASSWORD")]
    pub(crate) password_file: Option<PathBuf>,

    /// File with a phrase of English words; the variable MNEMONIC can hold the phrase itself
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) mnemonic_file: Option<PathBuf>,

    /// File with the passphrase that goes with the phrase, if there is one
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) mnemonic_passphrase_file: Option<PathBuf>,

    /// Which account of the phrase or device, from 0
    #[arg(long, global = true, value_name = "N", conflicts_with = "derivation_path", value_parser = clap::value_parser!(u32).range(0..0x8000_0000))]
    pub(crate) mnemonic_index: Option<u32>,

    /// The same by its path, such as m/44'/60'/0'/0/0
    #[arg(long, global = true, value_name = "PATH", visible_alias = "mnemonic-derivation-path")]
    pub(crate) derivation_path: Option<DerivationPath>,

    /// Sign on a Ledger device
    #[arg(long, global = true)]
    pub(crate) ledger: bool,

    /// Sign on a Trezor device
    #[arg(long, global = true)]
    pub(crate) trezor: bool,

    /// Sign with the key AWS_KMS_KEY_ID in AWS KMS
    #[arg(long, global = true)]
    pub(crate) aws: bool,

    /// Google Cloud KMS: not supported by this release, and says so
    #[arg(long, global = true)]
    pub(crate) gcp: bool,

    /// Let the node sign for the account `--from`, which it holds
    #[arg(long, global = true, requires = "from")]
    pub(crate) unlocked: bool,

    /// Of the keys that are given, the one of this address
    #[arg(long, global = true, value_name = "ADDRESS", env = "ETH_FROM", value_parser = address)]
    pub(crate) from: Option<Address>,

    /// Write the next transactions of `--from` to a file to sign elsewhere, and send nothing
    #[arg(long, global = true, value_name = "FILE", requires = "from", conflicts_with = "broadcast")]
    pub(crate) unsigned: Option<PathBuf>,

    /// Send transactions that were signed elsewhere, if they are those that the plan expects
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) signed: Option<PathBuf>,
}

impl SigningArgs {
    /// Flags that a variable can set as well: identifier, flag, variable.
    pub(crate) const BOTH: [(&'static str, &'static str, &'static str); 5] = [
        ("private_key", "--private-key", "PRIVATE_KEY"),
        ("keystore", "--keystore", "ETH_KEYSTORE"),
        ("account", "--account", "ETH_KEYSTORE_ACCOUNT"),
        ("password_file", "--password-file", "ETH_PASSWORD"),
        ("from", "--from", "ETH_FROM"),
    ];

    /// What an empty variable set counts as not set.
    pub(crate) fn forget_empty(&mut self) {
        self.private_key.take_if(|key| key.reveal().is_empty());
        self.keystore.take_if(|path| path.as_os_str().is_empty());
        self.account.take_if(|name| name.is_empty());
        self.password_file.take_if(|path| path.as_os_str().is_empty());
        self.from.take_if(|address| address.is_zero());
    }
}

fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text.to_owned()))
}

/// An address in lower or upper case, or with its checksum (EIP-55). An empty variable is the zero address, which nobody has.
fn address(text: &str) -> Result<Address, String> {
    if text.is_empty() {
        return Ok(Address::ZERO);
    }
    let wrong = || "an address is 0x and 40 hexadecimal digits".to_owned();
    let digits = text.strip_prefix("0x").ok_or_else(wrong)?;
    let found: Address = text.parse().map_err(|_| wrong())?;
    let one_case = digits == digits.to_ascii_lowercase() || digits == digits.to_ascii_uppercase();
    if one_case || found.to_checksum(None) == text {
        return Ok(found);
    }
    Err(format!("its checksum does not fit: {} would", found.to_checksum(None)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_b30_an_address_with_a_wrong_checksum_is_refused() {
        let right = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
        for good in [right, &right.to_lowercase()] {
            assert_eq!(address(good).unwrap().to_checksum(None), right);
        }
        for bad in ["0x70997970C51812Dc3A010C7d01b50e0d17dc79C8", "0x7099", &right[2..], "0X00"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
