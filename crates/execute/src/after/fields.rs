//! Slots by name: those of `contracts/src/storage`, and those where proxies keep what they must not have here.

use alloy_primitives::{Address, B256, U256, keccak256, uint};
use payrox_model::Selector;
use payrox_plan::Plan;
use std::collections::BTreeMap;

/// ERC-7201 root of `payrox.dispatcher`.
pub(crate) const DISPATCHER: U256 =
    uint!(0xd5690d4d20be9bcb0b7ba52e4eeac00f28dfae0c54221e9607ea1ef31300e900_U256);
/// ERC-7201 root of `payrox.router.routes`; a route's slot is this plus its selector as a number.
const ROUTES: U256 = uint!(0x3f86c3b18d9f28d94aa3ae6129dcfb99ee7f82c69b25bcccddbdf64ff2067f00_U256);
/// ERC-7201 root of `payrox.router.state`.
const STATE: U256 = uint!(0xc42ee7dee6224a5a9529fac6a5dd4dfbbb3aaa40acccc4edf714dafe1e870a00_U256);

/// The fields of the dispatcher's fixed slots.
const FIXED: [&str; 12] = [
    "manifest, epoch, flags, unpauses",
    "eta, window, delay, floor, undoUntil",
    "root",
    "owner, initialized, nextDelayAt",
    "sealEpoch, sealAt, nextDelay",
    "pendingOwner",
    "records",
    "roles",
    "revoked",
    "nonces",
    "forbidden",
    "forbiddenAt",
];

/// `keccak256(name) - 1`.
const HASHED_LESS_ONE: [&str; 4] =
    ["eip1967.proxy.implementation", "eip1967.proxy.admin", "eip1967.proxy.beacon", "eip1967.proxy.rollback"];
/// `keccak256(name)`.
const HASHED: [&str; 5] = [
    "PROXIABLE",
    "org.zeppelinos.proxy.implementation",
    "org.zeppelinos.proxy.admin",
    "diamond.standard.diamond.storage",
    "matic.network.proxy.implementation",
];
/// ERC-7201 namespaces of what is found under proxies.
const NAMESPACES: [&str; 8] = [
    "openzeppelin.storage.Initializable",
    "openzeppelin.storage.Ownable",
    "openzeppelin.storage.Ownable2Step",
    "openzeppelin.storage.AccessControl",
    "openzeppelin.storage.ReentrancyGuard",
    "openzeppelin.storage.Pausable",
    "openzeppelin.storage.ERC20",
    "openzeppelin.storage.EIP712",
];
/// Epochs whose records are named.
const EPOCHS: u64 = 1_000;
/// Plain slots, where contracts without namespaces begin.
const PLAIN: u64 = 32;

/// Why a value need not be the dry run's, and what it must be instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The staging's time and the delay, or the plan's `notBefore` if that is later.
    Eta,
    /// The activation's time.
    ActivatedAt,
    /// The activation's time and the plan's `undoFor`.
    UndoUntil,
    /// An earlier staging, cancelled or expired, may have left anything.
    LeftOver,
}

/// Some bits of a slot of the dispatcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) slot: U256,
    low: usize,
    bits: usize,
    pub(crate) rule: Rule,
}

impl Field {
    fn mask(&self) -> U256 {
        let ones = if self.bits >= 256 { U256::MAX } else { (U256::from(1) << self.bits) - U256::from(1) };
        ones << self.low
    }

    /// The value in a word.
    pub(crate) fn of(&self, word: U256) -> U256 {
        (word & self.mask()) >> self.low
    }

    /// A word with these bits of another.
    pub(crate) fn taken(&self, word: U256, from: U256) -> U256 {
        (word & !self.mask()) | (from & self.mask())
    }
}

/// What a plan has done to the dispatcher so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It is not pending.
    Before,
    /// It is pending.
    Staged,
    /// It is active.
    Active,
}

/// First bit and bits of what is in the second slot of the namespace.
const ETA: (usize, usize) = (0, 64);
const WINDOW: (usize, usize) = (64, 32);
const UNDO_UNTIL: (usize, usize) = (192, 64);
/// The same in the second slot of a record.
const ACTIVATED_AT: (usize, usize) = (160, 64);

/// The fields that need not be the dry run's: all of them, for a stage.
pub(crate) fn loose(plan: &Plan, stage: Stage) -> Vec<Field> {
    let record = record(plan.epoch.0);
    let times = DISPATCHER + U256::from(1);
    let field = |name, slot, (low, bits): (usize, usize), rule| Field { name, slot, low, bits, rule };
    match stage {
        Stage::Before => vec![
            field("eta", times, ETA, Rule::LeftOver),
            field("window", times, WINDOW, Rule::LeftOver),
            field("planId", record, (0, 256), Rule::LeftOver),
        ],
        Stage::Staged => vec![field("eta", times, ETA, Rule::Eta)],
        Stage::Active => vec![
            field("activatedAt", record + U256::from(1), ACTIVATED_AT, Rule::ActivatedAt),
            field("undoUntil", times, UNDO_UNTIL, Rule::UndoUntil),
        ],
    }
}

/// The slots that must be read for [`loose`], whatever the stage.
pub(crate) fn loose_slots(plan: &Plan) -> Vec<U256> {
    let record = record(plan.epoch.0);
    vec![DISPATCHER + U256::from(1), record, record + U256::from(1)]
}

/// Whether a slot of the router is the router's own, not a facet's.
pub(crate) fn is_routers(slot: U256) -> bool {
    slot == STATE || slot.checked_sub(ROUTES).is_some_and(|at| at <= U256::from(u32::MAX))
}

/// Whether the router itself writes a slot when a plan's manifest is installed in it.
pub(crate) fn is_written_by_the_router(plan: &Plan, slot: U256) -> bool {
    let at = |selector: Selector| ROUTES + U256::from(u32::from_be_bytes(selector.0));
    slot == STATE || plan.routes.iter().any(|route| at(route.selector) == slot)
}

/// The name of a slot, where it has one.
pub(crate) fn name(plan: &Plan, address: Address, slot: U256) -> Option<String> {
    if address == plan.addresses.router {
        if slot == STATE {
            return Some("payrox.router.state: manifest, status".into());
        }
        if is_routers(slot) {
            let number: u32 = (slot - ROUTES).to();
            let selector = Selector(number.to_be_bytes());
            let route = plan.routes.iter().find(|route| route.selector == selector);
            let function = route.map_or("of no route", |route| route.signature.as_str());
            return Some(format!("payrox.router.routes: {selector} {function}"));
        }
    }
    let at = slot.checked_sub(DISPATCHER).filter(|at| *at < U256::from(FIXED.len()));
    if let Some(at) = at {
        return Some(format!("payrox.dispatcher: {}", FIXED[at.to::<usize>()]));
    }
    mapped(plan).remove(&slot).or_else(|| proxies().remove(&slot))
}

/// Every slot of an account that a name leads to.
pub(crate) fn named(plan: &Plan, address: Address) -> Vec<U256> {
    let mut slots: Vec<U256> = proxies().into_keys().collect();
    if address == plan.addresses.dispatcher {
        slots.extend((0..FIXED.len()).map(|at| DISPATCHER + U256::from(at)));
        slots.extend(mapped(plan).into_keys());
    } else if address == plan.addresses.router {
        slots.push(STATE);
        let selectors = plan.routes.iter().map(|route| u32::from_be_bytes(route.selector.0));
        slots.extend(selectors.map(|selector| ROUTES + U256::from(selector)));
    }
    slots
}

/// Slots of the dispatcher's mappings that a plan knows of.
fn mapped(plan: &Plan) -> BTreeMap<U256, String> {
    let mut names = BTreeMap::new();
    for epoch in 0..=plan.epoch.0.saturating_add(1).min(EPOCHS) {
        names.insert(record(epoch), format!("payrox.dispatcher: records[{epoch}].planId"));
        let second = record(epoch) + U256::from(1);
        names.insert(second, format!("payrox.dispatcher: records[{epoch}].manifest, activatedAt"));
    }
    let roles = &plan.system.roles;
    let accounts = roles.guardians.iter().chain(&roles.operators).chain([&roles.owner, &roles.bootstrapper]);
    for account in accounts {
        let slot = entry(account.into_word(), DISPATCHER + U256::from(7));
        names.insert(slot, format!("payrox.dispatcher: roles[{account}]"));
    }
    names
}

/// Slots that tell of a proxy, or of a contract that was written for one.
fn proxies() -> BTreeMap<U256, String> {
    let hash = |name: &str| U256::from_be_bytes(keccak256(name).0);
    let mut names: BTreeMap<U256, String> =
        HASHED_LESS_ONE.iter().map(|name| (hash(name) - U256::from(1), (*name).to_owned())).collect();
    names.extend(HASHED.iter().map(|name| (hash(name), (*name).to_owned())));
    for name in NAMESPACES {
        names.insert(erc7201(name), format!("ERC-7201 {name}"));
    }
    names.extend((0..PLAIN).map(|slot| (U256::from(slot), format!("plain slot {slot}"))));
    names
}

fn erc7201(name: &str) -> U256 {
    let id = U256::from_be_bytes(keccak256(name).0) - U256::from(1);
    U256::from_be_bytes(keccak256(id.to_be_bytes::<32>()).0) & !U256::from(0xff)
}

/// `records[epoch]`.
fn record(epoch: u64) -> U256 {
    entry(B256::from(U256::from(epoch)), DISPATCHER + U256::from(6))
}

/// The slot of a mapping's entry.
fn entry(key: B256, mapping: U256) -> U256 {
    U256::from_be_bytes(keccak256([key.0, mapping.to_be_bytes()].concat()).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespaces_are_those_of_erc_7201() {
        assert_eq!(erc7201("payrox.dispatcher"), DISPATCHER);
        assert_eq!(erc7201("payrox.router.routes"), ROUTES);
        assert_eq!(erc7201("payrox.router.state"), STATE);
    }

    #[test]
    fn the_slots_of_proxies_are_those_of_their_specifications() {
        let names = proxies();
        let implementation = uint!(0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc_U256);
        let proxiable = uint!(0xc5f16f0fcc639fa48a6947836d9850f504798523bf8c9a3a87d5876cf622bcf7_U256);
        assert_eq!(names[&implementation], "eip1967.proxy.implementation");
        assert_eq!(names[&proxiable], "PROXIABLE");
        assert_eq!(names[&U256::ZERO], "plain slot 0");
    }

    /// A struct of the contracts' source, laid out as Solidity does: the name, slot, first bit and bits of each field.
    fn laid_out(structure: &str) -> Vec<(String, usize, usize, usize)> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/src/storage/DispatcherStorage.sol");
        let source = std::fs::read_to_string(path).unwrap();
        let body = source.split(&format!("struct {structure} {{")).nth(1).unwrap();
        let body: String = body
            .split("    }")
            .next()
            .unwrap()
            .lines()
            .filter(|line| !line.trim().starts_with("//"))
            .collect();
        let (mut fields, mut slot, mut bit) = (Vec::new(), 0, 0);
        for declaration in body.split(';').map(str::trim).filter(|d| !d.is_empty()) {
            let (kind, name) = declaration.rsplit_once(' ').unwrap();
            let bits = match kind {
                "address" => 160,
                "bool" => 8,
                "bytes32" => 256,
                kind if kind.starts_with("uint") => kind[4..].parse().unwrap(),
                kind => {
                    assert!(kind.starts_with("mapping") || kind.ends_with("[]"), "{kind}");
                    256
                }
            };
            if bit + bits > 256 {
                (slot, bit) = (slot + 1, 0);
            }
            fields.push((name.to_owned(), slot, bit, bits));
            bit += bits;
        }
        fields
    }

    #[test]
    fn the_fields_are_where_the_contracts_source_puts_them() {
        let layout = laid_out("Layout");
        let mut names = vec![Vec::new(); FIXED.len()];
        for (name, slot, ..) in &layout {
            names[*slot].push(name.as_str());
        }
        assert_eq!(names.iter().map(|names| names.join(", ")).collect::<Vec<_>>(), FIXED);
        for (name, field) in [("eta", ETA), ("window", WINDOW), ("undoUntil", UNDO_UNTIL)] {
            let (_, slot, low, bits) = layout.iter().find(|(found, ..)| found == name).unwrap();
            assert_eq!((1, field.0, field.1), (*slot, *low, *bits), "{name}");
        }
        let record = laid_out("Record");
        assert_eq!(record[0], ("planId".to_owned(), 0, 0, 256));
        assert_eq!(record[2], ("activatedAt".to_owned(), 1, ACTIVATED_AT.0, ACTIVATED_AT.1));
        for (mapping, slot) in [("records", 6), ("roles", 7)] {
            assert!(layout.iter().any(|(name, at, ..)| name == mapping && *at == slot), "{mapping}");
        }
    }

    #[test]
    fn a_field_takes_its_bits_and_no_other() {
        let field = Field { name: "x", slot: U256::ZERO, low: 64, bits: 32, rule: Rule::LeftOver };
        assert_eq!(field.taken(U256::ZERO, U256::MAX), U256::from(u32::MAX) << 64);
        assert_eq!(field.taken(U256::MAX, U256::ZERO), U256::MAX - (U256::from(u32::MAX) << 64));
        assert_eq!(field.of(U256::from(7) << 64), U256::from(7));
        let whole = Field { bits: 256, low: 0, ..field };
        assert_eq!(whole.taken(U256::ZERO, U256::MAX), U256::MAX);
    }
}
