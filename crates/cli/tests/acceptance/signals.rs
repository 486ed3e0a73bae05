//! Signals, and a terminal that goes away, in the middle of a run.

use crate::{
    kills::end,
    project::{Project, Ran},
    served::Served,
    tools::{foundry, program, repository},
};
use payrox_files::write_atomic;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read as _, Write as _},
    process::{Child, Command, Stdio},
};

const RUN: [&str; 7] = ["run", "--json", "--verbose", "--broadcast", "--network", "anvil", "--rpc-url"];

/// Starts a run, and comes back when its first transaction is about to leave.
fn sending(project: &Project, url: &str) -> Child {
    let mut child = project.start(&[&RUN[..], &[url]].concat());
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains(": sending ")), "it sends");
    // Whoever read along has gone: what is written to stderr from now on finds no reader.
    drop(lines);
    child
}

fn complete(project: &Project, url: &str) -> Value {
    project.json(&["run", "--broadcast", "--network", "anvil", "--rpc-url", url])
}

#[test]
fn prx_b06_a_signal_among_the_sends_leaves_a_run_that_says_so_and_goes_on() {
    for signal in ["INT", "TERM", "HUP"] {
        let Some(anvil) = Served::anvil_with(&["--block-time", "1"]) else { return };
        let project = Project::example();
        let child = sending(&project, anvil.url());
        Ran::of(Command::new("/bin/sh").args(["-c", &format!("kill -{signal} {}", child.id())])).good();
        let ran = end(child);
        assert_eq!((ran.status, &ran.json()["outcome"]), (6, &"waiting".into()), "{signal}: {ran:?}");
        assert_eq!(ran.json()["error"]["code"], "PRX-EXE-017", "{signal}");
        assert_eq!(complete(&project, anvil.url())["epoch"], 1, "{signal}");
        let calls =
            project.plan()["steps"].as_array().unwrap().iter().filter(|s| !s["call"].is_null()).count();
        assert_eq!(anvil.chain().transactions(), calls as u64, "{signal}: none was sent twice");
    }
}

#[test]
fn prx_b06_a_terminal_that_is_gone_does_not_end_a_run_in_the_middle() {
    let Some(anvil) = Served::anvil_with(&["--block-time", "1"]) else { return };
    let project = Project::example();
    let mut child = sending(&project, anvil.url());
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    assert_eq!(complete(&project, anvil.url())["outcome"], "nothing_to_do");
}

#[test]
fn prx_d12_nonce_tells_what_waits_and_sends_only_with_broadcast() {
    let Some(anvil) = Served::anvil_with(&["--no-mining"]) else { return };
    let project = Project::example();
    let child = sending(&project, anvil.url());
    std::thread::sleep(std::time::Duration::from_millis(500));
    Ran::of(Command::new("/bin/sh").args(["-c", &format!("kill -INT {}", child.id())])).good();
    assert_eq!(end(child).status, 6);
    let chain = anvil.chain();
    let nonce = |more: &[&str]| {
        project.json(&[&["nonce", "--network", "anvil", "--rpc-url", anvil.url()][..], more].concat())
    };
    let states = |document: &Value| -> Vec<String> {
        let accounts = document["accounts"].as_array().unwrap();
        let entries = accounts.iter().flat_map(|account| account["entries"].as_array().unwrap());
        entries.map(|entry| entry["state"].as_str().unwrap().to_owned()).collect()
    };
    let said = nonce(&[]);
    assert!(states(&said).len() > 10 && states(&said).iter().all(|state| state == "waiting"), "{said:#}");
    chain.ask("anvil_dropAllTransactions", serde_json::json!([])).unwrap();
    assert!(states(&nonce(&[])).iter().all(|state| state == "dropped"));
    let planned = nonce(&["--rebroadcast"]);
    assert_eq!(planned["sent"], serde_json::json!([]));
    assert!(planned["next"].as_str().unwrap().contains("nonce --rebroadcast --broadcast"), "{planned:#}");
    let sent = nonce(&["--rebroadcast", "--broadcast"]);
    assert_eq!(sent["sent"].as_array().unwrap().len(), states(&said).len());
    assert!(states(&sent).iter().all(|state| state == "waiting"), "{sent:#}");
    let text = project.run(&["nonce", "--network", "anvil", "--rpc-url", anvil.url()]).good();
    for word in ["facet Payments", "waiting", "safe: --bump, --cancel-stuck"] {
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn prx_b06_a_run_that_is_stopped_says_what_waits_to_be_mined_and_how_to_look_at_it() {
    let Some(anvil) = Served::anvil_with(&["--no-mining"]) else { return };
    let project = Project::example();
    let mut first = project.bare();
    first.args(["run", "--verbose", "--broadcast", "--network", "anvil", "--rpc-url", anvil.url()]);
    first.arg("--project").arg(project.path()).stdin(Stdio::null());
    let mut first = first.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(first.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains(": sending ")), "it sends");
    std::thread::sleep(std::time::Duration::from_secs(1));
    Ran::of(Command::new("/bin/sh").args(["-c", &format!("kill -INT {}", first.id())])).good();
    let (ran, said) = (end(first), lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(ran.status, 6, "{ran:?}");
    let many = ran.stdout.matches("sent, waiting").count();
    assert!(many > 5, "{ran:?}");
    let counted = format!("{many} transactions wait to be mined: payrox nonce --network anvil");
    assert!(ran.stdout.contains(&counted), "{ran:?}");
    assert!(ran.stdout.contains("next: the same again\n"), "there is nothing to --wait for: {ran:?}");
    assert!(said.contains("PRX-EXE-017"), "{said}");
    // The same for programs, once more: what an earlier run sent still waits.
    let second = sending_again(&project, anvil.url());
    let document = second.json();
    let sent: Vec<&Value> =
        document["steps"].as_array().unwrap().iter().filter(|step| step["outcome"] == "sent").collect();
    assert_eq!(sent.len(), many, "{document:#}");
    for step in sent {
        assert!(ran.stdout.contains(step["tx"].as_str().unwrap()), "{step}");
    }
}

/// A second run, that is stopped while it waits for what the first one sent.
fn sending_again(project: &Project, url: &str) -> Ran {
    let mut child = project.start(&[&RUN[..], &[url]].concat());
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("of an earlier run wait to be mined")), "it finds them");
    Ran::of(Command::new("/bin/sh").args(["-c", &format!("kill -INT {}", child.id())])).good();
    drop(lines);
    end(child)
}

/// Runs it in a terminal, and presses Ctrl-C once it asks; what it said, and its status.
fn ctrl_c_when_asked(project: &Project, args: &str, question: &str) -> Option<Ran> {
    let script = program("script")?;
    let payrox = project.bare().get_program().to_str().unwrap().to_owned();
    // `exec`: a shell of its own between the terminal and it would be interrupted as well, and its status be told.
    let command = format!("exec {payrox} {args} --project {}", project.path().display());
    let mut child = Command::new(script)
        .args(["-q", "-e", "-c", &command, "/dev/null"])
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut said, mut byte) = (Vec::new(), [0]);
    let mut stdout = child.stdout.take().unwrap();
    while !String::from_utf8_lossy(&said).contains(question) {
        assert_eq!(stdout.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&said));
        said.push(byte[0]);
    }
    child.stdin.as_ref().unwrap().write_all(b"\x03").unwrap();
    stdout.read_to_end(&mut said).unwrap();
    let status = child.wait().unwrap().code().unwrap_or(-1);
    Some(Ran { stdout: String::from_utf8_lossy(&said).into_owned(), stderr: String::new(), status })
}

#[test]
fn prx_b06_ctrl_c_where_a_password_or_a_networks_name_is_asked_for_ends_at_once_and_says_so() {
    let Some(anvil) = Served::anvil() else { return };
    let Some(cast) = foundry("cast") else { return };
    let project = Project::example();
    let folder = project.around().join("keystores");
    std::fs::create_dir_all(&folder).unwrap();
    let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    let import = [
        "wallet",
        "import",
        "one",
        "--private-key",
        key,
        "--unsafe-password",
        "secret-word",
        "--keystore-dir",
    ];
    assert!(Command::new(cast).args(import).arg(&folder).output().unwrap().status.success());
    let on = format!("run --broadcast --network anvil --rpc-url {}", anvil.url());
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(folder.join("one"), mode).unwrap();
    let keystore = format!("{on} --keystore {}", folder.join("one").display());
    let network = std::fs::read_to_string(repository().join("networks/anvil.toml")).unwrap();
    for (args, question, production) in
        [(keystore.as_str(), "password of keystore", false), (on.as_str(), "type the network's name", true)]
    {
        if production {
            let fees = "[fees]\nmax_fee = \"100 gwei\"\nmax_priority_fee = \"5 gwei\"\n";
            let network = network.replace("skip_time = true", "production = true") + fees;
            write_atomic(&project.path().join("networks/anvil.toml"), network.as_bytes()).unwrap();
            let own = std::fs::read_to_string(project.path().join("payrox.toml")).unwrap();
            let contacts = "technical = \"a@b.dev\"\nsecurity = \"a@b.dev\"\noperations = \"a@b.dev\"\nemergency = \"tel:+41446681800\"\n";
            let own = format!("{own}\n[contacts]\n{contacts}");
            write_atomic(&project.path().join("payrox.toml"), own.as_bytes()).unwrap();
        }
        for _ in 0..3 {
            let Some(ran) = ctrl_c_when_asked(&project, args, question) else { return };
            assert_eq!(ran.status, 6, "{ran:?}");
            assert!(ran.stdout.contains("PRX-CLI-004"), "{ran:?}");
        }
    }
    assert_eq!(anvil.chain().transactions(), 0);
}

/// A command that waits for another program, or computes, does not await anything.
#[test]
fn prx_b06_a_signal_ends_a_command_that_waits_for_a_compiler() {
    for signal in ["INT", "TERM", "HUP"] {
        let project = Project::example();
        let (solc, begun) = (project.around().join("solc"), project.around().join("begun"));
        let script = format!("#!/bin/sh\nPATH=/usr/bin:/bin\ntouch '{}'\nexec sleep 20\n", begun.display());
        write_atomic(&solc, script.as_bytes()).unwrap();
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&solc, executable).unwrap();
        let wallet = project.around().join("wallet");
        Ran::of(project.bare().arg("init").arg(&wallet)).good();
        let mut build = project.bare();
        build.arg("build").arg("--solc").arg(&solc).arg("--project").arg(&wallet);
        let mut child = build.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while !begun.exists() {
            assert!(child.try_wait().unwrap().is_none(), "it asks the compiler: {:?}", end(child));
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Ran::of(Command::new("/bin/sh").args(["-c", &format!("kill -{signal} {}", child.id())])).good();
        let ran = end(child);
        assert_eq!(ran.status, 6, "{signal}: {ran:?}");
        assert!(ran.stderr.contains("PRX-CLI-004"), "{signal}: {ran:?}");
    }
}

fn is_there(pid: &str) -> bool {
    // One that has ended and that nobody has asked about is not there.
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    state.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// What is left behind goes on to write, to compute and to hold files under the feet of the next command.
#[test]
fn prx_b06_a_signal_ends_the_projects_tests_too_and_what_they_have_started() {
    for signal in ["INT", "TERM"] {
        let project = Project::example();
        let (bin, begun) = (project.around().join("bin"), project.around().join("begun"));
        let script = format!(
            "#!/bin/sh\nPATH=/usr/bin:/bin\nsleep 60 &\necho $$ $! > '{0}.part'\nmv '{0}.part' '{0}'\nwait\n",
            begun.display()
        );
        write_atomic(&bin.join("forge"), script.as_bytes()).unwrap();
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(bin.join("forge"), executable).unwrap();
        let wallet = project.around().join("wallet");
        Ran::of(project.bare().arg("init").arg(&wallet)).good();
        let mut validate = project.bare();
        validate.env("PATH", &bin).args(["validate", "--phase", "test", "--network", "local", "--project"]);
        let mut child = validate.arg(&wallet).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while !begun.exists() {
            assert!(child.try_wait().unwrap().is_none(), "it runs the tests: {:?}", end(child));
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let pids = std::fs::read_to_string(&begun).unwrap();
        let pids: Vec<&str> = pids.split_whitespace().collect();
        assert!(pids.len() == 2 && pids.iter().all(|pid| is_there(pid)), "{pids:?}");
        Ran::of(Command::new("/bin/sh").args(["-c", &format!("kill -{signal} {}", child.id())])).good();
        let ran = end(child);
        assert_eq!(ran.status, 6, "{signal}: {ran:?}");
        assert!(ran.stderr.contains("it sends no transaction, and what it had started is ended"), "{ran:?}");
        std::thread::sleep(std::time::Duration::from_millis(200));
        assert!(!pids.iter().any(|pid| is_there(pid)), "{signal}: {pids:?}");
    }
}
