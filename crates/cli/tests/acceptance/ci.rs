//! `payrox ci`: files that services read.

use crate::project::Project;
use serde_json::Value;
use std::fs;

fn file(service: &str) -> (String, Value) {
    let text = Project::empty().bare().args(["ci", service]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    let value = serde_yaml_ng::from_str(&text).unwrap_or_else(|e| panic!("{service}: {e}\n{text}"));
    (text, value)
}

/// Every command of ours in a file is a verb that there is.
fn verbs(text: &str) -> Vec<String> {
    let words: Vec<_> = text.split_whitespace().collect();
    let ours = words
        .windows(2)
        .filter(|pair| pair[0] == "payrox" && pair[1].chars().all(|c| c.is_ascii_lowercase()));
    ours.map(|pair| pair[1].to_owned()).collect()
}

#[test]
fn prx_p1_the_files_for_github_and_gitlab_are_yaml_that_validates_plans_reviews_and_keeps_the_findings() {
    let (github, value) = file("github");
    let steps = value["jobs"]["plan"]["steps"].as_array().unwrap();
    let runs: Vec<_> = steps.iter().filter_map(|s| s["run"].as_str()).collect();
    assert!(runs.iter().any(|r| r.starts_with("payrox validate --phase full")), "{runs:?}");
    assert!(runs.iter().any(|r| r.contains("payrox review") && r.contains("$GITHUB_SHA")), "{runs:?}");
    assert_eq!(value["permissions"], serde_json::json!({ "contents": "read" }));
    let sarif =
        steps.iter().find(|s| s["uses"].as_str().is_some_and(|u| u.contains("upload-sarif"))).unwrap();
    assert_eq!(sarif["with"]["sarif_file"], "validation-report.sarif");

    let (gitlab, value) = file("gitlab");
    let script: Vec<_> =
        value["payrox"]["script"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(script.iter().any(|s| s.contains("payrox review") && s.contains("$CI_COMMIT_SHA")), "{script:?}");
    let kept = &value["payrox"]["artifacts"];
    assert_eq!(kept["reports"]["junit"], "validation-report.junit.xml");
    assert!(kept["paths"].to_string().contains("validation-report.*"));

    for verb in verbs(&github).iter().chain(&verbs(&gitlab)).filter(|v| *v != "must") {
        let help = Project::empty().bare().args([verb.as_str(), "--help"]).output().unwrap();
        assert!(help.status.success(), "payrox {verb}");
    }
    let templates = crate::tools::repository().join("crates/cli/template/ci");
    assert_eq!(fs::read_to_string(templates.join("github.yml")).unwrap(), github);
    assert_eq!(fs::read_to_string(templates.join("gitlab.yml")).unwrap(), gitlab);
}
