//! What `payrox doctor` asks a network before anything is planned or sent: read only, each check with three values.

mod agreement;
mod funds;
mod identity;
mod machine;

pub use funds::{Account, Estimate, Need, fees};

use alloy_primitives::B256;
use payrox_chain::{ChainError, Endpoint};
use payrox_model::{ChainId, Check, Code, ExitCode, Family, Fault as _, Finding, Report, Severity, Verdict};

/// A network as it should be, and how it is reached.
#[derive(Clone, Debug)]
pub struct Readiness<'a> {
    /// One or more.
    pub endpoints: &'a [Endpoint],
    /// What they must say.
    pub chain_id: ChainId,
    /// A block that they must have.
    pub known_block: Option<(u64, B256)>,
    /// What kind of chain it is.
    pub family: Family,
    /// Whether something on it has value.
    pub production: bool,
    /// Seconds since 1970 by this machine's clock.
    pub clock: u64,
    /// Wei a unit of gas, at most; and of those for whoever makes the block.
    pub max_fee: Option<u128>,
    /// Of those for whoever makes the block.
    pub max_tip: Option<u128>,
    /// Who must be able to pay.
    pub accounts: &'a [Account],
    /// What the run would take, where there is a plan.
    pub run: Option<&'a Estimate>,
    /// Why there is no plan, where there is none.
    pub no_run: Option<&'a str>,
}

/// What was seen of a network.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The checks, in the order they ran.
    pub report: Report,
    /// What the run costs, by the present fees.
    pub costs: Option<Costs>,
}

/// The cost of a run by present fees, in the chain's own currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// Units of gas.
    pub gas: u64,
    /// Wei a unit of gas that the run is prepared to pay.
    pub price: u128,
    /// Wei for data on another chain, besides the gas.
    pub data_fee: u128,
    /// Wei in all.
    pub total: u128,
}

const HEAD: Code = Code("PRX-DOC-001");
const SUPPORT: Code = Code("PRX-DOC-002");
const OPCODES: Code = Code("PRX-DOC-003");
const NO_DEPLOYER: Code = Code("PRX-DOC-004");
const OTHER_DEPLOYER: Code = Code("PRX-DOC-005");
const DISAGREE: Code = Code("PRX-DOC-006");
const ALONE: Code = Code("PRX-DOC-007");
const POOR: Code = Code("PRX-DOC-008");
const DEAR: Code = Code("PRX-DOC-009");
const SMALL: Code = Code("PRX-DOC-010");

/// Looks at a network.
pub async fn ready(question: &Readiness<'_>) -> Ready {
    let mut checks = vec![identity::identity(question).await];
    // Whatever another chain, or nobody, says about the rest is not worth asking for.
    if checks[0].verdict != Verdict::Pass {
        let rest = ["head", "family", "support", "opcodes", "deployer", "agreement", "fees", "funds"];
        checks
            .extend(rest.map(|name| check(name, Verdict::Unknown, "not asked: see `endpoint`", Vec::new())));
        return Ready { report: Report { checks }, costs: None };
    }
    let first = &question.endpoints[0];
    checks.push(identity::head(question, first).await);
    checks.push(identity::family(question));
    checks.push(machine::support(question, first).await);
    checks.push(machine::opcodes(first).await);
    checks.push(machine::deployer(first).await);
    checks.extend(agreement::agreement(question).await);
    let (fees, funds, costs) = funds::money(question, first).await;
    checks.extend([fees, funds]);
    Ready { report: Report { checks }, costs }
}

fn check(name: &str, verdict: Verdict, summary: impl Into<String>, findings: Vec<Finding>) -> Check {
    Check { name: name.into(), verdict, summary: summary.into(), findings }
}

fn finding(code: Code, subject: impl Into<String>, evidence: impl Into<String>, hint: &str) -> Finding {
    Finding {
        code,
        severity: Severity::Error,
        subject: subject.into(),
        evidence: evidence.into(),
        hint: Some(hint.to_owned()),
    }
}

/// A question that was not answered as it should be: unknown where nothing was heard, failed where the answer is wrong.
fn unanswered(name: &str, error: &ChainError) -> Check {
    let verdict = match error {
        ChainError::WrongChain { .. } | ChainError::WrongBlock { .. } => Verdict::Fail,
        _ if error.exit() == ExitCode::BadInput => Verdict::Fail,
        _ => Verdict::Unknown,
    };
    check(name, verdict, "no answer that can be used", vec![of_error(error)])
}

fn of_error(error: &ChainError) -> Finding {
    Finding {
        code: error.code(),
        severity: Severity::Error,
        subject: error.subject().unwrap_or_else(|| "the endpoint".into()),
        evidence: error.to_string(),
        hint: error.hint().or(Some("try again, or pass another --rpc-url, then `payrox doctor`".into())),
    }
}
