//! What Slither found, where somebody ran it.

use crate::checks::{counted, error, judged, unknown, warning};
use payrox_model::{Check, Finding, text::escape};
use serde::Deserialize;

/// Something of high impact.
const HIGH: &str = "PRX-VAL-320";
/// Something of medium impact.
const MEDIUM: &str = "PRX-VAL-321";

/// Findings that are shown, at most.
const SHOWN: usize = 200;

#[derive(Deserialize)]
struct Output {
    success: bool,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    results: Results,
}

#[derive(Default, Deserialize)]
struct Results {
    #[serde(default)]
    detectors: Vec<Detected>,
}

#[derive(Deserialize)]
struct Detected {
    check: String,
    impact: String,
    #[serde(default)]
    confidence: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    elements: Vec<Element>,
}

#[derive(Deserialize)]
struct Element {
    #[serde(default)]
    name: String,
    #[serde(default)]
    source_mapping: Option<Mapping>,
}

#[derive(Deserialize)]
struct Mapping {
    #[serde(default)]
    filename_relative: String,
    #[serde(default)]
    lines: Vec<u64>,
}

/// The check that belongs to phase `source`: what `slither --json` printed, or why there is nothing.
///
/// Slither says more than it means: what it calls low or informational is counted and not shown. Its absence is no failure, and
/// the report says it.
pub fn slither(printed: Result<&str, &str>) -> Check {
    const NAME: &str = "source: Slither";
    let text = match printed {
        Ok(text) => text,
        Err(why) => return judged(NAME, format!("absent: {}", escape(why)), Vec::new()),
    };
    let output: Output = match serde_json::from_str(text) {
        Ok(output) => output,
        Err(why) => {
            return unknown(NAME, format!("what it printed is no report: {}", escape(&why.to_string())));
        }
    };
    if !output.success {
        let why = output.error.unwrap_or_default();
        let line = why.lines().find(|line| !line.trim().is_empty()).unwrap_or("it does not say why");
        return unknown(NAME, format!("it failed: {}", escape(&line.chars().take(200).collect::<String>())));
    }
    let all = output.results.detectors;
    let findings: Vec<_> = all.iter().filter_map(found).take(SHOWN).collect();
    let summary =
        format!("{}, {} of them of high or medium impact", counted(all.len(), "result"), findings.len());
    judged(NAME, summary, findings)
}

fn found(detected: &Detected) -> Option<Finding> {
    let first = detected.elements.first();
    let place = first.and_then(|element| element.source_mapping.as_ref()).map(|at| {
        let line = at.lines.first().map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{line}", at.filename_relative)
    });
    let name = first.map_or("", |element| element.name.as_str());
    let subject = escape(&format!("{} {name}", place.as_deref().unwrap_or("the project")));
    let said = detected.description.lines().next().unwrap_or_default();
    let said = escape(&said.chars().take(300).collect::<String>());
    let evidence = format!(
        "{}, impact {}, confidence {}: {said}",
        escape(&detected.check),
        escape(&detected.impact),
        escape(&detected.confidence)
    );
    let hint = "read the place; where Slither is wrong, accept that in a waiver";
    match detected.impact.as_str() {
        "High" => Some(error(HIGH, subject, evidence, hint)),
        "Medium" => Some(warning(MEDIUM, subject, evidence, hint)),
        _ => None,
    }
}
