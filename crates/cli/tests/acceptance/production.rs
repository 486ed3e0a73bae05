//! A network with value: its name is typed or passed, and four people can be called, before anything is sent.

use crate::{
    project::{Project, Ran},
    served::Served,
    tools::{foundry, program, repository},
};
use payrox_files::write_atomic;
use serde_json::json;
use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

/// Of nobody: development keys are not for production.
const KEY: &str = "0x7c1f0a2d1b9e4f6a8d3c5b7e9f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c";

/// In place of `skip_time = true` in a network's file.
pub(crate) const PRODUCTION: &str =
    "production = true\nfees = { max_fee = \"1000 gwei\", max_priority_fee = \"10 gwei\" }";

fn production(anvil: &Served) -> Option<Project> {
    let cast = foundry("cast")?;
    let output = Command::new(cast).args(["wallet", "address", "--private-key", KEY]).output().unwrap();
    let account = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    anvil.chain().ask("anvil_setBalance", json!([account, "0x56bc75e2d63100000"])).unwrap();
    let project = Project::example();
    let file = fs::read_to_string(repository().join("networks/anvil.toml")).unwrap();
    let file = file.split("[roles]").next().unwrap().replace("skip_time = true", PRODUCTION);
    let file = format!(
        "{file}[roles]\nowner = \"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"\nbootstrapper = \"{account}\"\n"
    );
    write_atomic(&project.path().join("networks/anvil.toml"), file.as_bytes()).unwrap();
    let own = fs::read_to_string(project.path().join("payrox.toml")).unwrap();
    let contacts = "technical = \"lead@payrox.dev\"\nsecurity = \"sec@payrox.dev\"\noperations = \"ops@payrox.dev\"\nemergency = \"tel:+41446681800\"\n";
    write_atomic(&project.path().join("payrox.toml"), format!("{own}\n[contacts]\n{contacts}").as_bytes())
        .unwrap();
    Some(project)
}

/// Runs it in a terminal, where somebody types.
fn typed(project: &Project, anvil: &Served, line: &str) -> Option<Ran> {
    let script = program("script")?;
    let payrox = project.bare().get_program().to_str().unwrap().to_owned();
    let command = format!(
        "{payrox} run --broadcast --network anvil --rpc-url {} --project {}",
        anvil.url(),
        project.path().display()
    );
    let mut child = Command::new(script)
        .args(["-q", "-e", "-c", &command, "/dev/null"])
        .env("PRIVATE_KEY", KEY)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(Ran { stdout, stderr: String::new(), status: output.status.code().unwrap_or(-1) })
}

#[test]
fn prx_b23_on_a_production_network_nothing_is_sent_before_its_name_is_passed() {
    let Some(anvil) = Served::anvil() else { return };
    let Some(project) = production(&anvil) else { return };
    let block = anvil.chain().block();
    let run = |args: &[&str]| {
        let all = [&["run", "--broadcast", "--json", "--network", "anvil", "--rpc-url", anvil.url()], args]
            .concat();
        Ran::of(project.bare().env("PRIVATE_KEY", KEY).args(all).arg("--project").arg(project.path()))
    };
    for args in [&[][..], &["--confirm-network", "mainnet"], &["--confirm-network", ""]] {
        let refused = run(args);
        assert_eq!(
            (refused.status, &refused.json()["error"]["code"]),
            (3, &"PRX-CLI-030".into()),
            "{refused:?}"
        );
    }
    assert_eq!(anvil.chain().block(), block, "nothing was sent");
    let sent = run(&["--confirm-network", "anvil"]);
    assert_eq!((sent.status, &sent.json()["outcome"]), (0, &"complete".into()), "{sent:?}");
}

#[test]
fn prx_b23_at_a_terminal_the_name_is_typed() {
    let Some(anvil) = Served::anvil() else { return };
    let Some(project) = production(&anvil) else { return };
    let block = anvil.chain().block();
    let Some(refused) = typed(&project, &anvil, "yes") else { return };
    assert_eq!(refused.status, 3, "{refused:?}");
    assert!(
        refused.stdout.contains("type the network's name to send")
            && refused.stdout.contains("`yes` is not its name"),
        "{refused:?}"
    );
    assert_eq!(anvil.chain().block(), block, "nothing was sent");
    let Some(sent) = typed(&project, &anvil, "anvil") else { return };
    assert_eq!(sent.status, 0, "{sent:?}");
    assert!(sent.stdout.contains("complete on anvil"), "{sent:?}");
}

#[test]
fn prx_d06_prx_b23_a_cancellation_waits_neither_for_contacts_nor_for_the_plans_file() {
    let Some(anvil) = Served::anvil() else { return };
    let Some(project) = production(&anvil) else { return };
    let own = fs::read_to_string(project.path().join("payrox.toml")).unwrap();
    let without = own.split("\n[contacts]").next().unwrap();
    write_atomic(&project.path().join("payrox.toml"), without.as_bytes()).unwrap();
    let say = |verb: &str, args: &[&str]| {
        let all = [&[verb, "--broadcast", "--json", "--network", "anvil", "--rpc-url", anvil.url()], args];
        Ran::of(
            project.bare().env("PRIVATE_KEY", KEY).args(all.concat()).arg("--project").arg(project.path()),
        )
    };
    let confirmed = ["--confirm-network", "anvil"];
    let refused = say("run", &confirmed);
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (3, &"PRX-CLI-031".into()), "{refused:?}");
    // But for the network's name.
    assert_eq!(say("cancel", &[]).status, 3);
    let said = say("cancel", &confirmed);
    assert_eq!((said.status, &said.json()["outcome"]), (0, &"nothing_to_do".into()), "{said:?}");
    assert!(!project.path().join("artifacts").exists(), "there is no plan's file");
}
