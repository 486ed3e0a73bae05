//! What the planner makes of a project, and what it refuses.

use crate::fixture::{Fixture, Returning, expect, runtime};
use payrox_model::{ChainId, Epoch, ExitCode, Fault, Manifest, MerkleTree, RouteFlags, Selector};
use payrox_plan::{Change, Effect, Inverse, PlanError, PlanOutcome, plan_id};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn prx_d04_planning_twice_gives_equal_bytes_that_read_back() {
    let fixture = Fixture::new();
    let plan = fixture.planned();
    let json = plan.to_json().unwrap();
    assert_eq!(json, fixture.planned().to_json().unwrap());
    assert_eq!(payrox_plan::Plan::from_json("plan.json", &json).unwrap(), plan);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn prx_d04_the_order_of_facets_in_the_project_file_changes_nothing(facets in Just(Fixture::project().to_vec()).prop_shuffle()) {
        let fixture = Fixture::new();
        prop_assert_eq!(expect(fixture.plan_of(&facets)), fixture.planned());
    }
}

#[test]
fn prx_v07_every_proof_leads_to_the_root_and_the_manifest_is_the_table() {
    let plan = Fixture::new().planned();
    let manifest = Manifest::decode(&plan.manifest.bytes).unwrap();
    assert_eq!(plan.root, manifest.root());
    for (i, (leaf, route)) in manifest.leaves().zip(&plan.routes).enumerate() {
        let facet = plan.facets.iter().find(|f| f.name == route.facet).unwrap();
        let receive = route.selector == Selector::RECEIVE;
        assert!(receive || (leaf.facet, leaf.code_hash) == (facet.address, facet.code_hash));
        assert!(MerkleTree::verify(
            plan.root,
            leaf.hash(),
            i,
            plan.routes.len(),
            &plan.proofs[&route.selector]
        ));
    }
    assert_eq!(plan.plan_id, plan_id(plan.chain_id, plan.addresses.dispatcher, &plan.onchain));
}

#[test]
fn flags_follow_the_rules_and_every_writer_without_the_lock_is_listed() {
    use RouteFlags as F;
    let plan = Fixture::new().planned();
    let flags: BTreeMap<_, _> = plan.routes.iter().map(|r| (r.signature.as_str(), r.flags)).collect();
    let expected = [
        ("balanceOf(address)", F::NONE),
        ("deposit()", F::NONE),
        ("feeOf(address)", F::VIEW_LOCK),
        ("onERC721Received(address,address,uint256,bytes)", F::NONE),
        ("pay(address,uint256)", F::LOCK | F::PIN),
        ("receive()", F::RECEIVE),
        ("setFee(uint16)", F::LOCK | F::COLD),
        ("supportsInterface(bytes4)", F::COLD),
        ("withdraw(uint256)", F::LOCK | F::PAUSE_EXEMPT),
    ];
    assert_eq!(flags, BTreeMap::from(expected));
    let unlocked: Vec<_> = plan.unlocked.iter().map(|u| (u.function.as_str(), u.reason.as_str())).collect();
    assert_eq!(unlocked[0], ("deposit()", "it calls nothing"));
    assert_eq!(unlocked[1].0, "onERC721Received(address,address,uint256,bytes)");
    assert_eq!(unlocked.len(), 2);
}

#[test]
fn the_steps_are_the_whole_list_and_the_first_inverse_stops_the_system() {
    let plan = Fixture::new().planned();
    let names: Vec<_> = plan.steps.iter().map(|s| s.name.as_str()).collect();
    let expected = [
        "factory",
        "extension",
        "implementation",
        "launcher",
        "launch",
        "router",
        "facet Accounts",
        "facet Holder",
        "facet Payments",
        "manifest",
        "stage",
        "activate",
    ];
    assert_eq!(names, expected);
    for (i, step) in plan.steps.iter().enumerate() {
        assert!(step.after.iter().all(|name| names[..i].contains(&name.as_str())), "{}", step.name);
        assert_eq!(step.call.is_none(), step.name == "router");
    }
    assert_eq!(plan.costs.calls, 11);
    assert!(matches!(&plan.inverse, Inverse::PauseAndFreeze { calls } if calls.len() == 2));
    assert!(plan.changes.iter().all(|c| matches!(c, Change::Added { .. })));
    assert_eq!(plan.changes.len(), 9);
}

#[test]
fn prx_d04_planning_after_apply_says_no_changes() {
    let mut fixture = Fixture::new();
    let plan = fixture.planned();
    fixture.activate(&plan);
    let again = fixture.plan_of(&Fixture::project()).unwrap();
    assert!(
        matches!(again, PlanOutcome::NoChanges { epoch: Epoch(1), plan_id, .. } if plan_id == plan.plan_id)
    );
    // It needs no memory of the plan: another machine says the same.
    fixture.parent = None;
    assert_eq!(fixture.plan_of(&Fixture::project()).unwrap(), again);
}

#[test]
fn prx_d04_an_upgrade_names_what_changes_and_rolls_back_to_its_parent() {
    let mut fixture = Fixture::new();
    let first = fixture.planned();
    fixture.activate(&first);
    fixture.artifact(
        "Payments",
        &["pay(address,uint256)", "tip(address)", "feeOf(address) view"],
        b"\x5bnew",
        "0.8.30+commit.73712a01",
    );
    let facets = [
        Fixture::facet("Payments", "view_lock = [\"feeOf\"]\npin = [\"pay\"]"),
        Fixture::project()[1].replace("pause_exempt = [\"withdraw(uint256)\"]", ""),
        Fixture::facet("Holder", ""),
    ];
    let plan = expect(fixture.plan_of(&facets));
    assert_eq!((plan.epoch, plan.parent), (Epoch(2), first.plan_id));
    let changes: Vec<_> = plan
        .changes
        .iter()
        .map(|c| match c {
            Change::Removed { function, facet, .. } => format!("- {facet}.{function}"),
            Change::Replaced { function, from, to, .. } => {
                format!("~ {function} {} {to}", from.starts_with("0x") || from == "Payments")
            }
            Change::Flags { function, old, new, .. } => format!("! {function} {old} {new}"),
            Change::Added { function, facet, .. } => format!("+ {facet}.{function}"),
        })
        .collect();
    assert_eq!(
        changes,
        [
            "- Payments.setFee(uint16)",
            "~ feeOf(address) true Payments",
            "~ pay(address,uint256) true Payments",
            "! withdraw(uint256) LOCK|PAUSE_EXEMPT LOCK",
            "+ Payments.tip(address)",
        ]
    );
    let Inverse::Rollback { target_epoch, root, calls } = &plan.inverse else { panic!("{:?}", plan.inverse) };
    assert_eq!((*target_epoch, *root, calls.len()), (Epoch(1), first.root, 1));
    assert_eq!(calls[0].to, plan.addresses.dispatcher);
    plan.check().unwrap();
    // What is there already is in both plans with the same bytes.
    assert_eq!(plan.addresses, first.addresses);
    assert_eq!(plan.steps[..8], first.steps[..8]);
    // The chain says it all but the names.
    let from_chain = plan.diff_against_chain(&first.manifest.bytes, &payrox_plan::Names::of(&first)).unwrap();
    assert_eq!(from_chain.len(), plan.changes.len());
}

#[test]
fn prx_d08_the_parent_must_be_the_plan_that_the_chain_names() {
    let mut fixture = Fixture::new();
    let first = fixture.planned();
    fixture.activate(&first);
    let changed = [Fixture::facet("Payments", "")];
    fixture.parent = None;
    assert_eq!(fixture.plan_of(&changed).unwrap_err().code().0, "PRX-PLAN-004");
    let mut other = payrox_plan::Parent::from(&first);
    other.onchain.window += 1;
    fixture.parent = Some(other);
    assert_eq!(fixture.plan_of(&changed).unwrap_err().code().0, "PRX-PLAN-005");
}

#[test]
fn a_chain_that_is_another_or_cannot_change_makes_no_plan() {
    let mut fixture = Fixture::new();
    let first = fixture.planned();
    fixture.chain.chain_id = ChainId(1);
    let error = fixture.plan_of(&Fixture::project()).unwrap_err();
    assert_eq!((error.code().0, error.exit()), ("PRX-PLAN-001", ExitCode::Endpoint));
    fixture.chain.chain_id = ChainId(31_338);
    fixture.activate(&first);
    fixture.chain.dispatcher.as_mut().unwrap().is_sealed = true;
    assert_eq!(fixture.plan_of(&Fixture::project()).unwrap_err().code().0, "PRX-PLAN-003");
    fixture.chain.dispatcher.as_mut().unwrap().router = first.addresses.factory;
    assert_eq!(fixture.plan_of(&Fixture::project()).unwrap_err().code().0, "PRX-PLAN-002");
}

#[test]
fn wrong_flags_and_functions_are_refused_with_facet_field_and_function() {
    let fixture = Fixture::new();
    let with = |rest: &str| {
        let error = fixture.plan_of(&[Fixture::facet("Payments", rest)]).unwrap_err();
        assert_eq!(error.exit(), ExitCode::BadInput);
        format!("{} {error}", error.code())
    };
    for (rest, expected) in [
        (
            "cold = [\"setFee(uint256)\"]",
            "PRX-PLAN-009 facet Payments: `cold` names `setFee(uint256)`, which it has not; it has `setFee(uint16)`",
        ),
        (
            "exclude = [\"nothing()\"]",
            "PRX-PLAN-009 facet Payments: `exclude` names `nothing()`, which it has not",
        ),
        ("pin = [\"set\\u001bFee()\"]", "PRX-PLAN-009 facet Payments: `pin` names `set\\u{1b}Fee()`"),
        ("view_lock = [\"pay\"]", "PRX-PLAN-010 facet Payments: `view_lock` names `pay`: it writes"),
        (
            "no_lock = [{ function = \"feeOf\", reason = \"x\" }]",
            "PRX-PLAN-010 facet Payments: `no_lock` names `feeOf(address)`: it only reads",
        ),
        (
            "no_lock = [{ function = \"pay\", reason = \"x\" }, { function = \"pay\", reason = \"y\" }]",
            "PRX-PLAN-010 facet Payments: `no_lock` names `pay`: it is there twice",
        ),
        (
            "exclude = [\"pay\"]\ncold = [\"pay\"]",
            "PRX-PLAN-010 facet Payments: `cold` names `pay`: it is excluded",
        ),
        ("exclude = [\"pay\", \"setFee\", \"feeOf\"]", "PRX-PLAN-013 facet Payments has no function left"),
        ("args = [\"{{owner}}\"]", "PRX-PLAN-014 facet Payments: its arguments name `{{owner}}`"),
        ("args = [\"1\"]", "PRX-ART-040 facet Payments"),
    ] {
        let told = with(rest);
        assert!(told.starts_with(expected), "\n  told: {told}\nwanted: {expected}");
    }
}

#[test]
fn selectors_that_are_duplicate_colliding_or_reserved_are_refused_naming_both_functions() {
    let mut fixture = Fixture::new();
    fixture.contract("Twin", &["pay(address,uint256)"]);
    // Two signatures, one selector: 0x42966c68.
    fixture.contract("Burner", &["burn(uint256)"]);
    fixture.contract("Collider", &["collate_propagate_storage(bytes16)"]);
    fixture.contract("Loupe", &["facets() view"]);
    let told = |names: &[&str]| {
        let facets: Vec<_> = names.iter().map(|n| Fixture::facet(n, "")).collect();
        let error = fixture.plan_of(&facets).unwrap_err();
        format!("{} {error}", error.code())
    };
    assert_eq!(
        told(&["Payments", "Twin"]),
        "PRX-PLAN-007 `Payments.pay(address,uint256)` and `Twin.pay(address,uint256)` have the same selector 0x6d4ce63c"
            .replace("0x6d4ce63c", &Selector::of("pay(address,uint256)").to_string())
    );
    assert!(told(&["Burner", "Collider"]).starts_with(
        "PRX-PLAN-007 `Burner.burn(uint256)` and `Collider.collate_propagate_storage(bytes16)`"
    ));
    assert!(told(&["Loupe"]).starts_with("PRX-PLAN-008 facet Loupe: `facets()`"));
    let twice = fixture.plan_text(&format!(
        "version = 1\nname = \"test\"\n{}[[facets]]\nname = \"Again\"\ncontract = \"src/Payments.sol:Payments\"\n",
        Fixture::facet("Payments", "exclude = [\"pay\"]"),
    ));
    assert_eq!(twice.unwrap_err().code().0, "PRX-PLAN-011");
    let facets = [Fixture::facet("Payments", "receive = true"), Fixture::facet("Accounts", "receive = true")];
    assert_eq!(fixture.plan_of(&facets).unwrap_err().code().0, "PRX-PLAN-012");
}

#[test]
fn more_than_512_hot_routes_are_refused_and_cold_ones_are_not() {
    let mut fixture = Fixture::new();
    let functions: Vec<_> = (0..513).map(|i| format!("f{i}()")).collect();
    fixture.contract("Wide", &functions.iter().map(String::as_str).collect::<Vec<_>>());
    let hot = fixture.plan_of(&[Fixture::facet("Wide", "")]).unwrap_err();
    assert_eq!(
        format!("{} {hot}", hot.code()),
        "PRX-PLAN-022 these facets make no manifest: 513 hot routes: at most 512 fit into one exchange; mark rarely called ones `cold`"
    );
    assert_eq!(expect(fixture.plan_of(&[Fixture::facet("Wide", "cold = true")])).routes.len(), 513);
    assert_eq!(
        expect(fixture.plan_of(&[Fixture::facet("Wide", "cold = [\"f0()\", \"f1()\"]")])).routes.len(),
        513
    );
}

#[test]
fn code_that_is_too_large_empty_malformed_or_of_another_compiler_is_refused() {
    let mut fixture = Fixture::new();
    fixture.artifact("Large", &["f()"], &[0x5b; 24_577], "0.8.30+commit.73712a01");
    fixture.artifact("Eof", &["f()"], &[0xef, 0], "0.8.30+commit.73712a01");
    fixture.artifact("Old", &["f()"], &runtime("Old"), "0.8.29+commit.ab55807c");
    fixture.contract("Mute", &[]);
    let told = |name: &str| {
        let error = fixture.plan_of(&[Fixture::facet(name, "")]).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        (error.code().0, error.exit())
    };
    assert_eq!(told("Large"), ("PRX-ART-032", ExitCode::BadInput));
    assert_eq!(told("Eof"), ("PRX-PLAN-018", ExitCode::BadInput));
    assert_eq!(told("Old"), ("PRX-ART-036", ExitCode::Refused));
    assert_eq!(told("Mute"), ("PRX-ART-031", ExitCode::BadInput));
}

/// Leaves one byte more than the artifact says.
struct Lying;

impl payrox_plan::Constructor for Lying {
    fn runtime_code(&self, creation: &payrox_plan::Creation) -> Result<alloy_primitives::Bytes, String> {
        let code = Returning.runtime_code(creation)?;
        match creation.label.as_str() {
            "facet Payments" => Ok([code.as_ref(), &[0]].concat().into()),
            "facet Accounts" => Err("Refused(\u{1b}[31m)".into()),
            _ => Ok(code),
        }
    }
}

#[test]
fn a_constructor_that_fails_or_leaves_other_code_is_refused() {
    let fixture = Fixture::new();
    let told = |name: &str| {
        let text = format!("version = 1\nname = \"test\"\n{}", Fixture::facet(name, ""));
        let error = fixture.plan_with(&text, &Lying).unwrap_err();
        format!("{} {error}", error.code())
    };
    assert_eq!(
        told("Payments"),
        "PRX-PLAN-017 facet Payments: its constructor leaves other code than its artifact has"
    );
    assert_eq!(told("Accounts"), "PRX-PLAN-016 facet Accounts: its constructor fails: Refused(\\u{1b}[31m)");
}

#[test]
fn init_runs_in_its_epoch_only() {
    let mut fixture = Fixture::new();
    fixture.contract("Init", &["init(address)"]);
    let text = |epoch: &str| {
        format!(
            "version = 1\nname = \"test\"\n[init]\ncontract = \"src/Init.sol:Init\"\ncall = \"init(address)\"\nargs = [\"{{{{router}}}}\"]\n{epoch}\n{}",
            Fixture::facet("Payments", "")
        )
    };
    let plan = expect(fixture.plan_text(&text("")));
    let init = plan.init.clone().unwrap();
    assert_eq!(&init.data[16..36], plan.addresses.router.as_slice());
    assert_eq!((plan.onchain.init_target, plan.onchain.init_code_hash), (init.target, init.code_hash));
    assert!(plan.steps.iter().any(|s| s.name == "init Init"
        && matches!(s.effect, Effect::Code { address, .. } if address == init.target)));
    plan.check().unwrap();
    assert_eq!(fixture.plan_text(&text("epoch = 2")).unwrap_err().code().0, "PRX-PLAN-021");
    fixture.activate(&plan);
    assert!(matches!(fixture.plan_text(&text("")).unwrap(), PlanOutcome::NoChanges { .. }));
    let again = expect(fixture.plan_text(&text("epoch = 2")));
    assert_eq!(again.epoch, Epoch(2));
    assert!(again.changes.is_empty() && again.init.is_some());
}

#[test]
fn a_network_that_appoints_the_system_itself_or_names_a_stray_facet_is_refused() {
    let mut fixture = Fixture::new();
    fixture.network = "test".into();
    let planned = Fixture::new().planned();
    let write = |text: &str| {
        let path = fixture.dir.path().join("networks/test.toml");
        payrox_files::write_atomic(
            &path,
            format!("version = 1\nname = \"test\"\nchain_id = 31338\n{text}").as_bytes(),
        )
        .unwrap();
        fixture.plan_of(&Fixture::project()).unwrap_err().code().0
    };
    let owner = planned.addresses.factory.to_checksum(None);
    assert_eq!(write(&format!("[roles]\nowner = \"{owner}\"")), "PRX-PLAN-019");
    let owner = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    assert_eq!(write(&format!("[roles]\nowner = \"{owner}\"\n[args]\nNobody = []")), "PRX-PLAN-015");
}

#[test]
fn a_name_of_more_than_a_word_is_refused() {
    let fixture = Fixture::new();
    let text = format!("version = 1\nname = \"{}\"\n{}", "a".repeat(33), Fixture::facet("Payments", ""));
    assert!(matches!(fixture.plan_text(&text), Err(PlanError::LongName(_))));
}
