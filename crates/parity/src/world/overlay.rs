//! A state with a few accounts laid over it: ether for whoever calls, and contracts that the calls meet.

use alloy_primitives::{Address, B256, U256, map::AddressMap};
use revm::{bytecode::Bytecode, context::DBErrorMarker, database_interface::DatabaseRef, state::AccountInfo};

/// What every caller has besides what the state gives it: enough for any fee, too little to overflow a sum.
const ETHER: U256 = U256::from_limbs([0, 1 << 32, 0, 0]);

/// The state below, and what lies over it. Nothing below is ever changed.
#[derive(Debug)]
pub(crate) struct Overlay<'a, S> {
    state: &'a S,
    over: AddressMap<AccountInfo>,
}

impl<'a, S: DatabaseRef<Error: DBErrorMarker>> Overlay<'a, S> {
    /// Lays ether under each caller, and these contracts over whatever stands at their addresses.
    pub(crate) fn over(
        state: &'a S,
        callers: impl IntoIterator<Item = Address>,
        contracts: impl IntoIterator<Item = (Address, Bytecode)>,
    ) -> Result<Self, S::Error> {
        let mut over = AddressMap::default();
        for caller in callers {
            let mut info = state.basic_ref(caller)?.unwrap_or_default();
            info.balance = info.balance.saturating_add(ETHER);
            over.insert(caller, info);
        }
        for (address, code) in contracts {
            let info: &mut AccountInfo = over.entry(address).or_default();
            info.balance = info.balance.max(ETHER);
            info.nonce = 1;
            info.code_hash = code.hash_slow();
            info.code = Some(code);
        }
        Ok(Self { state, over })
    }
}

impl<S: DatabaseRef> DatabaseRef for Overlay<'_, S> {
    type Error = S::Error;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        match self.over.get(&address) {
            Some(info) => Ok(Some(info.clone())),
            None => self.state.basic_ref(address),
        }
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, Self::Error> {
        self.state.code_by_hash_ref(hash)
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, Self::Error> {
        self.state.storage_ref(address, key)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Self::Error> {
        self.state.block_hash_ref(number)
    }
}
