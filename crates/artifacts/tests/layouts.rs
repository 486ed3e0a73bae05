//! Storage layouts, asked of npm's solc.
#![cfg(unix)]

use alloy_primitives::{U256, keccak256};
use payrox_artifacts::{
    ArtifactSet, Contract, Source,
    build::{BuildOutcome, BuildRequest, CompilerSettings, Search, build, compiler, keep_layouts},
    layout::{Layouts, Type, derive, erc7201},
};
use std::{
    env, fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn prx_v10_the_committed_layouts_of_the_example_are_what_the_compiler_says() {
    let source = Source::Folder(repository().join("examples/payments/out"));
    let kept = Layouts::beside(&source);
    let out = fs::read_dir(source.path()).unwrap().map(|entry| entry.unwrap().path());
    let folders = out.filter(|path| path.extension().is_some_and(|e| e == "sol"));
    let names: Vec<_> = folders.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let set = ArtifactSet::read(&source, &names).unwrap();
    let facets: Vec<_> = set.contracts().iter().filter(|c| !c.runtime.is_empty()).collect();
    let input = set.compiler_input(facets[0]).unwrap().unwrap();
    let search = Search::from_env();
    let compiler = compiler(&search, &repository(), "0.8.30").unwrap();
    let ids: Vec<_> = facets.iter().map(|c| c.id.clone()).collect();
    let layouts = derive(&compiler, &search, &input, &ids).unwrap();
    for facet in &facets {
        let layout = layouts.of(facet).unwrap_or_else(|| panic!("{} is of other sources", facet.id));
        assert!(layout.transient.is_empty());
    }
    for (name, namespace) in &layouts.namespaces {
        assert_eq!(namespace.declared, namespace.slot, "{name}");
        assert_eq!(namespace.slot, Some(erc7201(&namespace.id)), "{name}");
    }
    assert_eq!(layouts.namespaces.len(), 10);
    if env::var_os("PAYROX_BLESS").is_some() {
        layouts.write(&kept).unwrap();
    }
    assert_eq!(
        fs::read_to_string(kept).unwrap(),
        layouts.to_text(),
        "`payrox build --project examples/payments` writes it"
    );
}

/// Two libraries that share names, every kind of type, a struct that contains itself, a slot that is an expression.
const SOURCES: [(&str, &str); 3] = [
    (
        "src/lib/A.sol",
        r#"pragma solidity 0.8.30;
           type Price is uint128;
           enum Colour { Red, Green }
           library Store {
               /// @notice What is here.
               /// @custom:storage-location erc7201:test.a
               struct Layout { uint8 small; Price price; Colour colour; bytes text; Tree tree; uint256[3] three; uint64[] many; }
               struct Tree { mapping(uint256 => Tree) branches; }
               bytes32 private constant SLOT = keccak256(abi.encode(uint256(keccak256("test.a")) - 1)) & ~bytes32(uint256(0xff));
               function layout() internal pure returns (Layout storage $) { bytes32 at = SLOT; assembly { $.slot := at } }
           }"#,
    ),
    (
        "src/lib/B.sol",
        r#"pragma solidity 0.8.30;
           library Store {
               /// @custom:storage-location erc7201:test.b
               struct Layout { address who; }
               function layout() internal pure returns (Layout storage $) {
                   assembly { $.slot := 0x1111111111111111111111111111111111111111111111111111111111111111 }
               }
           }"#,
    ),
    (
        "src/F.sol",
        r#"pragma solidity 0.8.30;
           import "./lib/A.sol";
           import { Store as Other } from "b/B.sol";
           contract F {
               uint256 plain; address transient who; Price last;
               function set(address a) external { who = a; plain = 1; Other.layout().who = a; Store.layout().small = 1; }
           }
           contract G { function nothing() external pure {} }"#,
    ),
];

struct Project(TempDir);

#[cfg(test)]
impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        files.iter().for_each(|(file, text)| project.write(file, text));
        project
    }

    #[expect(clippy::disallowed_methods, reason = "a folder of a test need not survive a crash")]
    fn write(&self, file: &str, text: &str) {
        let file = self.0.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn request(&self) -> BuildRequest {
        BuildRequest {
            root: self.0.path().to_owned(),
            sources: "src".into(),
            out: self.0.path().join("out"),
            settings: CompilerSettings { version: "0.8.30".into(), ..CompilerSettings::default() },
            // A remapping that would lead the added source astray.
            remappings: vec!["b/=src/lib/".into(), "src/lib/B=src/nowhere/".into()],
            search: Search::from_env(),
            ..BuildRequest::default()
        }
    }

    fn built(&self) -> (BuildRequest, BuildOutcome) {
        let request = self.request();
        let outcome = build(&request, &mut |_| {}).unwrap();
        (request, outcome)
    }

    fn kept(&self) -> Option<Layouts> {
        Layouts::read(&self.0.path().join("out/layouts.json")).unwrap()
    }

    fn contract(&self, name: &str) -> Contract {
        let set = ArtifactSet::read(&Source::Folder(self.0.path().join("out")), &[name]).unwrap();
        set.get(name).unwrap().clone()
    }
}

#[test]
fn prx_v10_a_build_keeps_plain_and_transient_variables_and_annotated_structs_with_their_slots() {
    let project = Project::new(&SOURCES);
    let (request, outcome) = project.built();
    assert!(keep_layouts(&request, &outcome).unwrap().is_some());
    let layouts = project.kept().unwrap();
    let f = layouts.of(&project.contract("F")).unwrap();
    let names = |fields: &[payrox_artifacts::layout::Field]| {
        fields.iter().map(|f| format!("{}@{}+{}:{}", f.name, f.slot, f.offset, f.ty)).collect::<Vec<_>>()
    };
    assert_eq!(names(&f.storage), ["plain@0+0:uint256", "last@1+0:Price"]);
    assert_eq!(names(&f.transient), ["who@0+0:address"]);
    assert_eq!(f.namespaces, ["src/lib/A.sol:Store.Layout", "src/lib/B.sol:Store.Layout"]);
    let a = &layouts.namespaces["src/lib/A.sol:Store.Layout"];
    let b = &layouts.namespaces["src/lib/B.sol:Store.Layout"];
    assert_eq!((a.slot, a.declared), (Some(erc7201("test.a")), Some(erc7201("test.a"))));
    assert_ne!(b.declared, b.slot);
    assert!(b.declared.is_some());
    assert_ne!(a.ty, b.ty, "two structs of one name are two types");
    let Type::Struct { members, .. } = &layouts.types[&a.ty] else { panic!("no struct") };
    assert_eq!(
        names(members),
        [
            "small@0+0:uint8",
            "price@0+1:Price",
            "colour@0+17:enum Colour",
            "text@1+0:bytes",
            "tree@2+0:struct Store.Tree",
            "three@3+0:uint256[3]",
            "many@6+0:uint64[]"
        ]
    );
    assert_eq!(layouts.types["Price"], Type::Alias { bytes: 16, of: Some("uint128".into()) });
    let members = Some(vec!["Red".to_owned(), "Green".to_owned()]);
    assert_eq!(layouts.types["enum Colour"], Type::Enum { bytes: 1, members });
    assert!(keep_layouts(&request, &outcome).unwrap().is_none(), "they are there already");
}

/// Structs without an annotation, where functions put them.
const PLACED: [(&str, &str); 2] = [
    (
        "src/lib/S.sol",
        r#"pragma solidity 0.8.30;
           struct Shared { uint256 a; uint256 b; }
           library Keys { bytes32 internal constant SLOT = keccak256("keys"); }"#,
    ),
    (
        "src/F.sol",
        r#"pragma solidity 0.8.30;
           import { Shared, Shared as Renamed, Keys } from "./lib/S.sol";
           abstract contract Base {
               struct Own { uint256 a; uint256 b; }
               function own() internal pure returns (Own storage $) { assembly { $.slot := 0 } }
               function second() internal pure returns (Own storage $) {
                   bytes32 at = keccak256(abi.encodePacked("x"));
                   assembly { let place := at $.slot := place }
               }
           }
           contract F is Base {
               modifier counted() { Shared storage s; assembly { s.slot := 0x11 } s.b++; _; }
               function inside() external counted {
                   Shared storage s; bytes32 at = keccak256("s");
                   assembly { s.slot := at }
                   s.a = 1;
               }
               function elsewhere() internal pure returns (Own storage $) {
                   bytes32 at = Keys.SLOT;
                   assembly { $.slot := at }
               }
               function renamed() internal pure returns (Renamed storage $) { assembly { $.slot := 7 } }
               function changed() internal pure returns (Own storage $) {
                   bytes32 at = keccak256("y");
                   at = keccak256("z");
                   assembly { $.slot := at }
               }
           }"#,
    ),
];

#[test]
fn prx_v10_a_struct_stands_where_assembly_puts_it_and_what_cannot_be_computed_is_named() {
    let project = Project::new(&PLACED);
    let (request, outcome) = project.built();
    keep_layouts(&request, &outcome).unwrap();
    let layouts = project.kept().unwrap();
    let f = layouts.of(&project.contract("F")).unwrap();
    let slot = |text: &str| format!("{:#x}", U256::from_be_bytes(keccak256(text).0));
    let mut wanted = [
        "src/F.sol:Base.Own at 0x0".to_owned(),
        format!("src/F.sol:Base.Own at {}", slot("x")),
        "src/lib/S.sol:Shared at 0x11".to_owned(),
        format!("src/lib/S.sol:Shared at {}", slot("s")),
    ];
    wanted.sort();
    assert_eq!(f.namespaces, wanted);
    assert_eq!(f.unresolved, ["src/F.sol:F.changed", "src/F.sol:F.elsewhere", "src/F.sol:F.renamed"]);
    let placed = &layouts.namespaces["src/lib/S.sol:Shared at 0x11"];
    assert_eq!((placed.place(), placed.id.as_str()), (Some(U256::from(0x11)), "Shared at 0x11"));
    assert!(matches!(&layouts.types[&placed.ty], Type::Struct { members, .. } if members.len() == 2));
}

/// An annotated struct, mappings and arrays, and slots that are written in several ways.
const WRITTEN: [(&str, &str); 2] = [
    (
        "src/lib/S.sol",
        r#"pragma solidity 0.8.30;
           library Sum {
               /// @custom:storage-location erc7201:test.a
               struct Layout { uint256 a; uint256 b; }
               bytes32 private constant SLOT = keccak256(abi.encode(uint256(keccak256("test.a")) - 1)) & ~bytes32(uint256(0xff));
               function layout() internal pure returns (Layout storage $) { bytes32 s = SLOT; assembly { $.slot := add(s, 7) } }
           }
           library Lost {
               /// @custom:storage-location erc7201:test.b
               struct Layout { uint256 a; }
               bytes32 private constant SLOT = keccak256(abi.encode(uint256(keccak256("test.b")) - 1)) & ~bytes32(uint256(0xff));
               function layout() internal view returns (Layout storage $) { bytes32 s = SLOT; assembly { $.slot := xor(s, sload(0)) } }
               function same(Layout storage other) internal pure returns (Layout storage $) { assembly { $.slot := other.slot } }
           }
           library Twice {
               /// @custom:storage-location erc7201:test.c
               struct Layout { uint256 a; }
               bytes32 private constant SLOT = keccak256(abi.encode(uint256(keccak256("test.c")) - 1)) & ~bytes32(uint256(0xff));
               function at() private pure returns (bytes32) { return SLOT; }
               function layout() internal pure returns (Layout storage $) { bytes32 s = at(); assembly { $.slot := s } }
               function other() internal pure returns (Layout storage $) { assembly { $.slot := 5 } }
           }"#,
    ),
    (
        "src/F.sol",
        r#"pragma solidity 0.8.30;
           import "./lib/S.sol";
           abstract contract Base {
               uint256 private v;
               uint256 private constant SLOT = 4;
               function slot() internal pure virtual returns (uint256) { return SLOT; }
               function balances() internal pure returns (mapping(address => uint256[3][]) storage $) { assembly { $.slot := SLOT } }
               function list(bytes storage from) internal pure returns (bytes storage $) { assembly { $.slot := from.slot } }
               function named() internal pure returns (address payable[] storage $) { uint256 s = 9; s++; assembly { $.slot := s } }
               function given(uint256 SLOT) internal pure returns (string storage $) { assembly { $.slot := SLOT } }
               function virtually() internal pure returns (string storage $) { uint256 s = slot(); assembly { $.slot := s } }
           }
           contract F is Base {
               uint256 private v; uint256 private w;
               function slot() internal pure override returns (uint256) { return 3; }
               function f() external pure {}
           }"#,
    ),
];

#[test]
fn prx_v10_the_slot_that_code_computes_counts_and_mappings_and_arrays_have_one_too() {
    let project = Project::new(&WRITTEN);
    let (request, outcome) = project.built();
    keep_layouts(&request, &outcome).unwrap();
    let layouts = project.kept().unwrap();
    let f = layouts.of(&project.contract("F")).unwrap();
    assert_eq!(
        f.namespaces,
        [
            "src/F.sol:Base.mapping(address => uint256[3][]) at 0x4",
            "src/lib/S.sol:Lost.Layout",
            "src/lib/S.sol:Sum.Layout",
            "src/lib/S.sol:Twice.Layout",
            "src/lib/S.sol:Twice.Layout at 0x5",
        ]
    );
    let lost = ["F.sol:Base.given", "F.sol:Base.named", "F.sol:Base.virtually", "lib/S.sol:Lost.layout"];
    assert_eq!(f.unresolved, lost.map(|name| format!("src/{name}")));
    let declared = |name: &str| layouts.namespaces[&format!("src/lib/S.sol:{name}.Layout")].declared;
    assert_eq!(declared("Sum"), Some(erc7201("test.a") + U256::from(7)));
    assert_eq!(declared("Lost"), None);
    assert_eq!(declared("Twice"), Some(erc7201("test.c")));
    let balances = &layouts.namespaces["src/F.sol:Base.mapping(address => uint256[3][]) at 0x4"];
    assert_eq!(balances.id, "mapping(address => uint256[3][]) at 0x4");
    assert!(matches!(&layouts.types[&balances.ty], Type::Mapping { value, .. } if value == "uint256[3][]"));
    let contracts = f.storage.iter().map(|field| (field.name.as_str(), field.contract.as_deref()));
    assert_eq!(contracts.collect::<Vec<_>>(), [("v", Some("Base")), ("v", Some("F")), ("w", Some("F"))]);
    let Type::Struct { members, .. } = &layouts.types[&layouts.namespaces["src/lib/S.sol:Sum.Layout"].ty]
    else {
        panic!("no struct")
    };
    assert!(members.iter().all(|member| member.contract.is_none()));
}

#[test]
fn prx_v10_layouts_of_other_sources_are_not_taken_for_those_of_the_contract() {
    let project = Project::new(&SOURCES);
    let (request, outcome) = project.built();
    keep_layouts(&request, &outcome).unwrap();
    let stale = project.kept().unwrap();
    // A library that the contract imports changes, its own source does not.
    project.write("src/lib/B.sol", &SOURCES[1].1.replace("address who;", "uint256 before; address who;"));
    let (request, outcome) = project.built();
    assert!(stale.of(&project.contract("F")).is_none());
    assert!(stale.of(&project.contract("G")).is_none(), "G stands in the same source");
    assert!(keep_layouts(&request, &outcome).unwrap().is_some());
    assert!(project.kept().unwrap().of(&project.contract("F")).is_some());
}

#[test]
fn a_file_of_layouts_that_is_newer_or_names_what_is_not_there_is_refused() {
    let project = Project::new(&[]);
    for (text, why) in [
        ("{\"version\":2}", "version 2"),
        (
            "{\"version\":1,\"contracts\":{},\"namespaces\":{},\"types\":{\"a[]\":{\"kind\":\"array\",\"base\":\"a\",\"length\":null,\"bytes\":\"0x20\"}}}",
            "`a`",
        ),
        ("{", "EOF"),
    ] {
        project.write("out/layouts.json", text);
        let error = Layouts::read(&project.0.path().join("out/layouts.json")).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}
