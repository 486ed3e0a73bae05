//! SARIF 2.1.0 (OASIS): one run, a result a finding, and one for each check that could not be decided.

use crate::{CheckReport, FindingReport, Validation};
use payrox_model::{Severity, Verdict};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A check that could not be decided.
const OPEN: &str = "PRX-VAL-004";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    invocations: Value,
    original_uri_base_ids: Value,
    results: Vec<Finding<'a>>,
    column_kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: &'a str,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Value,
    locations: Value,
    partial_fingerprints: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Value>,
}

pub(super) fn render(validation: &Validation) -> Value {
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    let found = || validation.checks().flat_map(|check| &check.findings);
    for code in found().map(|report| report.finding.code.0) {
        codes.insert(code, 0);
    }
    if validation.checks().any(is_open) {
        codes.insert(OPEN, 0);
    }
    for (index, place) in codes.values_mut().enumerate() {
        *place = index;
    }
    let mut results: Vec<_> = found().map(|report| result(validation, &codes, report)).collect();
    results.extend(
        validation.checks().filter(|check| is_open(check)).map(|check| open(validation, &codes, check)),
    );
    let version = validation.about.judge.rsplit(' ').next().unwrap_or_default();
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({ "driver": {
                "name": "payrox",
                "semanticVersion": version,
                "rules": codes.keys().map(|code| rule(code)).collect::<Vec<_>>(),
            }}),
            invocations: json!([{
                "executionSuccessful": true,
                "commandLine": validation.about.command,
                "exitCode": i32::from(validation.verdict != Verdict::Pass),
            }]),
            original_uri_base_ids: json!({ "PROJECT": { "description": { "text": "the project's folder" } } }),
            results,
            column_kind: "unicodeCodePoints",
        }],
    };
    serde_json::to_value(log).unwrap_or_default()
}

fn rule(code: &str) -> Value {
    json!({
        "id": code,
        "shortDescription": { "text": format!("`payrox explain {code}`") },
        "help": { "text": format!("`payrox explain {code}` tells cause and cure") },
    })
}

fn is_open(check: &CheckReport) -> bool {
    check.verdict == Verdict::Unknown
}

fn result<'a>(
    validation: &'a Validation,
    codes: &BTreeMap<&str, usize>,
    report: &'a FindingReport,
) -> Finding<'a> {
    let finding = &report.finding;
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    let hint = finding.hint.as_ref().map(|hint| format!(" {hint}")).unwrap_or_default();
    let waiver = validation
        .waivers
        .iter()
        .find(|waiver| report.waived && waiver.code == finding.code.0 && waiver.subject == finding.subject);
    let suppression = waiver.map(|waiver| {
        let text = format!("{} until {}: {}", waiver.owner, waiver.expires, waiver.reason);
        json!({ "kind": "external", "status": "accepted", "justification": text })
    });
    Finding {
        rule_id: finding.code.0,
        rule_index: codes.get(finding.code.0).copied().unwrap_or_default(),
        kind: "fail",
        level,
        message: json!({ "text": format!("{}: {}.{hint}", finding.subject, finding.evidence) }),
        locations: locations(validation, &finding.subject),
        partial_fingerprints: json!({ "codeAndSubject/v1": format!("{} {}", finding.code, finding.subject) }),
        suppressions: suppression.into_iter().collect(),
    }
}

fn open<'a>(
    validation: &'a Validation,
    codes: &BTreeMap<&str, usize>,
    check: &'a CheckReport,
) -> Finding<'a> {
    Finding {
        rule_id: OPEN,
        rule_index: codes.get(OPEN).copied().unwrap_or_default(),
        kind: "open",
        level: "none",
        message: json!({ "text": format!("{} could not be decided: {}", check.name, check.summary) }),
        locations: locations(validation, &check.name),
        partial_fingerprints: json!({ "codeAndSubject/v1": format!("{OPEN} {}", check.name) }),
        suppressions: Vec::new(),
    }
}

/// The source of the facet that a subject begins with, else the project's file.
fn locations(validation: &Validation, subject: &str) -> Value {
    let about = &validation.about;
    let first = subject.split(['.', ' ', ':']).next().unwrap_or_default();
    let source = about.sources.iter().find(|(name, _)| name.as_str() == first).map(|(_, path)| path);
    let uri = uri(source.unwrap_or(&about.project_file));
    json!([{
        "physicalLocation": {
            "artifactLocation": { "uri": uri, "uriBaseId": "PROJECT" },
            "region": { "startLine": 1 },
        },
        "logicalLocations": [{ "fullyQualifiedName": subject }],
    }])
}

/// A relative path as a URI (RFC 3986): what is no plain character is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
