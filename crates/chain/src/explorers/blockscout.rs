//! Blockscout: sources go in by its copy of Etherscan's API, which has tickets and says why it refuses; what it shows comes from
//! its own, which has the code as well: <https://docs.blockscout.com/api-reference/smart-contracts>.

use super::{
    ExplorerError, Listing, Progress, Proxy, Quality, Submission, Submitted, Upload,
    etherscan::Etherscan,
    http::{Body, Http, impatience},
    listing,
};
use alloy_primitives::Address;
use reqwest::Method;
use serde::Deserialize;

#[derive(Debug)]
pub(super) struct Blockscout {
    submissions: Etherscan,
}

#[derive(Deserialize)]
struct Contract {
    #[serde(default)]
    is_verified: Option<bool>,
    #[serde(default)]
    is_fully_verified: Option<bool>,
    #[serde(default)]
    is_changed_bytecode: Option<bool>,
    #[serde(default)]
    deployed_bytecode: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    compiler_version: Option<String>,
    #[serde(default)]
    constructor_args: Option<String>,
    #[serde(default)]
    source_code: Option<String>,
    #[serde(default)]
    additional_sources: Option<Vec<File>>,
    #[serde(default)]
    implementations: Option<Vec<Implementation>>,
}

#[derive(Deserialize)]
struct File {
    source_code: Option<String>,
}

/// The field was renamed; servers of both ages are there.
#[derive(Deserialize)]
struct Implementation {
    #[serde(alias = "address")]
    address_hash: Option<Address>,
}

impl Blockscout {
    pub(super) fn new(http: Http, key: Option<&str>) -> Self {
        Self { submissions: Etherscan::new(http, None, key) }
    }

    fn http(&self) -> &Http {
        &self.submissions.http
    }

    pub(super) fn shown(&self) -> &str {
        self.http().shown()
    }

    pub(super) fn upload(&self, submission: &Submission) -> Upload {
        self.submissions.upload(submission)
    }

    pub(super) async fn submit(&self, submission: &Submission) -> Result<Submitted, ExplorerError> {
        self.submissions.submit(submission).await
    }

    pub(super) async fn progress(&self, ticket: &str) -> Result<Progress, ExplorerError> {
        self.submissions.progress("checkverifystatus", ticket).await
    }

    /// `None` where it has not seen the address yet.
    async fn contract(&self, address: Address) -> Result<Option<Contract>, ExplorerError> {
        let url = self.http().at(&["api", "v2", "smart-contracts", &address.to_string()]);
        let answer = self.http().ask(Method::GET, url, Body::Nothing, impatience).await?;
        match answer.status.as_u16() {
            200 => self.http().json(&answer).map(Some),
            404 => Ok(None),
            status => Err(self.http().odd(&format!("status {status}"))),
        }
    }

    pub(super) async fn listing(&self, address: Address) -> Result<Option<Listing>, ExplorerError> {
        let Some(contract) = self.contract(address).await? else { return Ok(None) };
        if contract.is_verified != Some(true) {
            return Ok(None);
        }
        let more = contract.additional_sources.into_iter().flatten().filter_map(|file| file.source_code);
        Ok(Some(Listing {
            quality: if contract.is_fully_verified == Some(true) { Quality::Exact } else { Quality::Partial },
            code: contract.deployed_bytecode.as_deref().and_then(listing::bytes),
            changed: contract.is_changed_bytecode == Some(true),
            contract: contract.name,
            compiler: contract.compiler_version.as_deref().and_then(listing::version),
            arguments: contract.constructor_args.as_deref().and_then(listing::bytes),
            sources: contract.source_code.into_iter().chain(more).collect(),
        }))
    }

    pub(super) async fn proxy(&self, clone: Address) -> Result<Proxy, ExplorerError> {
        let contract = self.contract(clone).await?;
        let implementations = contract.and_then(|c| c.implementations).unwrap_or_default();
        Ok(implementations.iter().find_map(|i| i.address_hash).map_or(Proxy::NotSeen, Proxy::Of))
    }
}
