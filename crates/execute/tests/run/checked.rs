//! What is looked at before anything is sent, and what a failed transaction leaves, on a real node.

use crate::{
    fixture::{How, code, done},
    node::{Anvil, BOOTSTRAPPER, GUARDIAN, Meanwhile, OWNER, is_waiting},
};
use alloy_primitives::U256;
use alloy_sol_types::SolCall as _;
use payrox_chain::probe_opcodes;
use payrox_execute::{Event, Outcome, Selection};
use payrox_model::{ExitCode, Family, abi::IManifestDispatcher as D};
use serde_json::json;

const DEPLOYER: &str = "0x4e59b44847b379578588920cA78FbF26c0B4956C";

#[tokio::test]
async fn prx_b26_a_chain_without_an_instruction_that_the_contracts_need_is_refused_by_its_name() {
    for (fork, missing) in [
        ("london", vec!["PUSH0", "TLOAD and TSTORE", "MCOPY"]),
        ("shanghai", vec!["TLOAD and TSTORE", "MCOPY"]),
        ("cancun", vec![]),
    ] {
        let Some(anvil) = Anvil::start(&["--hardfork", fork]) else { return };
        let world = anvil.world();
        assert_eq!(probe_opcodes(&world.endpoint).await.unwrap().missing(), missing, "{fork}");
        let plan = world.plan("small.toml", None).await;
        let result = world.run(&plan, Selection::All).await;
        match missing.is_empty() {
            true => assert_eq!(result.outcome, Outcome::Complete, "{fork}: {:?}", result.stopped),
            false => {
                let expected = ("PRX-EXE-024", ExitCode::Refused);
                assert_eq!((code(&result), result.exit()), expected, "{fork}: {:?}", result.stopped);
                assert!(missing.iter().all(|name| result.stopped.as_ref().unwrap().message.contains(name)));
                assert_eq!(anvil.node.pending(BOOTSTRAPPER), 0);
            }
        }
    }
}

#[tokio::test]
async fn prx_b26_other_code_in_the_deployers_place_and_none_are_refused() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    for (there, said) in [("0x", "there is no code"), ("0x6000", "the code there is 0x")] {
        anvil.node.ask("anvil_setCode", json!([DEPLOYER, there]));
        let result = world.run(&plan, Selection::All).await;
        assert_eq!(
            (code(&result), result.exit()),
            ("PRX-EXE-025", ExitCode::Refused),
            "{:?}",
            result.stopped
        );
        assert!(result.stopped.unwrap().message.contains(said));
    }
    assert_eq!(anvil.node.pending(BOOTSTRAPPER), 0);
}

#[tokio::test]
async fn prx_b27_a_step_that_fits_into_no_block_is_refused_before_anything_is_sent() {
    let Some(anvil) = Anvil::start(&["--gas-limit", "3000000"]) else { return };
    let world = anvil.world();
    let plan = world.plan("payrox.toml", None).await;
    let result = world.run(&plan, Selection::All).await;
    assert_eq!((code(&result), result.exit()), ("PRX-EXE-026", ExitCode::Refused), "{:?}", result.stopped);
    assert_eq!(anvil.node.pending(BOOTSTRAPPER), 0);
}

#[tokio::test]
async fn prx_b22_prx_p03_what_all_of_it_may_cost_is_known_before_the_first_transaction() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("payrox.toml", None).await;
    let dry = world.run_as(&plan, Selection::All, How { broadcast: false, ..How::default() }).await;
    let [cost] = dry.cost.as_slice() else { panic!("one account pays: {:?}", dry.cost) };
    assert_eq!(cost.transactions, plan.steps.iter().filter(|s| s.call.is_some()).count());
    // Enough for the first wave, and not for all.
    let almost = cost.wei - U256::from(1);
    anvil.node.ask("anvil_setBalance", json!([BOOTSTRAPPER, almost]));
    let refused = world.run(&plan, Selection::All).await;
    assert_eq!((code(&refused), refused.exit()), ("PRX-EXE-015", ExitCode::Refused), "{:?}", refused.stopped);
    assert_eq!(anvil.node.pending(BOOTSTRAPPER), 0);
    anvil.node.ask("anvil_setBalance", json!([BOOTSTRAPPER, cost.wei]));
    let result = world.run(&plan, Selection::All).await;
    assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
    assert!(result.gas <= cost.gas);
}

#[tokio::test]
async fn prx_p03_d12_what_a_second_layer_asks_for_data_is_part_of_the_cost_and_of_the_limits() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let plan = world.plan("small.toml", None).await;
    let calls = plan.steps.iter().filter(|s| s.call.is_some()).count() as u64;
    let how = |family: Family| How { data_fee: family.traits().data_fee, broadcast: false, ..How::default() };
    let plain = world.run_as(&plan, Selection::All, how(Family::Ethereum)).await.cost.remove(0);
    // In place of the chains' own contracts, which no other chain has: 10^15 wei for each, and 50,000 gas for each.
    let (op, arbitrum) =
        ("0x420000000000000000000000000000000000000F", "0x00000000000000000000000000000000000000C8");
    anvil.node.ask("anvil_setCode", json!([op, "0x6700038d7ea4c680005f5260205ff3"]));
    anvil.node.ask("anvil_setCode", json!([arbitrum, "0x61c3505f5260605ff3"]));
    let cost = world.run_as(&plan, Selection::All, how(Family::OpStack)).await.cost.remove(0);
    let twice = U256::from(calls * 2) * U256::from(10u64.pow(15));
    assert_eq!((cost.data_wei, cost.wei, cost.gas), (twice, plain.wei + twice, plain.gas));
    let cost = world.run_as(&plan, Selection::All, how(Family::Arbitrum)).await.cost.remove(0);
    assert_eq!(cost.gas.0, plain.gas.0 + calls * 100_000);
    assert!(cost.wei == plain.wei + cost.data_wei && !cost.data_wei.is_zero());
    let how = How { broadcast: true, ..how(Family::Arbitrum) };
    assert_eq!(world.run_as(&plan, Selection::All, how).await.outcome, Outcome::Complete);
    let intents = world.lines().into_iter().filter(|line| line["kind"] == "intent");
    let limits: u64 = intents.map(|line| line["gas"].as_u64().unwrap()).sum();
    assert_eq!(limits, cost.gas.0, "each limit has room for it");
}

#[tokio::test]
async fn prx_b25_what_was_in_a_block_and_failed_is_sent_again_only_when_somebody_decides_so() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let first = world.plan("payrox.toml", None).await;
    world.run(&first, Selection::All).await;
    let second = world.plan("upgrade.toml", Some(&first)).await;
    let dispatcher = second.addresses.dispatcher;
    world.run(&second, Selection::Facets(vec![])).await;
    let send = |from: &str, data: Vec<u8>| {
        let data = alloy_primitives::Bytes::from(data);
        let tip = "0x174876e800";
        let tx = json!({ "from": from, "to": dispatcher, "data": data, "gas": "0x493e0",
            "maxFeePerGas": tip, "maxPriorityFeePerGas": tip });
        anvil.node.ask("eth_sendTransaction", json!([tx]))
    };
    anvil.node.automine(false);
    // A guardian freezes while the staging waits: what was sent is mined after that, and fails.
    let observer = Meanwhile::new(|event, before| {
        if is_waiting(event) && before == 0 {
            send(GUARDIAN, D::freezeCall {}.abi_encode());
            anvil.node.mine(1);
        }
    });
    let how = How { observer: &observer, skip_time: false, ..How::default() };
    let failed = world.run_as(&second, Selection::Stage, how).await;
    assert_eq!((code(&failed), failed.exit()), ("PRX-EXE-013", ExitCode::Reverted), "{:?}", failed.stopped);
    anvil.node.automine(true);
    send(OWNER, D::unfreezeCall {}.abi_encode());
    let sent = anvil.node.pending(BOOTSTRAPPER) + anvil.node.pending(OWNER);
    let refused = world.run(&second, Selection::All).await;
    assert_eq!((code(&refused), refused.exit()), ("PRX-EXE-023", ExitCode::Refused), "{:?}", refused.stopped);
    assert!(refused.stopped.unwrap().hint.unwrap().contains("--retry-failed"));
    assert_eq!(anvil.node.pending(BOOTSTRAPPER) + anvil.node.pending(OWNER), sent);
    let how = How { retry_failed: true, ..How::default() };
    let result = world.run_as(&second, Selection::All, how).await;
    assert_eq!(
        (result.outcome, done(&result)),
        (Outcome::Complete, vec!["stage", "activate"]),
        "{:?}",
        result.stopped
    );
}

#[tokio::test]
async fn prx_b10_a_clock_that_is_wrong_is_said_and_changes_nothing() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for (chain, said) in [(now + 365 * 86_400, "ahead of"), (now - 86_400, "behind")] {
        let Some(anvil) = Anvil::start(&["--timestamp", &chain.to_string()]) else { return };
        let world = anvil.world();
        let first = world.plan("small.toml", None).await;
        let observer = Meanwhile::new(|_, _| {});
        let how = || How { observer: &observer, skip_time: false, ..How::default() };
        let result = world.run_as(&first, Selection::All, how()).await;
        assert_eq!(result.outcome, Outcome::Complete, "{:?}", result.stopped);
        let warned = |event: &Event| matches!(event, Event::Warned { what } if what.contains(said));
        assert_eq!(observer.count(warned), 1, "{said}");
        // The delay is counted by the chain's clock.
        let second = world.plan("small2.toml", Some(&first)).await;
        let waiting = world.run_as(&second, Selection::All, how()).await;
        let eta = waiting.stopped.unwrap().until.unwrap();
        assert!((chain + 3_600..chain + 3_700).contains(&eta), "{said}: {eta} is not an hour after {chain}");
    }
}

#[tokio::test]
async fn prx_b09_who_sleeps_through_the_delay_goes_on_where_he_was_and_too_late_is_told() {
    let Some(anvil) = Anvil::start(&[]) else { return };
    let world = anvil.world();
    let first = world.plan("small.toml", None).await;
    world.run(&first, Selection::All).await;
    let second = world.plan("small2.toml", Some(&first)).await;
    let slept = |hours: u64| {
        anvil.node.ask("evm_increaseTime", json!([hours * 3_600]));
        anvil.node.mine(1);
    };
    let how = || How { skip_time: false, ..How::default() };
    let waiting = world.run_as(&second, Selection::All, how()).await;
    assert_eq!(waiting.outcome, Outcome::Waiting, "{:?}", waiting.stopped);
    let snapshot = anvil.node.ask("evm_snapshot", json!([]));
    slept(8);
    let result = world.run_as(&second, Selection::All, how()).await;
    assert_eq!(
        (result.outcome, done(&result)),
        (Outcome::Complete, vec!["activate"]),
        "{:?}",
        result.stopped
    );
    anvil.node.ask("evm_revert", json!([snapshot]));
    slept(1 + u64::from(second.onchain.window) / 3_600 + 1);
    let late = world.run_as(&second, Selection::Apply, how()).await;
    assert_eq!(code(&late), "PRX-EXE-010", "{:?}", late.stopped);
}
