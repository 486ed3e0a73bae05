//! One compiler and one way of compiling, for facets and init contract as for PayRox's own contracts.

use crate::{
    Subject,
    checks::{counted, error, judged},
};
use payrox_artifacts::{Compilation, release};
use payrox_model::{Check, text::escape};

/// A facet is not compiled as the project says.
const PIN: &str = "PRX-VAL-300";
/// Two facets are compiled differently.
const DIFFER: &str = "PRX-VAL-301";
/// A contract of PayRox is not compiled as they all are.
const OWN: &str = "PRX-VAL-302";
/// The optimizer was off.
const UNOPTIMISED: &str = "PRX-VAL-303";

/// What PayRox's contracts are compiled with.
const OWN_COMPILER: &str = "0.8.30";

/// The facets, as their own metadata says it.
pub(crate) fn facets(subject: &Subject<'_>) -> Check {
    let pin = &subject.project.compiler;
    let mut findings = Vec::new();
    let mut first: Option<(&str, &Compilation)> = None;
    // What a diamond keeps without a source nobody compiles here.
    let (kept, compiled): (Vec<_>, Vec<_>) =
        subject.contracts().partition(|facet| subject.is_unsourced(facet.name));
    for facet in &compiled {
        let compilation = facet.contract.and_then(|contract| contract.compilation.as_ref());
        let Some(found) = compilation else {
            let evidence = "nothing says how it was compiled: it has no metadata";
            findings.push(error(PIN, facet.name.as_str(), evidence, "build with `payrox build`"));
            continue;
        };
        let runs = |runs: Option<u64>| runs.map_or("off".to_owned(), |runs| runs.to_string());
        let mut settings = vec![("version", pin.version.value.clone(), found.release().to_owned())];
        let via_ir = pin.via_ir.as_ref().map(|wanted| wanted.value.to_string());
        settings.extend(via_ir.map(|wanted| ("via_ir", wanted, found.via_ir.to_string())));
        let optimizer = pin.optimizer_runs.as_ref().map(|wanted| wanted.value.to_string());
        settings.extend(optimizer.map(|wanted| ("optimizer_runs", wanted, runs(found.optimizer_runs))));
        let pinned = settings.iter().find(|(_, wanted, found)| wanted != found);
        if let Some((setting, wanted, found)) = pinned {
            let evidence =
                format!("{setting} is {}, [compiler] of the project says {}", escape(found), escape(wanted));
            findings.push(error(PIN, facet.name.as_str(), evidence, "`payrox build --force`"));
        } else if found.optimizer_runs.is_none() {
            let evidence =
                "the optimizer was off: the code is larger, dearer, and not what is tested elsewhere";
            let hint = "set optimizer_runs under [compiler]";
            findings.push(error(UNOPTIMISED, facet.name.as_str(), evidence, hint));
        }
        match first {
            None => first = Some((facet.name.as_str(), found)),
            Some((other, before)) if pinned.is_none() => {
                if let Some(what) = difference(before, found) {
                    let about = format!("{other} and {}", facet.name);
                    findings.push(error(
                        DIFFER,
                        about,
                        what,
                        "compile all facets in one build: `payrox build`",
                    ));
                }
            }
            Some(_) => {}
        }
    }
    let how = first.map_or(String::new(), |(_, found)| format!(", by solc {}", found.version));
    let left = match kept.len() {
        0 => String::new(),
        number => format!("; {} kept without a source", counted(number, "contract")),
    };
    let summary = format!("{}{how}{left}", counted(compiled.len(), "contract"));
    judged("source: the facets' compiler", summary, findings)
}

fn difference(one: &Compilation, other: &Compilation) -> Option<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "not said".into());
    let runs = |runs: Option<u64>| runs.map_or("off".to_owned(), |runs| runs.to_string());
    let settings = [
        ("version", one.version.clone(), other.version.clone()),
        ("via_ir", one.via_ir.to_string(), other.via_ir.to_string()),
        ("optimizer_runs", runs(one.optimizer_runs), runs(other.optimizer_runs)),
        ("evm_version", text(&one.evm_version), text(&other.evm_version)),
        ("bytecode_hash", text(&one.bytecode_hash), text(&other.bytecode_hash)),
    ];
    let differs = settings.into_iter().find(|(_, a, b)| a != b)?;
    let (setting, one, other) = differs;
    Some(format!("{setting} is {one} and {other}"))
}

/// PayRox's own contracts.
pub(crate) fn own(_: &Subject<'_>) -> Check {
    let contracts = release().contracts();
    let odd = contracts.iter().filter(|contract| !contract.compilation.as_ref().is_some_and(as_meant));
    let findings = odd.map(|contract| {
        let evidence = format!("it is not compiled by {OWN_COMPILER} through Yul with the optimizer");
        error(OWN, contract.id.name(), evidence, "this payrox is not a released one: install it again")
    });
    let summary = format!("{}, by solc {OWN_COMPILER}", counted(contracts.len(), "contract"));
    judged("source: PayRox's compiler", summary, findings.collect())
}

fn as_meant(found: &Compilation) -> bool {
    found.release() == OWN_COMPILER && found.via_ir && found.optimizer_runs.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled() -> Compilation {
        release().contracts()[0].compilation.clone().unwrap()
    }

    #[test]
    fn prx_v09_a_contract_of_payrox_is_of_one_compiler_through_yul_with_the_optimizer() {
        assert!(as_meant(&compiled()));
        assert!(!as_meant(&Compilation { version: "0.8.29+commit.ab55807c".into(), ..compiled() }));
        assert!(!as_meant(&Compilation { via_ir: false, ..compiled() }));
        assert!(!as_meant(&Compilation { optimizer_runs: None, ..compiled() }));
    }

    #[test]
    fn prx_v09_the_first_setting_that_differs_is_told_with_both_values() {
        let one = compiled();
        assert_eq!(difference(&one, &compiled()), None);
        let told = |other: Compilation| difference(&one, &other).unwrap();
        let version = "0.8.29+commit.ab55807c".to_owned();
        assert_eq!(
            told(Compilation { version, via_ir: false, ..compiled() }),
            "version is 0.8.30+commit.73712a01 and 0.8.29+commit.ab55807c"
        );
        assert_eq!(told(Compilation { via_ir: false, ..compiled() }), "via_ir is true and false");
        let off = told(Compilation { optimizer_runs: None, ..compiled() });
        assert!(off.starts_with("optimizer_runs is ") && off.ends_with(" and off"), "{off}");
        let evm = told(Compilation { evm_version: Some("paris".into()), ..compiled() });
        assert!(evm.starts_with("evm_version is ") && evm.ends_with(" and paris"), "{evm}");
        let hash = told(Compilation { bytecode_hash: Some("bzzr1".into()), ..compiled() });
        assert!(hash.starts_with("bytecode_hash is ") && hash.ends_with(" and bzzr1"), "{hash}");
    }
}
