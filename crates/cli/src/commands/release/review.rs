//! `payrox release review`: the plans of all networks made again from a commit, and the digest over them.

use crate::{
    args::ReleaseReviewArgs,
    commands::review::{Sources, make},
    context::Context,
    passed::plan_file,
    report,
    table::table,
};
use payrox_config::ReleaseSettings;
use payrox_model::{
    BoxFault, Check, Code, ExitCode, Fault as _, Finding, Name, Report, Severity, Verdict, version,
};
use payrox_plan::{Plan, Release};
use payrox_review::{Made, Parts, Review, calls, compare, facet_changes, signer_view};
use serde_json::json;
use std::path::{Path, PathBuf};

pub(super) fn review(args: &ReleaseReviewArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let folder = args.plans.clone().unwrap_or_else(|| context.inside(Path::new("artifacts")));
    let release = Release::read(&folder.join("release.json"))?;
    let at = |folder: &Path, network: &Name| -> PathBuf {
        folder.join(plan_file(network).file_name().unwrap_or_default())
    };
    let sources = Sources::open(&args.from, context)?;
    let (mut plans, mut all, mut reviews) = (Vec::new(), Vec::new(), Vec::new());
    for part in &release.networks {
        let file = at(&folder.join("release"), &part.network);
        let plan = release.read_plan(&part.network, &file)?;
        let parent = match &args.parents {
            Some(parents) if plan.epoch.0 > 1 => Some(Plan::read(&at(parents, &part.network))?),
            _ => None,
        };
        let made = make(&sources, context, &plan, parent.as_ref())?;
        let shown = calls(&plan, &made.artifacts);
        reviews.push(Review::new(Parts {
            comparison: compare(&plan, &made, sources.place.pinned),
            signer: signer_view(&plan, &file, &shown, None)?,
            calls: shown,
            source: sources.provenance.clone(),
            facets: parent.as_ref().map(|parent| facet_changes(parent, &plan)),
            sources: None,
            plan: &plan,
            made: &made,
        }));
        plans.push(plan);
        all.push(made);
    }
    let settings = settings(args, &sources, &release, &all)?;
    let digest = digest(&release, &plans, settings, &all);
    Ok(show(context, &release, &reviews, digest))
}

/// What the commit says about order and soak, and what its networks demand.
fn settings(
    args: &ReleaseReviewArgs,
    sources: &Sources,
    release: &Release,
    all: &[Made],
) -> Result<ReleaseSettings, BoxFault> {
    let path = sources.place.root.join(args.file.as_deref().unwrap_or(Path::new("release.toml")));
    let mut settings = match args.file.is_some() || path.exists() {
        true => ReleaseSettings::load(&path)?,
        false => ReleaseSettings::default(),
    };
    let names: std::collections::BTreeSet<_> = release.networks.iter().map(|n| n.network.clone()).collect();
    settings.canary.retain(|name| names.contains(name));
    settings.requires_passed_on.retain(|name, _| names.contains(name));
    settings.networks = names;
    for made in all.iter().filter(|made| !made.network.requires_passed_on.is_empty()) {
        let demanded = settings.requires_passed_on.entry(made.network.name.clone()).or_default();
        demanded.extend(made.network.requires_passed_on.iter().cloned());
    }
    Ok(settings)
}

/// The release as the plans and the commit's settings make it.
fn digest(release: &Release, plans: &[Plan], settings: ReleaseSettings, all: &[Made]) -> Check {
    let refs: Vec<_> = plans.iter().collect();
    let named =
        |contract: &str, encoded: &[u8]| super::named_arguments(&all.first()?.artifacts, contract, encoded);
    let failed = release.follows_from(&refs, &settings, &named).err();
    let findings = failed.into_iter().map(|error| Finding {
        code: Code("PRX-REV-031"),
        severity: Severity::Error,
        subject: "release.json".into(),
        evidence: error.to_string(),
        hint: error.hint(),
    });
    let findings: Vec<_> = findings.collect();
    Check {
        name: "digest".into(),
        verdict: if findings.is_empty() { Verdict::Pass } else { Verdict::Fail },
        summary: format!("{} over {} plans", release.digest, plans.len()),
        findings,
    }
}

fn show(context: &Context<'_>, release: &Release, reviews: &[Review], digest: Check) -> ExitCode {
    let printer = context.printer;
    let mut checks = vec![digest];
    for review in reviews {
        let own = review.checks.iter().cloned();
        checks.extend(own.map(|c| Check { name: format!("{} {}", review.network, c.name), ..c }));
    }
    let report = Report { checks };
    let rows = reviews.iter().map(|r| {
        let equal = r.rows.iter().filter(|row| row.equal).count();
        [
            r.network.clone(),
            r.chain_id.to_string(),
            r.epoch.to_string(),
            r.plan_id.clone(),
            format!("{equal} of {}", r.rows.len()),
        ]
    });
    printer.result(&format!(
        "{}\n\n{}\n\ndigest  {}",
        table(["network", "#chain", "#epoch", "plan", "values equal"], rows),
        report::checks(&report, printer.paint()),
        release.digest
    ));
    printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": report.verdict(),
        "digest": release.digest,
        "checks": report.checks,
        "networks": reviews,
    }));
    report::exit(&report)
}
