//! Real transactions of a system, once as they were and once on the system that a plan makes.
//!
//! Each is executed on a fork of the state right before it: the block before, and what came before it in its own block.

mod find;
mod weigh;

pub use weigh::{Fate, Replayed, Side};

use crate::{Sandbox, after::Tracer, forked, gates::GateError, rehearse::Stage, truth::diamond_query};
use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall;
use find::{Found, find};
use payrox_chain::{Body, ChainError, DiamondError, Endpoint, Mined, Reasons, Remote, diamond_snapshot};
use payrox_devnet::{Devnet, Fork};
use payrox_model::{ChainSnapshot, Manifest, PlanId, Selector, abi::IManifestDispatcher as D};
use payrox_plan::{Change, Plan};
use serde::Serialize;
use std::{collections::BTreeSet, ops::RangeInclusive};

/// Transactions that one replay takes, at most.
pub const MOST: usize = 1_000;
/// Blocks that are searched, at most, where no range is given.
pub const BLOCKS: u64 = 10_000;

/// Which transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The newest so many.
    pub last: usize,
    /// Of these blocks.
    pub blocks: RangeInclusive<u64>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// The first and the last block that were looked at.
    pub blocks: (u64, u64),
    /// The transactions, oldest first.
    pub transactions: Vec<Replayed>,
    /// Transactions that were found and left out: the plan's parent was not what served them.
    pub before_the_parent: usize,
    /// What could not be seen.
    pub blind: Vec<String>,
}

impl Replay {
    /// How many came out so.
    pub fn count(&self, fate: Fate) -> usize {
        self.transactions.iter().filter(|replayed| replayed.fate == fate).count()
    }
}

/// Why there is no replay.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum ReplayError {
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error(transparent)]
    Gate(Box<GateError>),
    #[error("{} is the first release: nobody has called it yet", .0)]
    First(B256),
    #[error("the plan follows {planned}, and {} is live", .found.map_or("nothing".into(), |found| found.to_string()))]
    NotTheParent { planned: PlanId, found: Option<PlanId> },
}

impl From<GateError> for ReplayError {
    fn from(error: GateError) -> Self {
        Self::Gate(Box::new(error))
    }
}

impl payrox_model::Fault for ReplayError {
    fn code(&self) -> payrox_model::Code {
        match self {
            Self::Chain(error) => error.code(),
            Self::Gate(error) => error.code(),
            Self::First(_) => payrox_model::Code("PRX-FORK-007"),
            Self::NotTheParent { .. } => payrox_model::Code("PRX-FORK-010"),
        }
    }

    fn exit(&self) -> payrox_model::ExitCode {
        match self {
            Self::Chain(error) => error.exit(),
            Self::Gate(error) => error.exit(),
            Self::First(_) => payrox_model::ExitCode::BadInput,
            Self::NotTheParent { .. } => payrox_model::ExitCode::Refused,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Chain(error) => error.hint(),
            Self::Gate(error) => error.hint(),
            Self::First(_) => Some("rehearse it instead: payrox rehearse".into()),
            Self::NotTheParent { .. } => Some("make a plan for what is live: payrox plan".into()),
        }
    }
}

/// Replays. `tell` is told of each transaction: how many were replayed, of how many.
///
/// # Errors
/// When the endpoint fails, when the plan does not follow what is live, or cannot be made live on a state on which it should be.
pub async fn replay(
    endpoint: &Endpoint,
    plan: &Plan,
    chain: &ChainSnapshot,
    range: &Range,
    reasons: &Reasons,
    tell: &(dyn Fn(usize, usize) + Sync),
) -> Result<Replay, ReplayError> {
    if plan.epoch.0 == 1 {
        return Err(ReplayError::First(plan.content_hash));
    }
    follows(plan, chain)?;
    let found = find(endpoint, plan.addresses.router, range).await?;
    let mut replay =
        Replay { blocks: found.blocks, transactions: Vec::new(), before_the_parent: 0, blind: found.blind };
    let changed = changed(plan, chain);
    let many = found.transactions.len();
    for (at, one) in found.transactions.into_iter().enumerate() {
        tell(at, many);
        let again = Case { endpoint, plan, chain, reasons, changed: &changed, found: &one };
        match again.run().await? {
            Some(replayed) => replay.transactions.push(replayed),
            None => replay.before_the_parent += 1,
        }
    }
    tell(many, many);
    Ok(replay)
}

/// That the plan comes right after what is live: of any other nobody knows what its users call.
fn follows(plan: &Plan, chain: &ChainSnapshot) -> Result<(), ReplayError> {
    let served = chain.diamond.as_ref().map(|diamond| PlanId(diamond.root().0));
    let active = chain.dispatcher.as_ref().map(|dispatcher| dispatcher.active.plan_id);
    let found = if plan.diamond.is_some() { served } else { active };
    match found.filter(|_| plan.chain_id == chain.chain_id) {
        Some(live) if live == plan.parent => Ok(()),
        found => Err(ReplayError::NotTheParent { planned: plan.parent, found }),
    }
}

/// The routes that the plan changes, adds or removes.
fn changed(plan: &Plan, chain: &ChainSnapshot) -> BTreeSet<Selector> {
    let leaves = |bytes: &[u8]| -> BTreeSet<_> {
        let manifest = Manifest::decode(bytes).ok();
        manifest
            .iter()
            .flat_map(Manifest::leaves)
            .map(|leaf| (leaf.selector, leaf.facet, leaf.code_hash, leaf.flags.0))
            .collect()
    };
    let served = chain.diamond.as_ref().and_then(|diamond| diamond.manifest().ok()).map(|m| m.encode());
    let router = || chain.router.as_ref().map(|router| router.manifest.clone());
    let before = leaves(&served.or_else(router).unwrap_or_default());
    let after = leaves(&plan.manifest.bytes);
    before.symmetric_difference(&after).map(|leaf| leaf.0).collect()
}

/// One transaction, and what it is replayed with.
struct Case<'a> {
    endpoint: &'a Endpoint,
    plan: &'a Plan,
    chain: &'a ChainSnapshot,
    reasons: &'a Reasons,
    changed: &'a BTreeSet<Selector>,
    found: &'a Found,
}

impl Case<'_> {
    /// `None` where something else was live than the plan's parent.
    async fn run(&self) -> Result<Option<Replayed>, ReplayError> {
        let Found { body, at, .. } = self.found;
        let parent = &self.found.parent;
        let remote = Remote::at(self.endpoint, parent.hash)?;
        let fork = Fork::new(parent.clone(), Box::new(remote));
        let base = forked::sandbox(&fork, self.plan, self.chain).await?;
        if !self.serves_the_parent(&base).await? {
            return Ok(None);
        }
        let (before, trouble) = {
            let (body, at) = (body.clone(), *at);
            aside(&base, move |base| until(base.devnet(), &body, at)).await?
        };
        let mut replayed = self.blank();
        if let Some(why) = trouble {
            replayed.not_reproduced(why);
            return Ok(Some(replayed));
        }
        let Some((tx, from)) = body.transactions[*at].sent.clone() else {
            replayed.not_reproduced("it is of a kind that only this chain has".into());
            return Ok(Some(replayed));
        };
        let real = self.endpoint.receipts(&[body.transactions[*at].hash]).await?.pop().flatten();

        let new = Sandbox::fork(&before);
        let tracer = Tracer::new(self.plan, new.devnet(), false);
        let mut stage = Stage { plan: self.plan, sandbox: &new, reasons: self.reasons, tracer };
        stage.forward().await?;

        let header = body.header.clone();
        let (old, made) = {
            let (old, new) = (Sandbox::fork(&before), new.clone());
            aside(&base, move |_| {
                let side = |on: &Devnet| {
                    let before = on.fork();
                    let again = on.again(&header, &tx, from, false)?;
                    Ok::<_, payrox_devnet::RpcError>(Side::of(again, on.changes_since(&before)))
                };
                (side(old.devnet()), side(new.devnet()))
            })
            .await?
        };
        replayed.compare(self.side(old)?, self.side(made)?, real.as_ref(), self.reasons);
        Ok(Some(replayed))
    }

    fn side(&self, side: Result<Side, payrox_devnet::RpcError>) -> Result<Result<Side, String>, ReplayError> {
        match side {
            Err(e) if e.is_of_a_fork() => Err(GateError::Fork { why: e.to_string() }.into()),
            other => Ok(other.map_err(|e| e.to_string())),
        }
    }

    /// Whether the plan's parent is what is live there.
    async fn serves_the_parent(&self, base: &Sandbox) -> Result<bool, ReplayError> {
        if let Some(query) = diamond_query(self.plan) {
            // It has no epoch to be asked for: what it lists has the root that the plan begins at.
            return match diamond_snapshot(&base.endpoint(), &query).await {
                Ok(then) => Ok(then.diamond.is_some_and(|diamond| diamond.root().0 == self.plan.parent.0)),
                Err(DiamondError::Chain(error)) => Err(GateError::Fork { why: error.to_string() }.into()),
                // There was no diamond yet, or another one.
                Err(_) => Ok(false),
            };
        }
        let dispatcher = self.plan.addresses.dispatcher;
        let call = D::activeCall {}.abi_encode();
        let asked =
            aside(base, move |base| base.devnet().call(Address::ZERO, dispatcher, call.into())).await?;
        match asked {
            Ok(output) => Ok(D::activeCall::abi_decode_returns(&output)
                .is_ok_and(|active| active.planId == self.plan.parent.0)),
            Err(e) if e.is_of_a_fork() => Err(GateError::Fork { why: e.to_string() }.into()),
            // There was no dispatcher yet.
            Err(_) => Ok(false),
        }
    }

    /// What the plan calls a function; one that it takes away has no route any more, and a name all the same.
    fn name(&self, selector: Selector) -> String {
        let gone = || {
            self.plan.changes.iter().find_map(|change| match change {
                Change::Removed { selector: removed, function, .. } if *removed == selector => {
                    Some(function.as_str())
                }
                _ => None,
            })
        };
        let route = self.plan.routes.iter().find(|route| route.selector == selector);
        let name = route.map(|route| route.signature.as_str()).or_else(gone);
        name.map_or_else(|| selector.to_string(), str::to_owned)
    }

    fn blank(&self) -> Replayed {
        let Found { body, at, .. } = self.found;
        let Mined { hash, to, sent } = &body.transactions[*at];
        let direct = *to == Some(self.plan.addresses.router);
        let input = sent.as_ref().map(|(tx, _)| payrox_chain::input_of(tx).clone()).unwrap_or_default();
        let selectors = if direct { weigh::selectors(&input) } else { Vec::new() };
        let name = |selector: &Selector| self.name(*selector);
        Replayed::new(
            body.header.number,
            *hash,
            selectors.iter().map(name).collect(),
            direct,
            !direct || selectors.iter().any(|selector| self.changed.contains(selector)),
        )
    }
}

async fn aside<T: Send + 'static>(
    sandbox: &Sandbox,
    what: impl FnOnce(&Sandbox) -> T + Send + 'static,
) -> Result<T, ReplayError> {
    sandbox.aside(what).await.map_err(|why| GateError::Sandbox { why }.into())
}

/// The state right before a transaction of a block, and why it is not quite that.
fn until(base: &Devnet, body: &Body, at: usize) -> (Devnet, Option<String>) {
    let before = base.fork();
    for mined in body.transactions.iter().take(at) {
        let Some((tx, from)) = &mined.sent else {
            return (before, Some(format!("{} before it is of a kind that only this chain has", mined.hash)));
        };
        if let Err(e) = before.again(&body.header, tx, *from, true) {
            return (before, Some(format!("{} before it cannot be executed again: {e}", mined.hash)));
        }
    }
    (before, None)
}
