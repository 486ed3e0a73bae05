//! A diamond whose owner is a contract: payrox brings the facets, and hands the call over.

use super::{DEPLOYER, World, finding};
use crate::project::{list, text};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue, sol};

sol! {
    function execute(address to, bytes data) external;
}

#[test]
fn prx_o02_the_call_of_an_owner_that_is_a_contract_is_printed_and_recognised_once_it_was_made() {
    let Some(world) = World::new(&[]) else { return };
    let keeper: Address = DEPLOYER.parse().unwrap();
    let owner = world.deploy("OwnerContract.sol/OwnerContract.json", &keeper.abi_encode());
    let diamond = world.app_diamond(owner, true);
    let adopted = world.adopt(&diamond);
    assert_eq!(adopted["ownerIsContract"], true);
    assert!(finding(&adopted, "PRX-ADP-004").is_none());
    world.upgrade(&adopted);

    let shown = world.run(&["run", "--broadcast"]);
    assert_eq!(shown.status, 6, "{shown:?}");
    assert!(shown.stderr.contains("PRX-EXE-030"), "{}", shown.stderr);
    let waits = world.run(&["run", "--broadcast", "--json"]);
    assert_eq!(waits.status, 6, "{waits:?}");
    let document = waits.json();
    assert_eq!(document["outcome"], "waiting");
    let cut = list(&document["steps"]).iter().find(|step| step["name"] == "cut").unwrap();
    let call = &cut["call"];
    let data = text(call, "data");
    assert!(shown.stdout.contains(data) && shown.stdout.contains(&owner.to_string()), "{}", shown.stdout);
    assert_eq!(text(call, "to"), diamond.to_lowercase());
    assert_eq!(list(&call["from"]), [owner.to_string().to_lowercase()]);
    assert!(world.ask(&diamond, "motto()").is_none(), "the cut is the owner's");

    let data: Bytes = data.parse().unwrap();
    let by_owner = executeCall { to: diamond.parse().unwrap(), data }.abi_encode();
    world.send(DEPLOYER, Some(&owner.to_string()), &by_owner.into());
    let ran = world.json(&["run", "--broadcast"]);
    assert_eq!(ran["outcome"], "nothing_to_do", "{ran:#}");
    assert_eq!(U256::from_be_slice(&world.ask(&diamond, "total()").unwrap()), U256::ZERO);
    assert_eq!(world.json(&["verify"])["outcome"], "pass");
}
