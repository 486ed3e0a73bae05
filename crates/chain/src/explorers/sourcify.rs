//! Sourcify's API, version 2: <https://docs.sourcify.dev/docs/api/>, in full at
//! <https://sourcify.dev/server/api-docs/swagger.json>.
//!
//! A submission becomes a job. Its end says `match` where the code is equal, `exact_match` where a hash of the sources in the
//! code is equal as well; code without such a hash, as `bytecode_hash = "none"` leaves it, is never more than a `match`.

use super::{
    ExplorerError, Listing, Progress, Quality, Submission, Submitted, Upload,
    http::{Answer, Body, Http, impatience},
    listing,
};
use alloy_primitives::Address;
use payrox_model::ChainId;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

/// What a listing is asked for.
const FIELDS: &str = "runtimeBytecode.onchainBytecode,compilation.compilerVersion,compilation.name,sources";

/// Ends of a job that say something about the server, not about the sources.
const TROUBLE: [&str; 5] = [
    "internal_error",
    "cannot_fetch_bytecode",
    "contract_not_deployed",
    "unsupported_compiler_version",
    "unsupported_chain",
];

#[derive(Debug)]
pub(super) struct Sourcify {
    http: Http,
    chain: ChainId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ticket {
    verification_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    is_job_completed: bool,
    #[serde(default)]
    error: Option<Refusal>,
    #[serde(default)]
    contract: Option<Match>,
}

#[derive(Deserialize)]
struct Match {
    #[serde(rename = "match")]
    found: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refusal {
    custom_code: String,
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contract {
    #[serde(rename = "match")]
    found: Option<String>,
    #[serde(default)]
    runtime_bytecode: Option<Runtime>,
    #[serde(default)]
    compilation: Option<Compilation>,
    #[serde(default)]
    sources: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Runtime {
    onchain_bytecode: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Compilation {
    compiler_version: Option<String>,
    name: Option<String>,
}

impl Sourcify {
    pub(super) fn new(http: Http, chain: ChainId) -> Self {
        Self { http, chain }
    }

    pub(super) fn shown(&self) -> &str {
        self.http.shown()
    }

    pub(super) fn upload(&self, submission: &Submission) -> Upload {
        let address = submission.address.to_string();
        let url = self.http.at(&["v2", "verify", &self.chain.to_string(), &address]);
        let mut fields = vec![
            ("stdJsonInput", submission.input.to_string()),
            ("compilerVersion", submission.compiler.clone()),
            ("contractIdentifier", submission.contract.clone()),
        ];
        if let Some(tx) = submission.created_by {
            fields.push(("creationTransactionHash", tx.to_string()));
        }
        Upload::json(&url, "stdJsonInput", fields)
    }

    pub(super) async fn submit(&self, submission: &Submission) -> Result<Submitted, ExplorerError> {
        let upload = self.upload(submission);
        let url = self.http.at(&["v2", "verify", &self.chain.to_string(), &submission.address.to_string()]);
        let body = upload.body();
        let answer = self.http.ask(Method::POST, url, Body::Json(&body), patience).await?;
        match answer.status.as_u16() {
            200 | 202 => Ok(Submitted::Ticket(self.http.json::<Ticket>(&answer)?.verification_id)),
            _ => {
                let refusal: Refusal = self.http.json(&answer)?;
                match refusal.custom_code.as_str() {
                    "already_verified" => Ok(Submitted::Already),
                    // Somebody sent the same a moment ago.
                    "duplicate_verification_request" => Ok(Submitted::NotYet(refusal.message)),
                    _ => Err(self.refusal(&refusal)),
                }
            }
        }
    }

    pub(super) async fn progress(&self, ticket: &str) -> Result<Progress, ExplorerError> {
        let url = self.http.at(&["v2", "verify", ticket]);
        let answer = self.http.ask(Method::GET, url, Body::Nothing, patience).await?;
        match answer.status.as_u16() {
            404 => Ok(Progress::Unknown),
            200 => {
                let job: Job = self.http.json(&answer)?;
                Ok(match (job.is_job_completed, job.error, job.contract.and_then(|c| c.found)) {
                    (false, ..) => Progress::Pending,
                    (true, Some(e), _) if e.custom_code == "already_verified" => Progress::Done,
                    (true, Some(e), _) if TROUBLE.contains(&&*e.custom_code) => Progress::Trouble(e.message),
                    (true, Some(e), _) => Progress::Refused(format!("{}: {}", e.custom_code, e.message)),
                    (true, None, Some(_)) => Progress::Done,
                    (true, None, None) => {
                        Progress::Trouble("the job ended without a match or an error".into())
                    }
                })
            }
            _ => Err(self.refusal(&self.http.json(&answer)?)),
        }
    }

    pub(super) async fn listing(&self, address: Address) -> Result<Option<Listing>, ExplorerError> {
        let mut url = self.http.at(&["v2", "contract", &self.chain.to_string(), &address.to_string()]);
        url.query_pairs_mut().append_pair("fields", FIELDS);
        let answer = self.http.ask(Method::GET, url, Body::Nothing, patience).await?;
        // Not verified is 404 with `match: null`; any other 404 names its reason.
        let Ok(contract) = self.http.json::<Contract>(&answer).and_then(|c| self.holds(&answer, c)) else {
            return Err(self.refusal(&self.http.json(&answer)?));
        };
        let quality = match contract.found.as_deref() {
            None => return Ok(None),
            Some("exact_match") => Quality::Exact,
            Some("match") => Quality::Partial,
            Some(other) => return Err(self.http.odd(&format!("a match `{other}`"))),
        };
        let compilation = contract.compilation;
        let code = contract.runtime_bytecode.and_then(|r| r.onchain_bytecode);
        Ok(Some(Listing {
            quality,
            code: code.as_deref().and_then(listing::bytes),
            contract: compilation.as_ref().and_then(|c| c.name.clone()),
            compiler: compilation.and_then(|c| c.compiler_version).as_deref().and_then(listing::version),
            sources: listing::contents(&contract.sources).unwrap_or_default(),
            ..Listing::empty()
        }))
    }

    /// An error has no `match` either: it must not be read as a contract that is not verified.
    fn holds(&self, answer: &Answer, contract: Contract) -> Result<Contract, ExplorerError> {
        let value: Value = self.http.json(answer)?;
        let said = value.get("customCode").is_none() && value.get("match").is_some();
        let fits = matches!(answer.status.as_u16(), 200 | 404);
        if said && fits { Ok(contract) } else { Err(self.http.odd("no contract")) }
    }

    fn refusal(&self, refusal: &Refusal) -> ExplorerError {
        self.http.refused(&format!("{}: {}", refusal.custom_code, refusal.message))
    }
}

/// A second request for the same contract has the status of one too many, and is none.
fn patience(answer: &Answer) -> Option<String> {
    let refusal: Option<Refusal> = serde_json::from_str(&answer.body).ok();
    match refusal {
        Some(refusal) if refusal.custom_code == "duplicate_verification_request" => None,
        _ => impatience(answer),
    }
}
