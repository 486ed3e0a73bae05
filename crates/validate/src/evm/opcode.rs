//! Opcodes as of Prague.

pub(crate) const STOP: u8 = 0x00;
pub(crate) const ADD: u8 = 0x01;
pub(crate) const MUL: u8 = 0x02;
pub(crate) const SUB: u8 = 0x03;
pub(crate) const DIV: u8 = 0x04;
pub(crate) const SDIV: u8 = 0x05;
pub(crate) const MOD: u8 = 0x06;
pub(crate) const EXP: u8 = 0x0a;
pub(crate) const LT: u8 = 0x10;
pub(crate) const GT: u8 = 0x11;
pub(crate) const SGT: u8 = 0x13;
pub(crate) const EQ: u8 = 0x14;
pub(crate) const ISZERO: u8 = 0x15;
pub(crate) const AND: u8 = 0x16;
pub(crate) const OR: u8 = 0x17;
pub(crate) const XOR: u8 = 0x18;
pub(crate) const NOT: u8 = 0x19;
pub(crate) const SHL: u8 = 0x1b;
pub(crate) const SHR: u8 = 0x1c;
pub(crate) const SAR: u8 = 0x1d;
pub(crate) const KECCAK256: u8 = 0x20;
pub(crate) const ADDRESS: u8 = 0x30;
pub(crate) const ORIGIN: u8 = 0x32;
pub(crate) const CALLER: u8 = 0x33;
pub(crate) const CALLDATALOAD: u8 = 0x35;
pub(crate) const CALLDATASIZE: u8 = 0x36;
pub(crate) const CALLDATACOPY: u8 = 0x37;
pub(crate) const CODECOPY: u8 = 0x39;
pub(crate) const GASPRICE: u8 = 0x3a;
pub(crate) const EXTCODECOPY: u8 = 0x3c;
pub(crate) const RETURNDATACOPY: u8 = 0x3e;
pub(crate) const BLOCKHASH: u8 = 0x40;
pub(crate) const COINBASE: u8 = 0x41;
pub(crate) const TIMESTAMP: u8 = 0x42;
pub(crate) const NUMBER: u8 = 0x43;
pub(crate) const PREVRANDAO: u8 = 0x44;
pub(crate) const GASLIMIT: u8 = 0x45;
pub(crate) const BASEFEE: u8 = 0x48;
pub(crate) const BLOBHASH: u8 = 0x49;
pub(crate) const BLOBBASEFEE: u8 = 0x4a;
pub(crate) const POP: u8 = 0x50;
pub(crate) const MLOAD: u8 = 0x51;
pub(crate) const MSTORE: u8 = 0x52;
pub(crate) const MSTORE8: u8 = 0x53;
pub(crate) const SLOAD: u8 = 0x54;
pub(crate) const SSTORE: u8 = 0x55;
pub(crate) const JUMP: u8 = 0x56;
pub(crate) const JUMPI: u8 = 0x57;
pub(crate) const PC: u8 = 0x58;
pub(crate) const JUMPDEST: u8 = 0x5b;
pub(crate) const TSTORE: u8 = 0x5d;
pub(crate) const MCOPY: u8 = 0x5e;
pub(crate) const PUSH0: u8 = 0x5f;

pub(crate) const PUSH32: u8 = 0x7f;
pub(crate) const DUP1: u8 = 0x80;
pub(crate) const DUP16: u8 = 0x8f;
pub(crate) const SWAP1: u8 = 0x90;
pub(crate) const SWAP16: u8 = 0x9f;
pub(crate) const LOG0: u8 = 0xa0;
pub(crate) const LOG4: u8 = 0xa4;
pub(crate) const CREATE: u8 = 0xf0;
pub(crate) const CALL: u8 = 0xf1;
pub(crate) const CALLCODE: u8 = 0xf2;
pub(crate) const RETURN: u8 = 0xf3;
pub(crate) const DELEGATECALL: u8 = 0xf4;
pub(crate) const CREATE2: u8 = 0xf5;
pub(crate) const STATICCALL: u8 = 0xfa;
pub(crate) const REVERT: u8 = 0xfd;
pub(crate) const SELFDESTRUCT: u8 = 0xff;

/// How many words an instruction takes from the stack and puts there; `None` where there is no such instruction.
pub(crate) fn arity(op: u8) -> Option<(usize, usize)> {
    Some(match op {
        STOP | JUMPDEST => (0, 0),
        0x01..=0x07 | EXP | 0x0b | 0x10..=0x14 | 0x16..=0x18 | 0x1a..=0x1d | KECCAK256 => (2, 1),
        0x08 | 0x09 => (3, 1),
        ISZERO | NOT | 0x1e | 0x31 | CALLDATALOAD | 0x3b | 0x3f | BLOCKHASH | BLOBHASH | MLOAD | 0x54
        | 0x5c => (1, 1),
        ADDRESS
        | 0x32..=0x34
        | CALLDATASIZE
        | 0x38
        | GASPRICE
        | 0x3d
        | 0x41..=0x48
        | BLOBBASEFEE
        | PC
        | 0x59
        | 0x5a
        | 0x5f..=0x7f => (0, 1),
        CALLDATACOPY | CODECOPY | RETURNDATACOPY | MCOPY => (3, 0),
        EXTCODECOPY => (4, 0),
        POP | JUMP | SELFDESTRUCT => (1, 0),
        MSTORE | MSTORE8 | SSTORE | TSTORE | JUMPI | RETURN | REVERT => (2, 0),
        LOG0..=LOG4 => (usize::from(op - LOG0) + 2, 0),
        CREATE => (3, 1),
        CREATE2 => (4, 1),
        CALL | CALLCODE => (7, 1),
        DELEGATECALL | STATICCALL => (6, 1),
        // Of these the walk knows itself what they do.
        DUP1..=SWAP16 => (0, 0),
        _ => return None,
    })
}

/// Its name, for those that rules speak of.
pub(crate) fn name(op: u8) -> &'static str {
    match op {
        ORIGIN => "ORIGIN",
        CALLER => "CALLER",
        GASPRICE => "GASPRICE",
        BLOCKHASH => "BLOCKHASH",
        COINBASE => "COINBASE",
        TIMESTAMP => "TIMESTAMP",
        NUMBER => "NUMBER",
        PREVRANDAO => "PREVRANDAO",
        GASLIMIT => "GASLIMIT",
        BASEFEE => "BASEFEE",
        BLOBHASH => "BLOBHASH",
        BLOBBASEFEE => "BLOBBASEFEE",
        SSTORE => "SSTORE",
        TSTORE => "TSTORE",
        LOG0..=LOG4 => "LOG",
        CREATE => "CREATE",
        CREATE2 => "CREATE2",
        CALL => "CALL",
        CALLCODE => "CALLCODE",
        DELEGATECALL => "DELEGATECALL",
        SELFDESTRUCT => "SELFDESTRUCT",
        _ => "an instruction",
    }
}

/// Bytes of the constant behind an instruction.
pub(crate) fn immediate(op: u8) -> usize {
    usize::from(op.checked_sub(PUSH0).filter(|n| *n <= 32).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First and last of a row, and how many words each takes and puts, as the execution specification says.
    const TABLE: &[(u8, u8, usize, usize)] = &[
        (0x00, 0x00, 0, 0),
        (0x01, 0x07, 2, 1),
        (0x08, 0x09, 3, 1),
        (0x0a, 0x0b, 2, 1),
        (0x10, 0x14, 2, 1),
        (0x15, 0x15, 1, 1),
        (0x16, 0x18, 2, 1),
        (0x19, 0x19, 1, 1),
        (0x1a, 0x1d, 2, 1),
        (0x1e, 0x1e, 1, 1),
        (0x20, 0x20, 2, 1),
        (0x30, 0x30, 0, 1),
        (0x31, 0x31, 1, 1),
        (0x32, 0x34, 0, 1),
        (0x35, 0x35, 1, 1),
        (0x36, 0x36, 0, 1),
        (0x37, 0x37, 3, 0),
        (0x38, 0x38, 0, 1),
        (0x39, 0x39, 3, 0),
        (0x3a, 0x3a, 0, 1),
        (0x3b, 0x3b, 1, 1),
        (0x3c, 0x3c, 4, 0),
        (0x3d, 0x3d, 0, 1),
        (0x3e, 0x3e, 3, 0),
        (0x3f, 0x40, 1, 1),
        (0x41, 0x48, 0, 1),
        (0x49, 0x49, 1, 1),
        (0x4a, 0x4a, 0, 1),
        (0x50, 0x50, 1, 0),
        (0x51, 0x51, 1, 1),
        (0x52, 0x53, 2, 0),
        (0x54, 0x54, 1, 1),
        (0x55, 0x55, 2, 0),
        (0x56, 0x56, 1, 0),
        (0x57, 0x57, 2, 0),
        (0x58, 0x5a, 0, 1),
        (0x5b, 0x5b, 0, 0),
        (0x5c, 0x5c, 1, 1),
        (0x5d, 0x5d, 2, 0),
        (0x5e, 0x5e, 3, 0),
        (0x5f, 0x7f, 0, 1),
        // DUP and SWAP: the walk does them itself.
        (0x80, 0x9f, 0, 0),
        (0xa0, 0xa0, 2, 0),
        (0xa1, 0xa1, 3, 0),
        (0xa2, 0xa2, 4, 0),
        (0xa3, 0xa3, 5, 0),
        (0xa4, 0xa4, 6, 0),
        (0xf0, 0xf0, 3, 1),
        (0xf1, 0xf2, 7, 1),
        (0xf3, 0xf3, 2, 0),
        (0xf4, 0xf4, 6, 1),
        (0xf5, 0xf5, 4, 1),
        (0xfa, 0xfa, 6, 1),
        (0xfd, 0xfd, 2, 0),
        (0xff, 0xff, 1, 0),
    ];

    #[test]
    fn prx_v11_each_byte_takes_and_puts_what_the_specification_says_or_is_no_instruction() {
        for op in 0..=u8::MAX {
            let row = TABLE.iter().find(|(first, last, ..)| (*first..=*last).contains(&op));
            assert_eq!(arity(op), row.map(|(_, _, takes, puts)| (*takes, *puts)), "{op:#04x}");
            let constant = if (0x60..=0x7f).contains(&op) { usize::from(op) - 0x5f } else { 0 };
            assert_eq!(immediate(op), constant, "{op:#04x}");
        }
    }

    #[test]
    fn prx_v11_what_rules_speak_of_has_its_name() {
        let named: Vec<_> =
            (0..=u8::MAX).map(|op| (op, name(op))).filter(|(_, name)| *name != "an instruction").collect();
        assert_eq!(
            named,
            [
                (0x32, "ORIGIN"),
                (0x33, "CALLER"),
                (0x3a, "GASPRICE"),
                (0x40, "BLOCKHASH"),
                (0x41, "COINBASE"),
                (0x42, "TIMESTAMP"),
                (0x43, "NUMBER"),
                (0x44, "PREVRANDAO"),
                (0x45, "GASLIMIT"),
                (0x48, "BASEFEE"),
                (0x49, "BLOBHASH"),
                (0x4a, "BLOBBASEFEE"),
                (0x55, "SSTORE"),
                (0x5d, "TSTORE"),
                (0xa0, "LOG"),
                (0xa1, "LOG"),
                (0xa2, "LOG"),
                (0xa3, "LOG"),
                (0xa4, "LOG"),
                (0xf0, "CREATE"),
                (0xf1, "CALL"),
                (0xf2, "CALLCODE"),
                (0xf4, "DELEGATECALL"),
                (0xf5, "CREATE2"),
                (0xff, "SELFDESTRUCT"),
            ]
        );
    }
}
