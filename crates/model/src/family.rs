//! What kinds of chains there are, and what each can do.

use crate::ChainId;
use alloy_primitives::{Address, address};
use std::{fmt, str::FromStr, time::Duration};

/// A kind of chain. Those of a kind behave alike; what differs is in the network's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Family {
    /// Ethereum and its test networks.
    Ethereum,
    /// Optimism, Base and what else is built of the OP Stack.
    OpStack,
    /// Arbitrum One, Nova and what else is built of Nitro.
    Arbitrum,
    /// Polygon PoS.
    Polygon,
    /// Gnosis Chain.
    Gnosis,
    /// Foundry's development node.
    Anvil,
    /// Hardhat's development node.
    Hardhat,
    /// The chain inside payrox.
    Embedded,
}

/// How a block becomes one that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finality {
    /// The node knows the tags `safe` and `finalized`.
    Tags {
        /// How long a block takes to get there, usually.
        usually: Duration,
    },
    /// There is one node, and what it made stays.
    Instant,
}

/// What is paid for a transaction besides its gas, and who knows how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFee {
    /// The contract's `getL1Fee(bytes)` of the unsigned transaction gives wei that are paid on top.
    OpStack {
        /// `GasPriceOracle`.
        oracle: Address,
    },
    /// It is part of the gas that the node estimates; the contract's `gasEstimateL1Component(address,bool,bytes)` says how much.
    InGas {
        /// `NodeInterface`.
        oracle: Address,
    },
}

/// What chains of a family can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traits {
    /// Its name in a network's file.
    pub name: &'static str,
    /// Time between blocks; zero where a block is made when there is something to put into it.
    pub block_time: Duration,
    /// How a block becomes final.
    pub finality: Finality,
    /// What is paid for data on another chain.
    pub data_fee: Option<DataFee>,
    /// Whether fees are EIP-1559's.
    pub eip1559: bool,
    /// The least tip that gets a transaction into a block, in wei a unit of gas.
    pub min_tip: u128,
    /// Whether nodes answer `eth_getBlockReceipts`.
    pub block_receipts: bool,
    /// Whether one machine orders the transactions: while it is down, nothing is mined.
    pub sequencer: bool,
    /// What a fork of it in the embedded chain has not, and its own contracts may not rely on in a dry run.
    pub fork_lacks: Option<&'static str>,
    /// Whether nothing on it has value, and its clock may be moved.
    pub development: bool,
}

/// A family that is refused, or that nobody has heard of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FamilyError {
    /// Known, and not supported.
    #[error("chains of the family {name} are refused: {why}")]
    Refused {
        /// Its name.
        name: &'static str,
        /// The reason.
        why: &'static str,
    },
    /// Not known.
    #[error("`{0}` is none of {known}", known = Family::names())]
    Unknown(String),
}

const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

const ZKSYNC: FamilyError = FamilyError::Refused {
    name: "zksync",
    why: "it derives addresses and runs code in another way than the EVM, so that no address and no code hash of a plan would be true there",
};

impl Family {
    /// All that are supported.
    pub const ALL: [Self; 8] = [
        Self::Ethereum,
        Self::OpStack,
        Self::Arbitrum,
        Self::Polygon,
        Self::Gnosis,
        Self::Anvil,
        Self::Hardhat,
        Self::Embedded,
    ];

    /// The family of a chain by its id; Ethereum's for a chain that is not known.
    ///
    /// # Errors
    /// When the chain is known and not supported.
    pub fn of(chain: ChainId) -> Result<Self, FamilyError> {
        Ok(match chain.0 {
            10 | 8_453 | 11_155_420 | 84_532 => Self::OpStack,
            42_161 | 42_170 | 421_614 => Self::Arbitrum,
            137 | 80_002 => Self::Polygon,
            100 | 10_200 => Self::Gnosis,
            31_337 => Self::Anvil,
            31_338 => Self::Embedded,
            300 | 324 | 260 => return Err(ZKSYNC),
            _ => Self::Ethereum,
        })
    }

    /// What its chains can do.
    pub const fn traits(self) -> Traits {
        const GWEI: u128 = 1_000_000_000;
        // Ethereum's, from which the others differ.
        let base = Traits {
            name: "ethereum",
            block_time: secs(12),
            finality: Finality::Tags { usually: secs(15 * 60) },
            data_fee: None,
            eip1559: true,
            min_tip: 0,
            block_receipts: true,
            sequencer: false,
            fork_lacks: None,
            development: false,
        };
        let development =
            Traits { block_time: Duration::ZERO, finality: Finality::Instant, development: true, ..base };
        match self {
            Self::Ethereum => base,
            Self::OpStack => Traits {
                name: "op-stack",
                block_time: secs(2),
                finality: Finality::Tags { usually: secs(20 * 60) },
                data_fee: Some(DataFee::OpStack {
                    oracle: address!("420000000000000000000000000000000000000F"),
                }),
                sequencer: true,
                ..base
            },
            Self::Arbitrum => Traits {
                name: "arbitrum",
                block_time: Duration::from_millis(250),
                finality: Finality::Tags { usually: secs(20 * 60) },
                data_fee: Some(DataFee::InGas {
                    oracle: address!("00000000000000000000000000000000000000C8"),
                }),
                sequencer: true,
                fork_lacks: Some("its precompiles; NUMBER is its own block, not Ethereum's"),
                ..base
            },
            Self::Polygon => Traits {
                name: "polygon",
                block_time: secs(2),
                finality: Finality::Tags { usually: secs(10) },
                min_tip: 25 * GWEI,
                ..base
            },
            Self::Gnosis => Traits {
                name: "gnosis",
                block_time: secs(5),
                finality: Finality::Tags { usually: secs(3 * 60) },
                ..base
            },
            Self::Anvil => Traits { name: "anvil", ..development },
            Self::Hardhat => Traits { name: "hardhat", block_receipts: false, ..development },
            Self::Embedded => Traits { name: "embedded", ..development },
        }
    }

    fn names() -> String {
        Self::ALL.map(|family| family.traits().name).join(", ")
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.traits().name)
    }
}

impl FromStr for Family {
    type Err = FamilyError;
    fn from_str(text: &str) -> Result<Self, FamilyError> {
        if text == "zksync" {
            return Err(ZKSYNC);
        }
        let found = Self::ALL.into_iter().find(|family| family.traits().name == text);
        let shown = || crate::text::escape(&text.chars().take(40).collect::<String>());
        found.ok_or_else(|| FamilyError::Unknown(shown()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_p02_each_family_has_a_name_that_is_read_back_and_a_chain_of_an_unknown_id_is_ethereums() {
        for family in Family::ALL {
            assert_eq!(family.to_string().parse(), Ok(family));
        }
        assert_eq!(Family::of(ChainId(8_453)), Ok(Family::OpStack));
        assert_eq!(Family::of(ChainId(1)), Ok(Family::Ethereum));
        assert_eq!(Family::of(ChainId(987_654)), Ok(Family::Ethereum));
        assert_eq!(Family::of(ChainId(31_338)), Ok(Family::Embedded));
    }

    #[test]
    fn prx_p02_a_family_that_is_not_supported_is_refused_with_the_reason() {
        let by_id = Family::of(ChainId(324)).unwrap_err();
        assert_eq!("zksync".parse::<Family>().unwrap_err(), by_id);
        assert!(by_id.to_string().contains("derives addresses"), "{by_id}");
        let unknown = "no\u{1b}pe".parse::<Family>().unwrap_err().to_string();
        assert!(unknown.starts_with("`no\\u{1b}pe` is none of ethereum, op-stack"), "{unknown}");
    }
}
