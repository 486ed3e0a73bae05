//! A backup is worth what its drill shows.

use crate::{
    project::{Project, Ran, text},
    served::Served,
};
use payrox_files::write_atomic;
use serde_json::Value;
use std::fs;

fn drills(project: &Project) -> Vec<Value> {
    let text = fs::read_to_string(project.path().join("backup-drills.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn prx_p04_a_drill_resumes_in_an_empty_place_sends_nothing_and_is_dated() {
    let Some(anvil) = Served::anvil() else { return };
    let (project, chain) = (Project::example(), anvil.chain());
    let archive = project.around().join("kept.tar");
    let archive = archive.to_str().unwrap();
    let on = ["--network", "anvil", "--rpc-url", anvil.url()];
    let made = project.json(&["backup", "create", archive]);
    assert_eq!((&made["outcome"], &made["manifest"]["private"]), (&"wrote".into(), &false.into()));

    // Before anything is live the restored project would do all of it.
    let (block, sent) = (chain.block(), chain.transactions());
    let drill =
        |args: &[&str]| project.run(&[&["backup", "drill", archive, "--json"], &on[..], args].concat());
    let first = drill(&[]);
    assert_eq!(first.status, 0, "{first:?}");
    // Not even where it is told to.
    let second = drill(&["--broadcast"]);
    assert_eq!(second.status, 0, "{second:?}");
    assert_eq!((chain.block(), chain.transactions()), (block, sent), "a drill sends nothing");
    let record = first.json();
    assert_eq!((&record["outcome"], &record["exit"]), (&"planned".into(), &0.into()));
    assert!(record["wouldSend"].as_u64().unwrap() > 20);
    assert_eq!(record["archive"]["sha256"], made["sha256"]);
    assert!(record["time"].as_u64().unwrap() >= made["manifest"]["created"].as_u64().unwrap());

    // Afterwards there is nothing left to do, also for who has but the older archive.
    project.json(&[&["run", "--broadcast"], &on[..]].concat());
    let after = drill(&[]);
    assert_eq!(after.status, 0, "{after:?}");
    assert_eq!(
        (&after.json()["outcome"], &after.json()["verified"]),
        (&"nothing_to_do".into(), &"pass".into())
    );
    let written = drills(&project);
    assert_eq!(written.len(), 3);
    assert_eq!(written[2], after.json());
    assert!(!project.path().join(".payrox/drill").exists());
}

#[test]
fn prx_p04_a_drill_that_cannot_go_on_fails_and_is_written_down_as_such() {
    let (project, _) = Project::live();
    let archive = project.around().join("kept.tar");
    let archive = archive.to_str().unwrap();
    project.json(&["backup", "create", archive]);
    let whole = fs::read(archive).unwrap();
    let drill = || project.run(&["backup", "drill", archive, "--json"]);
    assert_eq!(drill().status, 0);
    let mut damaged = whole.clone();
    damaged[40_000] ^= 1;
    payrox_files::write_atomic(std::path::Path::new(archive), &damaged).unwrap();
    let refused = drill();
    assert_eq!((refused.status, text(&refused.json()["error"], "code")), (1, "PRX-BAK-007"));
    assert_eq!(drills(&project).len(), 1, "what was not restored was no drill");
}

#[test]
fn prx_p04_signed_transactions_are_kept_only_when_asked_for_and_said_aloud() {
    let Some(anvil) = Served::anvil() else { return };
    let project = Project::example();
    project.json(&["run", "--broadcast", "--network", "anvil", "--rpc-url", anvil.url()]);
    let at = |name: &str| project.around().join(name).to_str().unwrap().to_owned();
    let private = |made: &Value| {
        let files = made["manifest"]["files"].as_array().unwrap();
        files.iter().filter(|file| file["kind"] == "private").count()
    };
    let (without, with) = (
        project.run(&["backup", "create", &at("a.tar"), "--json"]),
        project.run(&["backup", "create", &at("b.tar"), "--private", "--json"]),
    );
    assert_eq!((private(&without.json()), without.stderr.as_str()), (0, ""));
    assert!(private(&with.json()) > 0 && with.json()["manifest"]["private"] == true);
    assert!(with.stderr.contains("whoever has it can send them"), "{with:?}");
    assert!(fs::read(at("a.tar")).unwrap().windows(10).all(|bytes| bytes != b".signed.js"));
}

#[test]
fn prx_p04_a_drill_that_nobody_answers_is_written_down_with_its_error() {
    let project = Project::example();
    let archive = project.around().join("kept.tar");
    let archive = archive.to_str().unwrap();
    let made = project.json(&["backup", "create", archive]);
    assert_eq!(made["manifest"]["system"], "payments", "{made}");
    let ran =
        project.run(&["backup", "drill", archive, "--network", "anvil", "--rpc-url", "http://127.0.0.1:1"]);
    assert_eq!(ran.status, 5, "{ran:?}");
    let written = drills(&project);
    let [only] = written.as_slice() else { panic!("{written:?}") };
    assert_eq!((&only["error"], &only["exit"]), (&"PRX-CHN-003".into(), &5.into()), "{only}");
    assert_eq!(
        (&only["outcome"], &only["network"], &only["block"]),
        (&"failed".into(), &Value::Null, &Value::Null)
    );
    assert_eq!(only["archive"]["sha256"], made["sha256"]);
}

#[test]
fn what_comes_next_after_an_archive_names_the_project() {
    let project = Project::example();
    let archive = project.around().join("kept.tar");
    let said = project.run(&["backup", "create", archive.to_str().unwrap()]).good();
    let next =
        format!("next: payrox backup drill {} --project {}", archive.display(), project.path().display());
    assert!(said.contains(&next), "{said}");
}

#[test]
fn a_drill_writes_over_no_plan_that_lies_elsewhere_and_drills_no_other_project() {
    let project = Project::example();
    project.run(&["plan"]).good();
    let archive = project.around().join("kept.tar");
    project.run(&["backup", "create", archive.to_str().unwrap()]).good();
    let elsewhere = project.around().join("elsewhere.json");
    write_atomic(&elsewhere, b"mine").unwrap();
    let drill = ["backup", "drill", archive.to_str().unwrap(), "--network", "local"];
    project.run(&[&drill[..], &["--plan", elsewhere.to_str().unwrap()]].concat()).good();
    assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "mine");
    let own = project.path().join("payrox.toml");
    project.run(&[&drill[..], &["--config", own.to_str().unwrap()]].concat()).good();
    let outside = project.around().join("payrox.toml");
    std::fs::copy(&own, &outside).unwrap();
    for config in [outside.to_str().unwrap(), "../payrox.toml"] {
        let ran = project.run(&[&drill[..], &["--config", config]].concat());
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.stderr.contains("in no archive of this project"), "{ran:?}");
    }
}

#[test]
fn what_comes_next_after_a_restore_names_the_network_and_quotes_a_blank() {
    let project = Project::example();
    let archive = project.around().join("my kept.tar");
    let said = project.run(&["backup", "create", archive.to_str().unwrap()]).good();
    assert!(said.contains(&format!("next: payrox backup drill '{}'", archive.display())), "{said}");
    let to = project.around().join("my dir");
    let mut restore = project.bare();
    restore.args(["backup", "restore", "--network", "anvil"]).arg(&archive).arg(&to);
    let said = Ran::of(&mut restore).good();
    let next = format!("next: payrox status --network anvil --project '{}'", to.display());
    assert!(said.contains(&next), "{said}");
}
