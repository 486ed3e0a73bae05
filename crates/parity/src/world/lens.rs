//! What is seen of a run while it runs: the edges it takes, and whose code stands where.
//!
//! Instead of an inspector, which would be asked before and after every instruction, five instructions are replaced: all
//! others run at the interpreter's own speed.

use alloy_primitives::{Address, B256, Bytes, U256};
use revm::{
    bytecode::opcode,
    context_interface::Host,
    interpreter::{
        Instruction, InstructionContext, InstructionExecResult, InstructionTable,
        instructions::{control, host},
        interpreter::EthInterpreter,
        interpreter_types::Jumps as _,
    },
};

/// Edges are told apart modulo this.
pub(crate) const EDGES: usize = 1 << 14;

/// Carried in the context of every run.
#[derive(Debug)]
pub(crate) struct Lens {
    /// How often each edge was taken in this run.
    hits: Box<[u8; EDGES]>,
    /// The edges that were, in the order of their first time.
    taken: Vec<u16>,
    /// A hash over all of them in order.
    path: u64,
    /// Slots of the router that were read, the first ones.
    reads: Vec<U256>,
    recording: bool,
    guise: Option<Guise>,
}

/// So many reads are remembered.
const READS: usize = 64;

/// Code that stands for another at an address, in the eyes of whoever runs there.
#[derive(Clone, Debug)]
pub(crate) struct Guise {
    pub(crate) at: Address,
    pub(crate) hash: B256,
    pub(crate) code: Bytes,
}

impl Default for Lens {
    fn default() -> Self {
        Self {
            hits: Box::new([0; EDGES]),
            taken: Vec::with_capacity(256),
            path: 0,
            reads: Vec::with_capacity(READS),
            recording: false,
            guise: None,
        }
    }
}

impl Lens {
    /// Forgets the run before; whether the edges of this one count.
    pub(crate) fn begin(&mut self, recording: bool, guise: Option<Guise>) {
        if recording {
            for edge in self.taken.drain(..) {
                self.hits[usize::from(edge)] = 0;
            }
            self.path = 0;
            self.reads.clear();
        }
        self.recording = recording;
        self.guise = guise;
    }

    /// The path of the last run that was recorded.
    pub(crate) fn path(&self) -> u64 {
        self.path
    }

    /// The storage slots that it read of the account that was called.
    pub(crate) fn reads(&self) -> &[U256] {
        &self.reads
    }

    /// Adds what is new to what was seen; whether anything was. How often an edge was taken counts in powers of two.
    pub(crate) fn merge_into(&self, seen: &mut [u8; EDGES]) -> bool {
        let mut new = false;
        for edge in &self.taken {
            let edge = usize::from(*edge);
            let bucket = 1u8 << self.hits[edge].ilog2().min(7);
            new |= seen[edge] & bucket == 0;
            seen[edge] |= bucket;
        }
        new
    }

    #[inline]
    fn record(&mut self, place: u64, from: usize, to: usize) {
        let edge = (place ^ ((from as u64) << 17) ^ to as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.path = (self.path.rotate_left(5) ^ edge).wrapping_mul(0xd6e8_feb8_6659_fd93);
        // The upper bits: a product's lower ones know little of the factors' upper ones.
        let edge = (edge >> 50) as usize % EDGES;
        let hits = &mut self.hits[edge];
        if *hits == 0 {
            // Below `EDGES`, which fits.
            self.taken.push(edge as u16);
        }
        *hits = hits.saturating_add(1);
    }
}

/// A host that has a lens.
pub(crate) trait HasLens: Host {
    fn lens(&mut self) -> &mut Lens;
}

/// Puts ours in the places of five instructions.
pub(crate) fn replace<H: HasLens>(table: &mut InstructionTable<EthInterpreter, H>) {
    table[usize::from(opcode::JUMPI)] = Instruction::new(jump_if);
    table[usize::from(opcode::SLOAD)] = Instruction::new(load);
    table[usize::from(opcode::EXTCODESIZE)] = Instruction::new(code_size);
    table[usize::from(opcode::EXTCODEHASH)] = Instruction::new(code_hash);
    table[usize::from(opcode::EXTCODECOPY)] = Instruction::new(code_copy);
}

type At<'a, H> = InstructionContext<'a, H, EthInterpreter>;

fn place<H: ?Sized>(at: &At<'_, H>) -> u64 {
    let address = at.interpreter.input.bytecode_address.unwrap_or_default();
    u64::from_le_bytes(address.0.first_chunk().copied().unwrap_or_default())
}

fn jump_if<H: HasLens>(at: At<'_, H>) -> InstructionExecResult {
    if !at.host.lens().recording {
        return control::jumpi(at);
    }
    let (place, from) = (place(&at), at.interpreter.bytecode.pc());
    let InstructionContext { interpreter, host } = at;
    control::jumpi(InstructionContext { interpreter: &mut *interpreter, host: &mut *host })?;
    host.lens().record(place, from, interpreter.bytecode.pc());
    Ok(())
}

fn load<H: HasLens>(at: At<'_, H>) -> InstructionExecResult {
    let own = at.interpreter.input.target_address;
    let lens = at.host.lens();
    if lens.recording
        && lens.reads.len() < READS
        && lens.guise.as_ref().is_some_and(|guise| guise.at == own)
        && let Ok(key) = at.interpreter.stack.peek(0)
    {
        lens.reads.push(key);
    }
    host::sload(at)
}

/// Whether an account that is looked at is the one in disguise, and by itself.
fn disguised<H: HasLens>(at: &mut At<'_, H>, depth: usize) -> bool {
    let own = at.interpreter.input.target_address;
    if at.host.lens().guise.as_ref().is_none_or(|guise| guise.at != own) {
        return false;
    }
    let Ok(asked) = at.interpreter.stack.peek(depth) else { return false };
    Address::from_word(asked.into()) == own
}

fn code_size<H: HasLens>(mut at: At<'_, H>) -> InstructionExecResult {
    let disguised = disguised(&mut at, 0);
    let InstructionContext { interpreter, host } = at;
    host::extcodesize(InstructionContext { interpreter: &mut *interpreter, host: &mut *host })?;
    if let (true, Some(guise), Some(top)) = (disguised, &host.lens().guise, interpreter.stack.top()) {
        *top = U256::from(guise.code.len());
    }
    Ok(())
}

fn code_hash<H: HasLens>(mut at: At<'_, H>) -> InstructionExecResult {
    let disguised = disguised(&mut at, 0);
    let InstructionContext { interpreter, host } = at;
    host::extcodehash(InstructionContext { interpreter: &mut *interpreter, host: &mut *host })?;
    if let (true, Some(guise), Some(top)) = (disguised, &host.lens().guise, interpreter.stack.top()) {
        *top = guise.hash.into();
    }
    Ok(())
}

fn code_copy<H: HasLens>(mut at: At<'_, H>) -> InstructionExecResult {
    let disguised = disguised(&mut at, 0);
    let InstructionContext { interpreter, host } = at;
    let words = [1, 2, 3].map(|depth| interpreter.stack.peek(depth).unwrap_or_default());
    host::extcodecopy(InstructionContext { interpreter: &mut *interpreter, host: &mut *host })?;
    if let (true, Some(guise)) = (disguised, &host.lens().guise) {
        // What the memory could not be resized for has failed above.
        let [to, from, length] = words.map(|word| word.saturating_to::<usize>());
        if length != 0 {
            interpreter.memory.set_data(to, from.min(guise.code.len()), length, &guise.code);
        }
    }
    Ok(())
}
