//! A review as a document, and as blocks that people read.

use crate::{
    Comparison, FacetChange, Made, RawTransaction, Row, SafeTransaction, ShownCall, SignerView, SourceChange,
    StorageReview, change, storage, tree::Checkout,
};
use alloy_primitives::{Address, B256};
use payrox_artifacts::build::Compiler;
use payrox_model::{Check, Report, Verdict, text::escape, text::grouped, version};
use payrox_plan::{Change, Costs, Plan};
use serde::Serialize;

/// Where the sources were.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Provenance {
    /// A commit.
    Commit(Checkout),
    /// A folder as it is; nobody said which commit.
    Folder {
        /// The folder.
        path: String,
    },
}

/// A review.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    /// [`version::OUTPUT`].
    pub version: u32,
    /// The worst of all checks.
    pub outcome: Verdict,
    /// The system's name.
    pub system: String,
    /// The network's.
    pub network: String,
    /// The chain.
    pub chain_id: u64,
    /// The epoch that the plan activates; zero for a diamond, which has none.
    pub epoch: u64,
    /// The diamond that is cut.
    #[serde(skip)]
    pub diamond: Option<Address>,
    /// What is approved.
    pub plan_id: String,
    /// The plan's content hash.
    pub content_hash: B256,
    /// Where the sources were.
    pub source: Provenance,
    /// Who compiled them.
    pub compiler: Compiler,
    /// Milliseconds that the compiler took; zero where it was not asked again.
    pub compile_ms: u128,
    /// The day of an earlier review by the same user that compiled it; nothing where this one did.
    pub compiled_earlier: Option<String>,
    /// The checks.
    pub checks: Vec<Check>,
    /// Every value that was compared.
    pub rows: Vec<Row>,
    /// Every call.
    pub calls: Vec<ShownCall>,
    /// Routes before and after.
    pub changes: Vec<Change>,
    /// Facets with other code than the parent's; nothing where the parent is not at hand.
    pub facets: Option<Vec<FacetChange>>,
    /// Sources that differ from the commit before; nothing where none was named.
    pub sources: Option<Vec<SourceChange>>,
    /// What is kept elsewhere or otherwise than in the release that is live.
    pub storage: StorageReview,
    /// What it takes.
    pub costs: Costs,
    /// What signers see.
    pub signer: SignerView,
}

/// What a review is put together from.
#[derive(Debug)]
pub struct Parts<'a> {
    /// What is to be approved.
    pub plan: &'a Plan,
    /// What was made again.
    pub made: &'a Made,
    /// Both side by side.
    pub comparison: Comparison,
    /// The calls in words.
    pub calls: Vec<ShownCall>,
    /// What signers see.
    pub signer: SignerView,
    /// Where the sources were.
    pub source: Provenance,
    /// Facets that changed.
    pub facets: Option<Vec<FacetChange>>,
    /// Sources that changed.
    pub sources: Option<Vec<SourceChange>>,
    /// What changes of storage, and whether that is right.
    pub storage: (StorageReview, Check),
}

impl Review {
    /// Puts one together.
    pub fn new(parts: Parts<'_>) -> Self {
        let Parts { plan, made, comparison, calls, signer, source, facets, sources, storage } = parts;
        let (storage, check) = storage;
        let mut report = comparison.report;
        report.checks.push(check);
        Self {
            version: version::OUTPUT,
            outcome: report.verdict(),
            system: plan.system.name.to_string(),
            network: plan.network.to_string(),
            chain_id: plan.chain_id.0,
            epoch: plan.epoch.0,
            diamond: plan.diamond.as_ref().map(|part| part.address),
            plan_id: plan.plan_id.to_string(),
            content_hash: plan.content_hash,
            source,
            compiler: made.compiler.clone(),
            compile_ms: made.compiled.as_millis(),
            compiled_earlier: made.earlier.clone(),
            checks: report.checks,
            rows: comparison.rows,
            calls,
            changes: plan.changes.clone(),
            facets,
            sources,
            storage,
            costs: plan.costs.clone(),
            signer,
        }
    }

    /// The checks as a report.
    pub fn report(&self) -> Report {
        Report { checks: self.checks.clone() }
    }

    /// What people read, in order.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let mut all = vec![
            Block::Title(format!(
                "Review of {} on {} (chain {}), {}",
                self.system,
                self.network,
                self.chain_id,
                match self.diamond {
                    Some(diamond) => format!("diamond {}", diamond.to_checksum(None)),
                    None => format!("epoch {}", self.epoch),
                }
            )),
            Block::Text(self.verdict()),
        ];
        all.push(self.origin());
        all.push(self.checks_table());
        all.extend(self.findings());
        all.extend(self.change_blocks());
        all.extend(self.call_blocks());
        all.extend(self.value_blocks());
        all.extend(self.signer_blocks());
        all
    }

    fn verdict(&self) -> String {
        match self.outcome {
            Verdict::Pass if self.diamond.is_some() => {
                "Every value of the plan follows from these sources and from what the diamond serves, byte by byte.".into()
            }
            Verdict::Pass => "Every value of the plan follows from these sources, byte by byte.".into(),
            Verdict::Unknown => {
                "Something could not be looked at: see the checks. Do not sign before it is.".into()
            }
            Verdict::Fail if self.follows() => {
                "The plan is what these sources make, and they lose what is kept: see storage. Do not sign it.".into()
            }
            Verdict::Fail => "The plan is not what these sources make. Do not sign it.".into(),
        }
    }

    /// Whether nothing is against the plan but what it does to storage.
    fn follows(&self) -> bool {
        self.checks.iter().all(|check| check.verdict != Verdict::Fail || check.name == storage::NAME)
    }

    fn origin(&self) -> Block {
        let mut rows = vec![["plan id".to_owned(), self.plan_id.clone()]];
        match &self.source {
            Provenance::Commit(checkout) => {
                rows.push(["commit".into(), format!("{} of {}", checkout.commit, checkout.origin)]);
                rows.push(["tree".into(), checkout.tree.clone()]);
                if !checkout.left_out.is_empty() {
                    rows.push(["links and submodules left out".into(), checkout.left_out.join(", ")]);
                }
            }
            Provenance::Folder { path } => {
                rows.push(["folder, as it is and of no commit".into(), path.clone()]);
            }
        }
        rows.push(["compiler".into(), self.compiler.to_string()]);
        rows.push(["content hash".into(), self.content_hash.to_string()]);
        Block::table(["", ""], rows)
    }

    fn checks_table(&self) -> Block {
        let word = |verdict| match verdict {
            Verdict::Pass => "pass",
            Verdict::Unknown => "unknown",
            Verdict::Fail => "FAIL",
        };
        let rows = self.checks.iter().map(|c| [c.name.clone(), word(c.verdict).into(), c.summary.clone()]);
        Block::table(["check", "verdict", "what was compared"], rows)
    }

    fn findings(&self) -> Vec<Block> {
        let rows: Vec<_> = self
            .checks
            .iter()
            .flat_map(|c| &c.findings)
            .map(|f| [f.code.to_string(), escape(&f.subject), escape(&f.evidence)])
            .collect();
        if rows.is_empty() {
            return Vec::new();
        }
        vec![Block::Heading("Findings".into()), Block::table(["code", "subject", "evidence"], rows)]
    }

    fn change_blocks(&self) -> Vec<Block> {
        let mut all = vec![
            Block::Heading("What changes".into()),
            Block::table(
                ["change", "function", "old route", "new route"],
                self.changes.iter().map(change::route),
            ),
        ];
        match &self.facets {
            Some(facets) if self.epoch != 1 => {
                all.push(Block::Heading("Facets with other code".into()));
                for facet in facets {
                    all.extend(facet_blocks(facet));
                }
            }
            None if self.epoch != 1 => {
                all.push(Block::Text(
                    "Code before is not known: --parent names the plan that is active.".into(),
                ));
            }
            _ => {}
        }
        for source in self.sources.iter().flatten() {
            all.push(Block::Text(format!("Source {}", source.path)));
            all.push(Block::Code(source.diff.clone()));
        }
        all.push(Block::Heading("Storage".into()));
        all.push(Block::Text(self.storage.summary()));
        let rows = self.storage.rows();
        if !rows.is_empty() {
            all.push(Block::table(["change", "facets", "variable", "before", "after"], rows));
        }
        let c = &self.costs;
        all.push(Block::Heading("Cost".into()));
        all.push(Block::Text(format!(
            "{} calls, {} bytes of calldata, {} bytes of code, at least {} gas; no gas price is part of a plan.",
            c.calls,
            grouped(c.calldata_bytes),
            grouped(c.code_bytes),
            grouped(c.gas_floor.0)
        )));
        all
    }

    fn call_blocks(&self) -> Vec<Block> {
        let mut all = vec![Block::Heading("Who calls what".into())];
        for call in &self.calls {
            all.push(Block::Text(format!(
                "{}: {} calls {} ({}): {}{}",
                call.step,
                call.sender,
                call.callee,
                call.to.to_checksum(None),
                call.function,
                if call.value.is_zero() { String::new() } else { format!(", with {} wei", call.value) }
            )));
            all.push(Block::table(
                ["argument", "value"],
                call.arguments.iter().map(|(name, value)| [name.clone(), value.clone()]),
            ));
        }
        all
    }

    fn value_blocks(&self) -> Vec<Block> {
        let row = |r: &Row| {
            let same = if r.equal { "equal" } else { "DIFFERENT" };
            let made =
                if r.equal { "the same".to_owned() } else { r.made.clone().unwrap_or_else(|| "none".into()) };
            [format!("{} {}", r.what, r.subject), same.into(), r.planned.clone(), made]
        };
        vec![
            Block::Heading("Every value".into()),
            Block::table(["value", "", "in the plan", "from the sources"], self.rows.iter().map(row)),
        ]
    }

    fn signer_blocks(&self) -> Vec<Block> {
        let s = &self.signer;
        let mut all = vec![Block::Heading("For signers".into())];
        match (s.domain_hash, s.struct_hash, s.digest) {
            (Some(domain), Some(message), Some(digest)) => {
                all.push(Block::Text(
                    "A device that shows hashes of typed data shows these for the plan:".into(),
                ));
                all.push(Block::table(
                    ["", ""],
                    [("domain hash", domain), ("message hash", message), ("digest, the plan id", digest)]
                        .map(|(name, hash)| [name.to_owned(), hash.to_string()]),
                ));
            }
            _ => all.push(Block::Text(
                "The plan of a diamond is no typed data: its owner signs the calls themselves, and a device shows what follows.".into(),
            )),
        }
        all.extend(way_blocks(&s.transactions, &s.safe));
        all.push(Block::Text("Each value by other tools; `plan` is the plan's file:".into()));
        let lines = s.lines.iter().map(|l| format!("# {}: {}\n{}", l.name, l.value, l.command));
        let lines: Vec<_> = std::iter::once(s.file.clone()).chain(lines).collect();
        all.push(Block::Code(lines.join("\n")));
        all.push(Block::Heading("The way back, not to be signed now".into()));
        all.push(Block::Text(
            "For the day on which it is needed, and instead of what may be pending then. A Safe's hashes hold for its nonce of that day: \
             make this review again with it."
                .into(),
        ));
        all.extend(way_blocks(&s.way_back.transactions, &s.way_back.safe));
        all
    }
}

/// Calls as transactions, and through a Safe.
fn way_blocks(transactions: &[RawTransaction], safe: &[SafeTransaction]) -> Vec<Block> {
    let mut all = Vec::new();
    for t in transactions {
        all.push(Block::Text(format!("{} as a transaction, by {}", t.step, t.sender)));
        all.push(Block::table(
            ["", ""],
            [
                ["to".to_owned(), t.to.to_checksum(None)],
                ["value".into(), t.value.to_string()],
                ["nonce".into(), t.nonce.into()],
                ["data".into(), t.data.to_string()],
            ],
        ));
    }
    for t in safe {
        all.push(Block::Text(format!(
            "{} through the Safe {} (version {}), nonce {}",
            t.step,
            t.safe.to_checksum(None),
            t.version,
            t.nonce
        )));
        all.push(Block::table(
            ["", ""],
            [
                ("domain hash", t.domain_hash),
                ("message hash", t.message_hash),
                ("Safe transaction hash", t.safe_tx_hash),
            ]
            .map(|(name, hash)| [name.to_owned(), hash.to_string()]),
        ));
    }
    all
}

fn facet_blocks(facet: &FacetChange) -> Vec<Block> {
    let [old, new] = facet.contracts.each_ref().map(|c| c.as_deref().unwrap_or("nothing"));
    let list = |all: &[String]| if all.is_empty() { "none".to_owned() } else { all.join(", ") };
    let opcodes: Vec<_> =
        facet.opcodes.iter().map(|o| format!("{} {} → {}", o.opcode, o.before, o.after)).collect();
    vec![
        Block::Text(facet.facet.clone()),
        Block::table(
            ["", ""],
            [
                ["contract".to_owned(), format!("{old} → {new}")],
                ["bytes of code".into(), format!("{} → {}", facet.size[0], facet.size[1])],
                ["functions added".into(), list(&facet.added)],
                ["functions removed".into(), list(&facet.removed)],
                ["opcodes in its init code".into(), list(&opcodes)],
            ],
        ),
    ]
}

/// A piece of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Title(String),
    Heading(String),
    Text(String),
    Code(String),
    Table { head: Vec<String>, rows: Vec<Vec<String>> },
}

impl Block {
    fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Self {
        Self::Table { head: head.map(str::to_owned).into(), rows: rows.into_iter().map(Vec::from).collect() }
    }
}
