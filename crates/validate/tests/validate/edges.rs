//! Where a rule's limit lies: at it, and one beside it.

use crate::world::{World, example, function};
use alloy_json_abi::Function;
use alloy_primitives::{Address, B256, Bytes, U256, address};
use payrox_artifacts::layout::{Field, Layouts, Type};
use payrox_config::{Required, StorageMode};
use payrox_model::{CodeHash, Gas, Verdict, limits};
use payrox_plan::InitPart;
use payrox_validate::{OwnerSeen, Part, Phase, Seen, Subject, Validation, run};

fn layouts() -> Layouts {
    let source = payrox_artifacts::Source::at(&example().join("out"));
    Layouts::read(&Layouts::beside(&source)).unwrap().unwrap()
}

/// Code and subject of what some phases find, and the worst of their verdicts.
fn judged(world: &World, phases: &[Phase], layouts: Option<&Layouts>) -> (Vec<String>, Verdict) {
    let report = run(phases, &Subject { layouts, ..world.subject() });
    let found =
        report.findings().map(|f| format!("{} {}", f.code.0.trim_start_matches("PRX-VAL-"), f.subject));
    (found.collect(), report.verdict())
}

fn summary(world: &World, check: &str) -> String {
    world.run().checks.iter().find(|c| c.name == check).unwrap().summary.clone()
}

#[test]
fn prx_v05_a_demanded_function_whose_selector_another_function_has_is_not_there() {
    let mut world = World::with_functions("Refunds", &[function("gasprice_bit_ether(int128)")]);
    let text = "function transferFrom(address,address,uint256) returns (bool)";
    world.project.policy.required =
        vec![Required { text: text.into(), function: Function::parse(text).unwrap() }];
    let found: Vec<_> = world.run().findings().map(|f| format!("{} {}", f.code, f.evidence)).collect();
    assert!(
        found.contains(&"PRX-VAL-031 its selector answers as `gasprice_bit_ether(int128)`".to_owned()),
        "{found:?}"
    );
}

#[test]
fn prx_v05_what_is_broken_is_broken_although_something_else_is_unknown() {
    let mut world = World::clean();
    let live = world.deploy();
    live.unknown.push("0x01".into());
    assert_eq!(judged(&world, &[Phase::Abi], None), (vec!["037 0x01".into()], Verdict::Unknown));
    let gone = alloy_json_abi::Event::parse("event Gone(uint256 indexed id)").unwrap();
    let abi = world.baseline.as_mut().unwrap().abi.values_mut().next().unwrap();
    abi.events.insert("Gone".into(), vec![gone]);
    assert_eq!(judged(&world, &[Phase::Abi], None).1, Verdict::Fail);
}

#[test]
fn prx_v06_room_that_is_just_enough_is_enough() {
    let mut world = World::clean();
    let name = world.plan.facets[0].name.clone();
    // 24,576 - 19,661 = 4,915 bytes are 19.99 hundredths of it.
    world.code.insert(name.clone(), Bytes::from(vec![0; 19_661]));
    world.project.policy.headroom.value = 19;
    assert!(world.found().is_empty());
    world.project.policy.headroom.value = 20;
    assert_eq!(world.found(), [format!("PRX-VAL-043 {name}")]);
    assert!(summary(&world, "size: code").ends_with(&format!("the tightest is {name} with 19 % free")));
    // The nearer of two limits counts: code that is over one is not warned of, too.
    world.code.insert(name.clone(), Bytes::from(vec![0; limits::RUNTIME_CODE + 1]));
    assert_eq!(world.found(), [format!("PRX-VAL-040 {name}")]);
}

#[test]
fn prx_v06_arguments_are_a_part_of_init_code_and_calldata_of_what_a_transaction_takes_at_least() {
    let world = World::clean();
    let validation = Validation::new(crate::reports::about(&world), &[], &[], Some(&world.subject()));
    let facet = world.plan.facets.iter().find(|facet| facet.constructor_args.len() == 32).unwrap();
    let settings = world.project.facet(&facet.name).unwrap();
    let contract = world.artifacts.get(&settings.contract.to_string()).unwrap();
    let size = validation.sizes.iter().find(|size| size.contract == facet.name.as_str()).unwrap();
    assert_eq!(size.init_code, contract.creation.len() as u64 + 32);
    assert_eq!(size.runtime, Some(world.code[&facet.name].len() as u64));
    let names: Vec<_> = validation.sizes.iter().take(13).map(|size| size.contract.as_str()).collect();
    assert!(names.is_sorted() && names.len() == 13, "{names:?}");
    // Without a rehearsal: 21,000, 4 for each zero, 16 for each other byte.
    let mut world = World::clean();
    world.seen.rehearsed = None;
    world.plan.steps.retain(|step| step.name == "stage");
    world.plan.steps[0].call.as_mut().unwrap().data = Bytes::from_static(&[0, 0, 0, 1, 2]);
    assert_eq!(summary(&world, "size: transactions"), "1 transaction; stage takes the most with 21,044 gas");
    world.plan.steps[0].call = None;
    assert_eq!(summary(&world, "size: transactions"), "no transactions");
    // What was used may be less than that, where ether was given back.
    let mut world = World::clean();
    world.plan.steps.retain(|step| step.name == "stage");
    world.plan.steps[0].call.as_mut().unwrap().data = Bytes::from(vec![1; 1_000_000]);
    assert_eq!(
        summary(&world, "size: transactions"),
        "1 transaction; stage takes the most with 16,021,000 gas"
    );
}

#[test]
fn prx_v09_roles_at_the_limits_of_the_policy() {
    let mut world = World::clean();
    let address = world.plan.system.roles.owner;
    let seen =
        |is_contract, threshold| Some(OwnerSeen { address, is_contract, is_safe: is_contract, threshold });
    let roles = |world: &World| judged(world, &[Phase::Roles], None);
    // Only a number of signatures is demanded: an account of one key does not say it, and is not wrong for being one.
    world.network.policy.owner_is_contract = Some(false);
    world.network.policy.min_threshold = Some(2);
    assert_eq!(roles(&world), (vec![], Verdict::Unknown), "nobody looked");
    world.seen.owner = seen(true, Some(1));
    assert_eq!(roles(&world), (vec![format!("071 {address}")], Verdict::Fail));
    for enough in [2, 3] {
        world.seen.owner = seen(true, Some(enough));
        assert_eq!(roles(&world), (vec![], Verdict::Pass));
    }
    // Only a contract is demanded: how many must sign is its own affair.
    world.network.policy.owner_is_contract = Some(true);
    world.network.policy.min_threshold = None;
    world.seen.owner = seen(true, None);
    assert_eq!(roles(&world), (vec![], Verdict::Pass));
    world.network.policy.min_threshold = Some(1);
    assert_eq!(roles(&world), (vec![format!("075 {address}")], Verdict::Unknown));
    world.network.policy.min_threshold = None;
    world.plan.system.delay = 7_200;
    (world.network.policy.min_delay, world.network.policy.max_delay) = (Some(7_200), Some(7_200));
    assert_eq!(roles(&world), (vec![], Verdict::Pass));
    for (least, most) in [(7_201, 9_000), (1, 7_199)] {
        (world.network.policy.min_delay, world.network.policy.max_delay) = (Some(least), Some(most));
        assert_eq!(roles(&world), (vec!["074 delay".into()], Verdict::Fail));
    }
}

#[test]
fn prx_p05_what_an_init_contract_leaves_is_for_people_to_judge() {
    let mut world = World::clean();
    let back = |world: &World| judged(world, &[Phase::Rollback], None);
    let at = world.rehearsed().steps.iter().position(|step| step.part == Part::WayBack).unwrap();
    world.rehearsed().steps[at].gas = Some(Gas(limits::TX_GAS));
    assert_eq!(back(&world), (vec![], Verdict::Pass), "the limit itself is allowed");
    let target = Address::ZERO;
    let part =
        InitPart { contract: "Init".into(), target, code_hash: CodeHash(B256::ZERO), data: Bytes::new() };
    world.plan.init = Some(part);
    assert_eq!(back(&world), (vec![], Verdict::Pass), "it left nothing");
    world.rehearsed().differences.push("slot 0x07 of the router".into());
    assert_eq!(back(&world), (vec!["082 slot 0x07 of the router".into()], Verdict::Unknown));
    world.rehearsed().steps[at].failure = Some("it reverts: no".into());
    assert_eq!(back(&world).1, Verdict::Fail);
    world.rehearsed().steps[at].failure = None;
    world.plan.init = None;
    assert_eq!(back(&world).1, Verdict::Fail, "without one it is wrong");
    world.rehearsed().steps.retain(|step| step.part != Part::WayBack);
    assert_eq!(back(&world), (vec![], Verdict::Unknown), "nobody came to it");
}

#[test]
fn prx_v08_a_plan_of_which_all_is_true_already_has_nothing_to_run() {
    let mut world = World::clean();
    world.rehearsed().steps.retain(|step| step.part != Part::Plan);
    assert_eq!(summary(&world, "deploy: the plan"), "everything is true already");
    world.rehearsed().steps.clear();
    assert_eq!(judged(&world, &[Phase::Deploy], None).1, Verdict::Unknown, "nothing was stopped and started");
}

/// One facet's code is this, and that of all others is empty.
fn coded(code: &[u8]) -> World {
    let mut world = World::clean();
    world.code.values_mut().for_each(|code| *code = Bytes::from_static(&[0]));
    world.code.insert("Payments".parse().unwrap(), Bytes::copy_from_slice(code));
    world
}

#[test]
fn prx_v11_code_that_begins_with_ef_is_found_whatever_made_it() {
    let world = coded(&[0xef, 0x00]);
    assert_eq!(judged(&world, &[Phase::Code], None), (vec!["204 Payments".into()], Verdict::Fail));
}

#[test]
fn prx_v09_an_account_of_everybody_is_allowed_on_the_embedded_chain_or_where_somebody_lists_it() {
    let known = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    let mut world = coded(&[&[0x73][..], known.as_slice(), &[0x50]].concat());
    let found = |world: &World| judged(world, &[Phase::Source], None).0;
    assert_eq!(found(&world), [format!("310 Payments {known}")], "here it is an address as any other");
    world.network.local = false;
    assert_eq!(found(&world), [format!("311 Payments {known}")]);
    world.network.allowed_addresses.insert(known);
    assert_eq!(found(&world), [""; 0]);
    world.network.local = true;
    assert_eq!(found(&world), [""; 0]);
    let token = address!("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
    let mut world = coded(&[&[0x73][..], token.as_slice(), &[0x50]].concat());
    world.network.local = false;
    assert_eq!(found(&world), [format!("310 Payments {token}")]);
}

#[test]
fn prx_v09_a_compiler_that_is_not_the_pinned_one() {
    let mut world = World::clean();
    world.project.compiler.version.value = "0.8.29".into();
    let found = judged(&world, &[Phase::Source], None).0;
    assert_eq!(found.len(), 13, "each facet once, and none for differing from another: {found:?}");
    assert!(found.iter().all(|finding| finding.starts_with("300 ")), "{found:?}");
}

fn variable(name: &str, slot: u64, offset: u8, ty: &str) -> Field {
    Field { name: name.into(), slot: U256::from(slot), offset, ty: ty.into() }
}

/// The example's layouts, where some facets have these variables.
fn with(variables: &[(&str, Vec<Field>)]) -> Layouts {
    let mut layouts = layouts();
    let members = |names: &[&str]| names.iter().map(|name| variable(name, 0, 0, "word")).collect();
    let types = [
        ("word", Type::Value { bytes: 32 }),
        ("half", Type::Value { bytes: 16 }),
        ("long", Type::Array { base: "word".into(), length: Some(U256::from(3)), bytes: U256::from(96) }),
        ("struct A", Type::Struct { members: members(&["a"]), bytes: U256::from(32) }),
        ("struct B", Type::Struct { members: members(&["b"]), bytes: U256::from(32) }),
    ];
    layouts.types.extend(types.map(|(name, ty)| (name.to_owned(), ty)));
    for (facet, fields) in variables {
        let (_, layout) =
            layouts.contracts.iter_mut().find(|(name, _)| name.ends_with(&format!(":{facet}"))).unwrap();
        layout.storage.clone_from(fields);
    }
    layouts
}

#[test]
fn prx_v10_two_facets_may_stand_side_by_side_and_not_on_each_other() {
    let world = World::clean();
    let found = |one: Field, other: Field| {
        judged(&world, &[Phase::Storage], Some(&with(&[("Payments", vec![one]), ("Escrow", vec![other])]))).0
    };
    let shared = ["107 Escrow and Payments"];
    assert_eq!(found(variable("a", 0, 0, "half"), variable("b", 0, 16, "half")), [""; 0]);
    assert_eq!(found(variable("a", 0, 0, "word"), variable("b", 0, 16, "half")), shared);
    assert_eq!(found(variable("a", 0, 0, "long"), variable("b", 3, 0, "word")), [""; 0]);
    assert_eq!(found(variable("a", 0, 0, "long"), variable("b", 2, 0, "word")), shared);
    assert_eq!(found(variable("b", 2, 0, "word"), variable("a", 0, 0, "long")), shared);
    let own = with(&[("Payments", vec![variable("a", 0, 0, "word"), variable("b", 0, 0, "word")])]);
    assert_eq!(judged(&world, &[Phase::Storage], Some(&own)).0, [""; 0], "one facet alone is its own affair");
}

#[test]
fn prx_v10_facets_that_share_one_struct_have_that_and_nothing_else() {
    let mut world = World::clean();
    world.project.policy.storage.value = StorageMode::AppStorage;
    let report = |one: Vec<Field>, other: Vec<Field>| {
        let layouts = with(&[("Payments", one), ("Escrow", other)]);
        let report = run(&[Phase::Storage], &Subject { layouts: Some(&layouts), ..world.subject() });
        let check =
            report.checks.iter().find(|check| check.name == "storage: one struct at slot 0").unwrap().clone();
        let found: Vec<_> =
            check.findings.iter().map(|f| format!("{} {}: {}", f.code, f.subject, f.evidence)).collect();
        (check.summary, found)
    };
    let shared = |ty: &str| vec![variable("s", 0, 0, ty)];
    let stray = |name: &str| {
        format!(
            "PRX-VAL-120 Payments: it has the plain variable `{name}` beside the one struct at slot 0, or instead of it"
        )
    };
    assert_eq!(report(shared("struct A"), shared("struct A")), ("2 contracts with it".into(), vec![]));
    assert_eq!(report(vec![], vec![]), ("0 contracts with it".into(), vec![]));
    assert_eq!(report(shared("word"), shared("struct A")), ("1 contract with it".into(), vec![stray("s")]));
    assert_eq!(
        report(vec![variable("s", 1, 0, "struct A")], vec![]),
        ("0 contracts with it".into(), vec![stray("s")])
    );
    let beside = [shared("struct A"), vec![variable("n", 1, 0, "word")]].concat();
    assert_eq!(report(beside, vec![]).1, [stray("n")]);
    let twice = [shared("struct A"), vec![variable("t", 0, 0, "struct A")]].concat();
    assert_eq!(report(twice, vec![]).1, [stray("t")]);
    let (summary, found) = report(shared("struct A"), shared("struct B"));
    assert_eq!((summary.as_str(), found.len()), ("2 contracts with it", 1));
    assert!(
        found[0].starts_with("PRX-VAL-121 Escrow and Payments: ")
            || found[0].starts_with("PRX-VAL-121 Payments and Escrow: "),
        "{found:?}"
    );
}

#[test]
fn prx_v10_a_namespace_is_used_where_code_holds_a_slot_of_its_struct() {
    let mut layouts = layouts();
    let name = layouts.namespaces.keys().find(|name| name.contains("Escrow")).unwrap().clone();
    let ty = {
        let namespace = layouts.namespaces.get_mut(&name).unwrap();
        (namespace.declared, namespace.slot) = (None, Some(U256::from(1_000)));
        namespace.ty.clone()
    };
    let Some(Type::Struct { bytes, .. }) = layouts.types.get_mut(&ty) else { panic!("no struct") };
    *bytes = U256::from(96);
    for (slot, used) in [(999_u64, false), (1_000, true), (1_001, true), (1_003, true), (1_004, false)] {
        let mut world = World::clean();
        let push = [&[0x7f][..], &U256::from(slot).to_be_bytes::<32>(), &[0x50]].concat();
        world.code.values_mut().for_each(|code| *code = Bytes::from(push.clone()));
        let report = run(&[Phase::Storage], &Subject { layouts: Some(&layouts), ..world.subject() });
        let found: Vec<_> = report.findings().map(|f| format!("{} {}", f.code, f.evidence)).collect();
        assert_eq!(found.is_empty(), used, "{slot}: {found:?}");
        assert!(
            found.iter().all(|text| text.contains("no code of ") && text.contains("Escrow")),
            "{found:?}"
        );
    }
}

#[test]
fn prx_v01_without_layouts_nothing_is_said_of_storage() {
    let mut world = World::clean();
    assert_eq!(judged(&world, &[Phase::Storage], None).1, Verdict::Unknown);
    world.deploy();
    assert_eq!(
        judged(&world, &[Phase::Storage], Some(&layouts())),
        (vec![], Verdict::Unknown),
        "nor of what is live"
    );
    world.seen = Seen::default();
    assert_eq!(judged(&world, &[Phase::Gas], None), (vec![], Verdict::Unknown));
}
