//! What is done with a large number of the code: as with an account, as with an amount, or anything else.

use super::{
    opcode as op,
    value::{Origins, Value},
};
use alloy_primitives::U256;

/// Bits of the numbers that are looked at: what is shorter is too common to be an account.
const BITS: usize = 96;
/// Bits of an account.
const ACCOUNT: usize = 160;

/// What is done with a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Use {
    /// It is held against the caller, or cut to the length of an account.
    pub(crate) account: bool,
    /// It is multiplied, divided, or held against what is larger or smaller.
    pub(crate) amount: bool,
    /// It is written somewhere as it is.
    pub(crate) stored: bool,
    /// Whatever else.
    pub(crate) other: bool,
}

impl Use {
    pub(crate) const fn add(&mut self, other: Self) {
        self.account |= other.account;
        self.amount |= other.amount;
        self.stored |= other.stored;
        self.other |= other.other;
    }

    /// Nobody multiplies or orders accounts.
    pub(crate) const fn only_as_an_amount(self) -> bool {
        self.amount && !self.account && !self.stored && !self.other
    }
}

/// The large numbers that an instruction takes from the stack, and what it does with each. To move one is no use of it.
pub(super) fn uses(instruction: u8, stack: &[Value]) -> impl Iterator<Item = (U256, Use)> {
    let moves = matches!(instruction, op::POP | op::DUP1..=op::DUP16 | op::SWAP1..=op::SWAP16);
    let taken = op::arity(instruction).map_or(0, |(taken, _)| taken).min(stack.len());
    let taken = if moves { &[] } else { &stack[stack.len() - taken..] };
    taken.iter().enumerate().filter_map(move |(at, value)| {
        let number = value.number().filter(|number| number.bit_len() > BITS)?;
        let other = if let [a, b] = taken { Some(if at == 0 { b } else { a }) } else { None };
        Some((number, used(instruction, other)))
    })
}

fn used(instruction: u8, other: Option<&Value>) -> Use {
    let mask = (U256::from(1) << ACCOUNT) - U256::from(1);
    let none = Use::default();
    match (instruction, other) {
        (op::EQ | op::SUB | op::XOR, Some(Value::Any(Origins::CALLER))) => Use { account: true, ..none },
        (op::AND, Some(Value::Known(number))) if *number == mask => Use { account: true, ..none },
        (op::MUL | op::DIV | op::SDIV..=op::EXP | op::LT..=op::SGT | op::SAR, _) => {
            Use { amount: true, ..none }
        }
        (op::MSTORE | op::SSTORE, _) => Use { stored: true, ..none },
        _ => Use { other: true, ..none },
    }
}

#[cfg(test)]
mod tests {
    use crate::evm::{Entry, Use, walk};
    use alloy_primitives::{U256, hex};

    /// What is done with a number of thirteen bytes that stands on the stack, with another above it.
    fn done(code: &str) -> Use {
        let number = hex!("0102030405060708090a0b0c0d");
        let code = hex::decode(format!("6c{}{code}00", hex::encode(number))).unwrap();
        walk(&code, Entry::Other(&[])).used.get(&U256::from_be_slice(&number)).copied().unwrap_or_default()
    }

    #[test]
    fn prx_v09_what_is_done_with_a_number_says_what_it_is() {
        let mask = format!("73{}", "ff".repeat(20));
        let none = Use::default();
        let account = Use { account: true, ..none };
        for code in ["3314", "3303", "3318", "338114", &format!("{mask}16")] {
            assert!(done(code).account, "{code}");
        }
        assert_eq!(done("3314"), account);
        let amount = Use { amount: true, ..none };
        for code in ["02", "04", "05", "06", "07", "0a", "10", "11", "12", "13", "1d"] {
            // Whichever comes first.
            assert_eq!(done(&format!("600435{code}")), amount, "{code}");
            assert_eq!(done(&format!("60043590{code}")), amount, "{code}");
            assert_eq!(done(&format!("60043580{code}")), none, "{code}: it is none of the two");
        }
        for code in ["08", "09"] {
            assert_eq!(done(&format!("60043580{code}")), amount, "{code}");
        }
        for stored in ["5f52", "5f55"] {
            assert_eq!(done(stored), Use { stored: true, ..none }, "{stored}");
        }
        for other in ["600435", "60043501", "60043516", "60043514", "60ff1b", "5f5d", "1933"] {
            let moved = other == "600435";
            assert_eq!(done(other), Use { other: !moved, ..none }, "{other}");
        }
        assert_eq!(done("508050"), none, "to move it is no use");
        assert_eq!(done("80335014"), Use { other: true, ..none });
        // Another mask, and another caller's place.
        assert_eq!(done(&format!("72{}16", "ff".repeat(19))), Use { other: true, ..none });
        assert_eq!(done("8033145060043502"), Use { amount: true, ..account });
    }

    #[test]
    fn prx_v09_short_numbers_are_not_looked_at() {
        let code = hex::decode(format!("6b{}3314", "ff".repeat(12))).unwrap();
        assert!(walk(&code, Entry::Other(&[])).used.is_empty());
    }
}
