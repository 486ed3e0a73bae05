//! A release against the one that is live on another chain.

use crate::{
    project::{Project, list, text},
    rehearsal::{dearer, live, pay, set_fee, succeeded},
    served::Served,
};
use payrox_faults::{Fault, FaultProxy, Schedule, When};
use serde_json::{Value, json};

const UPGRADE: [&str; 2] = ["--config", "upgrade.toml"];
const RUNS: [&str; 2] = ["--fuzz-runs", "64"];

/// The example on anvil, with a fee and a payment: what is live has a state.
fn used(anvil: &Served) -> Project {
    let (project, router) = live(anvil);
    let chain = anvil.chain();
    for tx in [set_fee(&chain, &router, 50), pay(&chain, &router, 20_000)] {
        assert!(succeeded(&chain, &tx));
    }
    project
}

fn rows<'a>(document: &'a Value, comparison: &str) -> &'a [Value] {
    let all = list(&document["comparisons"]).iter();
    let mut found = all.filter(|one| one["comparison"] == comparison);
    list(&found.next().unwrap_or_else(|| panic!("{comparison}: {document:#}"))["routes"])
}

fn mismatches(document: &Value, comparison: &str) -> Vec<String> {
    let differ = rows(document, comparison).iter().filter(|row| row["mismatches"] != 0);
    differ.map(|row| text(row, "function").to_owned()).collect()
}

#[test]
fn prx_v03_an_upgrade_of_a_live_system_changes_nothing_that_stays_and_that_is_seen_again_without_the_chain() {
    let Some(anvil) = Served::anvil() else { return };
    let project = used(&anvil);
    let chain = anvil.chain();
    let (block, sent) = (chain.block(), chain.transactions());
    let proxy = FaultProxy::start(anvil.url(), Schedule::default()).unwrap();
    let url = proxy.url();
    let parity =
        [&["parity", "--json", "--network", "anvil", "--rpc-url", &url][..], &UPGRADE, &RUNS].concat();
    let ran = project.run(&parity);
    let first = ran.json();
    assert_eq!(mismatches(&first, "old_and_new"), [""; 0], "{:#}", first["checks"][1]);
    assert_eq!(mismatches(&first, "direct_and_routed"), [""; 0], "{:#}", first["checks"][0]);
    let both = rows(&first, "old_and_new");
    assert_eq!((both.len(), rows(&first, "direct_and_routed").len()), (71, 72));
    let fee = both.iter().find(|row| row["function"] == "payEther(address,bytes32)").unwrap();
    assert!(fee["returned"].as_u64().is_some_and(|returned| returned > 0), "{fee}");
    assert_eq!((&first["ground"]["kind"], &first["ground"]["block"]), (&json!("fork"), &json!(block)));
    assert!(ran.stderr.contains(&format!("at block {block}")), "{}", ran.stderr);
    assert_eq!((chain.block(), chain.transactions()), (block, sent), "nothing was sent");
    // Many at a time: as many questions one after the other would take an hour on a far endpoint.
    let (asked, trips) = (proxy.log().iter().map(|seen| seen.asked.len()).sum::<usize>(), proxy.log().len());
    eprintln!("{asked} questions in {trips} round trips");
    assert!(asked < 100_000 && trips < 600, "{asked} questions in {trips} round trips");

    let validate =
        [&["validate", "--phase", "parity", "--network", "anvil", "--rpc-url", &url][..], &UPGRADE, &RUNS]
            .concat();
    let judged = project.run(&validate);
    let words = format!("on a fork of {url}/ at block {block}");
    assert!(judged.stdout.contains("parity") && judged.status < 2, "{}", judged.stderr);
    let report = payrox_files::read_text(&project.path().join("validation-report.md"), 1 << 20).unwrap();
    assert!(report.contains("at block"), "{words}: {report}");

    drop(anvil);
    drop(proxy);
    let offline = |args: &[&str]| project.run(&[args, &["--offline"]].concat());
    assert_eq!(project.run(&parity).status, 5, "what was read once is not what the chain says");
    let mut again = offline(&parity).json();
    assert!(text(&again["ground"], "endpoint").contains("offline"), "{again:#}");
    again["ground"] = first["ground"].clone();
    for (now, then) in again["checks"].as_array_mut().unwrap().iter_mut().zip(list(&first["checks"])) {
        let counts = |check: &Value| text(check, "summary").split(", on a fork").next().unwrap().to_owned();
        assert_eq!(counts(now), counts(then));
        now["summary"] = then["summary"].clone();
    }
    assert_eq!(again, first, "every count, and the seed");
    assert_eq!(offline(&validate).status, judged.status);
    let more = offline(&[&parity[..], &["--seed", "2"]].concat());
    assert_eq!((more.status, &more.json()["error"]["code"]), (5, &json!("PRX-PAR-010")), "{}", more.stderr);
}

#[test]
fn prx_v03_a_function_that_another_facet_changes_is_found_on_the_live_state_and_replays_at_its_block() {
    let Some(anvil) = Served::anvil() else { return };
    let project = used(&anvil);
    let block = anvil.chain().block();
    dearer(&project);
    let on = ["--network", "anvil", "--rpc-url", anvil.url()];
    let route = ["--route", "payEther(address,bytes32)", "--route", "Accounts"];
    let ran = project.run(&[&["parity", "--json"][..], &on, &UPGRADE, &RUNS, &route[..2]].concat());
    assert_eq!(ran.status, 1, "{ran:?}");
    let found = ran.json();
    assert_eq!(mismatches(&found, "old_and_new"), ["payEther(address,bytes32)"], "{found:#}");
    assert_eq!(mismatches(&found, "direct_and_routed"), [""; 0]);
    let [case, ..] = list(&found["cases"]) else { panic!("{found:#}") };
    let file = case.as_str().unwrap();
    let kept: Value =
        serde_json::from_str(&payrox_files::read_text(file.as_ref(), 1 << 20).unwrap()).unwrap();
    assert_eq!((&kept["block"], &kept["version"]), (&json!(block), &json!(2)));

    // Another block changes nothing: it is replayed where it was found, also when the chain is gone.
    anvil.chain().ask("evm_mine", json!([])).unwrap();
    let replay = [&["parity", "replay", file][..], &on, &UPGRADE].concat();
    for gone in [false, true] {
        let replayed = project.run(&[&replay[..], if gone { &["--offline"] } else { &[] }].concat());
        assert_eq!(replayed.status, 1, "{replayed:?}");
        let expected = [format!("at block {block}"), "the difference".into(), "it differs still".into()];
        assert!(expected.iter().all(|part| replayed.stdout.contains(part)), "{gone}: {}", replayed.stdout);
        if !gone {
            anvil.chain().ask("anvil_reset", json!([])).unwrap();
        }
    }
}

#[test]
fn prx_v03_an_endpoint_that_does_not_answer_is_no_pass() {
    let Some(anvil) = Served::anvil() else { return };
    let project = used(&anvil);
    let proxy = FaultProxy::start(anvil.url(), Schedule::default()).unwrap();
    let url = proxy.url();
    let on = [&["--network", "anvil", "--rpc-url", &url][..], &UPGRADE, &RUNS].concat();
    let validate = [&["validate", "--phase", "parity"][..], &on].concat();
    // In its middle.
    proxy.set(Schedule::default().on("*", When::After(40), Fault::Status(401)));
    let ran = project.run(&[&["parity", "--json"][..], &on].concat());
    assert_eq!((ran.status, &ran.json()["error"]["code"]), (5, &json!("PRX-PAR-010")), "{}", ran.stderr);
    assert!(ran.stdout.contains("payrox doctor"), "{}", ran.stdout);
    proxy.set(Schedule::default().on("*", When::After(40), Fault::Status(401)));
    let judged = project.run(&validate);
    assert_eq!(judged.status, 1, "{judged:?}");
    assert!(judged.stdout.contains("unknown") && judged.stdout.contains("PRX-PAR-010"), "{}", judged.stdout);
    // From the beginning, where nothing was read before.
    project.forget(".payrox/fork");
    drop(proxy);
    for args in [validate, [&["parity"][..], &on].concat()] {
        let ran = project.run(&args);
        assert_eq!(ran.status, 5, "{ran:?}");
        assert!(ran.stderr.contains("error[PRX-CHN-003]") && ran.stderr.contains("hint: "), "{}", ran.stderr);
    }
}
