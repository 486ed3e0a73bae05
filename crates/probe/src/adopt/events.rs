//! What the diamond's events add up to.

use alloy_primitives::Address;
use alloy_sol_types::SolEvent as _;
use payrox_chain::{Endpoint, LogEntry, LogQuery};
use payrox_model::{
    Selector,
    diamond::{
        IDiamond::{DiamondCut, FacetCutAction},
        cuts,
    },
};
use std::collections::BTreeMap;

/// Questions to an endpoint that limits how many blocks one may be about.
const QUESTIONS: usize = 64;
/// Events of one diamond, at most.
const EVENTS: usize = 10_000;

/// Which facet answers which function.
pub type Routes = BTreeMap<Selector, Address>;

/// The routes after all events up to a block; `None` where there is no event. Why they cannot be known is text.
pub(super) async fn routes(
    endpoint: &Endpoint,
    diamond: Address,
    from: u64,
    to: u64,
) -> Result<Option<Routes>, String> {
    let logs = events(endpoint, diamond, from, to).await?;
    let mut last = None;
    replay(diamond, &logs, |routes| last = Some(routes.clone()))?;
    Ok(last)
}

/// What a diamond's events say of routes that it may have served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// All events together: what it serves now.
    pub now: Routes,
    /// It served them at some time.
    pub ever: bool,
    /// It serves them now, or did before its last cuts, as many as were named.
    pub lately: bool,
}

/// Whether a diamond served these routes, by all its events up to a block.
///
/// # Errors
/// Why the events cannot be known, as text.
pub async fn served(
    endpoint: &Endpoint,
    diamond: Address,
    to: u64,
    routes: &Routes,
    cuts: usize,
) -> Result<Served, String> {
    let logs = events(endpoint, diamond, 0, to).await?;
    let (mut now, mut same) = (Routes::new(), Vec::new());
    replay(diamond, &logs, |state| {
        same.push(state == routes);
        now.clone_from(state);
    })?;
    let back = |cuts: usize| same.iter().rev().nth(cuts) == Some(&true);
    Ok(Served { now, ever: same.contains(&true), lately: back(0) || back(cuts) })
}

async fn events(endpoint: &Endpoint, diamond: Address, from: u64, to: u64) -> Result<Vec<LogEntry>, String> {
    let mut logs = Vec::new();
    // From the last to the first range, so that the next is taken from the end.
    let mut ranges = vec![(from, to)];
    let mut asked = 0;
    while let Some((first, last)) = ranges.pop() {
        let query = LogQuery {
            from_block: first,
            to_block: Some(last),
            addresses: vec![diamond],
            topics: vec![vec![DiamondCut::SIGNATURE_HASH]],
        };
        asked += 1;
        match endpoint.logs(&query).await {
            Ok(found) => logs.extend(found),
            Err(error) if first >= last || asked >= QUESTIONS => {
                return Err(format!("blocks {first} to {last}: {error}"));
            }
            // Many nodes answer for so many blocks at once, and no more.
            Err(_) => {
                let middle = first + (last - first) / 2;
                ranges.extend([(middle + 1, last), (first, middle)]);
            }
        }
        if logs.len() > EVENTS {
            return Err(format!("there are more than {EVENTS} events"));
        }
    }
    Ok(logs)
}

/// Tells each state after each event.
fn replay(diamond: Address, logs: &[LogEntry], mut state: impl FnMut(&Routes)) -> Result<(), String> {
    let mut routes = Routes::new();
    for log in logs.iter().filter(|log| log.address == diamond) {
        let read = cuts(&log.data)
            .ok_or_else(|| format!("the event of transaction {} is not as the standard has it", log.tx))?;
        for (action, (facet, selectors)) in read {
            for selector in selectors {
                match action {
                    FacetCutAction::Remove => drop(routes.remove(&selector)),
                    _ => drop(routes.insert(selector, facet)),
                }
            }
        }
        state(&routes);
    }
    Ok(())
}
