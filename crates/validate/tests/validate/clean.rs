//! Nothing is found where nothing is wrong.

use crate::{
    golden::same,
    world::{PHASES, World, example},
};
use payrox_artifacts::layout::Layouts;
use payrox_model::Verdict;
use payrox_validate::{Phase, Seen, Subject, run};

#[test]
fn prx_v01_the_clean_system_gives_no_finding_and_every_check_of_these_phases_passes() {
    let report = World::clean().run();
    assert_eq!(report.findings().collect::<Vec<_>>(), Vec::<&payrox_model::Finding>::new());
    for check in &report.checks {
        assert_eq!(check.verdict, Verdict::Pass, "{}: {}", check.name, check.summary);
    }
    assert_eq!(report.checks.len(), 15);
}

#[test]
fn prx_v01_without_what_must_be_run_elsewhere_checks_are_unknown_and_never_pass() {
    let world = World::clean();
    let nothing = Seen::default();
    let subject = Subject { seen: &nothing, ..world.subject() };
    let report = run(&PHASES, &subject);
    let unknown: Vec<_> =
        report.checks.iter().filter(|c| c.verdict == Verdict::Unknown).map(|c| c.name.as_str()).collect();
    assert_eq!(
        unknown,
        ["merkle: by the contract", "gas", "rollback", "deploy: the plan", "deploy: pause, forbid, freeze"]
    );
    assert_eq!(report.verdict(), Verdict::Unknown);
}

#[test]
fn prx_v01_phases_run_in_one_order_each_once_and_ready_checks_come_first() {
    let mut world = World::clean();
    let ready = payrox_model::Check {
        name: "size: elsewhere".into(),
        verdict: Verdict::Fail,
        summary: String::new(),
        findings: vec![],
    };
    world.seen.ready.insert(Phase::Size, vec![ready]);
    let report = run(&[Phase::Roles, Phase::Size, Phase::Roles], &world.subject());
    let names: Vec<_> = report.checks.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "size: elsewhere",
            "size: code",
            "size: transactions",
            "roles: owner",
            "roles: guardians, operators, delay"
        ]
    );
    assert_eq!(report.verdict(), Verdict::Fail);
}

/// Name, verdict and summary of every check of every phase, and what is found, as it is committed.
fn whole(world: &World, layouts: &Layouts) -> String {
    let subject = Subject { layouts: Some(layouts), ..world.subject() };
    let report = run(&Phase::ALL, &subject);
    let checks = report.checks.iter().map(|c| format!("{} {:?}: {}\n", c.name, c.verdict, c.summary));
    let found = report.findings().map(|f| format!("{} {}: {}\n", f.code, f.subject, f.evidence));
    checks.chain(found).collect()
}

#[test]
fn prx_v01_what_each_check_looked_at_in_the_example_is_as_it_is_committed() {
    let mut world = World::clean();
    let source = payrox_artifacts::Source::at(&example().join("out"));
    let layouts = Layouts::read(&Layouts::beside(&source)).unwrap().unwrap();
    same("example.txt", &whole(&world, &layouts));
    // The same release is live.
    let gas = world.rehearsed().routes.iter().map(|(route, gas)| (*route, gas.gas)).collect();
    let live = world.deploy();
    (live.layouts, live.gas) = (Some(layouts.clone()), gas);
    same("example_live.txt", &whole(&world, &layouts));
    // Nothing is known of any facet.
    world.code.clear();
    world.plan.facets.iter_mut().for_each(|facet| facet.name = format!("{}X", facet.name).parse().unwrap());
    same("example_unknown.txt", &whole(&world, &layouts));
}
