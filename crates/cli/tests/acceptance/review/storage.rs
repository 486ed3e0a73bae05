//! What an upgrade does to what is kept, as a review shows it.

use super::fixture::{Repository, findings, verdict};
use crate::project::{list, text};
use serde_json::{Value, json};
use std::fs;

const COUNTER: &str = "wallet/src/Counter.sol";
const STRUCT: &str = "        mapping(address => uint256) counts;\n";
const LOCAL: [&str; 4] = ["--network", "local", "--project", "wallet"];

/// A wallet whose first release is live, its plan handed over as `active.json`; and the commit.
fn live() -> Option<(Repository, String)> {
    let repository = Repository::small()?;
    repository.edit(
        COUNTER,
        STRUCT,
        &format!(
            "{STRUCT}        address keeper;\n        uint64 since;\n        mapping(address => Box) boxes;\n"
        ),
    );
    repository.edit(
        COUNTER,
        "    /// @custom:storage-location",
        "    struct Box {\n        uint128 size;\n    }\n\n    /// @custom:storage-location",
    );
    build(&repository);
    repository.plan("wallet", &[]);
    let commit = repository.commit();
    fs::rename(repository.empty().join("plan.json"), repository.empty().join("active.json")).unwrap();
    repository.payrox(&[&["run"][..], &LOCAL].concat()).good();
    Some((repository, commit))
}

/// The next release: other code too, for whoever changes nothing else has nothing to plan.
fn next(repository: &Repository) {
    repository.edit(COUNTER, "emit Counted(msg.sender, 0);", "emit Counted(msg.sender, 1);");
    build(repository);
    assert_eq!(repository.plan("wallet", &[])["epoch"], 2);
}

fn build(repository: &Repository) {
    repository.payrox(&["build", "--project", "wallet", "--solc", &repository.solc]).good();
}

/// The changes of the one namespace: what, where, old, new.
fn changes(review: &Value) -> Vec<(String, String, String, String)> {
    let areas = list(&review["storage"]["areas"]);
    // The other facet keeps what it kept.
    assert_eq!((areas.len(), &areas[1]["changes"]), (2, &json!([])), "{areas:#?}");
    assert_eq!((&areas[0]["kind"], &areas[0]["namespace"]), (&json!("namespace"), &json!("example.counter")));
    let side = |change: &Value, side: &str| match &change[side] {
        Value::Null => String::new(),
        v => format!(
            "{}{} {}+{} {}",
            text(change, "within"),
            text(v, "label"),
            text(v, "slot"),
            v["offset"],
            text(v, "type")
        ),
    };
    list(&areas[0]["changes"])
        .iter()
        .map(|c| {
            assert_eq!(c["facets"], json!(["Counter"]));
            (text(c, "change").to_owned(), text(c, "within").to_owned(), side(c, "old"), side(c, "new"))
        })
        .collect()
}

#[test]
fn prx_g4_prx_v10_an_upgrade_that_appends_is_shown_variable_by_variable_and_passes() {
    let Some((repository, first)) = live() else { return };
    repository.edit(COUNTER, "        address keeper;", "        address warden;");
    repository.edit(COUNTER, "        uint128 size;", "        uint128 size;\n        uint128 weight;");
    repository.edit(COUNTER, "boxes;", "boxes;\n        uint256 total;");
    next(&repository);
    let second = repository.commit();

    // The commit before says where everything stood: its sources make the code that is live.
    let more = ["--parent", "active.json", "--since", &first, "--markdown", "r.md", "--html", "r.html"];
    let (status, review) = repository.bundled(&second, "wallet", &more);
    assert_eq!((status, &review["outcome"]), (0, &json!("pass")), "{:?}", findings(&review));
    assert_eq!(review["storage"]["state"], "compared");
    assert_eq!(review["storage"]["before"], format!("commit {first}"));
    let row = |a: &str, b: &str, c: &str, d: &str| (a.to_owned(), b.to_owned(), c.to_owned(), d.to_owned());
    assert_eq!(
        changes(&review),
        [
            row("renamed", "", "keeper 0x1+0 address", "warden 0x1+0 address"),
            row("added", "", "", "total 0x3+0 uint256"),
            row("added", "boxes[].", "", "boxes[].weight 0x0+16 uint128"),
        ]
    );
    assert_eq!(findings(&review), [("PRX-VAL-104".to_owned(), "example.counter.keeper".to_owned())]);
    let read = |name: &str| fs::read_to_string(repository.empty().join(name)).unwrap();
    for page in [read("r.md"), read("r.html")] {
        for part in [
            "example.counter: keeper → warden",
            "slot 1: address",
            "slot 3: uint256",
            "slot 0, byte 16: uint128",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }
    let shown = repository.review(
        &second,
        &["--bundle", "repo.bundle", "--path", "wallet", "--parent", "active.json", "--since", &first],
    );
    assert!(shown.stdout.contains("example.counter: boxes[].weight"), "{shown:?}");

    // Without a commit the project's own journal knows, which kept it when the first release was sent.
    let own = repository.empty().join("active.json").display().to_string();
    let folder = repository.payrox(&[
        "review",
        "--project",
        "wallet",
        "--solc",
        &repository.solc,
        "--parent",
        &own,
        "--json",
        &repository.empty().join("plan.json").display().to_string(),
    ]);
    assert_eq!(folder.json()["storage"]["before"], "the journal", "{folder:?}");
    assert_eq!(changes(&folder.json()), changes(&review));
}

#[test]
fn prx_g4_prx_v10_an_upgrade_that_moves_what_is_kept_is_shown_and_is_a_finding() {
    let Some((repository, first)) = live() else { return };
    repository.edit(COUNTER, "        uint64 since;\n", "");
    repository.edit(COUNTER, "        address keeper;", "        uint256 total;\n        address keeper;");
    next(&repository);
    let second = repository.commit();
    let more = ["--parent", "active.json", "--since", &first, "--markdown", "r.md"];
    let (status, review) = repository.bundled(&second, "wallet", &more);
    assert_eq!((status, &review["outcome"]), (1, &json!("fail")));
    assert_eq!((verdict(&review, "storage"), verdict(&review, "bytes")), ("fail", "pass"));
    let kinds: Vec<_> = changes(&review).into_iter().map(|c| (c.0, c.2, c.3)).collect();
    let row = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(
        kinds,
        [
            row("moved", "keeper 0x1+0 address", "keeper 0x2+0 address"),
            row("removed", "since 0x1+20 uint64", ""),
            row(
                "moved",
                "boxes 0x2+0 mapping(address => struct Counter.Box)",
                "boxes 0x3+0 mapping(address => struct Counter.Box)"
            ),
            row("added", "", "total 0x1+0 uint256"),
        ]
    );
    let found = findings(&review);
    assert!(found.contains(&("PRX-VAL-101".to_owned(), "example.counter.keeper".to_owned())), "{found:?}");
    assert!(found.contains(&("PRX-VAL-102".to_owned(), "example.counter.since".to_owned())), "{found:?}");
    let page = fs::read_to_string(repository.empty().join("r.md")).unwrap();
    assert!(page.contains("they lose what is kept"), "{page}");

    // Who knows nothing of what is live says so, and never that nothing changes.
    for more in [&["--parent", "active.json"][..], &["--since", &first]] {
        let (status, review) = repository.bundled(&second, "wallet", more);
        assert_eq!((status, verdict(&review, "storage")), (1, "unknown"), "{review:#}");
        assert_eq!(review["storage"]["state"], "unknown");
        assert!(text(&review["storage"], "why").contains("pass --"), "{review:#}");
    }
    // Nor is a commit believed whose code is not the one that is live.
    let (_, review) = repository.bundled(&second, "wallet", &["--parent", "active.json", "--since", &second]);
    assert_eq!(verdict(&review, "storage"), "unknown");
    assert!(text(&review["storage"], "why").contains("is not the code that is live"), "{review:#}");
}

#[test]
fn prx_g4_what_the_project_accepted_about_its_storage_is_shown_as_accepted() {
    let Some((repository, first)) = live() else { return };
    repository.edit(COUNTER, "        uint64 since;\n", "");
    let file = fs::read_to_string(repository.root().join("wallet/payrox.toml")).unwrap();
    let waiver = "\n[[waivers]]\ncode = \"PRX-VAL-102\"\nsubject = \"example.counter.since\"\nowner = \"storage@example.com\"\nreason = \"nobody reads it\"\nexpires = 2999-12-31\n";
    repository.write("wallet/payrox.toml", &format!("{file}{waiver}"));
    next(&repository);
    let second = repository.commit();
    let (status, review) =
        repository.bundled(&second, "wallet", &["--parent", "active.json", "--since", &first]);
    assert_eq!((status, verdict(&review, "storage")), (0, "pass"), "{:?}", findings(&review));
    let check = list(&review["checks"]).iter().find(|c| c["name"] == "storage").unwrap();
    let finding = &list(&check["findings"])[0];
    assert_eq!(finding["severity"], "info");
    assert!(
        text(finding, "hint").starts_with("accepted by storage@example.com until 2999-12-31"),
        "{finding}"
    );
}
