//! What the diamond's events add up to.

use alloy_primitives::Address;
use alloy_sol_types::SolEvent as _;
use payrox_chain::{Endpoint, LogQuery};
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

type Routes = BTreeMap<Selector, Address>;

/// The routes after all events up to a block; `None` where there is no event. Why they cannot be known is text.
pub(super) async fn routes(
    endpoint: &Endpoint,
    diamond: Address,
    from: u64,
    to: u64,
) -> Result<Option<Routes>, String> {
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
    if logs.is_empty() {
        return Ok(None);
    }
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
    }
    Ok(Some(routes))
}
