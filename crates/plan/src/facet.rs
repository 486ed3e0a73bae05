//! Facets and the init contract: from the project file and an artifact to an address and a code hash.

use crate::{
    Constructor, Creation, Inputs, PlanError, PlannedFacet, PlannedRoute, Unlocked,
    address::{SALT, create2},
    flags,
};
use alloy_primitives::{Address, Bytes, keccak256};
use payrox_artifacts::{CompilerPolicy, Contract, CreationCode, RUNTIME_LIMIT};
use payrox_config::{Arg, Compiler, FacetSettings, InitSettings};
use payrox_model::{Addresses, CodeHash, text::escape};

/// A contract that goes through the factory.
#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    pub(crate) code: CreationCode,
    pub(crate) creation: Creation,
    pub(crate) code_hash: CodeHash,
    pub(crate) size: u64,
}

/// A facet with all that follows from it.
#[derive(Clone, Debug)]
pub(crate) struct Facet {
    pub(crate) planned: PlannedFacet,
    pub(crate) deployment: Deployment,
    pub(crate) routes: Vec<PlannedRoute>,
    pub(crate) unlocked: Vec<Unlocked>,
}

pub(crate) struct Resolver<'a> {
    pub(crate) inputs: Inputs<'a>,
    pub(crate) constructor: &'a dyn Constructor,
    pub(crate) addresses: Addresses,
}

impl Resolver<'_> {
    pub(crate) fn facet(&self, settings: &FacetSettings) -> Result<Facet, PlanError> {
        let facet = || settings.name.to_string();
        let contract = self.inputs.artifacts.get(&settings.contract.to_string())?;
        contract
            .check_facet()
            .map_err(|source| PlanError::Creation { facet: facet(), source: Box::new(source) })?;
        let routes = flags::routes(settings, &contract.functions, &self.inputs.release.reserved)?;
        let args = self.inputs.network.args.get(&settings.name).unwrap_or(&settings.args);
        let deployment = self.deployment(&facet(), format!("facet {}", settings.name), contract, args)?;
        Ok(Facet {
            planned: PlannedFacet {
                name: settings.name.clone(),
                contract: contract.id.to_string(),
                address: deployment.creation.address,
                code_hash: deployment.code_hash,
                salt: SALT,
                init_code_hash: keccak256(&deployment.creation.init_code),
                constructor_args: deployment.code.arguments.clone(),
                size: deployment.size,
            },
            deployment,
            routes: routes.routes,
            unlocked: routes.unlocked,
        })
    }

    /// The init contract's deployment and the call's data.
    pub(crate) fn init(&self, init: &InitSettings) -> Result<(Deployment, Bytes), PlanError> {
        let contract = self.inputs.artifacts.get(&init.contract.to_string())?;
        let label = format!("init {}", init.contract.name);
        let deployment = self.deployment(&label, label.clone(), contract, &init.constructor_args)?;
        let args = self.texts(&label, &init.args)?;
        let data = payrox_artifacts::encode_call(contract, &init.call, &args)
            .map_err(|e| PlanError::Init(Box::new(e)))?;
        Ok((deployment, data))
    }

    pub(crate) fn deployment(
        &self,
        facet: &str,
        label: String,
        contract: &Contract,
        args: &[Arg],
    ) -> Result<Deployment, PlanError> {
        compiler_policy(&self.inputs.project.compiler)
            .check(contract)
            .map_err(|source| PlanError::Compiler { facet: facet.to_owned(), source: Box::new(source) })?;
        let code = contract
            .creation_code(&self.inputs.project.libraries, &self.texts(facet, args)?)
            .map_err(|source| PlanError::Creation { facet: facet.to_owned(), source: Box::new(source) })?;
        let init_code = code.init_code();
        let deployer = self.addresses.factory;
        let address = create2(deployer, SALT, &init_code);
        let creation = Creation { label, deployer, salt: SALT, init_code, address };
        let runtime = run(self.constructor, &creation)?;
        if !contract.runtime.matches(&runtime) {
            return Err(PlanError::OtherCode { label: creation.label });
        }
        Ok(Deployment { code, code_hash: CodeHash::of(&runtime), size: runtime.len() as u64, creation })
    }

    /// Arguments as text, the system's own addresses filled in.
    fn texts(&self, facet: &str, args: &[Arg]) -> Result<Vec<String>, PlanError> {
        args.iter().map(|arg| self.fill(facet, arg.to_string())).collect()
    }

    fn fill(&self, facet: &str, text: String) -> Result<String, PlanError> {
        let mut rest = text.as_str();
        let mut out = String::new();
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after.split_once("}}").unwrap_or((after, ""));
            let address: Address = match name.trim() {
                "factory" => self.addresses.factory,
                "router" => self.addresses.router,
                "dispatcher" => self.addresses.dispatcher,
                other => {
                    let name = escape(&other.chars().take(40).collect::<String>());
                    return Err(PlanError::Placeholder { facet: facet.to_owned(), name });
                }
            };
            out.push_str(before);
            out.push_str(&address.to_checksum(None));
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// The code that a constructor leaves, where code may be.
pub(crate) fn run(constructor: &dyn Constructor, creation: &Creation) -> Result<Bytes, PlanError> {
    let label = || creation.label.clone();
    let runtime = constructor
        .runtime_code(creation)
        .map_err(|why| PlanError::Constructor { label: label(), why: escape(&why) })?;
    let bad = |why: String| Err(PlanError::BadCode { label: label(), why });
    match runtime.first() {
        None => bad("it is empty".into()),
        Some(0xef) => bad("it begins with 0xEF".into()),
        _ if runtime.len() > RUNTIME_LIMIT => {
            bad(format!("it has {} bytes, the chain takes {RUNTIME_LIMIT} (EIP-170)", runtime.len()))
        }
        _ => Ok(runtime),
    }
}

fn compiler_policy(compiler: &Compiler) -> CompilerPolicy {
    CompilerPolicy {
        version: Some(compiler.version.value.clone()),
        via_ir: compiler.via_ir.as_ref().map(|v| v.value),
        optimizer_runs: compiler.optimizer_runs.as_ref().map(|v| Some(u64::from(v.value))),
        evm_version: compiler.evm_version.as_ref().map(|v| v.value.clone()),
        bytecode_hash: None,
    }
}
