//! What the compiler's syntax trees say that its layouts do not: annotations, members of enumerations, imports, slots.

use super::{
    accessor::{self, Pointee, Pointer},
    constant::{Constants, call_of},
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
    overrides: Option<&'a RawValue>,
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

/// A struct with an annotation, or what a function's assembly gives a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Annotated {
    pub(super) unit: String,
    /// The contract or library around it.
    pub(super) container: Option<String>,
    pub(super) name: String,
    pub(super) formula: String,
    pub(super) id: String,
    /// The slot that the code uses.
    pub(super) declared: Option<U256>,
    /// It is no struct: the name is the type.
    pub(super) elementary: bool,
}

impl Annotated {
    /// What assembly puts at a slot.
    fn placed(unit: String, container: Option<String>, name: String, elementary: bool, slot: U256) -> Self {
        let id = match &container {
            Some(container) if !elementary => format!("{container}.{name} at {slot:#x}"),
            _ => format!("{name} at {slot:#x}"),
        };
        Self { unit, container, name, formula: ASSEMBLY.to_owned(), id, declared: Some(slot), elementary }
    }
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
    /// Variables of contracts, by the compiler's number.
    variables: BTreeMap<u64, (String, String)>,
    /// Functions that override others: what those return nobody knows.
    overridden: BTreeSet<String>,
    accessors: Vec<Accessor>,
    /// Source and function of pointers whose place is not known.
    lost: BTreeSet<(String, String)>,
}

impl Syntax {
    pub(super) fn read(trees: &Trees<'_>) -> Self {
        let mut syntax = Self::default();
        for tree in trees.sources.values() {
            let functions = tree.ast.nodes.iter().flat_map(|node| &node.nodes);
            let overriding = functions.filter(|function| function.overrides.is_some());
            syntax.overridden.extend(overriding.map(|function| function.name.clone().into_owned()));
        }
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

    /// Gives what each pointer leads to its slot. Of a struct with an annotation that is the slot that the code uses: functions that
    /// put it elsewhere besides make it one more struct.
    fn place(&mut self) {
        let mut used: BTreeMap<usize, BTreeSet<U256>> = BTreeMap::new();
        for Accessor { unit, container, function, pointer } in std::mem::take(&mut self.accessors) {
            let found = match &pointer.ty {
                Some(Pointee::Struct(name)) => self.declaration(&unit, container.as_deref(), name),
                Some(Pointee::Elementary(_)) | None => None,
            };
            let annotated = found.and_then(|found| {
                let same = |a: &Annotated| {
                    (&a.unit, &a.container, &a.name) == (&found.unit, &found.container, &found.name)
                };
                self.annotated.iter().position(|a| a.formula != ASSEMBLY && same(a))
            });
            let single = annotated.is_none() && found.is_some_and(|found| found.single);
            let pointee = match (found, &pointer.ty) {
                (Some(found), _) => {
                    Some((found.unit.clone(), found.container.clone(), found.name.clone(), false))
                }
                (None, Some(Pointee::Elementary(ty))) => {
                    Some((unit.clone(), container.clone(), ty.clone(), true))
                }
                (None, _) => None,
            };
            match (annotated, pointee, pointer.slot) {
                (Some(at), _, Some(slot)) => drop(used.entry(at).or_default().insert(slot)),
                (None, Some((unit, container, name, elementary)), Some(slot)) => {
                    self.put(Annotated::placed(unit, container, name, elementary, slot));
                }
                _ if pointer.derived || single => {}
                _ => {
                    let name = container.iter().chain([&function]).map(String::as_str);
                    let name = name.collect::<Vec<_>>().join(".");
                    self.lost.insert((unit, name));
                }
            }
        }
        for (at, slots) in used {
            let Some(annotated) = self.annotated.get_mut(at) else { continue };
            let said = (annotated.formula == "erc7201").then(|| erc7201(&annotated.id));
            let declared = said.filter(|said| slots.contains(said)).or_else(|| slots.first().copied());
            annotated.declared = declared;
            let Annotated { unit, container, name, .. } = annotated.clone();
            for slot in slots.into_iter().filter(|slot| Some(*slot) != declared) {
                self.put(Annotated::placed(unit.clone(), container.clone(), name.clone(), false, slot));
            }
        }
    }

    fn put(&mut self, placed: Annotated) {
        if !self.annotated.contains(&placed) {
            self.annotated.push(placed);
        }
    }

    /// The contract that declares a variable of this number and name.
    pub(super) fn declares(&self, id: u64, name: &str) -> Option<String> {
        self.variables.get(&id).filter(|(known, _)| known == name).map(|(_, contract)| contract.clone())
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

    /// Constants of a scope, and what functions return that are nothing else.
    fn constants(&self, scope: &Node<'_>) -> Constants {
        let known = scope.nodes.iter().filter_map(|node| {
            let name = node.name.as_ref();
            if node.constant {
                Some((name.to_owned(), serde_json::from_str(node.value?.get()).ok()?))
            } else if node.node_type == "FunctionDefinition" && !self.overridden.contains(name) {
                Some((call_of(name), returned(node)?))
            } else {
                None
            }
        });
        known.collect()
    }

    fn unit(&mut self, unit: &str, root: &Node<'_>) {
        let imports = root.nodes.iter().filter(|node| node.node_type == "ImportDirective");
        let imports = imports.filter_map(|node| node.absolute_path.as_deref().map(str::to_owned));
        self.imports.insert(unit.to_owned(), imports.collect());
        self.scope(unit, None, root, &Constants::new());
        let shared = self.constants(root);
        for node in root.nodes.iter().filter(|node| node.node_type == "ContractDefinition") {
            self.scope(unit, Some(node.name.as_ref()), node, &shared);
        }
    }

    /// The declarations of a source, or of a contract in it.
    fn scope(&mut self, unit: &str, container: Option<&str>, scope: &Node<'_>, outside: &Constants) {
        let mut known = outside.clone();
        known.extend(self.constants(scope));
        for node in &scope.nodes {
            match node.node_type.as_ref() {
                "VariableDeclaration" => {
                    if let Some(container) = container {
                        let name = node.name.clone().into_owned();
                        self.variables.insert(node.id, (name, container.to_owned()));
                    }
                }
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
                        declared: None,
                        elementary: false,
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

/// The expression that a function without parameters returns, where it does nothing else.
fn returned(function: &Node<'_>) -> Option<Value> {
    let parsed = |text: Option<&RawValue>| serde_json::from_str::<Value>(text?.get()).ok();
    let none = parsed(function.parameters)?["parameters"].as_array()?.is_empty();
    let body = parsed(function.body).filter(|_| none)?;
    match body["statements"].as_array()?.as_slice() {
        [only] if only["nodeType"] == "Return" => only.get("expression").cloned(),
        _ => None,
    }
}
