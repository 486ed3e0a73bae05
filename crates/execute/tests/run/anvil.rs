//! The same over HTTP, against npm's anvil. Where that is not installed the checks are unknown and skipped, aloud.

use crate::{
    fixture::{How, World, done},
    node::Anvil,
};
use payrox_execute::{Outcome, Selection};
use payrox_model::Epoch;
#[tokio::test]
async fn prx_d08_over_http_the_same_run_gives_the_same_addresses_root_and_manifest_as_local() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let first = world.plan("payrox.toml", None).await;
    let result = world.run(&first, Selection::All).await;
    assert_eq!((result.outcome, result.epoch), (Outcome::Complete, Epoch(1)), "{:?}", result.stopped);
    println!("anvil: {} ms", result.duration_ms);

    let local = World::local();
    let same = local.plan("payrox.toml", None).await;
    local.run(&same, Selection::All).await;
    assert_eq!((first.addresses, first.root, &first.manifest), (same.addresses, same.root, &same.manifest));
    for facet in &first.facets {
        let code = world.endpoint.code(facet.address, payrox_chain::At::Latest).await.unwrap();
        assert_eq!(code, local.devnet().code(facet.address), "{}", facet.name);
    }

    let again = world.run(&first, Selection::All).await;
    assert_eq!(again.outcome, Outcome::NothingToDo);
    println!("anvil again: {} ms", again.duration_ms);

    // The upgrade is tried on a copy of what it touches of the remote chain.
    let second = world.plan("upgrade.toml", Some(&first)).await;
    let upgraded = world.run(&second, Selection::All).await;
    assert_eq!((upgraded.outcome, upgraded.epoch), (Outcome::Complete, Epoch(2)), "{:?}", upgraded.stopped);
    assert_eq!(done(&upgraded), ["facet Payments", "manifest", "stage", "activate"]);
}

#[tokio::test]
async fn prx_d11_where_blocks_take_a_second_a_lost_journal_makes_no_second_transaction() {
    let Some(anvil) = Anvil::start(&["--block-time", "1"]) else { return };
    let world = anvil.world();
    let plan = world.plan("payrox.toml", None).await;
    // Two records, 17 intents, and no room for the one that says they were sent: they were.
    let calls = plan.steps.iter().filter(|s| s.call.is_some()).count() as u64;
    let crashed = world.run_as(&plan, Selection::All, How { room: Some(calls), ..How::default() }).await;
    assert_eq!(crashed.outcome, Outcome::Failed, "{:?}", crashed.stopped);
    world.lose_the_journal();
    let result = world.run(&plan, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    println!("anvil with a block a second: {} ms", result.duration_ms);
    let bootstrapper = plan.system.roles.bootstrapper;
    let sent = world.endpoint.nonce(bootstrapper, payrox_chain::At::Latest).await.unwrap();
    assert_eq!(sent, calls, "one transaction a call and none besides");
}

#[tokio::test]
async fn without_skipping_time_an_upgrade_waits_for_its_delay_by_the_chains_clock() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let first = world.plan("payrox.toml", None).await;
    world.run(&first, Selection::All).await;
    let second = world.plan("upgrade.toml", Some(&first)).await;
    let waiting = world.run_as(&second, Selection::All, How { skip_time: false, ..How::default() }).await;
    assert_eq!(waiting.outcome, Outcome::Waiting, "{:?}", waiting.stopped);
    let eta = waiting.stopped.unwrap().until.unwrap();
    world.endpoint.skip_to(eta - 1).await.unwrap();
    let how = How { skip_time: false, wait: true, ..How::default() };
    let result = world.run_as(&second, Selection::All, how).await;
    assert_eq!((result.outcome, result.epoch), (Outcome::Complete, Epoch(2)), "{:?}", result.stopped);
}
