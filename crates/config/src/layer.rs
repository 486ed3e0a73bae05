//! One project file, and how it lies over the one it extends.

use crate::{
    Alert, Arg, Compiler, ConfigError, Contacts, ContractRef, FacetSettings, Functions, InitSettings,
    KeptFacet, NoLock, Place, Policy, Project, Source, Sourced, SystemSettings, TargetKind,
    alerts::{self, AlertFile},
    contacts::ContactsFile,
    diamond::{self, KeptFile},
    parse::Document,
    policy::PolicyFile,
    waiver::WaiverFile,
};
use alloy_primitives::{Address, B256};
use payrox_model::{Name, text::escape, version};
use serde::{Deserialize, Deserializer, de};
use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};
use toml::Spanned;

/// Files in a chain of `extends`, at most.
const DEPTH: usize = 8;
const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectFile {
    version: Option<Spanned<u32>>,
    extends: Option<Text>,
    name: Option<Text>,
    #[serde(default)]
    without: Vec<Text>,
    #[serde(default)]
    compiler: CompilerFile,
    #[serde(default)]
    artifacts: ArtifactsFile,
    #[serde(default)]
    system: SystemFile,
    #[serde(default)]
    facets: Vec<Spanned<FacetFile>>,
    #[serde(default)]
    kept: Vec<KeptFile>,
    #[serde(default)]
    libraries: BTreeMap<String, Text>,
    init: Option<InitFile>,
    #[serde(default)]
    contacts: ContactsFile,
    #[serde(default)]
    alerts: Vec<Spanned<AlertFile>>,
    #[serde(default)]
    policy: PolicyFile,
    #[serde(default)]
    waivers: Vec<Spanned<WaiverFile>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompilerFile {
    version: Option<Text>,
    via_ir: Option<Spanned<bool>>,
    optimizer_runs: Option<Spanned<u32>>,
    evm_version: Option<Text>,
    sources: Option<Text>,
    remappings: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArtifactsFile {
    path: Option<Text>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SystemFile {
    target: Option<Text>,
    delay: Option<Spanned<u32>>,
    window: Option<Spanned<u32>>,
    undo_for: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FacetFile {
    name: Text,
    contract: Option<Text>,
    args: Option<Vec<Arg>>,
    exclude: Option<Vec<String>>,
    cold: Option<Functions>,
    pause_exempt: Option<Functions>,
    pin: Option<Functions>,
    view_lock: Option<Functions>,
    no_lock: Option<Vec<Spanned<NoLock>>>,
    receive: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InitFile {
    contract: Text,
    #[serde(default)]
    constructor_args: Vec<Arg>,
    call: String,
    #[serde(default)]
    args: Vec<Arg>,
    epoch: Option<u64>,
    parent: Option<B256>,
}

/// What one file says, checked; a chain of them becomes a [`Project`].
#[derive(Default)]
pub(crate) struct Layer {
    files: Vec<PathBuf>,
    name: Option<Sourced<Name>>,
    compiler_version: Option<Sourced<String>>,
    via_ir: Option<Sourced<bool>>,
    optimizer_runs: Option<Sourced<u32>>,
    evm_version: Option<Sourced<String>>,
    sources: Option<Sourced<PathBuf>>,
    remappings: Option<Vec<String>>,
    artifacts: Option<Sourced<PathBuf>>,
    target: Option<Sourced<TargetKind>>,
    delay: Option<Sourced<u32>>,
    window: Option<Sourced<u32>>,
    undo_for: Option<Sourced<u32>>,
    facets: BTreeMap<Name, FacetLayer>,
    kept: BTreeMap<Name, KeptFacet>,
    libraries: BTreeMap<String, Address>,
    init: Option<InitSettings>,
    contacts: Contacts,
    alerts: Vec<Alert>,
    policy: Policy,
}

struct FacetLayer {
    place: Place,
    contract: Option<ContractRef>,
    args: Option<Vec<Arg>>,
    exclude: Option<Vec<String>>,
    cold: Option<Functions>,
    pause_exempt: Option<Functions>,
    pin: Option<Functions>,
    view_lock: Option<Functions>,
    no_lock: Option<Vec<NoLock>>,
    receive: Option<bool>,
}

impl Layer {
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::load_within(path, DEPTH)
    }

    fn load_within(path: &Path, depth: usize) -> Result<Self, ConfigError> {
        let doc = Document::open(path)?;
        let file: ProjectFile = doc.parse()?;
        let known = version::PROJECT;
        if let Some(found) = file.version.as_ref().filter(|v| *v.get_ref() != known) {
            let place = doc.at(found, "version");
            return Err(ConfigError::Version { place, found: *found.get_ref(), known });
        }
        let mut layer = match &file.extends {
            None if file.version.is_none() => {
                return Err(ConfigError::Missing { place: doc.whole("version") });
            }
            None => Self::default(),
            Some(base) => {
                let relative = doc.inside(base, "extends")?;
                if depth == 1 {
                    return Err(ConfigError::Extends { place: doc.at(base, "extends"), limit: DEPTH });
                }
                let folder = path.parent().unwrap_or(Path::new(""));
                Self { init: None, ..Self::load_within(&folder.join(relative), depth - 1)? }
            }
        };
        layer.lay(&doc, file)?;
        Ok(layer)
    }

    fn lay(&mut self, doc: &Document, file: ProjectFile) -> Result<(), ConfigError> {
        self.files.push(doc.path.clone());
        for (i, text) in file.without.iter().enumerate() {
            let field = format!("without[{i}]");
            let name = doc.name(text, &field)?;
            if self.facets.remove(&name).is_none() && self.kept.remove(&name).is_none() {
                return Err(ConfigError::UnknownFacet {
                    place: doc.at(text, &field),
                    name: name.to_string(),
                });
            }
        }
        if let Some(name) = &file.name {
            self.name = Some(sourced(doc, name, doc.name(name, "name")?));
        }
        self.lay_compiler(doc, file.compiler)?;
        if let Some(path) = &file.artifacts.path {
            self.artifacts = Some(sourced(doc, path, doc.inside(path, "artifacts.path")?));
        }
        self.lay_system(doc, &file.system)?;
        self.lay_facets(doc, file.facets)?;
        diamond::lay_kept(doc, file.kept, &mut self.kept)?;
        for (name, text) in file.libraries {
            let address = doc.address(&text, &format!("libraries.\"{name}\""))?;
            self.libraries.insert(name, address);
        }
        if let Some(init) = file.init {
            self.init = Some(InitSettings {
                contract: doc.contract(&init.contract, "init.contract")?,
                constructor_args: init.constructor_args,
                call: init.call,
                args: init.args,
                epoch: init.epoch,
                parent: init.parent,
            });
        }
        file.contacts.lay(doc, &mut self.contacts)?;
        alerts::lay(file.alerts, doc, &mut self.alerts)?;
        self.policy.lay(doc, file.policy, file.waivers)
    }

    fn lay_compiler(&mut self, doc: &Document, file: CompilerFile) -> Result<(), ConfigError> {
        let lay = |text: Text| sourced(doc, &text, text.get_ref().clone());
        if let Some(text) = &file.version {
            let numbers =
                text.get_ref().split('.').filter(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
            if numbers.count() != 3 || text.get_ref().split('.').count() != 3 {
                let why = format!("`{}` is not a version such as 0.8.30", escape(text.get_ref()));
                return Err(ConfigError::Value { place: doc.at(text, "compiler.version"), why });
            }
        }
        replace(&mut self.compiler_version, file.version.map(lay));
        replace(&mut self.via_ir, file.via_ir.map(|v| sourced(doc, &v, *v.get_ref())));
        replace(&mut self.optimizer_runs, file.optimizer_runs.map(|v| sourced(doc, &v, *v.get_ref())));
        replace(&mut self.evm_version, file.evm_version.map(lay));
        if let Some(text) = &file.sources {
            self.sources = Some(sourced(doc, text, doc.inside(text, "compiler.sources")?));
        }
        replace(&mut self.remappings, file.remappings);
        Ok(())
    }

    fn lay_system(&mut self, doc: &Document, file: &SystemFile) -> Result<(), ConfigError> {
        if let Some(text) = &file.target {
            self.target = Some(sourced(doc, text, diamond::read_target(doc, text)?));
        }
        for (slot, value, field, bounds) in [
            (&mut self.delay, &file.delay, "system.delay", 1..90 * DAY + 1),
            (&mut self.window, &file.window, "system.window", HOUR..30 * DAY + 1),
            (&mut self.undo_for, &file.undo_for, "system.undo_for", 0..365 * DAY + 1),
        ] {
            if let Some(value) = value {
                *slot = Some(sourced(doc, value, doc.within(value, field, bounds, "seconds")?));
            }
        }
        Ok(())
    }

    fn lay_facets(&mut self, doc: &Document, facets: Vec<Spanned<FacetFile>>) -> Result<(), ConfigError> {
        let mut seen = Vec::new();
        for (i, facet) in facets.into_iter().enumerate() {
            let facet = facet.into_inner();
            let at = |field: &str| format!("facets[{i}].{field}");
            let name = doc.name(&facet.name, &at("name"))?;
            let place = doc.at(&facet.name, &at("name"));
            if seen.contains(&name) {
                return Err(ConfigError::Duplicate { place, what: "facet", subject: name.to_string() });
            }
            let no_lock = facet.no_lock.map(|list| reasons(doc, list, &at("no_lock"))).transpose()?;
            let contract = facet.contract.map(|c| doc.contract(&c, &at("contract"))).transpose()?;
            seen.push(name.clone());
            let below = self.facets.entry(name).or_insert_with(|| FacetLayer::empty(place.clone()));
            below.place = place;
            replace(&mut below.contract, contract);
            replace(&mut below.args, facet.args);
            replace(&mut below.exclude, facet.exclude);
            replace(&mut below.cold, facet.cold);
            replace(&mut below.pause_exempt, facet.pause_exempt);
            replace(&mut below.pin, facet.pin);
            replace(&mut below.view_lock, facet.view_lock);
            replace(&mut below.no_lock, no_lock);
            replace(&mut below.receive, facet.receive);
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<Project, ConfigError> {
        let path = self.files.last().cloned().unwrap_or_default();
        let place = |field: &str| Place { path: path.clone(), line: 0, column: 0, field: field.to_owned() };
        let missing = |field| ConfigError::Missing { place: place(field) };
        let name = self.name.ok_or_else(|| missing("name"))?;
        let target = self.target.unwrap_or_else(|| Sourced::default_of(TargetKind::PayRox));
        let only_kept = target.value == TargetKind::Eip2535 && !self.kept.is_empty();
        if self.facets.is_empty() && !only_kept {
            return Err(missing("facets"));
        }
        if let Some(why) = diamond::misplaced(target.value, &self.kept, |name| self.facets.contains_key(name))
        {
            return Err(ConfigError::Value { place: place("kept"), why });
        }
        let facets =
            self.facets.into_iter().map(|(name, layer)| layer.finish(name)).collect::<Result<_, _>>()?;
        Ok(Project {
            files: self.files,
            name,
            compiler: Compiler {
                version: self.compiler_version.unwrap_or_else(|| Sourced::default_of("0.8.30".into())),
                via_ir: self.via_ir,
                optimizer_runs: self.optimizer_runs,
                evm_version: self.evm_version,
                sources: self.sources.unwrap_or_else(|| Sourced::default_of("src".into())),
                remappings: self.remappings.unwrap_or_default(),
            },
            artifacts: self.artifacts.unwrap_or_else(|| Sourced::default_of("out".into())),
            system: SystemSettings {
                target,
                delay: self.delay.unwrap_or_else(|| Sourced::default_of(2 * DAY)),
                window: self.window.unwrap_or_else(|| Sourced::default_of(7 * DAY)),
                undo_for: self.undo_for.unwrap_or_else(|| Sourced::default_of(7 * DAY)),
            },
            facets,
            kept: self.kept.into_values().collect(),
            libraries: self.libraries,
            init: self.init,
            contacts: self.contacts,
            alerts: self.alerts,
            policy: self.policy,
        })
    }
}

impl FacetLayer {
    fn empty(place: Place) -> Self {
        Self {
            place,
            contract: None,
            args: None,
            exclude: None,
            cold: None,
            pause_exempt: None,
            pin: None,
            view_lock: None,
            no_lock: None,
            receive: None,
        }
    }

    fn finish(self, name: Name) -> Result<FacetSettings, ConfigError> {
        let mut place = self.place;
        place.field = place.field.replace(".name", ".contract");
        Ok(FacetSettings {
            name,
            contract: self.contract.ok_or(ConfigError::Missing { place })?,
            args: self.args.unwrap_or_default(),
            exclude: self.exclude.unwrap_or_default(),
            cold: self.cold.unwrap_or_default(),
            pause_exempt: self.pause_exempt.unwrap_or_default(),
            pin: self.pin.unwrap_or_default(),
            view_lock: self.view_lock.unwrap_or_default(),
            no_lock: self.no_lock.unwrap_or_default(),
            receive: self.receive.unwrap_or_default(),
        })
    }
}

fn sourced<T, U>(doc: &Document, place: &Spanned<T>, value: U) -> Sourced<U> {
    Sourced { value, source: Source::File { path: doc.path.clone(), line: doc.line(place) } }
}

fn replace<T>(slot: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *slot = value;
    }
}

fn reasons(doc: &Document, list: Vec<Spanned<NoLock>>, field: &str) -> Result<Vec<NoLock>, ConfigError> {
    for entry in &list {
        if entry.get_ref().reason.trim().is_empty() {
            let why = format!("`{}` has no reason", escape(&entry.get_ref().function));
            return Err(ConfigError::Value { place: doc.at(entry, field), why });
        }
    }
    Ok(list.into_iter().map(Spanned::into_inner).collect())
}

impl<'de> Deserialize<'de> for Functions {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Functions;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, or a list of function signatures")
            }
            fn visit_bool<E>(self, all: bool) -> Result<Functions, E> {
                Ok(if all { Functions::All } else { Functions::default() })
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Functions, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = seq.next_element()? {
                    list.push(item);
                }
                Ok(Functions::Only(list))
            }
        }
        d.deserialize_any(Visitor)
    }
}
