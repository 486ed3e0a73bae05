//! Plans for a diamond: what leads from what it serves to what the project says, and back.

use crate::fixture::{Fixture, Returning, expect, runtime};
use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::SolCall as _;
use payrox_conforms::conforms;
use payrox_model::{DiamondState, Fault as _, Selector, diamond::IDiamond};
use payrox_plan::{Effect, Inverse, Plan, PlanError, PlanOutcome, ReadError, diamond_schema};
use serde_json::{Value, json};
use std::sync::LazyLock;

const DIAMOND: Address = Address::repeat_byte(0xd1);
const OWNER: Address = Address::repeat_byte(0x0e);
const OLD: Address = Address::repeat_byte(0x01);
const CUTTER: Address = Address::repeat_byte(0x02);
const CUT: &str = "diamondCut((address,uint8,bytes4[])[],address,bytes)";

/// A diamond that serves two functions of an older Payments, one of its own, and is cut by a facet without a source.
fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    let network = format!(
        "version = 1\nname = \"net\"\nchain_id = 31338\nrpc_url = [\"http://127.0.0.1:1\"]\ndiamond = \"{DIAMOND}\"\n[roles]\nowner = \"{OWNER}\"\n[live]\nPayments = \"{OLD}\"\nCutter = \"{CUTTER}\"\nOwn = \"{DIAMOND}\"\n"
    );
    let path = fixture.dir.path().join("networks/net.toml");
    payrox_files::write_atomic(&path, network.as_bytes()).unwrap();
    fixture.network = "net".into();
    let routes = [("pay(address,uint256)", OLD), ("legacy()", OLD), (CUT, CUTTER), ("owner()", DIAMOND)];
    let code = |address: Address, code: Vec<u8>| (address, Bytes::from(code));
    fixture.chain.diamond = Some(DiamondState {
        owner: Some(OWNER),
        owner_is_contract: false,
        routes: routes.map(|(signature, facet)| (Selector::of(signature), facet)).into(),
        code: [code(OLD, vec![1]), code(CUTTER, vec![2]), code(DIAMOND, vec![3])].into(),
        recorded: std::collections::BTreeMap::new(),
    });
    fixture
}

fn project(facets: &str, kept: &str) -> String {
    format!(
        "version = 1\nname = \"test\"\n[system]\ntarget = \"eip2535\"\n{facets}\n[[kept]]\nname = \"Cutter\"\nfunctions = [\"{CUT}\"]\n[[kept]]\nname = \"Own\"\nfunctions = [\"owner()\"]\n{kept}"
    )
}

fn planned(fixture: &Fixture) -> Plan {
    expect(fixture.plan_text(&project(&Fixture::facet("Payments", ""), "")))
}

fn refused(fixture: &Fixture, project: &str) -> &'static str {
    fixture.plan_text(project).unwrap_err().code().0
}

static PLAN: LazyLock<Plan> = LazyLock::new(|| planned(&fixture()));

#[test]
fn prx_o02_a_plan_for_a_diamond_reads_back_as_it_was_written_and_so_does_its_way_back() {
    assert_eq!(planned(&fixture()).to_json().unwrap(), PLAN.to_json().unwrap(), "twice the same");
    let back = PLAN.inverted().unwrap().unwrap();
    for plan in [&*PLAN, &back] {
        assert_eq!(Plan::from_json("p", &plan.to_json().unwrap()).unwrap(), *plan);
    }
    assert_eq!((back.root.0, back.parent.0), (PLAN.parent.0, PLAN.root.0));
    assert!(back.steps.iter().all(|step| step.call.is_none() || matches!(step.effect, Effect::Cut { .. })));
    let Inverse::CutBack { calls, root, .. } = &PLAN.inverse else { panic!("{:?}", PLAN.inverse) };
    let cuts = back.steps.iter().filter(|step| matches!(step.effect, Effect::Cut { .. }));
    assert_eq!(calls, &cuts.map(|step| step.call.clone().unwrap()).collect::<Vec<_>>());
    assert_eq!(root.0, PLAN.parent.0);
    let again = back.inverted().unwrap().unwrap();
    assert_eq!((again.root, again.parent), (PLAN.root, PLAN.parent));
}

#[test]
fn prx_o02_the_cut_is_what_differs_and_nothing_else() {
    let cut = PLAN.steps.last().unwrap();
    assert_eq!(cut.call.as_ref().unwrap().to, DIAMOND);
    let call = IDiamond::diamondCutCall::abi_decode(&cut.call.as_ref().unwrap().data).unwrap();
    let of = |selector: &str| Selector::of(selector).0;
    let mut all: Vec<_> = call
        ._diamondCut
        .iter()
        .flat_map(|cut| cut.functionSelectors.iter().map(move |s| (s.0, cut.action as u8)))
        .collect();
    all.sort_unstable();
    let mut wanted = [
        (of("pay(address,uint256)"), 1),
        (of("setFee(uint16)"), 0),
        (of("feeOf(address)"), 0),
        (of("legacy()"), 2),
    ];
    wanted.sort_unstable();
    assert_eq!(all, wanted);
    let kinds: Vec<_> = PLAN.changes.iter().map(|change| change.function()).collect();
    assert!(kinds.contains(&"0xa7f3f0d2"), "nobody knows the name of what goes: {kinds:?}");
}

#[test]
fn prx_o02_a_facet_stays_where_it_is_while_its_code_is_that_and_the_way_back_finds_it_there() {
    let mut fixture = fixture();
    // The compiler gives what stands at the adopted address.
    fixture.chain.diamond.as_mut().unwrap().code.insert(OLD, runtime("Payments").into());
    let plan = planned(&fixture);
    assert!(plan.steps.iter().all(|step| step.name != "facet Payments"), "{:?}", plan.steps);
    assert_eq!(plan.facets.iter().find(|f| f.name.as_str() == "Payments").unwrap().address, OLD);
    // It is no longer served, but it still stands there: it is proved, not brought again.
    let live = fixture.chain.diamond.as_mut().unwrap();
    live.routes.retain(|_, facet| *facet != OLD);
    let again = planned(&fixture);
    let step = again.steps.iter().find(|step| step.name == "facet Payments").unwrap();
    assert!(step.call.is_none(), "{step:?}");
    assert_eq!(Plan::from_json("p", &again.to_json().unwrap()).unwrap(), again);
}

#[test]
fn prx_o02_what_does_not_fit_into_one_transaction_is_several_cuts_and_reads_back() {
    let mut fixture = fixture();
    let functions: Vec<String> = (0..300).map(|i| format!("f{i}()")).collect();
    fixture.contract("Wide", &functions.iter().map(String::as_str).collect::<Vec<_>>());
    let plan = expect(fixture.plan_text(&project(&Fixture::facet("Wide", ""), "")));
    let cuts: Vec<_> = plan.steps.iter().filter(|step| matches!(step.effect, Effect::Cut { .. })).collect();
    assert_eq!(cuts.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["cut 1 of 2", "cut 2 of 2"]);
    assert_eq!(cuts[1].after, ["cut 1 of 2"]);
    assert_eq!(Plan::from_json("p", &plan.to_json().unwrap()).unwrap(), plan);
}

#[test]
fn prx_o02_what_no_plan_may_do_has_its_code() {
    let fixture = fixture();
    let pays = Fixture::facet("Payments", "");
    let own = "[[kept]]\nname = \"Own\"\nfunctions = [\"owner()\"]\n";
    let cutter = format!("[[kept]]\nname = \"Cutter\"\nfunctions = [\"{CUT}\"]\n");
    let good = project(&pays, "");
    for (project, code) in [
        (good.replace(own, ""), "PRX-PLAN-055"),
        (good.replace("\"owner()\"", "\"owner()\", \"mint()\""), "PRX-PLAN-055"),
        (good.replace(&cutter, ""), "PRX-PLAN-056"),
        (good.replace("\"owner()\"", "\"owner\""), "PRX-PLAN-054"),
        (project(&Fixture::facet("Payments", "cold = true"), ""), "PRX-PLAN-051"),
        (project(&pays, "[[kept]]\nname = \"Gone\"\nfunctions = [\"x()\"]\n"), "PRX-PLAN-052"),
        (
            project(&pays, "[init]\ncontract = \"src/Accounts.sol:Accounts\"\ncall = \"deposit()\"\n"),
            "PRX-PLAN-057",
        ),
    ] {
        assert_eq!(refused(&fixture, &project), code, "{project}");
    }
    let mut other = self::fixture();
    other.chain.diamond.as_mut().unwrap().owner = Some(OLD);
    assert_eq!(refused(&other, &good), "PRX-PLAN-059");
    let mut zero = self::fixture();
    zero.chain.diamond.as_mut().unwrap().routes.insert(Selector([0; 4]), OLD);
    assert_eq!(refused(&zero, &good), "PRX-PLAN-060", "a manifest has another use for it");
}

#[test]
fn prx_o02_an_init_belongs_to_the_routes_it_was_written_for() {
    let fixture = fixture();
    let root = fixture.chain.diamond.as_ref().unwrap().root();
    let init = |parent: &str| {
        format!(
            "[init]\ncontract = \"src/Accounts.sol:Accounts\"\ncall = \"deposit()\"\nparent = \"{parent}\"\n"
        )
    };
    let with = |parent: &str| project(&Fixture::facet("Payments", ""), &init(parent));
    let plan = expect(fixture.plan_text(&with(&root.to_string())));
    let cut = IDiamond::diamondCutCall::abi_decode(&plan.steps.last().unwrap().call.as_ref().unwrap().data)
        .unwrap();
    assert_eq!(
        (cut._init, cut._calldata.as_ref()),
        (plan.init.as_ref().unwrap().target, &Selector::of("deposit()").0[..])
    );
    assert!(matches!(plan.inverse, Inverse::CutBack { leaves_storage: true, .. }));
    assert_eq!(Plan::from_json("p", &plan.to_json().unwrap()).unwrap(), plan);
    assert_eq!(refused(&fixture, &with(&B256::ZERO.to_string())), "PRX-PLAN-057");
    // Nothing to cut: nothing would show whether it ran.
    let mut same = self::fixture();
    let live = same.chain.diamond.as_mut().unwrap();
    live.routes.retain(|_, facet| *facet != OLD);
    let root = live.root().to_string();
    let alone = project("", &init(&root));
    assert_eq!(refused(&same, &alone), "PRX-PLAN-058");
    let done = project("", &init(&B256::repeat_byte(1).to_string()));
    assert!(matches!(same.plan_with(&done, &Returning), Ok(PlanOutcome::NoChanges { .. })));
}

#[test]
fn prx_o02_a_forged_plan_with_a_good_hash_is_refused_part_by_part() {
    type Edit = fn(&mut Plan);
    let edits: [(&str, Edit); 18] = [
        ("owner of nobody", |p| p.system.delay = 1),
        ("guardian", |p| p.system.roles.guardians.push(OLD)),
        ("diamond", |p| p.diamond.as_mut().unwrap().address = OLD),
        ("addresses", |p| p.addresses.dispatcher = OLD),
        ("launcher", |p| p.addresses.launcher = OLD),
        ("parent", |p| p.parent.0 = B256::repeat_byte(1)),
        ("plan id", |p| p.plan_id.0 = B256::repeat_byte(1)),
        ("chain", |p| p.chain_id.0 += 1),
        ("root", |p| p.root.0 = B256::repeat_byte(1)),
        ("manifest", |p| p.manifest.address = OLD),
        ("epoch", |p| p.epoch.0 = 1),
        ("lacks", |p| p.diamond.as_mut().unwrap().lacks.truncate(7)),
        ("before", |p| drop(p.diamond.as_mut().unwrap().before.routes.pop())),
        ("cut", |p| p.steps.last_mut().unwrap().call.as_mut().unwrap().to = OLD),
        ("step", |p| drop(p.steps.pop())),
        ("inverse", |p| p.inverse = Inverse::PauseAndFreeze { calls: vec![] }),
        ("changes", |p| drop(p.changes.pop())),
        ("facet", |p| p.facets[0].salt.0 = B256::repeat_byte(1)),
    ];
    for (what, edit) in edits {
        let mut plan = PLAN.clone();
        edit(&mut plan);
        assert_ne!(plan, *PLAN, "{what}");
        plan.content_hash = plan.compute_content_hash().unwrap();
        let error = Plan::from_json("plan.json", &plan.to_json().unwrap()).unwrap_err();
        assert!(matches!(error, ReadError::Inconsistent { .. }), "{what}: {error}");
    }
}

#[test]
fn prx_o02_prx_b30_versions_and_kinds_go_together() {
    let mut first = PLAN.clone();
    first.version = 1;
    let mut bare = PLAN.clone();
    bare.diamond = None;
    for plan in [first, bare] {
        let error = Plan::from_json("p", &plan.to_json().unwrap()).unwrap_err();
        assert_eq!(error.code().0, "PRX-PLAN-035", "{error}");
    }
    // A plan of version 1 has not one byte more than before there were diamonds.
    let ours = Fixture::new().planned().to_json().unwrap();
    assert!(!ours.contains("\"diamond\"") && ours.contains("\"version\": 1"));
}

#[test]
fn prx_d04_the_schema_of_version_2_accepts_plans_for_diamonds_and_no_other() {
    let schema = diamond_schema();
    let valid = |value: &Value| conforms(&schema, value).is_ok();
    let value = |plan: &Plan| serde_json::from_str::<Value>(&plan.to_json().unwrap()).unwrap();
    let plan = value(&PLAN);
    assert!(valid(&plan));
    assert!(valid(&value(&PLAN.inverted().unwrap().unwrap())));
    assert!(!valid(&value(&Fixture::new().planned())));
    assert!(conforms(&payrox_plan::schema(), &plan).is_err());
    for field in plan.as_object().unwrap().keys() {
        let mut less = plan.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(!valid(&less), "{field}");
        let mut wrong = plan.clone();
        wrong[field] = json!({ "a": 1.5 });
        assert!(!valid(&wrong), "{field}");
    }
}

#[test]
fn a_project_for_a_diamond_on_a_network_without_one_says_so() {
    let mut fixture = fixture();
    fixture.network = "local".into();
    let error = fixture.plan_text(&project(&Fixture::facet("Payments", ""), "")).unwrap_err();
    assert!(matches!(error, PlanError::Diamond(_)), "{error}");
    assert_eq!(error.code().0, "PRX-PLAN-050");
}
