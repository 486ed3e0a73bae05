//! Etherscan's API, version 2: <https://docs.etherscan.io/contract-verification/verify-with-api>; and the same as Blockscout
//! offers it: <https://docs.blockscout.com/api-reference/contract/verify-contract-with-standard-json-input>.
//!
//! Every answer is `{status, message, result}`, and what it means stands in words in `result`
//! (<https://docs.etherscan.io/common-error-messages>, <https://docs.etherscan.io/contract-verification/common-verification-errors>).

use super::{
    ExplorerError, Listing, Progress, Proxy, Submission, Submitted, Upload,
    http::{Answer, Body, Http, impatience},
    listing,
};
use crate::Secrets;
use alloy_primitives::{Address, hex};
use payrox_model::ChainId;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

#[derive(Debug)]
pub(super) struct Etherscan {
    pub(super) http: Http,
    /// Part of every request to Etherscan; a Blockscout has one chain.
    chain: Option<ChainId>,
    key: Key,
}

/// Never shown.
struct Key(Option<String>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Key(…)" } else { "Key(none)" })
    }
}

#[derive(Deserialize)]
struct Reply {
    status: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    result: Value,
}

impl Reply {
    /// What it says in words; some servers put them into `message`.
    fn words(&self) -> &str {
        self.result.as_str().filter(|text| !text.is_empty()).unwrap_or(&self.message)
    }
}

/// <https://docs.etherscan.io/contract-verification/get-source-code>.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Source {
    source_code: String,
    contract_name: String,
    compiler_version: String,
    constructor_arguments: String,
    proxy: String,
    implementation: String,
}

impl Etherscan {
    pub(super) fn new(http: Http, chain: Option<ChainId>, key: Option<&str>) -> Self {
        if let Some(key) = key {
            Secrets::of_this_process().add(key);
        }
        Self { http, chain, key: Key(key.map(str::to_owned)) }
    }

    pub(super) fn shown(&self) -> &str {
        self.http.shown()
    }

    /// Without the key.
    fn url(&self, action: &str) -> Url {
        // Etherscan's address is complete, Blockscout's is the server's.
        let mut url = self.http.at(if self.chain.is_some() { &[] } else { &["api"] });
        let mut query = url.query_pairs_mut();
        if let Some(chain) = self.chain {
            query.append_pair("chainid", &chain.to_string());
        }
        query.append_pair("module", "contract").append_pair("action", action);
        drop(query);
        url
    }

    async fn ask(&self, method: Method, mut url: Url, body: Body<'_>) -> Result<Reply, ExplorerError> {
        if let Key(Some(key)) = &self.key {
            url.query_pairs_mut().append_pair("apikey", key);
        }
        let answer = self.http.ask(method, url, body, patience).await?;
        let reply: Reply = self.http.json(&answer)?;
        let words = reply.words().to_ascii_lowercase();
        let refusals =
            ["invalid api key", "missing/invalid api key", "too many invalid api key", "unsupported chainid"];
        let denied =
            refusals.iter().any(|refusal| words.contains(refusal)) || words.contains("free api access");
        if denied {
            return Err(self.http.refused(reply.words()));
        }
        Ok(reply)
    }

    pub(super) fn upload(&self, submission: &Submission) -> Upload {
        let mut fields = vec![
            ("contractaddress", submission.address.to_string()),
            ("sourceCode", submission.input.to_string()),
            ("codeformat", "solidity-standard-json-input".to_owned()),
            ("contractname", submission.contract.clone()),
            ("compilerversion", format!("v{}", submission.compiler)),
        ];
        if !submission.arguments.is_empty() {
            let arguments = hex::encode(&submission.arguments);
            // Etherscan misspelt it once; some servers know the one, some the other, and none minds both.
            fields.push(("constructorArguments", arguments.clone()));
            fields.push(("constructorArguements", arguments));
        }
        Upload::form(&self.url("verifysourcecode"), "sourceCode", fields)
    }

    pub(super) async fn submit(&self, submission: &Submission) -> Result<Submitted, ExplorerError> {
        let body = self.upload(submission).body();
        let reply = self.ask(Method::POST, self.url("verifysourcecode"), Body::Form(&body)).await?;
        let words = reply.words();
        if reply.status == "1" {
            return Ok(Submitted::Ticket(words.to_owned()));
        }
        if is_verified_already(words) {
            return Ok(Submitted::Already);
        }
        if words.starts_with("Unable to locate ContractCode") {
            return Ok(Submitted::NotYet(told(words)));
        }
        Err(self.http.refused(words))
    }

    pub(super) async fn progress(&self, action: &str, ticket: &str) -> Result<Progress, ExplorerError> {
        let mut url = self.url(action);
        url.query_pairs_mut().append_pair("guid", ticket);
        let reply = self.ask(Method::GET, url, Body::Nothing).await?;
        let words = reply.words();
        let lower = words.to_ascii_lowercase();
        Ok(if lower.contains("pending in queue") || lower.contains("in progress") {
            Progress::Pending
        } else if words.starts_with("Pass") || is_verified_already(words) {
            Progress::Done
        } else if lower.contains("unknown uid") || lower.contains("unable to locate guid") {
            Progress::Unknown
        } else if words.starts_with("Fail") {
            Progress::Refused(told(words))
        } else if action == "checkproxyverification" {
            match reply.status.as_str() {
                "1" => Progress::Done,
                _ => Progress::Refused(told(words)),
            }
        } else {
            Progress::Trouble(told(words))
        })
    }

    async fn source(&self, address: Address) -> Result<Source, ExplorerError> {
        let mut url = self.url("getsourcecode");
        url.query_pairs_mut().append_pair("address", &address.to_string());
        let reply = self.ask(Method::GET, url, Body::Nothing).await?;
        let sources: Result<Vec<Source>, _> = Deserialize::deserialize(&reply.result);
        match sources {
            Ok(sources) if reply.status == "1" => Ok(sources.into_iter().next().unwrap_or_default()),
            _ => Err(self.http.odd(reply.words())),
        }
    }

    pub(super) async fn listing(&self, address: Address) -> Result<Option<Listing>, ExplorerError> {
        let source = self.source(address).await?;
        if source.source_code.is_empty() {
            return Ok(None);
        }
        Ok(Some(Listing {
            contract: (!source.contract_name.is_empty()).then_some(source.contract_name),
            compiler: listing::version(&source.compiler_version),
            arguments: listing::bytes(&source.constructor_arguments),
            sources: texts(&source.source_code),
            ..Listing::empty()
        }))
    }

    pub(super) async fn proxy(&self, clone: Address) -> Result<Proxy, ExplorerError> {
        let source = self.source(clone).await?;
        Ok(match source.implementation.parse() {
            Ok(implementation) if source.proxy == "1" => Proxy::Of(implementation),
            _ => Proxy::NotSeen,
        })
    }

    /// <https://docs.etherscan.io/api-reference/endpoint/verifyproxycontract>.
    pub(super) async fn link(
        &self,
        clone: Address,
        implementation: Address,
    ) -> Result<String, ExplorerError> {
        let fields =
            vec![("address", clone.to_string()), ("expectedimplementation", implementation.to_string())];
        let url = self.url("verifyproxycontract");
        let body = Upload::form(&url, "", fields).body();
        let reply = self.ask(Method::POST, url, Body::Form(&body)).await?;
        match reply.status.as_str() {
            "1" => Ok(reply.words().to_owned()),
            _ => Err(self.http.refused(reply.words())),
        }
    }
}

/// What is kept and shown by others: a server may repeat the key that it was given.
fn told(words: &str) -> String {
    Secrets::of_this_process().redact(words)
}

fn is_verified_already(words: &str) -> bool {
    words.to_ascii_lowercase().contains("already verified")
}

/// Too many requests have status 200 here, and the reason in words.
fn patience(answer: &Answer) -> Option<String> {
    let reply: Option<Reply> = serde_json::from_str(&answer.body).ok();
    let limited = reply.filter(|reply| reply.status != "1" && is_limit(reply.words()));
    limited.map(|reply| reply.words().to_owned()).or_else(|| impatience(answer))
}

fn is_limit(words: &str) -> bool {
    words.to_ascii_lowercase().contains("rate limit")
}

/// The texts of `SourceCode`: standard JSON in one more pair of braces, a map of files, or one file.
fn texts(code: &str) -> Vec<String> {
    let inner = code.trim().strip_prefix('{').and_then(|c| c.strip_suffix('}')).unwrap_or_default();
    let read = |text: &str| {
        let value: Value = serde_json::from_str(text).ok()?;
        listing::contents(value.get("sources").unwrap_or(&value))
    };
    read(inner).or_else(|| read(code)).unwrap_or_else(|| vec![code.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_from_each_of_the_three_forms() {
        let files = r#"{"a.sol":{"content":"A"},"b.sol":{"content":"B"}}"#;
        assert_eq!(
            texts(&format!("{{{{\"language\":\"Solidity\",\"sources\":{files},\"settings\":{{}}}}}}")),
            ["A", "B"]
        );
        assert_eq!(texts(files), ["A", "B"]);
        assert_eq!(texts("contract C {}"), ["contract C {}"]);
    }

    #[test]
    fn prx_b45_a_key_is_not_shown_in_debug_output() {
        assert_eq!(format!("{:?}", Key(Some("SECRET".into()))), "Key(…)");
    }
}
