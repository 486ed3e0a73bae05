//! What the compiler's syntax trees say that its layouts do not: annotations, members of enumerations, imports, slots.

use super::{
    accessor::{self, Pointer},
    constant::{self, Constants},
    namespace::{annotation, erc7201},
};
use alloy_primitives::U256;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

/// The formula of a struct without an annotation, whose slot assembly sets. No annotation can say it: it has a space.
pub(super) const ASSEMBLY: &str = "assembly code";

/// The answer to a question for syntax trees.
#[derive(Deserialize)]
pub(super) struct Trees<'a> {
    #[serde(borrow)]
    pub(super) sources: BTreeMap<String, Tree<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Tree<'a> {
    #[serde(borrow)]
    ast: Node<'a>,
}

/// A node, with what is read of any kind of it. Bodies and expressions stay text: they nest as deep as anybody likes.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Node<'a> {
    id: u64,
    #[serde(borrow)]
    node_type: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    nodes: Vec<Node<'a>>,
    #[serde(borrow)]
    documentation: Option<&'a RawValue>,
    #[serde(borrow)]
    members: Vec<Named<'a>>,
    constant: bool,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    return_parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    underlying_type: Option<Named<'a>>,
    #[serde(borrow)]
    absolute_path: Option<Cow<'a, str>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Named<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    type_name: Option<Kind<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Kind<'a> {
    #[serde(borrow)]
    node_type: Cow<'a, str>,
}

/// A struct, as it is declared.
#[derive(Debug)]
struct Declared {
    unit: String,
    container: Option<String>,
    name: String,
    /// One member of an elementary type: nothing in it can change places.
    single: bool,
}

/// A pointer into storage, and the function that sets it.
#[derive(Debug)]
struct Accessor {
    unit: String,
    container: Option<String>,
    function: String,
    pointer: Pointer,
}

/// A struct with an annotation, or with a function whose assembly says its slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Annotated {
    pub(super) unit: String,
    /// The contract or library around it.
    pub(super) container: Option<String>,
    pub(super) name: String,
    pub(super) formula: String,
    pub(super) id: String,
    pub(super) declared: Option<U256>,
}

/// What was read of all sources.
#[derive(Debug, Default)]
pub(super) struct Syntax {
    imports: BTreeMap<String, BTreeSet<String>>,
    pub(super) annotated: Vec<Annotated>,
    /// By the compiler's number.
    enums: BTreeMap<u64, (String, Vec<String>)>,
    aliases: BTreeMap<u64, (String, String)>,
    structs: Vec<Declared>,
    accessors: Vec<Accessor>,
    /// Source and function of pointers whose place is not known.
    lost: BTreeSet<(String, String)>,
}

impl Syntax {
    pub(super) fn read(trees: &Trees<'_>) -> Self {
        let mut syntax = Self::default();
        for (unit, tree) in &trees.sources {
            syntax.unit(unit, &tree.ast);
        }
        syntax.place();
        syntax
    }

    /// A source and all that it imports, directly or not.
    pub(super) fn closure(&self, unit: &str) -> BTreeSet<&str> {
        let mut all = BTreeSet::new();
        let mut queue: Vec<_> =
            self.imports.get_key_value(unit).map(|(unit, _)| unit.as_str()).into_iter().collect();
        while let Some(unit) = queue.pop() {
            if all.insert(unit) {
                queue.extend(self.imports.get(unit).into_iter().flatten().map(String::as_str));
            }
        }
        all
    }

    /// Functions of these sources that set a pointer to a slot nobody can compute.
    pub(super) fn unresolved(&self, closure: &BTreeSet<&str>) -> Vec<String> {
        let lost = self.lost.iter().filter(|(unit, _)| closure.contains(unit.as_str()));
        lost.map(|(unit, function)| format!("{unit}:{function}")).collect()
    }

    /// Gives each pointer's struct its slot, where no annotation does.
    fn place(&mut self) {
        for accessor in std::mem::take(&mut self.accessors) {
            let Accessor { unit, container, function, pointer } = &accessor;
            let found = pointer.ty.as_ref().and_then(|ty| self.declaration(unit, container.as_deref(), ty));
            let annotated = found.and_then(|found| {
                let same = |a: &&Annotated| {
                    (&a.unit, &a.container, &a.name) == (&found.unit, &found.container, &found.name)
                };
                self.annotated.iter().filter(same).find(|a| a.formula != ASSEMBLY)
            });
            match (found, pointer.slot) {
                (Some(found), Some(slot)) => {
                    let said = annotated.is_some_and(|a| {
                        a.declared == Some(slot) || a.formula == "erc7201" && erc7201(&a.id) == slot
                    });
                    let name = found.container.iter().chain([&found.name]).map(String::as_str);
                    let placed = Annotated {
                        unit: found.unit.clone(),
                        container: found.container.clone(),
                        name: found.name.clone(),
                        formula: ASSEMBLY.to_owned(),
                        id: format!("{} at {slot:#x}", name.collect::<Vec<_>>().join(".")),
                        declared: Some(slot),
                    };
                    if !said && !self.annotated.contains(&placed) {
                        self.annotated.push(placed);
                    }
                }
                _ if pointer.derived || annotated.is_some() || found.is_some_and(|found| found.single) => {}
                _ => {
                    let name = container.iter().chain([function]).map(String::as_str);
                    self.lost.insert((unit.clone(), name.collect::<Vec<_>>().join(".")));
                }
            }
        }
    }

    /// The struct that a name means in a contract: its own, the source's, or the only one of that name in what it imports.
    fn declaration(&self, unit: &str, container: Option<&str>, name: &str) -> Option<&Declared> {
        let (outer, name) = match name.rsplit_once('.') {
            Some((outer, name)) => (Some(outer), name),
            None => (None, name),
        };
        let named = || self.structs.iter().filter(|s| s.name == name);
        let here =
            |inside: Option<&str>| named().find(|s| s.unit == unit && s.container.as_deref() == inside);
        let near = match outer {
            Some(outer) => here(Some(outer)),
            None => here(container).or_else(|| here(None)),
        };
        let closure = self.closure(unit);
        let of = |s: &&Declared| {
            closure.contains(s.unit.as_str()) && (outer.is_none() || s.container.as_deref() == outer)
        };
        let mut far = named().filter(of);
        near.or_else(|| far.next().filter(|_| far.next().is_none()))
    }

    /// The values of the enumeration with this number and name.
    pub(super) fn members(&self, id: u64, name: &str) -> Option<Vec<String>> {
        self.enums.get(&id).filter(|(known, _)| known == name).map(|(_, members)| members.clone())
    }

    /// What the type with this number and name stands for.
    pub(super) fn underlying(&self, id: u64, name: &str) -> Option<String> {
        self.aliases.get(&id).filter(|(known, _)| known == name).map(|(_, of)| of.clone())
    }

    fn unit(&mut self, unit: &str, root: &Node<'_>) {
        let imports = root.nodes.iter().filter(|node| node.node_type == "ImportDirective");
        let imports = imports.filter_map(|node| node.absolute_path.as_deref().map(str::to_owned));
        self.imports.insert(unit.to_owned(), imports.collect());
        self.scope(unit, None, root, &Constants::new());
        let shared = constants(root);
        for node in root.nodes.iter().filter(|node| node.node_type == "ContractDefinition") {
            self.scope(unit, Some(node.name.as_ref()), node, &shared);
        }
    }

    /// The declarations of a source, or of a contract in it.
    fn scope(&mut self, unit: &str, container: Option<&str>, scope: &Node<'_>, outside: &Constants) {
        let mut known = outside.clone();
        known.extend(constants(scope));
        for node in &scope.nodes {
            match node.node_type.as_ref() {
                "EnumDefinition" => {
                    let members =
                        node.members.iter().map(|member| member.name.clone().into_owned()).collect();
                    self.enums.insert(node.id, (node.name.clone().into_owned(), members));
                }
                "UserDefinedValueTypeDefinition" => {
                    if let Some(of) = &node.underlying_type {
                        let name = node.name.clone().into_owned();
                        self.aliases.insert(node.id, (name, of.name.clone().into_owned()));
                    }
                }
                "FunctionDefinition" | "ModifierDefinition" => {
                    let Some(body) = node.body else { continue };
                    let function = accessor::Function {
                        parameters: node.parameters.map(RawValue::get),
                        returned: node.return_parameters.map(RawValue::get),
                        body: body.get(),
                    };
                    let pointers = accessor::pointers(&function, &known).into_iter();
                    self.accessors.extend(pointers.map(|pointer| Accessor {
                        unit: unit.to_owned(),
                        container: container.map(str::to_owned),
                        function: node.name.clone().into_owned(),
                        pointer,
                    }));
                }
                "StructDefinition" => {
                    let elementary = |member: &Named<'_>| {
                        member.type_name.as_ref().is_some_and(|ty| ty.node_type == "ElementaryTypeName")
                    };
                    self.structs.push(Declared {
                        unit: unit.to_owned(),
                        container: container.map(str::to_owned),
                        name: node.name.clone().into_owned(),
                        single: node.members.len() == 1 && node.members.iter().all(elementary),
                    });
                    let Some(text) = node.documentation.and_then(text) else { continue };
                    let Some((formula, id)) = annotation(&text) else { continue };
                    self.annotated.push(Annotated {
                        unit: unit.to_owned(),
                        container: container.map(str::to_owned),
                        name: node.name.clone().into_owned(),
                        formula: formula.to_owned(),
                        id: id.to_owned(),
                        declared: declared(scope, &node.name, &known),
                    });
                }
                _ => {}
            }
        }
    }
}

/// The text of a documentation comment, which is a node since 0.6 and was a text before.
fn text(documentation: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Comment {
        text: String,
    }
    serde_json::from_str::<Comment>(documentation.get())
        .map(|comment| comment.text)
        .or_else(|_| serde_json::from_str(documentation.get()))
        .ok()
}

fn constants(scope: &Node<'_>) -> Constants {
    let constants = scope.nodes.iter().filter(|node| node.constant);
    let constants = constants.filter_map(|node| {
        let value: Value = serde_json::from_str(node.value?.get()).ok()?;
        Some((node.name.clone().into_owned(), value))
    });
    constants.collect()
}

/// The slot that the functions which return the struct give it: the one constant, or else the one large literal, in them.
fn declared(scope: &Node<'_>, name: &str, constants: &Constants) -> Option<U256> {
    let functions = scope.nodes.iter().filter(|node| node.node_type == "FunctionDefinition");
    let mut slots = BTreeSet::new();
    for function in functions {
        let (Some(body), Some(returned)) = (function.body, function.return_parameters) else { continue };
        let returned = returned.get();
        let mine = [format!("\"name\":\"{name}\""), format!(".{name}\"")];
        if !returned.contains("\"storageLocation\":\"storage\"") || !mine.iter().any(|n| returned.contains(n))
        {
            continue;
        }
        let used = constants.keys().filter(|name| body.get().contains(&format!("\"name\":\"{name}\"")));
        let used: BTreeSet<_> = used.filter_map(|name| constant::value(constants, name)).collect();
        if used.is_empty() {
            slots.extend(literals(body.get()));
        } else {
            slots.extend(used);
        }
    }
    match (slots.pop_first(), slots.pop_first()) {
        (Some(slot), None) => Some(slot),
        _ => None,
    }
}

/// Hexadecimal literals of 32 bytes in the text of a tree.
fn literals(body: &str) -> impl Iterator<Item = U256> {
    body.split("\"value\":\"0x").skip(1).filter_map(|rest| {
        let (digits, _) = rest.split_once('"')?;
        (digits.len() == 64).then(|| U256::from_str_radix(digits, 16).ok()).flatten()
    })
}
