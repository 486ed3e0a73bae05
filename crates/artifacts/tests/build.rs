//! `payrox build`: with compilers that are scripts, and with npm's.
#![cfg(unix)]

use alloy_primitives::B256;
use payrox_artifacts::{
    ArtifactSet, Source,
    build::{
        BuildError, BuildOutcome, BuildRequest, CompilerKind, CompilerSettings, Guard, Level, Search, build,
    },
    sha256,
};
use payrox_model::{Fault as _, text::escape};
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const FEES: &str = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.30;\n\
    contract Fees { uint256 public fee; function set(uint256 f) external { fee = f; } }\n";

struct Project(TempDir);

#[cfg(test)]
impl Project {
    /// In the build folder, above which npm's packages are.
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        files.iter().for_each(|(file, text)| project.write(file, text));
        project
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    #[expect(clippy::disallowed_methods, reason = "a folder of a test need not survive a crash")]
    fn write(&self, file: &str, text: &str) {
        fs::create_dir_all(self.path(file).parent().unwrap()).unwrap();
        fs::write(self.path(file), text).unwrap();
    }

    /// A compiler that says it is `version` and answers with a file.
    fn fake(&self, version: &str, answer: &str) -> PathBuf {
        self.write("bin/answer.json", answer);
        let script = format!(
            "#!/bin/sh\ncase $1 in --version) echo 'solc'; echo 'Version: {version}.Linux.g++';; \
             *) cat >asked.json; cat {};; esac\n",
            self.path("bin/answer.json").display()
        );
        self.script("bin/solc", &script.replace("asked.json", self.path("bin/asked.json").to_str().unwrap()))
    }

    fn script(&self, file: &str, text: &str) -> PathBuf {
        self.write(file, text);
        fs::set_permissions(self.path(file), fs::Permissions::from_mode(0o755)).unwrap();
        self.path(file)
    }

    fn request(&self) -> BuildRequest {
        BuildRequest {
            root: self.0.path().to_owned(),
            sources: "src".into(),
            out: self.path("out"),
            settings: CompilerSettings { version: "0.8.30".into(), ..CompilerSettings::default() },
            search: Search { path: self.path("bin").into(), ..Search::default() },
            ..BuildRequest::default()
        }
    }

    fn asked(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("bin/asked.json")).unwrap()).unwrap()
    }
}

fn run(request: &BuildRequest) -> Result<BuildOutcome, BuildError> {
    build(request, &mut |_| {})
}

/// The code of a refusal, after which there is no folder of artifacts and no record.
#[cfg(test)]
fn refused(project: &Project, request: &BuildRequest) -> (&'static str, String) {
    let error = run(request).unwrap_err();
    assert!(!project.path("out").exists() && !project.path(".payrox").exists(), "{error}");
    let text = error.to_string();
    assert_eq!(escape(&text.replace('\n', "")), text.replace('\n', ""));
    (error.code().0, text)
}

fn answer(version: &str) -> Value {
    let metadata = json!({
        "compiler": { "version": version },
        "settings": { "compilationTarget": { "src/Fees.sol": "Fees" } },
    });
    let code = json!({ "object": "6001", "linkReferences": {} });
    let getter =
        json!({ "type": "function", "name": "fee", "stateMutability": "view", "inputs": [], "outputs": [] });
    json!({ "contracts": { "src/Fees.sol": { "Fees": {
        "abi": [getter],
        "metadata": metadata.to_string(),
        "evm": { "bytecode": code, "deployedBytecode": code, "methodIdentifiers": { "fee()": "ddca3f43" } },
    } } } })
}

#[test]
fn a_build_is_made_once_and_again_when_source_setting_or_artifact_change() {
    let project =
        Project::new(&[("src/Fees.sol", FEES), ("foundry.toml", "[profile.default]\noptimizer_runs = 7\n")]);
    project.fake("0.8.30+commit.73712a01", &answer("0.8.30+commit.73712a01").to_string());
    let mut request = project.request();
    let first = run(&request).unwrap();
    assert!(!first.cached);
    assert_eq!(first.compiler.version, "0.8.30+commit.73712a01");
    assert_eq!(project.asked()["settings"]["optimizer"], json!({ "enabled": true, "runs": 7 }));
    assert_eq!(project.asked()["settings"]["metadata"]["bytecodeHash"], "none");
    let set = ArtifactSet::read(&Source::Folder(project.path("out")), &["src/Fees.sol:Fees"]).unwrap();
    assert_eq!(set.input_hash(set.get("Fees").unwrap()).unwrap(), Some(first.input_sha256));

    let again = run(&request).unwrap();
    assert!(again.cached && again.written.is_empty());
    assert_eq!(
        (again.input_sha256, again.contracts, again.compiler),
        (first.input_sha256, first.contracts, first.compiler)
    );

    project.write("out/Fees.sol/Fees.json", "{}");
    assert!(!run(&request).unwrap().cached, "an artifact was changed");
    assert!(run(&request).unwrap().cached);
    project.write("src/Fees.sol", &format!("{FEES}// more\n"));
    assert!(!run(&request).unwrap().cached, "a source was changed");
    request.settings.via_ir = Some(true);
    assert!(!run(&request).unwrap().cached, "a setting was changed");
    assert_eq!(project.asked()["settings"]["viaIR"], true);
    let record = format!(".payrox/build/{:x}.json", run(&request).unwrap().input_sha256);
    project.write(&record, "{");
    assert!(!run(&request).unwrap().cached, "the record is torn");
    request.force = true;
    assert!(!run(&request).unwrap().cached);
}

#[test]
fn an_artifact_that_says_the_same_stays_as_another_tool_wrote_it() {
    let project = Project::new(&[("src/Fees.sol", FEES)]);
    project.fake("0.8.30+commit.73712a01", &answer("0.8.30+commit.73712a01").to_string());
    let mut request = project.request();
    let file = project.path("out/Fees.sol/Fees.json");
    run(&request).unwrap();
    let artifact: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let theirs = serde_json::to_string_pretty(&artifact).unwrap();
    project.write("out/Fees.sol/Fees.json", &theirs);
    request.force = true;
    assert!(run(&request).unwrap().written.is_empty());
    assert_eq!(fs::read_to_string(&file).unwrap(), theirs);
}

#[test]
fn the_compiler_of_the_exact_version_is_taken_in_the_order_path_svm_npm_or_none() {
    let project = Project::new(&[("src/Fees.sol", FEES), ("node_modules/solc/soljson.js", "")]);
    let right = answer("0.8.30+commit.73712a01").to_string();
    project.fake("0.8.29+commit.ab55807c", &right);
    let svm = project.fake("0.8.30+commit.73712a01", &right);
    let svm_place = project.path("home/.local/share/svm/0.8.30/solc-0.8.30");
    fs::create_dir_all(svm_place.parent().unwrap()).unwrap();
    fs::rename(svm, &svm_place).unwrap();
    project.fake("0.8.29+commit.ab55807c", &right);
    let mut request = project.request();
    request.search.home = Some(project.path("home"));
    assert_eq!(run(&request).unwrap().compiler.path, svm_place);

    fs::remove_dir_all(project.path("out")).unwrap();
    fs::remove_dir_all(project.path(".payrox")).unwrap();
    request.search.home = None;
    request.settings.version = "0.8.28".into();
    project.write("node_modules/solc/package.json", "{\"version\":\"0.8.37\"}");
    let (code, text) = refused(&project, &request);
    assert_eq!(code, "PRX-ART-050");
    assert!(text.contains("0.8.29+commit.ab55807c") && text.contains("0.8.37"), "names what it saw: {text}");

    request.search.named = Some(project.path("bin/solc"));
    assert_eq!(refused(&project, &request).0, "PRX-ART-052");
    request.search.named = Some(project.path("node_modules/solc/soljson.js"));
    assert_eq!(refused(&project, &request).0, "PRX-ART-051", "no node on this path");
    request.search.named = Some(project.path("none"));
    assert_eq!(refused(&project, &request).0, "PRX-ART-053");
    for version in ["", "latest", "0.8", "../../x", "0.8.30+commit.73712a01"] {
        request.settings.version = version.into();
        assert_eq!(refused(&project, &request).0, "PRX-ART-063", "{version}");
    }
}

#[test]
fn a_compiler_that_lies_dies_or_babbles_is_refused() {
    let project = Project::new(&[("src/Fees.sol", FEES)]);
    project.fake("0.8.30+commit.73712a01", &answer("0.8.37+commit.00000000").to_string());
    let request = project.request();
    let (code, text) = refused(&project, &request);
    assert_eq!(code, "PRX-ART-052");
    assert!(text.contains("0.8.37"), "{text}");
    for (babble, code) in [
        ("", "PRX-ART-055"),
        ("[", "PRX-ART-055"),
        ("{\"contracts\":{\"src/Fees.sol\":{\"Fees\":{}}}}", "PRX-ART-055"),
        (&answer("0.8.30").to_string().replace("src/Fees.sol", "../Fees.sol"), "PRX-ART-055"),
        ("{}", "PRX-ART-064"),
    ] {
        project.write("bin/answer.json", babble);
        let request = BuildRequest { contracts: vec!["src/Fees.sol:Fees".into()], ..request.clone() };
        assert_eq!(refused(&project, &request).0, code, "{babble}");
    }
    project.script("bin/solc", "#!/bin/sh\n[ $1 = --version ] && echo Version: 0.8.30+commit.1.x && exit; echo 'no \u{1b}[31m' >&2; exit 9\n");
    let (code, text) = refused(&project, &request);
    assert_eq!(code, "PRX-ART-054");
    assert!(text.contains("status 9: no \\u{1b}[31m"), "{text}");
}

#[test]
fn prx_b47_errors_of_the_sources_are_shown_with_file_and_line_and_escaped() {
    let project = Project::new(&[("src/Fees.sol", "a\nb\n  c")]);
    let error = json!({
        "severity": "error", "type": "ParserError", "errorCode": "2314", "message": "Expected \u{1b}[31m\n';'",
        "sourceLocation": { "file": "src/Fees.sol", "start": 6, "end": 7 },
    });
    let elsewhere = json!({ "severity": "error", "type": "JSONError", "message": "x", "sourceLocation": { "file": "?", "start": -1 } });
    project.fake("0.8.30+commit.73712a01", &json!({ "errors": [error, elsewhere] }).to_string());
    let (code, text) = refused(&project, &project.request());
    assert_eq!(code, "PRX-ART-056");
    assert!(text.contains("src/Fees.sol:3:3: ParserError 2314: Expected \\u{1b}[31m\\u{a}';'"), "{text}");
    assert!(text.contains("?: JSONError: x"), "{text}");
}

#[test]
fn prx_b49_sources_outside_of_the_project_and_its_remappings_are_refused() {
    let project = Project::new(&[
        ("app/src/Fees.sol", "import \"map/B.sol\";"),
        ("secret.sol", ""),
        ("lib/B.sol", "import './C.sol';"),
        ("lib/C.sol", ""),
    ]);
    let search = Search { named: Some(project.path("no compiler")), ..Search::default() };
    let request = BuildRequest { root: project.path("app"), search, ..project.request() };
    let with = |text: &str, remappings: &[&str]| {
        project.write("app/src/Fees.sol", text);
        let remappings = remappings.iter().map(|text| (*text).to_owned()).collect();
        refused(&project, &BuildRequest { remappings, ..request.clone() })
    };
    for import in [
        "/etc/passwd",
        "./../../secret.sol",
        "../../../../../etc/passwd",
        "a\\b",
        "C:/x",
        "",
        "./none.sol",
        "map/B.sol",
    ] {
        let (code, text) = with(&format!("\nimport \"{import}\";"), &[]);
        assert_eq!(code, "PRX-ART-057", "{import}");
        assert!(text.contains("src/Fees.sol:2"), "{text}");
    }
    symlink(project.path("secret.sol"), project.path("app/src/Link.sol")).unwrap();
    assert_eq!(with("import \"./Link.sol\";", &[]).0, "PRX-ART-057", "a link that leads out");
    assert_eq!(with("", &["map/=/etc/"]).0, "PRX-ART-061");
    assert_eq!(
        with("import \"map/B.sol\";", &["map/=../lib/"]).0,
        "PRX-ART-053",
        "read, and then no compiler"
    );
    project.write("app/foundry.toml", "[profile.default]\nremappings = 3\n");
    let (code, text) = with("", &[]);
    assert_eq!(code, "PRX-ART-062");
    assert!(text.contains("foundry.toml:2"), "{text}");
    fs::remove_file(project.path("app/foundry.toml")).unwrap();
    for (contract, code) in [
        ("../secret.sol:A", "PRX-ART-005"),
        ("src/None.sol:A", "PRX-ART-058"),
        ("src/Fees.sol", "PRX-ART-006"),
    ] {
        let request = BuildRequest { contracts: vec![contract.into()], ..request.clone() };
        assert_eq!(refused(&project, &request).0, code, "{contract}");
    }
    let none = BuildRequest { sources: "none".into(), ..request.clone() };
    assert_eq!(refused(&project, &none).0, "PRX-FILE-001");
    fs::create_dir(project.path("app/empty")).unwrap();
    let none = BuildRequest { sources: "empty".into(), ..request };
    assert_eq!(refused(&project, &none).0, "PRX-ART-059");
}

/// npm's compiler, if it is installed.
#[cfg(test)]
fn installed() -> bool {
    let there = repository().join("node_modules/solc/soljson.js").is_file();
    if !there {
        println!("unknown: npm's solc is not installed, `npm ci` installs it");
    }
    there
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn npms_compiler_builds_a_project_with_remapped_imports_and_reports_its_errors() {
    if !installed() {
        return;
    }
    let project = Project::new(&[
        (
            "app/src/Fees.sol",
            "// SPDX-License-Identifier: MIT\npragma solidity 0.8.30;\nimport { Maths as M } from \"maths/Maths.sol\";\n\
            contract Fees { uint256 immutable fee; constructor(uint256 f) { fee = M.twice(f); } function get() external view returns (uint256) { return fee; } }\n",
        ),
        (
            "maths/src/Maths.sol",
            "// SPDX-License-Identifier: MIT\npragma solidity 0.8.30;\nimport \"./Inner.sol\";\n\
            library Maths { function twice(uint256 x) internal pure returns (uint256) { return Inner.twice(x); } }\n",
        ),
        (
            "maths/src/Inner.sol",
            "// SPDX-License-Identifier: MIT\npragma solidity 0.8.30;\n\
            library Inner { function twice(uint256 x) internal pure returns (uint256) { return 2 * x; } }\n",
        ),
        ("app/remappings.txt", "maths/=../maths/src/\n"),
    ]);
    let request = BuildRequest {
        root: project.path("app"),
        contracts: vec!["src/Fees.sol:Fees".into()],
        search: Search { home: None, named: None, ..Search::from_env() },
        ..project.request()
    };
    let mut told = None;
    let outcome = build(&request, &mut |compiler| told = Some(compiler.to_string())).unwrap();
    assert!(told.unwrap().contains("solc 0.8.30"));
    assert_eq!(outcome.contracts.len(), 1, "what is only imported stays out");
    let set = ArtifactSet::read(&Source::Folder(project.path("out")), &request.contracts).unwrap();
    let fees = set.get("Fees").unwrap();
    assert_eq!(fees.compilation.as_ref().unwrap().version, "0.8.30+commit.73712a01");
    assert_eq!(fees.runtime.immutables().len(), 1);
    assert_eq!(set.compiler_input(fees).unwrap().unwrap().hash, outcome.input_sha256);
    assert!(run(&request).unwrap().cached);

    project.write(
        "app/src/Fees.sol",
        "// SPDX-License-Identifier: MIT\npragma solidity 0.8.30;\ncontract Fees {\n  uint x = ;\n}\n",
    );
    let before = fs::read(project.path("out/Fees.sol/Fees.json")).unwrap();
    let Err(BuildError::Compile { errors }) = run(&request) else { panic!("it does not compile") };
    assert_eq!((errors[0].level, errors[0].position), (Level::Error, Some((4, 12))), "{errors:?}");
    assert_eq!(fs::read(project.path("out/Fees.sol/Fees.json")).unwrap(), before, "nothing was touched");

    let npm = repository().join("node_modules/solc/soljson.js");
    let named = Search { named: Some(npm), ..request.search.clone() };
    let settings = CompilerSettings { version: "0.8.29".into(), ..CompilerSettings::default() };
    let error = run(&BuildRequest { search: named, settings, ..request.clone() }).unwrap_err();
    assert_eq!(error.code().0, "PRX-ART-052", "{error}");
}

#[test]
fn the_examples_facets_come_out_as_they_are_committed() {
    if !installed() {
        return;
    }
    let example = repository().join("examples/payments");
    let project = Project::new(&[]);
    fs::create_dir_all(project.path("examples/payments")).unwrap();
    symlink(repository().join("node_modules").canonicalize().unwrap(), project.path("node_modules")).unwrap();
    copy(&example.join("src"), &project.path("examples/payments/src"));
    fs::copy(example.join("foundry.toml"), project.path("examples/payments/foundry.toml")).unwrap();
    let names = ["Payments", "ERC165", "Treasury"];
    let contracts: Vec<_> = names.iter().map(|name| format!("src/facets/{name}.sol:{name}")).collect();
    let request = BuildRequest {
        root: project.path("examples/payments"),
        contracts: contracts.clone(),
        settings: CompilerSettings {
            via_ir: Some(true),
            optimizer_runs: Some(200),
            ..project.request().settings
        },
        search: Search { home: None, named: None, ..Search::from_env() },
        ..project.request()
    };
    let outcome = run(&request).unwrap();
    assert!(outcome.compiler.kind == CompilerKind::Soljson || outcome.compiler.version.starts_with("0.8.30"));
    let ours = ArtifactSet::read(&Source::Folder(project.path("out")), &contracts).unwrap();
    let committed = ArtifactSet::read(&Source::Folder(example.join("out")), &contracts).unwrap();
    for contract in &contracts {
        let (ours, committed) = (ours.get(contract).unwrap(), committed.get(contract).unwrap());
        assert_eq!(ours.functions, committed.functions);
        assert_eq!(ours.creation, committed.creation, "{contract}");
        assert_eq!(ours.runtime, committed.runtime, "{contract}");
    }
}

#[cfg(test)]
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn prx_s03_stack_too_deep_has_a_code_of_its_own_and_names_the_setting_that_cures_it() {
    if !installed() {
        return;
    }
    let names: Vec<_> = (0..20).map(|i| format!("v{i}")).collect();
    let locals: String = names
        .iter()
        .map(|name| format!("uint256 {name} = uint256(keccak256(abi.encode(x, {}))); ", &name[1..]))
        .collect();
    let deep = format!(
        "// SPDX-License-Identifier: MIT\npragma solidity 0.8.30;\ncontract Deep {{ function get(uint256 x) external pure returns (uint256) {{ {locals} return {}; }} }}\n",
        names.join(" ^ ")
    );
    let project = Project::new(&[("src/Deep.sol", &deep)]);
    let mut request = BuildRequest {
        contracts: vec!["src/Deep.sol:Deep".into()],
        search: Search { home: None, named: None, ..Search::from_env() },
        ..project.request()
    };
    request.settings.via_ir = Some(false);
    let error = run(&request).unwrap_err();
    assert_eq!(error.code().0, "PRX-ART-065", "{error}");
    assert!(error.hint().unwrap().contains("via_ir = true"));
    request.settings.via_ir = Some(true);
    assert_eq!(run(&request).unwrap().contracts.len(), 1);
}

#[test]
fn prx_g4_a_guarded_compiler_of_another_hash_is_refused_before_it_runs_and_a_known_one_runs_as_a_copy() {
    let project = Project::new(&[("src/Fees.sol", FEES)]);
    project.write("bin/answer.json", &answer("0.8.30+commit.73712a01").to_string());
    let script = format!(
        "#!/bin/sh\necho $0 >>{ran}\ncase $1 in --version) echo 'Version: 0.8.30+commit.73712a01';; *) cat {};; esac\n",
        project.path("bin/answer.json").display(),
        ran = project.path("ran").display()
    );
    let solc = project.script("bin/solc", &script);
    let mut request = project.request();
    let kinds = [CompilerKind::Native, CompilerKind::Soljson];
    let known = |hash| Some(Guard { known: kinds.map(|kind| (kind, hash)).into() });
    request.search.guard = known(B256::repeat_byte(1));
    let (code, text) = refused(&project, &request);
    assert!(code == "PRX-ART-050" && text.contains("sha256"), "{code} {text}");
    request.search.named = Some(solc.clone());
    assert_eq!(refused(&project, &request).0, "PRX-ART-066");
    assert!(!project.path("ran").exists(), "it ran");

    let hash = sha256(script.as_bytes());
    request.search.guard = known(hash);
    assert_eq!(run(&request).unwrap().compiler.sha256, hash);
    let ran = fs::read_to_string(project.path("ran")).unwrap();
    assert!(ran.lines().count() == 2 && !ran.contains(solc.to_str().unwrap()), "{ran}");

    // Exchanged between finding and running.
    request.search.guard = Some(Guard::default());
    let prepared = payrox_artifacts::build::prepare(&request).unwrap();
    let compiler = prepared.compiler().unwrap();
    project.script("bin/solc", &format!("{script}# other\n"));
    assert_eq!(prepared.ask(&compiler).unwrap_err().code().0, "PRX-ART-066");
    assert_eq!(fs::read_to_string(project.path("ran")).unwrap().lines().count(), 3);
}

#[test]
fn a_compiler_as_webassembly_ends_with_whoever_asked_it() {
    let Some(node) = Search::from_env().path.to_str().and_then(|path| {
        path.split(':').map(|folder| PathBuf::from(folder).join("node")).find(|node| node.is_file())
    }) else {
        return println!("unknown: node is not installed");
    };
    let project = Project::new(&[]);
    let pid = project.path("pid");
    // It compiles for ever.
    project.write(
        "soljson.js",
        &format!("require('fs').writeFileSync({:?}, String(process.pid)); for (;;);", pid.to_str().unwrap()),
    );
    let script = format!(
        "{} -e \"$1\" -- {} 0.8.30 & while [ ! -s {} ]; do sleep 0.1; done; sleep 1",
        node.display(),
        project.path("soljson.js").display(),
        pid.display()
    );
    let ours = include_str!("../src/build/soljson.cjs");
    let ran = std::process::Command::new("/bin/sh").args(["-c", &script, "sh", ours]).status().unwrap();
    assert!(ran.success());
    let process = format!("/proc/{}", fs::read_to_string(&pid).unwrap());
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while std::path::Path::new(&process).exists() {
        assert!(std::time::Instant::now() < until, "it compiles on");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
