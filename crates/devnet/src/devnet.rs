//! The handle everything goes through.

use crate::{
    chain::Chain,
    config::DevnetConfig,
    core::Core,
    evm::{self, Mode},
    rpc::{self, RpcError},
    state::{Accounts, Slot},
    store::{Store, StoreError},
};
use alloy_consensus::TxEip1559;
use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256};
use alloy_rpc_types_eth::TransactionRequest;
use payrox_model::{ChainId, Gas};
use serde_json::value::RawValue;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// An embedded chain. Clones are handles to the same one; see [`fork`](Self::fork) for another.
#[derive(Clone, Debug)]
pub struct Devnet(Arc<RwLock<Chain>>);

/// What [`Devnet::execute`] does.
#[derive(Clone, Debug)]
pub struct Execution {
    /// The contract called, or a creation.
    pub to: TxKind,
    /// Wei sent along.
    pub value: U256,
    /// Calldata, or init code.
    pub data: Bytes,
    /// The gas limit, at most a block's.
    pub gas: Gas,
}

/// What an [`Execution`] did.
#[derive(Clone, Debug)]
pub struct Executed {
    /// The hash of the transaction.
    pub hash: B256,
    /// The number of its block.
    pub block: u64,
    /// The gas it used.
    pub gas: Gas,
    /// The contract it created.
    pub created: Option<Address>,
    /// What it logged.
    pub logs: Vec<Log>,
    /// Slots that it read or wrote and that are zero now.
    pub zeros: Vec<(Address, U256)>,
}

/// What [`Devnet::newest`] tells of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newest {
    /// Its number.
    pub number: u64,
    /// Unix seconds.
    pub timestamp: u64,
    /// Base fee in wei.
    pub base_fee: u64,
    /// Gas limit.
    pub gas_limit: u64,
}

impl Devnet {
    /// A chain in memory, at its genesis.
    pub fn new(config: &DevnetConfig) -> Self {
        Self::of(Core::genesis(config).0, None)
    }

    /// The chain kept in this directory, created if there is none. It is locked until the last handle is gone.
    /// Each change is in the file before the request that made it is answered.
    ///
    /// # Errors
    /// When another process has it open, when the file cannot be read or written, or is not such a chain.
    pub fn open(dir: &Path, config: &DevnetConfig) -> Result<Self, StoreError> {
        let (store, core) = Store::open(dir, config)?;
        Ok(Self::of(core, Some(store)))
    }

    /// Waits until the disk has what the file has: a power failure loses nothing from before. Nothing to do for
    /// a chain in memory.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn save(&self) -> Result<(), StoreError> {
        self.read().store.as_ref().map_or(Ok(()), Store::sync)
    }

    /// Another chain in memory, with everything this one has now; neither sees what the other does from here.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::of(self.read().core.clone(), None)
    }

    fn of(core: Core, store: Option<Store>) -> Self {
        Self(Arc::new(RwLock::new(Chain::new(core, store))))
    }

    /// Answers one request in process.
    ///
    /// # Errors
    /// As the method says; -32601 for an unknown one.
    pub fn request(&self, method: &str, params: Option<&RawValue>) -> Result<Box<RawValue>, RpcError> {
        rpc::dispatch(self, method, params)
    }

    /// EIP-155 chain id.
    pub fn chain_id(&self) -> ChainId {
        ChainId(self.read().core.rules.chain_id)
    }

    /// The number of the newest block.
    pub fn block_number(&self) -> u64 {
        self.read().core.number()
    }

    /// The time the next block would have now, in Unix seconds.
    pub fn now(&self) -> u64 {
        self.read().core.next_timestamp()
    }

    /// Lets time jump. Blocks from now on have it.
    ///
    /// # Errors
    /// When the chain's file cannot be written.
    pub fn increase_time(&self, seconds: u64) -> Result<(), StoreError> {
        self.write().increase_time(seconds).map(|_| ())
    }

    /// Fixes the time of the next block.
    ///
    /// # Errors
    /// When it is not after the newest block's, or the chain's file cannot be written.
    pub fn set_next_timestamp(&self, timestamp: u64) -> Result<(), RpcError> {
        self.write().set_next_timestamp(timestamp)
    }

    /// Mines a block of what waits; its number.
    ///
    /// # Errors
    /// When the chain's file cannot be written.
    pub fn mine(&self) -> Result<u64, RpcError> {
        self.write().mine_waiting().map(|block| block.header.number)
    }

    /// An account's code.
    pub fn code(&self, address: Address) -> Bytes {
        self.read().core.state.code(address)
    }

    /// An account's wei.
    pub fn balance(&self, address: Address) -> U256 {
        self.read().core.state.balance(address)
    }

    /// An account's nonce.
    pub fn nonce(&self, address: Address) -> u64 {
        self.read().core.state.nonce(address)
    }

    /// A storage slot.
    pub fn storage(&self, address: Address, slot: U256) -> B256 {
        self.read().core.state.slot(address, slot).into()
    }

    /// Every slot of an account that is not zero.
    pub fn storage_of(&self, address: Address) -> BTreeMap<U256, U256> {
        let chain = self.read();
        let account = chain.core.state.account(address);
        account
            .map(|account| account.storage.iter().map(|(key, value)| (*key, *value)).collect())
            .unwrap_or_default()
    }

    /// All accounts as they are now, for an execution outside: what happens here afterwards is not seen there.
    pub fn state(&self) -> Accounts {
        let core = &self.read().core;
        let hashes = core.blocks().iter().rev().take(256).map(|block| (block.header.number, block.hash));
        Accounts::new(core.state.clone(), hashes.collect())
    }

    /// Number, time, base fee and gas limit of the newest block.
    pub fn newest(&self) -> Newest {
        let core = &self.read().core;
        let header = core.head().map(|head| &head.header);
        Newest {
            number: core.number(),
            timestamp: header.map_or(0, |header| header.timestamp),
            base_fee: header.and_then(|header| header.base_fee_per_gas).unwrap_or_default(),
            gas_limit: core.rules.gas_limit,
        }
    }

    /// Sets an account's code, whatever it was.
    ///
    /// # Errors
    /// When the chain's file cannot be written.
    pub fn set_code(&self, address: Address, code: Bytes) -> Result<(), StoreError> {
        self.write().patch(address, |diff| diff.code = vec![code])
    }

    /// Sets a storage slot.
    ///
    /// # Errors
    /// When the chain's file cannot be written.
    pub fn set_storage(&self, address: Address, slot: U256, value: B256) -> Result<(), StoreError> {
        self.write().patch(address, |diff| diff.slots.push(Slot { key: slot, value: value.into() }))
    }

    /// Sets an account's wei.
    ///
    /// # Errors
    /// When the chain's file cannot be written.
    pub fn set_balance(&self, address: Address, balance: U256) -> Result<(), StoreError> {
        self.write().patch(address, |diff| diff.balance = balance)
    }

    /// Calls a contract in the next block and leaves no trace.
    ///
    /// # Errors
    /// When it reverts, with its data, or runs out of gas.
    pub fn call(&self, from: Address, to: Address, data: Bytes) -> Result<Bytes, RpcError> {
        let chain = self.read();
        let core = &chain.core;
        let request = TransactionRequest::default().from(from).to(to).input(data.into());
        let env = evm::requested(core, &core.state, &request)?;
        let header = core.next_header();
        let outcome = evm::run(core, &core.state, &header, env.clone(), Mode::Call);
        evm::output(outcome.map_err(|error| evm::invalid(error, &env, &header))?.result)
    }

    /// Calls a contract, or creates one, in a block of its own: as anyone, without a key or a fee. If it fails
    /// nothing happened, and the chain is as before.
    ///
    /// # Errors
    /// When it reverts, with its data, or runs out of gas; when the sender lacks the value sent; or when the
    /// chain's file cannot be written.
    pub fn execute(&self, from: Address, call: Execution) -> Result<Executed, RpcError> {
        let Execution { to, value, data, gas } = call;
        let tx = TxEip1559 { to, value, input: data, gas_limit: gas.0, ..TxEip1559::default() };
        let block = self.write().execute(from, tx)?;
        let mined = block.mined.first().ok_or_else(|| RpcError::internal("an empty block"))?;
        Ok(Executed {
            hash: *mined.tx.tx_hash(),
            block: block.header.number,
            gas: Gas(mined.gas_used),
            created: mined.created,
            logs: mined.logs().to_vec(),
            zeros: mined.zeros.clone(),
        })
    }

    // A panic under the lock leaves a chain that is whole: every change is made in one piece at its end.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Chain> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Chain> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
