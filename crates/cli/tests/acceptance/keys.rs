//! Who signs: keystores of cast, accounts of a node, other machines; and that no secret is left anywhere.

use crate::{
    chain::{BOOTSTRAPPER, Chain, OWNER},
    project::{Project, Ran, list, text},
    served::Served,
    tools::foundry,
};
use payrox_files::write_atomic;
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

const BOOTSTRAPPERS_KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

fn cast(arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(foundry("cast")?);
    Some(Ran::of(command.env_clear().args(arguments)).good().trim().to_owned())
}

/// A file of its owner's alone, beside the project.
fn private(project: &Project, name: &str, content: &str) -> String {
    let path = project.around().join(name);
    write_atomic(&path, content.as_bytes()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path.display().to_string()
}

fn sender(chain: &Chain, tx: &Value) -> String {
    let found = chain.ask("eth_getTransactionByHash", json!([tx])).unwrap();
    text(&found, "from").to_lowercase()
}

/// Every transaction of a run, by the chain's own recovery of its sender.
fn all_by(chain: &Chain, ran: &Value, from: &str) -> usize {
    let sent: Vec<_> =
        list(&ran["steps"]).iter().map(|step| &step["tx"]).filter(|tx| !tx.is_null()).collect();
    sent.iter().for_each(|tx| assert_eq!(sender(chain, tx), from));
    sent.len()
}

#[test]
fn prx_q02_a_keystore_that_cast_made_signs_a_whole_run_and_the_chain_recovers_its_address() {
    let Some(anvil) = Served::anvil() else { return };
    let project = Project::example();
    let folder = project.around().join("keystores");
    fs::create_dir(&folder).unwrap();
    let place = folder.display().to_string();
    let made = [
        "wallet",
        "import",
        "ops",
        "--keystore-dir",
        &place,
        "--private-key",
        BOOTSTRAPPERS_KEY,
        "--unsafe-password",
        "a b",
    ];
    if cast(&made).is_none() {
        return;
    }
    fs::set_permissions(folder.join("ops"), fs::Permissions::from_mode(0o600)).unwrap();
    let password = private(&project, "password", "a b\n");
    let run = ["run", "--network", "anvil", "--rpc-url", anvil.url(), "--broadcast", "--json"];
    let mut command = project.bare();
    command.args(run).arg("--project").arg(project.path());
    command.args(["--account", "ops"]).env("ETH_KEYSTORE", &place).env("ETH_PASSWORD", &password);
    let ran = Ran::of(&mut command);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stderr.contains("with keystore"), "{}", ran.stderr);
    let sent = all_by(&anvil.chain(), &ran.json(), BOOTSTRAPPER);
    assert!(sent > 15, "{sent}");
}

#[test]
fn prx_d11_a_release_is_signed_on_another_machine_round_by_round() {
    let Some(anvil) = Served::anvil() else { return };
    let project = Project::example();
    let chain = anvil.chain();
    let run = ["run", "--network", "anvil", "--rpc-url", anvil.url(), "--from", BOOTSTRAPPER];
    let todo = project.around().join("todo.json").display().to_string();
    let done = project.around().join("done.txt").display().to_string();
    let mut rounds = 0;
    let complete = loop {
        rounds += 1;
        assert!(rounds < 6, "it does not end");
        let before = chain.transactions();
        let written = project.json(&[&run[..], &["--unsigned", &todo]].concat());
        assert_eq!(written["outcome"], "planned");
        assert_eq!(chain.transactions(), before, "nothing was sent");
        assert!(!project.path().join("journal").exists() || rounds > 1, "nor noted");
        let document: Value = serde_json::from_slice(&fs::read(&todo).unwrap()).unwrap();
        let mut lines = Vec::new();
        for tx in list(&document["transactions"]) {
            let (nonce, gas) = (tx["nonce"].to_string(), tx["gas"].to_string());
            let signed = cast(&[
                "mktx",
                text(tx, "to"),
                text(tx, "data"),
                "--private-key",
                BOOTSTRAPPERS_KEY,
                "--chain",
                "31337",
                "--nonce",
                &nonce,
                "--value",
                text(tx, "value"),
                "--gas-limit",
                &gas,
                "--gas-price",
                text(tx, "maxFeePerGas"),
                "--priority-gas-price",
                text(tx, "maxPriorityFeePerGas"),
                "--rpc-url",
                "http://127.0.0.1:1",
            ]);
            lines.extend(signed);
        }
        if lines.is_empty() {
            return;
        }
        write_atomic(Path::new(&done), lines.join("\n").as_bytes()).unwrap();
        let sent = project.run(&[&run[..], &["--signed", &done, "--broadcast", "--json"]].concat());
        let result = sent.json();
        all_by(&chain, &result, BOOTSTRAPPER);
        assert_eq!(chain.transactions() - before, lines.len() as u64, "{result:#}");
        match sent.status {
            0 => break result,
            6 => assert_eq!(result["error"]["code"], "PRX-KEY-018", "{result:#}"),
            _ => panic!("{sent:?}"),
        }
    };
    assert_eq!(complete["outcome"], "complete");
    // The transactions of an earlier round are refused in a later one, and nothing is sent.
    let sent = chain.transactions();
    let again = project.json(&[&run[..], &["--signed", &done, "--broadcast"]].concat());
    assert_eq!((&again["outcome"], chain.transactions()), (&json!("nothing_to_do"), sent));
}

#[test]
fn prx_b23_what_another_machine_signed_otherwise_is_not_sent() {
    let Some(anvil) = Served::anvil() else { return };
    let project = Project::example();
    let chain = anvil.chain();
    let run = ["run", "--network", "anvil", "--rpc-url", anvil.url(), "--from", BOOTSTRAPPER];
    let todo = project.around().join("todo.json").display().to_string();
    project.json(&[&run[..], &["--unsigned", &todo]].concat());
    let document: Value = serde_json::from_slice(&fs::read(&todo).unwrap()).unwrap();
    let tx = &list(&document["transactions"])[0];
    for (field, chain_id, to, value) in [
        ("chain id", "1", text(tx, "to"), "0"),
        ("to", "31337", OWNER, "0"),
        ("value", "31337", text(tx, "to"), "1"),
    ] {
        let (nonce, gas) = (tx["nonce"].to_string(), tx["gas"].to_string());
        let signed = cast(&[
            "mktx",
            to,
            text(tx, "data"),
            "--private-key",
            BOOTSTRAPPERS_KEY,
            "--chain",
            chain_id,
            "--nonce",
            &nonce,
            "--value",
            value,
            "--gas-limit",
            &gas,
            "--gas-price",
            "2000000000",
            "--priority-gas-price",
            "1",
            "--rpc-url",
            "http://127.0.0.1:1",
        ]);
        let Some(signed) = signed else { return };
        let done = private(&project, "done.txt", &signed);
        let refused = project.run(&[&run[..], &["--signed", &done, "--broadcast"]].concat());
        assert_eq!(refused.status, 3, "{refused:?}");
        assert!(
            refused.stderr.contains("PRX-KEY-016") && refused.stderr.contains(&format!(": {field} is ")),
            "{}",
            refused.stderr
        );
        assert_eq!(chain.transactions(), 0, "nothing was sent");
    }
}

#[test]
fn prx_d11_an_account_of_anvil_signs_a_run_and_hardhats_node_is_refused_because_it_only_sends() {
    let Some(anvil) = Served::anvil() else { return };
    let project = Project::example();
    let unlocked = ["--unlocked", "--from", BOOTSTRAPPER, "--broadcast"];
    let run = |url: &str| {
        [&["run", "--network", "anvil", "--rpc-url", url], &unlocked[..]]
            .concat()
            .iter()
            .map(|s| (*s).to_owned())
            .collect::<Vec<_>>()
    };
    let arguments = run(anvil.url());
    let ran = project.json(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(ran["outcome"], "complete");
    assert!(all_by(&anvil.chain(), &ran, BOOTSTRAPPER) > 15);

    let Some(node) = Served::hardhat() else { return };
    crate::hardhat::make_deployer(&node.chain());
    let before = node.chain().transactions();
    let other = Project::example();
    let arguments = run(node.url());
    let refused = other.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(refused.status, 5, "{refused:?}");
    assert!(refused.stderr.contains("PRX-KEY-015"), "{}", refused.stderr);
    assert_eq!(node.chain().transactions(), before, "nothing was sent");
}

/// A secret in every form in which it could slip out.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut found = vec![secret.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    // Base64 at each of the three offsets, without the ends that depend on what stands around it.
    for skip in 0..3 {
        let bits: Vec<u8> =
            secret[skip..].iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1)).collect();
        let code: Vec<u8> = bits
            .chunks_exact(6)
            .map(|six| ALPHABET[six.iter().fold(0, |n, bit| n << 1 | usize::from(*bit))])
            .collect();
        let url: Vec<u8> = code
            .iter()
            .map(|c| match c {
                b'+' => b'-',
                b'/' => b'_',
                c => *c,
            })
            .collect();
        found.extend([code, url]);
    }
    found.push(secret.iter().map(u8::to_string).collect::<Vec<_>>().join(", ").into_bytes());
    found.retain(|form| form.len() >= 8);
    found
}

/// Arguments and variables.
type Given<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.file_type().unwrap().is_dir() {
            true => files(&entry.path(), into),
            false => into.push(entry.path()),
        }
    }
}

#[test]
fn prx_b45_planted_keys_phrases_and_passwords_are_nowhere_afterwards() {
    let Some(anvil) = Served::anvil() else { return };
    let project = Project::example();
    let password = "Planted pass+word/42";
    let phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    let key = "6f3c1e8b5a7d90c2e4f6081a3b5c7d9eaf0123cd4567ab89ef10325476bacdfe";
    let folder = project.around().join("keystores");
    fs::create_dir(&folder).unwrap();
    let place = folder.display().to_string();
    let made = [
        "wallet",
        "import",
        "planted",
        "--keystore-dir",
        &place,
        "--private-key",
        key,
        "--unsafe-password",
        password,
    ];
    if cast(&made).is_none() {
        return;
    }
    fs::set_permissions(folder.join("planted"), fs::Permissions::from_mode(0o600)).unwrap();
    let (password_file, key_file, phrase_file) = (
        private(&project, "password", password),
        private(&project, "key", key),
        private(&project, "phrase", phrase),
    );
    let keystore = format!("{place}/planted");
    let address = cast(&["wallet", "address", "--private-key", key]).unwrap();
    let derived = cast(&["wallet", "address", "--mnemonic", phrase]).unwrap();
    for funded in [&address, &derived] {
        anvil.chain().ask("anvil_setBalance", json!([funded, "0x56bc75e2d63100000"])).unwrap();
    }

    let mut seen = Vec::new();
    let mut statuses = Vec::new();
    let mut run = |arguments: &[&str], environment: &[(&str, &str)]| {
        for output in [&["--verbose"][..], &["--json"], &["--json", "--verbose"]] {
            let mut command = project.bare();
            command
                .args(arguments)
                .args(output)
                .arg("--project")
                .arg(project.path())
                .env("RUST_BACKTRACE", "full")
                .env("RUST_LOG", "trace");
            let ran = Ran::of(command.envs(environment.iter().copied()));
            statuses.push(ran.status);
            seen.push(("stdout", ran.stdout.into_bytes()));
            seen.push(("stderr", ran.stderr.into_bytes()));
        }
    };
    let to = ["--network", "anvil", "--rpc-url", anvil.url(), "--broadcast"];
    let sources: [Given<'_>; 8] = [
        (&["--private-key", key], &[]),
        (&[], &[("PRIVATE_KEY", key)]),
        (&["--private-key-file", &key_file], &[]),
        (&["--keystore", &keystore, "--password-file", &password_file], &[]),
        (&["--mnemonic-file", &phrase_file], &[]),
        (&[], &[("MNEMONIC", phrase)]),
        // In each other's places.
        (&["--mnemonic-file", &key_file], &[("MNEMONIC", key)]),
        (&["--keystore", &key_file, "--password-file", &phrase_file], &[("PRIVATE_KEY", phrase)]),
    ];
    for (arguments, environment) in sources {
        // Good: anyone may deploy the factory. Refused: no role. Nobody there. Settings. Nonsense.
        run(&[&["deploy", "factory"], &to[..], arguments].concat(), environment);
        run(&[&["run"], &to[..], arguments].concat(), environment);
        run(
            &[&["run", "--network", "anvil", "--rpc-url", "http://127.0.0.1:1", "--broadcast"], arguments]
                .concat(),
            environment,
        );
        run(&[&["config", "show"], arguments].concat(), environment);
        run(&[&["status", "--no-such-flag"], arguments].concat(), environment);
    }
    run(&["run", key], &[]);
    for status in [0, 2, 5, 6] {
        assert!(statuses.contains(&status), "no command ended with {status}: {statuses:?}");
    }

    let mut paths = Vec::new();
    files(project.path(), &mut paths);
    assert!(
        paths.iter().any(|path| path.ends_with("deployment-log.txt")),
        "something was sent and written down"
    );
    for path in paths {
        seen.push(("file", fs::read(&path).unwrap()));
    }
    let bytes: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&key[2 * i..2 * i + 2], 16).unwrap()).collect();
    let encoded = password.replace('+', "%2B").replace('/', "%2F").replace(' ', "%20");
    let mut secrets =
        [forms(&bytes), forms(key.as_bytes()), forms(password.as_bytes()), forms(phrase.as_bytes())].concat();
    secrets.extend([encoded.into_bytes(), b"winner thank year".to_vec(), b"winner,thank".to_vec()]);
    assert!(secrets.len() > 30);
    for planted in [&key_file, &password_file, &phrase_file] {
        let text = fs::read(planted).unwrap();
        let is_found =
            |secret: &Vec<u8>| text.windows(secret.len()).any(|window| window == secret.as_slice());
        assert!(secrets.iter().any(is_found), "the search finds what is there: {planted}");
    }
    for (what, text) in &seen {
        for secret in &secrets {
            let found = text.windows(secret.len()).position(|window| window == secret.as_slice());
            assert_eq!(
                found,
                None,
                "{} in {what}: {}",
                String::from_utf8_lossy(secret),
                String::from_utf8_lossy(text)
            );
        }
    }
}

#[test]
fn prx_b45_a_key_or_a_phrase_in_the_wrong_place_is_not_repeated() {
    const KEY: &str = "7c1f0a2d1b9e4f6a8d3c5b7e9f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c";
    const PHRASE: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    let project = Project::example();
    let prefixed = format!("0x{KEY}");
    let apart: Vec<&str> = ["run"].into_iter().chain(PHRASE.split(' ')).collect();
    let cases: Vec<Vec<&str>> = vec![
        vec!["run", "--private-key-file", &prefixed],
        vec!["run", "--keystore", &prefixed],
        vec!["run", "--account", KEY],
        vec!["run", "--mnemonic-file", PHRASE],
        vec!["run", "--mnemonic-file", &prefixed],
        vec!["run", "--password-file", &prefixed, "--keystore", KEY],
        vec!["run", "--signed", &prefixed],
        vec!["run", "--from", &prefixed],
        vec!["run", PHRASE],
        vec!["run", &prefixed],
        apart,
        vec!["nonce", "--address", &prefixed],
        vec!["nonce", "--address", PHRASE],
        vec!["plan", "--config", &prefixed],
        vec!["status", "--rpc-url", &prefixed],
        vec!["explain", &prefixed],
        vec![&prefixed],
    ];
    for case in cases {
        for json in [&["--json"][..], &[]] {
            let mut command = project.bare();
            command.args(&case).args(json);
            if case[0] != "explain" && case[0] != prefixed {
                command.args(["--network", "local"]).arg("--project").arg(project.path());
            }
            let ran = Ran::of(&mut command);
            assert_ne!(ran.status, 0, "{case:?}: {ran:?}");
            let told = format!("{}{}", ran.stdout, ran.stderr);
            for part in [&KEY[..20], &KEY[44..], "legal winner", "thank year wave"] {
                assert!(!told.contains(part), "{case:?} shows {part}: {told}");
            }
            assert!(told.contains("error"), "{told}");
        }
    }
    // What is no argument stays: a code hash, a plan's id.
    let ran = project.run(&["plan"]);
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn prx_b45_a_key_in_an_endpoints_url_is_in_no_hint_of_what_never_asked_it() {
    const KEY: &str = "abcdEFGH1234567890secret";
    let project = Project::example();
    let path = format!("https://h.example/v2/{KEY}");
    let query = format!("http://127.0.0.1:1/?apikey={KEY}");
    let user = format!("http://someone:{KEY}@127.0.0.1:1");
    let named = format!("anvil={path}");
    for url in [&path, &query, &user, &named] {
        for verb in [&["status"][..], &["verify"], &["stage"], &["apply"], &["plan", "show"], &["statu"]] {
            for json in [&["--json"][..], &[]] {
                let said = project.run(&[verb, &["--network", "anvil", "--rpc-url", url], json].concat());
                let said = format!("{}{}", said.stdout, said.stderr);
                assert!(!said.contains(&KEY[..8]) && !said.contains("someone"), "{verb:?}: {said}");
                assert!(!said.contains("[hidden]"), "{verb:?}: {said}");
            }
            let said = project.run(&[verb, &["--network", "anvil", url]].concat());
            assert!(!format!("{said:?}").contains(&KEY[..8]), "{verb:?}: {said:?}");
        }
    }
    let said = project.run(&["status", "--network", "anvil", "--rpc-url", &path]);
    assert!(said.stdout.contains("--rpc-url \"$ETH_RPC_URL\""), "{said:?}");
    let mut by_variable = project.bare();
    by_variable.args(["status", "--network", "anvil", "--project"]).arg(project.path());
    let said = Ran::of(by_variable.env("ETH_RPC_URL", &path));
    assert!(!format!("{said:?}").contains(&KEY[..8]), "{said:?}");
    let network = format!("version = 1\nname = \"n\"\nchain_id = 5\nrpc_url = \"{path}\"\n");
    write_atomic(&project.path().join("networks/n.toml"), network.as_bytes()).unwrap();
    for verb in ["status", "doctor", "plan"] {
        for json in [&["--json"][..], &[]] {
            let said = project.run(&[&[verb, "--network", "n"][..], json].concat());
            let said = format!("{}{}", said.stdout, said.stderr);
            assert!(said.contains("rpc_url") && !said.contains(&KEY[..8]), "{verb}: {said}");
        }
    }
}
