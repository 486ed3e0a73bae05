//! What each phase does: pure rules, and what must be run for them.

use super::{
    cache::{Cache, KeptCheck, Key},
    ground::Ground,
    meter::Meter,
    parity,
};
use crate::{
    args::{Phases, ValidateArgs},
    commands::build::request,
};
use alloy_primitives::B256;
use payrox_artifacts::{
    CreationError, SetError,
    build::{Search, compiler, prepare},
};
use payrox_execute::{Place, drill};
use payrox_files::{FileError, read};
use payrox_model::{BoxFault, Check, Fault, Finding, Severity, Verdict, text::escape};
use payrox_plan::PlanError;
use payrox_probe::{
    SLITHER_FILES, Suite, UnitGroup, compiled, files, find_slither, no_suite, run_slither, run_suite,
    run_units, suites,
};
use payrox_validate::{Baseline, Phase, PhaseRun, Rehearsed, Seen, Subject};
use std::{
    collections::BTreeMap,
    error::Error,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    time::{Instant, UNIX_EPOCH},
};

/// Largest file of a project that a hash over it is made of.
const LIMIT: u64 = 16 << 20;

/// A validation that is on its way.
pub(super) struct Work<'w> {
    pub(super) ground: &'w Ground<'w>,
    pub(super) args: &'w ValidateArgs,
    pub(super) groups: &'w [UnitGroup],
    pub(super) cache: &'w Cache,
    pub(super) meter: &'w Meter<'w>,
    pub(super) seen: Seen,
    /// What is deployed.
    pub(super) baseline: Option<Baseline>,
    /// The plan's trouble was told.
    pub(super) told: bool,
}

/// What came of something that is kept.
struct Kept<T> {
    value: T,
    took_ms: u64,
    cached: bool,
}

impl Work<'_> {
    /// How long a phase took the last time.
    pub(super) fn expected(&self, phase: Phase) -> Option<u64> {
        match phase {
            Phase::Compile => self.cache.expected("compile"),
            Phase::Test => {
                let kinds = ["groups", "forge", "hardhat"].map(|kind| self.cache.expected(kind));
                kinds.into_iter().flatten().reduce(|a, b| a + b)
            }
            phase if rehearses(phase) && self.seen.rehearsed.is_none() => self.cache.expected("rehearsal"),
            phase => self.cache.expected(phase.name()),
        }
    }

    /// Runs one.
    pub(super) async fn phase(&mut self, phase: Phase) -> Result<PhaseRun, BoxFault> {
        let started = Instant::now();
        let (mut cached, mut took_then) = (false, None);
        let mut checks = match phase {
            Phase::Compile => {
                let kept = self.compile();
                (cached, took_then) = (kept.cached, kept.cached.then_some(kept.took_ms));
                kept.value
            }
            Phase::Test => {
                let kept = self.test();
                (cached, took_then) = (kept.cached, kept.cached.then_some(kept.took_ms));
                kept.value
            }
            Phase::Source => {
                let kept = self.slither();
                cached = kept.cached;
                let mut checks = self.rules(phase);
                checks.extend(kept.value);
                checks
            }
            Phase::Parity => parity::check(self.ground, self.args.fuzz_runs).await,
            phase => {
                if rehearses(phase) {
                    took_then = self.rehearse_once().await?;
                    cached = took_then.is_some();
                }
                self.rules(phase)
            }
        };
        checks.extend(self.trouble(phase, &checks));
        let took_ms = took_then.unwrap_or_else(|| millis(started));
        let part = self.part().filter(|_| phase == Phase::Test);
        Ok(PhaseRun { phase, part, checks, cached, took_ms })
    }

    /// Rehearses where nobody has yet; how long it took when it was taken from an earlier run.
    pub(super) async fn rehearse_once(&mut self) -> Result<Option<u64>, BoxFault> {
        if self.seen.rehearsed.is_some() {
            return Ok(None);
        }
        let kept = self.rehearse().await?;
        let took_then = kept.as_ref().filter(|kept| kept.cached).map(|kept| kept.took_ms);
        self.seen.rehearsed = kept.map(|kept| kept.value);
        if let (Some(baseline), Some(rehearsed)) = (&mut self.baseline, &self.seen.rehearsed) {
            baseline.gas = rehearsed.deployed_gas();
        }
        Ok(took_then)
    }

    /// What rules look at; `None` where there is no plan.
    pub(super) fn subject(&self) -> Option<Subject<'_>> {
        self.ground.subject(&self.seen, self.baseline.as_ref())
    }

    fn rules(&self, phase: Phase) -> Vec<Check> {
        match self.subject() {
            Some(subject) => payrox_validate::run(&[phase], &subject).checks,
            None => vec![unknown(phase.name(), "there is no plan")],
        }
    }

    /// Settings, sources, and the code again where a compiler is there.
    fn compile(&self) -> Kept<Vec<Check>> {
        let started = Instant::now();
        let ground = self.ground;
        let Some(artifacts) = ground.artifacts() else {
            let checks = vec![unknown("compile", "the artifacts cannot be read")];
            return Kept { value: checks, took_ms: millis(started), cached: false };
        };
        let mut checks = vec![
            compiled::settings(&ground.project, artifacts),
            compiled::sources(ground.context.folder(), artifacts),
        ];
        let request = request(ground.context, &ground.project, self.args.solc.clone(), true);
        let input = prepare(&request).ok().map(|prepared| prepared.input().hash);
        let key = input.map(|input| Key::new("compile").with(input).with(artifacts.hash()).finish());
        let again = self.kept("compile", key, || {
            vec![compiled::recompiled(&request, artifacts, &mut |compiler| {
                self.meter.notice(&format!("compiling with {compiler}"));
            })]
        });
        checks.extend(again.value);
        Kept { value: checks, ..again }
    }

    /// What of the phase `test` was asked for, where that is not all.
    fn part(&self) -> Option<String> {
        let named: Vec<_> = self.groups.iter().map(|group| format!("{group:?}")).collect();
        let named = format!("PayRox's group {}, without the project's own tests", named.join(", "));
        (!self.args.group.is_empty()).then_some(named)
    }

    /// The project's own tests, then the groups. Groups that were asked for by name run alone.
    fn test(&self) -> Kept<Vec<Check>> {
        let mut parts = Vec::new();
        if self.args.group.is_empty() {
            parts.extend(self.suites());
        }
        let named: String = self.groups.iter().map(|group| format!("{group:?}")).collect();
        let key = Key::new("groups").with(named).finish();
        parts.push(self.kept("groups", Some(key), || run_units(self.groups)));
        Kept {
            cached: parts.iter().any(|part| part.cached),
            took_ms: parts.iter().map(|part| part.took_ms).sum(),
            value: parts.into_iter().flat_map(|part| part.value).collect(),
        }
    }

    fn suites(&self) -> Vec<Kept<Vec<Check>>> {
        let root = self.ground.context.folder();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let solc = self.args.solc.as_deref().filter(|solc| solc.is_file());
        let found = suites(root, &path);
        if found.is_empty() {
            return vec![Kept { value: vec![no_suite()], took_ms: 0, cached: false }];
        }
        let run = |suite: &Suite| {
            let name = suite.tool.name();
            self.kept(name, self.files_key(suite, solc, &path), || {
                if suite.program.is_some() {
                    self.meter.notice(&format!("running the project's tests: {name} test"));
                }
                vec![run_suite(root, suite, solc)]
            })
        };
        found.iter().map(run).collect()
    }

    /// Slither's findings, where it is installed.
    fn slither(&self) -> Kept<Vec<Check>> {
        let absent =
            |why: &str| Kept { value: vec![payrox_validate::slither(Err(why))], took_ms: 0, cached: false };
        let folder = self.ground.context.folder();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let Some(program) = find_slither(folder, &path) else { return absent("slither is not installed") };
        let Some(artifacts) = self.ground.artifacts() else { return absent("there are no artifacts") };
        let Some(facet) = self.ground.project.facets.first() else { return absent("there is no facet") };
        let contract = artifacts.get(&facet.contract.to_string());
        let input = contract.and_then(|contract| artifacts.compiler_input(contract));
        let Ok(Some(input)) = input else { return absent("nobody kept what the compiler was asked") };
        let search = Search { named: self.args.solc.clone(), ..Search::from_env() };
        let version = &self.ground.project.compiler.version.value;
        let Ok(compiler) = compiler(&search, folder, version) else { return absent("there is no compiler") };
        let mut key = Key::new("slither").with(input.hash).with(program.as_os_str().as_encoded_bytes());
        for name in SLITHER_FILES {
            key = key.with(read(&folder.join(name), LIMIT).unwrap_or_default());
        }
        let key = key.finish();
        self.kept("slither", Some(key), || {
            self.meter.notice("running Slither");
            match run_slither(folder, &program, &compiler, &search, &input) {
                Ok(printed) => vec![payrox_validate::slither(Ok(&printed))],
                Err(why) => vec![unknown("source: Slither", &format!("it could not run: {why}"))],
            }
        })
    }

    /// A hash over every file that the project's tests may depend on, what runs them and how; `None` where one cannot be read.
    fn files_key(&self, suite: &Suite, solc: Option<&Path>, path: &OsStr) -> Option<B256> {
        let root = self.ground.context.folder();
        let artifacts = self.ground.artifacts().map(|set| set.hash()).unwrap_or_default();
        let mut key = Key::new(suite.tool.name()).with(artifacts);
        for program in programs(suite, path).iter().map(PathBuf::as_path).chain(solc) {
            let identity = identity(program)?;
            key = key.with(program.as_os_str().as_encoded_bytes()).with(identity);
        }
        for (name, value) in settings() {
            key = key.with(name.as_encoded_bytes()).with(value.as_encoded_bytes());
        }
        for file in files(root)? {
            let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy();
            if name.starts_with("validation-report.") {
                continue;
            }
            key = key.with(name.as_bytes()).with(read(&file, LIMIT).ok()?);
        }
        Some(key.finish())
    }

    /// What an earlier run gave, else what comes out now. Only what passes is kept: the rest may be otherwise the next time.
    fn kept(&self, kind: &str, key: Option<B256>, make: impl FnOnce() -> Vec<Check>) -> Kept<Vec<Check>> {
        if let Some((kept, took_ms)) = key.and_then(|key| self.cache.get::<Vec<KeptCheck>>(kind, key)) {
            let count = kept.len();
            let value: Vec<_> = kept.into_iter().filter_map(KeptCheck::check).collect();
            if value.len() == count {
                return Kept { value, took_ms, cached: true };
            }
        }
        let started = Instant::now();
        let value = make();
        let took_ms = millis(started);
        let passed = value.iter().all(|check| check.verdict == Verdict::Pass);
        if let Some(key) = key.filter(|_| passed) {
            self.cache.put(kind, key, took_ms, value.iter().map(KeptCheck::from).collect::<Vec<_>>());
        }
        Kept { value, took_ms, cached: false }
    }

    async fn rehearse(&self) -> Result<Option<Kept<Rehearsed>>, BoxFault> {
        let ground = self.ground;
        let (Some(plan), Some(workshop)) = (&ground.plan, &ground.workshop) else { return Ok(None) };
        let place = ground.place();
        let from = match place {
            Place::Empty => B256::ZERO,
            Place::Fork(_) | Place::Remote(..) | Place::Forked(..) => ground.chain.block_hash,
        };
        let key = Key::new("rehearsal").with(plan.content_hash).with(from).finish();
        if let Some((value, took_ms)) = self.cache.get("rehearsal", key) {
            return Ok(Some(Kept { value, took_ms, cached: true }));
        }
        let started = Instant::now();
        let (_, reasons) = workshop.contracts();
        let value = drill(plan, place, &reasons).await?;
        let took_ms = millis(started);
        self.cache.put("rehearsal", key, took_ms, &value);
        Ok(Some(Kept { value, took_ms, cached: false }))
    }

    /// Why there is no plan: once, in the phase that it belongs to, or in the first that runs where that one does not.
    fn trouble(&mut self, phase: Phase, checks: &[Check]) -> Option<Check> {
        let fault = self.ground.trouble.as_ref().filter(|_| !self.told)?;
        let asked = phases(self.args);
        let home = home(fault.as_ref());
        let home = if asked.contains(&home) { Some(home) } else { asked.first().copied() };
        if home != Some(phase) {
            return None;
        }
        self.told = true;
        // What a rule has found already is not told twice.
        if checks.iter().flat_map(|check| &check.findings).any(|finding| finding.code == fault.code()) {
            return None;
        }
        let finding = Finding {
            code: fault.code(),
            severity: Severity::Error,
            subject: escape(&fault.subject().unwrap_or_else(|| "plan".into())),
            evidence: fault.to_string().lines().map(escape).collect::<Vec<_>>().join(" "),
            hint: fault.hint(),
        };
        Some(Check {
            name: format!("{phase}: plan"),
            verdict: Verdict::Fail,
            summary: "no plan can be made".into(),
            findings: vec![finding],
        })
    }
}

/// What a suite's outcome depends on besides files: the tool, and what that runs in.
fn programs(suite: &Suite, path: &OsStr) -> Vec<PathBuf> {
    let mut folders = std::env::split_paths(path);
    let node = folders.find_map(|folder| Some(folder.join("node")).filter(|file| file.is_file()));
    suite.program.iter().cloned().chain(node).collect()
}

/// What tells a program from another at the same place: what a link leads to, its length, and when it was written.
fn identity(program: &Path) -> Option<Vec<u8>> {
    let place = program.canonicalize().ok()?;
    let about = place.metadata().ok()?;
    let written = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(
        [
            &about.len().to_be_bytes()[..],
            &written.as_nanos().to_be_bytes(),
            place.as_os_str().as_encoded_bytes(),
        ]
        .concat(),
    )
}

/// Variables by which the tools are told what to do.
fn settings() -> BTreeMap<OsString, OsString> {
    let tells = |name: &OsString| {
        ["FOUNDRY_", "DAPP_", "HARDHAT_"].iter().any(|p| name.to_string_lossy().starts_with(p))
    };
    std::env::vars_os().filter(|(name, _)| tells(name)).collect()
}

/// The phase that asks about what a fault is about.
fn home(fault: &dyn Fault) -> Phase {
    let error: &(dyn Error + 'static) = fault;
    if error.is::<SetError>() || error.is::<FileError>() {
        return Phase::Compile;
    }
    match error.downcast_ref::<PlanError>() {
        Some(PlanError::Collision { .. } | PlanError::Reserved { .. }) => Phase::Selectors,
        Some(PlanError::BadCode { .. }) => Phase::Size,
        Some(PlanError::Creation { source, .. }) => match **source {
            CreationError::RuntimeTooLarge { .. } | CreationError::InitCodeTooLarge { .. } => Phase::Size,
            _ => Phase::Compile,
        },
        Some(PlanError::Artifact(_) | PlanError::Compiler { .. }) => Phase::Compile,
        Some(PlanError::CoreAccount { .. } | PlanError::NoRoles(_)) => Phase::Roles,
        _ => Phase::Deploy,
    }
}

/// Whether a phase looks at a rehearsal.
fn rehearses(phase: Phase) -> bool {
    matches!(phase, Phase::Size | Phase::Merkle | Phase::Code | Phase::Gas | Phase::Rollback | Phase::Deploy)
}

/// What was asked for, in order, each once.
pub(super) fn phases(args: &ValidateArgs) -> Vec<Phase> {
    let asked = args.phase.iter().flat_map(|asked| match asked {
        Phases::Full => Phase::ALL.to_vec(),
        Phases::One(phase) => vec![*phase],
    });
    let mut all: Vec<_> = asked.collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn unknown(name: &str, why: &str) -> Check {
    Check { name: name.into(), verdict: Verdict::Unknown, summary: why.into(), findings: Vec::new() }
}

fn millis(started: Instant) -> u64 {
    started.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
}
