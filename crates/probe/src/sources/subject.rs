//! What is to be verified: every contract that a plan puts on chain and that has sources.

use alloy_primitives::{Address, B256, Bytes, keccak256};
use alloy_sol_types::{SolCall as _, SolValue as _};
use payrox_artifacts::{
    ArtifactSet, CompilerInput, Contract, Flaw, SetError, StandardInput, release, release_input,
};
use payrox_chain::explorers::Submission;
use payrox_model::{
    Code, CodeHash, ExitCode, Fault, abi::IDeterministicChunkFactory::deployDeterministic_1Call as Deploy,
};
use payrox_plan::{Effect, Plan};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A contract on chain.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its name in the deployment records.
    pub name: String,
    /// `path:Name` of its source.
    pub contract: String,
    /// Where it is.
    pub address: Address,
    /// Its planned EXTCODEHASH.
    pub code_hash: CodeHash,
    /// How its code comes about.
    pub what: What,
}

/// How a contract's code comes about.
#[derive(Clone, Debug)]
pub enum What {
    /// A compiler made it.
    Compiled(Box<Compiled>),
    /// It delegates every call, by code that no compiler made: verified is what it delegates to.
    Clone {
        /// That.
        implementation: Address,
    },
}

/// Sources and how they were compiled.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What is sent to an explorer; `None` where the compiler's input was not kept.
    pub submission: Option<Submission>,
    /// Hashes of the sources' texts, without what servers change about them: line ends, and blanks at the end.
    pub texts: Arc<BTreeSet<B256>>,
    /// SHA-256 of the compiler's input; zero where it was not kept.
    pub input: B256,
}

/// A source's text without what servers change about it: line ends, and blanks at its end.
pub(super) fn text_hash(text: &str) -> B256 {
    let lines: Vec<_> = text.trim_end().lines().map(|line| line.trim_end_matches('\r')).collect();
    keccak256(lines.join("\n"))
}

/// One compiler's input, prepared once for all contracts that came from it.
struct Prepared {
    json: Arc<str>,
    texts: Arc<BTreeSet<B256>>,
    hash: B256,
}

/// Every contract of the plan that has sources: singletons, dispatcher, router, facets, what runs at activation. The manifest's
/// contract is data and has none. `created_by` knows transactions by the names of deployment records.
///
/// # Errors
/// When an artifact is missing or was kept malformed, or the plan is of other artifacts or another release.
pub fn subjects(
    plan: &Plan,
    artifacts: &ArtifactSet,
    libraries: &BTreeMap<String, Address>,
    created_by: &dyn Fn(&str) -> Option<B256>,
) -> Result<Vec<Subject>, SubjectError> {
    if plan.artifacts_hash != artifacts.hash() {
        return Err(SubjectError::Foreign { what: "artifacts" });
    }
    if plan.check_release(&release().into()).is_err() {
        return Err(SubjectError::Foreign { what: "PayRox's own contracts" });
    }
    let mut out = own(plan, created_by)?;
    let mut inputs = Inputs { artifacts, libraries, prepared: BTreeMap::new() };
    for facet in &plan.facets {
        let compiled = inputs.compiled(
            &facet.contract,
            facet.address,
            &facet.constructor_args,
            created_by(facet.name.as_str()),
        )?;
        out.push(Subject {
            name: facet.name.to_string(),
            contract: facet.contract.clone(),
            address: facet.address,
            code_hash: facet.code_hash,
            what: What::Compiled(Box::new(compiled)),
        });
    }
    if let Some(init) = &plan.init {
        let name = init.contract.rsplit(':').next().unwrap_or_default().to_owned();
        let step = format!("init {name}");
        let compiled =
            inputs.compiled(&init.contract, init.target, &arguments(plan, &step), created_by(&name))?;
        out.push(Subject {
            name,
            contract: init.contract.clone(),
            address: init.target,
            code_hash: init.code_hash,
            what: What::Compiled(Box::new(compiled)),
        });
    }
    Ok(out)
}

/// PayRox's own contracts, from the sources inside the binary.
fn own(plan: &Plan, created_by: &dyn Fn(&str) -> Option<B256>) -> Result<Vec<Subject>, SubjectError> {
    let release = release();
    let prepared = prepare(&release_input(), &BTreeMap::new())?;
    let a = &plan.addresses;
    let router = (a.extension,).abi_encode_params();
    let singletons = [
        ("DeterministicChunkFactory", "factory", &release.factory, Bytes::new()),
        ("PayRoxRouterExtension", "extension", &release.extension, arguments(plan, "extension")),
        (
            "ManifestDispatcherImplementation",
            "implementation",
            &release.dispatcher,
            arguments(plan, "implementation"),
        ),
        ("PayRoxLauncher", "launcher", &release.launcher, arguments(plan, "launcher")),
        ("PayRoxProxyRouter", "router", &release.router, router.into()),
    ];
    let mut out = Vec::new();
    for (name, step, contract, arguments) in singletons {
        let Some((address, code_hash)) = placed(plan, step) else { continue };
        let compiled = compiled(contract, &prepared, address, &arguments, created_by(name));
        let contract = contract.id.to_string();
        out.push(Subject {
            name: name.into(),
            contract,
            address,
            code_hash,
            what: What::Compiled(Box::new(compiled)),
        });
    }
    let launch = plan.steps.iter().find(|step| step.name == "launch").map(|step| &step.effect);
    if let Some(Effect::System { dispatcher_code_hash, .. }) = launch {
        out.push(Subject {
            name: "ManifestDispatcher".into(),
            contract: release.dispatcher.id.to_string(),
            address: a.dispatcher,
            code_hash: *dispatcher_code_hash,
            what: What::Clone { implementation: a.implementation },
        });
    }
    Ok(out)
}

/// Where a step puts which code.
fn placed(plan: &Plan, step: &str) -> Option<(Address, CodeHash)> {
    let step = plan.steps.iter().find(|s| s.name == step)?;
    match step.effect {
        Effect::Code { address, code_hash } => Some((address, code_hash)),
        _ => None,
    }
}

/// The constructor arguments that a step hands to the factory.
fn arguments(plan: &Plan, step: &str) -> Bytes {
    let call = plan.steps.iter().find(|s| s.name == step).and_then(|s| s.call.as_ref());
    let decoded = call.and_then(|call| Deploy::abi_decode(&call.data).ok());
    decoded.map(|call| call.constructorArgs).unwrap_or_default()
}

struct Inputs<'a> {
    artifacts: &'a ArtifactSet,
    libraries: &'a BTreeMap<String, Address>,
    prepared: BTreeMap<(B256, Vec<String>), Arc<Prepared>>,
}

impl Inputs<'_> {
    fn compiled(
        &mut self,
        name: &str,
        address: Address,
        arguments: &Bytes,
        created_by: Option<B256>,
    ) -> Result<Compiled, SubjectError> {
        let contract = self.artifacts.get(name)?;
        let Some(input) = self.artifacts.compiler_input(contract)? else {
            return Ok(Compiled { submission: None, texts: Arc::default(), input: B256::ZERO });
        };
        let needed: Vec<String> = contract.creation.libraries().map(str::to_owned).collect();
        let key = (input.hash, needed.clone());
        let prepared = match self.prepared.get(&key) {
            Some(prepared) => prepared.clone(),
            None => {
                let linked = needed.into_iter().filter_map(|library| {
                    let bare = library.rsplit(':').next().unwrap_or_default();
                    let address = self.libraries.get(&library).or_else(|| self.libraries.get(bare))?;
                    Some((library, *address))
                });
                let prepared = Arc::new(prepare(&input, &linked.collect())?);
                self.prepared.insert(key, prepared.clone());
                prepared
            }
        };
        Ok(compiled(contract, &prepared, address, arguments, created_by))
    }
}

fn prepare(input: &CompilerInput, libraries: &BTreeMap<String, Address>) -> Result<Prepared, SubjectError> {
    let StandardInput { json, sources } = input.standard(libraries)?;
    let texts = sources.values().map(|text| text_hash(text)).collect();
    Ok(Prepared { json: json.into(), texts: Arc::new(texts), hash: input.hash })
}

fn compiled(
    contract: &Contract,
    prepared: &Prepared,
    address: Address,
    arguments: &Bytes,
    created_by: Option<B256>,
) -> Compiled {
    let submission = contract.compilation.as_ref().map(|compilation| Submission {
        address,
        contract: contract.id.to_string(),
        compiler: compilation.version.clone(),
        input: prepared.json.clone(),
        arguments: arguments.clone(),
        created_by,
    });
    Compiled { submission, texts: prepared.texts.clone(), input: prepared.hash }
}

/// Subjects that cannot be had.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum SubjectError {
    #[error(transparent)]
    Artifacts(#[from] SetError),
    #[error("the compiler's input was kept, but cannot be used: {0}")]
    Input(#[from] Flaw),
    #[error("the plan was made from other {what} than those that are here")]
    Foreign { what: &'static str },
}

impl Fault for SubjectError {
    fn code(&self) -> Code {
        match self {
            Self::Artifacts(error) => error.code(),
            Self::Input(flaw) => flaw.code(),
            Self::Foreign { .. } => Code("PRX-SRC-008"),
        }
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Foreign { .. } => ExitCode::Refused,
            _ => ExitCode::BadInput,
        }
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::Artifacts(error) => error.subject(),
            _ => None,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Artifacts(error) => error.hint(),
            Self::Input(flaw) => flaw.hint(),
            Self::Foreign { .. } => {
                Some("build what was deployed, or plan again: sources of something else prove nothing".into())
            }
        }
    }
}
