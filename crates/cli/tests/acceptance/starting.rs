//! Before the first plan: a new project, its settings, the unit groups.

use crate::project::{Project, Ran, list, text};
use payrox_files::write_atomic;
use serde_json::Value;
use std::fs;

#[test]
fn prx_v02_each_unit_group_runs_alone_and_passes() {
    let project = Project::empty();
    let mut seen = 0;
    for group in ["A", "B", "C", "D"] {
        let mut command = project.bare();
        let ran = Ran::of(command.args(["validate", "--phase", "test", "--group", group, "--json"]));
        assert_eq!(ran.status, 0, "{ran:?}");
        let document = ran.json();
        assert_eq!(document["outcome"], "pass");
        let checks = list(&document["checks"]);
        assert!(checks.len() > 2, "{document}");
        for check in checks {
            assert_eq!(check["verdict"], "pass", "{check}");
            assert!(text(check, "name").starts_with(&format!("{group}: ")), "{check}");
        }
        seen += checks.len();
    }
    let all = Ran::of(project.bare().args(["validate", "--phase", "test", "--json"])).json();
    assert_eq!(list(&all["checks"]).len(), seen, "together they are the whole");
}

#[test]
fn prx_p01_a_project_made_by_init_goes_live_with_one_command() {
    let project = Project::empty();
    let mut command = project.bare();
    let made = Ran::of(command.args(["init", "--name", "wallet", "--json"]).arg(project.path()));
    assert_eq!(made.status, 0, "{made:?}");
    for file in list(&made.json()["files"]) {
        assert!(project.path().join(file.as_str().unwrap()).is_file(), "{file}");
    }
    let ran = project.json(&["run", "--network", "local"]);
    assert_eq!((&ran["outcome"], &ran["epoch"]), (&"complete".into(), &1.into()));
    assert_eq!(project.json(&["run", "--network", "local"])["outcome"], "nothing_to_do");
    assert_eq!(project.json(&["verify", "--network", "local"])["outcome"], "pass");
}

#[test]
fn prx_p01_init_makes_a_name_of_a_folder_whose_own_is_none() {
    for (folder, name) in [("my-system", "my_system"), ("2nd try", "_2nd_try"), ("ünit", "_nit")] {
        let parent = tempfile::tempdir().unwrap();
        let made = Ran::of(Project::empty().bare().args(["init", "--json"]).arg(parent.path().join(folder)));
        assert_eq!((made.status, &made.json()["name"]), (0, &name.into()), "{made:?}");
        let config = fs::read_to_string(parent.path().join(folder).join("payrox.toml")).unwrap();
        assert!(config.contains(&format!("name = \"{name}\"")), "{config}");
    }
    let refused = Ran::of(Project::empty().bare().args(["init", "--json", "--name", "my-system"]));
    assert_eq!(
        (refused.status, &refused.json()["error"]["code"]),
        (2, &"PRX-CLI-010".into()),
        "a name that is given is kept or refused"
    );
}

#[test]
fn prx_p01_what_init_makes_passes_its_gates_also_after_the_first_release() {
    let project = Project::empty();
    assert_eq!(Ran::of(project.bare().arg("init").arg(project.path())).status, 0);
    assert_eq!(project.json(&["run", "--network", "local"])["outcome"], "complete");
    let storage = project.json(&["validate", "--network", "local", "--phase", "storage"]);
    assert_eq!(storage["outcome"], "pass", "{storage}");
}

#[test]
fn prx_p01_init_with_a_file_in_place_of_a_folder_writes_nothing() {
    let project = Project::empty();
    fs::create_dir_all(project.path()).unwrap();
    write_atomic(&project.path().join("networks"), b"mine").unwrap();
    let ran = project.bare().arg("init").arg("--json").arg(project.path()).output().unwrap();
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
    let document: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(document["error"]["code"], "PRX-CLI-005");
    let there: Vec<_> =
        fs::read_dir(project.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(there, ["networks"]);
}

#[test]
fn prx_p01_config_show_says_what_is_set_and_by_whom_and_keeps_secrets() {
    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    let project = Project::example();
    let show = |json: &[&str]| {
        let mut command = project.bare();
        command.args(["config", "show", "--network", "anvil", "--project"]).arg(project.path()).args(json);
        command.env("PRIVATE_KEY", KEY).env("ETH_RPC_URL", "http://someone:password@127.0.0.1:8545/v3/token");
        Ran::of(&mut command).good()
    };
    let document = show(&["--json"]);
    for shown in [show(&[]), document.clone()] {
        for secret in [&KEY[2..], "someone", "password", "token"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
    let document: Value = serde_json::from_str(&document).unwrap();
    let settings = list(&document["settings"]);
    let source = |name: &str| text(settings.iter().find(|s| s["name"] == name).unwrap(), "source");
    assert_eq!(source("network"), "flag --network");
    assert_eq!(source("rpc_url"), "variable ETH_RPC_URL");
    assert_eq!(source("private_key"), "variable PRIVATE_KEY");
    assert!(source("chain_id").ends_with("networks/anvil.toml:4"), "{}", source("chain_id"));
    assert_eq!(source("production"), "default", "no file says it");
    assert!(source("system.delay").contains("payrox.toml:"), "{}", source("system.delay"));
    assert!(settings.iter().all(|s| s["value"].is_string() && s["source"].is_string()));
}
