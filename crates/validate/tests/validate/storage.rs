//! Two releases' storage side by side: what is shown of it, whether it is right or not.

use crate::waivers::waiver;
use payrox_artifacts::layout::Layouts;
use payrox_config::Day;
use payrox_model::{Check, Severity, Verdict};
use payrox_validate::{
    AreaKind, ChangeKind, Release, StorageArea, StorageDifference, VariableChange, accepted,
};
use serde_json::{Value, json};

fn field(name: &str, slot: u64, offset: u8, ty: &str) -> Value {
    json!({ "name": name, "slot": format!("{slot:#x}"), "offset": offset, "type": ty })
}

/// Contracts by name with their plain and transient variables and namespaces; namespaces by id with their members.
fn layouts(
    contracts: &[(&str, Value, Value, &[&str])],
    namespaces: &[(&str, Value)],
    colours: &[&str],
) -> Layouts {
    let word = format!("0x{}", "11".repeat(32));
    let mut document = json!({ "version": 1, "contracts": {}, "namespaces": {}, "types": {
        "uint256": { "kind": "value", "bytes": 32 },
        "uint128": { "kind": "value", "bytes": 16 },
        "address": { "kind": "value", "bytes": 20 },
        "enum Colour": { "kind": "enum", "bytes": 1, "members": colours },
        "uint256[9]": { "kind": "array", "base": "uint256", "length": "0x9", "bytes": "0x120" },
        "uint256[8]": { "kind": "array", "base": "uint256", "length": "0x8", "bytes": "0x100" },
    }});
    for (name, plain, transient, used) in contracts {
        document["contracts"][name] =
            json!({ "sources": word, "storage": plain, "transient": transient, "namespaces": used });
    }
    for (id, members) in namespaces {
        let ty = format!("struct {id}");
        document["namespaces"][id] =
            json!({ "formula": "erc7201", "id": id, "slot": "0x100", "declared": null, "type": ty });
        document["types"][ty] = json!({ "kind": "struct", "members": members, "bytes": "0x200" });
    }
    serde_json::from_value(document).unwrap()
}

fn difference(old: &Layouts, new: &Layouts) -> StorageDifference {
    fn release(layouts: &Layouts) -> Release<'_> {
        let facets = layouts.contracts.iter().map(|(name, layout)| (name.clone(), layout)).collect();
        Release { layouts, facets }
    }
    StorageDifference::between(&release(old), &release(new))
}

/// `moved A: x 0+0 uint256 > x 1+0 uint256`.
fn words(area: &StorageArea) -> Vec<String> {
    let one = |change: &VariableChange| {
        let side = |v: &Option<payrox_validate::Variable>| {
            v.as_ref().map_or("-".into(), |v| format!("{} {}+{} {}", v.label, v.slot, v.offset, v.ty))
        };
        let facets: Vec<_> = change.facets.iter().map(String::as_str).collect();
        let kind = format!("{:?}", change.change).to_lowercase();
        format!("{kind} {}: {}{} > {}", facets.join(","), change.within, side(&change.old), side(&change.new))
    };
    area.changes.iter().map(one).collect()
}

fn codes(difference: &StorageDifference) -> Vec<(&str, &str)> {
    difference.findings.iter().map(|f| (f.code.0, f.subject.as_str())).collect()
}

#[test]
fn prx_v10_each_kind_of_change_is_shown_with_its_facets_as_it_was_and_as_it_is() {
    let old = layouts(
        &[
            (
                "A",
                json!([field("x", 0, 0, "uint128"), field("y", 0, 16, "uint128")]),
                json!([field("t", 0, 0, "uint256")]),
                &["n"],
            ),
            (
                "B",
                json!([field("b", 5, 0, "address"), field("g", 6, 0, "enum Colour")]),
                json!([]),
                &["n", "gone"],
            ),
        ],
        &[
            (
                "n",
                json!([
                    field("one", 0, 0, "uint256"),
                    field("two", 1, 0, "uint256"),
                    field("__gap", 2, 0, "uint256[9]")
                ]),
            ),
            ("gone", json!([field("z", 0, 0, "uint256")])),
        ],
        &["Red"],
    );
    let new = layouts(
        &[
            (
                "A",
                json!([field("x", 0, 0, "address"), field("y", 1, 0, "uint128")]),
                json!([field("u", 1, 0, "uint256")]),
                &["n"],
            ),
            (
                "B",
                json!([field("c", 5, 0, "address"), field("g", 6, 0, "enum Colour")]),
                json!([]),
                &["n", "fresh"],
            ),
        ],
        &[
            (
                "n",
                json!([
                    field("one", 0, 0, "uint256"),
                    field("two", 1, 0, "uint256"),
                    field("three", 2, 0, "uint256"),
                    field("__gap", 3, 0, "uint256[8]")
                ]),
            ),
            ("fresh", json!([field("f", 0, 0, "uint256")])),
        ],
        &["Red", "Green"],
    );
    let found = difference(&old, &new);
    let kinds: Vec<_> = found
        .areas
        .iter()
        .map(|a| (a.kind, a.namespace.as_deref(), a.variables, a.slots.map(|s| s.is_some())))
        .collect();
    assert_eq!(
        kinds,
        [
            (AreaKind::Plain, None, [4, 4], [false, false]),
            (AreaKind::Transient, None, [1, 1], [false, false]),
            (AreaKind::Namespace, Some("fresh"), [0, 1], [false, true]),
            (AreaKind::Namespace, Some("gone"), [1, 0], [true, false]),
            (AreaKind::Namespace, Some("n"), [3, 4], [true, true]),
        ]
    );
    assert_eq!(
        words(&found.areas[0]),
        [
            "retyped A: x 0+0 uint128 > x 0+0 address",
            "moved A: y 0+16 uint128 > y 1+0 uint128",
            "renamed B: b 5+0 address > c 5+0 address",
            // New values behind the old ones are right, and are shown.
            "retyped B: g 6+0 enum Colour > g 6+0 enum Colour",
        ]
    );
    assert_eq!(words(&found.areas[1]), ["removed A: t 0+0 uint256 > -", "added A: - > u 1+0 uint256"]);
    assert_eq!(words(&found.areas[2]), ["added B: - > f 0+0 uint256"]);
    assert_eq!(words(&found.areas[3]), ["removed B: z 0+0 uint256 > -"]);
    assert_eq!(
        words(&found.areas[4]),
        ["gap A,B: __gap 2+0 uint256[9] > __gap 3+0 uint256[8]", "added A,B: - > three 2+0 uint256"]
    );
    // Transient storage is empty when the next release comes; a new namespace loses nothing.
    assert_eq!(codes(&found), [("PRX-VAL-103", "x"), ("PRX-VAL-104", "b"), ("PRX-VAL-113", "gone")]);
    let check = found.check("storage");
    assert_eq!(
        (check.verdict, check.summary.as_str()),
        (Verdict::Fail, "4 plain variables and 2 namespaces of the deployed release")
    );
    let same = difference(&old, &old);
    assert!(same.areas.iter().all(|area| area.changes.is_empty()) && same.findings.is_empty());
}

#[test]
fn prx_v10_of_two_variables_of_one_name_each_is_held_against_its_own() {
    let two = json!([field("a", 0, 0, "uint256"), field("a", 1, 0, "uint256")]);
    let old = layouts(&[("A", two.clone(), json!([]), &[])], &[], &[]);
    let new = layouts(&[("A", json!([field("a", 0, 0, "uint256")]), json!([]), &[])], &[], &[]);
    assert_eq!(words(&difference(&old, &new).areas[0]), ["removed A: a 1+0 uint256 > -"]);
    assert_eq!(words(&difference(&new, &old).areas[0]), ["added A: - > a 1+0 uint256"]);
    assert_eq!(difference(&new, &old).areas[0].changes[0].change, ChangeKind::Added);
}

#[test]
fn prx_v10_a_check_whose_errors_are_all_accepted_passes_and_says_by_whom() {
    let old = layouts(
        &[("A", json!([field("x", 0, 0, "uint256"), field("y", 1, 0, "uint256")]), json!([]), &[])],
        &[],
        &[],
    );
    let new = layouts(&[("A", json!([]), json!([]), &[])], &[], &[]);
    let check = || difference(&old, &new).check("storage");
    let day = |day| Some(Day { year: 2026, month: 12, day });
    let severities = |check: &Check| check.findings.iter().map(|f| f.severity).collect::<Vec<_>>();
    let both =
        ["x", "y"].map(|subject| waiver("PRX-VAL-102", subject, Day { year: 2026, month: 12, day: 1 }));
    let passed = accepted(check(), &both, day(1));
    assert_eq!((passed.verdict, severities(&passed)), (Verdict::Pass, vec![Severity::Info; 2]));
    assert_eq!(
        passed.findings[1].hint.as_deref(),
        Some("accepted by ops@example.org until 2026-12-01: the new fee table is worth it")
    );
    let half = accepted(check(), &both[..1], day(1));
    assert_eq!((half.verdict, severities(&half)), (Verdict::Fail, vec![Severity::Info, Severity::Error]));
    for today in [day(2), None] {
        assert_eq!(accepted(check(), &both, today), check(), "it is over, or nobody knows the day");
    }
}
