//! Plan files that hold together and that nobody here made: what the inverse and the second of several cuts would do by them.

use super::{OWNER, World};
use crate::project::{list, text};
use alloy_primitives::keccak256;
use payrox_files::write_atomic;
use payrox_model::{
    CodeHash, Selector,
    diamond::IDiamond::{FacetCut, FacetCutAction},
};
use payrox_plan::{Effect, Plan, PlannedRoute};
use serde_json::json;
use std::path::PathBuf;

fn file(world: &World) -> PathBuf {
    world.project.path().join("artifacts/dispatcher.plan.json")
}

fn put(world: &World, plan: &Plan) {
    write_atomic(&file(world), plan.to_json().unwrap().as_bytes()).unwrap();
}

/// The plan from `before` of a plan to what it leads to, changed by whoever forges it, and the other way round.
fn turned(plan: &Plan, change: impl FnOnce(&mut Plan)) -> Plan {
    let mut forged = plan.clone();
    change(&mut forged);
    let forged = forged.inverted().unwrap().unwrap();
    Plan::from_json("forged", &forged.to_json().unwrap()).expect("it holds together");
    forged
}

/// A diamond of ours adopted, and the project's own plan of one release on.
fn planned(world: &World) -> (String, serde_json::Value, Plan) {
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let adopted = world.adopt(&diamond);
    world.upgrade(&adopted);
    world.json(&["plan"]);
    (diamond, adopted, Plan::read(&file(world)).unwrap())
}

#[test]
fn prx_b30_the_inverse_of_a_plan_that_was_never_run_here_is_refused_before_anything_is_sent() {
    let Some(world) = World::new(&[]) else { return };
    let (diamond, _, plan) = planned(&world);
    let stranger = world.deploy("CounterFacet.sol/CounterFacet.json", &[]);
    let code = world.chain.code(&stranger.to_string());
    // From a stranger's facet, which this diamond never served, to what it serves.
    let forged = turned(&plan, |forged| {
        let part = forged.diamond.as_mut().unwrap();
        let served = part.before.clone();
        (forged.facets, forged.routes) = (served.facets.clone(), served.routes.clone());
        let facet = forged.facets.iter_mut().find(|facet| facet.name.as_str() == "VaultFacet").unwrap();
        (facet.address, facet.code_hash) = (stranger, CodeHash::of(&code));
        forged.facets.sort_by_key(|facet| facet.address);
    });
    put(&world, &forged);
    let sent = world.chain.transactions();
    for command in [&["run", "--inverse"][..], &["run", "--inverse", "--broadcast"]] {
        let ran = world.run(&[command, &["--json"]].concat());
        assert_eq!((ran.status, &ran.json()["error"]["code"]), (3, &json!("PRX-CLI-020")), "{ran:?}");
    }
    assert_eq!(world.chain.transactions(), sent, "nothing was sent");
    assert!(world.ask(&diamond, "total()").is_some());
}

#[test]
fn prx_d11_the_inverse_of_what_was_run_needs_the_journal_or_the_diamonds_own_events_and_the_known_block() {
    let Some(world) = World::new(&[]) else { return };
    let (_, adopted, plan) = planned(&world);
    assert_eq!(world.json(&["run", "--broadcast"])["outcome"], "complete");
    // The artifacts are others meanwhile: the way back brings nothing.
    world.edit("payrox.toml", "src/appstorage/upgrade/VaultFacet.sol", "src/appstorage/VaultFacet.sol");

    // A network that is known by another block is not this one.
    let network = world.project.path().join("networks/anvil.toml");
    let own = std::fs::read_to_string(&network).unwrap();
    let hash = own.split("hash = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    write_atomic(&network, own.replace(hash, &format!("0x{}", "01".repeat(32))).as_bytes()).unwrap();
    let sent = world.chain.transactions();
    let ran = world.run(&["run", "--inverse", "--broadcast", "--json"]);
    assert_eq!((ran.status, &ran.json()["error"]["code"]), (2, &json!("PRX-CHN-007")), "{ran:?}");
    assert_eq!(world.chain.transactions(), sent, "nothing was sent");
    write_atomic(&network, own.as_bytes()).unwrap();

    for state in [".payrox", "journal", "deployments"] {
        world.project.forget(state);
    }
    let back = world.json(&["run", "--inverse", "--broadcast"]);
    assert_eq!((&back["outcome"], &back["root"]), (&"complete".into(), &adopted["root"]), "{back:#}");
    world.project.forget("journal");
    assert_eq!(world.json(&["run", "--inverse", "--broadcast"])["outcome"], "nothing_to_do");
    assert_eq!(format!("{}", plan.parent), text(&adopted, "root"));
}

#[test]
fn prx_b30_the_second_cut_of_a_plan_that_the_project_does_not_make_is_refused() {
    let Some(world) = World::new(&[]) else { return };
    let (diamond, _, plan) = planned(&world);
    let total = Selector(keccak256("total()")[..4].try_into().unwrap());
    // As many functions as one cut takes away, and all before that which is to go.
    let many = 16_777_216 / 50_000;
    let forge = |junk: u32| {
        turned(&plan, |forged| {
            let part = forged.diamond.as_mut().unwrap();
            let served = part.before.clone();
            let (facets, mut routes) = (served.facets.clone(), served.routes.clone());
            let one = routes.iter().find(|route| route.selector == total).unwrap().clone();
            let all: Vec<_> = routes.iter().map(|route| route.selector).collect();
            routes.extend((1..=junk).map(|number| Selector(number.to_be_bytes())).map(|selector| {
                assert!(!all.contains(&selector));
                PlannedRoute { selector, signature: selector.to_string(), ..one.clone() }
            }));
            routes.sort_by_key(|route| route.selector);
            part.before.routes.retain(|route| route.selector != total);
            (forged.facets, forged.routes) = (facets, routes);
        })
    };
    let live = plan.parent.0;
    let middle = |plan: &Plan| match plan
        .steps
        .iter()
        .map(|step| &step.effect)
        .find(|e| matches!(e, Effect::Cut { .. }))
    {
        Some(Effect::Cut { after, .. }) => after.0,
        _ => panic!("no cut"),
    };
    let forged = (many - 60..=many).rev().map(forge).find(|forged| middle(forged) == live);
    let forged = forged.expect("its first cut leads to what is served");
    assert_ne!(forged.parent.0, live);
    put(&world, &forged);
    let sent = world.chain.transactions();
    let ran = world.run(&["apply", "--broadcast", "--json"]);
    assert_eq!((ran.status, &ran.json()["error"]["code"]), (3, &json!("PRX-CLI-012")), "{ran:?}");
    assert_eq!(world.chain.transactions(), sent, "nothing was sent");
    assert!(world.ask(&diamond, "total()").is_some());
}

#[test]
fn prx_o02_the_second_cut_of_the_projects_own_plan_is_sent_after_the_first() {
    let Some(world) = World::new(&["--gas-limit", "60000000"]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let facet = world.deploy("CounterFacet.sol/CounterFacet.json", &[]);
    // More functions than one cut takes away, of a facet without a source.
    for numbers in [1..=170u32, 171..=340] {
        let functions = numbers.map(|number| number.to_be_bytes().into()).collect();
        let action = FacetCutAction::Add;
        world.cut(OWNER, &diamond, FacetCut { facetAddress: facet, action, functionSelectors: functions });
    }
    world.project.forget("out/CounterFacet.sol");
    world.adopt(&diamond);
    let file = world.project.path().join("payrox.toml");
    let all = std::fs::read_to_string(&file).unwrap();
    let without: Vec<_> = all.split("\n[[").filter(|part| !part.contains("0x00000001")).collect();
    write_atomic(&file, without.join("\n[[").as_bytes()).unwrap();
    let planned = world.run(&["plan"]);
    assert!(planned.stdout.contains("340 removed"), "{planned:?}");
    let plan = world.project.plan();
    let first = list(&plan["steps"]).iter().find(|step| step["name"] == "cut 1 of 2").unwrap();
    world.send(OWNER, Some(&diamond), &text(&first["call"], "data").parse().unwrap());
    let ran = world.json(&["apply", "--broadcast"]);
    assert_eq!(ran["outcome"], "complete", "{ran:#}");
    assert_eq!(world.json(&["verify"])["outcome"], "pass");
    let back = world.json(&["run", "--inverse", "--broadcast"]);
    assert_eq!((&back["outcome"], &back["root"]), (&"complete".into(), &plan["parent"]), "{back:#}");
}

#[test]
fn prx_o02_a_network_that_demands_what_no_diamond_has_refuses_the_plan_and_not_the_way_back() {
    let Some(world) = World::new(&[]) else { return };
    let (_, adopted, _) = planned(&world);
    assert_eq!(world.json(&["run", "--broadcast"])["outcome"], "complete");
    let network = world.project.path().join("networks/anvil.toml");
    let own = std::fs::read_to_string(&network).unwrap();
    write_atomic(&network, format!("requires_passed_on = [\"local\"]\n{own}").as_bytes()).unwrap();
    let ran = world.run(&["run", "--broadcast"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.stderr.contains("PRX-REL-024") && ran.stderr.contains("diamond"), "{}", ran.stderr);
    let back = world.json(&["run", "--inverse", "--broadcast"]);
    assert_eq!((&back["outcome"], &back["root"]), (&"complete".into(), &adopted["root"]), "{back:#}");
}
