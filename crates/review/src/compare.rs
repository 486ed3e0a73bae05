//! The plan and what was made again, part by part.

use crate::recompute::{Believed, Made};
use alloy_primitives::{B256, Bytes, b256, keccak256};
use payrox_artifacts::build::CompilerKind;
use payrox_model::{Check, Code, Finding, Report, Severity, Verdict};
use payrox_plan::{Plan, PlannedStep, ReleaseCode};
use serde::Serialize;
use std::collections::BTreeMap;

/// SHA-256 of compilers that are known: npm's and soliditylang.org's soljson of the release.
const KNOWN: [(&str, B256); 1] =
    [("0.8.30", b256!("3bb491a777f76dff9b2fe73ce29ca20e21a971b59a2f2cf8f73415424f00be06"))];

/// One value, as it is in the plan and as the sources make it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What kind of value, such as `code hash`.
    pub what: &'static str,
    /// Of what.
    pub subject: String,
    /// In the plan.
    pub planned: String,
    /// From the sources; nothing where they have none.
    pub made: Option<String>,
    /// Whether they are equal.
    pub equal: bool,
}

/// Every comparison and what it came to.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Each value.
    pub rows: Vec<Row>,
    /// The checks, from compiler to the last byte.
    pub report: Report,
}

/// The hashes by kind of which a compiler's file must have one: the pinned one, or those that are known of its version.
pub(crate) fn known(pinned: Option<B256>, version: &str) -> Vec<(CompilerKind, B256)> {
    match pinned {
        Some(hash) => vec![(CompilerKind::Native, hash), (CompilerKind::Soljson, hash)],
        None => KNOWN
            .iter()
            .filter(|(v, _)| *v == version)
            .map(|(_, hash)| (CompilerKind::Soljson, *hash))
            .collect(),
    }
}

struct Ledger {
    rows: Vec<Row>,
    checks: Vec<Check>,
}

impl Ledger {
    /// One check over values by subject.
    fn compare(
        &mut self,
        name: &'static str,
        code: &'static str,
        planned: &[(String, String)],
        made: &[(String, String)],
    ) {
        let ours: BTreeMap<_, _> = made.iter().map(|(s, v)| (s.as_str(), v.as_str())).collect();
        let theirs: BTreeMap<_, _> = planned.iter().map(|(s, v)| (s.as_str(), v.as_str())).collect();
        let mut findings = Vec::new();
        let mut equal = 0;
        for (subject, value) in planned {
            let found = ours.get(subject.as_str()).copied();
            let same = found == Some(value.as_str());
            equal += usize::from(same);
            if !same {
                let evidence = match found {
                    Some(found) => format!("the plan has {value}, the sources make {found}"),
                    None => format!("the plan has {value}, the sources make none"),
                };
                findings.push(finding(code, subject, evidence));
            }
            self.rows.push(Row {
                what: name,
                subject: subject.clone(),
                planned: value.clone(),
                made: found.map(str::to_owned),
                equal: same,
            });
        }
        for (subject, value) in made.iter().filter(|(s, _)| !theirs.contains_key(s.as_str())) {
            findings.push(finding(code, subject, format!("the sources make {value}, the plan has none")));
        }
        let verdict = if findings.is_empty() { Verdict::Pass } else { Verdict::Fail };
        let summary = format!("{equal} of {} equal", planned.len());
        self.checks.push(Check { name: name.into(), verdict, summary, findings });
    }
}

fn finding(code: &'static str, subject: &str, evidence: String) -> Finding {
    Finding {
        code: Code(code),
        severity: Severity::Error,
        subject: subject.to_owned(),
        evidence,
        hint: Some("do not sign: ask who made the plan from which commit".into()),
    }
}

/// Compares the plan with what was made again.
pub fn compare(plan: &Plan, made: &Made, pinned: Option<B256>) -> Comparison {
    let new = &made.plan;
    let mut ledger = Ledger { rows: Vec::new(), checks: vec![compiler(made, pinned), sources(made)] };
    let release = plan.check_release(&ReleaseCode::from(payrox_artifacts::release()));
    ledger.checks.push(Check {
        name: "release".into(),
        verdict: if release.is_ok() { Verdict::Pass } else { Verdict::Fail },
        summary: format!("PayRox's contracts, sha256 {}", payrox_artifacts::release().hash),
        findings: release
            .err()
            .map(|e| finding("PRX-REV-022", "addresses", e.to_string()))
            .into_iter()
            .collect(),
    });
    ledger.checks.extend(served(plan, made));
    let facets = |p: &Plan, value: &dyn Fn(&payrox_plan::PlannedFacet) -> String| {
        let mut all: Vec<_> = p.facets.iter().map(|f| (f.name.to_string(), value(f))).collect();
        all.sort();
        all
    };
    let mut both = |name, code, value: &dyn Fn(&Plan) -> Vec<(String, String)>| {
        ledger.compare(name, code, &value(plan), &value(new));
    };
    both("init code", "PRX-REV-023", &|p| facets(p, &|f| f.init_code_hash.to_string()));
    both("address", "PRX-REV-024", &|p| {
        let mut all = facets(p, &|f| f.address.to_checksum(None));
        all.extend(core(p));
        all
    });
    both("code hash", "PRX-REV-025", &|p| {
        let mut all = facets(p, &|f| f.code_hash.to_string());
        all.extend(p.init.iter().map(|i| (format!("init {}", i.contract), i.code_hash.to_string())));
        all
    });
    both("manifest", "PRX-REV-026", &|p| {
        vec![
            one("bytes", hashed(&p.manifest.bytes)),
            one("data contract", p.manifest.address.to_checksum(None)),
            one("Merkle root", p.root),
        ]
    });
    both("floor", "PRX-REV-034", &|p| vec![one("oldest epoch to go back to", p.onchain.floor)]);
    both("plan id", "PRX-REV-027", &|p| vec![one("plan", p.plan_id), one("parent", p.parent)]);
    both("calldata", "PRX-REV-028", &|p| p.steps.iter().map(step).collect());
    rest(&mut ledger, plan, made);
    Comparison { rows: ledger.rows, report: Report { checks: ledger.checks } }
}

/// What no source tells of a diamond: which facets serve it, and their code. Who says so is believed.
fn served(plan: &Plan, made: &Made) -> Option<Check> {
    let (part, believed) = (plan.diamond.as_ref()?, made.served.as_ref()?);
    let what = format!(
        "{} functions of {} facets before it, root {}",
        part.before.routes.len(),
        part.before.facets.len(),
        plan.parent
    );
    let (verdict, by, findings) = match believed {
        Believed::Endpoint(from) => (Verdict::Pass, format!("{from}, which is believed"), Vec::new()),
        Believed::Plan => {
            let finding = Finding {
                code: Code("PRX-REV-035"),
                severity: Severity::Warning,
                subject: part.address.to_checksum(None),
                evidence: "what it serves now, and the code of facets that stand, are the plan's own word: no endpoint was asked"
                    .into(),
                hint: Some("review it with an endpoint of your own: --rpc-url".into()),
            };
            (Verdict::Unknown, "the plan's own word".into(), vec![finding])
        }
    };
    Some(Check { name: "served before".into(), verdict, summary: format!("{what}: by {by}"), findings })
}

fn one(subject: &str, value: impl ToString) -> (String, String) {
    (subject.to_owned(), value.to_string())
}

fn core(plan: &Plan) -> Vec<(String, String)> {
    let a = &plan.addresses;
    [
        ("factory", a.factory),
        ("extension", a.extension),
        ("implementation", a.implementation),
        ("launcher", a.launcher),
        ("dispatcher", a.dispatcher),
        ("router", a.router),
    ]
    .map(|(name, at)| one(name, at.to_checksum(None)))
    .into()
}

fn hashed(bytes: &Bytes) -> String {
    format!("{} bytes, keccak {}", bytes.len(), keccak256(bytes))
}

/// Everything of a step: whom it calls, with what, and what is true afterwards.
fn step(step: &PlannedStep) -> (String, String) {
    let call = step.call.as_ref().map_or_else(
        || "nothing to send".into(),
        |call| {
            let sum = hashed(&call.data);
            format!("to {} value {} {sum}", call.to.to_checksum(None), call.value)
        },
    );
    let effect = serde_json::to_string(&(&step.effect, &step.after)).unwrap_or_default();
    (step.name.clone(), format!("{call}, effect {}", keccak256(effect)))
}

/// What is for people: differences, way back, cost; then the whole document.
fn rest(ledger: &mut Ledger, plan: &Plan, made: &Made) {
    let mut new = made.plan.clone();
    if !made.parent_known {
        ledger.checks.push(Check {
            name: "changes".into(),
            verdict: Verdict::Unknown,
            summary: "what is served now is not known here".into(),
            findings: vec![Finding {
                code: Code("PRX-REV-029"),
                severity: Severity::Warning,
                subject: "changes".into(),
                evidence: format!("plan {} is not at hand", plan.parent),
                hint: Some("pass --parent with the plan that is active".into()),
            }],
        });
        new.changes.clone_from(&plan.changes);
        new.content_hash = new.compute_content_hash().unwrap_or_default();
    }
    let text = |value: &dyn Fn(&Plan) -> serde_json::Result<String>, p: &Plan| value(p).unwrap_or_default();
    let mut both = |name, code, subject: &str, value: &dyn Fn(&Plan) -> serde_json::Result<String>| {
        let (planned, made) = (text(value, plan), text(value, &new));
        let hash = |text: String| vec![one(subject, format!("keccak {}", keccak256(text)))];
        ledger.compare(name, code, &hash(planned), &hash(made));
    };
    if made.parent_known {
        both("changes", "PRX-REV-029", "routes before and after", &|p| serde_json::to_string(&p.changes));
    }
    both("way back", "PRX-REV-029", "inverse", &|p| serde_json::to_string(&p.inverse));
    both("cost", "PRX-REV-030", "gas and bytes", &|p| serde_json::to_string(&p.costs));
    ledger.compare(
        "content hash",
        "PRX-REV-030",
        &[one("document", plan.content_hash)],
        &[one("document", new.content_hash)],
    );
    let (planned, made) = (plan.to_json().unwrap_or_default(), new.to_json().unwrap_or_default());
    let differs = planned.lines().zip(made.lines()).position(|(a, b)| a != b);
    let same = planned == made;
    let findings = if same {
        Vec::new()
    } else {
        let line = differs.map_or("the end".into(), |at| format!("line {}", at + 1));
        vec![finding("PRX-REV-030", "document", format!("the first difference is at {line}"))]
    };
    ledger.checks.push(Check {
        name: "bytes".into(),
        verdict: if same { Verdict::Pass } else { Verdict::Fail },
        summary: format!("the plan's file, {} bytes", planned.len()),
        findings,
    });
}

/// The compiler's file must be one that is known, or that was named by its hash.
fn compiler(made: &Made, pinned: Option<B256>) -> Check {
    let compiler = &made.compiler;
    let version = compiler.version.split('+').next().unwrap_or_default();
    let known = known(pinned, version).into_iter().filter(|(kind, _)| *kind == compiler.kind);
    let wanted: Vec<B256> = known.map(|(_, hash)| hash).collect();
    let (verdict, evidence) = match wanted.first() {
        Some(_) if wanted.contains(&compiler.sha256) => (Verdict::Pass, None),
        Some(hash) => (Verdict::Fail, Some(format!("sha256 is {}, wanted is {hash}", compiler.sha256))),
        None => {
            (Verdict::Unknown, Some(format!("no hash of it is known; its sha256 is {}", compiler.sha256)))
        }
    };
    let severity = if verdict == Verdict::Fail { Severity::Error } else { Severity::Warning };
    let findings = evidence.map(|evidence| Finding {
        code: Code("PRX-REV-020"),
        severity,
        subject: compiler.to_string(),
        evidence,
        hint: Some("compare with the release's list of hashes, then pass --solc-sha256 HASH".into()),
    });
    let earlier = made.earlier.as_ref().map_or_else(String::new, |day| {
        format!("; compiled earlier by this user on {day}, --fresh compiles again")
    });
    Check {
        name: "compiler".into(),
        verdict,
        summary: format!("{compiler}{earlier}"),
        findings: findings.into_iter().collect(),
    }
}

fn sources(made: &Made) -> Check {
    let findings: Vec<_> = made
        .outside
        .iter()
        .map(|o| Finding {
            code: Code("PRX-REV-021"),
            severity: Severity::Warning,
            subject: o.source.clone(),
            evidence: match made.of_commit {
                true => format!("not in the commit: it came from --modules, keccak {}", o.keccak256),
                false => format!("neither in the project nor in its packages, keccak {}", o.keccak256),
            },
            hint: Some("look at it too, or commit it".into()),
        })
        .collect();
    let inside = made.sources - made.outside.len();
    Check {
        name: "sources".into(),
        verdict: Verdict::Pass,
        summary: format!(
            "{inside} of {} in the {}; compiler input sha256 {}",
            made.sources,
            if made.of_commit { "commit" } else { "project and its packages" },
            made.input
        ),
        findings,
    }
}
