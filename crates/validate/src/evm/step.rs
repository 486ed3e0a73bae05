//! One instruction of the abstract machine.

use super::{
    memory::{FREE, Memory},
    opcode as op,
    value::{Calls, How, Origins, Value, binary},
};
use alloy_primitives::U256;

/// A path at an instruction.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) pc: usize,
    pub(super) stack: Vec<Value>,
    pub(super) memory: Memory,
}

/// Where a path goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Behind the instruction.
    On,
    /// Only there.
    Jump(Value),
    /// There, and behind the instruction.
    Branch(Value),
    /// Nowhere.
    End,
}

/// What rules want to know of an instruction that does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Act {
    /// The instruction.
    pub(crate) op: u8,
    /// Where the account comes from that is called.
    pub(crate) target: Origins,
    /// The account, where it is a constant.
    pub(crate) account: Option<U256>,
    /// Where the first four bytes of what is sent come from; of RETURN, all that is returned.
    pub(crate) data: Origins,
    /// Whether ether may go with it.
    pub(crate) value: bool,
}

/// What happens besides.
pub(super) struct Step {
    pub(super) next: Next,
    pub(super) act: Option<Act>,
}

/// The stack was too short or too long: such a path is none.
pub(super) struct Broken;

/// Most words on a stack.
const STACK: usize = 1024;

pub(super) fn step(code: &[u8], state: &mut State, calls: Calls<'_>) -> Result<Step, Broken> {
    let Some(&instruction) = code.get(state.pc) else { return Ok(ended()) };
    let Some((taken, _)) = op::arity(instruction) else { return Ok(ended()) };
    let State { pc, stack, memory } = state;
    match instruction {
        op::DUP1..=op::DUP16 => {
            let depth = usize::from(instruction - op::DUP1) + 1;
            let copy = *stack.len().checked_sub(depth).and_then(|at| stack.get(at)).ok_or(Broken)?;
            stack.push(copy);
            return if stack.len() > STACK { Err(Broken) } else { Ok(on()) };
        }
        op::SWAP1..=op::SWAP16 => {
            let depth = usize::from(instruction - op::SWAP1) + 2;
            let other = stack.len().checked_sub(depth).ok_or(Broken)?;
            let top = stack.len() - 1;
            stack.swap(other, top);
            return Ok(on());
        }
        _ => {}
    }
    let from = stack.len().checked_sub(taken).ok_or(Broken)?;
    // The first is what was on top.
    let mut arguments: [Value; 7] = [Value::anything(); 7];
    for (slot, value) in arguments.iter_mut().zip(stack.drain(from..).rev()) {
        *slot = value;
    }
    let [a, b, c, d, e, f, g] = arguments;
    let act = act(instruction, &arguments, memory);
    let result = match instruction {
        op::STOP | op::RETURN | op::REVERT | op::SELFDESTRUCT => {
            return Ok(Step { next: Next::End, act });
        }
        op::JUMP => return Ok(Step { next: Next::Jump(a), act }),
        op::JUMPI => {
            let next = match b {
                Value::Known(no) if no.is_zero() => Next::On,
                Value::Known(_) => Next::Jump(a),
                _ => Next::Branch(a),
            };
            return Ok(Step { next, act });
        }
        op::PUSH0..=op::PUSH32 => Some(Value::Known(constant(code, *pc))),
        op::PC => Some(Value::Known(U256::from(*pc))),
        op::ISZERO => Some(match a {
            Value::Known(number) => Value::flag(number.is_zero()),
            Value::Size if matches!(calls, Calls::Of(_)) => Value::flag(false),
            other => Value::Any(other.origins()),
        }),
        op::NOT => Some(a.number().map_or(Value::Any(a.origins()), |number| Value::Known(!number))),
        op::CALLDATALOAD => Some(match a {
            Value::Known(at) if at.is_zero() => Value::Head,
            _ => Value::Any(Origins::CALLDATA),
        }),
        op::CALLDATASIZE => Some(Value::Size),
        op::CALLER => Some(Value::Any(Origins::CALLER)),
        op::TIMESTAMP
        | op::NUMBER
        | op::PREVRANDAO
        | op::BLOCKHASH
        | op::COINBASE
        | op::GASLIMIT
        | op::BASEFEE
        | op::BLOBHASH
        | op::BLOBBASEFEE
        | op::GASPRICE => Some(Value::Any(Origins::BLOCK)),
        op::MLOAD => Some(match memory.load(a) {
            // The end of memory in use: where that is unknown it is a place of its own.
            found @ (Value::Any(_) | Value::Place { how: How::Behind, .. })
                if a == Value::Known(U256::from(FREE)) =>
            {
                let base = u32::try_from(*pc).ok();
                stack.iter_mut().for_each(|value| value.leave(base));
                let begins = Value::Place { base, offset: 0, how: How::Exact, origins: found.origins() };
                memory.begin(base, begins);
                begins
            }
            found => found,
        }),
        op::KECCAK256 => Some(Value::Any(memory.whole(a, b))),
        op::MSTORE => {
            memory.store(a, b);
            None
        }
        op::MSTORE8 => {
            memory.copy(a, Value::flag(true), b.origins());
            None
        }
        op::CALLDATACOPY => {
            // From behind its end come zeros.
            let origins = if b == Value::Size { Origins::NONE } else { Origins::CALLDATA };
            memory.copy(a, c, origins);
            None
        }
        op::CODECOPY | op::RETURNDATACOPY => {
            memory.copy(a, c, Origins::NONE);
            None
        }
        op::EXTCODECOPY => {
            memory.copy(b, d, Origins::NONE);
            None
        }
        op::MCOPY => {
            memory.copy_within(a, b, c);
            None
        }
        op::CALL | op::CALLCODE => {
            memory.answer(f, g);
            Some(Value::anything())
        }
        op::DELEGATECALL | op::STATICCALL => {
            memory.answer(e, f);
            Some(Value::anything())
        }
        // TLOAD.
        op::CREATE | op::CREATE2 | op::SLOAD | 0x5c => Some(Value::anything()),
        _ => match op::arity(instruction) {
            Some((2, 1)) => Some(binary(instruction, a, b, calls)),
            Some((taken, 1)) => {
                let origins = arguments.iter().take(taken).map(Value::origins);
                Some(Value::Any(origins.fold(Origins::NONE, Origins::and)))
            }
            _ => None,
        },
    };
    stack.extend(result);
    if stack.len() > STACK { Err(Broken) } else { Ok(Step { next: Next::On, act }) }
}

const fn on() -> Step {
    Step { next: Next::On, act: None }
}

const fn ended() -> Step {
    Step { next: Next::End, act: None }
}

/// The number behind a PUSH; what is behind the end of the code reads as zero.
fn constant(code: &[u8], pc: usize) -> U256 {
    let length = op::immediate(code[pc]);
    let mut bytes = [0; 32];
    for (i, byte) in bytes[32 - length..].iter_mut().enumerate() {
        *byte = code.get(pc + 1 + i).copied().unwrap_or_default();
    }
    U256::from_be_bytes(bytes)
}

fn act(instruction: u8, arguments: &[Value; 7], memory: &Memory) -> Option<Act> {
    let plain =
        Act { op: instruction, target: Origins::NONE, account: None, data: Origins::NONE, value: false };
    let called = |value: bool, at: Value, length: Value| {
        let empty = length.number().is_some_and(|length| length.is_zero());
        let data = if empty { Origins::NONE } else { memory.origins(at, 4) };
        Act { target: arguments[1].origins(), account: arguments[1].number(), data, value, ..plain }
    };
    let [_, _, c, d, e, ..] = *arguments;
    match instruction {
        op::CALL | op::CALLCODE => Some(called(!c.number().is_some_and(|value| value.is_zero()), d, e)),
        op::DELEGATECALL | op::STATICCALL => Some(called(false, c, d)),
        op::RETURN => Some(Act { data: memory.whole(arguments[0], arguments[1]), ..plain }),
        op::SELFDESTRUCT
        | op::ORIGIN
        | op::CALLER
        | op::GASPRICE
        | op::BLOCKHASH..=op::GASLIMIT
        | op::BASEFEE..=op::BLOBBASEFEE
        | op::SSTORE
        | op::TSTORE
        | op::LOG0..=op::LOG4
        | op::CREATE
        | op::CREATE2 => Some(plain),
        _ => None,
    }
}
