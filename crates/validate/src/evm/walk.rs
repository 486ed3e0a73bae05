//! All paths from an entry.

use super::{
    memory::Memory,
    opcode as op,
    step::{Act, Broken, Next, State, step},
    used::{Use, uses},
    value::{Calls, Value},
};
use alloy_primitives::U256;
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
    /// Large numbers of the code, with what is done with them.
    pub(crate) used: BTreeMap<U256, Use>,
    /// Slots of storage that it names, and whether it writes them.
    pub(crate) slots: BTreeMap<U256, bool>,
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
                if let Some(instruction) = self.code.get(pc) {
                    for (number, use_) in uses(*instruction, &state.stack) {
                        self.walked.used.entry(number).or_default().add(use_);
                    }
                }
                let slot = state.stack.last().and_then(Value::number);
                // A path that breaks the stack reverts.
                let Ok(done) = step(self.code, &mut state, self.calls).map_err(|Broken| ()) else { break };
                if let Some(act) = done.act {
                    self.note(pc, act);
                }
                let instruction = self.code.get(pc).copied().unwrap_or(op::STOP);
                if let (op::SLOAD | op::SSTORE, Some(slot)) = (instruction, slot) {
                    *self.walked.slots.entry(slot).or_default() |= instruction == op::SSTORE;
                }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evm::value::{How, Origins};
    use alloy_primitives::hex;

    #[test]
    fn prx_v11_jumps_go_to_no_part_of_a_constant() {
        let found: Vec<_> = targets(&hex!("5b605b615b5b5b7f5b"));
        let places: Vec<_> = found.iter().enumerate().filter(|(_, yes)| **yes).map(|(at, _)| at).collect();
        assert_eq!((found.len(), places), (9, vec![0, 6]));
    }

    #[test]
    fn prx_v11_what_is_forgotten_is_no_place_to_jump_to() {
        let targets = [false, true, false];
        let left = |value: Value| {
            let mut value = value;
            forget(&mut value, &targets);
            value
        };
        let known = |n: u64| Value::Known(U256::from(n));
        assert_eq!(left(known(1)), known(1));
        for other in [0, 2, 3] {
            assert_eq!(left(known(other)), Value::anything());
        }
        let place = |offset, how| Value::Place { base: Some(7), offset, how, origins: Origins::NONE };
        for near in [0, 68] {
            assert_eq!(left(place(near, How::Exact)), place(near, How::Exact));
        }
        assert_eq!(
            left(place(69, How::Exact)),
            place(68, How::Behind),
            "no further than that is it told apart"
        );
        assert_eq!(left(place(-1, How::Exact)), Value::anything());
        assert_eq!((left(Value::Selector), left(Value::Size)), (Value::Selector, Value::Size));
    }

    #[test]
    fn prx_v11_few_paths_through_one_place_are_told_apart_and_many_are_not() {
        // A row of choices, each of which pushes 1 or 2 and both of which go on; at the end the last but one is called.
        let row = |choices: usize| {
            let mut code = Vec::new();
            for _ in 0..choices {
                let at = code.len();
                let two = u8::try_from(at + 10).unwrap();
                let on = u8::try_from(at + 13).unwrap();
                // calldataload(4), JUMPI to two; PUSH1 1, JUMP on; two: PUSH1 2; on:
                code.extend([0x60, 4, 0x35, 0x60, two, 0x57, 0x5f, 0x60, on, 0x56, 0x5b, 0x60, 2, 0x5b]);
            }
            code.extend([0x5f, 0x5f, 0x5f, 0x5f, 0x84, 0x5a, 0xfa]);
            walk(&code, Entry::Other(&[]))
        };
        for choices in [1, 4, 8] {
            let walked = row(choices);
            assert_eq!(walked.incomplete, None, "{choices}");
            let act = walked.acts.values().find(|act| act.op == op::STATICCALL).unwrap();
            assert_eq!(act.account, None, "{choices}");
        }
        assert_eq!(row(4).reached.iter().filter(|reached| **reached).count(), 4 * 10 + 7);
    }

    #[test]
    fn prx_v11_a_number_is_kept_over_a_jump() {
        // PUSH1 7, JUMP over two STOPs; JUMPDEST, STATICCALL of 7.
        let walked = walk(&hex!("5f5f5f5f6007600b56" "0000" "5b5afa"), Entry::Other(&[]));
        let accounts: Vec<_> = walked.acts.values().map(|act| act.account).collect();
        assert_eq!(accounts, [Some(U256::from(7))]);
    }

    #[test]
    fn prx_v10_slots_that_are_numbers_are_kept_with_whether_they_are_written() {
        // sload(7); sstore(1 + 2, 0); sstore(calldataload(0), 0); sload(3); SSTORE of one word alone.
        let walked = walk(
            &hex!("600754" "505f6002600101" "555f5f35" "55600354" "505f" "6009" "5055"),
            Entry::Other(&[]),
        );
        let all: Vec<_> = walked.slots.into_iter().collect();
        assert_eq!(all, [(U256::from(3), true), (U256::from(7), false)]);
    }

    #[test]
    fn prx_v11_a_loop_that_counts_is_left_when_its_numbers_are_forgotten() {
        // for (i = 0; i < calldatasize; i++) {} then ORIGIN
        let walked = walk(&hex!("5f5b80361115600f57600101600156" "5b32"), Entry::Other(&[]));
        assert_eq!(walked.incomplete, None);
        assert!(walked.acts.values().any(|act| act.op == op::ORIGIN), "{walked:?}");
    }
}
