//! What somebody left for a review to find.

use super::fixture::{Repository, copy, findings, verdict};
use serde_json::Value;
use std::{fs, path::Path};

#[test]
fn prx_g4_a_record_of_a_build_that_somebody_planted_makes_no_forged_plan_pass() {
    let Some(repository) = Repository::small() else { return };
    let build = || repository.payrox(&["build", "--project", "wallet", "--solc", &repository.solc]).good();
    let records = repository.root().join("wallet/.payrox/build");
    let inputs = || -> Vec<String> {
        let names =
            fs::read_dir(&records).unwrap().flatten().filter_map(|e| e.file_name().into_string().ok());
        names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect()
    };
    let honest = inputs().pop().unwrap();
    repository.edit("wallet/src/Counter.sol", "+= Step.by()", "+= 1000 * Step.by()");
    build();
    repository.plan("wallet", &[]);
    let forged = inputs().into_iter().find(|input| *input != honest).unwrap();
    repository.edit("wallet/src/Counter.sol", "+= 1000 * Step.by()", "+= Step.by()");

    // The forged build, said to be of the honest input.
    let record =
        fs::read_to_string(records.join(format!("{forged}.json"))).unwrap().replace(&forged, &honest);
    let plant = |at: &Path| {
        copy(&repository.root().join("wallet/out"), &at.join("out"));
        payrox_files::write_atomic(&at.join(format!("builds/{honest}.json")), record.as_bytes()).unwrap();
    };
    plant(&repository.root().join("wallet/.payrox/review/folder"));
    payrox_files::write_atomic(&records.join(format!("{honest}.json")), record.as_bytes()).unwrap();
    let commit = repository.commit();
    plant(&repository.empty().join(".payrox/review").join(&commit));

    let plan = repository.empty().join("plan.json").display().to_string();
    let folder = |solc: &str| {
        let args = ["review", &plan, "--project", "wallet", "--solc", solc, "--json"];
        let ran = repository.payrox(&args);
        (ran.status, ran.json())
    };
    for (status, review) in [folder(&repository.solc), repository.bundled(&commit, "wallet", &[])] {
        assert_eq!((status, verdict(&review, "init code")), (1, "fail"), "{:?}", findings(&review));
        assert_eq!(review["compiler"]["kind"], "soljson");
    }
    // The compiler must be there, also for what this user compiled before.
    let (status, said) = folder("/nonexistent.js");
    assert_eq!((status, &said["error"]["code"]), (2, &Value::from("PRX-ART-053")), "{said}");
    let kept = |review: &Value| review["compiledEarlier"].is_string();
    assert!(kept(&folder(&repository.solc).1) && kept(&repository.bundled(&commit, "wallet", &[]).1));
    assert!(!kept(&repository.bundled(&commit, "wallet", &["--fresh"]).1));
}

#[test]
fn prx_g4_a_commit_with_a_folder_named_dot_git_is_refused_also_in_a_bundle() {
    let Some(repository) = Repository::small() else { return };
    repository.plan("wallet", &[]);
    repository.commit();
    let inner = repository.git(&["rev-parse", "HEAD:wallet"]);
    let listing = repository.root().join("listing");
    payrox_files::write_atomic(&listing, format!("040000 tree {inner}\t.git\n").as_bytes()).unwrap();
    let mktree = format!("mktree <'{}'", listing.display());
    let tree = repository.git(&["-c", &format!("alias.make=!git {mktree}"), "make"]);
    let commit = repository.git(&["commit-tree", "-m", "evil", &tree]);
    repository.git(&["update-ref", "HEAD", &commit]);
    let bundle = repository.empty().join("repo.bundle");
    repository.git(&["bundle", "create", "--quiet", bundle.to_str().unwrap(), "HEAD"]);
    let (status, said) = repository.bundled(&commit, ".git", &[]);
    assert_eq!((status, &said["error"]["code"]), (2, &Value::from("PRX-REV-005")), "{said}");
}

#[test]
fn prx_g4_a_facet_called_as_the_dispatcher_takes_no_descriptor_of_another() {
    let Some(repository) = Repository::small() else { return };
    repository.edit("wallet/payrox.toml", "name = \"Counter\"", "name = \"manifestDispatcher\"");
    let plan = repository.plan("wallet", &[]);
    let commit = repository.commit();
    let (status, review) = repository.bundled(&commit, "wallet", &["--erc7730", "words"]);
    assert_eq!(status, 0, "{:?}", findings(&review));
    let words = repository.empty().join("words");
    let mut names: Vec<_> =
        fs::read_dir(&words).unwrap().flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
    names.sort();
    let facets = names.iter().filter(|name| name.starts_with("calldata-facet-")).count();
    assert_eq!((names.len(), facets), (plan["facets"].as_array().unwrap().len() + 3, names.len() - 3));
    let text = fs::read(words.join("calldata-ManifestDispatcher.json")).unwrap();
    let descriptor: Value = serde_json::from_slice(&text).unwrap();
    let at = descriptor["context"]["contract"]["deployments"][0]["address"].as_str().unwrap();
    assert!(plan["addresses"]["dispatcher"].as_str().unwrap().eq_ignore_ascii_case(at), "{at}");
}
