//! Reviews of what comes after the first release, and of releases over networks.

use super::fixture::{Repository, findings, verdict};
use crate::project::list;
use payrox_plan::{PayRox, Plan};
use serde_json::{Value, json};
use std::fs;

#[test]
fn prx_g4_an_upgrade_is_made_again_from_its_parent_and_shows_what_code_changes() {
    let Some(repository) = Repository::small() else { return };
    repository.plan("wallet", &[]);
    let first = repository.commit();
    fs::rename(repository.empty().join("plan.json"), repository.empty().join("active.json")).unwrap();
    let local = ["--network", "local", "--project", "wallet"];
    repository.payrox(&[&["run"][..], &local].concat()).good();
    repository.edit(
        "wallet/src/Counter.sol",
        "    function countOf",
        "    function twice() external returns (uint256) {\n        return _storage().counts[msg.sender] *= 2;\n    }\n\n    function countOf",
    );
    repository.payrox(&["build", "--project", "wallet", "--solc", &repository.solc]).good();
    let plan = repository.plan("wallet", &[]);
    assert_eq!(plan["epoch"], 2);
    let second = repository.commit();

    // Without the parent what changes cannot be looked at, and that is no pass.
    let (status, review) = repository.bundled(&second, "wallet", &[]);
    assert_eq!((status, &review["outcome"]), (1, &json!("unknown")), "{:?}", findings(&review));
    assert_eq!((verdict(&review, "changes"), verdict(&review, "plan id")), ("unknown", "pass"));
    assert_eq!(review["facets"], Value::Null);

    let more = ["--parent", "active.json", "--since", &first];
    let (status, review) = repository.bundled(&second, "wallet", &more);
    assert_eq!((status, &review["outcome"]), (0, &json!("pass")), "{:?}", findings(&review));
    let facets = list(&review["facets"]);
    assert_eq!(facets.len(), 1);
    assert_eq!((&facets[0]["facet"], &facets[0]["added"]), (&json!("Counter"), &json!(["twice()"])));
    let stores = list(&facets[0]["opcodes"]).iter().find(|o| o["opcode"] == "SSTORE").unwrap();
    assert!(stores["after"].as_u64() > stores["before"].as_u64(), "{stores}");
    assert_eq!(list(&review["sources"])[0]["path"], "wallet/src/Counter.sol");
    let back: Vec<_> = list(&review["calls"]).iter().filter(|c| c["step"] == "back 1").collect();
    assert!(back[0]["function"].as_str().unwrap().starts_with("rollback("), "{back:?}");

    // A plan that takes the way back away, hashed and sealed again by whoever made it.
    let file = repository.empty().join("plan.json");
    let honest = fs::read(&file).unwrap();
    let raised = |floor| {
        let mut plan: Plan = serde_json::from_slice(&honest).unwrap();
        plan.onchain.floor = floor;
        let id = payrox_plan::plan_id(plan.chain_id, plan.addresses.dispatcher, &plan.onchain);
        plan.plan_id = id;
        let to = PayRox { dispatcher: plan.addresses.dispatcher };
        let data = plan.init.as_ref().map(|init| init.data.clone()).unwrap_or_default();
        let calls = [to.stage(&plan.onchain), to.activate(&plan.onchain, &data)];
        let last = plan.steps.len() - 2;
        for (step, call) in plan.steps[last..].iter_mut().zip(calls) {
            step.call = Some(call);
            // A byte that was zero.
            plan.costs.gas_floor.0 += 12;
        }
        plan.content_hash = plan.compute_content_hash().unwrap();
        payrox_files::write_atomic(&file, plan.to_json().unwrap().as_bytes()).unwrap();
        repository.bundled(&second, "wallet", &["--parent", "active.json"])
    };
    let (status, review) = raised(1);
    assert_eq!((status, verdict(&review, "floor"), verdict(&review, "init code")), (1, "fail", "pass"));
    let (status, said) = raised(2);
    let code = said["error"]["code"].as_str().unwrap();
    assert!(
        status == 2 && code.starts_with("PRX-PLAN") && said.to_string().contains("onchain.floor"),
        "{said}"
    );
    payrox_files::write_atomic(&file, &honest).unwrap();

    let (status, said) = repository.bundled(&second, "wallet", &["--parent", "plan.json"]);
    assert_eq!((status, &said["error"]["code"]), (3, &json!("PRX-REV-011")), "{said}");
}

#[test]
fn prx_r2_prx_g4_a_release_is_made_again_from_a_commit_with_its_digest() {
    let Some(repository) = Repository::small() else { return };
    let made =
        repository.payrox(&["release", "plan", "--networks", "local", "--project", "wallet", "--json"]);
    assert_eq!(made.status, 0, "{made:?}");
    let artifacts = repository.root().join("wallet/artifacts");
    let to = repository.empty().join("plans");
    fs::create_dir_all(to.join("release")).unwrap();
    for file in ["release.json", "release/local.plan.json"] {
        fs::copy(artifacts.join(file), to.join(file)).unwrap();
    }
    let commit = repository.commit();
    let review = || {
        let args = ["release", "review", "--plans", "plans", "--bundle", "repo.bundle", "--commit", &commit];
        let more = ["--path", "wallet", "--solc", &repository.solc, "--json"];
        let ran = repository.anywhere(&[&args[..], &more[..]].concat());
        (ran.status, ran.json())
    };
    let (status, said) = review();
    assert_eq!((status, &said["outcome"]), (0, &json!("pass")), "{said:#}");
    assert_eq!(said["digest"], made.json()["release"]["digest"]);
    assert_eq!((verdict(&said, "digest"), verdict(&said, "local plan id")), ("pass", "pass"));

    // The same release of a commit that wants a canary first.
    repository.write(
        "wallet/release.toml",
        "version = 1\nnetworks = [\"anvil\", \"local\"]\ncanary = [\"anvil\"]\nsoak = \"0s\"\n",
    );
    let wanted = repository.commit();
    let args = ["release", "review", "--plans", "plans", "--bundle", "repo.bundle", "--commit", &wanted];
    let ran = repository
        .anywhere(&[&args[..], &["--path", "wallet", "--solc", &repository.solc, "--json"]].concat());
    let said = ran.json();
    assert_eq!(
        (ran.status, verdict(&said, "networks"), verdict(&said, "digest")),
        (1, "fail", "pass"),
        "{said:#}"
    );
    assert!(findings(&said).contains(&("PRX-REV-032".to_owned(), "anvil".to_owned())), "{said:#}");
    let alone = ["release", "plan", "--networks", "local", "--project", "wallet"];
    let told = repository.payrox(&alone);
    assert!(told.stderr.contains("anvil is left out") && told.stderr.contains("canary"), "{told:?}");

    // A release that somebody sealed again, with a soak that the commit does not say.
    let file = to.join("release.json");
    let mut other = payrox_plan::Release::read(&file).unwrap();
    other.soak = 1;
    other.digest = other.compute_digest().unwrap();
    payrox_files::write_atomic(&file, other.to_json().unwrap().as_bytes()).unwrap();
    let (status, said) = review();
    assert_eq!((status, verdict(&said, "digest"), verdict(&said, "local plan id")), (1, "fail", "pass"));
}
