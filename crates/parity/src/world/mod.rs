//! One machine over one state, which runs call after call and goes back to where it was.
//!
//! The state is read once: what a run loads stays loaded, with the code analysed, and each run is undone from the journal.

mod actors;
mod effects;
mod frames;
mod lens;
mod overlay;

pub(crate) use actors::{Actors, NOTE, REENTERER, STRANGERS, TOKEN, is_contract};
pub(crate) use effects::Effects;
pub use effects::{Change, Ending, Field};
pub(crate) use frames::{Trace, TraceEvent};
pub(crate) use lens::{EDGES, Lens};

use crate::{
    call::Call,
    error::ParityError,
    system::{LOCK, Route, System, slot_of},
};
use alloy_primitives::{Address, B256, U256};
use frames::Start;
use lens::{Guise, HasLens};
use overlay::Overlay;
use revm::{
    Context,
    bytecode::Bytecode,
    context::{BlockEnv, CfgEnv, Evm, FrameStack, Journal, JournalEntry, JournalEntryTr as _, TxEnv},
    context_interface::JournalTr as _,
    database_interface::{DatabaseRef, WrapDatabaseRef},
    handler::{EthFrame, EthPrecompiles, instructions::EthInstructions},
    interpreter::interpreter::EthInterpreter,
    primitives::hardfork::SpecId,
};

type Db<'a, S> = WrapDatabaseRef<Overlay<'a, S>>;
type Ctx<'a, S> = Context<BlockEnv, TxEnv, CfgEnv, Db<'a, S>, Journal<Db<'a, S>>, Lens>;
type Machine<'a, S> = Evm<
    Ctx<'a, S>,
    (),
    EthInstructions<EthInterpreter, Ctx<'a, S>>,
    EthPrecompiles,
    EthFrame<EthInterpreter>,
>;

/// What the facet of a route may burn: all that a transaction can have (EIP-7825).
pub(crate) const FACET_GAS: u64 = payrox_model::limits::TX_GAS;
/// What a router has for its own work besides. So much that it never ends: what it costs is measured elsewhere.
const ROUTER_GAS: u64 = 1 << 40;
/// The same of a diamond, which may run other code than the planned facet's: a loop without end must end.
const DIAMOND_GAS: u64 = 2 * FACET_GAS;

/// The block that calls run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// EIP-155.
    pub chain_id: u64,
    /// Its number.
    pub number: u64,
    /// Unix seconds.
    pub timestamp: u64,
    /// Its base fee, which is the price of gas as well.
    pub base_fee: u64,
    /// Its limit of gas.
    pub gas_limit: u64,
}

/// How a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The router is called, as anybody calls it.
    Routed,
    /// The facet's code stands at the router's address.
    Direct,
}

impl<S: DatabaseRef> HasLens for Ctx<'_, S> {
    fn lens(&mut self) -> &mut Lens {
        &mut self.chain
    }
}

pub(crate) struct World<'a, S: DatabaseRef> {
    machine: Machine<'a, S>,
    moment: Moment,
    router: Address,
    /// Accounts that the router looks at on its way to a cold route.
    cold_path: Vec<Address>,
    state_slot: U256,
    is_diamond: bool,
    /// Whether the last routed call came to the planned facet.
    reached: bool,
    /// Seconds since the moment.
    elapsed: u64,
    /// What takes back the calls that were kept.
    kept: Vec<JournalEntry>,
    /// Some account was created and destroyed in one call: what is loaded is not to be trusted.
    stale: bool,
}

impl<'a, S: DatabaseRef> World<'a, S> {
    pub(crate) fn new(
        system: &System,
        moment: Moment,
        actors: &Actors,
        state: &'a S,
    ) -> Result<Self, ParityError> {
        let overlay =
            Overlay::over(state, actors.callers(), actors.contracts()).map_err(ParityError::state)?;
        let spec = SpecId::PRAGUE;
        let mut ctx: Ctx<'a, S> = Context::new(WrapDatabaseRef(overlay), spec);
        ctx.cfg.chain_id = moment.chain_id;
        ctx.tx.chain_id = Some(moment.chain_id);
        ctx.tx.gas_price = moment.base_fee.into();
        ctx.tx.gas_limit = FACET_GAS;
        ctx.block.number = U256::from(moment.number);
        ctx.block.timestamp = U256::from(moment.timestamp);
        ctx.block.basefee = moment.base_fee;
        ctx.block.gas_limit = moment.gas_limit;
        ctx.block.prevrandao = Some(B256::repeat_byte(0x5a));
        let precompiles = EthPrecompiles::new(spec);
        ctx.journaled_state.warm_precompiles(precompiles.warm_addresses());
        let mut instruction = EthInstructions::new_mainnet_with_spec(spec);
        lens::replace(instruction.instruction_table_mut());
        let machine =
            Evm { ctx, inspector: (), instruction, precompiles, frame_stack: FrameStack::new_prealloc(8) };
        Ok(Self {
            machine,
            moment,
            router: system.router,
            cold_path: vec![system.extension, system.manifest],
            state_slot: system.state_slot,
            is_diamond: system.diamond.is_some(),
            reached: true,
            elapsed: 0,
            kept: Vec::new(),
            stale: false,
        })
    }

    /// Whether calls that were kept changed something.
    pub(crate) fn has_kept(&self) -> bool {
        !self.kept.is_empty()
    }

    /// Whether calls that were kept may have taken the last call's route from its facet: it did not come there.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_diamond && self.has_kept() && !self.reached
    }

    pub(crate) fn lens(&self) -> &Lens {
        &self.machine.ctx.chain
    }

    /// Runs a call and leaves it standing in the journal, to be kept or dropped.
    pub(crate) fn run(
        &mut self,
        route: &Route,
        call: &Call,
        way: Way,
        record: bool,
        effects: &mut Effects,
        trace: Option<&mut Trace>,
    ) -> Result<(), ParityError> {
        let held = route.takes_lock();
        self.set_moment(call);
        self.set_note(call)?;
        let start = self.start(route, call, way, record)?;
        let done = frames::run(&mut self.machine, start, trace)?;
        self.reached = done.reached;

        let ctx = &mut self.machine.ctx;
        let journal = &mut ctx.journaled_state.inner;
        effects.ending = done.ending;
        effects.output = done.output;
        effects.starved = done.starved;
        std::mem::swap(&mut effects.logs, &mut journal.logs);
        journal.logs.clear();
        effects::changes(&journal.journal, &mut journal.state, &mut effects.changes);
        if way == Way::Direct && held {
            // What the router would have given back.
            journal.transient_storage.remove_value(self.router, LOCK);
        }
        for (address, slots) in journal.transient_storage.iter() {
            effects.changes.extend(slots.iter().map(|(key, value)| Change {
                address: *address,
                field: Field::Transient(*key),
                before: U256::ZERO,
                after: *value,
            }));
        }
        if !journal.transient_storage.is_empty() {
            effects.changes.sort_unstable();
        }
        self.stale |= journal.journal.iter().any(|e| matches!(e, JournalEntry::AccountDestroyed { .. }));
        Ok(())
    }

    /// As if the last call had not been made.
    pub(crate) fn drop_call(&mut self) {
        self.machine.ctx.journaled_state.inner.discard_tx();
    }

    /// The last call stays; the next is another transaction.
    pub(crate) fn keep_call(&mut self, call: &Call) {
        let inner = &mut self.machine.ctx.journaled_state.inner;
        self.kept.append(&mut inner.journal);
        inner.commit_tx();
        self.elapsed = self.elapsed.saturating_add(call.after);
    }

    /// Back to the state below.
    pub(crate) fn rewind(&mut self) {
        let inner = &mut self.machine.ctx.journaled_state.inner;
        inner.discard_tx();
        if std::mem::take(&mut self.stale) {
            inner.state.clear();
            self.kept.clear();
        }
        for entry in self.kept.drain(..).rev() {
            entry.revert(&mut inner.state, None, true);
        }
        self.elapsed = 0;
    }

    fn set_moment(&mut self, call: &Call) {
        let elapsed = self.elapsed.saturating_add(call.after);
        let block = &mut self.machine.ctx.block;
        block.timestamp = U256::from(self.moment.timestamp.saturating_add(elapsed));
        block.number = U256::from(self.moment.number.saturating_add(elapsed.div_ceil(12)));
        self.machine.ctx.tx.caller = call.origin();
    }

    /// What the account that comes back into the router says there.
    fn set_note(&mut self, call: &Call) -> Result<(), ParityError> {
        let ctx = &mut self.machine.ctx;
        let (db, inner) = (&mut ctx.journaled_state.database, &mut ctx.journaled_state.inner);
        let account = inner.load_account(db, NOTE).map_err(ParityError::state)?;
        let unchanged = match &call.callback {
            None => account.data.info.is_empty_code_hash(),
            Some(_) => false,
        };
        if unchanged {
            return Ok(());
        }
        let code = match &call.callback {
            Some(data) => actors::note(self.router, data),
            None => Bytecode::default(),
        };
        if let Some(account) = inner.state.get_mut(&NOTE) {
            account.info.code_hash = code.hash_slow();
            account.info.code = Some(code);
        }
        Ok(())
    }

    fn start(&mut self, route: &Route, call: &Call, way: Way, record: bool) -> Result<Start, ParityError> {
        let ctx = &mut self.machine.ctx;
        let (db, inner) = (&mut ctx.journaled_state.database, &mut ctx.journaled_state.inner);
        inner.load_account(db, call.from).map_err(ParityError::state)?;
        let router = inner.load_code(db, self.router).map_err(ParityError::state)?;
        let router_code = (router.data.info.code_hash, router.data.info.code.clone().unwrap_or_default());
        let mut guise = None;
        let (bytecode_address, known_bytecode, gas) = match way {
            // What a diamond answers itself is no work besides.
            Way::Routed if self.is_diamond && route.facet == self.router => {
                (self.router, router_code, FACET_GAS)
            }
            Way::Routed if self.is_diamond => (self.router, router_code, DIAMOND_GAS),
            Way::Routed => (self.router, router_code, ROUTER_GAS),
            Way::Direct => {
                let code = match &route.stand_in {
                    Some(code) => (code.hash_slow(), code.clone()),
                    None => {
                        let facet = inner.load_code(db, route.facet).map_err(ParityError::state)?;
                        (facet.data.info.code_hash, facet.data.info.code.clone().unwrap_or_default())
                    }
                };
                // The facet must meet as warm what the router looks at before it calls.
                let mut warm = |slot| inner.sload(db, self.router, slot, false).map(|_| ());
                if !self.is_diamond {
                    warm(slot_of(route.selector)).map_err(ParityError::load)?;
                }
                if route.is_cold() {
                    warm(self.state_slot).map_err(ParityError::load)?;
                    for address in &self.cold_path {
                        inner.load_account(db, *address).map_err(ParityError::state)?;
                    }
                }
                if route.takes_lock() {
                    inner.transient_storage.insert_value(self.router, LOCK, U256::from(1));
                }
                guise = Some(Guise { at: self.router, hash: code.0, code: code.1.original_bytes() });
                (route.facet, code, FACET_GAS)
            }
        };
        ctx.chain.begin(record, guise);
        Ok(Start {
            router: self.router,
            facet: route.facet,
            way,
            gas,
            bytecode_address,
            known_bytecode,
            from: call.from,
            value: call.value,
            data: if way == Way::Direct { call.direct_data(route) } else { call.data.clone() },
            is_static: call.is_static,
        })
    }
}
