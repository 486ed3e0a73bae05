//! Selectors, ABIs, sizes.

use crate::world::{World, function};
use alloy_json_abi::{Function, StateMutability};
use alloy_primitives::Bytes;
use payrox_config::Required;
use payrox_model::{Gas, Selector, Verdict, limits};
use payrox_validate::Phase;

fn required(text: &str) -> Required {
    Required { text: text.into(), function: Function::parse(text).unwrap() }
}

#[test]
fn prx_v04_one_function_in_two_facets() {
    let world =
        World::with_functions_unplanned("Refunds", &[function("quote(uint256) view returns (uint256)")]);
    assert_eq!(world.found(), ["PRX-VAL-020 Refunds.quote(uint256)"]);
}

#[test]
fn prx_v04_an_excluded_function_collides_with_nothing() {
    let mut world =
        World::with_functions_unplanned("Refunds", &[function("quote(uint256) view returns (uint256)")]);
    let refunds = world.project.facets.iter_mut().find(|f| f.name.as_str() == "Refunds").unwrap();
    refunds.exclude.push("quote(uint256)".into());
    assert!(world.found().is_empty());
}

#[test]
fn prx_v04_a_function_of_the_router_itself() {
    let mut world = World::clean();
    world.release.reserved.insert(Selector::of("fee()"), "fee()".into());
    assert_eq!(world.found(), ["PRX-VAL-021 Payments.fee()"]);
}

#[test]
fn prx_v04_another_function_with_the_selector_of_a_standard() {
    let world = World::with_functions("Refunds", &[function("gasprice_bit_ether(int128)")]);
    assert_eq!(world.found(), ["PRX-VAL-022 Refunds.gasprice_bit_ether(int128)"]);
}

#[test]
fn prx_v04_a_standards_function_that_returns_something_else_or_may_write() {
    let world = World::with_functions("Refunds", &[function("decimals() view returns (uint256)")]);
    assert_eq!(world.found(), ["PRX-VAL-023 Refunds.decimals()"]);
    let world =
        World::with_functions("Refunds", &[function("isValidSignature(bytes32,bytes) returns (bytes4)")]);
    assert_eq!(world.found(), ["PRX-VAL-023 Refunds.isValidSignature(bytes32,bytes)"]);
    let right = World::with_functions("Refunds", &[function("decimals() pure returns (uint8)")]);
    assert!(right.found().is_empty());
}

#[test]
fn prx_v04_a_facet_that_promises_a_power_it_has_not() {
    let world = World::with_functions("Refunds", &[function("transferOwnership(address)")]);
    assert_eq!(world.found(), ["PRX-VAL-024 Refunds.transferOwnership(address)"]);
    // Where the router answers it itself that is what is wrong, and all that is.
    let mut world = world;
    let own = "transferOwnership(address)";
    world.release.reserved.insert(Selector::of(own), own.into());
    assert_eq!(world.found(), ["PRX-VAL-021 Refunds.transferOwnership(address)"]);
}

#[test]
fn prx_v05_a_demanded_function_is_missing_or_of_another_shape() {
    let mut world = World::clean();
    world.project.policy.required = vec![
        required("function fee() view returns (uint16)"),
        required("function owner() view returns (address)"),
        required("function payEther(address,bytes32) payable returns (uint256)"),
    ];
    assert!(world.found().is_empty(), "{:?}", world.run().findings().collect::<Vec<_>>());
    for (text, code) in [
        ("function nothing()", "PRX-VAL-030"),
        ("function fee() view returns (uint256)", "PRX-VAL-031"),
        ("function setFee(uint16) view", "PRX-VAL-031"),
        ("function fee() payable returns (uint16)", "PRX-VAL-031"),
    ] {
        world.project.policy.required = vec![required(text)];
        assert_eq!(world.found(), [format!("{code} {text}")]);
    }
}

/// The deployed release had these changes, seen backwards.
fn deployed(change: impl Fn(&mut alloy_json_abi::JsonAbi)) -> Vec<String> {
    let mut world = World::clean();
    let baseline = world.deploy();
    change(baseline.abi.get_mut(&"Payments".parse().unwrap()).unwrap());
    world.found()
}

#[test]
fn prx_v05_what_is_deployed_and_unchanged_breaks_nothing() {
    assert!(deployed(|_| {}).is_empty());
}

#[test]
fn prx_v05_a_deployed_function_is_removed() {
    let mut world = World::clean();
    let baseline = world.deploy();
    let gone = Function::parse("function gone(uint256) returns (bool)").unwrap();
    baseline.routes.insert(Selector(gone.selector().0));
    let abi = baseline.abi.get_mut(&"Payments".parse().unwrap()).unwrap();
    abi.functions.insert("gone".into(), vec![gone]);
    assert_eq!(world.found(), ["PRX-VAL-032 Payments.gone(uint256)"]);
    // What was in the ABI and had no route is nobody's to miss.
    world.baseline.as_mut().unwrap().routes.remove(&Selector::of("gone(uint256)"));
    assert!(world.found().is_empty());
}

#[test]
fn prx_v05_a_route_goes_away_of_which_nobody_has_the_abi() {
    let mut world = World::clean();
    let gone = Selector::of("gone(uint256)");
    let baseline = world.deploy();
    baseline.routes.insert(gone);
    baseline.unknown.push("0x01".into());
    assert_eq!(world.found(), [format!("PRX-VAL-032 {gone}")]);
}

#[test]
fn prx_v05_a_deployed_function_returned_something_else_or_took_what_it_refuses_now() {
    let fee = |abi: &mut alloy_json_abi::JsonAbi| abi.functions.get_mut("fee").unwrap()[0].clone();
    assert_eq!(
        deployed(|abi| {
            let mut old = fee(abi);
            old.outputs[0].ty = "uint256".into();
            abi.functions.insert("fee".into(), vec![old]);
        }),
        ["PRX-VAL-033 Payments.fee()"]
    );
    assert_eq!(
        deployed(|abi| abi.functions.get_mut("setFee").unwrap()[0].state_mutability = StateMutability::View),
        ["PRX-VAL-034 Payments.setFee(uint16)"]
    );
    assert_eq!(
        deployed(
            |abi| abi.functions.get_mut("setFee").unwrap()[0].state_mutability = StateMutability::Payable
        ),
        ["PRX-VAL-034 Payments.setFee(uint16)"]
    );
    // A reader where a writer was serves those who called the writer.
    let looser = |abi: &mut alloy_json_abi::JsonAbi| {
        abi.functions.get_mut("fee").unwrap()[0].state_mutability = StateMutability::NonPayable;
    };
    assert!(deployed(looser).is_empty());
}

#[test]
fn prx_v05_an_event_that_nobody_declares_any_more_or_with_other_indexes() {
    assert_eq!(
        deployed(|abi| {
            let event = alloy_json_abi::Event::parse("event Gone(uint256 indexed id)").unwrap();
            abi.events.insert("Gone".into(), vec![event]);
        }),
        ["PRX-VAL-035 event Gone(uint256 indexed id)"]
    );
    let found = deployed(|abi| {
        let event = abi.events.values_mut().flatten().find(|e| e.inputs.iter().any(|i| i.indexed)).unwrap();
        event.inputs.iter_mut().for_each(|input| input.indexed = false);
    });
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("PRX-VAL-035 event "), "{found:?}");
}

#[test]
fn prx_v05_a_function_was_renamed_and_has_the_old_selector_by_chance() {
    let mut world = World::with_functions("Refunds", &[function("gasprice_bit_ether(int128)")]);
    let baseline = world.deploy();
    let abi = baseline.abi.get_mut(&"Refunds".parse().unwrap()).unwrap();
    abi.functions.remove("gasprice_bit_ether");
    let old = Function::parse("function transferFrom(address,address,uint256)").unwrap();
    abi.functions.insert("transferFrom".into(), vec![old]);
    let mut found = world.found();
    // Its selector is a standard's as well.
    found.retain(|finding| !finding.starts_with("PRX-VAL-022"));
    assert_eq!(found, ["PRX-VAL-036 Refunds.transferFrom(address,address,uint256)"]);
}

#[test]
fn prx_v05_without_records_of_what_is_deployed_nothing_is_said_about_it() {
    let mut world = World::clean();
    world.deploy().unknown.push("0x01".into());
    let report = world.run();
    let check = report.checks.iter().find(|c| c.name == "abi: against the deployed release").unwrap();
    assert_eq!(check.verdict, Verdict::Unknown);
}

#[test]
fn prx_v06_runtime_code_over_eip_170() {
    let mut world = World::clean();
    let name = world.plan.facets[0].name.clone();
    world.code.insert(name.clone(), Bytes::from(vec![0; limits::RUNTIME_CODE]));
    assert!(world.found().is_empty(), "the limit itself is allowed");
    world.code.insert(name.clone(), Bytes::from(vec![0; limits::RUNTIME_CODE + 1]));
    assert_eq!(world.found(), [format!("PRX-VAL-040 {name}")]);
}

#[test]
fn prx_v06_init_code_with_its_arguments_over_eip_3860() {
    let mut world = World::clean();
    world.plan.facets[0].constructor_args = Bytes::from(vec![0; limits::INIT_CODE]);
    assert_eq!(world.found(), [format!("PRX-VAL-041 {}", world.plan.facets[0].name)]);
}

#[test]
fn prx_v06_a_transaction_over_eip_7825() {
    let mut world = World::clean();
    let step = world.rehearsed().steps.iter_mut().find(|s| s.name == "activate").unwrap();
    step.gas = Some(Gas(limits::TX_GAS));
    assert!(world.found().is_empty(), "the limit itself is allowed");
    let step = world.rehearsed().steps.iter_mut().find(|s| s.name == "activate").unwrap();
    step.gas = Some(Gas(limits::TX_GAS + 1));
    assert_eq!(world.found(), ["PRX-VAL-042 activate"]);
}

#[test]
fn prx_v06_less_room_than_the_project_wants_is_a_warning() {
    let mut world = World::clean();
    let name = world.plan.facets[0].name.clone();
    world.project.policy.headroom.value = 20;
    world.code.insert(name.clone(), Bytes::from(vec![0; 20_000]));
    assert_eq!(world.found(), [format!("PRX-VAL-043 {name}")]);
    assert_eq!(world.run().verdict(), Verdict::Pass);
}

#[test]
fn prx_v05_a_live_function_that_no_record_names_is_missed_or_unknown_and_never_passed_over() {
    // The recorded ABI has a function less than the chain serves.
    let hide = |world: &mut World| {
        let abi = world.deploy().abi.get_mut(&"Payments".parse().unwrap()).unwrap();
        abi.functions.remove("fee").unwrap();
    };
    let mut world = World::clean();
    hide(&mut world);
    let fee = Selector::of("fee()");
    assert_eq!(world.found(), [format!("PRX-VAL-037 {fee}")]);
    assert_eq!(world.run().verdict(), Verdict::Unknown);
    // And the plan has no route for one that nobody recorded.
    let gone = Selector::of("gone(uint256)");
    world.baseline.as_mut().unwrap().routes.insert(gone);
    assert!(world.found().contains(&format!("PRX-VAL-032 {gone}")), "{:?}", world.found());
    assert_eq!(world.run().verdict(), Verdict::Fail);
}

#[test]
fn prx_v05_prx_v10_where_nobody_looked_at_what_is_deployed_nothing_is_said_of_it() {
    let mut world = World::clean();
    let verdicts = |world: &World| {
        let report = payrox_validate::run(&[Phase::Abi, Phase::Storage], &world.subject());
        let against = |check: &&payrox_model::Check| check.name.contains("against the deployed release");
        report.checks.iter().filter(against).map(|check| check.verdict).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&world), [Verdict::Pass; 2]);
    world.seen.blind = Some("prod names no endpoint".into());
    assert_eq!(verdicts(&world), [Verdict::Unknown; 2]);
}
