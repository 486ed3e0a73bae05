//! Can everybody pay what they may have to?

use super::{Costs, DEAR, POOR, Readiness, SMALL, check, finding, unanswered};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, sol};
use payrox_chain::{At, CallRequest, ChainError, Endpoint, Head, Read};
use payrox_model::{Check, DataFee, Finding, Severity, Verdict, limits};

/// Pauses that a guardian must be able to pay, and by how much the base fee may have risen when they are needed.
const PAUSES: u128 = 5;
const RISE: u128 = 10;
/// Gas of a pause: measured 51 k to 75 k, by whose state is cold.
const PAUSE_GAS: u128 = 100_000;
/// Gas of an act of an owner or operator where no plan says better.
const ACT_GAS: u128 = 2_000_000;
/// Bytes of a signed transaction besides its calldata, about.
const ENVELOPE: usize = 120;

sol! {
    function getL1Fee(bytes data) external view returns (uint256);
    function gasEstimateL1Component(address to, bool creation, bytes data) external payable returns (uint64 gas, uint256 baseFee, uint256 l1BaseFee);
}

/// Somebody who must be able to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Such as `guardian`.
    pub role: String,
    /// Who.
    pub address: Address,
    /// For what.
    pub needs: Need,
}

/// What is to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The whole run.
    Run,
    /// Several pauses at ten times the base fee.
    Pauses,
    /// One call, such as an activation.
    Act,
}

/// What a run takes, by its dry run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Units of gas of all its transactions.
    pub gas: u64,
    /// Of the largest of them.
    pub largest: u64,
    /// Callee and calldata of each.
    pub calls: Vec<(Address, Bytes)>,
    /// Ether sent along, in wei.
    pub value: U256,
}

/// Present fees: base fee and the tip that the node suggests.
///
/// # Errors
/// When the endpoint fails, or knows neither.
pub async fn fees(endpoint: &Endpoint) -> Result<(Head, u128, u128), ChainError> {
    let head = endpoint.block(At::Latest).await?;
    let base = head.base_fee.unwrap_or_default();
    let tip: Result<U256, _> = endpoint.request("eth_maxPriorityFeePerGas", ()).await;
    let tip = match tip {
        Ok(tip) => tip.saturating_to(),
        Err(_) => {
            let price: U256 = endpoint.request("eth_gasPrice", ()).await?;
            price.saturating_to::<u128>().saturating_sub(base)
        }
    };
    Ok((head, base, tip))
}

/// The checks `fees` and `funds`, and what the run costs.
pub(super) async fn money(question: &Readiness<'_>, endpoint: &Endpoint) -> (Check, Check, Option<Costs>) {
    let (head, base, tip) = match fees(endpoint).await {
        Ok(fees) => fees,
        Err(error) => return (unanswered("fees", &error), unanswered("funds", &error), None),
    };
    let tip = tip.max(question.family.traits().min_tip).min(question.max_tip.unwrap_or(u128::MAX));
    // What the engine offers: twice the base fee, so that full blocks do not price the transaction out.
    let price = base.saturating_mul(2).saturating_add(tip).min(question.max_fee.unwrap_or(u128::MAX));
    let fees = caps(question, &head, base, tip);
    let run = match question.run {
        None => None,
        Some(run) => match cost(question, endpoint, run, price).await {
            Ok(costs) => Some((costs, run)),
            Err(error) => return (fees, unanswered("funds", &error), None),
        },
    };
    let funds = funds(question, endpoint, base, tip, price, run).await;
    (fees, funds, run.map(|(costs, _)| costs))
}

/// The limits of the network's file against what is asked now, and the block's room against the largest transaction.
fn caps(question: &Readiness<'_>, head: &Head, base: u128, tip: u128) -> Check {
    let now = base.saturating_add(tip);
    let mut findings = Vec::new();
    if question.max_fee.is_some_and(|limit| now > limit) {
        let limit = question.max_fee.unwrap_or_default();
        let evidence = format!("{} now, {} at most", gwei(now), gwei(limit));
        findings.push(finding(
            DEAR,
            "fees.max_fee",
            evidence,
            "wait, or raise fees.max_fee in the network's file; then `payrox doctor`",
        ));
    }
    let unlimited = question.max_fee.is_none() || question.max_tip.is_none();
    if question.production && unlimited {
        findings.push(finding(
            DEAR,
            "fees",
            "nothing limits what is paid, whatever an endpoint suggests",
            "write fees.max_fee and fees.max_priority_fee into the network's file; then `payrox doctor`",
        ));
    }
    let largest = question.run.map_or(limits::TX_GAS, |run| run.largest);
    if head.gas_limit < largest {
        let evidence = format!("a block has {} gas, a transaction may need {largest}", head.gas_limit);
        findings.push(finding(
            SMALL,
            "the block gas limit",
            evidence,
            "mark rarely called functions `cold`, or split the release: `payrox plan show`",
        ));
    }
    let cap = question.max_fee.map_or("no limit".to_owned(), |limit| format!("at most {}", gwei(limit)));
    let verdict = if findings.is_empty() { Verdict::Pass } else { Verdict::Fail };
    check("fees", verdict, format!("{} and {} tip a unit of gas, {cap}", gwei(base), gwei(tip)), findings)
}

async fn cost(
    question: &Readiness<'_>,
    endpoint: &Endpoint,
    run: &Estimate,
    price: u128,
) -> Result<Costs, ChainError> {
    let (mut gas, mut data_fee) = (run.gas, 0u128);
    match question.family.traits().data_fee {
        None => {}
        Some(DataFee::OpStack { oracle }) => {
            let ask = |(_, data): &(Address, Bytes)| {
                // The rest of the transaction is random to a compressor: so are these bytes to the oracle.
                let data = [vec![0xff; ENVELOPE].as_slice(), data].concat().into();
                CallRequest::view(oracle, getL1FeeCall { data }.abi_encode())
            };
            for answer in endpoint.call_batch(run.calls.iter().map(ask).collect(), At::Latest).await? {
                data_fee = data_fee
                    .saturating_add(U256::try_from_be_slice(&answer?).unwrap_or(U256::MAX).saturating_to());
            }
        }
        Some(DataFee::InGas { oracle }) => {
            let ask = |(to, data): &(Address, Bytes)| {
                let call = gasEstimateL1ComponentCall { to: *to, creation: false, data: data.clone() };
                CallRequest::view(oracle, call.abi_encode())
            };
            for answer in endpoint.call_batch(run.calls.iter().map(ask).collect(), At::Latest).await? {
                let answer = answer?;
                let first = answer.get(..32).and_then(U256::try_from_be_slice).unwrap_or_default();
                gas = gas.saturating_add(first.saturating_to());
            }
        }
    }
    let value: u128 = run.value.saturating_to();
    let total = u128::from(gas).saturating_mul(price).saturating_add(data_fee).saturating_add(value);
    Ok(Costs { gas, price, data_fee, total })
}

async fn funds(
    question: &Readiness<'_>,
    endpoint: &Endpoint,
    base: u128,
    tip: u128,
    price: u128,
    run: Option<(Costs, &Estimate)>,
) -> Check {
    if question.accounts.is_empty() {
        return check(
            "funds",
            Verdict::Unknown,
            "nobody is named who pays: the network's file has no [roles]",
            Vec::new(),
        );
    }
    let reads: Vec<_> =
        question.accounts.iter().flat_map(|a| [Read::Balance(a.address), Read::Code(a.address)]).collect();
    let answers = match endpoint.read(At::Latest, &reads).await {
        Ok(answers) => answers,
        Err(error) => return unanswered("funds", &error),
    };
    let mut findings = Vec::new();
    let (mut paying, mut contracts, mut unplanned) = (0, Vec::new(), false);
    for (account, answers) in question.accounts.iter().zip(answers.chunks(2)) {
        let (balance, code) = match (&answers[0], &answers[1]) {
            (Ok(balance), Ok(code)) => (U256::from_be_slice(balance), code),
            (Err(error), _) | (_, Err(error)) => return unanswered("funds", error),
        };
        // A delegated account (EIP-7702) still pays for what it sends.
        if !code.is_empty() && !code.starts_with(&[0xef, 0x01, 0x00]) {
            contracts.push(account.role.clone());
            continue;
        }
        let (needed, for_what) = match (account.needs, &run) {
            (Need::Run, Some((costs, _))) => (costs.total, "the run"),
            (Need::Run, None) => {
                unplanned = true;
                continue;
            }
            (Need::Pauses, _) => {
                let dear = base.saturating_mul(RISE).saturating_add(tip);
                (PAUSES * PAUSE_GAS.saturating_mul(dear), "five pauses at ten times the base fee")
            }
            (Need::Act, run) => {
                let gas = run.map_or(ACT_GAS, |(_, run)| u128::from(run.largest).max(ACT_GAS / 10));
                (gas.saturating_mul(price), "one act of its role")
            }
        };
        if balance < U256::from(needed) {
            findings.push(poor(account, balance, needed, for_what));
        } else {
            paying += 1;
        }
    }
    let verdict = match (findings.is_empty(), unplanned) {
        (false, _) => Verdict::Fail,
        (true, true) => Verdict::Unknown,
        (true, false) => Verdict::Pass,
    };
    let mut summary = format!("{paying} of {} can pay", question.accounts.len());
    if let Some((costs, _)) = run {
        summary.push_str(&format!(
            "; the run takes {} gas, {} ether at {}{}",
            payrox_model::text::grouped(costs.gas),
            ether(costs.total),
            gwei(costs.price),
            if costs.data_fee > 0 {
                format!(", {} of it for data", ether(costs.data_fee))
            } else {
                String::new()
            }
        ));
    }
    if !contracts.is_empty() {
        summary.push_str(&format!("; {}: a contract, whoever executes for it pays", contracts.join(", ")));
    }
    if unplanned {
        let why = question.no_run.unwrap_or("there is no plan");
        summary.push_str(&format!("; what the run costs is unknown: {why}"));
    }
    check("funds", verdict, summary, findings)
}

fn poor(account: &Account, balance: U256, needed: u128, for_what: &str) -> Finding {
    let held: u128 = balance.saturating_to();
    let missing = needed.saturating_sub(held);
    Finding {
        code: POOR,
        severity: Severity::Error,
        subject: format!("{} {}", account.role, account.address),
        evidence: format!("it has {} ether, {for_what} takes {}", ether(held), ether(needed)),
        hint: Some(format!("send it {} ether, then `payrox doctor`", ether(missing))),
    }
}

/// Wei in the unit of prices, without trailing zeros.
fn gwei(wei: u128) -> String {
    format!("{} gwei", decimal(wei, 9))
}

/// Wei in the chain's own currency.
fn ether(wei: u128) -> String {
    decimal(wei, 18)
}

fn decimal(wei: u128, decimals: u32) -> String {
    let unit = 10u128.pow(decimals);
    let (whole, rest) = (wei / unit, wei % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let width = decimals as usize;
    let fraction = format!("{rest:0width$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_p03_amounts_are_shown_exactly() {
        assert_eq!(ether(1_000_000_000_000_000_000), "1");
        assert_eq!(ether(12_345), "0.000000000000012345");
        assert_eq!(gwei(1_500_000_000), "1.5 gwei");
        assert_eq!(gwei(0), "0 gwei");
    }
}
