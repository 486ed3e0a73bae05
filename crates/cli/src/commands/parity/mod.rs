//! `payrox parity [replay FILE]`.

mod meter;
mod replay;
mod scene;

use crate::{
    args::{ParityArgs, ParityVerb},
    context::{Context, path_word},
    printer::{Paint, Tone},
    report,
    table::table,
};
use meter::Meter;
use payrox_model::{
    BoxFault, Check, ExitCode, Report, Verdict,
    text::{escape, grouped},
    version,
};
use payrox_parity::{
    Case, Inputs, Options, Outcome, compare_releases_on, compare_routes_on, read_committed, read_corpus,
    write_corpus,
};
pub(super) use scene::Scene;
use serde_json::json;
use std::path::PathBuf;

/// Where cases are written, below the project's folder: they are for committing.
const CASES: &str = "parity";
/// Inputs of the project's own, for committing: a way to functions that nobody finds by chance in the runs that are made.
const OWN: &str = "parity/corpus.json";
/// What earlier runs found worth trying again.
const CORPUS: &str = ".payrox/parity/corpus.json";

/// Both comparisons, as data and as checks.
pub(crate) struct Compared {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) checks: Vec<Check>,
    pub(crate) cases: Vec<PathBuf>,
    /// Inputs that came from earlier runs.
    pub(crate) kept: usize,
}

pub(crate) async fn parity(args: &ParityArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    if let Some(ParityVerb::Replay(args)) = &args.verb {
        return replay::replay(args, context).await;
    }
    let scene = Scene::open(context, args.fork_block).await?;
    let compared = compare(args, context, &scene)?;
    let report = Report { checks: compared.checks.clone() };
    let exit = report::exit(&report);
    context.printer.result(&shown(args, &scene, &compared, &report, context.printer.paint()));
    context.printer.document(&json!({
        "version": version::OUTPUT,
        "outcome": report.verdict(),
        "seed": args.seed,
        "fuzzRuns": args.fuzz_runs,
        "corpus": compared.kept,
        "plan": scene.plan.content_hash,
        "ground": scene.ground,
        "comparisons": compared.outcomes.iter().map(|o| json!({
            "comparison": o.comparison, "runs": o.runs(), "routes": o.rows,
        })).collect::<Vec<_>>(),
        "cases": compared.cases.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "checks": report.checks,
        "exit": exit as u8,
    }));
    Ok(exit)
}

/// Compares, and writes cases and corpus.
pub(crate) fn compare(args: &ParityArgs, context: &Context<'_>, scene: &Scene) -> Result<Compared, BoxFault> {
    let system = &scene.system;
    let mut only = Vec::new();
    for wanted in &args.route {
        only.extend(system.find(wanted)?);
    }
    let options = Options { runs: args.fuzz_runs, seed: args.seed, only, ..Options::default() };
    // On a fork, every run tries the same: what it asks of the chain elsewhere is then known the next time.
    let corpus = scene.fork_block().is_none().then(|| context.inside(CORPUS.as_ref()));
    let mut kept = match &corpus {
        Some(corpus) if !args.fresh => read_corpus(corpus)?,
        _ => Inputs::new(),
    };
    for (route, own) in read_committed(&context.inside(OWN.as_ref()))? {
        let of = kept.entry(route).or_default();
        let new: Vec<_> = own.into_iter().filter(|calls| !of.contains(calls)).collect();
        of.extend(new);
    }
    let routes = if options.only.is_empty() { system.len() } else { options.only.len() };
    let sides = 1 + u64::from(scene.before.is_some());
    let meter = Meter::new(context, scene, sides * routes as u64 * options.runs);
    let made = |done| meter.tell(done);

    let mut outcomes = vec![compare_routes_on(system, &scene.chain, &kept, &options, &made)?];
    if let Some(before) = &scene.before {
        outcomes.push(compare_releases_on(system, [before, &scene.chain], &kept, &options, &made)?);
    }
    drop(meter);

    let (mut checks, mut cases) = (Vec::new(), Vec::new());
    for outcome in &outcomes {
        let (mut described, mut replays) = (Vec::new(), Vec::new());
        for example in &outcome.counter_examples {
            let case = Case { block: scene.fork_block(), ..Case::of(system, example) };
            let path = case.write(&context.inside(CASES.as_ref()))?;
            described.push(describe(&case, &path));
            replays.push(context.command(&format!("parity replay {}", path_word(&path))));
            cases.push(path);
        }
        let mut check = outcome.check(&described);
        // The first findings are the counter-examples, in order.
        for (finding, replay) in check.findings.iter_mut().zip(replays) {
            finding.hint = Some(format!("{replay} shows both sides' trace"));
        }
        check.summary = format!("{}, on {}", check.summary, scene.ground.text());
        checks.push(check);
    }
    if let Some(corpus) = &corpus {
        write_corpus(corpus, &kept, &outcomes[0])?;
    }
    let kept = kept.values().map(Vec::len).sum();
    Ok(Compared { outcomes, checks, cases, kept })
}

fn describe(case: &Case, path: &std::path::Path) -> String {
    let aspects: Vec<_> = case.differs.iter().map(|aspect| aspect.words()).collect();
    let calls: Vec<_> = case.words.iter().map(|w| format!("{} calls {}", w.from, w.call)).collect();
    let [a, b] = case.comparison.sides();
    format!(
        "{a} and {b} differ in {}: {}; {}",
        aspects.join(", "),
        calls.join(", then "),
        escape(&path.display().to_string())
    )
}

fn shown(args: &ParityArgs, scene: &Scene, compared: &Compared, report: &Report, paint: Paint) -> String {
    let mut parts = vec![format!("compared on {}", scene.ground.text())];
    for outcome in &compared.outcomes {
        let [a, b] = outcome.comparison.sides();
        let rows = outcome.rows.iter().map(|row| {
            let (word, tone) = match row.verdict {
                Verdict::Pass => ("same", Tone::Good),
                Verdict::Unknown => ("unknown", Tone::Notice),
                Verdict::Fail => ("differs", Tone::Bad),
            };
            [
                row.title(),
                row.flags.to_string(),
                grouped(row.runs),
                grouped(row.returned),
                grouped(row.undecided),
                grouped(row.paths),
                grouped(row.mismatches),
                paint.tone(tone, word),
            ]
        });
        let head = [
            &*format!("{a} against {b}"),
            "flags",
            "#runs",
            "#returned",
            "#undecided",
            "#paths",
            "#mismatches",
            "",
        ];
        parts.push(table(head, rows));
    }
    parts.push(report::checks(report, paint));
    let kept = match compared.kept {
        0 => String::new(),
        kept => format!(", after {} inputs of earlier runs", grouped(kept as u64)),
    };
    let (word, tone) = match report.verdict() {
        Verdict::Pass => ("no mismatch", Tone::Good),
        Verdict::Unknown => ("no mismatch, and some routes are unknown, which is not a pass", Tone::Notice),
        Verdict::Fail => ("mismatches", Tone::Bad),
    };
    let runs = compared.outcomes.iter().map(Outcome::runs).sum();
    parts.push(format!("{}: {} runs, seed {}{kept}", paint.tone(tone, word), grouped(runs), args.seed));
    parts.join("\n\n")
}
