//! The loop over the frames of a call: revm's own, with one hand on it.
//!
//! A router has work of its own to pay for. So that a facet which looks at the gas it has is no mismatch, its frame is given
//! the same gas behind the router as it has alone.

use super::{Ctx, Ending, FACET_GAS, Machine, Way};
use crate::error::ParityError;
use alloy_primitives::{Address, B256, Bytes, U256};
use revm::{
    bytecode::Bytecode,
    context_interface::{ContextTr as _, LocalContextTr as _},
    database_interface::DatabaseRef,
    handler::{EvmTr as _, FrameResult, ItemOrResult},
    interpreter::{
        CallInput, CallInputs, CallScheme, CallValue, FrameInput, InstructionResult, SharedMemory,
        interpreter_action::FrameInit,
    },
};

/// The outermost frame.
pub(crate) struct Start {
    pub(crate) router: Address,
    pub(crate) facet: Address,
    pub(crate) way: Way,
    pub(crate) gas: u64,
    pub(crate) bytecode_address: Address,
    pub(crate) known_bytecode: (B256, Bytecode),
    pub(crate) from: Address,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
    pub(crate) is_static: bool,
}

pub(crate) struct Done {
    pub(crate) ending: Ending,
    pub(crate) output: Bytes,
    pub(crate) starved: bool,
    /// Whether the facet ran.
    pub(crate) reached: bool,
}

/// The frames of a call in order, for people.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) events: Vec<TraceEvent>,
}

/// More frames are not shown.
const SHOWN: usize = 500;

#[derive(Debug)]
pub(crate) enum TraceEvent {
    Entered {
        depth: usize,
        scheme: &'static str,
        from: Address,
        /// Whose storage.
        to: Address,
        /// Whose code.
        code: Address,
        value: U256,
        data: Bytes,
    },
    Left {
        depth: usize,
        ending: Ending,
        output: Bytes,
    },
}

pub(crate) fn run<S: DatabaseRef>(
    machine: &mut Machine<'_, S>,
    start: Start,
    mut trace: Option<&mut Trace>,
) -> Result<Done, ParityError> {
    machine.ctx.local.clear();
    let Start { router, facet, way, .. } = start;
    // The first frame of the facet under the router is the one that stands against the direct call.
    let mut pending = way == Way::Routed && facet != router;
    let mut depth = 0;
    let mut starved = false;
    let mut next = first(machine, start);
    loop {
        if let Some(trace) = trace.as_deref_mut() {
            trace.enter(&machine.ctx, depth, &next.frame_input);
        }
        let mut result = match machine.frame_init(next).map_err(ParityError::machine)? {
            ItemOrResult::Item(_) => {
                depth += 1;
                None
            }
            ItemOrResult::Result(result) => {
                if let Some(trace) = trace.as_deref_mut() {
                    trace.leave(depth, &result);
                }
                // Nothing was put on the stack that could be returned to.
                if depth == 0 {
                    return finish(machine, result, starved, !pending);
                }
                Some(result)
            }
        };
        // Until a frame wants another, or none is left.
        next = loop {
            if let Some(done) = result.take()
                && let Some(last) = machine.frame_return_result(done).map_err(ParityError::machine)?
            {
                return finish(machine, last, starved, !pending);
            }
            match machine.frame_run().map_err(ParityError::machine)? {
                ItemOrResult::Item(init) => break init,
                ItemOrResult::Result(done) => {
                    depth -= 1;
                    starved |= is_starved(ending(&done).1);
                    if let Some(trace) = trace.as_deref_mut() {
                        trace.leave(depth, &done);
                    }
                    result = Some(done);
                }
            }
        };
        if pending
            && let FrameInput::Call(inputs) = &mut next.frame_input
            && (inputs.bytecode_address, inputs.target_address) == (facet, router)
        {
            pending = false;
            inputs.gas_limit = FACET_GAS;
        }
    }
}

fn first<S: DatabaseRef>(machine: &Machine<'_, S>, start: Start) -> FrameInit {
    let buffer = machine.ctx.local().shared_memory_buffer().clone();
    FrameInit {
        depth: 0,
        memory: SharedMemory::new_with_buffer(buffer),
        frame_input: FrameInput::Call(Box::new(CallInputs {
            input: CallInput::Bytes(start.data),
            return_memory_offset: 0..0,
            gas_limit: start.gas,
            reservoir: 0,
            bytecode_address: start.bytecode_address,
            known_bytecode: start.known_bytecode,
            target_address: start.router,
            caller: start.from,
            value: CallValue::Transfer(start.value),
            scheme: if start.is_static { CallScheme::StaticCall } else { CallScheme::Call },
            is_static: start.is_static,
            charged_new_account_state_gas: false,
        })),
    }
}

fn finish<S: DatabaseRef>(
    machine: &mut Machine<'_, S>,
    last: FrameResult,
    starved: bool,
    reached: bool,
) -> Result<Done, ParityError> {
    std::mem::replace(&mut machine.ctx.error, Ok(())).map_err(ParityError::machine)?;
    let (output, result) = ending(&last);
    let (ending, output) = match result {
        result if result.is_ok() => (Ending::Returned, output),
        result if result.is_revert() => (Ending::Reverted, output),
        _ => (Ending::Halted, Bytes::new()),
    };
    Ok(Done { ending, output, starved: starved || is_starved(result), reached })
}

fn ending(result: &FrameResult) -> (Bytes, InstructionResult) {
    let result = result.interpreter_result();
    (result.output.clone(), result.result)
}

fn is_starved(result: InstructionResult) -> bool {
    use InstructionResult as R;
    matches!(
        result,
        R::OutOfGas
            | R::MemoryOOG
            | R::MemoryLimitOOG
            | R::PrecompileOOG
            | R::InvalidOperandOOG
            | R::ReentrancySentryOOG
    )
}

impl Trace {
    fn enter<S: DatabaseRef>(&mut self, ctx: &Ctx<'_, S>, depth: usize, input: &FrameInput) {
        if self.events.len() >= 2 * SHOWN {
            return;
        }
        self.events.push(match input {
            FrameInput::Call(inputs) => TraceEvent::Entered {
                depth,
                scheme: match inputs.scheme {
                    CallScheme::Call => "call",
                    CallScheme::CallCode => "callcode",
                    CallScheme::DelegateCall => "delegatecall",
                    CallScheme::StaticCall => "staticcall",
                },
                from: inputs.caller,
                to: inputs.target_address,
                code: inputs.bytecode_address,
                value: inputs.value.get(),
                data: inputs.input.bytes(ctx),
            },
            FrameInput::Create(inputs) => TraceEvent::Entered {
                depth,
                scheme: "create",
                from: inputs.caller(),
                to: Address::ZERO,
                code: Address::ZERO,
                value: inputs.value(),
                data: inputs.init_code().clone(),
            },
            FrameInput::Empty => return,
        });
    }

    fn leave(&mut self, depth: usize, result: &FrameResult) {
        if self.events.len() >= 2 * SHOWN {
            return;
        }
        let (output, result) = ending(result);
        let ending = match result {
            result if result.is_ok() => Ending::Returned,
            result if result.is_revert() => Ending::Reverted,
            _ => Ending::Halted,
        };
        self.events.push(TraceEvent::Left { depth, ending, output });
    }
}
