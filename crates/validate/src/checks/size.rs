//! Whether code, init code and transactions fit what chains take.

use super::{counted, error, judged, warning};
use crate::{Size, Subject};
use payrox_model::{Check, Finding, Gas, limits, text::escape, text::grouped};
use payrox_plan::PlannedStep;

/// Runtime code over EIP-170.
const RUNTIME: &str = "PRX-VAL-040";
/// Init code over EIP-3860.
const INIT_CODE: &str = "PRX-VAL-041";
/// A transaction over EIP-7825.
const TRANSACTION: &str = "PRX-VAL-042";
/// Less room than the project wants.
const HEADROOM: &str = "PRX-VAL-043";

/// Each contract against EIP-170 and EIP-3860.
pub(crate) fn code(subject: &Subject<'_>) -> Check {
    let sizes = sizes(subject);
    let mut findings: Vec<_> = sizes.iter().flat_map(over).collect();
    let wanted = u64::from(subject.project.policy.headroom.value);
    findings.extend(sizes.iter().filter(|size| over(size).next().is_none()).filter_map(|size| {
        let free = size.headroom()?;
        (free < wanted).then(|| {
            let evidence = format!("{free} % of its limit is free, the project wants {wanted} %");
            warning(HEADROOM, escape(&size.contract), evidence, "split it before it must be split in a hurry")
        })
    }));
    let tightest = sizes.iter().filter_map(|size| Some((size.headroom()?, &size.contract))).min();
    let summary = tightest.map_or_else(
        || "no contracts".to_owned(),
        |(free, name)| {
            format!(
                "{}; the tightest is {} with {free} % free",
                counted(sizes.len(), "contract"),
                escape(name)
            )
        },
    );
    judged("size: code", summary, findings)
}

fn over(size: &Size) -> impl Iterator<Item = Finding> {
    let one = |code, found: Option<u64>, limit: usize, what: &str| {
        let found = found.filter(|found| *found > limit as u64)?;
        let evidence =
            format!("{} bytes of {what}, the chain takes {}", grouped(found), grouped(limit as u64));
        Some(error(code, escape(&size.contract), evidence, "split it into two facets"))
    };
    let runtime = one(RUNTIME, size.runtime, limits::RUNTIME_CODE, "runtime code (EIP-170)");
    let init = one(INIT_CODE, Some(size.init_code), limits::INIT_CODE, "init code (EIP-3860)");
    runtime.into_iter().chain(init)
}

/// What each contract of the plan takes, the system's own included; facets first, by name.
pub(crate) fn sizes(subject: &Subject<'_>) -> Vec<Size> {
    let mut sizes: Vec<_> = subject
        .plan
        .facets
        .iter()
        .map(|facet| {
            let runtime = subject.code.get(&facet.name).map_or(facet.size, |code| code.len() as u64);
            let creation = subject.contract(&facet.name).map_or(0, |contract| contract.creation.len());
            let init_code = (creation + facet.constructor_args.len()) as u64;
            Size { contract: facet.name.to_string(), runtime: Some(runtime), init_code }
        })
        .collect();
    sizes.sort_by(|a, b| a.contract.cmp(&b.contract));
    let init = subject.project.init.as_ref().filter(|_| subject.plan.init.is_some());
    sizes.extend(init.and_then(|init| {
        let contract = subject.artifacts.get(&init.contract.to_string()).ok()?;
        let (runtime, init_code) = (contract.runtime.len() as u64, contract.creation.len() as u64);
        Some(Size { contract: format!("init {}", init.contract.name), runtime: Some(runtime), init_code })
    }));
    let release = subject.release;
    let own = [
        ("DeterministicChunkFactory", &release.factory),
        ("ManifestDispatcher", &release.implementation),
        ("PayRoxLauncher", &release.launcher),
        ("PayRoxProxyRouter", &release.router),
        ("PayRoxRouterExtension", &release.extension),
    ];
    // A diamond has a control plane of its own: of ours, only what creates its facets comes.
    let comes = |name: &str| !subject.is_diamond() || name == "DeterministicChunkFactory";
    sizes.extend(own.into_iter().filter(|(name, _)| comes(name)).map(|(name, code)| Size {
        contract: name.into(),
        runtime: None,
        init_code: code.len() as u64,
    }));
    sizes
}

/// Each transaction against EIP-7825: what the rehearsal used, or what none can avoid.
pub(crate) fn steps(subject: &Subject<'_>) -> Check {
    let calls: Vec<_> = subject.plan.steps.iter().filter(|step| step.call.is_some()).collect();
    let findings = calls
        .iter()
        .filter_map(|step| {
            let gas = gas(subject, step);
            (gas.0 > limits::TX_GAS).then(|| {
                let limit = grouped(limits::TX_GAS);
                let evidence = format!("{} gas, a transaction may take {limit} (EIP-7825)", grouped(gas.0));
                let hint = "mark rarely called functions `cold`, or split the release";
                error(TRANSACTION, escape(&step.name), evidence, hint)
            })
        })
        .collect();
    let most = calls.iter().map(|step| (gas(subject, step), &step.name)).max();
    let summary = most.map_or_else(
        || "no transactions".to_owned(),
        |(gas, name)| {
            let count = counted(calls.len(), "transaction");
            format!("{count}; {} takes the most with {} gas", escape(name), grouped(gas.0))
        },
    );
    judged("size: transactions", summary, findings)
}

fn gas(subject: &Subject<'_>, step: &PlannedStep) -> Gas {
    let rehearsed = subject.seen.rehearsed.as_ref();
    let used = rehearsed.and_then(|r| r.steps.iter().find(|s| s.name == step.name)?.gas);
    let floor = step
        .call
        .as_ref()
        .map_or(0, |call| 21_000 + call.data.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum::<u64>());
    used.unwrap_or(Gas(floor)).max(Gas(floor))
}
