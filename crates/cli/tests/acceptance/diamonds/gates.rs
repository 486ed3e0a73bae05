//! What looks at a plan for a diamond before anything is sent.

use super::{OWNER, World};
use crate::project::{list, text};
use serde_json::{Value, json};

/// The diamond of ours with a deposit in it, adopted, and its project one release on. With the init, or without.
fn upgraded(world: &World, init: bool) -> (String, Value) {
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let adopted = world.adopt(&diamond);
    // Its sources are here still: what goes away later has a name.
    assert_eq!(world.json(&["plan"])["outcome"], "nothing_to_do");
    match init {
        true => world.upgrade(&adopted),
        false => world.edit(
            "payrox.toml",
            "src/appstorage/VaultFacet.sol",
            "src/appstorage/upgrade/VaultFacet.sol",
        ),
    }
    (diamond, adopted)
}

fn deposit(world: &World, diamond: &str) {
    let deposit = json!({ "from": OWNER, "to": diamond, "value": "0x7", "data": "0xd0e30db0" });
    world.chain.ask("eth_sendTransaction", json!([deposit])).unwrap();
}

fn check<'a>(document: &'a Value, name: &str) -> &'a Value {
    let phases = list(&document["validation"]["phases"]).iter();
    let found = phases.flat_map(|phase| list(&phase["checks"])).find(|check| check["name"] == name);
    found.unwrap_or_else(|| panic!("{name} in {document:#}"))
}

#[test]
fn prx_o02_prx_v08_a_cut_is_rehearsed_without_what_no_diamond_has_and_what_its_init_leaves_is_told() {
    let Some(world) = World::new(&[]) else { return };
    let (diamond, adopted) = upgraded(&world, false);
    let sent = world.chain.transactions();
    let passed = world.json(&["rehearse"]);
    assert_eq!((&passed["outcome"], &passed["exit"]), (&json!("passed"), &json!(0)), "{passed:#}");
    let steps = list(&passed["rehearsal"]["steps"]);
    let parts: Vec<_> = steps.iter().map(|step| (text(step, "part"), text(step, "name"))).collect();
    assert!(parts.contains(&("plan", "cut")) && parts.contains(&("wayBack", "cut back")), "{parts:?}");
    assert!(!parts.iter().any(|(part, _)| *part == "exercise"), "{parts:?}");
    let shown = world.run(&["rehearse"]);
    assert!(shown.stdout.contains("not for a diamond") && !shown.stdout.contains("of 0 proofs"), "{shown:?}");

    // The same with an init contract: routes come back, what it wrote does not.
    let mut project = std::fs::read_to_string(world.project.path().join("payrox.toml")).unwrap();
    let init = format!(
        "[init]\ncontract = \"src/appstorage/upgrade/MottoInit.sol:MottoInit\"\ncall = \"init(string)\"\nargs = [\"festina lente\"]\nparent = \"{}\"\n\n[system]",
        text(&adopted, "root")
    );
    project = project.replacen("[system]", &init, 1);
    payrox_files::write_atomic(&world.project.path().join("payrox.toml"), project.as_bytes()).unwrap();
    let failed = world.run(&["rehearse", "--json"]);
    assert_eq!(failed.status, 1, "{failed:?}");
    let failed = failed.json();
    assert!(list(&failed["rehearsal"]["steps"]).iter().all(|step| step["failure"].is_null()), "{failed:#}");
    let differences = list(&failed["rehearsal"]["differences"]);
    assert!(!differences.is_empty(), "{failed:#}");
    assert!(differences.iter().all(|d| d.as_str().unwrap().ends_with("of the diamond")), "{differences:?}");
    assert_eq!(world.chain.transactions(), sent, "nothing was sent to {diamond}");
}

#[test]
fn prx_o02_prx_v04_a_diamond_is_validated_by_what_it_serves_and_needs() {
    let Some(world) = World::new(&[]) else { return };
    let (diamond, _) = upgraded(&world, true);
    let ran = world.run(&["validate", "--phase", "full", "--json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    let document = ran.json();
    let validation = &document["validation"];
    let against = text(&validation["about"], "against");
    assert!(against.contains(&diamond) && against.contains("serves 13 functions"), "{against}");
    let mut findings: Vec<_> = list(&validation["phases"])
        .iter()
        .flat_map(|phase| list(&phase["checks"]))
        .flat_map(|check| list(&check["findings"]))
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| (text(finding, "code"), text(finding, "subject")))
        // Its sources are not here to be compiled again.
        .filter(|(code, _)| !code.starts_with("PRX-ART-"))
        .collect();
    // A function may differ in more than one way.
    findings.dedup();
    // What is wrong with it is that it has no tests, that a function tells thousandths, and that one goes away, which nobody
    // accepted, and nothing else.
    let wrong = [
        ("PRX-VAL-015", "tests"),
        ("PRX-PAR-002", "VaultFacet.total()"),
        ("PRX-VAL-032", "VaultFacet.legacy()"),
    ];
    assert_eq!(findings, wrong, "{document:#}");
    for name in [
        "merkle: proofs",
        "merkle: by the contract",
        "selectors: with the router",
        "selectors: among facets",
        "selectors: with standards",
        "code: what facets can do",
        "deploy: the plan",
        "deploy: pause, forbid, freeze",
        "roles: guardians, operators, delay",
    ] {
        assert_eq!(check(&document, name)["verdict"], "pass", "{name}: {document:#}");
    }
    let summary = text(check(&document, "deploy: pause, forbid, freeze"), "summary");
    assert!(summary.starts_with("not for a diamond"), "{summary}");
    let storage = check(&document, "storage: against the deployed release");
    assert_eq!(
        storage["verdict"], "unknown",
        "nobody kept the layouts of what payrox did not bring: {storage:#}"
    );
    assert_eq!(check(&document, "rollback")["verdict"], "unknown", "the init's writes stay");
    assert!(!ran.stdout.contains("exclude"), "{}", ran.stdout);
}

#[test]
fn prx_o02_prx_v08_the_calls_of_a_diamond_are_replayed_on_the_cut_that_follows_what_it_serves() {
    let Some(world) = World::new(&[]) else { return };
    let (diamond, _) = upgraded(&world, false);
    deposit(&world, &diamond);
    let legacy = alloy_primitives::Bytes::copy_from_slice(&alloy_primitives::keccak256("legacy()")[..4]);
    world.send(OWNER, Some(&diamond), &legacy);
    let ran = world.run(&["probe", "replay", "--last", "2", "--json"]);
    let document = ran.json();
    let all = list(&document["replay"]["transactions"]);
    let called: Vec<_> = all.iter().map(|one| one["functions"][0].as_str().unwrap()).collect();
    assert_eq!(called, ["deposit()", "legacy()"], "{document:#}");
    assert_eq!(document["replay"]["beforeTheParent"], 0, "{document:#}");
    // It succeeded, and has no route any more.
    assert_eq!((ran.status, &all[1]["fate"]), (1, &json!("broken")), "{document:#}");
}
