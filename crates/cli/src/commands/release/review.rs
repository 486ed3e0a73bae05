//! `payrox release review`: the plans of all networks made again from a commit, and the digest over them.

use crate::{
    args::ReleaseReviewArgs,
    commands::review::{Sources, kept, make},
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
    let earlier = match &args.since {
        Some(since) => sources.earlier(since, args.from.modules.as_deref())?,
        None => None,
    };
    let (mut plans, mut all, mut reviews) = (Vec::new(), Vec::new(), Vec::new());
    for part in &release.networks {
        let file = at(&folder.join("release"), &part.network);
        let plan = release.read_plan(&part.network, &file)?;
        let parent = match &args.parents {
            Some(parents) if plan.epoch.0 > 1 => Some(Plan::read(&at(parents, &part.network))?),
            _ => None,
        };
        let made = make(&sources, context, &plan, parent.as_ref(), None)?;
        let shown = calls(&plan, &made.artifacts);
        reviews.push(Review::new(Parts {
            comparison: compare(&plan, &made, sources.place.pinned),
            signer: signer_view(&plan, &file, &shown, None)?,
            calls: shown,
            source: sources.provenance.clone(),
            facets: parent.as_ref().map(|parent| facet_changes(parent, &plan)),
            sources: None,
            storage: kept(context, &plan, &made, parent.as_ref(), earlier.as_ref()),
            plan: &plan,
            made: &made,
        }));
        plans.push(plan);
        all.push(made);
    }
    let said = settings(args, &sources)?;
    let order = order(&release, &said);
    let digest = digest(&release, &plans, said_of(said, &release, &all), &all);
    Ok(show(context, &release, &reviews, vec![digest, order]))
}

/// What the commit says about networks, order and soak.
fn settings(args: &ReleaseReviewArgs, sources: &Sources) -> Result<ReleaseSettings, BoxFault> {
    let path = sources.place.root.join(args.file.as_deref().unwrap_or(Path::new("release.toml")));
    Ok(match args.file.is_some() || path.exists() {
        true => ReleaseSettings::load(&path)?,
        false => ReleaseSettings::default(),
    })
}

/// Whether the release goes where the commit says, and nobody is left out whom others should wait for.
fn order(release: &Release, said: &ReleaseSettings) -> Check {
    let has = |name: &&Name| release.network(name).is_some();
    let finding = |code: &'static str, severity, subject: &Name, evidence: &str, hint: &str| Finding {
        code: Code(code),
        severity,
        subject: subject.to_string(),
        evidence: evidence.to_owned(),
        hint: Some(hint.to_owned()),
    };
    let canaries = said.canary.iter().filter(|name| !has(name)).map(|name| {
        let evidence = "the commit's release.toml names it as a canary, and the release has it not: nobody would wait for it";
        finding(
            "PRX-REV-032",
            Severity::Error,
            name,
            evidence,
            "do not sign: ask why the release was made with --networks",
        )
    });
    let left_out = said.networks.difference(&said.canary).filter(|name| !has(name)).map(|name| {
        let evidence = "the commit's release.toml names it, and the release has it not";
        finding("PRX-REV-033", Severity::Warning, name, evidence, "ask whether it is meant to stay as it is")
    });
    let more = release.networks.iter().map(|part| &part.network);
    let more = more.filter(|name| !said.networks.is_empty() && !said.networks.contains(*name)).map(|name| {
        let evidence = "the release has it, and the commit's release.toml names it not";
        finding("PRX-REV-033", Severity::Warning, name, evidence, "ask who wants it there")
    });
    let findings: Vec<_> = canaries.chain(left_out).chain(more).collect();
    let wrong = findings.iter().any(|finding| finding.severity == Severity::Error);
    let named: std::collections::BTreeSet<_> = said.networks.union(&said.canary).collect();
    let summary = match named.len() {
        0 => "the commit names no network".to_owned(),
        all => format!("{} of {all} networks that the commit names", named.into_iter().filter(has).count()),
    };
    Check {
        name: "networks".into(),
        verdict: if wrong { Verdict::Fail } else { Verdict::Pass },
        summary,
        findings,
    }
}

/// The same as far as it is about the networks of the release, and what their own files demand.
fn said_of(mut settings: ReleaseSettings, release: &Release, all: &[Made]) -> ReleaseSettings {
    let names: std::collections::BTreeSet<_> = release.networks.iter().map(|n| n.network.clone()).collect();
    settings.canary.retain(|name| names.contains(name));
    settings.requires_passed_on.retain(|name, _| names.contains(name));
    settings.networks = names;
    for made in all.iter().filter(|made| !made.network.requires_passed_on.is_empty()) {
        let demanded = settings.requires_passed_on.entry(made.network.name.clone()).or_default();
        demanded.extend(made.network.requires_passed_on.iter().cloned());
    }
    settings
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

fn show(context: &Context<'_>, release: &Release, reviews: &[Review], mut checks: Vec<Check>) -> ExitCode {
    let printer = context.printer;
    for review in reviews {
        let own = review.checks.iter().cloned();
        checks.extend(own.map(|c| Check { name: format!("{} {}", review.network, c.name), ..c }));
    }
    let report = Report { checks };
    let storage: Vec<_> = reviews.iter().map(|r| format!("{}: {}", r.network, r.storage.summary())).collect();
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
        "{}\n\n{}\n\n{}\n\ndigest  {}",
        table(["network", "#chain", "#epoch", "plan", "values equal"], rows),
        report::checks(&report, printer.paint()),
        storage.join("\n"),
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
