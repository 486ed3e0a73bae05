//! All paths from an entry.

use super::{
    memory::Memory,
    opcode as op,
    step::{Act, Broken, Next, State, step},
    value::{Calls, Value},
};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Where a walk begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry<'a> {
    /// A call of this function.
    Function([u8; 4]),
    /// A call of none of these: fallback, plain ether, selectors that the ABI does not name.
    Other(&'a [[u8; 4]]),
    /// The code that makes a contract.
    Creation,
}

/// What a walk saw.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// Instructions that do something, by place.
    pub(crate) acts: BTreeMap<usize, Act>,
    /// The places of all instructions that may run.
    pub(crate) reached: Vec<bool>,
    /// Why there may be more: a jump to nobody knows where, or too many paths.
    pub(crate) incomplete: Option<&'static str>,
}

/// Most instructions that are looked at in one walk.
const STEPS: usize = 1_500_000;
/// Stacks that are told apart at one place before numbers on them are forgotten, and paths that are then still followed.
const APART: usize = 24;
const PATHS: usize = 768;

/// Walks code from an entry.
pub(crate) fn walk(code: &[u8], entry: Entry<'_>) -> Walked {
    let number = |selector: [u8; 4]| u32::from_be_bytes(selector);
    match entry {
        Entry::Function(selector) => Walk::new(code, Calls::Of(number(selector))).run(),
        Entry::Other(all) => {
            let all: Vec<_> = all.iter().copied().map(number).collect();
            Walk::new(code, Calls::OtherThan(&all)).run()
        }
        Entry::Creation => Walk::new(code, Calls::OtherThan(&[])).run(),
    }
}

struct Walk<'a> {
    code: &'a [u8],
    calls: Calls<'a>,
    targets: Vec<bool>,
    /// By place and stack: what memory held there.
    seen: HashMap<(usize, Vec<Value>), Memory>,
    /// How many stacks were seen at a place.
    paths: HashMap<usize, usize>,
    queue: VecDeque<State>,
    walked: Walked,
}

impl<'a> Walk<'a> {
    fn new(code: &'a [u8], calls: Calls<'a>) -> Self {
        let walked = Walked { reached: vec![false; code.len()], ..Walked::default() };
        let (seen, paths) = (HashMap::new(), HashMap::new());
        Self { code, calls, targets: targets(code), seen, paths, queue: VecDeque::new(), walked }
    }

    fn run(mut self) -> Walked {
        self.queue.push_back(State { pc: 0, stack: Vec::new(), memory: Memory::default() });
        let mut steps = 0;
        while let Some(mut state) = self.queue.pop_front() {
            loop {
                steps += 1;
                if steps > STEPS {
                    self.walked.incomplete = Some("it has more paths than are followed");
                    return self.walked;
                }
                let pc = state.pc;
                if let Some(reached) = self.walked.reached.get_mut(pc) {
                    *reached = true;
                }
                // A path that breaks the stack reverts.
                let Ok(done) = step(self.code, &mut state, self.calls).map_err(|Broken| ()) else { break };
                if let Some(act) = done.act {
                    self.note(pc, act);
                }
                let instruction = self.code.get(pc).copied().unwrap_or(op::STOP);
                state.pc = pc + 1 + op::immediate(instruction);
                match done.next {
                    Next::On if self.targets.get(state.pc) == Some(&true) => {
                        let at = state.pc;
                        self.arrive(state, at);
                        break;
                    }
                    Next::On => {}
                    Next::Jump(to) => {
                        self.jump(state, to);
                        break;
                    }
                    Next::Branch(to) => self.jump(state.clone(), to),
                    Next::End => break,
                }
            }
        }
        self.walked
    }

    fn note(&mut self, pc: usize, act: Act) {
        let known = self.walked.acts.entry(pc).or_insert(act);
        known.target = known.target.and(act.target);
        known.data = known.data.and(act.data);
        known.value |= act.value;
        if known.account != act.account {
            known.account = None;
        }
    }

    fn jump(&mut self, state: State, to: Value) {
        match to {
            Value::Known(to) => {
                // One that leads to no JUMPDEST reverts.
                let to = usize::try_from(to).ok().filter(|to| self.targets.get(*to) == Some(&true));
                if let Some(to) = to {
                    self.arrive(state, to);
                }
            }
            _ => self.walked.incomplete = Some("it jumps to where a value says that is not known"),
        }
    }

    /// Goes on at a JUMPDEST, unless a path went on there that was as good.
    fn arrive(&mut self, mut state: State, at: usize) {
        let paths = self.paths.entry(at).or_default();
        if *paths >= APART {
            state.stack.iter_mut().for_each(|value| forget(value, &self.targets));
        }
        let key = (at, state.stack);
        match self.seen.get_mut(&key) {
            Some(memory) => {
                if !memory.join(&state.memory) {
                    return;
                }
                state.memory = memory.clone();
            }
            None => {
                *paths += 1;
                if *paths > PATHS {
                    self.walked.incomplete = Some("it has more paths than are followed");
                    return;
                }
                self.seen.insert(key.clone(), state.memory.clone());
            }
        }
        self.queue.push_back(State { pc: at, stack: key.1, memory: state.memory });
    }
}

/// Leaves numbers that may be where a jump goes, and forgets the others.
fn forget(value: &mut Value, targets: &[bool]) {
    let target = |number| usize::try_from(number).ok().and_then(|at: usize| targets.get(at).copied());
    if value.number().and_then(target) != Some(true) {
        *value = value.blurred();
    }
}

/// Where jumps may go: a JUMPDEST that is no part of a constant.
fn targets(code: &[u8]) -> Vec<bool> {
    let mut targets = vec![false; code.len()];
    let mut pc = 0;
    while let Some(&instruction) = code.get(pc) {
        targets[pc] = instruction == op::JUMPDEST;
        pc += 1 + op::immediate(instruction);
    }
    targets
}
