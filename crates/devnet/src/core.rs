//! The chain itself: its blocks, its present state and the way back to earlier ones.

use crate::{
    accounts::{CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE},
    block::{Block, bloom},
    config::{Clock, DevnetConfig, Hardfork, Rules},
    fork::{Fork, ForkError, ForkPoint},
    pool::Pool,
    state::{AccountDiff, State, Undo},
};
use alloy_consensus::{Header, constants::EMPTY_WITHDRAWALS, proofs};
use alloy_eips::eip1559::BaseFeeParams;
use alloy_primitives::{B256, U256, keccak256, map::HashMap};
use revm::primitives::hardfork::SpecId;
use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// Everything a snapshot keeps. Cloning shares blocks and state.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    pub(crate) rules: Rules,
    pub(crate) state: State,
    /// The first is genesis, or the block that a fork begins from.
    blocks: Vec<Arc<Block>>,
    /// What each change to the state took the place of, and the head block once it was made.
    history: Vec<(u64, Arc<Undo>)>,
    by_hash: HashMap<B256, u64>,
    transactions: HashMap<B256, (u64, usize)>,
    /// Stands in for the state root: a hash over every change so far.
    commitment: B256,
    pub(crate) time: Time,
    pub(crate) pool: Pool,
    pub(crate) automine: bool,
}

/// How chain time differs from the clock's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Time {
    /// Seconds added to the clock.
    pub(crate) offset: i64,
    /// The time the next block must have.
    pub(crate) next: Option<u64>,
}

impl Core {
    pub(crate) fn genesis(config: &DevnetConfig) -> (Self, Vec<AccountDiff>) {
        let rules = Rules {
            chain_id: config.chain_id.0,
            hardfork: config.hardfork,
            clock: config.clock,
            gas_limit: config.gas_limit,
        };
        let state = State::default();
        let mut diffs: Vec<_> = config
            .accounts
            .iter()
            .map(|account| AccountDiff { balance: config.balance, ..state.new_account(*account) })
            .collect();
        let deployer = AccountDiff {
            nonce: 1,
            code: vec![CREATE2_DEPLOYER_CODE],
            ..state.new_account(CREATE2_DEPLOYER)
        };
        diffs.push(deployer);
        let timestamp = config.genesis_timestamp.unwrap_or(match config.clock {
            Clock::Wall => wall(),
            Clock::Steps => 1,
        });
        let mut core = Self::empty(rules);
        let header =
            Header { timestamp, base_fee_per_gas: Some(config.base_fee), ..core.header(&diffs, &[]) };
        core.push(Block::new(header, Vec::new()), &diffs);
        (core, diffs)
    }

    /// A chain that goes on from another's block.
    pub(crate) fn forked(fork: &Fork, clock: Clock) -> Self {
        let ForkPoint { chain_id, header, hash } = fork.point().clone();
        let hardfork = if header.requests_hash.is_some() { Hardfork::Prague } else { Hardfork::Cancun };
        let rules = Rules { chain_id: chain_id.0, hardfork, clock, gas_limit: header.gas_limit };
        let mut core = Self { state: State::of(fork.clone()), ..Self::empty(rules) };
        core.push_applied(Block { header, hash, mined: Vec::new() }, Vec::new(), Time::default());
        core
    }

    /// A chain without even a genesis: the first thing to do is to push one.
    pub(crate) fn empty(rules: Rules) -> Self {
        Self {
            rules,
            state: State::default(),
            blocks: Vec::new(),
            history: Vec::new(),
            by_hash: HashMap::default(),
            transactions: HashMap::default(),
            commitment: B256::ZERO,
            time: Time::default(),
            pool: Pool::default(),
            automine: true,
        }
    }

    /// The newest block. There always is one once a chain was created or opened.
    pub(crate) fn head(&self) -> Option<&Arc<Block>> {
        self.blocks.last()
    }

    pub(crate) fn number(&self) -> u64 {
        self.head().map_or(0, |head| head.header.number)
    }

    /// The number of the first block that it has itself.
    pub(crate) fn first(&self) -> u64 {
        self.blocks.first().map_or(0, |block| block.header.number)
    }

    /// The blocks from this one on.
    pub(crate) fn blocks_from(&self, number: u64) -> &[Arc<Block>] {
        let at = usize::try_from(number.saturating_sub(self.first())).unwrap_or(usize::MAX);
        self.blocks.get(at..).unwrap_or_default()
    }

    pub(crate) fn block(&self, number: u64) -> Option<&Arc<Block>> {
        self.blocks.get(usize::try_from(number.checked_sub(self.first())?).ok()?)
    }

    pub(crate) fn block_by_hash(&self, hash: B256) -> Option<&Arc<Block>> {
        self.block(*self.by_hash.get(&hash)?)
    }

    pub(crate) fn transaction(&self, hash: B256) -> Option<(&Arc<Block>, usize)> {
        let (number, index) = *self.transactions.get(&hash)?;
        Some((self.block(number)?, index))
    }

    /// The hash BLOCKHASH gives; none for what is not here.
    pub(crate) fn block_hash(&self, number: u64) -> Option<B256> {
        Some(self.block(number)?.hash)
    }

    /// The state as it was when this block was the newest, changes made by hand on top of it included.
    pub(crate) fn state_at(&self, number: u64) -> State {
        let mut state = self.state.clone();
        for (_, undo) in self.history.iter().rev().take_while(|(head, _)| *head > number) {
            state.take_back(undo);
        }
        state
    }

    /// The time the next block would have if it were made now.
    pub(crate) fn next_timestamp(&self) -> u64 {
        let least = self.head().map_or(0, |head| head.header.timestamp + 1);
        let clock = match self.rules.clock {
            Clock::Wall => wall(),
            Clock::Steps => least,
        };
        self.time.next.unwrap_or_else(|| clock.saturating_add_signed(self.time.offset)).max(least)
    }

    pub(crate) fn next_base_fee(&self) -> u64 {
        let head = self.head().map(|head| &head.header);
        head.and_then(|header| header.next_block_base_fee(BaseFeeParams::ethereum())).unwrap_or(1_000_000_000)
    }

    /// The header of the next block, but for its transactions.
    pub(crate) fn next_header(&self) -> Header {
        let parent_hash = self.head().map_or(B256::ZERO, |head| head.hash);
        let prague = self.rules.hardfork.spec().is_enabled_in(SpecId::PRAGUE);
        Header {
            parent_hash,
            number: self.head().map_or(0, |head| head.header.number + 1),
            gas_limit: self.rules.gas_limit,
            timestamp: self.next_timestamp(),
            mix_hash: keccak256(parent_hash),
            base_fee_per_gas: Some(self.next_base_fee()),
            withdrawals_root: Some(EMPTY_WITHDRAWALS),
            blob_gas_used: Some(0),
            excess_blob_gas: Some(0),
            parent_beacon_block_root: Some(B256::ZERO),
            requests_hash: prague.then_some(alloy_eips::eip7685::EMPTY_REQUESTS_HASH),
            ..Header::default()
        }
    }

    /// The header of a block with these contents.
    pub(crate) fn header(&self, diffs: &[AccountDiff], mined: &[crate::block::Mined]) -> Header {
        let transactions: Vec<_> = mined.iter().map(|mined| &mined.tx).collect();
        let receipts: Vec<_> = mined.iter().map(|mined| &mined.receipt).collect();
        Header {
            state_root: self.committed(diffs),
            transactions_root: proofs::calculate_transaction_root(&transactions),
            receipts_root: proofs::calculate_receipt_root(&receipts),
            logs_bloom: bloom(mined.iter()),
            gas_used: mined.iter().map(|mined| mined.gas_used).sum(),
            ..self.next_header()
        }
    }

    fn committed(&self, diffs: &[AccountDiff]) -> B256 {
        let mut bytes = self.commitment.to_vec();
        alloy_rlp::encode_list(diffs, &mut bytes);
        keccak256(bytes)
    }

    /// Takes a block whose changes are not in the state yet.
    pub(crate) fn push(&mut self, block: Block, diffs: &[AccountDiff]) {
        let undo = self.state.apply(diffs);
        let time = self.time_after(block.header.timestamp);
        self.push_applied(block, vec![undo], time);
    }

    /// Takes a block whose changes the state already has.
    pub(crate) fn push_applied(&mut self, block: Block, undo: Vec<Undo>, time: Time) -> Arc<Block> {
        let number = block.header.number;
        self.commitment = block.header.state_root;
        self.history.extend(undo.into_iter().map(|undo| (number, Arc::new(undo))));
        self.by_hash.insert(block.hash, number);
        for (index, mined) in block.mined.iter().enumerate() {
            self.transactions.insert(*mined.tx.tx_hash(), (number, index));
        }
        self.time = time;
        let block = Arc::new(block);
        self.blocks.push(block.clone());
        block
    }

    /// How time runs on after a block of this time.
    pub(crate) fn time_after(&self, timestamp: u64) -> Time {
        let offset = match self.rules.clock {
            Clock::Steps => 0,
            Clock::Wall if self.time.next.is_some() => offset(timestamp),
            Clock::Wall => self.time.offset,
        };
        Time { offset, next: None }
    }

    /// Changes the state by hand, on top of the newest block.
    pub(crate) fn patch(&mut self, diffs: &[AccountDiff]) {
        self.commitment = self.committed(diffs);
        let undo = self.state.apply(diffs);
        self.history.push((self.number(), Arc::new(undo)));
    }

    /// The sum of a sender's mined and waiting transactions: its next nonce.
    pub(crate) fn pending_nonce(&self, sender: alloy_primitives::Address) -> Result<u64, ForkError> {
        Ok(self.pool.next_nonce(sender, self.state.nonce(sender)?))
    }
}

/// What must be added to the machine's clock to get this time.
pub(crate) fn offset(timestamp: u64) -> i64 {
    let wall = i64::try_from(wall()).unwrap_or(i64::MAX);
    i64::try_from(timestamp).unwrap_or(i64::MAX).saturating_sub(wall)
}

fn wall() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// The balance a transaction may cost at most.
pub(crate) fn cost(tx: &impl alloy_consensus::Transaction) -> U256 {
    U256::from(tx.max_fee_per_gas()).saturating_mul(U256::from(tx.gas_limit())).saturating_add(tx.value())
}
