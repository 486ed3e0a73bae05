//! Plans, commits and repositories that are not what they seem.

use super::fixture::{Repository, findings, verdict};
use payrox_plan::Plan;
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt as _};

fn swap(repository: &Repository, bytes: &[u8]) {
    payrox_files::write_atomic(&repository.empty().join("plan.json"), bytes).unwrap();
}

/// A plan of the example with something changed: caught wherever it is. The compiler has run already.
pub(super) fn on_the_plan(repository: &Repository, commit: &str, plan: &Value) {
    let file = repository.empty().join("plan.json");
    let kept = fs::read(&file).unwrap();
    // One byte, in places of every kind.
    for key in [
        "\"root\"",
        "\"planId\"",
        "\"codeHash\"",
        "\"data\"",
        "\"artifactsHash\"",
        "\"contentHash\"",
        "\"delay\"",
    ] {
        let mut bytes = kept.clone();
        let at = bytes.windows(key.len()).position(|w| w == key.as_bytes()).unwrap();
        let value = at + key.len();
        let end = value + bytes[value..].iter().position(|b| *b == b'\n').unwrap();
        let last = (value..end).rfind(|i| bytes[*i].is_ascii_hexdigit()).unwrap();
        bytes[last] = if bytes[last] == b'1' { b'2' } else { b'1' };
        swap(repository, &bytes);
        let (status, said) = repository.bundled(commit, "examples/payments", &[]);
        assert!(
            status == 2 && said["error"]["code"].as_str().unwrap().starts_with("PRX-PLAN"),
            "{key}: {said}"
        );
    }
    // Changed by somebody who seals it again.
    let sealed = |change: &dyn Fn(&mut Plan)| {
        let mut plan: Plan = serde_json::from_slice(&kept).unwrap();
        change(&mut plan);
        plan.content_hash = plan.compute_content_hash().unwrap();
        swap(repository, plan.to_json().unwrap().as_bytes());
        repository.bundled(commit, "examples/payments", &[])
    };
    let (status, review) = sealed(&|plan| plan.artifacts_hash = alloy_primitives::B256::repeat_byte(1));
    assert_eq!((status, verdict(&review, "content hash"), verdict(&review, "bytes")), (1, "fail", "fail"));
    let (status, review) = sealed(&|plan| plan.unlocked[0].reason = "safe, believe me".into());
    assert_eq!((status, verdict(&review, "bytes"), verdict(&review, "calldata")), (1, "fail", "pass"));
    let (status, review) = sealed(&|plan| plan.steps[0].effect = plan.steps[1].effect.clone());
    assert!(status == 2 || verdict(&review, "calldata") == "fail", "{review:#}");
    // The plan of another version of the same project.
    swap(repository, &kept);
    let other = repository.plan("examples/payments", &["--config", "upgrade.toml"]);
    assert_ne!(other["planId"], plan["planId"]);
    let (status, review) = repository.bundled(commit, "examples/payments", &[]);
    let found = findings(&review);
    assert_eq!((status, &review["outcome"]), (1, &Value::from("fail")));
    for code in ["PRX-REV-023", "PRX-REV-024", "PRX-REV-025", "PRX-REV-026", "PRX-REV-027", "PRX-REV-028"] {
        assert!(found.iter().any(|(c, _)| c == code), "{code} in {found:?}");
    }
    assert!(found.iter().all(|(code, subject)| code != "PRX-REV-023" || subject == "Payments"), "{found:?}");
    swap(repository, &kept);
}

#[test]
fn prx_g4_a_dependency_that_was_swapped_in_the_commit_is_caught_whatever_artifacts_the_commit_has() {
    let Some(repository) = Repository::small() else { return };
    repository.plan("wallet", &[]);
    let honest = repository.commit();
    let (status, review) = repository.bundled(&honest, "wallet", &[]);
    assert_eq!((status, &review["outcome"]), (0, &Value::from("pass")), "{:?}", findings(&review));
    assert!(repository.root().join("wallet/out/Counter.sol/Counter.json").exists());
    assert!(
        repository.root().join("wallet/.payrox/build").exists(),
        "the commit has the honest build and its record"
    );

    repository.edit("wallet/lib/dep/Step.sol", "return 1;", "return 1000;");
    let swapped = repository.commit();
    let (status, review) = repository.bundled(&swapped, "wallet", &[]);
    assert_eq!((status, verdict(&review, "init code")), (1, "fail"));
    let code: Vec<_> = findings(&review).into_iter().filter(|(code, _)| code == "PRX-REV-023").collect();
    assert_eq!(code, [("PRX-REV-023".to_owned(), "Counter".to_owned())]);
    let (_, review) = repository.bundled(&swapped, "wallet", &["--since", &honest]);
    let changed = review["sources"].as_array().unwrap();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["path"], "wallet/lib/dep/Step.sol");
    assert!(changed[0]["diff"].as_str().unwrap().contains("+        return 1000;"));

    // The honest commit is in the same bundle, and reviews as before.
    assert_eq!(repository.bundled(&honest, "wallet", &[]).0, 0);
}

#[test]
fn prx_g4_packages_that_the_commit_lacks_are_asked_for_and_listed() {
    let Some(repository) = Repository::small() else { return };
    repository.plan("wallet", &[]);
    let modules = repository.empty().join("node_modules");
    fs::rename(repository.root().join("wallet/lib/dep"), repository.root().join("dep")).unwrap();
    fs::create_dir_all(&modules).unwrap();
    fs::rename(repository.root().join("dep"), modules.join("dep")).unwrap();
    repository.write("wallet/remappings.txt", "");
    let commit = repository.commit();
    // What lies around the folder is not taken by itself.
    let (status, said) = repository.bundled(&commit, "wallet", &[]);
    assert_eq!((status, &said["error"]["code"]), (2, &Value::from("PRX-REV-010")), "{said}");
    let (status, review) = repository.bundled(&commit, "wallet", &["--modules", "node_modules"]);
    assert_eq!(status, 0, "the same bytes: {:?}", findings(&review));
    assert_eq!(findings(&review), [("PRX-REV-021".to_owned(), "dep/Step.sol".to_owned())]);
    let (status, said) = repository.bundled(
        &commit,
        "wallet",
        &["--solc-sha256", &"00".repeat(32), "--modules", "node_modules"],
    );
    assert_eq!((status, &said["error"]["code"]), (2, &Value::from("PRX-ART-066")), "{said}");

    // In the folder as it is: what else lies around the project is neither its own nor a package.
    fs::create_dir_all(repository.root().join("node_modules")).unwrap();
    fs::create_dir_all(repository.root().join("other")).unwrap();
    let folder = || {
        let plan = repository.empty().join("plan.json").display().to_string();
        let args = ["review", &plan, "--project", "wallet", "--solc", &repository.solc, "--json"];
        let ran = repository.payrox(&args);
        (ran.status, findings(&ran.json()))
    };
    fs::rename(modules.join("dep"), repository.root().join("node_modules/dep")).unwrap();
    assert_eq!(folder(), (0, Vec::new()));
    fs::rename(repository.root().join("node_modules/dep"), repository.root().join("other/dep")).unwrap();
    repository.write("wallet/remappings.txt", "dep/=../other/dep/\n");
    assert_eq!(folder(), (0, vec![("PRX-REV-021".to_owned(), "../other/dep/Step.sol".to_owned())]));
}

#[test]
fn prx_g4_a_hostile_repository_runs_nothing_and_shows_its_own_objects() {
    let Some(repository) = Repository::small() else { return };
    repository.plan("wallet", &[]);
    std::os::unix::fs::symlink("/etc/passwd", repository.root().join("wallet/src/Link.sol")).unwrap();
    let commit = repository.commit();
    // A replacement of the honest library: git shows it to whoever does not ask for the object itself.
    let original = repository.git(&["rev-parse", &format!("{commit}:wallet/lib/dep/Step.sol")]);
    repository.write("other.sol", "library Step { }\n");
    let other = repository.git(&["hash-object", "-w", "other.sol"]);
    repository.git(&["replace", &original, &other]);
    // Whoever owns the repository can put anything into its folder.
    let ran = repository.root().join("ran");
    let script = format!("#!/bin/sh\ntouch '{}'\nexec \"$@\"\n", ran.display());
    for hook in
        ["post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc", "fsmonitor-watchman"]
    {
        let path = repository.root().join(".git/hooks").join(hook);
        repository.write(&format!(".git/hooks/{hook}"), &script);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let hook = repository.root().join(".git/hooks/post-checkout");
    for key in ["core.fsmonitor", "uploadpack.packObjectsHook", "core.sshCommand", "filter.x.smudge"] {
        repository.git(&["config", key, hook.to_str().unwrap()]);
    }
    let _ = fs::remove_file(&ran);

    let from = repository.root().display().to_string();
    let reviewed = repository.review(&commit, &["--repo", &from, "--path", "wallet", "--json"]);
    assert_eq!(reviewed.status, 0, "{reviewed:?}");
    assert!(!ran.exists(), "something of the repository ran");
    assert_eq!(reviewed.json()["source"]["leftOut"], serde_json::json!(["wallet/src/Link.sol"]));

    for (bad, code) in [
        (["--repo", "ext::sh -c touch% ran", "--path", "wallet"], "PRX-REV-006"),
        (["--repo", "ssh://example.com/x", "--path", "wallet"], "PRX-REV-006"),
        (["--bundle", "plan.json", "--path", "wallet"], "PRX-REV-006"),
        (["--bundle", "/dev/zero", "--path", "wallet"], "PRX-REV-006"),
        (["--bundle", "repo.bundle", "--path", "nowhere"], "PRX-REV-009"),
        (["--bundle", "repo.bundle", "--path", "../wallet"], "PRX-CLI-001"),
    ] {
        let refused = repository.review(&commit, &[&bad[..], &["--json"]].concat());
        assert_eq!(
            (refused.status, &refused.json()["error"]["code"]),
            (2, &Value::from(code)),
            "{refused:?}"
        );
    }
    for (commit, code) in
        [("HEAD", "PRX-REV-004"), (&*"0".repeat(40), "PRX-REV-005"), (&*original, "PRX-REV-005")]
    {
        let (status, said) = repository.bundled(commit, "wallet", &[]);
        assert_eq!((status, &said["error"]["code"]), (2, &Value::from(code)), "{said}");
    }
}
