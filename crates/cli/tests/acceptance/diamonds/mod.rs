//! Diamonds that were live before payrox came: one of the npm package `@solidstate/contracts`, and one of ours with its state in an
//! AppStorage and its routes as diamond-2 keeps them. Compiled from `tests/diamonds` by the pinned compiler, deployed on anvil.

mod adopting;
mod cuts;
mod cutting;
mod forged;
mod full;
mod gates;
mod owners;
mod parity;
mod review;
mod solidstate;
mod sourced;

use crate::{
    chain::Chain,
    project::{Project, Ran, text},
    served::Served,
    tools::{foundry, installed, program, repository},
};
use alloy_primitives::{Address, Bytes, FixedBytes, hex, keccak256};
use alloy_sol_types::{SolCall, SolValue};
use payrox_files::write_atomic;
use payrox_model::diamond::IDiamond::{FacetCut, FacetCutAction, diamondCutCall};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// Development accounts of anvil: who deploys, who owns.
pub(super) const DEPLOYER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
pub(super) const OWNER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/// What the contracts of `tests/diamonds` were compiled to; once, whoever comes first.
fn compiled() -> Option<PathBuf> {
    let (forge, solc) = (foundry("forge")?, installed("tools/solc")?);
    let node = program("node")?;
    installed("node_modules/@solidstate/contracts/package.json")?;
    let here = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diamonds");
    fs::create_dir_all(&here).unwrap();
    // Tests are processes of their own.
    let lock = fs::File::create(here.join("lock")).unwrap();
    lock.lock().unwrap();
    let out = here.join("out");
    let built = Command::new(forge)
        .env("PATH", node.parent().unwrap())
        .args(["build", "--quiet", "--root"])
        .arg(repository().join("tests/diamonds"))
        .arg("--use")
        .arg(solc)
        .arg("--out")
        .arg(&out)
        .arg("--cache-path")
        .arg(here.join("cache"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Some(out)
}

/// A chain with a diamond, and a folder where it is adopted.
pub(super) struct World {
    pub(super) anvil: Served,
    pub(super) chain: Chain,
    pub(super) project: Project,
    out: PathBuf,
}

impl World {
    pub(super) fn new(args: &[&str]) -> Option<Self> {
        let out = compiled()?;
        let anvil = Served::anvil_with(args)?;
        let (chain, project) = (anvil.chain(), Project::empty());
        copy(&out, &project.path().join("out"));
        Some(Self { anvil, chain, project, out })
    }

    /// The same on the embedded chain of the project, served over HTTP until [`World::stop`].
    pub(super) fn local() -> Option<Self> {
        let out = compiled()?;
        let project = Project::empty();
        copy(&out, &project.path().join("out"));
        let state = project.path().join(".payrox/local");
        let anvil = Served::devnet(&project, &["--state", state.to_str().unwrap()]);
        let chain = anvil.chain();
        Some(Self { anvil, chain, project, out })
    }

    /// Ends the chain's server, which keeps its state; what is left is the project.
    pub(super) fn stop(self) -> Project {
        self.anvil.end();
        self.project
    }

    fn artifact(&self, path: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.out.join(path)).unwrap()).unwrap()
    }

    /// Sends as an account that anvil has the key of.
    pub(super) fn send(&self, from: &str, to: Option<&str>, data: &Bytes) -> Value {
        let mut call = json!({ "from": from, "data": data, "gas": "0xe00000" });
        if let Some(to) = to {
            call["to"] = json!(to);
        }
        let hash = self.chain.ask("eth_sendTransaction", json!([call])).unwrap();
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let receipt = self.chain.ask("eth_getTransactionReceipt", json!([hash])).unwrap();
            if !receipt.is_null() {
                assert_eq!(receipt["status"], "0x1", "{receipt}");
                return receipt;
            }
            assert!(Instant::now() < until, "{hash} is in no block");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(super) fn deploy(&self, artifact: &str, arguments: &[u8]) -> Address {
        let artifact = self.artifact(artifact);
        let code: Bytes = text(&artifact["bytecode"], "object").parse().unwrap();
        let receipt = self.send(DEPLOYER, None, &[code.as_ref(), arguments].concat().into());
        text(&receipt, "contractAddress").parse().unwrap()
    }

    /// All functions of an artifact, added.
    pub(super) fn add(&self, artifact: &str, facet: Address) -> FacetCut {
        let artifact = self.artifact(artifact);
        let methods = artifact["methodIdentifiers"].as_object().unwrap().values();
        let selector = |text: &Value| FixedBytes::from_slice(&hex::decode(text.as_str().unwrap()).unwrap());
        FacetCut {
            facetAddress: facet,
            action: FacetCutAction::Add,
            functionSelectors: methods.map(selector).collect(),
        }
    }

    /// The diamond of ours, with or without a loupe.
    pub(super) fn app_diamond(&self, owner: Address, loupe: bool) -> String {
        self.diamond("AppDiamond.sol/AppDiamond.json", owner, loupe)
    }

    /// Its facets behind a diamond of this contract.
    pub(super) fn diamond(&self, contract: &str, owner: Address, loupe: bool) -> String {
        let mut facets = vec![
            ("CutFacet.sol/CutFacet.json", Vec::new()),
            ("VaultFacet.sol/VaultFacet.json", Vec::new()),
            ("FeeFacet.sol/FeeFacet.json", alloy_primitives::U256::from(500).abi_encode()),
        ];
        if loupe {
            facets.push(("LoupeFacet.sol/LoupeFacet.json", Vec::new()));
        }
        let cuts: Vec<FacetCut> =
            facets.iter().map(|(path, args)| self.add(path, self.deploy(path, args))).collect();
        self.deploy(contract, &(owner, cuts).abi_encode_params()).to_string()
    }

    /// Payrox, on this chain, with its development accounts.
    pub(super) fn run(&self, args: &[&str]) -> Ran {
        let url = self.anvil.url();
        self.project.run(&[args, &["--network", "anvil", "--rpc-url", url]].concat())
    }

    /// The document of a command that ends well.
    pub(super) fn json(&self, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--json"]].concat());
        assert_eq!(ran.status, 0, "{args:?}: {ran:?}");
        ran.json()
    }

    pub(super) fn adopt(&self, diamond: &str) -> Value {
        self.json(&["adopt", diamond, "--artifacts", "out", "--name", "vault"])
    }

    /// Changes a file of the project.
    pub(super) fn edit(&self, file: &str, from: &str, to: &str) {
        edit(&self.project, file, from, to);
    }

    /// The project of the diamond of ours, one release on.
    pub(super) fn upgrade(&self, adopted: &Value) {
        upgrade(&self.project, adopted);
    }

    /// Whether a function is answered, and with what.
    pub(super) fn ask(&self, diamond: &str, signature: &str) -> Option<Bytes> {
        let data = Bytes::copy_from_slice(&keccak256(signature)[..4]);
        self.chain.call(diamond, &data).ok()
    }

    /// Cuts as the owner, past payrox.
    pub(super) fn cut(&self, owner: &str, diamond: &str, cut: FacetCut) {
        let call = diamondCutCall { _diamondCut: vec![cut], _init: Address::ZERO, _calldata: Bytes::new() };
        self.send(owner, Some(diamond), &call.abi_encode().into());
    }
}

fn edit(project: &Project, file: &str, from: &str, to: &str) {
    let path = project.path().join(file);
    let before = fs::read_to_string(&path).unwrap();
    assert!(before.contains(from), "{from} in {before}");
    write_atomic(&path, before.replace(from, to).as_bytes()).unwrap();
}

/// The project of the diamond of ours, one release on.
pub(super) fn upgrade(project: &Project, adopted: &Value) {
    edit(project, "payrox.toml", "src/appstorage/VaultFacet.sol", "src/appstorage/upgrade/VaultFacet.sol");
    let init = format!(
        "[init]\ncontract = \"src/appstorage/upgrade/MottoInit.sol:MottoInit\"\ncall = \"init(string)\"\nargs = [\"festina lente\"]\nparent = \"{}\"\n\n[system]",
        text(adopted, "root")
    );
    edit(project, "payrox.toml", "[system]", &init);
}

/// Findings of a document by their code.
pub(super) fn finding<'a>(document: &'a Value, code: &str) -> Option<&'a Value> {
    let checks = document["checks"].as_array().unwrap();
    checks
        .iter()
        .flat_map(|check| check["findings"].as_array().unwrap())
        .find(|finding| finding["code"] == code)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            if entry.file_name() != "build-info" {
                copy(&entry.path(), &target);
            }
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
