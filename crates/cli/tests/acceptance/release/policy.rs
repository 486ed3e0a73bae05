//! What must have passed on another network first.

use super::{OWNER, document, keyed, network, of, outcomes};
use crate::{project::Project, served::Served};
use payrox_files::write_atomic;
use std::net::TcpListener;

#[test]
fn prx_r03_a_network_takes_only_what_is_live_and_proved_on_the_one_it_demands() {
    let Some(first) = Served::anvil_at(&["--port", "0", "--chain-id", "42001"]) else { return };
    let Some(second) = Served::anvil_at(&["--port", "0", "--chain-id", "42002"]) else { return };
    let project = Project::example();
    let demands = "requires_passed_on = [\"rehearsal\"]";
    // Other arguments, another owner and another delay: the release is the same.
    network(
        &project,
        "rehearsal",
        42_001,
        first.url(),
        super::OTHER,
        "delay = 7200\n[args]\nPayments = [\"500\"]",
    );
    network(&project, "main", 42_002, second.url(), OWNER, demands);
    let (test, main) = (first.chain(), second.chain());
    let run = |name: &'static str| ["run", "--network", name, "--broadcast"];

    // Nothing is live there.
    let refused = document(&project, &run("main"), 3);
    assert_eq!(refused["error"]["code"], "PRX-REL-020", "{refused}");
    // What would be sent can be seen all the same.
    document(&project, &["run", "--network", "main"], 0);
    assert_eq!(main.transactions(), 0);

    document(&project, &run("rehearsal"), 0);

    // A chain that does not answer proves nothing.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    network(&project, "rehearsal", 42_001, &format!("http://{nobody}"), super::OTHER, "");
    let unknown = document(&project, &run("main"), 5);
    assert_eq!(unknown["error"]["code"], "PRX-REL-021", "{unknown}");
    assert_eq!(main.transactions(), 0);
    network(
        &project,
        "rehearsal",
        42_001,
        first.url(),
        super::OTHER,
        "delay = 7200\n[args]\nPayments = [\"500\"]",
    );

    // A release that differs by one facet did not pass.
    let upgrade = [&run("main")[..], &["--config", "upgrade.toml"]].concat();
    let other = document(&project, &upgrade, 3);
    assert_eq!(other["error"]["code"], "PRX-REL-020", "{other}");
    // Nor did one that is live and not as it was: a byte of a facet's code is another.
    let plan = project.plan_at("journal/42001/plans");
    let facet = plan["facets"][0]["address"].as_str().unwrap();
    let code = test.code(facet).to_string();
    test.ask("anvil_setCode", serde_json::json!([facet, format!("{code}00")])).unwrap();
    let tampered = document(&project, &run("main"), 3);
    assert_eq!(tampered["error"]["code"], "PRX-REL-020", "{tampered}");
    test.ask("anvil_setCode", serde_json::json!([facet, code])).unwrap();
    assert_eq!(main.transactions(), 0);

    document(&project, &run("main"), 0);
    assert!(main.transactions() > 15);
}

#[test]
fn prx_r03_what_the_releases_file_demands_holds_up_a_run_of_one_network_as_well() {
    let Some(first) = Served::anvil_at(&["--port", "0", "--chain-id", "42005"]) else { return };
    let Some(second) = Served::anvil_at(&["--port", "0", "--chain-id", "42006"]) else { return };
    let project = Project::example();
    network(&project, "rehearsal", 42_005, first.url(), OWNER, "");
    network(&project, "main", 42_006, second.url(), OWNER, "");
    let demands =
        b"version = 1\nnetworks = [\"rehearsal\", \"main\"]\n[requires_passed_on]\nmain = [\"rehearsal\"]\n";
    write_atomic(&project.path().join("release.toml"), demands).unwrap();
    let refused = document(&project, &["run", "--network", "main", "--broadcast"], 3);
    assert_eq!(refused["error"]["code"], "PRX-REL-020", "{refused}");
    assert_eq!(second.chain().transactions(), 0);
    document(&project, &["run", "--network", "rehearsal", "--broadcast"], 0);
    document(&project, &["run", "--network", "main", "--broadcast"], 0);
}

#[test]
fn prx_r03_prx_r02_in_a_release_the_network_that_demands_another_goes_after_it() {
    let Some(first) = Served::anvil_at(&["--port", "0", "--chain-id", "42003"]) else { return };
    let Some(second) = Served::anvil_at(&["--port", "0", "--chain-id", "42004"]) else { return };
    let project = Project::example();
    // By name `main` would be first.
    network(&project, "main", 42_004, second.url(), OWNER, "");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    network(&project, "rehearsal", 42_003, first.url(), OWNER, "");
    let release =
        "version = 1\nnetworks = [\"main\", \"rehearsal\"]\n[requires_passed_on]\nmain = [\"rehearsal\"]\n";
    write_atomic(&project.path().join("release.toml"), release.as_bytes()).unwrap();
    keyed(&project, &["release", "plan"]).good();

    network(&project, "rehearsal", 42_003, &format!("http://{nobody}"), OWNER, "");
    let apply = ["release", "apply", "--broadcast"];
    let held = document(&project, &apply, 5);
    assert_eq!(of(&held, "main")["error"]["code"], "PRX-REL-021", "{held}");
    assert_eq!(of(&held, "rehearsal")["error"]["code"], "PRX-CHN-003", "{held}");
    assert_eq!(second.chain().transactions(), 0);

    network(&project, "rehearsal", 42_003, first.url(), OWNER, "");
    let done = document(&project, &apply, 0);
    assert_eq!(
        outcomes(&done),
        [("main", "complete"), ("rehearsal", "complete")].map(|(a, b)| (a.into(), b.into()))
    );
}
