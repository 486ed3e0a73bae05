//! A plan's file has one form, and every part of it follows from the others.

use crate::fixture::Fixture;
use alloy_primitives::{Address, B256, U256};
use payrox_conforms::conforms;
use payrox_model::{ExitCode, Fault, RouteFlags, Selector};
use payrox_plan::{Effect, Inverse, Plan, ReadError, schema};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

static PLAN: LazyLock<Plan> = LazyLock::new(|| Fixture::new().planned());
static TEXT: LazyLock<String> = LazyLock::new(|| PLAN.to_json().unwrap());

fn code(text: &str) -> &'static str {
    let error = Plan::from_json("plan.json", text).unwrap_err();
    assert_eq!(error.exit(), ExitCode::BadInput);
    assert!(error.to_string().starts_with("plan.json"), "{error}");
    error.code().0
}

fn with(from: &str, to: &str) -> &'static str {
    assert!(TEXT.contains(from), "{from}");
    code(&TEXT.replacen(from, to, 1))
}

#[test]
fn prx_b30_every_deviation_from_the_one_form_is_refused_with_its_code() {
    let chain = "\"chainId\": 31338";
    assert_eq!(with(chain, "\"chainId\": 3.1338e4"), "PRX-PLAN-030");
    assert_eq!(with(chain, "\"chainId\": 31338.0"), "PRX-PLAN-030");
    assert_eq!(with(chain, "\"chainId\": \"31338\""), "PRX-PLAN-030");
    assert_eq!(with(chain, "\"chainId\": 31338, \"chainId\": 31338"), "PRX-PLAN-030");
    assert_eq!(with(chain, "\"chainId\": 31338,\n  \"added\": 1"), "PRX-PLAN-030");
    assert_eq!(with(chain, "\"chainId\":  31338"), "PRX-PLAN-032");
    assert_eq!(with(chain, "\"chainId\": 31339"), "PRX-PLAN-033");
    assert_eq!(with("\"version\": 1", "\"version\": 3"), "PRX-PLAN-031");
    assert_eq!(with("\"version\": 1", "\"version\": 2"), "PRX-PLAN-035");
    assert_eq!(with("\"name\": \"Payments\"", "\"name\": \"P\u{430}yments\""), "PRX-PLAN-030");
    assert_eq!(code(&TEXT[..TEXT.len() - 1]), "PRX-PLAN-032");
    assert_eq!(code(&TEXT[..TEXT.len() / 2]), "PRX-PLAN-030");
    assert_eq!(code(&format!("{}\n", *TEXT)), "PRX-PLAN-032");
    assert_eq!(code(""), "PRX-PLAN-030");
    assert_eq!(code(&"[".repeat(1 << 20)), "PRX-PLAN-030");
    let owner = PLAN.system.roles.owner;
    assert_eq!(with(&format!("{owner:#x}"), &owner.to_checksum(None)), "PRX-PLAN-032");
    assert_eq!(
        with(&PLAN.root.to_string(), &PLAN.root.to_string().to_uppercase().replace("0X", "0x")),
        "PRX-PLAN-030"
    );
}

#[test]
fn prx_b30_reordered_keys_are_refused_and_the_line_is_named() {
    let lines: Vec<_> = TEXT.lines().collect();
    let at = lines.iter().position(|l| l.contains("\"artifactsHash\"")).unwrap();
    let mut swapped = lines.clone();
    let version = swapped.iter().rposition(|l| l.contains("\"version\"")).unwrap();
    swapped.remove(at);
    swapped.insert(version - 1, lines[at]);
    let error = Plan::from_json("plan.json", &(swapped.join("\n") + "\n")).unwrap_err();
    assert!(matches!(error, ReadError::NotCanonical { line, .. } if line == at + 1), "{error}");
}

#[test]
fn a_plan_that_is_missing_huge_or_not_utf8_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| Plan::read(&dir.path().join(name)).unwrap_err().code().0;
    assert_eq!(at("none.json"), "PRX-FILE-001");
    payrox_files::write_atomic(&dir.path().join("latin.json"), b"{\"a\": \"\xe9\"}").unwrap();
    assert_eq!(at("latin.json"), "PRX-FILE-004");
    let huge = std::fs::File::create(dir.path().join("huge.json")).unwrap();
    huge.set_len(payrox_plan::LIMIT + 1).unwrap();
    assert_eq!(at("huge.json"), "PRX-FILE-003");
    payrox_files::write_atomic(&dir.path().join("good.json"), TEXT.as_bytes()).unwrap();
    assert_eq!(Plan::read(&dir.path().join("good.json")).unwrap(), *PLAN);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn prx_q04_prx_b30_a_plan_with_one_changed_byte_is_refused(at in any::<prop::sample::Index>(), byte in 0x20u8..0x7f) {
        let mut bytes = TEXT.clone().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        prop_assert!(Plan::from_json("plan.json", std::str::from_utf8(&bytes).unwrap()).is_err());
    }

    #[test]
    fn prx_q04_any_text_is_refused_without_a_panic(text in any::<String>()) {
        prop_assert!(Plan::from_json("plan.json", &text).is_err());
    }
}

/// Whoever edits a plan can hash it again; the parts must still agree.
fn forged(field: &str, change: impl FnOnce(&mut Plan)) {
    let mut plan = PLAN.clone();
    change(&mut plan);
    assert_ne!(plan, *PLAN, "{field}");
    plan.content_hash = plan.compute_content_hash().unwrap();
    let error = Plan::from_json("plan.json", &plan.to_json().unwrap()).unwrap_err();
    assert!(matches!(error, ReadError::Inconsistent { .. }), "{field}: {error}");
    assert!(error.to_string().contains(&format!("`{field}`")), "{field}: {error}");
}

#[test]
fn prx_b30_a_forged_plan_with_a_good_hash_is_refused_part_by_part() {
    let other = Address::repeat_byte(0xee);
    forged("planId", |p| p.onchain.window += 1);
    forged("planId", |p| p.chain_id.0 += 1);
    forged("onchain.epoch", |p| p.onchain.epoch = 2);
    forged("onchain.floor", |p| p.onchain.floor = p.epoch.0);
    forged("onchain.router", |p| p.addresses.router = other);
    forged("onchain.initTarget", |p| p.onchain.init_target = other);
    forged("onchain.routes", |p| p.onchain.routes -= 1);
    forged("manifest.address", |p| p.manifest.address = other);
    forged("root", |p| p.root.0 = B256::repeat_byte(1));
    forged("facets", |p| p.facets[0].init_code_hash = B256::repeat_byte(1));
    forged("facets", |p| p.facets[0].name = p.facets[1].name.clone());
    forged("codehashes", |p| p.codehashes.reverse());
    forged("selectors", |p| p.selectors.reverse());
    forged("routes", |p| p.routes[0].signature = "transfer(address,uint256)".into());
    forged("routes", |p| p.routes[0].flags = p.routes[0].flags | RouteFlags::PIN);
    forged("routes", |p| {
        let names = [p.facets[0].name.clone(), p.facets[1].name.clone()];
        let route = p.routes.iter_mut().find(|r| r.selector != Selector::RECEIVE).unwrap();
        route.facet = if route.facet == names[0] { names[1].clone() } else { names[0].clone() };
    });
    forged("proofs", |p| p.proofs.values_mut().next().unwrap().reverse());
    forged("unlocked", |p| drop(p.unlocked.pop()));
    forged("changes", |p| drop(p.changes.pop()));
    forged("costs", |p| p.costs.calls += 1);
    forged("inverse", |p| p.inverse = Inverse::PauseAndFreeze { calls: vec![] });
    forged("steps", |p| drop(p.steps.pop()));
    forged("steps", |p| p.steps.swap(6, 7));
    forged("steps", |p| p.steps.push(p.steps[0].clone()));
    for i in 0..PLAN.steps.len() {
        if PLAN.steps[i].call.is_some() {
            forged("steps", |p| p.steps[i].call.as_mut().unwrap().to = other);
            forged("steps", |p| p.steps[i].call.as_mut().unwrap().value = U256::from(1));
            forged("steps", |p| {
                let call = p.steps[i].call.as_mut().unwrap();
                call.data = [call.data.as_ref(), &[0]].concat().into();
            });
        }
        forged("steps", |p| p.steps[i].after.push("nothing".into()));
        if i > 0 {
            forged("steps", |p| {
                p.steps[i].effect = Effect::Code { address: other, code_hash: p.codehashes[0] }
            });
        }
    }
}

#[test]
fn prx_d04_the_schema_accepts_a_plan_and_nothing_with_a_field_more_or_less() {
    let schema = schema();
    let valid = |value: &Value| conforms(&schema, value).is_ok();
    let plan: Value = serde_json::from_str(&TEXT).unwrap();
    assert!(valid(&plan));
    for field in plan.as_object().unwrap().keys() {
        let mut less = plan.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(!valid(&less), "{field}");
        let mut wrong = plan.clone();
        wrong[field] = json!({ "a": 1.5 });
        assert!(!valid(&wrong), "{field}");
    }
    let mut more = plan.clone();
    more["added"] = json!(1);
    assert!(!valid(&more));
    let mut upper = plan;
    upper["root"] = json!(upper["root"].as_str().unwrap().to_uppercase());
    assert!(!valid(&upper));
}
