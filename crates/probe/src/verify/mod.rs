//! Is the chain as planned?

mod answers;
mod code;
mod diamond;
mod eip2535;
mod schema;
mod slot;
mod staging;
mod tally;
#[cfg(test)]
mod tests;

pub use schema::schema;
pub use slot::route_slot;

use answers::Questions;
use payrox_chain::{At, ChainError, Endpoint};
use payrox_model::{Check, Code, Epoch, Finding, Pin, Report, Severity, Verdict};
use payrox_plan::Plan;

/// The endpoint did not answer.
pub const SILENT: Code = Code("PRX-PRB-001");

/// Which part of the plan to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Facets and diamond.
    Everything,
    /// Code and code hash of each facet, and that it was created where it had to be.
    Facets,
    /// What is staged is what was planned.
    Staging,
    /// What is served is exactly the plan.
    Diamond,
}

impl Scope {
    fn includes(self, part: Self) -> bool {
        self == part || self == Self::Everything && part != Self::Staging
    }
}

/// What was seen.
#[derive(Debug)]
pub struct Verification {
    /// The checks.
    pub report: Report,
    /// The block that was looked at.
    pub block: Option<u64>,
    /// The epoch that was active then, where the diamond was looked at.
    pub epoch: Option<Epoch>,
    /// What the endpoint said instead of answering, the first time.
    pub trouble: Option<ChainError>,
}

/// Compares a chain with a plan: two round trips, all of one block.
///
/// An endpoint that fails makes checks unknown; it never makes this fail.
pub async fn verify(endpoint: &Endpoint, plan: &Plan, scope: Scope) -> Verification {
    verify_at(endpoint, plan, scope, None).await
}

/// The same at a block that was read a moment ago, of the plan's chain: one round trip; at the newest where there is none.
pub async fn verify_at(endpoint: &Endpoint, plan: &Plan, scope: Scope, pin: Option<Pin>) -> Verification {
    match look(endpoint, plan, scope, pin).await {
        Ok(verification) => verification,
        Err(trouble) => Verification {
            report: Report { checks: vec![unseen(scope, &trouble)] },
            block: None,
            epoch: None,
            trouble: Some(trouble),
        },
    }
}

async fn look(
    endpoint: &Endpoint,
    plan: &Plan,
    scope: Scope,
    pin: Option<Pin>,
) -> Result<Verification, ChainError> {
    let pin = match pin {
        Some(pin) => pin,
        None => {
            let (chain_id, head) = endpoint.newest().await?;
            if chain_id != plan.chain_id {
                endpoint.expect_chain(plan.chain_id).await?;
            }
            Pin { block: head.number, timestamp: head.timestamp }
        }
    };
    if let Some(part) = &plan.diamond {
        let (checks, trouble) = eip2535::look(endpoint, plan, part, scope, At::Block(pin.block)).await?;
        return Ok(Verification { report: Report { checks }, block: Some(pin.block), epoch: None, trouble });
    }
    let mut questions = Questions::default();
    let facets = scope.includes(Scope::Facets).then(|| code::Facets::ask(plan, &mut questions));
    let staging = scope.includes(Scope::Staging).then(|| staging::Staging::ask(plan, &mut questions));
    let diamond = scope.includes(Scope::Diamond).then(|| diamond::Diamond::ask(plan, &mut questions));
    let answers = questions.put(endpoint, At::Block(pin.block)).await?;
    let mut checks = Vec::new();
    if let Some(facets) = facets {
        checks.extend(facets.check(plan, &answers));
    }
    if let Some(staging) = staging {
        checks.push(staging.check(plan, &answers, pin.timestamp));
    }
    let mut epoch = None;
    if let Some(diamond) = diamond {
        let (found, active) = diamond.check(plan, &answers);
        checks.extend(found);
        epoch = active;
    }
    let (report, block) = (Report { checks }, Some(pin.block));
    Ok(Verification { report, block, epoch, trouble: answers.into_trouble() })
}

fn unseen(scope: Scope, trouble: &ChainError) -> Check {
    let (name, hint) = match scope {
        Scope::Everything => ("system", "payrox verify"),
        Scope::Facets => ("facets", "payrox verify facets"),
        Scope::Staging => ("staging", "payrox verify staging"),
        Scope::Diamond => ("diamond", "payrox verify diamond"),
    };
    Check {
        name: name.into(),
        verdict: Verdict::Unknown,
        summary: "not looked at".into(),
        findings: vec![Finding {
            code: SILENT,
            severity: Severity::Error,
            subject: "the endpoint".into(),
            evidence: trouble.to_string(),
            hint: Some(format!("try `{hint}` again, or another endpoint")),
        }],
    }
}
