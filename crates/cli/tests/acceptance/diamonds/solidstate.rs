//! A diamond of `@solidstate/contracts`: its own functions are immutable, and its loupe lists them under its own address.

use super::{DEPLOYER, World, finding};
use crate::project::{list, text};
use alloy_primitives::{Bytes, U256, keccak256};
use payrox_files::write_atomic;
use std::fs;

fn live(world: &World) -> String {
    let diamond = world.deploy("SolidDiamond.sol/SolidDiamond.json", &[]).to_string();
    let facet = world.deploy("CounterFacet.sol/CounterFacet.json", &[]);
    world.cut(DEPLOYER, &diamond, world.add("CounterFacet.sol/CounterFacet.json", facet));
    diamond
}

#[test]
fn prx_o01_prx_o02_a_diamond_of_solidstate_keeps_its_own_functions_and_is_upgraded_and_taken_back() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = live(&world);
    let adopted = world.adopt(&diamond);
    assert_eq!((text(&adopted, "origin"), list(&adopted["routes"]).len()), ("loupe", 14), "{adopted:#}");
    let own = list(&adopted["facets"]).iter().find(|facet| facet["name"] == "Diamond").unwrap();
    assert_eq!(own["address"], adopted["diamond"]);
    assert!(finding(&adopted, "PRX-ADP-009").is_some() && finding(&adopted, "PRX-ADP-007").is_some());
    assert!(finding(&adopted, "PRX-ADP-001").is_none(), "{adopted:#}");
    assert_eq!(world.json(&["plan"])["outcome"], "nothing_to_do");

    world.edit("payrox.toml", "src/solidstate/CounterFacet.sol", "src/solidstate/upgrade/CounterFacet.sol");
    let ran = world.json(&["run", "--broadcast"]);
    assert_eq!(ran["outcome"], "complete", "{ran:#}");
    let increment = Bytes::copy_from_slice(&keccak256("increment()")[..4]);
    world.send(DEPLOYER, Some(&diamond), &increment);
    assert_eq!(U256::from_be_slice(&world.ask(&diamond, "count()").unwrap()), U256::from(2));
    assert_eq!(world.json(&["verify"])["outcome"], "pass");

    let back = world.json(&["run", "--inverse", "--broadcast"]);
    assert_eq!((&back["outcome"], &back["root"]), (&"complete".into(), &adopted["root"]), "{back:#}");
    world.send(DEPLOYER, Some(&diamond), &increment);
    assert_eq!(U256::from_be_slice(&world.ask(&diamond, "count()").unwrap()), U256::from(3));
    assert!(world.ask(&diamond, "reset()").is_none());
}

#[test]
fn prx_o02_no_plan_changes_what_is_the_diamonds_own() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = live(&world);
    world.adopt(&diamond);
    let project = world.project.path().join("payrox.toml");
    let good = fs::read_to_string(&project).unwrap();
    let without = good.replace("  \"owner()\",\n", "");
    assert_ne!(without, good);
    let with = good.replace("  \"owner()\",\n", "  \"owner()\",\n  \"renounce()\",\n");
    for (text, said) in [(without, "no cut changes it"), (with, "no cut can bring it")] {
        write_atomic(&project, text.as_bytes()).unwrap();
        let ran = world.run(&["plan"]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains("PRX-PLAN-055") && ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn prx_o01_a_fallback_that_is_in_no_table_is_told() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = live(&world);
    let facet = world.deploy("VaultFacet.sol/VaultFacet.json", &[]);
    let mut call = keccak256("setFallbackAddress(address)")[..4].to_vec();
    call.extend(facet.into_word());
    world.send(DEPLOYER, Some(&diamond), &call.into());
    let adopted = world.adopt(&diamond);
    assert!(text(finding(&adopted, "PRX-ADP-017").unwrap(), "evidence").contains(&facet.to_string()));
}
