//! Addresses before anything is there (EIP-1014). Tests prove each equal to what the contracts predict and create.

use crate::{Creation, ReleaseCode, SystemPart};
use alloy_primitives::{Address, B256, Bytes, address, keccak256};
use alloy_sol_types::SolValue as _;
use payrox_model::{Addresses, CodeHash, Name, Salt, abi};

/// The CREATE2 deployer that is at this address on every chain
/// (<https://github.com/Arachnid/deterministic-deployment-proxy>).
pub const CREATE2_DEPLOYER: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// Facets, init contracts and singletons all take salt 0: their address commits to code and arguments, so that the same code is
/// found again, whoever deployed it and under whatever name.
pub const SALT: Salt = Salt::ZERO;

/// Where a system's contracts are, or will be.
pub fn predict(release: &ReleaseCode, system: &SystemPart) -> Addresses {
    Core::predict(release, system).addresses
}

/// Where CREATE2 puts init code with its arguments.
pub fn create2(deployer: Address, salt: Salt, init_code: &[u8]) -> Address {
    deployer.create2(salt.0, keccak256(init_code))
}

/// The data contract that holds these bytes.
pub fn chunk(factory: Address, data: &[u8]) -> Address {
    create2(factory, Salt::ZERO, &chunk_init_code(data))
}

/// EXTCODEHASH of the data contract that holds these bytes.
pub fn chunk_code_hash(data: &[u8]) -> CodeHash {
    CodeHash::of(&[&[0], data].concat())
}

/// `0x61 ‖ length ‖ 0x80600a3d393df3 ‖ 0x00 ‖ data`: returns what follows its tenth byte.
fn chunk_init_code(data: &[u8]) -> Vec<u8> {
    // A chunk has at most 24,576 bytes: the manifest's limit is below that.
    let length = u16::try_from(data.len() + 1).unwrap_or(u16::MAX);
    [&[0x61], &length.to_be_bytes()[..], &[0x80, 0x60, 0x0a, 0x3d, 0x39, 0x3d, 0xf3, 0], data].concat()
}

/// The name as it stands in a system's configuration: its bytes, then zeros.
pub fn name_word(name: &Name) -> B256 {
    let mut word = B256::ZERO;
    // The planner refuses names of more than 32 bytes.
    for (to, from) in word.iter_mut().zip(name.as_str().bytes()) {
        *to = from;
    }
    word
}

/// The configuration that a system is launched with.
pub fn system_config(system: &SystemPart) -> abi::SystemConfig {
    abi::SystemConfig {
        name: name_word(&system.name),
        owner: system.roles.owner,
        bootstrapper: system.roles.bootstrapper,
        guardians: system.roles.guardians.clone(),
        operators: system.roles.operators.clone(),
        delay: system.delay,
        proxy: system.proxy,
    }
}

/// A clone of the implementation with the system's configuration as immutable arguments.
#[derive(Clone, Debug)]
pub(crate) struct Clone1167 {
    pub(crate) runtime: Vec<u8>,
}

impl Clone1167 {
    pub(crate) fn new(implementation: Address, arguments: &[u8]) -> Self {
        // ERC-1167, then the arguments, as OpenZeppelin's `Clones` writes them.
        const HEAD: [u8; 10] = [0x36, 0x3d, 0x3d, 0x37, 0x3d, 0x3d, 0x3d, 0x36, 0x3d, 0x73];
        const TAIL: [u8; 15] =
            [0x5a, 0xf4, 0x3d, 0x82, 0x80, 0x3e, 0x90, 0x3d, 0x91, 0x60, 0x2b, 0x57, 0xfd, 0x5b, 0xf3];
        Self { runtime: [&HEAD, implementation.as_slice(), &TAIL, arguments].concat() }
    }

    pub(crate) fn init_code(&self) -> Vec<u8> {
        let length = u16::try_from(self.runtime.len()).unwrap_or(u16::MAX);
        let head = [0x3d, 0x81, 0x60, 0x0a, 0x3d, 0x39, 0xf3];
        [&[0x61], &length.to_be_bytes()[..], &head, &self.runtime].concat()
    }

    pub(crate) fn code_hash(&self) -> CodeHash {
        CodeHash::of(&self.runtime)
    }
}

/// `launcher ‖ proxy ‖ bootstrapper ‖ owner ‖ delay ‖ guardian count ‖ guardians ‖ operators`, packed.
fn clone_arguments(launcher: Address, config: &abi::SystemConfig) -> Vec<u8> {
    let mut out = Vec::new();
    for account in [launcher, config.proxy, config.bootstrapper, config.owner] {
        out.extend(account);
    }
    out.extend(config.delay.to_be_bytes());
    // The configuration file admits at most 255 guardians.
    out.push(u8::try_from(config.guardians.len()).unwrap_or(u8::MAX));
    out.extend(config.guardians.iter().chain(&config.operators).flatten());
    out
}

/// All contracts of a system that a plan does not bring itself, with what creates them.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    pub(crate) addresses: Addresses,
    pub(crate) factory: Creation,
    /// Extension, implementation, launcher: through the factory.
    pub(crate) singletons: [Singleton; 3],
    pub(crate) dispatcher: Clone1167,
    pub(crate) router: Creation,
}

/// A contract that is once on a chain.
#[derive(Clone, Debug)]
pub(crate) struct Singleton {
    pub(crate) name: &'static str,
    pub(crate) code: Bytes,
    pub(crate) arguments: Bytes,
    pub(crate) creation: Creation,
}

impl Core {
    pub(crate) fn predict(release: &ReleaseCode, system: &SystemPart) -> Self {
        let factory = creation("factory", CREATE2_DEPLOYER, release.factory.clone());
        let through = |name: &'static str, code: &Bytes, arguments: Vec<u8>| {
            let creation = creation(name, factory.address, [code.as_ref(), &arguments].concat().into());
            Singleton { name, code: code.clone(), arguments: arguments.into(), creation }
        };
        let extension = through("extension", &release.extension, Vec::new());
        let arguments = (factory.address, extension.creation.address).abi_encode_params();
        let implementation = through("implementation", &release.implementation, arguments);
        let arguments = (implementation.creation.address,).abi_encode_params();
        let launcher = through("launcher", &release.launcher, arguments);

        let config = system_config(system);
        let launcher_address = launcher.creation.address;
        let clone =
            Clone1167::new(implementation.creation.address, &clone_arguments(launcher_address, &config));
        let salt = Salt(keccak256(config.name.abi_encode()));
        let dispatcher = create2(launcher_address, salt, &clone.init_code());
        let arguments = (extension.creation.address,).abi_encode_params();
        let router = creation("router", dispatcher, [release.router.as_ref(), &arguments].concat().into());
        Self {
            addresses: Addresses {
                factory: factory.address,
                extension: extension.creation.address,
                implementation: implementation.creation.address,
                launcher: launcher_address,
                dispatcher,
                router: if system.proxy.is_zero() { router.address } else { system.proxy },
            },
            factory,
            singletons: [extension, implementation, launcher],
            dispatcher: clone,
            router,
        }
    }
}

fn creation(label: &str, deployer: Address, init_code: Bytes) -> Creation {
    let address = create2(deployer, SALT, &init_code);
    Creation { label: label.to_owned(), deployer, salt: SALT, init_code, address }
}
