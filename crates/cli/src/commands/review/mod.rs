//! `payrox review`: the plan made again from a commit, and what is signed.

mod folder;
mod output;

pub(crate) use folder::Sources;

use crate::{
    args::ReviewArgs,
    commands::{plan::summary, validate::today},
    context::Context,
    fault::CliFault,
    layouts, report,
    table::table,
};
use alloy_primitives::Address;
use payrox_chain::{DiamondQuery, diamond_snapshot};
use payrox_config::Network;
use payrox_execute::Sandbox;
use payrox_model::{BoxFault, Check, ExitCode, Root, text::escape, text::escape_json};
use payrox_plan::{Plan, standing_id};
use payrox_review::{
    Before, Made, Parts, Review, ReviewError, Safe, Served, StorageReview, Workplace, calls, compare,
    descriptors, earlier_layouts, facet_changes, recompute, signer_view, storage,
};
use std::path::PathBuf;

pub(crate) async fn review(args: &ReviewArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let file = args.file.clone().unwrap_or_else(|| context.plan_file());
    let plan = Plan::read(&file)?;
    let parent = args.parent.as_deref().map(Plan::read).transpose()?;
    let safe = safe(args)?;
    let mut inputs = vec![file.clone()];
    inputs.extend(args.parent.iter().chain(&args.from.bundle).chain(&args.from.solc).cloned());
    let pages: Vec<_> = args.markdown.iter().chain(&args.html).cloned().collect();
    output::refuse_inputs(&pages, &inputs)?;
    let sources = Sources::open(&args.from, context)?;
    let served = match &plan.diamond {
        Some(part) if !context.args.rpc_url.is_empty() => {
            Some(served(&sources, context, &plan, part.address).await?)
        }
        _ => None,
    };
    let made = make(&sources, context, &plan, parent.as_ref(), served.as_ref())?;
    let comparison = compare(&plan, &made, sources.place.pinned);
    let shown = calls(&plan, &made.artifacts);
    let signer = signer_view(&plan, &file, &shown, safe)?;
    let facets = match (&parent, plan.epoch.0) {
        (Some(parent), _) => Some(facet_changes(parent, &plan)),
        (None, 1) => Some(Vec::new()),
        (None, _) => None,
    };
    let (earlier, changed) = match &args.since {
        Some(since) => {
            let earlier = sources.earlier(since, args.from.modules.as_deref())?;
            let changed = earlier.as_ref().map(|earlier| sources.changed_since(earlier)).transpose()?;
            (earlier, Some(changed.unwrap_or_default()))
        }
        None => (None, None),
    };
    let storage = kept(context, &plan, &made, parent.as_ref(), earlier.as_ref());
    let review = Review::new(Parts {
        plan: &plan,
        made: &made,
        comparison,
        calls: shown,
        signer,
        source: sources.provenance.clone(),
        facets,
        sources: changed,
        storage,
    });
    let mut files = Vec::new();
    for (path, text) in
        [(&args.markdown, Review::markdown as fn(&Review) -> String), (&args.html, Review::html)]
    {
        files.extend(path.iter().map(|path| (path.clone(), text(&review))));
    }
    if let Some(folder) = &args.erc7730 {
        for (name, descriptor) in descriptors(&plan, &made.artifacts) {
            // A descriptor is text and numbers.
            let text = serde_json::to_string_pretty(&descriptor).unwrap_or_default();
            files.push((folder.join(name), format!("{}\n", escape_json(&text))));
        }
    }
    inputs.extend(made.files.iter().cloned());
    inputs.push(sources.place.root.join(&sources.place.config));
    inputs.push(made.compiler.path.clone());
    let written: Vec<_> = files.iter().map(|(path, _)| path.clone()).collect();
    output::refuse_inputs(&written, &inputs)?;
    for (path, text) in &files {
        payrox_files::write_derived(path, text.as_bytes())?;
    }
    Ok(show(context, &plan, &review, &written))
}

/// The plan again, by the compiler and in a chain that nobody else sees.
pub(crate) fn make(
    sources: &Sources,
    context: &Context<'_>,
    plan: &Plan,
    parent: Option<&Plan>,
    served: Option<&Served>,
) -> Result<Made, BoxFault> {
    let sandbox = Sandbox::empty(plan.chain_id);
    let made = recompute(&sources.place, plan, parent, served, &sandbox, &mut |compiler| {
        context.printer.notice(&format!("compiling with {compiler}"));
    });
    Ok(made?)
}

/// What a diamond serves now, by the endpoints that `--rpc-url` names: those of the commit's own files are asked nothing.
async fn served(
    sources: &Sources,
    context: &Context<'_>,
    plan: &Plan,
    diamond: Address,
) -> Result<Served, BoxFault> {
    let network = Network::find_with(&sources.place.root, plan.network.as_str(), &|_| None)?;
    let connection = context.connect(&network)?;
    context.is_meant(&network, &connection.endpoint).await?;
    let query =
        DiamondQuery { diamond, addresses: Vec::new(), code: network.live.values().copied().collect() };
    let chain = diamond_snapshot(&connection.endpoint, &query).await?;
    let from = format!("{} at block {}, {}", connection.endpoint.shown(), chain.block, chain.block_hash);
    Ok(Served { chain, from })
}

/// What an upgrade does to what is kept: against the sources of the commit that is live, else against what the project's journal
/// kept when it was sent.
pub(crate) fn kept(
    context: &Context<'_>,
    plan: &Plan,
    made: &Made,
    parent: Option<&Plan>,
    earlier: Option<&Workplace>,
) -> (StorageReview, Check) {
    // Before a diamond's plan is a root: of the plan that led there, or of the project that was the same.
    let ids = match &plan.diamond {
        Some(part) => {
            let same = standing_id(plan.chain_id, part.address, Root(plan.parent.0));
            parent.map(|parent| parent.plan_id).into_iter().chain([same]).collect()
        }
        None => vec![plan.parent],
    };
    let journal = || {
        let mut found = Ok(None);
        for id in &ids {
            if matches!(found, Ok(None)) {
                found = layouts::kept(context, plan.chain_id, *id);
            }
        }
        found
    };
    let before = || match (earlier, parent) {
        (Some(earlier), Some(parent)) => {
            let layouts = earlier_layouts(earlier, parent, &mut |compiler| {
                context.printer.notice(&format!("compiling the commit before with {compiler}"));
            });
            let from = format!("commit {}", earlier.commit.as_deref().unwrap_or_default());
            layouts.map_or_else(Before::Unknown, |layouts| Before::Known { layouts, from })
        }
        (earlier, _) => match journal() {
            Ok(Some(layouts)) => Before::Known { layouts, from: "the journal".into() },
            Ok(None) if earlier.is_some() => {
                Before::Unknown("pass --parent with the plan that is active".into())
            }
            Ok(None) => {
                let why = "pass --since with the commit that is live, and --parent with its plan";
                Before::Unknown(why.into())
            }
            Err(error) => Before::Unknown(error.to_string()),
        },
    };
    storage(plan, made, parent, before, Some(today()))
}

fn safe(args: &ReviewArgs) -> Result<Option<Safe>, BoxFault> {
    let (Some(text), Some(nonce)) = (&args.safe, args.safe_nonce) else { return Ok(None) };
    let version = args.safe_version.parse()?;
    let address = Address::parse_checksummed(text, None).map_err(|_| {
        let what = match text.parse::<Address>() {
            Ok(address) => {
                format!("address has no valid checksum: it would be {}", address.to_checksum(None))
            }
            Err(_) => format!("address `{}` is none", escape(&text.chars().take(80).collect::<String>())),
        };
        ReviewError::Safe { what }
    })?;
    Ok(Some(Safe { address, nonce, version }))
}

fn show(context: &Context<'_>, plan: &Plan, review: &Review, written: &[PathBuf]) -> ExitCode {
    let printer = context.printer;
    let report = review.report();
    let signer = &review.signer;
    let mut storage = review.storage.summary();
    let rows = review.storage.rows();
    if !rows.is_empty() {
        storage
            .push_str(&format!("\n\n{}", table(["change", "facets", "variable", "before", "after"], rows)));
    }
    let typed = match (signer.domain_hash, signer.struct_hash) {
        (Some(domain), Some(message)) => format!("domain   {domain}\nmessage  {message}\n"),
        _ => String::new(),
    };
    let mut text = format!(
        "{}\n\n{}\n\n{storage}\n\n{typed}plan id  {}",
        summary(plan),
        report::checks(&report, printer.paint()),
        plan.plan_id,
    );
    for transaction in &signer.safe {
        text.push_str(&format!(
            "\n\n{} at nonce {} of Safe {}\ndomain   {}\nmessage  {}\nsigned   {}",
            transaction.step,
            transaction.nonce,
            transaction.safe,
            transaction.domain_hash,
            transaction.message_hash,
            transaction.safe_tx_hash
        ));
    }
    for file in written.iter().take(2) {
        text.push_str(&format!("\n\nwrote {}", escape(&file.display().to_string())));
    }
    if written.len() > 2 {
        text.push_str(&format!(" and {} more files", written.len() - 2));
    }
    printer.result(&text);
    printer.document(review);
    report::exit(&report)
}

/// A usage that clap cannot see.
pub(crate) fn usage(text: &str, hint: &str) -> BoxFault {
    CliFault::Usage { text: text.to_owned(), hint: Some(hint.to_owned()) }.into()
}
