//! A release over several networks: who goes when, and what it comes to.
//!
//! Networks do not know of each other. What stops one stops only those that wait for it.

use crate::{Event, Observer, Outcome, Stop};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use payrox_chain::{ChainError, Endpoint};
use payrox_model::{Code, ExitCode, Fault, Name};
use payrox_plan::Release;
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    time::Duration,
};

/// How often a chain's time is asked for while it is waited for.
const PACE: Duration = Duration::from_millis(500);

/// How a network stands after its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// The release is live there and proved, since this time; and the chain's time now. Seconds since 1970.
    Live {
        /// Of the activation.
        since: u64,
        /// Of the chain.
        now: u64,
    },
    /// It is not, or is not as planned.
    Behind,
    /// That could not be looked at.
    Unknown,
}

/// Why a network's turn did not come.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum Held {
    #[error("the release must have passed on {network} first: {why}")]
    NotPassed { network: Name, why: String },
    #[error("the release must have passed on {network} first, and that cannot be looked at: {why}")]
    Unknown { network: Name, why: String },
    #[error(
        "{network} takes only what has passed on {before} first, and a plan for a diamond cannot have: two diamonds were different before"
    )]
    Diamond { network: Name, before: Name },
    #[error("the canary {network} is not live and proved")]
    Canary { network: Name },
    #[error("the canary {network} soaks until {until}; its chain's time is {now}")]
    Soak { network: Name, until: u64, now: u64 },
}

impl Held {
    /// How the run of a network ends that is held.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::NotPassed { .. } | Self::Unknown { .. } | Self::Diamond { .. } => Outcome::Refused,
            Self::Canary { .. } | Self::Soak { .. } => Outcome::Waiting,
        }
    }
}

impl Fault for Held {
    fn code(&self) -> Code {
        Code(match self {
            Self::NotPassed { .. } => "PRX-REL-020",
            Self::Unknown { .. } => "PRX-REL-021",
            Self::Canary { .. } => "PRX-REL-022",
            Self::Soak { .. } => "PRX-REL-023",
            Self::Diamond { .. } => "PRX-REL-024",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::NotPassed { .. } | Self::Diamond { .. } => ExitCode::Refused,
            Self::Unknown { .. } => ExitCode::Endpoint,
            Self::Canary { .. } | Self::Soak { .. } => ExitCode::Waiting,
        }
    }

    fn subject(&self) -> Option<String> {
        let (Self::NotPassed { network, .. }
        | Self::Unknown { network, .. }
        | Self::Diamond { network, .. }
        | Self::Canary { network }
        | Self::Soak { network, .. }) = self;
        Some(network.to_string())
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NotPassed { network, .. } => {
                format!("payrox verify --network {network} shows what is there")
            }
            Self::Unknown { .. } => {
                "nothing was sent here; try again, or give that network another endpoint".into()
            }
            Self::Diamond { network, .. } => format!(
                "nothing was sent; take requires_passed_on out of networks/{network}.toml or release.toml for a diamond. `run --inverse` is not held up by it"
            ),
            Self::Canary { .. } => "nothing was sent here; the same command goes on".into(),
            Self::Soak { .. } => "nothing was sent here; run again later, or now with --wait".into(),
        })
    }
}

/// One network of a release, as whoever drives it sees it.
pub trait Member {
    /// What its turn came to.
    type Ran;

    /// Its name.
    fn network(&self) -> &Name;

    /// Its turn: everything that the plan still needs, and the proof.
    fn run(&self) -> impl Future<Output = (Self::Ran, Stand)>;

    /// Lets the chain's time come to this, or says how far it came.
    fn soak(&self, until: u64) -> impl Future<Output = u64>;

    /// Its turn does not come.
    fn hold(&self, why: &Held) -> Self::Ran;
}

/// Gives every network its turn: canaries first, the others when all canaries are live, proved and have soaked; a network that
/// demands others after these. What may go goes at once. Results are in the order of the members.
///
/// With `ordered` false nothing waits for anything: nothing is sent either.
pub async fn apply<M: Member>(members: &[M], release: &Release, ordered: bool) -> Vec<M::Ran> {
    let here: BTreeSet<&Name> = members.iter().map(Member::network).collect();
    let mut left: Vec<usize> = (0..members.len()).collect();
    let mut stands = BTreeMap::new();
    let mut ended = BTreeMap::new();
    let mut running = FuturesUnordered::new();
    loop {
        let mut waiting = Vec::new();
        let mut held = false;
        for index in left {
            let member = &members[index];
            match turn(release, member.network(), &here, &stands, ordered) {
                Turn::Now => running.push(one(index, member, release, ordered)),
                Turn::Later => waiting.push(index),
                Turn::Never(why) => {
                    stands.insert(member.network(), Stand::Behind);
                    ended.insert(index, member.hold(&why));
                    held = true;
                }
            }
        }
        left = waiting;
        if held {
            continue;
        }
        let Some((index, ran, stand)) = running.next().await else { break };
        stands.insert(members[index].network(), stand);
        ended.insert(index, ran);
    }
    // A release has no circles: nobody is left. Were there one, it would be told.
    for index in left {
        let network = members[index].network().clone();
        ended.insert(index, members[index].hold(&Held::Canary { network }));
    }
    ended.into_values().collect()
}

async fn one<M: Member>(
    index: usize,
    member: &M,
    release: &Release,
    ordered: bool,
) -> (usize, M::Ran, Stand) {
    let (ran, mut stand) = member.run().await;
    if let Stand::Live { since, now } = stand
        && ordered
        && release.canary.contains(member.network())
        && release.canary.len() < release.networks.len()
        && now < since.saturating_add(release.soak)
    {
        let now = member.soak(since.saturating_add(release.soak)).await;
        stand = Stand::Live { since, now };
    }
    (index, ran, stand)
}

enum Turn {
    Now,
    Later,
    Never(Held),
}

fn turn(
    release: &Release,
    network: &Name,
    here: &BTreeSet<&Name>,
    stands: &BTreeMap<&Name, Stand>,
    ordered: bool,
) -> Turn {
    if !ordered {
        return Turn::Now;
    }
    let mut later = false;
    // What is not of this release is looked at by the network itself, when its turn has come.
    for before in release.before(network).iter().filter(|name| here.contains(name)) {
        let canary = release.canary.contains(before);
        let named = || before.clone();
        match stands.get(before) {
            None => later = true,
            Some(Stand::Live { since, now }) => {
                let until = since.saturating_add(release.soak);
                if canary && *now < until {
                    return Turn::Never(Held::Soak { network: named(), until, now: *now });
                }
            }
            Some(_) if canary => return Turn::Never(Held::Canary { network: named() }),
            Some(Stand::Unknown) => {
                let why = "its endpoint did not answer".into();
                return Turn::Never(Held::Unknown { network: named(), why });
            }
            Some(Stand::Behind) => {
                let why = "it is not live and proved there".into();
                return Turn::Never(Held::NotPassed { network: named(), why });
            }
        }
    }
    if later { Turn::Later } else { Turn::Now }
}

/// How a chain's time is waited for.
#[derive(Clone, Copy)]
pub struct Patience<'a> {
    /// It may be moved: nothing there has value.
    pub skip: bool,
    /// It is waited for.
    pub wait: bool,
    /// Asked to stop.
    pub stop: &'a Stop,
    /// Who is told.
    pub observer: &'a dyn Observer,
}

/// Lets a chain's time come to a moment, as far as that is allowed. Gives the chain's time.
///
/// # Errors
/// When the endpoint fails.
pub async fn let_time_pass(
    endpoint: &Endpoint,
    until: u64,
    patience: Patience<'_>,
) -> Result<u64, ChainError> {
    let mut now = endpoint.time().await?;
    if now < until && patience.skip {
        endpoint.skip_to(until).await?;
        patience.observer.event(&Event::TimeSkipped { seconds: until - now, eta: until });
        return Ok(until);
    }
    if now < until && patience.wait {
        patience.observer.event(&Event::Waiting { what: "the canary to soak".into(), until: Some(until) });
    }
    while now < until && patience.wait && !patience.stop.is_requested() {
        tokio::time::sleep(PACE).await;
        now = endpoint.time().await?;
    }
    Ok(now)
}

/// The status that stands for all: what broke weighs more than what was refused, that more than what is unknown, that more than what
/// only waits.
pub fn worst(all: impl IntoIterator<Item = ExitCode>) -> ExitCode {
    let weight = |exit: &ExitCode| match exit {
        ExitCode::Ok => 0,
        ExitCode::Waiting => 1,
        ExitCode::Endpoint => 2,
        ExitCode::BadInput => 3,
        ExitCode::Refused => 4,
        ExitCode::GateFailed => 5,
        ExitCode::Reverted => 6,
        ExitCode::Internal => 7,
    };
    all.into_iter().max_by_key(weight).unwrap_or(ExitCode::Ok)
}

/// The outcome that stands for all, in the same order.
pub fn worst_outcome(all: impl IntoIterator<Item = Outcome>) -> Outcome {
    let weight = |outcome: &Outcome| match outcome {
        Outcome::NothingToDo => 0,
        Outcome::Complete => 1,
        Outcome::Planned => 2,
        Outcome::Waiting => 3,
        Outcome::Refused => 4,
        Outcome::Failed => 5,
    };
    all.into_iter().max_by_key(weight).unwrap_or(Outcome::NothingToDo)
}

#[cfg(test)]
mod tests;
