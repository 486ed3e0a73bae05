//! As many facets as nobody has, in the time that somebody waits.

use crate::{case::Case, chain::Chain};
use payrox_artifacts::{ArtifactSet, Source, layout::Layouts, release};
use payrox_config::{Network, Project};
use payrox_model::{ChainSnapshot, Verdict};
use payrox_plan::{Inputs, PlanOutcome, ReleaseCode, plan};
use payrox_validate::{Baseline, Phase, Seen, Subject, run};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

#[test]
fn prx_v10_the_storage_of_a_hundred_facets_is_judged_within_a_second() {
    let folder = Case::folder().join("../../examples/payments");
    let mut project = Project::load(&folder.join("payrox.toml")).unwrap();
    let network = Network::find(&folder, "local").unwrap();
    let source = Source::at(&folder.join("out"));
    let wanted: Vec<_> = project.facets.iter().map(|facet| facet.contract.to_string()).collect();
    let artifacts = ArtifactSet::read(&source, &wanted).unwrap();
    let release = ReleaseCode::from(release());
    let snapshot = ChainSnapshot { chain_id: network.chain_id, ..ChainSnapshot::default() };
    let inputs = Inputs {
        project: &project,
        network: &network,
        artifacts: &artifacts,
        release: &release,
        chain: &snapshot,
        parent: None,
    };
    let PlanOutcome::Planned(mut plan) = plan(inputs, &Chain::new()).unwrap() else { panic!("no plan") };
    let (planned, settings) = (plan.facets.clone(), project.facets.clone());
    for n in 0..100 - planned.len() {
        let mut facet = planned[n % planned.len()].clone();
        let mut setting = settings.iter().find(|setting| setting.name == facet.name).unwrap().clone();
        facet.name = format!("{}{n}", facet.name).parse().unwrap();
        setting.name = format!("{}{n}", setting.name).parse().unwrap();
        plan.facets.push(facet);
        project.facets.push(setting);
    }
    let layouts = Layouts::read(&Layouts::beside(&source)).unwrap().unwrap();
    let baseline = Baseline { layouts: Some(layouts.clone()), ..Baseline::default() };
    let subject = Subject {
        project: &project,
        network: &network,
        artifacts: &artifacts,
        plan: &plan,
        release: &release,
        code: &BTreeMap::new(),
        layouts: Some(&layouts),
        baseline: Some(&baseline),
        seen: &Seen::default(),
    };
    let started = Instant::now();
    let report = run(&[Phase::Storage], &subject);
    let took = started.elapsed();
    println!("{} facets in {took:?}", plan.facets.len());
    assert_eq!(report.verdict(), Verdict::Pass, "{report:?}");
    assert!(took < Duration::from_secs(1), "{took:?}");
}
