//! Is it the chain that is meant, and is it awake?

use super::{HEAD, Readiness, check, finding, of_error, unanswered};
use payrox_chain::{At, ChainError, Endpoint};
use payrox_model::{Check, ExitCode, Fault as _, Verdict, text::escape};

/// Seconds by which a clock or a head may be off before it is said.
const SKEW: u64 = 30;
/// Characters of a client's version that are shown.
const CLIENT: usize = 60;

/// Chain id and known block of every endpoint, and what client it is.
pub(super) async fn identity(question: &Readiness<'_>) -> Check {
    let mut findings = Vec::new();
    let mut clients = Vec::new();
    let mut verdict = Verdict::Pass;
    for endpoint in question.endpoints {
        match meant(question, endpoint).await {
            Ok(()) => clients.push(client(endpoint).await),
            Err(error) => {
                let wrong = error.exit() == ExitCode::BadInput;
                verdict = verdict.max(if wrong { Verdict::Fail } else { Verdict::Unknown });
                findings.push(of_error(&error));
            }
        }
    }
    let known = question.known_block.map_or("no block is known of it".to_owned(), |(number, hash)| {
        format!("block {number} is {}", short(&hash.to_string()))
    });
    let summary = match clients.as_slice() {
        [] => format!("none of {} endpoints serves chain {}", question.endpoints.len(), question.chain_id),
        clients => format!("chain {}, {known}, {}", question.chain_id, clients.join("; ")),
    };
    check("endpoint", verdict, summary, findings)
}

async fn meant(question: &Readiness<'_>, endpoint: &Endpoint) -> Result<(), ChainError> {
    endpoint.expect_chain(question.chain_id).await?;
    match question.known_block {
        Some((number, hash)) => endpoint.expect_block(number, hash).await,
        None => Ok(()),
    }
}

async fn client(endpoint: &Endpoint) -> String {
    let version: Result<String, _> = endpoint.request("web3_clientVersion", ()).await;
    let version = version.unwrap_or_else(|_| "a client that does not say its version".into());
    format!("{} ({})", escape(&version.chars().take(CLIENT).collect::<String>()), endpoint.shown())
}

fn short(hash: &str) -> String {
    format!("{}…", hash.chars().take(10).collect::<String>())
}

/// The age of the newest block by this machine's clock: one of the two is wrong where they are far apart.
pub(super) async fn head(question: &Readiness<'_>, endpoint: &Endpoint) -> Check {
    let head = match endpoint.block(At::Latest).await {
        Ok(head) => head,
        Err(error) => return unanswered("head", &error),
    };
    let traits = question.family.traits();
    let at = format!("block {}", head.number);
    if traits.development {
        return check(
            "head",
            Verdict::Pass,
            format!("{at}; a development chain has a clock of its own"),
            vec![],
        );
    }
    let may_be = (traits.block_time.as_secs() * 10).max(2 * SKEW);
    let (verdict, said) =
        match (question.clock.checked_sub(head.timestamp), head.timestamp.saturating_sub(question.clock)) {
            (Some(age), _) if age <= may_be => (Verdict::Pass, format!("{at}, {age} s old by this clock")),
            (Some(age), _) => {
                (Verdict::Fail, format!("{at} is {age} s old by this clock; {may_be} s may be"))
            }
            (None, ahead) if ahead <= SKEW => (Verdict::Pass, format!("{at}, {ahead} s ahead of this clock")),
            (None, ahead) => (Verdict::Fail, format!("{at} is {ahead} s ahead of this clock")),
        };
    let findings = match verdict {
        Verdict::Pass => Vec::new(),
        _ => vec![finding(
            HEAD,
            endpoint.shown(),
            said.clone(),
            "compare the machine's clock with `date -u`; where it is right, pass another --rpc-url: the node does not follow its chain",
        )],
    };
    check("head", verdict, said, findings)
}

/// What is known of the kind of chain. Kinds that are refused never get here: their network's file is not read.
pub(super) fn family(question: &Readiness<'_>) -> Check {
    let traits = question.family.traits();
    let support = traits.fork_lacks.map_or_else(
        || "supported".to_owned(),
        |lacks| format!("supported; a dry run on a fork, as before each later release, is without {lacks}"),
    );
    check("family", Verdict::Pass, format!("{}: {support}", traits.name), Vec::new())
}
