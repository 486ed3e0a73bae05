//! Asking the compiler, twice: for the syntax of the sources, then for the layouts of contracts and of one more source that
//! declares a variable of each annotated struct. Neither generates code.

use super::{
    ContractLayout, LayoutError, Layouts, Namespace, erc7201,
    solc::{Answer, Gathered},
    syntax::{ASSEMBLY, Annotated, Syntax, Trees},
};
use crate::{
    build::{Compiler, Search},
    input::CompilerInput,
    metadata,
    reference::ContractId,
};
use alloy_primitives::{B256, keccak256};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The name of the source that is added, and of the contract in it. The compiler numbers sources in the order of their names: this
/// one comes last, so that the numbers of all others are the same in both answers.
const ADDED: &str = "~payrox-layouts.sol";
const HOLDER: &str = "PayRoxNamespaces";

/// The layouts of some contracts, from what the compiler was asked when it made them.
///
/// # Errors
/// When the compiler cannot be run, or answers otherwise than a compiler since 0.8.20 does.
pub fn derive(
    compiler: &Compiler,
    search: &Search,
    input: &CompilerInput,
    contracts: &[ContractId],
) -> Result<Layouts, LayoutError> {
    let question = Question::of(input)?;
    if question.annotated_in_vain(metadata::release(&compiler.version)) {
        return Err(LayoutError::silent("structs with @custom:storage-location"));
    }
    let ask = |json: &str| compiler.run(search, json, metadata::release(&compiler.version));
    let answer = ask(&question.syntax())?;
    let trees: Trees<'_> = serde_json::from_str(&answer).map_err(|e| LayoutError::input(&e))?;
    let syntax = Syntax::read(&trees);
    let mut structs = BTreeMap::new();
    for contract in contracts {
        let closure = syntax.closure(contract.path());
        let mine = syntax.annotated.iter().filter(|annotated| closure.contains(annotated.unit.as_str()));
        structs.extend(mine.map(|annotated| (annotated.full_name(), annotated)));
    }
    let answer = ask(&question.layouts(contracts, &structs.values().copied().collect::<Vec<_>>()))?;
    let mut answer: Answer = serde_json::from_str(&answer).map_err(|e| LayoutError::input(&e))?;
    assemble(&question, &syntax, &mut answer, contracts, &structs)
}

impl Annotated {
    fn full_name(&self) -> String {
        let name = match &self.container {
            Some(container) => format!("{}:{container}.{}", self.unit, self.name),
            None => format!("{}:{}", self.unit, self.name),
        };
        // One struct may stand at several slots.
        match self.declared.filter(|_| self.formula == ASSEMBLY) {
            Some(slot) => format!("{name} at {slot:#x}"),
            None => name,
        }
    }
}

fn assemble(
    question: &Question,
    syntax: &Syntax,
    answer: &mut Answer,
    contracts: &[ContractId],
    structs: &BTreeMap<String, &Annotated>,
) -> Result<Layouts, LayoutError> {
    let mut gathered = Gathered::new(syntax);
    for answered in answer.contracts.values_mut().flat_map(BTreeMap::values_mut) {
        for layout in [&mut answered.storage_layout, &mut answered.transient_storage_layout] {
            layout.iter_mut().for_each(|layout| gathered.add(layout));
        }
    }
    let mut layouts = Layouts::empty();
    for id in contracts {
        let silent = || LayoutError::silent(&id.to_string());
        let answered = answer.contracts.get(id.path()).and_then(|names| names.get(id.name()));
        let answered = answered.ok_or_else(silent)?;
        let plain = answered.storage_layout.as_ref().ok_or_else(silent)?;
        // A compiler before 0.8.27 has no transient variables and says nothing about them.
        let transient = answered.transient_storage_layout.as_ref().map_or(&[][..], |layout| &layout.storage);
        let closure = syntax.closure(id.path());
        let namespaces = structs.iter().filter(|(_, a)| closure.contains(a.unit.as_str()));
        let layout = ContractLayout {
            sources: question.sources_hash(&closure).ok_or_else(silent)?,
            storage: gathered.fields(&plain.storage).ok_or_else(silent)?,
            transient: gathered.fields(transient).ok_or_else(silent)?,
            namespaces: namespaces.map(|(name, _)| name.clone()).collect(),
            unresolved: syntax.unresolved(&closure),
        };
        layouts.contracts.insert(id.to_string(), layout);
    }
    let held = answer.contracts.get(ADDED).and_then(|names| names.get(HOLDER));
    let held = held.and_then(|answered| answered.storage_layout.as_ref());
    let held = held.and_then(|layout| gathered.fields(&layout.storage)).unwrap_or_default();
    for (i, (name, annotated)) in structs.iter().enumerate() {
        let field = held.iter().find(|field| field.name == format!("v{i}"));
        let slot = match annotated.formula.as_str() {
            "erc7201" => Some(erc7201(&annotated.id)),
            ASSEMBLY => annotated.declared,
            _ => None,
        };
        let namespace = Namespace {
            formula: annotated.formula.clone(),
            id: annotated.id.clone(),
            slot,
            declared: annotated.declared,
            ty: field.ok_or_else(|| LayoutError::silent(name))?.ty.clone(),
        };
        layouts.namespaces.insert(name.clone(), namespace);
    }
    layouts.types = gathered.types().ok_or_else(|| LayoutError::silent(HOLDER))?;
    Ok(layouts)
}

/// A compiler's input, to be asked something else.
struct Question {
    input: Value,
    hashes: BTreeMap<String, B256>,
}

impl Question {
    fn of(input: &CompilerInput) -> Result<Self, LayoutError> {
        let standard = input.standard(&BTreeMap::new()).map_err(|e| LayoutError::input(&e))?;
        let hashes = standard.sources.iter().map(|(unit, text)| (unit.clone(), keccak256(text)));
        let hashes = hashes.collect();
        let input = serde_json::from_str(&standard.json).map_err(|e| LayoutError::input(&e))?;
        Ok(Self { input, hashes })
    }

    /// Whether there are annotations that this compiler does not put into its trees.
    fn annotated_in_vain(&self, release: &str) -> bool {
        let numbers: Vec<u32> = release.split('.').filter_map(|n| n.parse().ok()).collect();
        numbers.as_slice() < &[0, 8, 20]
            && self.input["sources"].to_string().contains("@custom:storage-location")
    }

    fn syntax(&self) -> String {
        let mut input = self.input.clone();
        input["settings"]["stopAfter"] = json!("parsing");
        input["settings"]["outputSelection"] = json!({ "*": { "": ["ast"] } });
        input.to_string()
    }

    fn layouts(&self, contracts: &[ContractId], structs: &[&Annotated]) -> String {
        const WANTED: [&str; 2] = ["storageLayout", "transientStorageLayout"];
        let mut input = self.input.clone();
        let mut selection = json!({ ADDED: { HOLDER: WANTED } });
        for id in contracts {
            selection[id.path()][id.name()] = json!(WANTED);
        }
        input["settings"]["outputSelection"] = selection;
        // A remapping of the project's must not lead the added source elsewhere: the longest context wins.
        let units: BTreeSet<_> = structs.iter().map(|a| a.unit.as_str()).collect();
        let mut remappings = input["settings"]["remappings"].as_array().cloned().unwrap_or_default();
        remappings.extend(units.iter().map(|unit| json!(format!("{ADDED}:{unit}={unit}"))));
        input["settings"]["remappings"] = Value::Array(remappings);
        input["sources"][ADDED] = json!({ "content": added(structs) });
        input.to_string()
    }

    /// As the metadata of a contract says it: over all sources that its own imports.
    fn sources_hash(&self, closure: &BTreeSet<&str>) -> Option<B256> {
        let all = closure.iter().map(|unit| Some((*unit, *self.hashes.get(*unit)?)));
        Some(metadata::sources_hash(all.collect::<Option<Vec<_>>>()?))
    }
}

/// A source with one variable of each struct, mapping and array.
fn added(structs: &[&Annotated]) -> String {
    let mut imports = String::new();
    let mut variables = String::new();
    for (i, annotated) in structs.iter().enumerate() {
        if annotated.elementary {
            let _ = writeln!(variables, "    {} v{i};", annotated.name);
            continue;
        }
        let (top, ty) = match &annotated.container {
            Some(container) => (container, format!("T{i}.{}", annotated.name)),
            None => (&annotated.name, format!("T{i}")),
        };
        let _ = writeln!(imports, "import {{ {top} as T{i} }} from {};", json!(annotated.unit));
        let _ = writeln!(variables, "    {ty} v{i};");
    }
    format!(
        "// SPDX-License-Identifier: MIT\npragma solidity >=0.8.20;\n{imports}contract {HOLDER} {{\n{variables}}}\n"
    )
}
