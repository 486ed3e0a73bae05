//! A diamond of EIP-2535 serves exactly the plan: its loupe as a whole and route by route, and the code behind it.
//!
//! There is no second witness: no slot whose layout is known, no proof on chain. What the loupe says is what there is to see.

use super::{
    Scope,
    answers::{Questions, Seen, seen},
    code::{CODE, right_code},
    diamond::{LOUPE, STRAY},
    tally::Tally,
};
use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolCall;
use payrox_chain::{At, CallRequest, ChainError, Endpoint, Read};
use payrox_model::{
    Check, Code, Selector,
    diamond::{IDiamond, Routed, facets},
};
use payrox_plan::{DiamondPart, Plan};
use std::collections::{BTreeMap, BTreeSet};

const ROUTE: Code = Code("PRX-PRB-017");
const OWNER: Code = Code("PRX-PRB-018");

const REPLAN: &str = "`payrox status` says what is live; `payrox plan diff` shows the difference";

/// The checks, and what the endpoint said in place of an answer.
pub(super) async fn look(
    endpoint: &Endpoint,
    plan: &Plan,
    part: &DiamondPart,
    scope: Scope,
    at: At,
) -> Result<(Vec<Check>, Option<ChainError>), ChainError> {
    let diamond = part.address;
    let listed = endpoint.read(at, &[Read::Call(view(diamond, &IDiamond::facetsCall {}))]).await?;
    let mut questions = Questions::default();
    let code: Vec<_> = plan.facets.iter().map(|facet| questions.code(facet.address)).collect();
    let routes: Vec<_> = plan
        .routes
        .iter()
        .map(|route| {
            questions.call(diamond, &IDiamond::facetAddressCall { selector: route.selector.0.into() })
        })
        .collect();
    let owner = questions.call(diamond, &IDiamond::ownerCall {});
    let answers = questions.put(endpoint, at).await?;
    let mut checks = Vec::new();
    if scope.includes(Scope::Facets) {
        let mut tally =
            Tally::new("facet code", "facets have the planned code", "a facet's code changed: find out how");
        for (facet, place) in plan.facets.iter().zip(&code) {
            tally.judge(CODE, facet.name.as_str(), answers.code(place), |code| {
                right_code(code, facet.code_hash)
            });
        }
        checks.push(tally.done());
    }
    if scope.includes(Scope::Diamond) {
        checks.push(whole(plan, listed.into_iter().next(), answers.trouble()));
        let mut tally = Tally::new("routes", "routes are answered by the planned facet", REPLAN);
        let at: BTreeMap<_, _> = plan.facets.iter().map(|facet| (&facet.name, facet.address)).collect();
        for (route, place) in plan.routes.iter().zip(&routes) {
            let planned = at.get(&route.facet).copied().unwrap_or_default();
            let name = format!("{}.{}", route.facet, route.signature);
            tally.equal(ROUTE, &name, &planned, answers.output(place));
        }
        checks.push(tally.done());
        let mut tally = Tally::new(
            "owner",
            "of the owner is who was planned",
            "`payrox adopt` says who owns it; correct [roles] once you know why",
        );
        match answers.output(&owner) {
            // It need not say who owns it.
            Seen::Wrong(_) => {}
            said => {
                tally.equal(OWNER, "owner()", &plan.system.roles.owner, said);
                checks.push(tally.done());
            }
        }
    }
    Ok((checks, answers.into_trouble()))
}

fn view(to: Address, call: &impl SolCall) -> CallRequest {
    CallRequest::view(to, call.abi_encode())
}

/// `facets()` lists every route of the plan and no other.
fn whole(
    plan: &Plan,
    listed: Option<Result<Bytes, ChainError>>,
    trouble: &std::cell::RefCell<Option<ChainError>>,
) -> Check {
    let mut tally = Tally::new("loupe", "of facets() is as planned", REPLAN);
    let at: BTreeMap<_, _> = plan.facets.iter().map(|facet| (&facet.name, facet.address)).collect();
    let named: BTreeMap<Selector, &str> =
        plan.routes.iter().map(|route| (route.selector, route.signature.as_str())).collect();
    let planned: BTreeSet<(Address, Selector)> = plan
        .routes
        .iter()
        .map(|route| (at.get(&route.facet).copied().unwrap_or_default(), route.selector))
        .collect();
    let output = seen(listed, trouble).and_then(|output| match facets(&output) {
        Some(listed) => Seen::Value(listed),
        None => Seen::Wrong("facets() answers with something else than facets".into()),
    });
    let mut missing = None;
    tally.judge(STRAY, "facets()", output, |listed: &Vec<Routed>| {
        let found: BTreeSet<(Address, Selector)> =
            listed.iter().flat_map(|(facet, list)| list.iter().map(|s| (*facet, *s))).collect();
        let shown = |(facet, selector): &(Address, Selector)| {
            let name = named.get(selector).map_or_else(|| selector.to_string(), |name| (*name).to_owned());
            format!("{name} at {facet}")
        };
        let strays: Vec<_> = found.difference(&planned).map(shown).collect();
        let gone: Vec<_> = planned.difference(&found).map(shown).collect();
        missing = (!gone.is_empty()).then(|| format!("does not list {}", gone.join(", ")));
        if strays.is_empty() {
            Ok(())
        } else {
            Err(format!("serves what is not planned: {}", strays.join(", ")))
        }
    });
    if let Some(missing) = missing {
        tally.judge(LOUPE, "facets()", Seen::Value(()), |()| Err(missing));
    }
    tally.done()
}
