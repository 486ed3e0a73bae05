//! What can run of a contract's code, over all of its functions.

use super::{Entry, Use, Walked, op, walk};
use alloy_primitives::U256;
use payrox_artifacts::{Contract, Function};
use std::collections::BTreeSet;

/// The numbers in the instructions that a function can reach, without those that say where a jump goes.
pub fn constants(code: &[u8], selector: [u8; 4]) -> BTreeSet<U256> {
    let walked = walk(code, Entry::Function(selector));
    let (mut found, mut pc) = (BTreeSet::new(), 0);
    while let Some(instruction) = code.get(pc) {
        let next = pc + 1 + op::immediate(*instruction);
        if let Some(bytes) = code.get(pc + 1..next).filter(|_| walked.reached.get(pc) == Some(&true)) {
            let number = U256::from_be_slice(bytes);
            let there = usize::try_from(number).ok().and_then(|at| code.get(at));
            if !bytes.is_empty() && there != Some(&op::JUMPDEST) {
                found.insert(number);
            }
        }
        pc = next;
    }
    found
}

/// A walk for each function of a contract, and one for all other calls.
pub(crate) struct Reach<'a> {
    pub(crate) walks: Vec<(Option<&'a Function>, Walked)>,
}

impl<'a> Reach<'a> {
    /// Walks all of them.
    pub(crate) fn of(contract: &'a Contract, code: &[u8]) -> Self {
        let selectors: Vec<_> = contract.functions.iter().map(|function| function.selector.0).collect();
        let functions = contract.functions.iter();
        let mut walks: Vec<_> = functions
            .map(|function| (Some(function), walk(code, Entry::Function(function.selector.0))))
            .collect();
        walks.push((None, walk(code, Entry::Other(&selectors))));
        Self { walks }
    }

    /// Whether the instruction at a place can run.
    pub(crate) fn reached(&self, pc: usize) -> bool {
        self.walks.iter().any(|(_, walked)| walked.reached.get(pc) == Some(&true))
    }

    /// Constants that are called, with their places.
    pub(crate) fn called(&self) -> impl Iterator<Item = (usize, U256)> {
        let acts = self.walks.iter().flat_map(|(_, walked)| &walked.acts);
        acts.filter_map(|(pc, act)| Some((*pc, act.account?)))
    }

    /// What is done with a large number.
    pub(crate) fn used(&self, number: U256) -> Use {
        let mut all = Use::default();
        self.walks.iter().filter_map(|(_, walked)| walked.used.get(&number)).for_each(|one| all.add(*one));
        all
    }

    /// How many instructions can run, and how many there would be if all of the code were instructions.
    pub(crate) fn coverage(&self, code: &[u8]) -> (usize, usize) {
        let (mut reached, mut all, mut pc) = (0, 0, 0);
        while let Some(instruction) = code.get(pc) {
            all += 1;
            reached += usize::from(self.reached(pc));
            pc += 1 + op::immediate(*instruction);
        }
        (reached, all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;

    #[test]
    fn prx_v11_instructions_are_counted_once_however_many_functions_reach_them() {
        // staticcall(gas, 7, 0, 0, 0, 0); STOP; PUSH2, ORIGIN behind the end.
        let code = hex!("5f5f5f5f60075afa0061ffff32");
        let walks =
            vec![(None, walk(&code, Entry::Other(&[]))), (None, walk(&code, Entry::Function([1, 2, 3, 4])))];
        let reach = Reach { walks };
        assert_eq!(reach.coverage(&code), (8, 10));
        assert!(reach.reached(0) && reach.reached(8) && !reach.reached(9) && !reach.reached(99));
        assert_eq!(reach.called().collect::<Vec<_>>(), [(7, U256::from(7)), (7, U256::from(7))]);
        assert_eq!(Reach { walks: vec![] }.coverage(&code), (0, 10));
    }
}
