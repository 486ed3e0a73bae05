//! What `verify` says about a system that is as planned, and about one where a byte is not.

use super::*;
use crate::units::World;
use alloy_primitives::{B256, Bytes};
use payrox_chain::Endpoint;
use payrox_model::{Manifest, RouteFlags, abi::IManifestDispatcher as Dispatcher};
use payrox_plan::PlannedRoute;

fn live() -> World {
    let world = World::deployed().unwrap();
    world.live().unwrap();
    world
}

async fn look_at(world: &World, scope: Scope) -> Report {
    verify(&Endpoint::in_process(world.chain.client()), &world.plan, scope).await.report
}

fn assert_fails(report: &Report, check: &str, code: &str, subject: &str) {
    assert_eq!(report.verdict(), Verdict::Fail, "{report:#?}");
    let check = report.checks.iter().find(|c| c.name == check).unwrap();
    assert_eq!(check.verdict, Verdict::Fail, "{check:#?}");
    let found = check.findings.iter().any(|f| f.code.0 == code && f.subject == subject);
    assert!(found, "{code} {subject} is not among {:#?}", check.findings);
}

fn name(route: &PlannedRoute) -> String {
    format!("{}.{}", route.facet, route.signature)
}

#[tokio::test]
async fn prx_d07_prx_d05_a_system_as_planned_passes_every_check() {
    let world = live();
    let report = look_at(&world, Scope::Everything).await;
    let bad: Vec<_> = report.checks.iter().filter(|c| c.verdict != Verdict::Pass).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let names: Vec<_> = report.checks.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "facet code",
            "facet creation",
            "system",
            "active release",
            "loupe",
            "slots",
            "code",
            "proofs",
            "integrity"
        ]
    );
    let slots = report.checks.iter().find(|c| c.name == "slots").unwrap();
    assert_eq!(slots.summary, format!("{0} of {0} routes are installed as planned", world.plan.routes.len()));
}

#[tokio::test]
async fn prx_d07_one_bit_of_any_slot_fails_and_names_the_function() {
    let world = live();
    for (i, route) in world.plan.routes.iter().enumerate() {
        let world = world.fork();
        let slot = route_slot(route.selector);
        let mut word = world.chain.storage(world.router(), slot);
        word[(i * 7) % 32] ^= 1 << (i % 8);
        world.chain.set_storage(world.router(), slot, word).unwrap();
        let report = look_at(&world, Scope::Diamond).await;
        assert_fails(&report, "slots", "PRX-PRB-009", &name(route));
        let others = report.findings().filter(|f| f.code.0 == "PRX-PRB-009").count();
        assert_eq!(others, 1, "only {} is concerned", name(route));
        assert_fails(&report, "integrity", "PRX-PRB-015", "verifySystemIntegrity()");
    }
}

#[tokio::test]
async fn prx_v07_one_byte_of_a_facets_code_fails_and_names_its_functions() {
    let world = live();
    for facet in &world.plan.facets {
        let world = world.fork();
        let mut code = world.chain.code(facet.address).to_vec();
        let at = code.len() / 2;
        code[at] ^= 1;
        world.chain.set_code(facet.address, code.into()).unwrap();
        let report = look_at(&world, Scope::Everything).await;
        assert_fails(&report, "facet code", "PRX-PRB-008", facet.name.as_str());
        for route in world.plan.routes.iter().filter(|r| r.facet == facet.name) {
            assert_fails(&report, "code", "PRX-PRB-010", &name(route));
        }
    }
}

#[tokio::test]
async fn prx_d07_a_cold_route_with_a_slot_and_a_slot_without_its_route_fail() {
    let world = live();
    let cold = world.plan.routes.iter().find(|r| r.flags.contains(RouteFlags::COLD)).unwrap();
    world.chain.set_storage(world.router(), route_slot(cold.selector), B256::repeat_byte(1)).unwrap();
    assert_fails(&look_at(&world, Scope::Diamond).await, "slots", "PRX-PRB-009", &name(cold));
    let world = live();
    let hot = world.plan.routes.iter().find(|r| !r.flags.contains(RouteFlags::COLD)).unwrap();
    world.chain.set_storage(world.router(), route_slot(hot.selector), B256::ZERO).unwrap();
    assert_fails(&look_at(&world, Scope::Diamond).await, "slots", "PRX-PRB-009", &name(hot));
}

#[tokio::test]
async fn prx_d07_other_manifest_bytes_fail_in_the_loupe_and_the_proofs() {
    let world = live();
    let mut chunk = world.chain.code(world.plan.manifest.address).to_vec();
    let manifest = Manifest::decode(&chunk[1..]).unwrap();
    // The facet index of the first route: it goes to the other facet now.
    let at = 1 + 4 + 52 * manifest.facets().len() + 4;
    chunk[at] ^= 1;
    world.chain.set_code(world.plan.manifest.address, chunk.into()).unwrap();
    let report = look_at(&world, Scope::Diamond).await;
    let first = name(&world.plan.routes[0]);
    assert_fails(&report, "active release", "PRX-PRB-006", "the manifest's bytes");
    assert_fails(&report, "loupe", "PRX-PRB-007", &first);
    assert_fails(&report, "loupe", "PRX-PRB-016", "facets()");
}

#[tokio::test]
async fn prx_d07_a_paused_system_and_one_with_a_forbidden_function_are_as_planned() {
    let world = live();
    let selectors = vec![world.plan.routes[0].selector.0.into()];
    world.send(world.guardian(), world.dispatcher(), &Dispatcher::forbidCall { selectors }).unwrap();
    assert_eq!(look_at(&world, Scope::Diamond).await.verdict(), Verdict::Pass);
    world.send(world.guardian(), world.dispatcher(), &Dispatcher::pauseCall {}).unwrap();
    assert_eq!(look_at(&world, Scope::Diamond).await.verdict(), Verdict::Pass);
    world.send(world.guardian(), world.dispatcher(), &Dispatcher::haltCall {}).unwrap();
    assert_eq!(look_at(&world, Scope::Diamond).await.verdict(), Verdict::Pass);
}

#[tokio::test]
async fn prx_d06_staging_is_verified_before_at_and_after_it() {
    let world = World::deployed().unwrap();
    let report = look_at(&world, Scope::Staging).await;
    assert_fails(&report, "staging", "PRX-PRB-012", "the pending plan");
    world.stage(world.operator(), &world.first()).unwrap();
    assert_eq!(look_at(&world, Scope::Staging).await.verdict(), Verdict::Pass);
    assert_eq!(look_at(&world, Scope::Diamond).await.verdict(), Verdict::Fail, "staged is not served");
    world.activate(world.operator(), &world.first()).unwrap();
    assert_eq!(look_at(&world, Scope::Staging).await.verdict(), Verdict::Pass);
}

#[tokio::test]
async fn prx_d06_another_staged_plan_fails() {
    let world = World::deployed().unwrap();
    let mut other = world.first();
    other.undoFor += 1;
    world.stage(world.operator(), &other).unwrap();
    assert_fails(&look_at(&world, Scope::Staging).await, "staging", "PRX-PRB-012", "the pending plan");
}

#[tokio::test]
async fn prx_d07_another_plan_that_is_staged_behind_the_live_one_is_no_pass() {
    let world = live();
    let signature = world.plan.routes[0].signature.clone();
    let other = world.without(&signature).unwrap();
    world.stage(world.owner(), &other).unwrap();
    for scope in [Scope::Everything, Scope::Diamond] {
        let report = look_at(&world, scope).await;
        assert_fails(&report, "active release", "PRX-PRB-019", "the pending plan");
        assert_eq!(report.findings().count(), 1, "all else is as planned: {report:#?}");
        let evidence = &report.findings().next().unwrap().evidence;
        assert!(evidence.contains(&world.eta().unwrap().to_string()), "{evidence}");
    }
    let report = look_at(&world, Scope::Staging).await;
    let hint = report.findings().next().unwrap().hint.clone().unwrap();
    assert!(hint.contains("payrox cancel") && !hint.contains("payrox stage"), "{hint}");
    assert_eq!(look_at(&world, Scope::Facets).await.verdict(), Verdict::Pass);
    let cancel = Dispatcher::cancelCall {
        planId: world.view(world.dispatcher(), &Dispatcher::pendingCall {}).unwrap().planId,
    };
    world.send(world.guardian(), world.dispatcher(), &cancel).unwrap();
    assert_eq!(look_at(&world, Scope::Everything).await.verdict(), Verdict::Pass);
}

#[tokio::test]
async fn prx_d03_prx_d07_a_system_that_is_not_there_fails_every_check() {
    let world = live();
    world.chain.set_code(world.router(), Bytes::new()).unwrap();
    let report = look_at(&world, Scope::Diamond).await;
    assert_fails(&report, "system", "PRX-PRB-003", "router");
    assert_fails(&report, "loupe", "PRX-PRB-007", &name(&world.plan.routes[0]));
}

#[tokio::test]
async fn prx_d07_an_endpoint_that_does_not_answer_is_unknown_and_never_a_pass() {
    let world = live();
    let nobody = Endpoint::http("http://127.0.0.1:1").unwrap();
    let seen = verify(&nobody, &world.plan, Scope::Everything).await;
    assert_eq!(seen.report.verdict(), Verdict::Unknown);
    assert!(seen.trouble.is_some());
    assert_eq!(seen.report.findings().next().unwrap().code.0, "PRX-PRB-001");
}

#[tokio::test]
async fn prx_d07_another_chain_is_unknown_and_says_so() {
    let world = live();
    let config = payrox_devnet::DevnetConfig { chain_id: payrox_model::ChainId(5), ..Default::default() };
    let other = payrox_devnet::Devnet::new(&config);
    let seen = verify(&Endpoint::in_process(other.client()), &world.plan, Scope::Everything).await;
    assert_eq!(seen.report.verdict(), Verdict::Unknown);
    assert!(matches!(seen.trouble, Some(payrox_chain::ChainError::WrongChain { .. })));
}

#[tokio::test]
async fn prx_d11_the_chains_own_log_gives_the_active_plan_and_the_state_before_it() {
    let world = live();
    let endpoint = Endpoint::in_process(world.chain.client());
    let found = crate::staged_plan(&endpoint, world.dispatcher(), world.plan.plan_id).await.unwrap();
    assert_eq!(found, Some(world.plan.onchain.clone()));
    let query = payrox_chain::SnapshotQuery {
        addresses: Vec::new(),
        dispatcher: world.dispatcher(),
        router: world.router(),
    };
    let now = payrox_chain::snapshot(&endpoint, &query).await.unwrap();
    let then = crate::before_active(&endpoint, world.dispatcher(), &now).await.unwrap().unwrap();
    assert_eq!(then.dispatcher.unwrap().active.epoch.0, 0);
}

#[tokio::test]
async fn prx_d06_nothing_pending_and_an_active_plan_that_is_not_told_is_unknown_not_failed() {
    let world = live();
    let endpoint = Endpoint::in_process(world.chain.client());
    let mut questions = Questions::default();
    let staging = staging::Staging::ask(&world.plan, &mut questions);
    let answers = questions.put(&endpoint, At::Latest).await.unwrap();
    // The second question: active().
    answers.lose(1);
    let check = staging.check(&world.plan, &answers, 0);
    assert_eq!(check.verdict, Verdict::Unknown, "{check:#?}");
    assert_eq!(check.findings[0].code, SILENT);
}
