//! The storage of a hundred facets against a release that is live: as many as nobody has.

use payrox_artifacts::{ArtifactSet, Source, layout::Layouts, release};
use payrox_config::{Network, Project};
use payrox_execute::Sandbox;
use payrox_model::{ChainSnapshot, Verdict};
use payrox_plan::{Inputs, Plan, PlanOutcome, ReleaseCode, plan};
use payrox_validate::{Baseline, Phase, Seen, Subject, run};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

const FACETS: usize = 100;

fn main() {
    divan::main();
}

#[divan::bench]
fn storage_of_a_hundred_facets(bencher: divan::Bencher<'_, '_>) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments");
    let network = Network::find(&folder, "local").unwrap_or_else(|e| panic!("{e}"));
    let release = ReleaseCode::from(release());
    let (mut project, artifacts, mut plan) = example(&folder, &network, &release);
    multiply(&mut project, &mut plan);
    let layouts = Layouts::read(&Layouts::beside(&Source::at(&folder.join("out"))));
    let layouts = layouts.unwrap_or_else(|e| panic!("{e}"));
    let (code, seen) = (BTreeMap::new(), Seen::default());
    let baseline = Baseline { layouts: layouts.clone(), ..Baseline::default() };
    let subject = Subject {
        project: &project,
        network: &network,
        artifacts: &artifacts,
        plan: &plan,
        release: &release,
        code: &code,
        init: None,
        layouts: layouts.as_ref(),
        baseline: Some(&baseline),
        seen: &seen,
    };
    bencher.bench_local(|| {
        let report = run(&[Phase::Storage], &subject);
        assert_eq!(report.verdict(), Verdict::Pass, "{report:?}");
    });
}

fn example(folder: &Path, network: &Network, release: &ReleaseCode) -> (Project, ArtifactSet, Plan) {
    let project = Project::load(&folder.join("payrox.toml")).unwrap_or_else(|e| panic!("{e}"));
    let wanted: Vec<_> = project.facets.iter().map(|facet| facet.contract.to_string()).collect();
    let artifacts = ArtifactSet::read(&Source::at(&folder.join("out")), &wanted);
    let artifacts = artifacts.unwrap_or_else(|e| panic!("{e}"));
    let chain = &ChainSnapshot { chain_id: network.chain_id, ..ChainSnapshot::default() };
    let inputs = Inputs { project: &project, network, artifacts: &artifacts, release, chain, parent: None };
    match plan(inputs, &Sandbox::empty(network.chain_id)) {
        Ok(PlanOutcome::Planned(plan)) => (project, artifacts, plan),
        other => panic!("{other:?}"),
    }
}

/// The example's facets over and over, under other names.
fn multiply(project: &mut Project, plan: &mut Plan) {
    let (planned, settings) = (plan.facets.clone(), project.facets.clone());
    for n in 0..FACETS - planned.len() {
        let mut facet = planned[n % planned.len()].clone();
        let Some(mut setting) = settings.iter().find(|setting| setting.name == facet.name).cloned() else {
            panic!("{} is in no project file", facet.name)
        };
        facet.name = format!("{}{n}", facet.name).parse().unwrap_or_else(|e| panic!("{e}"));
        setting.name = format!("{}{n}", setting.name).parse().unwrap_or_else(|e| panic!("{e}"));
        plan.facets.push(facet);
        project.facets.push(setting);
    }
}
