//! Versions of everything the tool stores. A reader refuses a version it does not know.

/// The manifest's first byte.
pub const MANIFEST: u8 = 1;
/// `artifacts/dispatcher.plan.json`.
pub const PLAN: u32 = 1;
/// The same for a diamond of EIP-2535, which has a part more.
pub const PLAN_OF_A_DIAMOND: u32 = 2;
/// `payrox.toml` and its variants.
pub const PROJECT: u32 = 1;
/// `networks/<name>.toml`.
pub const NETWORK: u32 = 1;
/// A file of the journal. Files of version 1 are read, and never added to.
pub const JOURNAL: u32 = 2;
/// `artifacts/release.json`.
pub const RELEASE: u32 = 1;
/// `release.toml`.
pub const RELEASE_SETTINGS: u32 = 1;
/// The embedded chain's state under `.payrox/local/`.
pub const DEVNET: u32 = 1;
/// `deployments/<chain-id>/<Contract>.json`.
pub const DEPLOYMENT: u32 = 1;
/// `.payrox/sources/<chain-id>.json`.
pub const SOURCES: u32 = 1;
/// The document that `--json` prints.
pub const OUTPUT: u32 = 1;
/// An archive of `payrox backup`.
pub const BACKUP: u32 = 1;
/// A line of `backup-drills.jsonl`.
pub const DRILL: u32 = 1;
/// The queue of notices under `.payrox/outbox/`, and the body of one.
pub const OUTBOX: u32 = 1;
/// `gas-snapshot.json` of a project.
pub const GAS_SNAPSHOT: u32 = 1;
/// `validation-report.json`.
pub const VALIDATION: u32 = 1;
/// What `payrox validate` keeps under `.payrox/validate/`.
pub const VALIDATION_CACHE: u32 = 1;
/// `artifacts/adopted.json`.
pub const ADOPTED: u32 = 1;
/// The transactions that `--unsigned` writes.
pub const UNSIGNED: u32 = 1;
/// The signed transactions that `--signed` reads.
pub const SIGNED: u32 = 1;
/// A counter-example of `payrox parity`, under `parity/`.
pub const PARITY_CASE: u32 = 2;
/// `.payrox/parity/corpus.json`.
pub const PARITY_CORPUS: u32 = 1;
