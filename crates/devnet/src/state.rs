//! Accounts, code and storage, and the differences that carry them from block to block.

use crate::fork::{Fork, ForkError};
use alloy_primitives::{
    Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256,
    map::{AddressMap, HashMap},
};
use alloy_rlp::{RlpDecodable, RlpEncodable};
use revm::{bytecode::Bytecode, state::AccountInfo};
use std::{collections::BTreeMap, ops::Deref, sync::Arc};

/// One account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Account {
    pub(crate) head: Head,
    pub(crate) storage: HashMap<U256, U256>,
    pub(crate) kind: AccountKind,
}

/// What a slot is that is not in an account's storage here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountKind {
    /// Zero.
    Here,
    /// What the forked chain has there.
    Upstream,
    /// There is no such account any more, though the forked chain has one.
    Gone,
}

/// An account, wherever it is kept.
pub(crate) enum Found<'a> {
    Here(&'a Account),
    Upstream(Arc<Account>),
}

impl Deref for Found<'_> {
    type Target = Account;

    fn deref(&self) -> &Account {
        match self {
            Self::Here(account) => account,
            Self::Upstream(account) => account,
        }
    }
}

/// Everything of an account but its storage.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    pub(crate) balance: U256,
    pub(crate) nonce: u64,
    pub(crate) code_hash: B256,
    pub(crate) code: Bytecode,
}

impl Default for Account {
    fn default() -> Self {
        let head =
            Head { balance: U256::ZERO, nonce: 0, code_hash: KECCAK256_EMPTY, code: Bytecode::default() };
        Self { head, storage: HashMap::default(), kind: AccountKind::Here }
    }
}

impl Head {
    pub(crate) fn info(&self) -> AccountInfo {
        AccountInfo {
            balance: self.balance,
            nonce: self.nonce,
            code_hash: self.code_hash,
            code: Some(self.code.clone()),
            ..AccountInfo::default()
        }
    }
}

/// What became of one account. The order of encoding is the order of the fields.
#[derive(Clone, Debug, PartialEq, RlpEncodable, RlpDecodable)]
pub(crate) struct AccountDiff {
    pub(crate) address: Address,
    /// False when the account is gone.
    pub(crate) exists: bool,
    /// The storage before counts no more: the account is gone or new.
    pub(crate) wiped: bool,
    pub(crate) balance: U256,
    pub(crate) nonce: u64,
    /// The new code, if it changed: none or one.
    pub(crate) code: Vec<Bytes>,
    pub(crate) slots: Vec<Slot>,
}

/// One storage slot.
#[derive(Clone, Copy, Debug, PartialEq, RlpEncodable, RlpDecodable)]
pub(crate) struct Slot {
    pub(crate) key: U256,
    pub(crate) value: U256,
}

/// What takes a difference back.
#[derive(Debug, Default)]
pub(crate) struct Undo(Vec<AccountUndo>);

#[derive(Debug)]
enum AccountUndo {
    Whole(Address, Option<Arc<Account>>),
    /// Slots as they were; `None` for those that the forked chain had.
    Parts(Address, Head, Vec<(U256, Option<U256>)>),
}

/// All accounts. Cloning shares them until one side writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    accounts: Arc<AddressMap<Arc<Account>>>,
    /// What stands behind them where the chain is a fork.
    fork: Option<Fork>,
}

impl State {
    /// Nothing but what another chain has.
    pub(crate) fn of(fork: Fork) -> Self {
        Self { accounts: Arc::default(), fork: Some(fork) }
    }

    pub(crate) fn entry(&self, address: Address) -> Option<&Arc<Account>> {
        self.accounts.get(&address)
    }

    /// The accounts that are kept here.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&Address, &Arc<Account>)> {
        self.accounts.iter()
    }

    pub(crate) fn fork(&self) -> Option<&Fork> {
        self.fork.as_ref()
    }

    /// The account if it is known without asking: `Some(None)` for one that is not there.
    pub(crate) fn peek(&self, address: Address) -> Option<Option<Found<'_>>> {
        match (self.accounts.get(&address), &self.fork) {
            (Some(account), _) if account.kind == AccountKind::Gone => Some(None),
            (Some(account), _) => Some(Some(Found::Here(account))),
            (None, None) => Some(None),
            (None, Some(fork)) => Some(fork.peek(address)?.map(Found::Upstream)),
        }
    }

    /// The same of a slot.
    pub(crate) fn peek_slot(&self, address: Address, key: U256) -> Option<U256> {
        if let Some(account) = self.accounts.get(&address) {
            match account.storage.get(&key) {
                Some(value) => return Some(*value),
                None if account.kind != AccountKind::Upstream => return Some(U256::ZERO),
                None => {}
            }
        }
        self.fork.as_ref().map_or(Some(U256::ZERO), |fork| fork.peek_slot(address, key))
    }

    pub(crate) fn account(&self, address: Address) -> Result<Option<Found<'_>>, ForkError> {
        match (self.peek(address), &self.fork) {
            (Some(found), _) => Ok(found),
            (None, Some(fork)) => Ok(fork.account(address)?.map(Found::Upstream)),
            (None, None) => Ok(None),
        }
    }

    pub(crate) fn balance(&self, address: Address) -> Result<U256, ForkError> {
        Ok(self.account(address)?.map_or(U256::ZERO, |account| account.head.balance))
    }

    pub(crate) fn nonce(&self, address: Address) -> Result<u64, ForkError> {
        Ok(self.account(address)?.map_or(0, |account| account.head.nonce))
    }

    pub(crate) fn code(&self, address: Address) -> Result<Bytes, ForkError> {
        Ok(self.account(address)?.map_or_else(Bytes::new, |account| account.head.code.original_bytes()))
    }

    pub(crate) fn slot(&self, address: Address, key: U256) -> Result<U256, ForkError> {
        match (self.peek_slot(address, key), &self.fork) {
            (Some(value), _) => Ok(value),
            (None, Some(fork)) => fork.slot(address, key),
            (None, None) => Ok(U256::ZERO),
        }
    }

    /// Every slot of an account that is known and not zero: in a fork, of those that were read or written.
    pub(crate) fn slots(&self, address: Address) -> BTreeMap<U256, U256> {
        let here = self.accounts.get(&address);
        let mut slots = match (&self.fork, here.map(|account| account.kind)) {
            (Some(fork), None | Some(AccountKind::Upstream)) => fork.slots_read(address),
            _ => BTreeMap::new(),
        };
        slots.extend(
            here.iter().flat_map(|account| account.storage.iter().map(|(key, value)| (*key, *value))),
        );
        slots.retain(|_, value| !value.is_zero());
        slots
    }

    /// The account's difference to itself, to be changed and applied.
    pub(crate) fn unchanged(&self, address: Address) -> Result<AccountDiff, ForkError> {
        let account = self.account(address)?;
        Ok(Self::same(address, account.as_deref()))
    }

    /// An account of a chain that begins here.
    pub(crate) fn new_account(&self, address: Address) -> AccountDiff {
        Self::same(address, None)
    }

    fn same(address: Address, account: Option<&Account>) -> AccountDiff {
        AccountDiff {
            address,
            exists: true,
            wiped: false,
            balance: account.map_or(U256::ZERO, |account| account.head.balance),
            nonce: account.map_or(0, |account| account.head.nonce),
            code: Vec::new(),
            slots: Vec::new(),
        }
    }

    pub(crate) fn apply(&mut self, diffs: &[AccountDiff]) -> Undo {
        let accounts = Arc::make_mut(&mut self.accounts);
        let undo = diffs.iter().map(|diff| apply_one(accounts, self.fork.as_ref(), diff)).collect();
        Undo(undo)
    }

    pub(crate) fn take_back(&mut self, undo: &Undo) {
        let accounts = Arc::make_mut(&mut self.accounts);
        for part in undo.0.iter().rev() {
            match part {
                AccountUndo::Whole(address, Some(account)) => {
                    accounts.insert(*address, account.clone());
                }
                AccountUndo::Whole(address, None) => {
                    accounts.remove(address);
                }
                AccountUndo::Parts(address, head, slots) => {
                    let account = Arc::make_mut(accounts.entry(*address).or_default());
                    account.head = head.clone();
                    for (key, value) in slots {
                        match value {
                            Some(value) => write(account, Slot { key: *key, value: *value }),
                            None => {
                                account.storage.remove(key);
                            }
                        }
                    }
                }
            }
        }
    }

    /// What an execution's outcome changes here, in address and slot order, so that equal runs encode equally.
    pub(crate) fn diff(&self, outcome: &revm::state::EvmState) -> Vec<AccountDiff> {
        let mut diffs: Vec<_> = outcome
            .iter()
            .filter(|(_, after)| after.is_touched())
            .filter_map(|(address, after)| self.diff_one(*address, after))
            .collect();
        diffs.sort_unstable_by_key(|diff| diff.address);
        diffs
    }

    fn diff_one(&self, address: Address, after: &revm::state::Account) -> Option<AccountDiff> {
        // Whoever executed it has read it.
        let before = self.peek(address).flatten();
        let before = before.as_deref();
        if after.is_selfdestructed() || after.is_empty() {
            let gone = AccountDiff { exists: false, wiped: true, ..Self::same(address, before) };
            return before.is_some().then_some(AccountDiff { balance: U256::ZERO, nonce: 0, ..gone });
        }
        let code_before = before.map_or(KECCAK256_EMPTY, |account| account.head.code_hash);
        let code = match &after.info.code {
            Some(code) if after.info.code_hash != code_before => vec![code.original_bytes()],
            _ => Vec::new(),
        };
        let mut slots: Vec<_> = after
            .changed_storage_slots()
            .map(|(key, slot)| Slot { key: *key, value: slot.present_value })
            .collect();
        slots.sort_unstable_by_key(|slot| slot.key);
        let diff = AccountDiff {
            address,
            exists: true,
            wiped: after.is_created()
                && before.is_some_and(|a| !a.storage.is_empty() || a.kind == AccountKind::Upstream),
            balance: after.info.balance,
            nonce: after.info.nonce,
            code,
            slots,
        };
        let same = before.is_some_and(|account| {
            account.head.balance == diff.balance && account.head.nonce == diff.nonce && !diff.wiped
        });
        (!same || !diff.code.is_empty() || !diff.slots.is_empty()).then_some(diff)
    }
}

fn apply_one(
    accounts: &mut AddressMap<Arc<Account>>,
    fork: Option<&Fork>,
    diff: &AccountDiff,
) -> AccountUndo {
    let before = accounts.get(&diff.address);
    let whole = !diff.exists || diff.wiped || before.is_none_or(|account| account.kind == AccountKind::Gone);
    let undo = whole.then(|| AccountUndo::Whole(diff.address, before.cloned()));
    if !diff.exists {
        if fork.is_some() {
            let gone = Account { kind: AccountKind::Gone, ..Account::default() };
            accounts.insert(diff.address, Arc::new(gone));
        } else {
            accounts.remove(&diff.address);
        }
        return undo.unwrap_or(AccountUndo::Whole(diff.address, None));
    }
    let behind = || fork.and_then(|fork| fork.peek(diff.address)).flatten().unwrap_or_default();
    let account = Arc::make_mut(accounts.entry(diff.address).or_insert_with(behind));
    let undo = undo.unwrap_or_else(|| {
        let slots = diff.slots.iter().map(|slot| (slot.key, before_of(account, slot.key)));
        AccountUndo::Parts(diff.address, account.head.clone(), slots.collect())
    });
    if diff.wiped || account.kind == AccountKind::Gone {
        account.storage.clear();
        account.kind = AccountKind::Here;
    }
    account.head.balance = diff.balance;
    account.head.nonce = diff.nonce;
    if let Some(code) = diff.code.first() {
        account.head.code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(code) };
        account.head.code =
            Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code.clone()));
    }
    diff.slots.iter().for_each(|slot| write(account, *slot));
    undo
}

fn before_of(account: &Account, key: U256) -> Option<U256> {
    let value = account.storage.get(&key).copied();
    value.or((account.kind != AccountKind::Upstream).then_some(U256::ZERO))
}

fn write(account: &mut Account, slot: Slot) {
    // Where something stands behind it, a zero is a value.
    if slot.value.is_zero() && account.kind != AccountKind::Upstream {
        account.storage.remove(&slot.key);
    } else {
        account.storage.insert(slot.key, slot.value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(address: u8, balance: u64, slots: &[(u64, u64)]) -> AccountDiff {
        AccountDiff {
            address: Address::with_last_byte(address),
            exists: true,
            wiped: false,
            balance: U256::from(balance),
            nonce: 1,
            code: vec![Bytes::copy_from_slice(&[0x5f, address])],
            slots: slots
                .iter()
                .map(|(key, value)| Slot { key: U256::from(*key), value: U256::from(*value) })
                .collect(),
        }
    }

    #[test]
    fn taking_back_a_difference_restores_every_account_it_touched() {
        let mut state = State::default();
        state.apply(&[diff(1, 10, &[(1, 1), (2, 2)]), diff(2, 20, &[(9, 9)])]);
        let before = state.accounts.as_ref().clone();
        let gone = AccountDiff { exists: false, wiped: true, ..diff(2, 0, &[]) };
        let reborn = AccountDiff { wiped: true, ..diff(1, 3, &[(7, 7)]) };
        let undo = state.apply(&[diff(1, 11, &[(1, 0), (3, 3)]), gone, diff(3, 30, &[(4, 4)]), reborn]);
        assert_eq!(state.slot(Address::with_last_byte(1), U256::from(7)).unwrap(), U256::from(7));
        assert_eq!(state.slot(Address::with_last_byte(1), U256::from(3)).unwrap(), U256::ZERO);
        assert_ne!(*state.accounts, before);
        state.take_back(&undo);
        assert_eq!(*state.accounts, before);
    }

    #[test]
    fn writing_to_a_clone_leaves_the_original_alone() {
        let mut state = State::default();
        state.apply(&[diff(1, 10, &[(1, 1)])]);
        let mut fork = state.clone();
        fork.apply(&[diff(1, 10, &[(1, 5)])]);
        assert_eq!(state.slot(Address::with_last_byte(1), U256::from(1)).unwrap(), U256::from(1));
        assert_eq!(fork.slot(Address::with_last_byte(1), U256::from(1)).unwrap(), U256::from(5));
    }
}
