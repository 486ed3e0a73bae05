//! Block explorers and Sourcify: what they show of a contract, and how sources get there.
//!
//! An explorer is somebody else's server. What it answers is bounded, parsed and never believed alone: whether the code that it
//! speaks of is the code on chain is for the caller to compare.

mod blockscout;
mod error;
mod etherscan;
mod http;
mod listing;
mod sourcify;
mod upload;

pub use error::ExplorerError;
pub use http::Pace;
pub use listing::{Listing, Quality};
pub use upload::{Submission, Upload};

use alloy_primitives::Address;
use blockscout::Blockscout;
use etherscan::Etherscan;
use http::Http;
use payrox_model::ChainId;
use serde::{Deserialize, Serialize};
use sourcify::Sourcify;
use std::fmt;

/// The services that payrox knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verifier {
    /// <https://docs.sourcify.dev/docs/api/>, version 2.
    Sourcify,
    /// <https://docs.etherscan.io/contract-verification/verify-with-api>, version 2: one key for all chains.
    Etherscan,
    /// <https://docs.blockscout.com/api-reference>: one server a chain.
    Blockscout,
}

impl Verifier {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Sourcify, Self::Etherscan, Self::Blockscout];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sourcify => "sourcify",
            Self::Etherscan => "etherscan",
            Self::Blockscout => "blockscout",
        }
    }

    /// Where it is for a chain, as far as that is known.
    pub fn default_url(self, chain: ChainId) -> Option<&'static str> {
        match self {
            Self::Sourcify => Some("https://sourcify.dev/server"),
            Self::Etherscan => Some("https://api.etherscan.io/v2/api"),
            Self::Blockscout => Some(match chain.0 {
                1 => "https://eth.blockscout.com",
                10 => "https://optimism.blockscout.com",
                100 => "https://gnosis.blockscout.com",
                137 => "https://polygon.blockscout.com",
                8_453 => "https://base.blockscout.com",
                42_161 => "https://arbitrum.blockscout.com",
                560_048 => "https://eth-hoodi.blockscout.com",
                11_155_111 => "https://eth-sepolia.blockscout.com",
                _ => return None,
            }),
        }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// Under way; the ticket asks for its end.
    Ticket(String),
    /// It has been verified before.
    Already,
    /// The explorer has not seen the contract yet: try again later. With its own words.
    NotYet(String),
}

/// How far a submission is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not decided.
    Pending,
    /// Verified, as the explorer says.
    Done,
    /// Compared, and refused. With the explorer's own words.
    Refused(String),
    /// The explorer could not compare. With its own words.
    Trouble(String),
    /// It knows no such ticket: it has forgotten it, or not seen it yet.
    Unknown,
}

/// What an explorer takes a contract for that delegates all calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// The explorer says nothing of a contract that has no sources of its own.
    Unsaid,
    /// For no proxy, as far as it knows.
    NotSeen,
    /// For a proxy of this contract.
    Of(Address),
}

/// One service, for one chain.
#[derive(Debug)]
pub struct Explorer {
    verifier: Verifier,
    api: Api,
}

#[derive(Debug)]
enum Api {
    Sourcify(Sourcify),
    Etherscan(Etherscan),
    Blockscout(Blockscout),
}

impl Explorer {
    /// A service at a URL. The key goes into requests and nowhere else.
    ///
    /// # Errors
    /// When the text is no http URL, or a key would cross a network in the open.
    pub fn new(
        verifier: Verifier,
        url: &str,
        chain: ChainId,
        key: Option<&str>,
        pace: Pace,
    ) -> Result<Self, ExplorerError> {
        let http = Http::new(verifier, url, key.is_some(), pace)?;
        let api = match verifier {
            Verifier::Sourcify => Api::Sourcify(Sourcify::new(http, chain)),
            Verifier::Etherscan => Api::Etherscan(Etherscan::new(http, Some(chain), key)),
            Verifier::Blockscout => Api::Blockscout(Blockscout::new(http, key)),
        };
        Ok(Self { verifier, api })
    }

    /// Which service.
    pub fn verifier(&self) -> Verifier {
        self.verifier
    }

    /// Where it is, without anything secret.
    pub fn shown(&self) -> &str {
        match &self.api {
            Api::Sourcify(api) => api.shown(),
            Api::Etherscan(api) => api.shown(),
            Api::Blockscout(api) => api.shown(),
        }
    }

    /// What [`submit`](Self::submit) sends, without the key.
    pub fn upload(&self, submission: &Submission) -> Upload {
        match &self.api {
            Api::Sourcify(api) => api.upload(submission),
            Api::Etherscan(api) => api.upload(submission),
            Api::Blockscout(api) => api.upload(submission),
        }
    }

    /// What it shows of a contract; `None` where that is not verified.
    ///
    /// # Errors
    /// When it does not answer, or with something else.
    pub async fn listing(&self, address: Address) -> Result<Option<Listing>, ExplorerError> {
        match &self.api {
            Api::Sourcify(api) => api.listing(address).await,
            Api::Etherscan(api) => api.listing(address).await,
            Api::Blockscout(api) => api.listing(address).await,
        }
    }

    /// Sends sources to be compiled and compared.
    ///
    /// # Errors
    /// As [`listing`](Self::listing), and when it refuses the request.
    pub async fn submit(&self, submission: &Submission) -> Result<Submitted, ExplorerError> {
        match &self.api {
            Api::Sourcify(api) => api.submit(submission).await,
            Api::Etherscan(api) => api.submit(submission).await,
            Api::Blockscout(api) => api.submit(submission).await,
        }
    }

    /// How far a submission is.
    ///
    /// # Errors
    /// As [`listing`](Self::listing).
    pub async fn progress(&self, ticket: &str) -> Result<Progress, ExplorerError> {
        match &self.api {
            Api::Sourcify(api) => api.progress(ticket).await,
            Api::Etherscan(api) => api.progress("checkverifystatus", ticket).await,
            Api::Blockscout(api) => api.progress(ticket).await,
        }
    }

    /// What it takes a clone for.
    ///
    /// # Errors
    /// As [`listing`](Self::listing).
    pub async fn proxy(&self, clone: Address) -> Result<Proxy, ExplorerError> {
        match &self.api {
            // It shows what a proxy points to for contracts with sources only, and a clone has none.
            Api::Sourcify(_) => Ok(Proxy::Unsaid),
            Api::Etherscan(api) => api.proxy(clone).await,
            Api::Blockscout(api) => api.proxy(clone).await,
        }
    }

    /// Whether it takes a word about what a proxy points to. The others find out themselves or not at all.
    pub fn links(&self) -> bool {
        self.verifier == Verifier::Etherscan
    }

    /// Says that a clone is a proxy of its implementation, where the explorer takes that ([`links`](Self::links)).
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub async fn link(
        &self,
        clone: Address,
        implementation: Address,
    ) -> Result<Option<String>, ExplorerError> {
        match &self.api {
            Api::Etherscan(api) => api.link(clone, implementation).await.map(Some),
            _ => Ok(None),
        }
    }

    /// How far a link is.
    ///
    /// # Errors
    /// As [`progress`](Self::progress).
    pub async fn linked(&self, ticket: &str) -> Result<Progress, ExplorerError> {
        match &self.api {
            Api::Etherscan(api) => api.progress("checkproxyverification", ticket).await,
            _ => Ok(Progress::Unknown),
        }
    }
}
