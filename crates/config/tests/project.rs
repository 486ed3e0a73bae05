//! What a project file may say, and how what is wrong in it is named.
#![cfg(test)]

use payrox_config::{Arg, ConfigError, Functions, Project, StorageMode, TargetKind};
use payrox_model::{ExitCode, Fault};
use std::path::Path;
use tempfile::TempDir;

const BASE: &str = r#"
version = 1
name = "payments"
[system]
delay = 3600
[[facets]]
name = "Payments"
contract = "src/Payments.sol:Payments"
args = ["{{factory}}", 7, true, ["1", "2"]]
cold = ["setFee(uint16)"]
no_lock = [{ function = "ping()", reason = "it writes nothing others read" }]
[[facets]]
name = "Accounts"
contract = "src/Accounts.sol:Accounts"
cold = true
[init]
contract = "src/Init.sol:Init"
call = "init(address)"
args = ["{{router}}"]
"#;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        payrox_files::write_atomic(&dir.path().join(name), bytes).unwrap();
    }
    dir
}

fn load(text: &str) -> Result<Project, ConfigError> {
    let dir = folder(&[("payrox.toml", text.as_bytes())]);
    Project::load(&dir.path().join("payrox.toml"))
}

/// Code and text of the refusal, with the temporary folder taken out.
fn refusal(text: &str) -> String {
    let dir = folder(&[("payrox.toml", text.as_bytes())]);
    told(Project::load(&dir.path().join("payrox.toml")), dir.path())
}

fn told(result: Result<Project, ConfigError>, dir: &Path) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.exit(), ExitCode::BadInput);
    format!("{} {error}", error.code()).replace(&format!("{}/", dir.display()), "")
}

#[test]
fn a_project_file_is_read_whole_with_the_line_of_each_value() {
    let project = load(BASE).unwrap();
    assert_eq!(project.name.as_str(), "payments");
    assert_eq!(project.facets.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["Accounts", "Payments"]);
    assert_eq!(project.facets[0].cold, Functions::All);
    assert_eq!(project.facets[1].args[1..3], [Arg::Integer(7), Arg::Bool(true)]);
    let settings = project.settings();
    let of = |name: &str| settings.iter().find(|s| s.name == name).unwrap().source.to_string();
    assert!(of("system.delay").ends_with("payrox.toml:5"), "{}", of("system.delay"));
    assert_eq!(of("system.window"), "default");
}

#[test]
fn prx_v10_facets_share_no_struct_unless_the_project_says_so() {
    assert_eq!(load(BASE).unwrap().policy.storage.value, StorageMode::Namespaced);
    let shared = load(&format!("{BASE}\n[policy]\nstorage = \"app_storage\"\n")).unwrap();
    assert_eq!(shared.policy.storage.value, StorageMode::AppStorage);
    assert!(shared.settings().iter().any(|s| s.name == "policy.storage" && s.value == "app_storage"));
    let said = refusal(&format!("{BASE}\n[policy]\nstorage = \"diamond\"\n"));
    assert!(said.starts_with("PRX-CFG-002"), "{said}");
}

#[test]
fn every_mistake_is_named_with_file_line_column_field_and_code() {
    let with = |from: &str, to: &str| refusal(&BASE.replacen(from, to, 1));
    for (told, expected) in [
        (with("[system]", "[system"), "PRX-CFG-001 payrox.toml:4:8: not TOML: "),
        (
            with("delay = 3600", "dely = 3600"),
            "PRX-CFG-002 payrox.toml:5:1: system.dely: unknown field `dely`",
        ),
        (
            with("cold = true", "cold = 3"),
            "PRX-CFG-002 payrox.toml:15:8: facets[1].cold: invalid type: integer `3`",
        ),
        (
            with("\"1\", \"2\"", "1.5"),
            "PRX-CFG-002 payrox.toml:9:34: facets[0].args[3][0]: invalid type: floating",
        ),
        (with("version = 1", "version = 2"), "PRX-CFG-003 payrox.toml:2:11: version: version 2 is unknown"),
        (with("version = 1", ""), "PRX-CFG-010 payrox.toml: version: is missing"),
        (with("name = \"payments\"", ""), "PRX-CFG-010 payrox.toml: name: is missing"),
        (with("\"payments\"", "\"pay-ments\""), "PRX-CFG-004 payrox.toml:3:8: name: the name `pay-ments`"),
        (with("\"Accounts\"", "\"$(rm)\""), "PRX-CFG-004 payrox.toml:13:8: facets[1].name: the name `$(rm)`"),
        (
            with("\"Accounts\"", "\"Payments\""),
            "PRX-CFG-006 payrox.toml:13:8: facets[1].name: facet `Payments` is there twice",
        ),
        (
            with("delay = 3600", "delay = 0"),
            "PRX-CFG-007 payrox.toml:5:9: system.delay: 0 is not between 1 and 7776000 seconds",
        ),
        (
            with("delay = 3600", "window = 10"),
            "PRX-CFG-007 payrox.toml:5:10: system.window: 10 is not between 3600 and 2592000",
        ),
        (
            with("it writes nothing others read", " "),
            "PRX-CFG-007 payrox.toml:11:12: facets[0].no_lock: `ping()` has no reason",
        ),
        (
            with("src/Accounts.sol:Accounts", "Accounts"),
            "PRX-CFG-007 payrox.toml:14:12: facets[1].contract: `Accounts` is not",
        ),
        (
            with("src/Accounts.sol", "../Accounts.sol"),
            "PRX-CFG-008 payrox.toml:14:12: facets[1].contract: `../Accounts.sol`",
        ),
        (
            with("contract = \"src/Accounts.sol:Accounts\"", ""),
            "PRX-CFG-010 payrox.toml:13:8: facets[1].contract: is missing",
        ),
        (refusal("version = 1\nname = \"a\"\n"), "PRX-CFG-010 payrox.toml: facets: is missing"),
        (refusal(""), "PRX-CFG-010 payrox.toml: version: is missing"),
    ] {
        assert!(told.starts_with(expected), "\n  told: {told}\nwanted: {expected}");
    }
}

#[test]
fn a_file_that_is_missing_huge_deep_or_not_utf8_is_refused() {
    let dir = folder(&[("latin.toml", b"name = \"caf\xe9\""), ("huge.toml", &vec![b'#'; (1 << 20) + 1])]);
    let at = |name: &str| Project::load(&dir.path().join(name)).unwrap_err().code().0;
    assert_eq!(at("none.toml"), "PRX-FILE-001");
    assert_eq!(at("huge.toml"), "PRX-FILE-003");
    assert_eq!(at("latin.toml"), "PRX-FILE-004");
    let deep = format!("version = 1\nx = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(refusal(&deep).starts_with("PRX-CFG-001"), "{}", refusal(&deep));
    let keys = format!("a{} = 1", ".a".repeat(10_000));
    assert!(refusal(&keys).starts_with("PRX-CFG-001"));
}

#[test]
fn an_upgrade_replaces_field_by_field_and_inherits_no_init() {
    let upgrade = r#"
extends = "payrox.toml"
without = ["Accounts"]
[[facets]]
name = "Payments"
contract = "src/PaymentsWithTips.sol:PaymentsWithTips"
"#;
    let dir = folder(&[("payrox.toml", BASE.as_bytes()), ("upgrade.toml", upgrade.as_bytes())]);
    let base = Project::load(&dir.path().join("payrox.toml")).unwrap();
    let project = Project::load(&dir.path().join("upgrade.toml")).unwrap();
    assert_eq!(project.files.len(), 2);
    assert!(base.init.is_some() && project.init.is_none());
    let [payments] = &project.facets[..] else { panic!("{:?}", project.facets) };
    assert_eq!(payments.contract.name, "PaymentsWithTips");
    assert_eq!((&payments.args, &payments.cold), (&base.facets[1].args, &base.facets[1].cold));
}

#[test]
fn circles_of_extends_and_bases_outside_the_project_are_refused() {
    let extends = |base: &str| format!("extends = \"{base}\"");
    let dir = folder(&[
        ("a.toml", extends("b.toml").as_bytes()),
        ("b.toml", extends("a.toml").as_bytes()),
        ("c.toml", extends("../c.toml").as_bytes()),
        ("d.toml", extends("/etc/passwd").as_bytes()),
        ("e.toml", extends("none.toml").as_bytes()),
    ]);
    let at = |name: &str| told(Project::load(&dir.path().join(name)), dir.path());
    assert!(at("a.toml").starts_with("PRX-CFG-009"), "{}", at("a.toml"));
    assert!(at("c.toml").starts_with("PRX-CFG-008"));
    assert!(at("d.toml").starts_with("PRX-CFG-008"));
    assert!(at("e.toml").starts_with("PRX-FILE-001"));
}

#[test]
fn the_example_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments");
    assert_eq!(Project::load(&folder.join("payrox.toml")).unwrap().facets.len(), 13);
    assert_eq!(Project::load(&folder.join("upgrade.toml")).unwrap().facets.len(), 13);
}

proptest::proptest! {
    #[test]
    fn prx_q04_any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let dir = folder(&[("payrox.toml", &bytes)]);
        let _ = Project::load(&dir.path().join("payrox.toml"));
    }

    #[test]
    fn prx_q04_a_project_with_a_changed_character_is_read_or_refused(at in 0..BASE.len(), c in proptest::char::any()) {
        let text: String = BASE.char_indices().map(|(i, old)| if i == at { c } else { old }).collect();
        if let Err(error) = load(&text) {
            proptest::prop_assert!(!error.to_string().chars().any(char::is_control));
        }
    }
}

#[test]
fn prx_o02_a_project_for_a_diamond_names_facets_without_a_source_and_no_other_project_does() {
    let kept = "[[kept]]\nname = \"Old\"\nfunctions = [\"a()\", \"0x12345678\"]\n";
    let diamond = "version = 1\nname = \"d\"\n[system]\ntarget = \"eip2535\"\n";
    let project = load(&format!("{diamond}{kept}")).unwrap();
    assert_eq!(project.system.target.value, TargetKind::Eip2535);
    assert_eq!((project.facets.len(), project.kept[0].functions.len()), (0, 2));
    assert_eq!(load(BASE).unwrap().system.target.value, TargetKind::PayRox);
    let parent = format!("epoch = 2\nparent = \"0x{}\"\n", "11".repeat(32));
    assert!(load(&format!("{BASE}{parent}")).unwrap().init.unwrap().parent.is_some());

    assert!(refusal(&format!("{BASE}{kept}")).contains("Old: only a diamond"));
    assert!(refusal(&format!("{diamond}{kept}{kept}")).contains("facet"));
    assert!(refusal(&format!("{diamond}{}", kept.replace("0x12345678", "a()"))).contains("function"));
    assert!(
        refusal(&format!("{diamond}[[kept]]\nname = \"Old\"\nfunctions = []\n"))
            .contains("without functions")
    );
    let both = format!("{diamond}{kept}[[facets]]\nname = \"Old\"\ncontract = \"src/A.sol:A\"\n");
    assert!(refusal(&both).contains("not both"));
    assert!(refusal(diamond).contains("facets"), "neither kept nor made");
    assert!(
        refusal(&BASE.replacen("[system]", "[system]\ntarget = \"eip-2535\"", 1)).contains("system.target")
    );
}
