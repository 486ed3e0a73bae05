//! The verb for emergencies.

use crate::{
    project::{Project, text},
    served::Served,
};
use payrox_files::write_atomic;
use serde_json::json;
use std::fs;

#[test]
fn prx_d06_a_cancellation_says_what_goes_needs_no_plan_of_this_network_and_holds_the_known_block() {
    let Some(anvil) = Served::anvil() else { return };
    let (project, chain) = (Project::example(), anvil.chain());
    fn on<'a>(url: &'a str, args: &[&'a str]) -> Vec<&'a str> {
        [args, &["--network", "anvil", "--rpc-url", url]].concat()
    }
    let good = |args: &[&str]| project.json(&on(anvil.url(), &[args, &["--broadcast"]].concat()));
    assert_eq!(good(&["run"])["outcome"], "complete");
    let upgrade = ["--config", "upgrade.toml"];
    project.json(&on(anvil.url(), &[&["plan"][..], &upgrade].concat()));
    for step in [&["deploy", "facets"][..], &["stage"]] {
        assert_eq!(good(&[step, &upgrade].concat())["outcome"], "complete");
    }
    let pending = project.plan()["planId"].clone();
    let pending = pending.as_str().unwrap();
    // The last plan is for another network, and the project has moved on.
    project.json(&["plan", "--network", "local"]);
    assert_eq!(project.plan()["chainId"], 31_338);

    let sent = chain.transactions();
    let dry = project.run(&on(anvil.url(), &["cancel"]));
    assert_eq!(dry.status, 0, "{dry:?}");
    let cancels = dry.stdout.lines().find(|line| line.starts_with("cancels")).expect("it says what goes");
    assert!(cancels.ends_with(pending), "{}", dry.stdout);
    assert!(!dry.stdout.lines().any(|line| line.starts_with("plan ")), "{}", dry.stdout);

    let own = project.path().join("networks/anvil.toml");
    let shipped = fs::read_to_string(crate::tools::repository().join("networks/anvil.toml")).unwrap();
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    let known = format!("{shipped}\n[known_block]\nnumber = 0\nhash = \"0x{}\"\n", "01".repeat(32));
    write_atomic(&own, known.as_bytes()).unwrap();
    let ran = project.run(&on(anvil.url(), &["cancel", "--broadcast", "--json"]));
    assert_eq!((ran.status, &ran.json()["error"]["code"]), (2, &json!("PRX-CHN-007")), "{ran:?}");
    assert_eq!(chain.transactions(), sent, "nothing was sent");
    write_atomic(&own, shipped.as_bytes()).unwrap();

    let done = good(&["cancel"]);
    assert_eq!((&done["outcome"], text(&done, "cancels")), (&json!("complete"), pending), "{done:#}");
    let again = good(&["cancel"]);
    assert_eq!((&again["outcome"], &again["cancels"]), (&json!("nothing_to_do"), &json!(null)));
}
