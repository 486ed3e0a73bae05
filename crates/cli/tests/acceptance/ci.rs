//! `payrox ci`: files that services read.

use crate::{
    project::{Project, Ran},
    tools::{foundry, installed, program, repository},
};
use serde_json::Value;
use std::{fs, process::Command};

fn file(service: &str) -> (String, Value) {
    let text = Project::empty().bare().args(["ci", service]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    let value = serde_yaml_ng::from_str(&text).unwrap_or_else(|e| panic!("{service}: {e}\n{text}"));
    (text, value)
}

/// Every command of ours in a file is a verb that there is.
fn verbs(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let words: Vec<_> = lines.flat_map(str::split_whitespace).collect();
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

    for verb in verbs(&github).iter().chain(&verbs(&gitlab)) {
        let help = Project::empty().bare().args([verb.as_str(), "--help"]).output().unwrap();
        assert!(help.status.success(), "payrox {verb}");
    }
    let templates = repository().join("crates/cli/template/ci");
    assert_eq!(fs::read_to_string(templates.join("github.yml")).unwrap(), github);
    assert_eq!(fs::read_to_string(templates.join("gitlab.yml")).unwrap(), gitlab);
}

/// The commands of a file, in order.
fn commands(service: &str) -> Vec<String> {
    let (_, value) = file(service);
    let texts: Vec<Value> = match service {
        "github" => {
            let steps = value["jobs"]["plan"]["steps"].as_array().unwrap();
            steps.iter().map(|step| step["run"].clone()).collect()
        }
        _ => value["payrox"]["script"].as_array().unwrap().clone(),
    };
    texts.iter().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
}

#[test]
fn prx_p1_each_command_of_the_files_for_github_and_gitlab_ends_well_in_a_fresh_project_of_init_in_their_order()
 {
    let (Some(git), Some(sh), Some(_)) = (program("git"), program("sh"), program("node")) else { return };
    let (Some(_), Some(_)) = (installed("node_modules/solc/soljson.js"), foundry("forge")) else { return };
    let payrox = std::path::Path::new(env!("CARGO_BIN_EXE_payrox")).parent().unwrap();
    for service in ["github", "gitlab"] {
        let project = Project::empty();
        let mut made = project.bare();
        Ran::of(made.args(["init", "--name", "wallet"]).arg(project.path())).good();
        let run = |program: &std::path::Path, args: &[&str], commit: &str| {
            let mut command = Command::new(program);
            let paths = std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect::<Vec<_>>();
            let paths = std::env::join_paths([vec![payrox.to_owned()], paths].concat()).unwrap();
            command.args(args).current_dir(project.path()).env_clear().env("PATH", paths);
            command.env("HOME", project.around()).env("CI_PROJECT_DIR", project.path());
            command.env("GITHUB_SHA", commit).env("CI_COMMIT_SHA", commit);
            command.env("GITHUB_STEP_SUMMARY", project.around().join("summary.md"));
            // Where there is a network forge fetches a compiler of its own.
            Ran::of(command.env("PAYROX_SOLC", repository().join("tools/solc")))
        };
        run(&git, &["init", "--quiet", "."], "").good();
        run(&git, &["add", "--all", "."], "").good();
        let state =
            ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "state"];
        run(&git, &state, "").good();
        let commit = run(&git, &["rev-parse", "HEAD"], "").good();
        // What `npm ci` would leave.
        std::os::unix::fs::symlink(repository().join("node_modules"), project.path().join("node_modules"))
            .unwrap();
        let mut verbs = 0;
        for line in commands(service).iter().filter(|line| !line.contains("cargo") && *line != "npm ci") {
            let ran = run(&sh, &["-e", "-c", line], commit.trim());
            assert_eq!(ran.status, 0, "{service}: {line}\n{}\n{}", ran.stdout, ran.stderr);
            verbs += usize::from(line.starts_with("payrox "));
        }
        assert_eq!(verbs, 5, "version, build, plan, validate, review");
        let report = fs::read_to_string(project.path().join("validation-report.json")).unwrap();
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!((&report["verdict"], &report["phasesNotRun"]), (&"pass".into(), &serde_json::json!([])));
        assert!(report["waivers"].as_array().unwrap().is_empty(), "nothing is waived");
        assert!(report.to_string().contains("3 of 3 tests passed"), "its own tests ran");

        // What it comes with is what it would compile (forge writes the same artifacts in its own way), and what it would measure.
        assert_eq!(run(&git, &["status", "--short", "out/layouts.json", "payrox.toml"], "").good(), "");
        let snapshot = project.path().join("gas-snapshot.json");
        let before = fs::read_to_string(&snapshot).unwrap();
        let update = ["validate", "--phase", "gas", "--network", "local", "--update-gas-snapshot"];
        project.run(&update).good();
        assert_eq!(fs::read_to_string(&snapshot).unwrap(), before);
    }
}

#[test]
fn prx_p1_the_workflow_of_init_is_that_of_ci_and_its_packages_are_of_exact_versions_with_their_hashes() {
    let project = Project::empty();
    let mut made = project.bare();
    Ran::of(made.args(["init", "--name", "wallet"]).arg(project.path())).good();
    let read = |file: &str| fs::read_to_string(project.path().join(file)).unwrap();
    assert_eq!(read(".github/workflows/payrox.yml"), file("github").0);
    let (package, lock): (Value, Value) = (
        serde_json::from_str(&read("package.json")).unwrap(),
        serde_json::from_str(&read("package-lock.json")).unwrap(),
    );
    assert_eq!(lock["packages"][""]["devDependencies"], package["devDependencies"], "else `npm ci` refuses");
    let compiler = package["devDependencies"]["solc"].as_str().unwrap();
    assert!(read("payrox.toml").contains(&format!("version = \"{compiler}\"")));
    for (name, entry) in lock["packages"].as_object().unwrap().iter().filter(|(name, _)| !name.is_empty()) {
        assert!(entry["integrity"].as_str().is_some_and(|hash| hash.starts_with("sha512-")), "{name}");
    }
}

#[test]
fn prx_p1_a_pull_request_from_a_fork_uploads_no_findings_for_it_has_not_the_right() {
    let (_, value) = file("github");
    let steps = value["jobs"]["plan"]["steps"].as_array().unwrap();
    let upload =
        steps.iter().find(|s| s["uses"].as_str().is_some_and(|u| u.contains("upload-sarif"))).unwrap();
    let when = upload["if"].as_str().unwrap();
    assert!(when.contains("github.event.pull_request.head.repo.full_name == github.repository"), "{when}");
}
