//! A release is one digest over its plans, and says why they differ.

use crate::fixture::{Fixture, expect};
use payrox_config::ReleaseSettings;
use payrox_conforms::conforms;
use payrox_model::{ExitCode, Fault, Name};
use payrox_plan::{ParityRow, Plan, Release, ReleaseError, release_schema, substance};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::LazyLock};

const OWNER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const OTHER: &str = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

/// A plan of the fixture's project for a network of its own.
fn plan_for(fixture: &mut Fixture, network: &str, chain_id: u64, rest: &str, owner: &str) -> Plan {
    planned(fixture, network, chain_id, rest, owner, &Fixture::project())
}

fn planned(
    fixture: &mut Fixture,
    network: &str,
    chain_id: u64,
    rest: &str,
    owner: &str,
    facets: &[String],
) -> Plan {
    let text = format!(
        "version = 1\nname = \"{network}\"\nchain_id = {chain_id}\n{rest}\n[roles]\nowner = \"{owner}\"\n"
    );
    let file = fixture.dir.path().join(format!("networks/{network}.toml"));
    payrox_files::write_atomic(&file, text.as_bytes()).unwrap();
    fixture.network = network.to_owned();
    fixture.chain.chain_id.0 = chain_id;
    expect(fixture.plan_of(facets))
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn names(all: &[&str]) -> BTreeSet<Name> {
    all.iter().map(|n| name(n)).collect()
}

fn nothing_known(_: &str, _: &[u8]) -> Option<Vec<(String, String)>> {
    None
}

fn assemble(plans: &[&Plan], settings: &ReleaseSettings) -> Result<Release, ReleaseError> {
    Release::assemble(plans, settings, &nothing_known)
}

/// Three networks: the second has another owner, the third another delay.
static PLANS: LazyLock<[Plan; 3]> = LazyLock::new(|| {
    let mut fixture = Fixture::new();
    [
        plan_for(&mut fixture, "alpha", 1_001, "", OWNER),
        plan_for(&mut fixture, "beta", 1_002, "", OTHER),
        plan_for(&mut fixture, "gamma", 1_003, "delay = 7200", OWNER),
    ]
});

static RELEASE: LazyLock<Release> = LazyLock::new(|| {
    let [a, b, c] = &*PLANS;
    let settings = ReleaseSettings {
        canary: names(&["alpha"]),
        soak: 3_600,
        requires_passed_on: [(name("gamma"), names(&["beta", "holesky"]))].into(),
        ..Default::default()
    };
    assemble(&[a, b, c], &settings).unwrap()
});

fn row<'a>(release: &'a Release, what: &str) -> &'a ParityRow {
    release.parity.iter().find(|row| row.what == what).unwrap_or_else(|| panic!("no row {what}"))
}

fn why(release: &Release, what: &str) -> Vec<String> {
    let of = |d: &payrox_plan::Difference| format!("{} ~ {}: {}", d.network, d.against, d.why.join("; "));
    row(release, what).differences.iter().map(of).collect()
}

#[test]
fn prx_r01_the_digest_is_over_the_plans_and_not_over_their_order() {
    let [a, b, c] = &*PLANS;
    let settings = ReleaseSettings::default();
    let digest = |plans: &[&Plan]| assemble(plans, &settings).unwrap().digest;
    let one = digest(&[a, b, c]);
    assert_eq!(one, digest(&[c, a, b]));
    assert_eq!(one, digest(&[b, c, a]));
    assert_ne!(one, digest(&[a, b]));
    let mut other = c.clone();
    other.content_hash.0[0] ^= 1;
    assert_ne!(one, digest(&[a, b, &other]));
    assert_ne!(one, RELEASE.digest, "the order of the networks is part of what is approved");
}

#[test]
fn prx_r01_parity_says_what_is_equal_and_names_each_cause_of_a_difference() {
    for equal in ["factory", "extension", "implementation", "launcher", "facet Payments", "root", "epoch"] {
        let row = row(&RELEASE, equal);
        assert_eq!((row.values.len(), row.differences.len()), (1, 0), "{equal}");
        assert_eq!(row.values[0].networks.len(), 3, "{equal}");
    }
    assert_eq!(
        why(&RELEASE, "dispatcher"),
        ["beta ~ alpha: owner differs", "gamma ~ alpha: delay differs: 7200 s, on alpha 3600 s"]
    );
    assert_eq!(
        why(&RELEASE, "router"),
        ["beta ~ alpha: dispatcher differs", "gamma ~ alpha: dispatcher differs"]
    );
}

#[test]
fn prx_r01_the_value_of_most_networks_is_what_the_others_are_compared_with() {
    let mut fixture = Fixture::new();
    let plans = [
        plan_for(&mut fixture, "a", 1, "", OTHER),
        plan_for(&mut fixture, "b", 2, "", OWNER),
        plan_for(&mut fixture, "c", 3, "", OWNER),
    ];
    let release = assemble(&plans.iter().collect::<Vec<_>>(), &ReleaseSettings::default()).unwrap();
    assert_eq!(why(&release, "dispatcher"), ["a ~ b: owner differs"]);
    let [most, one] = row(&release, "dispatcher").values.as_slice() else { panic!() };
    assert_eq!((most.networks.len(), one.networks.len()), (2, 1));
}

#[test]
fn prx_r01_other_code_other_functions_and_facets_that_are_only_on_one_network_are_named() {
    let mut fixture = Fixture::new();
    let one = plan_for(&mut fixture, "one", 1, "", OWNER);
    let mut facets = Fixture::project().to_vec();
    facets.remove(2);
    let less = planned(&mut fixture, "two", 2, "", OWNER, &facets);
    fixture.artifact(
        "Payments",
        &["pay(address,uint256)", "setFee(uint16)", "feeOf(address) view"],
        b"\x60\x00\x35other",
        "0.8.30+commit.73712a01",
    );
    let code = plan_for(&mut fixture, "three", 3, "", OWNER);
    let release = assemble(&[&one, &less, &code], &ReleaseSettings::default()).unwrap();
    let against = |what| why(&release, what).join("\n");
    assert!(against("facet Payments").contains("other code: another source or other compiler settings"));
    assert!(
        against("facet Holder").contains("two ~ one: the facet is only on one"),
        "{}",
        against("facet Holder")
    );
    let root = against("root");
    assert!(root.contains("three ~ one: facet Payments differs"), "{root}");
    assert!(root.contains("two ~ one: facet Holder differs; only on one: "), "{root}");
    assert_ne!(substance(&one), substance(&less));
    assert_ne!(substance(&one), substance(&code));
}

#[test]
fn prx_r03_the_substance_is_equal_where_only_roles_delay_and_chain_differ() {
    let [a, b, c] = &*PLANS;
    assert_eq!(substance(a), substance(b));
    assert_eq!(substance(a), substance(c));
    let mut flags = a.clone();
    flags.routes[0].flags = flags.routes[0].flags | payrox_model::RouteFlags::PIN;
    assert_ne!(substance(a), substance(&flags));
}

#[test]
fn prx_r02_networks_that_are_one_chain_or_wait_for_each_other_make_no_release() {
    let [a, b, c] = &*PLANS;
    let code = |plans: &[&Plan], settings: &ReleaseSettings| assemble(plans, settings).unwrap_err().code().0;
    let none = ReleaseSettings::default();
    assert_eq!(code(&[], &none), "PRX-REL-009");
    let mut same = b.clone();
    same.chain_id = a.chain_id;
    assert_eq!(code(&[a, &same], &none), "PRX-REL-011");
    assert_eq!(code(&[a, a], &none), "PRX-REL-011");
    let canary = ReleaseSettings { canary: names(&["delta"]), ..none.clone() };
    assert_eq!(code(&[a, b], &canary), "PRX-REL-010");
    let circle = ReleaseSettings {
        requires_passed_on: [
            (name("alpha"), names(&["beta"])),
            (name("beta"), names(&["gamma"])),
            (name("gamma"), names(&["alpha"])),
        ]
        .into(),
        ..none.clone()
    };
    assert_eq!(code(&[a, b, c], &circle), "PRX-REL-012");
    let canary_waits = ReleaseSettings {
        canary: names(&["alpha"]),
        requires_passed_on: [(name("alpha"), names(&["beta"]))].into(),
        ..none
    };
    assert_eq!(code(&[a, b, c], &canary_waits), "PRX-REL-012");
    assert_eq!(RELEASE.before(&name("alpha")), names(&[]));
    assert_eq!(RELEASE.before(&name("beta")), names(&["alpha"]));
    assert_eq!(RELEASE.before(&name("gamma")), names(&["alpha", "beta", "holesky"]));
}

static TEXT: LazyLock<String> = LazyLock::new(|| RELEASE.to_json().unwrap());

fn refused(text: &str) -> &'static str {
    let error = Release::from_json("release.json", text).unwrap_err();
    assert_eq!(error.exit(), ExitCode::BadInput);
    error.code().0
}

#[test]
fn prx_r01_prx_b30_a_release_has_one_form_and_every_deviation_has_its_code() {
    assert_eq!(Release::from_json("release.json", &TEXT).unwrap(), *RELEASE);
    let with = |from: &str, to: &str| {
        assert!(TEXT.contains(from), "{from}");
        refused(&TEXT.replacen(from, to, 1))
    };
    assert_eq!(with("\"soak\": 3600", "\"soak\": 60"), "PRX-REL-005");
    assert_eq!(with("\"soak\": 3600", "\"soak\": 3.6e3"), "PRX-REL-002");
    assert_eq!(with("\"soak\": 3600", "\"soak\":  3600"), "PRX-REL-004");
    assert_eq!(with("\"soak\": 3600", "\"soak\": 3600, \"soak\": 3600"), "PRX-REL-002");
    assert_eq!(with("\"soak\": 3600", "\"soak\": 3600, \"added\": 1"), "PRX-REL-002");
    assert_eq!(with("\"version\": 1", "\"version\": 2"), "PRX-REL-003");
    assert_eq!(with("\"owner differs\"", "\"delay differs\""), "PRX-REL-005");
    assert_eq!(refused(""), "PRX-REL-002");
    assert_eq!(refused(&"[".repeat(1 << 20)), "PRX-REL-002");
    assert_eq!(refused(&format!("{}\n", *TEXT)), "PRX-REL-004");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn prx_r01_prx_b30_prx_q04_a_release_with_one_changed_byte_is_refused(at in any::<prop::sample::Index>(), byte in 0x20u8..0x7f) {
        let mut bytes = TEXT.clone().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        prop_assert!(Release::from_json("release.json", std::str::from_utf8(&bytes).unwrap()).is_err());
    }
}

#[test]
fn prx_r01_prx_b30_a_release_that_was_edited_and_hashed_again_does_not_follow_from_plans_and_settings() {
    let [a, b, c] = &*PLANS;
    let settings = ReleaseSettings {
        canary: RELEASE.canary.clone(),
        soak: RELEASE.soak,
        requires_passed_on: RELEASE.requires_passed_on.clone(),
        ..Default::default()
    };
    let check = |release: &Release| release.follows_from(&[b, a, c], &settings, &nothing_known);
    check(&RELEASE).unwrap();
    let forged = |field: &str, change: &dyn Fn(&mut Release)| {
        let mut release = RELEASE.clone();
        change(&mut release);
        release.digest = release.compute_digest().unwrap();
        let release = Release::from_json("release.json", &release.to_json().unwrap()).unwrap();
        let error = check(&release).unwrap_err();
        assert_eq!((error.code().0, error.exit()), ("PRX-REL-008", ExitCode::Refused), "{field}");
        assert!(error.to_string().contains(field), "{error}");
    };
    forged("plans", &|r| r.networks[0].epoch.0 += 1);
    forged("plans", &|r| r.networks[0].substance.0[0] ^= 1);
    forged("canary and soak", &|r| r.soak = 0);
    forged("canary and soak", &|r| r.canary.clear());
    forged("requirements", &|r| r.requires_passed_on.clear());
    forged("parity", &|r| r.parity[4].differences[0].why = vec!["delay differs".into()]);
}

#[test]
fn prx_r01_prx_b30_a_missing_plan_and_the_plan_of_another_release_are_refused_with_their_codes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("alpha.plan.json");
    let read = |network: &str| RELEASE.read_plan(&name(network), &path).map_err(|e| (e.code().0, e.exit()));
    assert_eq!(read("alpha"), Err(("PRX-REL-006", ExitCode::BadInput)));
    payrox_files::write_atomic(&path, PLANS[0].to_json().unwrap().as_bytes()).unwrap();
    assert_eq!(read("alpha").as_ref(), Ok(&PLANS[0]));
    assert_eq!(read("beta"), Err(("PRX-REL-007", ExitCode::Refused)));
    let mut fixture = Fixture::new();
    let other = plan_for(&mut fixture, "alpha", 1_001, "delay = 60", OWNER);
    payrox_files::write_atomic(&path, other.to_json().unwrap().as_bytes()).unwrap();
    assert_eq!(read("alpha"), Err(("PRX-REL-007", ExitCode::Refused)));
    let edited = PLANS[0].to_json().unwrap().replacen("\"epoch\": 1", "\"epoch\": 2", 1);
    payrox_files::write_atomic(&path, edited.as_bytes()).unwrap();
    assert_eq!(read("alpha"), Err(("PRX-PLAN-033", ExitCode::BadInput)));
}

#[test]
fn prx_r01_the_schema_takes_a_release_and_nothing_with_more_or_less() {
    let schema = release_schema();
    let release: Value = serde_json::from_str(&TEXT).unwrap();
    assert!(conforms(&schema, &release).is_ok());
    for field in release.as_object().unwrap().keys() {
        let mut less = release.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(conforms(&schema, &less).is_err(), "{field}");
    }
    let mut more = release.clone();
    more["networks"][0]["added"] = json!(1);
    assert!(conforms(&schema, &more).is_err());
    let mut upper = release;
    upper["digest"] = json!(upper["digest"].as_str().unwrap().to_uppercase());
    assert!(conforms(&schema, &upper).is_err());
}
