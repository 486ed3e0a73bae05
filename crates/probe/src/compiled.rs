//! Whether artifacts are what the project's sources and its compiler give.

use payrox_artifacts::{
    ArtifactSet, CompilerPolicy, Contract, SetError, Source,
    build::{BuildError, BuildRequest, Compiler, Prepared, prepare},
};
use payrox_config::Project;
use payrox_model::{BoxFault, Check, Code, Fault, Finding, Severity, Verdict, text::escape};
use std::{collections::BTreeMap, path::Path};

/// More than one compiler.
const COMPILERS: Code = Code("PRX-VAL-010");
/// A source is not the one that was compiled.
const SOURCE: Code = Code("PRX-VAL-012");
/// Nothing says from which source it was compiled, or the source is not here.
const SILENT: Code = Code::SOURCE_NOT_COMPARED;
/// Compiling again gives other code.
const OTHER_CODE: Code = Code("PRX-VAL-014");

/// Largest source.
const LIMIT: u64 = 4 << 20;

/// One compiler, and it and its settings as the project demands.
pub fn settings(project: &Project, artifacts: &ArtifactSet) -> Check {
    let compiler = &project.compiler;
    let policy = CompilerPolicy {
        version: Some(compiler.version.value.clone()),
        via_ir: compiler.via_ir.as_ref().map(|v| v.value),
        optimizer_runs: compiler.optimizer_runs.as_ref().map(|v| Some(u64::from(v.value))),
        evm_version: compiler.evm_version.as_ref().map(|v| v.value.clone()),
        bytecode_hash: None,
    };
    let contracts = artifacts.contracts();
    let mut findings: Vec<_> =
        contracts.iter().filter_map(|contract| policy.check(contract).err()).map(|e| found(&e)).collect();
    let mut versions: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for contract in contracts {
        let version = contract.compilation.as_ref().map_or("unknown", |c| c.version.as_str());
        versions.entry(version).or_default().push(contract.id.name().to_owned());
    }
    // A release that differs from the pin is found above; this is about builds of one release.
    if versions.len() > 1 && findings.is_empty() {
        let list = versions.iter().map(|(version, names)| format!("{version}: {}", names.join(", ")));
        findings.push(Finding {
            code: COMPILERS,
            severity: Severity::Error,
            subject: "compiler".into(),
            evidence: escape(&list.collect::<Vec<_>>().join("; ")),
            hint: Some("compile all of them at once: `payrox build`".into()),
        });
    }
    let of = versions.keys().map(|version| escape(version)).collect::<Vec<_>>().join(", ");
    judged("compile: settings", format!("{} contracts by solc {of}", contracts.len()), findings)
}

/// Whether each source is the one that its artifact says it was compiled from, by its hash; no compiler is needed.
pub fn sources(root: &Path, artifacts: &ArtifactSet) -> Check {
    const NAME: &str = "compile: sources";
    let mut findings = Vec::new();
    let mut same = 0;
    for contract in artifacts.contracts() {
        let said = contract.compilation.as_ref().and_then(|c| c.source_hash);
        let text = payrox_files::read_text(&root.join(contract.id.path()), LIMIT);
        match (said, text) {
            (Some(said), Ok(text)) if alloy_primitives::keccak256(&text) == said => same += 1,
            (Some(_), Ok(_)) => findings.push(Finding {
                code: SOURCE,
                severity: Severity::Error,
                subject: escape(&contract.id.to_string()),
                evidence: "the source was changed after it was compiled".into(),
                hint: Some("`payrox build`, or `forge build`, and look at `payrox plan diff`".into()),
            }),
            // What another is found for must not make this one pass.
            _ => findings.push(Finding {
                code: SILENT,
                severity: Severity::Warning,
                subject: escape(&contract.id.to_string()),
                evidence: "its source is not here, or its artifact does not name it: they were not compared"
                    .into(),
                hint: Some(
                    "build it here: `payrox build`; or compare by hand, and say so in a waiver".into(),
                ),
            }),
        }
    }
    let of = artifacts.contracts().len();
    judged(NAME, format!("{same} of {of} artifacts name the source that is here"), findings)
}

/// Compiles the sources again and compares the code, byte for byte. `starting` is told the compiler before it runs.
pub fn recompiled(
    request: &BuildRequest,
    artifacts: &ArtifactSet,
    starting: &mut dyn FnMut(&Compiler),
) -> Check {
    const NAME: &str = "compile: again";
    let unknown = |why: String| Check {
        name: NAME.into(),
        verdict: Verdict::Unknown,
        summary: escape(&why),
        findings: Vec::new(),
    };
    let outcome = prepare(request).and_then(|prepared| {
        let compiler = prepared.compiler()?;
        starting(&compiler);
        Ok((compare(&prepared, &compiler, request, artifacts), compiler))
    });
    match outcome {
        Ok((Ok(findings), compiler)) => {
            let same = artifacts.contracts().len() - findings.len();
            let of = artifacts.contracts().len();
            judged(NAME, escape(&format!("{same} of {of} are what {compiler} gives")), findings)
        }
        Ok((Err(fault), _)) => judged(NAME, "the sources do not compile", vec![found(fault.as_ref())]),
        // What is not installed cannot be asked.
        Err(
            error @ (BuildError::NoCompiler { .. } | BuildError::NoNode { .. } | BuildError::Import { .. }),
        ) => {
            let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            unknown(format!("that these sources give this code was not proved: {error}{hint}"))
        }
        Err(error) => judged(NAME, "the sources cannot be read", vec![found(&error)]),
    }
}

fn compare(
    prepared: &Prepared<'_>,
    compiler: &Compiler,
    request: &BuildRequest,
    artifacts: &ArtifactSet,
) -> Result<Vec<Finding>, BoxFault> {
    let odd = |source| payrox_files::FileError::Write { path: std::env::temp_dir(), source };
    let folder = tempfile::tempdir().map_err(odd)?;
    prepared.compile_into(compiler, folder.path())?;
    let again = ArtifactSet::read(&Source::at(folder.path()), &request.contracts)?;
    let mut findings = Vec::new();
    for contract in artifacts.contracts() {
        let other = match again.get(&contract.id.to_string()) {
            Ok(other) => other,
            Err(SetError::Unknown { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        if let Some(what) = difference(contract, other) {
            findings.push(Finding {
                code: OTHER_CODE,
                severity: Severity::Error,
                subject: escape(&contract.id.to_string()),
                evidence: format!("compiling the sources again gives other {what}"),
                hint: Some("do not send what nobody can compile: `payrox build`".into()),
            });
        }
    }
    Ok(findings)
}

fn difference(contract: &Contract, again: &Contract) -> Option<&'static str> {
    let differs = |a: &[u8], b: &[u8]| without_trailer(a) != without_trailer(b);
    if differs(contract.runtime.template(), again.runtime.template()) {
        Some("runtime code")
    } else if differs(contract.creation.template(), again.creation.template()) {
        Some("init code")
    } else {
        (contract.abi != again.abi).then_some("ABI")
    }
}

/// Code without the compiler's note about itself at its end, which names settings that change no instruction.
fn without_trailer(code: &[u8]) -> &[u8] {
    let Some((rest, [a, b])) = code.split_last_chunk::<2>() else { return code };
    let length = usize::from(u16::from_be_bytes([*a, *b]));
    // CBOR: a map of few entries.
    match rest.len().checked_sub(length) {
        Some(at) if length > 0 && (0xa1..=0xa4).contains(&rest[at]) => &rest[..at],
        _ => code,
    }
}

fn judged(name: &str, summary: impl Into<String>, findings: Vec<Finding>) -> Check {
    let verdict = match findings.iter().map(|finding| finding.severity).max() {
        None => Verdict::Pass,
        Some(Severity::Error) => Verdict::Fail,
        Some(_) => Verdict::Unknown,
    };
    Check { name: name.into(), verdict, summary: summary.into(), findings }
}

fn found(fault: &dyn Fault) -> Finding {
    let Finding { code, severity, subject, evidence, hint } = Finding::of(fault, "sources");
    Finding { code, severity, subject: escape(&subject), evidence: escape(&evidence), hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_v01_a_source_that_is_not_here_is_unknown_beside_one_that_was_changed() {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments");
        let set = ArtifactSet::read(&Source::at(&example.join("out")), &["Payments", "Accounts"]).unwrap();
        assert_eq!(sources(&example, &set).verdict, Verdict::Pass);
        let elsewhere = tempfile::tempdir().unwrap();
        let found = |check: &Check| check.findings.iter().map(|f| f.code).collect::<Vec<_>>();
        let check = sources(elsewhere.path(), &set);
        assert_eq!((check.verdict, found(&check)), (Verdict::Unknown, vec![SILENT; 2]));
        let changed = elsewhere.path().join(set.get("Payments").unwrap().id.path());
        payrox_files::write_derived(&changed, b"contract Payments {}").unwrap();
        let check = sources(elsewhere.path(), &set);
        assert_eq!(check.verdict, Verdict::Fail);
        assert!(found(&check).contains(&SOURCE) && found(&check).contains(&SILENT), "{check:?}");
    }
}
