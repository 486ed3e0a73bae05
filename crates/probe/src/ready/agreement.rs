//! Do the endpoints say the same?

use super::{ALONE, DISAGREE, Readiness, check, finding, unanswered};
use payrox_chain::{At, Endpoint, Head};
use payrox_devnet::CREATE2_DEPLOYER;
use payrox_model::{Check, Severity, Verdict};

/// Blocks below the lowest head, at which heads are compared: what is newest may still be exchanged.
const BELOW: u64 = 3;
/// Seconds by which one endpoint may be behind another.
const LAG: u64 = 60;

/// One block of all, by hash, and code at it. With one endpoint there is nothing to compare: in production that is said.
pub(super) async fn agreement(question: &Readiness<'_>) -> Option<Check> {
    let [first, others @ ..] = question.endpoints else { return None };
    if others.is_empty() {
        if !question.production {
            return None;
        }
        let hint =
            "pass a second --rpc-url, of another provider, or name both in rpc_url; then `payrox doctor`";
        let mut found = finding(ALONE, first.shown(), "nobody contradicts it, whatever it says", hint);
        found.severity = Severity::Warning;
        return Some(check(
            "agreement",
            Verdict::Unknown,
            "one endpoint: there is nothing to compare",
            vec![found],
        ));
    }
    let mut heads = Vec::new();
    for endpoint in question.endpoints {
        match endpoint.block(At::Latest).await {
            Ok(head) => heads.push(head),
            Err(error) => return Some(unanswered("agreement", &error)),
        }
    }
    let lowest = heads.iter().map(|head| head.number).min().unwrap_or_default();
    let common = lowest.saturating_sub(BELOW);
    let newest = heads.iter().map(|head| head.timestamp).max().unwrap_or_default();
    let mut findings = Vec::new();
    let mut said: Option<(Said, &Endpoint)> = None;
    for (endpoint, head) in question.endpoints.iter().zip(&heads) {
        if newest.saturating_sub(head.timestamp) > LAG && !question.family.traits().development {
            findings.push(behind(endpoint, head, newest));
        }
        let here = match says(endpoint, common).await {
            Ok(here) => here,
            Err(error) => return Some(unanswered("agreement", &error)),
        };
        match &said {
            None => said = Some((here, endpoint)),
            Some((there, _)) if *there == here => {}
            Some((there, other)) => {
                let evidence = format!(
                    "block {common}: {} says {}, {} says {}",
                    other.shown(),
                    there.shown(),
                    endpoint.shown(),
                    here.shown()
                );
                let hint = "trust neither until a third says which is right; then leave the other away and run `payrox doctor` again";
                findings.push(finding(DISAGREE, endpoint.shown(), evidence, hint));
            }
        }
    }
    let verdict = if findings.is_empty() { Verdict::Pass } else { Verdict::Fail };
    let summary = match verdict {
        Verdict::Pass => format!("{} endpoints say the same of block {common}", heads.len()),
        _ => format!("{} endpoints do not agree", heads.len()),
    };
    Some(check("agreement", verdict, summary, findings))
}

#[derive(PartialEq, Eq)]
struct Said {
    hash: alloy_primitives::B256,
    code: Option<payrox_model::CodeHash>,
}

impl Said {
    fn shown(&self) -> String {
        let code = self.code.map_or("no deployer".to_owned(), |hash| format!("deployer {hash}"));
        format!("{} with {code}", self.hash)
    }
}

async fn says(endpoint: &Endpoint, block: u64) -> Result<Said, payrox_chain::ChainError> {
    let hash = endpoint.block(At::Block(block)).await?.hash;
    Ok(Said { hash, code: endpoint.code_hash(CREATE2_DEPLOYER, At::Block(block)).await? })
}

fn behind(endpoint: &Endpoint, head: &Head, newest: u64) -> payrox_model::Finding {
    let evidence =
        format!("block {}, {} s behind the newest that another has", head.number, newest - head.timestamp);
    finding(
        DISAGREE,
        endpoint.shown(),
        evidence,
        "leave it away until it has caught up; then `payrox doctor`",
    )
}
