//! Accounts, code and storage, and the differences that carry them from block to block.

use alloy_primitives::{
    Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256,
    map::{AddressMap, HashMap},
};
use alloy_rlp::{RlpDecodable, RlpEncodable};
use revm::{bytecode::Bytecode, database_interface::DatabaseRef, state::AccountInfo};
use std::{convert::Infallible, sync::Arc};

/// One account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Account {
    pub(crate) head: Head,
    pub(crate) storage: HashMap<U256, U256>,
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
        Self { head, storage: HashMap::default() }
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
    Parts(Address, Head, Vec<Slot>),
}

/// All accounts. Cloning shares them until one side writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    accounts: Arc<AddressMap<Arc<Account>>>,
}

impl State {
    pub(crate) fn account(&self, address: Address) -> Option<&Account> {
        self.accounts.get(&address).map(AsRef::as_ref)
    }

    pub(crate) fn balance(&self, address: Address) -> U256 {
        self.account(address).map_or(U256::ZERO, |account| account.head.balance)
    }

    pub(crate) fn nonce(&self, address: Address) -> u64 {
        self.account(address).map_or(0, |account| account.head.nonce)
    }

    pub(crate) fn code(&self, address: Address) -> Bytes {
        self.account(address).map_or_else(Bytes::new, |account| account.head.code.original_bytes())
    }

    pub(crate) fn slot(&self, address: Address, key: U256) -> U256 {
        self.account(address).and_then(|account| account.storage.get(&key)).copied().unwrap_or_default()
    }

    /// The account's difference to itself, to be changed and applied.
    pub(crate) fn unchanged(&self, address: Address) -> AccountDiff {
        AccountDiff {
            address,
            exists: true,
            wiped: false,
            balance: self.balance(address),
            nonce: self.nonce(address),
            code: Vec::new(),
            slots: Vec::new(),
        }
    }

    pub(crate) fn apply(&mut self, diffs: &[AccountDiff]) -> Undo {
        let accounts = Arc::make_mut(&mut self.accounts);
        let undo = diffs.iter().map(|diff| apply_one(accounts, diff)).collect();
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
                    slots.iter().for_each(|slot| write(&mut account.storage, *slot));
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
        let before = self.account(address);
        if after.is_selfdestructed() || after.is_empty() {
            let gone = AccountDiff { exists: false, wiped: true, ..self.unchanged(address) };
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
            wiped: after.is_created() && before.is_some_and(|account| !account.storage.is_empty()),
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

fn apply_one(accounts: &mut AddressMap<Arc<Account>>, diff: &AccountDiff) -> AccountUndo {
    let before = accounts.get(&diff.address);
    let whole = !diff.exists || diff.wiped || before.is_none();
    let undo = whole.then(|| AccountUndo::Whole(diff.address, before.cloned()));
    if !diff.exists {
        accounts.remove(&diff.address);
        return undo.unwrap_or(AccountUndo::Whole(diff.address, None));
    }
    let account = Arc::make_mut(accounts.entry(diff.address).or_default());
    let undo = undo.unwrap_or_else(|| {
        let slots = diff.slots.iter().map(|slot| Slot {
            key: slot.key,
            value: account.storage.get(&slot.key).copied().unwrap_or_default(),
        });
        AccountUndo::Parts(diff.address, account.head.clone(), slots.collect())
    });
    if diff.wiped {
        account.storage.clear();
    }
    account.head.balance = diff.balance;
    account.head.nonce = diff.nonce;
    if let Some(code) = diff.code.first() {
        account.head.code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(code) };
        account.head.code =
            Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code.clone()));
    }
    diff.slots.iter().for_each(|slot| write(&mut account.storage, *slot));
    undo
}

fn write(storage: &mut HashMap<U256, U256>, slot: Slot) {
    if slot.value.is_zero() {
        storage.remove(&slot.key);
    } else {
        storage.insert(slot.key, slot.value);
    }
}

/// What an execution reads: a state, and the hashes of the blocks before.
pub(crate) struct View<'a, F> {
    pub(crate) state: &'a State,
    pub(crate) block_hash: F,
}

impl<F: Fn(u64) -> B256> DatabaseRef for View<'_, F> {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.state.account(address).map(|account| AccountInfo {
            balance: account.head.balance,
            nonce: account.head.nonce,
            code_hash: account.head.code_hash,
            code: Some(account.head.code.clone()),
            ..AccountInfo::default()
        }))
    }

    fn code_by_hash_ref(&self, _: B256) -> Result<Bytecode, Infallible> {
        // Never asked for: every account above comes with its code.
        Ok(Bytecode::default())
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, Infallible> {
        Ok(self.state.slot(address, key))
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Infallible> {
        Ok((self.block_hash)(number))
    }
}

/// The accounts of a chain at one moment, as revm reads them.
#[derive(Clone, Debug)]
pub struct Accounts {
    state: State,
    hashes: HashMap<u64, B256>,
}

impl Accounts {
    pub(crate) fn new(state: State, hashes: HashMap<u64, B256>) -> Self {
        Self { state, hashes }
    }
}

impl DatabaseRef for Accounts {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        View { state: &self.state, block_hash: |_| B256::ZERO }.basic_ref(address)
    }

    fn code_by_hash_ref(&self, _: B256) -> Result<Bytecode, Infallible> {
        // Never asked for: every account above comes with its code.
        Ok(Bytecode::default())
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, Infallible> {
        Ok(self.state.slot(address, key))
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Infallible> {
        Ok(self.hashes.get(&number).copied().unwrap_or_default())
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
        assert_eq!(state.slot(Address::with_last_byte(1), U256::from(7)), U256::from(7));
        assert_eq!(state.slot(Address::with_last_byte(1), U256::from(3)), U256::ZERO);
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
        assert_eq!(state.slot(Address::with_last_byte(1), U256::from(1)), U256::from(1));
        assert_eq!(fork.slot(Address::with_last_byte(1), U256::from(1)), U256::from(5));
    }
}
