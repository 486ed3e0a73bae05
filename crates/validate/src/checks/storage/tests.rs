//! Comparisons of layouts that are written by hand: name, slot, offset and type of each variable.

use super::compare::Comparison;
use alloy_primitives::U256;
use payrox_artifacts::layout::{Field, Layouts, Type};

fn field((name, slot, offset, ty): (&str, u64, u8, &str)) -> Field {
    Field { name: name.into(), slot: U256::from(slot), offset, ty: ty.into(), contract: None }
}

fn fields(all: &[(&str, u64, u8, &str)]) -> Vec<Field> {
    all.iter().copied().map(field).collect()
}

fn members(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(ToString::to_string).collect())
}

fn array(base: &str, length: u64, bytes: u64) -> Type {
    Type::Array { base: base.into(), length: Some(U256::from(length)), bytes: U256::from(bytes) }
}

/// The types that both releases know; what differs between them is laid over.
fn layouts(changed: &[(&str, Type)]) -> Layouts {
    let value = |bytes| Type::Value { bytes };
    let structure = |all: &[(&str, u64, u8, &str)], bytes: u64| Type::Struct {
        members: fields(all),
        bytes: U256::from(bytes),
    };
    let types = [
        ("uint256", value(32)),
        ("uint128", value(16)),
        ("uint64", value(8)),
        ("int64", value(8)),
        ("bytes32", value(32)),
        ("address", value(20)),
        ("address payable", value(20)),
        ("string", Type::Bytes),
        ("contract Token", Type::Contract { bytes: 20 }),
        ("State", Type::Enum { bytes: 1, members: members(&["Open", "Closed"]) }),
        ("Kind", Type::Enum { bytes: 1, members: None }),
        ("Kind #2", Type::Enum { bytes: 1, members: None }),
        ("Other", Type::Enum { bytes: 1, members: None }),
        ("Price", Type::Alias { bytes: 16, of: Some("uint128".into()) }),
        ("Cost", Type::Alias { bytes: 16, of: Some("uint128".into()) }),
        ("Blind", Type::Alias { bytes: 16, of: None }),
        ("Gap48", array("uint256", 48, 48 * 32)),
        ("Gap47", array("uint256", 47, 47 * 32)),
        ("Entry", structure(&[("who", 0, 0, "address"), ("sum", 1, 0, "uint256")], 64)),
        ("Twin", structure(&[("who", 0, 0, "address"), ("sum", 1, 0, "uint256")], 64)),
        ("Pair", structure(&[("who", 0, 0, "address"), ("sum", 1, 0, "bytes32")], 64)),
        ("Node", structure(&[("next", 0, 0, "Nodes"), ("sum", 1, 0, "uint256")], 64)),
        ("Nodes", Type::Mapping { key: "uint256".into(), value: "Node".into() }),
        ("Entries", array("Entry", 4, 256)),
        ("Fewer", array("Entry", 3, 192)),
        ("Sums", Type::Mapping { key: "address".into(), value: "uint256".into() }),
    ];
    let mut layouts = Layouts::empty();
    layouts.types = types.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect();
    layouts.types.extend(changed.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())));
    layouts
}

type Fields<'a> = &'a [(&'a str, u64, u8, &'a str)];

/// What is found between two lists of variables, with types that became others.
fn compared(old: Fields<'_>, new: Fields<'_>, changed: &[(&str, Type)]) -> Vec<String> {
    let (old, new) = (fields(old), fields(new));
    let (before, after) = (layouts(&[]), layouts(changed));
    let mut comparison = Comparison::new(&before, &after);
    comparison.fields("s.", &old, &new);
    let shown = |finding: &payrox_model::Finding| {
        format!("{} {}: {}", finding.code.0.trim_start_matches("PRX-VAL-"), finding.subject, finding.evidence)
    };
    comparison.findings.iter().map(shown).collect()
}

/// The same, of one variable whose type is another.
fn retyped(old: &str, new: &str) -> Vec<String> {
    compared(&[("x", 0, 0, old)], &[("x", 0, 0, new)], &[])
}

const OK: [&str; 0] = [];

#[test]
fn prx_v10_a_type_may_become_one_that_means_the_same() {
    for (old, new) in [
        ("uint256", "uint256"),
        ("address", "address payable"),
        ("address payable", "contract Token"),
        ("contract Token", "address"),
        ("Price", "Cost"),
        ("Price", "uint128"),
        ("uint128", "Cost"),
        ("Kind", "Kind #2"),
        ("Entry", "Twin"),
        ("string", "string"),
    ] {
        assert_eq!(retyped(old, new), OK, "{old} {new}");
    }
    let changed = |old: &str, new: &str| [format!("103 s.x: it was {old}, it is {new}")];
    for (old, new) in [
        ("uint256", "bytes32"),
        ("uint128", "uint64"),
        ("uint64", "int64"),
        ("Price", "Blind"),
        ("Blind", "uint128"),
        ("Kind", "Other"),
        ("Kind", "State"),
        ("Entry", "Sums"),
        ("Sums", "Entry"),
        ("Entries", "Fewer"),
        ("string", "uint256"),
        ("contract Token", "uint64"),
    ] {
        assert_eq!(retyped(old, new), changed(old, new));
    }
    assert_eq!(retyped("Entry", "Pair"), ["103 s.x.sum: it was uint256, it is bytes32"]);
    // A type of which nothing is said says nothing.
    assert_eq!(retyped("uint256", "nowhere"), OK);
    assert_eq!(retyped("nowhere", "uint256"), OK);
}

#[test]
fn prx_v10_an_enumeration_may_grow_at_its_end() {
    let state = |names: &[&str]| Type::Enum { bytes: 1, members: members(names) };
    let one = [("x", 0, 0, "State")];
    let with = |ty| compared(&one, &one, &[("State", ty)]);
    assert_eq!(with(state(&["Open", "Closed", "Late"])), OK);
    let told = "103 s.x: its values were Open, Closed, they are";
    assert_eq!(with(state(&["Open", "Late", "Closed"])), [format!("{told} Open, Late, Closed")]);
    assert_eq!(with(state(&["Open"])), [format!("{told} Open")]);
    let wider = Type::Enum { bytes: 2, members: members(&["Open", "Closed"]) };
    assert_eq!(with(wider), [format!("{told} Open, Closed")]);
    let unnamed = Type::Enum { bytes: 2, members: None };
    let one = [("x", 0, 0, "Kind")];
    assert_eq!(compared(&one, &one, &[("Kind", unnamed)]), ["103 s.x: it was Kind, it is Kind"]);
}

#[test]
fn prx_v10_what_is_reached_through_mappings_and_arrays_is_compared_with_its_path() {
    let longer = Type::Struct {
        members: fields(&[("who", 0, 0, "address"), ("sum", 1, 0, "uint256"), ("more", 2, 0, "uint256")]),
        bytes: U256::from(96),
    };
    let reordered = Type::Struct {
        members: fields(&[("sum", 0, 0, "uint256"), ("who", 1, 0, "address")]),
        bytes: U256::from(64),
    };
    let by = |old: &str, entry: &Type| {
        let mapping = Type::Mapping { key: "uint256".into(), value: "Entry".into() };
        let dynamic = Type::Array { base: "Entry".into(), length: None, bytes: U256::from(32) };
        let (before, mut after) = (layouts(&[("M", mapping.clone()), ("D", dynamic.clone())]), layouts(&[]));
        after.types.extend([("M".to_owned(), mapping), ("D".to_owned(), dynamic)]);
        after.types.insert("Entry".into(), entry.clone());
        let one = fields(&[("x", 0, 0, old)]);
        let mut comparison = Comparison::new(&before, &after);
        comparison.fields("", &one, &one);
        comparison.findings.iter().map(|f| format!("{} {}", f.code, f.subject)).collect::<Vec<_>>()
    };
    assert_eq!(by("M", &longer), OK, "what is in a mapping has room");
    assert_eq!(by("D", &longer), ["PRX-VAL-106 x[]"]);
    assert_eq!(by("Entries", &longer), ["PRX-VAL-106 x[]"]);
    assert_eq!(by("M", &reordered), ["PRX-VAL-101 x[].who"]);
    assert_eq!(by("D", &reordered), ["PRX-VAL-101 x[].who"]);
    let keyed = |key: &str, value: &str| [("Sums", Type::Mapping { key: key.into(), value: value.into() })];
    let sums = [("x", 0, 0, "Sums")];
    let path = |key: &str, value: &str| compared(&sums, &sums, &keyed(key, value));
    assert_eq!(path("bytes32", "uint256"), ["103 s.x[key]: it was address, it is bytes32"]);
    assert_eq!(path("address", "bytes32"), ["103 s.x[]: it was uint256, it is bytes32"]);
}

#[test]
fn prx_v10_a_type_that_contains_itself_is_compared_once() {
    let one = [("x", 0, 0, "Node")];
    assert_eq!(compared(&one, &one, &[]), OK);
    let node = Type::Struct {
        members: fields(&[("next", 0, 0, "Nodes"), ("sum", 1, 0, "bytes32")]),
        bytes: U256::from(64),
    };
    assert_eq!(compared(&one, &one, &[("Node", node)]), ["103 s.x.sum: it was uint256, it is bytes32"]);
}

#[test]
fn prx_v10_a_variable_stays_where_it_stood_and_one_cause_is_told_once() {
    let old: Fields<'_> =
        &[("a", 0, 0, "uint128"), ("b", 0, 16, "uint128"), ("c", 1, 0, "uint256"), ("d", 2, 0, "uint256")];
    let more = [old, &[("e", 3, 0, "uint256")]].concat();
    assert_eq!(compared(old, &more, &[]), OK);
    assert_eq!(
        compared(
            old,
            &[
                ("n", 0, 0, "uint256"),
                ("a", 1, 0, "uint128"),
                ("b", 1, 16, "uint128"),
                ("c", 2, 0, "uint256"),
                ("d", 3, 0, "uint256")
            ],
            &[]
        ),
        ["101 s.a: it stood at slot 0, it stands at slot 1; 3 more behind it move"]
    );
    assert_eq!(
        compared(old, &[("b", 0, 0, "uint128"), ("a", 0, 16, "uint128"), old[2], old[3]], &[]),
        ["101 s.a: it stood at slot 0, it stands at slot 0, byte 16; 1 more behind it move"]
    );
    assert_eq!(
        compared(old, &[old[0], old[1], old[2]], &[]),
        ["102 s.d: it stood at slot 2; what it left there will be read as something else"]
    );
    // The place of one is another's of the same release: that one moved, this one is gone.
    assert_eq!(
        compared(old, &[old[0], old[1], ("d", 1, 0, "uint256")], &[]),
        [
            "102 s.c: it stood at slot 1; what it left there will be read as something else; 1 more behind it move"
        ]
    );
    assert_eq!(
        compared(old, &[old[0], old[1], ("fee", 1, 0, "uint256"), old[3]], &[]),
        ["104 s.c: at slot 1 stands `fee` now, of the same type uint256"]
    );
    assert_eq!(
        compared(old, &[old[0], ("fee", 0, 16, "uint64"), old[2], old[3]], &[]),
        ["103 s.b: at slot 0, byte 16 stood uint128, now `fee` of type uint64"]
    );
    // One type that is another, and what stands behind it.
    assert_eq!(
        compared(
            old,
            &[("a", 0, 0, "uint256"), ("b", 1, 0, "uint128"), ("c", 2, 0, "uint256"), ("d", 3, 0, "uint256")],
            &[]
        ),
        ["103 s.a: it was uint128, it is uint256; 3 more behind it move"]
    );
}

#[test]
fn prx_v10_a_gap_is_filled_from_its_beginning_and_ends_where_it_ended() {
    let old: Fields<'_> = &[("a", 0, 0, "uint256"), ("__gap", 1, 0, "Gap48"), ("b", 49, 0, "uint256")];
    let filled = [old[0], ("n", 1, 0, "uint256"), ("__gap", 2, 0, "Gap47"), old[2]];
    assert_eq!(compared(old, &filled, &[]), OK);
    assert_eq!(compared(old, &[old[0], ("n", 1, 0, "Gap48"), old[2]], &[]), OK, "filled up");
    assert_eq!(
        compared(
            old,
            &[old[0], ("n", 1, 0, "uint256"), ("__gap", 2, 0, "Gap48"), ("b", 50, 0, "uint256")],
            &[]
        ),
        ["105 s.__gap: it took slots 1 to 49, it takes 2 to 50, ends not included; 1 more behind it move"]
    );
    assert_eq!(
        compared(old, &[old[0], ("__gap", 1, 0, "Gap47"), ("b", 48, 0, "uint256")], &[]),
        ["105 s.__gap: it took slots 1 to 49, it takes 1 to 48, ends not included; 1 more behind it move"]
    );
    assert_eq!(
        compared(old, &[("__gap", 0, 0, "Gap48"), ("a", 48, 0, "uint256"), old[2]], &[]),
        [
            "101 s.a: it stood at slot 0, it stands at slot 48",
            "105 s.__gap: it took slots 1 to 49, it takes 0 to 48, ends not included"
        ]
    );
    // A longer one that begins before it is no smaller one, and a gap in a variable's place is not that variable renamed.
    assert_eq!(
        compared(&[("a", 0, 0, "uint256")], &[("__gap", 0, 0, "Gap48")], &[]),
        ["102 s.a: it stood at slot 0; what it left there will be read as something else"]
    );
}

/// A variable with the contract that declares it.
type Declared = (&'static str, (&'static str, u64, u8, &'static str));

/// The same, of variables with the contracts that declare them.
fn declared(old: &[Declared], new: &[Declared]) -> Vec<String> {
    let fields = |all: &[Declared]| -> Vec<Field> {
        let one = |(contract, variable): &(&str, _)| Field {
            contract: Some((*contract).to_owned()).filter(|name| !name.is_empty()),
            ..field(*variable)
        };
        all.iter().map(one).collect()
    };
    let (old, new) = (fields(old), fields(new));
    let (before, after) = (layouts(&[]), layouts(&[]));
    let mut comparison = Comparison::new(&before, &after);
    comparison.fields("", &old, &new);
    let shown = |finding: &payrox_model::Finding| format!("{} {}", finding.code, finding.subject);
    comparison.findings.iter().map(shown).collect()
}

#[test]
fn prx_v10_gaps_of_one_name_are_held_each_against_its_own() {
    let old = [
        ("X", ("a", 0, 0, "uint256")),
        ("X", ("__gap", 1, 0, "Gap48")),
        ("Y", ("b", 49, 0, "uint256")),
        ("Y", ("__gap", 50, 0, "Gap48")),
    ];
    assert_eq!(declared(&old, &old), OK);
    let full = [old[0], ("X", ("n", 1, 0, "Gap48")), old[2], old[3]];
    assert_eq!(declared(&old, &full), OK, "the first is filled up, the second is none of its");
    let grown = [old[0], ("X", ("n", 1, 0, "uint256")), ("X", ("__gap", 2, 0, "Gap47")), old[2], old[3]];
    assert_eq!(declared(&old, &grown), OK);
    let late = [old[0], old[1], old[2], ("Y", ("n", 50, 0, "uint256")), ("Y", ("__gap", 51, 0, "Gap48"))];
    assert_eq!(declared(&old, &late), ["PRX-VAL-105 Y.__gap"]);
    let short = [old[0], ("X", ("__gap", 1, 0, "Gap47")), old[2], old[3]];
    assert_eq!(declared(&old, &short), ["PRX-VAL-105 X.__gap"]);
    // Where nobody kept the contracts, the nearest is its own.
    let bare = |all: &[Declared]| all.iter().map(|(_, variable)| ("", *variable)).collect::<Vec<_>>();
    assert_eq!(declared(&bare(&old), &bare(&late)), ["PRX-VAL-105 __gap"]);
    assert_eq!(declared(&bare(&old), &late), ["PRX-VAL-105 __gap"]);
}

#[test]
fn prx_v10_a_variable_of_another_base_is_another_where_both_are_there() {
    let both = [("X", ("v", 0, 0, "uint256")), ("Y", ("v", 1, 0, "uint256"))];
    let crossed = [("Y", ("v", 0, 0, "uint256")), ("X", ("v", 1, 0, "uint256"))];
    assert_eq!(declared(&both, &both), OK);
    assert_eq!(declared(&both, &crossed), ["PRX-VAL-104 X.v", "PRX-VAL-104 Y.v"]);
    let renamed = [("Z", ("v", 0, 0, "uint256")), both[1]];
    assert_eq!(declared(&both, &renamed), OK, "a contract of another name");
    assert_eq!(declared(&[("", both[0].1), ("", both[1].1)], &crossed), OK, "of then nobody knows");
    assert_eq!(declared(&both, &[crossed[0]]), ["PRX-VAL-104 X.v", "PRX-VAL-101 Y.v"]);
    // All move behind a new one: one cause.
    let behind =
        [("X", ("n", 0, 0, "uint256")), ("X", ("v", 1, 0, "uint256")), ("Y", ("v", 2, 0, "uint256"))];
    assert_eq!(declared(&both, &behind), ["PRX-VAL-101 X.v"]);
}

#[test]
fn prx_v10_equal_types_are_equal_both_ways() {
    let all = layouts(&[]);
    let equal = |one: &str, other: &str| Comparison::equal(&all, one, other);
    assert!(equal("Entry", "Entry") && equal("Entry", "Twin") && equal("Twin", "Entry"));
    assert!(!equal("Entry", "Pair") && !equal("Entries", "Fewer"));
    let mut all = layouts(&[]);
    let longer = fields(&[("who", 0, 0, "address"), ("sum", 1, 0, "uint256"), ("more", 2, 0, "uint256")]);
    all.types.insert("Long".into(), Type::Struct { members: longer, bytes: U256::from(64) });
    assert!(
        !Comparison::equal(&all, "Entry", "Long") && !Comparison::equal(&all, "Long", "Entry"),
        "one way only"
    );
}

#[test]
fn prx_v10_types_are_followed_thirty_two_deep() {
    // A struct in a struct in a struct; the innermost has a member of another type.
    let found = |depth: usize| {
        let chain = |leaf: &str| {
            let mut all = layouts(&[]);
            for level in 0..depth {
                let inner = if level + 1 == depth { leaf.to_owned() } else { format!("S{}", level + 1) };
                let members = fields(&[("m", 0, 0, inner.as_str())]);
                all.types.insert(format!("S{level}"), Type::Struct { members, bytes: U256::from(32) });
            }
            all
        };
        let (before, after) = (chain("uint256"), chain("bytes32"));
        let one = fields(&[("x", 0, 0, "S0")]);
        let mut comparison = Comparison::new(&before, &after);
        comparison.fields("", &one, &one);
        comparison.findings.len()
    };
    assert_eq!((found(1), found(32), found(33)), (1, 1, 0));
}
