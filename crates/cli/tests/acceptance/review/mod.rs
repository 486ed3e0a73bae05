//! `payrox review`: in an empty folder, with a bundle and a plan.

mod attacks;
mod descriptors;
mod fixture;
mod planted;
mod storage;
mod upgrade;

use crate::{
    project::{Ran, list, text},
    tools::{foundry, program},
};
use fixture::{Repository, example, findings};
use serde_json::Value;
use std::{fs, path::Path, process::Command};

#[test]
fn prx_g4_in_an_empty_folder_a_bundle_and_a_plan_reproduce_every_hash_and_other_tools_agree() {
    let Some(repository) = Repository::new() else { return };
    example(&repository);
    let plan = repository.plan("examples/payments", &[]);
    let commit = repository.commit();
    let owner: alloy_primitives::Address = text(&plan["system"]["roles"], "owner").parse().unwrap();
    let owner = owner.to_checksum(None);
    let safe = ["--safe", &owner, "--safe-nonce", "7"];
    let files = ["--markdown", "r.md", "--html", "r.html", "--erc7730", "words"];
    let (status, review) =
        repository.bundled(&commit, "examples/payments", &[&safe[..], &files[..]].concat());
    assert_eq!((status, &review["outcome"]), (0, &Value::from("pass")), "{:?}", findings(&review));
    let counts = |what: &str| list(&review["rows"]).iter().filter(|r| r["what"] == what).count();
    assert_eq!((counts("init code"), counts("address"), counts("code hash")), (13, 19, 13));
    assert_eq!(counts("calldata"), list(&plan["steps"]).len());
    assert!(list(&review["rows"]).iter().all(|row| row["equal"] == true));
    assert_eq!(text(&review["signer"], "digest"), text(&plan, "planId"));
    let nonces = |of: &Value| {
        let each = |t: &Value| (text(t, "step").to_owned(), t["nonce"].as_u64().unwrap());
        list(of).iter().map(each).collect::<Vec<_>>()
    };
    let signer = &review["signer"];
    assert_eq!(nonces(&signer["safe"]), [("stage".into(), 7), ("activate".into(), 8)]);
    assert_eq!(nonces(&signer["wayBack"]["safe"]), [("back 1".into(), 7), ("back 2".into(), 8)]);

    let read = |name: &str| fs::read_to_string(repository.empty().join(name)).unwrap();
    for page in [read("r.md"), read("r.html")] {
        for part in [
            text(&plan, "planId"),
            text(&plan, "contentHash"),
            &commit,
            &owner,
            "withdrawFees",
            "not to be signed now",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }
    assert!(!read("r.html").contains("<script") && !read("r.html").contains("src="));
    descriptors::are_well_formed(&repository.empty().join("words"), &plan);

    // Again: what this user compiled is found, and that is said.
    assert_eq!(review["compiledEarlier"], Value::Null);
    let own = ["--bundle", "repo.bundle", "--path", "examples/payments"];
    let again = repository.review(&commit, &own);
    assert!(again.status == 0 && !again.stderr.contains("compiling"), "{again:?}");
    assert!(again.stdout.contains("compiled earlier by this user on 20"), "{again:?}");
    assert!(read("r.md").contains("plan='plan.json'"));
    assert!(!repository.empty().join(".payrox").exists());
    refused_before_it_compiles(&repository, &commit);
    attacks::on_the_plan(&repository, &commit, &plan);
    let wanted = [
        "content hash",
        "domain hash",
        "struct hash",
        "plan id",
        "Merkle root",
        "manifest bytes",
        "init code Payments",
        "address Payments",
        "calldata stage",
        "calldata activate",
        "calldata back 1",
        "Safe transaction hash stage",
        "Safe transaction hash activate",
        "Safe transaction hash back 1, not now",
    ];
    lines_hold(&review, &repository.empty(), &wanted);
}

/// Outputs that are inputs, and a Safe that may do nothing.
fn refused_before_it_compiles(repository: &Repository, commit: &str) {
    let read = |name: &str| fs::read(repository.empty().join(name)).unwrap();
    let (plan, bundle) = (read("plan.json"), read("repo.bundle"));
    std::os::unix::fs::symlink("plan.json", repository.empty().join("link.json")).unwrap();
    let nobody = "0x41675C099F32341bf84BFc5382aF534df5C7461a";
    for (args, code) in [
        (["--html", "plan.json", "--markdown", "x.md"], "PRX-CLI-001"),
        (["--html", "x.html", "--markdown", "./repo.bundle"], "PRX-CLI-001"),
        (["--html", "link.json", "--markdown", "x.md"], "PRX-CLI-001"),
        (["--html", "x.md", "--markdown", "./x.md"], "PRX-CLI-001"),
        (["--safe", nobody, "--safe-nonce", "1"], "PRX-REV-013"),
    ] {
        let (status, said) = repository.bundled(commit, "examples/payments", &args);
        assert_eq!((status, &said["error"]["code"]), (2, &Value::from(code)), "{args:?} {said}");
    }
    assert!(read("plan.json") == plan && read("repo.bundle") == bundle);
}

/// Every line of the review is run with the real tools, in a folder; lines of these names are among them.
pub(crate) fn lines_hold(review: &Value, folder: &Path, wanted: &[&str]) {
    let (Some(cast), Some(_)) = (foundry("cast"), program("jq")) else { return };
    let lines = list(&review["signer"]["lines"]);
    let names: Vec<_> = lines.iter().map(|line| text(line, "name")).collect();
    for name in wanted {
        assert!(names.contains(name), "{name} in {names:?}");
    }
    let mut path = std::ffi::OsString::from(cast.parent().unwrap());
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    for line in lines {
        let mut command = Command::new("/bin/sh");
        // The line that names the plan's file goes before.
        command.args(["-c", &format!("{}\n{}", text(&review["signer"], "file"), text(line, "command"))]);
        let ran = Ran::of(command.current_dir(folder).env("PATH", &path));
        assert_eq!(ran.stdout.trim(), text(line, "value"), "{line:#} {}", ran.stderr);
    }
}
