//! From a project to the diamond, and back.

use super::{OWNER, World, upgrade};
use crate::{
    kills::{end, kill},
    project::{list, text},
};
use alloy_primitives::{Address, FixedBytes, U256, keccak256};
use payrox_files::write_atomic;
use payrox_model::diamond::IDiamond::{FacetCut, FacetCutAction};
use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

#[test]
fn prx_o02_a_diamond_is_upgraded_by_run_verified_and_rolled_back_with_its_state_kept() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let adopted = world.adopt(&diamond);
    assert_eq!(world.json(&["plan"])["outcome"], "nothing_to_do");
    let deposit = serde_json::json!({ "from": OWNER, "to": diamond, "value": "0x7", "data": "0xd0e30db0" });
    world.chain.ask("eth_sendTransaction", serde_json::json!([deposit])).unwrap();

    world.upgrade(&adopted);
    let planned = world.run(&["plan"]);
    assert_eq!(planned.status, 0, "{planned:?}");
    for said in
        ["1 removed, 3 replaced, 1 added", "- VaultFacet.legacy()", "no delay", "no parent on chain", "stays"]
    {
        assert!(planned.stdout.contains(said), "{said} in {}", planned.stdout);
    }
    let plan = world.project.plan();
    assert_eq!((&plan["version"], &plan["parent"]), (&2.into(), &adopted["root"]));
    let dry = world.json(&["run"]);
    assert_eq!(dry["outcome"], "planned");
    assert_eq!(world.project.plan(), plan, "the run makes the plan that was looked at");
    assert!(world.ask(&diamond, "motto()").is_none(), "nothing was sent");

    let ran = world.json(&["run", "--broadcast"]);
    assert_eq!(ran["outcome"], "complete", "{ran:#}");
    let done = |name: &str| list(&ran["steps"]).iter().any(|s| s["name"] == name && s["outcome"] == "done");
    assert!(done("facet VaultFacet") && done("init MottoInit") && done("cut"), "{ran:#}");
    assert_eq!(U256::from_be_slice(&world.ask(&diamond, "total()").unwrap()), U256::from(7_000));
    assert!(String::from_utf8_lossy(&world.ask(&diamond, "motto()").unwrap()).contains("festina lente"));
    assert!(world.ask(&diamond, "legacy()").is_none());
    assert_eq!(world.json(&["verify"])["outcome"], "pass");
    assert_eq!(world.json(&["status"])["reason"], "the plan is live");
    let sent = world.chain.transactions();
    assert_eq!(world.json(&["run", "--broadcast"])["outcome"], "nothing_to_do");
    assert_eq!(world.chain.transactions(), sent);

    let back = world.json(&["run", "--inverse", "--broadcast"]);
    assert_eq!((&back["outcome"], &back["root"]), (&"complete".into(), &adopted["root"]), "{back:#}");
    assert_eq!(U256::from_be_slice(&world.ask(&diamond, "total()").unwrap()), U256::from(7));
    assert!(world.ask(&diamond, "legacy()").is_some() && world.ask(&diamond, "motto()").is_none());
    let again = world.json(&["run", "--inverse", "--broadcast"]);
    assert_eq!(again["outcome"], "nothing_to_do");
    assert_eq!(world.json(&["status"])["root"], adopted["root"]);
    // A project that says what was there before is the same as the way back.
    world.edit("payrox.toml", "src/appstorage/upgrade/VaultFacet.sol", "src/appstorage/VaultFacet.sol");
    world.edit("payrox.toml", "parent = ", "# parent = ");
    assert_eq!(world.json(&["plan"])["outcome"], "nothing_to_do");
}

#[test]
fn prx_o02_a_diamond_on_the_embedded_chain_is_adopted_cut_and_taken_back_and_its_storage_compared() {
    let Some(world) = World::local() else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let project = world.stop();
    let local = ["--network", "local"];
    let json = |args: &[&str]| project.json(&[args, &local].concat());
    let adopted = json(&["adopt", &diamond, "--artifacts", "out"]);
    assert_eq!(json(&["plan"])["outcome"], "nothing_to_do");
    upgrade(&project, &adopted);
    let ran = json(&["run"]);
    assert_eq!(ran["outcome"], "complete", "{ran:#}");
    // Nobody else is there: here the whole storage of the diamond is what the dry run left.
    let storage = &list(&ran["after"]["checks"])[0];
    assert_eq!(storage["verdict"], "pass", "{storage:#}");
    assert_eq!(json(&["verify"])["outcome"], "pass");
    assert_eq!(json(&["run"])["outcome"], "nothing_to_do");
    assert_eq!(json(&["run", "--inverse"])["root"], adopted["root"]);
}

#[test]
fn prx_o02_prx_d11_killed_between_facets_and_cut_a_run_goes_on_and_does_nothing_twice() {
    let Some(world) = World::new(&["--block-time", "1"]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let adopted = world.adopt(&diamond);
    world.upgrade(&adopted);
    world.json(&["plan"]);
    let plan = world.project.plan();
    let facet = list(&plan["facets"]).iter().find(|facet| facet["name"] == "VaultFacet").unwrap();
    let url = world.anvil.url().to_owned();
    let run = || {
        let mut command = world.project.bare();
        command.args(["run", "--network", "anvil", "--rpc-url", &url, "--broadcast", "--json", "--project"]);
        command.arg(world.project.path()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let before = world.chain.transactions();
    let child = run();
    let until = Instant::now() + Duration::from_secs(30);
    while world.chain.code(text(facet, "address")).is_empty() {
        assert!(Instant::now() < until, "the facet did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
    kill(child);
    let between = world.chain.transactions() - before;
    assert!(world.ask(&diamond, "motto()").is_none(), "it was killed before the cut was in a block");

    let ran = end(run());
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.json()["outcome"], "complete");
    assert!(world.ask(&diamond, "motto()").is_some());
    assert_eq!(
        (between, world.chain.transactions() - before),
        (3, 4),
        "factory, facet, init; then the cut alone"
    );
    assert_eq!(world.json(&["verify"])["outcome"], "pass");

    // The same from nothing but the project: journal, plan and records are gone.
    for state in [".payrox", "journal", "deployments", "artifacts"] {
        world.project.forget(state);
    }
    assert_eq!(world.json(&["run", "--broadcast"])["outcome"], "nothing_to_do");
}

#[test]
fn prx_o02_a_cut_by_somebody_else_since_the_plan_is_refused_until_it_was_looked_at() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let adopted = world.adopt(&diamond);
    world.upgrade(&adopted);
    world.json(&["plan"]);
    let legacy = FixedBytes::from_slice(&keccak256("legacy()")[..4]);
    let away = FacetCut {
        facetAddress: Address::ZERO,
        action: FacetCutAction::Remove,
        functionSelectors: vec![legacy],
    };
    world.cut(OWNER, &diamond, away);

    let sent = world.chain.transactions();
    for command in [&["run", "--broadcast"][..], &["apply", "--broadcast"], &["run"]] {
        let refused = world.run(command);
        assert_eq!(refused.status, 3, "{refused:?}");
        assert!(refused.stderr.contains("PRX-EXE-029"), "{}", refused.stderr);
        assert!(refused.stderr.contains("payrox plan diff"), "{}", refused.stderr);
    }
    assert_eq!(world.chain.transactions(), sent, "nothing was sent");
    assert!(text(&world.json(&["status"]), "reason").contains("somebody else cut"));

    // The init belongs to routes that are no more: also that somebody has to decide.
    let stale = world.run(&["plan"]);
    assert_eq!(stale.status, 2, "{stale:?}");
    assert!(stale.stderr.contains("PRX-PLAN-057"), "{}", stale.stderr);
    let live = world.json(&["status"]);
    world.edit("payrox.toml", text(&adopted, "root"), text(&live, "root"));
    let plan = world.json(&["plan"]);
    assert_eq!(list(&plan["changes"]).len(), 4, "legacy() is gone already: {plan:#}");
    assert_eq!(world.json(&["run", "--broadcast"])["outcome"], "complete");

    // And once more, after the release: what is served is not what was planned.
    assert_eq!(world.json(&["verify"])["outcome"], "pass");
    let motto = FixedBytes::from_slice(&keccak256("motto()")[..4]);
    let away = FacetCut {
        facetAddress: Address::ZERO,
        action: FacetCutAction::Remove,
        functionSelectors: vec![motto],
    };
    world.cut(OWNER, &diamond, away);
    let fee = world.deploy("CounterFacet.sol/CounterFacet.json", &[]);
    world.cut(OWNER, &diamond, world.add("CounterFacet.sol/CounterFacet.json", fee));
    let seen = world.run(&["verify"]);
    assert_eq!(seen.status, 1, "{seen:?}");
    for code in ["PRX-PRB-007", "PRX-PRB-016", "PRX-PRB-017"] {
        assert!(seen.stdout.contains(code), "{code} in {}", seen.stdout);
    }
}

#[test]
fn prx_o02_a_plan_with_one_byte_changed_is_not_read_and_a_resealed_one_is_not_run() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    let adopted = world.adopt(&diamond);
    world.upgrade(&adopted);
    world.json(&["plan"]);
    let file = world.project.path().join("artifacts/dispatcher.plan.json");
    let good = fs::read_to_string(&file).unwrap();
    let owner = OWNER.to_lowercase();
    for (from, to) in [
        (owner.as_str(), "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"),
        ("\"delay\": 0", "\"delay\": 1"),
        ("\"version\": 2", "\"version\": 1"),
        ("\"staging\"", "\"delays\""),
    ] {
        assert!(good.contains(from), "{from}");
        write_atomic(&file, good.replace(from, to).as_bytes()).unwrap();
        let ran = world.run(&["apply", "--broadcast"]);
        assert_eq!(ran.status, 2, "{from}: {ran:?}");
        assert!(ran.stderr.contains("PRX-PLAN-03"), "{from}: {}", ran.stderr);
    }
    // A plan that holds together, and is that of another project: its init says something else.
    let project = world.project.path().join("payrox.toml");
    let text = fs::read_to_string(&project).unwrap();
    world.edit("payrox.toml", "festina lente", "carpe noctem");
    world.json(&["plan"]);
    write_atomic(&project, text.as_bytes()).unwrap();
    let ran = world.run(&["apply", "--broadcast"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.stderr.contains("PRX-CLI-012"), "{}", ran.stderr);
}

#[test]
fn prx_o02_what_no_diamond_has_is_refused_and_the_function_that_cuts_is_never_taken_away() {
    let Some(world) = World::new(&[]) else { return };
    let diamond = world.app_diamond(OWNER.parse().unwrap(), true);
    world.adopt(&diamond);
    let project = world.project.path().join("payrox.toml");
    let good = fs::read_to_string(&project).unwrap();
    let facet = |name: &str| format!("name = \"{name}\"\n");
    let pinned = good.replace(&facet("VaultFacet"), &(facet("VaultFacet") + "pin = true\n"));
    let cut = "\n[[facets]]\nname = \"CutFacet\"\ncontract = \"src/appstorage/CutFacet.sol:CutFacet\"\n";
    assert!(good.contains(cut), "{good}");
    for (text, code) in [(pinned, "PRX-PLAN-051"), (good.replace(cut, "\n"), "PRX-PLAN-056")] {
        write_atomic(&project, text.as_bytes()).unwrap();
        let ran = world.run(&["plan"]);
        assert!(ran.stderr.contains(code), "{code}: {ran:?}");
    }
    write_atomic(&project, good.as_bytes()).unwrap();
    world.json(&["plan"]);
    for (command, code) in [
        (&["stage"][..], "PRX-EXE-031"),
        (&["cancel"], "PRX-CLI-013"),
        (&["verify", "staging"], "PRX-CLI-013"),
        (&["release", "plan", "--networks", "anvil"], "PRX-CLI-013"),
    ] {
        let ran = match command[0] {
            "release" => world.project.run(command),
            _ => world.run(command),
        };
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains(code), "{command:?}: {}", ran.stderr);
    }
}
