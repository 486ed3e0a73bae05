//! What a chain is created with.

use crate::accounts::DEV_ACCOUNTS;
use alloy_primitives::{Address, U256, utils::Unit};
use payrox_model::ChainId;
use revm::primitives::hardfork::SpecId;

/// The rules blocks follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hardfork {
    /// March 2024: transient storage, MCOPY.
    Cancun,
    /// May 2025: also delegated accounts (EIP-7702) and the calldata floor (EIP-7623).
    Prague,
    /// December 2025: also the cap of 16,777,216 gas a transaction (EIP-7825).
    Osaka,
}

impl Hardfork {
    pub(crate) const fn spec(self) -> SpecId {
        match self {
            Self::Cancun => SpecId::CANCUN,
            Self::Prague => SpecId::PRAGUE,
            Self::Osaka => SpecId::OSAKA,
        }
    }

    pub(crate) const fn to_byte(self) -> u8 {
        match self {
            Self::Cancun => 0,
            Self::Prague => 1,
            Self::Osaka => 2,
        }
    }

    pub(crate) const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Cancun),
            1 => Some(Self::Prague),
            2 => Some(Self::Osaka),
            _ => None,
        }
    }
}

/// Where the time of a new block comes from. It is always later than its parent's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock, plus what `evm_increaseTime` added.
    Wall,
    /// One second after the parent, plus what `evm_increaseTime` added: the same run gives the same hashes.
    Steps,
}

/// What a chain is created with. A chain opened from a file keeps what it was created with; its chain id and
/// hard fork must be the ones asked for.
#[derive(Clone, Debug)]
pub struct DevnetConfig {
    /// EIP-155 chain id.
    pub chain_id: ChainId,
    /// The rules blocks follow, from genesis on.
    pub hardfork: Hardfork,
    /// Where the time of new blocks comes from.
    pub clock: Clock,
    /// Unix time of genesis in seconds; none for the machine's clock (`Clock::Wall`) or 1 (`Clock::Steps`).
    pub genesis_timestamp: Option<u64>,
    /// Gas limit of a block.
    pub gas_limit: u64,
    /// Base fee of genesis in wei; later ones follow EIP-1559.
    pub base_fee: u64,
    /// Who has ether at genesis.
    pub accounts: Vec<Address>,
    /// How much each of them has, in wei.
    pub balance: U256,
}

impl Default for DevnetConfig {
    fn default() -> Self {
        Self {
            chain_id: ChainId(31338),
            hardfork: Hardfork::Prague,
            clock: Clock::Wall,
            genesis_timestamp: None,
            gas_limit: 30_000_000,
            base_fee: 1_000_000_000,
            accounts: DEV_ACCOUNTS.iter().map(|account| account.address).collect(),
            balance: U256::from(10_000) * Unit::ETHER.wei(),
        }
    }
}

/// What of the configuration never changes afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) chain_id: u64,
    pub(crate) hardfork: Hardfork,
    pub(crate) clock: Clock,
    pub(crate) gas_limit: u64,
}
