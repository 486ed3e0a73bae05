use super::{config, counter, dev};
use payrox_devnet::{DEV_ACCOUNTS, Devnet, serve};
use std::{path::PathBuf, process::Command};
use tokio::task::spawn_blocking;

/// Foundry's cast, if it was installed.
fn cast() -> Option<PathBuf> {
    let modules = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../node_modules/@foundry-rs");
    let folders = std::fs::read_dir(modules).ok()?.flatten();
    folders.map(|folder| folder.path().join("bin/cast")).find(|path| path.is_file())
}

#[tokio::test]
async fn cast_deploys_sends_and_reads() {
    let Some(cast) = cast() else {
        println!("unknown: cast is not installed");
        return;
    };
    let server = serve(Devnet::new(&config()), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let run = async |args: &[&str]| {
        let mut command = Command::new(&cast);
        command.args(args).env("ETH_RPC_URL", server.url()).env("NO_COLOR", "1");
        let output = spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() || args[0] == "call", "{args:?}: {error}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned() + &error
    };
    let key = DEV_ACCOUNTS[0].key.to_string();
    let contract = dev(0).create(0).to_string();
    assert_eq!(run(&["chain-id"]).await, "31338");
    run(&["send", "--private-key", &key, "--create", &counter().to_string()]).await;
    assert_eq!(run(&["code", &contract]).await, super::COUNTER.to_string());
    // A development account needs no key.
    let word = super::word(5).to_string();
    run(&["send", "--unlocked", "--from", &dev(1).to_string(), &contract, &word]).await;
    assert_eq!(run(&["call", &contract]).await, word);
    assert_eq!(run(&["storage", &contract, "0"]).await, word);
    assert!(run(&["call", &contract, &super::word(0).to_string()]).await.contains("deadbeef"));
    assert!(run(&["logs", "--from-block", "0", "--address", &contract]).await.contains(&word));
    assert_eq!(run(&["nonce", &dev(0).to_string()]).await, "1");
    assert!(run(&["block", "latest"]).await.contains("baseFeePerGas"));
    server.shutdown().await;
}
